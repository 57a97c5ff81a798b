# csv.awk - prints a table of results.json files, a line each, for a course's
# gradebook, as RFC 4180 has it. Without a grade the score is empty: that is no zero.
# usage: LC_ALL=C awk -f results.awk -f csv.awk RESULTS/NAME/results.json...

# folder(FILE): the name of the folder that it is in.
function folder(file) {
    sub(/\/[^\/]*$/, "", file)
    sub(/.*\//, "", file)
    return file
}

function print_line(file,    p, score) {
    for (p = 1; p <= count["phases"]; p++)
        score[value["phases", p, "phase"]] = value["phases", p, "score"]
    is_graded = value["status"] == "graded"
    print csv(folder(file)) "," (is_graded ? value["score"] : "") "," \
        (is_graded ? value["max_score"] : "") "," score[1] "," score[2] "," \
        score[3] "," (is_graded ? "graded" : "error")
}

BEGIN {
    ORS = "\r\n"
    print "submission,score,max_score,phase1,phase2,phase3,status"
    for (i = 1; i < ARGC; i++) {
        if (!read_json(ARGV[i]))
            printf "%s\n", trouble | "cat >&2"
        print_line(ARGV[i])
    }
}
