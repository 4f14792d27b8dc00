# SPDX-License-Identifier: Apache-2.0
"""The project's C files as the checks see them: text, text without comments and strings, functions. A check collects
`FILE:LINE: what` in a list and ends with done(), which prints them and gives the exit status."""
import glob
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TREES = ("daemon", "gateways", "tests")
PLAIN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def files(*endings, trees=TREES):
    """Paths from the top folder, in order."""
    os.chdir(TOP)
    found = [path for tree in trees for path in glob.glob(tree + "/**/*", recursive=True)]
    return sorted(path for path in found if path.endswith(endings) and os.path.isfile(path) and "/corpus/" not in path)


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()


def bare(text):
    """The text with comments and literals blanked; lines stay where they are."""
    return PLAIN.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


class Function:
    """One function: clang-format puts its braces alone in column 0, which is what finds it."""

    def __init__(self, path, lines, first, last):
        self.path, self.first, self.last = path, first, last
        start = first
        while start > 0 and lines[start - 1].strip() and not re.search(r"[;}]\s*$|^#", lines[start - 1]):
            start -= 1
        self.head = " ".join(line.strip() for line in lines[start:first])
        self.body = lines[first + 1:last]
        match = re.search(r"(\w+)\s*\(", re.sub(r"__attribute__\s*\(\(.*?\)\)", "", self.head))
        self.name = match.group(1) if match else "?"

    @property
    def length(self):
        return len(self.body)

    @property
    def parameters(self):
        """Their number; `struct error *err` and `time_ms now`, which every such function carries, are not counted."""
        inside = self.head[self.head.find("(", self.head.find(self.name)) + 1:self.head.rfind(")")]
        while re.search(r"\([^()]*\)", inside):
            inside = re.sub(r"\([^()]*\)", "", inside)
        own = [one.strip() for one in inside.split(",")]
        return len([one for one in own if one not in ("", "void", "struct error *err", "time_ms now")])

    def place(self):
        return "%s:%d: %s()" % (self.path, self.first, self.name)


def functions(path):
    lines = bare(read(path)).split("\n")
    first = None
    for at, line in enumerate(lines):
        if line.rstrip() == "{":
            first = at
        elif line.rstrip() == "}" and first is not None:
            yield Function(path, lines, first, at)
            first = None


def allowed(name):
    """The lines of an allowlist beside the checks: `WHAT  why`, as {what: why}."""
    listed = {}
    for line in read("tests/lint/" + name).split("\n"):
        if line and not line.startswith("#"):
            what, _, why = line.partition("  ")
            listed[what] = why.strip()
    return listed


def done(what, faults):
    for fault in faults:
        print(fault)
    print("%s: %s" % (what, "%d to mend" % len(faults) if faults else "clean"))
    sys.exit(1 if faults else 0)
