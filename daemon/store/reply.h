/* SPDX-License-Identifier: Apache-2.0 */
/* The inbox's rows: one inbound text, key press, call or missed call. */
#ifndef GREENLINE_STORE_REPLY_H
#define GREENLINE_STORE_REPLY_H

#include "store/store.h"

struct reply {
    int64_t id, line, message; /* line 0: a number nobody entered; message: of a key pressed in our own call */
    const char *gateway, *uid, *sender, *kind, *text;
    time_ms at, received;
};

/* Stores it; 0 when it is there already (same uid, or same sender, text and provider time). */
int64_t reply_put(struct store *store, const struct reply *reply);
/* understood, waiting (for a person), ignored, settled; with one line of what was understood and done. */
void reply_set(struct store *store, int64_t id, const char *state, const char *why);
/* Replies of a line stored since; for "two missed calls within five minutes". */
int reply_count_since(struct store *store, int64_t line, const char *kind, time_ms since);
/* What waits on a line for a person, to be settled when the same phone answers clearly. */
void reply_settle_waiting(struct store *store, int64_t line, const char *why);

#endif
