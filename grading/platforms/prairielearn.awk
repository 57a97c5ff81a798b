# prairielearn.awk - prints results.json as PrairieLearn wants it; see tests.awk.
# What is not gradable costs no attempt and no points.

function print_test(i) {
    printf "    { \"name\": %s,\n", \
        json("Phase " of(i, "phase") ": " title(i))
    printf "      \"points\": %s, \"max_points\": %s, \"message\": %s,\n", \
        of(i, "points"), of(i, "max_points"), json(verdict(i))
    print "      \"output\": " json(words(i)) " }" (i < tests ? "," : "")
}

BEGIN {
    read_tests(ARGV[1])
    if (is_error) {
        print "{ \"gradable\": false, \"format_errors\": [" json(no_grade()) \
            "],\n  \"message\": " json(no_grade()) ",\n  \"output\": " \
            json(message) " }"
        exit
    }
    printf "{ \"gradable\": true, \"score\": %.6f,\n", \
        (value["max_score"] > 0 ? value["score"] / value["max_score"] : 0)
    print "  \"message\": " \
        json(points_of(value["score"], value["max_score"])) ",\n  \"output\": " \
        json(notes) ","
    print "  \"tests\": ["
    for (i = 1; i <= tests; i++)
        print_test(i)
    print "  ]\n}"
}
