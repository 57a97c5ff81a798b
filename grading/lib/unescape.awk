# unescape.awk - for the readers of the records that collect.awk prints.

# Undoes what collect.awk did to a test's output.
function unescaped(text,    i, c, out) {
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        if (c == "\\") {
            c = substr(text, ++i, 1)
            c = c == "n" ? "\n" : c == "t" ? "\t" : c
        }
        out = out c
    }
    return out
}
