# plan.awk - tells what a class consists of, and what of it is to be graded: those
# whose key is not the one in keys/, or whose result is not there.
# usage: RESULTS=dir KIT_KEY=text awk -f raw.awk -f plan.awk part=names
#        names part=found found part=sums sums
#
# It writes the files list, todo, new/N and names.new, see `run`.

BEGIN {
    FS = "\t"
    taken["grades.csv"] = taken["index.html"] = 1
}

part == "names" {
    number[$0] = ++numbers
    named[numbers] = $0
    next
}

part == "found" && $1 == "none" {
    gsub(/[\001-\037\177]/, "?", $2)
    print "ignored, it is no folder, .tar.gz, .tgz or .zip: " $2
    next
}

part == "found" {
    kind[++entries] = $1
    file[entries] = $2
    name[entries] = $3
    same[tolower($3)]++
    next
}

# A hash, and a name in the folder of submissions; or the name alone. sha256sum
# begins a line with a backslash if the name in it is escaped.
{
    line = $0
    if (line !~ /^\\/)
        gsub(/\t/, "\\t", line)
    if (!match(line, /\.\//))
        next
    owner = substr(line, RSTART + 2)
    sub(/\/.*/, "", owner)
    sums[owner] = sums[owner] line "\n"
}

# contents(FILE): all of it.
function contents(path,    line, text) {
    while ((getline line < path) > 0)
        text = text line "\n"
    close(path)
    return text
}

# has_result(NAME): there is something in its results.json.
function has_result(name,    line, path) {
    path = ENVIRON["RESULTS"] "/" raw(name) "/results.json"
    line = (getline line < path) > 0
    close(path)
    return line
}

# settle_name(I): an archive whose name another one has too keeps its suffix.
function settle_name(i) {
    if (kind[i] != "folder" && same[tolower(name[i])] > 1)
        name[i] = file[i]
    while (tolower(name[i]) in taken)
        name[i] = name[i] "~"
    taken[tolower(name[i])] = 1
    if (!(name[i] in number)) {
        number[name[i]] = ++numbers
        named[numbers] = name[i]
    }
}

function plan(i,    n, key, path) {
    n = number[name[i]]
    print n "\t" kind[i] "\t" file[i] "\t" name[i] >"list"
    key = ENVIRON["KIT_KEY"] "\n" kind[i] "\t" file[i] "\t" name[i] "\n" \
        sums[file[i]]
    if (key == contents("keys/" n) && has_result(name[i]))
        return
    print n >"todo"
    path = "new/" n
    printf "%s", key >path
    close(path)
}

END {
    printf "" >"list"
    printf "" >"todo"
    printf "" >"names.new"
    for (i = 1; i <= entries; i++)
        if (kind[i] == "folder")
            settle_name(i)
    for (i = 1; i <= entries; i++) {
        if (kind[i] != "folder")
            settle_name(i)
        plan(i)
    }
    for (i = 1; i <= numbers; i++)
        print named[i] >"names.new"
}
