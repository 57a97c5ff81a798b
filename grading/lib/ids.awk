# ids.awk - lists a file's tests: id, a tab, and the name.

/^# bats test_tags=/ {
    id = $0
    sub(/.*[=, ]id:/, "", id)
    sub(/[^a-z0-9-].*/, "", id)
}

/^@test "/ {
    name = $0
    sub(/^@test "/, "", name)
    sub(/" \{$/, "", name)
    print id "\t" name
}
