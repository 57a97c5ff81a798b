# record.awk - prints of a result what the summary of a class needs.
# usage: LC_ALL=C awk -f results.awk -f record.awk results.json FORMER
#
# Fields are separated by tabs, and none of them is empty or has a tab or line end.
# The first line is  STATUS SCORE MAX WORDS JAIL ; then come
#   phase  N SCORE MAX BUILD   BUILD says why there was nothing to test, or -
#   test   ID N MAX STATUS FORMER NAME
# FORMER is the record of an earlier result of the same submission, or empty.

# field(TEXT): the text as a field.
function field(text) {
    sub(/\n+$/, "", text)
    gsub(/\n/, "; ", text)
    gsub(/[\001-\037\177]+/, " ", text)
    return text == "" ? "-" : substr(text, 1, 300)
}

# build(PHASE): why its programs could not be tested, if so.
function build(p,    i, text) {
    for (i = 1; i <= count["tests"]; i++) {
        text = value["tests", i, "output"]
        if (value["tests", i, "phase"] != p)
            continue
        if (value["tests", i, "status"] != "passed" && text ~ \
            /^(phase[0-9] (does not compile|has a file)|phase[0-9]\/.* cannot be read|there is no source)/) {
            sub(/[:\n].*/, "", text)
            return text
        }
    }
    return ""
}

function read_former(file,    line, part) {
    while ((getline line < file) > 0)
        if (split(line, part, "\t") == 7 && part[1] == "test")
            former[part[2]] = part[5]
    close(file)
}

# status_of(I): how the test went; one that was not run, and costs its points, is
# told from one that this system cannot do.
function status_of(i) {
    if (value["tests", i, "status"] == "skipped" && \
        value["tests", i, "points"] < value["tests", i, "max_points"])
        return "not-run"
    return value["tests", i, "status"]
}

function print_test(i,    id) {
    id = field(value["tests", i, "id"])
    print "test\t" id "\t" value["tests", i, "phase"] + 0 "\t" \
        value["tests", i, "max_points"] + 0 "\t" field(status_of(i)) "\t" \
        (id in former ? former[id] : "-") "\t" field(value["tests", i, "name"])
}

BEGIN {
    must_read(ARGV[1])
    read_former(ARGV[2])
    if (value["status"] !~ /^(graded|error)$/ || count["tests"] == "")
        exit 2
    print value["status"] "\t" value["score"] + 0 "\t" \
        value["max_score"] + 0 "\t" field(value["notes"] (value["notes"] != "" \
        && value["message"] != "" ? "; " : "") value["message"]) "\t" \
        field(value["jail"])
    for (i = 1; i <= count["phases"]; i++) {
        p = value["phases", i, "phase"]
        print "phase\t" p + 0 "\t" value["phases", i, "score"] + 0 "\t" \
            value["phases", i, "max_score"] + 0 "\t" field(build(p))
    }
    for (i = 1; i <= count["tests"]; i++)
        print_test(i)
}
