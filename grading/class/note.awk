# note.awk - adds words to a result: to results.json, as "notes", and at the head
# of report.html.
# usage: LC_ALL=C awk -f records.awk -f note.awk -v notes=FILE RESULT
#
# Only lines that json.awk and html.awk print look like the two that are sought:
# what a program printed is always escaped, or deeper in.

BEGIN {
    while ((getline line < notes) > 0)
        text = text (text == "" ? "" : "\n") clean(line)
    as_json = text
    gsub(/[\\"]/, "\\\\&", as_json)
    gsub(/\n/, "\\n", as_json)
    gsub(/\t/, " ", as_json)
    while ((getline line < ARGV[1]) > 0) {
        if (line == "</header>")
            print "<p class=\"error\">About the submitted files:</p>\n<pre>" \
                markup(text) "</pre>"
        print line
        if (line ~ /^  "status": "/)
            print "  \"notes\": \"" as_json "\","
    }
    exit
}
