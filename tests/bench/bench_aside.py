#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The built daemon while the helper thread is at it: an import, previews and lists of a large school, and beside them one
client that asks for something small again and again. It waits for the rest of one turn and the whole of its own: twice
the longest turn at most. Prints figures, asserts nothing. PUPILS=N (3,000)."""
import http.client
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "integration"))
import school  # noqa: E402

PUPILS = int(os.environ.get("PUPILS", "3000"))
LETTERS = "春夏秋冬山水花石云雪竹松江河湖海"
CLI = os.path.join(school.BUILD, "greenline")


def name(family, i):
    return family + "".join(LETTERS[i // 16 ** place % 16] for place in range(4))


def write_roster(path):
    with open(path, "w", encoding="utf-8") as file:
        file.write("学籍号,姓名,班级,监护人姓名,与学生关系,联系电话,父亲姓名,父亲电话,母亲姓名,母亲电话\n")
        for i in range(1, PUPILS + 1):
            file.write("S%05d,%s,%d(%d)班,%s,奶奶,1990%07d,%s,1990%07d,%s,1990%07d\n" % (
                i, name("王", i), i % 6 + 1, i % 9 + 1, name("李", i), i, name("赵", i), 100000 + i, name("钱", i), 200000 + i))


class Client:
    """Asks for a message that is not there, on one connection."""

    def __init__(self, place):
        self.connection = school.UnixConnection(place.socket)

    def wait_ms(self):
        began = time.monotonic()
        self.connection.request("GET", "/v1/outbox/1")
        self.connection.getresponse().read()
        return (time.monotonic() - began) * 1e3


def say(what, took, waits):
    waits.sort()
    print("%-34s %8.0f ms   waits beside it: median %5.2f, p99 %6.2f, longest %6.2f ms" % (
        what, took, waits[len(waits) // 2], waits[len(waits) * 99 // 100], waits[-1]), flush=True)


def idle(client):
    began = time.monotonic()
    waits = [client.wait_ms() for _ in range(2000)]
    say("nothing else", (time.monotonic() - began) * 1e3, waits)


def beside(place, client, what, *command):
    """One command of the CLI, and the client's waits until it has ended."""
    began, waits = time.monotonic(), []
    process = subprocess.Popen([CLI, "--socket", place.socket, *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while process.poll() is None or not waits:
        waits.append(client.wait_ms())
    if process.returncode:
        raise SystemExit("%s: %s" % (what, process.stderr.read().decode()[:500]))
    process.stderr.close()
    say(what, (time.monotonic() - began) * 1e3, waits)


def main():
    print("a school of %d, the daemon and the command as processes" % PUPILS)
    place = school.School()
    roster = os.path.join(place.folder, "roster.csv")
    write_roster(roster)
    place.start()
    try:
        client = Client(place)
        idle(client)
        beside(place, client, "the check of an import alone", "import", "--dry-run", roster)
        beside(place, client, "the import", "import", roster)
        beside(place, client, "the same again", "import", roster)
        beside(place, client, "a preview to all", "broadcast", "send", "--to", "all", "--text", "明天停课", "--dry-run")
        beside(place, client, "the list of all pupils", "--json", "student", "list", "--limit", "1000")
        beside(place, client, "what waits today", "--json", "today")
    finally:
        place.close()


main()
