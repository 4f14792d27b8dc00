#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Python gateway printed in gateways/PROTOCOL.md carries a broadcast as it stands there."""
import os
import re
import sys

import school


def test_the_printed_gateway_carries_a_broadcast():
    page = open(os.path.join(school.TOP, "gateways", "PROTOCOL.md"), encoding="utf-8").read()
    program = re.search(r"```python\n(.*?)```", page, re.S).group(1)
    place = school.School(speed="600.0", program="@PROGRAM@")
    try:
        path = os.path.join(place.folder, "echo.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(program)
        os.chmod(path, 0o755)
        conf = os.path.join(place.folder, "greenline.conf")
        text = open(conf, encoding="utf-8").read().replace("@PROGRAM@", path).replace('"sms", "voice"', '"sms"')
        with open(conf, "w", encoding="utf-8") as file:
            file.write(text)
        place.seed(20)
        place.start()
        status, body = place.post("/v1/broadcasts", {"to": "left-behind", "text": "明天八点到校"})
        assert status == 200, body
        place.wait(lambda: len(place.all("/v1/outbox?state=accepted")) == 20, 30, "the gateway to accept all")
    finally:
        place.close()


if __name__ == "__main__":
    report = school.Report()
    report.run(test_the_printed_gateway_carries_a_broadcast)
    sys.exit(report.end())
