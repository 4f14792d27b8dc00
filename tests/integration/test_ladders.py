#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ladders through the built programs: refused by --check-config and by HUP, replaced at a start, held against what a
gateway program announces, and against the school's people by `greenline check ladders`."""
import json
import os
import signal
import stat
import subprocess
import sys

import school

GREENLINED = os.path.join(school.BUILD, "greenlined")
GREENLINE = os.path.join(school.BUILD, "greenline")

SILENT = 'ladders = { mine = { kinds = [ "emergency" ]; steps = ( { who = [ "head" ]; channels = [ "sms" ]; } ); }; };'
SOUND = ('ladders = { mine = { kinds = [ "emergency" ]; then = "restart"; '
         'steps = ( { who = [ "guardian:1" ]; channels = [ "sms" ]; } ); }; };')

# A gateway that says what a cloud would: five calls an hour to one number. It accepts all and reaches nobody.
CAPPED = """#!/usr/bin/env python3
import json, sys
READY = {"type": "ready", "version": 1, "module": "capped", "channels": ["sms", "voice"], "window": 4, "batch": 1,
         "free_text": True, "delivery_reports": False, "inbound": False, "idempotent": True, "probe": False,
         "simulated": True, "caps": {"per_callee": [{"n": 5, "ms": 3600000}]}}
def say(line):
    sys.stdout.write(json.dumps(line) + "\\n")
    sys.stdout.flush()
if "--describe" in sys.argv:
    say(READY)
    sys.exit(0)
for text in sys.stdin:
    line = json.loads(text)
    if line["type"] == "hello":
        say(READY)
    elif line["type"] == "ping":
        say(dict(line, type="pong"))
    elif line["type"] == "drain":
        say({"type": "drained"})
    elif line["type"] == "send":
        say({"type": "accepted", "id": line["id"], "provider_id": line["id"], "parts": 1})
"""


def with_school(more="", program="simulator"):
    def wrap(test):
        def run():
            place = school.School(speed="600.0", config='script = "s.sim"', more=more, program=program)
            try:
                os.makedirs(os.path.join(place.folder, "phones"), exist_ok=True)
                with open(os.path.join(place.folder, "phones", "s.sim"), "w", encoding="utf-8") as file:
                    file.write("")
                test(place)
            finally:
                place.close()
        run.__name__ = test.__name__
        return run
    return wrap


def conf(place):
    return os.path.join(place.folder, "greenline.conf")


def rewrite(place, old, new):
    with open(conf(place), encoding="utf-8") as file:
        text = file.read()
    assert old in text, (old, text)
    with open(conf(place), "w", encoding="utf-8") as file:
        file.write(text.replace(old, new))


def log(place):
    with open(os.path.join(place.folder, "log"), encoding="utf-8") as file:
        return file.read()


def run(program, *arguments, place=None):
    environment = dict(os.environ, LC_ALL="C")
    if place:
        environment["GREENLINE_SOCKET"] = place.socket
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=30, env=environment)
    return done.returncode, done.stdout, done.stderr


def problems(place):
    return [one["what"] for one in place.get("/v1/status")["problems"]]


def line_of(place, text):
    with open(conf(place), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if text in line:
                return number
    raise AssertionError(text)


SAID = "ladders.mine: an emergency must not end in silence: write then = \"restart\"; or \"head\", or \"person:REF\""


@with_school(more=SILENT)
def test_check_config_refuses_a_ladder_that_can_end_in_silence(place):
    status, out, err = run(GREENLINED, "--check-config", "-c", conf(place))
    assert status == 1 and out == "", (status, out)
    assert err == "%s:%d: %s\n" % (conf(place), line_of(place, "mine ="), SAID), err
    assert run(GREENLINE, "check", "ladders", "--config", conf(place)) == (status, out, err)


@with_school(more=SOUND)
def test_a_reload_with_a_bad_ladder_keeps_the_old_one_and_says_so_until_it_is_mended(place):
    place.seed(1)
    place.start()
    assert problems(place) == [], problems(place)
    rewrite(place, SOUND, SILENT)
    place.process.send_signal(signal.SIGHUP)
    place.wait(lambda: "not reloaded" in log(place), 20, "the refusal")
    assert SAID in log(place)
    shown = [what for what in problems(place) if SAID in what]
    assert len(shown) == 1 and shown[0].startswith("the last reload was refused"), problems(place)
    status, out, err = run(GREENLINE, "check", "ladders", "--json", place=place)
    refused = [row for row in json.loads(out) if row["state"] == "refused"]
    assert status == 1 and len(refused) == 1 and SAID in refused[0]["what"], out + err
    # the old ladder is the one that an emergency takes: the grandmother is written to
    status, answer = place.post("/v1/alerts", {"student": "S1", "text": "请来学校"})
    assert status == 200, answer
    place.wait(lambda: any(row[1] == "out" and row[3] == "+8619900000001" for row in place.ledger()), 20, "the text")
    rewrite(place, SILENT, SOUND)
    place.process.send_signal(signal.SIGHUP)
    place.wait(lambda: problems(place) == [], 20, "the mended configuration")


@with_school(more=SILENT)
def test_a_start_with_a_bad_ladder_runs_with_the_shipped_one_and_says_so(place):
    place.seed(1)
    place.start()
    shown = [what for what in problems(place) if SAID in what]
    assert len(shown) == 1 and shown[0].startswith("the shipped ladder stands in"), problems(place)
    assert place.get("/v1/status")["state"] == "attention"
    assert "(the shipped ladder stands in its place)" in log(place)
    status, answer = place.post("/v1/alerts", {"student": "S1", "text": "请来学校"})
    assert status == 200, answer
    # the school has no head: its own ladder would have reached nobody, the shipped one rings the grandmother
    place.wait(lambda: any(row[1] == "out" and row[3:5] == ["+8619900000001", "voice"] for row in place.ledger()), 20, "the call")


@with_school(more=SILENT)
def test_the_operator_is_told_by_phone_that_the_shipped_ladder_stands_in(place):
    place.seed(1)
    place.sql("INSERT INTO line (e164) VALUES ('+8619900000090');"
              "INSERT INTO person (ref, name) VALUES ('operator', '管理员');"
              "INSERT INTO person_line (person, line, confirmed_at) SELECT p.id, l.id, 1 FROM person p, line l"
              " WHERE p.ref = 'operator' AND l.e164 = '+8619900000090';"
              "INSERT INTO role (person, role) SELECT id, 'operator' FROM person WHERE ref = 'operator';")
    place.start()
    place.wait(lambda: any(row[1] == "out" and row[3] == "+8619900000090" and "silence" in row[-1] for row in place.ledger()),
               20, "the alarm")


@with_school(more=SILENT.replace("mine", "urgent").replace('steps', 'than = "x"; steps'))
def test_every_mistake_of_a_ladder_is_told_at_a_start(place):
    place.start()
    assert len([what for what in problems(place) if "ladders.urgent" in what]) == 2, problems(place)


@with_school()
def test_a_ladder_is_held_against_what_the_gateway_program_announces(place):
    program = os.path.join(place.folder, "capped.py")
    with open(program, "w", encoding="utf-8") as file:
        file.write(CAPPED)
    os.chmod(program, stat.S_IRWXU)
    rewrite(place, '"simulator"', '"%s"' % program)
    with open(conf(place), "a", encoding="utf-8") as file:
        file.write(SOUND.replace('"sms"', '"voice"') + "\n")
    said = ("%s:%d: ladders.mine: rings one phone (guardian:1) 12 times in 1h while nobody answers, and gateway phones "
            "allows 5: add a second gateway for voice without such a limit (a modem, a SIP line)\n"
            % (conf(place), line_of(place, "mine =")))
    assert run(GREENLINED, "--check-config", "-c", conf(place)) == (1, "", said)
    place.start()  # no ladder that ends nowhere could be carried: the school's own stays, and it is said
    place.wait(lambda: any("rings one phone" in what for what in problems(place)), 20, "the announcement")
    assert [what for what in problems(place) if "rings one phone" in what][0].startswith(
        "the gateways cannot carry a ladder: "), problems(place)
    second = '( { name = "modem"; program = "simulator"; channels = [ "voice" ]; prefixes = [ "+" ]; }, { name = "phones";'
    rewrite(place, '( { name = "phones";', second)
    assert run(GREENLINED, "--check-config", "-c", conf(place))[0] == 0
    place.process.send_signal(signal.SIGHUP)
    place.wait(lambda: problems(place) == [], 20, "the second gateway")


@with_school(more=SOUND)
def test_check_ladders_says_who_would_reach_nobody_tonight(place):
    place.seed(2)
    place.sql("UPDATE line SET state = 'wrong' WHERE id = 2;")
    place.start()
    status, out, err = run(GREENLINE, "check", "ladders", "--json", place=place)
    rows = json.loads(out)
    assert status == 1 and err == "", err
    own = [row for row in rows if row.get("ladder") == "mine"]
    assert len(own) == 1 and own[0]["what"] == "1 children have no guardian whose phone works", own
    assert own[0]["step"] == 1 and own[0]["who"] == "guardian:1", own
    # the shipped ladders that stand in for what the school lacks are looked at too
    assert any(row["ladder"] == "absence" and row["what"] == "nobody holds the role head now" for row in rows), rows
    status, answer = place.post("/v1/staff", {"name": "周刚", "role": "head", "phone": "19900009999"})
    assert status == 200, answer
    rows = json.loads(run(GREENLINE, "check", "ladders", "--json", place=place)[1])
    assert not any("role head" in row["what"] for row in rows), rows


@with_school(more='ladders = { mine = { kinds = [ "emergency" ]; then = "head"; steps = ( { who = [ "duty" ]; } ); }; };')
def test_check_ladders_sees_the_gap_in_tonight_s_rota(place):
    place.start()
    status, answer = place.post("/v1/staff", {"name": "周刚", "role": "head", "phone": "19900009999"})
    assert status == 200, answer
    status, answer = place.post("/v1/rota", {"person": "周刚", "since": "2026-10-08 00:00", "until": "2026-10-09 02:00"})
    assert status == 200, answer
    rows = [row for row in json.loads(run(GREENLINE, "check", "ladders", "--json", place=place)[1]) if row.get("ladder") == "mine"]
    assert len(rows) == 1 and rows[0]["state"] == "gap", rows
    assert rows[0]["what"] == "nobody holds the role duty from 2026-10-09T02:00 on", rows


def main():
    report = school.Report()
    for test in (test_check_config_refuses_a_ladder_that_can_end_in_silence,
                 test_a_reload_with_a_bad_ladder_keeps_the_old_one_and_says_so_until_it_is_mended,
                 test_a_start_with_a_bad_ladder_runs_with_the_shipped_one_and_says_so,
                 test_the_operator_is_told_by_phone_that_the_shipped_ladder_stands_in,
                 test_every_mistake_of_a_ladder_is_told_at_a_start,
                 test_a_ladder_is_held_against_what_the_gateway_program_announces,
                 test_check_ladders_says_who_would_reach_nobody_tonight,
                 test_check_ladders_sees_the_gap_in_tonight_s_rota):
        report.run(test)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
