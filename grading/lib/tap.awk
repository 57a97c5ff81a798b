# tap.awk - prints the records as TAP, the Test Anything Protocol, version 13; see
# records.awk. A test that was not run is not ok: it has no points.

# description(TEXT): the text without what TAP would read a meaning into.
function description(text) {
    gsub(/[\\#]/, "\\\\&", text)
    return text
}

# Prints the lines of text as comments.
function print_comment(text,    lines, n, i) {
    n = split(text, lines, "\n")
    for (i = 1; i <= n; i++)
        print "#   " lines[i]
}

END {
    print "TAP version 13"
    if (is_error) {
        gsub(/\n/, " ", message)
        print "Bail out! " message
        exit
    }
    print "1.." tests
    for (i = 1; i <= tests; i++) {
        print (points[i] < max[i] ? "not ok " : "ok ") i " - phase " phase[i] \
            ": " description(name[i]) \
            (mark(i) == "skipped" ? " # SKIP " description(first_line(words(i))) : "")
        if (mark(i) !~ /^(ok|skipped)$/) {
            print "# " mark(i) ", " points[i] " of " max[i] " points, " ms[i] " ms"
            print_comment(words(i))
        }
    }
    print "# Score: " total "/" total_max
}
