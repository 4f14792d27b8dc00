#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Faults of the place of the store, met by the built daemon: a disk of 64 MiB that fills while an alert climbs, a lock of
another program, a folder that goes and comes back, a damaged page, no descriptors left. Routine stops and says so,
emergencies go on, nothing is lost, all goes on by itself. The disk needs a mount of its own: where the machine allows none,
that test counts as skipped."""
import os
import resource
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile

import school

CHILDREN = 120
TICK = {"WATCHDOG_USEC": "1000000"}  # half a second: the tick looks at room and file
STORM = {"to": "left-behind", "kind": "storm", "severity": "red", "text": "暴雨，请接孩子"}


class Disk:
    """64 MiB with nothing on it but the store."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="greenline-disk-")
        self.filler = os.path.join(self.path, "filler")
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", self.path], capture_output=True)
        self.mounted = done.returncode == 0

    def free(self):
        disk = os.statvfs(self.path)
        return disk.f_bavail * disk.f_frsize

    def fill(self):
        with open(self.filler, "ab", buffering=0) as file:
            for size in (1 << 20, 4096):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    pass

    def clear(self):
        os.unlink(self.filler)

    def close(self):
        if self.mounted:
            subprocess.run(["umount", "-l", self.path], check=False)
        shutil.rmtree(self.path, ignore_errors=True)


def make_school(folder=None, config="", **more):
    """A school whose store lies in `folder` (else beside everything else); its gateways' states never do."""
    place = school.School(config='script = "s.sim"; ' + config, **more)
    os.makedirs(os.path.join(place.folder, "phones"), exist_ok=True)
    with open(os.path.join(place.folder, "phones", "s.sim"), "w", encoding="utf-8") as file:
        file.write("")
    if folder:
        path = os.path.join(place.folder, "greenline.conf")
        text = open(path, encoding="utf-8").read()
        text = text.replace('store = "school.db";', 'store = "%s/school.db"; state_dir = "%s";' % (folder, place.folder))
        open(path, "w", encoding="utf-8").write(text)
    place.store = os.path.join(folder or place.folder, "school.db")
    place.sql = lambda script: run_sql(place.store, script)
    return place


def run_sql(path, script):
    database = sqlite3.connect(path)
    database.executescript(script)
    database.commit()
    database.close()


def start(place):
    os.environ.update(TICK)
    try:
        place.start()
    finally:
        for name in TICK:
            os.environ.pop(name)


def log(place):
    return open(os.path.join(place.folder, "log"), encoding="utf-8").read()


def fault(place):
    status = place.get("/v1/status")
    return status["store"]["fault"] if status else None


def told(place, word):
    """Phones that got a message with this word."""
    return {row[3] for row in place.ledger() if row[1] == "out" and word in row[6]}


def raise_alert(place, body):
    status, answer = place.post("/v1/alerts", body)
    assert status in (200, 201), answer
    return answer


def test_an_alert_climbs_on_while_its_disk_is_full_and_all_goes_on_when_there_is_room():
    disk = Disk()
    if not disk.mounted:
        disk.close()
        raise school.Skipped("no mount of its own is allowed here")
    place = make_school(disk.path)
    try:
        place.seed(CHILDREN)
        start(place)
        assert place.get("/v1/status")["store"]["ballast"], "no ballast at the start"
        place.wait(lambda: place.post("/v1/broadcasts", {"to": "left-behind", "text": "明天八点到校"})[0] in (200, 201), 10, "a notice")
        raise_alert(place, STORM)
        disk.fill()
        place.wait(lambda: fault(place) in ("full", "low"), 20, "the fault in status")
        status, answer = place.post("/v1/broadcasts", {"to": "left-behind", "text": "不会发出"})
        assert status == 503 and "磁盘" not in answer["detail"] or "盘" in answer["detail"], answer
        place.wait(lambda: len(told(place, "暴雨")) == CHILDREN, 60, "the storm on every phone")
        raise_alert(place, {"to": "student:S1", "kind": "missing", "severity": "red", "text": "孩子不见了"})
        place.wait(lambda: told(place, "不见了"), 30, "an alert raised on the full disk")
        problems = place.get("/v1/status")["problems"]
        assert "盘" in problems[0]["what"] and "清理" in problems[0]["mend"], problems
        lines = [line for line in log(place).splitlines() if "the disk of the store is" in line]
        assert 1 <= len(lines) <= 4, lines
        assert not os.path.exists(place.store + ".ballast") or fault(place) == "low"
        disk.clear()
        place.wait(lambda: fault(place) == "", 40, "the end of the fault")
        assert os.path.getsize(place.store + ".ballast") == 16 << 20
        status, answer = place.post("/v1/broadcasts", {"to": "left-behind", "text": "已经恢复"})
        assert status in (200, 201), answer
        place.wait(lambda: len(told(place, "已经恢复")) == CHILDREN, 60, "routine after the end")
        assert len(told(place, "明天八点")) == CHILDREN and not told(place, "不会发出")
        numbers = [row[2] for row in place.ledger() if row[1] == "out"]
        assert len(numbers) == len(set(numbers)), "sent twice"
        findings = place_check(place)
        assert findings == [], findings
    except BaseException:
        print(log(place)[-2000:])
        raise
    finally:
        place.close()
        disk.close()


def place_check(place):
    status, check = place.post("/v1/checks", {})
    assert status == 200, check
    place.wait(lambda: place.get("/v1/checks/" + check["name"])["state"] != "running", 30, "the check")
    return place.get("/v1/checks/" + check["name"])["findings"]


def test_a_daemon_that_starts_on_a_full_disk_gives_the_ballast_back():
    disk = Disk()
    if not disk.mounted:
        disk.close()
        raise school.Skipped("no mount of its own is allowed here")
    place = make_school(disk.path)
    try:
        place.seed(5)
        assert os.path.exists(place.store + ".ballast")
        disk.fill()
        start(place)
        assert fault(place) == "full" and not os.path.exists(place.store + ".ballast")
        raise_alert(place, STORM)
        place.wait(lambda: len(told(place, "暴雨")) == 5, 30, "the storm on every phone")
        disk.clear()
        place.wait(lambda: fault(place) == "", 40, "the end of the fault")
    except BaseException:
        print(log(place)[-2000:])
        raise
    finally:
        place.close()
        disk.close()


def test_what_gateways_say_while_another_program_holds_the_store_is_not_lost():
    place = make_school()
    other = None
    try:
        with open(os.path.join(place.folder, "phones", "s.sim"), "w", encoding="utf-8") as file:
            file.write('* * reply "1" after 2s\n')
        place.seed(20)
        start(place)
        status, answer = place.post("/v1/broadcasts", {"to": "left-behind", "kind": "checkin", "text": "孩子好吗"})
        assert status in (200, 201), answer
        place.wait(lambda: len(told(place, "孩子好吗")) == 20, 30, "the question on every phone")
        other = sqlite3.connect(place.store, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        place.wait(lambda: len([row for row in place.ledger() if row[1] == "in"]) == 20, 30, "the answers on their way")
        place.wait(lambda: fault(place) == "locked", 30, "the fault in status")
        assert "人工打电话" in place.get("/v1/status")["problems"][0]["mend"]
        other.execute("ROLLBACK")
        place.wait(lambda: fault(place) == "", 40, "the end of the fault")
        place.wait(lambda: len(place.all("/v1/inbox")) == 20, 30, "the answers in the inbox")
        place.wait(lambda: {row["state"] for row in place.all("/v1/outbox")} <= {"accepted", "delivered"}, 30, "the outcomes")
        asks = place.all("/v1/asks")
        assert {ask["outcome"] for ask in asks} == {"fine"}, asks[:2]
        assert log(place).count("another program holds the store") == 1
    except BaseException:
        print(log(place)[-2000:])
        raise
    finally:
        if other:
            other.close()
        place.close()


def test_a_folder_that_is_gone_is_told_and_routine_goes_on_when_it_is_back():
    base = tempfile.mkdtemp(prefix="greenline-gone-")
    folder, away = os.path.join(base, "data"), os.path.join(base, "away")
    os.mkdir(folder)
    place = make_school(folder)
    try:
        place.seed(5)
        start(place)
        os.rename(folder, away)
        place.wait(lambda: fault(place) == "gone", 20, "the fault in status")
        status, answer = place.post("/v1/broadcasts", {"to": "left-behind", "text": "不会发出"})
        assert status == 503, answer
        raise_alert(place, STORM)
        place.wait(lambda: len(told(place, "暴雨")) == 5, 30, "the storm on every phone")
        os.rename(away, folder)
        place.wait(lambda: fault(place) == "", 40, "the end of the fault")
        place.stop()
        rows = sqlite3.connect(place.store).execute("SELECT count(*) FROM message WHERE lane = 'emergency'").fetchone()
        assert rows[0] >= 5, "what was sent meanwhile is not in the store: %s" % rows[0]
    except BaseException:
        print(log(place)[-2000:])
        raise
    finally:
        place.close()
        shutil.rmtree(base, ignore_errors=True)


def test_a_damaged_store_is_told_and_found_by_check():
    place = make_school()
    try:
        place.seed(200)
        page_size, root = sqlite3.connect(place.store).execute(
            "SELECT (SELECT page_size FROM pragma_page_size), rootpage FROM sqlite_schema WHERE name = 'relation'").fetchone()
        with open(place.store, "r+b") as file:
            file.seek((root - 1) * page_size)
            file.write(b"\xff" * page_size)
        start(place)
        findings = place_check(place)
        assert any("relation" in one["what"] and "restore" in one["mend"] for one in findings), findings[:3]
        place.post("/v1/broadcasts", {"to": "left-behind", "text": "明天八点到校"})
        place.wait(lambda: fault(place) == "damaged", 20, "the fault in status")
        problem = place.get("/v1/status")["problems"][0]
        assert "损坏" in problem["what"] and "restore" in problem["mend"], problem
        assert place.process.poll() is None
    except BaseException:
        print(log(place)[-2000:])
        raise
    finally:
        place.close()


def test_without_descriptors_what_runs_goes_on_and_clients_come_back():
    place = make_school()
    try:
        place.seed(5)
        start(place)
        soft, hard = resource.prlimit(place.process.pid, resource.RLIMIT_NOFILE)
        raise_alert(place, STORM)
        numbers = {int(name) for name in os.listdir("/proc/%d/fd" % place.process.pid)}
        first_free = next(n for n in range(4096) if n not in numbers)
        resource.prlimit(place.process.pid, resource.RLIMIT_NOFILE, (first_free, hard))
        clients = [socket.socket(socket.AF_UNIX) for _ in range(20)]
        for client in clients:  # more than any that may just have come free
            client.connect(place.socket)
        place.wait(lambda: len(told(place, "暴雨")) == 5, 30, "the storm on every phone")
        place.wait(lambda: "descriptor" in log(place), 30, "the line in the log")
        resource.prlimit(place.process.pid, resource.RLIMIT_NOFILE, (soft, hard))
        for client in clients:
            client.close()
        place.wait(place.answers, 30, "an answer when there are descriptors again")
    except BaseException:
        print(log(place)[-2000:])
        raise
    finally:
        place.close()


if __name__ == "__main__":
    report = school.Report()
    only = sys.argv[1:]
    for test in (test_an_alert_climbs_on_while_its_disk_is_full_and_all_goes_on_when_there_is_room,
                 test_a_daemon_that_starts_on_a_full_disk_gives_the_ballast_back,
                 test_what_gateways_say_while_another_program_holds_the_store_is_not_lost,
                 test_a_folder_that_is_gone_is_told_and_routine_goes_on_when_it_is_back,
                 test_a_damaged_store_is_told_and_found_by_check,
                 test_without_descriptors_what_runs_goes_on_and_clients_come_back):
        if not only or test.__name__ in only:
            report.run(test)
    sys.exit(report.end())
