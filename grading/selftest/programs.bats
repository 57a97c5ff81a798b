#!/usr/bin/env bats
# programs.bats - right programs that were written quite differently get all
# points; right/README.md says what each is for.

load kit.bash

# all_perfect PHASE: each program of that phase gets all its points; else its
# report is shown.
all_perfect() {
    local programs
    needs jq
    programs=$(cd "$KIT/grading/selftest/right" && echo */"phase$1")
    export TMPDIR=$BATS_TEST_TMPDIR
    # shellcheck disable=SC2086 # they are several
    "$KIT/grading/selftest/soak" -n 1 ${programs//"/phase$1"/} ||
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
