# carry.awk - prints a program with what was filled in in another one: the
# regions of phase 1 that phase 2 has too need not be written twice.
# usage: awk -f carry.awk phase1/webserver.c phase2/webserver.c
#
# A region is what stands between a `Fill in start` comment and `Fill in end`.
# Two belong together if those comments are the same; one in which net_todo is
# gone has been filled in already, and is kept. What became of each, by the name of
# its function, goes to stderr. Exit status 1 if a region does not end, which would
# take the rest of the file with it.

in_region && (FNR == 1 || /\/\* Fill in start/) {
    exit
}

FNR == 1 {
    file++
}

/^[a-z].*\(/ {
    name = $0
    sub(/\(.*/, "", name)
    sub(/.*[ *]/, "", name)
}

/\/\* Fill in start/ {
    place = FILENAME ": " name
    task = lines = ""
    in_task = 1
}

in_task {
    task = task $0 "\n"
    if (/\*\//) {
        in_task = 0
        in_region = 1
    }
    if (file == 2)
        print
    next
}

/\/\* Fill in end/ {
    in_region = 0
    if (file == 1)
        region[task] = lines
    else if (lines !~ /net_todo/)
        keep("kept, as it was filled in", lines)
    else if (task in region && region[task] != lines)
        keep("copied", region[task])
    else
        keep("left for you", lines)
}

in_region {
    lines = lines $0 "\n"
    next
}

file == 2 {
    print
}

function keep(how, lines) {
    printf "%s", lines
    names[how] = names[how] " " name
}

END {
    if (in_region) {
        print place " has a \"Fill in start\" without a \"Fill in end\"" | "cat >&2"
        exit 1
    }
    for (how in names)
        print how ":" names[how] | "cat >&2"
}
