#!/bin/bash
# vpl_evaluate.sh - grades a submission in the execution server of Moodle's VPL.
# This kit is at the end of this file; all of the work is done here, and what VPL
# then runs only shows what came of it.

main() {
    local report=vpl_report.txt
    # a submission is not to find the tests
    rm -f vpl_evaluate.sh
    KIT=$(mktemp -d) || exit
    trap 'rm -rf "$KIT"' EXIT
    show_kit | base64 -d | tar -xzf - -C "$KIT"
    GRADEMAX=$(sed -n 's/^export VPL_GRADEMAX=//p' vpl_environment.sh |
        tr -cd '0-9.')
    export GRADEMAX
    rm -rf "$report" vpl_execution
    "$KIT/webserver-lab/grading/platforms/run" vpl . >"$report" 2>/dev/null
    printf '#!/bin/sh\ncat %s\n' "$report" >vpl_execution
    chmod +x vpl_execution
}

