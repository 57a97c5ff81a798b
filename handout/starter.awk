# starter.awk - makes the starter of a reference solution: each region between
# the marks keeps its task and gets its stub in place of the reference's lines.
# usage: awk -f starter.awk [-v filled="FUNCTION..."] webserver.c
# In the functions that filled names, the reference's lines stay.
#
#     /* Fill in start: the task, which may go
#      * over several lines. */
#     the reference's lines
#     /* Fill in stub
#     the stub
#     Fill in end */
#
# A mark that is nested, unclosed, stray or misspelt is an error: a message with
# file and line on stderr, exit status 1.

function wrong(text, line) {
    printf "%s:%d: %s\n", FILENAME, line, text | "cat >&2"
    status = 1
    exit 1
}

# where: outside of regions, in a task, the reference, or a stub
BEGIN {
    where = "outside"
}

/^[a-z].*\(/ {
    name = $0
    sub(/\(.*/, "", name)
    sub(/.*[ *]/, "", name)
    keep = (" " filled " ") ~ ("[ \n]" name "[ \n]")
}

tolower($0) ~ /fill[ _-]*in/ &&
    !/^ *\/\* Fill in start: ./ && !/^ *\/\* Fill in stub$/ &&
    !/^ *Fill in end \*\/$/ {
    wrong("this is no proper mark", FNR)
}

/Fill in start/ {
    if (where != "outside")
        wrong("'Fill in start' within the region of line " opened, FNR)
    opened = FNR
    where = "task"
}

/Fill in stub/ {
    if (where != "reference")
        wrong("'Fill in stub' without its 'Fill in start'", FNR)
    where = "stub"
    next
}

/Fill in end/ {
    if (where != "stub")
        wrong("'Fill in end' without its 'Fill in stub'", FNR)
    where = "outside"
    sub(/Fill in end/, "/* Fill in end")
}

where != (keep ? "stub" : "reference") {
    print
}

where == "task" && /\*\// {
    where = "reference"
}

END {
    if (!status && where != "outside")
        wrong("the region of line " opened " is not closed", opened)
    exit status
}
