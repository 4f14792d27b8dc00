#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Backup, restore and check as an operator does them, with the built programs, and under SIGKILL at random instants: under
a backup's name lies a whole one or nothing, and the store is the old one or the new one, whole. SEED=N and KILLS=N choose
which instants and how many."""
import glob
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import school

GREENLINE = os.path.join(school.BUILD, "greenline")
GREENLINED = os.path.join(school.BUILD, "greenlined")
KILLS = int(os.environ.get("KILLS", "20"))
SEED = int(os.environ.get("SEED", "20261008"))
MANY = ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) INSERT INTO person (ref, name)"
        " SELECT 'X' || i, '家长' || i || hex(zeroblob(60)) FROM n;")


def with_school(test):
    def run():
        place = school.School(config='script = "s.sim"')
        os.makedirs(os.path.join(place.folder, "phones"), exist_ok=True)
        with open(os.path.join(place.folder, "phones", "s.sim"), "w", encoding="utf-8") as file:
            file.write("")
        place.conf = os.path.join(place.folder, "greenline.conf")
        place.store = os.path.join(place.folder, "school.db")
        try:
            test(place)
        except school.Skipped:
            raise
        except BaseException:
            print(open(os.path.join(place.folder, "log"), encoding="utf-8").read()[-1500:])
            raise
        finally:
            place.close()
    run.__name__ = test.__name__
    return run


def cli(place, *arguments, text=""):
    environment = dict(os.environ, GREENLINE_SOCKET=place.socket, LANGUAGE="en", LC_ALL="C.UTF-8")
    done = subprocess.run([GREENLINE, *arguments], input=text, capture_output=True, text=True, timeout=120, env=environment)
    return done.returncode, done.stdout, done.stderr


def restore(place, file, *arguments, text=""):
    return cli(place, "restore", file, "--config", place.conf, *arguments, text=text)


def query(path, text):
    database = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    try:
        return database.execute(text).fetchone()[0]
    finally:
        database.close()


def whole(path):
    return query(path, "PRAGMA integrity_check") == "ok"


def path_in(place, name):
    return os.path.join(place.folder, name)


@with_school
def test_a_backup_is_made_listed_kept_and_sealed(place):
    place.seed(10)
    place.start()
    for _ in range(3):
        status, out, err = cli(place, "backup", "--keep", "2", "--json")
        assert status == 0, err
        name = json.loads(out)["name"]
        before = len(glob.glob(path_in(place, "backup/*.db")))
        place.wait(lambda: not os.path.exists(path_in(place, "backup/" + time_name(place))), 5, "the next second")
    assert 1 <= before <= 2, before
    status, out, _ = cli(place, "backup", "list", "--json")
    listed = json.loads(out)
    assert listed[0]["name"] == name and len(listed) == before and not listed[0]["sealed"], listed
    assert query(path_in(place, "backup/" + name), "SELECT count(*) FROM student") == 10
    assert cli(place, "backup", "--new-key", path_in(place, "key"))[0] == 0
    status, out, err = cli(place, "backup", path_in(place, "x.sealed"), "--key-file", path_in(place, "key"))
    assert status == 0 and "backup made and checked" in out, err
    data = open(path_in(place, "x.sealed"), "rb").read()
    assert data.startswith(b"greenline sealed 1\n") and "孩子".encode() not in data
    assert not glob.glob(path_in(place, "backup/*fetch*")), "the copy that was fetched is still there"
    assert any(row["action"] == "backup.make" for row in place.all("/v1/audit"))


def time_name(place):
    """The name that a backup of this second would have."""
    now = place.get("/v1/status")["now"]
    return "greenline-%s.db" % (now[:19].replace("-", "").replace("T", "-").replace(":", ""))


@with_school
def test_a_backup_with_a_key_of_the_configuration_is_sealed(place):
    subprocess.run([GREENLINE, "backup", "--new-key", path_in(place, "key")], check=True, capture_output=True)
    with open(place.conf, "a", encoding="utf-8") as file:
        file.write('backup = { folder = "kept"; key = "key"; };\n')
    place.seed(3)
    place.start()
    status, out, err = cli(place, "backup")
    assert status == 0 and ".sealed" in out, out + err
    assert len(glob.glob(path_in(place, "kept/greenline-*.sealed"))) == 1
    place.stop()
    status, out, err = restore(place, glob.glob(path_in(place, "kept/*.sealed"))[0])
    assert status == 1 and "--key-file" in err and err.count("\n") == 1, err
    status, out, err = restore(place, glob.glob(path_in(place, "kept/*.sealed"))[0], "--key-file", path_in(place, "key"))
    assert status == 0, err


@with_school
def test_misuse_is_told_in_one_line(place):
    place.seed(1)
    place.start()
    for arguments, want, expected in ((("backup", "a", "b"), "one file", 2), (("backup", "a", "--keep", "3"), "leave FILE out", 2),
                                      (("backup", "--key-file", "k"), "backup.key", 2), (("backup", "--keep", "0"), "keep", 1),
                                      (("backup", "/no/such/folder/x"), "/no/such/folder", 1),
                                      (("restore", "release"), "nothing is held", 1), (("restore",), "FILE is missing", 2)):
        status, _, err = cli(place, *arguments)
        assert status == expected and want in err and err.count("\n") == 1, (arguments, status, err)
    status, out, err = restore(place, path_in(place, "none.db"))
    assert status == 1 and "in use by another greenlined" in err, err


@with_school
def test_after_a_restore_routine_waits_for_a_person_and_an_emergency_goes_on(place):
    place.seed(5)
    place.start()
    assert cli(place, "gateway", "pause", "phones")[0] == 0
    status, answer = place.post("/v1/broadcasts", {"to": "left-behind", "text": "在备份里等待"})
    assert status in (200, 201), answer
    status, answer = place.post("/v1/alerts", {"to": "student:S1", "kind": "missing", "severity": "red", "text": "孩子不见了"})
    assert status in (200, 201), answer
    place.wait(lambda: sum(lane["queued"] for lane in place.get("/v1/status")["lanes"]) >= 6, 20, "messages that wait")
    assert cli(place, "backup", path_in(place, "x.db"))[0] == 0
    epoch_before = place.process
    status, answer = place.post("/v1/broadcasts", {"to": "left-behind", "text": "在备份之后"})
    place.stop()
    assert epoch_before.returncode == 0
    epoch = query(place.store, "SELECT value FROM setting WHERE key = 'epoch'")
    status, out, err = restore(place, path_in(place, "x.db"), text="\n")
    assert status == 0, err
    assert "孩子" in out and "before-restore" in out, out
    assert query(place.store, "SELECT value FROM setting WHERE key = 'epoch'") != epoch
    assert query(place.store + ".before-restore", "SELECT count(*) FROM cause WHERE title LIKE '%之后%' OR content LIKE '%之后%'") == 1
    place.start()
    told = lambda word: {row[3] for row in place.ledger() if row[1] == "out" and word in row[6]}
    place.wait(lambda: told("不见了"), 20, "the emergency")
    status, answer = place.post("/v1/broadcasts", {"to": "left-behind", "text": "新的通知"})
    assert status in (200, 201), answer
    listed = place.get("/v1/status")
    assert listed["mode"] == "emergencies_only" and "release" in listed["problems"][0]["mend"], listed["problems"]
    held = place.all("/v1/outbox?state=held")
    assert len(held) == 5 and {row["reason"] for row in held} == {"restored"}, held[:2]
    status, _, err = cli(place, "restore", "release")
    assert status == 1 and "--yes" in err, err
    assert not told("新的通知") and not told("等待")
    status, out, err = cli(place, "restore", "release", "--yes", "--messages", "send")
    assert status == 0 and "released" in out, err
    place.wait(lambda: len(told("新的通知")) == 5 and len(told("等待")) == 5, 30, "routine after the release")
    assert place.get("/v1/status")["mode"] == "normal"
    place.stop()
    assert whole(place.store)


@with_school
def test_an_emergency_is_closed_where_the_person_says_so(place):
    place.seed(3)
    place.start()
    for word in ("第一件", "第二件"):
        status, answer = place.post("/v1/alerts", {"to": "student:S1", "kind": "missing", "severity": "red", "text": word})
        assert status in (200, 201), answer
    assert cli(place, "backup", path_in(place, "x.db"))[0] == 0
    place.stop()
    status, out, err = restore(place, path_in(place, "x.db"), text="close\ngo on\n")
    assert status == 0, err
    place.start()
    alerts = sorted(place.all("/v1/alerts"), key=lambda one: one["id"])
    assert [one["state"] == "closed" for one in alerts] == [True, False], alerts
    place.stop()
    status, out, err = restore(place, path_in(place, "x.db"), "--emergencies", "close")
    assert status == 0, err
    place.start()
    assert {one["state"] for one in place.all("/v1/alerts")} == {"closed"}


@with_school
def test_a_warning_without_its_all_clear_goes_on_even_if_it_is_to_be_closed(place):
    place.seed(2)
    place.start()
    status, answer = place.post("/v1/alerts", {"to": "left-behind", "kind": "storm", "severity": "red", "text": "暴雨"})
    assert status in (200, 201), answer
    assert cli(place, "backup", path_in(place, "x.db"))[0] == 0
    place.stop()
    status, out, err = restore(place, path_in(place, "x.db"), "--emergencies", "close")
    assert status == 0 and "alert clear" in out, out + err
    place.start()
    assert [one["state"] for one in place.all("/v1/alerts")] == ["open"]


@with_school
def test_what_is_released_to_be_dropped_is_cancelled(place):
    place.seed(3)
    place.start()
    assert cli(place, "gateway", "pause", "phones")[0] == 0
    place.post("/v1/broadcasts", {"to": "left-behind", "text": "已过时"})
    place.wait(lambda: sum(lane["queued"] for lane in place.get("/v1/status")["lanes"]) == 3, 20, "messages that wait")
    assert cli(place, "backup", path_in(place, "x.db"))[0] == 0
    place.stop()
    assert restore(place, path_in(place, "x.db"))[0] == 0
    place.start()
    assert cli(place, "restore", "release", "--yes", "--messages", "drop")[0] == 0
    place.wait(lambda: len(place.all("/v1/outbox?state=cancelled")) == 3, 20, "the messages dropped")


@with_school
def test_check_and_top_look_at_a_sound_store(place):
    place.seed(5)
    place.start()
    status, out, err = cli(place, "check")
    assert status == 0 and "nothing is wrong" in out, out + err
    status, out, err = cli(place, "top", "--count", "1")
    assert status == 0 and "emergency" in out and "phones" in out and "turn" in out, out + err
    place.stop()
    place.sql("INSERT INTO trail VALUES (999, 1, 0, 'queued', '', NULL)")
    place.start()
    status, out, err = cli(place, "check")
    assert status == 1 and "trail of message 999" in out and out.count("\n") == 1, out + err
    assert any("greenline check" in one["mend"] for one in place.get("/v1/status")["problems"])


@with_school
def test_an_old_backup_is_a_problem_until_there_is_a_new_one(place):
    place.seed(1)
    place.start()
    assert place.get("/v1/status")["problems"] == []
    place.stop()
    place.sql("INSERT INTO setting VALUES ('last_backup', '1791000000000')")  # 2026-10-03 12:00 in Shanghai
    place.start()
    assert [one["what"] for one in place.get("/v1/status")["problems"]] == ["最近一次备份已是 4 天前"]
    assert cli(place, "backup")[0] == 0
    assert place.get("/v1/status")["problems"] == []


@with_school
def test_root_restores_for_the_user_of_the_daemon(place):
    if os.geteuid() != 0:
        raise school.Skipped("not root")
    place.seed(1)
    place.start()
    assert cli(place, "backup", path_in(place, "x.db"))[0] == 0
    place.stop()
    os.unlink(place.store + ".lock")
    os.chown(place.folder, 1234, 1235)
    assert restore(place, path_in(place, "x.db"))[0] == 0
    for path in (place.store, place.store + ".lock"):
        owner = os.stat(path)
        assert (owner.st_uid, owner.st_gid) == (1234, 1235), (path, owner)


@with_school
def test_top_ends_with_0_when_it_is_interrupted(place):
    place.seed(1)
    place.start()
    top = subprocess.Popen([GREENLINE, "top", "--socket", place.socket], stdout=subprocess.PIPE)
    assert top.stdout.readline()
    top.send_signal(signal.SIGINT)
    assert top.wait(20) == 0
    top.stdout.close()


@with_school
def test_kills_in_a_backup_leave_a_whole_one_or_none(place):
    dice = random.Random(SEED)
    place.seed(2)
    place.sql(MANY)
    place.start()
    begin = time.monotonic()
    assert cli(place, "backup", path_in(place, "whole.db"))[0] == 0
    lasts = time.monotonic() - begin
    made = 0
    for i in range(KILLS):
        file = path_in(place, "x%d.db" % i)
        client = subprocess.Popen([GREENLINE, "backup", file, "--socket", place.socket], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        folder = subprocess.Popen([GREENLINE, "backup", "--socket", place.socket], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        school.pause(dice.uniform(0, 1.2 * lasts))
        if i % 3 == 0:
            client.kill()
        else:
            place.kill()
        client.wait()
        folder.kill()
        folder.wait()
        for path in [file] + glob.glob(path_in(place, "backup/*.db")):
            if os.path.exists(path):
                made += 1
                assert whole(path) and query(path, "SELECT count(*) FROM person") == 60002, path
        if i % 3:
            assert whole(place.store), "the store after kill %d" % i
            place.start()
    assert whole(path_in(place, "whole.db"))
    status, _, err = cli(place, "backup")
    assert status == 0, err
    assert not glob.glob(path_in(place, "backup/*.part*")) and not glob.glob(path_in(place, "backup/*fetch*")), "what the kills left"


@with_school
def test_kills_in_a_restore_leave_the_old_store_or_the_new_one(place):
    dice = random.Random(SEED)
    place.seed(2)
    place.sql(MANY)
    place.start()
    assert cli(place, "backup", path_in(place, "x.db"))[0] == 0
    place.stop()
    command = [GREENLINED, "--restore", path_in(place, "x.db"), "--emergencies", "go-on", "-c", place.conf]
    begin = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    lasts = time.monotonic() - begin
    for i in range(2 * KILLS):
        place.sql("INSERT INTO person (ref, name) VALUES ('N%d', 'after the backup')" % i)
        old = query(place.store, "SELECT count(*) FROM person")
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        school.pause(dice.uniform(0, 1.1 * lasts))
        process.kill()
        process.wait()
        assert os.path.exists(place.store), "no store after kill %d" % i
        assert whole(place.store), "kill %d" % i
        assert query(place.store, "SELECT count(*) FROM person") in (old, 60002), "kill %d" % i
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert query(place.store, "SELECT count(*) FROM person") == 60002
    assert query(place.store, "SELECT count(*) FROM setting WHERE key = 'restored_at'") == 1
    place.start()
    assert place.answers()


if __name__ == "__main__":
    report = school.Report()
    only = sys.argv[1:]
    for test in (test_a_backup_is_made_listed_kept_and_sealed,
                 test_a_backup_with_a_key_of_the_configuration_is_sealed,
                 test_misuse_is_told_in_one_line,
                 test_after_a_restore_routine_waits_for_a_person_and_an_emergency_goes_on,
                 test_an_emergency_is_closed_where_the_person_says_so,
                 test_a_warning_without_its_all_clear_goes_on_even_if_it_is_to_be_closed,
                 test_what_is_released_to_be_dropped_is_cancelled,
                 test_check_and_top_look_at_a_sound_store,
                 test_an_old_backup_is_a_problem_until_there_is_a_new_one,
                 test_root_restores_for_the_user_of_the_daemon,
                 test_top_ends_with_0_when_it_is_interrupted,
                 test_kills_in_a_backup_leave_a_whole_one_or_none,
                 test_kills_in_a_restore_leave_the_old_store_or_the_new_one):
        if not only or test.__name__ in only:
            report.run(test)
    sys.exit(report.end())
