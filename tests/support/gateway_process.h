/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A built gateway program under test, spoken to through its pipes as the daemon does: lines of gateways/PROTOCOL.md go
 * in, objects come out. Every wait has a limit. Its standard error is kept, for tests of what must not stand there.
 */
#ifndef GREENLINE_TESTS_SUPPORT_GATEWAY_PROCESS_H
#define GREENLINE_TESTS_SUPPORT_GATEWAY_PROCESS_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "lib/text.h"
#include "lib/wire.h"

enum { GATEWAY_WAIT_MS = 8000 };

struct gateway_process {
    pid_t pid;
    int in, out, log; /* its standard input, output and error */
    struct wire_reader reader;
    struct text heard; /* every byte of its output */
};

/* `name` in the folder `gateways` beside the running test's build. */
bool gateway_process_start(struct gateway_process *process, const char *name);
/* Ends its input and waits; returns the exit status (-1: killed), with what it logged in *log (the caller's). */
int gateway_process_end(struct gateway_process *process, char **log);
/* Writes one line like printf. */
void gateway_process_say(struct gateway_process *process, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The next object, which the caller owns; NULL after `wait_ms` or at its end. */
json_t *gateway_process_hear(struct gateway_process *process, int wait_ms);

#endif
