/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a gateway (or an event hook) says on its standard error: "<n>text" a line (sd-daemon(3)). Each line goes to the
 * log as "gateway NAME: text" and the last GATEWAY_LOG_LINES are kept. Bounds: CHATTER_LINE_MAX bytes a line, the rest of it
 * is dropped; CHATTER_BURST lines at once and CHATTER_PER_SECOND after that, the rest is counted. What looks like a phone
 * number is masked, whoever wrote it; bytes that are not UTF-8 become "?".
 */
#ifndef GREENLINE_GATEWAY_CHATTER_H
#define GREENLINE_GATEWAY_CHATTER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "gateway/gateway.h"
#include "lib/clock.h"
#include "lib/text.h"

enum { CHATTER_LINE_MAX = 500, CHATTER_BURST = 50, CHATTER_PER_SECOND = 5 };

struct chatter_line {
    time_ms at; /* wall */
    int level;  /* syslog(3) */
    char *text;
};

struct chatter {
    const char *what; /* before the name in the log; NULL: "gateway" */
    struct text partial;
    struct chatter_line lines[GATEWAY_LOG_LINES]; /* a ring */
    size_t count;                                 /* lines ever kept */
    int tokens;
    time_ms token_at;  /* monotonic */
    unsigned left_out; /* since the log last said so */
};

void chatter_free(struct chatter *chatter);
/* Takes bytes as they come. False when lines had to be left out: the caller may read on later. */
bool chatter_feed(struct chatter *chatter, const char *name, const char *data, size_t length, time_ms wall,
                  time_ms mono);
/* At the end of the output: an unfinished line counts as one. */
void chatter_end(struct chatter *chatter, const char *name, time_ms wall, time_ms mono);
/* [{at, level, text}], oldest first; the caller owns. */
json_t *chatter_show(const struct chatter *chatter);
/* Writes `text` without numbers, control characters and broken UTF-8; the caller frees. */
char *chatter_clean(const char *text);

#endif
