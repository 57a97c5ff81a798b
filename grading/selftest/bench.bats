#!/usr/bin/env bats
# bench.bats - tests what `make bench` does, not how fast anything is.

load kit.bash

setup() {
    copy_kit
    make -s -C "$COPY" phase1 phase2
    export TMPDIR=$BATS_TEST_TMPDIR/tmp
    mkdir "$TMPDIR"
}

# groups: prints the control groups that a bench has made.
groups() {
    find /sys/fs/cgroup -maxdepth 2 -name 'bench.*' 2>/dev/null || true
}

@test "The bench measures both servers, draws them, and leaves nothing behind" {
    local before
    before=$(groups)
    run "$COPY/grading/bench" -r 1 -t 500 no-such-server
    echo "$output"
    [ "$status" -eq 0 ]
    grep -Eq '^\| phase1 +\| +[1-9][0-9.]+ \| +[1-9][0-9]* \|' <<<"$output"
    grep -Eq '^\| phase2 +\| +[1-9][0-9.]+ \| +[1-9][0-9]* \|' <<<"$output"
    grep -q '^Not installed: no-such-server$' <<<"$output"
    needs xmllint
    xmllint --noout "$COPY/build/bench.svg"
    [ "$(grep -c '<rect class="ours"' "$COPY/build/bench.svg")" -eq 4 ]
    [ -z "$(ls "$TMPDIR")" ]
    [ "$(groups)" = "$before" ]
    run ! pgrep -f "$COPY/phase[12]/webserver"
}

@test "The bench ends its servers when it is told to stop" {
    local bench status=0
    "$COPY/grading/bench" -r 100 -t 1000 no-such-server >/dev/null 2>&1 3>&- &
    bench=$!
    until pgrep -f "$COPY/phase2/webserver" >/dev/null; do
        kill -0 "$bench"
    done
    kill "$bench"
    wait "$bench" || status=$?
    [ "$status" -eq 1 ]
    run ! pgrep -f "$COPY/phase[12]/webserver"
    [ -z "$(ls "$TMPDIR")" ]
}
