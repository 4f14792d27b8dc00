/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line `greenline`: a thin client of the daemon's HTTP API (daemon/api/README.md) over its unix socket. It
 * knows no store and no phone: what the daemon answers it shows as a table, as a card or, with --json, as it came.
 * Everything a command is (words, options, request, view, help, examples) is one row of the table in commands.c.
 */
#ifndef GREENLINE_CLI_CLI_H
#define GREENLINE_CLI_CLI_H

#include <stdio.h>

/* What a command leaves with, for scripts: done; refused or failed (one line on `err` says what mends it); misused. */
enum cli_status { CLI_DONE = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

/* Borrowed. Whether `out` is a terminal decides on colours, width and the length of lists. */
struct cli_streams {
    FILE *in, *out, *err;
};

/* Runs one command; `argv` as of main(). Returns an enum cli_status. */
int cli_run(int argc, char *const *argv, const struct cli_streams *streams);

#endif
