# helpers.bash - what the tests of all phases use: start a program, send it
# something, compare what comes back, and say what was wrong.
#
# Set by whoever runs the tests, all optional:
#   KIT    the tree whose programs are tested (the one that this file is in)
#   TOOLS  where wire, watch and bytes are, built from tools/
#   SEED   the number that random names and bodies are made from
# shellcheck shell=bash

bats_require_minimum_version 1.8.0

KIT=${KIT:-$(cd "$BATS_TEST_DIRNAME/.." && pwd)}
SEED=${SEED:-$$}
# Seconds for one answer, far more than a right program takes; see probe_server.
PATIENCE=${PATIENCE:-10}

# Builds the tools unless they are there. For setup_file.
prepare_tools() {
    [ -n "${TOOLS:-}" ] && return
    export TOOLS=$BATS_FILE_TMPDIR/tools
    "$BATS_TEST_DIRNAME/tools/build" "$TOOLS"
}

# probe_server PROGRAM: for setup_file. A server that does not listen, or does not
# answer at all, would cost each test its whole patience: one look first, and
# those tests are not run. Where an answer comes but does not end, the tests do
# not wait long for what will not come.
probe_server() {
    local dir=$BATS_FILE_TMPDIR/probe line pid problem=0 status
    mkdir "$dir"
    echo probe >"$dir/probe.html"
    "$1" 0 "$dir" >"$dir/out" 2>/dev/null </dev/null 3>&- 4>&- &
    pid=$!
    export NOT_LISTENING='' NOT_ANSWERING='' PATIENCE=10
    if ! line=$("$TOOLS/watch" 3000 "$pid" ready "$dir/out"); then
        NOT_LISTENING="the server does not print its line 'Listening on port N'"
        NOT_LISTENING+=", or ends at once"
    else
        status=$(curl -q -s --noproxy '*' --max-time 3 -o "$dir/answer" \
            -w '%{http_code}' "http://127.0.0.1:${line##* }/probe.html") ||
            problem=$?
        if [ "$status" = 000 ] && [ "$problem" -ne 1 ]; then
            NOT_ANSWERING="the server gives no answer at all to a plain GET"
        elif [ "$problem" -eq 28 ] || ! "$TOOLS/wire" 2000 >/dev/null <<END; then
port ${line##* }
open client
send client GET /probe.html HTTP/1.1\r\nHost: localhost\r\n\r\n
end client
END
            PATIENCE=1
        fi
    fi
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}

# probe_client PROGRAM: likewise, a client that does not end on a plain response
# will not be waited for in each test.
probe_client() {
    local dir=$BATS_FILE_TMPDIR/probe port server pid
    mkdir "$dir"
    export PATIENCE=10
    "$TOOLS/wire" 3000 >"$dir/port" 3>&- 4>&- <<END &
listen
accept c
head c $dir/request
send c HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok
close c
END
    server=$!
    port=$("$TOOLS/watch" 3000 "$server" ready "$dir/port") || return 0
    "$1" 127.0.0.1 "$port" probe.html >/dev/null 2>&1 </dev/null 3>&- 4>&- &
    pid=$!
    "$TOOLS/watch" 3000 "$pid" exit || PATIENCE=1
    kill -KILL "$pid" "$server" 2>/dev/null || true
    wait "$pid" "$server" 2>/dev/null || true
}

# not_run REASON: fails the test, which could only wait for what will not come.
not_run() {
    echo "not run:   $1: see to that first"
    return 1
}

# Makes a root folder for this test alone. For setup.
prepare_root() {
    ROOT=$BATS_TEST_TMPDIR/root
    mkdir "$ROOT"
    SENT=nothing
    STARTED=()
    RANDOM=$((SEED + BATS_TEST_NUMBER))
}

# Ends what the test started; for teardown. When the test failed, shows what the
# program said.
clean_up() {
    local pid
    for pid in "${STARTED[@]}"; do
        kill -TERM "$pid" 2>/dev/null || continue
        "$TOOLS/watch" 5000 "$pid" exit || kill -KILL "$pid" 2>/dev/null
    done
    [ -z "${BATS_TEST_COMPLETED:-}" ] && [ -s "$BATS_TEST_TMPDIR/err" ] ||
        return 0
    grep -m 1 'is not filled in yet' "$BATS_TEST_TMPDIR/err" && return
    echo "the program's last words on stderr:"
    uniq "$BATS_TEST_TMPDIR/err" | tail -n 5 | cut -c 1-200 | visible
    return 0
}

# Shows stdin with line ends and unprintable bytes as escapes, a line for each
# line of it.
visible() {
    od -An -v -tx1 | LC_ALL=C awk -f "$BATS_TEST_DIRNAME/lib/visible.awk"
}

# explain EXPECTED GOT [HINT]: says why the test fails, and fails it.
explain() {
    printf 'sent:      %s\n' "$SENT"
    printf 'expected:  %s\n' "$1"
    printf 'got:       %s\n' "$2"
    [ -z "${3:-}" ] || printf 'hint:      %s\n' "$3"
    return 1
}

# --- bytes and files

# random_word: prints a name that no program can know.
random_word() {
    printf 'n%05d%05d' "$RANDOM" "$RANDOM"
}

# random_file PATH BYTES
random_file() {
    "$TOOLS/bytes" "$2" "$RANDOM$RANDOM" >"$1"
}

size_of() {
    wc -c <"$1" | tr -d ' '
}

# --- servers

# how_it_ended PID: says in words how a child of this shell ended.
how_it_ended() {
    local status=0
    wait "$1" 2>/dev/null || status=$?
    if [ "$status" -gt 128 ]; then
        echo "it crashed with signal $((status - 128))" \
            "(SIG$(kill -l $((status - 128))))"
    else
        echo "it exited with status $status"
    fi
}

# shown ARGUMENT...: prints the command as one would type it.
shown() {
    local command="${PROGRAM#"$KIT/"} $*"
    echo "${command//$ROOT/FOLDER}"
}

# become ARGUMENT...: turns this shell, a background job, into PROGRAM. LIMITS may
# hold ulimit's arguments, WRAPPER a command to run it by.
become() {
    # shellcheck disable=SC2086 # its words are ulimit's arguments
    [ -z "${LIMITS:-}" ] || ulimit $LIMITS
    exec ${WRAPPER[@]+"${WRAPPER[@]}"} "$TOOLS/fresh" "$PROGRAM" "$@"
}

# launch ARGUMENT...: starts the server, and sets SERVER to its process id. Its
# output goes to the files out and err.
launch() {
    # at once, lest a former server's ready line be taken for this one's
    : >"$BATS_TEST_TMPDIR/out"
    become "$@" >"$BATS_TEST_TMPDIR/out" 2>>"$BATS_TEST_TMPDIR/err" \
        </dev/null 3>&- 4>&- &
    SERVER=$!
    STARTED+=("$SERVER")
}

# start_server [ARGUMENT...]: starts the server at a free port, with ROOT as its
# root unless the arguments say else, and sets PORT once it listens.
start_server() {
    [ $# -gt 0 ] || set -- 0 "$ROOT"
    local line
    [ -z "${NOT_LISTENING:-}" ] || not_run "$NOT_LISTENING"
    launch "$@"
    SENT="$(shown "$@")"
    if ! line=$("$TOOLS/watch" 5000 "$SERVER" ready "$BATS_TEST_TMPDIR/out"); then
        local got="no such line within 5 s"
        kill -0 "$SERVER" 2>/dev/null || got=$(how_it_ended "$SERVER")
        explain "the line 'Listening on port N' on stdout" "$got" \
            "what the program says on stderr tells more"
    fi
    PORT=${line##* }
    case $line in
    "Listening on port $PORT") ;;
    *) explain "the line 'Listening on port N' on stdout" "$line" ;;
    esac
}

# stop_server: asks the server to stop, and waits for it.
stop_server() {
    kill -TERM "$SERVER" 2>/dev/null || true
    "$TOOLS/watch" 8000 "$SERVER" exit
}

# is_alive: the server still runs, and answers a request.
is_alive() {
    local said=$SENT
    if ! kill -0 "$SERVER" 2>/dev/null; then
        explain "the server still runs after that" "$(how_it_ended "$SERVER")" \
            "one client must never end the server"
    fi
    [ -e "$ROOT/alive.html" ] || echo alive >"$ROOT/alive.html"
    get /alive.html
    SENT="$said; then $SENT"
    expect_status 200
    expect_body "$ROOT/alive.html"
    SENT=$said
}

# --- requests with curl

# What a failure of curl means to a student.
curl_problem() {
    case $1 in
    1 | 8)
        echo "an answer in which curl finds no head: is the status line first," \
            "and an empty line after the header lines?"
        ;;
    7) echo "connection refused: is the server still listening?" ;;
    18) echo "fewer bytes of the body than Content-Length announced" ;;
    28) echo "no complete answer within $PATIENCE s (timed out)" ;;
    52) echo "the connection was closed without any answer" ;;
    56) echo "the connection was reset before the answer was complete" ;;
    *) echo "curl's exit status $1" ;;
    esac
}

# get PATH [CURL OPTION...]: asks for PATH; sets STATUS, and HEAD and BODY to
# files with what came. A failure is told by expect_status.
get() {
    local url="http://${HOST:-127.0.0.1}:$PORT$1"
    [ -z "${NOT_ANSWERING:-}" ] || not_run "$NOT_ANSWERING"
    shift
    SENT="curl -i --path-as-is${*:+ $*} '$url'"
    HEAD=$BATS_TEST_TMPDIR/head
    BODY=$BATS_TEST_TMPDIR/body
    : >"$HEAD"
    : >"$BODY"
    PROBLEM=
    STATUS=$(curl -q -sS -g --noproxy '*' --path-as-is --max-time "$PATIENCE" \
        -o "$BODY" -D "$HEAD" -w '%{http_code}' "$@" "$url" \
        2>/dev/null) || PROBLEM=$(curl_problem $?)
}

# expect_status STATUS...: one of these has come.
expect_status() {
    local status
    [ -z "$PROBLEM" ] || explain "an answer with status $1" "$PROBLEM"
    for status; do
        [ "$STATUS" != "$status" ] || return 0
    done
    explain "status ${*// / or }" "$(head -n 1 "$HEAD" | visible)"
}

# header NAME: prints the value of that header line.
header() {
    LC_ALL=C awk -v name="$1" -f "$BATS_TEST_DIRNAME/lib/header.awk" "$HEAD"
}

# expect_header NAME PATTERN...: a header line's value matches one (case aside).
expect_header() {
    local name=$1 pattern value
    value=$(header "$name")
    shift
    shopt -s nocasematch
    for pattern; do
        # shellcheck disable=SC2053 # the right side is a pattern
        [[ $value != $pattern ]] || { shopt -u nocasematch && return 0; }
    done
    shopt -u nocasematch
    explain "the header line '$name: $1'" "${value:-no such line}"
}

# expect_body FILE: what came is what is in FILE.
expect_body() {
    expect_same "$1" "$BODY" body
}

# expect_end FILE ANSWER: the answer, head and body, ends in the bytes of FILE.
expect_end() {
    BODY=$BATS_TEST_TMPDIR/body
    tail -c "$(size_of "$1")" "$2" >"$BODY"
    expect_body "$1"
}

# expect_line_ends HEAD: each line ends in CR LF, and the last one is empty.
expect_line_ends() {
    LC_ALL=C grep -qv $'\r$' "$1" &&
        explain 'CR LF (\r\n) at the end of each line' "$(visible <"$1")"
    [ "$(tail -n 1 "$1")" = $'\r' ] ||
        explain 'an empty line (\r\n) after the header lines' \
            "$(visible <"$1")"
}

# expect_same EXPECTED GOT WHAT: two files have the same bytes.
expect_same() {
    local expected got at
    cmp -s "$1" "$2" && return
    expected=$(size_of "$1")
    got=$(size_of "$2")
    at=$(cmp "$1" "$2" 2>/dev/null | sed -nE 's/.*(byte|char) ([0-9]+).*/\2/p')
    printf 'sent:      %s\n' "$SENT"
    printf 'expected:  a %s of %s bytes\n' "$3" "$expected"
    printf 'got:       %s bytes\n' "$got"
    if [ -z "$at" ]; then
        echo "           those are right, as far as both go"
        at=$((expected < got ? expected : got))
    else
        echo "           byte $at is the first that differs"
        at=$((at - 1))
    fi
    echo "expected from there: $(tail -c +$((at + 1)) "$1" | head -c 40 | visible)"
    echo "got from there:      $(tail -c +$((at + 1)) "$2" | head -c 40 | visible)"
    return 1
}

# --- requests byte by byte

# wire [MS]: plays the script on stdin (see tools/wire.c) with the server's port.
wire() {
    local script problem status=0
    script=$(cat)
    case $script in
    *read\ * | *take\ * | *times\ * | *$'\n'end\ *)
        [ -z "${NOT_ANSWERING:-}" ] || not_run "$NOT_ANSWERING"
        ;;
    esac
    problem=$("$TOOLS/wire" "${1:-$((PATIENCE * 500))}" \
        <<<"port $PORT"$'\n'"$script") || status=$?
    [ "$status" -ne 2 ] || { echo "in the test itself: $problem" && return 1; }
    [ "$status" -eq 0 ] || explain "${EXPECTED:-an answer}" "$problem" "${HINT:-}"
}

# raw TEXT: sends TEXT (wire's escapes) and reads until the server closes; the
# answer is in the file ANSWER, its status in STATUS, its head in HEAD and its
# body in BODY.
raw() {
    SENT="printf '$1' | nc 127.0.0.1 $PORT"
    ANSWER=$BATS_TEST_TMPDIR/answer
    EXPECTED="an answer, and then the connection closed" wire <<END
open client
send client $1
read client $ANSWER
END
    split_answer
}

# Takes the file ANSWER apart.
split_answer() {
    HEAD=$BATS_TEST_TMPDIR/head
    BODY=$BATS_TEST_TMPDIR/body
    PROBLEM=
    [ -s "$ANSWER" ] || PROBLEM=$(curl_problem 52)
    STATUS=$(head -n 1 "$ANSWER" | LC_ALL=C tr -cd ' -~' | cut -d ' ' -f 2)
    local length
    length=$(od -An -v -tx1 "$ANSWER" |
        LC_ALL=C awk -f "$BATS_TEST_DIRNAME/lib/head-length.awk")
    : >"$HEAD"
    [ "$length" -eq 0 ] || head -c "$length" "$ANSWER" >"$HEAD"
    tail -c "+$((length + 1))" "$ANSWER" >"$BODY"
}

# half_requests COUNT: prints the script of COUNT clients, c1 and so on, that
# connect and send half a request each, for /f1 and so on.
half_requests() {
    local i
    for ((i = 1; i <= $1; i++)); do
        echo "open c$i"
        echo "send c$i GET /f$i HTTP/1.1\\r\\nHo"
        # let a server with a short queue (listen) accept these
        [ $((i % 4)) -ne 0 ] || echo "pause 10"
    done
}

# hold_open COUNT: keeps COUNT half-sent requests open, until let_go.
hold_open() {
    mkfifo "$BATS_TEST_TMPDIR/script"
    "$TOOLS/wire" <"$BATS_TEST_TMPDIR/script" >"$BATS_TEST_TMPDIR/held" \
        3>&- 4>&- &
    HOLDER=$!
    STARTED+=("$HOLDER")
    exec 7>"$BATS_TEST_TMPDIR/script"
    {
        echo "port $PORT"
        half_requests "$1"
    } >&7
    SENT="half a request on each of $1 connections"
}

# Ends them all at once, even where the holder still waits for a connection.
let_go() {
    exec 7>&-
    [ -n "${HOLDER:-}" ] || return 0
    kill "$HOLDER" 2>/dev/null || true
    wait "$HOLDER" 2>/dev/null || true
    HOLDER=
}

# escaped TEXT: prints TEXT with its line ends as wire's escapes.
escaped() {
    local text=${1//$'\r'/\\r}
    printf '%s' "${text//$'\n'/\\n}"
}

# --- what the system shows of the server

# watch MS at-most|at-least WHAT N: as tools/watch.c, for the server; skips the
# test where the system does not show such things.
watch() {
    [ -d "/proc/$$/fd" ] || skip "this system has no /proc"
    "$TOOLS/watch" "$1" "$SERVER" "$2" "$3" "$4"
}

# now WHAT: prints how much of it the server has.
now() {
    watch 0 at-least "$1" 0
}

# back_to WHAT N WORDS: the server comes down to so many, within 5 s.
back_to() {
    local after
    after=$(watch 5000 at-most "$1" "$2") || explain "at most $2 $3" "$after" \
        "${HINT:-on every path close the socket of the client, and the file}"
}
