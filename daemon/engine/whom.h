/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a word of a ladder ("guardian:2", "duty", "person:REF") means for a child at a time: for the climb, which asks them
 * (rung.c), and, with whether each could be told, for the preview of an alert and the look ahead at a ladder's holes.
 */
#ifndef GREENLINE_ENGINE_WHOM_H
#define GREENLINE_ENGINE_WHOM_H

#include "engine/engine.h"
#include "store/cause.h"
#include "store/person.h"

struct whom {
    const char *word;
    int64_t student; /* 0: about no child */
    int64_t person;  /* whom the audience named, for "audience"; 0: the child's best guardian */
    time_ms at;
    enum kind kind;
};

/* Whether the word means a chain of the child's people ("guardian:2"), and which. */
bool whom_chain(enum chain *out, const char *word);
/* The persons of any word but "audience", best first; at most `max` (CHAIN_MAX); their number. */
size_t whom_contacts(struct engine *engine, const struct whom *what, struct contact *out, size_t max);
/* The persons, each with a line and channel, or with the reason why not; at most `max`; their number. */
size_t engine_whom(struct engine *engine, const struct whom *what, struct recipient *out, size_t max);
/* Whether the word means a person of the child's family (else staff, or somebody named). */
bool whom_is_family(const char *word);

#endif
