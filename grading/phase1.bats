#!/usr/bin/env bats
# phase1.bats - the tests of phase 1, the single-threaded server: 40 points.
#
# Above each test stand its id, its points, and the function to look at when it
# fails. Each test has a server, a root folder and a port of its own.

load helpers

setup_file() {
    prepare_tools
}

setup() {
    prepare phase1/webserver
}

teardown() {
    let_go
    clean_up
}

# --- listening

# bats test_tags=id:ready-line, points:1, see:make_listener
@test "The server says at which port it listens, and listens there" {
    start_server
    [ "$(wc -l <"$BATS_TEST_TMPDIR/out")" -eq 1 ] ||
        explain "one line on stdout" "$(visible <"$BATS_TEST_TMPDIR/out")"
    EXPECTED="a connection at port $PORT" wire <<<"open client"
}

# bats test_tags=id:answers, points:1, see:send_header
@test "A request gets an answer" {
    start_server
    SENT="curl -i http://127.0.0.1:$PORT/page.html"
    wire <<'END'
open client
send client GET /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n
take client 1
END
}

# bats test_tags=id:root-argument, points:1, see:main
@test "The server serves the folder that it is given, or else the one it is in" {
    echo here >"$ROOT/page.html"
    start_server
    get /page.html
    expect_status 200
    expect_body "$ROOT/page.html"
    stop_server
    cd "$ROOT"
    start_server 0
    get /page.html
    expect_status 200
    expect_body "$ROOT/page.html"
}

# bats test_tags=id:bad-arguments, points:1, see:main
@test "The server explains its usage when an argument is wrong, and exits with 2" {
    local arguments status
    for arguments in "http" "70000" "-1" "80x" "1 2 3"; do
        status=0
        SENT="phase1/webserver $arguments"
        # shellcheck disable=SC2086 # they are several
        launch $arguments
        "$TOOLS/watch" "$PATIENCE_MS" "$SERVER" exit || {
            waited_in_vain
            explain "exit status 2" "it runs on"
        }
        wait "$SERVER" || status=$?
        [ "$status" -eq 2 ] || explain "exit status 2" "exit status $status"
        [ -s "$BATS_TEST_TMPDIR/err" ] ||
            explain "a message on stderr" "nothing on stderr"
    done
}

# bats test_tags=id:port-in-use, points:1, see:make_listener
@test "The server exits with 1 and a message when the port is taken" {
    start_server
    local status=0 first=$SERVER
    SENT="phase1/webserver $PORT while another one listens there"
    launch "$PORT" "$ROOT"
    "$TOOLS/watch" 5000 "$SERVER" exit || explain "exit status 1" "it runs on"
    wait "$SERVER" || status=$?
    [ "$status" -eq 1 ] || explain "exit status 1" "exit status $status"
    [ -s "$BATS_TEST_TMPDIR/err" ] || explain "a message on stderr" "none"
    SERVER=$first
    is_alive
}

# bats test_tags=id:same-port-again, points:1, see:make_listener
@test "The server can be started again at the same port at once" {
    start_server
    local port=$PORT i
    for i in 1 2; do
        stop_server
        start_server "$port" "$ROOT"
        is_alive
    done
}

# bats test_tags=id:every-address, points:1, see:make_listener
@test "The server listens at every address of the machine" {
    start_server
    HOST=127.0.0.2
    [ "$(uname)" = Linux ] || skip "this system has only one loopback address"
    is_alive
}

# --- one request

# accepts_one: a client connects and sends half a request, and the server has one
# more descriptor open for it than BEFORE, which is set.
accepts_one() {
    local now
    start_server
    BEFORE=$(now fds)
    hold_open 1
    now=$(watch 3000 at-least fds $((BEFORE + 1))) ||
        explain "one more open descriptor, the client's" "$now, as before"
}

# bats test_tags=id:accepts, points:1, see:main
@test "The server accepts a connection" {
    accepts_one
}

# bats test_tags=id:closes-when-client-left, points:1, see:handle_client
@test "The connection of a client that has hung up is closed" {
    accepts_one
    let_go
    SENT="half a request, and then the client hung up"
    back_to fds "$BEFORE" "open descriptors"
}

# bats test_tags=id:log-lines, points:1, see:receive_request
@test "The server writes a line to stderr for each request" {
    local i now
    start_server
    SENT="20 requests"
    for ((i = 1; i <= 20; i++)); do
        printf 'open c%d\nsend c%d %s\nshut c%d\n' "$i" "$i" \
            'GET /missing HTTP/1.1\r\nHost: localhost\r\n\r\n' "$i"
    done | wire
    now=$("$TOOLS/watch" 3000 "$SERVER" at-least "$BATS_TEST_TMPDIR/err" 20) ||
        explain "20 lines on stderr" "$now lines" \
            "is each request received, even before there is an answer to it?"
}

# bats test_tags=id:serves-a-file, points:1, see:handle_client
@test "A file is answered with 200 and its bytes" {
    echo '<h1>Hello</h1>' >"$ROOT/hello.html"
    start_server
    get /hello.html
    expect_status 200
    expect_body "$ROOT/hello.html"
}

# bats test_tags=id:request-in-pieces, points:1, see:receive_request
@test "A request that arrives byte by byte is answered" {
    start_server
    echo dripped >"$ROOT/d.html"
    ANSWER=$BATS_TEST_TMPDIR/answer
    SENT="GET /d.html HTTP/1.1, each byte in a packet of its own"
    LIKELY="one recv may bring only a part: loop until http_head_complete" wire <<END
open client
drip client GET /d.html HTTP/1.1\r\nHost: localhost\r\n\r\n
read client $ANSWER
END
    split_answer
    expect_status 200
    expect_body "$ROOT/d.html"
}

# bats test_tags=id:request-in-two, points:1, see:receive_request
@test "A request that arrives in two parts is answered, wherever it is cut" {
    local request='GET /s.html HTTP/1.1\r\nHost: localhost\r\n\r\n'
    local plain=$'GET /s.html HTTP/1.1\r\nHost: localhost\r\n\r\n' i
    echo split >"$ROOT/s.html"
    start_server
    SENT="printf '$request' | nc 127.0.0.1 $PORT, in two packets"
    for ((i = 1; i < ${#plain}; i++)); do
        printf 'open c\nsend c %s\nquiet c\nsend c %s\nread c %s\nclose c\n' \
            "$(escaped "${plain:0:i}")" "$(escaped "${plain:i}")" \
            "$BATS_TEST_TMPDIR/answer$i"
    done | EXPECTED="no answer before the request is complete, and then one" \
        LIKELY="one recv may bring only a part: loop until http_head_complete" wire
    for ((i = 1; i < ${#plain}; i++)); do
        ANSWER=$BATS_TEST_TMPDIR/answer$i
        grep -q split "$ANSWER" ||
            explain "the file, with the cut after byte $i" "$(visible <"$ANSWER")"
    done
}

# bats test_tags=id:many-header-lines, points:1, see:receive_request
@test "A request with many header lines, 3 KB in all, is answered" {
    local i lines=()
    echo page >"$ROOT/page.html"
    for ((i = 0; i < 30; i++)); do
        lines+=(-H "X-Line-$i: $(printf '%080d' "$i")")
    done
    start_server
    get /page.html "${lines[@]}"
    SENT="GET /page.html with 30 header lines of 100 bytes"
    expect_status 200
    expect_body "$ROOT/page.html"
}

# --- the head of the answer

# bats test_tags=id:status-line, points:1, see:send_header
@test "The answer starts with the status line" {
    echo page >"$ROOT/page.html"
    start_server
    raw 'GET /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n'
    head -n 1 "$ANSWER" | grep -Eq '^HTTP/1\.[01] 200( |'$'\r'')' ||
        explain 'HTTP/1.1 200 OK\r\n' "$(head -n 1 "$ANSWER" | visible)"
}

# bats test_tags=id:line-ends, points:1, see:send_header
@test "Each line of the head ends in CR LF, and one empty line ends the head" {
    start_server
    get /page.html
    [ -s "$HEAD" ] || explain "status line and header lines" "$PROBLEM"
    expect_line_ends "$HEAD"
}

# bats test_tags=id:content-length, points:1, see:send_header
@test "Content-Length is the number of bytes in the body" {
    local size
    start_server
    for size in 0 1 9 10 12345; do
        random_file "$ROOT/$size.bin" "$size"
        get "/$size.bin"
        expect_status 200
        expect_header Content-Length "$size"
    done
}

# bats test_tags=id:content-type, points:1, see:send_header
@test "Content-Type says what kind of file it is" {
    local ending
    for ending in html txt css png jpg; do
        echo x >"$ROOT/file.$ending"
    done
    start_server
    get /file.html
    expect_header Content-Type 'text/html' 'text/html[; ]*'
    get /file.txt
    expect_header Content-Type 'text/plain' 'text/plain[; ]*'
    get /file.css
    expect_header Content-Type 'text/css' 'text/css[; ]*'
    get /file.png
    expect_header Content-Type 'image/png'
    get /file.jpg
    expect_header Content-Type 'image/jpeg'
}

# bats test_tags=id:connection-closed, points:1, see:handle_client
@test "The connection is closed right after the body, and the head says so" {
    echo page >"$ROOT/page.html"
    start_server
    raw 'GET /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n'
    expect_status 200
    # closing is what HTTP/1.0 does anyway
    head -n 1 "$HEAD" | grep -q '^HTTP/1\.0' ||
        expect_header Connection close
    expect_body "$ROOT/page.html"
}

# --- the body

# bats test_tags=id:around-buffer-sizes, points:1, see:send_file
@test "Empty files and those around the usual buffer sizes are sent whole" {
    local size
    start_server
    for size in 0 1 255 256 257 511 512 513 1023 1024 1025 2047 2048 2049 \
        4095 4096 4097 8191 8192 8193 32767 32768 32769 65535 65536 65537; do
        random_file "$ROOT/f" "$size"
        get /f
        expect_status 200
        expect_body "$ROOT/f"
    done
}

# bats test_tags=id:every-byte-value, points:1, see:send_file
@test "A file with all 256 byte values is sent unchanged" {
    printf '%b' "$(awk 'BEGIN { while (i < 256) printf "\\x%02x", i++ }')" \
        >"$ROOT/all.bin"
    start_server
    get /all.bin
    expect_status 200
    expect_body "$ROOT/all.bin"
}

# bats test_tags=id:several-megabytes, points:1, see:send_file
@test "A file of several megabytes is sent whole" {
    random_file "$ROOT/big.bin" 5000001
    start_server
    get /big.bin
    expect_status 200
    expect_body "$ROOT/big.bin"
}

# bats test_tags=id:random-names, points:1, see:open_file
@test "Files with random names and contents, in folders too, are found" {
    local i path
    start_server
    for i in 1 2 3 4 5; do
        path=$(random_word)
        mkdir -p "$ROOT/$path"
        path=$path/$(random_word).dat
        random_file "$ROOT/$path" "$RANDOM"
        get "/$path"
        expect_status 200
        expect_body "$ROOT/$path"
    done
}

# bats test_tags=id:edited-file, points:1, see:open_file
@test "A file that is edited between two requests is sent as it is now" {
    echo before >"$ROOT/page.html"
    start_server
    get /page.html
    expect_body "$ROOT/page.html"
    echo and after it more >"$ROOT/page.html"
    get /page.html
    expect_body "$ROOT/page.html"
}

# --- what is not there

# bats test_tags=id:missing-file-404, points:1, see:send_error
@test "A file that is not there is answered with 404" {
    start_server
    get "/$(random_word).html"
    expect_status 404
    head -n 1 "$HEAD" | grep -q '^HTTP/1\.[01] 404' ||
        explain 'HTTP/1.1 404 Not Found' "$(head -n 1 "$HEAD" | visible)"
}

# bats test_tags=id:page-of-the-404, points:1, see:send_error
@test "The 404 has an HTML page of the length that it announces" {
    start_server
    get "/$(random_word)"
    expect_status 404
    expect_header Content-Type 'text/html' 'text/html[; ]*'
    [ -s "$BODY" ] || explain "a page that says what is wrong" "an empty body"
    expect_header Content-Length "$(size_of "$BODY")" ''
}

# bats test_tags=id:serves-after-404, points:1, see:handle_client
@test "After a 404 the next request is answered" {
    local i
    start_server
    for i in 1 2 3; do
        get "/$(random_word)"
        expect_status 404
        is_alive
    done
}

# bats test_tags=id:outside-the-root, points:1, see:open_file
@test "Nothing outside of the root folder is sent" {
    local path
    mkdir "$ROOT/../root-evil"
    echo secret >"$ROOT/../secret.txt"
    echo secret >"$ROOT/../root-evil/secret.txt"
    ln -s ../secret.txt "$ROOT/link.txt"
    start_server
    for path in /../secret.txt /%2e%2e/secret.txt /..%2fsecret.txt \
        /../root-evil/secret.txt "/$BATS_TEST_TMPDIR/secret.txt" \
        /./../secret.txt /a/../../secret.txt /link.txt; do
        get "$path"
        expect_status 404 403 400 301 302 307 308
        ! grep -q secret "$BODY" || explain "no such file" "its content"
    done
    is_alive
}

# --- requests of other kinds

# bats test_tags=id:dots-query-space, points:1, see:open_file
@test "Two dots in a name, a query and an encoded space are understood" {
    echo dots >"$ROOT/a..b.txt"
    echo space >"$ROOT/a b.txt"
    start_server
    get /a..b.txt
    expect_status 200
    expect_body "$ROOT/a..b.txt"
    get '/a..b.txt?name=value&x=/../y'
    expect_status 200
    expect_body "$ROOT/a..b.txt"
    get /a%20b.txt
    expect_status 200
    expect_body "$ROOT/a b.txt"
}

# bats test_tags=id:other-methods, points:1, see:receive_request
@test "Other methods are refused or answered, and HEAD gets no body" {
    echo page >"$ROOT/page.html"
    start_server
    get /page.html -d some=data
    expect_status 405 501 400 403 404 200
    get /page.html -X BREW
    expect_status 501 405 400 403 404
    raw 'HEAD /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n'
    expect_status 200 405 501
    [ "$STATUS" != 200 ] || [ ! -s "$BODY" ] ||
        explain "no body in the answer to HEAD" "$(visible <"$BODY")"
    is_alive
}

# bats test_tags=id:garbage, points:1, see:receive_request
@test "Garbage, an empty request and a long target do no harm" {
    start_server
    random_file "$BATS_TEST_TMPDIR/garbage" 3000
    SENT="3000 random bytes"
    wire <<END
open client
file client $BATS_TEST_TMPDIR/garbage
shut client
end client
END
    is_alive
    SENT="nothing but an empty line"
    wire <<END
open client
send client \r\n\r\n
shut client
end client
END
    is_alive
    get "/$(printf '%06000d' 0)"
    expect_status 404 414 400 431 403
    is_alive
}

# --- clients that misbehave

# bats test_tags=id:early-close, points:1, see:receive_request
@test "Clients that hang up or reset before or in the request do no harm" {
    start_server
    SENT="connections closed and reset at once and in the request line"
    wire <<'END'
open a
close a
open b
reset b
open c
send c GET / HTT
close c
open d
send d GET /
reset d
END
    is_alive
}

# bats test_tags=id:client-leaves-download, points:1, see:send_file
@test "A client that goes away in the middle of a download does no harm" {
    random_file "$ROOT/big.bin" 4000000
    start_server
    SENT="GET /big.bin, and then a reset after 1000 bytes of the answer"
    wire <<'END'
narrow a
send a GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n
take a 1000
reset a
narrow b
send b GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n
close b
END
    is_alive
}

# bats test_tags=id:half-close, points:1, see:receive_request
@test "A client that closes its side after the request gets the answer" {
    echo half >"$ROOT/page.html"
    start_server
    ANSWER=$BATS_TEST_TMPDIR/answer
    SENT="GET /page.html, and then shutdown(SHUT_WR)"
    wire <<END
open client
send client GET /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n
shut client
read client $ANSWER
END
    split_answer
    expect_status 200
    expect_body "$ROOT/page.html"
}

# bats test_tags=id:unread-bytes, points:1, see:handle_client
@test "A client that sends more than its request gets the whole answer" {
    # more than the system takes at once: the server is still sending
    random_file "$ROOT/big.bin" 16000000
    random_file "$BATS_TEST_TMPDIR/more" 2000
    start_server
    SENT="GET /big.bin, and 2,000 bytes more while the answer comes"
    LIKELY="close resets the connection if bytes are unread: net_hang_up first"
    EXPECTED="the whole answer, and then the connection closed" wire <<END
open client
send client GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n
take client 1
file client $BATS_TEST_TMPDIR/more
read client $BATS_TEST_TMPDIR/answer
END
    expect_end "$ROOT/big.bin" "$BATS_TEST_TMPDIR/answer"
}

# bats test_tags=id:slow-reader, points:1, see:send_file
@test "A client with a small window gets the whole file" {
    random_file "$ROOT/big.bin" 1000000
    start_server
    ANSWER=$BATS_TEST_TMPDIR/answer
    SENT="GET /big.bin, with a receive buffer of 1 KB"
    wire <<END
narrow client
send client GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n
read client $ANSWER
END
    expect_end "$ROOT/big.bin" "$ANSWER"
}

# bats test_tags=id:many-requests, points:1, see:handle_client
@test "After hundreds of requests no descriptor is left open" {
    echo page >"$ROOT/page.html"
    start_server
    is_alive
    local before
    before=$(now fds)
    SENT="300 requests for a file and 300 for one that is not there"
    wire <<'END'
times 300 GET /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n
times 300 GET /missing HTTP/1.1\r\nHost: localhost\r\n\r\n
END
    back_to fds "$before" "open descriptors"
    is_alive
}

# bats test_tags=id:silent-client, points:1, see:receive_request
@test "A client that sends nothing is given up in the end" {
    export HTTP_TIMEOUT_MS=500
    start_server
    echo page >"$ROOT/page.html"
    SENT="nothing on one connection, GET /page.html on the next"
    EXPECTED="an answer to the second when the first is given up" wire 15000 <<END
open silent
open client
send client GET /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n
read client $BATS_TEST_TMPDIR/answer
END
    is_alive
}

# bats test_tags=id:stops, points:1, see:main
@test "The server stops when it is told to, by SIGINT or SIGTERM" {
    local signal
    for signal in INT TERM; do
        start_server
        is_alive
        SENT="kill -$signal"
        kill "-$signal" "$SERVER"
        "$TOOLS/watch" 5000 "$SERVER" exit ||
            explain "the end of the server" "it runs on"
    done
}

# --- memory

# bats test_tags=id:memory, points:1, see:handle_client
@test "The sanitizers for memory and undefined behaviour find nothing" {
    local get='GET /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n'
    needs answers
    sanitize address,undefined
    random_file "$ROOT/page.html" 40000
    start_server
    # whether the answers are right is for other tests
    "$TOOLS/wire" <<END || true
port $PORT
times 20 $get
times 20 GET /missing HTTP/1.1\r\nHost: localhost\r\n\r\n
END
    expect_no_report 20
}
