# autolab.awk - prints results.json as Autolab wants it; see tests.awk: words for
# people, then a line of staged feedback, then the line with the scores. Nothing
# that comes before the last line can be taken for it.
#
# Where no scores can be read, Autolab gives 0 and releases it; null is no score.

function indented(text) {
    gsub(/\n/, "\n    ", text)
    return text
}

function print_words(i) {
    print points_of(of(i, "points"), of(i, "max_points")) "  phase " \
        of(i, "phase") ", " verdict(i) ": " \
        indented(title(i) (words(i) == "" ? "" : "\n" words(i)))
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
    print indented(is_error ? no_grade() "\n\n" message : notes)
    for (i = 1; i <= tests && !is_error; i++)
        if (!has_all_points(i))
            print_words(i)
    if (!is_error)
        print_stages()
    print_scores()
}
