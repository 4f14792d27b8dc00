# SPDX-License-Identifier: Apache-2.0
"""A school for the tests of the built programs: a folder with a configuration, the daemon as a process, its socket,
and the simulator's ledger, which says what the phones saw. Standard library only; no sleeps: waits poll a condition."""
import http.client
import json
import os
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("B", "build")
BUILD = BUILD if BUILD.startswith("/") else os.path.join(TOP, BUILD)

CONFIG = """
school = { name = "青岭小学"; quiet = { from = "00:00"; to = "00:00"; }; };
store = "school.db"; demo = true; clock = { start = "2026-10-08 09:00"; speed = %(speed)s; };
listen = { socket = "greenline.sock"; };
limits = { per_line_day = 100; };
templates = "%(top)s/conf/templates"; answers = "%(top)s/conf/answers"; headers = "%(top)s/conf/headers.csv";
gateways = ( { name = "phones"; program = "%(program)s"; channels = [ "sms", "voice" ]; prefixes = [ "+86" ];
  price = "0.05"; rate = %(rate)s; config = { %(config)s }; } );
%(more)s
"""


def pause(seconds):
    """Lets the other processes run; the tests wait for conditions, never for this."""
    select.select([], [], [], seconds)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class School:
    def __init__(self, speed="1.0", rate="0.0", config="", more="", program="simulator"):
        self.folder = tempfile.mkdtemp(prefix="greenline-school-")
        self.socket = os.path.join(self.folder, "greenline.sock")
        self.ledger_path = os.path.join(self.folder, "phones", "phones.ledger")
        self.process = None
        self.keys = 0
        with open(os.path.join(self.folder, "greenline.conf"), "w") as file:
            file.write(CONFIG % dict(speed=speed, rate=rate, config=config, more=more, program=program, top=TOP))

    def start(self):
        log = open(os.path.join(self.folder, "log"), "a")
        self.process = subprocess.Popen([os.path.join(BUILD, "greenlined"), "-c", os.path.join(self.folder, "greenline.conf")],
                                        stdout=log, stderr=log)
        log.close()
        self.wait(lambda: self.process.poll() is not None or self.answers(), 20, "the daemon to answer")
        if self.process.poll() is not None:
            raise AssertionError("greenlined ended: " + open(os.path.join(self.folder, "log")).read()[-600:])

    def answers(self):
        try:
            return self.get("/v1/status") is not None
        except OSError:
            return False

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(40)
        return self.process.returncode if self.process else None

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def request(self, method, path, body=None, key=None):
        connection = UnixConnection(self.socket)
        headers = {}
        if method == "POST":
            self.keys += 1
            headers["Idempotency-Key"] = key or "test-%d-%d" % (os.getpid(), self.keys)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()

    def get(self, path):
        status, body = self.request("GET", path)
        return body if status == 200 else None

    def post(self, path, body, key=None):
        return self.request("POST", path, body, key)

    def all(self, path):
        """Every row of a list, page after page."""
        rows, after = [], None
        while True:
            page = self.get(path + ("&" if "?" in path else "?") + "limit=1000" + ("&after=%s" % after if after else ""))
            rows += page["items"]
            after = page["next"]
            if not after:
                return rows

    def sql(self, script):
        """Only while the daemon is down."""
        database = sqlite3.connect(os.path.join(self.folder, "school.db"))
        database.executescript(script)
        database.commit()
        database.close()

    def rows(self, query):
        """Only while the daemon is down."""
        database = sqlite3.connect(os.path.join(self.folder, "school.db"))
        try:
            return database.execute(query).fetchall()
        finally:
            database.close()

    def seed(self, count, class_name="一(1)班"):
        """Children 1 … count, each with a grandmother on a phone of her own, +86199000xxxxx."""
        self.start()
        self.stop()
        rows = []
        for i in range(1, count + 1):
            rows.append("INSERT INTO student (id, ref, name, class, left_behind) VALUES (%d, 'S%d', '孩子%d', '%s', 1);" % (i, i, i, class_name))
            rows.append("INSERT INTO person (id, ref, name) VALUES (%d, 'P%d', '奶奶%d');" % (i, i, i))
            rows.append("INSERT INTO line (id, e164) VALUES (%d, '+861990000%04d');" % (i, i))
            rows.append("INSERT INTO person_line (person, line, rank, confirmed_at) VALUES (%d, %d, 1, 1);" % (i, i))
            rows.append("INSERT INTO relation (student, person, kind, rank, guardian) VALUES (%d, %d, 'paternal_grandmother', 1, 1);" % (i, i))
        self.sql("BEGIN;" + "".join(rows) + "COMMIT;")

    def ledger(self):
        """Rows (time, kind, id, number, channel, lane, text) that the simulator wrote down."""
        rows = []
        if os.path.exists(self.ledger_path):
            with open(self.ledger_path, encoding="utf-8") as file:
                for line in file:
                    if line.endswith("\n"):
                        cells = line.rstrip("\n").split("\t")
                        cells[6] = json.loads(cells[6])
                        rows.append(cells)
        return rows

    @staticmethod
    def wait(condition, seconds, what):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError("waited %d s for %s" % (seconds, what))
            pause(0.05)


class Skipped(Exception):
    """What the machine does not allow."""


class Report:
    """Counts test functions; the last line is `N passed, N failed`, and `, N skipped` where there were any."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def run(self, test):
        import traceback
        try:
            test()
            self.passed += 1
            print("ok      %s" % test.__name__, flush=True)
        except Skipped as why:
            self.skipped += 1
            print("SKIP    %s: %s" % (test.__name__, why), flush=True)
        except Exception:
            self.failed += 1
            print("FAILED  %s" % test.__name__)
            traceback.print_exc()

    def end(self):
        print("%d passed, %d failed%s" % (self.passed, self.failed, ", %d skipped" % self.skipped if self.skipped else ""))
        return 1 if self.failed else 0
