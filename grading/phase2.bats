#!/usr/bin/env bats
# phase2.bats - the tests of phase 2, a thread for each connection: 30 points.
#
# That clients are served at the same time is shown by order, not by clock: their
# requests begin in one order and are completed in the reverse, so that a server
# that waits for one of them never comes to the others.

load helpers

setup_file() {
    prepare_tools
}

setup() {
    prepare phase2/webserver
}

teardown() {
    let_go
    clean_up
}

# overlap COUNT [MISSING]: COUNT clients send half a request each, and the other
# half in reverse order; each must get its own file. With MISSING every second
# file is not there.
overlap() {
    local i
    for ((i = 1; i <= $1; i++)); do
        random_file "$ROOT/f$i" $((1000 + i))
        [ $# -lt 2 ] || [ $((i % 2)) -eq 0 ] || rm "$ROOT/f$i"
    done
    start_server
    SENT="half a GET on each of $1 connections, then the other halves, last first"
    {
        half_requests "$1"
        for ((i = $1; i >= 1; i--)); do
            echo "quiet c$i"
            echo "send c$i st: localhost\\r\\n\\r\\n"
            echo "read c$i $BATS_TEST_TMPDIR/answer$i"
        done
    } | EXPECTED="each client is answered when its request is complete" \
        LIKELY="a thread and a socket for each, and nobody waits for a thread?" wire
    for ((i = 1; i <= $1; i++)); do
        SENT="GET /f$i while $1 clients are connected"
        ANSWER=$BATS_TEST_TMPDIR/answer$i
        right_answer "$i" && continue
        split_answer
        if [ -e "$ROOT/f$i" ]; then
            expect_status 200
            expect_body "$ROOT/f$i"
        else
            expect_status 404
        fi
    done
}

# right_answer I: a quick look whether ANSWER is what client I must get.
right_answer() {
    local line
    read -r line <"$ANSWER" || return 1
    case $line in
    HTTP/1.?\ 404*) [ ! -e "$ROOT/f$1" ] ;;
    HTTP/1.?\ 200*) tail -c $((1000 + $1)) "$ANSWER" | cmp -s - "$ROOT/f$1" ;;
    *) return 1 ;;
    esac
}

# --- what phase 1 does

# bats test_tags=id:ready-line, points:1, see:make_listener
@test "The server says at which port it listens" {
    start_server
}

# bats test_tags=id:answers, points:1, see:client_thread
@test "Files are answered with 200 and their bytes, others with 404" {
    random_file "$ROOT/page.html" 2000
    start_server
    get /page.html
    expect_status 200
    expect_body "$ROOT/page.html"
    get /missing.html
    expect_status 404
    is_alive
}

# --- at the same time

# bats test_tags=id:silent-client, points:5, see:start_thread
@test "A client that sends nothing delays nobody" {
    start_server
    SENT="nothing on one connection, GET /alive.html on the next"
    echo alive >"$ROOT/alive.html"
    EXPECTED="an answer to the second while the first is open" wire <<END
open silent
open client
send client GET /alive.html HTTP/1.1\r\nHost: localhost\r\n\r\n
read client $BATS_TEST_TMPDIR/answer
quiet silent
END
    grep -q alive "$BATS_TEST_TMPDIR/answer" ||
        explain "the page" "$(visible <"$BATS_TEST_TMPDIR/answer")"
}

# bats test_tags=id:two-at-once, points:3, see:start_thread
@test "Two clients are served at the same time" {
    overlap 2
}

# bats test_tags=id:eight-at-once, points:3, see:start_thread
@test "Eight clients are served at the same time" {
    overlap 8
}

# bats test_tags=id:many-at-once, points:4, see:start_thread
@test "64 clients are served at the same time, each with its own file" {
    overlap 64
}

# bats test_tags=id:found-and-missing, points:2, see:handle_client
@test "200s and 404s at the same time go to the right clients" {
    overlap 16 missing
}

# bats test_tags=id:stalled-download, points:3, see:start_thread
@test "A download that stalls delays nobody, and is whole in the end" {
    random_file "$ROOT/big.bin" 8000000
    random_file "$ROOT/quick.txt" 200000
    start_server
    SENT="GET /big.bin, read slowly; meanwhile 5 times GET /quick.txt"
    EXPECTED="the quick answers, and then the rest of the big one" wire <<END
narrow big
send big GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n
take big 1
times 5 GET /quick.txt HTTP/1.1\r\nHost: localhost\r\n\r\n
read big $BATS_TEST_TMPDIR/answer
END
    expect_end "$ROOT/big.bin" "$BATS_TEST_TMPDIR/answer"
}

# --- how it is done

# bats test_tags=id:thread-each, points:3, see:start_thread
@test "Each connection has a thread of its own in the one process" {
    local idle held
    start_server
    is_alive
    idle=$(watch 2000 at-most threads 1) || true
    hold_open 100
    held=$(watch 10000 at-least threads $((idle + 100))) ||
        explain "$((idle + 100)) threads, 100 more than without clients" \
            "$held threads" \
            "pthread_create for each, and nobody waits for it; no process, no pool"
    let_go
    is_alive
}

# bats test_tags=id:nothing-left-behind, points:2, see:client_thread
@test "After 2,000 connections threads, descriptors and memory are as before" {
    local request='GET /alive.html HTTP/1.1\r\nHost: localhost\r\n\r\n'
    start_server
    is_alive
    wire <<<"times 200 $request"
    local fds threads rss size
    fds=$(now fds) threads=$(now threads) rss=$(now VmRSS) size=$(now VmSize)
    wire <<<"times 2000 $request"
    LIKELY="close each socket, and detach or join each thread"
    SENT="2,000 times GET /alive.html, one after the other"
    back_to fds "$fds" "open descriptors"
    back_to threads "$threads" "threads"
    [ -z "${SANITIZED:-}" ] || return 0
    back_to VmRSS $((rss + 4000)) "KB of memory, 4,000 more than before"
    back_to VmSize $((size + 1000000)) "KB of addresses, 1 GB more than before"
    is_alive
}

# bats test_tags=id:reset-of-one, points:1, see:handle_client
@test "When one client resets its connection the others are served" {
    random_file "$ROOT/big.bin" 3000000
    start_server
    SENT="GET /big.bin on two connections; one is reset in the middle"
    EXPECTED="the whole file on the other" wire <<END
narrow a
narrow b
send a GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n
send b GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n
take a 100
take b 100
reset a
read b $BATS_TEST_TMPDIR/answer
END
    expect_end "$ROOT/big.bin" "$BATS_TEST_TMPDIR/answer"
    is_alive
}

# recovers: a 503 is all right until the server has noticed that clients left.
recovers() {
    local i
    for ((i = 0; i < 50; i++)); do
        get /alive.html
        [ "$STATUS" = 503 ] || break
        "$TOOLS/wire" <<<"pause 100"
    done
    is_alive
}

# bats test_tags=id:out-of-everything, points:2, see:main
@test "Without descriptors or threads for more clients the server goes on" {
    LIMITS="-n 32" start_server
    hold_open 60
    "$TOOLS/watch" 1000 "$SERVER" at-least threads 20 >/dev/null || true
    let_go
    recovers
    stop_server
    [ -z "${SANITIZED:-}" ] || return 0
    # room for some stacks of 8 MB, not for a hundred
    LIMITS="-v 400000" start_server
    rm "$BATS_TEST_TMPDIR/script"
    hold_open 100
    "$TOOLS/watch" 1000 "$SERVER" at-least threads 30 >/dev/null || true
    let_go
    recovers
}
