#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The man pages are held against the programs and the protocol: keys and defaults, options, verbs and their fields.
Where a formatter of man pages is installed, each page is clean in it; where none is, that test counts as skipped."""
import glob
import os
import re
import shutil
import subprocess
import sys

import school

DAEMON_PAGE = "daemon/greenlined.8"
CONFIG_PAGE = "conf/greenline.conf.5"
GATEWAY_PAGE = "gateways/greenline-gateway.7"


def read(path):
    with open(os.path.join(school.TOP, path), encoding="utf-8") as file:
        return file.read()


def daemon_says(option):
    return subprocess.run([os.path.join(school.BUILD, "greenlined"), option], stdout=subprocess.PIPE, check=True).stdout.decode()


def same(got, want, what):
    assert got == want, "%s: missing %s, not in the program %s" % (what, sorted(want - got), sorted(got - want))


def keys_of_program():
    """{key: (type, default or None)} of `greenlined --keys`; a group has no default unless one is shown in ()."""
    keys = {}
    for line in daemon_says("--keys").splitlines():
        key, type_, rest = re.match(r"(\S+)\s+(group|list|[a-z]+(?: [a-z]+)*|true/false)\s\s+(.*)", line).groups()
        shown, parted, _ = rest.partition("  ")
        keys[key] = (type_, shown.strip("()") if parted else None)
    return keys


def keys_of_page():
    """{key: its entry}."""
    entries = re.split(r"^\.It Va ", read(CONFIG_PAGE), flags=re.M)[1:]
    return {entry.split("\n", 1)[0]: entry.replace(r"\(dq", '"') for entry in entries}


def test_every_key_of_the_configuration_stands_in_its_page_and_no_other():
    program, page = keys_of_program(), keys_of_page()
    assert len(program) > 40, program
    same(set(page), set(program), CONFIG_PAGE)


def test_the_page_names_each_default_and_type_as_the_program_has_it():
    page = keys_of_page()
    for key, (type_, default) in keys_of_program().items():
        said = re.search(r"^Default: (.*)\.$", page[key], re.M)
        assert (said.group(1) if said else None) == default, (key, "default", said and said.group(1), default)
        if type_ in ("group", "list"):
            assert re.search(r"^A (group|list): ", page[key], re.M), (key, "is a %s" % type_)
        else:
            assert "\n.Pq %s\n" % type_ in page[key], (key, "type", type_)


def test_every_option_of_the_daemon_stands_in_its_page_and_no_other():
    help_text = daemon_says("--help")
    options = set(re.findall(r"(?<=[ ,])--?[a-z][a-z-]*", "\n".join(
        line for line in help_text.splitlines() if re.match(r" +-", line) and not line.strip().startswith("greenlined"))))
    entries = " ".join(re.findall(r"^\.It (Fl .*)$", read(DAEMON_PAGE), re.M))
    written = {("--" if double else "-") + name for double, name in re.findall(r"\bFl (Fl )?([a-z][a-z-]*)", entries)}
    assert {"-c", "--config", "--check-config"} <= options, options
    same(written, options, DAEMON_PAGE)


def verbs_of_protocol(way):
    """Verbs of the dialogues in PROTOCOL.md: `>` goes to the gateway, `<` comes from it."""
    return set(re.findall(r'^ +%s \{"type":"([a-z]+)"' % way, read("gateways/PROTOCOL.md"), re.M))


def verbs_of_page(section):
    """{verb: [its fields]} of one section."""
    text = re.search(r"^\.Ss %s\n(.*?)^\.Ss " % section, read(GATEWAY_PAGE), re.M | re.S).group(1)
    return {verb: fields.split() for verb, fields in re.findall(r"^\.It Cm (\w+)(?: Ar (.*))?$", text, re.M)}


def verbs_of_table(path):
    """{verb: [its fields]} of the table `verbs[]` of a source file."""
    table = re.search(r"\bverbs\[\] = \{\n(.*?)^\};", read(path), re.M | re.S).group(1)
    rows = re.findall(r'\{ "(\w+)",\s*\w+(?:,\s*\w+,\s*\{([^}]*)\})?', table)
    return {verb: re.findall(r'"(\w+)"', fields) for verb, fields in rows}


def test_every_verb_of_the_protocol_stands_in_its_page_and_no_other():
    to, from_ = verbs_of_protocol(">"), verbs_of_protocol("<")
    assert {"hello", "send", "stored"} <= to and {"ready", "accepted", "reply"} <= from_, (to, from_)
    same(set(verbs_of_page("Lines to the gateway")), to, "to the gateway")
    same(set(verbs_of_page("Lines from the gateway")), from_, "from the gateway")


def test_both_sides_of_the_code_know_the_verbs_of_the_page():
    heard = set(verbs_of_table("daemon/gateway/dialogue.c"))
    taken = set(verbs_of_table("gateways/common/gateway_verbs.c"))
    same(heard, set(verbs_of_page("Lines from the gateway")), "heard by the daemon")
    same(taken | {"hello"}, set(verbs_of_page("Lines to the gateway")), "taken by our gateways")


def test_fields_are_those_that_the_daemon_reads_and_the_protocol_names():
    page = verbs_of_page("Lines from the gateway")
    for verb, fields in verbs_of_table("daemon/gateway/dialogue.c").items():
        if verb != "pong":  # repeats whatever ping had
            same(set(page[verb]), set(fields), "fields of " + verb)
    protocol = read("gateways/PROTOCOL.md")
    for verb, fields in list(page.items()) + list(verbs_of_page("Lines to the gateway").items()):
        for field in fields:
            assert re.search(r"[`{ \"]%s[`},; \"]" % field, protocol), (verb, field)


def pages():
    found = []
    for folder in ("daemon", "daemon/cli", "conf", "gateways"):
        found += glob.glob(os.path.join(school.TOP, folder, "*.[1-8]"))
    assert len(found) >= 3, found
    return sorted(found)


def complaints(page):
    """What the installed formatters say about a page, or None where none is installed."""
    said, able = "", False
    for command in (["mandoc", "-T", "lint", "-W", "warning"], ["man", "--warnings", "--encoding=UTF-8", "-l"]):
        if shutil.which(command[0]):
            able = True
            done = subprocess.run(command + [page], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  env=dict(os.environ, MANPAGER="cat", LC_ALL="C.UTF-8"))
            said += (done.stdout if command[0] == "mandoc" else done.stderr).decode("utf-8", "replace")
    return said if able else None


def test_pages_are_clean():
    for page in pages():
        said = complaints(page)
        assert not said, said


if __name__ == "__main__":
    report = school.Report()
    for test in (test_every_key_of_the_configuration_stands_in_its_page_and_no_other,
                 test_the_page_names_each_default_and_type_as_the_program_has_it,
                 test_every_option_of_the_daemon_stands_in_its_page_and_no_other,
                 test_every_verb_of_the_protocol_stands_in_its_page_and_no_other,
                 test_both_sides_of_the_code_know_the_verbs_of_the_page,
                 test_fields_are_those_that_the_daemon_reads_and_the_protocol_names):
        report.run(test)
    if shutil.which("mandoc") or shutil.which("man"):
        report.run(test_pages_are_clean)
    else:
        print("skipped %s: neither man nor mandoc is installed" % test_pages_are_clean.__name__)
    sys.exit(report.end())
