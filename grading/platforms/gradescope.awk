# gradescope.awk - prints results.json as Gradescope wants it; see tests.awk.
# VISIBILITY is the one of private tests; any but visible hides the total, too,
# until it is shown.
#
# Without a score and without tests Gradescope takes the autograder to have
# failed, and gives no score.

function print_test(i,    visibility) {
    visibility = is_private(i) ? ENVIRON["VISIBILITY"] : "visible"
    printf "    { \"number\": %s, \"name\": %s,\n", \
        json(of(i, "phase") "." ++number[of(i, "phase")]), \
        json(plain(of(i, "name")))
    printf "      \"score\": %s, \"max_score\": %s, \"status\": \"%s\",\n", \
        of(i, "points"), of(i, "max_points"), \
        has_all_points(i) ? "passed" : "failed"
    print "      \"visibility\": " json(visibility) ","
    print "      \"output_format\": \"text\", \"output\": " \
        json(plain(of(i, "output"))) " }" (i < tests ? "," : "")
}

BEGIN {
    read_tests(ARGV[1])
    if (is_error) {
        print "{ \"output\": " json(no_grade()) ", \"output_format\": \"text\"," \
            " \"stdout_visibility\": \"hidden\" }"
        exit
    }
    print "{ \"score\": " value["score"] ", \"stdout_visibility\": \"hidden\","
    if (notes != "")
        print "  \"output\": " json(notes) ", \"output_format\": \"text\","
    print "  \"extra_data\": { \"seed\": " json(value["seed"]) ", \"jail\": " \
        json(value["jail"]) " },"
    print "  \"tests\": ["
    for (i = 1; i <= tests; i++)
        print_test(i)
    print "  ]\n}"
}
