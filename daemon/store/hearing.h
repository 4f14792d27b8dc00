/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What gateways say outlives a turn that fails: each word is kept until the turn that took it has committed, and else
 * taken again in the next one, in order. So a full or locked disk loses no outcome and no reply. At most HEARING_MAX are
 * kept; what is over that is dropped: a reply is then said again by its gateway, an outcome is asked for after a restart.
 */
#ifndef GREENLINE_STORE_HEARING_H
#define GREENLINE_STORE_HEARING_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/clock.h"
#include "store/turn.h"

enum { HEARING_MAX = 20000, HEARING_SLICE = 500 };

enum heard_verb {
    HEARD_READY,
    HEARD_LOST,
    HEARD_STARTED,
    HEARD_ACCEPTED,
    HEARD_REFUSED,
    HEARD_UNKNOWN,
    HEARD_FATE,
    HEARD_STATUS,
    HEARD_REPLY,
    HEARD_VERBS
};

/* One word; which fields it has is its verb's business. Texts may be NULL. */
struct heard {
    enum heard_verb verb;
    const char *gateway, *id, *provider_id, *class, *code, *detail, *state, *uid, *from, *to, *text, *digits, *call;
    int parts, seconds;
    time_ms at, retry_after;
    bool in_doubt;
};

struct hearing;

/* `take` changes the rows, inside the turn. */
struct hearing *hearing_new(struct turn *turn, void (*take)(void *arg, const struct heard *word), void *arg);
void hearing_free(struct hearing *hearing);
/* Inside the turn; the word is borrowed. Taken at once, or behind those that wait. */
void hearing_add(struct hearing *hearing, const struct heard *word);
/* Takes what waits, a slice of it; true while more does. */
bool hearing_again(struct hearing *hearing);
/* Words that wait for a turn that commits. */
size_t hearing_waiting(const struct hearing *hearing);

#endif
