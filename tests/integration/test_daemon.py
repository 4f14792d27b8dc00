#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The built daemon as an operator meets it: start, second start, reload, end, a wrong configuration, the main loop."""
import os
import re
import signal
import subprocess
import sys

import school

GREENLINED = os.path.join(school.BUILD, "greenlined")


def with_school(test):
    def run():
        place = school.School(speed="600.0", config='script = "s.sim"')
        try:
            os.makedirs(os.path.join(place.folder, "phones"), exist_ok=True)
            test(place)
        finally:
            place.close()
    run.__name__ = test.__name__
    return run


def script(place, text):
    with open(os.path.join(place.folder, "phones", "s.sim"), "w", encoding="utf-8") as file:
        file.write(text)


def daemon(*arguments):
    done = subprocess.run([GREENLINED, *arguments], capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout + done.stderr


@with_school
def test_a_second_daemon_on_the_same_store_is_refused(place):
    script(place, "")
    place.start()
    status, text = daemon("-c", os.path.join(place.folder, "greenline.conf"))
    assert status == 1 and "in use by another greenlined" in text and text.count("\n") == 1, text
    assert place.answers()


@with_school
def test_term_drains_and_ends_with_0(place):
    script(place, "")
    place.start()
    assert place.stop() == 0
    assert "ended" in open(os.path.join(place.folder, "log")).read()


@with_school
def test_a_demo_store_is_refused_as_a_real_one(place):
    script(place, "")
    place.start()
    place.stop()
    path = os.path.join(place.folder, "greenline.conf")
    text = open(path, encoding="utf-8").read().replace("demo = true;", "demo = false;")
    with open(path, "w", encoding="utf-8") as file:
        file.write(re.sub(r"clock = \{[^}]*\};", "", text))
    status, said = daemon("-c", path)
    assert status == 1 and "demo" in said, said


@with_school
def test_a_reload_with_a_mistake_keeps_the_old_configuration(place):
    script(place, "")
    place.start()
    path = os.path.join(place.folder, "greenline.conf")
    with open(path, "a", encoding="utf-8") as file:
        file.write("\nnonsense = 1;\n")
    place.process.send_signal(signal.SIGHUP)
    place.wait(lambda: "not reloaded" in open(os.path.join(place.folder, "log")).read(), 20, "the refusal")
    assert place.answers()


@with_school
def test_a_reload_brings_a_new_gateway(place):
    script(place, "")
    place.start()
    path = os.path.join(place.folder, "greenline.conf")
    text = open(path, encoding="utf-8").read()
    second = 'gateways = ( { name = "second"; program = "simulator"; channels = [ "sms" ]; prefixes = [ "+86" ]; },'
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("gateways = (", second))
    place.process.send_signal(signal.SIGHUP)
    place.wait(lambda: {g["name"]: g["state"] for g in place.get("/v1/status")["gateways"]}.get("second") == "ready", 20, "the gateway")


@with_school
def test_check_config_says_every_mistake_in_one_run(place):
    path = os.path.join(place.folder, "bad.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write('school = { name = "x"; timezon = "Asia/Shanghai"; };\nlimits = { per_line_day = 3000000000; };\n'
                   'gateways = ( { name = "a"; program = "simulator"; rate = "fast"; } );\n')
    status, text = daemon("--check-config", "-c", path)
    lines = text.strip().split("\n")
    assert status == 1
    assert any("bad.conf:1:" in line and "timezon" in line and "timezone" in line for line in lines), text
    assert any("bad.conf:2:" in line and "per_line_day" in line for line in lines), text
    assert any("bad.conf:3:" in line and "rate" in line for line in lines), text


@with_school
def test_a_reminder_goes_out_and_the_reply_is_understood(place):
    script(place, '+8619900000001 1 reply "1" after 10m\n+8619900000002 1 reply "孩子发烧了" after 10m\n')
    place.seed(2)
    place.start()
    status, body = place.post("/v1/broadcasts", {"to": "left-behind", "kind": "checkin", "template": "checkin"})
    assert status == 200, body
    place.wait(lambda: len(place.all("/v1/inbox")) == 2, 30, "the replies")
    outcomes = {row["student"]["ref"]: row["outcome"] for row in place.all("/v1/asks")}
    assert outcomes == {"S1": "fine", "S2": "help"}, outcomes
    assert [row["what"] for row in place.get("/v1/today")["items"]], "help waits for a person"


@with_school
def test_the_same_request_id_sends_once(place):
    script(place, "")
    place.seed(3)
    place.start()
    first = place.post("/v1/broadcasts", {"to": "left-behind", "text": "明天八点到校"}, key="one")
    again = place.post("/v1/broadcasts", {"to": "left-behind", "text": "明天八点到校"}, key="one")
    assert first == again and first[0] == 200, (first, again)
    place.wait(lambda: len(place.all("/v1/outbox?state=delivered")) == 3, 30, "the texts")
    assert len(place.all("/v1/outbox")) == 3


@with_school
def test_what_a_gateway_held_at_a_restart_goes_on(place):
    script(place, "")
    place.seed(5)
    place.start()
    place.post("/v1/gateways/phones/pause", {"reason": "test"})
    place.post("/v1/broadcasts", {"to": "left-behind", "text": "明天八点到校"})
    place.wait(lambda: len(place.all("/v1/outbox")) == 5, 20, "the messages")
    place.kill()
    place.start()
    place.wait(lambda: len(place.all("/v1/outbox?state=delivered")) == 5, 30, "the texts")


if __name__ == "__main__":
    report = school.Report()
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            report.run(test)
    sys.exit(report.end())
