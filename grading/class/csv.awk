# csv.awk - prints grades.csv, see class.awk: a line for each submission, as RFC
# 4180 has it. One without a grade has no points, which is no zero.

BEGIN {
    printf "submission,status,score,max_score"
    for (i = 1; i <= phase_count; i++)
        printf ",phase%d", phases[i]
    printf ",jail,notes\r\n"
    for (s = 1; s <= subs; s++) {
        is_graded = state[s] == "graded"
        printf "%s,%s,%s,%s", csv(name[s]), state[s], \
            (is_graded ? score[s] : ""), (is_graded ? max[s] : "")
        for (i = 1; i <= phase_count; i++)
            printf ",%s", (is_graded ? got[s, phases[i]] : "")
        printf ",%s,%s\r\n", csv(jail[s]), csv(words[s])
    }
}
