#!/usr/bin/env bats
# tough.bats - what the reference programs stand, beyond what students' are
# graded on: many bad clients at once, limits, files that change, signals.

BATS_TEST_DIRNAME=${BATS_TEST_DIRNAME%/selftest} # where the helpers are
load helpers

# The programs are built in a copy, of KIT if that is set.
setup_file() {
    local phase
    prepare_tools
    mkdir "$BATS_FILE_TMPDIR/kit"
    cp -R "$KIT/shared" "$KIT"/phase? "$BATS_FILE_TMPDIR/kit/"
    export KIT=$BATS_FILE_TMPDIR/kit
    for phase in "$KIT"/phase?; do
        make -s -C "$phase" clean
        make -s -C "$phase"
    done
}

setup() {
    prepare phase1/webserver
    GET_BIG='GET /big.bin HTTP/1.0\r\n\r\n'
}

teardown() {
    let_go
    clean_up
}

# each_server FUNCTION: calls it for the one and for the other.
each_server() {
    local phase
    for phase in phase1 phase2; do
        echo "$phase:"
        prepare "$phase/webserver"
        "$1"
        stop_server
    done
}

# play: adds what is on stdin to the script that hold has begun, and waits until all
# of it has been done.
play() {
    local mark=$BATS_TEST_TMPDIR/mark
    echo >"$mark"
    {
        cat
        echo "resize 0 $mark"
    } >&7
    "$TOOLS/watch" 20000 "$HOLDER" at-most "$mark" 0 >/dev/null ||
        explain "all actions done" "$(cat "$BATS_TEST_TMPDIR/held")"
}

# begin_downloads COUNT: so many clients, c1 and so on, have the head of a big file,
# of which the server still has more than it can send.
begin_downloads() {
    local i fds
    random_file "$ROOT/big.bin" 8000000
    fds=$(now fds)
    hold </dev/null
    for ((i = 1; i <= $1; i++)); do
        printf 'open c%d\nsend c%d %s\nhead c%d /dev/null\n' "$i" "$i" \
            "$GET_BIG" "$i"
    done | play
    watch 500 at-least fds $((fds + 2 * $1)) >/dev/null ||
        explain "a socket and a file open for each of $1 downloads" "$(now fds)"
    SENT="curl --limit-rate 1 http://127.0.0.1:$PORT/big.bin on $1 connections"
}

# end_downloads COUNT [FILE]: they take the rest, and have got the bytes of FILE.
end_downloads() {
    local i
    for ((i = 1; i <= $1; i++)); do
        echo "read c$i $BATS_TEST_TMPDIR/body$i"
    done | play
    for ((i = 1; i <= $1; i++)); do
        expect_same "${2:-$ROOT/big.bin}" "$BATS_TEST_TMPDIR/body$i" body
    done
}

# ends_well MS: the server ends within so many, with exit status 0.
ends_well() {
    local status=0
    "$TOOLS/watch" "$1" "$SERVER" exit || explain "the end of the server" "it runs on"
    wait "$SERVER" || status=$?
    [ "$status" -eq 0 ] || explain "exit status 0" "$status"
}

# --- bad clients

# start_dripping COUNT: so many clients send a byte now and then, for half a minute
# unless the server ends that; sets DRIPPING to their processes.
start_dripping() {
    local i script=$BATS_TEST_TMPDIR/dripping
    {
        printf 'port %d\nopen c\nsend c GET /' "$PORT"
        for ((i = 0; i < 3000; i++)); do
            printf '\npause 10\nsend c a'
        done
    } >"$script"
    DRIPPING=()
    for ((i = 0; i < $1; i++)); do
        "$TOOLS/wire" <"$script" >/dev/null 3>&- 4>&- &
        DRIPPING+=($!)
    done
}

# given_up: the server has nothing left of 150 clients, who are still there.
given_up() {
    local i fds
    random_file "$ROOT/big.bin" 4000000
    echo alive >"$ROOT/alive.html"
    # the one server waits for each of them in turn, the other is to have them all
    export HTTP_TIMEOUT_MS=10
    [[ $PROGRAM != */phase2/* ]] || HTTP_TIMEOUT_MS=2000
    start_server
    fds=$(now fds)
    hold </dev/null
    for ((i = 1; i <= 50; i++)); do
        printf 'open silent%d\nnarrow c%d\nsend c%d %s\n' "$i" "$i" "$i" "$GET_BIG"
    done | play
    start_dripping 50
    [[ $PROGRAM != */phase2/* ]] || watch 5000 at-least threads 151 >/dev/null
    PATIENCE=25 PATIENCE_MS=25000
    get /alive.html
    SENT="nothing on 50 connections, a byte now and then on 50, 50 downloads that \
nobody takes; then $SENT"
    expect_status 200
    expect_body "$ROOT/alive.html"
    back_to fds "$fds" "open descriptors"
    back_to threads 1 "threads"
    for i in "${DRIPPING[@]}"; do
        "$TOOLS/watch" 5000 "$i" exit || explain "the end of a drip" "it goes on"
    done
    play <<<"read silent1 $BATS_TEST_TMPDIR/answer"
    grep -q '^HTTP/1.1 408 ' "$BATS_TEST_TMPDIR/answer"
    let_go
}

@test "50 silent, 50 dripping and 50 never reading clients are given up" {
    needs_proc
    each_server given_up
}

# --- limits

# waits_for_descriptors: without one for the file there is a 503, without one for the
# client it waits; with both it goes on. Client b may get the one that an accept under
# way has already.
waits_for_descriptors() {
    echo alive >"$ROOT/alive.html"
    # five are the three standard ones, the listener, and net_ready's own
    LIMITS="-S -n 6" start_server
    get /alive.html
    expect_status 503
    prlimit --pid "$SERVER" --nofile=5:
    hold </dev/null
    play <<'END'
open b
send b GET /alive.html HTTP/1.0\r\n\r\n
open c
send c GET /alive.html HTTP/1.0\r\n\r\n
pause 200
quiet c
END
    prlimit --pid "$SERVER" --nofile=64:
    play <<<"read c $BATS_TEST_TMPDIR/answer"
    expect_end "$ROOT/alive.html" "$BATS_TEST_TMPDIR/answer"
    is_alive
    let_go
}

@test "Without a descriptor for the file or the client a server goes on" {
    command -v prlimit >/dev/null || skip "prlimit is not installed"
    each_server waits_for_descriptors
}

# start_limited TASKS: starts the server of phase 2 as a user who may have so many
# processes and threads.
start_limited() {
    [ "$(id -u)" -eq 0 ] || skip "only root can be another user, who has no others"
    needs_proc
    cp "$KIT/phase2/webserver" "$WORLD/"
    cd "$WORLD" || return
    PROGRAM=./webserver JAIL=uid JAIL_USER=$((61000 + RANDOM % 1000)) JAIL_TASKS=0
    TASKS=$1 start_server 0 root
}

@test "Without processes for more threads the server waits and goes on" {
    start_limited 20
    hold_open 60
    watch 5000 at-least threads 20
    [ "$(now threads)" -eq 20 ]
    let_go
    is_alive
    back_to threads 1 "threads"
}

@test "A server that is told to stop waits for no client that has no thread" {
    local fds
    start_limited 1
    fds=$(now fds)
    hold_open 1
    watch 5000 at-least fds $((fds + 1)) >/dev/null
    signal_server TERM
    ends_well 2000 # in three seconds it would end anyway
    let_go
}

# --- files that change

sends_old_file() {
    start_server
    begin_downloads 1
    cp "$ROOT/big.bin" "$BATS_TEST_TMPDIR/old"
    random_file "$ROOT/new" 8000000
    mv "$ROOT/new" "$ROOT/big.bin"
    end_downloads 1 "$BATS_TEST_TMPDIR/old"
    let_go
}

@test "A file that is replaced while it is sent is sent as it was" {
    needs_proc
    each_server sends_old_file
}

# keeps_inside: a folder is by turns itself and a link that leads out, while a file in
# it is asked for, by a long way round: to check that takes as long as a turn.
keeps_inside() {
    local all=$BATS_TEST_TMPDIR/all way swapping
    printf -v way '%300s' ''
    mkdir -p "$ROOT/d/s" "$WORLD/outside/s"
    echo inside >"$ROOT/d/f"
    echo outside >"$WORLD/outside/f"
    start_server
    (
        cd "$ROOT" || exit
        exec perl -e 'while (1) {
            select undef, undef, undef, 0.0005;
            rename "d", "e"; symlink "../outside", "d";
            select undef, undef, undef, 0.0005;
            unlink "d"; rename "e", "d" }' 3>&- 4>&-
    ) &
    swapping=$!
    curl -q -s --noproxy '*' --path-as-is >"$all" \
        "http://127.0.0.1:$PORT/d/${way// /s/../}f?[1-500]"
    kill "$swapping"
    wait "$swapping" || true
    ! grep -q outside "$all" ||
        explain "no byte from outside" "$(grep -c outside "$all") such files"
    grep -q inside "$all"
    grep -q '<h1>' "$all" # the page of an error
    rm -rf "$ROOT" "$WORLD/outside"
}

@test "A link that is swapped between check and open leads nowhere" {
    command -v perl >/dev/null || skip "perl is not installed"
    each_server keeps_inside
}

# --- signals

stands_still() {
    echo alive >"$ROOT/alive.html"
    start_server
    begin_downloads 1
    signal_server STOP
    play <<'END'
open d
send d GET /alive.html HTTP/1.0\r\n\r\n
pause 100
quiet d
END
    signal_server CONT
    end_downloads 1
    play <<<"read d $BATS_TEST_TMPDIR/answer"
    expect_end "$ROOT/alive.html" "$BATS_TEST_TMPDIR/answer"
    play <<'END'
open e
send e GET /ali
pause 100
END
    signal_server STOP
    play <<<"pause 100"
    signal_server CONT
    play <<END
pause 100
quiet e
send e ve.html HTTP/1.0\r\n\r\n
read e $BATS_TEST_TMPDIR/answer
END
    expect_end "$ROOT/alive.html" "$BATS_TEST_TMPDIR/answer"
    let_go
}

@test "A server that is stopped and continued goes on with what it was doing" {
    needs_proc
    each_server stands_still
}

@test "A client that is stopped while it connects, and continued, goes on" {
    local i client status=0
    PORT='' hold </dev/null
    # as many as there is room for: the system answers no other
    {
        echo listen
        for i in {1..17}; do echo "open c$i"; done
    } | play
    "$KIT/phase3/client" 127.0.0.1 "$(head -n 1 "$BATS_TEST_TMPDIR/held")" page \
        >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- 4>&- 7>&- &
    client=$!
    play <<<"pause 200"
    kill -STOP "$client"
    play <<<"pause 50"
    kill -CONT "$client"
    {
        for i in {1..17}; do echo "accept s$i"; done
        echo "accept s"
        echo "head s /dev/null"
        echo 'send s HTTP/1.1 204 No Content\r\n\r\n'
    } | play
    wait "$client" || status=$?
    [ "$status" -eq 0 ] || explain "exit status 0" "$status"
    let_go
}

finishes_answers() {
    local count=1
    [[ $PROGRAM != */phase2/* ]] || count=8
    start_server
    begin_downloads "$count"
    signal_server TERM
    SENT+="; then kill $SERVER, the server"
    end_downloads "$count"
    ends_well 5000
    let_go
}

@test "A server that is told to stop finishes the answers that it has begun" {
    needs_proc
    each_server finishes_answers
}

# gives_up_answers: the clients never take the rest, and would be waited for three
# times as long if the server were not told to stop.
gives_up_answers() {
    start_server
    begin_downloads 1
    signal_server TERM
    SENT+="; then kill $SERVER, the server"
    ends_well 8000
    let_go
}

@test "A server that is told to stop does not wait for ever for its clients" {
    needs_proc
    each_server gives_up_answers
}
