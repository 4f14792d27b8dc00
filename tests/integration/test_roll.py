#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A morning with the built programs on the demo clock: the roll is asked for, one class reports by text, one by the
command line, one climbs; a child who is missing is looked for until somebody says where it is."""
import json
import os
import subprocess
import sys

import school

GREENLINE = os.path.join(school.BUILD, "greenline")
TEACHER, DUTY = "+8619900009001", "+8619900009002"

# The teacher of 三(1)班 reports, with one child missing; the grandmother knows nothing at first, the duty teacher of the
# other class never answers.
SCRIPT = """
+8619900009001 1 reply "应到3实到2 缺勤 王小明" after 2m
+8619900000001 * silent
"""
ROLL = ('roll = { by = "09:25"; before = "20m"; classes = [ "三(1)班", "三(2)班" ]; };\n'
        'ladders = { roll = { kinds = [ "roll" ]; steps = ( { who = [ "audience" ]; }, { after = "20m"; who = [ "duty" ]; } ); };\n'
        'absence = { kinds = [ "absent" ]; then = "duty"; steps = ( { who = [ "guardian:1" ]; channels = [ "voice", "sms" ]; } ); }; };')


def with_school(test):
    def run():
        place = school.School(speed="120.0", config='script = "s.sim"', more=ROLL)
        try:
            os.makedirs(os.path.join(place.folder, "phones"), exist_ok=True)
            with open(os.path.join(place.folder, "phones", "s.sim"), "w", encoding="utf-8") as file:
                file.write(SCRIPT)
            place.seed(5)
            place.sql("UPDATE student SET name = '王小明' WHERE id = 1;"
                      "UPDATE student SET class = CASE WHEN id <= 3 THEN '三(1)班' ELSE '三(2)班' END;"
                      "INSERT INTO person (id, ref, name) VALUES (101, 'T1', '陈芳'), (102, 'T2', '周刚');"
                      "INSERT INTO line (id, e164) VALUES (101, '%s'), (102, '%s');"
                      "INSERT INTO person_line (person, line, rank, confirmed_at) VALUES (101, 101, 1, 1), (102, 102, 1, 1);"
                      "INSERT INTO role (person, role, class) VALUES (101, 'teacher', '三(1)班'), (102, 'duty', NULL);"
                      % (TEACHER, DUTY))
            test(place)
        finally:
            place.close()
    run.__name__ = test.__name__
    return run


def cli(place, *arguments):
    done = subprocess.run([GREENLINE, *arguments], capture_output=True, text=True, timeout=30,
                          env=dict(os.environ, LC_ALL="C.UTF-8", GREENLINE_SOCKET=place.socket))
    return done.returncode, done.stdout, done.stderr


def rows(place, *arguments):
    status, out, err = cli(place, *arguments, "--json")
    assert status == 0, err
    return json.loads(out)


def sent_to(place, number):
    return [row[6] for row in place.ledger() if row[1] == "out" and row[3] == number]


@with_school
def test_a_morning_from_the_roll_to_the_child_who_is_accounted_for(place):
    place.start()
    # 三(2)班 has no teacher: the duty teacher is asked at once; the report of the other comes by text
    place.wait(lambda: any("三(2)班" in text for text in sent_to(place, DUTY)), 30, "the question to the duty teacher")
    place.wait(lambda: any("三(1)班" in text for text in sent_to(place, TEACHER)), 30, "the question to the teacher")
    place.wait(lambda: any(row["state"] == "reported" for row in rows(place, "roll", "list")), 30, "the report")
    roll = {row["class"]: row for row in rows(place, "roll", "list")}
    assert roll["三(1)班"]["present"] == 2 and roll["三(1)班"]["absent"] == 1, roll
    assert roll["三(1)班"]["reporter"]["name"] == "陈芳", roll
    # the grandmother is called about the child, by voice and by text
    place.wait(lambda: {row[4] for row in place.ledger() if row[1] == "out" and row[3] == "+8619900000001"} == {"voice", "sms"}, 30,
               "the call to the grandmother")
    missed = rows(place, "absent")
    assert [(row["student"]["name"], row["state"]) for row in missed] == [("王小明", "open")], missed
    # a second report of the same child joins
    assert rows(place, "absent", "王小明")["joined"] is True
    # the class that nobody reports is on the list of the day once its time is over
    place.wait(lambda: any(row["ref"].startswith("roll:") for row in rows(place, "today")), 30, "the unreported class")
    status, out, err = cli(place, "roll", "report", "三年级2班", "--all-present")
    assert status == 0, err
    roll = {row["class"]: row for row in rows(place, "roll", "list")}
    assert roll["三(2)班"]["state"] == "late" and roll["三(2)班"]["present"] == 2, roll
    status, out, err = cli(place, "absent", "王小明", "--accounted", "sick, at home")
    assert status == 0 and "closed" in out and "sick, at home" in out, out + err
    assert cli(place, "absent", "王小明", "--accounted", "found")[0] == 1
    assert [row["state"] for row in rows(place, "absent")] == ["closed"]


@with_school
def test_what_staff_report_survives_a_kill(place):
    place.start()
    place.wait(lambda: any("三(1)班" in text for text in sent_to(place, TEACHER)), 30, "the question to the teacher")
    place.wait(lambda: any(row["state"] == "reported" for row in rows(place, "roll", "list")), 30, "the report")
    place.kill()
    place.start()
    assert [row["student"]["name"] for row in rows(place, "absent")] == ["王小明"]
    assert len([text for text in sent_to(place, TEACHER) if "三(1)班" in text and "晨检" in text]) == 1, sent_to(place, TEACHER)


def main():
    report = school.Report()
    report.run(test_a_morning_from_the_roll_to_the_child_who_is_accounted_for)
    report.run(test_what_staff_report_survives_a_kill)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
