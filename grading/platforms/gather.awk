# gather.awk - picks the sources of a submission from the names of its files, one
# a line, and prints for each: phaseN/FILE, a tab, its name.
#
# They are in phaseN/, at the top or in one folder that holds everything; or, on a
# platform without folders, are called phaseN_FILE.

/\t/ || /(^|\/)(__MACOSX\/|\._)/ {
    next
}

{
    path = $0
    sub(/^(\.\/)+/, "", path)
    folder = ""
    if (path !~ /^phase[123][\/_]/ && match(path, /^[^\/]+\//)) {
        folder = substr(path, 1, RLENGTH)
        path = substr(path, RLENGTH + 1)
    }
    if (path !~ /^phase[123][\/_][^\/]+\.[ch]$/)
        next
    # the top comes first, and then the first of the folders
    if (folder == "" || n == 0)
        top = folder
    found[++n] = folder
    target[n] = substr(path, 1, 6) "/" substr(path, 8)
    name[n] = $0
}

END {
    for (i = 1; i <= n; i++)
        if (found[i] == top && !(target[i] in taken)) {
            taken[target[i]]
            print target[i] "\t" name[i]
        }
}
