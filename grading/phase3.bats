#!/usr/bin/env bats
# phase3.bats - the tests of phase 3, the client: 30 points.
#
# The server that the client talks to plays a script (see tools/wire.c): it is
# the kit's own, and does exactly what the test says.

load helpers

setup_file() {
    prepare_tools
}

setup() {
    prepare phase3/client
    REQUEST=$BATS_TEST_TMPDIR/request
    OUT=$BATS_TEST_TMPDIR/out
    ERR=$BATS_TEST_TMPDIR/err
    EXPECT=$BATS_TEST_TMPDIR/expect
    : >"$REQUEST"
}

teardown() {
    clean_up
}

# serve [ADDRESS]: starts a server that plays the script on stdin; sets PORT.
serve() {
    {
        echo "listen ${1:-}"
        cat
    } >"$BATS_TEST_TMPDIR/script"
    # at once, lest a former server's port be taken for this one's
    : >"$BATS_TEST_TMPDIR/port"
    "$TOOLS/wire" $((PATIENCE_MS * 2)) <"$BATS_TEST_TMPDIR/script" \
        >"$BATS_TEST_TMPDIR/port" 3>&- 4>&- &
    SERVER=$!
    STARTED+=("$SERVER")
    PORT=$("$TOOLS/watch" 5000 "$SERVER" ready "$BATS_TEST_TMPDIR/port") ||
        skip "there is no server at ${1:-127.0.0.1} on this system"
}

# answer TEXT [ADDRESS]: one client gets TEXT (wire's escapes), then the end.
answer() {
    serve "${2:-}" <<END
accept c
head c $REQUEST
send c $1
close c
END
    printf '%b' "$1" >"$EXPECT"
}

# client HOST PORT FILENAME: runs the client; sets EXIT, and
# the files OUT and ERR.
client() {
    SENT="phase3/client $*"
    : >"$OUT"
    become "$@" >"$OUT" 2>"$ERR" </dev/null 3>&- 4>&- &
    local pid=$!
    STARTED+=("$pid")
    EXIT=0
    "$TOOLS/watch" "$PATIENCE_MS" "$pid" exit || {
        waited_in_vain
        explain "the end of the client" \
            "timed out: it still runs after $PATIENCE s" \
            "${LIKELY:-stop when the response is complete or the server has gone}"
    }
    wait "$pid" || EXIT=$?
    [ "$EXIT" -le 128 ] ||
        explain "exit status 0, 1 or 2" "$(how_it_ended "$pid")"
}

# expect_exit STATUS
expect_exit() {
    [ "$EXIT" -eq "$1" ] ||
        explain "exit status $1" "exit status $EXIT; $(tail -n 2 "$ERR")"
}

# expect_complaint STATUS: the client ended so, with a message on stderr and
# nothing on stdout.
expect_complaint() {
    expect_exit "$1"
    [ -s "$ERR" ] || explain "a message on stderr" "nothing"
    [ ! -s "$OUT" ] || explain "nothing on stdout" "$(visible <"$OUT")"
}

# expect_output: the client printed what the server sent, and ended well.
expect_output() {
    expect_same "$EXPECT" "$OUT" "response on stdout"
    expect_exit 0
}

# expect_line LINE [HINT]: the request has this line.
expect_line() {
    # white space behind the colon is free
    LC_ALL=C sed 's/^\([^:]*\):[[:blank:]]*/\1: /' "$REQUEST" |
        grep -qixF "$1"$'\r' ||
        explain "the line $1\\r\\n in the request" "$(visible <"$REQUEST")" \
            "${2:-}"
}

# --- the request

# bats test_tags=id:request-line, points:3, see:send_request
@test "The client sends one GET, in HTTP's form" {
    local name
    name=$(random_word).html
    answer 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
    client 127.0.0.1 "$PORT" "$name"
    [ -s "$REQUEST" ] || explain "GET /$name HTTP/1.1\\r\\n" "nothing"
    [ "$(head -n 1 "$REQUEST")" = "GET /$name HTTP/1.1"$'\r' ] ||
        [ "$(head -n 1 "$REQUEST")" = "GET /$name HTTP/1.0"$'\r' ] ||
        explain "GET /$name HTTP/1.1\\r\\n" \
            "$(head -n 1 "$REQUEST" | visible)"
    expect_line_ends "$REQUEST"
}

# bats test_tags=id:host-line, points:2, see:send_request
@test "The request has Host with the port, and asks to close the connection" {
    answer 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
    client 127.0.0.1 "$PORT" page.html
    expect_line "Host: 127.0.0.1:$PORT" "is there a Host line, with the port, since that is not 80?"
    grep -q 'HTTP/1\.0' "$REQUEST" || expect_line "Connection: close"
}

# bats test_tags=id:leading-slash, points:2, see:send_request
@test "The filename is asked for with one leading slash, given or not" {
    local name
    for name in folder/page.html /folder/page.html; do
        : >"$REQUEST"
        answer 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
        client 127.0.0.1 "$PORT" "$name"
        head -n 1 "$REQUEST" | grep -q '^GET /folder/page.html HTTP/1' ||
            explain "GET /folder/page.html HTTP/1.1" \
                "$(head -n 1 "$REQUEST" | visible)"
    done
}

# bats test_tags=id:no-line-break, points:1, see:main
@test "A line break or a space in the filename stays out of the request line" {
    answer 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
    client 127.0.0.1 "$PORT" $'a b\r\nX-Evil: 1'
    # refusing the name is as good as encoding it
    [ ! -s "$REQUEST" ] && [ "$EXIT" -ne 0 ] && return
    head -n 1 "$REQUEST" | grep -Eq $'^GET [^ ]+ HTTP/1\\.[01]\r$' ||
        explain "GET /a%20b%0D%0AX-Evil... HTTP/1.1" \
            "$(head -n 1 "$REQUEST" | visible)"
    ! grep -qi '^x-evil' "$REQUEST" ||
        explain "no header line made by the filename" "$(visible <"$REQUEST")"
}

# --- the response

# bats test_tags=id:prints-response, points:4, see:receive_response
@test "The response is printed, status line, header lines and body" {
    answer 'HTTP/1.1 200 OK\r\nX-Name: value\r\nContent-Length: 14\r\n\r\n<h1>Hello</h1>'
    client 127.0.0.1 "$PORT" page.html
    expect_output
}

# bats test_tags=id:many-pieces, points:2, see:receive_response
@test "A response that comes byte by byte, or cut anywhere, is printed whole" {
    local text='HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nnine more'
    serve <<END
accept c
head c $REQUEST
drip c $text
close c
END
    printf '%b' "$text" >"$EXPECT"
    client 127.0.0.1 "$PORT" page.html
    expect_output
}

# bats test_tags=id:binary-body, points:2, see:receive_response
@test "A body with NULs and every other byte is printed unchanged" {
    random_file "$BATS_TEST_TMPDIR/body" 30000
    serve <<END
accept c
head c $REQUEST
send c HTTP/1.1 200 OK\r\nContent-Length: 30000\r\n\r\n
file c $BATS_TEST_TMPDIR/body
close c
END
    { printf 'HTTP/1.1 200 OK\r\nContent-Length: 30000\r\n\r\n' &&
        cat "$BATS_TEST_TMPDIR/body"; } >"$EXPECT"
    client 127.0.0.1 "$PORT" image.png
    expect_output
}

# bats test_tags=id:empty-body, points:1, see:receive_response
@test "A response without a body is printed, and a status like 404 is no failure" {
    answer 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
    client 127.0.0.1 "$PORT" empty.txt
    expect_output
    answer 'HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nNot found'
    client 127.0.0.1 "$PORT" missing.html
    expect_output
}

# bats test_tags=id:large-body, points:1, see:receive_response
@test "A body of 80 MB is printed in 64 MB of memory" {
    random_file "$BATS_TEST_TMPDIR/piece" 1000000
    local i
    for ((i = 0; i < 80; i++)); do
        echo "file c $BATS_TEST_TMPDIR/piece"
        cat "$BATS_TEST_TMPDIR/piece" >&2
    done >"$BATS_TEST_TMPDIR/steps" 2>"$BATS_TEST_TMPDIR/body"
    local head='HTTP/1.1 200 OK\r\nContent-Length: 80000000\r\n\r\n'
    serve <<END
accept c
head c $REQUEST
send c $head
$(cat "$BATS_TEST_TMPDIR/steps")
END
    [ -n "${SANITIZED:-}" ] || [ "$(uname)" != Linux ] || LIMITS="-v 65536"
    client 127.0.0.1 "$PORT" big.bin
    tail -c 80000000 "$OUT" | cmp -s - "$BATS_TEST_TMPDIR/body" ||
        explain "the 80000000 bytes of the body" \
            "$(size_of "$OUT") bytes in all; $(tail -n 2 "$ERR")"
    expect_exit 0
}

# --- its end

# bats test_tags=id:ends-at-length, points:2, see:receive_response
@test "The client ends at Content-Length while the server keeps the connection" {
    local text='HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbody'
    serve <<END
accept c
head c $REQUEST
send c $text
end c
END
    printf '%b' "$text" >"$EXPECT"
    client 127.0.0.1 "$PORT" page.html
    expect_output
}

# bats test_tags=id:ends-with-connection, points:1, see:receive_response
@test "Without Content-Length the body ends with the connection" {
    answer 'HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nto the end'
    client 127.0.0.1 "$PORT" page.txt
    expect_output
}

# bats test_tags=id:cut-short, points:1, see:receive_response
@test "A response that is cut short or reset ends with exit status 1" {
    answer 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this'
    client 127.0.0.1 "$PORT" page.html
    expect_exit 1
    expect_same "$EXPECT" "$OUT" "response, as far as it came"
    serve <<END
accept c
head c $REQUEST
send c HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this
reset c
END
    client 127.0.0.1 "$PORT" page.html
    expect_exit 1
}

# bats test_tags=id:silent-server, points:1, see:connect_to
@test "A server that never answers ends the client with exit status 1" {
    export HTTP_TIMEOUT_MS=500
    LIKELY="is net_limit called, and a time-out of recv an error?"
    serve <<END
accept c
end c
END
    client 127.0.0.1 "$PORT" page.html
    expect_exit 1
    "$TOOLS/watch" 2000 "$SERVER" exit ||
        explain "a connection to the server" "none"
    [ ! -s "$OUT" ] || explain "nothing on stdout" "$(visible <"$OUT")"
}

# --- the server's address

# bats test_tags=id:server-by-name, points:1, see:connect_to
@test "The server can be given by name" {
    answer 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
    client localhost "$PORT" page.html
    expect_output
    expect_line "Host: localhost:$PORT"
}

# bats test_tags=id:ipv6, points:1, see:connect_to
@test "The server can be given by its IPv6 address, in brackets in Host" {
    answer 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok' ::1
    client ::1 "$PORT" page.html
    expect_output
    expect_line "Host: [::1]:$PORT"
}

# bats test_tags=id:next-address, points:1, see:connect_to
@test "When the first address of a name does not answer, the next is tried" {
    # a name with two addresses, in a hosts file that only the client sees
    local hosts=$BATS_TEST_TMPDIR/hosts address
    printf '%s pair.test\n' 127.0.0.1 127.0.0.2 >"$hosts"
    # shellcheck disable=SC2016 # for the inner shell
    local with_hosts=(unshare --map-root-user --mount sh -c
        'mount --bind "$0" /etc/hosts && exec "$@"' "$hosts")
    [ "$("${with_hosts[@]}" getent ahosts pair.test 2>/dev/null |
        grep -c STREAM)" -eq 2 ] ||
        skip "no name with two addresses can be made on this system"
    for address in 127.0.0.1 127.0.0.2; do
        answer 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok' "$address"
        WRAPPER=("${with_hosts[@]}")
        client pair.test "$PORT" page.html
        SENT="$SENT, whose address 127.0.0.1 or 127.0.0.2 refuses"
        expect_output
    done
}

# --- what goes wrong

# bats test_tags=id:refused-or-unknown, points:1, see:connect_to
@test "A refused connection or an unknown host: a message and exit status 1" {
    serve </dev/null # it has gone, and the port with it
    client 127.0.0.1 "$PORT" page.html
    expect_complaint 1
    client no-such-host.invalid 80 page.html
    expect_complaint 1
}

# bats test_tags=id:usage, points:1, see:main
@test "Without its three arguments the client explains its usage and exits with 2" {
    client
    expect_complaint 2
    client 127.0.0.1 80
    expect_exit 2
}

# bats test_tags=id:long-filename, points:1, see:send_request
@test "A filename of 3,000 characters does no harm" {
    local name
    name=$(printf '%03000d' 7)
    answer 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
    client 127.0.0.1 "$PORT" "$name"
    SENT="phase3/client 127.0.0.1 $PORT 000...7 (3,000 characters)"
    expect_output
    head -n 1 "$REQUEST" | grep -q "^GET /$name HTTP/1\.[01]" ||
        explain "GET /000...7 HTTP/1.1" "$(head -c 100 "$REQUEST" | visible)"
}

# bats test_tags=id:real-server, points:1, see:main
@test "The client gets a page from the kit's own web servers" {
    local server
    [ -n "${SERVERS:-}" ] || skip "this kit has no servers of its own"
    random_file "$ROOT/page.html" 100000
    for server in $SERVERS; do
        PROGRAM=$server start_server
        PROGRAM=$KIT/phase3/client
        client 127.0.0.1 "$PORT" page.html
        expect_exit 0
        expect_end "$ROOT/page.html" "$OUT"
        stop_server
    done
}
