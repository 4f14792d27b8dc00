#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Webhooks through the built daemon: confirmed to the provider only when stored, nothing of the API over TCP, the list of
addresses, and a crowd of idle and dripping clients that holds up no emergency."""
import http.client
import os
import resource
import select
import signal
import socket
import sys
import threading
import time

import school

PROGRAM = os.path.join(school.BUILD, "tests", "gateways", "takes_webhooks")
LADDERS = """ladders = { urgent = { kinds = [ "emergency" ]; then = "restart";
  steps = ( { after = "0s"; who = [ "guardian:1" ]; channels = [ "sms" ]; answer = "any"; } ); }; };"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Place(school.School):
    """A school that listens for webhooks; `hook` stands in the gateway's section."""

    def __init__(self, program=PROGRAM, hook="", listen="", **more):
        super().__init__(program=program, **more)
        self.port = free_port()
        self.conf = os.path.join(self.folder, "greenline.conf")
        self.edit('socket = "greenline.sock";', 'socket = "greenline.sock"; http = "127.0.0.1:%d"; %s' % (self.port, listen))
        self.edit('name = "phones";', 'name = "phones"; %s' % hook)

    def edit(self, old, new):
        with open(self.conf, encoding="utf-8") as file:
            text = file.read()
        assert old in text, old
        with open(self.conf, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))

    def call(self, path, body=None, method="POST"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def gateway(self):
        return self.get("/v1/gateways/phones") or {}

    def ready(self):
        self.wait(lambda: self.gateway().get("state") == "ready", 20, "the gateway to be ready")


def test_reply_is_stored_before_the_provider_has_its_answer():
    place = Place(config="simulated = true;")
    try:
        place.seed(1)
        place.start()
        place.ready()
        for _ in range(2):  # a provider repeats what it is not sure of
            assert place.call("/hook/phones/s3cret/reply", "mo-1") == (200, b"ok")
        rows = place.all("/v1/inbox")
        assert [(row["uid"], row["text"]) for row in rows] == [("mo-1", "mo-1")], rows
        place.kill()  # what was confirmed is there, however the daemon ends
        assert place.rows("SELECT uid FROM reply") == [("mo-1",)]
    finally:
        place.close()


def test_nothing_of_the_api_is_served_over_tcp():
    place = Place(config="simulated = true;")
    try:
        place.start()
        place.ready()
        for path in ("/v1/status", "/v1/students", "/", "/hook", "/hook/", "/hook/nobody", "/hook/phones%00/echo"):
            assert place.call(path, method="GET") == (404, b""), path
        assert place.call("/hook/phones/echo", method="PATCH") == (405, b"")
        assert place.call("/hook/phones/echo", "x" * (300 * 1024))[0] == 413
        status, body = place.call("/hook/phones/echo", "好".encode())
        assert status == 200 and '"body":"好","from":"127.0.0.1"' in body.decode(), body
    finally:
        place.close()


def test_address_list_holds_and_a_reload_changes_it():
    place = Place(config="simulated = true;", hook='hook = { from = [ "203.0.113.0/24" ]; };')
    try:
        place.start()
        place.ready()
        assert place.call("/hook/phones/echo") == (403, b"")
        place.edit('"203.0.113.0/24"', '"203.0.113.0/24", "127.0.0.0/8"')
        place.process.send_signal(signal.SIGHUP)
        place.wait(lambda: place.call("/hook/phones/echo")[0] == 200, 20, "the reload")
        assert place.gateway()["restarts"] == 0
    finally:
        place.close()


def test_gateway_without_webhooks_answers_503():
    place = Place(program="simulator")
    try:
        place.start()
        place.ready()
        assert place.call("/hook/phones/echo") == (503, b"")
    finally:
        place.close()


class Crowd(threading.Thread):
    """Idle clients, and some that send a byte now and then; those that were cut come again."""

    def __init__(self, port, idle, dripping):
        super().__init__(daemon=True)
        self.port, self.ended = port, False
        self.idle = [self.connect() for _ in range(idle)]
        self.dripping = [self.connect() for _ in range(dripping)]

    def connect(self):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", self.port))
        return client

    def run(self):
        while not self.ended:
            for i, client in enumerate(self.dripping):
                try:
                    client.send(b"x")
                except BlockingIOError:
                    pass
                except OSError:
                    client.close()
                    self.dripping[i] = self.connect()
            select.select([], [], [], 0.1)

    def end(self):
        self.ended = True
        self.join()
        for client in self.idle + self.dripping:
            client.close()


def test_crowd_on_the_listener_delays_no_emergency():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    idle = 10000 if hard >= 16000 else max(100, hard // 2)
    place = Place(program="simulator", more=LADDERS)
    crowd = None
    try:
        place.seed(5)
        place.start()
        place.ready()
        crowd = Crowd(place.port, idle, 100)
        crowd.start()
        began = time.monotonic()
        status, body = place.post("/v1/alerts", {"to": "left-behind", "kind": "storm", "severity": "red", "text": "暴雨，请接孩子"})
        assert status == 200, body
        place.wait(lambda: sum(row[1] == "out" for row in place.ledger()) >= 5, 10, "the alert to leave")
        took = time.monotonic() - began
        print("        %d idle clients: the alert left after %.2f s" % (idle, took))
        assert took < 3, took  # a second, and what a busy machine adds
        before = cpu_of(place.process.pid)
        school.pause(2)
        assert cpu_of(place.process.pid) - before < 1, "the daemon spins"
        crowd.end()
        place.wait(lambda: place.call("/hook/phones")[0] == 503, 20, "the next client to be served")
    finally:
        if crowd:
            crowd.ended = True
        place.close()


def cpu_of(pid):
    """Seconds of processor time."""
    with open("/proc/%d/stat" % pid, encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    report = school.Report()
    report.run(test_reply_is_stored_before_the_provider_has_its_answer)
    report.run(test_nothing_of_the_api_is_served_over_tcp)
    report.run(test_address_list_holds_and_a_reload_changes_it)
    report.run(test_gateway_without_webhooks_answers_503)
    report.run(test_crowd_on_the_listener_delays_no_emergency)
    sys.exit(report.end())
