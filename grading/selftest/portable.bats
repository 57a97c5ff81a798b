#!/usr/bin/env bats
# portable.bats - the programs do the same with each compiler and C library, at each level
# of optimization, with files and paths at their limits, and between two hosts.

load kit.bash

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
    local pid
    for pid in $(jobs -rp); do
        kill "$pid"
    done
}

# build COMPILER OPTION...: builds the programs in a new folder, and goes there.
build() {
    needs "$1"
    mkdir "build$BUILDS"
    cd "build$BUILDS" || return
    BUILDS=$((BUILDS + 1))
    cp -R "$KIT"/Makefile "$KIT"/shared "$KIT"/phase? .
    make -s clean
    make -s -j 2 CC="$1" CFLAGS_EXTRA="-Werror ${*:2}"
}
BUILDS=0

# serve PHASE FOLDER: starts that server, and sets SERVER and PORT.
serve() {
    local line
    mkfifo ready
    "phase$1/webserver" 0 "$2" >ready 2>/dev/null 3>&- 4>&- &
    SERVER=$!
    read -r line <ready
    rm ready
    PORT=${line##* }
}

stop() {
    kill "$SERVER"
    wait "$SERVER"
}

# HOST is the server's, in brackets if they belong to it in a URL; THERE a command
# that runs others where the client is.
HOST=127.0.0.1 THERE=

# ask PATH CURL-OPTION...: prints the status and the bytes of the body.
ask() {
    $THERE curl -q -sS -g --noproxy '*' --path-as-is --max-time 60 -o body \
        -w '%{http_code} %{size_download}' "${@:2}" "http://$HOST:$PORT$1"
}

# statuses PATH...: prints the status of each.
statuses() {
    local path arguments=()
    for path; do
        arguments+=(-o /dev/null "http://$HOST:$PORT$path")
    done
    curl -q -sS -g --noproxy '*' --path-as-is --max-time 60 -w '%{http_code} ' \
        "${arguments[@]}"
}

# gets FILE: the client gets FILE, which is in root.
gets() {
    $THERE phase3/client "${HOST//[][]/}" "$PORT" "$1" >came 3>&- 4>&-
    head -n 1 came | grep -q '^HTTP/1.1 200 OK'
    tail -c "$(wc -c <"root/$1")" came | cmp - "root/$1"
}

# work COMPILER OPTION...: programs that are built so do what they are for.
work() {
    local phase
    build "$@"
    mkdir -p root/folder
    cp phase1/HelloWorld.html root/folder/index.html
    head -c 300000 /dev/urandom >root/bytes
    ln -s "$PWD/root/bytes" root/inside
    ln -s /etc/passwd root/outside
    for phase in 1 2; do
        serve "$phase" root
        gets bytes
        gets inside
        gets folder/index.html
        [ "$(statuses '/%62ytes?x' /folder/ /folder /none /outside \
            /../phase1/webserver.c)" = "200 200 301 404 404 404 " ]
        ask /bytes -X POST | grep '^405 '
        stop
    done
    cd ..
}

# work_at_levels COMPILER LEVEL...
work_at_levels() {
    local level
    for level in "${@:2}"; do
        work "$1" "-O$level"
    done
}

@test "gcc's programs do right from -O0 to -O3" {
    work_at_levels gcc 0 1 2 3
}

@test "clang's programs do right from -O0 to -O3" {
    work_at_levels clang 0 1 2 3
}

@test "programs with the C library musl do right, optimized or not" {
    work_at_levels musl-gcc 0 3
}

@test "the sources are C11, with what POSIX and BSD have" {
    work cc -std=c11 -Wpedantic -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE
}

@test "the programs do right without what only Linux has" {
    # the headers that openat2 and SIOCOUTQNSD are in are not even looked for
    work cc -U__linux__
}

# --- limits

@test "a file of 5 GiB is sent and received to its last byte" {
    local size=$((5 << 30)) end="the last bytes"
    build cc
    mkdir root
    printf '%s' "$end" | dd of=root/large bs=1 seek=$((size - ${#end})) 2>/dev/null
    # one of the two is enough, for they send alike
    serve 1 root
    ask /large -I >/dev/null
    grep -qix "content-length: $size"$'\r' body
    phase3/client 127.0.0.1 "$PORT" large | tail -c "${#end}" >came
    [ "${PIPESTATUS[0]} $(cat came)" = "0 $end" ]
}

@test "a file of 5 GiB is found by a server of 32 bits, too" {
    echo 'int main(void) { return 0; }' | cc -m32 -x c -o program - 2>/dev/null ||
        skip "cc compiles for 64 bits alone"
    build cc -m32
    mkdir root
    truncate -s 5G root/large
    serve 1 root
    ask /large -I
    grep -qix "content-length: $((5 << 30))"$'\r' body
}

# deep_folder BYTES: makes a folder with a path of so many bytes, and goes there.
deep_folder() {
    local name
    name=$(printf '%0100d' 0)
    while [ $((${#PWD} + 2 * ${#name})) -lt "$1" ]; do
        mkdir "$name"
        cd "$name" || return
    done
    name=$(printf "%0$(($1 - ${#PWD} - 1))d" 0)
    mkdir "$name"
    cd "$name" || return
}

@test "a root with nearly the longest path there can be is served, with its links" {
    local phase name page=$PWD/build0/phase1/HelloWorld.html
    build cc
    # with room for folder/index.html alone
    deep_folder "$(($(getconf PATH_MAX /) - 20))"
    cp "$page" page
    mkdir folder
    cp page folder/index.html
    ln -s page near
    ln -s "$PWD/folder" far
    ln -s /etc/passwd outside
    ROOT=$PWD
    cd "$BATS_TEST_TMPDIR/build0"
    for phase in 1 2; do
        serve "$phase" "$ROOT"
        for name in page near folder/ far/; do
            [ "$(ask "/$name")" = "200 $(wc -c <"$page" | tr -d ' ')" ]
        done
        ask /outside | grep '^40[34] '
        stop
    done
}

# --- two hosts

# meet: on a host of its own, makes another and joins the two; what THERE runs is on
# the other one, where this one is host 1.
meet() {
    local other
    unshare -n tail -f /dev/null 3>&- 4>&- &
    other=$!
    until [ "$(readlink "/proc/$other/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do
        kill -0 "$other"
    done
    THERE="nsenter -t $other -n"
    ip link set lo up
    ip link add here type veth peer name there netns "$other"
    plug here 1
    $THERE bash -euc "$(declare -f plug); plug there 2"
}

# plug DEVICE NUMBER: gives the device that host's addresses.
plug() {
    ip link set "$1" addrgenmode none
    ip addr add "192.0.2.$2/24" dev "$1"
    ip addr add "2001:db8::$2/64" dev "$1" nodad
    ip addr add "fe80::$2/64" dev "$1" nodad
    ip link set "$1" up
}

# on_two_hosts FUNCTION: does it when they have met; they end with it.
on_two_hosts() {
    local options=(-rn --pid --fork --kill-child --mount-proc)
    needs ip
    unshare "${options[@]}" true 2>/dev/null || skip "no hosts can be made"
    build cc
    mkdir root
    head -c 50000000 /dev/zero >root/large
    head -c 300000 /dev/urandom >root/bytes
    unshare "${options[@]}" bash -euxo pipefail -c "$(declare -f); meet; $1"
}

talk() {
    local phase
    for phase in 1 2; do
        serve "$phase" root
        for HOST in 192.0.2.1 '[2001:db8::1]' '[fe80::1%there]'; do
            gets bytes
            [ "$(ask /bytes)" = "200 300000" ]
            ask /none | grep '^404 '
        done
        stop
    done
}

@test "a client on another host is served, by IPv4 and IPv6" {
    on_two_hosts talk
}

# Both wait for bytes that cannot come: the client, then the server that serves
# nobody else meanwhile.
pull_the_cable() {
    local client status=0
    export HTTP_TIMEOUT_MS=500
    HOST=192.0.2.1
    serve 1 root
    mkfifo pipe
    $THERE phase3/client "$HOST" "$PORT" large >pipe &
    client=$!
    exec 5<pipe
    head -c 1000 <&5 >/dev/null
    ip link set here down
    cat <&5 >/dev/null
    wait "$client" || status=$?
    [ "$status" -eq 1 ]
    # nothing tells the server that the client is gone, and yet it has given it up
    unset HTTP_TIMEOUT_MS
    HOST=127.0.0.1 THERE='' gets bytes
}

@test "when the cable is pulled the client gives up, and so does the server" {
    on_two_hosts pull_the_cable
}
