#!/usr/bin/env bats
# phase2.bats - the tests of phase 2, a thread for each connection: 30 points.
#
# That clients are served at the same time is shown by order, not by clock: their
# requests begin in one order and are completed in the reverse, so that a server
# that waits for one of them never comes to the others.

load helpers

setup_file() {
    prepare_tools
    try_sanitizer address,undefined
    try_sanitizer thread
}

setup() {
    prepare phase2/webserver
}

teardown() {
    let_go
    clean_up
}

# --- many clients, each with a page of its own

# make_pages COUNT BYTES: makes a folder for each of COUNT clients, with a page of
# its own in it, a little over BYTES long; every fourth has none.
make_pages() {
    local i text seed=$RANDOM$RANDOM
    PAGE_SIZE=$2
    for ((i = 1; i <= $1; i++)); do
        set -- "$@" "$ROOT/f$i"
    done
    mkdir "${@:3}"
    for ((i = 1; i <= $1; i++)); do
        [ $((i % 4)) -ne 0 ] || continue
        text="page $i of $seed, "
        while [ ${#text} -lt $((PAGE_SIZE + i)) ]; do
            text+=$text
        done
        printf %s "${text:0:PAGE_SIZE+i}" >"$ROOT/f$i/page"
    done
}

# finish I: prints the script for the other half of client I's request.
finish() {
    echo "send c$1 st: localhost\\r\\n\\r\\n"
}

# receive I: prints the script for client I's answer, to its end.
receive() {
    echo "head c$1 $BATS_TEST_TMPDIR/head$1"
    echo "read c$1 $BATS_TEST_TMPDIR/body$1"
    echo "close c$1"
}

# expect_answers COUNT WHEN: each of the clients has got what it asked for.
expect_answers() {
    local i
    are_right "$1" && return
    for ((i = 1; i <= $1; i++)); do
        SENT="curl -i http://127.0.0.1:$PORT/f$i/page, $2"
        ANSWER=$BATS_TEST_TMPDIR/answer
        cat "$BATS_TEST_TMPDIR/head$i" "$BATS_TEST_TMPDIR/body$i" >"$ANSWER"
        split_answer
        if [ -e "$ROOT/f$i/page" ]; then
            expect_status 200
            expect_header Content-Length $((PAGE_SIZE + i))
            expect_body "$ROOT/f$i/page"
        else
            expect_status 404
        fi
    done
}

# are_right COUNT: they have, to a look that is quick but not sure to find it so.
are_right() {
    local i bodies=() pages=()
    for ((i = 1; i <= $1; i++)); do
        look_at_head <"$BATS_TEST_TMPDIR/head$i"
        if [ ! -e "$ROOT/f$i/page" ]; then
            [ "$STATUS" = 404 ] || return
            continue
        fi
        [ "$STATUS $LENGTH" = "200 $((PAGE_SIZE + i))" ] || return
        bodies+=("$BATS_TEST_TMPDIR/body$i")
        pages+=("$ROOT/f$i/page")
    done
    cmp -s <(cat "${bodies[@]}") <(cat "${pages[@]}")
}

# look_at_head: sets STATUS and LENGTH to what the head on stdin says.
look_at_head() {
    local line
    STATUS='' LENGTH=''
    while read -r line; do
        line=${line%$'\r'}
        case $line in
        HTTP/1.?\ *) STATUS=${line:9:3} ;;
        [Cc]ontent-[Ll]ength:*) LENGTH=${line##*[: ]} ;;
        esac
    done
}

# in_reverse COUNT: prints the script for overlap.
in_reverse() {
    local i
    half_requests "$1"
    echo "pause 10" # so that even the last thread has read its half
    for ((i = $1; i >= 1; i--)); do
        echo "quiet c$i"
        finish "$i"
        receive "$i"
    done
}

# together COUNT: prints the script of COUNT clients that complete their requests
# in one go.
together() {
    local i
    half_requests "$1"
    for ((i = 1; i <= $1; i++)); do finish "$i"; done
    for ((i = 1; i <= $1; i++)); do receive "$i"; done
}

# overlap COUNT: COUNT clients send half a request each, and the other half in
# reverse order; each must get its own page.
overlap() {
    make_pages "$1" 1000
    start_server
    SENT="on each of $1 connections (nc 127.0.0.1 $PORT) \
printf 'GET /f1/page HTTP/1.1\r\nHo' with f1, f2 and so on; then, on the last one \
first, printf 'st: localhost\r\n\r\n'"
    EXPECTED="each client is answered when its request is complete" \
        LIKELY="a client waits for another: for its thread (pthread_join), for a \
free thread, or for a lock; or two threads use the same socket (&client)" wire < <(in_reverse "$1")
    LIKELY="the threads share what each should have for itself: a static or \
global variable, or main's own variable client"
    expect_answers "$1" "while $1 clients are connected"
}

# --- what phase 1 does

# bats test_tags=id:ready-line, points:1, see:make_listener
@test "The server says at which port it listens" {
    start_server
}

# bats test_tags=id:answers, points:1, see:client_thread
@test "Files are answered with 200 and their bytes, others with 404" {
    LIKELY="the socket is closed, or its number overwritten, before the thread \
has used it; the thread ends the server; or its arrays are larger than its stack"
    random_file "$ROOT/page.html" 40000
    start_server
    get /page.html
    expect_status 200
    expect_same "$ROOT/page.html" "$BODY" body "as in phase 1: see make grade1"
    get /missing.html
    expect_status 404
    LIKELY="a lock is kept, or the thread ends the server, when a file is missing"
    is_alive
}

# --- at the same time

# bats test_tags=id:silent-client, points:4, see:start_thread
@test "A client that sends nothing delays nobody" {
    start_server
    SENT="sleep 9 | nc 127.0.0.1 $PORT & curl -i http://127.0.0.1:$PORT/alive.html"
    LIKELY="main waits for the first client: a function called in place of \
pthread_create, pthread_join right after it, or a recv before it"
    echo alive >"$ROOT/alive.html"
    # a pause, lest the second's thread be the first to take a lock
    EXPECTED="an answer to the second while the first is open" wire <<END
open silent
pause 30
open client
send client GET /alive.html HTTP/1.1\r\nHost: localhost\r\n\r\n
read client $BATS_TEST_TMPDIR/answer
quiet silent
END
    expect_end "$ROOT/alive.html" "$BATS_TEST_TMPDIR/answer"
}

# bats test_tags=id:two-at-once, points:4, see:start_thread
@test "Two clients are served at the same time" {
    overlap 2
}

# bats test_tags=id:many-at-once, points:3, see:start_thread
@test "64 clients are served at the same time, each with its own file" {
    needs two-at-once
    overlap 64
}

# bats test_tags=id:all-at-once, points:3, see:handle_client
@test "Requests that are completed all at once get their own answers" {
    local round
    needs two-at-once
    make_pages 32 100000
    start_server
    for round in 1 2 3; do
        SENT="half a GET on each of 32 connections, then all the other halves"
        EXPECTED="an answer on each" \
            LIKELY="threads close each other's sockets, or wait for each other" \
            wire < <(together 32)
        LIKELY="the threads share what each should have for itself: a static or \
global variable, strtok's place in the text, the working directory (chdir)"
        expect_answers 32 "while 31 others ask for theirs"
        rm "$BATS_TEST_TMPDIR"/head*
    done
}

# bats test_tags=id:stalled-download, points:3, see:start_thread
@test "A download that stalls delays nobody, and is whole in the end" {
    local url
    needs two-at-once
    random_file "$ROOT/big.bin" 8000000
    random_file "$ROOT/quick.txt" 200000
    start_server
    url=http://127.0.0.1:$PORT
    SENT="curl --limit-rate 1 -o big.bin $url/big.bin & \
for i in 1 2 3 4 5; do curl -i $url/quick.txt; done"
    LIKELY="a lock is held while a file is sent, or the threads share the buffer, \
the file or its size (static or global variables)"
    EXPECTED="the quick answers, and then the rest of the big one" wire <<END
narrow big
send big GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n
head big $BATS_TEST_TMPDIR/head
times 5 GET /quick.txt HTTP/1.1\r\nHost: localhost\r\n\r\n
read big $BATS_TEST_TMPDIR/body
END
    expect_same "$ROOT/big.bin" "$BATS_TEST_TMPDIR/body" body
}

# --- how it is done

# bats test_tags=id:thread-each, points:3, see:start_thread
@test "Each connection has a thread of its own in the one process" {
    local idle held
    needs two-at-once
    needs_proc
    start_server
    idle=$(now threads)
    hold_open 100
    held=$(watch "$PATIENCE_MS" at-least threads $((idle + 100))) || {
        waited_in_vain
        explain "$((idle + 100)) threads, 100 more than without clients" \
            "$held threads" \
            "pthread_create for each, and nobody waits for it; no process, no pool"
    }
    let_go
    is_alive
}

# bats test_tags=id:reset-of-one, points:1, see:handle_client
@test "When one client resets its connection the others are served" {
    needs two-at-once
    random_file "$ROOT/big.bin" 3000000
    start_server
    SENT="GET /big.bin on two connections; one is reset in the middle"
    LIKELY="SIGPIPE, or exit because of one client, ends all threads"
    EXPECTED="the whole file on the other" wire <<END
narrow a
narrow b
send a GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n
send b GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n
take a 100
head b $BATS_TEST_TMPDIR/head
# a reset after the end makes the next send raise SIGPIPE for sure
shut a
reset a
read b $BATS_TEST_TMPDIR/body
END
    cmp -s "$ROOT/big.bin" "$BATS_TEST_TMPDIR/body" || ! has_ended ||
        explain "the whole file on the other" "$(how_it_ended "$SERVER")"
    expect_same "$ROOT/big.bin" "$BATS_TEST_TMPDIR/body" body \
        "the threads share the buffer, the file or its size"
    is_alive
}

# broken_off COUNT: prints the script of downloads and requests that clients break
# off in the middle, while another client is served.
broken_off() {
    local i
    for ((i = 1; i <= $1; i++)); do
        cat <<'END'
narrow download
send download GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n
take download 1
times 1 GET /alive.html HTTP/1.1\r\nHost: localhost\r\n\r\n
reset download
open request
send request GET /big.bin HTTP/1.1\r\nHo
reset request
END
    done
}

# bats test_tags=id:nothing-left-behind, points:2, see:client_thread
@test "After 2,000 connections threads, descriptors and memory are as before" {
    local request='GET /alive.html HTTP/1.1\r\nHost: localhost\r\n\r\n'
    needs stalled-download reset-of-one
    needs_proc
    LIKELY="a thread closes a socket twice, and by then it is another client's; or \
there is room for so many threads and no more"
    random_file "$ROOT/big.bin" 3000000
    # where each thread may have an arena, each keeps what was freed in it
    MALLOC_ARENA_MAX=1 start_server
    is_alive
    SENT="for i in {1..1000}; do curl -s http://127.0.0.1:$PORT/alive.html; done"
    wire <<<"times 200 $request"
    # after which the memory of a whole file, once freed, may stay with the program
    wire < <(broken_off 10)
    local fds threads rss size
    # each by itself, lest one that cannot be seen go unnoticed
    fds=$(now fds)
    threads=$(now threads)
    rss=$(now VmRSS)
    size=$(now VmSize)
    # so many take seconds, however little patience others have left for this
    wire $((PATIENCE_MS < 2000 ? 2000 : PATIENCE_MS)) <<<"times 1000 $request
times 1000 ${request/alive/missing}"
    SENT+=", the same for what is missing, and 10 downloads and 10 requests that are \
broken off"
    wire < <(broken_off 10)
    LIKELY="close each socket and file, also after a 404 or when a client has gone"
    back_to fds "$fds" "open descriptors"
    LIKELY="detach each thread (pthread_detach), or join it, and let it end"
    back_to threads "$threads" "threads"
    [ -z "${SANITIZED:-}" ] || return 0
    back_to VmSize $((size + 1000000)) "KB of addresses, 1 GB more than before"
    LIKELY="free what is allocated for each client, and detach each thread"
    back_to VmRSS $((rss + 8000)) "KB of memory, 8,000 more than before"
    is_alive
}

# --- when the system is out of something

# run_out WHAT N COUNT: COUNT clients come and stay. A server without a limit of its
# own has N of WHAT soon, and then no more of it.
run_out() {
    # glibc loads a library when a thread first calls pthread_exit, and aborts where
    # it cannot: let it have done so, for a client that goes or one that is served
    wire <<<$'open gone\nsend gone GET / HT\nclose gone'
    LIKELY="a few descriptors, or memory for two clients, are enough to serve one \
after another"
    is_alive
    FDS=$(now fds)
    hold_open "$3"
    watch 1000 at-least "$1" "$2" >/dev/null || true
}

# expect_rest: while it is out of something, the server does not use a processor as
# a loop does that never rests. What it still does for the last clients that came is
# no such loop, so it is looked at up to three times.
expect_rest() {
    local i before used loop
    "$TOOLS/bytes" 1000000000000 1 >/dev/null 3>&- 4>&- &
    loop=$!
    for i in 1 2 3; do
        before=$(now cpu 2>/dev/null) || true
        "$TOOLS/watch" 10000 "$loop" at-least cpu $((i * 100)) >/dev/null || true
        used=$(($(now cpu 2>/dev/null) - ${before:-0})) || true
        [ "$used" -ge 30 ] || break
    done
    kill -KILL "$loop"
    wait "$loop" 2>/dev/null || true
    [ "$used" -lt 30 ] ||
        explain "a rest between two tries: next to no processor time" \
            "$used ms of it, while a loop without a rest used 100" \
            "when accept or pthread_create fails, pause before the next try"
}

# get_in_the_end PATH: the same as get, but until the server has noticed that a client
# has gone, a 503 is all right, or that it hangs up.
get_in_the_end() {
    local i
    for ((i = 0; i < 50; i++)); do
        get "$1"
        [ "$STATUS" = 503 ] || { [[ $CURL_STATUS = 5[26] ]] && ! has_ended; } || break
        "$TOOLS/wire" <<<"pause 100"
    done
}

# expect_recovery: the clients have gone, and new ones are served.
expect_recovery() {
    let_go
    echo alive >"$ROOT/alive.html"
    get_in_the_end /alive.html
    SENT="half a request each by more clients than it can serve, who go; then $SENT"
    LIKELY="the program ends, or stops accepting, when accept or pthread_create \
fails: that is to be waited out"
    expect_status 200
    LIKELY="when no thread can be made for a client, close its socket or try again"
    back_to fds $((FDS + 5)) "open descriptors, 5 more than at first"
    get_in_the_end /alive.html
    expect_status 200
    expect_body "$ROOT/alive.html"
}

# bats test_tags=id:out-of-descriptors, points:1, see:main
@test "Without descriptors for more clients the server waits and goes on" {
    needs two-at-once
    needs_proc
    LIMITS="-n 32" start_server
    run_out fds 32 60
    expect_rest
    expect_recovery
}

# bats test_tags=id:out-of-threads, points:1, see:start_thread
@test "Without memory for more threads the server waits and goes on" {
    local size one limit
    needs two-at-once
    needs_proc
    [ -z "${SANITIZED:-}" ] || skip "a sanitizer needs much memory itself"
    MALLOC_ARENA_MAX=1 LIMITS="-s 8192" start_server
    size=$(now VmSize)
    is_alive
    one=$(($(now VmPeak) - size))
    # room for two clients, or two stacks of 8 MB, and not for 150 of 256 KB
    limit=$((size + (one > 8000 ? 3 * one : 24000)))
    stop_server
    MALLOC_ARENA_MAX=1 LIMITS="-s 8192 -v $limit" start_server
    run_out VmSize $((limit - 600)) 150
    expect_rest
    expect_recovery
}

# --- what sanitizers find

# meet: 8 clients complete their requests when each has its thread. Whether the
# answers are right is for other tests.
meet() {
    local i
    hold_open 8
    watch 300 at-least threads $((IDLE + 8)) >/dev/null || true
    (
        for i in {1..8}; do finish "$i"; done
        for i in {1..8}; do echo "end c$i"; done
    ) >&7 || true
    exec 7>&-
    wait "$HOLDER" || true
    HOLDER=
}

# start_sanitized KIND: starts the server, built with that sanitizer, and sets IDLE
# to the number of threads that it has without clients.
start_sanitized() {
    sanitize "$1"
    make_pages 8 40000
    start_server
    IDLE=$(now threads 2>/dev/null) || true
    # this sanitizer starts one of its own together with the first
    [ "$1" != thread ] || IDLE=$((IDLE + 1))
}

# bats test_tags=id:memory, points:1, see:client_thread
@test "The sanitizers for memory and undefined behaviour find nothing" {
    needs answers
    LIKELY="what start_thread allocates is to be freed once, by the thread, when it \
has read it; no thread is given the address of a variable that may be gone (&client); and no \
array has room for all the threads to come"
    start_sanitized address,undefined
    random_file "$ROOT/big.bin" 3000000
    {
        echo "port $PORT"
        # in all more than 100, as many as an array of threads may have room for
        echo 'times 50 GET /f1/page HTTP/1.1\r\nHost: localhost\r\n\r\n'
        echo 'times 50 GET /f4/page HTTP/1.1\r\nHost: localhost\r\n\r\n'
        broken_off 2
    } | "$TOOLS/wire" >/dev/null || true
    meet
    expect_no_report 20
}

# bats test_tags=id:races, points:2, see:handle_client
@test "The sanitizer for threads finds no data race" {
    needs two-at-once
    LIKELY="threads share a variable: give each its own (no static, no global, not \
main's), or have a lock around each use"
    start_sanitized thread
    meet
    meet
    # what they do last of all counts too, but not how the server stops
    watch 500 at-most threads "$IDLE" >/dev/null || true
    kill -KILL "$SERVER" 2>/dev/null || true
    expect_clean 1000
}
