#!/usr/bin/env bats
# code.bats - the kit's own code: it builds anywhere, is tidy, and does right.

load kit.bash

STRICT="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"

setup() {
    cd "$KIT" || return
}

# sources: prints the name of each C file.
sources() {
    find phase? shared grading -name '*.[ch]'
}

# programs: prints the name of each C file that is compiled, but those of right/, which
# are written in other styles on purpose.
programs() {
    sources | grep '\.c$' | grep -v /right/
}

# build_strictly COMPILER
build_strictly() {
    local source
    needs "$1"
    while read -r source; do
        # shellcheck disable=SC2086 # STRICT is several options
        "$1" -std=gnu11 -O2 $STRICT -Ishared -c -o /dev/null "$source"
    done < <(sources | grep '\.c$')
}

# http_test COMPILER OPTION...: builds and runs the unit tests of shared/http.c.
http_test() {
    needs "$1"
    "$@" -std=gnu11 -g -Ishared -o "$BATS_TEST_TMPDIR/http_test" \
        grading/selftest/http_test.c shared/http.c shared/net.c -pthread
    "$BATS_TEST_TMPDIR/http_test"
}

@test "gcc compiles everything without a warning" {
    build_strictly gcc
}

@test "clang compiles everything without a warning" {
    build_strictly clang
}

@test "each phase builds by itself, with only shared/ beside it" {
    local phase
    for phase in phase1 phase2 phase3; do
        mkdir "$BATS_TEST_TMPDIR/$phase"
        cp -R shared "$phase" "$BATS_TEST_TMPDIR/$phase/"
        make -C "$BATS_TEST_TMPDIR/$phase/$phase" clean
        make -C "$BATS_TEST_TMPDIR/$phase/$phase" CFLAGS_EXTRA=-Werror
    done
}

@test "what was built with a sanitizer is built again without, and not without need" {
    cp -R Makefile shared phase? "$BATS_TEST_TMPDIR/"
    cd "$BATS_TEST_TMPDIR"
    make -s clean
    make -s phase2 CFLAGS_EXTRA=-fsanitize=address
    make -s phase2 phase3
    run -2 phase3/client
    make phase2 phase3 >said
    run ! grep -e " -o " said
}

@test "the tables for shared/http.c hold" {
    http_test gcc -O2
}

@test "the tables for shared/http.c hold under the address sanitizer" {
    http_test gcc -fsanitize=address,undefined -fno-sanitize-recover=all
}

@test "libFuzzer finds nothing in http.c, for a second from the seeds on" {
    needs clang
    mkdir "$BATS_TEST_TMPDIR/grading"
    cp -R shared "$BATS_TEST_TMPDIR/"
    cp -R grading/selftest "$BATS_TEST_TMPDIR/grading/"
    run "$BATS_TEST_TMPDIR/grading/selftest/fuzz" -t 1
    [ "$status" -ne 2 ] || skip "$output"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "the servers differ by threads and nothing else" {
    local phase
    # without the title, the includes, main, and the functions about threads
    for phase in 1 2; do
        awk '/^(int main|\/\* What a thread does)/ { exit } NR > 3' \
            "phase$phase/webserver.c" |
            grep -v '^#include' >"$BATS_TEST_TMPDIR/$phase"
    done
    diff "$BATS_TEST_TMPDIR/1" "$BATS_TEST_TMPDIR/2"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/1")" -gt 100 ]
    # and in main, at most these lines of phase 1 are others in phase 2
    [ "$(diff phase1/webserver.c phase2/webserver.c | grep -c '^<')" -le 6 ]
}

@test "clang-format would change nothing" {
    needs clang-format
    sources | xargs clang-format --dry-run -Werror
}

@test "shellcheck finds nothing in the scripts" {
    needs shellcheck
    shellcheck grading/{grade,prepare,timeline,bench} handout/build \
        handout/pack grading/helpers.bash grading/lib/*jail.bash grading/*.bats \
        grading/class/{run,one,unpack} grading/tools/build .ci/run \
        grading/platforms/{build,csv,gather,run,show,similarity} \
        grading/platforms/actions/grade grading/platforms/gradescope/* \
        grading/platforms/prairielearn/run \
        grading/selftest/{run,crowd,endure,fuzz,fresh-machine,soak,staircase,wrong} \
        grading/selftest/{kit.bash,*.bats}
    # their last line calls what is put before it
    shellcheck -e SC2329 grading/platforms/vpl/*.sh
}

@test "clang-tidy finds nothing" {
    needs clang-tidy
    # .clang-tidy says what it looks for, and why not for more; one file at a time, for
    # what clang-tidy 14 knows of va_list suffers from the file before
    # shellcheck disable=SC2016 # for the inner shell
    programs | xargs -P 2 -n 1 sh -c \
        'clang-tidy --quiet "$@" -- -std=gnu11 -Ishared' sh
}

@test "cppcheck finds nothing" {
    needs cppcheck
    # It follows no #if of __has_include, so it is told what Linux has. Silenced:
    # - in make_listener a failure ends the program, and with it the socket
    # - readdir may be called by several threads, each with a folder of its own
    # - which name hides which is for the compiler's -Wshadow to say
    # - next_descriptor is about the number of what it has closed
    programs | xargs cppcheck -q --error-exitcode=1 --std=c11 -Ishared \
        --enable=warning,style,performance,portability --library=posix,gnu \
        -U__has_include -D__linux__ -DSYS_openat2=437 -DRESOLVE_BENEATH=8 \
        -DSIOCOUTQNSD=1 -DMSG_MORE=1 --suppress=resourceLeak:phase*/webserver.c \
        --suppress=readdirCalled --suppress=shadowFunction \
        --suppress=deallocret:grading/selftest/fuzz_path.c
}

@test "gcc's analyzer finds nothing" {
    echo 'int main(void) { return 0; }' |
        gcc -fanalyzer -x c -o /dev/null - || skip "gcc has no analyzer"
    programs | xargs -P 2 -n 1 gcc -std=gnu11 -O0 -fanalyzer -Werror -Ishared \
        -c -o /dev/null
}

@test "no function is longer than 40 lines" {
    local source
    while read -r source; do
        awk -v file="$source" '
            /^[a-z].*[^;]$/ { start = NR; name = $0 }
            /^}/ {
                if (start > 0 && NR - start > 40) {
                    print file ": " name
                    bad = 1
                }
                start = 0
            }
            END { exit bad }' "$source"
    done < <(sources)
}
