# SPDX-License-Identifier: Apache-2.0
"""A provider of text messages for the tests: a local HTTP server that throttles, answers slowly, breaks connections at
every stage, repeats and reorders its reports, and counts what the phones have got. What it does is thrown by dice from a
seed, so that a run can be played again as far as the order of requests allows."""
import base64
import collections
import hashlib
import hmac
import http.server
import json
import random
import socket
import ssl
import struct
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

TOKEN = "t0ken-of-the-school"

# What happens to a request that would be accepted, and how often in a hundred.
FAULTS = {"none": 0, "throttle": 0, "busy": 0, "slow": 0, "drop": 0, "cut": 0, "lose": 0, "gateway": 0}


class Provider:
    """`faults`: weights of FAULTS. drop: taken, and the connection dies before the answer; cut: amid it; lose: it dies
    before the message is taken; gateway: a proxy says 502 though the message was taken."""

    def __init__(self, seed=1, faults=None, idempotent=False, certificate=None, address="127.0.0.1"):
        self.lock = threading.Lock()
        self.dice = random.Random(seed)
        self.faults = {**FAULTS, "none": 40, **(faults or {})}
        self.idempotent = idempotent
        self.phone = collections.Counter()  # texts by number and key
        self.seen = collections.Counter()   # requests that arrived whole, by key
        self.requests = collections.Counter()
        self.feed = []                      # what the provider tells by itself, in order
        self.connections = 0
        self.answers = True                 # parents answer "1"
        kind = Server6 if ":" in address else Server
        self.server = kind((address, 0), self.handler())
        self.server.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def throw(self):
        return self.dice.choices(list(self.faults), self.faults.values())[0]

    def take(self, message):
        """The phone gets it; its report, and perhaps an answer, come into the feed, now and then twice or out of order."""
        key = message["key"]
        if self.idempotent and self.phone[(message["to"], key)]:
            return False
        self.phone[(message["to"], key)] += 1
        items = [{"kind": "dlr", "key": key, "state": "DELIVRD"}]
        if self.answers:
            items.append({"kind": "mo", "id": "mo-%s" % key, "from": message["to"].lstrip("+"), "text": "1",
                          "time": int(time.time())})
        if self.dice.random() < 0.2:
            items.append(dict(items[0]))
        if self.dice.random() < 0.3:
            self.dice.shuffle(items)
        self.feed.extend(items)
        return True

    def send(self, message):
        """(fault, status, headers, body)"""
        with self.lock:
            self.seen[message["key"]] += 1
            fault = self.throw()
            if fault == "throttle":
                return fault, 429, {"Retry-After": "1"}, {"code": 429}
            if fault == "busy":
                return fault, 503, {}, {"code": 503}
            if fault == "lose":
                return fault, 0, {}, {}
            fresh = self.take(message)
        if fault == "slow":
            time.sleep(0.2)
        if fault == "gateway":
            return fault, 502, {}, {"code": 502}
        return fault, 200 if fresh else 409, {}, {"code": 0, "id": "p-" + message["key"]}

    def page(self, after, limit=20):
        with self.lock:
            items = self.feed[after:after + limit]
            return {"items": items, "next": str(after + len(items)), "more": after + len(items) < len(self.feed)}

    def handler(provider):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            timeout = 30

            def setup(self):
                super().setup()
                with provider.lock:
                    provider.connections += 1

            def log_message(self, *_):
                pass

            def answer(self, status, body, headers=None, fault="none"):
                text = json.dumps(body).encode()
                lines = ["HTTP/1.1 %d Because" % status, "Content-Type: application/json", "Content-Length: %d" % len(text)]
                lines += ["%s: %s" % pair for pair in (headers or {}).items()]
                whole = "\r\n".join(lines).encode() + b"\r\n\r\n" + text
                if fault == "cut":
                    whole = whole[:provider.dice.randrange(len(whole))]
                if fault not in ("drop", "lose"):
                    self.wfile.write(whole)
                    self.wfile.flush()
                if fault in ("cut", "drop", "lose"):
                    self.break_off()

            def break_off(self):
                if provider.dice.random() < 0.5:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True

            def allowed(self):
                return hmac.compare_digest(self.headers.get("Authorization", ""), "Bearer " + TOKEN)

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                provider.requests["send"] += 1
                if not self.allowed():
                    self.answer(401, {"code": 401})
                    return
                fault, status, headers, said = provider.send(body)
                self.answer(status, said, headers, fault)

            def do_GET(self):
                url = urllib.parse.urlparse(self.path)
                query = dict(urllib.parse.parse_qsl(url.query))
                provider.requests[url.path] += 1
                if not self.allowed():
                    self.answer(401, {})
                elif url.path == "/find":
                    with provider.lock:
                        found = any(key == query["key"] for _, key in provider.phone)
                    self.answer(200, {"found": found})
                elif url.path == "/news":
                    fault = "drop" if provider.faults["drop"] and provider.dice.random() < 0.1 else "none"
                    self.answer(200, provider.page(int(query.get("after") or 0)), fault=fault)
                else:
                    self.answer(404, {})
        return Handler


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """A gateway that was killed resets its connections: no fault of the provider's."""


class Server6(Server):
    address_family = socket.AF_INET6


def push(url, items, key):
    """A webhook of the provider, signed; the status of its answer."""
    body = json.dumps(items).encode()
    stamp = str(int(time.time()))
    mac = hmac.new(key.encode(), body + stamp.encode(), hashlib.sha256).digest()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", "X-Timestamp": stamp,
                                                 "X-Signature": base64.b64encode(mac).decode()})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
