#!/usr/bin/env bats
# handout.bats - the student kit: made of the reference, without its answers.

load kit.bash

setup() {
    STARTER=$KIT/handout/starter.awk
    SOURCE=$BATS_TEST_TMPDIR/source.c
}

# refuses LINE WORDS: the mark processor stops at that line of SOURCE.
refuses() {
    run -1 awk -f "$STARTER" "$SOURCE"
    echo "$output"
    [[ "$output" == *"$SOURCE:$1: "*"$2"* ]]
}

@test "a region keeps its task, and has its stub in place of the reference" {
    cat >"$SOURCE" <<'END'
int f(void)
{
    /* Fill in start: return
     * one. */
    return 1;
    /* Fill in stub
    return 0;
    Fill in end */
}
END
    run -0 awk -f "$STARTER" "$SOURCE"
    [ "$output" = 'int f(void)
{
    /* Fill in start: return
     * one. */
    return 0;
    /* Fill in end */
}' ]
}

@test "marks that are nested, unclosed, stray or misspelt are errors" {
    printf '%s\n' '/* Fill in start: a. */' '/* Fill in start: b. */' >"$SOURCE"
    refuses 2 "within the region of line 1"
    printf '%s\n' 'int i;' '/* Fill in start: a. */' 'i;' >"$SOURCE"
    refuses 2 "not closed"
    printf '%s\n' '/* Fill in start: a. */' '/* Fill in stub' 'i;' >"$SOURCE"
    refuses 1 "not closed"
    printf '%s\n' 'int i;' '/* Fill in stub' >"$SOURCE"
    refuses 2 "without its"
    printf '%s\n' 'int i;' 'Fill in end */' >"$SOURCE"
    refuses 2 "without its"
    printf '%s\n' '/* Fill in start: a. */' 'Fill in end */' >"$SOURCE"
    refuses 2 "without its"
    printf '%s\n' '/* fill-in start: a. */' >"$SOURCE"
    refuses 1 "no proper mark"
    printf '%s\n' '/* Fill in strat: a. */' >"$SOURCE"
    refuses 1 "no proper mark"
}

@test "the starter compiles without a warning with gcc and clang" {
    local phase compiler
    for phase in 1 2 3; do
        awk -f "$STARTER" "$KIT/phase$phase"/*.c >"$SOURCE"
        for compiler in gcc clang; do
            command -v "$compiler" >/dev/null || continue
            "$compiler" -std=gnu11 -O2 -Wall -Wextra -Wpedantic -Werror \
                -I"$KIT/shared" -c -o /dev/null "$SOURCE"
        done
    done
}

@test "no line of the reference from inside of a region is in the handout" {
    copy_kit
    make -s -C "$COPY" handout
    # lines of some length: a closing brace or a return says nothing
    cat "$KIT"/phase?/*.c | awk '
        /Fill in stub/ { inside = 0 }
        inside && !task && length($0) > 24 { print }
        /Fill in start/ { inside = task = 1 }
        task && /\*\// { task = 0 }' >"$BATS_TEST_TMPDIR/answers"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/answers")" -gt 40 ]
    run -1 grep -rnxFf "$BATS_TEST_TMPDIR/answers" \
        "$COPY/build/handout/phase1" "$COPY/build/handout/phase2" \
        "$COPY/build/handout/phase3"
}

@test "the handout has no instructor's tool" {
    copy_kit
    make -s -C "$COPY" handout
    [ ! -e "$COPY/build/handout/grading/instructor.mk" ]
    [ ! -e "$COPY/build/handout/grading/selftest" ]
    [ ! -e "$COPY/build/handout/grading/bench" ]
    run -1 grep -rlE 'bench|load\.c' "$COPY/build/handout/grading"
    [ ! -e "$COPY/build/handout/handout/starter.awk" ]
    [ ! -e "$COPY/build/handout/.ci" ]
    run -1 grep -r "Fill in stub" "$COPY/build/handout"
}

@test "the same commit gives the same bytes" {
    local file
    copy_kit
    make -s -C "$COPY" handout
    for file in handout.tar.gz handout.zip; do
        cp "$COPY/build/$file" "$BATS_TEST_TMPDIR/"
    done
    touch "$COPY/README.md"
    make -s -C "$COPY" handout
    for file in handout.tar.gz handout.zip; do
        cmp "$COPY/build/$file" "$BATS_TEST_TMPDIR/$file"
    done
}

@test "a kit without its history is handed out, too" {
    copy_kit
    rm -rf "$COPY/.git"
    make -s -C "$COPY" handout
}

@test "a handout of phase 1 has phase 1, and grades it" {
    copy_kit
    make -s -C "$COPY" handout PHASE=1
    tar -xzf "$COPY/build/handout.tar.gz" -C "$BATS_TEST_TMPDIR"
    cd "$BATS_TEST_TMPDIR/webserver-lab" || return
    [ -d phase1 ] && [ ! -e phase2 ] && [ ! -e phase3 ]
    [ ! -e grading/phase2.bats ] && [ ! -e handout/phase2.md ]
    make -s
    make -s grade >"$BATS_TEST_TMPDIR/log"
    [[ "$(tail -n 1 "$BATS_TEST_TMPDIR/log")" == "Score: "?"/40" ]]
}

@test "links on the pages lead to files of the handout" {
    local page link
    copy_kit
    make -s -C "$COPY" handout
    cd "$COPY/build/handout" || return
    for page in README.md handout/*.md; do
        while read -r link; do
            case $link in http*) continue ;; esac
            [ -e "$(dirname "$page")/$link" ] || {
                echo "$page: $link"
                return 1
            }
        done < <(grep -o '](\([^)]*\))' "$page" | sed 's/](\(.*\))/\1/')
    done
}

@test "what was filled in in phase 1 is carried to phase 2" {
    local first="make_listener main receive_request send_header open_file"
    copy_kit
    make -s -C "$COPY" handout
    cd "$COPY/build/handout" || return
    awk -f "$STARTER" -v filled="$first send_file send_error handle_client" \
        "$KIT/phase1/webserver.c" >phase1/webserver.c
    run -0 make -s carry
    [[ "$output" = *"copied: make_listener receive_request"*"handle_client main"* ]]
    [[ "$output" = *"left for you: client_thread start_thread"* ]]
    awk -f "$STARTER" -v filled="$first send_file send_error handle_client" \
        "$KIT/phase2/webserver.c" | diff - phase2/webserver.c
    run -0 make -s carry
    [[ "$output" = *"kept, as it was filled in: make_listener "* ]]
}

@test "make carry writes nothing where a mark is missing" {
    cp -R "$KIT/Makefile" "$KIT/handout" "$BATS_TEST_TMPDIR/"
    cd "$BATS_TEST_TMPDIR" || return
    mkdir phase1 phase2
    awk -f "$STARTER" "$KIT/phase1/webserver.c" >phase1/webserver.c
    awk -f "$STARTER" "$KIT/phase2/webserver.c" | sed '/Fill in end/d' >phase2/webserver.c
    cp phase2/webserver.c before.c
    run -2 make -s carry
    [[ "$output" = *'phase2/webserver.c: make_listener has a "Fill in start" without'* ]]
    cmp before.c phase2/webserver.c
}

@test "with the reference's answers the student kit gives all points" {
    copy_kit
    make -s -C "$COPY" handout
    cp "$KIT"/phase1/*.c "$COPY/build/handout/phase1/"
    cp "$KIT"/phase2/*.c "$COPY/build/handout/phase2/"
    cp "$KIT"/phase3/*.c "$COPY/build/handout/phase3/"
    make -s -C "$COPY/build/handout" grade >"$BATS_TEST_TMPDIR/log"
    [ "$(tail -n 1 "$BATS_TEST_TMPDIR/log")" = "Score: 100/100" ] || {
        cat "$BATS_TEST_TMPDIR/log"
        return 1
    }
}

# Of one phase, another one each day: all take some minutes.
@test "each step of the pages brings a test that did not pass before" {
    "$KIT/grading/selftest/staircase" \
        "$(seq 3 | "$KIT/grading/selftest/daily" | head -n 1)" >&3
}

@test "the time line shows the queue in phase 1, and none in phase 2" {
    copy_kit
    make -s -C "$COPY" timeline >"$BATS_TEST_TMPDIR/log"
    # the last quick client's wait, in milliseconds, in each phase
    awk '/quick5/ { print $(NF - 4) }' "$BATS_TEST_TMPDIR/log" |
        { read -r first && read -r second && [ "$first" -gt $((second + 200)) ]; }
    grep -q '</svg>' "$COPY/build/timeline.svg"
}
