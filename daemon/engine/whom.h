/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a word of a ladder ("guardian:2", "duty", "person:REF") means for a child at a time, and whether each could be
 * told: without putting anything. For the preview of an alert and for the look ahead at a ladder's holes.
 */
#ifndef GREENLINE_ENGINE_WHOM_H
#define GREENLINE_ENGINE_WHOM_H

#include "engine/engine_internal.h"

struct whom {
    const char *word;
    int64_t student; /* 0: about no child */
    int64_t person;  /* whom the audience named, for "audience"; 0: the child's best guardian */
    time_ms at;
    enum kind kind;
};

/* The persons, each with a line and channel, or with the reason why not; at most `max`; their number. */
size_t engine_whom(struct engine *engine, const struct whom *what, struct recipient *out, size_t max);
/* Whether the word means a person of the child's family (else staff, or somebody named). */
bool whom_is_family(const char *word);

#endif
