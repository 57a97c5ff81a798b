# collect.awk - makes of a phase's tests and of what bats said about them one
# record a test, its fields separated by tabs:
#   id phase name points max_points status duration_ms see output
# STREAM is what bats -F cat prints, each line with the milliseconds until then in
# front (see tools/stamp.c).
# In output a line end is \n, a tab \t and a backslash \\; see records.awk.
# usage: awk -f collect.awk -v phase=N -v none=FILE -v late=S phaseN.bats STREAM
#
# The tests are those in phaseN.bats, each once and in that order; if the stream
# does not say so too, something is wrong with the grader: exit status 1; 3 if a
# test says what, which is then all that is printed. If none is a file's name,
# there was nothing to test, and the file says why; if late is a number, the tests were
# ended after so many seconds, which is far more than they can take.

BEGIN {
    file = "phase" phase (phase == 3 ? "/client.c" : "/webserver.c")
    if (none != "") {
        while ((getline line < none) > 0)
            reason = reason escaped(line) "\\n"
    }
}

function escaped(text) {
    gsub(/\\/, "&&", text)
    gsub(/\t/, "\\t", text)
    gsub(/\r/, "", text)
    return text
}

function tag(name,    text) {
    text = tags
    if (!sub(".*" name ":", "", text))
        return ""
    sub(/,.*/, "", text)
    return text
}

# --- phaseN.bats

FNR == NR && /^# bats test_tags=/ {
    tags = $0
}

FNR == NR && /^@test "/ {
    name[++tests] = $0
    sub(/^@test "/, "", name[tests])
    sub(/" \{$/, "", name[tests])
    id[tests] = "phase" phase "/" tag("id")
    points[tests] = tag("points")
    see[tests] = tag("see")
    tags = ""
}

FNR == NR {
    next
}

# --- the stream

{
    now = $1
    sub(/^[0-9]+ /, "")
}

/^1\.\.[0-9]+$/ {
    before = now
    planned = substr($0, 4)
}

/^(ok|not ok) [0-9]+ / {
    result = $0
    passed = !sub(/^not /, "", result)
    sub(/^ok /, "", result)
    current = result + 0
    sub(/^[0-9]+ /, "", result)
    done[current]++
    ms[current] = now - before
    before = now
    status[current] = passed ? "passed" : "failed"
    if (match(result, / # skip( .*)?$/)) {
        status[current] = "skipped"
        output[current] = escaped(substr(result, RSTART + 8)) "\\n"
        # that costs the points, what this system cannot do does not
        if (output[current] ~ /^not run: /)
            missing[current] = output[current]
        result = substr(result, 1, RSTART - 1)
    }
    if (match(result, / # timeout after [0-9]+s$/)) {
        status[current] = "timeout"
        result = substr(result, 1, RSTART - 1)
    }
    if (result != name[current])
        done[current] = 0
}

/^# / && current {
    line = substr($0, 3)
    # where in the test it failed is of no use to a student, and how a program
    # ended is told in other words than the shell's
    if (line ~ /^(\(from function|\(in test file| from function| in test file)/ \
        || line ~ /^tags: id:/ || line ~ /^  `.*' failed/ || line ~ /^likely: *$/ || line ~ /^[^ ]*: line [0-9]+: +[0-9]+ /)
        next
    if (line ~ /^got: .*timed out/ && status[current] == "failed")
        status[current] = "timeout"
    if (line ~ /^grader's own trouble: /)
        trouble = substr(line, 23)
    if (line ~ /^look at: /)
        told[current]
    # where it is what the test is about that is not there yet, no more words are
    # needed
    if (line ~ /is not filled in yet$/ && index(line, see[current])) {
        if (!(current in missing))
            missing[current] = escaped(line) "\\n"
        next
    }
    output[current] = output[current] escaped(line) "\\n"
}

END {
    if (trouble != "") {
        print trouble
        exit 3
    }
    for (i = 1; i <= tests; i++) {
        if (none != "") {
            status[i] = "failed"
            output[i] = reason
        } else if (late && planned == tests && !done[i]) {
            status[i] = "timeout"
            output[i] = "not run, as the tests before took " late " s\\n"
        } else if (done[i] != 1 || planned != tests) {
            exit 1
        } else if (i in missing) {
            output[i] = missing[i]
        } else if (status[i] ~ /^(failed|timeout)$/ && !(i in told)) {
            output[i] = output[i] "look at:   " see[i] " in " file "\\n"
        }
        # what this system cannot show costs nothing
        right = status[i] == "passed" ||
            (status[i] == "skipped" && !(i in missing))
        print id[i] "\t" phase "\t" name[i] "\t" (right ? points[i] : 0) \
            "\t" points[i] "\t" status[i] "\t" ms[i] + 0 "\t" see[i] \
            "\t" output[i]
    }
    if (tests == 0)
        exit 1
}
