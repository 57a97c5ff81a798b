#!/usr/bin/env bats
# hostile.bats - submissions that mean harm, without the help of a jail, and machines
# that lack something: the grade is right or there is none, nothing survives, and it
# comes to an end. jail.bats has what only a jail keeps off.

load kit.bash

setup() {
    OUT=$BATS_TEST_TMPDIR/out
    SUBMISSION=$BATS_TEST_TMPDIR/mallory
    LOG=$BATS_TEST_TMPDIR/log
    STATUS=0
}

# submission PHASE: makes a submission of that phase's reference and of the source
# on stdin, which has a function evil that is called before main.
submission() {
    mkdir -p "$SUBMISSION/phase$1"
    cp "$KIT/phase$1"/*.c "$SUBMISSION/phase$1/"
    {
        printf '#include <%s.h>\n' fcntl signal stdio stdlib string unistd
        echo "__attribute__((constructor)) static void evil(void)"
        cat
    } >"$SUBMISSION/phase$1/evil.c"
}

# add_test ID: adds a test of phase 1 of one point to COPY; what it does is on stdin.
add_test() {
    printf '\n# bats test_tags=id:%s, points:1, see:main\n@test "The %s test" {\n' \
        "$1" "$1" >>"$COPY/grading/phase1.bats"
    { cat && echo '}'; } >>"$COPY/grading/phase1.bats"
}

# first_in_answer CODE: has the reference do that before each answer.
first_in_answer() {
    sed "s|^    struct http_request .request = .*|    $1\\n&|" \
        "$KIT/phase1/webserver.c" >"$SUBMISSION/phase1/webserver.c"
}

# grade COMMAND...: grades phase 1 of it into OUT, for a minute and a half at most;
# with words before the grader, such as unshare's.
grade() {
    grade_by "$KIT" "$@"
}

# grade_by COPY COMMAND...: the same, by that copy of the kit.
grade_by() {
    local kit=$1
    shift
    "$KIT/grading/tools/build" "$BATS_TEST_TMPDIR/tools" reap
    "$BATS_TEST_TMPDIR/tools/reap" 90000 "$@" "$kit/grading/grade" -p 1 -j "none" \
        -o "$OUT" "$SUBMISSION" >"$LOG" 2>&1 3>&- 4>&- || STATUS=$?
    cat "$LOG"
    [ "$STATUS" -ne 124 ]
}

# expect_lost ID...: these tests failed, and no others.
expect_lost() {
    needs jq
    local lost
    lost=$(jq -r '[.tests[] | select(.points < .max_points) | .id] | sort | join(" ")' \
        "$OUT/results.json")
    echo "lost: $lost"
    [ "$lost" = "$*" ]
}

# expect_error WORDS: there is no grade, and it says why.
expect_error() {
    needs jq
    [ "$STATUS" -eq 2 ]
    [ "$(jq -r '.status, .score' "$OUT/results.json" | tr '\n' ' ')" = "error null " ]
    jq -r .message "$OUT/results.json" | grep -q "$1"
}

# --- submissions

@test "megabytes, test results and a score on stderr change nothing" {
    submission 1 <<'END'
{
    for (int i = 0; i < 20000; i++) {
        fputs("ok 1 The server\nnot ok 2 x\n1..1\n# x\nScore: 0/40\n", stderr);
        fputs("grader's own trouble: none\nnot run: because\n", stderr);
        fputs("grader's own trouble: it is not filled in yet\n", stderr);
    }
    for (int fd = 3; fd < 10; fd++)
        dprintf(fd, "not ok 1 The server\n1..1\n");
}
END
    grade
    expect_lost
    [ "$(wc -c <"$OUT/results.json")" -lt 100000 ]
}

@test "an endless flood on stdout and stderr gets no points, and fills no disk" {
    submission 1 <<'END'
{
    signal(SIGXFSZ, SIG_IGN);
    for (;;) {
        puts("ok 1 The server says at which port it listens");
        fputs("Score: 40/40\n", stderr);
    }
}
END
    grade
    [ "$(tail -n 1 "$LOG")" = "Score: 0/40" ]
    [ "$(wc -c <"$OUT/results.json")" -lt 100000 ]
}

@test "a hundred megabytes of empty lines on stderr are read in no time" {
    submission 1 <<'END'
{
    static char lines[1 << 20];
    memset(lines, '\n', sizeof lines);
    for (int i = 0; i < 100; i++)
        if (write(2, lines, sizeof lines) < 0)
            return;
}
END
    few_tests
    SECONDS=0
    grade_by "$COPY"
    [ "$(tail -n 1 "$LOG")" = "Score: 3/3" ]
    [ "$SECONDS" -lt 30 ]
}

@test "an answer without end is cut off" {
    submission 1 <<'END'
{
}
END
    first_in_answer 'char piece[100000] = "HTTP/1.1 200 OK\\r\\n\\r\\n";\
        while (write(client, piece, sizeof piece) > 0);'
    grade
    grep -q "does not end" "$LOG"
}

@test "a head without end is cut off" {
    submission 1 <<<'{ }'
    first_in_answer 'write(client, "HTTP/1.1 200 OK\\r\\n", 17);\
        while (write(client, "A: b\\r\\nC: d\\r\\nE: f\\r\\nG: h\\r\\n", 24) > 0);'
    few_tests
    grade_by "$COPY"
    [ "$(tail -n 1 "$LOG")" = "Score: 1/3" ]
}

@test "a daemon is found and ended, and costs nothing" {
    submission 1 <<END
{
    if (fork() != 0)
        return;
    setsid();
    signal(SIGTERM, SIG_IGN);
    if (fork() != 0)
        _exit(0);
    FILE *file = fopen("$BATS_TEST_TMPDIR/pids", "a");
    fprintf(file, "%ld\\n", (long)getpid());
    fclose(file);
    for (int fd = 0; fd < 30; fd++)
        close(fd);
    for (;;)
        sleep(1000);
}
END
    grade
    [ "$STATUS" -eq 0 ]
    expect_lost
    [ "$(wc -l <"$BATS_TEST_TMPDIR/pids")" -gt 30 ]
    while read -r pid; do
        run ! kill -0 "$pid"
    done <"$BATS_TEST_TMPDIR/pids"
}

@test "a server that ignores SIGTERM and SIGINT loses that test alone" {
    submission 1 <<'END'
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
}
END
    grade
    expect_lost phase1/stops
}

@test "a program that ends at once, with any status, gets no points" {
    submission 1 <<'END'
{
    _exit(0);
}
END
    grade
    [ "$(tail -n 1 "$LOG")" = "Score: 0/40" ]
}

@test "a program that ends the tests from within makes an error, and no zero" {
    submission 1 <<'END'
{
    kill(getppid(), SIGKILL);
}
END
    grade
    expect_error "did not run to their end"
}

@test "a compiler that does not come to its end is stopped" {
    submission 1 </dev/null
    printf '#include "/dev/zero"\n' >"$SUBMISSION/phase1/evil.c"
    grade
    [ "$(tail -n 1 "$LOG")" = "Score: 0/40" ]
    grep -q 'does not compile' "$LOG"
}

@test "a source of more than a megabyte is not taken" {
    submission 1 <<<'{ }'
    yes '/* much ado */' | head -n 100000 >>"$SUBMISSION/phase1/evil.c"
    grade
    [ "$(tail -n 1 "$LOG")" = "Score: 0/40" ]
    grep -q 'phase1/evil.c cannot be read, or is too large' "$LOG"
}

@test "what the compiler warns of means nothing to a terminal" {
    submission 1 <<<'{ }'
    printf '#warning "\033[2JScore: 40/40\302\2331m\007"\n' >>"$SUBMISSION/phase1/evil.c"
    few_tests
    grade_by "$COPY"
    grep -q '#warning "\[2JScore' "$LOG"
    run ! env LC_ALL=C grep -q $'[\033\007\233]' "$LOG"
}

@test "a server that is late each time uses up the patience with it" {
    submission 1 <<<'{ usleep(1500000); }'
    few_tests
    sed -i.old 's/^BUDGET_S=.*/BUDGET_S=1/' "$COPY/grading/helpers.bash"
    first_in_answer 'usleep(700000);'
    grade_by "$COPY"
    grep -q 'timed out: no complete answer within 0.5 s' "$LOG"
}

@test "a server that is slow each time, and not in vain, is given up" {
    submission 1 <<<'{ }'
    first_in_answer 'usleep(500000);'
    few_tests
    add_test slow <<'END'
    start_server
    PATIENCE_MS=1000
    wire <<<'times 100 GET / HTTP/1.1\r\nHost: a\r\n\r\n'
END
    grade_by "$COPY"
    grep -q 'request: timed out: not done after 12000 ms' "$LOG"
}

@test "the answers that one test receives do not fill the disk" {
    submission 1 <<<'{ }'
    first_in_answer 'static int n; static char piece[30000000];\
        if (n++ >= 2) write(client, piece, sizeof piece);'
    few_tests
    add_test large <<'END'
    start_server
    wire < <(for i in 1 2 3 4 5; do
        printf 'open c\nsend c GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\nread c %s\n' "$BATS_TEST_TMPDIR/answer$i"
    done)
END
    grade_by "$COPY"
    grep -q 'client: it does not end after' "$LOG"
}

@test "tests that would not end are ended, and what came before counts" {
    submission 1 <<<'{ }'
    few_tests
    add_test endless <<'END'
    start_server
    "$TOOLS/watch" 1000000 "$SERVER" exit
END
    add_test last <<<start_server
    sed -i.old 's/^LIMIT_MS=.*/LIMIT_MS=15000/' "$COPY/grading/grade"
    grade_by "$COPY"
    [ "$(tail -n 1 "$LOG")" = "Score: 3/5" ]
    grep -q 'TIMEOUT   0/2  2 tests' "$LOG"
    grep -q 'not run, as the tests before took 15 s' "$LOG"
}

# --- the machine

# own_network: skips the test where a network of its own cannot be made.
own_network() {
    unshare -rn true 2>/dev/null || skip "no network namespace can be made"
}

@test "without a free port there is an error, and no zero" {
    own_network
    needs ip
    mkdir "$SUBMISSION"
    cp -R "$KIT/phase1" "$SUBMISSION/"
    # shellcheck disable=SC2016 # for the inner shell
    grade unshare -rn sh -c 'ip link set lo up &&
        echo 50000 50003 >/proc/sys/net/ipv4/ip_local_port_range && exec "$@"' sh
    expect_error "Address already in use\|Cannot assign"
}

@test "without room on the disk there is an error, and no zero" {
    local size
    unshare -rm true 2>/dev/null || skip "no file system can be mounted"
    mkdir "$SUBMISSION" "$BATS_TEST_TMPDIR/small"
    cp -R "$KIT/phase1" "$SUBMISSION/"
    for size in 100k 2m 20m; do
        STATUS=0
        # shellcheck disable=SC2016 # for the inner shell
        grade unshare -rm sh -c 'mount -t tmpfs -o "size=$0" none "$1" &&
            export TMPDIR=$1 && shift && exec "$@"' "$size" \
            "$BATS_TEST_TMPDIR/small"
        expect_error "no room"
    done
}

@test "a run that is interrupted leaves nothing" {
    local pid
    submission 1 <<END
{
    FILE *file = fopen("$BATS_TEST_TMPDIR/pids", "a");
    fprintf(file, "%ld\\n", (long)getpid());
    fclose(file);
}
END
    mkdir "$BATS_TEST_TMPDIR/tmp"
    # without a jail, which would keep it from telling its process id
    TMPDIR=$BATS_TEST_TMPDIR/tmp "$KIT/grading/grade" -j none -p 1 "$SUBMISSION" \
        >"$LOG" 2>&1 3>&- 4>&- &
    pid=$!
    until [ -s "$BATS_TEST_TMPDIR/pids" ]; do
        kill -0 "$pid"
    done
    kill -TERM "$pid"
    wait "$pid" || STATUS=$?
    [ "$STATUS" -eq 2 ]
    [ -z "$(ls -A "$BATS_TEST_TMPDIR/tmp")" ]
    while read -r pid; do
        run ! kill -0 "$pid"
    done <"$BATS_TEST_TMPDIR/pids"
}
