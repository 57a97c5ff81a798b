# warnings.awk - prints what the compiler warned of, for people and their terminals.
# usage: LC_ALL=C awk -f records.awk -f warnings.awk BUILD-LOG

BEGIN {
    while (n < 5 && (getline line < ARGV[1]) > 0)
        if (line ~ /: warning: / && !seen[line]++) {
            n++
            print "  " clean(substr(line, 1, 300))
        }
    exit
}
