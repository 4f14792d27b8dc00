#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Files under 600 lines; nine functions in ten at most 50 lines, none over 100; four levels deep; five parameters.
`tests/lint/sizes.allow` names the few exceptions, each with its why; one that is no longer needed is a fault too."""
import re

import sources

FILE_LINES, FUNCTION_LINES, FUNCTION_LINES_MAX, LEVELS, PARAMETERS = 600, 50, 100, 4, 5
EXCEPTIONS_MAX = 24
CONTROL = re.compile(r"( +)(?:\} )?(?:if|for|while|do|switch|else)\b")


def levels(function):
    """The deepest control statement, by clang-format's four columns a level (it does not indent `case`)."""
    found = [len(match.group(1)) // 4 for match in map(CONTROL.match, function.body) if match]
    return max(found, default=0)


def check_function(function, allow, used, faults):
    if function.length > FUNCTION_LINES_MAX:
        faults.append("%s: %d lines, at most %d" % (function.place(), function.length, FUNCTION_LINES_MAX))
    if levels(function) > LEVELS:
        faults.append("%s: %d levels deep, at most %d" % (function.place(), levels(function), LEVELS))
    if function.parameters > PARAMETERS:
        used.add(function.name)
        if function.name not in allow:
            faults.append("%s: %d parameters, at most %d: make them a struct" % (function.place(), function.parameters, PARAMETERS))


def main():
    faults, long, count, used = [], [], 0, set()
    allow = sources.allowed("sizes.allow")
    if len(allow) > EXCEPTIONS_MAX:
        faults.append("tests/lint/sizes.allow: %d exceptions, at most %d" % (len(allow), EXCEPTIONS_MAX))
    for path in sources.files(".c", ".h", ".cc"):
        lines = sources.read(path).count("\n")
        if lines > FILE_LINES:
            faults.append("%s: %d lines, at most %d: split it along a thing" % (path, lines, FILE_LINES))
        for function in sources.functions(path):
            count += 1
            if function.length > FUNCTION_LINES:
                long.append(function)
            check_function(function, allow, used, faults)
    if len(long) * 10 > count:
        faults += ["%s: %d lines" % (function.place(), function.length) for function in long]
        faults.append("%d of %d functions are longer than %d lines, at most one in ten" % (len(long), count, FUNCTION_LINES))
    faults += ["tests/lint/sizes.allow: %s needs no exception any more" % name for name in allow if name not in used]
    sources.done("sizes (%d functions, %d over %d lines)" % (count, len(long), FUNCTION_LINES), faults)


main()
