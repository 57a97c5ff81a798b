#!/usr/bin/env bats
# programs.bats - right programs that were written quite differently get all
# points; right/README.md says what each is for. Wrong ones fail the tests that name
# their faults. All of them would take too long every day: each test grades them for
# a while, others each day; `make wrong` and `soak` grade all.

load kit.bash

# all_perfect PHASE: each program of that phase gets all its points; else its
# report is shown.
all_perfect() {
    local programs
    needs jq
    programs=$(cd "$KIT/grading/selftest/right" && echo */"phase$1")
    export TMPDIR=$BATS_TEST_TMPDIR
    # shellcheck disable=SC2086 # they are several
    "$KIT/grading/selftest/soak" -m 20 -n 1 -j 3 ${programs//"/phase$1"/} ||
        { grep -hv '^  ok' "$TMPDIR"/soaked.*/*/report; return 1; }
}

@test "each right server of phase 1 gets all points" {
    all_perfect 1
}

@test "each right server of phase 2 gets all points" {
    all_perfect 2
}

@test "each right client of phase 3 gets all points" {
    all_perfect 3
}

# --- wrong ones

# each_caught PHASE: each wrong program of that phase fails exactly the tests that
# name its fault.
each_caught() {
    needs jq
    export TMPDIR=$BATS_TEST_TMPDIR
    "$KIT/grading/selftest/wrong" -m 20 -p "$1"
}

@test "each wrong server of phase 1 fails the tests that name its fault" {
    each_caught 1
}

@test "each wrong server of phase 2 fails the tests that name its fault" {
    each_caught 2
}

@test "each wrong client of phase 3 fails the tests that name its fault" {
    each_caught 3
}

@test "the table of wrong programs is up to date, and each test catches one" {
    "$KIT/grading/selftest/wrong" -t | diff "$KIT/grading/selftest/wrong.md" -
}
