#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Calls go down one list. Each folder includes only itself and the folders below it, and each library links, wholly,
with nothing but the libraries below it. Arguments: the build folder, the compiler, then its linking flags and libraries."""
import re
import subprocess
import sys
import tempfile

import sources

BELOW = {
    "lib": "",
    "core": "lib",
    "config": "lib",
    "cli": "lib",
    "gateway": "lib",
    "store": "core lib",
    "outbox": "store core lib",
    "engine": "outbox store core lib",
    "inbox": "engine outbox store core lib",
    "import": "engine outbox store core lib",
    "api": "import inbox engine outbox store core lib",
    "rehearsal": "api import inbox engine outbox store core lib",
}
# A gateway knows the protocol and nothing of the daemon.
GATEWAYS_BELOW = ("lib", "gateways/common")


def includes(path):
    for number, line in enumerate(sources.read(path).split("\n"), 1):
        match = re.match(r'\s*#\s*include\s+"([^"]+)/[^"/]+"', line)
        if match:
            yield number, match.group(1)


def may_include(path):
    """The folders that a file may name; None where there is no limit (daemon/*.c builds the whole)."""
    parts = path.split("/")
    if parts[0] == "gateways":
        return (*GATEWAYS_BELOW, "/".join(parts[:2]))
    if len(parts) == 2:
        return None
    return (parts[1], *BELOW[parts[1]].split())


def check_includes(faults):
    for path in sources.files(".c", ".h", ".cc", trees=("daemon", "gateways")):
        below = may_include(path)
        for number, folder in includes(path):
            if below is not None and folder not in below:
                faults.append('%s:%d: includes "%s/", which is not below it' % (path, number, folder))


def check_links(faults, build, compiler, flags):
    present = {path.split("/")[1] for path in sources.files(".c", trees=("daemon",)) if path.count("/") > 1}
    for layer in sorted(present):
        if layer not in BELOW:
            faults.append("daemon/%s: has no row in tests/lint/layers.py" % layer)
            continue
        libraries = ["%s/lib/%s.a" % (build, name) for name in BELOW[layer].split()]
        with tempfile.TemporaryDirectory() as folder:
            with open(folder + "/main.c", "w", encoding="utf-8") as file:
                file.write("int main(void)\n{\n    return 0;\n}\n")
            command = [compiler, folder + "/main.c", "-o", folder + "/main", "-Wl,--whole-archive",
                       "%s/lib/%s.a" % (build, layer), "-Wl,--no-whole-archive", *libraries, *flags]
            result = subprocess.run(command, stderr=subprocess.PIPE, encoding="utf-8", errors="replace", check=False)
        missing = sorted(set(re.findall(r"undefined reference to `([^']+)'", result.stderr)))
        if result.returncode:
            faults.append("daemon/%s: does not link with what is below it: %s" % (layer, ", ".join(missing) or result.stderr[-300:]))


def main():
    faults = []
    check_includes(faults)
    check_links(faults, sys.argv[1], sys.argv[2], sys.argv[3:])
    sources.done("layers", faults)


main()
