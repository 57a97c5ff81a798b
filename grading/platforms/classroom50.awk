# classroom50.awk - prints results.json as the result.json of Classroom 50; see
# tests.awk. What it says of the submission comes from the environment, where its
# runner puts it, and DATE.
#
# There is no form for "no grade": then nothing is printed, and the exit status
# makes the runner say so.

function from_environment(key, name) {
    print "  \"" key "\": " json(ENVIRON[name]) ","
}

BEGIN {
    read_tests(ARGV[1])
    if (is_error)
        exit 2
    print "{ \"schema\": \"classroom50/result/v1\","
    from_environment("classroom", "CLASSROOM")
    from_environment("assignment", "ASSIGNMENT")
    from_environment("submission", "SUBMISSION_TAG")
    from_environment("commit", "COMMIT_URL")
    from_environment("release", "RELEASE_URL")
    from_environment("review", ENVIRON["REVIEW_URL"] == "" ? "COMMIT_URL" \
        : "REVIEW_URL")
    from_environment("datetime", "DATE")
    print "  \"score\": " value["score"] ", \"max-score\": " value["max_score"] ","
    print "  \"tests\": ["
    for (i = 1; i <= tests; i++)
        print "    { \"test-name\": " json(of(i, "id")) ", \"passed\": " \
            (has_all_points(i) ? "true" : "false") ", \"score\": " \
            of(i, "points") ", \"max-score\": " of(i, "max_points") " }" \
            (i < tests ? "," : "")
    print "  ]\n}"
}
