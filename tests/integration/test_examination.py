#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Registers as school clerks have them, imported by the built programs, against what a person wrote down beforehand.

tests/data/import/examination/NAME.expected is a text that anybody can extend; a line each:
    import FILE… [OPTION…]   the command           first FILE…      what was imported before
    exit N                   its exit status       says TEXT        words that its answer must hold
    fault FILE[:ROW[:COLUMN]]  one mistake, and no other than those named ("A|B": either column)
    warn [?]FILE[:ROW[:COLUMN]]  one or several warnings at that place, and at no other (?: may be)
    students [REF…]          all who are then stored       names NAME…    the same by name
    student REF {JSON}       fields of one of them; contacts: {"RELATION NAME": "NUMBER… [guardian] [restricted]"}
    person NAME NUMBER REF…  one person, its number and its children       persons N      how many there are
    staff NAME ROLE[:CLASS]… NUMBER        pairing MENTOR REF SINCE        line NUMBER STATE       optout NUMBER
    duty NAME POST SINCE UNTIL             duties N                        (times to the minute)
    kept [REF…]              of several files: the students stored beside those with faults   kept-staff, kept-persons NAME…
Each is tried dry first, which stores nothing and says the same. With faults it is then tried without --partial, which
stores nothing of a file with faults, and with it. The same command again changes nothing.
"""
import glob
import json
import os
import subprocess
import sys
from urllib.parse import quote

import school

FOLDER = os.path.join(school.TOP, "tests", "data", "import", "examination")


class Paper:
    """What one .expected says."""

    def __init__(self, path):
        self.lines = [line.rstrip("\n") for line in open(path, encoding="utf-8")]
        self.exit = int(self.one("exit"))
        self.arguments = self.one("import").split()
        self.faults = self.all("fault")

    def all(self, word):
        return [line[len(word):].strip() for line in self.lines if line.split(" ")[0] == word]

    def one(self, word):
        found = self.all(word)
        return found[0] if found else None


def run(place, arguments):
    """(exit status, report, what was printed) of `greenline import`."""
    command = [os.path.join(school.BUILD, "greenline"), "--socket", place.socket, "import", "--json", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=FOLDER)
    try:
        return done.returncode, json.loads(done.stdout), done.stdout + done.stderr
    except ValueError:
        raise AssertionError("no report: %r %r" % (done.stdout[-300:], done.stderr[-600:]))


def snapshot(place):
    """Everything that an import writes."""
    shows = [place.get("/v1/students/" + quote(row["ref"], safe="")) for row in place.all("/v1/students")]
    return [shows, place.all("/v1/contacts"), place.all("/v1/staff"), place.all("/v1/pairings"), place.all("/v1/rota")]


def at(place, said):
    """Is what was said about this place? PLACE is FILE, FILE:ROW or FILE:ROW:COLUMN|COLUMN."""
    parts = place.strip("?:").split(":")
    columns = parts[2].split("|") if len(parts) > 2 else [""]
    return any(said.startswith(":".join(parts[:2] + ([column] if column else [])) + ":") for column in columns)


def compare_faults(paper, mistakes, wrong):
    left = list(mistakes)
    for place in paper.faults:
        hit = next((said for said in left if at(place, said)), None)
        if hit is None:
            wrong.append("not found: " + place)
        else:
            left.remove(hit)
    wrong += ["nobody's fault: " + said for said in left]


def compare_warnings(paper, warnings, wrong):
    for place in paper.all("warn"):
        if not place.startswith("?") and not any(at(place, said) for said in warnings):
            wrong.append("no warning: " + place)
    for said in warnings:
        if not any(at(place, said) for place in paper.all("warn")):
            wrong.append("nobody expected the warning: " + said)


def show_contact(contact, like):
    words = list(contact["lines"])
    if contact["guardian"] and "guardian" in like:
        words.append("guardian")
    if contact["restricted"]:
        words.append("restricted")
    return " ".join(words)


def compare_student(got, want, wrong):
    for key, value in want.items():
        if key == "contacts":
            continue
        have = got[key]["name"] if isinstance(got[key], dict) else got[key]
        if have != value:
            wrong.append("%s: %s is %r, not %r" % (got["ref"], key, have, value))
    if "contacts" in want:
        compare_contacts(got, dict(want["contacts"]), wrong)


def compare_contacts(got, left, wrong):
    for contact in got["contacts"]:
        keys = [contact["relation"] + " " + contact["name"], "? " + contact["name"], "? ?"]
        key = next((key for key in keys if key in left), None)
        if key is None:
            wrong.append("%s: %s %s %s is nobody's" % (got["ref"], keys[0], contact["lines"], contact["word"]))
            continue
        like = left.pop(key)
        if show_contact(contact, like) != like:
            wrong.append("%s: %s has %r, not %r" % (got["ref"], key, show_contact(contact, like), like))
    wrong += ["%s: no %s" % (got["ref"], key) for key in left]


def compare_stored(paper, place, wrong):
    rows = {row["ref"]: row for row in place.all("/v1/students")}
    want = paper.one("students")
    if want is not None and want != "?" and sorted(rows) != sorted(want.split()):
        wrong.append("students are %s" % " ".join(sorted(rows)))
    if paper.one("names") and sorted(row["name"] for row in rows.values()) != sorted(paper.one("names").split()):
        wrong.append("names are %s" % [row["name"] for row in rows.values()])
    for line in paper.all("student"):
        ref, text = line.split(" ", 1)
        if ref in rows:
            compare_student(place.get("/v1/students/" + quote(ref, safe="")), json.loads(text), wrong)
    compare_persons(paper, place, wrong)


def compare_persons(paper, place, wrong):
    people = place.all("/v1/contacts")
    have = {" ".join([p["name"], *(l["e164"] for l in p["lines"]), *sorted(s["ref"] for s in p["students"])]) for p in people}
    wrong += ["no person %s in %s" % (line, have) for line in paper.all("person") if line not in have]
    if paper.one("persons") and int(paper.one("persons")) != len(people):
        wrong.append("%d persons: %s" % (len(people), have))
    lines = {line["e164"]: line for p in people for line in p["lines"]}
    for number, state in (line.split() for line in paper.all("line")):
        if lines.get(number, {}).get("state") != state:
            wrong.append("line %s is %s" % (number, lines.get(number)))
    wrong += ["no opt-out of " + n for n in paper.all("optout") if not lines.get(n, {}).get("opted_out")]
    staff = {" ".join([p["name"], *sorted(r["role"] + (":" + r["class"] if r["class"] else "") for r in p["roles"]), *p["lines"]])
             for p in place.all("/v1/staff")}
    wrong += ["no staff %s in %s" % (line, staff) for line in paper.all("staff") if line not in staff]
    pairs = {" ".join([p["mentor"]["name"], p["student"]["ref"], (p["since"] or "")[:10]]) for p in place.all("/v1/pairings")}
    wrong += ["no pairing %s in %s" % (line, pairs) for line in paper.all("pairing") if line not in pairs]
    compare_rota(paper, place, wrong)


def compare_rota(paper, place, wrong):
    have = [" ".join([d["person"]["name"], d["post"], d["since"][:16], d["until"][:16]]) for d in place.all("/v1/rota")]
    wrong += ["no duty %s" % line for line in paper.all("duty") if have.count(line) != 1]
    if paper.one("duties") and int(paper.one("duties")) != len(have):
        wrong.append("%d duties:\n        %s" % (len(have), "\n        ".join(have[:40])))


def compare_kept(paper, place, before, wrong):
    """What is stored when some files have faults and --partial was not given."""
    if len([word for word in paper.arguments if not word.startswith("--")]) == 1:
        if snapshot(place) != before:
            wrong.append("a file with faults was stored without --partial")
        return
    for word, path, key in (("kept", "students", "ref"), ("kept-staff", "staff", "name"), ("kept-persons", "contacts", "name")):
        have = sorted(row[key] for row in place.all("/v1/" + path))
        if have != sorted((paper.one(word) or "").split()):
            wrong.append("%s: without --partial there are %s" % (word, " ".join(have)))


def judge(paper, place):
    wrong = []
    if paper.one("first"):
        first = paper.one("first").split()
        status, report, said = run(place, first)
        assert status == (1 if "--partial" in first else 0), said
    before = snapshot(place)
    dry = run(place, paper.arguments + ["--dry-run"])
    if snapshot(place) != before:
        wrong.append("--dry-run stored something")
    status, report, said = real = run(place, paper.arguments)
    for what, done in (("dry", dry), ("real", real)):
        if done[0] != paper.exit:
            wrong.append("%s: exit %d" % (what, done[0]))
    for key in ("mistakes", "warnings", "changes"):
        if dry[1][key] != report[key]:
            wrong.append("--dry-run says other %s" % key)
    compare_faults(paper, report["mistakes"], wrong)
    compare_warnings(paper, report["warnings"], wrong)
    wrong += ["does not say " + text for text in paper.all("says") if text not in said]
    arguments = paper.arguments
    if paper.faults:
        compare_kept(paper, place, before, wrong)
        arguments = arguments + ["--partial"]
        if run(place, arguments)[0] != 1:
            wrong.append("--partial over faults does not fail")
    compare_stored(paper, place, wrong)
    compare_again(place, arguments, wrong)
    return wrong


def compare_again(place, arguments, wrong):
    stored = snapshot(place)
    status, report, said = run(place, arguments)
    counts = [report[key] for key in ("students", "contacts", "staff", "pairings", "rota")]
    if report["changes"] or any(count["added"] or count["changed"] for count in counts) or snapshot(place) != stored:
        wrong.append("the same again changes %s" % (report["changes"] or counts))


def examine(path):
    def test():
        place = school.School()
        try:
            place.start()
            wrong = judge(Paper(path), place)
            assert not wrong, "\n    " + "\n    ".join(wrong)
        finally:
            place.close()
    test.__name__ = "test_register_" + os.path.basename(path)[:-len(".expected")].replace("-", "_")
    return test


def main():
    report = school.Report()
    for path in sorted(glob.glob(os.path.join(FOLDER, (sys.argv[1] if len(sys.argv) > 1 else "*") + ".expected"))):
        report.run(examine(path))
    return report.end()


sys.exit(main())
