# junit.awk - prints the records as XML in the form that JUnit made common; see
# records.awk.

# time(MS): so many milliseconds as an attribute, in seconds.
function time(milliseconds) {
    return sprintf(" time=\"%.3f\"", milliseconds / 1000)
}

# Prints an element that says how the test went.
function print_outcome(tag, i) {
    print "      <" tag " type=\"" mark(i) "\" message=\"" \
        markup(first_line(words(i))) "\">" markup(words(i)) "</" tag ">"
}

function print_test(i) {
    print "    <testcase classname=\"phase" phase[i] "\" name=\"" \
        markup(name[i]) "\"" time(ms[i]) ">"
    if (status[i] == "skipped")
        print_outcome("skipped", i)
    else if (status[i] == "error")
        print_outcome("error", i)
    else if (status[i] != "passed")
        print_outcome("failure", i)
    print "    </testcase>"
}

function print_suite(p,    i) {
    print "  <testsuite name=\"phase" p "\" tests=\"" tests_of[p] \
        "\" failures=\"" failed_of[p] + 0 "\" errors=\"" errors_of[p] + 0 \
        "\" skipped=\"" skipped_of[p] + 0 "\"" time(took[p, "tests"]) ">"
    print "    <properties>"
    print "      <property name=\"points\" value=\"" score[p] "\"/>"
    print "      <property name=\"max_points\" value=\"" score_max[p] "\"/>"
    print "    </properties>"
    for (i = 1; i <= tests; i++)
        if (phase[i] == p)
            print_test(i)
    print "  </testsuite>"
}

# Prints that there is no grade.
function print_error() {
    print "  <testsuite name=\"grade\" tests=\"1\" failures=\"0\" errors=\"1\"" \
        " skipped=\"0\">\n    <testcase classname=\"grade\" name=\"The grader" \
        " works\">\n      <error type=\"error\" message=\"" \
        markup(first_line(message)) "\">" markup(message) "</error>\n" \
        "    </testcase>\n  </testsuite>"
}

END {
    for (i = 1; i <= tests; i++) {
        skipped_of[phase[i]] += status[i] == "skipped"
        errors_of[phase[i]] += status[i] == "error"
        failed_of[phase[i]] += status[i] !~ /^(passed|skipped|error)$/
    }
    print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
    print "<testsuites name=\"" markup(submission) "\">"
    if (is_error)
        print_error()
    for (i = 1; i <= phase_count; i++)
        print_suite(phases[i])
    print "</testsuites>"
}
