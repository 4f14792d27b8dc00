#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""daemon/api/openapi.yaml is held against the built daemon: every path of its table is described, with its action and its
words, and no other; and each is called once in the life of a school, so that every answer is held against its schema. A new
route fails here until it is described and called."""
import base64
import json
import os
import re
import subprocess
import sys
from urllib.parse import quote

import school

try:
    import jsonschema
    import yaml
except ImportError:
    jsonschema = yaml = None

PAGE = "daemon/api/openapi.yaml"
SAMPLE = os.path.join(school.TOP, "conf", "sample")
METHODS = ("get", "post")
PHONE = "+8619900000101"  # of the grandmother of QL2024-0036
CHILD, OTHER = "QL2024-0036", "QL2025-0016"
CLASS = "三(2)班"
SCRIPT = """
%s 1 reply "1" after 1m
%s 2 reply "我也不知道呢" after 1m
+8619900000111 * unknown lost
""" % (PHONE, PHONE)
MORE = 'roll = { by = "09:25"; before = "20m"; classes = [ "%s" ]; };' % CLASS


def routes():
    """{(method, path): (action, {words})} of the daemon's table."""
    table = {}
    text = subprocess.run([os.path.join(school.BUILD, "greenlined"), "--routes"], stdout=subprocess.PIPE, check=True).stdout.decode()
    for line in text.splitlines():
        method, path, action, *words = line.split()
        table[method.lower(), path] = (action, set(words))
    return table


def starred(path):
    return re.sub(r"\{\w+\}", "*", path)


class Page:
    """The description, and what of it was seen in real answers."""

    def __init__(self):
        with open(os.path.join(school.TOP, PAGE), encoding="utf-8") as file:
            self.doc = yaml.safe_load(file)
        self.operations = {(method, starred(path)): one for path, item in self.doc["paths"].items()
                           for method, one in item.items() if method in METHODS}
        self.seen = set()

    def follow(self, part):
        while "$ref" in part:
            target = self.doc
            for step in part["$ref"].lstrip("#/").split("/"):
                target = target[step]
            part = target
        return part

    def fields_of_body(self, operation):
        body = self.follow(operation.get("requestBody", {}))
        schema = body.get("content", {}).get("application/json", {}).get("schema", {})
        return set(self.follow(schema).get("properties", {}))

    def params_of_query(self, operation):
        return {param["name"] for param in map(self.follow, operation.get("parameters", [])) if param["in"] == "query"}

    def operation_of(self, method, path):
        """By the path of a request: the words of the description before its names."""
        parts = path.partition("?")[0].strip("/").split("/")
        fitting = [key for key in self.operations if key[0] == method.lower() and len(key[1].strip("/").split("/")) == len(parts)
                   and all(a in ("*", b) for a, b in zip(key[1].strip("/").split("/"), parts))]
        assert fitting, "%s %s: not described in %s" % (method, path, PAGE)
        return min(fitting, key=lambda key: key[1].count("*"))

    def check(self, method, path, status, body):
        key = self.operation_of(method, path)
        responses = self.operations[key]["responses"]
        described = responses.get(str(status)) or (responses["default"] if status >= 400 else None)
        assert described, "%s %s answers %d, which is not described: %s" % (method, path, status, body)
        content = self.follow(described)["content"]
        (media,) = content.values()
        schema = dict(media["schema"], components=self.doc["components"])
        faults = sorted(jsonschema.Draft202012Validator(schema).iter_errors(body), key=lambda e: len(list(e.absolute_path)))
        assert not faults, "%s %s: %s: %s" % (method, path, "/".join(map(str, faults[0].absolute_path)) or "the answer", faults[0].message)
        if status < 300:
            self.seen.add(key)


class Described(school.School):
    """A school whose every answer is held against the page."""

    def __init__(self, page):
        super().__init__(speed="60.0", config='script = "s.sim"; idempotent = false; probe = false;', more=MORE)
        self.page = page
        os.makedirs(os.path.join(self.folder, "phones"))
        with open(os.path.join(self.folder, "phones", "s.sim"), "w", encoding="utf-8") as file:
            file.write(SCRIPT)

    def call(self, method, path, body=None, want=200):
        status, answer = self.request(method, path, body)
        assert status == want, (method, path, status, answer)
        self.page.check(method, path, status, answer)
        return answer

    def see(self, path, want=200):
        return self.call("GET", path, None, want)

    def do(self, path, body=None, want=200):
        return self.call("POST", path, body if body is not None else {}, want)

    def text(self, path):
        """(status, body) of what is no JSON."""
        connection = school.UnixConnection(self.socket)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def restore(self, file):
        subprocess.run([os.path.join(school.BUILD, "greenlined"), "--restore", file, "--emergencies", "close", "-c",
                        os.path.join(self.folder, "greenline.conf")], stdout=subprocess.DEVNULL, check=True)

    def soon(self, path, found):
        """The first row of a list that fits; waits for it."""
        rows = []

        def look():
            rows[:] = [row for row in self.see(path)["items"] if found(row)]
            return rows
        self.wait(look, 30, "a row of " + path)
        return rows[0]


def sheets(*names):
    files = []
    for name in names:
        with open(os.path.join(SAMPLE, name), "rb") as file:
            files.append({"name": name, "data": base64.b64encode(file.read()).decode()})
    return files


# --- the parts of the school's life; each calls its routes -------------------------------------------------------


def import_sheets(place):
    broken = [{"name": "students.csv", "data": base64.b64encode("学籍号,姓名,班级\nS1,,三(2)班\n".encode()).decode()}]
    place.do("/v1/import", {"files": broken}, 422)
    place.do("/v1/import", {"files": broken, "as": "nonsense"}, 400)
    place.do("/v1/import", {"files": sheets("students.csv", "contacts.csv"), "dry_run": True})
    place.do("/v1/import", {"files": sheets("students.csv", "contacts.csv", "staff.csv", "pairings.csv")})


def keep_students(place):
    place.see("/v1/students?limit=3")
    place.see("/v1/students?left_behind=yes&class=" + quote(CLASS))
    place.do("/v1/students", {"ref": "QL2026-9001", "name": "新来的", "class": CLASS, "village": "柳湾村", "sex": "女",
                              "birth": "2017-05", "left_behind": True, "remark": "转学", "group": "合唱团"})
    place.do("/v1/students", {"ref": "QL2026-9001", "name": "新来的", "class": CLASS}, 409)
    place.do("/v1/students/QL2026-9001/set", {"remark": "", "no_group": "合唱团"})
    place.do("/v1/students/QL2026-9001/end")
    place.see("/v1/students/" + CHILD)
    place.see("/v1/students/nobody", 404)
    place.do("/v1/students/%s/note" % CHILD, {"text": "外婆来校接走"})


def keep_contacts(place):
    place.see("/v1/contacts?student=" + CHILD)
    ref = place.see("/v1/students/" + CHILD)["contacts"][0]["ref"]
    place.see("/v1/contacts/" + quote(ref))
    place.do("/v1/contacts/%s/set" % quote(ref), {"student": CHILD, "rank": 1, "quiet": "21:00-07:00"})
    place.do("/v1/contacts/%s/set" % quote(ref), {"quiet": "none"})
    place.do("/v1/contacts/%s/mute" % quote(ref))
    place.do("/v1/contacts/%s/unmute" % quote(ref))
    aunt = place.do("/v1/contacts", {"name": "王阿姨", "student": CHILD, "relation": "姑姑", "phone": "19900009901", "reads": True})
    place.do("/v1/contacts/%s/end" % quote(aunt["ref"]), {"student": CHILD})


def keep_staff(place):
    place.see("/v1/staff?role=teacher&limit=2")
    one = place.do("/v1/staff", {"name": "新老师", "role": "mentor", "phone": "19900009902"})
    place.do("/v1/staff/%s/set" % quote(one["ref"]), {"role": "duty"})
    place.see("/v1/pairings?limit=3")
    place.do("/v1/pairings", {"mentor": one["ref"], "student": CHILD, "since": "2026-10-01"})
    place.do("/v1/pairings/end", {"mentor": one["ref"], "student": CHILD})
    duty = place.do("/v1/rota", {"person": one["ref"], "since": "2026-10-08 07:00", "until": "2026-10-09 07:00", "post": "门岗"})
    place.see("/v1/rota")
    place.do("/v1/rota/%d/end" % duty["id"])
    place.do("/v1/staff/%s/end" % quote(one["ref"]))


def schedule(place):
    place.do("/v1/schedules", {"name": "monthly", "kind": "checkin", "audience": "student:QL2026-0002", "template": "checkin",
                               "every": "month on the 1st Saturday at 09:00", "on_holiday": "next", "in_quiet": "wait"})
    place.do("/v1/schedules", {"name": "daily", "kind": "notice", "audience": "student:" + OTHER, "text": "明天见",
                               "rrule": "FREQ=DAILY", "start": "2026-10-09 09:00", "school_days": True})
    place.see("/v1/schedules")
    place.see("/v1/schedules/monthly")
    place.see("/v1/schedules/daily/preview?count=4")
    place.see("/v1/calendar?month=2026-10")
    place.see("/v1/calendar?month=2026-13", 400)
    place.do("/v1/schedules/monthly/pause")
    place.do("/v1/schedules/monthly/resume")
    place.do("/v1/schedules/monthly/run")
    place.do("/v1/schedules/monthly/remove")


def write_to_families(place):
    text = {"to": "student:" + CHILD, "text": "孩子最近怎么样？回1平安，回2有事", "kind": "checkin"}
    place.do("/v1/broadcasts/preview", dict(text, to="class:" + CLASS))
    sent = place.do("/v1/broadcasts", dict(text, title="平安"))
    waiting = place.do("/v1/broadcasts", {"to": "class:" + CLASS, "text": "明天停课", "at": "2026-10-20 10:00"})["cause"]
    place.see("/v1/broadcasts?limit=5")
    for verb in ("pause", "resume", "cancel"):
        place.do("/v1/broadcasts/%d/%s" % (waiting, verb))
    reply = place.soon("/v1/inbox", lambda row: row["text"] == "1")
    place.see("/v1/inbox/%d" % reply["id"])
    place.see("/v1/broadcasts/%d" % sent["cause"])
    ask = place.soon("/v1/asks?cause=%d" % sent["cause"], lambda row: row["state"] == "answered")
    place.see("/v1/asks/%d" % ask["id"])
    place.do("/v1/asks/%d/handle" % ask["id"])
    place.do("/v1/asks/%d/answer" % ask["id"], {"class": "help", "note": "又打来电话"})
    place.do("/v1/students/%s/say" % CHILD, {"text": "请回电"})
    waiting = place.soon("/v1/inbox?state=waiting", lambda row: row["text"] == "我也不知道呢")
    place.see("/v1/today")
    place.do("/v1/inbox/%d/assign" % waiting["id"], {"ignore": True})
    place.do("/v1/inbox/try", {"kind": "checkin", "texts": ["1，就是有点咳嗽", "2", "?"]})
    place.see("/v1/students/%s/channel?limit=50" % CHILD)
    other = place.do("/v1/broadcasts", dict(text, to="student:QL2022-0004"))["cause"]
    ask = place.soon("/v1/asks?cause=%d" % other, lambda row: True)
    place.do("/v1/asks/%d/cancel" % ask["id"])


def raise_alarm(place):
    sick = {"student": CHILD, "kind": "illness", "severity": "red", "text": "孩子发高烧", "drill": True}
    place.do("/v1/alerts/preview", sick)
    cause = place.do("/v1/alerts", sick)["cause"]
    place.wait(lambda: place.see("/v1/alerts/%d" % cause)["asks"], 20, "the question")
    place.do("/v1/alerts/%d/ack" % cause, {"person": "T002"})
    place.do("/v1/alerts/%d/mark" % cause, {"clock": "authorities", "note": "教育局值班室"})
    place.do("/v1/alerts/%d/mark" % cause, {"clock": "nonsense"}, 400)
    place.do("/v1/alerts/%d/pass" % cause, {"person": "T002"})
    place.do("/v1/alerts/%d/close" % cause, {"outcome": "外婆已接回"})
    storm = {"to": "class:" + CLASS, "kind": "storm", "severity": "orange", "issuer": "县气象局", "issued": "2026-10-08 08:30",
             "text": "暴雨", "drill": True}
    cause = place.do("/v1/alerts", storm)["cause"]
    place.wait(lambda: place.see("/v1/alerts/%d" % cause)["asks"], 20, "the questions")
    place.do("/v1/alerts/%d/close" % cause, {"outcome": "雨停"}, 409)
    place.do("/v1/alerts/%d/clear" % cause, {"text": "明天正常上课"})
    place.wait(lambda: place.see("/v1/alerts/%d" % cause)["clear"]["phones"], 20, "the all-clear")
    place.do("/v1/alerts/%d/close" % cause, {"outcome": "雨停"})
    report = place.do("/v1/alerts", {"student": OTHER, "kind": "mandatory_report", "situation": "1", "text": "身上有伤"})["cause"]
    place.do("/v1/alerts/%d/reported" % report, {"to": "police", "person": "T001", "how": "电话"})
    place.do("/v1/alerts/%d/result" % report, {"text": "已立案", "from": "police"})
    place.do("/v1/alerts/%d/close" % report, {"outcome": "已立案"})
    place.see("/v1/alerts")
    place.see("/v1/alerts/%d" % report)


def call_roll(place):
    place.soon("/v1/rolls", lambda row: row["class"] == CLASS)
    place.do("/v1/rolls/%s/report" % quote(CLASS), {"absent": ["王小明"]})
    place.see("/v1/rolls/" + quote(CLASS))
    place.do("/v1/absences", {"student": OTHER, "note": "没来"})
    place.see("/v1/absences")
    place.do("/v1/absences/%s/end" % OTHER, {"outcome": "在家生病"})
    place.see("/v1/check/ladders")


def see_to_messages(place):
    message = place.do("/v1/gateways/phones/test", {"to": "19900000111", "text": "试一试"})["message"]
    place.soon("/v1/outbox?state=held", lambda row: row["id"] == message)
    place.see("/v1/outbox/%d" % message)
    place.do("/v1/outbox/%d/retry" % message)
    place.see("/v1/gateways")
    place.do("/v1/gateways/phones/pause", {"reason": "换卡"})
    place.wait(lambda: place.see("/v1/gateways/phones").get("pause"), 20, "the pause")
    message = place.do("/v1/students/%s/say" % OTHER, {"text": "等一等"})["message"]
    place.do("/v1/outbox/%d/cancel" % message)
    place.do("/v1/gateways/phones/resume")
    place.do("/v1/gateways/phones/drain")
    place.see("/v1/gateways/nobody", 404)


def look_after_it(place):
    token = place.do("/v1/tokens", {"name": "board", "may": "status.show,alert.*", "until": "2027-07-31"})
    assert re.fullmatch(r"glt_[A-Za-z0-9_-]{43}", token["token"])
    place.see("/v1/tokens")
    place.do("/v1/tokens/board/end")
    place.do("/v1/tokens", {"name": "board", "may": "*"}, 409)
    place.see("/v1/status")
    place.see("/v1/audit?limit=20")
    place.see("/v1/audit?limt=20", 400)


def keep_copies(place):
    place.see("/v1/restore")
    place.do("/v1/restore/release", {}, 409)
    check = place.do("/v1/checks")["name"]
    place.wait(lambda: place.see("/v1/checks/" + quote(check))["state"] == "done", 20, "the check")
    fetched = place.do("/v1/backups", {"fetch": True})["name"]
    place.wait(lambda: place.see("/v1/backups/" + quote(fetched))["state"] == "done", 20, "the backup")
    place.see("/v1/backups/%s/piece" % quote(fetched))
    place.do("/v1/backups/%s/remove" % quote(fetched))
    kept = place.do("/v1/backups", {"keep": 3})["name"]
    place.wait(lambda: place.see("/v1/backups/" + quote(kept))["state"] == "done", 20, "the backup")
    place.see("/v1/backups")
    place.see("/v1/backups/nothing", 404)
    place.stop()
    place.restore(os.path.join(place.folder, "backup", kept))
    place.start()
    place.see("/v1/status")
    place.see("/v1/restore")
    place.do("/v1/restore/release", {"messages": "drop"})


LIFE = (import_sheets, keep_students, keep_contacts, keep_staff, schedule, write_to_families, raise_alarm, call_roll, see_to_messages,
        look_after_it, keep_copies)


def live(page, parts=LIFE):
    """Goes through the parts; [(part, its fault)]."""
    place = Described(page)
    faults = []
    try:
        place.start()
        for part in parts:
            try:
                part(place)
            except AssertionError as fault:
                faults.append("%s: %s" % (part.__name__, fault))
        page.check("GET", "/v1/metrics", *place.text("/metrics"))
    finally:
        place.close()
    return faults


# --- the page against the table, and against the life of a school --------------------------------------------------


def test_every_route_is_described_and_no_other():
    page, table = Page(), routes()
    assert len(table) > 70, table
    for method, path in sorted(table):
        assert (method, path) in page.operations, "%s %s: describe it in %s" % (method.upper(), path, PAGE)
    for method, path in sorted(page.operations):
        assert (method, path) in table, "%s describes %s %s, which the daemon does not have" % (PAGE, method.upper(), path)


def test_each_route_has_its_action_and_its_words():
    page, table = Page(), routes()
    for (method, path), (action, words) in sorted(table.items()):
        operation = page.operations[method, path]
        assert operation["operationId"] == action, "%s %s: operationId %s, action %s" % (method, path, operation["operationId"], action)
        described = page.params_of_query(operation) if method == "get" else page.fields_of_body(operation)
        assert described == words, "%s %s: described %s, the daemon takes %s" % (method.upper(), path, sorted(described), sorted(words))
        assert operation["summary"] and operation["tags"], (method, path)


def test_every_noun_stands_in_the_contract():
    with open(os.path.join(school.TOP, "daemon", "api", "README.md"), encoding="utf-8") as file:
        contract = file.read()
    for method, path in sorted(routes()):
        noun = "%s %s" % (method.upper(), "/".join(path.split("/")[:3]))
        assert re.search(r"^\| [^|]*%s\b" % re.escape(noun), contract, re.M), "%s: give it a row in daemon/api/README.md" % noun


def test_names_of_paths_are_parameters_and_every_schema_is_used():
    page = Page()
    text = json.dumps(page.doc["paths"]) + json.dumps(page.doc["components"])
    for name in page.doc["components"]["schemas"]:
        assert "#/components/schemas/%s\"" % name in text, "%s: no path leads to it" % name
    for path, item in page.doc["paths"].items():
        for method in METHODS:
            params = [page.follow(param) for param in item.get(method, {}).get("parameters", [])]
            named = {param["name"] for param in params if param["in"] == "path"}
            assert method not in item or named == set(re.findall(r"\{(\w+)\}", path)), (path, method, named)


def test_a_field_that_is_not_described_is_a_fault():
    page = Page()
    sound = {"title": "Not found", "status": 404, "detail": "no", "mistakes": []}
    page.check("GET", "/v1/students/nobody", 404, sound)
    for broken in (dict(sound, extra=1), {"title": "Not found"}, dict(sound, status="404")):
        try:
            page.check("GET", "/v1/students/nobody", 404, broken)
        except AssertionError:
            continue
        raise AssertionError("taken: %s" % broken)


def test_every_answer_of_a_school_is_as_described():
    page = Page()
    faults = live(page)
    for fault in faults[1:]:
        print("        also %s" % fault)
    assert not faults, faults[0]
    for method, path in sorted(set(page.operations) - page.seen):
        raise AssertionError("%s %s: call it in one of the parts of %s" % (method.upper(), path, os.path.basename(__file__)))


TESTS = (test_every_route_is_described_and_no_other, test_each_route_has_its_action_and_its_words,
         test_every_noun_stands_in_the_contract,
         test_names_of_paths_are_parameters_and_every_schema_is_used, test_a_field_that_is_not_described_is_a_fault,
         test_every_answer_of_a_school_is_as_described)

if __name__ == "__main__":
    report = school.Report()
    if yaml:
        for test in TESTS:
            report.run(test)
        sys.exit(report.end())
    print("skipped: python3-jsonschema or python3-yaml is not installed")
    print("0 passed, 0 failed, %d skipped" % len(TESTS))
