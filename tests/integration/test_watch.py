#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who notices that a gateway is dead: its own text goes out by it and comes back, or the status says what is wrong; and a
gateway in a unit of its own, as an operator sets it up. The daemon's tick is quick here, and its clock too."""
import os
import subprocess
import sys

import school

GATEWAYS = os.path.join(school.BUILD, "tests", "gateways")
ECHOES = os.path.join(GATEWAYS, "echoes")
NUMBER = "+8619900000999"
PROBE = 'probe_number = "%s"; probe_at = "20:00"; ' % NUMBER
os.environ["WATCHDOG_USEC"] = "200000"  # a tick in 100 ms


class Place(school.School):
    """A school whose gateway has more keys, and perhaps a second gateway behind it."""

    def __init__(self, program=ECHOES, keys="", second="", **more):
        super().__init__(program=program, **more)
        self.conf = os.path.join(self.folder, "greenline.conf")
        with open(self.conf, encoding="utf-8") as file:
            text = file.read()
        text = text.replace('channels = [ "sms", "voice" ];', 'channels = [ "sms" ]; ' + keys)
        text = text.replace("}; } );", "}; }%s );" % (second and ", " + second))
        with open(self.conf, "w", encoding="utf-8") as file:
            file.write(text)

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.close()

    def problems(self):
        return [problem["what"] for problem in self.get("/v1/status")["problems"]]

    def wait_problem(self, what):
        self.wait(lambda: what in self.problems(), 30, "the problem " + what)


def test_own_text_goes_out_and_comes_back_and_waits_for_nobody():
    with Place(keys=PROBE, speed="60.0") as place:
        place.start()
        place.wait(lambda: place.all("/v1/inbox"), 20, "the text to come back")
        rows = place.all("/v1/inbox")
        assert [(row["from"], row["state"]) for row in rows] == [(NUMBER, "understood")], rows
        assert "GL-phones 202610072000" in rows[0]["text"], rows
        sent = place.all("/v1/outbox")
        assert [(row["to"], row["kind"], row["gateway"]) for row in sent] == [(NUMBER, "test", "phones")], sent
        assert place.get("/v1/status")["inbox_waiting"] == 0
        place.stop()
        place.start()  # the same day: no second one
        place.wait(lambda: place.get("/v1/gateways/phones")["state"] == "ready", 20, "the gateway to be ready")
        ticks = place.get("/v1/gateways/phones")["counters"]["lines"] + 5
        place.wait(lambda: place.get("/v1/gateways/phones")["counters"]["lines"] >= ticks, 20, "five ticks")
        assert len(place.all("/v1/outbox")) == 1
        assert place.problems() == []


def test_own_text_that_does_not_come_back_is_a_problem_and_an_alarm():
    with Place(keys=PROBE, config="deaf = true;", speed="600.0") as place:
        place.start()
        place.wait_problem("gateway phones: its own text has not come back: texts may not arrive")
        assert place.get("/v1/status")["state"] == "attention"
        log = open(os.path.join(place.folder, "log"), encoding="utf-8").read()
        assert log.count("gateway phones: its own text has not come back") == 1, log
        assert log.count("alarm: 系统警报：通道“phones”的自检短信没有收到") == 1, log
        place.stop()
        place.start()  # known at once, without another text
        place.wait_problem("gateway phones: its own text has not come back: texts may not arrive")
        assert len(place.all("/v1/outbox")) == 1


def test_the_alarm_goes_by_another_gateway_than_the_one_in_trouble():
    second = '{ name = "line2"; program = "%s"; }' % ECHOES
    with Place(keys=PROBE, second=second, config="deaf = true;", speed="600.0") as place:
        place.start()
        place.stop()
        place.sql("INSERT INTO person (id, ref, name) VALUES (1, 'T1', '陈老师');"
                  "INSERT INTO line (id, e164) VALUES (1000, '+8619900000888');"
                  "INSERT INTO person_line (person, line, rank, confirmed_at) VALUES (1, 1000, 1, 1);"
                  "INSERT INTO role (person, role) VALUES (1, 'operator');")
        place.start()
        place.wait(lambda: [row for row in place.all("/v1/outbox") if row["kind"] == "alarm" and row["gateway"]], 30, "the alarm")
        alarms = [row for row in place.all("/v1/outbox") if row["kind"] == "alarm"]
        assert [(row["to"], row["gateway"]) for row in alarms] == [("+8619900000888", "line2")], alarms
        assert "通道“phones”的自检短信没有收到" in alarms[0]["text"], alarms


def test_own_text_goes_by_the_gateway_that_it_tries_though_another_is_preferred():
    second = '{ name = "line2"; program = "%s"; %s }' % (ECHOES, PROBE)
    with Place(second=second, speed="60.0") as place:
        place.start()
        place.wait(lambda: place.all("/v1/inbox"), 20, "the text to come back")
        sent = place.all("/v1/outbox")
        assert [(row["kind"], row["gateway"]) for row in sent] == [("test", "line2")], sent
        assert "GL-line2 " in place.all("/v1/inbox")[0]["text"]


def test_a_weak_signal_is_a_problem():
    with Place(config="signal = -107;", speed="600.0") as place:
        place.start()
        place.wait_problem("gateway phones: its signal is weak")


def test_a_gateway_that_is_down_for_long_is_a_problem_and_a_drained_one_is_not():
    second = '{ name = "line2"; program = "%s"; }' % ECHOES
    with Place(program=os.path.join(GATEWAYS, "exits"), second=second, speed="600.0") as place:
        place.start()
        place.wait(lambda: place.get("/v1/gateways/line2")["state"] == "ready", 20, "the second gateway")
        status, _ = place.post("/v1/gateways/line2/drain", {})
        assert status == 200
        place.wait_problem("gateway phones: is down: nothing goes out by it")
        assert [what for what in place.problems() if "line2" in what] == []


def test_a_gateway_in_a_unit_of_its_own_carries_a_broadcast_and_may_be_away():
    with Place(program="@PROGRAM@", speed="600.0") as place:
        path = os.path.join(place.folder, "unit.sock")
        with open(place.conf, encoding="utf-8") as file:
            text = file.read().replace("@PROGRAM@", "unix:" + path)
        with open(place.conf, "w", encoding="utf-8") as file:
            file.write(text)
        check = [os.path.join(school.BUILD, "greenlined"), "--check-config", "-c", place.conf]
        done = subprocess.run(check, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0 and "cannot be described: not running" in done.stderr, done
        place.seed(5)
        place.start()
        status, body = place.post("/v1/broadcasts", {"to": "left-behind", "text": "明天八点到校"})
        assert status == 200, body
        unit = subprocess.Popen([os.path.join(school.BUILD, "gateways", "null"), "--listen", path])
        try:
            place.wait(lambda: len(place.all("/v1/outbox?state=accepted")) == 5, 30, "the unit to accept all")
        finally:
            unit.terminate()
            assert unit.wait(20) == 0


if __name__ == "__main__":
    report = school.Report()
    for test in (test_own_text_goes_out_and_comes_back_and_waits_for_nobody,
                 test_own_text_that_does_not_come_back_is_a_problem_and_an_alarm,
                 test_the_alarm_goes_by_another_gateway_than_the_one_in_trouble,
                 test_own_text_goes_by_the_gateway_that_it_tries_though_another_is_preferred,
                 test_a_weak_signal_is_a_problem,
                 test_a_gateway_that_is_down_for_long_is_a_problem_and_a_drained_one_is_not,
                 test_a_gateway_in_a_unit_of_its_own_carries_a_broadcast_and_may_be_away):
        report.run(test)
    sys.exit(report.end())
