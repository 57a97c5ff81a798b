# members.awk - finds the sources among the files of a submission.
# usage: awk -v kind=folder|tar|zip -v limit=N -f members.awk LIST
#
# LIST has the type of each file, as ls shows it, a tab, and its name, which tar or
# unzip may have escaped. Printed are, separated by tabs,
#   take phaseN/FILE MEMBER   MEMBER may be a pattern that fits only this one
#   note WORDS                what the student is to know
# The phase folders are to be in one place: in the submission itself, or in a
# folder of it.

BEGIN {
    FS = "\t"
    # what a name may have for tar and unzip to take it literally
    odd = "(^-|[^A-Za-z0-9._+,=@~ /-])"
}

function note(words) {
    if (++notes <= 10)
        print "note\t" words
}

{
    type = $1
    name = $2
    # some programs on Windows have it between folders
    if (kind == "zip" && name !~ /\//)
        gsub(/\\/, "/", name)
    gsub(/\/\/+/, "/", name)
    while (sub(/^\.\//, "", name));
    depth = gsub(/\//, "/", name)
    start = match(name, /(^|\/)phase[123]\/[^\/]+\.[ch]$/)
    source = start ? substr(name, start) : ""
    sub(/^\//, "", source)
    # also of what is not taken below: a pattern fits that, too
    endings[source]++
}

name ~ /(^|\/)(__MACOSX|\._[^\/]*)(\/|$)/ || type == "d" {
    next
}

name ~ /^\// || name ~ /(^|\/)\.\.(\/|$)/ {
    if (!outside++)
        note("not taken, its path leads out of the submission: " name)
    next
}

name ~ /(^|\/)phase[123]$/ {
    note(name " is " (type == "l" ? "a link" : "a file") ", not a folder")
    next
}

source != "" && depth <= 4 {
    if (type != "-" && (kind != "zip" || type != "?")) {
        note("not taken, it is " (type ~ /[lh]/ ? "a link" : \
            "no regular file") ": " name)
        next
    }
    n = ++sources
    in_depth[n] = depth
    place[n] = substr(name, 1, start - 1)
    file[n] = source
    member[n] = $2
    times[place[n], file[n]]++
    if (sources == 1 || depth < least)
        least = depth
}

# settle_place: sets where, the one place whose files are taken; 0 if there is none.
function settle_place(    i, found) {
    for (i = 1; i <= sources; i++) {
        if (in_depth[i] != least || (found && place[i] == where))
            continue
        if (found) {
            note("there are phase folders in more than one place: " \
                where "/ and " place[i] "/; nothing is taken")
            return 0
        }
        found = 1
        where = place[i]
    }
    return found
}

# take(I): with a pattern for the folders above, whose names nobody needs to know.
function take(i,    base, between, path) {
    base = file[i]
    sub(/.*\//, "", base)
    # as it stands in the archive, and as unzip has it in a pattern
    between = kind == "zip" && member[i] !~ /\// ? "[\\\\]" : "/"
    path = substr(file[i], 1, length(file[i]) - length(base) - 1) between base
    if (times[place[i], file[i]] > 1) {
        if (!told[file[i]]++)
            note("not taken, it is there more than once: " file[i])
    } else if (base ~ /^-|[^A-Za-z0-9._+-]/) { # make could not use it
        note("not taken, give it a plain name: " file[i])
    } else if (kind != "folder" && place[i] != "" && endings[file[i]] == 1) {
        print "take\t" file[i] "\t*" between path
    } else if (kind == "folder" || member[i] !~ odd) {
        print "take\t" file[i] "\t" member[i]
    } else if (place[i] == "") {
        print "take\t" file[i] "\t" path
    } else {
        note("not taken, its folder has an odd name: " file[i])
    }
}

END {
    if (!sources || !settle_place())
        exit
    for (i = 1; i <= sources; i++)
        taken += place[i] == where
    if (taken > limit)
        note("there are more than " limit " sources: nothing is taken")
    for (i = 1; i <= sources && taken <= limit; i++)
        if (place[i] == where)
            take(i)
}
