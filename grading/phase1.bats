#!/usr/bin/env bats
# phase1.bats - the tests of phase 1, the single-threaded server: 40 points.
#
# Above each test stand its id, its points, and the function to look at when it
# fails. Each test has a server, a root folder and a port of its own.

load helpers

setup_file() {
    prepare_tools
    try_sanitizer address,undefined
}

setup() {
    prepare phase1/webserver
}

teardown() {
    let_go
    clean_up
}

printf -v LONG '/%06000d' 0 # a target
# a folder's path, which Location repeats
printf -v DEEP '%0250d/%0250d/%0250d/%0250d' 1 2 3 4

# expect_file TARGET [FILE]: a request for it is answered with the file of that
# name below the root.
expect_file() {
    get "$1"
    expect_status 200
    expect_body "$ROOT${2:-$1}"
}

# numbers FILE LAST: makes a text file of the numbers from 100000 on, so that each
# part of it differs: seven bytes a number.
numbers() {
    seq 100000 "$2" >"$1"
}

# request NAME TARGET: prints the script of a client that asks for it.
request() {
    printf 'open %s\nsend %s GET %s HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n\n' \
        "$1" "$1" "$2"
}

# answer_to NAME TARGET: the same, and the answer's head and body go to the files
# NAME.head and NAME.body.
answer_to() {
    request "$1" "$2"
    printf 'head %s %s\nread %s %s\nclose %s\n' "$1" "$BATS_TEST_TMPDIR/$1.head" \
        "$1" "$BATS_TEST_TMPDIR/$1.body" "$1"
}

# take_answer NAME TARGET: sets HEAD, BODY and STATUS to what has come.
take_answer() {
    local version
    SENT="curl -i 'http://127.0.0.1:$PORT$2'"
    HEAD=$BATS_TEST_TMPDIR/$1.head
    BODY=$BATS_TEST_TMPDIR/$1.body
    PROBLEM=
    read -r version STATUS _ <"$HEAD" || [ -n "$version" ]
    STATUS=${STATUS%$'\r'}
}

# make_deep: makes the folder DEEP, where the system has room for such a path.
make_deep() {
    mkdir -p "$ROOT/$DEEP" 2>/dev/null || true
}

# --- listening

# bats test_tags=id:ready-line, points:1, see:make_listener
@test "The server says at which port it listens, and listens there" {
    LIKELY="listen is not called, or on another socket than bind"
    start_server
    EXPECTED="a connection at port $PORT" wire <<<"open client"
}

# some_port: prints one that the system gives to no program by itself, and that is
# another in each run: SEED does not decide it, lest two runs want the same.
some_port() {
    echo $((10000 + (RANDOM + $$) % 20000))
}

# is_taken PORT: a program has it, or this system does not tell.
is_taken() {
    local hex
    hex=$(printf ':%04X ' "$1")
    [ ! -e /proc/net/tcp ] || cat /proc/net/tcp* | grep -qF "$hex"
}

# expect_ready PORT: that is where it said it listens.
expect_ready() {
    PORT=$1
    [ "$LINE" != "Listening on port $1" ] || return 0
    [[ $LINE = Listening* ]] || explain "Listening on port $1" "$LINE"
    explain_difference "Listening on port $1" "$LINE"
}

# bats test_tags=id:where-it-listens, points:1, see:make_listener
@test "The server listens at the port that it is given, or else at 6789" {
    local port i
    LIKELY="use the address that make_listener is given, as it is"
    needs ready-line
    for i in 1 2 3 4 5; do
        port=$(some_port)
        ! try "$port" "$ROOT" || break
    done
    expect_ready "$port"
    [ "$(uname)" != Linux ] ||
        EXPECTED="a connection at 127.0.0.2, an address of this machine too" \
            wire <<<"open client 127.0.0.2"
    for i in 1 2 3; do
        ! try || break
        # then there is nothing to see
        ! is_taken 6789 || return 0
    done
    expect_ready 6789
}

# expect_exit STATUS: the server ends so, and says why.
expect_exit() {
    local status=0 ms=$((PATIENCE_MS * 3 / 5))
    "$TOOLS/watch" "$ms" "$SERVER" exit || {
        waited_in_vain
        explain "exit status $1" "it runs on, after $ms ms"
    }
    wait "$SERVER" || status=$?
    [ "$status" -eq "$1" ] ||
        explain "exit status $1" "$(how_it_ended "$SERVER")"
    [ -s "$BATS_TEST_TMPDIR/err" ] ||
        explain "a message on stderr" "nothing on stderr"
}

# bats test_tags=id:bad-arguments, points:1, see:main
@test "The server explains its usage when an argument is wrong, and exits with 2" {
    local arguments
    LIKELY="check the port with net_port, and how many arguments there are"
    for arguments in "http" "70000" "-1" "80x" "0 . 3"; do
        SENT="phase1/webserver $arguments"
        # shellcheck disable=SC2086 # they are several
        launch $arguments
        expect_exit 2
        : >"$BATS_TEST_TMPDIR/err"
    done
}

# --- one request

# accept_one: a client connects and sends half a request, and the server has one
# more descriptor open for it than BEFORE, or answers the client when it sends the
# other half: another process may see to it, which is not looked at. ELSEWHERE is then
# set, and the client has gone.
accept_one() {
    local got ms=$((PATIENCE_MS * 2 / 5))
    hold_open 1
    SENT="printf 'GET / HT' | nc 127.0.0.1 $PORT"
    ELSEWHERE=
    got=$(watch "$ms" at-least fds $((BEFORE + 1))) && return
    # in a process of its own, which ends if the holder has
    (printf 'send c1 st: localhost\\r\\n\\r\\n\ntake c1 1\n' >&7) || true
    exec 7>&-
    ELSEWHERE=1
    "$TOOLS/watch" "$ms" "$HOLDER" exit && wait "$HOLDER" && HOLDER='' && return
    waited_in_vain
    got="${got:-none}, as before"
    ! has_ended || got=$(how_it_ended "$SERVER")
    explain "one more open descriptor, for a client that has just come" "$got"
}

# bats test_tags=id:accepts, points:1, see:main
@test "The server accepts a connection" {
    LIKELY="accept takes the listening socket, and its result is the client's"
    needs_proc
    start_server
    BEFORE=$(now fds)
    accept_one
}

# bats test_tags=id:closes-when-client-left, points:1, see:handle_client
@test "The connection of a client that has hung up is closed" {
    LIKELY="recv returns 0 when the client has closed: then close its socket too"
    needs accepts
    needs_proc
    start_server
    BEFORE=$(now fds)
    accept_one
    # another process closes what it accepts
    [ -z "$ELSEWHERE" ] || return 0
    let_go
    # what it may have opened for good with its first client is none of this
    BEFORE=$(watch 1000 at-most fds "$BEFORE") || true
    accept_one
    let_go
    SENT="printf 'GET / HT' | nc 127.0.0.1 $PORT, ended by Ctrl-C"
    back_to fds "$BEFORE" "open descriptors"
}

# bats test_tags=id:log-lines, points:1, see:receive_request
@test "Each request is a line on stderr, and stdout has the ready line alone" {
    local i now before
    LIKELY="receive each request to its end; the log line of an answer, whatever its \
status, is http_log's"
    echo page >"$ROOT/page.html"
    start_server
    SENT="curl http://127.0.0.1:$PORT/page.html, and 11 more requests"
    before=$(wc -l <"$BATS_TEST_TMPDIR/err")
    needs accepts
    # kept open: a client that has gone may not be worth a line; more than there
    # are lines about what is not filled in yet
    hold < <(for ((i = 1; i <= 6; i++)); do
        request c "/page.html"
        request d "/missing.html"
        printf 'shut c\nshut d\npause 20\n'
    done)
    now=$(exec "$TOOLS/watch" "$PATIENCE_MS" "$SERVER" at-least \
        "$BATS_TEST_TMPDIR/err" $((before + 12))) || {
        ! has_ended || now="$(how_it_ended "$SERVER"), after $now"
        explain "12 lines on stderr, besides the $((before)) of before" \
            "$now lines"
    }
    # what it still holds back is printed at its end
    stop_server
    [ "$(wc -l <"$BATS_TEST_TMPDIR/out")" -eq 1 ] ||
        explain "one line on stdout" \
            "$(head -n 4 "$BATS_TEST_TMPDIR/out" | visible)" \
            "what is for people to read goes to stderr"
}

# bats test_tags=id:answers, points:1, see:send_header
@test "An answer has a status line, header lines and an empty line" {
    LIKELY="receive no further than the request's empty line, and then send a status \
line first, an empty line last"
    needs accepts
    echo page >"$ROOT/page.html"
    start_server
    HEAD=$BATS_TEST_TMPDIR/head
    SENT="curl -i http://127.0.0.1:$PORT/page.html"
    EXPECTED="a status line, header lines, an empty line" CAME=$HEAD wire <<END
open client
send client GET /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n
head client $HEAD
END
    head -n 1 "$HEAD" | grep -Eq '^HTTP/1\.[01] [1-5][0-9][0-9]( |'$'\r''|$)' ||
        explain_difference 'HTTP/1.1 200 OK\r\n' \
            "$(head -n 1 "$HEAD" | visible)"
}

# bats test_tags=id:serves-a-file, points:2, see:send_file
@test "A file is answered with 200 and its bytes" {
    LIKELY="the file is there, in the root: what do open_file and http_open return?"
    echo '<h1>Hello</h1>' >"$ROOT/hello.html"
    start_server
    get /hello.html
    [ "$STATUS" != 200 ] || case $(head -c 60 "$BODY" | visible) in
    '') LIKELY="handle_client sends the body only if send_header returns 0" ;;
    '\r\n'* | '\0'* | *': '*)
        LIKELY="in send_header one empty line ends the head, and nothing follows it: \
send as many bytes as snprintf says"
        ;;
    *'200 '*) LIKELY="this is an error's page: open_file returns 0 when the file is open" ;;
    *) LIKELY="send the file's bytes after the head: no more and no fewer, and announce \
as many" ;;
    esac
    expect_status 200
    expect_body "$ROOT/hello.html"
}

# bats test_tags=id:connection-closed, points:1, see:handle_client
@test "The connection is closed right after the body" {
    LIKELY="send as many bytes of a piece as read has returned, and no more; then close the \
client's socket"
    needs serves-a-file
    echo page >"$ROOT/page.html"
    start_server
    raw 'GET /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n'
    expect_status 200
    expect_body "$ROOT/page.html"
}

# bats test_tags=id:next-request, points:1, see:main
@test "After one answer the next request gets its own" {
    LIKELY="after a client go on to the next accept, with nothing left of the first"
    needs serves-a-file
    echo one >"$ROOT/one.html"
    start_server
    expect_file /one.html
    is_alive
}

# bats test_tags=id:root-argument, points:1, see:main
@test "The server serves the folder that it is given, or else the one it is in" {
    LIKELY="the second argument is the root; without it stay where you are"
    needs serves-a-file
    cd "$ROOT"
    echo here >"$ROOT/page.html"
    start_server 0
    expect_file /page.html
}

# bats test_tags=id:same-port, points:1, see:make_listener
@test "A port can be taken again at once, but not from a server that has it" {
    local i first
    needs where-it-listens connection-closed next-request
    LIKELY="main ends with 1 when make_listener fails; SO_REUSEPORT is not \
SO_REUSEADDR"
    echo page >"$ROOT/page.html"
    for i in 1 2 3 4 5; do
        PORT=$(some_port)
        ! try "$PORT" "$ROOT" || break
    done
    expect_ready "$PORT"
    # not by curl, which may close first: then the port would be free at once
    raw 'GET /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n'
    first=$SERVER
    : >"$BATS_TEST_TMPDIR/err"
    launch "$PORT" "$ROOT"
    SENT="phase1/webserver $PORT, while another one listens there"
    expect_exit 1
    SERVER=$first
    stop_server
    LIKELY="setsockopt with SO_REUSEADDR stands before bind"
    try "$PORT" "$ROOT" || true
    SENT="phase1/webserver $PORT, again after one answer and Ctrl-C"
    expect_ready "$PORT"
    is_alive
}

# bats test_tags=id:request-in-pieces, points:1, see:receive_request
@test "A request is received whole, be it in pieces or 3 KB long" {
    local request='GET /s.html HTTP/1.1\r\nHost: localhost\r\n\r\n' i at=()
    local line options=()
    LIKELY="one recv may bring only a part: loop until http_head_complete, and put \
each part behind those before"
    needs connection-closed next-request
    echo split >"$ROOT/s.html"
    start_server
    for ((i = 1; i < ${#request}; i++)); do
        # not inside of \r
        [ "${request:i-1:1}" = \\ ] || at+=("$i")
    done
    SENT="(printf '${request:0:5}'; sleep 1; printf '${request:5}') | \
nc 127.0.0.1 $PORT, cut in other places too"
    EXPECTED="no answer before the request is complete, and then one" \
        wire < <(for i in "${at[@]}"; do
            # a pause, for the server to receive the one before the other comes
            printf 'open c\nsend c %s\npause 1\nquiet c\nsend c %s\nread c %s\nclose c\n' \
                "${request:0:i}" "${request:i}" "$BATS_TEST_TMPDIR/answer$i"
        done)
    for i in $(cd "$BATS_TEST_TMPDIR" && grep -L split answer*); do
        explain "the file, with the request cut after '${request:0:${i#answer}}'" \
            "$(visible <"$BATS_TEST_TMPDIR/$i" | grep . ||
                echo "closed, without any answer")"
    done
    ANSWER=$BATS_TEST_TMPDIR/answer
    SENT="GET /s.html HTTP/1.1, each byte in a packet of its own"
    wire <<END
open client
drip client $request
read client $ANSWER
END
    split_answer
    expect_status 200
    expect_body "$ROOT/s.html"
    LIKELY="receive as much as request->head has room for"
    for ((i = 10; i <= 32; i++)); do
        printf -v line 'X-Line-%d: %0*d' "$i" $((i < 32 ? 80 : 800)) "$i"
        options+=(-H "$line")
    done
    get /s.html "${options[@]}"
    SENT="curl -i http://127.0.0.1:$PORT/s.html -H 'X-Line-10: 000...' with 23 \
such lines, the last one of 800 characters"
    expect_status 200
    expect_body "$ROOT/s.html"
}

# --- the head of the answer

# bats test_tags=id:line-ends, points:1, see:send_header
@test "Each line of the head ends in CR LF" {
    LIKELY="a line of HTTP ends in \\r\\n, the empty one too"
    echo page >"$ROOT/page.html"
    make_deep
    start_server
    get /page.html
    [ -s "$HEAD" ] || explain "status line and header lines" "$PROBLEM"
    expect_line_ends "$HEAD"
    LIKELY="the head's buffer needs HTTP_LINES_SIZE bytes and some more: Location may \
be long"
    get "/$DEEP"
    SENT="curl -i http://127.0.0.1:$PORT/000..., a folder whose path has \
${#DEEP} characters"
    # whether such a target is taken at all is for `garbage`
    [ ! -s "$HEAD" ] || expect_line_ends "$HEAD"
}

# bats test_tags=id:header-lines, points:1, see:send_header
@test "The head has the type of the file, the date, and Connection: close" {
    local pair name=file.jpg day
    LIKELY="http_type knows the kinds, by what follows the last dot"
    needs next-request
    # where local time is a day later than GMT
    TZ=DAY-24 start_server
    for pair in html:text/html txt:text/plain css:text/css png:image/png \
        jpg:image/jpeg; do
        name=file.${name##*.}.${pair%:*}
        echo x >"$ROOT/$name"
        get "/$name"
        expect_header Content-Type "${pair#*:}" "${pair#*:}[; ]*"
    done
    LIKELY="http_lines writes Date, by gmtime and not by localtime, and Connection: close"
    day=$(today)
    get "/$name"
    SENT+=", of a server started by TZ=DAY-24 phase1/webserver"
    expect_header Date "$day hh:mm:ss GMT" "$day ??:??:?? GMT" "$(today) ??:??:?? GMT"
    # closing is what HTTP/1.0 does anyway
    head -n 1 "$HEAD" | grep -q '^HTTP/1\.0' ||
        is_listed Connection close "$HEAD" || expect_header Connection close
}

# today: prints the day as Date has it.
today() {
    LC_ALL=C date -u '+%a, %d %b %Y'
}

# bats test_tags=id:content-length, points:2, see:send_header
@test "Content-Length is the number of bytes in the body" {
    local size
    LIKELY="it is the size that send_header is given; strlen stops at a zero byte; \
an empty file is a file too"
    needs connection-closed next-request
    start_server
    for size in 0 1 9 10 12345; do
        random_file "$ROOT/$size.bin" "$size"
        answer_to "$size" "/$size.bin"
    done >"$BATS_TEST_TMPDIR/wire"
    SENT="curl -i http://127.0.0.1:$PORT/0.bin, and other files"
    wire <"$BATS_TEST_TMPDIR/wire"
    for size in 0 1 9 10 12345; do
        take_answer "$size" "/$size.bin"
        expect_status 200
        expect_header Content-Length "$size"
    done
}

# --- the body

# bats test_tags=id:around-buffer-sizes, points:1, see:send_file
@test "Empty files and those around the usual buffer sizes are sent whole" {
    local size text sizes=(0 1 255 256 257 511 512 513 1023 1024 1025 2047 2048 2049
        4095 4096 4097 8191 8192 8193 32767 32768 32769 65535 65536 65537)
    LIKELY="read and send until all is sent, each time as many bytes as were read"
    needs connection-closed next-request
    text=$(seq 100000 109999)
    start_server
    for size in "${sizes[@]}"; do
        printf %s "${text:0:size}" >"$ROOT/f$size"
        answer_to "$size" "/f$size"
    done >"$BATS_TEST_TMPDIR/wire"
    SENT="curl -i http://127.0.0.1:$PORT/f0, and files of other sizes"
    wire <"$BATS_TEST_TMPDIR/wire"
    for size in "${sizes[@]}"; do
        take_answer "$size" "/f$size"
        expect_status 200
        expect_body "$ROOT/f$size"
    done
}

# bats test_tags=id:every-byte-value, points:1, see:send_file
@test "A file with all 256 byte values is sent unchanged" {
    LIKELY="a file's bytes are no string: no strlen, no %s, no text mode"
    needs serves-a-file
    printf '%b' "$(awk 'BEGIN { while (i < 256) printf "\\x%02x", i++ }')" \
        >"$ROOT/all.bin"
    random_file "$BATS_TEST_TMPDIR/more" 3000
    cat "$BATS_TEST_TMPDIR/more" >>"$ROOT/all.bin"
    start_server
    expect_file /all.bin
}

# bats test_tags=id:slow-reader, points:1, see:send_file
@test "A file of several megabytes is sent whole, to a slow client too" {
    LIKELY="a send may take only a part: the rest is to be sent after it"
    needs connection-closed
    start_server
    numbers "$ROOT/big.txt" 699999
    SENT="curl --limit-rate 1M http://127.0.0.1:$PORT/big.txt"
    EXPECTED="the whole answer, and then the connection closed" \
        wire < <(answer_to client /big.txt | sed 's/^open/narrow/')
    take_answer client /big.txt
    expect_status 200
    expect_body "$ROOT/big.txt"
}

# bats test_tags=id:random-names, points:1, see:open_file
@test "Files with random names, in folders too, are sent as they are now" {
    local i path
    LIKELY="hand the whole path on: its folders are a part of it, at any length"
    needs next-request
    start_server
    for i in 1 2 3; do
        random_word
        path=$WORD
        [ "$i" -lt 3 ] || printf -v path '%s%0240d' "$WORD" 0
        mkdir "$ROOT/$path"
        random_word
        path=$path/$WORD.dat
        echo "$WORD" >"$ROOT/$path"
        expect_file "/$path"
    done
    LIKELY="open the file anew for each request, and keep nothing of the last"
    echo and after it more >>"$ROOT/$path"
    expect_file "/$path"
}

# --- what is not there

# bats test_tags=id:missing-file-404, points:2, see:send_error
@test "A file that is not there is answered with 404" {
    LIKELY="open_file returns http_status(errno), and send_error sends a whole head, \
HTTP/1.1 first, and its page"
    start_server
    random_word
    get "/$WORD.html"
    expect_status 404
    head -n 1 "$HEAD" | grep -q '^HTTP/1\.[01] 404' ||
        explain 'HTTP/1.1 404 Not Found' "$(head -n 1 "$HEAD" | visible)"
}

# bats test_tags=id:page-of-the-404, points:1, see:send_error
@test "The 404 has an HTML page of the length that it announces" {
    LIKELY="write the page into the buffer, and announce its strlen as text/html"
    needs missing-file-404
    start_server
    random_word
    get "/$WORD"
    expect_status 404
    expect_header Content-Type 'text/html' 'text/html[; ]*'
    [ -s "$BODY" ] || explain "a page that says what is wrong" "an empty body"
    LC_ALL=C grep -q '<[[:alpha:]]' "$BODY" ||
        explain "an HTML page, with <h1> or another tag" "$(visible <"$BODY")"
    [ "$(head -c 7 "$BODY" | tr -d '\0')" != HTTP/1. ] ||
        explain "the page alone" "$(visible <"$BODY")" "send_header sends the head"
    expect_header Content-Length "$(size_of "$BODY")" ''
}

# bats test_tags=id:serves-after-404, points:1, see:handle_client
@test "After a 404 the next request is answered" {
    LIKELY="an error of one client must not end the server"
    needs next-request
    start_server
    random_word
    get "/$WORD"
    is_alive
    random_word
    get "/$WORD"
    is_alive
}

# bats test_tags=id:outside-the-root, points:1, see:open_file
@test "Nothing outside of the root folder is sent" {
    local secret path i=0 paths
    LIKELY="http_open stays below the root, whatever the path or a link says"
    needs connection-closed serves-after-404
    random_word
    secret=$WORD
    mkdir "$ROOT/../root-evil" "$ROOT/a"
    echo "$secret" >"$ROOT/../secret.txt"
    echo "$secret" >"$ROOT/../root-evil/secret.txt"
    ln -s ../secret.txt "$ROOT/link.txt"
    paths=(/../secret.txt /%2e%2e/secret.txt /..%2fsecret.txt
        /../root-evil/secret.txt "/$WORLD/secret.txt"
        /./../secret.txt /a/../../secret.txt /link.txt)
    start_server
    SENT="curl --path-as-is http://127.0.0.1:$PORT/../secret.txt, and the like"
    EXPECTED="an answer to each of the requests" \
        wire < <(for path in "${paths[@]}"; do
            request c "$path"
            printf 'read c %s\nclose c\n' "$BATS_TEST_TMPDIR/answer$((i++))"
        done)
    for i in $(cd "$BATS_TEST_TMPDIR" && grep -l "$secret" answer*); do
        path=${paths[${i#answer}]}
        SENT="curl --path-as-is 'http://127.0.0.1:$PORT$path'"
        [ "$path" != /link.txt ] || SENT+=", a link to ../secret.txt"
        explain "404 or 403, and nothing of that file" \
            "$(head -n 1 "$BATS_TEST_TMPDIR/$i" | visible) and its content"
    done
    is_alive
}

# bats test_tags=id:folder, points:1, see:open_file
@test "A folder or a FIFO is not sent as if it were a file" {
    local path likely="open a regular file (fstat, S_ISREG) or none: http_open does"
    needs missing-file-404 serves-after-404
    mkdir "$ROOT/empty" "$ROOT/full"
    mkfifo "$ROOT/fifo"
    echo '<p>index</p>' >"$ROOT/full/index.html"
    start_server
    for path in /empty /empty/ /full /full/ /; do
        LIKELY=$likely
        get "$path"
        # any refusal will do
        has_status '4??' ||
            expect_status 404 200 301 302 303 307 308 403
        # a page, be it the folder's own or a list
        [ "$STATUS" != 200 ] || grep -q '<' "$BODY" ||
            explain "404 or 301, or a page" "200 and $(size_of "$BODY") bytes"
        LIKELY="/full/ has the type of its index.html; http_lines writes Location"
        case $STATUS in
        200) expect_header Content-Type text/html 'text/html[; ]*' '' ;;
        30?) expect_header Location "/${path//\//}/" '[!/]*' '/[!/]*' ;;
        esac
    done
    LIKELY="two slashes begin another host's name: http_lines writes one"
    get //full
    [[ $(header Location) != //* ]] ||
        explain "Location: /full/, or no such line" "Location: $(header Location)"
    LIKELY="open waits for a FIFO's other side: O_NONBLOCK, as http_open does"
    get /fifo
    # any refusal will do
    has_status '[45]??' || expect_status 404 403
    is_alive
}

# --- requests of other kinds

# bats test_tags=id:dots-query-space, points:1, see:open_file
@test "Two dots in a name, a query, encoded bytes and HTTP/1.0 are understood" {
    local odd=$'/+\303\251?#%41.Txt'
    needs next-request
    echo dots >"$ROOT/a..b.txt"
    echo space >"$ROOT/a b.txt"
    echo odd >"$ROOT$odd"
    start_server
    LIKELY="only a part of a path that is .. leads out of a folder"
    expect_file /a..b.txt
    LIKELY="the path ends where the question mark is"
    expect_file '/a..b.txt?name=value&x=/../y?z' /a..b.txt
    LIKELY="%20 is one byte, a space: decode the path, once"
    expect_file /a%20b.txt "/a b.txt"
    LIKELY="cut the query off first, and then decode each %XX once, any byte in \
either case; all else in a name stays as it is"
    expect_file /+%C3%a9%3F%23%2541.Txt "$odd"
    LIKELY="HTTP/1.0 is served too, and has no Host"
    get /a..b.txt -0 -H Host:
    expect_status 200
    ! has_failed missing-file-404 && ! has_failed serves-after-404 || return 0
    LIKELY="a name has no zero byte: %00 is no end of the path, but a mistake"
    get /a..b.txt%00.png
    # any refusal will do
    has_status '[45]??' || expect_status 400 404
}

# bats test_tags=id:other-methods, points:1, see:handle_client
@test "Other methods are refused, and HEAD gets no body" {
    local path
    needs connection-closed missing-file-404 serves-after-404 request-in-pieces
    echo page >"$ROOT/page.html"
    start_server
    LIKELY="look at the method, all of it: http_parse returns 405 or 501 for it"
    # any refusal will do
    get /page.html -d some=data
    has_status '[45]??' || expect_status 405 501 200
    get /page.html -X GETS
    has_status '[45]??' || expect_status 501 405
    LIKELY="send a body only if not request.no_body, the page of a 404 too"
    for path in page.html missing.html; do
        raw "HEAD /$path HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n"
        [ -s "$HEAD" ] || explain "a head, and nothing more" \
            "${PROBLEM:-$(visible <"$ANSWER")}"
        [ ! -s "$BODY" ] ||
            explain "a head, and nothing more" "a body: $(visible <"$BODY")"
        [ "$STATUS" != 200 ] || LIKELY="Content-Length is that of GET" \
            expect_header Content-Length 5 ''
    done
    is_alive
}

# bats test_tags=id:garbage, points:1, see:receive_request
@test "Garbage, an empty request and a long target do no harm" {
    local request
    LIKELY="what comes may have any length, and no space, zero byte or line end"
    needs serves-after-404
    start_server
    random_file "$BATS_TEST_TMPDIR/garbage" 3000
    SENT="head -c 3000 /dev/urandom | nc 127.0.0.1 $PORT"
    wire <<END
open client
file client $BATS_TEST_TMPDIR/garbage
shut client
END
    is_alive
    for request in '\r\n\r\n' 'GET\r\n\r\n' 'GET /\r\n\r\n'; do
        SENT="printf '$request' | nc 127.0.0.1 $PORT"
        wire < <(printf 'open c\nsend c %s\nshut c\n' "$request")
        is_alive
    done
    get "$LONG"
    SENT="curl -i http://127.0.0.1:$PORT/000... of 6000 bytes"
    is_alive
    LIKELY="a path is no format: print it by %s"
    get /%25s%25n%25s%25n%25s%25n%25s%25n%25s%25n%25s%25n
    is_alive
}

# --- clients that misbehave

# bats test_tags=id:early-close, points:1, see:receive_request
@test "Clients that hang up or reset before or in the request do no harm" {
    LIKELY="recv returns 0 or -1 then: give up that client, not the server"
    needs next-request serves-after-404
    start_server
    SENT="connections closed and reset, at once, in the request line and after it"
    # while the server waits for one client, others have gone before their answer
    wire <<'END'
open z
send z GET / HTT
open x
send x GET /alive.html HTTP/1.1\r\nHost: localhost\r\n\r\n
reset x
open y
send y GET /missing.html HTTP/1.1\r\nHost: localhost\r\n\r\n
reset y
close z
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
    local before='' client
    LIKELY="when a send fails, close the file and the socket, and go on"
    needs next-request
    start_server
    numbers "$ROOT/big.txt" 999999
    is_alive
    [ ! -d "/proc/$$/fd" ] || before=$(now fds)
    SENT="curl http://127.0.0.1:$PORT/big.txt | head -c 1000"
    # more often than once, lest there was at first a connection that was not yet closed
    wire < <(for client in a b c; do
        request "$client" /big.txt
        printf 'take %s 1000\nreset %s\n' "$client" "$client"
        request "$client" /big.txt
        echo "close $client"
    done)
    is_alive
    [ -z "$before" ] || back_to fds "$before" "open descriptors"
}

# resized BYTES ACTION: a client gets a big file, and has its length changed when the
# head has come and the server still sends; by ACTION it receives the rest.
resized() {
    local announced
    SENT="curl --limit-rate 1M http://127.0.0.1:$PORT/big$1.txt (6300000 bytes); \
meanwhile truncate -s $1 big$1.txt"
    numbers "$ROOT/big$1.txt" 999999
    HEAD=$BATS_TEST_TMPDIR/client.head
    BODY=$BATS_TEST_TMPDIR/client.body
    rm -f "$HEAD"
    EXPECTED="the body, and then the connection closed" \
        wire < <(answer_to client "/big$1.txt" | sed "s/^read/$2/;/^$2/i\\
resize $1 $ROOT/big$1.txt
")
    announced=$(header Content-Length)
    [ "$(size_of "$BODY")" -le "${announced:-6300000}" ] ||
        explain "$announced bytes, as announced by Content-Length" \
            "$(size_of "$BODY") bytes"
}

# bats test_tags=id:changing-file, points:1, see:send_file
@test "A file that grows or shrinks while it is sent is not sent beyond its end" {
    needs connection-closed next-request
    start_server
    LIKELY="count the bytes that are sent, up to Content-Length"
    resized 7000000 read
    LIKELY="read returns 0 at the end of the file: then give up"
    # what is cut short may end with a reset, lest it be taken for whole
    resized 4000000 end
    is_alive
}

# bats test_tags=id:half-close, points:1, see:receive_request
@test "A client that closes its side after the request gets the answer" {
    LIKELY="recv returns 0 when the client sends no more: it still waits for you"
    needs connection-closed early-close slow-reader
    numbers "$ROOT/page.html" 149999
    start_server
    SENT="printf 'GET /page.html HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n' | \
nc -N 127.0.0.1 $PORT"
    # while the server waits for another client
    EXPECTED="an answer, and then the connection closed" wire <<END
open first
send first GET / HTT
narrow client
send client GET /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n
shut client
close first
head client $BATS_TEST_TMPDIR/head
read client $BATS_TEST_TMPDIR/body
END
    expect_same "$ROOT/page.html" "$BATS_TEST_TMPDIR/body" body
}

# bats test_tags=id:unread-bytes, points:1, see:handle_client
@test "A client that sends more than its request gets the whole answer, and no other" {
    local more=$BATS_TEST_TMPDIR/more
    LIKELY="close resets the connection if bytes are unread: net_hang_up first, \
whatever the answer; and what follows the request is ignored"
    needs connection-closed next-request slow-reader
    start_server
    # so large that some of it is still to be sent when the server closes
    numbers "$ROOT/page.txt" 199999
    numbers "$BATS_TEST_TMPDIR/text" 104999
    # more than a server receives at once, in one packet with the request
    {
        printf 'GET /page.txt HTTP/1.1\r\nHost: localhost\r\n\r\n%.0s' 1 2
        head -c 30000 "$BATS_TEST_TMPDIR/text"
    } >"$more"
    SENT="(printf 'GET /page.txt HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n%.0s' 1 2; \
head -c 30000 /dev/zero) | nc 127.0.0.1 $PORT"
    EXPECTED="the whole answer, and then the connection closed" wire <<END
narrow client
file client $more
head client $BATS_TEST_TMPDIR/head
read client $BATS_TEST_TMPDIR/body
END
    expect_same "$ROOT/page.txt" "$BATS_TEST_TMPDIR/body" body
    {
        printf 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30000\r\n\r\n'
        head -c 30000 "$BATS_TEST_TMPDIR/text"
    } >"$more"
    SENT="curl -i -H Expect: --data-binary @FILE http://127.0.0.1:$PORT/, with a \
FILE of 30000 bytes"
    EXPECTED="an answer, and then the connection closed" wire <<END
open client
file client $more
shut client
read client $BATS_TEST_TMPDIR/answer
END
}

# bats test_tags=id:many-requests, points:1, see:handle_client
@test "After hundreds of requests no descriptor is left open" {
    local before request i
    LIKELY="on every path close the client's socket, and the file"
    needs connection-closed missing-file-404 serves-after-404
    needs_proc
    echo page >"$ROOT/page.html"
    mkdir "$ROOT/folder"
    start_server
    is_alive
    before=$(now fds)
    SENT="curl http://127.0.0.1:$PORT/page.html, and a missing file, 200 times each; \
a folder, and other methods (curl -I, curl -X BREW)"
    wire < <(
        for request in "HEAD /page.html" "BREW /page.html" "GET /folder" GET; do
            for i in 1 2 3; do
                printf 'open c\nsend c %s HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\nend c\nclose c\n' \
                    "$request"
            done
        done
        echo 'times 200 GET /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n'
        echo 'times 200 GET /missing HTTP/1.1\r\nHost: localhost\r\n\r\n'
    )
    back_to fds "$before" "open descriptors"
    is_alive
}

# bats test_tags=id:silent-client, points:1, see:receive_request
@test "A client that falls silent in its request is given up in the end" {
    local before=
    LIKELY="before each recv have net_wait see to the deadline"
    needs connection-closed serves-after-404
    # for those that look at it; others wait for ten seconds
    export HTTP_TIMEOUT_MS=100
    echo page >"$ROOT/page.html"
    start_server
    if [ -d "/proc/$$/fd" ] && ! has_failed many-requests; then
        before=$(now fds)
        wire <<<'times 1 GET /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n'
        # what it may have opened for good with its first client is none of this
        before=$(watch 1000 at-most fds "$before") || true
    fi
    SENT="printf 'GET / HT' on one connection (nc 127.0.0.1 $PORT), and no more; \
then, on another, curl http://127.0.0.1:$PORT/page.html"
    EXPECTED="an answer to the second when the first is given up" wire 15000 <<END
open silent
send silent GET / HT
open client
send client GET /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n
read client $BATS_TEST_TMPDIR/answer
END
    [ -s "$BATS_TEST_TMPDIR/answer" ] ||
        explain "an answer to the second client" "$(curl_problem 52)"
    LIKELY="a client that is given up has a socket too: close it"
    [ -z "$before" ] || back_to fds "$before" "open descriptors"
}

# bats test_tags=id:stops, points:1, see:main
@test "The server stops when it is told to, by SIGINT or SIGTERM" {
    local signal status
    LIKELY="leave SIGINT and SIGTERM to net_ready, and end when accept fails"
    for signal in INT TERM; do
        start_server
        get /page.html
        SENT="kill -$signal $SERVER, the server"
        signal_server "$signal"
        "$TOOLS/watch" "$PATIENCE_MS" "$SERVER" exit || {
            waited_in_vain
            explain "the end of the server" "it runs on"
        }
        status=0
        wait "$SERVER" 2>/dev/null || status=$?
        # no handler is needed, so that the signal itself may end it
        case $((status - 128)) in
        4 | 6 | 7 | 8 | 10 | 11) explain "an end without a crash" \
            "$(how_it_ended "$SERVER")" "what main does after its loop" ;;
        esac
    done
}

# --- memory

# suspects: prints scripts of clients, one a line, each of which has brought down
# some server.
suspects() {
    local i line most more=
    local lines=("GET /page.html" "GET /missing" "HEAD /page.html"
        "BREW /page.html" "GET /folder" "GET /folder/" "GET /a%20b?c"
        "GET /$DEEP")
    # a little more than buffers hold: of much more it is not told where it was
    for i in 70 105 140 260 520 1030 2060 4100 6000; do
        printf -v line "GET /%0${i}d" 0
        lines+=("$line")
    done
    printf 'open c;send c %s HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n;head c /dev/null\n' \
        "${lines[@]}"
    for ((i = 100; i < 250; i++)); do
        printf -v line 'X-Line-%d: %0110d\\r\\n' "$i" "$i"
        more+=$line
    done
    # nearly all of a head, and then more than fits into what is left and stands behind
    printf -v most 'GET /page.html HTTP/1.1\\r\\nA: %015000d' 0
    cat <<END
open c;drip c GET /page.html HTTP/1.1\r\nHost: a\r\n\r\n;head c /dev/null
open c;send c GET /page.html HTTP/1.1\r\n$more\r\n;head c /dev/null
open c;send c $most;taken c;send c $more$more;head c /dev/null
open c;file c $BATS_TEST_TMPDIR/garbage;shut c;end c
open c;send c \r\n\r\n;shut c;end c
open c;send c GET\r\n\r\n;shut c;end c
open c;close c
open c;reset c
open c;send c GET /page;close c
open c;send c GET /page;reset c
open c;send c GET /big.txt HTTP/1.1\r\nHost: a\r\n\r\n;take c 1000;reset c
END
    # as often as expect_no_report is told
    for ((i = 1; i <= 10; i++)); do
        printf 'open c;send c GET /page;close c;'
    done
    echo
    for ((i = 1; i <= 10; i++)); do
        printf 'open c;send c GET /page.html %s;head c /dev/null;close c;' \
            'HTTP/1.1\r\nHost: a\r\n\r\n'
    done
    echo
}

# bats test_tags=id:memory, points:1, see:handle_client
@test "The sanitizers for memory and undefined behaviour find nothing" {
    local script in_vain=0
    LIKELY="memory is used there that is not, or no longer, the variable's own, or \
is lost"
    needs answers
    sanitize address,undefined
    random_file "$ROOT/page.html" 40000
    random_file "$BATS_TEST_TMPDIR/garbage" 3000
    numbers "$ROOT/big.txt" 999999
    mkdir "$ROOT/folder"
    make_deep
    try 0 "$ROOT" || {
        expect_clean 1
        explain "the line 'Listening on port N' on stdout" "$LINE"
    }
    # of a file, unlike a pipe, bash reads more than a byte at a time
    suspects >"$BATS_TEST_TMPDIR/suspects"
    # whether the answers are right is for other tests; a server that keeps two
    # clients waiting is not asked further
    while [ "$in_vain" -lt 2 ] && read -r script; do
        script="port ${LINE##* }"$'\n'"${script//;/$'\n'}"
        script=$(exec "$TOOLS/wire" $((PATIENCE_MS / 5)) <<<"$script") ||
            [[ $script != *"timed out"* ]] || in_vain=$((in_vain + 1))
    done <"$BATS_TEST_TMPDIR/suspects"
    expect_no_report 10
}
