# tests.awk - what the platforms' programs share: the tests of results.json as a
# student may see them. It stands between results.awk and the platform's program.
# usage: PRIVATE=FOLDER LC_ALL=C awk -f results.awk -f tests.awk -f PLATFORM.awk
#        results.json
#
# The tests of the .bats files in FOLDER are private: their points count, their
# names and words are not shown.

# Reads the file; sets is_error, tests, notes on the files that were submitted, and,
# if it is an error, message.
function read_tests(file,    i) {
    must_read(file)
    is_error = value["status"] != "graded"
    message = plain(value["message"])
    notes = plain(value["notes"])
    tests = count["tests"]
    for (i = 1; i <= count["phases"]; i++)
        read_private(value["phases", i, "phase"])
    for (i = 1; i <= tests; i++)
        add_to_group(i)
}

# Tests of a phase that say the same are a group, led by the first of them.
function add_to_group(i,    key) {
    key = of(i, "phase") SUBSEP verdict(i) SUBSEP \
        (is_private(i) || of(i, "output") == "" ? i : of(i, "output"))
    if (!(key in first))
        first[key] = i
    leader[i] = first[key]
    members[leader[i]]++
    points_together[leader[i]] += of(i, "points")
    max_together[leader[i]] += of(i, "max_points")
}

# leads(I, PHASE): test I leads a group of that phase in which points are missing.
function leads(i, phase) {
    return of(i, "phase") == phase && leader[i] == i && !has_all_points(i)
}

# heading(I): the points, the verdict and the name of test I, or of its group.
function heading(i) {
    return points_together[i] "/" max_together[i] " " verdict(i) ": " \
        (members[i] > 1 ? members[i] " tests" : title(i))
}

# phase_line(P): the points of the phase that is the Pth.
function phase_line(p) {
    return "Phase " value["phases", p, "phase"] ": " \
        points_of(value["phases", p, "score"], value["phases", p, "max_score"])
}

function read_private(phase,    file, line) {
    file = ENVIRON["PRIVATE"] "/phase" phase ".bats"
    while ((getline line < file) > 0)
        if (line ~ /^# bats test_tags=/ && match(line, /id:[^,]*/))
            private["phase" phase "/" substr(line, RSTART + 3, RLENGTH - 3)]
    close(file)
}

function of(i, key) {
    return value["tests", i, key]
}

function is_private(i) {
    return of(i, "id") in private
}

function has_all_points(i) {
    return of(i, "points") + 0 >= of(i, "max_points") + 0
}

function points_of(got, max) {
    return got " of " max " points"
}

function title(i,    j, n) {
    if (!is_private(i))
        return plain(of(i, "name"))
    for (j = 1; j <= i; j++)
        n += is_private(j)
    return "private test " n
}

# words(I): what the test says; if that is long and others say it, the first does.
function words(i,    text) {
    if (is_private(i))
        return ""
    text = plain(of(i, "output"))
    sub(/\n+$/, "", text)
    return leader[i] == i || length(text) < 200 ? text \
        : "the same as: " title(leader[i])
}

# verdict(I): passed, failed, timeout, error, skipped or not run.
function verdict(i) {
    return of(i, "status") == "skipped" && !has_all_points(i) ? "not run" \
        : of(i, "status")
}

# plain(TEXT): the text without control characters but line ends and tabs.
function plain(text) {
    gsub(/[\001-\010\013-\037\177]/, "", text)
    return text
}

function no_grade() {
    return "The grader could not do its work. This is no grade, and not your " \
        "fault: your instructor can grade it again."
}
