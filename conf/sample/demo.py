#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Three days of a sample school in forty seconds: `make demo`.

Makes a folder of its own, starts greenlined on a demo clock with simulated phones, imports the sheets beside this file,
lets a monthly question and a notice run, tells what happens as it happens, and adds up. Exits with 0 only if every family
of expected.csv ended as it says there, no message was lost and none came twice; else with 1 and the first that did not.

Environment: KEEP=1 leaves the daemon running; KILL=1 kills it and its gateway five times on the way; DATA=DIR imports
the CSV files of DIR in place of the sample; B is the build folder (build). Chinese or English by LANG.
"""
import csv
import glob
import http.client
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unicodedata
import urllib.parse
from datetime import datetime, timedelta

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(ROOT, os.environ.get("B") or "build")
SHEETS = ["students.csv", "contacts.csv", "staff.csv", "pairings.csv"]
CLASS = "三(2)班"
NOTICE = "周末到了。请记四件事：孩子去哪、和谁、做什么、几点回。水边、工地、公路不去。"
SCHEDULE = "每月平安询问"
WHEN = "month on the 2nd Thursday at 18:00"
FIRST_DAY = "2026-10-08"
NOTICE_AT = "2026-10-09 15:00"
DAYS = 3
POLL_S = 0.5
START_S = 20  # until the daemon answers
SETTLE_S = 10  # until nothing is under way any more, at the end
# moments of the demo clock at which KILL=1 kills: the question leaves, answers come, the notice leaves, a late answer
KILLS = ["2026-10-08 18:01", "2026-10-08 18:27", "2026-10-08 20:01", "2026-10-09 15:01", "2026-10-09 20:31"]
SHOWN_OF_BULK = 3
SHOWN_OF_QUESTION = 14
LEFT = ("accepted", "delivered", "undelivered")  # states of a message that a provider has taken
UNDER_WAY = ("queued", "claimed", "started", "accepted")

CHINESE = next((os.environ[v] for v in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(v)), "").startswith("zh")
COLOUR = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
WHO_WIDTH = 31
HEAD_WIDTH = 20 + WHO_WIDTH + 13
WIDTH = shutil.get_terminal_size((120, 24)).columns if sys.stdout.isatty() else 120

# what is said: English, Chinese
WORDS = {
    "sms": ("text", "短信"), "voice": ("call", "电话"), "missed": ("rings", "响铃"), "key": ("key", "按键"),
    "mentor": ("mentor", "代理家长"),
    "fine": ("all is well", "孩子好"), "yes": ("yes", "是"), "no": ("no", "否"), "ack": ("received", "收到"),
    "help": ("help: {mentor} is told, the family gets a word back", "有事：已转告{mentor}，也回了家里一句"),
    "received": ("a missed call: received, which is not yet fine", "未接来电：算收到，不算“好”"),
    "wrong_number": ("wrong number: nothing more goes there, {mentor} is told", "打错了：这个号码停用，已转告{mentor}"),
    "asked_back": ("not clear: asked back, once", "没看明白：再问一次，只问一次"),
    "waiting": ("waits for a person", "等人来看"), "optout": ("wants no more notices: noted, said back once", "不想再收：已记下，回一句"),
    "optin": ("wants messages again", "想再收：已恢复"), "ignored": ("an automatic reply: ignored", "自动回复：不理会"),
    "rest": ("; {mentor} reads the rest", "；其余的话{mentor}会看到"), "late": (" (late, within the grace)", "（迟了，还在宽限期内）"),
    "siblings": (" (for each child)", "（每个孩子都算）"),
    "silent": ("nobody has answered: a person is told", "没有回音：列入待办"),
    "unsure": ("still unsure: a person is told", "还是不清楚：列入待办"),
    "unasked": ("nobody could be asked (no phone): a person is told", "没有电话，没人可问：列入待办"),
    "undelivered": ("did not arrive", "没有送到"), "again": ("got through at try {n}", "第{n}次才发出"),
    "more": ("… and {n} more families, the same text", "……另有{n}家，同样的短信"),
    "killed": ("greenlined and its gateway killed (SIGKILL), {n} of {of}", "杀掉 greenlined 和网关（SIGKILL），第{n}次，共{of}次"),
    "importing": ("The school's sheets", "导入学校的表格"), "asking": ("A question every month", "每月问一次"),
    "telling": ("A notice to one class", "通知一个班"), "living": ("Three days pass", "三天过去"),
    "summary": ("What came of it", "结果"), "todo": ("What waits for a person", "等人来办"),
    "nobody": ("left-behind names nobody: no child in these files is marked so (a column 是否留守 with 是): nothing to ask",
               "没有留守儿童：这些表里没有孩子标为留守（“是否留守”一栏写“是”），没有可问的"),
    "children": ("{all} children: {asked} asked, {unasked} whom nobody could be asked about",
                 "{all}个孩子：问了{asked}个，{unasked}个没人可问"),
    "sum": ("{asked} asked = {fine} fine + {help} help + {received} received + {unsure} unsure + {wrong_number} wrong number"
            " + {silent} silent",
            "{asked} 问了 = {fine} 好 + {help} 有事 + {received} 收到 + {unsure} 不清楚 + {wrong_number} 打错 + {silent} 没回音"),
    "costs": ("{texts} texts, {calls} calls, {parts} parts, ¥{cost:.2f}", "短信{texts}条，电话{calls}个，计{parts}条，¥{cost:.2f}"),
    "fates": ("{delivered} of {left} delivered, {undelivered} not delivered, lost {lost}, twice {twice}",
              "{left}条中送达{delivered}条，未送达{undelivered}条，丢失{lost}，重复{twice}"),
    "replies": ("{replies} replies came in", "收到答复{replies}次"),
    "kept": ("It goes on, at the pace of a clock; no phone can ring. Look round:", "它还在运行，按平常的时钟走，不会有电话响。可以看看："),
    "ended": ("End it: kill {pid}; rm -r {folder}", "结束：kill {pid}; rm -r {folder}"),
    "good": ("Every family ended as its script says ({n}), {s:.0f} s.", "每一家都和剧本一致（{n}项），用时{s:.0f}秒。"),
    "done": ("Done, {s:.0f} s.", "完成，用时{s:.0f}秒。"),
}
WEEKDAYS = ("Mon Tue Wed Thu Fri Sat Sun".split(), "周一 周二 周三 周四 周五 周六 周日".split())
RELATIONS = {"paternal_grandfather": "grandpa", "paternal_grandmother": "grandma", "maternal_grandfather": "grandpa",
             "maternal_grandmother": "grandma"}


class Failed(Exception):
    """One sentence: what went wrong."""


def say(key, **values):
    return WORDS[key][CHINESE].format(**values)


def paint(text, colour):
    return f"\033[{colour}m{text}\033[0m" if COLOUR else text


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def fit(text, columns):
    """Exactly so many columns: cut with … or filled with blanks."""
    if width(text) > columns:
        while width(text) > columns - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (columns - width(text))


def masked(number):
    local = number[3:] if number.startswith("+86") else number
    return local[:3] + "****" + local[-4:] if len(local) > 7 else local


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=None)


class Api:
    """The daemon's HTTP API over its unix socket."""

    def __init__(self, path):
        self.path = path

    def get(self, path, **parameters):
        query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
        connection = http.client.HTTPConnection("localhost", timeout=10)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(10)
        try:
            connection.sock.connect(self.path)
            connection.request("GET", "/v1/" + urllib.parse.quote(path) + query)
            answer = connection.getresponse()
            body = json.load(answer)
        finally:
            connection.close()
        if answer.status != 200:
            raise Failed(f"GET {path}: {answer.status} {body.get('detail')}")
        return body

    def all(self, path, **parameters):
        items, after = [], None
        while True:
            page = self.get(path, limit=1000, **parameters, **({"after": after} if after else {}))
            items += page["items"]
            after = page.get("next")
            if not after:
                return items


class Daemon:
    """A greenlined in a folder of its own; killed, it is started again."""

    def __init__(self, folder, script):
        self.folder, self.script = folder, script
        self.socket = os.path.join(folder, "greenline.sock")
        self.log = os.path.join(folder, "greenlined.log")
        self.api = Api(self.socket)
        self.process = None
        self.speed = 1.0
        self.environment = {"GREENLINE_DATA": os.path.join(ROOT, "conf"), **os.environ, "GREENLINE_SOCKET": self.socket}

    def write_config(self, speed=None):
        with open(os.path.join(ROOT, "conf", "demo.conf"), encoding="utf-8") as file:
            text = file.read()
        text = text.replace('@include "ladders.conf"', f'@include "{os.path.join(ROOT, "conf", "ladders.conf")}"')
        text = text.replace("sample/demo.sim", self.script)
        if speed:
            text = re.sub(r"speed = [0-9.]+", f"speed = {speed}", text)
        self.speed = float(re.search(r"speed = ([0-9.]+)", text).group(1))
        with open(os.path.join(self.folder, "greenline.conf"), "w", encoding="utf-8") as file:
            file.write(text)

    def start(self):
        with open(self.log, "a", encoding="utf-8") as log:
            self.process = subprocess.Popen([os.path.join(BUILD, "greenlined"), "-c", os.path.join(self.folder, "greenline.conf")],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment,
                                            start_new_session=True)
        until = time.monotonic() + START_S
        while time.monotonic() < until and self.process.poll() is None:
            try:
                return self.api.get("status")
            except OSError:
                time.sleep(0.01)
        with open(self.log, encoding="utf-8") as log:
            raise Failed("greenlined does not start: " + (log.read().strip() or "no word from it"))

    def gateways(self):
        found = []
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(path, encoding="utf-8", errors="replace") as file:
                    if int(file.read().rsplit(")", 1)[1].split()[1]) == self.process.pid:
                        found.append(int(path.split("/")[2]))
            except OSError:
                continue
        return found

    def kill(self):
        gateways = self.gateways()
        self.process.kill()
        for pid in gateways:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()

    def run(self, *words, quiet=None):
        """A command of the CLI, shown as one would type it. `quiet` tells which of its lines are left out."""
        print(paint("$ greenline " + " ".join(shlex.quote(w) for w in words), "2"))
        done = subprocess.run([os.path.join(BUILD, "greenline"), *words], env=self.environment, capture_output=True, text=True)
        for line in (done.stdout + done.stderr).splitlines():
            if not (quiet and quiet(line)):
                print("  " + line)
        if done.returncode:
            raise Failed(f"greenline {words[0]}: exit status {done.returncode}")


class Account:
    """What happens, told once each, in order of time."""

    def __init__(self, api):
        self.api = api
        self.told = set()
        self.notes = []
        self.shown, self.latest = {}, {}  # by cause: how many messages were shown, when the last one left
        self.students = {}

    def student(self, ref):
        if ref not in self.students:
            self.students[ref] = self.api.get("students/" + ref)
        return self.students[ref]

    def who(self, students, person):
        """"王小明 (奶奶 张桂芳)": the children and who of theirs it is."""
        names = "、".join(s["name"] for s in students)
        role = ""
        for s in students:
            child = self.student(s["ref"])
            if person and child["mentor"] and child["mentor"]["ref"] == person["ref"]:
                role = say("mentor")
            for contact in child["contacts"]:
                if person and contact["ref"] == person["ref"]:
                    role = contact["word"] if CHINESE else RELATIONS.get(contact["relation"], contact["relation"])
        name = " ".join(word for word in (role, person["name"] if person else "") if word)
        return f"{names} ({name})" if names and name else names or name

    def line(self, at, arrow, way, who, number, text, colour="0"):
        day = WEEKDAYS[CHINESE][at.weekday()]
        head = f"{day} {at:%H:%M} {arrow} {fit(way, 5)} {fit(who, WHO_WIDTH)} {fit(masked(number) if number else '', 11)}"
        if width(text) > WIDTH - HEAD_WIDTH and "  — " in text: # what was understood goes below
            text = text.replace("  — ", "\n" + " " * 19 + "— ")
        print(paint(head, colour), text, flush=True)

    def note(self, at, text):
        """Something that the daemon does not know of itself."""
        self.notes.append((at, ("!", "", "", "", text), "31"))

    def tell_message(self, m):
        full = self.api.get(f"outbox/{m['id']}")
        tries = [t["started"] or t["claimed"] for t in full["tries"] if t["started"] or t["claimed"]]
        at = moment(tries[0] if tries else m["due"])
        text = re.sub("^【.*?】", "", m["text"])
        if len(full["tries"]) > 1:
            text += f"  — {say('again', n=len(full['tries']))}"
        return at, ("→", say(m["channel"]), self.who(m["students"], m["person"]), m["to"], fit(text, max(30, WIDTH - HEAD_WIDTH)).rstrip())

    def messages(self, events):
        hidden = {}
        for m in self.api.all("outbox"):
            key = ("out", m["id"])
            if m["state"] in LEFT and key not in self.told:
                self.told.add(key)
                shown = self.shown[m["cause"]] = self.shown.get(m["cause"], 0) + 1
                if shown <= (SHOWN_OF_BULK if m["lane"] == "bulk" else SHOWN_OF_QUESTION) or m["tries"] > 1:
                    events.append((*self.tell_message(m), "36"))
                    self.latest[m["cause"]] = events[-1][0]
                else:
                    hidden.setdefault(m["cause"], []).append(moment(m["due"]))
            if m["state"] == "undelivered" and ("end", m["id"]) not in self.told:
                self.told.add(("end", m["id"]))
                events.append((moment(m["ended"] or m["due"]), ("×", say(m["channel"]), self.who(m["students"], m["person"]), m["to"],
                                                                say("undelivered")), "31"))
        for cause, dues in hidden.items():
            events.append((max(dues + [self.latest[cause]]), (" ", "", "", "", say("more", n=len(dues))), "36"))

    def understood(self, reply, asks):
        answers = reply["answers"]
        students = [a["student"] for a in answers if a["student"]]
        mentor = self.student(students[0]["ref"])["mentor"] if students else None
        name = say("mentor") + (" " + mentor["name"] if mentor else "")
        key = answers[-1]["class"] if answers else ""
        if reply["state"] == "waiting":
            key = "asked_back" if "asked back" in reply["why"] else "waiting"
        elif reply["state"] == "ignored":
            key = "ignored"
        elif not answers:
            key = "optin" if "again" in reply["why"] else "optout" if "no more" in reply["why"] else "waiting"
        text = say(key, mentor=name) if key in WORDS else reply["why"]
        if len(students) > 1:
            text += say("siblings")
        if key not in ("help", "asked_back", "waiting") and any(a["rest"] for a in answers):
            text += say("rest", mentor=name)
        if answers and key == "fine" and reply["received"] > asks.get(answers[0]["ask"], {}).get("due", "9"):
            text += say("late")
        return text, students

    def replies(self, events, asks):
        for r in self.api.all("inbox"):
            if ("in", r["id"]) in self.told:
                continue
            self.told.add(("in", r["id"]))
            text, students = self.understood(r, asks)
            said = f"“{r['text']}”  — " if r["text"] else ""
            way = say("key" if r["kind"] == "key" else "missed" if r["kind"] == "missed" else "sms")
            person = r["persons"][0] if r["persons"] else None
            if not students and person:
                known = self.api.get("contacts/" + person["ref"])["students"]
                students = known[:2]
            events.append((moment(r["received"]), ("←", way, self.who(students, person), r["from"], said + text), "33"))

    def endings(self, events, asks, now):
        for ask in asks.values():
            if ask["state"] not in ("expired", "unasked") or ask["outcome"] == "wrong_number" or ("ask", ask["id"]) in self.told:
                continue
            self.told.add(("ask", ask["id"]))
            key = "unasked" if ask["state"] == "unasked" else ask["outcome"] if ask["outcome"] in WORDS else "silent"
            at = moment(ask["due"]) - timedelta(days=1) if key == "unasked" else moment(ask["due"])
            events.append((min(at, now), ("·", "", ask["student"]["name"] if ask["student"] else "", "", say(key)), "35"))

    def tell(self, now):
        events, self.notes = self.notes, []
        asks = {a["id"]: a for a in self.api.all("asks")}
        self.messages(events)
        self.replies(events, asks)
        self.endings(events, asks, now)
        for at, words, colour in sorted(events, key=lambda e: e[0]):
            self.line(at, *words, colour=colour)


def heading(key):
    print("\n" + paint(say(key), "1"))


def live(daemon, account, start, kills):
    """Until the three days are over."""
    end = start + timedelta(days=DAYS)
    kills = [datetime.fromisoformat(k) for k in kills]
    of, now = len(kills), start
    while now < end:
        target = kills[0] if kills else end
        time.sleep(max(0.0, min(POLL_S, (target - now).total_seconds() / daemon.speed)))
        now = moment(daemon.api.get("status")["now"])
        if kills and now >= kills[0]:
            kills.pop(0)
            daemon.kill()
            account.note(now, say("killed", n=of - len(kills), of=of))
            now = moment(daemon.start()["now"])
        account.tell(now)
    until = time.monotonic() + SETTLE_S
    while time.monotonic() < until and any(m["state"] in UNDER_WAY for m in daemon.api.all("outbox")):
        time.sleep(0.1)
    account.tell(now)


def read_ledger(folder):
    """What the phones saw: (kind, id, number, channel, text)."""
    lines = []
    for path in glob.glob(os.path.join(folder, "phones", "*.ledger")):
        with open(path, encoding="utf-8") as file:
            for line in file:
                _, kind, name, number, channel, _, text = line.rstrip("\n").split("\t", 6)
                lines.append((kind, name, number, channel, json.loads(text)))
    return lines


def outcome_of(ask):
    if ask["state"] == "unasked":
        return "unasked"
    return {"": "silent", "yes": "fine", "ack": "received"}.get(ask["outcome"], ask["outcome"])


def missing(world):
    """Messages and replies of which nothing is known where they went, reports that were taken and changed nothing."""
    seen = {name.rsplit("-", 1)[1] for kind, name, *_ in world["ledger"] if kind == "out"}
    known = {r["uid"] for r in world["inbox"]}
    out = [f"message {m['id']}" for m in world["outbox"]
           if (m["state"] in LEFT and str(m["id"]) not in seen) or (m["state"] in ("refused", "expired", "cancelled") and not m["reason"])]
    taken = {name.split("/")[0] for kind, name, *_ in world["ledger"] if kind == "stored" and name not in known}
    out += [f"the report of message {m['id']}" for m in world["outbox"]
            if m["state"] == "accepted" and any(name.endswith(f"-{m['id']}") for name in taken)]
    return out + [f"reply {name}" for kind, name, *_ in world["ledger"] if kind == "in" and name not in known]


def repeated(world):
    """Messages that a phone got twice: one key twice, or two messages of one cause to one number."""
    keys = [name for kind, name, *_ in world["ledger"] if kind == "out"]
    reached = {int(k.rsplit("-", 1)[1]) for k in keys}
    texts = [(m["cause"], m["to"]) for m in world["outbox"] if m["channel"] == "sms" and m["id"] in reached]
    return [f"key {k}" for k in set(keys) if keys.count(k) > 1] + [f"cause {c} to {masked(n)}" for c, n in set(texts)
                                                                  if texts.count((c, n)) > 1]


def number_outcome(world, number, want):
    """Whether a number ended as expected; what it ended as."""
    got = [m for m in world["outbox"] if m["to"] == number]
    out = [line for line in world["ledger"] if line[0] == "out" and line[2] == number]
    if want in ("nothing", "once"):
        return "nothing" if not out else "once" if len(out) == 1 else f"{len(out)} messages"
    if want == "opted_out":
        lines = [x for c in world["api"].all("contacts", q=number) for x in c["lines"] if x["e164"] == number]
        return want if lines and lines[0]["opted_out"] else "not opted out"
    if want == "waiting":
        return next((r["state"] for r in world["inbox"] if r["from"] == number), "no reply")
    return got[-1]["state"] if got else "nothing"


def judge(world):
    """The first of expected.csv that ended otherwise, as one sentence; the number of those that are right."""
    asks = {a["student"]["ref"]: outcome_of(a) for a in world["asks"] if a["student"]}
    with open(os.path.join(HERE, "expected.csv"), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        want = row["outcome"]
        got = number_outcome(world, row["who"], want) if row["who"].startswith("+") else asks.get(row["who"], "not asked")
        if got != want:
            raise Failed(f"{row['name']} ({row['who']}): want {want} ({row['note']}), got {got}")
    return len(rows)


def summarise(world):
    heading("summary")
    kinds = ("fine", "help", "received", "unsure", "wrong_number", "silent")
    outcomes = [outcome_of(a) for a in world["asks"]]
    count = {k: outcomes.count(k) for k in kinds}
    unasked = outcomes.count("unasked")
    asked = len(outcomes) - unasked
    left = [m for m in world["outbox"] if m["state"] in LEFT]
    lost, twice = missing(world), repeated(world)
    texts = sum(m["channel"] == "sms" for m in left)
    states = [m["state"] for m in left]
    print("  " + say("children", all=len(outcomes), asked=asked, unasked=unasked))
    print("  " + paint(say("sum", asked=asked, **count), "1"))
    print("  " + say("replies", replies=len(world["inbox"])))
    print("  " + say("costs", texts=texts, calls=len(left) - texts, parts=sum(m["parts"] for m in left), cost=sum(m["cost"] for m in left)))
    print("  " + say("fates", left=len(left), delivered=states.count("delivered"), undelivered=states.count("undelivered"),
                     lost=len(lost), twice=len(twice)))
    if lost or twice:
        raise Failed(f"lost: {', '.join(lost) or '-'}; twice: {', '.join(twice) or '-'}")
    if asked != sum(count.values()):
        raise Failed(f"the sum does not add up: {asked} asked, but {', '.join(sorted(set(outcomes) - set(kinds) - {'unasked'}))}")


def show_today(api):
    heading("todo")
    for item in api.get("today")["items"]:
        print(f"  {item['urgency']}  {item['what']}\n       {paint(item['settle'], '32')}")


def prepare(daemon, data):
    heading("importing")
    files = sorted(glob.glob(os.path.join(data, "*.csv"))) if data else [os.path.relpath(os.path.join(HERE, name)) for name in SHEETS]
    if not files:
        raise Failed(f"{data}: no *.csv there: save each sheet as CSV UTF-8 into that folder")
    daemon.run("import", *files, quiet=lambda line: line.startswith("+ "))
    if daemon.api.get("status")["left_behind"] == 0:
        raise Failed(say("nobody"))
    heading("asking")
    daemon.run("schedule", "add", "--name", SCHEDULE, "--kind", "checkin", "--to", "left-behind", "--template", "checkin",
               "--every", WHEN, quiet=lambda line: True)
    daemon.run("schedule", "preview", SCHEDULE, "--count", "3")
    schedule = daemon.api.get("schedules/" + SCHEDULE)
    if not schedule["last"] and not schedule["next"].startswith(FIRST_DAY):
        daemon.run("schedule", "run", SCHEDULE)  # a slow machine: the demo clock has passed the hour
    if not data:
        heading("telling")
        daemon.run("broadcast", "send", "--to", "class:" + CLASS, "--text", NOTICE, "--at", NOTICE_AT, "--yes",
                   quiet=lambda line: not re.match(r"\S.*\s{2,}", line))


def write_script(folder, data):
    """The script of the phones: the sample's, or for one's own files families of whom most answer."""
    if not data:
        return os.path.join(HERE, "demo.sim")
    path = os.path.join(folder, "mild.sim")
    with open(path, "w", encoding="utf-8") as file:
        file.write("random 1 mild\n")
    return path


def keep(daemon, child):
    daemon.stop()
    daemon.write_config(speed=1.0)
    daemon.start()
    print("\n" + say("kept"))
    print(f"  export GREENLINE_SOCKET={daemon.socket}")
    program = os.path.join(BUILD, "greenline")
    for words in ("today", f"channel show {child}", "ask list", "inbox list", "outbox list"):
        print(f"  {program} {words}")
    print("  " + say("ended", pid=daemon.process.pid, folder=daemon.folder))


def run(daemon, data, began):
    daemon.write_config()
    start = moment(daemon.start()["now"])
    start = start.replace(hour=7, minute=30, second=0, microsecond=0)
    prepare(daemon, data)
    heading("living")
    live(daemon, Account(daemon.api), start, KILLS if os.environ.get("KILL") else [])
    world = {"api": daemon.api, "ledger": read_ledger(daemon.folder), "asks": daemon.api.all("asks", kind="checkin"),
             "outbox": daemon.api.all("outbox"), "inbox": daemon.api.all("inbox")}
    summarise(world)
    show_today(daemon.api)
    right = None if data else judge(world)
    print("\n" + paint(say("done" if data else "good", n=right, s=time.monotonic() - began), "1"))
    return world["asks"][-1]["student"]["name"] if data else "周小雨"


def main():
    began = time.monotonic()
    data = os.environ.get("DATA")
    folder = tempfile.mkdtemp(prefix="greenline-demo-")
    daemon = Daemon(folder, write_script(folder, data))
    kept = False
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        child = run(daemon, data, began)
        if os.environ.get("KEEP"):
            keep(daemon, shlex.quote(child))
            kept = True
        return 0
    except (Failed, OSError, http.client.HTTPException) as error:
        print(paint(f"demo: {error}", "31"), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 1
    finally:
        if not kept:
            daemon.stop()
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
