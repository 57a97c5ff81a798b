# timeline.awk - draws what tools/timeline.c printed, a number for the phase
# before each line: as text on stdout, and as a picture into the file `svg`.
#
# From when it had connected a client is drawn until it had its answer: first its
# own slowness, while it has not sent all of its request, then its waiting for
# the server.

BEGIN {
    width = 60 # characters for the longest time
    title[1] = "phase 1: one client after another"
    title[2] = "phase 2: a thread for each client"
}

{
    phase[NR] = $1
    name[NR] = $2
    connected[NR] = $3
    complete[NR] = $4
    # no answer: drawn to the end, and said
    answered[NR] = $5
    if ($5 > longest)
        longest = $5
}

function repeat(text, count,    out) {
    for (count = int(count + 0.5); count > 0; count--)
        out = out text
    return out
}

function draw_text(i,    until, said) {
    until = answered[i] < 0 ? longest : answered[i]
    said = answered[i] < 0 ? "no answer" \
        : (answered[i] - complete[i]) " ms for its answer"
    printf "  %-7s%s%s%s  %s\n", name[i], \
        repeat(" ", connected[i] * width / longest), \
        repeat("-", (complete[i] - connected[i]) * width / longest), \
        "#" repeat("#", (until - complete[i]) * width / longest), said
}

function bar(class, from, to, y) {
    printf "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\"" \
        " height=\"16\"/>\n", class, 90 + from * 480 / longest, y, \
        (to - from) * 480 / longest + 2 > svg
}

function draw_svg(i, y,    until) {
    until = answered[i] < 0 ? longest : answered[i]
    printf "<text x=\"80\" y=\"%d\" text-anchor=\"end\">%s</text>\n", y + 13, \
        name[i] > svg
    bar("own", connected[i], complete[i], y)
    bar("wait", complete[i], until, y)
    printf "<text x=\"%.1f\" y=\"%d\">%s</text>\n", \
        98 + until * 480 / longest, y + 13, \
        (answered[i] < 0 ? "no answer" : (answered[i] - complete[i]) " ms") > svg
}

END {
    if (longest == 0)
        longest = 1
    print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 680 " \
        NR * 22 + 130 "\">\n<title>Who waited for whom</title>\n<style>\n" \
        "text { font: 13px sans-serif; fill: #1a1a1a }\n" \
        ".title { font-weight: bold }\n" \
        ".own { fill: #9aa7b5 } .wait { fill: #e0a030 }\n" \
        ".page { fill: #ffffff }\n" \
        "@media (prefers-color-scheme: dark) { text { fill: #e8e8e8 }\n" \
        ".page { fill: #161b22 } }\n</style>\n" \
        "<rect class=\"page\" width=\"100%\" height=\"100%\"/>" > svg
    y = 4
    for (i = 1; i <= NR; i++) {
        if (phase[i] != phase[i - 1]) {
            print title[phase[i]]
            printf "<text class=\"title\" x=\"10\" y=\"%d\">%s</text>\n", \
                y + 22, title[phase[i]] > svg
            y += 34
        }
        draw_text(i)
        draw_svg(i, y)
        y += 22
    }
    print "  - it is slow itself   # it waits for the server"
    bar("own", 0, longest / 40, y + 16)
    bar("wait", longest * 0.45, longest * 0.475, y + 16)
    printf "<text x=\"112\" y=\"%d\">it is slow itself</text>\n", y + 29 > svg
    printf "<text x=\"330\" y=\"%d\">it waits for the server</text>\n</svg>\n", \
        y + 29 > svg
}
