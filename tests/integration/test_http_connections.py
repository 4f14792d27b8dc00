#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The built http gateway and its connections: TLS that is verified, a CA of one's own, a proxy, IPv6, HTTP/2. The gateway
is spoken to through its pipes; the provider is provider.py, for HTTP/2 nghttpd (skipped where it is not installed)."""
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

import kannel
import provider
import school


class Gateway:
    def __init__(self, url, **config):
        self.folder = tempfile.mkdtemp(prefix="greenline-connections-")
        for name, secret in (("token", provider.TOKEN), ("proxy", "geheim")):
            with open(os.path.join(self.folder, name), "w") as file:
                file.write(secret + "\n")
        environment = dict(os.environ, http_proxy="http://127.0.0.1:1", https_proxy="http://127.0.0.1:1")  # mean nothing
        self.process = subprocess.Popen([os.path.join(school.BUILD, "gateways", "http")], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, bufsize=0)
        self.ids = 0
        self.say(type="hello", versions=[1], name="line1", epoch="e1", boot="b1", state_dir=self.folder, zone="Asia/Shanghai",
                 demo=False, now=int(time.time() * 1000), speed=1,
                 config=dict({"url": url, "body": '{"to":${to|json},"text":${text|json},"key":${id|json}}',
                              "secrets": {name: "file:%s/%s" % (self.folder, name) for name in ("token", "proxy")},
                              "headers": ["Authorization: Bearer ${secret:token}"], "timeout": "10s"}, **config))

    def say(self, **line):
        self.process.stdin.write(json.dumps(line).encode() + b"\n")
        self.process.stdin.flush()

    def hear(self):
        while True:
            ready, _, _ = select.select([self.process.stdout], [], [], 20)
            assert ready, "nothing was said for 20 s"
            line = json.loads(self.process.stdout.readline() or b'{"type":"end"}')
            if line["type"] != "health":
                return line

    def send(self):
        """The outcome of one message."""
        self.ids += 1
        self.say(type="send", id="e1-%d" % self.ids, channel="sms", lane="notice", to="+8619900000376", text="您好",
                 expires=int(time.time() * 1000) + 3600000)
        line = self.hear()
        return self.hear() if line["type"] == "started" else line

    def close(self):
        _, log = self.process.communicate(timeout=20)
        shutil.rmtree(self.folder)
        return log.decode()


def with_gateway(peer, url, test, **config):
    gateway = Gateway(url, **config)
    try:
        assert gateway.hear()["type"] == "ready"
        return test(gateway)
    finally:
        gateway.close()
        if peer:
            peer.close()


def certificate(folder, host):
    """A self-signed one; (path of key and certificate, path of the certificate)."""
    both, public, key = (os.path.join(folder, name) for name in ("both.pem", "public.pem", "key.pem"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", public, "-days", "2",
                    "-subj", "/CN=" + host, "-addext", "subjectAltName=DNS:" + host], check=True, capture_output=True)
    with open(both, "w") as file:
        file.write(open(key).read() + open(public).read())
    return both, public


def in_folder(test):
    def run():
        folder = tempfile.mkdtemp(prefix="greenline-connections-")
        try:
            test(folder)
        finally:
            shutil.rmtree(folder)
    run.__name__ = test.__name__
    return run


@in_folder
def test_certificate_that_nobody_vouches_for_is_refused_and_nothing_leaves(folder):
    peer = provider.Provider(certificate=certificate(folder, "localhost")[0])
    line = with_gateway(peer, "https://localhost:%d/send" % peer.port, Gateway.send)
    assert (line["type"], line["class"], line["code"]) == ("refused", "temporary", "unreachable"), line
    assert not peer.seen


@in_folder
def test_ca_of_the_schools_own_is_trusted(folder):
    both, public = certificate(folder, "localhost")
    peer = provider.Provider(certificate=both)
    line = with_gateway(peer, "https://localhost:%d/send" % peer.port, Gateway.send, ca=public)
    assert line["type"] == "accepted", line


@in_folder
def test_certificate_of_another_host_is_refused(folder):
    both, public = certificate(folder, "sms.example")
    peer = provider.Provider(certificate=both)
    line = with_gateway(peer, "https://localhost:%d/send" % peer.port, Gateway.send, ca=public)
    assert line["type"] == "refused", line
    assert not peer.seen


def test_ipv6_alone_reaches_a_server_that_has_nothing_else():
    peer = provider.Provider(address="::1")
    line = with_gateway(peer, "http://[::1]:%d/send" % peer.port, Gateway.send, ip=6)
    assert line["type"] == "accepted", line
    peer = provider.Provider()
    line = with_gateway(peer, "http://localhost:%d/send" % peer.port, Gateway.send, ip=6)
    assert line["type"] == "refused", line


def test_connection_is_kept_for_the_next_message():
    def several(gateway):
        return [gateway.send()["type"] for _ in range(5)]
    peer = provider.Provider()
    assert with_gateway(peer, "http://127.0.0.1:%d/send" % peer.port, several) == ["accepted"] * 5
    assert peer.connections == 1, peer.connections


def test_no_more_connections_than_configured_are_opened():
    def twenty(gateway):
        for i in range(20):
            gateway.say(type="send", id="e1-%d" % i, channel="sms", lane="bulk", to="+86199000003%02d" % i, text="您好",
                        expires=int(time.time() * 1000) + 3600000)
        return [line["type"] for line in (gateway.hear() for _ in range(40)) if line["type"] != "started"]
    peer = provider.Provider(faults={"none": 0, "slow": 1})
    assert with_gateway(peer, "http://127.0.0.1:%d/send" % peer.port, twenty, connections=2) == ["accepted"] * 20
    assert peer.connections <= 2, peer.connections


class Proxy:
    """CONNECT only; one connection after the other."""

    def __init__(self):
        self.heads = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        try:
            while True:
                client, _ = self.listener.accept()
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    head += client.recv(1)
                self.heads.append(head.decode())
                host, port = head.split()[1].decode().split(":")
                if b"Proxy-Authorization: Basic c2Nob29sOmdlaGVpbQ==" not in head:  # school:geheim
                    client.sendall(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
                    client.close()
                    continue
                client.sendall(b"HTTP/1.1 200 Yes\r\n\r\n")
                self.join(client, socket.create_connection((host, int(port))))
        except OSError:
            pass

    @staticmethod
    def join(one, other):
        while True:
            for end in select.select([one, other], [], [])[0]:
                data = end.recv(65536)
                if not data:
                    one.close(), other.close()
                    return
                (other if end is one else one).sendall(data)


@in_folder
def test_proxy_with_a_password_is_used(folder):
    both, public = certificate(folder, "localhost")
    peer = provider.Provider(certificate=both)
    proxy = Proxy()
    line = with_gateway(peer, "https://localhost:%d/send" % peer.port, Gateway.send, ca=public,
                        proxy="http://127.0.0.1:%d" % proxy.port, proxy_user="school:${secret:proxy}")
    assert proxy.heads and proxy.heads[0].startswith("CONNECT localhost:%d " % peer.port), proxy.heads
    assert line["type"] == "accepted", line


@in_folder
def test_proxy_that_refuses_has_seen_no_message(folder):
    both, public = certificate(folder, "localhost")
    peer = provider.Provider(certificate=both)
    proxy = Proxy()
    line = with_gateway(peer, "https://localhost:%d/send" % peer.port, Gateway.send, ca=public,
                        proxy="http://127.0.0.1:%d" % proxy.port)
    assert (line["type"], line["class"]) == ("refused", "temporary"), line
    assert not peer.requests


@in_folder
def test_http2_carries_messages_over_one_connection(folder):
    both, public = certificate(folder, "localhost")
    port = kannel.free_ports(1)[0]
    log = open(os.path.join(folder, "log"), "w+")
    server = subprocess.Popen(["nghttpd", "-v", "--echo-upload", "-d", folder, str(port), os.path.join(folder, "key.pem"), public],
                              stdout=log, stderr=log)

    def several(gateway):
        return [gateway.send() for _ in range(3)]

    def listens():
        with socket.socket(socket.AF_INET) as one:
            return one.connect_ex(("127.0.0.1", port)) == 0
    try:
        school.School.wait(listens, 20, "nghttpd")
        lines = with_gateway(None, "https://localhost:%d/" % port, several, ca=public, http="2", ip=4,
                             provider_id="$.key")
    finally:
        server.terminate()
        server.wait()
    assert [line.get("provider_id") for line in lines] == ["e1-1", "e1-2", "e1-3"], lines
    log.seek(0)
    said = log.read()
    assert said.count("negotiated") <= 2 and "recv HEADERS frame" in said, said[-500:]


TESTS = [test_certificate_that_nobody_vouches_for_is_refused_and_nothing_leaves, test_ca_of_the_schools_own_is_trusted,
         test_certificate_of_another_host_is_refused, test_ipv6_alone_reaches_a_server_that_has_nothing_else,
         test_connection_is_kept_for_the_next_message, test_no_more_connections_than_configured_are_opened,
         test_proxy_with_a_password_is_used, test_proxy_that_refuses_has_seen_no_message]
skipped = 0
if shutil.which("nghttpd"):
    TESTS.append(test_http2_carries_messages_over_one_connection)
else:
    skipped = 1
report = school.Report()
for test in TESTS:
    report.run(test)
status = report.end()
if skipped:
    print("%d passed, %d failed, %d skipped" % (report.passed, report.failed, skipped))
sys.exit(status)
