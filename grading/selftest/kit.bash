# kit.bash - what the kit's own tests share.
# shellcheck shell=bash

bats_require_minimum_version 1.8.0

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
