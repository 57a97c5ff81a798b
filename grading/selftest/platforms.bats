#!/usr/bin/env bats
# platforms.bats - what is uploaded to a platform grades there: its folders are laid
# out as its documents say, and the entry point is run for real.

load kit.bash

# Made once: COPY, a kit with a private test and all that is uploaded, and SOURCES, a
# submission with little in it, which has a point.
setup_file() {
    BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR copy_kit
    export COPY SOURCES=$BATS_FILE_TMPDIR/sources
    mkdir -p "$COPY/grading/private" "$SOURCES/phase3"
    printf '\n# %s\n%s {\n%s\n}\n' 'bats test_tags=id:secret-id, points:5, see:main' \
        '@test "A secret sentence"' '    echo "a secret word"; false' \
        >"$COPY/grading/private/phase3-more.bats"
    cat >"$SOURCES/phase3/client.c" <<'END'
#include <stdio.h>

int main(void)
{
    fputs("usage: <client> & none\n", stderr);
    return 2;
}
END
    local name
    for name in gradescope autolab classroom50 actions prairielearn vpl; do
        make -s -C "$COPY" "$name"
    done
}

setup() {
    needs jq
    # a platform's make is nobody's child, and does not say where it enters
    unset MAKEFLAGS MFLAGS MAKELEVEL
    PLACE=$BATS_TEST_TMPDIR/place
    mkdir "$PLACE"
}

# flat FOLDER: puts the submission there as one without folders.
flat() {
    mkdir -p "$1"
    cp "$SOURCES/phase3/client.c" "$1/phase3_client.c"
}

# stub RESULTS-JSON: has this in place of a grader, to be found in GRADE.
stub() {
    cat >"$BATS_TEST_TMPDIR/results.json" <<<"$1"
    export GRADE=$BATS_TEST_TMPDIR/grade
    cat >"$GRADE" <<END
#!/bin/sh
mkdir -p "\$2"
cp "$BATS_TEST_TMPDIR/results.json" "\$2/"
: >"\$2/report.html"
! grep -q '"error"' "\$2/results.json"
END
    chmod +x "$GRADE"
}

stub_error() {
    stub '{ "status": "error", "score": null, "message": "no room\nGrade :=>>9" }'
}

# stub_hostile: a graded submission whose program printed what the platforms could
# take for their own.
stub_hostile() {
    HOSTILE=$'Grade :=>>9\n--|>\nComment :=>>9\n<|--\n-Title\nGrade :=>>9\r\n'
    HOSTILE+=$'{"scores": {"Phase1": 9}}\n::error::9\n ##[error]9\n| 9/9 | 9 |\n'
    HOSTILE+=$'</pre></details><script>9</script>\n```\n# 9\n![x](y)\n\n\e[31m9\e[0m\n'
    HOSTILE+=$'"}], "score": 9, \\" \\u0022 \x01 \x7f'
    stub "$(jq -n --arg said "$HOSTILE" '{ status: "graded", score: 1, max_score: 3,
        seed: "7", phases: [ { phase: 1, score: 1, max_score: 3 } ], tests: [
            { id: "phase1/a", phase: 1, name: "It listens: <b>|", points: 1,
              max_points: 1, status: "passed", duration_ms: 1, output: "" },
            { id: "phase1/b", phase: 1, name: "It answers", points: 0,
              max_points: 2, status: "failed", duration_ms: 1, output: $said } ] }')"
}

# expect FILTER FILE: the JSON in the file is so.
expect() {
    jq . "$2" >/dev/null
    jq -e "$1" "$2" >/dev/null || {
        echo "expected: $1"
        echo "got:      $(head -c 2000 "$2")"
        return 1
    }
}

# expect_private_kept FILE: what it shows is nothing of the private test.
expect_private_kept() {
    grep -q 'private test 1' "$1"
    run ! grep -q secret "$1"
}

# expect_no_control FILE: there are no control characters but tabs and line ends.
expect_no_control() {
    [ "$(LC_ALL=C tr -cd '\000-\010\013-\037\177' <"$1" | wc -c)" -eq 0 ]
}

# --- the reader of JSON

# read_strings FILE: prints [PATH, STRING] for each string that results.awk reads.
read_strings() {
    cat >"$PLACE/strings.awk" <<'END'
BEGIN {
    must_read(ARGV[1])
    for (path in value)
        if (kind[path] == "string") {
            text = json(value[path])
            gsub(SUBSEP, "/", path)
            print "[" json(path) "," text "]"
        }
}
END
    LC_ALL=C ${AWK:-awk} -f "$KIT/grading/platforms/results.awk" \
        -f "$PLACE/strings.awk" "$1"
}

@test "results.json is read in any layout, with all its escapes" {
    local options
    jq -n '{ "a b": "é€😀\u0001\u0002\u001b", tests: [ "", "\\\\n\"\\", "\\\"", { "n\nl": "x\ty/" },
        [], {}, [[ "deep:,]}" ]], 1.5e3, true, null, "\b\f\r\n" ] }' >"$PLACE/in.json"
    jq -c 'paths(type == "string") as $p | [($p | map(if type == "number" then
        . + 1 else . end | tostring) | join("/")), getpath($p)]' "$PLACE/in.json" |
        jq -cs sort >"$PLACE/expected"
    for options in -c -ac "-S --tab" "--indent 7"; do
        # shellcheck disable=SC2086 # two options
        jq $options . "$PLACE/in.json" >"$PLACE/out.json"
        read_strings "$PLACE/out.json" | jq -cs sort | diff "$PLACE/expected" -
    done
}

@test "What is no JSON is refused with a sentence" {
    local bad
    for bad in '' '{' '{"a":1,}' '[1,]' '[1 2]' '{"a" 1}' '"a' '"\q"' '01' nul ']' \
        '1 2' '{1:2}' '[,1]' $'"a\tb"' '\"a"' '"\u12"' '[1"a"]' '{"a":1 "b":2}' number; do
        printf %s "$bad" >"$PLACE/bad.json"
        echo "$bad"
        run -2 read_strings "$PLACE/bad.json"
        [[ $output == *bad.json*there\ * || $output == *"a string has no end"* ]]
    done
    run -2 read_strings "$PLACE/none.json"
}

# --- Gradescope: the archive in /autograder/source, and its run_autograder above

gradescope() {
    mkdir -p "$PLACE/source"
    unzip -q "$COPY/build/gradescope.zip" -d "$PLACE/source"
    cp "$PLACE/source/run_autograder" "$PLACE/"
    cp -R "$SOURCES" "$PLACE/submission"
    RESULTS=$PLACE/results/results.json
    (cd "$PLACE" && AUTOGRADER=$PLACE ./run_autograder >stdout 2>stderr)
}

@test "Gradescope gets scores whose sum is the score, and private tests later" {
    needs unzip
    gradescope
    [ -x "$PLACE/source/setup.sh" ]
    expect '.score == ([.tests[].score] | add) and
        ([.tests[].max_score] | add) == 105 and .stdout_visibility == "hidden"' \
        "$RESULTS"
    expect 'all(.tests[]; (.score | type) == "number" and .score <= .max_score and
        (.status == "passed" or .status == "failed") and .output_format == "text"
        and (.number | type) == "string" and (.name | length) > 0)' "$RESULTS"
    expect '[.tests[] | select(.visibility != "visible")] |
        length == 1 and .[0].visibility == "after_published" and
        .[0].name == "A secret sentence"' "$RESULTS"
    expect 'any(.tests[].output; contains("usage: <client>")) and .score == 1' \
        "$RESULTS"
    expect_no_control "$RESULTS"
    [ -s "$PLACE/stdout" ]
    [ ! -s "$PLACE/stderr" ]
}

@test "Gradescope's folders with tests and results are closed to other users" {
    needs unzip
    stub_error
    gradescope || true
    [ -z "$(find "$PLACE/source" "$PLACE/results" -maxdepth 0 -perm -g+r -o \
        -maxdepth 0 -perm -o+r)" ]
}

@test "Gradescope gets neither score nor tests of a grader's error" {
    needs unzip
    stub_error
    run ! gradescope
    expect '(has("score") or has("tests") | not) and (.output | contains("no grade"))
        and .stdout_visibility == "hidden"' "$PLACE/results/results.json"
    run ! grep -q 'no room' "$PLACE/results/results.json"
}

@test "VISIBILITY is when private tests are seen on Gradescope" {
    needs unzip
    make -s -C "$COPY" gradescope VISIBILITY=hidden
    unzip -p "$COPY/build/gradescope.zip" run_autograder | grep -q 'VISIBILITY=hidden$'
    make -s -C "$COPY" gradescope
}

# --- Autolab: both files and the submission in one folder, and make

autolab() {
    cp "$COPY/build/autolab/autograde.tar" "$PLACE/"
    cp "$COPY/build/autolab/autograde-Makefile" "$PLACE/Makefile"
    tar -cf "$PLACE/handin.tar" -C "$BATS_FILE_TMPDIR" sources
    (cd "$PLACE" && make >"$BATS_TEST_TMPDIR/output" 2>&1)
    tail -n 1 "$BATS_TEST_TMPDIR/output" >"$BATS_TEST_TMPDIR/scores"
    tail -n 2 "$BATS_TEST_TMPDIR/output" | head -n 1 >"$BATS_TEST_TMPDIR/stages"
}

@test "Autolab gets the scores in the last line, and stages before" {
    autolab
    # its parser puts quotes around a word before a colon
    sed -E 's/([a-zA-Z0-9]+):/"\1":/g' "$BATS_TEST_TMPDIR/scores" |
        cmp - "$BATS_TEST_TMPDIR/scores"
    expect '.scores | keys == ["Phase1", "Phase2", "Phase3"] and .Phase1 == 0 and
        .Phase3 == 1' "$BATS_TEST_TMPDIR/scores"
    expect '._presentation == "semantic" and .stages == ["Phase 1", "Phase 2", "Phase 3"]
        and (.["Phase 3"] | length > 20 and all(.[]; .passed | type == "boolean"))' \
        "$BATS_TEST_TMPDIR/stages"
    expect_private_kept "$BATS_TEST_TMPDIR/output"
    expect_no_control "$BATS_TEST_TMPDIR/output"
    grep -q '^    .*usage: <client>' "$BATS_TEST_TMPDIR/output"
}

@test "Autolab gets null and no number of a grader's error" {
    stub_error
    autolab
    expect '.scores == {"Phase1": null, "Phase2": null, "Phase3": null}' \
        "$BATS_TEST_TMPDIR/scores"
    grep -q 'no grade' "$BATS_TEST_TMPDIR/output"
}

@test "A submission that is missing, on Autolab, is no zero" {
    stub_error
    autolab
    unset GRADE
    rm "$PLACE/handin.tar"
    (cd "$PLACE" && make 2>&1) | tail -n 1 | jq -e '.scores.Phase1 == null'
}

# --- Classroom 50: the folder as an archive, unpacked beside the checkout

classroom50() {
    needs python3
    mkdir "$PLACE/bundle"
    tar -czf "$PLACE/lab.tar.gz" -C "$COPY/build" classroom50
    tar -xzf "$PLACE/lab.tar.gz" -C "$PLACE/bundle"
    cp -R "$SOURCES" "$PLACE/checkout"
    ln -s ../elsewhere "$PLACE/checkout/result.json"
    RESULTS=$PLACE/checkout/result.json
    (cd "$PLACE/checkout" && CLASSROOM=net ASSIGNMENT=lab \
        SUBMISSION_TAG=submit/2026-09-01T10-00-00Z-1234567 \
        COMMIT_URL=https://x/commit/1 RELEASE_URL=https://x/releases/1 REVIEW_URL='' \
        python3 "$PLACE/bundle/classroom50/autograder.py" >/dev/null 2>&1)
}

@test "Classroom 50 gets whole numbers in its form" {
    classroom50
    [ ! -e "$PLACE/elsewhere" ]
    expect '.schema == "classroom50/result/v1" and .classroom == "net" and
        .assignment == "lab" and (.submission | startswith("submit/")) and
        .commit == "https://x/commit/1" and .review == .commit and
        .release == "https://x/releases/1" and
        (.datetime | test("^[0-9-]{10}T[0-9:]{8}Z$"))' "$RESULTS"
    expect '.score == 1 and ([.tests[].score] | add) == 1 and .["max-score"] == 100 and
        ([.tests[]["max-score"]] | add) == 100 and
        all(.tests[]; (.passed | type) == "boolean" and .score == (.score | floor)
            and .score <= .["max-score"] and (.["test-name"] | length) > 0)' "$RESULTS"
    grep -q '^## 1 of 100 points$' "$PLACE/checkout/release-body.md"
}

@test "Classroom 50 gets no result of a grader's error, but an exit status" {
    stub_error
    run ! classroom50
    [ ! -e "$PLACE/checkout/result.json" ]
}

# --- GitHub Actions: the command of the workflow, in a checkout

actions() {
    local command
    cp -R "$SOURCES" "$PLACE/checkout"
    cp -R "$COPY/build/actions/." "$PLACE/checkout/"
    cd "$PLACE/checkout" || return
    chmod -R -x+X .github
    command=$(sed -n 's/.*- run: \([^s].*\)/\1/p' .github/workflows/*.yml)
    SUMMARY=$PLACE/summary.md
    STATUS=0
    GITHUB_STEP_SUMMARY=$SUMMARY bash -e -c "$command" >"$PLACE/log" 2>&1 ||
        STATUS=$?
}

@test "Actions show a summary; no words of programs are in the log" {
    actions
    [ "$STATUS" -eq 1 ]
    [ "$(cat "$PLACE/log")" = "Score: 1/100" ]
    grep -q '^## 1 of 100 points$' "$SUMMARY"
    grep -q 'usage: &lt;client&gt; &amp; none' "$SUMMARY"
    expect_no_control "$SUMMARY"
    [ -s results/report.html ]
}

@test "Actions tell all points, points missing and a grader's error apart" {
    stub '{ "status": "graded", "score": 1, "max_score": 1, "phases": [], "tests": [] }'
    actions
    [ "$STATUS" -eq 0 ]
    rm -rf "${PLACE:?}"/*
    stub_error
    actions
    [ "$STATUS" -eq 2 ]
    grep -q '^## No grade$' "$SUMMARY"
}

# --- PrairieLearn: /grade/tests and /grade/student, and the entry point

prairielearn() {
    local entry
    mkdir -p "$PLACE/student"
    flat "$PLACE/student"
    cp -R "$COPY/build/prairielearn/tests" "$PLACE/tests"
    entry=$(jq -r .externalGradingOptions.entrypoint \
        "$COPY/build/prairielearn/info.json")
    RESULTS=$PLACE/results/results.json
    JOB=$PLACE "$PLACE/${entry#/grade/}"
}

@test "PrairieLearn gets a share of 1, and its tests" {
    prairielearn
    expect '.gradable and (.score * 105 - 1 | fabs) < 0.001 and
        ([.tests[].points] | add) == 1 and ([.tests[].max_points] | add) == 105' \
        "$RESULTS"
    expect 'all(.tests[]; (.name | length) > 0 and (.points | type) == "number" and
        (.message | type) == "string" and (.output | type) == "string")' "$RESULTS"
    [ "$(wc -c <"$RESULTS")" -lt 1000000 ]
    expect_private_kept "$RESULTS"
    expect_no_control "$RESULTS"
    expect '.externalGradingOptions | .timeout > 30 and .timeout <= 600' \
        "$COPY/build/prairielearn/info.json"
}

@test "PrairieLearn is told that a grader's error cannot be graded" {
    stub_error
    run ! prairielearn
    expect '.gradable == false and (has("score") | not) and
        (.format_errors[0] | contains("no grade"))' "$PLACE/results/results.json"
}

# --- VPL: all in one folder; vpl_evaluate.sh, then what it has made

vpl() {
    flat "$PLACE"
    cp "$COPY"/build/vpl/*.sh "$PLACE/"
    printf '#!/bin/bash\nexport VPL_GRADEMIN=0\nexport VPL_GRADEMAX=%s\n' \
        "${GRADEMAX:-100.00000}" >"$PLACE/vpl_environment.sh"
    mkdir "$BATS_TEST_TMPDIR/tmp"
    (cd "$PLACE" && TMPDIR=$BATS_TEST_TMPDIR/tmp "./$1" && ./vpl_execution) \
        >"$PLACE/output" 2>&1
    # of the kit nothing is left
    rmdir "$BATS_TEST_TMPDIR/tmp"
}

# read_as_vpl: prints the grade and how many titles there are in one comment, as VPL
# reads a program's output.
read_as_vpl() {
    awk '/^Grade :=>>/ { grades++; grade = substr($0, 11) }
        /^[ \t]*<\|--[ \t]*$/ { begins++ }
        /^[ \t]*--\|>[ \t]*$/ { ends++ }
        /^Comment :=>>/ { begins++ }
        /^-[^-]/ { titles++ }
        END { if (grades == 1 && begins == 1 && ends == 1) print grade, titles }'
}

@test "VPL gets its grade from the kit alone, and comments" {
    vpl vpl_evaluate.sh
    [ ! -e "$PLACE/vpl_evaluate.sh" ]
    [ "$(read_as_vpl <"$PLACE/output")" = "0.95 3" ]
    grep -q '^>.*usage: <client>' "$PLACE/output"
    expect_private_kept "$PLACE/output"
    expect_no_control "$PLACE/output"
}

@test "VPL gets a grade on the activity's own scale" {
    stub '{ "status": "graded", "score": 80, "max_score": 100, "phases": [],
        "tests": [] }'
    GRADEMAX=10.00000
    vpl vpl_evaluate.sh
    [ "$(tail -n 1 "$PLACE/output")" = "Grade :=>>8.00" ]
}

@test "VPL gets no grade of a grader's error" {
    stub_error
    vpl vpl_evaluate.sh
    grep -q 'no grade' "$PLACE/output"
    run ! grep -q '^Grade' "$PLACE/output"
}

@test "VPL builds the phases with a kit without tests" {
    vpl vpl_run.sh
    grep -A 1 -e '--- phase3' "$PLACE/output" | grep -q 'It compiles'
    sed -n '/^    cat <</,/^END$/p' "$COPY/build/vpl/vpl_run.sh" |
        sed '1d;$d' | base64 -d | tar -tzf - >"$BATS_TEST_TMPDIR/list"
    grep -q shared/net.c "$BATS_TEST_TMPDIR/list"
    run ! grep -q 'bats' "$BATS_TEST_TMPDIR/list"
}

# --- all of them

@test "What a program prints is not taken for a platform's own" {
    stub_hostile
    local name
    for name in gradescope autolab prairielearn vpl markdown classroom50; do
        "$KIT/grading/platforms/show" "$name" "$BATS_TEST_TMPDIR/results.json" \
            >"$PLACE/$name"
        expect_no_control "$PLACE/$name"
    done
    for name in gradescope prairielearn; do
        expect '(.tests | length) == 2 and (.tests[1].output |
            contains("</pre></details><script>9</script>\n```\n# 9\n") and
            contains("\"}], \"score\": 9, \\\" \\u0022 "))' "$PLACE/$name"
    done
    expect '.score == 1' "$PLACE/gradescope"
    expect '.score == 1' "$PLACE/classroom50"
    tail -n 1 "$PLACE/autolab" | jq -e '. == { scores: { Phase1: 1 } }'
    [ "$(grep -c '^{' "$PLACE/autolab")" -eq 2 ]
    [ "$(read_as_vpl <"$PLACE/vpl")" = "1.00 1" ]
    # in pre there is no markup, and all is in it
    awk '/^<pre>$/ { pre = 1; next } /^<\/pre>$/ { pre = 0; next }
        pre && /[<>]/ { bad = 1 } !pre && /<b>|<script|Grade|```|!\[|# 9|9\/9/ { bad = 1 }
        END { exit bad }' "$PLACE/markdown"
    grep -q '| 1/1 | It listens: &lt;b&gt;\\| | passed |' "$PLACE/markdown"
}

@test "No upload has a reference solution, and none that students see a private test" {
    cd "$COPY/build"
    mkdir "$PLACE/autolab"
    tar -xf autolab/autograde.tar -C "$PLACE/autolab"
    [ -z "$(find gradescope classroom50 actions prairielearn "$PLACE/autolab" \
        -path '*phase?/*.c' -o -path '*/selftest*')" ]
    [ -z "$(find classroom50 actions -path '*private*')" ]
    [ -e gradescope/grading/private/phase3.bats ]
    [ -e "$PLACE/autolab/webserver-lab/grading/private/phase3.bats" ]
}

@test "PRIVATE is the folder of the private tests in an upload" {
    needs unzip
    echo '# one' >"$PLACE/phase1.bats"
    echo '# two' >"$PLACE/phase1b.bats"
    make -s -C "$COPY" gradescope PRIVATE="$PLACE"
    unzip -p "$COPY/build/gradescope.zip" '*/private/*' | cmp - <(cat "$PLACE"/*.bats)
    run -1 env PRIVATE=nowhere "$COPY/grading/platforms/build" vpl
    make -s -C "$COPY" gradescope
}

@test "An upload has the same bytes again" {
    cd "$COPY/build"
    cksum gradescope.zip autolab/autograde.tar vpl/*.sh >"$PLACE/before"
    make -s -C "$COPY" gradescope autolab vpl
    cksum gradescope.zip autolab/autograde.tar vpl/*.sh | cmp - "$PLACE/before"
}

# --- submissions

# gather FOLDER-OR-ARCHIVE: prints what is found in it.
gather() {
    rm -rf "$PLACE/gathered"
    "$KIT/grading/platforms/gather" "$1" "$PLACE/gathered" >"$PLACE/notes"
    (cd "$PLACE/gathered" && find . -type f | sort | paste -s -d ' ' -)
}

@test "Sources are found in folders, in one folder for all, and without folders" {
    mkdir -p "$PLACE/a/phase1" "$PLACE/a/old/phase1" "$PLACE/b/my lab/phase2" \
        "$PLACE/b/__MACOSX/my lab/phase2" "$PLACE/c"
    echo 1 | tee "$PLACE/a/phase1/webserver.c" "$PLACE/a/phase1/a.h" \
        "$PLACE/a/old/phase1/b.c" "$PLACE/a/phase1/x.o" "$PLACE/a/Makefile" \
        "$PLACE/b/my lab/phase2/webserver.c" "$PLACE/b/__MACOSX/my lab/phase2/._w.c" \
        "$PLACE/c/phase1_webserver.c" "$PLACE/c/phase3_client.c" "$PLACE/c/client.c"
    ln -s /etc/passwd "$PLACE/a/phase1/passwd.c"
    [ "$(gather "$PLACE/a")" = "./phase1/a.h ./phase1/webserver.c" ]
    [ "$(gather "$PLACE/b")" = "./phase2/webserver.c" ]
    [ "$(gather "$PLACE/c")" = "./phase1/webserver.c ./phase3/client.c" ]
}

@test "Sources are found in archives of any kind" {
    needs zip
    needs unzip
    local archive
    mkdir -p "$PLACE/lab/phase1"
    cd "$PLACE"
    echo 1 >lab/phase1/webserver.c
    tar -cf lab.tar lab
    tar -czf handin -C lab phase1
    zip -qr lab.zip lab
    for archive in lab.tar handin lab.zip; do
        [ "$(gather $archive)" = "./phase1/webserver.c" ]
    done
}

@test "A student reads on each platform what is wrong with the archive" {
    local name
    echo garbage >"$PLACE/handin.tar"
    stub '{
  "status": "graded",
  "score": 0, "max_score": 1, "phases": [], "tests": [] }'
    for name in gradescope autolab prairielearn vpl markdown; do
        "$KIT/grading/platforms/run" "$name" "$PLACE/handin.tar" >"$PLACE/$name"
        grep 'the archive is damaged' "$PLACE/$name"
    done
}

# --- a table, and what is alike

@test "The table has a line for each submission, and no score where there is none" {
    mkdir -p "$PLACE/results/alice" "$PLACE/results/=1+1, \"bob\""
    echo '{ "status": "graded", "score": 70, "max_score": 100, "phases": [
        { "phase": 1, "score": 40, "max_score": 40 },
        { "phase": 3, "score": 30, "max_score": 30 } ], "tests": [] }' \
        >"$PLACE/results/alice/results.json"
    echo '{ "status": "error", "score": null }' \
        >"$PLACE/results/=1+1, \"bob\"/results.json"
    make -s -C "$KIT" csv RESULTS="$PLACE/results" >"$PLACE/table.csv"
    [ "$(grep -c $'\r$' "$PLACE/table.csv")" -eq 3 ]
    tr -d '\r' <"$PLACE/table.csv" >"$PLACE/lines.csv"
    diff - "$PLACE/lines.csv" <<'END'
submission,score,max_score,phase1,phase2,phase3,status
"'=1+1, ""bob""",,,,,,error
alice,70,100,40,,30,graded
END
}

@test "Similarity tools get a flat tree and the starter, if they are installed" {
    local tool
    mkdir -p "$PLACE/class" "$PLACE/bin"
    cp -R "$SOURCES" "$PLACE/class/alice"
    tar -czf "$PLACE/class/bob.tar.gz" -C "$SOURCES" phase3
    for tool in compare50 dolos; do
        # shellcheck disable=SC2016 # for the tool
        printf '#!/bin/sh\necho "$0 has $*"\n' >"$PLACE/bin/$tool"
        chmod +x "$PLACE/bin/$tool"
    done
    PATH=$PLACE/bin:$PATH make -s -C "$COPY" similarity SUBMISSIONS="$PLACE/class" \
        >"$PLACE/output"
    grep -q 'compare50 has submissions/alice/ submissions/bob.tar.gz/ -d starter/phase1_webserver.c starter/phase2_webserver.c starter/phase3_client.c' "$PLACE/output"
    grep -q 'dolos has .*-i starter/phase3_client.c submissions/alice/phase3_client.c' \
        "$PLACE/output"
    grep -q '^  jplag ' "$PLACE/output"
    cmp "$COPY/build/similarity/starter/phase3_client.c" \
        <(awk -f "$KIT/handout/starter.awk" "$KIT/phase3/client.c")
}
