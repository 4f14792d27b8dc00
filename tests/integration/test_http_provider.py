#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The built daemon, its http gateway and a provider that throttles, is slow, breaks connections and repeats itself. What
must hold: no phone gets a text twice, none is lost, every report and reply comes in once, whatever dies in between."""
import collections
import os
import re
import signal
import subprocess
import sys
import tempfile

import kannel
import provider
import school

CONFIG = """
secrets = { token = "file:%(folder)s/token"; hook = "file:%(folder)s/hook"; };
simulated = true; country = "+86"; timeout = "5s";
headers = ( "Authorization: Bearer ${secret:token}" );
url = "%(url)s/send"; body = "{\\"to\\":${to|json},\\"text\\":${text|json},\\"key\\":${id|json}}";
success = { status = "%(success)s"; json = "$.code"; equals = "0"; }; provider_id = "$.id";
%(more)s
"""
PROBE = """probe = { url = "%(url)s/find?key=${id|url}"; headers = ( "Authorization: Bearer ${secret:token}" );
  sent = { json = "$.found"; equals = "true"; }; not_sent = { json = "$.found"; equals = "false"; }; };"""
ITEMS = """reports = { when = { json = "$.kind"; equals = "dlr"; }; id = "$.key"; state = "$.state"; delivered = "DELIVRD"; };
  replies = { when = { json = "$.kind"; equals = "mo"; }; uid = "$.id"; from = "$.from"; text = "$.text"; at = "$.time"; };"""
POLL = """poll = { url = "%(url)s/news?after=${cursor|url}"; headers = ( "Authorization: Bearer ${secret:token}" );
  every = "1s"; items = "$.items"; cursor = "$.next"; more = { json = "$.more"; equals = "true"; }; """ + ITEMS + " };"
HOOKS = """hooks = { verify = { header = "X-Signature"; encoding = "base64"; key = "${secret:hook}"; data = "${body}${header:x-timestamp}"; };
  fresh = { header = "X-Timestamp"; }; """ + ITEMS + " };"


class ProviderSchool(school.School):
    def __init__(self, peer, more, success="2xx", speed="60.0"):
        super().__init__(speed=speed)
        self.hook_port = kannel.free_ports(1)[0]
        url = "http://127.0.0.1:%d" % peer.port
        for name, value in (("token", provider.TOKEN), ("hook", "s1gning-key")):
            with open(os.path.join(self.folder, name), "w") as file:
                file.write(value)
        path = os.path.join(self.folder, "greenline.conf")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        config = CONFIG % dict(folder=self.folder, url=url, success=success, more=more % dict(url=url))
        text = text.replace('program = "simulator"; channels = [ "sms", "voice" ];', 'program = "http"; channels = [ "sms" ];')
        text = re.sub(r"config = \{.*?\};", lambda _: "config = { %s };" % config, text, flags=re.S)
        text = text.replace('socket = "greenline.sock";', 'socket = "greenline.sock"; http = "127.0.0.1:%d";' % self.hook_port)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def with_provider(more, families, success="2xx", **how):
    def wrap(test):
        def run():
            peer = provider.Provider(**how)
            place = ProviderSchool(peer, more, success)
            try:
                place.seed(families)
                place.start()
                test(place, peer)
            except Exception:
                print(open(os.path.join(place.folder, "log"), errors="replace").read()[-2500:])
                raise
            finally:
                place.close()
                peer.close()
        run.__name__ = test.__name__
        return run
    return wrap


def broadcast(place):
    status, body = place.post("/v1/broadcasts", {"to": "left-behind", "kind": "checkin", "text": "孩子好吗？好回1，有事回2"})
    assert status == 200, body


def states(place):
    return collections.Counter(row["state"] for row in place.all("/v1/outbox?state=queued,claimed,started,accepted,delivered,"
                                                                  "undelivered,refused,expired,cancelled,unknown,held"))


def first_texts(place):
    return collections.Counter(row["state"] for row in place.all("/v1/outbox") if row["cause"] == 1)


def all_delivered(place, families):
    return lambda: first_texts(place)["delivered"] == families


def assert_once(peer, families):
    assert set(peer.phone.values()) == {1}, [item for item in peer.phone.items() if item[1] > 1]
    assert len({number for number, _ in peer.phone}) == families


FAULTS = {"none": 50, "throttle": 3, "busy": 8, "slow": 10, "drop": 8, "cut": 8, "lose": 8, "gateway": 5}


@with_provider(PROBE + POLL, 120, faults=FAULTS)
def test_faulty_provider_gets_each_text_through_once_by_probing(place, peer):
    broadcast(place)
    place.wait(all_delivered(place, 120), 200, "every report")
    place.wait(lambda: len(place.all("/v1/inbox")) == 120, 60, "every reply")
    assert_once(peer, 120)
    assert peer.requests["/find"] > 0


@with_provider("idempotent = true;" + POLL, 120, success="200,409", faults=FAULTS, idempotent=True)
def test_faulty_provider_gets_each_text_through_once_by_the_key(place, peer):
    broadcast(place)
    place.wait(all_delivered(place, 120), 200, "every report")
    place.wait(lambda: len(place.all("/v1/inbox")) == 120, 60, "every reply")
    assert_once(peer, 120)
    assert max(peer.seen.values()) > 1, "some were asked for again"


def gateway_pid(place):
    rows = place.get("/v1/gateways")
    rows = rows["items"] if isinstance(rows, dict) else rows
    return rows[0].get("pid") if rows else None


@with_provider(PROBE + POLL, 150, faults={"slow": 60})
def test_killed_gateway_and_daemon_lose_nothing_and_send_nothing_twice(place, peer):
    broadcast(place)
    for turn in range(6):
        seen = sum(peer.seen.values())
        place.wait(lambda: sum(peer.seen.values()) > seen + 5 or len(peer.seen) == 150, 60, "some more texts")
        if turn % 2:
            place.kill()
            place.start()
        else:
            pid = gateway_pid(place)
            if pid:
                os.kill(pid, signal.SIGKILL)
    place.wait(all_delivered(place, 150), 200, "every report")
    place.wait(lambda: len(place.all("/v1/inbox")) == 150, 60, "every reply")
    assert_once(peer, 150)


@with_provider(HOOKS, 40)
def test_webhooks_are_answered_once_all_is_stored_however_often_they_come(place, peer):
    broadcast(place)
    place.wait(lambda: first_texts(place)["accepted"] == 40, 60, "every text to be accepted")
    url = "http://127.0.0.1:%d/hook/phones" % place.hook_port
    items = list(peer.feed)
    for i in (20, 0, 60, 40, 20, 0, len(items) - 30):
        assert provider.push(url, items[i:i + 30], "s1gning-key") == 200
    for i in range(0, len(items), 10):
        assert provider.push(url, items[i:i + 10], "s1gning-key") == 200
    assert first_texts(place)["delivered"] == 40  # without waiting: the answer came after
    assert len(place.all("/v1/inbox")) == 40
    assert provider.push(url, items[:1], "another key") == 403
    assert provider.push(url + "/x", items[:1], "s1gning-key") == 403


@with_provider('account_pause = "1d";', 3)
def test_refused_account_pauses_the_gateway_and_burns_no_message(place, peer):
    with open(os.path.join(place.folder, "token"), "w") as file:
        file.write("an old token")
    os.kill(gateway_pid(place), signal.SIGKILL)  # it reads the secret when it starts
    place.wait(lambda: gateway_pid(place) is not None and place.get("/v1/status")["gateways"][0]["state"] == "ready", 30, "the gateway")
    broadcast(place)
    place.wait(lambda: place.get("/v1/gateways/phones").get("pause"), 30, "the pause")
    assert set(states(place)) <= {"queued", "claimed", "held"}, states(place)
    assert not peer.phone


def test_gateways_that_ship_pass_the_daemons_own_check():
    folder = os.path.join(school.TOP, "conf", "gateways")
    for name in sorted(os.listdir(folder)):
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write('school = { name = "x"; };\n@include "%s"\n' % os.path.join(folder, name))
            file.flush()
            done = subprocess.run([os.path.join(school.BUILD, "greenlined"), "--check-config", "-c", file.name],
                                  capture_output=True, text=True, timeout=30)
        assert done.returncode == 0 and "no mistakes" in done.stdout, (name, done.stdout + done.stderr)


TESTS = [test_gateways_that_ship_pass_the_daemons_own_check, test_faulty_provider_gets_each_text_through_once_by_probing, test_faulty_provider_gets_each_text_through_once_by_the_key,
         test_killed_gateway_and_daemon_lose_nothing_and_send_nothing_twice,
         test_webhooks_are_answered_once_all_is_stored_however_often_they_come,
         test_refused_account_pauses_the_gateway_and_burns_no_message]

if __name__ == "__main__":
    report = school.Report()
    for test in TESTS:
        report.run(test)
    sys.exit(report.end())
