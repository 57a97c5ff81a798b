#!/usr/bin/env python3
"""autograder.py - grades a submission on Classroom 50, whose runner calls this in
the student's checkout. Exit status 0 when it graded, 2 when it could not."""

import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUN = HERE / "webserver-lab/grading/platforms/run"


def main():
    os.environ.setdefault("DATE", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    run = subprocess.run(["bash", RUN, "classroom50", "."], stdout=subprocess.PIPE)
    if run.returncode == 0:
        # not written through a link that a submission has of that name
        new = Path("result.json.new")
        new.unlink(missing_ok=True)
        new.write_bytes(run.stdout)
        new.replace("result.json")
    return run.returncode


sys.exit(main())
