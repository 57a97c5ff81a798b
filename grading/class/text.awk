# text.awk - prints the summary of a class for the terminal, see class.awk. Exit
# status 2 if there are submissions without a grade.

BEGIN {
    printf "%d of %d submissions graded", graded, subs
    if (graded)
        printf ": mean %.1f, median %.1f of %d points", mean, quartile[2], top
    print ""
    if (errors)
        print errors " could not be graded, which is no zero: call this again"
    if (waiting)
        print waiting " wait to be graded: call this again"
    exit errors + waiting ? 2 : 0
}
