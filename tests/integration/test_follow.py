#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Views that are followed, through the built programs on the demo clock: `alert show ID --follow` and `status --follow` on
a pipe, as JSON and on a terminal; a daemon that is killed and comes back; ctrl-C; and what a bare client of the API sees."""
import json
import os
import pty
import queue
import signal
import socket
import subprocess
import threading
import time

import school

GREENLINE = os.path.join(school.BUILD, "greenline")
WAIT = 30


class Follower:
    """A `greenline … --follow` whose lines come one by one."""

    def __init__(self, place, *words):
        self.process = subprocess.Popen([GREENLINE, "--socket", place.socket, *words], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, env=dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE=""))
        self.lines, self.errors = queue.Queue(), queue.Queue()
        self.threads = [threading.Thread(target=self.read, args=pair) for pair in
                        ((self.process.stdout, self.lines), (self.process.stderr, self.errors))]
        for thread in self.threads:
            thread.start()

    @staticmethod
    def read(stream, lines):
        for line in stream:
            lines.put(line.rstrip("\n"))
        stream.close()

    @staticmethod
    def next(lines, fits, what):
        """The next line that fits; those before it are passed over."""
        end, seen = time.monotonic() + WAIT, []
        while True:
            try:
                seen.append(lines.get(timeout=max(0.01, end - time.monotonic())))
            except queue.Empty:
                raise AssertionError("waited %d s for %s, got %s" % (WAIT, what, seen[-5:])) from None
            if fits(seen[-1]):
                return seen[-1]

    def line(self, part):
        return self.next(self.lines, lambda line: part in line, part)

    def error(self, part):
        return self.next(self.errors, lambda line: part in line, part)

    def view(self, fits, what):
        return json.loads(self.next(self.lines, lambda line: fits(json.loads(line)), what))

    def end(self):
        """Its status, without a signal of ours."""
        status = self.process.wait(WAIT)
        for thread in self.threads:
            thread.join()
        return status

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        return self.end()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.end()


def opened(children=1):
    place = school.School()
    place.seed(children)
    place.start()
    return place


def raised(place):
    status, body = place.post("/v1/alerts", {"student": "S1", "text": "发高烧，已送镇卫生院"})
    assert status == 200, body
    return body["cause"]


def closed(place, alert):
    status, body = place.post("/v1/alerts/%d/ack" % alert, {"person": "P1"})
    assert status == 200, body
    status, body = place.post("/v1/alerts/%d/close" % alert, {"outcome": "已退烧"})
    assert status == 200, body


def test_an_alert_is_followed_from_its_raising_to_its_close():
    place = opened()
    follower = None
    try:
        alert = raised(place)
        follower = Follower(place, "alert", "show", str(alert), "--follow", "--json")
        first = json.loads(follower.line('"state":"open"'))
        assert first["id"] == alert, first
        assert place.post("/v1/alerts/%d/ack" % alert, {"person": "P1"})[0] == 200
        taken = follower.view(lambda view: view["acknowledged_by"], "the acknowledgement")
        assert taken["acknowledged_by"] == {"ref": "P1", "name": "奶奶1"}, taken
        assert place.post("/v1/alerts/%d/close" % alert, {"outcome": "已退烧"})[0] == 200
        end = follower.view(lambda view: view["state"] == "closed", "the close")
        assert end["outcome"] == "已退烧", end
        assert follower.interrupt() == 0
        assert follower.errors.empty()
    finally:
        if follower:
            follower.close()
        place.stop()
        place.close()


def test_on_a_pipe_one_block_follows_the_other():
    place = opened()
    follower = None
    try:
        alert = raised(place)
        follower = Follower(place, "alert", "show", str(alert), "--follow")
        follower.line("open")
        closed(place, alert)
        follower.line("已退烧")
        assert follower.interrupt() == 0
    finally:
        if follower:
            follower.close()
        place.stop()
        place.close()


def test_a_daemon_that_is_killed_is_said_to_be_away_and_listed_again_when_it_is_back():
    place = opened()
    follower = None
    try:
        alert = raised(place)
        follower = Follower(place, "alert", "show", str(alert), "--follow", "--json")
        follower.line('"state":"open"')
        place.kill()
        assert follower.error("went away") == "greenline: greenlined went away; asking again until it is back, ctrl-C ends"
        place.start()
        closed(place, alert)
        follower.view(lambda view: view["state"] == "closed", "the close, after the break")
        place.stop()
        follower.error("went away")
        assert follower.interrupt() == 0  # while nobody is there
        assert follower.errors.empty()
    finally:
        if follower:
            follower.close()
        place.stop()
        place.close()


def test_status_is_followed_and_a_gateway_that_stops_is_seen():
    place = opened()
    follower = None
    try:
        follower = Follower(place, "status", "--follow", "--json")
        follower.view(lambda view: view["gateways"][0]["state"] == "ready", "the gateway")
        assert place.post("/v1/gateways/phones/drain", {"reason": "SIM"})[0] == 200
        follower.view(lambda view: view["gateways"][0]["state"] == "stopped", "the end of the gateway")
        assert follower.interrupt() == 0
    finally:
        if follower:
            follower.close()
        place.stop()
        place.close()


def test_what_is_not_there_or_does_not_run_is_said_and_not_waited_for():
    place = opened()
    try:
        follower = Follower(place, "alert", "show", "99", "--follow")
        assert follower.end() == 1
        assert follower.error("99") == "greenline: alert 99: there is none: see the list"
        place.stop()
        follower = Follower(place, "status", "--follow")
        assert follower.end() == 1
        assert "start" in follower.error("greenlined")
    finally:
        place.stop()
        place.close()


def read_terminal(fd, part):
    end, got = time.monotonic() + WAIT, ""
    while part not in got:
        assert time.monotonic() < end, got[-800:]
        got += os.read(fd, 65536).decode("utf-8", "replace")
    return got


def test_on_a_terminal_the_board_is_drawn_in_its_place():
    place = opened()
    process = None
    ours, theirs = pty.openpty()
    try:
        alert = raised(place)
        process = subprocess.Popen([GREENLINE, "--socket", place.socket, "alert", "show", str(alert), "--follow"], stdin=theirs,
                                   stdout=theirs, stderr=theirs, start_new_session=True,
                                   env=dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="", TERM="xterm"))
        first = read_terminal(ours, "ctrl-C ends")
        assert first.startswith("\033[H\033[J"), first[:80]
        closed(place, alert)
        again = read_terminal(ours, "已退烧")
        assert "\033[H\033[J" in again, again[:200]
        process.send_signal(signal.SIGINT)
        assert process.wait(WAIT) == 0
    finally:
        if process and process.poll() is None:
            process.kill()
            process.wait()
        os.close(ours)
        os.close(theirs)
        place.stop()
        place.close()


def stream_of(place, path):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(WAIT)
    client.connect(place.socket)
    client.sendall(("GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path).encode())
    return client


def last_view(client, fits):
    """Reads until the newest event fits; that event, and the bytes that came in all."""
    got, end = b"", time.monotonic() + WAIT
    while True:
        assert time.monotonic() < end, got[-300:]
        got += client.recv(1 << 20)
        # chunks of HTTP: one an event; the text of an event has no line break
        for block in reversed(got.split(b"\ndata: ")[1:]):
            if b"}\n\n\r\n" in block:
                view = json.loads(block.split(b"\n\n\r\n")[0])
                if fits(view):
                    return view, len(got)
                break


def test_clients_that_never_read_get_the_newest_at_last_and_delay_nobody():
    place = opened(40)
    clients, follower = [], None
    try:
        assert place.post("/v1/broadcasts", {"to": "left-behind", "text": "明天下午三点放学。" * 20})[0] == 200
        place.wait(lambda: len(place.all("/v1/outbox")) == 40, WAIT, "the messages")
        clients = [stream_of(place, "/v1/outbox/follow?limit=1000") for _ in range(20)]
        follower = Follower(place, "status", "--follow", "--json")
        follower.line('"state"')
        for i in range(40):
            assert place.post("/v1/broadcasts", {"to": "left-behind", "text": "第%d条" % i})[0] == 200
        place.wait(lambda: len(place.all("/v1/outbox")) == 40 * 41, WAIT, "all of them")
        assert place.get("/v1/status") is not None
        for client in clients:
            view, length = last_view(client, lambda view: len(view["items"]) == 1000)
            # what the kernel held, the event that was stuck, and the newest
            assert length < 256 * 1024 + 2 * len(json.dumps(view, ensure_ascii=False).encode()), length
        assert follower.interrupt() == 0
    finally:
        if follower:
            follower.close()
        for client in clients:
            client.close()
        place.stop()
        place.close()


if __name__ == "__main__":
    report = school.Report()
    report.run(test_an_alert_is_followed_from_its_raising_to_its_close)
    report.run(test_on_a_pipe_one_block_follows_the_other)
    report.run(test_on_a_terminal_the_board_is_drawn_in_its_place)
    report.run(test_a_daemon_that_is_killed_is_said_to_be_away_and_listed_again_when_it_is_back)
    report.run(test_status_is_followed_and_a_gateway_that_stops_is_seen)
    report.run(test_what_is_not_there_or_does_not_run_is_said_and_not_waited_for)
    report.run(test_clients_that_never_read_get_the_newest_at_last_and_delay_nobody)
    raise SystemExit(report.end())
