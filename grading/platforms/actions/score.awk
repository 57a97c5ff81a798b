# score.awk - prints the score in results.json; exit status 1 if points are missing.

BEGIN {
    must_read(ARGV[1])
    print "Score: " value["score"] "/" value["max_score"]
    exit value["score"] + 0 < value["max_score"] + 0
}
