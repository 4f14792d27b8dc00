#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Calls that nobody may make, SQL outside the store, and global state. The clock is asked in lib/clock.c, chance comes from lib/random.c; the
one variable that outlives a call is the log level. Argument: a build folder (not sanitized) whose objects are looked at."""
import re
import subprocess
import sys

import sources

# Function: what to use instead.
BANNED = {
    "strcpy": "mem_dup or struct text",
    "strcat": "struct text",
    "stpcpy": "struct text",
    "sprintf": "snprintf or struct text",
    "vsprintf": "vsnprintf",
    "gets": "fgets",
    "strtok": "strcspn, strspn",
    "atoi": "number_parse or strtol with a check",
    "atol": "number_parse or strtol with a check",
    "atoll": "number_parse or strtoll with a check",
    "atof": "strtod with a check",
    "time": "a parameter",
    "gettimeofday": "a parameter",
    "clock_gettime": "a parameter; lib/clock.c",
    "localtime": "lib/zone.h",
    "gmtime": "lib/zone.h",
    "mktime": "lib/zone.h",
    "rand": "struct random",
    "srand": "struct random",
    "random": "struct random",
    "sleep": "a timer of the loop",
    "usleep": "a timer of the loop",
    "nanosleep": "a timer of the loop",
    "system": "posix_spawn or fork and exec, without a shell",
    "popen": "posix_spawn or fork and exec, without a shell",
    "alloca": "mem_new",
}
# Of these tests may make use: they read what they wrote themselves, and a failure of theirs is seen.
IN_TESTS = {"atoi", "atoll", "system"}
CALL = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(BANNED))
SQL = re.compile(r'"(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|PRAGMA) |\b(sqlite3_\w+|store_(query|change|insert|value|text))\(')
# Variables that outlive a call, FILE.o:NAME, and why.
STATE = {"log.o:threshold": "the log level"}


def check_calls(faults):
    allow = sources.allowed("calls.allow")
    used = set()
    for path in sources.files(".c", ".h", ".cc"):
        for number, line in enumerate(sources.bare(sources.read(path)).split("\n"), 1):
            for name in CALL.findall(line):
                key = "%s:%s" % (path, name)
                used.add(key)
                if key not in allow and not (path.startswith("tests/") and name in IN_TESTS):
                    faults.append("%s:%d: %s(): use %s" % (path, number, name, BANNED[name]))
    faults += ["tests/lint/calls.allow: %s is not there any more" % key for key in allow if key not in used]


def check_sql(faults):
    """All SQL lives in daemon/store/: text beside the one function that runs it."""
    for path in sources.files(".c", ".h", trees=("daemon",)):
        if path.startswith("daemon/store/"):
            continue
        for number, line in enumerate(sources.read(path).split("\n"), 1):
            if SQL.search(line):
                faults.append("%s:%d: SQL: give it a function in daemon/store/" % (path, number))


def check_state(faults, build):
    """Writable data of the libraries: .data and .bss, without what the compiler adds by itself."""
    archives = subprocess.run("ls %s/lib/*.a" % build, shell=True, stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout.split()
    for archive in archives:
        if archive.endswith("/support.a"):
            continue
        table = subprocess.run(["objdump", "-t", archive], stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout
        member = "?"
        for line in table.split("\n"):
            if line.endswith("file format elf64-x86-64") or ":     file format" in line:
                member = line.split(":")[0]
            match = re.match(r"\S+ .{7} (\.data|\.bss)\S*\s+\S+\s+(\S+)$", line)
            if not match or match.group(1) == match.group(2) or match.group(2).startswith(("_Z", ".", "DW.")):
                continue
            key = "%s:%s" % (member, re.sub(r"\.\d+$", "", match.group(2)))
            if key not in STATE and ".data.rel.ro" not in line:
                faults.append("%s: %s: a variable that outlives its call: give it to a struct" % (archive, key))


def main():
    faults = []
    check_calls(faults)
    check_sql(faults)
    check_state(faults, sys.argv[1])
    sources.done("calls and global state", faults)


main()
