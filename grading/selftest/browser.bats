#!/usr/bin/env bats
# browser.bats - a real browser opens pages of the reference servers.

load kit.bash

setup_file() {
    needs_browser
    BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR copy_kit
    export COPY
    make -C "$COPY" phase1 phase2 >&2
    "$KIT/grading/tools/build" "$BATS_FILE_TMPDIR" watch
}

setup() {
    ROOT=$BATS_TEST_TMPDIR/root
    mkdir "$ROOT"
    cp "$KIT/phase1/HelloWorld.html" "$ROOT/"
    cp "$KIT/handout/figures/request.svg" "$ROOT/picture.svg"
    echo 'h1 { color: rgb(1, 2, 3) }' >"$ROOT/style.css"
    for name in a b c d; do
        echo "loaded.push('$name')" >"$ROOT/$name.js"
    done
    cat >"$ROOT/page.html" <<'END'
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Many objects</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="style.css">
<script>const loaded = []</script>
<script src="a.js"></script><script src="b.js"></script>
<script src="c.js"></script><script src="d.js"></script>
<h1>Many objects</h1>
<img id="picture" src="picture.svg" alt="a picture">
<p id="verdict">nothing is checked yet</p>
<script>
addEventListener('load', () => {
    const color = getComputedStyle(document.querySelector('h1')).color
    document.querySelector('#verdict').textContent = [loaded.join(''), color,
        document.querySelector('#picture').naturalWidth > 0].join(' ')
})
</script>
</html>
END
}

teardown() {
    [ -z "${SERVER:-}" ] || kill "$SERVER" 2>/dev/null || true
}

# start PHASE: starts the reference server; sets SERVER and PORT.
start() {
    "$COPY/phase$1/webserver" 0 "$ROOT" >"$BATS_TEST_TMPDIR/out" \
        2>"$BATS_TEST_TMPDIR/err" </dev/null 3>&- 4>&- &
    SERVER=$!
    local line
    line=$("$BATS_FILE_TMPDIR/watch" 5000 "$SERVER" ready \
        "$BATS_TEST_TMPDIR/out")
    PORT=${line##* }
}

# opens PHASE: all kinds of pages, one after the other from one server.
opens() {
    start "$1"
    looks_right "http://localhost:$PORT/HelloWorld.html"
    browse --dump-dom "http://localhost:$PORT/HelloWorld.html" |
        grep '<h1>Hello, World!</h1>'
    looks_right "http://localhost:$PORT/page.html"
    browse --dump-dom "http://localhost:$PORT/page.html" |
        grep 'abcd rgb(1, 2, 3) true'
    looks_right "http://localhost:$PORT/missing.html"
    browse --dump-dom "http://localhost:$PORT/missing.html" |
        grep '<h1>404 Not Found</h1>'
    kill -0 "$SERVER"
}

@test "Chromium shows the pages of phase 1, and its spare connections do no harm" {
    opens 1
}

@test "Chromium shows the pages of phase 2" {
    opens 2
}
