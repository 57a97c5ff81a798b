# report.awk - prints the records of collect.awk for people.
# usage: awk -f unescape.awk -f report.awk RECORDS

BEGIN {
    FS = "\t"
    title[1] = "Phase 1, the single-threaded server"
    title[2] = "Phase 2, a thread for each connection"
    title[3] = "Phase 3, the client"
    mark["passed"] = "ok"
    mark["failed"] = "FAILED"
    mark["timeout"] = "TIMEOUT"
    mark["skipped"] = "skipped"
}

# Prints a test's output, indented, line by line.
function print_output(text,    lines, n, i) {
    n = split(unescaped(text), lines, "\n")
    for (i = 1; i <= n; i++)
        if (lines[i] != "")
            print "               " lines[i]
}

function end_phase() {
    if (phase)
        printf "\n  %d of %d points\n\n", score, max
    total += score
    total_max += max
    score = max = 0
}

$2 != phase {
    end_phase()
    phase = $2
    print title[phase]
    print ""
    told = ""
}

{
    score += $4
    max += $5
}

# That there is nothing to test is said once, not for each test.
$9 ~ /^(phase[0-9] does not compile|there is no source)/ {
    if ($9 != told)
        print_output($9)
    told = $9
    next
}

{
    printf "  %-7s %d/%d  %s\n", mark[$6], $4, $5, $3
    if ($6 == "passed" || $9 == told)
        next
    told = $9
    print_output($9)
}

END {
    end_phase()
    printf "Score: %d/%d\n", total, total_max
}
