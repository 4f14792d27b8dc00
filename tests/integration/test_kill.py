#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SIGKILL of daemon and gateway at random instants under load, judged by the simulator's ledger, which is what the
phones saw. Twice: two lines with one key, or two messages for one recipient of one cause. Lost: a message neither in the
ledger nor queued, held or ended with a reason, or a reply that the simulator sent and the inbox lacks.
KILLS=N and SEED=N choose how often and which instants."""
import collections
import os
import random
import signal
import sys

import school

KILLS = int(os.environ.get("KILLS", "50"))
SEED = int(os.environ.get("SEED", "20261008"))
FAMILIES = 1500
WINDOW = 16


def gateway_pid(place):
    rows = place.get("/v1/gateways")
    rows = rows["items"] if isinstance(rows, dict) else rows
    return rows[0].get("pid") if rows else None


def one_kill(place, dice):
    """Kills the daemon, or its gateway, after a random instant; a killed daemon starts again."""
    school.pause(dice.uniform(0.02, 0.35))
    if dice.random() < 0.3:
        pid = gateway_pid(place)
        if pid:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return
    place.kill()
    place.start()


def busy(place):
    status = place.get("/v1/status")
    flight = sum(g["in_flight"] or 0 for g in status["gateways"])
    return flight or any(lane["queued"] for lane in status["lanes"])


def settle(place):
    place.wait(lambda: not busy(place), 180, "the outbox to empty")
    place.wait(lambda: not place.all("/v1/outbox?state=claimed,started,unknown"), 60, "the last outcomes")


def doubtful(lane):
    """Families whose first text has an unknown outcome."""
    return range(2, FAMILIES + 1, 5 if lane == "emergency" else FAMILIES)


def run(config, lane="bulk"):
    """A load with kills; (outbox rows, ledger rows, inbox rows)."""
    dice = random.Random(SEED)
    script = 'script = "load.sim"; window = %d; %s' % (WINDOW, config)
    place = school.School(rate="130.0", config=script)
    with open(os.path.join(place.folder, "load.sim"), "w") as file:
        file.write('random 7 load\n')
        for i in range(1, FAMILIES + 1, 3):
            file.write('+861990000%04d * reply "1" after 2s\n' % i)
        for i in doubtful(lane):
            file.write("+861990000%04d 1 unknown\n" % i)  # the phone rings, and nobody can tell
    os.makedirs(os.path.join(place.folder, "phones"), exist_ok=True)
    os.rename(os.path.join(place.folder, "load.sim"), os.path.join(place.folder, "phones", "load.sim"))
    try:
        place.seed(FAMILIES)
        place.start()
        if lane == "emergency":
            status, body = place.post("/v1/alerts", {"to": "left-behind", "kind": "storm", "severity": "red", "text": "暴雨，请接孩子"})
        else:
            status, body = place.post("/v1/broadcasts", {"to": "left-behind", "text": "明天八点到校", "kind": "checkin"})
        assert status in (200, 201), body
        for _ in range(KILLS):
            one_kill(place, dice)
        settle(place)
        inbound = {row[2] for row in place.ledger() if row[1] == "in"}
        place.wait(lambda: len({row["uid"] for row in place.all("/v1/inbox")} & inbound) == len(inbound), 60, "the last replies")
        return place.all("/v1/outbox"), place.ledger(), place.all("/v1/inbox"), place
    except BaseException:
        print(open(os.path.join(place.folder, "log")).read()[-1500:])
        place.close()
        raise


def judge(outbox, ledger, inbox):
    """(lost, twice by key, twice by recipient, held)"""
    out = [row for row in ledger if row[1] == "out"]
    keys = collections.Counter(row[2] for row in out)
    numbers = collections.Counter((row[3], row[4]) for row in out)
    seen = {row[2].split("-")[1] for row in out}
    settled = {"accepted", "delivered", "undelivered"}
    lost = [row["id"] for row in outbox if row["state"] in settled and str(row["id"]) not in seen]
    lost += [row["id"] for row in outbox if row["state"] not in settled and row["state"] not in ("queued", "held") and not row["reason"]]
    known = {row["uid"] for row in inbox}
    lost += [row[2] for row in ledger if row[1] == "in" and row[2] not in known]
    return lost, [k for k, n in keys.items() if n > 1], [k for k, n in numbers.items() if n > 1], [r for r in outbox if r["state"] == "held"]


def expect_clean(config):
    outbox, ledger, inbox, place = run(config)
    try:
        lost, keys, recipients, held = judge(outbox, ledger, inbox)
        phones = {row[3] for row in ledger if row[1] == "out"}
        assert len(phones) == FAMILIES, "%d of %d phones heard of it" % (len(phones), FAMILIES)
        assert not lost, "lost: %s" % lost[:10]
        assert not keys, "twice by key: %s" % keys[:10]
        assert not recipients, "twice by recipient: %s" % recipients[:10]
        assert not held, "held: %s" % [(r["id"], r["reason"]) for r in held[:10]]
    finally:
        place.close()


def test_kills_lose_and_double_nothing_with_an_idempotent_gateway():
    expect_clean("idempotent = true; probe = false;")


def test_kills_lose_and_double_nothing_with_a_gateway_that_can_be_probed():
    expect_clean("idempotent = false; probe = true;")


def test_kills_hold_at_most_a_window_each_where_nobody_can_tell():
    outbox, ledger, inbox, place = run("idempotent = false; probe = false;")
    try:
        lost, keys, recipients, held = judge(outbox, ledger, inbox)
        assert not lost, "lost: %s" % lost[:10]
        assert not keys and not recipients, "routine twice: %s %s" % (keys[:10], recipients[:10])
        assert len(held) <= WINDOW * KILLS, "%d held" % len(held)
        assert all(row["reason"] == "unknown" for row in held)
        listed = place.all("/v1/outbox?state=held")
        assert {row["id"] for row in listed} == {row["id"] for row in held}
    finally:
        place.close()


def test_an_emergency_in_doubt_is_sent_again_and_marked_so():
    outbox, ledger, inbox, place = run("idempotent = false; probe = false;", lane="emergency")
    try:
        lost, keys, _, held = judge(outbox, ledger, inbox)
        phones = {row[3] for row in ledger if row[1] == "out"}
        assert len(phones) == FAMILIES, "%d of %d phones heard of it" % (len(phones), FAMILIES)
        assert not lost, "lost: %s" % lost[:10]
        assert not held, "held: %s" % [row["id"] for row in held[:10]]
        place.stop()
        marked = {str(row[0]) for row in place.rows("SELECT id FROM message WHERE again = 1")}
        unmarked = {key.split("-")[1] for key in keys} - marked
        assert not unmarked, "sent again without a mark: %s" % sorted(unmarked)[:10]
        assert len(keys) >= FAMILIES // 30, "%d sent again" % len(keys)
        # a doubt that was not sent again was settled by a report that came first
        again = {row[3] for row in ledger if row[1] == "out" and row[2] in keys}
        once = {"+861990000%04d" % i for i in doubtful("emergency")} - again
        states = {row["id"]: row["state"] for row in outbox}
        unsettled = [row[3] for row in ledger if row[1] == "out" and row[3] in once and states[int(row[2].split("-")[1])] != "delivered"]
        assert not unsettled, "in doubt, not sent again and not settled: %s" % unsettled[:10]
    finally:
        place.close()


if __name__ == "__main__":
    report = school.Report()
    for test in (test_kills_lose_and_double_nothing_with_an_idempotent_gateway,
                 test_kills_lose_and_double_nothing_with_a_gateway_that_can_be_probed,
                 test_kills_hold_at_most_a_window_each_where_nobody_can_tell,
                 test_an_emergency_in_doubt_is_sent_again_and_marked_so):
        report.run(test)
    sys.exit(report.end())
