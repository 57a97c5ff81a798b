# edit.awk - prints a source with the text of one file in the place of another's,
# which must stand in it exactly once: else exit status 1.
# usage: awk -f edit.awk -v old_file=FILE -v new_file=FILE SOURCE

# slurp(FILE): returns its text, without the last line end.
function slurp(file,    line, all, n) {
    while ((getline line <file) > 0)
        all = all (n++ ? "\n" : "") line
    return all
}

{
    source = source $0 "\n"
}

END {
    old = slurp(old_file)
    new = slurp(new_file)
    at = index(source, old)
    rest = substr(source, at + length(old))
    if (old == "" || old == new || !at || index(rest, old))
        exit 1
    printf "%s%s%s", substr(source, 1, at - 1), new, rest
}
