# text.awk - prints the records for people, see records.awk: what did not pass and
# the points of each phase; with VERBOSE=1 all tests, and where the time goes.
# COLOUR=1 is for a terminal.

function coloured(text, code) {
    return ENVIRON["COLOUR"] ? "\033[" code "m" text "\033[0m" : text
}

# Prints a test's output, indented, line by line.
function print_words(i,    lines, n, line) {
    n = split(words(i), lines, "\n")
    for (line = 1; line <= n; line++)
        print indent lines[line]
}

# Prints the mark and points of test I, or of the group that it leads.
function print_mark(i, got, of,    word) {
    word = sprintf("%-7s", mark(i))
    printf "  %s %5s  ", coloured(word, colour[mark(i)]), got "/" of
}

# For people who want what did not pass: a group of tests is one line.
function print_failures(p,    i) {
    for (i = 1; i <= tests; i++) {
        if (phase[i] != p || leader[i] != i || status[i] == "passed")
            continue
        print_mark(i, points_together[i], max_together[i])
        print heading(i)
        print_words(i)
        print ""
    }
}

# For people who want all; what tests in a row say alike is said once.
function print_all(p,    i, told) {
    for (i = 1; i <= tests; i++) {
        if (phase[i] != p)
            continue
        print_mark(i, points[i], max[i])
        printf "%6d ms  %s\n", ms[i], name[i]
        if (output[i] != "" && output[i] != told)
            print_words(i)
        told = output[i]
    }
    print ""
}

function print_times(    i) {
    print coloured("Where the time goes", bold) "\n"
    for (i = 1; i <= phase_count; i++)
        printf "  phase %d   build %6s   tests %6s\n", phases[i], \
            seconds(took[phases[i], "build"]), seconds(took[phases[i], "tests"])
    print ""
    slowest(5)
    for (i = 1; i <= slow_count; i++)
        printf "  phase %d %6d ms  %s\n", phase[slow[i]], ms[slow[i]], \
            name[slow[i]]
    print ""
}

END {
    bold = "1"
    colour["ok"] = "32"
    colour["FAILED"] = colour["TIMEOUT"] = colour["ERROR"] = "1;31"
    colour["not run"] = "33"
    colour["skipped"] = "36"
    indent = ENVIRON["VERBOSE"] ? sprintf("%28s", "") : sprintf("%17s", "")
    for (p = 1; p <= phase_count; p++) {
        print coloured(title[phases[p]], bold) "\n"
        if (ENVIRON["VERBOSE"])
            print_all(phases[p])
        else
            print_failures(phases[p])
        print "  " coloured(summary(phases[p]), bold) "\n"
    }
    if (ENVIRON["VERBOSE"])
        print_times()
    printf "Score: %d/%d\n", total, total_max
}
