#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs test programs, at most JOBS at once, and sums up: `N passed, N failed` (and `, N skipped`) is the last line.

A cmocka program is counted by its own report, any other by its last line `N passed, N failed`. A program that ends
otherwise (a signal, a sanitizer, no report, over TIMEOUT seconds) counts as one failure. Output is shown on failure.
"""
import concurrent.futures
import os
import re
import subprocess
import sys

JOBS = int(os.environ.get("JOBS", os.cpu_count() or 1))
TIMEOUT = int(os.environ.get("TIMEOUT", "300"))


def count(output, status):
    """(passed, failed, skipped) of one program's output."""
    plain = re.findall(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", output, re.M)
    if plain:
        passed, failed, skipped = (int(n or 0) for n in plain[-1])
    else:
        passed = sum(map(int, re.findall(r"^\[  PASSED  \] (\d+) test", output, re.M)))
        failed = sum(map(int, re.findall(r"^\[  FAILED  \] (\d+) test", output, re.M)))
        skipped = sum(map(int, re.findall(r"^\[  SKIPPED \] (\d+) test", output, re.M)))
    if status != 0 and failed == 0 or passed + failed + skipped == 0:
        failed += 1
    return passed, failed, skipped


def run(command):
    try:
        done = subprocess.run(command.split(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT)
        output, status = done.stdout.decode("utf-8", "replace"), done.returncode
    except subprocess.TimeoutExpired as over:
        output, status = (over.stdout or b"").decode("utf-8", "replace") + "\nover %d s\n" % TIMEOUT, 1
    return command, count(output, status), status, output


def main():
    total = [0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for command, counts, status, output in pool.map(run, sys.argv[1:]):
            total = [a + b for a, b in zip(total, counts)]
            print("%-60s %d passed, %d failed%s" % (command.split()[-1], counts[0], counts[1],
                                                  ", %d skipped" % counts[2] if counts[2] else ""), flush=True)
            if counts[1]:
                print("\n".join("    " + line for line in output.splitlines()[-60:]))
                print("    exit status %d" % status, flush=True)
    print("%d passed, %d failed%s" % (total[0], total[1], ", %d skipped" % total[2] if total[2] else ""))
    return 1 if total[1] else 0


sys.exit(main())
