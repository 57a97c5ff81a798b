# json.awk - prints the records as results.json, see records.awk.

# string(TEXT): the text as JSON has it.
function string(text) {
    gsub(/[\\"]/, "\\\\&", text)
    gsub(/\n/, "\\n", text)
    gsub(/\t/, "\\t", text)
    return "\"" text "\""
}

function print_test(i) {
    printf "    { \"id\": %s, \"phase\": %d, \"name\": %s,\n", \
        string(id[i]), phase[i], string(name[i])
    printf "      \"points\": %d, \"max_points\": %d, \"status\": %s," \
        " \"duration_ms\": %d,\n", points[i], max[i], string(status[i]), ms[i]
    printf "      \"output\": %s }", string(output[i])
}

END {
    printf "{\n  \"schema\": 1,\n  \"submission\": %s,\n", string(submission)
    printf "  \"status\": %s,\n", string(is_error ? "error" : "graded")
    if (is_error)
        printf "  \"message\": %s,\n", string(message)
    printf "  \"score\": %s,\n", (is_error ? "null" : total)
    printf "  \"max_score\": %d,\n", (is_error ? 100 : total_max)
    printf "  \"jail\": %s,\n  \"seed\": %s,\n  \"phases\": [", \
        string(ENVIRON["JAIL"]), string(seed)
    for (i = 1; i <= phase_count; i++)
        printf "%s\n    { \"phase\": %d, \"score\": %d, \"max_score\": %d }", \
            (i > 1 ? "," : ""), phases[i], score[phases[i]], \
            score_max[phases[i]]
    printf "\n  ],\n  \"tests\": ["
    for (i = 1; i <= tests; i++) {
        print (i > 1 ? "," : "")
        print_test(i)
    }
    printf "\n  ]\n}\n"
}
