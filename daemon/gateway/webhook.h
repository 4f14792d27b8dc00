/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Webhooks on their way through one gateway program: handed over as `http` lines, answered by `http` lines, and released
 * once every uid that an answer names has been confirmed with `stored`. Bounded: WEBHOOKS_MAX on their way, WEBHOOK_AFTER_MAX
 * uids an answer, the last WEBHOOK_CONFIRMED_MAX confirmed uids remembered.
 *
 * Releasing calls what others gave us (gateway_http_request.done), so only callbacks of the loop do it: webhooks_tell().
 */
#ifndef GREENLINE_GATEWAY_WEBHOOK_H
#define GREENLINE_GATEWAY_WEBHOOK_H

#include <event2/event.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/clock.h"

enum {
    WEBHOOKS_MAX = 64,
    WEBHOOK_AFTER_MAX = 1000,
    WEBHOOK_CONFIRMED_MAX = 1024,
    WEBHOOK_UNREAD_MAX = 2 * 1024 * 1024, /* bytes it has not read; beyond it jobs would wait behind webhooks */
    WEBHOOK_HEADERS_MAX = 64,             /* headers of an answer */
};

struct gateway;
struct gateway_webhook;

struct webhooks {
    struct gateway_webhook *first; /* in order of arrival, so of deadline too */
    int count;
    int64_t number;    /* of the last one: its `req` is h-NUMBER */
    json_t *confirmed; /* uids, the oldest first; NULL: none yet */
    struct event *due;
};

bool webhooks_new(struct gateway *g);
/* Forgets all without a word. */
void webhooks_free(struct gateway *g);
/* The line `http` from the program; borrowed. */
void webhooks_answered(struct gateway *g, json_t *line);
/* `stored` was said for this uid. */
void webhooks_confirmed(struct gateway *g, const char *uid);
/* The program is gone: whatever is on its way fails. */
void webhooks_failed(struct gateway *g);
/* Releases those that wait no longer: in callbacks of the loop only. */
void webhooks_tell(struct gateway *g);

#endif
