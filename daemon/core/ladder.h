/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ladder: the steps an ask climbs. It is copied to the cause as JSON when that opens, so that no reload changes a
 * running climb. {"name", "then", "steps": [{"after" (ms), "who": […], "channels": […], "answer", "calls"}]}
 */
#ifndef GREENLINE_CORE_LADDER_H
#define GREENLINE_CORE_LADDER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/clock.h"
#include "lib/error.h"

enum { LADDER_STEPS_MAX = 20, LADDER_WORDS_MAX = 16 };

struct ladder_step {
    time_ms after; /* from when the step before fired */
    char *who[LADDER_WORDS_MAX];
    size_t who_count;
    char *channels[LADDER_WORDS_MAX]; /* "auto": by what the person can read */
    size_t channel_count;
    char *answer; /* any, all or role:R */
    int calls;    /* how often a call without an answer is repeated within the step */
};

struct ladder {
    char *name, *then; /* then: "" = the ask ends at its due time; restart, head, person:REF */
    struct ladder_step steps[LADDER_STEPS_MAX];
    size_t step_count;
};

void ladder_free(struct ladder *ladder);
/* Of "{}" or broken JSON it makes the shipped default: one step, the audience's own person, by what they can read. */
void ladder_parse(struct ladder *out, const char *json);
/* The snapshot; the caller frees. */
char *ladder_format(const struct ladder *ladder);

#endif
