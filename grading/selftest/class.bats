#!/usr/bin/env bats
# class.bats - `make class`: what becomes of many submissions, mostly with a stub in
# the grader's place.

load kit.bash

# The stub's result is what stands in phase1/records.h, see collect.awk; other
# files make it misbehave. It notes each call.
setup_file() {
    export STUB=$BATS_FILE_TMPDIR/stub KIT
    mkdir "$STUB"
    cat >"$STUB/grade" <<'END_OF_STUB'
#!/usr/bin/env bash
case " $* " in
*" --which-jail "*) cat "$STUB/jail" && exit ;;
esac
while [ "$1" != -o ]; do shift; done
echo "$(basename "$PWD")" >>"$STUB/calls"
[ ! -e phase1/crash.h ] || kill -SEGV $$
[ ! -e phase1/slow.h ] || { : >"$STUB/sleeps" && sleep 20; }
status=graded
[ ! -e phase1/error.h ] || status=error
[ -e phase1/records.h ] || mkdir -p phase1
cat phase1/records.h >"$2/records" 2>/dev/null ||
    printf 'phase1/a\t1\tA works\t0\t10\tfailed\t1\tmain\tthere is no source: phase1/*.c\\n\n' >"$2/records"
for format in json:results.json html:report.html; do
    SUBMISSION=$(basename "$PWD") SEED=1 JAIL=namespaces STATUS=$status \
        MESSAGE=${status#graded} STYLE=$KIT/grading/lib/report.css LC_ALL=C \
        awk -f "$KIT/grading/lib/records.awk" \
        -f "$KIT/grading/lib/${format%:*}.awk" "$2/records" >"$2/${format#*:}"
done
[ "$status" = graded ] || exit 2
END_OF_STUB
    cat >"$STUB/prepare" <<'END_OF_STUB'
#!/bin/sh
mkdir -p "$1/tools"
printf '#!/bin/sh\nshift\nexec "$@"\n' >"$1/tools/reap"
chmod +x "$1/tools/reap"
END_OF_STUB
    chmod +x "$STUB/grade" "$STUB/prepare"
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    mkdir submissions
    echo namespaces >"$STUB/jail"
    : >"$STUB/calls"
    export -n JAIL
}

# class [VARIABLE=VALUE...]: grades them with the stub.
class() {
    env MAKEFLAGS= GRADE="$STUB/grade" SUBMISSIONS="$PWD/submissions" \
        RESULTS="$PWD/results" "$@" "$KIT/grading/class/run" 3>&- 4>&-
}

# submit NAME [RESULT...]: makes a submission whose tests a, b and so on of 10
# points each have these results, such as passed or failed.
submit() {
    local folder=submissions/$1/phase1 ids=abcdef i result points
    mkdir -p "$folder"
    : >"$folder/records.h"
    for ((i = 0; i < $# - 1; i++)); do
        result=${*:i+2:1} points=0
        [ "$result" != passed ] || points=10
        printf 'phase1/%s\t1\t%s works\t%d\t10\t%s\t1\tmain\t\n' \
            "${ids:i:1}" "${ids:i:1}" "$points" "$result" >>"$folder/records.h"
    done
}

# calls: prints which submissions the stub was called for, and forgets it.
calls() {
    sort "$STUB/calls" | paste -s -d ' ' -
    : >"$STUB/calls"
}

# --- what is graded

@test "each folder and archive is graded, and nothing else" {
    submit alice passed failed
    submit bob passed passed
    submit carol failed failed
    (cd submissions/carol && zip -qr ../carl.zip . && tar -czf ../cora.tgz .)
    echo >submissions/notes.txt
    ln -s alice submissions/link
    mkdir submissions/.git submissions/__MACOSX
    run -0 class
    [ "$(calls)" = "alice bob carl carol cora" ]
    [[ "$output" == *"ignored"*"notes.txt"* ]]
    [[ "$output" == *"5 of 5 submissions graded: mean 6.0, median 0.0"* ]]
    [ "$(jq .score results/bob/results.json)" -eq 20 ]
    [ -s results/bob/report.html ]
    diff <(tr -d '\r' <results/grades.csv) - <<'EOF'
submission,status,score,max_score,phase1,jail,notes
alice,graded,10,20,10,namespaces,
bob,graded,20,20,20,namespaces,
carl,graded,0,20,0,namespaces,
carol,graded,0,20,0,namespaces,
cora,graded,0,20,0,namespaces,
EOF
}

@test "only what changed is graded again, and a lost result is made anew" {
    submit alice passed
    submit bob failed
    class
    calls
    class
    [ "$(calls)" = "" ]
    submit bob passed
    echo >submissions/alice/README
    class
    [ "$(calls)" = bob ]
    [ "$(jq .score results/bob/results.json)" -eq 10 ]
    rm -r results/alice
    class
    [ "$(calls)" = alice ]
    echo uid >"$STUB/jail"
    chmod 700 submissions
    class
    [ "$(calls)" = "alice bob" ]
    echo '# changed' >>"$STUB/grade"
    class
    [ "$(calls)" = "alice bob" ]
}

@test "who has left is in no table, and keeps his result" {
    submit alice passed
    submit bob passed
    class
    rm -r submissions/bob
    class
    [ -s results/bob/results.json ]
    run -1 grep bob results/grades.csv results/index.html
}

@test "what the grader could not grade is no zero, stops nothing, and is tried again" {
    submit alice passed
    submit bob passed
    submit carol passed
    touch submissions/alice/phase1/error.h submissions/bob/phase1/crash.h
    run -2 class
    [[ "$output" == *"1 of 3 submissions graded"*"2 could not be graded"* ]]
    [ "$(jq -r .status results/alice/results.json)" = error ]
    [ "$(jq -r '.status, .score' results/bob/results.json | paste -s -)" = \
        $'error\tnull' ]
    jq -r .message results/bob/results.json | grep 'ended with status'
    grep '^alice,error,,,,' results/grades.csv
    grep 'this is no grade' results/bob/report.html
    calls
    run -2 class
    [ "$(calls)" = "alice bob" ]
    rm submissions/*/phase1/{error,crash}.h
    class
    [ "$(calls)" = "alice bob" ]
}

@test "odd names are names, in the folders, in CSV, in JSON and on the page" {
    # shellcheck disable=SC2016 # such names
    local name odd=('-rf' '=1+1' "@q'\"" '$(touch bad)' 'a b' '%:#=%' 'C\n\\d'
        $'new\nline' $'tab\there' '<b>&amp;' 'x..' '~' 'naïve' '*' 'grades.csv'
        "$(printf '%0200d' 0)")
    for name in "${odd[@]}"; do
        submit "$name" passed
    done
    class
    [ ! -e bad ] && [ ! -e results/.class/bad ]
    for name in "${odd[@]}"; do
        [ "$name" != grades.csv ] || name=grades.csv~
        [ "$(jq .score "results/$name/results.json")" -eq 10 ]
    done
    [ "$(calls | wc -w)" -ge 16 ]
    # what a spreadsheet would take for a formula has an apostrophe before it
    grep "^'=1+1,graded,10" results/grades.csv
    grep "^'-rf,graded,10" results/grades.csv
    grep "^\"'@q'\"\"\",graded,10" results/grades.csv
    grep -A 1 '^"new$' results/grades.csv | grep '^line",graded,10'
    grep -F '<a href="./%3Cb%3E%26amp%3B/report.html"><bdi>&lt;b&gt;&amp;amp;<' \
        results/index.html
    grep -F '<a href="./new%0Aline/report.html">' results/index.html
    class
    [ "$(jq -r .submission $'results/new\nline/results.json')" = $'new\nline' ]
}

@test "two submissions of one name are told apart" {
    submit alice passed
    submit bob failed
    (cd submissions/bob && zip -qr ../alice.zip . && tar -czf ../Alice.tgz .)
    class
    [ "$(jq .score results/alice/results.json)" -eq 10 ]
    [ "$(jq .score results/alice.zip/results.json)" -eq 0 ]
    [ "$(jq .score results/Alice.tgz/results.json)" -eq 0 ]
    cp -R submissions/alice submissions/alice.zip~
    class
    [ "$(jq .score results/alice.zip~/results.json)" -eq 10 ]
}

@test "results are nobody else's to read" {
    submit alice passed
    (umask 0 && class)
    [ -n "$(find results -prune -perm 700)" ]
    [ -z "$(find results/.class -name "work.*")" ]
}

@test "without a jail that holds, a class is graded only if that is asked for" {
    submit alice passed
    echo limits >"$STUB/jail"
    run -2 class
    [[ "$output" == *"make class JAIL=limits"* ]]
    [ "$(calls)" = "" ]
    class JAIL=limits
    [ "$(calls)" = alice ]
    echo namespaces >"$STUB/jail"
    run -2 class JAIL=uid
    echo uid >"$STUB/jail"
    chmod 755 submissions
    run -2 class
    [[ "$output" == *"chmod go-rwx"* ]]
}

@test "wrong settings are explained" {
    run -2 class SUBMISSIONS=
    [[ "$output" == *"make class SUBMISSIONS=dir"* ]]
    run -2 class SUBMISSIONS=nowhere
    run -2 class JOBS=many
    run -2 class
    [[ "$output" == *"has no folders and no archives in it"* ]]
    submit alice passed
    make -s -C "$KIT" class GRADE="$STUB/grade" SUBMISSIONS="$PWD/submissions" \
        RESULTS="$PWD/results"
    [ "$(jq .score results/alice/results.json)" -eq 10 ]
}

# --- when it is stopped

# until_there FILE: waits for it, for 20 s at most.
until_there() {
    local i
    for i in {1..400}; do
        [ ! -e "$1" ] || return 0
        sleep 0.05
    done
    return 1
}

# begin_class: grades in the background, in a process group of its own as on a
# terminal, and waits until alice has her result and bob's hangs; sets CLASS to the
# process that does it.
begin_class() {
    submit alice passed
    submit bob passed
    touch submissions/bob/phase1/slow.h
    rm -f "$STUB/sleeps"
    set -m
    class JOBS=1 >log 2>&1 &
    set +m
    until_there "$STUB/sleeps"
    [ -s results/alice/results.json ]
    read -r CLASS TEMPORARY <results/.class/pid
}

# stops SIGNAL PROCESS: the run ends of it with what it says then.
stops() {
    local status=0
    kill "-$1" -- "$2"
    wait "$!" || status=$?
    [ "$status" -eq 130 ]
    grep 'class: stopped' log
    run -1 grep ERROR log
    [ ! -e results/bob/results.json ]
    [ -z "$(find results/.class -name 'work.*')" ]
    [ ! -e "$TEMPORARY" ]
}

@test "an interrupted run stops at once, and the next one goes on from there" {
    begin_class
    stops INT "-$!"
    rm submissions/bob/phase1/slow.h
    calls
    class
    [ "$(calls)" = bob ]
}

@test "one run at a time works on the same results, and a signal stops it" {
    begin_class
    run -2 class
    [[ "$output" == *"process $CLASS is already grading into"* ]]
    stops TERM "$CLASS"
}

@test "a killed run loses no result, and what it left running publishes none" {
    local left
    begin_class
    left=$!
    kill -KILL "$CLASS"
    calls
    rm submissions/bob/phase1/slow.h
    echo >submissions/bob/phase1/more.h
    class
    [ "$(calls)" = bob ]
    [ "$(jq .score results/bob/results.json)" -eq 10 ]
    [ ! -e "$TEMPORARY" ]
    # what is left is not needed any more
    kill -KILL -- "-$left"
}

@test "a full disk loses no result" {
    needs unshare
    unshare --user --map-root-user --mount true 2>/dev/null ||
        skip "no file system can be mounted here"
    submit alice passed
    mkdir results
    # shellcheck disable=SC2016 # for the inner shell
    unshare --user --map-root-user --mount bash -c '
        mount -t tmpfs -o size=1m none results
        "$@" >before
        cp results/alice/results.json .
        mkdir -p submissions/bob/phase1
        head -c 200000 /dev/zero >submissions/bob/phase1/a.h
        head -c 200000 /dev/zero >submissions/bob/phase1/b.h
        cat /dev/zero >results/filler 2>/dev/null
        "$@" >during 2>&1
        cmp results/alice/results.json results.json && ls results/bob
        rm results/filler
        "$@" >after
        cat results/grades.csv >grades' none \
        env GRADE="$STUB/grade" SUBMISSIONS="$PWD/submissions" \
        RESULTS="$PWD/results" "$KIT/grading/class/run" || true
    cat before during after
    grep '2 of 2 submissions graded' after
    grep '^alice,graded,10' grades
    grep '^bob,graded,0' grades
    run -1 grep '^bob,graded' during
}
