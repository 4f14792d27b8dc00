#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The built daemon and a real Kannel (bearerbox, smsbox, fakesmsc) with the configuration that ships: texts out, reports
back, replies in, a full queue, and a Kannel that is restarted in the middle. Skipped where Kannel is not installed."""
import sys

import kannel
import school


def with_kannel(**how):
    def wrap(test):
        def run():
            place = kannel.KannelSchool(**how)
            try:
                test(place, place.kannel)
            except Exception:
                for name in ("log", "smsbox.log"):
                    print(name, open("%s/%s" % (place.folder, name), errors="replace").read()[-1500:])
                raise
            finally:
                place.close()
        run.__name__ = test.__name__
        return run
    return wrap


def numbers(count):
    return ["+861990000%04d" % i for i in range(1, count + 1)]


def broadcast(place, text="下周一开家长会"):
    status, body = place.post("/v1/broadcasts", {"to": "left-behind", "kind": "notice", "text": text})
    assert status == 200, body


def states(place):
    return sorted(row["state"] for row in place.all("/v1/outbox"))


@with_kannel()
def test_texts_reach_the_phones_and_their_reports_come_back(place, box):
    box.start()
    box.connect_phones()
    place.seed(5)
    place.start()
    broadcast(place)
    place.wait(lambda: states(place) == ["delivered"] * 5, 60, "five reports")
    assert box.got() == {number: 1 for number in numbers(5)}, box.got()


@with_kannel()
def test_reply_of_a_parent_comes_in_once(place, box):
    box.start()
    place.seed(2)
    place.start()
    box.connect_phones("8619900000001 1069000001 text 孩子 很好")
    place.wait(lambda: place.all("/v1/inbox"), 60, "the reply")
    rows = place.all("/v1/inbox")
    assert [(row["from"], row["text"]) for row in rows] == [("+8619900000001", "孩子 很好")], rows


@with_kannel()
def test_reply_waits_for_a_daemon_that_is_down(place, box):
    box.start()
    place.seed(2)
    box.connect_phones("+8619900000002 1069000001 text 1")
    place.wait(lambda: "HTTP" in open(place.folder + "/smsbox.log", errors="replace").read(), 30, "Kannel's first try")
    place.start()
    place.wait(lambda: place.all("/v1/inbox"), 60, "the reply")
    assert [row["from"] for row in place.all("/v1/inbox")] == ["+8619900000002"]


@with_kannel(queue=3)
def test_full_queue_only_delays(place, box):
    box.start()
    place.seed(8)
    place.start()
    broadcast(place)
    place.wait(lambda: "throttled" in open(place.folder + "/log").read(), 60, "Kannel's queue to be full")
    assert not box.got()
    box.connect_phones()
    place.wait(lambda: set(states(place)) <= {"accepted", "delivered"}, 120, "all to be taken")
    place.wait(lambda: len(box.got()) == 8, 60, "the phones")
    assert box.got() == {number: 1 for number in numbers(8)}, box.got()


@with_kannel()
def test_restart_of_kannel_in_the_middle_sends_nothing_twice(place, box):
    box.start()
    box.connect_phones()
    place.seed(60)
    place.start()
    broadcast(place)
    place.wait(lambda: len(box.got()) >= 5, 60, "the first texts")
    box.stop()
    box.start()
    box.connect_phones()
    place.wait(lambda: not {"queued", "claimed", "started"} & set(states(place)), 120, "the outbox to settle")
    taken = sum(state in ("accepted", "delivered") for state in states(place))
    place.wait(lambda: len(box.got()) >= taken, 60, "what Kannel has taken")
    assert max(box.got().values()) == 1, box.got()
    assert set(states(place)) <= {"accepted", "delivered", "unknown", "held"}, states(place)


TESTS = [test_texts_reach_the_phones_and_their_reports_come_back, test_reply_of_a_parent_comes_in_once,
         test_reply_waits_for_a_daemon_that_is_down, test_full_queue_only_delays,
         test_restart_of_kannel_in_the_middle_sends_nothing_twice]

if not kannel.installed():
    print("Kannel is not installed: apt-get install kannel kannel-extras")
    print("0 passed, 0 failed, %d skipped" % len(TESTS))
    sys.exit(0)
report = school.Report()
for test in TESTS:
    report.run(test)
sys.exit(report.end())
