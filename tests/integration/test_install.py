#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `make install` puts down works from there: programs find their data, the configuration is accepted, nothing in
/etc is overwritten, and the units are as closed as promised (where systemd-analyze is installed; else skipped)."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import school

LIMIT = 1.5  # of `systemd-analyze security`


def install(root, prefix="/usr"):
    subprocess.run(["make", "-s", "--no-print-directory", "install", "B=" + school.BUILD, "DESTDIR=" + root, "PREFIX=" + prefix],
                   cwd=school.TOP, stdout=subprocess.DEVNULL, check=True)


class Root:
    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="greenline-root-")
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path)


def run(root, program, *arguments):
    return subprocess.run([root + program, *arguments], cwd="/", env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False)


def test_the_installed_programs_find_their_data_and_accept_the_shipped_configuration():
    with Root() as root:
        install(root)
        result = run(root, "/usr/bin/greenlined", "--check-config", "-c", root + "/etc/greenline/greenline.conf")
        assert result.returncode == 0, result.stdout
        assert run(root, "/usr/bin/greenline", "--help").returncode == 0
        for page in ("man1/greenline.1", "man5/greenline.conf.5", "man7/greenline-gateway.7", "man8/greenlined.8"):
            assert os.path.exists(root + "/usr/share/man/" + page), page
        shell = subprocess.run(["bash", "-n", root + "/usr/share/bash-completion/completions/greenline"], check=False)
        assert shell.returncode == 0


def test_a_second_install_leaves_the_configuration_as_the_operator_wrote_it():
    with Root() as root:
        install(root)
        with open(root + "/etc/greenline/greenline.conf", "a", encoding="utf-8") as file:
            file.write("# mine\n")
        install(root)
        with open(root + "/etc/greenline/greenline.conf", encoding="utf-8") as file:
            assert file.read().endswith("# mine\n")


def test_another_prefix_stands_in_the_units():
    with Root() as root:
        install(root, "/usr/local")
        with open(root + "/usr/local/lib/systemd/system/greenlined.service", encoding="utf-8") as file:
            assert "ExecStart=/usr/local/bin/greenlined " in file.read()


def test_the_units_are_closed():
    for unit in ("greenlined.service", "greenlined@.service", "greenline-gateway@.service", "greenline-backup.service"):
        result = subprocess.run(["systemd-analyze", "security", "--offline=yes", "systemd/" + unit], cwd=school.TOP,
                                stdout=subprocess.PIPE, encoding="utf-8", check=False)
        level = float(re.search(r"exposure level for \S+: ([0-9.]+)", result.stdout).group(1))
        assert level <= LIMIT, (unit, level)


if __name__ == "__main__":
    report = school.Report()
    for test in (test_the_installed_programs_find_their_data_and_accept_the_shipped_configuration,
                 test_a_second_install_leaves_the_configuration_as_the_operator_wrote_it,
                 test_another_prefix_stands_in_the_units):
        report.run(test)
    if shutil.which("systemd-analyze"):
        report.run(test_the_units_are_closed)
    else:
        print("skipped %s: systemd-analyze is not installed" % test_the_units_are_closed.__name__)
    sys.exit(report.end())
