# class.awk - reads the records of a class, and works out its statistics.
# usage: LC_ALL=C awk -f raw.awk -f results.awk -f class.awk -f FORMAT.awk,
#        in RESULTS/.class
#
# Then there are, for the program that follows and works in its BEGIN, by
# submission s of subs, phase p of phases, and test t of tests:
#   name[s] state[s]    the state is graded, error or waiting
#   score[s] max[s] words[s] jail[s]
#   got[s, p] of[s, p] built[s, p]    built says why it was not, if so
#   went[s, t]          passed, failed, timeout, error, not-run or skipped; "" if
#                       it had no such test
#   before[s, t]        how it went before, if that was otherwise
#   id[t] title[t] phase[t] worth[t]
#   graded errors waiting   how many; and of the graded
#   mean, quartile[0] to quartile[4], top   top is the most that one can get
#   asked[t] right[t] timeouts[t] changes[t]   how often
#   share[t] relation[t]    the share of right answers and the discrimination, if
#                           they are defined
BEGIN {
    FS = "\t"
    while ((getline line < "list") > 0) {
        split(line, part, "\t")
        name[++subs] = raw(part[4])
        state[subs] = "waiting"
        read_record(part[1], subs)
    }
    number_tests()
    for (s = 1; s <= subs; s++)
        count_submission(s)
    summarize_scores()
    for (t = 1; t <= tests; t++)
        summarize_test(t)
}

# is_new(N): the submission was to be graded, and was not.
function is_new(n,    line, found) {
    found = (getline line < ("new/" n)) > 0
    close("new/" n)
    return found
}

# read_record(N, S): what is known of the result, if that is not of something else
# than the submission as it is now.
function read_record(n, s,    path, line, part) {
    path = "records/" n
    if ((getline line < path) > 0) {
        split(line, part, "\t")
        if (part[1] == "error" || !is_new(n)) {
            state[s] = part[1]
            score[s] = part[2]
            max[s] = part[3]
            words[s] = part[4] == "-" ? "" : part[4]
            jail[s] = part[5]
        }
    }
    while (state[s] != "waiting" && (getline line < path) > 0) {
        split(line, part, "\t")
        if (part[1] == "phase") {
            got[s, part[2]] = part[3]
            of[s, part[2]] = part[4]
            built[s, part[2]] = part[5] == "-" ? "" : part[5]
        } else {
            read_test(s, part)
        }
    }
    close(path)
}

function read_test(s, part,    t) {
    if (!(part[2] in seen))
        seen[part[2]] = ++found
    t = seen[part[2]]
    found_id[t] = part[2]
    found_title[t] = part[7]
    found_phase[t] = part[3]
    found_worth[t] = part[4]
    found_went[s, t] = part[5]
    found_before[s, t] = part[6]
}

# number_tests: by phase; within one they stay as they were found.
function number_tests(    p, k, s, t) {
    for (p = 0; p <= 9; p++) {
        for (k = 1; k <= found; k++) {
            if (found_phase[k] != p)
                continue
            if (!tests || phase[tests] != p)
                phases[++phase_count] = p
            t = ++tests
            id[t] = found_id[k]
            title[t] = found_title[k]
            phase[t] = p
            worth[t] = found_worth[k]
            for (s = 1; s <= subs; s++) {
                went[s, t] = found_went[s, k]
                if (found_before[s, k] !~ /^-?$/ && \
                    found_before[s, k] != went[s, t])
                    before[s, t] = found_before[s, k]
            }
        }
    }
}

function count_submission(s,    t) {
    if (state[s] == "error")
        errors++
    if (state[s] == "waiting")
        waiting++
    if (state[s] != "graded")
        return
    graded++
    if (max[s] > top)
        top = max[s]
    for (t = 1; t <= tests; t++) {
        timeouts[t] += went[s, t] == "timeout"
        changes[t] += (s, t) in before
    }
}

# quantile(Q): of sorted[1] to sorted[graded], between neighbours in proportion,
# as spreadsheets do it.
function quantile(q,    where, low) {
    where = 1 + q * (graded - 1)
    low = int(where)
    if (low >= graded)
        return sorted[graded]
    return sorted[low] + (where - low) * (sorted[low + 1] - sorted[low])
}

function summarize_scores(    s, n, i, sum) {
    for (s = 1; s <= subs; s++) {
        if (state[s] != "graded")
            continue
        sum += score[s]
        for (i = ++n; i > 1 && sorted[i - 1] > score[s] + 0; i--)
            sorted[i] = sorted[i - 1]
        sorted[i] = score[s] + 0
    }
    if (!graded)
        return
    mean = sum / graded
    for (i = 0; i <= 4; i++)
        quartile[i] = quantile(i / 4)
}

# is_asked(S, T): test T says something of submission S.
function is_asked(s, t) {
    return state[s] == "graded" && went[s, t] != "" && went[s, t] != "skipped"
}

# summarize_test(T): how many passed, and how that goes along with the points that
# they have in all other tests: the corrected item-total correlation.
function summarize_test(t,    s, x, y, n, sx, sy, sxy, syy, dx, dy) {
    for (s = 1; s <= subs; s++) {
        if (!is_asked(s, t))
            continue
        n++
        x = went[s, t] == "passed"
        y = score[s] - x * worth[t]
        sx += x
        sy += y
        sxy += x * y
        syy += y * y
    }
    asked[t] = n + 0
    right[t] = sx + 0
    if (n == 0)
        return
    share[t] = sx / n
    dx = n * sx - sx * sx
    dy = n * syy - sy * sy
    if (dx > 0 && dy > 0)
        relation[t] = (n * sxy - sx * sy) / sqrt(dx * dy)
}
