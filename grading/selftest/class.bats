#!/usr/bin/env bats
# class.bats - `make class`: what becomes of many submissions, mostly with a stub in
# the grader's place.

load kit.bash

# The stub's result is what stands in phase1/records.h, see collect.awk; other
# files make it misbehave. It notes each call.
setup_file() {
    needs jq
    needs zip
    needs unzip
    tar --version | grep -q GNU || skip "the tar here makes no odd archives"
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
if [ -e "$STUB/flips" ]; then
    sed 's/"passed"/"no"/; s/"failed"/"passed"/; s/"no"/"failed"/' \
        "$2/results.json" >"$2/flipped"
    mv "$2/flipped" "$2/results.json"
fi
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

# class [VARIABLE=VALUE...]: grades them with the stub; WITHIN may hold a command to run
# that by.
class() {
    ${WITHIN[@]+"${WITHIN[@]}"} env MAKEFLAGS= GRADE="$STUB/grade" SUBMISSIONS="$PWD/submissions" \
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
        case $result in
        passed | skipped) points=10 ;;
        not-run) result=skipped ;;
        esac
        printf 'phase1/%s\t1\t%s works\t%d\t10\t%s\t1\tmain\t\n' \
            "${ids:i:1}" "${ids:i:1}" "$points" "$result" >>"$folder/records.h"
    done
}

# needs_mounts: skips the test where the class has no file systems of its own.
needs_mounts() {
    needs unshare
    unshare --user --map-root-user --mount true 2>/dev/null ||
        skip "no file system can be mounted here"
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
    # as deep as sources are taken from
    mkdir -p submissions/bob/a/b/c
    mv submissions/bob/phase1 submissions/bob/a/b/c/
    class
    calls
    echo >submissions/bob/a/b/c/phase1/webserver.c
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

@test "an old result of what could not be graded anew is not shown as its grade" {
    submit alice passed
    class
    submit alice failed
    rm -r results/alice
    echo in the way >results/alice
    run -2 class
    [[ "$output" == *"1 wait to be graded"* ]]
    grep '^alice,waiting,,,' results/grades.csv
    rm results/alice
    class
    grep '^alice,graded,0' results/grades.csv
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

@test "no process has the name of a submission in its arguments" {
    local name
    submit alice-smith passed
    (cd submissions/alice-smith && mkdir -p bob-jones && mv phase1 bob-jones &&
        zip -qr ../eve-brown.zip . && tar -czf ../dan-white.tgz .)
    # all these programs note what they are told
    mkdir bin
    for name in awk cat cp env find gzip head ln ls mkdir mktemp mv rm tar tail \
        unzip wc; do
        printf '#!/bin/sh\necho "%s $*" >>"%s/told"\nexec "%s" "$@"\n' \
            "$name" "$PWD" "$(command -v "$name")" >"bin/$name"
        chmod +x "bin/$name"
    done
    class PATH="$PWD/bin:$PATH" >/dev/null
    grep -c '^unzip' told
    grep -nE 'alice-smith|bob-jones|eve-brown|dan-white' told >named || true
    # but for what makes the folders, before any submission runs
    run -1 grep -v ':mkdir -p work' named
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
}

@test "submissions that run as another user cannot read the others" {
    submit alice passed
    echo uid >"$STUB/jail"
    chmod 755 submissions
    run -0 class
    [[ "$output" == *"closing $PWD/submissions"* ]]
    [ -z "$(find submissions -prune -perm /077)" ]
    run -0 class
    [[ "$output" != *closing* ]]
}

@test "wrong settings are explained" {
    run -2 class SUBMISSIONS=
    [[ "$output" == *"make class SUBMISSIONS=dir"* ]]
    run -2 class SUBMISSIONS=nowhere
    run -2 class JOBS=many
    run -2 class RESULTS="$PWD/submissions/results"
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
    # that may still write where this is to remove its files
    mkdir bin
    printf '#!/bin/sh\n[ -e "%s" ] || { : >"%s"; exit 1; }\nexec "%s" "$@"\n' \
        "$PWD/failed" "$PWD/failed" "$(command -v rm)" >bin/rm
    chmod +x bin/rm
    class PATH="$PWD/bin:$PATH"
    [ "$(calls)" = bob ]
    [ "$(jq .score results/bob/results.json)" -eq 10 ]
    [ -e failed ] && [ ! -e "$TEMPORARY" ]
    # what is left is not needed any more
    kill -KILL -- "-$left"
}

@test "temporary files are in memory where there is plenty of it" {
    local size path
    needs_mounts
    submit alice passed
    # shellcheck disable=SC2016 # for the inner shell
    echo 'echo "$TMPDIR" >>"$STUB/temporary"' >"$STUB/more"
    while read -r size path; do
        rm -rf results "$STUB/temporary"
        # shellcheck disable=SC2016 # for the inner shell
        WITHIN=(unshare --user --map-root-user --mount bash -c '
            mount -t tmpfs -o "$0" none /dev/shm && "$@" && ls -A /dev/shm' "size=$size")
        class TMPDIR= BASH_ENV="$STUB/more" JOBS=1 >said
        grep "^$path/class\." "$STUB/temporary"
        # nothing is left there
        [[ "$(tail -n 1 said)" = */index.html ]]
    done <<'END'
800000k /dev/shm
799996k /tmp
800000k,noexec /tmp
END
}

@test "a full disk loses no result" {
    needs_mounts
    submit alice passed
    mkdir results
    # shellcheck disable=SC2016 # for the inner shell
    WITHIN=(unshare --user --map-root-user --mount bash -c '
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
        cat results/grades.csv >grades' none)
    class || true
    cat before during after
    grep '2 of 2 submissions graded' after
    grep '^alice,graded,10' grades
    grep '^bob,graded,0' grades
    run -1 grep '^bob,graded' during
}

# --- archives

# source_tree FOLDER...: makes phase1/webserver.c in each of these folders.
source_tree() {
    local folder
    for folder; do
        mkdir -p "$folder/phase1"
        echo "int main(void) { return 0; }" >"$folder/phase1/webserver.c"
    done
}

# unpack KIND ARCHIVE [WORDS]: what it says has these words, or is nothing; sets
# TAKEN to the names of the files that were taken.
unpack() {
    rm -rf to
    mkdir to
    # shellcheck disable=SC2016 # for the inner shell
    run -0 env KIND="$1" SOURCE="$PWD/$2" \
        bash -c 'cd to && "$0"' "$KIT/grading/class/unpack"
    echo "$output"
    if [ $# -gt 2 ]; then
        [[ "$output" == *"$3"* ]]
    else
        [ -z "$output" ]
    fi
    TAKEN=$(cd to && find . ! -type d | sort | paste -s -d ' ' -)
    [ -z "$(find to ! -type d ! -type f)" ]
}

# takes KIND ARCHIVE: all that is to be taken of it is, and that is one file.
takes() {
    unpack "$@"
    [ "$TAKEN" = ./phase1/webserver.c ]
    grep main to/phase1/webserver.c
}

@test "sources are found wherever the phase folders are, and nothing else is taken" {
    local top tops=(. lab a/b 'My Lab (1)' -x 'naïve [*?]' $'n\nl')
    for top in "${tops[@]}"; do
        rm -rf tree
        mkdir tree
        source_tree "tree/$top"
        mkdir -p tree/__MACOSX/phase1 "tree/$top/grading" "tree/$top/phase1/deep"
        touch "tree/$top/phase1"/{._webserver.c,webserver.o,Makefile} \
            tree/__MACOSX/phase1/a.c "tree/$top/phase1/deep/b.c" \
            "tree/$top/grading/phase1.bats"
        rm -f a.zip
        tar -czf a.tgz -C tree .
        (cd tree && zip -qr ../a.zip .)
        takes tar a.tgz
        takes zip a.zip
        if [[ "$top" == *$'\n'* ]]; then
            unpack folder tree "there is no folder"
        else
            takes folder tree
        fi
    done
}

@test "a folder with nothing but an archive is that archive" {
    source_tree tree/lab
    mkdir inner
    (cd tree && zip -qr ../inner/webserver-lab.zip .)
    takes folder inner
    tar -czf inner/other.tgz -C tree .
    unpack folder inner "there is no folder phase1, phase2 or phase3"
    [ -z "$TAKEN" ]
}

@test "an archive that has backslashes between its folders is one" {
    needs perl
    local top
    for top in . lab; do
        rm -rf tree a.zip
        source_tree "tree/$top"
        (cd tree && zip -qr ../a.zip .)
        # as some programs on Windows write them
        perl -pi -e 's,((?:lab/)?phase1/webserver\.c),$1 =~ tr|/|\\|r,ge' a.zip
        unzip -Z1 a.zip | grep -F 'phase1\webserver.c'
        takes zip a.zip
    done
}

@test "two places with phase folders are one too many" {
    source_tree tree/old tree/new
    tar -czf a.tgz -C tree .
    unpack tar a.tgz "more than one place: "
    [ -z "$TAKEN" ]
    unpack folder tree "more than one place: "
    # but what is nearer to the top is meant
    source_tree tree
    takes folder tree
}

@test "a source's namesakes in an archive are not added to it" {
    local other
    source_tree tree/in/lab
    for other in lab/old/2026/november __MACOSX/lab ../out; do
        source_tree "tree/in/$other"
        (cd tree/in && rm -f ../../a.zip &&
            tar -czPf ../../a.tgz {lab,"$other"}/phase1/webserver.c &&
            zip -q ../../a.zip {lab,"$other"}/phase1/webserver.c)
        takes tar a.tgz ""
        cmp to/phase1/webserver.c tree/in/lab/phase1/webserver.c
        takes zip a.zip ""
        cmp to/phase1/webserver.c tree/in/lab/phase1/webserver.c
    done
}

@test "paths that lead out of an archive are not taken" {
    local prefix
    source_tree tree
    for prefix in / ../ ../../ x/../../; do
        (cd tree && tar -czPf ../a.tgz --transform "s,^,$prefix," phase1)
        unpack tar a.tgz "its path leads out of the submission: ${prefix}phase1"
        [ -z "$TAKEN" ]
    done
    mkdir tree/in
    (cd tree/in && zip -q ../../a.zip ../phase1/webserver.c)
    unpack zip a.zip "its path leads out of the submission: ../phase1"
    [ -z "$TAKEN" ]
    [ "$(find . -name webserver.c)" = ./tree/phase1/webserver.c ]
}

@test "links, pipes and devices are not taken, from an archive nor from a folder" {
    source_tree tree other
    ln -s ../../other/phase1/webserver.c tree/phase1/link.c
    ln tree/phase1/webserver.c tree/phase1/zhard.c
    mkfifo tree/phase1/pipe.c
    ln -s ../other/phase1 tree/phase2
    tar -czf a.tgz -C tree phase1/{webserver,zhard,link,pipe}.c phase2
    (cd tree && zip -qry ../a.zip phase1/{webserver,link}.c phase2)
    [ "$(id -u)" -ne 0 ] || mknod tree/phase1/device.c c 1 5 || true
    unpack folder tree "it is a link: phase1/link.c"
    [[ "$output" == *"it is no regular file: phase1/pipe.c"* ]]
    [[ "$output" == *"phase2 is a link"* ]]
    [ "$TAKEN" = "./phase1/webserver.c ./phase1/zhard.c" ]
    takes tar a.tgz "it is a link: phase1/link.c"
    [[ "$output" == *"it is a link: phase1/zhard.c"* ]]
    [[ "$output" == *"it is no regular file: phase1/pipe.c"* ]]
    [[ "$output" == *"phase2 is a link"* ]]
    takes zip a.zip "it is a link: phase1/link.c"
}

@test "bombs are put out" {
    local i
    source_tree tree
    # ten gigabytes of zeros, as a file that is one, and packed twice
    truncate -s 10G tree/phase1/zeros.c
    takes folder tree "phase1/zeros.c has more than 1024 kB"
    tar -czSf a.tgz -C tree .
    takes tar a.tgz "phase1/zeros.c has more than 1024 kB"
    head -c 100000000 /dev/zero | gzip -1 >zeros.gz
    { tar -cf - -C tree phase1/zeros.c 2>/dev/null || true; } | head -c 512 |
        gzip >a.tgz
    for i in {1..100}; do cat zeros.gz; done >>a.tgz
    unpack tar a.tgz "unpacks to more than 200 MB"
    truncate -s 60M big.zip
    unpack zip big.zip "more than 50 MB"
    truncate -s 300M tree/phase1/zeros.c
    (cd tree && zip -q1r ../a.zip .)
    zip -q b.zip a.zip
    takes zip a.zip "phase1/zeros.c has more than 1024 kB"
    unpack zip b.zip "there is no folder"
    # each look into what is packed twice would unpack all of it
    tar -czf - -C tree phase1/webserver.c | gzip >a.tgz
    unpack tar a.tgz "the archive is damaged: Archive is compressed"
    yes phase1/webserver.c | head -n 60000 |
        tar -czf a.tgz -C tree --hard-dereference -T -
    unpack tar a.tgz "more than 50000 files"
    yes phase1/webserver.c | head -n 3000 | tar -czf a.tgz -C tree \
        --hard-dereference --transform "s,^,$(printf %03000d 0)/," -T -
    unpack tar a.tgz "the names in the archive have more than 8 MB"
    rm tree/phase1/zeros.c
    touch tree/phase1/{1..200}.c
    unpack folder tree "more than 100 sources"
}

@test "what is damaged, encrypted or ambiguous is said to be" {
    source_tree tree
    (cd tree && tar -czf ../a.tgz . && zip -qr ../a.zip . &&
        zip -qr -P secret ../locked.zip .)
    head -c 100 a.tgz >cut.tgz
    unpack tar cut.tgz "the archive is damaged"
    head -c 100 a.zip >cut.zip
    unpack zip cut.zip "the archive is damaged"
    unpack tar a.zip "the archive is damaged"
    unpack zip a.tgz "the archive is damaged"
    head -c 2000 /dev/urandom | gzip >noise.tgz
    unpack tar noise.tgz "the archive is damaged"
    unpack zip locked.zip "phase1/webserver.c is damaged or encrypted"
    [ -z "$TAKEN" ]
    tar -cf a.tar -C tree . && tar -rf a.tar -C tree . && gzip a.tar
    unpack tar a.tar.gz "there more than once: phase1/webserver.c"
    touch 'tree/phase1/a b.c' $'tree/phase1/n\nl.c' tree/phase1/-x.c
    takes folder tree "give it a plain name: phase1/a b.c"
    { echo junk && cat a.zip; } >tail.zip
    takes zip tail.zip
    : >empty.tgz
    unpack tar empty.tgz "the archive is damaged"
    : >empty.zip
    unpack zip empty.zip "the archive is damaged"
}

@test "a missing unzip is the machine's trouble, a broken archive the student's" {
    mkdir bin
    ln -s /usr/local/bin/* /usr/bin/* /bin/* bin/ 2>/dev/null || true
    rm -f bin/unzip
    source_tree submissions/alice
    (cd submissions/alice && zip -qr ../bob.zip .)
    echo no archive >submissions/carol.tar.gz
    run -2 class PATH="$PWD/bin"
    [ "$(calls)" = "alice carol" ]
    jq -r .message results/bob/results.json | grep 'unzip is not installed'
    [ "$(jq -r .status results/carol/results.json)" = graded ]
    jq -r .notes results/carol/results.json | grep 'the archive is damaged'
    grep 'the archive is damaged' results/carol/report.html results/index.html
    grep '^carol,graded,0,.*damaged' results/grades.csv
    class
    [ "$(calls)" = bob ]
}

# --- the summary

# text_of PATTERN: prints the lines of the page that have it, without the markup.
text_of() {
    grep -e "$1" results/index.html | sed 's/<[^>]*>/ /g; s/  */ /g; s/^ //; s/ $//'
}

# The numbers were worked out by hand.
@test "the statistics are right" {
    submit ann passed passed passed failed
    submit bea passed passed failed failed
    submit cid passed failed failed passed
    submit dee passed failed timeout failed
    submit eve passed
    touch submissions/eve/phase1/error.h
    run -2 class
    [[ "$output" == *"4 of 5 submissions graded: mean 20.0, median 20.0 of 40"* ]]
    text_of '<dt>' | diff - <(cat <<'EOF'
graded 4 of 5
mean 20.0 of 40
median 20
quartiles 17.5 – 22.5
least, most 10 – 30
errors 1
EOF
    )
    grep 'tenths of the points: 0, 0, 1, 0, 0, 2, 0, 1, 0, 0"' results/index.html
    # phase, name and id, points, pass, discrimination, verdict, timeouts, changed
    text_of '<tr id="t' | diff - <(cat <<'EOF'
1 a works a 10 100 % n/a easy 0 0
1 b works b 10 50 % 0.00 0 0
1 c works c 10 25 % 0.33 hard 1 0
1 d works d 10 25 % -0.52 hard, suspect 0 0
EOF
    )
    text_of '<tr data-is' | diff - <(cat <<'EOF'
ann 30 30 · · · F
bea 20 20 · · F F
cid 20 20 · F F ·
dee 10 10 timeout · F T F
eve – error
EOF
    )
}

@test "a test that only some were asked counts for those" {
    submit ann passed passed
    submit bea passed skipped
    submit cid failed
    submit dee failed not-run
    class
    text_of '<tr id="t' | diff - <(cat <<'EOF'
1 a works a 10 50 % 1.00 0 0
1 b works b 10 50 % 1.00 0 0
EOF
    )
    text_of '<tr data-is' | diff - <(cat <<'EOF'
ann 20 20 · ·
bea 20 20 · s
cid 0 0 F
dee 0 0 F –
EOF
    )
}

@test "answers that changed without the submission are shown" {
    submit ann passed failed
    submit bea failed
    class
    rm results/*/results.json
    touch "$STUB/flips"
    submit bea passed
    class
    rm "$STUB/flips"
    text_of 'phase1/a was passed, is failed' | grep '^ann '
    text_of 'phase1/b was failed, is passed'
    run -1 grep '>bea<.*was ' results/index.html
    grep -c 'data-is="graded changed"' results/index.html
}

# a_class N: makes the state of a class of N with 100 tests, as grading it would.
a_class() {
    awk -v n="$1" 'BEGIN {
        srand(1)
        for (s = 1; s <= n; s++) {
            printf "%d\tfolder\tname-%03d\tname-%03d\n", s, s, s >"list"
            file = "records/" s
            print (s % 100 == 7 ? "error" : "graded") "\t" (s * 37) % 101 \
                "\t100\t-\tnamespaces" >file
            for (p = 1; p <= 3; p++)
                print "phase\t" p "\t" 10 * p "\t30\t-" >file
            for (t = 1; t <= 100; t++)
                print "test\tphase" 1 + int(t / 34) "/test-" t "\t" \
                    1 + int(t / 34) "\t1\t" (rand() < .7 ? "passed" : "failed") \
                    "\t-\tThe server does what it should, no " t >file
            close(file)
        }
    }'
}

# page_of N [AWK]: prints the page of that class.
page_of() {
    local awk=${2:-awk}
    mkdir -p results/.class/records
    cd results/.class || return
    a_class "$1"
    NONCE=xyz WHEN=now STYLE=$KIT/grading/lib/report.css LC_ALL=C \
        PAGE=$KIT/grading/class/index $awk -f "$KIT/grading/class/raw.awk" \
        -f "$KIT/grading/platforms/results.awk" \
        -f "$KIT/grading/class/class.awk" -f "$KIT/grading/class/page.awk"
}

@test "every awk makes the same page" {
    local awk
    (page_of 20) >expected
    for awk in gawk "gawk --posix" mawk original-awk; do
        command -v "${awk%% *}" >/dev/null || continue
        (page_of 20 "$awk") | cmp - expected
    done
}

@test "the page of 300 submissions sorts and filters in a browser" {
    local page=$PWD/page.html
    needs_browser
    (page_of 300) >"$page"
    [ "$(wc -c <"$page")" -lt 1000000 ]
    run -1 grep -nE 'src=|href="[^#.]|url\(|@import|fetch|https?:' "$page"
    looks_right "file://$page"
    cat >>"$page" <<'EOF'
<script nonce="xyz">
const say = []
const names = () => [...document.querySelectorAll('.grid tbody tr')]
    .filter(row => !row.hidden).map(row => row.cells[0].textContent)
const press = text => [...document.querySelectorAll('.grid button')]
    .find(button => button.textContent === text).click()
const sorted = () => document.querySelector('[aria-sort]').textContent + ' ' +
    document.querySelector('[aria-sort]').getAttribute('aria-sort')
press('score')
say.push(names()[3], sorted())
press('score')
say.push(names()[0], sorted())
press('test-5')
say.push(document.querySelector('.grid tbody').rows[3].cells[10].textContent)
press('submission')
say.push(names()[0], sorted())
const [input, select] = document.querySelectorAll('form input, form select')
input.value = 'E-29'
input.dispatchEvent(new Event('input', { bubbles: true }))
say.push(names().length, document.querySelector('output').textContent)
input.value = ''
select.value = 'error'
select.dispatchEvent(new Event('input', { bubbles: true }))
say.push(names().join('+'))
document.querySelector('.grid button').focus()
say.push(document.activeElement.tagName)
document.title = say.join(', ')
</script>
EOF
    browse --dump-dom "file://$page" >dom
    run -1 grep CONSOLE console
    grep '<title>' dom
    grep -F '<title>name-101, score ascending, name-030, score descending, ·, name-001, submission ascending, 10, 10 of 300 shown, name-007+name-107+name-207, BUTTON</title>' dom
}

# --- with the real grader

@test "a class is graded: right, wrong, empty, archived and broken" {
    local tier
    mkdir -p submissions/right submissions/wrong/phase3 submissions/empty
    cp -R "$KIT/phase3" submissions/right/
    echo 'no C' >submissions/wrong/phase3/client.c
    tar -czf submissions/archive.tar.gz -C submissions/right/phase3 \
        --transform 's,^,lab/phase3/,' client.c
    echo >submissions/broken.zip
    tier=$("$KIT/grading/grade" --which-jail)
    run -0 env RESULTS="$PWD/results" SUBMISSIONS="$PWD/submissions" JAIL="$tier" \
        "$KIT/grading/class/run" 3>&- 4>&-
    [[ "$output" == *"5 of 5 submissions graded"* ]]
    cut -d , -f 1,2,3,5,6,7,8 <results/grades.csv | diff - <(cat <<EOF
submission,status,score,phase1,phase2,phase3,jail
archive,graded,30,0,0,30,$tier
broken,graded,0,0,0,0,$tier
empty,graded,0,0,0,0,$tier
right,graded,30,0,0,30,$tier
wrong,graded,0,0,0,0,$tier
EOF
    )
}
