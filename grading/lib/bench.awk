# bench.awk - makes a table (Markdown) of what tools/load.c printed, the server's
# name before each line, and a bar chart in the file `svg`.

NF < 5 {
    silent[$1]++
}

NF == 5 && $2 > 0 {
    n = ++count[$1]
    rate[$1, n] = $2 * 1000000 / $4
    cost[$1, n] = $5 < 0 ? -1 : $5 / $2
    failures[$1] += $3
}

!($1 in seen) {
    seen[$1]
    name[++servers] = $1
    if (length($1) > widest)
        widest = length($1)
}

# median(VALUES, KEY): of VALUES[KEY, 1...], which it sorts; -1 of none.
function median(values, key,    i, k, held, n) {
    n = count[key]
    for (i = 2; i <= n; i++) {
        held = values[key, i]
        for (k = i - 1; k > 0 && values[key, k] > held; k--)
            values[key, k + 1] = values[key, k]
        values[key, k + 1] = held
    }
    return n == 0 ? -1 : (values[key, int((n + 1) / 2)] + \
        values[key, int(n / 2) + 1]) / 2
}

# said(VALUE, FORMAT): the value, or a dash where there is none.
function said(value, format) {
    return value < 0 ? "-" : sprintf(format, value)
}

function chart(title, values, format, y,    i, longest) {
    printf "<text class=\"title\" x=\"10\" y=\"%d\">%s</text>\n", y, title > svg
    for (i = 1; i <= servers; i++)
        if (values[i] > longest)
            longest = values[i]
    for (i = 1; i <= servers; i++) {
        y += 22
        printf "<text x=\"90\" y=\"%d\" text-anchor=\"end\">%s</text>\n", y, \
            name[i] > svg
        if (values[i] > 0)
            printf "<rect class=\"%s\" x=\"100\" y=\"%d\" width=\"%.1f\"" \
                " height=\"16\"/>\n", (name[i] ~ /^phase/ ? "ours" : "peer"), \
                y - 13, values[i] * 440 / longest > svg
        printf "<text x=\"%.1f\" y=\"%d\">%s</text>\n", 106 + \
            (values[i] > 0 ? values[i] * 440 / longest : 0), y, \
            said(values[i], format) > svg
    }
}

END {
    print "A file of 200 bytes, " clients " clients at a time. " machine "\n"
    form = "| %-" widest "s | %15s | %10s | %6s |\n"
    printf form, "server", "CPU us/request", "requests/s", "failed"
    rule = sprintf(form, "", "", "", "")
    gsub(/ /, "-", rule)
    gsub(/-\|/, ":|", rule)
    sub(/:\|/, "-|", rule)
    printf "%s", rule
    for (i = 1; i <= servers; i++) {
        costs[i] = median(cost, name[i])
        rates[i] = median(rate, name[i])
        printf form, name[i], said(costs[i], "%.1f"), said(rates[i], "%.0f"), \
            (silent[name[i]] ? "silent" : failures[name[i]] + 0)
    }
    print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 " \
        servers * 44 + 90 "\">\n<title>What a request costs</title>\n<style>\n" \
        "text { font: 13px sans-serif; fill: #1a1a1a }\n" \
        ".title { font-weight: bold }\n" \
        ".ours { fill: #e0a030 } .peer { fill: #9aa7b5 }\n" \
        ".page { fill: #ffffff }\n" \
        "@media (prefers-color-scheme: dark) { text { fill: #e8e8e8 }\n" \
        ".page { fill: #161b22 } }\n</style>\n" \
        "<rect class=\"page\" width=\"100%\" height=\"100%\"/>" > svg
    chart("processor time of a request, in microseconds: less is better", \
        costs, "%.1f", 24)
    chart("requests answered in a second: more is better", rates, "%.0f", \
        servers * 22 + 66)
    print "</svg>" > svg
}
