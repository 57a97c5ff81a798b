# kit.bash - what the kit's own tests share.
# shellcheck shell=bash

bats_require_minimum_version 1.8.0
unset CDPATH # which has cd print

KIT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

# needs PROGRAM: skips the test where an instructor's extra is missing.
needs() {
    command -v "$1" >/dev/null || skip "$1 is not installed"
}

# copy_kit: makes COPY, the kit as it is now with its history, nothing built.
copy_kit() {
    COPY=$BATS_TEST_TMPDIR/kit
    git clone -q "$KIT" "$COPY" 2>/dev/null || mkdir -p "$COPY"
    # as it is now, not only as it was committed
    (cd "$KIT" && tar -cf - --exclude=./build --exclude=./.git .) |
        tar -xf - -C "$COPY"
    make -s -C "$COPY" clean >/dev/null
}

# few_tests: the same, with a few tests of phase 1 alone, of 3 points: for what
# happens around the tests.
few_tests() {
    copy_kit
    cp "$BATS_TEST_DIRNAME/few.bats" "$COPY/grading/phase1.bats"
}

# needs_browser: sets BROWSER, or skips the test.
needs_browser() {
    BROWSER=$(command -v chromium || command -v chromium-browser ||
        command -v google-chrome) || skip "Chromium is not installed"
    export BROWSER
}

# browse OPTION... URL: runs the browser; its messages go to the file console.
browse() {
    timeout 60 "$BROWSER" --headless --no-sandbox --disable-gpu --no-first-run \
        --disable-quic --disable-background-networking \
        --disable-component-update --disable-sync --window-size=600,400 \
        --user-data-dir="$BATS_TEST_TMPDIR/profile" --enable-logging=stderr \
        "$@" 2>"$BATS_TEST_TMPDIR/console" 3>&- 4>&-
}

# looks_right URL: the page can be seen, and the console has no complaint.
looks_right() {
    browse --screenshot="$BATS_TEST_TMPDIR/page.png" "$1" >/dev/null
    grep CONSOLE "$BATS_TEST_TMPDIR/console" | grep -v 'status of 404' && return 1
    browse --screenshot="$BATS_TEST_TMPDIR/blank.png" about:blank >/dev/null
    [ -s "$BATS_TEST_TMPDIR/page.png" ]
    [ -s "$BATS_TEST_TMPDIR/blank.png" ]
    run ! cmp -s "$BATS_TEST_TMPDIR/page.png" "$BATS_TEST_TMPDIR/blank.png"
}
