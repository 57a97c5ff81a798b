#!/usr/bin/env bats
# report.bats - the report says what it should, in each of its formats, whatever a
# submission's programs print.

load kit.bash

setup() {
    GRADE=$KIT/grading/grade
    OUT=$BATS_TEST_TMPDIR/out
    SUBMISSION=$BATS_TEST_TMPDIR/alice
    RECORDS=$BATS_TEST_TMPDIR/records
    mkdir -p "$SUBMISSION/phase1"
}

# record PHASE POINTS STATUS NAME OUTPUT: adds a record as collect.awk prints it.
record() {
    MS=$((${MS:-0} + 11))
    printf 'phase%d/id\t%d\t%s\t%d\t4\t%s\t%d\tmain\t%s\n' "$1" "$1" "$4" "$2" \
        "$3" "$MS" "$5" >>"$RECORDS"
}

# of_all_kinds: a phase with each kind of test, and one without a failure.
of_all_kinds() {
    printf '1\tbuild\t0321\n1\ttests\t5000\n2\tbuild\t1\n2\ttests\t2\n' >"$RECORDS"
    record 1 4 passed "It listens" ''
    record 1 0 failed "It answers" 'sent:      x\ngot:       y\nlook at:   f in g.c\n'
    record 1 0 skipped "It sends" 'not run: because this failed: It answers\n'
    record 1 0 skipped "It closes" 'not run: because this failed: It answers\n'
    record 1 0 timeout "It ends" 'got:       timed out\n'
    record 1 4 skipped "It shows" 'this system has no /proc\n'
    record 1 0 failed "It opens" 'webserver.c: open_file is not filled in yet\n'
    record 1 0 failed "It reads" 'webserver.c: open_file is not filled in yet\n'
    record 2 4 passed "It has threads" ''
}

# What a program might print to be taken for something else. Some of it is no
# proper text: control characters, and bytes that are not UTF-8.
HOSTILE='</pre><script>document.title=1</script>\n<!-- ]]> &lt; "\n'
HOSTILE+='not ok 1 x\n1..9\nBail out!\nScore: 40/40\n\\n \\\\ \\"\n'
HOSTILE+=$'\e[31m \x01\x02\x7f \xff\xfe \xc3( \xed\xa0\x80 \xef\xbf\xbe \xc2\x9b é€😀\\n'

hostile() {
    record 1 0 failed '<b> & "1" \ # SKIP' "$HOSTILE"
    record 1 4 passed "It listens" ''
}

# render FORMAT: prints the records in that format.
render() {
    SUBMISSION=${NAME:-alice} SEED=7 JAIL=none STATUS=graded MESSAGE='' \
        STYLE="$KIT/grading/lib/report.css" LC_ALL=C ${AWK:-awk} \
        -f "$KIT/grading/lib/records.awk" -f "$KIT/grading/lib/$1.awk" "$RECORDS"
}

# control_characters FILE: prints how many there are, line ends and tabs aside.
control_characters() {
    LC_ALL=C tr -cd '\000-\010\013-\037\177' <"$1" | wc -c
}

# --- text

@test "what did not pass is shown, and what many tests say is said once" {
    of_all_kinds
    render text | diff - <(cat <<'END'
Phase 1, the single-threaded server

  FAILED    0/4  It answers
                 sent:      x
                 got:       y
                 look at:   f in g.c

  not run   0/8  2 tests
                 because this failed: It answers

  TIMEOUT   0/4  It ends
                 got:       timed out

  skipped   4/4  It shows
                 this system has no /proc

  FAILED    0/8  2 tests
                 webserver.c: open_file is not filled in yet

  1 of 8 tests passed, 8 of 32 points

Phase 2, a thread for each connection

  1 of 1 tests passed, 4 of 4 points

Score: 12/36
END
    )
}

@test "with VERBOSE all tests are shown, and where the time goes" {
    of_all_kinds
    VERBOSE=1 render text | diff - <(cat <<'END'
Phase 1, the single-threaded server

  ok        4/4      11 ms  It listens
  FAILED    0/4      22 ms  It answers
                            sent:      x
                            got:       y
                            look at:   f in g.c
  not run   0/4      33 ms  It sends
                            because this failed: It answers
  not run   0/4      44 ms  It closes
  TIMEOUT   0/4      55 ms  It ends
                            got:       timed out
  skipped   4/4      66 ms  It shows
                            this system has no /proc
  FAILED    0/4      77 ms  It opens
                            webserver.c: open_file is not filled in yet
  FAILED    0/4      88 ms  It reads

  1 of 8 tests passed, 8 of 32 points

Phase 2, a thread for each connection

  ok        4/4      99 ms  It has threads

  1 of 1 tests passed, 4 of 4 points

Where the time goes

  phase 1   build  0.3 s   tests  5.0 s
  phase 2   build  0.0 s   tests  0.0 s

  phase 2     99 ms  It has threads
  phase 1     88 ms  It reads
  phase 1     77 ms  It opens
  phase 1     66 ms  It shows
  phase 1     55 ms  It ends

Score: 12/36
END
    )
}

# on_terminal COMMAND: runs it on a terminal; what that shows goes to shown.
on_terminal() {
    needs script
    TERM=xterm script -qec "$1" /dev/null </dev/null 2>&1 |
        tr -d '\r' >"$BATS_TEST_TMPDIR/shown"
}

@test "there are colours on a terminal, and nowhere else" {
    local escape=$'\e' plain=$BATS_TEST_TMPDIR/plain setting
    TERM=xterm "$GRADE" -p 1 "$SUBMISSION" >"$plain"
    [ "$(control_characters "$plain")" -eq 0 ]
    on_terminal "'$GRADE' -p 1 '$SUBMISSION'"
    grep -q "$escape\[1;31mFAILED" "$BATS_TEST_TMPDIR/shown"
    [ "$(tail -n 1 "$BATS_TEST_TMPDIR/shown")" = "Score: 0/40" ]
    sed "s/$escape\[[0-9;]*m//g" "$BATS_TEST_TMPDIR/shown" | diff "$plain" -
    for setting in NO_COLOR=1 TERM=dumb; do
        on_terminal "env $setting '$GRADE' -p 1 '$SUBMISSION'"
        diff "$plain" "$BATS_TEST_TMPDIR/shown"
    done
}

@test "a program's words on the terminal are no escape codes and no score" {
    hostile
    render text >"$BATS_TEST_TMPDIR/text"
    grep -q '😀' "$BATS_TEST_TMPDIR/text"
    [ "$(grep '^Score' "$BATS_TEST_TMPDIR/text")" = "Score: 4/8" ]
    [ "$(control_characters "$BATS_TEST_TMPDIR/text")" -eq 0 ]
    run -1 grep $'\xc2\x9b' "$BATS_TEST_TMPDIR/text"
}

# --- TAP, JUnit and JSON

# tap_says: prints how perl's own reader of TAP understands the file tap.
tap_says() {
    perl -MTAP::Parser -e '
        my $tap = TAP::Parser->new({ exec => ["cat", shift] });
        $tap->run;
        printf "%d tests, not ok %s, skipped %s, %d errors\n", $tap->tests_run,
            join("+", $tap->failed), join("+", $tap->skipped),
            scalar $tap->parse_errors' "$BATS_TEST_TMPDIR/tap"
}

@test "perl understands the TAP, and a test that was not run is not ok" {
    needs prove
    of_all_kinds
    render tap >"$BATS_TEST_TMPDIR/tap"
    [ "$(tap_says)" = "9 tests, not ok 2+3+4+5+7+8, skipped 6, 0 errors" ]
    [ "$(tail -n 1 "$BATS_TEST_TMPDIR/tap")" = "# Score: 12/36" ]
    run -1 prove --exec cat "$BATS_TEST_TMPDIR/tap"
}

@test "a program's words are no results in TAP" {
    needs prove
    hostile
    render tap >"$BATS_TEST_TMPDIR/tap"
    [ "$(tap_says)" = "2 tests, not ok 1, skipped , 0 errors" ]
}

# xml XPATH: prints what that is in the file junit.xml.
xml() {
    xmllint --xpath "$1" "$BATS_TEST_TMPDIR/junit.xml"
}

@test "JUnit's XML has each test, and how it went" {
    needs xmllint
    of_all_kinds
    render junit >"$BATS_TEST_TMPDIR/junit.xml"
    [ "$(xml 'count(//testsuite[@name="phase1"]/testcase)')" -eq 8 ]
    [ "$(xml 'count(//testsuite[@name="phase2"]/testcase)')" -eq 1 ]
    [ "$(xml 'string(//testsuite[1]/@failures)')" -eq 4 ]
    [ "$(xml 'count(//failure)')" -eq 4 ]
    [ "$(xml 'string(//testsuite[1]/@skipped)')" -eq 3 ]
    [ "$(xml 'count(//skipped)')" -eq 3 ]
    [ "$(xml 'string(//testcase[@name="It answers"]/@time)')" = 0.022 ]
    [ "$(xml 'string(//testcase[@name="It ends"]/failure/@type)')" = TIMEOUT ]
    [ "$(xml 'string(//testcase[@name="It sends"]/skipped)')" = \
        "because this failed: It answers" ]
}

@test "a program's words stay words in JUnit's XML and in JSON" {
    local name=$'a<&"\\n\x01\xff'
    needs xmllint
    needs jq
    hostile
    NAME=$name render junit >"$BATS_TEST_TMPDIR/junit.xml"
    [ "$(xml 'count(//testcase)')" -eq 2 ]
    [ "$(xml 'string(//testcase[1]/@name)')" = '<b> & "1" \ # SKIP' ]
    [[ "$(xml 'string(//failure)')" == *'</script>'*'<!-- ]]> &lt; "'*'é€😀'* ]]
    NAME=$name render json >"$BATS_TEST_TMPDIR/json"
    [ "$(jq -r .submission "$BATS_TEST_TMPDIR/json")" = \
        'a<&"\n'$'\xef\xbf\xbd' ]
    [[ "$(jq -r '.tests[0].output' "$BATS_TEST_TMPDIR/json")" == \
        *'Score: 40/40'$'\n''\n \\ \"'$'\n''[31m '*'é€😀' ]]
}

# --- the page

@test "a browser shows the page, and needs nothing else for it" {
    local page=$BATS_TEST_TMPDIR/page.html
    needs_browser
    of_all_kinds
    render html >"$page"
    looks_right "file://$page"
    run -1 grep -nE '(src|href)="[^#]|url\(|@import|<script' "$page"
    # open is what is to be seen to and is not said in the line already
    [ "$(grep -c '<details open>' "$page")" -eq 2 ]
    [ "$(grep -c '<details>' "$page")" -eq 3 ]
}

@test "a program's words are no elements of the page" {
    local page=$BATS_TEST_TMPDIR/page.html dom=$BATS_TEST_TMPDIR/dom
    needs_browser
    hostile
    NAME='</title><script>document.title=2</script>' render html >"$page"
    looks_right "file://$page"
    browse --dump-dom "file://$page" >"$dom"
    run -1 grep '<script' "$dom"
    grep -F '<title>&lt;/title&gt;&lt;script&gt;' "$dom"
    # all of it is within the one element
    [ "$(grep -c '</pre>' "$dom")" -eq 1 ]
    grep -F '<pre>&lt;/pre&gt;&lt;script&gt;' "$dom"
    grep '😀</pre>' "$dom"
}

# --- what grade prints and writes

@test "what the compiler says is proper text in each format" {
    local format file
    needs iconv
    printf '#error \e[31m \x01 \xff\xfe \xc3\xa9 <script>1</script>\n\x00 @\n' \
        >"$SUBMISSION/phase1/webserver.c"
    for format in text tap junit html; do
        "$GRADE" -p 1 -f "$format" -o "$OUT" "$SUBMISSION" \
            >"$BATS_TEST_TMPDIR/$format"
    done
    for file in "$BATS_TEST_TMPDIR"/{text,tap,junit,html} "$OUT"/*; do
        grep "stray" "$file"
        iconv -f UTF-8 -t UTF-8 "$file" >/dev/null
        [ "$(control_characters "$file")" -eq 0 ]
    done
    grep -q '#error.*é <script>' "$BATS_TEST_TMPDIR/text"
    [ "$(ls "$OUT")" = $'report.html\nresults.json' ]
}

@test "long options do what the short ones do" {
    local short=$BATS_TEST_TMPDIR/short long=$BATS_TEST_TMPDIR/long
    "$GRADE" -f tap -p 1 -o "$OUT" "$SUBMISSION" >"$short"
    "$GRADE" --format=tap --phase 1 --output="$OUT/more" "$SUBMISSION" >"$long"
    diff "$short" "$long"
    [ -s "$OUT/more/report.html" ]
    "$GRADE" --verbose -p 1 "$SUBMISSION" | grep 'Where the time goes'
    copy_kit
    echo 'no C' >"$COPY/phase3/client.c"
    make -s -C "$COPY" grade3 VERBOSE=1 | grep 'Where the time goes'
    run -2 "$GRADE" -f pdf "$SUBMISSION"
    run -2 "$GRADE" --verbos "$SUBMISSION"
}

@test "each format says when the grader itself has failed" {
    local nobody='no<b>dy' format
    needs xmllint
    run -2 "$GRADE" -o "$OUT" "$nobody"
    [[ "$output" != *Score* ]]
    grep -q 'this is no grade' "$OUT/report.html"
    grep -q 'no&lt;b&gt;dy is not a folder' "$OUT/report.html"
    for format in tap junit html; do
        run -2 "$GRADE" -f "$format" "$nobody"
        echo "$output" >"$BATS_TEST_TMPDIR/$format"
    done
    grep -q "^Bail out! $nobody is not a folder" "$BATS_TEST_TMPDIR/tap"
    grep -v '^grade: ' "$BATS_TEST_TMPDIR/junit" >"$BATS_TEST_TMPDIR/junit.xml"
    [ "$(xml 'count(//error)')" -eq 1 ]
    grep -q 'this is no grade' "$BATS_TEST_TMPDIR/html"
}

@test "every awk makes the same reports" {
    local format awk
    of_all_kinds
    record 2 0 failed "It is hostile" "$HOSTILE"
    for format in text json tap junit html; do
        render "$format" >"$BATS_TEST_TMPDIR/expected"
        for awk in gawk "gawk --posix" mawk original-awk "busybox awk"; do
            command -v "${awk%% *}" >/dev/null || continue
            AWK=$awk render "$format" | diff "$BATS_TEST_TMPDIR/expected" -
        done
    done
}
