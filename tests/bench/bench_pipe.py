#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The built daemon with the simulator behind its pipe: messages a second, each durable on both sides; the memory of the
daemon with a bulk broadcast queued; how long an emergency behind it takes to reach the phone. Prints figures, asserts
nothing. FAMILIES=N (100,000), SECONDS=N of dispatch that are measured (20)."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "integration"))
import school  # noqa: E402

FAMILIES = int(os.environ.get("FAMILIES", "100000"))
SECONDS = float(os.environ.get("SECONDS", "20"))

SEED = """
BEGIN;
CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < %d) SELECT i FROM c;
INSERT INTO student (id, ref, name, class, left_behind) SELECT i, 'S' || i, '孩子' || i, '一(1)班', 1 FROM n;
INSERT INTO person (id, ref, name) SELECT i, 'P' || i, '奶奶' || i FROM n;
INSERT INTO line (id, e164) SELECT i, printf('+86199%%08d', i) FROM n;
INSERT INTO person_line (person, line, rank, confirmed_at) SELECT i, i, 1, 1 FROM n;
INSERT INTO relation (student, person, kind, rank, guardian) SELECT i, i, 'paternal_grandmother', 1, 1 FROM n;
COMMIT;
"""


def say(what, figure, unit):
    print("%-34s %8s %s" % (what, figure, unit), flush=True)


def memory_mb(place):
    with open("/proc/%d/status" % place.process.pid, encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:")) / 1024


def queued(place):
    return sum(lane["queued"] for lane in place.get("/v1/status")["lanes"])


def sent(place):
    """Lines of the ledger by now, without reading them into memory."""
    if not os.path.exists(place.ledger_path):
        return 0
    with open(place.ledger_path, "rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


def opened(config):
    place = school.School(rate="0.0", config=config)
    place.start()
    place.stop()
    place.sql(SEED % FAMILIES)
    place.start()
    return place


def measure_expansion(place):
    """A broadcast for a later hour, so that it waits in the queue."""
    say("memory before", "%.1f" % memory_mb(place), "MB")
    began = time.monotonic()
    status, body = place.post("/v1/broadcasts", {"to": "all", "text": "明天下午三点放学，请按时接孩子。"})
    if status not in (200, 201):
        raise SystemExit("broadcast: %s" % body)
    place.wait(lambda: queued(place) >= FAMILIES, 300, "the expansion")
    say("expanded", "%.1f" % (time.monotonic() - began), "s")
    say("memory with them queued", "%.1f" % memory_mb(place), "MB")


def measure_emergency(place):
    """From the request of an alert to its line in the ledger."""
    began = time.monotonic()
    status, body = place.post("/v1/alerts", {"to": "student:S%d" % (FAMILIES // 2), "kind": "storm", "severity": "red",
                                             "text": "暴雨，请接孩子"})
    if status not in (200, 201):
        raise SystemExit("alert: %s" % body)
    answered = time.monotonic() - began
    needle = "+86199%08d" % (FAMILIES // 2)
    while not any(row[3] == needle and row[5] == "emergency" for row in tail(place)):
        school.pause(0.001)
        if time.monotonic() - began > 60:
            raise SystemExit("an emergency did not come through in 60 s")
    say("an emergency asked for", "%.1f" % (answered * 1e3), "ms")
    say("an emergency at the phone", "%.1f" % ((time.monotonic() - began) * 1e3), "ms")


def tail(place, length=200000):
    """The last rows of the ledger."""
    if not os.path.exists(place.ledger_path):
        return []
    with open(place.ledger_path, "rb") as file:
        file.seek(max(0, os.path.getsize(place.ledger_path) - length))
        return [cells for cells in (line.split("\t") for line in file.read().decode("utf-8", "replace").split("\n"))
                if len(cells) > 6]


def measure_dispatch(place):
    began, first = time.monotonic(), sent(place)
    school.pause(SECONDS)
    say("through the pipe, durable", "%.0f" % ((sent(place) - first) / (time.monotonic() - began)), "messages a second")
    say("memory while sending", "%.1f" % memory_mb(place), "MB")


def main():
    print("an inform to %d families, the daemon and the simulator as processes" % FAMILIES)
    place = opened("window = 256; delay = \"0ms\"; idempotent = true;")
    try:
        status, body = place.post("/v1/gateways/phones/pause", {"reason": "bench"})
        if status not in (200, 201):
            raise SystemExit("pause: %s" % body)
        measure_expansion(place)
        place.post("/v1/gateways/phones/resume", {})
        school.pause(1)
        measure_emergency(place)
        measure_dispatch(place)
    finally:
        place.close()


main()
