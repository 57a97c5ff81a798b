# sanitizer.awk - prints the first thing that a sanitizer's report complains of, in
# words, and then, each on a line of its own, where: function, file and line.
# Nothing is printed if there is nothing to complain of.
# usage: awk -f sanitizer.awk -v phase=phaseN -v requests=N REPORT
#
# Memory that nothing leads to any more counts if it was lost with each of so many
# requests; what a program loses once ends with it.

/ERROR: LeakSanitizer/ {
    next
}

/(ERROR|WARNING): [A-Z][a-z]*Sanitizer: / {
    begin()
    sub(/.*Sanitizer: /, "")
    sub(/ on (unknown )?address .*| \(pid=.*/, "")
    what = $0
}

/:[0-9]+:[0-9]+: runtime error: / {
    begin()
    what = $0
    sub(/.*: runtime error: /, "", what)
}

/^Direct leak of / {
    begin()
    for (i = 1; i < NF; i++)
        if ($(i + 1) ~ /^object/ && $i >= requests)
            what = "memory lost with each request: " $i " times"
    leak = 1
}

# Of a data race: the other thread's place, then what is of no use here.
what == "data race" && /^  Previous / {
    where = where "and at the same time, in another thread:\n"
}

what == "data race" && /^  (Location is|Thread T)/ {
    if (match($0, /global '[^'.]*/))
        what = what " on the variable " substr($0, RSTART + 8, RLENGTH - 8)
    exit
}

what != "" && $1 ~ /^#[0-9]+$/ && index($0, "/" phase "/") {
    name = $2 ~ /^0x/ ? $4 : $2
    at = substr($0, index($0, "/" phase "/") + 1)
    sub(/[ )].*/, "", at)
    # without the column
    if (at ~ /:[0-9]+:[0-9]+$/)
        sub(/:[0-9]+$/, "", at)
    if (at ~ /\.[ch]:[0-9]+$/)
        where = where name " in " at "\n"
}

# A leak that no line of the program leads to is none of its own.
function begin() {
    if (what != "" && (where != "" || !leak))
        exit
    what = where = ""
    leak = 0
}

END {
    if (what != "" && (where != "" || !leak))
        printf "%s\n%s", what, where
}
