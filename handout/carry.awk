# carry.awk - prints a program with the regions of another one: what you have
# filled in in phase 1 goes to the same places of phase 2.
# usage: awk -f carry.awk phase1/webserver.c phase2/webserver.c
#
# A region is what stands between a `Fill in start` comment and `Fill in end`.
# Regions belong together if those comments are the same.

/\/\* Fill in start/ {
    task = ""
    in_task = 1
}

in_task {
    task = task $0 "\n"
    if (FNR != NR)
        print
    if (/\*\//) {
        in_task = 0
        in_region = 1
        carried = FNR != NR && (task in region)
        if (carried)
            printf "%s", region[task]
    }
    next
}

/\/\* Fill in end/ {
    in_region = 0
}

in_region && FNR == NR {
    region[task] = region[task] $0 "\n"
}

FNR != NR && !(in_region && carried) {
    print
}
