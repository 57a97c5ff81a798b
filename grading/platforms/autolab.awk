# autolab.awk - prints results.json as Autolab wants it; see tests.awk: words for
# people, then a line of staged feedback, then the line with the scores. Nothing
# that comes before the last line can be taken for it.
#
# Where no scores can be read, Autolab gives 0 and releases it; null is no score.

function indented(text) {
    gsub(/\n/, "\n    ", text)
    return text
}

function print_phase(p,    i) {
    print phase_line(p) "\n"
    for (i = 1; i <= tests; i++)
        if (leads(i, value["phases", p, "phase"]))
            print "  " indented(heading(i) (words(i) == "" ? "" \
                : "\n" words(i))) "\n"
}

# stage(PHASE): its tests, as members of an object.
function stage(phase,    i, out) {
    for (i = 1; i <= tests; i++)
        if (of(i, "phase") == phase)
            out = out (out == "" ? "" : ", ") json(title(i)) ": {\"passed\": " \
                (has_all_points(i) ? "true" : "false, \"hint\": " \
                json(points_of(of(i, "points"), of(i, "max_points")) \
                ": see the words above")) "}"
    return out
}

function print_stages(    i, names, stages, phase) {
    for (i = 1; i <= count["phases"]; i++) {
        phase = value["phases", i, "phase"]
        names = names (i > 1 ? ", " : "") json("Phase " phase)
        stages = stages ", " json("Phase " phase) ": {" stage(phase) "}"
    }
    print "{\"_presentation\": \"semantic\", \"stages\": [" names "]" stages "}"
}

function print_scores(    i, out) {
    for (i = 1; i <= 3 && is_error; i++)
        out = out (i > 1 ? ", " : "") "\"Phase" i "\": null"
    for (i = 1; i <= count["phases"] && !is_error; i++)
        out = out (i > 1 ? ", " : "") "\"Phase" value["phases", i, "phase"] \
            "\": " value["phases", i, "score"]
    print "{\"scores\": {" out "}}"
}

BEGIN {
    read_tests(ARGV[1])
    if (is_error) {
        print no_grade() "\n    " indented(message)
    } else {
        if (notes != "")
            print indented(notes) "\n"
        for (p = 1; p <= count["phases"]; p++)
            print_phase(p)
        print_stages()
    }
    print_scores()
}
