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

# words(I): what the test says. Many say the same where nothing compiles: a long
# text is shown once.
function words(i,    text) {
    if (is_private(i))
        return ""
    text = plain(of(i, "output"))
    sub(/\n+$/, "", text)
    if (length(text) < 200)
        return text
    if (!(text in said))
        said[text] = i
    return said[text] == i ? text : "the same as: " title(said[text])
}

# verdict(I): passed, failed, timeout, skipped or not run.
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
