# page.awk - prints index.html, see class.awk: one page that needs nothing else.
# usage: NONCE=TEXT WHEN=TEXT STYLE=report.css PAGE=index awk -f raw.awk
#        -f results.awk -f class.awk -f page.awk, with index.css and index.js

# shown(TEXT): the text for the page, whatever is in it.
function shown(text) {
    gsub(/[\001-\037\177]/, "\357\277\275", text)
    return "<bdi>" markup(text) "</bdi>"
}

# link(S): the name of a submission, leading to its report.
function link(s,    out, i, c) {
    if (state[s] == "waiting")
        return shown(name[s])
    for (i = 1; i <= length(name[s]); i++) {
        c = substr(name[s], i, 1)
        out = out (c ~ /[A-Za-z0-9._~-]/ ? c : sprintf("%%%02X", code[c]))
    }
    return "<a href=\"./" out "/report.html\">" shown(name[s]) "</a>"
}

# short(T): the id of a test without its phase.
function short(t,    text) {
    text = id[t]
    sub(/^[^\/]*\//, "", text)
    return text
}

function include(path,    line) {
    while ((getline line < path) > 0)
        print line
    close(path)
}

# points(X): with one digit behind the point where it needs one.
function points(x) {
    return x == int(x) ? x "" : sprintf("%.1f", x)
}

# jails(): the kinds that the submissions were graded in.
function jails(    s, seen, out) {
    for (s = 1; s <= subs; s++)
        if (state[s] == "graded" && !(jail[s] in seen)) {
            seen[jail[s]] = 1
            out = out ", " jail[s]
        }
    sub(/^, /, " · jail: ", out)
    return out
}

# --- the class in numbers

function figure(what, x) {
    print "<div><dt>" what "</dt><dd>" x "</dd></div>"
}

function print_figures() {
    print "<dl>"
    figure("graded", graded + 0 "<small> of " subs "</small>")
    if (graded) {
        figure("mean", sprintf("%.1f", mean) "<small> of " top "</small>")
        figure("median", points(quartile[2]))
        figure("quartiles", points(quartile[1]) " – " points(quartile[3]))
        figure("least, most", points(quartile[0]) " – " points(quartile[4]))
    }
    if (errors)
        figure("errors", "<span class=\"failed\">" errors "</span>")
    if (waiting)
        figure("waiting", waiting)
    print "</dl>"
}

# print_bar(I, TALLEST): the submissions from 10 * I per cent on.
function print_bar(i, tallest,    high) {
    high = 100 * bin[i] / tallest
    printf "<rect x=\"%d\" y=\"%.1f\" width=\"38\" height=\"%.1f\">" \
        "<title>%d to %d %%: %d</title></rect>\n", 40 * i + 1, 120 - high, \
        high, 10 * i, (i < 9 ? 10 * i + 9 : 100), bin[i]
    if (bin[i])
        printf "<text class=\"count\" x=\"%d\" y=\"%.1f\">%d</text>\n", \
            40 * i + 20, 115 - high, bin[i]
}

function print_histogram(    s, i, tallest, words) {
    for (s = 1; s <= subs; s++) {
        if (state[s] == "graded" && max[s] > 0) {
            i = int(10 * score[s] / max[s])
            bin[i > 9 ? 9 : i]++
        }
    }
    for (i = 0; i <= 9; i++) {
        tallest = bin[i] > tallest ? bin[i] : tallest
        words = words (i ? ", " : "") bin[i] + 0
    }
    print "<svg viewBox=\"-16 0 434 140\" role=\"img\" aria-label=\"How many" \
        " submissions have so many tenths of the points: " words "\">"
    for (i = 0; i <= 9; i++)
        print_bar(i, tallest ? tallest : 1)
    print "<path d=\"M0 120.5H400\"/>"
    for (i = 0; i <= 10; i += 2)
        printf "<text x=\"%d\" y=\"136\">%d%s</text>\n", 40 * i, 10 * i, \
            (i == 10 ? "%" : "")
    print "</svg>"
}

# --- what is to be looked at

# begin_list(TITLE, N): a list of N entries; a long one is closed at first.
function begin_list(what, n) {
    print "<details" (n <= 8 ? " open" : "") "><summary><span class=\"name\">" \
        what "</span><span class=\"points\">" n "</span></summary>\n<ul>"
}

function item(who, what) {
    print "<li><span class=\"who\">" who "</span><span class=\"name\">" what \
        "</span></li>"
}

# print_list(TITLE): the submissions that have something in about[].
function print_list(what,    s, n) {
    for (s = 1; s <= subs; s++)
        n += about[s] != ""
    if (n) {
        begin_list(what, n)
        for (s = 1; s <= subs; s++)
            if (about[s] != "")
                item(link(s), about[s])
        print "</ul></details>"
        listed = 1
    }
    split("", about)
}

function add(s, what) {
    about[s] = about[s] (about[s] == "" || what == "" ? "" : ", ") what
}

# print_suspects: what most of the good ones fail and the others pass.
function print_suspects(    t, n) {
    for (t = 1; t <= tests; t++)
        n += is_suspect(t)
    if (!n)
        return
    begin_list("Suspect tests: who passes them has fewer points elsewhere", n)
    for (t = 1; t <= tests; t++)
        if (is_suspect(t))
            item("<a href=\"#t" t "\">" markup(id[t]) "</a>", markup(title[t]))
    print "</ul></details>"
    listed = 1
}

function is_suspect(t) {
    return t in relation && relation[t] < 0
}

function print_lists(    s, t) {
    for (s = 1; s <= subs; s++)
        if (state[s] == "error")
            add(s, shown(words[s]))
    print_list("Not graded because of the grader's own trouble: grade again")
    for (s = 1; s <= subs; s++)
        add(s, unbuilt(s))
    print_list("Not built")
    for (s = 1; s <= subs; s++)
        for (t = 1; t <= tests; t++)
            if (state[s] == "graded" && went[s, t] == "timeout")
                add(s, markup(id[t]))
    print_list("Timed out")
    for (s = 1; s <= subs; s++)
        if (state[s] == "graded" && words[s] != "")
            add(s, shown(words[s]))
    print_list("Not taken of the submitted files")
    for (s = 1; s <= subs; s++)
        for (t = 1; t <= tests; t++)
            if ((s, t) in before)
                add(s, markup(id[t]) " was " before[s, t] ", is " went[s, t])
    print_list("Changed their answer since the same submission was last graded")
    print_suspects()
}

# unbuilt(S): which phases of a submission were not built, and why.
function unbuilt(s,    i, text, last, out) {
    for (i = 1; i <= phase_count; i++) {
        text = built[s, phases[i]]
        sub(/^phase[0-9] /, "", text)
        if (text == last && text != "")
            sub(/: [^:]*$/, " and " phases[i] ": " text, out)
        else if (text != "")
            out = out (out == "" ? "" : ", ") "phase " phases[i] ": " text
        last = text
    }
    return markup(out)
}

# --- the submissions and their tests

# flags(S): what its row can be found by.
function flags(s,    t, out) {
    out = state[s]
    if (out != "graded")
        return out
    if (unbuilt(s) != "")
        out = out " unbuilt"
    for (t = 1; t <= tests; t++) {
        if (went[s, t] == "timeout" && out !~ / timeout/)
            out = out " timeout"
        if ((s, t) in before && out !~ / changed/)
            out = out " changed"
    }
    return out (words[s] != "" ? " notes" : "")
}

function print_columns(    i, t, n) {
    print "<thead>\n<tr><td></td><td colspan=\"" 2 + phase_count "\"></td>"
    for (i = 1; i <= phase_count; i++) {
        for (n = 0; phase[first + n + 1] == phases[i]; n++);
        print "<th scope=\"colgroup\" class=\"of\" colspan=\"" n "\">phase " \
            phases[i] "</th>"
        starts[first + 1] = 1
        first += n
    }
    print "</tr>\n<tr><th scope=\"col\">submission</th>" \
        "<th scope=\"col\">score</th>"
    for (i = 1; i <= phase_count; i++)
        print "<th scope=\"col\" title=\"phase " phases[i] "\">P" phases[i] \
            "</th>"
    print "<th scope=\"col\">remarks</th>"
    for (t = 1; t <= tests; t++)
        print "<th scope=\"col\" class=\"test" (t in starts ? " of" : "") \
            "\" title=\"" markup(title[t]) "\"><span>" markup(short(t)) \
            "</span></th>"
    print "</tr>\n</thead>"
}

# cell(S, T): how a test went, by colour and by letter.
function cell(s, t,    class, note) {
    class = letter[went[s, t]]
    if ((s, t) in before) {
        class = class " changed"
        note = " title=\"was " before[s, t] "\""
    }
    if (t in starts)
        class = class " of"
    sub(/^p( |$)/, "", class)
    return "<td" (class == "" ? "" : class ~ / / ? " class=\"" class "\"" : \
        " class=" class) note ">" sign[went[s, t]]
}

function print_row(s,    i, t, line, remarks, is_graded) {
    is_graded = state[s] == "graded"
    remarks = flags(s)
    line = "<tr data-is=\"" remarks "\"" (is_graded ? "" : " class=none") \
        "><th scope=\"row\">" link(s) "</th>" \
        (is_graded ? "<td class=\"number\">" score[s] : \
        "<td class=\"number\" data-sort=\"-1\">–")
    for (i = 1; i <= phase_count; i++)
        line = line "<td class=\"number\">" (is_graded ? got[s, phases[i]] : "")
    sub(/^graded ?/, "", remarks)
    gsub(/unbuilt/, "not built", remarks)
    gsub(/ (not |timeout|changed|notes)/, ",&", remarks)
    line = line "<td class=\"remarks\">" remarks
    for (t = 1; t <= tests; t++)
        line = line (is_graded ? cell(s, t) : \
            t in starts ? "<td class=of>" : "<td>")
    print line "</tr>"
}

function print_legend() {
    print "<p class=\"quiet legend\"><span class=\"cell\">·</span> passed " \
        "<span class=\"cell f\">F</span> failed " \
        "<span class=\"cell t\">T</span> timed out " \
        "<span class=\"cell e\">E</span> error " \
        "<span class=\"cell n\">–</span> not run, as another one failed " \
        "<span class=\"cell s\">s</span> skipped, at no cost " \
        "<span class=\"cell changed\">·</span> changed since it was last graded</p>"
}

function print_filter(    i, n, option, words_of) {
    n = split("graded error waiting unbuilt timeout notes changed", option, " ")
    split("graded|no grade|waiting|not built|timed out|files not taken|" \
        "changed", words_of, "|")
    print "<form hidden><label>Name <input type=\"search\"></label> " \
        "<label>Show <select><option value=\"\">all</option>"
    for (i = 1; i <= n; i++)
        print "<option value=\"" option[i] "\">" words_of[i] "</option>"
    print "</select></label> <output></output></form>"
}

function print_submissions(    s) {
    print "<section>\n<h2 id=\"submissions\">Submissions and their tests</h2>"
    print_filter()
    print_legend()
    print "<figure tabindex=\"0\" role=\"region\" " \
        "aria-labelledby=\"submissions\">\n<table class=\"grid\">"
    print_columns()
    print "<tbody>"
    for (s = 1; s <= subs; s++)
        print_row(s)
    print "</tbody>\n</table>\n</figure>\n</section>"
}

# --- the tests

# verdict(T): what is to be thought of a test.
function verdict(t,    out) {
    if (t in share && share[t] > .8)
        out = "easy"
    if (t in share && share[t] < .3)
        out = "hard"
    if (is_suspect(t))
        out = out (out == "" ? "" : ", ") "suspect"
    return out
}

function print_test(t,    percent) {
    percent = sprintf("%.0f", 100 * share[t])
    print "<tr id=\"t" t "\"><td class=\"number\">" phase[t] "</td>" \
        "<th scope=\"row\">" markup(title[t]) " <small>" markup(short(t)) \
        "</small></th><td class=\"number\">" worth[t] "</td>" \
        "<td class=\"number\" data-sort=\"" (t in share ? share[t] : -1) "\">" \
        (t in share ? percent " %" : "n/a") "</td><td class=\"share\">" \
        (t in share ? "<span class=\"bar\"><span style=\"width:" percent \
        "%\"></span></span>" : "") "</td><td class=\"number\" data-sort=\"" \
        (t in relation ? relation[t] : -2) "\">" (t in relation ? \
        sprintf("%.2f", relation[t]) : "n/a") "</td><td>" verdict(t) "</td>" \
        "<td class=\"number\">" timeouts[t] + 0 "</td><td class=\"number\">" \
        changes[t] + 0 "</td></tr>"
}

function print_tests(    t) {
    print "<section>\n<h2 id=\"tests\">Tests</h2>\n<p class=\"quiet\">Easy is " \
        "what more than 80 % pass, hard what fewer than 30 % do. Discrimination " \
        "is the correlation of passing with the points in all other tests; a " \
        "test with less than 0 is suspect, and near 1 it separates best. It is " \
        "n/a where all pass or all fail.</p>"
    print "<figure tabindex=\"0\" role=\"region\" aria-labelledby=\"tests\">\n" \
        "<table class=\"tests\">\n<thead><tr><th scope=\"col\">phase</th>" \
        "<th scope=\"col\">test</th><th scope=\"col\">points</th>" \
        "<th scope=\"col\">pass</th><td></td>" \
        "<th scope=\"col\">discrimination</th><th scope=\"col\">verdict</th>" \
        "<th scope=\"col\">timeouts</th><th scope=\"col\">changed</th>" \
        "</tr></thead>\n<tbody>"
    for (t = 1; t <= tests; t++)
        print_test(t)
    print "</tbody>\n</table>\n</figure>\n</section>"
}

BEGIN {
    for (i = 1; i < 256; i++)
        code[sprintf("%c", i)] = i
    split("passed p · failed f F timeout t T error e E not-run n – skipped s s", \
        part, " ")
    for (i = 1; i in part; i += 3) {
        letter[part[i]] = part[i + 1]
        sign[part[i]] = part[i + 2]
    }
    print "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">"
    print "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src " \
        "'none'; style-src 'unsafe-inline'; script-src 'nonce-" \
        ENVIRON["NONCE"] "'\">"
    print "<meta name=\"viewport\" content=\"width=device-width\">"
    print "<title>Grades of " subs " submissions</title>\n<style>"
    include(ENVIRON["STYLE"])
    include(ENVIRON["PAGE"] ".css")
    print "</style>\n</head>\n<body>\n<header>\n<h1>Grades of " subs \
        " submissions</h1>\n<p class=\"quiet\">" markup(ENVIRON["WHEN"] jails()) \
        "</p>"
    print "<div class=\"overview\">"
    print_figures()
    print_histogram()
    print "</div>\n</header>\n<main>\n<section>\n<h2>To look at</h2>"
    print_lists()
    print (listed ? "" : "<p class=\"quiet\">Nothing.</p>") "</section>"
    print_submissions()
    print_tests()
    print "</main>\n<script nonce=\"" ENVIRON["NONCE"] "\">"
    include(ENVIRON["PAGE"] ".js")
    print "</script>\n</body>\n</html>"
}
