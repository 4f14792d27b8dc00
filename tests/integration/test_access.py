#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Other programs and the built daemon: tokens by the command line and over curl's sockets, figures held against the grammar
of their format (and promtool, where it is installed), and event hooks that hear of an emergency, a gateway, the clock and
the disk while nobody waits for them."""
import http.client
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

import school
from test_webhooks import free_port

GREENLINE = os.path.join(school.BUILD, "greenline")
LADDERS = """ladders = { urgent = { kinds = [ "emergency" ]; then = "restart";
  steps = ( { after = "0s"; who = [ "guardian:1" ]; channels = [ "sms" ]; answer = "any"; } ); }; };"""
ALL = '[ "alert", "gateway_down", "gateway_up", "disk", "clock" ]'
REAL = """school = { name = "青岭小学"; };
store = "school.db"; listen = { socket = "greenline.sock"; };
templates = "%(top)s/conf/templates"; answers = "%(top)s/conf/answers"; headers = "%(top)s/conf/headers.csv";
hooks = ( { program = "%(hook)s"; events = [ "clock" ]; } );
"""


class Place(school.School):
    """A school with a hook that writes down what it is told, a socket for tokens and /metrics on a port."""

    def __init__(self, hook="while read -r line; do echo \"$line\" >> told; done", events=ALL, **more):
        super().__init__(more=LADDERS + more.pop("more", ""), **more)
        self.port = free_port()
        self.hook = os.path.join(self.folder, "on-event")
        self.conf = os.path.join(self.folder, "greenline.conf")
        self.tokens = os.path.join(self.folder, "tokens.sock")
        with open(self.hook, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\ncd %s\n%s\n" % (self.folder, hook))
        os.chmod(self.hook, 0o755)
        self.edit('listen = { socket = "greenline.sock"; };',
                  'listen = { socket = "greenline.sock"; tokens = "tokens.sock"; http = "127.0.0.1:%d"; metrics = true; };\n'
                  'hooks = ( { program = "%s"; events = %s; config = { to = "ops"; }; } );' % (self.port, self.hook, events))

    def edit(self, old, new):
        with open(self.conf, encoding="utf-8") as file:
            text = file.read()
        assert old in text, old
        with open(self.conf, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))

    def seed(self, count):
        super().seed(count)
        if os.path.exists(os.path.join(self.folder, "told")):
            os.remove(os.path.join(self.folder, "told"))

    def cli(self, *arguments):
        done = subprocess.run([GREENLINE, *arguments], capture_output=True, text=True, timeout=30,
                              env=dict(os.environ, LC_ALL="C.UTF-8", GREENLINE_SOCKET=self.socket))
        return done.returncode, done.stdout, done.stderr

    def token(self, name, may):
        status, out, err = self.cli("token", "add", name, "--may", may)
        assert status == 0, err
        return out.strip()

    def ask(self, path, token=None, port=False, method="GET"):
        """(status, headers, text) over the socket of tokens, or over TCP."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20) if port else school.UnixConnection(self.tokens)
        try:
            connection.request(method, path, headers={"Authorization": "Bearer " + token} if token else {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def text(self, path):
        connection = school.UnixConnection(self.socket)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def start_limited(self):
        """With the limits of this process, and a signal for files that are too large that ends nobody."""
        old = subprocess.Popen

        class Popen(old):
            def __init__(self, *arguments, **more):
                super().__init__(*arguments, restore_signals=False, **more)
        subprocess.Popen = Popen
        try:
            self.start()
        finally:
            subprocess.Popen = old

    def told(self):
        """What the hook was told."""
        path = os.path.join(self.folder, "told")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return [json.loads(line) for line in file.read().split("\n")[:-1]]

    def hears(self, seconds=20, **fields):
        self.wait(lambda: any(all(line.get(key) == value for key, value in fields.items()) for line in self.told()), seconds,
                  "the hook to hear %s, of %s" % (fields, self.told()))

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8") as file:
            return file.read()


def with_place(**how):
    def decorate(test):
        def run():
            place = Place(**how)
            try:
                test(place)
            finally:
                place.close()
        run.__name__ = test.__name__
        return run
    return decorate


# --- tokens ---------------------------------------------------------------------------------------------------------


@with_place()
def test_a_program_with_a_token_may_what_it_was_given_and_its_name_is_in_the_log(place):
    place.seed(1)
    place.start()
    token = place.token("board", "status.show,student.list")
    assert place.ask("/v1/status", token)[0] == 200
    assert json.loads(place.ask("/v1/students", token)[2])["items"][0]["ref"] == "S1"
    status, _, text = place.ask("/v1/outbox", token)
    assert status == 403 and "token:board may not outbox.list" in text, text
    status, headers, _ = place.ask("/v1/status")
    assert status == 401 and headers["WWW-Authenticate"] == "Bearer"
    status, out, _ = place.cli("audit", "--actor", "token:board", "--json")
    assert status == 0 and [row["action"] for row in json.loads(out)] == ["student.list"], out
    assert place.cli("token", "end", "board")[0] == 0
    assert place.ask("/v1/status", token)[0] == 401
    status, out, err = place.cli("token", "add", "board", "--may", "status.show")
    assert status == 1 and "there is or was one of that name" in err
    place.kill()  # neither the database nor its log knows the word
    for name in ("school.db", "school.db-wal"):
        with open(os.path.join(place.folder, name), "rb") as file:
            assert token[4:].encode() not in file.read(), name


@with_place()
def test_a_crowd_at_the_socket_of_tokens_keeps_nobody_out_of_the_other(place):
    place.start()
    crowd = []
    try:
        for _ in range(400):  # more than it takes at one time; then the line before it is full too
            client = school.UnixConnection(place.tokens)
            crowd.append(client)
            try:
                client.connect()
            except BlockingIOError:
                break
        assert len(crowd) > 64, len(crowd)
        before = time.monotonic()
        assert place.get("/v1/status") is not None
        assert time.monotonic() - before < 5
    finally:
        for client in crowd:
            client.close()


# --- figures --------------------------------------------------------------------------------------------------------

NAME, LABEL = r"[a-zA-Z_:][a-zA-Z0-9_:]*", r"[a-zA-Z_][a-zA-Z0-9_]*"
VALUE = r"(?:[+-]?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|Inf)|NaN)"
SAMPLE = re.compile(r"(%s)(?:\{((?:%s=\"(?:[^\"\\\n]|\\[\\\"n])*\",?)*)\})? (%s)$" % (NAME, LABEL, VALUE))
PAIR = re.compile(r"(%s)=\"((?:[^\"\\\n]|\\[\\\"n])*)\"(?:,|$)" % LABEL)


def parse(text):
    """{family: {sorted labels: value}} of the text format, or an AssertionError where it is not that."""
    types, families, current = {}, {}, None
    assert text.endswith("\n")
    for line in text[:-1].split("\n"):
        meta = re.fullmatch(r"# (HELP|TYPE) (%s) (.+)" % NAME, line)
        if meta:
            kind, name, rest = meta.groups()
            assert kind == "TYPE" or (name not in families and "\n" not in rest), line
            if kind == "TYPE":
                assert name not in types and rest in ("counter", "gauge", "histogram"), line
                assert (rest == "counter") == name.endswith("_total"), line
                types[name] = rest
            families.setdefault(name, {})
            current = name
            continue
        sample = SAMPLE.match(line)
        assert sample, "no sample: " + line
        name, labels, value = sample.groups()
        family = re.sub(r"_(bucket|sum|count)$", "", name) if types.get(current) == "histogram" else name
        assert family == current, "%s stands among those of %s" % (line, current)
        key = (name, tuple(sorted(PAIR.findall(labels or ""))))
        assert key not in families[family], "twice: " + line
        families[family][key] = float(value)
    for name, kind in types.items():
        if kind == "histogram":
            check_histogram(name, families[name])
    return families


def check_histogram(name, samples):
    buckets = sorted((float(dict(labels)["le"]), value) for (sample, labels), value in samples.items() if sample == name + "_bucket")
    counts = [value for _, value in buckets]
    assert buckets and buckets[-1][0] == float("inf") and counts == sorted(counts), buckets
    assert counts[-1] == samples[name + "_count", ()] and samples[name + "_sum", ()] >= 0


def test_the_parser_of_figures_refuses_what_is_none():
    sound = "# HELP a_total x\n# TYPE a_total counter\na_total{b=\"c\\\"\"} 1\n"
    assert parse(sound) == {"a_total": {("a_total", (("b", "c\\\""),)): 1.0}}
    for broken in (sound[:-1], sound + "a_total{b=\"c\\\"\"} 2\n", sound + "other 1\n", sound.replace("_total", ""),
                   sound.replace("} 1", "} x"), sound.replace("{b=", "{b:"), sound.replace(" 1\n", " 1,5\n")):
        try:
            parse(broken)
        except AssertionError:
            continue
        raise AssertionError("taken: " + broken)


@with_place()
def test_figures_are_in_the_format_and_name_nobody(place):
    place.seed(3)
    place.start()
    status, body = place.post("/v1/broadcasts", {"to": "left-behind", "text": "你好", "kind": "notice"})
    assert status == 200, body
    place.wait(lambda: len(place.all("/v1/outbox?state=delivered")) == 3, 30, "the messages to be delivered")
    token = place.token("prometheus", "metrics.show")
    status, headers, text = place.ask("/metrics", token)
    assert status == 200 and headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8", (status, headers)
    figures = parse(text)
    delivered = ("greenline_messages_total", (("channel", "sms"), ("kind", "notice"), ("state", "delivered")))
    assert figures["greenline_messages_total"][delivered] == 3, text
    assert figures["greenline_gateway_up"]["greenline_gateway_up", (("gateway", "phones"),)] == 1
    assert figures["greenline_gateway_events_total"]["greenline_gateway_events_total", (("event", "sent"), ("gateway", "phones"))] == 3
    assert figures["greenline_hook_up"]["greenline_hook_up", (("hook", "on-event"),)] == 1
    assert figures["greenline_store_ok"]["greenline_store_ok", ()] == 1
    assert figures["greenline_wal_bytes"]["greenline_wal_bytes", ()] > 0
    assert figures["greenline_turn_duration_seconds"]["greenline_turn_duration_seconds_count", ()] > 3
    # a turn is work, not the waiting between two of them: the daemon has lived for seconds by now
    assert figures["greenline_turn_duration_seconds"]["greenline_turn_duration_seconds_sum", ()] < \
        figures["greenline_uptime_seconds"]["greenline_uptime_seconds", ()]
    assert not re.search(r"\d{6,}\D*(?:\"|$)", re.sub(r" [\d.]+$", "", text, flags=re.M)), "a number of somebody"
    assert not any(ord(c) > 127 for c in text), "a name of somebody"
    with open(os.path.join(place.folder, "figures"), "w", encoding="utf-8") as file:
        file.write(text)
    if shutil.which("promtool"):
        with open(os.path.join(place.folder, "figures"), "rb") as file:
            done = subprocess.run(["promtool", "check", "metrics"], stdin=file, capture_output=True)
        assert done.returncode == 0 and not done.stderr, done.stderr


@with_place()
def test_over_tcp_figures_need_a_token_and_nothing_else_of_the_api_is_there(place):
    place.start()
    token, other = place.token("prometheus", "metrics.show"), place.token("board", "status.show")
    status, headers, text = place.ask("/metrics", token, port=True)
    assert status == 200 and parse(text) and headers["Content-Type"].startswith("text/plain; version=0.0.4"), (status, headers)
    status, headers, text = place.ask("/metrics", port=True)
    assert (status, text, headers["WWW-Authenticate"]) == (401, "", "Bearer")
    assert place.ask("/metrics", other, port=True)[0] == 403
    assert place.ask("/metrics", token + "x", port=True)[0] == 401
    assert place.ask("/metrics", token, port=True, method="POST")[0] == 405
    for path in ("/v1/metrics", "/v1/status", "/metrics/", "/metricsx"):
        assert place.ask(path, token, port=True)[0] == 404, path
    place.edit("metrics = true;", "metrics = false;")
    place.process.send_signal(signal.SIGHUP)
    place.wait(lambda: place.ask("/metrics", token, port=True)[0] == 404, 20, "the reload")


# --- event hooks ----------------------------------------------------------------------------------------------------


@with_place()
def test_a_hook_hears_of_an_emergency_from_its_begin_to_its_end_and_no_name(place):
    place.seed(1)
    place.start()
    place.hears(type="hello", school="青岭小学", demo=True, config={"to": "ops"})
    place.hears(type="gateway_up", gateway="phones")
    status, body = place.post("/v1/alerts", {"student": "S1", "kind": "emergency", "severity": "1", "text": "孩子1发高烧", "drill": True})
    assert status == 200, body
    place.hears(type="alert", alert=body["cause"], state="raised", drill=True)
    place.wait(lambda: place.get("/v1/alerts/%d" % body["cause"])["asks"], 20, "the question")
    status, answer = place.post("/v1/alerts/%d/ack" % body["cause"], {})
    assert status == 200, answer
    place.hears(type="alert", alert=body["cause"], state="acknowledged")
    status, answer = place.post("/v1/alerts/%d/close" % body["cause"], {"outcome": "好了"})
    assert status == 200, answer
    place.hears(type="alert", alert=body["cause"], state="closed")
    lines = place.told()
    assert [line["n"] for line in lines[1:]] == list(range(1, len(lines))), lines
    text = json.dumps([line for line in lines if line["type"] == "alert"], ensure_ascii=False)
    assert "孩子" not in text and "发高烧" not in text and "好了" not in text, text
    place.stop()
    assert [line["type"] for line in place.told()][-1] == "alert", "the end of the daemon is no gateway that is down"


@with_place()
def test_a_hook_hears_of_a_gateway_that_is_gone_and_back(place):
    place.start()
    place.hears(type="gateway_up", gateway="phones")
    os.kill(place.get("/v1/gateways/phones")["pid"], signal.SIGKILL)
    place.hears(type="gateway_down", gateway="phones", reason="killed by signal 9 (Killed)")
    place.wait(lambda: [line["type"] for line in place.told()].count("gateway_up") == 2, 20, "the gateway to be back")


@with_place(hook="trap '' TERM; while :; do sleep 1; done")
def test_a_hook_that_never_reads_holds_up_nothing(place):
    place.seed(1)
    place.start()
    began = time.monotonic()
    for i in range(300):
        status, body = place.post("/v1/alerts", {"student": "S1", "kind": "emergency", "severity": "1", "text": "第%d次" % i})
        assert status == 200, body
    assert time.monotonic() - began < 60
    place.wait(lambda: any(row[1] == "out" for row in place.ledger()), 20, "an alert to leave")
    began = time.monotonic()
    assert place.stop() == 0
    assert time.monotonic() - began < 30


@with_place(hook="echo '<4>cannot reach the bell' >&2; exit 3")
def test_a_hook_that_ends_is_named_in_status_and_log(place):
    place.start()
    place.wait(lambda: any("hook on-event is down: exit status 3" in problem["what"] for problem in place.get("/v1/status")["problems"]),
               20, "the problem in status")
    assert "warning: hook on-event: cannot reach the bell" in place.log(), place.log()
    assert "exit status 3; starting again" in place.log(), place.log()


@with_place()
def test_a_reload_changes_what_a_hook_hears(place):
    place.start()
    place.hears(type="gateway_up")
    place.edit(ALL, '[ "disk" ]')
    place.process.send_signal(signal.SIGHUP)
    place.hears(type="hello", events=["disk"])
    place.edit(place.hook, place.hook + "-none")
    place.process.send_signal(signal.SIGHUP)
    place.wait(lambda: "not reloaded" in place.log(), 20, "the refusal")
    assert "on-event-none: No such file or directory: name a program that the daemon may run" in place.log(), place.log()


def test_a_hook_hears_that_the_clock_is_behind_the_store():
    place = Place()
    try:
        with open(place.conf, "w", encoding="utf-8") as file:
            file.write(REAL % {"top": school.TOP, "hook": place.hook})
        place.start()
        place.stop()
        place.sql("UPDATE run SET last_seen = last_seen + 3600000;")
        place.start()
        place.wait(lambda: any(line["type"] == "clock" for line in place.told()), 20, "the clock")
        by = [line["by_ms"] for line in place.told() if line["type"] == "clock"]
        assert len(by) == 1 and -3600000 <= by[0] < -3500000, by
    finally:
        place.close()


def test_a_hook_hears_that_the_store_cannot_be_written_and_that_it_can_again():
    place = Place()
    try:
        place.seed(1)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        size = os.path.getsize(os.path.join(place.folder, "school.db")) + 300 * 1024
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))  # a disk that is full, for this daemon; SIGXFSZ is ignored here
        try:
            place.start_limited()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

        def refused():
            return place.post("/v1/students/S1/note", {"text": "x" * 20000})[0] == 503
        place.wait(refused, 30, "the store to be full")
        place.hears(type="disk", state="failed")
        assert "greenline_store_ok 0\n" in place.text("/metrics")
        resource.prlimit(place.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        place.wait(lambda: place.post("/v1/students/S1/note", {"text": "again"})[0] == 200, 30, "the store to take a note")
        place.hears(type="disk", state="ok")
        assert "greenline_store_ok 1\n" in place.text("/metrics")
    finally:
        place.close()


TESTS = (test_a_program_with_a_token_may_what_it_was_given_and_its_name_is_in_the_log,
         test_a_crowd_at_the_socket_of_tokens_keeps_nobody_out_of_the_other,
         test_the_parser_of_figures_refuses_what_is_none,
         test_figures_are_in_the_format_and_name_nobody,
         test_over_tcp_figures_need_a_token_and_nothing_else_of_the_api_is_there,
         test_a_hook_hears_of_an_emergency_from_its_begin_to_its_end_and_no_name,
         test_a_hook_hears_of_a_gateway_that_is_gone_and_back,
         test_a_hook_that_never_reads_holds_up_nothing,
         test_a_hook_that_ends_is_named_in_status_and_log,
         test_a_reload_changes_what_a_hook_hears,
         test_a_hook_hears_that_the_clock_is_behind_the_store,
         test_a_hook_hears_that_the_store_cannot_be_written_and_that_it_can_again)

if __name__ == "__main__":
    report = school.Report()
    for one in TESTS:
        report.run(one)
    sys.exit(report.end())
