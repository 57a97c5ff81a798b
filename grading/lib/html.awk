# html.awk - prints the records as one page that needs nothing else, see
# records.awk. STYLE is the file with its looks.

function span(class, t) {
    return "<span class=\"" class "\">" markup(t) "</span> "
}

# row(GOT, OF, NAME, TIME): what stands in the line of a test, or of a group.
function row(got, of, what, time) {
    return span("points", got "/" of) span("name", what) span("ms", time)
}

# labelled(I): what test I says, with the words before the colons marked.
function labelled(i,    t, out) {
    t = "\n" markup(words(i))
    while (match(t, /\n(sent|expected|got|likely|look at):/)) {
        out = out substr(t, 1, RSTART) "<b>" \
            substr(t, RSTART + 1, RLENGTH - 1) "</b>"
        t = substr(t, RSTART + RLENGTH)
    }
    return substr(out t, 2)
}

# Prints the tests of the group that test I leads.
function print_members(i,    j) {
    print "<ul>"
    for (j = i; j <= tests; j++)
        if (leader[j] == i)
            print "<li>" row(points[j], max[j], name[j], ms[j] " ms") "</li>"
    print "</ul>"
}

# Prints the group that test I leads, or that one test. What many tests say goes
# beside their number, if it is short.
function print_group(i,    class, many, beside, line) {
    class = tolower(mark(i))
    sub(/ /, "-", class)
    many = members[i] > 1
    beside = many && words(i) ~ /^[^\n]+$/
    line = span("mark " class, mark(i)) \
        row(points_together[i], max_together[i], \
        heading(i) (beside ? ", " words(i) : ""), many ? "" : ms[i] " ms")
    if (!many && output[i] == "") {
        print "<div>" line "</div>"
        return
    }
    print "<details" (mark(i) ~ /^(ok|skipped)$/ || beside ? "" : " open") \
        "><summary>" line "</summary>"
    if (output[i] != "" && !beside)
        print "<pre>" labelled(i) "</pre>"
    if (many)
        print_members(i)
    print "</details>"
}

# What is to be seen to comes first.
function print_phase(p,    i, passed) {
    print "<section id=\"phase" p "\">\n<h2>" markup(title[p]) "</h2>"
    print "<p class=\"quiet\">" summary(p) "</p>"
    for (passed = 0; passed <= 1; passed++)
        for (i = 1; i <= tests; i++)
            if (phase[i] == p && leader[i] == i && \
                (status[i] == "passed") == passed)
                print_group(i)
    print "</section>"
}

function print_score(    i, p) {
    print "<p class=\"score\"><b>" total "</b> of " total_max " points</p>\n<table>"
    for (i = 1; i <= phase_count; i++) {
        p = phases[i]
        printf "<tr><th scope=\"row\"><a href=\"#phase%d\">%s</a></th>" \
            "<td><span class=\"bar\"><span style=\"width:%d%%\"></span></span>" \
            "</td><td>%s</td></tr>\n", p, markup(title[p]), \
            (score_max[p] > 0 ? 100 * score[p] / score_max[p] : 0), \
            score[p] "/" score_max[p]
    }
    print "</table>"
}

function print_times(    i, p) {
    slowest(5)
    print "<section>\n<h2>Where the time goes</h2>\n<ul>"
    for (i = 1; i <= phase_count; i++) {
        p = phases[i]
        print "<li>" span("points", "phase " p) span("name", "build " \
            seconds(took[p, "build"]) ", tests " seconds(took[p, "tests"])) "</li>"
    }
    print "</ul>\n<p class=\"quiet\">The slowest tests</p>\n<ul>"
    for (i = 1; i <= slow_count; i++)
        print "<li>" span("points", "phase " phase[slow[i]]) \
            span("name", name[slow[i]]) span("ms", ms[slow[i]] " ms") "</li>"
    print "</ul>\n</section>"
}

function print_style(    line) {
    print "<style>"
    while ((getline line < ENVIRON["STYLE"]) > 0)
        print line
    print "</style>"
}

END {
    print "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">"
    # should a program's words ever get past the escaping, they still do nothing
    print "<meta http-equiv=\"Content-Security-Policy\" content=\"" \
        "default-src 'none'; style-src 'unsafe-inline'\">"
    print "<meta name=\"viewport\" content=\"width=device-width\">"
    print "<title>" markup(submission) (is_error ? ": no grade" \
        : ": " total "/" total_max) "</title>"
    print_style()
    print "</head>\n<body>\n<header>\n<h1>" markup(submission) "</h1>"
    if (is_error)
        print "<p class=\"error\">The grader could not do its work: " \
            "this is no grade.</p>\n<pre>" markup(message) "</pre>"
    else
        print_score()
    print "</header>\n<main>"
    for (i = 1; i <= phase_count; i++)
        print_phase(phases[i])
    if (!is_error)
        print_times()
    print "</main>\n<footer>With <code>SEED=" markup(seed) "</code> the names and " \
        "contents of this run come again.</footer>\n</body>\n</html>"
}
