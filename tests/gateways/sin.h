/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the misbehaving gateways share: one line in, one line out, the greeting. Each program sins in one way only and
 * is named for it; obedient.c is the one that does not. All end by themselves when their input ends, unless that is
 * the sin.
 */
#ifndef GREENLINE_TESTS_GATEWAYS_SIN_H
#define GREENLINE_TESTS_GATEWAYS_SIN_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/json.h"

/* The next line as an object the caller owns; NULL at the end of input. */
static inline json_t *sin_hear(void)
{
    char *line = NULL;
    size_t room = 0;
    const ssize_t length = getline(&line, &room, stdin);
    json_t *object = length > 0 ? json_read(line, (size_t)length, NULL) : NULL;

    free(line);
    return object;
}

static inline void sin_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline void sin_say(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    fflush(stdout);
}

static inline void sin_announce(int window, bool simulated)
{
    sin_say("{\"type\":\"ready\",\"version\":1,\"channels\":[\"sms\"],\"window\":%d,\"simulated\":%s}", window,
            simulated ? "true" : "false");
}

/* Hears `hello` and says `ready`; returns `hello`, the caller's. */
static inline json_t *sin_greet(void)
{
    json_t *hello = sin_hear();

    if (!hello)
        exit(0);
    sin_announce((int)json_int(json_object_get(hello, "config"), "window", 4),
                 json_flag(json_object_get(hello, "config"), "simulated", false));
    return hello;
}

static inline bool sin_is(const json_t *line, const char *type)
{
    return strcmp(json_text(line, "type", ""), type) == 0;
}

/* Reads on without a word until the input ends. */
static inline void sin_listen(void)
{
    json_t *line;

    while ((line = sin_hear()))
        json_decref(line);
}

static inline void sin_pong(const json_t *ping)
{
    sin_say("{\"type\":\"pong\",\"n\":%lld}", (long long)json_int(ping, "n", 0));
}

#endif
