#!/usr/bin/env bats
# few.bats - a few tests of phase 1, for what happens around the tests: see few_tests.

load helpers

setup_file() {
    prepare_tools
    try_sanitizer address,undefined
}

setup() {
    prepare phase1/webserver
}

teardown() {
    clean_up
}

# bats test_tags=id:ready-line, points:1, see:main
@test "The server says at which port it listens" {
    start_server
    EXPECTED="a connection" wire <<<"open client"
}

# bats test_tags=id:answers, points:1, see:main
@test "A page is served" {
    echo page >"$ROOT/page.html"
    start_server
    get /page.html
    expect_status 200
    expect_body "$ROOT/page.html"
    is_alive
    stop_server
}

# bats test_tags=id:memory, points:1, see:main
@test "No sanitizer complains" {
    sanitize address,undefined
    start_server
    is_alive
    expect_no_report 1
}
