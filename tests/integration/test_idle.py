#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A daemon without work sleeps: strace sees no system call of any of its threads but those of the tick, which is half of
WATCHDOG_USEC. Skipped where strace is missing or may not look into a process."""
import os
import re
import shutil
import subprocess
import sys

import school

TICK = 2.0       # seconds
WATCHED = 9.0    # seconds under strace: four ticks
APART = 0.5      # calls nearer than this belong to one waking
TICK_CALLS = 150  # of one tick: a ping and its answer, one small transaction with the locks of its reads


class Skipped(Exception):
    pass


def wakings(trace):
    """[[time, call], …] of each waking; the calls in which strace found the threads waiting are not the daemon's doing."""
    rows = []
    for line in trace.split("\n"):
        match = re.match(r"\d+ +(\d+\.\d+) (?:<\.\.\. )?(\w+)", line)
        if match and "restart_syscall" not in line and not line.rstrip().endswith("<detached ...>"):
            rows.append((float(match.group(1)), match.group(2)))
    groups = []
    for at, call in rows:
        if groups and at - groups[-1][-1][0] < APART:
            groups[-1].append((at, call))
        else:
            groups.append([(at, call)])
    return groups


def watch(place):
    if not shutil.which("strace"):
        raise Skipped("strace is not installed")
    path = os.path.join(place.folder, "trace")
    strace = subprocess.Popen(["strace", "-f", "-ttt", "-o", path, "-p", str(place.process.pid)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    school.pause(WATCHED)
    if strace.poll() is not None:
        raise Skipped("strace: %s" % strace.stderr.read().decode("utf-8", "replace").strip()[-200:])
    strace.terminate()
    strace.wait(10)
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def quiet(place):
    """What was sent has arrived and nothing else is on its way."""
    status = place.get("/v1/status")
    rows = place.all("/v1/outbox")
    return rows and all(row["state"] == "delivered" for row in rows) and not any(g["in_flight"] for g in status["gateways"])


def test_an_idle_daemon_wakes_only_for_its_tick():
    os.environ["WATCHDOG_USEC"] = str(int(TICK * 2e6))
    place = school.School()
    try:
        place.seed(3)
        place.start()
        status, body = place.post("/v1/broadcasts", {"to": "all", "text": "明天八点到校"})
        assert status in (200, 201), body
        place.wait(lambda: quiet(place), 40, "three messages to arrive")
        school.pause(1.5)
        trace = watch(place)
        # the first may be strace's own coming, in the middle of a wait
        groups = [group for group in wakings(trace) if len(group) > 2]
        seen = "\n".join("%.3f %d calls: %s" % (group[0][0], len(group), " ".join(call for _, call in group)) for group in groups)
        assert WATCHED / TICK - 2 <= len(groups) <= WATCHED / TICK + 1, "woke %d times in %g s:\n%s" % (len(groups), WATCHED, seen)
        for before, after in zip(groups, groups[1:]):
            assert after[0][0] - before[0][0] > TICK * 0.8, "woke between two ticks:\n%s" % seen
        for group in groups:
            assert len(group) <= TICK_CALLS, "a tick of %d calls:\n%s" % (len(group), seen)
    finally:
        del os.environ["WATCHDOG_USEC"]
        place.close()


def main():
    try:
        test_an_idle_daemon_wakes_only_for_its_tick()
    except Skipped as why:
        print("skipped: %s\n0 passed, 0 failed, 1 skipped" % why)
        return 0
    except Exception as fault:
        print("FAILED  test_an_idle_daemon_wakes_only_for_its_tick\n%s\n0 passed, 1 failed" % fault)
        return 1
    print("ok      test_an_idle_daemon_wakes_only_for_its_tick\n1 passed, 0 failed")
    return 0


sys.exit(main())
