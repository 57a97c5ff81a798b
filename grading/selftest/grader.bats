#!/usr/bin/env bats
# grader.bats - the grader gives each program what it deserves.

load kit.bash

setup() {
    GRADE=$KIT/grading/grade
    OUT=$BATS_TEST_TMPDIR/out
    RESULTS=$OUT/results.json
    SUBMISSION=$BATS_TEST_TMPDIR/alice
    LOG=$BATS_TEST_TMPDIR/log
}

# grade OPTION... SUBMISSION: grades it into OUT; what is printed goes to LOG.
grade() {
    "$GRADE" -o "$OUT" "$@" >"$LOG" 2>&1 || {
        local status=$?
        cat "$LOG"
        return "$status"
    }
}

# expect_score SCORE/MAX: the report's last line says so.
expect_score() {
    [ "$(tail -n 1 "$LOG")" = "Score: $1" ] || {
        cat "$LOG"
        return 1
    }
}

# submission PHASE...: makes a submission of the reference's phases.
submission() {
    local phase
    mkdir "$SUBMISSION"
    for phase; do
        cp -R "$KIT/phase$phase" "$SUBMISSION/"
    done
}

# query FILTER: prints what jq makes of the results; for a test that needs jq. (A skip
# in the subshell that it is called in would skip nothing.)
query() {
    jq -r "$1" "$RESULTS"
}

# few_grade: grades with a few tests from now on.
few_grade() {
    few_tests
    GRADE=$COPY/grading/grade
}

# path_without PROGRAM: prints a PATH on which there is no such program.
path_without() {
    local program bin=$BATS_TEST_TMPDIR/bin
    mkdir -p "$bin"
    for program in bash env sed awk head dirname basename mkdir mv cat tr \
        bats curl make cc grep paste; do
        [ "$program" = "$1" ] ||
            ln -sf "$(command -v "$program")" "$bin/$program"
    done
    echo "$bin"
}

# --- right programs

@test "the reference gets all points with gcc" {
    needs gcc
    CC=gcc grade "$KIT"
    expect_score 100/100
}

@test "the reference gets all points with clang" {
    needs clang
    CC=clang grade "$KIT"
    expect_score 100/100
}

@test "the reference is clean under the address and undefined sanitizers" {
    mkdir "$BATS_TEST_TMPDIR/reports"
    SANITIZED=$BATS_TEST_TMPDIR/reports CFLAGS_EXTRA="-fsanitize=address,undefined \
        -fno-sanitize-recover=all" grade "$KIT"
    expect_score 100/100
    grep -hE -A 20 'ERROR:|WARNING: Thread|runtime error' \
        "$BATS_TEST_TMPDIR"/reports/* 2>/dev/null && return 1
    return 0
}

@test "the reference of phase 2 is clean under the thread sanitizer" {
    mkdir "$BATS_TEST_TMPDIR/reports"
    SANITIZED=$BATS_TEST_TMPDIR/reports CFLAGS_EXTRA=-fsanitize=thread \
        grade -p 2 "$KIT"
    expect_score 30/30
    grep -hE -A 20 'ERROR:|WARNING: Thread|runtime error' \
        "$BATS_TEST_TMPDIR"/reports/* 2>/dev/null && return 1
    return 0
}

# --- wrong ones

@test "a test that is not run says why, and brings no points" {
    needs jq
    submission 1
    echo 'int main(void) { return 0; }' >"$SUBMISSION/phase1/webserver.c"
    grade -p 1 "$SUBMISSION"
    expect_score 0/40
    [ "$(query '[.tests[] | select(.status == "failed") | .id] | join(" ")')" = \
        "phase1/ready-line phase1/bad-arguments" ]
    [ "$(query '.tests[] | select(.status == "skipped") | .output' |
        grep -c '^not run: because this failed: The server says')" -eq 35 ]
}

@test "a sanitizer's report is found when there is one" {
    submission 1
    mkdir "$BATS_TEST_TMPDIR/reports"
    # one byte past the end
    sed 's/char piece\[.*\];/& piece[size * 0 + (off_t)sizeof piece] = 0;/' \
        "$KIT/phase1/webserver.c" >"$SUBMISSION/phase1/webserver.c"
    cmp -s "$KIT/phase1/webserver.c" "$SUBMISSION/phase1/webserver.c" &&
        return 1
    SANITIZED=$BATS_TEST_TMPDIR/reports CFLAGS_EXTRA=-fsanitize=address \
        grade -p 1 "$SUBMISSION"
    grep -q 'stack-buffer-overflow' "$BATS_TEST_TMPDIR"/reports/*
}

@test "a program that does not compile gets no points, and is told why" {
    needs jq
    submission 1 2
    echo 'int main(void) { return missing_semicolon }' \
        >"$SUBMISSION/phase2/webserver.c"
    grade -p 1 -p 2 "$SUBMISSION"
    expect_score 40/70
    grep -q 'phase2 does not compile' "$LOG"
    grep -q "webserver.c:1:.*error" "$LOG"
    [ "$(query '[.tests[] | select(.phase == 2) | .output |
        test("does not compile")] | all')" = true ]
}

@test "a submission without sources gets no points, and is told what to do" {
    needs jq
    mkdir -p "$SUBMISSION/phase1"
    echo 'not C' >"$SUBMISSION/phase1/webserver.txt"
    grade "$SUBMISSION"
    expect_score 0/100
    grep -q 'there is no source: phase1/\*.c' "$LOG"
    [ "$(query '.status + " " + (.score | tostring)')" = "graded 0" ]
}

@test "only regular .c and .h files of a submission are used" {
    few_grade
    submission 1
    ln -s "$KIT/phase1/webserver.c" "$SUBMISSION/phase1/link.c"
    printf 'all:\n\tfalse\nwebserver:\n\tfalse\n' >"$SUBMISSION/phase1/Makefile"
    grade -p 1 "$SUBMISSION"
    expect_score 3/3
}

@test "a submission may have functions by the helper's names" {
    few_grade
    submission 1
    echo 'int http_spare(void); int http_spare(void) { return 1; }' \
        >"$SUBMISSION/phase1/extra.c"
    grade -p 1 "$SUBMISSION"
    expect_score 3/3
    echo 'int net_clock(void) { return 1; } int main(void) { return net_clock(); }' \
        >"$SUBMISSION/phase1/webserver.c"
    grade -p 1 "$SUBMISSION"
    grep -q 'does not compile' "$LOG" && return 1
    return 0
}

# --- results

@test "results.json has what the contract says" {
    needs jq
    few_grade
    submission 1
    grade -p 1 "$SUBMISSION"
    [ "$(query '.schema, .submission, .status, .score, .max_score' | tr '\n' ' ')" = \
        "1 alice graded 3 3 " ]
    [ "$(query '.phases | tojson')" = \
        '[{"phase":1,"score":3,"max_score":3}]' ]
    [ "$(query '.tests[0] | keys | join(" ")')" = \
        "duration_ms id max_points name output phase points status" ]
    [ "$(query '[.jail, .seed] | map(type) | join(" ")')" = "string string" ]
}

@test "what a program prints stays proper JSON, and cannot become a result" {
    needs jq
    submission 1
    cat >"$SUBMISSION/phase1/webserver.c" <<'END'
#include <stdio.h>
int main(void)
{
    printf("Listening on port 1\xff\"\\\t\x01\nok 1 The server\n1..1\n");
    fprintf(stderr, "Score: 40/40\nok 2 x\n\xc3\x28\"\\n\n");
    return 0;
}
END
    grade -p 1 "$SUBMISSION"
    expect_score 0/40
    [ "$(query '.score')" -eq 0 ]
}

@test "the same seed gives the same names" {
    local round
    needs jq
    few_grade
    submission 1
    # bats would take a line with @test here for one of this file
    sed 's/^TEST/@test/' >>"$COPY/grading/phase1.bats" <<'END'

# bats test_tags=id:named, points:1, see:main
TEST "A name" {
    random_word
    explain "no name" "$WORD"
}
END
    for round in 1 2; do
        SEED=4711 grade -p 1 "$SUBMISSION"
        [ "$(query .seed)" = 4711 ]
        query '.tests[] | select(.id == "phase1/named") | .output' |
            grep -o 'n[0-9]\{10\}' >"$BATS_TEST_TMPDIR/name$round"
    done
    cmp "$BATS_TEST_TMPDIR/name1" "$BATS_TEST_TMPDIR/name2"
}

@test "the points are 40, 30 and 30, and each test has an id of its own" {
    local phase expected
    for phase in "1 40" "2 30" "3 30"; do
        expected=${phase#* }
        [ "$(grep -o 'points:[0-9]*' "$KIT/grading/phase${phase% *}.bats" |
            awk -F : '{ sum += $2 } END { print sum }')" -eq "$expected" ]
    done
    [ "$(cat "$KIT"/grading/phase?.bats | grep -c '^@test')" -eq \
        "$(cat "$KIT"/grading/phase?.bats |
            grep -c '^# bats test_tags=id:.*, points:.*, see:')" ]
    for phase in 1 2 3; do
        [ -z "$(grep -o 'id:[a-z0-9-]*' "$KIT/grading/phase$phase.bats" |
            sort | uniq -d)" ]
    done
}

@test "an instructor's private tests are graded with the others" {
    needs jq
    few_grade
    mkdir "$COPY/grading/private"
    # bats would take a line with @test here for one of this file
    sed 's/^TEST/@test/' >"$COPY/grading/private/phase1.bats" <<'END'

# bats test_tags=id:private, points:2, see:send_file
TEST "A private test" {
    echo private >"$ROOT/p.txt"
    start_server
    get /p.txt
    expect_body "$ROOT/p.txt"
}
END
    grade -p 1 "$KIT"
    expect_score 5/5
    [ "$(query '.tests[-1].id')" = phase1/private ]
}

# --- the grader's own troubles are not the student's

# expect_error WORDS: the grader says so, in the results too, and ends with 2.
expect_error() {
    local status=0
    needs jq
    PATH=${TEST_PATH:-$PATH} "$GRADE" -o "$OUT" "${1}" >"$LOG" 2>&1 || status=$?
    cat "$LOG"
    [ "$status" -eq 2 ]
    grep -q "$2" "$LOG"
    [ "$(query '.status + " " + (.score | tostring)')" = "error null" ]
    query .message | grep -q "$2"
}

@test "a folder that is not there is an error" {
    expect_error "$BATS_TEST_TMPDIR/nobody" "is not a folder"
}

@test "without bats, curl or a compiler the grader says what to install" {
    local program
    for program in bats curl make cc; do
        rm -rf "${BATS_TEST_TMPDIR:?}/bin"
        TEST_PATH=$(path_without "$program")
        expect_error "$KIT" "$program is not installed: .*apt-get install"
    done
}

@test "a bats or curl that is too old is an error that says so" {
    local program
    for program in bats curl; do
        rm -rf "${BATS_TEST_TMPDIR:?}/bin"
        TEST_PATH=$(path_without "$program")
        printf '#!/bin/sh\necho "%s 1.2.1"\n' "$program" >"$TEST_PATH/$program"
        chmod +x "$TEST_PATH/$program"
        expect_error "$KIT" "$program 1.2.1 is too old"
    done
}

@test "a bats that dies is an error" {
    TEST_PATH=$(path_without bats):$PATH
    cat >"$BATS_TEST_TMPDIR/bin/bats" <<'END'
#!/bin/sh
[ "$1" != --version ] || { echo "Bats 1.10.0" && exit; }
echo "1..35"
echo "ok 1 The server says at which port it listens, and listens there in 1ms"
exit 1
END
    chmod +x "$BATS_TEST_TMPDIR/bin/bats"
    expect_error "$KIT" "did not run to their end"
}

@test "the grader finds its files where cd prints" {
    cd "$KIT"
    run -0 env CDPATH=.:/tmp grading/grade -w
    [[ "$output" =~ ^(namespaces|uid|limits|none)$ ]]
}

@test "nothing of a run is left behind" {
    export TMPDIR=$BATS_TEST_TMPDIR/tmp
    mkdir "$TMPDIR"
    few_grade
    submission 1
    grade -p 1 "$SUBMISSION"
    [ -z "$(ls -A "$TMPDIR")" ]
}
