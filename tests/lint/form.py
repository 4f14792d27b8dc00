#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How a file opens (licence, then what it is for), headers that compile alone, and the functions that daemon/README.md
names. Arguments: the compiler and its flags for headers."""
import concurrent.futures
import os
import re
import subprocess
import sys

import sources

LICENCE = "SPDX-License-Identifier: Apache-2.0"
CODE = re.compile(r"`([a-z][a-z0-9]*_[a-z0-9_]+)(?:\(\))?`")


def check_opening(faults):
    for path in sources.files(".c", ".h", ".cc", ".py", ".sh", ".mk", ".sql"):
        text = sources.read(path)
        if LICENCE not in "\n".join(text.split("\n")[:2]):
            faults.append("%s:1: its first line is not the %s line" % (path, LICENCE))
        elif path.endswith((".c", ".h", ".cc")) and not re.match(r"/\*[^\n]*\*/\n/\*", text):
            faults.append("%s:2: does not say what it is for" % path)


def check_headers(faults, compiler):
    def compile_alone(path):
        command = [*compiler, "-fsyntax-only", "-x", "c", path]
        result = subprocess.run(command, stderr=subprocess.PIPE, encoding="utf-8", errors="replace", check=False)
        return path, result

    headers = sources.files(".h")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, result in pool.map(compile_alone, headers):
            if result.returncode:
                faults.append("%s: does not compile alone:\n%s" % (path, result.stderr[:400]))


def check_named(faults):
    """The way of one message: each function named there is defined somewhere in daemon/."""
    text = "".join(sources.read(path) for path in sources.files(".c", ".h", ".cc", trees=("daemon",)))
    tables = sources.read("daemon/store/schema.sql")
    for number, line in enumerate(sources.read("daemon/README.md").split("\n"), 1):
        for name in CODE.findall(line):
            if not re.search(r"^[\w*\s]+\b%s\(" % name, text, re.M) and not re.search(r"\b%s\b" % name, tables):
                faults.append("daemon/README.md:%d: there is no %s() any more" % (number, name))


def main():
    faults = []
    check_opening(faults)
    check_headers(faults, sys.argv[1:])
    check_named(faults)
    sources.done("openings, headers, names", faults)


main()
