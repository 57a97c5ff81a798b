# vpl.awk - prints results.json as the evaluation of Moodle's VPL; see tests.awk: a
# block of comments, where a line with - is a title and one with > is shown as it
# is, and the grade. The words of tests are all behind a >, so that none of them
# ends the block or is taken for a grade.
#
# GRADEMAX is the highest grade of the activity, if it is not the points'.
# Without a line with the grade there is none.

function print_quoted(text) {
    gsub(/\n/, "\n>", text)
    if (text != "")
        print ">" text
}

function print_phase(p,    i) {
    print "-" phase_line(p)
    for (i = 1; i <= tests; i++)
        if (leads(i, value["phases", p, "phase"])) {
            print_quoted(heading(i))
            print_quoted(words(i))
            print ">"
        }
}

BEGIN {
    read_tests(ARGV[1])
    print "<|--"
    if (is_error) {
        print "-" no_grade()
        print_quoted(message)
        print "--|>"
        exit
    }
    print_quoted(notes)
    for (p = 1; p <= count["phases"]; p++)
        print_phase(p)
    print "--|>"
    grade = value["score"]
    if (ENVIRON["GRADEMAX"] > 0 && value["max_score"] > 0)
        grade = grade / value["max_score"] * ENVIRON["GRADEMAX"]
    printf "Grade :=>>%.2f\n", grade
}
