# json.awk - makes results.json of the records that collect.awk prints.
# usage: awk -f unescape.awk -f json.awk -v status=graded -v submission=NAME -v seed=N
#            -v jail=KIND RECORDS
# With -v status=error -v message=TEXT it says why nothing was graded.

BEGIN {
    FS = "\t"
    for (i = 1; i < 256; i++) {
        character = sprintf("%c", i)
        code[character] = i < 32 || i > 126 ? sprintf("\\u%04x", i) : character
    }
    code["\""] = "\\\""
    code["\\"] = "\\\\"
    code["\n"] = "\\n"
    code["\t"] = "\\t"
}

# Bytes above 127, which a submission may print in any encoding or none, are
# taken as Latin-1, so that the result is always proper JSON.
function string(text,    i, out) {
    for (i = 1; i <= length(text); i++)
        out = out code[substr(text, i, 1)]
    return "\"" out "\""
}

{
    if (!($2 in max))
        phases[++phase_count] = $2
    score[$2] += $4
    max[$2] += $5
    total += $4
    total_max += $5
    test[NR] = sprintf("    { \"id\": %s, \"phase\": %d, \"name\": %s,\n" \
        "      \"points\": %d, \"max_points\": %d, \"status\": %s," \
        " \"duration_ms\": %d,\n      \"output\": %s }", string($1), $2, \
        string($3), $4, $5, string($6), $7, string(unescaped($9)))
}

END {
    printf "{\n  \"schema\": 1,\n  \"submission\": %s,\n", string(submission)
    printf "  \"status\": %s,\n", string(status)
    if (status == "error")
        printf "  \"message\": %s,\n", string(message)
    printf "  \"score\": %s,\n", (status == "error" ? "null" : total + 0)
    printf "  \"max_score\": %d,\n", (status == "error" ? 100 : total_max)
    printf "  \"jail\": %s,\n  \"seed\": %s,\n", string(jail), string(seed)
    printf "  \"phases\": ["
    for (i = 1; i <= phase_count; i++)
        printf "%s\n    { \"phase\": %d, \"score\": %d, \"max_score\": %d }", \
            (i > 1 ? "," : ""), phases[i], score[phases[i]], max[phases[i]]
    printf "\n  ],\n  \"tests\": ["
    for (i = 1; i <= NR; i++)
        printf "%s\n%s", (i > 1 ? "," : ""), test[i]
    printf "\n  ]\n}\n"
}
