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
[ ! -e phase1/slow.h ] || sleep 20
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
