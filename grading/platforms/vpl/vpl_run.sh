#!/bin/bash
# vpl_run.sh - builds the phases in the execution server of Moodle's VPL; what VPL
# then runs shows what the compiler said. The kit, without tests, is at the end of
# this file.

main() {
    local phase report=vpl_report.txt
    KIT=$(mktemp -d) || exit
    trap 'rm -rf "$KIT"' EXIT
    show_kit | base64 -d | tar -xzf - -C "$KIT"
    rm -rf "$report" vpl_execution
    "$KIT/webserver-lab/grading/platforms/gather" . "$KIT/webserver-lab"
    for phase in phase1 phase2 phase3; do
        echo "--- $phase"
        make -s -C "$KIT/webserver-lab/$phase" 2>&1 && echo "It compiles."
    done >"$report"
    printf '#!/bin/sh\ncat %s\n' "$report" >vpl_execution
    chmod +x vpl_execution
}

