# markdown.awk - prints results.json as Markdown, for a job's summary on GitHub and
# for a release of Classroom 50; see tests.awk. The words of a test stand in pre
# elements, where only HTML has a meaning, and that is escaped.

function cell(text) {
    text = markup(text)
    gsub(/\n/, " ", text)
    gsub(/[\\|*_`~\[\]]/, "\\\\&", text)
    return text
}

function print_phase(p,    i, phase) {
    phase = value["phases", p, "phase"]
    print "### " phase_line(p) "\n"
    for (i = 1; i <= tests; i++)
        if (leads(i, phase)) {
            print cell(heading(i)) "\n"
            print_quoted(words(i))
        }
    print "<details><summary>All tests of phase " phase "</summary>\n"
    print "| points | test | |\n|---|---|---|"
    for (i = 1; i <= tests; i++)
        if (of(i, "phase") == phase)
            print "| " of(i, "points") "/" of(i, "max_points") " | " \
                cell(title(i)) " | " verdict(i) " |"
    print "\n</details>\n"
}

function print_quoted(text) {
    if (text != "")
        print "<pre>\n" markup(text) "\n</pre>\n"
}

BEGIN {
    read_tests(ARGV[1])
    if (is_error) {
        print "## No grade\n\n" no_grade() "\n"
        print_quoted(message)
        exit
    }
    print "## " points_of(value["score"], value["max_score"]) "\n"
    print_quoted(notes)
    for (p = 1; p <= count["phases"]; p++)
        print_phase(p)
    print "With `SEED=" cell(value["seed"]) "` the names and contents of this run " \
        "come again."
}
