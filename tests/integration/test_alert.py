#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Alerts through the built programs: the command, the daemon and the simulated phones, on the demo clock. What the phones
saw is the simulator's ledger."""
import json
import os
import subprocess
import sys

import school

GREENLINE = os.path.join(school.BUILD, "greenline")
LADDERS = '@include "%s/conf/ladders.conf"' % school.TOP
STAFF = """
INSERT INTO person (id, ref, name) VALUES (90, 'T1', '赵校长'), (91, 'T2', '陈老师');
INSERT INTO line (id, e164) VALUES (90, '+8619900009990'), (91, '+8619900009991');
INSERT INTO person_line (person, line, rank, confirmed_at) VALUES (90, 90, 1, 1), (91, 91, 1, 1);
INSERT INTO role (person, role) VALUES (90, 'head'), (91, 'duty');
"""
HEAD, DUTY = "+8619900009990", "+8619900009991"


def opened(children=3, speed="1.0", script=""):
    place = school.School(speed=speed, more=LADDERS, config='script = "alert.sim";')
    os.makedirs(os.path.join(place.folder, "phones"))
    with open(os.path.join(place.folder, "phones", "alert.sim"), "w") as file:
        file.write(script)
    place.seed(children)
    place.sql(STAFF)
    place.start()
    return place


def greenline(place, *words):
    """Exit status, output, errors; without a terminal."""
    run = subprocess.run([GREENLINE, *words, "--socket", place.socket], stdin=subprocess.DEVNULL, capture_output=True,
                         text=True, env=dict(os.environ, LC_ALL="C", LANGUAGE=""), check=False)
    return run.returncode, run.stdout, run.stderr


def show(place, alert):
    status, out, err = greenline(place, "alert", "show", str(alert), "--json")
    assert status == 0, err
    return json.loads(out)


def clock(place, alert, name):
    return [c["state"] for c in show(place, alert)["clocks"] if c["name"] == name][0]


def texts_to(place, number, channel=None):
    """What this phone was told; once a message, however many lines the ledger has about it."""
    seen = {}
    for _, _, message, to, way, _, text in place.ledger():
        if to == number and text and (channel is None or way == channel):
            seen[message] = text
    return list(seen.values())


def test_an_official_warning_is_told_cleared_and_closed():
    place = opened()
    try:
        status, out, _ = greenline(place, "alert", "raise", "--to", "class:一(1)班", "--kind", "storm", "--severity", "red",
                                   "--issuer", "县气象台", "--issued", "06:10", "--measures", "今天停课", "--yes")
        assert status == 0 and "alert 1 is under way" in out, out
        place.wait(lambda: all(texts_to(place, "+861990000%04d" % i, "sms") for i in (1, 2, 3)), 30, "three texts")
        text = texts_to(place, "+8619900000001", "sms")[0]
        assert "县气象台06:10发布暴雨红色预警。今天停课" in text, text
        status, _, err = greenline(place, "alert", "close", "1", "--outcome", "雨停")
        assert status == 1 and "first `greenline alert clear 1`" in err, err
        assert len(err.strip().split("\n")) == 1, err
        status, _, err = greenline(place, "alert", "clear", "1", "--text", "明天正常上课")
        assert status == 0, err
        place.wait(lambda: all(any("解除" in t for t in texts_to(place, "+861990000%04d" % i)) for i in (1, 2, 3)), 30,
                   "three all-clears")
        assert not texts_to(place, HEAD), "the head was never asked, so there is nothing to clear"
        status, _, err = greenline(place, "alert", "close", "1", "--outcome", "雨停")
        assert status == 0, err
        alert = show(place, 1)
        assert alert["state"] == "closed" and alert["outcome"] == "雨停" and alert["clear"]["phones"] == 3, alert
    finally:
        place.stop()
        place.close()


def test_without_a_terminal_nothing_is_raised_by_accident():
    place = opened(1)
    try:
        status, out, err = greenline(place, "alert", "raise", "--student", "S1", "--kind", "missing", "不见了")
        assert status == 2 and err == "greenline: nothing was raised: --yes raises without asking, --dry-run only looks\n"
        assert "Called first" in out and "奶奶1 (P1)" in out, out
        status, out, _ = greenline(place, "alert", "raise", "--student", "S1", "--dry-run", "--yes", "--json")
        assert status == 0 and json.loads(out)["first"][0]["person"]["name"] == "奶奶1", out
        assert place.all("/v1/alerts") == []
        assert texts_to(place, "+8619900000001") == []
    finally:
        place.stop()
        place.close()


def test_a_clock_that_is_missed_stays_missed_over_a_crash():
    place = opened(1, speed="240.0")
    try:
        greenline(place, "alert", "raise", "--student", "S1", "--kind", "missing", "不见了", "--yes")
        assert clock(place, 1, "guardian") == "running"
        place.kill()
        place.start()
        place.wait(lambda: clock(place, 1, "guardian") == "missed", 30, "half an hour of the demo clock")
        assert clock(place, 1, "authorities") == "running"
        status, _, err = greenline(place, "alert", "mark", "1", "authorities", "--note", "教育局值班室")
        assert status == 0 and clock(place, 1, "authorities") == "kept", err
        place.kill()
        assert place.rows("SELECT name, missed FROM clock WHERE missed <> 0 AND name = 'guardian'") == [("guardian", 1)]
        place.start()
        assert clock(place, 1, "guardian") == "missed"
    finally:
        place.stop()
        place.close()


def test_a_guardian_who_answers_stops_the_climb_and_keeps_her_clock():
    place = opened(1, speed="60.0", script='+8619900000001 1 reply "1" after 1m\n')
    try:
        greenline(place, "alert", "raise", "--student", "S1", "--kind", "missing", "不见了", "--yes")
        place.wait(lambda: show(place, 1)["state"] == "acknowledged", 30, "the grandmother's answer")
        alert = show(place, 1)
        assert alert["acknowledged_by"]["name"] == "奶奶1" and alert["next"] is None, alert
        assert clock(place, 1, "guardian") == "kept" and clock(place, 1, "parents") == "running"
    finally:
        place.stop()
        place.close()


def test_a_mandatory_report_reaches_staff_alone():
    place = opened(2)
    try:
        status, out, _ = greenline(place, "alert", "raise", "--student", "S1", "--kind", "mandatory_report",
                                   "--situation", "wounds", "孩子1身上有伤", "--yes")
        assert status == 0 and "  110      公安 (police)\n" in out, out
        place.wait(lambda: texts_to(place, HEAD) and texts_to(place, DUTY), 30, "head and duty")
        for text in texts_to(place, HEAD) + texts_to(place, DUTY):
            assert "孩子1" not in text and "110" in text, text
        assert not texts_to(place, "+8619900000001")
        status, _, err = greenline(place, "alert", "close", "1", "--outcome", "x")
        assert status == 1 and "nothing was reported yet" in err, err
        greenline(place, "alert", "reported", "1", "--to", "police", "--by", "赵校长")
        greenline(place, "alert", "result", "1", "已立案", "--from", "police")
        alert = show(place, 1)
        assert [(r["kind"], r["authority"], r["text"]) for r in alert["reports"]] == [
            ("reported", "police", None), ("result", "police", "已立案")], alert["reports"]
        channel = place.all("/v1/students/S1/channel")
        assert channel == [], channel
    finally:
        place.stop()
        place.close()


def test_a_drill_says_so_to_every_phone():
    place = opened(2)
    try:
        greenline(place, "alert", "raise", "--student", "S1,S2", "--kind", "fire", "--drill", "--yes")
        place.wait(lambda: len(texts_to(place, "+8619900000001")) == 2 and len(texts_to(place, "+8619900000002")) == 2, 30,
                   "a call and a text to each")
        greenline(place, "alert", "clear", "1")
        place.wait(lambda: len(texts_to(place, "+8619900000001")) == 3, 30, "the end of the drill")
        for number in ("+8619900000001", "+8619900000002"):
            for text in texts_to(place, number):
                assert "【演练】" in text, text
        place.stop()
        assert place.rows("SELECT sum(n) FROM tally WHERE kind = 'emergency'") == [(None,)]
    finally:
        place.stop()
        place.close()


def test_two_families_hear_of_their_own_child_alone():
    place = opened(2)
    try:
        status, _, err = greenline(place, "alert", "raise", "--student", "S1", "--other", "S2", "--kind", "violence",
                                   "孩子2打人", "--yes")
        assert status == 1 and "the text names 孩子2" in err and len(err.strip().split("\n")) == 1, err
        greenline(place, "alert", "raise", "--student", "S1", "--other", "S2", "--kind", "violence", "课间推打", "--yes")
        place.wait(lambda: len(texts_to(place, "+8619900000001")) == 2 and len(texts_to(place, "+8619900000002")) == 2, 30,
                   "both families")
        for own, other in ((1, 2), (2, 1)):
            for text in texts_to(place, "+861990000%04d" % own):
                assert "孩子%d" % own in text and "孩子%d" % other not in text, text
            told = json.dumps(place.all("/v1/students/S%d/channel" % own), ensure_ascii=False)
            assert "孩子%d" % other not in told and "奶奶%d" % other not in told, told
    finally:
        place.stop()
        place.close()


def main():
    report = school.Report()
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            report.run(test)
    return report.end()


sys.exit(main())
