# records.awk - reads the records that collect.awk prints, for the formats: each
# of text.awk, json.awk, html.awk, junit.awk and tap.awk prints them in its END.
# usage: SUBMISSION=NAME SEED=N JAIL=KIND STATUS=graded|error MESSAGE=TEXT
#        awk -f records.awk -f FORMAT.awk FILE
#
# Lines of three fields say where the time went: PHASE, build or tests, and the
# milliseconds. All text of a test and of the environment is proper UTF-8 then,
# without control characters but line ends and tabs, whatever a program printed.

BEGIN {
    FS = "\t"
    title[1] = "Phase 1, the single-threaded server"
    title[2] = "Phase 2, a thread for each connection"
    title[3] = "Phase 3, the client"
    tail = "[\200-\277]"
    utf8 = "^(\302[\240-\277]|[\303-\337]" tail "|\340[\240-\277]" tail \
        "|[\341-\354\356]" tail tail "|\355[\200-\237]" tail \
        "|\357[\200-\276]" tail "|\357\277[\200-\275]" \
        "|\360[\220-\277]" tail tail "|[\361-\363]" tail tail tail \
        "|\364[\200-\217]" tail tail ")"
    submission = clean(ENVIRON["SUBMISSION"])
    seed = clean(ENVIRON["SEED"])
    message = clean(ENVIRON["MESSAGE"])
    is_error = ENVIRON["STATUS"] == "error"
    total = total_max = 0
}

NF == 3 {
    sub(/^0+/, "", $3) # lest busybox's awk take it for octal
    took[$1, $2] = $3 + 0
    next
}

{
    n = ++tests
    id[n] = $1
    phase[n] = $2
    name[n] = $3
    points[n] = $4
    max[n] = $5
    status[n] = $6
    ms[n] = $7
    if (!($9 in cleaned))
        cleaned[$9] = clean(unescaped($9))
    output[n] = cleaned[$9]
    add_to_phase()
    add_to_group($2 SUBSEP status[n] SUBSEP (is_shared(n) ? $9 : n))
}

function add_to_phase() {
    if (!($2 in tests_of))
        phases[++phase_count] = $2
    tests_of[$2]++
    passed_of[$2] += $6 == "passed"
    score[$2] += $4
    score_max[$2] += $5
    total += $4
    total_max += $5
}

# Tests that say the same are a group, led by the first of them.
function add_to_group(key) {
    if (!(key in first))
        first[key] = tests
    leader[tests] = first[key]
    members[first[key]]++
    points_together[first[key]] += points[tests]
    max_together[first[key]] += max[tests]
}

# is_shared(I): what test I says, if anything, is not about that test alone.
function is_shared(i) {
    return status[i] ~ /^(passed|skipped)$/ || output[i] ~ \
        /^(phase[0-9] (does not compile|has a file)|phase[0-9]\/.* cannot be read|there is no source|not run, as |[^\n]* is not filled in yet\n$)/
}

# mark(I): how test I went, in a word. One that was not run costs its points; one
# that this system cannot do does not.
function mark(i) {
    if (status[i] == "passed")
        return "ok"
    if (status[i] == "skipped")
        return points[i] < max[i] ? "not run" : "skipped"
    return toupper(status[i])
}

# heading(I): the name of test I, or how many are in the group that it leads.
function heading(i) {
    return members[i] > 1 ? members[i] " tests" : name[i]
}

# words(I): what test I says, without what its mark says already.
function words(i,    text) {
    text = output[i]
    sub(/^not run: /, "", text)
    sub(/\n+$/, "", text)
    return text
}

# first_line(TEXT): that, without tabs.
function first_line(text) {
    sub(/\n.*/, "", text)
    gsub(/\t/, " ", text)
    return text
}

# summary(PHASE): how many of its tests passed, and its points.
function summary(p) {
    return passed_of[p] " of " tests_of[p] " tests passed, " \
        score[p] " of " score_max[p] " points"
}

# slowest(COUNT): sets slow[1] to slow[slow_count], COUNT tests at most, to those
# that took longest.
function slowest(count,    i, best, used) {
    for (slow_count = 0; slow_count < count; slow_count++) {
        best = 0
        for (i = 1; i <= tests; i++)
            if (!(i in used) && ms[i] > ms[best] + 0)
                best = i
        if (best == 0)
            return
        used[best] = 1
        slow[slow_count + 1] = best
    }
}

# seconds(MS): so many milliseconds, in seconds.
function seconds(milliseconds) {
    return sprintf("%.1f s", milliseconds / 1000)
}

# unescaped(TEXT): undoes what collect.awk did to a test's output.
function unescaped(text) {
    # a byte that is no part of a text stands for the backslash meanwhile
    gsub(/\001/, "", text)
    gsub(/\\\\/, "\001", text)
    gsub(/\\n/, "\n", text)
    gsub(/\\t/, "\t", text)
    gsub(/\001/, "\\", text)
    return text
}

# markup(TEXT): the text as HTML and XML have it.
function markup(text) {
    gsub(/&/, "\\&amp;", text)
    gsub(/</, "\\&lt;", text)
    gsub(/>/, "\\&gt;", text)
    gsub(/"/, "\\&quot;", text)
    return text
}

# clean(TEXT): the text without control characters, and with a mark in place of
# each byte that is not UTF-8.
function clean(text,    out) {
    gsub(/[\001-\010\013-\037\177]/, "", text)
    while (match(text, /[\200-\377]/)) {
        out = out substr(text, 1, RSTART - 1)
        text = substr(text, RSTART)
        if (match(text, utf8)) {
            out = out substr(text, 1, RLENGTH)
            text = substr(text, RLENGTH + 1)
        } else {
            out = out "\357\277\275"
            text = substr(text, 2)
        }
    }
    return out text
}
