# SPDX-License-Identifier: Apache-2.0
"""A Kannel of the test's own: bearerbox, smsbox and fakesmsc on free ports in a folder, and a school whose gateway is the
shipped conf/gateways/kannel.conf with those ports. Phones are what fakesmsc has written down. No sleeps: waits poll."""
import collections
import os
import re
import shutil
import signal
import socket
import subprocess
import urllib.request

import school

BEARERBOX, SMSBOX, FAKESMSC = "/usr/sbin/bearerbox", "/usr/sbin/smsbox", "/usr/lib/kannel/test/fakesmsc"

KANNEL = """
group = core
admin-port = %(admin)d
admin-password = adm
smsbox-port = %(box)d
box-allow-ip = "127.0.0.1"
log-file = "%(folder)s/bearerbox.log"
log-level = 1
store-type = file
store-location = "%(folder)s/kannel.store"
store-dump-freq = 1
dlr-storage = internal
sms-outgoing-queue-limit = %(queue)d

group = smsc
smsc = fake
smsc-id = fake
port = %(smsc)d
connect-allow-ip = "127.0.0.1"

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = %(box)d
sendsms-port = %(send)d
sendsms-interface = "127.0.0.1"
global-sender = 1069000001
log-file = "%(folder)s/smsbox.log"
log-level = 1
http-request-retry = 100000
http-queue-delay = 1

group = sendsms-user
username = greenline
password = geheim
concatenation = true
max-messages = 10

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "http://127.0.0.1:%(hook)d/hook/kannel/pa55word/mo?from=%%p&to=%%P&text=%%a&at=%%T&id=%%I"
"""


def installed():
    return all(os.access(path, os.X_OK) for path in (BEARERBOX, SMSBOX, FAKESMSC))


def is_free(port):
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


PORTS = iter(range(20000 + os.getpid() % 240 * 50, 32000))


def free_ports(count):
    """Below the range of which the system gives ports to callers, each once, and by process: tests run beside each other."""
    ports = []
    while len(ports) < count:
        port = next(PORTS)
        if is_free(port):
            ports.append(port)
    return ports


class Kannel:
    def __init__(self, folder, queue=1000):
        self.folder = folder
        names = ("admin", "box", "smsc", "send", "hook")
        self.ports = dict(zip(names, free_ports(len(names))))
        self.processes = {}
        self.phones_log = os.path.join(folder, "fakesmsc.log")
        self.path = os.path.join(folder, "kannel.conf")
        with open(self.path, "w") as file:
            file.write(KANNEL % dict(self.ports, folder=folder, queue=queue))

    def run(self, name, *command):
        log = open(self.phones_log if name == "phones" else os.path.join(self.folder, name + ".out"), "a")
        self.processes[name] = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, start_new_session=True)
        log.close()

    def listens(self, port):
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.ports[port])) == 0

    def start(self):
        self.run("bearerbox", BEARERBOX, self.path)
        school.School.wait(lambda: self.listens("box"), 30, "bearerbox to listen")
        self.run("smsbox", SMSBOX, self.path)
        school.School.wait(lambda: self.listens("send"), 30, "smsbox to listen")

    def connect_phones(self, *messages):
        """The phones are there, and send those messages ("FROM TO text WORDS"), once each."""
        self.disconnect_phones()
        several = messages or ("1 2 text none",)
        self.run("phones", FAKESMSC, "-H", "127.0.0.1", "-r", str(self.ports["smsc"]), "-i", "0.1", "-m",
                 str(len(messages)), *several[:1 if messages else None])
        school.School.wait(self.online, 30, "the phones to connect")

    def online(self):
        try:
            url = "http://127.0.0.1:%d/status.txt?password=adm" % self.ports["admin"]
            return "(online" in urllib.request.urlopen(url, timeout=5).read().decode("utf-8", "replace")
        except OSError:
            return False

    def end(self, name, how=signal.SIGTERM):
        process = self.processes.pop(name, None)
        if not process:
            return
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            pass
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def disconnect_phones(self):
        self.end("phones", signal.SIGKILL)

    def stop(self):
        """As an operator does: what is queued stays in Kannel's store."""
        self.end("smsbox")
        self.end("bearerbox")

    def close(self):
        for name in list(self.processes):
            self.end(name, signal.SIGKILL)

    def got(self):
        """How many texts each phone has got."""
        if not os.path.exists(self.phones_log):
            return collections.Counter()
        with open(self.phones_log, encoding="utf-8", errors="replace") as file:
            return collections.Counter(re.findall(r"Got message \d+: <\S+ (\+\d+) ", file.read()))


class KannelSchool(school.School):
    """A demo school whose only gateway is Kannel, as conf/gateways/kannel.conf has it."""

    def __init__(self, speed="60.0", queue=1000):
        super().__init__(speed=speed)
        self.kannel = Kannel(self.folder, queue)
        for name, value in (("password", "geheim"), ("hook", "pa55word")):
            with open(os.path.join(self.folder, "kannel." + name), "w") as file:
                file.write(value + "\n")
        self.write_config()

    def write_config(self):
        with open(os.path.join(school.TOP, "conf", "gateways", "kannel.conf"), encoding="utf-8") as file:
            shipped = file.read()
        shipped = shipped.replace("127.0.0.1:13013", "127.0.0.1:%d" % self.kannel.ports["send"])
        shipped = shipped.replace("127.0.0.1:8025", "127.0.0.1:%d" % self.kannel.ports["hook"])
        shipped = shipped.replace("/etc/greenline/", self.folder + "/").replace("rate = 1.0;", "rate = 100.0;")
        shipped = shipped.replace('            country = "+86";', '            country = "+86"; simulated = true;')
        path = os.path.join(self.folder, "greenline.conf")
        with open(path, encoding="utf-8") as file:
            own = file.read()
        own = re.sub(r"gateways = \(.*?\} \);", lambda _: shipped, own, flags=re.S)
        own = own.replace('socket = "greenline.sock";', 'socket = "greenline.sock"; http = "127.0.0.1:%d";' % self.kannel.ports["hook"])
        with open(path, "w", encoding="utf-8") as file:
            file.write(own)

    def close(self):
        self.kannel.close()
        super().close()
        shutil.rmtree(self.folder, ignore_errors=True)
