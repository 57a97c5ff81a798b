# helpers.bash - what the tests of all phases use: start a program, send it
# something, compare what comes back, and say what was wrong.
#
# Set by whoever runs the tests, all optional:
#   KIT       the tree whose programs are tested (the one that this file is in)
#   PREPARED  what grading/prepare has made: the tools, and shared/ as a library
#   SEED      the number that random names and bodies are made from
#   JAIL, JAIL_TASKS, JAIL_USER, WORLD  see lib/jail.bash
# shellcheck shell=bash

bats_require_minimum_version 1.8.0

BUDGET_S=200 # for the tests of a phase, of which each takes a second or more
KIT=${KIT:-$(cd "$BATS_TEST_DIRNAME/.." && pwd)}
SEED=${SEED:-$$}
# shellcheck source=grading/lib/jail.bash
source "$BATS_TEST_DIRNAME/lib/jail.bash"

# Builds the tools unless they are there, and lists the tests. For setup_file.
prepare_tools() {
    [ -n "${PREPARED:-}" ] || {
        PREPARED=$BATS_FILE_TMPDIR/prepared
        "$BATS_TEST_DIRNAME/prepare" "$PREPARED"
    }
    export PREPARED TOOLS=$PREPARED/tools
    LC_ALL=C awk -f "$BATS_TEST_DIRNAME/lib/ids.awk" "$BATS_TEST_FILENAME" \
        >"$BATS_FILE_TMPDIR/ids"
}

# prepare PROGRAM: for setup. Makes a root folder for this test alone, in WORLD,
# which is all that the program sees of the test.
prepare() {
    PROGRAM=$KIT/$1
    WORLD=${WORLD:-$BATS_TEST_TMPDIR/world}
    ROOT=$WORLD/root
    [ -d "$ROOT" ] || mkdir -p "$ROOT"
    SENT=nothing
    # a server of phase 2 has a thread for each client
    TASKS=64
    [[ $1 != phase2/* ]] || TASKS=400
    RANDOM=$((10#$SEED + BATS_TEST_NUMBER))
    # bats keeps track of each command, which costs more than the commands do
    trap - DEBUG
    # and for its traps a command in $( ) costs a process more, without exec
    set_patience
}

# For teardown: ends what the test started, and notes how it went. When the test
# failed, shows what the program said.
clean_up() {
    end_programs
    note_time
    [ -n "${BATS_TEST_COMPLETED:-}${BATS_TEST_SKIPPED:-}" ] || say_more
    # many tests at hundreds of megabytes each would fill the disk
    [ -n "${BATS_TEST_SKIPPED:-}" ] || rm -rf "${BATS_TEST_TMPDIR:?}"/* \
        "${WORLD:?}"/[!r]* "${ROOT:?}"/* "$ROOT"/.[!.]*
}

# Ends all programs that the test runs.
end_programs() {
    local pid
    # not $(jobs -rp): a process less, for each test
    jobs -rp >"$BATS_TEST_TMPDIR/jobs"
    while read -r pid; do
        kill -KILL "$pid"
        wait "$pid"
    done <"$BATS_TEST_TMPDIR/jobs" 2>/dev/null
    end_strays
}

# A test has failed: what else there is to say about it.
say_more() {
    local err=$BATS_TEST_TMPDIR/err
    id_of_test
    echo "$BATS_TEST_DESCRIPTION" >"$BATS_FILE_TMPDIR/failed.$ID"
    check_grader
    [ -s "$err" ] || return 0
    LC_ALL=C grep -a -m 8 -Ex '[a-z0-9_]+\.c: [a-z_ ]+ is not filled in yet' \
        "$err" && return
    echo "the program's last words on stderr:"
    tail -c 4000 "$err" | uniq | tail -n 5 | cut -c 1-200 | visible |
        sed 's/^/           /'
}

# id_of_test: sets ID to this test's; bats 1.8 does not tell a test its tags.
id_of_test() {
    local name
    while IFS=$'\t' read -r ID name; do
        [ "$name" != "$BATS_TEST_DESCRIPTION" ] || return 0
    done <"$BATS_FILE_TMPDIR/ids"
}

# --- whose fault it is

# needs ID...: a test that can only fail once more when these have failed, which
# stand above it, is not run.
needs() {
    local id
    for id; do
        ! has_failed "$id" || not_run "$(<"$BATS_FILE_TMPDIR/failed.$id")"
    done
}

# has_failed ID: that test, which stands above, has: what it looks at is not to count
# again.
has_failed() {
    [ -e "$BATS_FILE_TMPDIR/failed.$1" ]
}

# not_run NAME: skips the test because that one failed, and with it those that
# need it. `grade` knows by the words that it has no points.
not_run() {
    id_of_test
    echo "$1" >"$BATS_FILE_TMPDIR/failed.$ID"
    skip "not run: because this failed: $1"
}

# trouble WORDS: the grader itself cannot work; `grade` then gives no grade. But in a
# network of its own (see tools/loopback.c) only the program can have taken all ports,
# and what it has started may take a while to end.
trouble() {
    case ${OWN_NETWORK:-}$1 in
    1*"Address already in use"* | 1*"Cannot assign requested address"*)
        echo "the program has taken all ports: $1"
        ;;
    *) echo "grader's own trouble: $1" ;;
    esac
    return 1
}

# The test has failed: was that for want of a port, or of room on the disk?
check_grader() {
    local words
    words=$(printf 'listen\nopen self\naccept peer\n' |
        "$TOOLS/wire" 2>&1) || trouble "${words##*$'\n'}" || return 0
    head -c 20000000 /dev/zero 2>/dev/null >"$BATS_TEST_TMPDIR/room" ||
        trouble "no room on the disk" || return 0
    rm "$BATS_TEST_TMPDIR/room"
}

# PATIENCE is how long a program may take for one step, in seconds, and
# PATIENCE_MS the same in milliseconds: far more than a right one takes, and less
# each time that waiting was in vain, so that one fault does not cost minutes. One
# that is late each time, and not in vain, uses up the tests' budget, of which SPENT
# seconds are gone.
set_patience() {
    local times=0 file=$BATS_FILE_TMPDIR/in-vain
    [ ! -e "$file" ] || times=$(grep -c . "$file")
    SPENT=0
    [ ! -e "$BATS_FILE_TMPDIR/spent" ] || SPENT=$(<"$BATS_FILE_TMPDIR/spent")
    [ "$SPENT" -lt "$BUDGET_S" ] || times=5
    case $times in
    0) PATIENCE_MS=5000 PATIENCE=5 ;;
    1 | 2) PATIENCE_MS=2000 PATIENCE=2 ;;
    3 | 4) PATIENCE_MS=1000 PATIENCE=1 ;;
    *) PATIENCE_MS=500 PATIENCE=0.5 ;;
    esac
}

# note_time: adds how many seconds this test took to SPENT.
note_time() {
    [ "$SECONDS" -eq 0 ] ||
        echo $((SPENT + SECONDS)) >"$BATS_FILE_TMPDIR/spent"
}

waited_in_vain() {
    echo "$BATS_TEST_NAME" >>"$BATS_FILE_TMPDIR/in-vain"
    set_patience
}

# --- what a student is told

# explain EXPECTED GOT [LIKELY]: says why the test fails, and fails it. A likely
# cause that holds for a whole test stands in LIKELY.
explain() {
    {
        say sent "$SENT"
        say expected "$1"
        say got "$2"
        say likely "${3:-${LIKELY:-}}"
    } | cut -c 1-500 | LC_ALL=C tr -d '\000-\010\013-\037\177'
    return 1
}

# say WHAT TEXT: prints it, twelve lines of it at most.
say() {
    printf '%-10s %s\n' "$1:" "${2//$'\n'/$'\n           '}" | head -n 12
}

# explain_difference EXPECTED GOT [LIKELY]: the same for two texts, a line each;
# marks where they begin to differ.
explain_difference() {
    explain "$1" "$2"$'\n'"$(difference "$1" "$2")" "${3:-}"
}

# difference TEXT TEXT: prints a mark under the first one.
difference() {
    local i=0
    while [ "$i" -lt ${#1} ] && [ "${1:i:1}" = "${2:i:1}" ]; do
        i=$((i + 1))
    done
    printf '%*s^ the first difference' "$i" ''
}

# Shows stdin with line ends and unprintable bytes as escapes, a line for each
# line of it; the beginning, if it is long.
visible() {
    head -c 2000 | od -An -v -tx1 |
        LC_ALL=C awk -f "$BATS_TEST_DIRNAME/lib/visible.awk"
}

# excerpt FILE FROM BYTES: shows some of a file's bytes in one line.
excerpt() {
    tail -c "+$(($2 + 1))" "$1" | head -c "$3" | visible | tr -d '\n'
}

# --- bytes and files

# random_word: sets WORD to a name that no program can know. Not in a subshell:
# RANDOM begins anew there, whatever SEED says.
random_word() {
    printf -v WORD 'n%05d%05d' "$RANDOM" "$RANDOM"
}

# random_file PATH BYTES
random_file() {
    "$TOOLS/bytes" "$2" "$RANDOM$RANDOM" >"$1" ||
        trouble "no room on the disk"
}

size_of() {
    wc -c <"$1" | tr -d ' '
}

# --- servers

# how_it_ended PID: says in words how a child of this shell ended.
how_it_ended() {
    local status=0
    local advice="built with CFLAGS_EXTRA=-fsanitize=address,undefined it names the line"
    wait "$1" 2>/dev/null || status=$?
    is_signal "$status" || { echo "it exited with status $status" && return; }
    case $((status - 128)) in
    11 | 7 | 10) echo "it crashed: $(signal "$status"), memory that is not its own;" \
        "$advice" ;;
    6) echo "it crashed: $(signal "$status"), maybe memory freed twice; $advice" ;;
    13) echo "it crashed: $(signal "$status"), it wrote where nobody reads any more" ;;
    25) echo "it printed without end: $(signal "$status")" ;;
    *) echo "it crashed: $(signal "$status")" ;;
    esac
}

# is_signal STATUS: a shell's exit status stands for one.
is_signal() {
    [ "$1" -gt 128 ] && kill -l $(($1 - 128)) >/dev/null 2>&1
}

# signal STATUS: prints the signal that a shell's exit status stands for.
signal() {
    echo "signal $(($1 - 128)) (SIG$(kill -l $(($1 - 128))))"
}

# sent_command ARGUMENT...: sets SENT to the command as one would type it.
sent_command() {
    SENT="${PROGRAM#"$KIT/"} $*"
    SENT=${SENT//$ROOT/FOLDER}
}

# become ARGUMENT...: turns this shell, a background job, into PROGRAM. LIMITS may
# hold ulimit's arguments, WRAPPER a command to run it by, HOSTS a hosts file.
become() {
    limit "$TASKS" "${SANITIZER:-}"
    # shellcheck disable=SC2086 # its words are ulimit's arguments
    [ -z "${LIMITS:-}" ] || ulimit $LIMITS
    confine --ro-bind "${PROGRAM%/*}" "${PROGRAM%/*}" \
        ${HOSTS:+--ro-bind "$HOSTS" /etc/hosts}
    exec ${WRAPPER[@]+"${WRAPPER[@]}"} "$TOOLS/fresh" \
        ${CONFINED[@]+"${CONFINED[@]}"} "$PROGRAM" "$@"
}

# launch ARGUMENT...: starts the server, and sets SERVER to its process id. Its
# output goes to the files out and err.
launch() {
    # at once, lest a former server's ready line be taken for this one's
    : >"$BATS_TEST_TMPDIR/out"
    become "$@" >"$BATS_TEST_TMPDIR/out" 2>>"$BATS_TEST_TMPDIR/err" \
        </dev/null 3>&- 4>&- &
    SERVER=$!
}

# try ARGUMENT...: starts the server. Sets LINE to its first line or, and fails,
# to why there is none.
try() {
    local ms=2000 ready=$BATS_FILE_TMPDIR/ready
    # one that never is, is started for one test alone; any other deserves patience
    # with a machine that stands still for seconds
    [ ! -e "$ready" ] || ms=8000
    launch "$@"
    sent_command "$@"
    LINE=$(exec "$TOOLS/watch" "$ms" "$SERVER" ready "$BATS_TEST_TMPDIR/out") &&
        { : >"$ready" && return; }
    LINE="timed out: no such line within $ms ms"
    ! has_ended || LINE=$(how_it_ended "$SERVER")
    [[ $LINE != "timed out"* ]] || waited_in_vain
    return 1
}

# start_server [ARGUMENT...]: starts the server at a free port, with ROOT as its
# root unless the arguments say else, and sets PORT once it listens.
start_server() {
    [ $# -gt 0 ] || set -- 0 "$ROOT"
    needs ready-line
    try "$@" || explain "the line 'Listening on port N' on stdout" "$LINE" \
        "what the program says on stderr tells more"
    PORT=${LINE##* }
    [[ $PORT =~ ^[1-9][0-9]{0,4}$ && $LINE = "Listening on port $PORT" ]] ||
        explain_difference "Listening on port 40123" "$LINE" \
            "the ready line is for programs to read: these words, and the port \
that getsockname tells"
}

# signal_server NAME: sends the server a signal.
signal_server() {
    kill "-$1" "$(exec "$TOOLS/watch" 0 "$SERVER" inside)" 2>/dev/null || true
}

# stop_server: asks the server to stop; whether it does is for another test.
stop_server() {
    signal_server TERM
    "$TOOLS/watch" "$PATIENCE_MS" "$SERVER" exit || {
        waited_in_vain
        kill -KILL "$SERVER"
        wait "$SERVER"
    } 2>/dev/null || true
}

# has_ended: the server has, or is about to: its last connection may be seen to
# break before that.
has_ended() {
    "$TOOLS/watch" 100 "$SERVER" exit
}

# is_alive: the server still runs, and answers a request.
is_alive() {
    local said=$SENT
    if ! kill -0 "$SERVER" 2>/dev/null; then
        explain "the server still runs after that" "$(how_it_ended "$SERVER")" \
            "${LIKELY:-one client must never end the server}"
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
    7) echo "connection refused: nobody listens at the port any more" ;;
    18) echo "closed too early: $(size_of "$BODY") bytes of the body, while" \
        "Content-Length said $(header Content-Length)" ;;
    23) echo "an answer that does not end" ;;
    28) echo "timed out: no complete answer within $PATIENCE s" ;;
    52) echo "closed: the connection ended without any answer" ;;
    56) echo "reset: the connection was broken off before the answer was complete" ;;
    *) echo "curl's exit status $1" ;;
    esac
}

# get PATH [CURL OPTION...]: asks for PATH; sets STATUS, and HEAD and BODY to
# files with what came. A failure is told by expect_status.
get() {
    local url="http://${HOST:-127.0.0.1}:$PORT$1"
    needs answers
    shift
    SENT="curl -i --path-as-is${*:+ $*} '$url'"
    HEAD=$BATS_TEST_TMPDIR/head
    BODY=$BATS_TEST_TMPDIR/body
    : >"$HEAD"
    : >"$BODY"
    PROBLEM=
    CURL_STATUS=0
    # what is larger than a file may be is an error to curl, and not its end
    STATUS=$(trap '' XFSZ && exec curl -q -sS -g --noproxy '*' --path-as-is --max-time "$PATIENCE" \
        -o "$BODY" -D "$HEAD" -w '%{http_code}' "$@" "$url" \
        2>/dev/null) || went_wrong $?
}

# went_wrong STATUS: sets CURL_STATUS to that, and PROBLEM to what it means and whether
# the server has ended.
went_wrong() {
    CURL_STATUS=$1
    PROBLEM=$(curl_problem "$1")
    case $1 in
    23) is_limited || trouble "no room on the disk" ;;
    28) waited_in_vain ;;
    esac
    ! has_ended || PROBLEM+="; $(how_it_ended "$SERVER")"
}

# is_limited: BODY or HEAD is as large as a file may be here.
is_limited() {
    [ "$(ulimit -f)" != unlimited ] &&
        [ -n "$(find "$BODY" "$HEAD" -size "+$(($(ulimit -f) * 2 - 1))")" ]
}

# has_status PATTERN: an answer came, and its status matches.
has_status() {
    # shellcheck disable=SC2053 # it is a pattern
    [[ -z $PROBLEM && $STATUS = $1 ]]
}

# expect_status STATUS...: one of these has come.
expect_status() {
    local status
    [ -z "$PROBLEM" ] || explain "an answer with status $1" "$PROBLEM"
    for status; do
        [ "$STATUS" != "$status" ] || return 0
    done
    explain "a status line with $(one_of "$@")" "$(head -n 1 "$HEAD" | visible)"
}

# one_of WORD...: prints them as a list: a, b or c.
one_of() {
    local list=$1
    while [ $# -gt 2 ]; do
        list+=", $2"
        shift
    done
    echo "$list${2:+ or $2}"
}

# header NAME: prints the value of that header line.
header() {
    LC_ALL=C awk -v name="$1" -f "$BATS_TEST_DIRNAME/lib/header.awk" "$HEAD"
}

# is_listed NAME WORD HEAD: the first such header line has this word in its list, as
# close in "Connection: TE, close" (RFC 9110, 5.6.1).
is_listed() {
    LC_ALL=C grep -i "^$1:" "$3" | head -n 1 | tr -d '\r' |
        LC_ALL=C grep -Eiq ":([^,]*,)*[[:blank:]]*$2[[:blank:]]*(,|\$)"
}

# expect_header NAME PATTERN...: a header line's value matches one (case aside).
expect_header() {
    local name=$1 pattern value
    value=$(header "$name")
    shift
    [ -z "$PROBLEM" ] || explain "the header line $name: $1" "$PROBLEM"
    shopt -s nocasematch
    for pattern; do
        # shellcheck disable=SC2053 # the right side is a pattern
        [[ $value != $pattern ]] || { shopt -u nocasematch && return 0; }
    done
    shopt -u nocasematch
    [ -n "$value" ] || explain "the header line $name: $1" \
        "no such line in: $(visible <"$HEAD" | tr -d '\n')"
    explain_difference "$name: $1" "$name: $value"
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

# expect_same EXPECTED GOT WHAT [LIKELY]: two files have the same bytes.
expect_same() {
    local sizes at from parts
    cmp -s "$1" "$2" && return
    sizes=("$(size_of "$1")" "$(size_of "$2")")
    at=$(cmp "$1" "$2" 2>/dev/null | sed -nE 's/.*(byte|char) ([0-9]+).*/\2/p')
    # without such a byte, where the shorter one ends
    at=$((${at:-$((sizes[0] < sizes[1] ? sizes[0] + 1 : sizes[1] + 1))} - 1))
    from=$((at > 12 ? at - 12 : 0))
    parts=("$(excerpt "$1" "$from" 40)" "$(excerpt "$2" "$from" 40)")
    from=$(printf ', %s, from byte %d on: ' "$3" "$from")
    explain "$(printf '%9d bytes' "${sizes[0]}")$from${parts[0]}" \
        "$(printf '%9d bytes' "${sizes[1]}")$from${parts[1]}
$(difference "               $from${parts[0]}" "               $from${parts[1]}")" \
        "${4:-}"
}

# --- requests byte by byte

# wire [MS]: plays the script on stdin (see tools/wire.c) with the server's port. If
# that fails a student is told what was EXPECTED, and shown what is in the file CAME.
wire() {
    local script problem status=0
    IFS= read -r -d '' script || true
    script=${script%$'\n'}
    # scripts that wait for an answer
    case $script in
    *read\ * | *take\ * | *times\ * | *$'\n'end\ *) needs answers ;;
    esac
    problem=$(exec "$TOOLS/wire" "${1:-$PATIENCE_MS}" \
        <<<"port $PORT"$'\n'"$script") || status=$?
    case $status in
    0) return ;;
    2) echo "in the test itself: $problem" && return 1 ;;
    3)
        # it may be the program that has taken all
        end_programs
        check_grader
        explain "${EXPECTED:-an answer}" "$problem, while the program runs" || return
        ;;
    esac
    [[ $problem != *"timed out"* ]] || waited_in_vain
    # a student has not seen the script in which the clients are c, or c1 and so on
    [[ ! $problem =~ ^c([0-9]*):(.*)$ ]] ||
        problem="client${BASH_REMATCH[1]:+ ${BASH_REMATCH[1]}}:${BASH_REMATCH[2]}"
    ! has_ended || problem+="; $(how_it_ended "$SERVER")"
    [ ! -s "${CAME:-}" ] || problem="$(visible <"$CAME")"$'\n'"$problem"
    explain "${EXPECTED:-an answer}" "$problem"
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
# connect and send half a request each, for /f1/page and so on.
half_requests() {
    local i
    for ((i = 1; i <= $1; i++)); do
        echo "open c$i"
        echo "send c$i GET /f$i/page HTTP/1.1\\r\\nHo"
        # let the first be really first with its thread, and let a server with a
        # short queue (listen) accept these
        [ "$i" -ne 1 ] && [ $((i % 4)) -ne 0 ] || echo "pause 10"
    done
}

# hold: plays the script on stdin, and keeps its connections open, until let_go.
hold() {
    mkfifo "$BATS_TEST_TMPDIR/script"
    "$TOOLS/wire" <"$BATS_TEST_TMPDIR/script" >"$BATS_TEST_TMPDIR/held" \
        3>&- 4>&- &
    HOLDER=$!
    exec 7>"$BATS_TEST_TMPDIR/script"
    rm "$BATS_TEST_TMPDIR/script"
    # in a process of its own, which ends if the holder has
    (
        echo "port $PORT"
        cat
    ) >&7 || true
}

# hold_open COUNT: keeps COUNT half-sent requests open, until let_go.
hold_open() {
    hold < <(half_requests "$1")
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

# --- what the system shows of the server

# Skips the test where the system does not show such things.
needs_proc() {
    [ -d "/proc/$$/fd" ] || skip "this system has no /proc"
}

# watch MS at-most|at-least WHAT N: as tools/watch.c, for the server.
watch() {
    "$TOOLS/watch" "$1" "$SERVER" "$2" "$3" "$4"
}

# now WHAT: prints how much of it the server has. Fails, and says why in place of the
# test, where that cannot be seen.
now() {
    watch 0 at-least "$1" 0 ||
        explain "a server whose ${1/fds/descriptors} can be counted" \
            "it has ended, or the system hides them" >&2
}

# back_to WHAT N WORDS: the server comes down to so many.
back_to() {
    local after
    after=$(watch "$PATIENCE_MS" at-most "$1" "$2") || {
        if has_ended; then after=$(how_it_ended "$SERVER"); else waited_in_vain; fi
        explain "at most $2 $3" "$after" \
            "${LIKELY:-on every path close the socket of the client, and the file}"
    }
}

# --- with a sanitizer

# try_sanitizer KIND: for setup_file, before a submission has run: notes whether a
# program that does nothing can be built with it and run; and, where memory leaks
# cannot be looked for, the option for that.
try_sanitizer() {
    local PROGRAM TASKS=64 SANITIZER=$1 option
    WORLD=${WORLD:-$BATS_FILE_TMPDIR}
    PROGRAM=$WORLD/nothing
    cp "$PREPARED/$1/nothing" "$PROGRAM" 2>/dev/null || return 0
    use_fixed_addresses
    for option in '' :detect_leaks=0; do
        ! (ASAN_OPTIONS=$option become) >/dev/null 2>&1 3>&- 4>&- </dev/null ||
            { echo "$option" >"$BATS_FILE_TMPDIR/$1" && return; }
    done
}

# Where programs lie in memory is up to chance unless setarch forbids it, and not
# every place suits the thread sanitizer.
use_fixed_addresses() {
    WRAPPER=(setarch "$(uname -m)" -R)
    "${WRAPPER[@]}" true 2>/dev/null || WRAPPER=()
}

# sanitize KIND: builds the phase anew with that sanitizer of the compiler, and
# has PROGRAM be that. Skips the test where such programs do not run.
sanitize() {
    local tree=$WORLD/sanitized log=$BATS_TEST_TMPDIR/log status=0
    SANITIZER=$1
    PHASE=$(basename "$(dirname "$PROGRAM")")
    mkdir -p "$tree/$PHASE" "$tree/shared"
    export ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS
    ASAN_OPTIONS="fast_unwind_on_malloc=0:hard_rss_limit_mb=$((MEMORY_KB / 1000))"
    UBSAN_OPTIONS="$ASAN_OPTIONS:print_stacktrace=1"
    TSAN_OPTIONS="$ASAN_OPTIONS:report_thread_leaks=0:report_signal_unsafe=0"
    ASAN_OPTIONS+=:detect_stack_use_after_return=1
    [ -e "$BATS_FILE_TMPDIR/$1" ] ||
        skip "programs with the sanitizer $1 do not run here"
    ASAN_OPTIONS+=$(<"$BATS_FILE_TMPDIR/$1")
    use_fixed_addresses
    cp -p "$PREPARED/$1"/shared/* "$tree/shared/"
    cp "$KIT/$PHASE"/*.[ch] "$KIT/$PHASE/Makefile" "$tree/$PHASE/"
    cp "$BATS_TEST_DIRNAME/lib/races.c" "$tree/"
    SENT="make $PHASE CFLAGS_EXTRA=-fsanitize=$1, and some requests"
    # shellcheck disable=SC2016 # for the inner shell
    "$TOOLS/reap" "$BUILD_LIMIT_MS" bash -c 'source "$0"; compile "$@"' \
        "$BATS_TEST_DIRNAME/lib/jail.bash" "$tree/$PHASE" \
        LDLIBS="$([ "$1" != thread ] || echo ../races.c) -pthread" \
        >"$log" 2>&1 3>&- 4>&- </dev/null || status=$?
    [ "$status" -ne 124 ] ||
        explain "a program" "it does not compile within $((BUILD_LIMIT_MS / 1000)) s"
    [ "$status" -eq 0 ] ||
        explain "a program" "$(head -c 100000 "$log")" "the line that the compiler names"
    PROGRAM=$tree/$PHASE/$(basename "$PROGRAM")
}

# expect_no_report REQUESTS: ends the server, which has had so many; no sanitizer
# has complained.
expect_no_report() {
    stop_server
    expect_clean "$1"
}

# has_report: something in the file err may be a sanitizer's.
has_report() {
    local err=$BATS_TEST_TMPDIR/err
    [ -s "$err" ] && LC_ALL=C grep -aqE 'Sanitizer|runtime error' "$err"
}

# expect_clean REQUESTS [COMMAND]: no sanitizer has complained of the program that
# ended; COMMAND is what it did.
expect_clean() {
    local found run=${2:+; $2}
    has_report || return 0
    found=$(head -c 1000000 "$BATS_TEST_TMPDIR/err" |
        LC_ALL=C awk -v phase="$PHASE" -v requests="$1" \
            -f "$BATS_TEST_DIRNAME/lib/sanitizer.awk")
    [ -n "$found" ] || return 0
    SENT="make $PHASE CFLAGS_EXTRA=-fsanitize=$SANITIZER${run:-, and some requests}"
    : >"$BATS_TEST_TMPDIR/err" # it says no more than that
    explain "no complaint of the sanitizer" "$found" || true
    # a stack that was written over does not show where
    found=$(sed -n 2p <<<"$found")
    [ -z "$found" ] || echo "look at:   $found"
    return 1
}
