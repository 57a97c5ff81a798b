#!/usr/bin/env bats
# phase3.bats - the tests of phase 3, the client: 30 points.
#
# The server that the client talks to plays a script (see tools/wire.c): it is
# the kit's own, and does exactly what the test says. Each test looks at one
# thing: what already the plain response of `prints` shows is not counted again.

load helpers

PAGE='HTTP/1.1 200 OK\r\nX-Name: value\r\nContent-Length: 14\r\n\r\n<h1>Hello</h1>'
EMPTY='HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
printf -v LONG '%09000d' 7 # a filename
printf -v VALUE '%03000d' 7 # of a header line

setup_file() {
    prepare_tools
    try_sanitizer address,undefined
    "$TOOLS/wire" <<<"listen ::1" >/dev/null || : >"$BATS_FILE_TMPDIR/no-ipv6"
}

setup() {
    prepare phase3/client
    REQUEST=$BATS_TEST_TMPDIR/request
    OUT=$BATS_TEST_TMPDIR/out
    ERR=$BATS_TEST_TMPDIR/err
    EXPECT=$BATS_TEST_TMPDIR/expect
    BODY=$BATS_TEST_TMPDIR/body
    PLAIN=$BATS_FILE_TMPDIR/plain # what `prints` has seen
    SERVED=
}

teardown() {
    clean_up
}

# --- the server

# serve [ADDRESS]: starts a server that plays the script on stdin; sets PORT.
# SERVED is then a command that does much the same.
serve() {
    local script
    IFS= read -r -d '' script || true
    printf 'listen %s\n%s\n' "${1:-}" "${script%$'\n'}" >"$BATS_TEST_TMPDIR/script"
    # at once, lest a former server's port be taken for this one's
    : >"$BATS_TEST_TMPDIR/port"
    : >"$REQUEST"
    "$TOOLS/wire" "${SERVER_MS:-$((PATIENCE_MS * 2))}" \
        <"$BATS_TEST_TMPDIR/script" >"$BATS_TEST_TMPDIR/port" 3>&- 4>&- &
    SERVER=$!
    PORT=$(exec "$TOOLS/watch" 5000 "$SERVER" ready "$BATS_TEST_TMPDIR/port") ||
        trouble "no server can listen: $(<"$BATS_TEST_TMPDIR/port")"
    SERVED="nc -l ${1:+$1 }$PORT"
}

# A connection is ended without a reset, even if there is more to receive.
HANG_UP="shut c
end c"

# answer TEXT [ADDRESS]: one client gets TEXT (wire's escapes), then the end.
answer() {
    serve "${2:-}" <<END
accept c
head c $REQUEST
send c $1
$HANG_UP
END
    SERVED="printf '$1' | $SERVED"
    expect_response "$1"
}

# keep_open TEXT: one client gets TEXT, and the connection stays open.
keep_open() {
    serve <<END
accept c
head c $REQUEST
send c $1
end c
END
}

# expect_response TEXT: this is what the client is to print.
expect_response() {
    printf '%b' "$1" >"$EXPECT"
    printf '%b' "${1#*\\r\\n\\r\\n}" >"$BODY"
}

# --- the client

# start_client ARGUMENT...: starts the client, and sets CLIENT to its process id.
start_client() {
    : >"$OUT"
    become "$@" >"$OUT" 2>"$ERR" </dev/null 3>&- 4>&- &
    CLIENT=$!
}

# client HOST PORT FILENAME: runs the client. Sets EXIT to its exit status,
# empty if it does not end, and the files OUT and ERR.
client() {
    local words
    printf -v words ' %q' "$@"
    words=${words//$LONG/\$(printf %09000d 7)}
    SENT="${SERVED:+$SERVED & sleep 1; }phase3/client${*:+$words}"
    start_client "$@"
    await_exit
}

# await_exit: sets EXIT, as client does.
await_exit() {
    EXIT=
    WAITED=$PATIENCE_MS
    "$TOOLS/watch" "$PATIENCE_MS" "$CLIENT" exit || {
        waited_in_vain
        return 0
    }
    EXIT=0
    wait "$CLIENT" || EXIT=$?
}

# has_crashed: a signal has ended the client.
has_crashed() {
    [ "${EXIT:-0}" -gt 128 ] && kill -l "$((EXIT - 128))" >/dev/null 2>&1
}

# expect_end_of_client: the client has ended by itself.
expect_end_of_client() {
    [ -n "$EXIT" ] || explain "the end of the client" \
        "timed out: it still runs after $WAITED ms" \
        "${LIKELY:-when recv returns 0 the server has closed: leave the loop}"
    expect_no_crash
}

expect_no_crash() {
    ! has_crashed || explain "exit status 0, 1 or 2" \
        "$(how_it_ended "$CLIENT")" \
        "${LIKELY:-a pointer that leads nowhere, or a buffer that is too small}"
}

# expect_exit STATUS [LIKELY]
expect_exit() {
    expect_end_of_client
    [ "$EXIT" -eq "$1" ] || explain "exit status $1" \
        "exit status $EXIT; on stderr: $(last_words)" "${2:-}"
}

last_words() {
    [ -s "$ERR" ] || echo "nothing"
    tail -n 2 "$ERR" | cut -c 1-200
}

# expect_complaint STATUS: the client ended so, with a message on stderr and
# nothing on stdout.
expect_complaint() {
    expect_exit "$1"
    [ -s "$ERR" ] || explain "a message on stderr" "nothing" \
        "err and errx print one and exit; or perror, or fprintf(stderr, ...)"
    [ ! -s "$OUT" ] || explain "nothing on stdout" "$(shown_output)" \
        "messages go to stderr, lest they get into what is saved with >file"
}

# expect_printed [LIKELY]: the client has printed what the server sent, or at
# least the body, if not even the plain response is printed as it came.
expect_printed() {
    if cmp -s "$EXPECT" "$PLAIN.expect" && cmp -s "$OUT" "$PLAIN.out"; then
        return 0
    elif cmp -s "$PLAIN.expect" "$PLAIN.out" || [ ! -e "$PLAIN.out" ]; then
        expect_same "$EXPECT" "$OUT" "response on stdout" "${1:-}"
    elif ! body_is_printed; then
        explain "the body in it: $(excerpt "$BODY" 0 60)" "$(shown_output)" \
            "mend first how the plain response is printed"
    fi
}

# body_is_printed: its bytes are somewhere in what was printed.
body_is_printed() {
    [[ $(hexadecimal "$OUT") == *"$(hexadecimal "$BODY")"* ]]
}

hexadecimal() {
    od -An -v -tx1 "$1" | tr -s ' \n' ' '
}

# shown_output: prints OUT as a student is told.
shown_output() {
    [ -s "$OUT" ] || echo nothing
    visible <"$OUT"
}

# expect_output [LIKELY]: the client has printed the response, and ended as it
# does after the plain one.
expect_output() {
    local plain=
    expect_end_of_client
    expect_printed "${1:-$LIKELY}"
    [ ! -e "$PLAIN.exit" ] || read -r plain <"$PLAIN.exit" || true
    [ "$EXIT" = "$plain" ] || expect_exit 0 "${1:-$LIKELY}"
}

# --- its request

# await_request: starts a server that gives up on a client that does not send a
# whole one.
await_request() {
    SERVER_MS=$((PATIENCE_MS * 2 / 5)) serve <<END
accept c
head c $REQUEST
send c $EMPTY
close c
END
}

# ask FILENAME: has the client ask for it; the file LINES is its request,
# without CR, which is for a test of its own, and without NUL.
ask() {
    needs connects asks
    await_request
    client 127.0.0.1 "$PORT" "$1"
    take_request
}

take_request() {
    "$TOOLS/watch" 2000 "$SERVER" exit || true
    LINES=$BATS_TEST_TMPDIR/lines
    tr -d '\r\000' <"$REQUEST" >"$LINES"
}

# target: prints the second word of the request line, what is asked for.
target() {
    head -n 1 "$LINES" | cut -d ' ' -f 2
}

request_line() {
    head -n 1 "$LINES" | tr -d '\n' | visible
}

# expect_line NAME VALUE LIKELY: the request has this header line.
expect_line() {
    local line value
    line=$(grep -i "^$1:" "$LINES" | head -n 1)
    value=$(sed 's/^[^:]*:[[:blank:]]*//;s/[[:blank:]]*$//' <<<"$line")
    [ -n "$line" ] ||
        explain "the line $1: $2" "no such line in"$'\n'"$(visible <"$REQUEST")" \
            "$3"
    [ "$(tr '[:upper:]' '[:lower:]' <<<"$value")" = "$2" ] ||
        explain_difference "$1: $2" "$1: $value" "$3"
}

# --- the basics

# bats test_tags=id:connects, points:1, see:connect_to
@test "The client connects to the server at the port that it is given" {
    serve <<<"accept c"
    client 127.0.0.1 "$PORT" page.html
    "$TOOLS/watch" 2000 "$SERVER" exit ||
        explain "a connection at port $PORT" \
            "no connection; exit status ${EXIT:-none}, on stderr: $(last_words)" \
            "is it the port of the second argument (and htons, without getaddrinfo)?"
}

# bats test_tags=id:asks, points:1, see:send_request
@test "The client sends a request that ends in an empty line" {
    local how
    needs connects
    await_request
    client 127.0.0.1 "$PORT" page.html
    "$TOOLS/watch" 2000 "$SERVER" exit && wait "$SERVER" && return
    how=$(sed -n 's/^c: //p' "$BATS_TEST_TMPDIR/port")
    [ -s "$REQUEST" ] || explain "a request" "nothing; ${how:-it waits}" \
        "is what snprintf has written sent (send), from its first byte on?"
    explain 'an empty line (\r\n) after the header lines' \
        "$(visible <"$REQUEST")"$'\n'"${how:-it waits}" \
        'the last header line ends in \r\n, and then another \r\n follows'
}

# bats test_tags=id:prints, points:1, see:receive_response
@test "The client prints something of a plain response, and ends" {
    needs connects asks
    answer "$PAGE"
    client 127.0.0.1 "$PORT" page.html
    expect_end_of_client
    [ -s "$OUT" ] ||
        explain "the response on stdout" \
            "nothing; exit status $EXIT, on stderr: $(last_words)" \
            "is each piece that recv brings printed, and stdout flushed?"
    cp "$OUT" "$PLAIN.out"
    cp "$EXPECT" "$PLAIN.expect"
    echo "$EXIT" >"$PLAIN.exit"
}

# --- the request

# bats test_tags=id:request-line, points:1, see:send_request
@test "The request is one GET, with the filename and HTTP's version" {
    local name
    LIKELY="GET, one space, the target, one space, HTTP/1.1, and the line's end"
    random_word
    name=$WORD.html
    needs connects asks
    serve <<END
accept c
head c $REQUEST
send c $EMPTY
shut c
read c $BATS_TEST_TMPDIR/more
END
    client 127.0.0.1 "$PORT" "$name"
    take_request
    # whether there is a slash is for the test of that
    grep -Eqx "GET /?$name HTTP/1\.[01]" <(head -n 1 "$LINES") ||
        explain_difference "GET /$name HTTP/1.1" "$(request_line)"
    tr -d '\r\n' <"$BATS_TEST_TMPDIR/more" | grep -aq . || return 0
    explain "nothing after the request's empty line" \
        "$(head -c 100 "$BATS_TEST_TMPDIR/more" | visible)" \
        "send as many bytes as snprintf said, not the whole buffer; and only once"
}

# bats test_tags=id:line-ends, points:1, see:send_request
@test "Each line of the request ends in CR LF" {
    LIKELY='HTTP lines end in \r\n, not \n alone'
    ask page.html
    expect_line_ends "$REQUEST"
}

# bats test_tags=id:host-line, points:1, see:send_request
@test "The request has Host, with the port where that is not 80" {
    ask page.html
    expect_line Host "127.0.0.1:$PORT" \
        "main has prepared the value: host and port of the arguments"
}

# bats test_tags=id:connection-close, points:1, see:send_request
@test "The request asks to close the connection after the response" {
    ask page.html
    # which HTTP/1.0 does anyway
    head -n 1 "$LINES" | grep -q 'HTTP/1\.0' ||
        is_listed Connection close "$LINES" || expect_line Connection close \
            "in HTTP/1.1 a connection stays open unless one side says otherwise"
}

# bats test_tags=id:leading-slash, points:1, see:send_request
@test "The filename is asked for with one leading slash, given or not" {
    local name
    LIKELY="exactly one slash: add it only where the filename has none"
    for name in folder/page.html /folder/page.html; do
        ask "$name"
        [ "$(target)" = /folder/page.html ] ||
            explain_difference "GET /folder/page.html HTTP/1.1" "$(request_line)"
    done
}

# is_refused: the client has ended, and sent nothing, whether it connected or not. As
# good as a request, where the filename is such that one may be refused.
is_refused() {
    [ "${EXIT:-0}" -ne 0 ] && { ! has_ended || [ ! -s "$REQUEST" ]; }
}

# bats test_tags=id:no-line-break, points:1, see:main
@test "A line break or a space in the filename stays out of the request line" {
    local name
    LIKELY="what is no letter, digit or the like becomes %XX (http_target), or refuse it"
    needs connects asks
    for name in $'a b\r\nX-Evil: 1' 'a b c' $'a\nX-Evil:1' $'a\rb'; do
        await_request
        client 127.0.0.1 "$PORT" "$name"
        expect_no_crash
        is_refused && continue
        take_request
        ! grep -qi '^x-evil' "$LINES" ||
            explain "no header line made by the filename" "$(visible <"$REQUEST")"
        if head -n 1 "$REQUEST" | grep -q $'\r.' ||
            ! head -n 1 "$LINES" | grep -Eq '^[^ ]+ [^ +]+( HTTP/.*)?$'; then
            explain "GET /... HTTP/1.1 in one line, and %20 for a space" \
                "$(head -n 1 "$REQUEST" | visible)"
        fi
    done
}

# bats test_tags=id:long-filename, points:1, see:send_request
@test "A filename of 9,000 characters does no harm" {
    LIKELY="is the buffer large enough, and is what snprintf returned compared with its size?"
    needs connects asks
    await_request
    client 127.0.0.1 "$PORT" "$LONG"
    expect_no_crash
    is_refused && return
    take_request
    [[ $(target) == *"$LONG" ]] ||
        explain "GET /000...7 HTTP/1.1, 9,000 characters of filename" \
            "$(target | tr -d '\n' | wc -c | tr -d ' ') characters of target: \
$(head -c 60 "$REQUEST" | visible)"
}

# --- the response

# bats test_tags=id:prints-response, points:2, see:receive_response
@test "The response is printed byte for byte, and nothing else is" {
    LIKELY="print what recv brought, all of it and as it is; messages go to stderr"
    needs connects asks prints
    answer "$PAGE"
    client 127.0.0.1 "$PORT" page.html
    expect_same "$EXPECT" "$OUT" "response on stdout"
    answer "$EMPTY"
    client 127.0.0.1 "$PORT" empty.txt
    expect_same "$EXPECT" "$OUT" "response on stdout" \
        "a response whose body is empty is printed as well"
}

# bats test_tags=id:exit-status, points:1, see:receive_response
@test "A complete response ends with exit status 0, a 404 too" {
    local likely="0 if a complete response came, whatever its status"
    needs connects asks prints
    answer "$PAGE"
    client 127.0.0.1 "$PORT" page.html
    expect_exit 0 "$likely"
    answer 'HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nNot found'
    client 127.0.0.1 "$PORT" missing.html
    expect_exit 0 "$likely"
    ! cmp -s "$PLAIN.expect" "$PLAIN.out" ||
        expect_same "$EXPECT" "$OUT" "response on stdout" \
            "a 404 is printed as it came, as any response is"
}

# bats test_tags=id:as-it-arrives, points:1, see:receive_response
@test "What has come is printed at once, not only at the end" {
    local text='HTTP/1.1 200 OK\r\nX-Name: value\r\nContent-Length: 12\r\n\r\nfirst\n'
    local lines
    needs connects asks prints
    keep_open "$text"
    SENT="(printf '$text'; sleep 60) | nc -l $PORT & sleep 1; \
phase3/client 127.0.0.1 $PORT page.html >out & sleep 1; cat out"
    start_client 127.0.0.1 "$PORT" page.html
    # the head's lines, as many as are printed of the plain response, and one more
    lines=$(head -n 4 "$PLAIN.out" | wc -l)
    "$TOOLS/watch" "$PATIENCE_MS" "$CLIENT" at-least "$OUT" "$((lines + 1))" \
        >/dev/null || {
        waited_in_vain
        explain "$(printf '%b' "$text" | visible)" \
            "timed out: on stdout $(shown_output), while the server waits" \
            "stdio keeps what does not go to a terminal: net_print, or fflush(stdout)"
    }
}

# bats test_tags=id:many-pieces, points:2, see:receive_response
@test "A response that comes byte by byte, or cut anywhere, is printed whole" {
    local head='HTTP/1.1 200 OK\r\nContent-Length: 9'
    LIKELY="recv returns what is there: go on until it returns 0, or the response is complete"
    needs connects asks prints
    serve <<END
accept c
head c $REQUEST
send c H
taken c
drip c ${head#H}
taken c
send c \r\n\r\nnine
taken c
drip c  more
$HANG_UP
END
    expect_response "$head"'\r\n\r\nnine more'
    SERVED="(printf H; sleep 1; printf '${head#H}'; sleep 1; \
printf '\r\n\r\nnine'; sleep 1; printf ' more') | nc -l $PORT"
    client 127.0.0.1 "$PORT" page.html
    expect_output
}

# bats test_tags=id:binary-body, points:1, see:receive_response
@test "A body with NULs and every other byte is printed unchanged" {
    local head='HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n'
    LIKELY="print as many bytes as came; printf's %s and strlen end at the first NUL"
    needs connects asks prints
    expect_response "$head"
    random_file "$BODY" 3000
    cat "$BODY" >>"$EXPECT"
    serve <<END
accept c
head c $REQUEST
file c $EXPECT
$HANG_UP
END
    SERVED="(printf '$head'; head -c 3000 /dev/urandom) | nc -l $PORT"
    client 127.0.0.1 "$PORT" image.png
    expect_output
}

# is_under_way: the client still runs, and goes on printing what it should. To receive
# a byte at a time is slow, and right.
is_under_way() {
    local size part=$BATS_TEST_TMPDIR/part
    [ -z "$EXIT" ] || return
    size=$(size_of "$OUT")
    "$TOOLS/wire" <<<"pause 500"
    LC_ALL=C tr -d '\000-\177' <"$OUT" >"$part"
    [ "$(size_of "$OUT")" -gt "$size" ] && [ -s "$part" ] &&
        cmp -s "$part" <(head -c "$(size_of "$part")" "$BODY")
}

# bats test_tags=id:large-body, points:1, see:receive_response
@test "A body of 80 MB is printed in 64 MB of memory" {
    local i head size pieces=()
    needs connects asks prints
    # of bytes that are in no head and no message
    random_file "$BATS_TEST_TMPDIR/random" 2000000
    LC_ALL=C tr -d '\000-\177' <"$BATS_TEST_TMPDIR/random" \
        >"$BATS_TEST_TMPDIR/piece"
    for ((i = 0; i < 80; i++)); do
        pieces+=("$BATS_TEST_TMPDIR/piece")
    done
    cat "${pieces[@]}" >"$BODY"
    size=$(size_of "$BODY")
    head="HTTP/1.1 200 OK\\r\\nContent-Length: $size\\r\\n\\r\\n"
    serve <<END
accept c
head c $REQUEST
send c $head
taken c
$(printf 'file c %s\n' "${pieces[@]}")
$HANG_UP
END
    SERVED="(printf '$head'; head -c $size /dev/urandom) | nc -l $PORT"
    [ -n "${SANITIZED:-}" ] || [ "$(uname)" != Linux ] || LIMITS="-v 65536"
    PATIENCE_MS=15000 # memory is what is tested
    client 127.0.0.1 "$PORT" big.bin
    SENT="${LIMITS:+(ulimit -v 65536; }$SENT >out${LIMITS:+)}"
    LC_ALL=C tr -d '\000-\177' <"$OUT" | cmp -s - "$BODY" && return
    ! is_under_way || return 0
    explain "the $size bytes of the body" \
        "$(size_of "$OUT") bytes in all; exit status ${EXIT:-none}, on stderr: \
$(last_words)" \
        "one buffer, used again and again: recv a piece, print it, until the end"
}

# --- its end

# bats test_tags=id:ends-at-length, points:2, see:receive_response
@test "The client ends at Content-Length while the server keeps the connection" {
    local lines text
    needs connects asks prints
    for lines in 'content-length:4\r\n\r\nbody' 'Content-Length: 0\r\n\r\n' \
        "X-Content-Length: 2\r\nX-Long: $VALUE\r\nContent-Length: 4\r\n\r\nbody"; do
        text="HTTP/1.1 200 OK\r\n$lines"
        case $lines in
        c*) LIKELY="stop at Content-Length, in either case of its letters, and with or \
without a space: see response->complete" ;;
        C*)
            ! has_failed prints-response || continue
            LIKELY="where the length is 0 the response is complete with its head"
            ;;
        X*) LIKELY="it is the line of just that name, however long those before it" ;;
        esac
        keep_open "$text"
        expect_response "$text"
        SERVED="(printf '${text/$VALUE/%03000d}' 7; sleep 60) | nc -l $PORT"
        client 127.0.0.1 "$PORT" page.html
        expect_output
    done
}

# bats test_tags=id:ends-with-connection, points:1, see:receive_response
@test "Without Content-Length the body ends with the connection" {
    LIKELY="where nothing tells the length, recv returning 0 is the proper end"
    needs connects asks prints
    answer 'HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nContent-Length: 3\n\nto the end'
    SERVED=${SERVED/nc/nc -N}
    client 127.0.0.1 "$PORT" page.txt
    expect_output
}

# bats test_tags=id:cut-short, points:1, see:receive_response
@test "A response that is cut short or reset ends with exit status 1" {
    local text='HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this'
    needs connects asks prints
    answer "$text"
    SERVED=${SERVED/nc/nc -N}
    client 127.0.0.1 "$PORT" page.html
    expect_exit 1 "Content-Length said more than came: http_end tells"
    expect_printed "what came is printed, even if it is not all"
    # 2 to the power of 32, and as many as come
    answer 'HTTP/1.1 200 OK\r\nContent-Length: 4294967305\r\n\r\nonly this'
    SERVED=${SERVED/nc/nc -N}
    client 127.0.0.1 "$PORT" page.html
    expect_exit 1 "an int has no room for such a length: long long, off_t"
    text='HTTP/1.1 200 OK\r\n\r\nonly this'
    serve <<END
accept c
head c $REQUEST
send c $text
taken c
reset c
END
    client 127.0.0.1 "$PORT" page.html
    SENT="phase3/client 127.0.0.1 $PORT page.html; the server sends '$text' \
and then resets the connection"
    expect_exit 1 "recv returned -1: that is a failure, and no end of file"
}

# bats test_tags=id:no-response, points:1, see:receive_response
@test "Garbage, half a head or nothing at all ends with exit status 1" {
    local text
    needs connects asks prints
    for text in 'SSH-2.0-server\r\n' 'HTTP/1.1 200 OK\r\nContent-Le' ''; do
        answer "$text"
        SERVED=${SERVED/nc/nc -N}
        client 127.0.0.1 "$PORT" page.html
        expect_exit 1 "0 is for a complete response: see response->invalid, http_end"
    done
}

# bats test_tags=id:silent-server, points:1, see:connect_to
@test "A server that never answers, or falls silent, ends the client with exit status 1" {
    local i text length='Content-Length: 100\r\n' pids=()
    export HTTP_TIMEOUT_MS=500
    PATIENCE_MS=15000 # for its own ten seconds
    LIKELY="is net_limit called, and is a recv that timed out (-1) a failure?"
    needs connects asks prints
    # all clients at once, lest they wait in turn; they may close their side, and yet
    # nobody closes the other
    serve <<END
accept c1
accept c2
head c2 $REQUEST
send c2 HTTP/1.1 200 OK\r\n$length\r\nonly this
accept c3
head c3 $REQUEST
send c3 HTTP/1.1 200 OK\r\n\r\nonly this
pause 60000
END
    for i in 0 1 2; do
        OUT=$BATS_TEST_TMPDIR/out$i
        ERR=$BATS_TEST_TMPDIR/err$i
        start_client 127.0.0.1 "$PORT" page.html
        pids+=("$CLIENT")
    done
    for i in 0 1 2; do
        OUT=$BATS_TEST_TMPDIR/out$i
        ERR=$BATS_TEST_TMPDIR/err$i
        CLIENT=${pids[i]}
        await_exit
        # which of them came first was up to the system
        text="sleep 60"
        [ ! -s "$OUT" ] || text="(printf 'HTTP/1.1 200 OK\r\n\r\nonly this'; $text)"
        ! grep -q ^Content "$OUT" || text=${text/\\r\\n/\\r\\n$length}
        SENT="$text | nc -l $PORT & sleep 1; phase3/client 127.0.0.1 $PORT page.html"
        expect_end_of_client
        has_failed cut-short || expect_exit 1 "$LIKELY"
    done
}

# --- the server's address

# bats test_tags=id:server-by-name, points:1, see:connect_to
@test "The server can be given by name" {
    LIKELY="getaddrinfo takes names too, and all its addresses are to be tried"
    needs connects asks prints
    answer "$PAGE"
    client localhost "$PORT" page.html
    expect_output
    take_request
    # whether there is a Host line is for the test of that
    ! grep -qi '^host:[[:blank:]]*[0-9:[]' "$LINES" ||
        expect_line Host "localhost:$PORT" \
            "the name that was asked for stands there, not its address"
}

# bats test_tags=id:ipv6, points:1, see:connect_to
@test "The server can be given by its IPv6 address, in brackets in Host" {
    LIKELY="hints.ai_family is AF_UNSPEC, and socket gets the address's own family"
    needs connects asks prints
    [ ! -e "$BATS_FILE_TMPDIR/no-ipv6" ] || skip "this system has no IPv6"
    answer "$PAGE" ::1
    client ::1 "$PORT" page.html
    expect_output
    take_request
    # whether there is a Host line is for the test of that
    ! grep -qi '^host:[[:blank:]]*::1' "$LINES" ||
        expect_line Host "[::1]:$PORT" "an IPv6 address has colons itself: [::1]"
}

# bats test_tags=id:next-address, points:1, see:connect_to
@test "When the first address of a name does not answer, the next is tried" {
    # a name with several addresses, in a hosts file that only the client sees
    local hosts=$BATS_TEST_TMPDIR/hosts address addresses=(127.0.0.1 127.0.0.2)
    LIKELY="go on with the next of the list (ai_next), with a new socket, until connect succeeds"
    needs connects asks prints
    # which is tried first, and wants another kind of socket
    [ -e "$BATS_FILE_TMPDIR/no-ipv6" ] || addresses+=(::1)
    printf '%s pair.test\n' "${addresses[@]}" >"$hosts"
    if [ "$JAIL" = namespaces ]; then
        HOSTS=$hosts
    else
        [ "$EUID" -eq 0 ] || WRAPPER=(--map-root-user)
        # shellcheck disable=SC2016 # for the inner shell
        WRAPPER=(unshare ${WRAPPER[@]+"${WRAPPER[@]}"} --mount sh -c
            'mount --bind "$0" /etc/hosts && exec "$@"' "$hosts")
        [ "$("${WRAPPER[@]}" getent ahosts pair.test 2>/dev/null |
            grep -c STREAM)" -eq ${#addresses[@]} ] ||
            skip "no name with several addresses can be made on this system"
    fi
    for address in 127.0.0.1 127.0.0.2; do
        answer "$PAGE" "$address"
        client pair.test "$PORT" page.html
        SENT="$SENT, with pair.test at ${addresses[*]} in /etc/hosts"
        expect_output
    done
}

# --- what goes wrong

# bats test_tags=id:refused-or-unknown, points:1, see:connect_to
@test "A refused connection or an unknown host: a message and exit status 1" {
    LIKELY="connect and getaddrinfo tell by what they return: say so, and exit(1)"
    needs connects
    serve </dev/null # it has gone, and the port with it
    SERVED=
    client 127.0.0.1 "$PORT" page.html
    SENT="$SENT, where nobody listens"
    expect_complaint 1
    # known to be none without asking anybody
    client no..such.host 80 page.html
    expect_complaint 1
}

# bats test_tags=id:usage, points:1, see:main
@test "Without just three arguments the client explains its usage and exits with 2" {
    LIKELY="look at argc before argv: argv[argc] is NULL"
    client
    expect_complaint 2
    client 127.0.0.1 80
    expect_exit 2 "$LIKELY"
    client 127.0.0.1 80 my page.html
    expect_exit 2 "a fourth argument may be the rest of a filename with a space"
}

# --- memory

# scripted ACTION...: starts a server that has a request and then does this.
scripted() {
    serve < <(printf '%s\n' "accept c" "head c $REQUEST" "$@" "$HANG_UP")
}

# try_sanitized ARGUMENT...: runs the client; no sanitizer complains. Whether it
# does right is for other tests.
try_sanitized() {
    client "$@"
    expect_clean 1 "$SENT"
}

# bats test_tags=id:memory, points:1, see:send_request
@test "The sanitizers for memory and undefined behaviour find nothing" {
    local text long ok='HTTP/1.1 200 OK\r\n'
    LIKELY="a buffer too small, freed or never filled; the cause may be some lines before"
    needs connects asks prints
    sanitize address,undefined
    # what a client loses once ends with it
    ASAN_OPTIONS+=:detect_leaks=0
    for text in "$PAGE" "$ok" "$ok"'Content-Length: 1000\r\n\r\nonly this' \
        'HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nNot found' \
        "$ok"'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n' \
        'SSH-2.0-server\r\n\0\xff\r\n'; do
        answer "$text"
        try_sanitized 127.0.0.1 "$PORT" page.html
    done
    printf -v long '%020000d' 7
    answer "${ok}X-Long: $long\\r\\nContent-Length: 0\\r\\n\\r\\n"
    SERVED="printf '${ok}X-Long: %020000d\r\nContent-Length: 0\r\n\r\n' 7 | nc -l $PORT"
    try_sanitized 127.0.0.1 "$PORT" page.html
    scripted "drip c $PAGE"
    try_sanitized 127.0.0.1 "$PORT" page.html
    scripted "send c $ok" "taken c" "reset c"
    SERVED="$SERVED (a reset after the status line)"
    try_sanitized 127.0.0.1 "$PORT" page.html
    random_file "$BODY" 2000000
    scripted "send c $ok"'Content-Length: 2000000\r\n\r\n' "file c $BODY"
    try_sanitized 127.0.0.1 "$PORT" page.html
    answer "$EMPTY"
    LIKELY="a buffer too small for the filename, or for the request with it"
    try_sanitized 127.0.0.1 "$PORT" "$LONG"
    SERVED=
    try_sanitized 127.0.0.1 1 page.html
    try_sanitized
}
