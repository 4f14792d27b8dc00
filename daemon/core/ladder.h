/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ladder: the steps an ask climbs. It is copied to the cause as JSON when that opens, so that no reload changes a
 * running climb. {"name", "then", "steps": [{"branch", "after" (ms), "who": […], "channels": […], "answer", "calls"}]}
 * Branches run beside each other: the steps of one name are climbed in their order, each after the one before it *in
 * its branch*; the first of a branch counts from the opening. A step is known by its index among all steps.
 */
#ifndef GREENLINE_CORE_LADDER_H
#define GREENLINE_CORE_LADDER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/clock.h"
#include "lib/error.h"

enum { LADDER_STEPS_MAX = 20, LADDER_WORDS_MAX = 16, LADDER_BRANCHES_MAX = 6 };

struct ladder_step {
    char *branch;  /* its name; "" = the main one */
    time_ms after; /* from when the step before it in its branch fired; of a branch's first step: from the opening */
    char *who[LADDER_WORDS_MAX];
    size_t who_count;
    char *channels[LADDER_WORDS_MAX]; /* "auto": by what the person can read */
    size_t channel_count;
    char *answer; /* any, all (every line that this step asked) or role:R */
    int calls;    /* how often a call without an answer is repeated within the step */
};

struct ladder {
    char *name;
    /* after the last step of all branches: "" = the ask ends at its due time; "restart" = all again, a round later;
     * else one word as in `who` (head, role:R, person:REF): the ask is handed over to that one */
    char *then;
    struct ladder_step steps[LADDER_STEPS_MAX];
    size_t step_count;
};

void ladder_free(struct ladder *ladder);
/* Of "{}" or broken JSON it makes the shipped default: one step, the audience's own person, by what they can read. */
void ladder_parse(struct ladder *out, const char *json);
/* The snapshot; the caller frees. */
char *ladder_format(const struct ladder *ladder);

enum ladder_then { LADDER_ENDS, LADDER_RESTARTS, LADDER_HANDS_OVER };
enum ladder_then ladder_then(const struct ladder *ladder);

/* The names of the branches in the order of their first steps, borrowed, at most LADDER_BRANCHES_MAX; their number. */
size_t ladder_branches(const struct ladder *ladder, const char **names);
/* The step after `step` (-1: the first) in that branch; step_count when the branch is at its end. */
int ladder_next(const struct ladder *ladder, const char *branch, int step);
/* The step before `step` (step_count: the branch's last) in that branch; -1 when there is none. */
int ladder_before(const struct ladder *ladder, const char *branch, int step);
/* The longest wait before the last step of any branch: what a new round waits at least. */
time_ms ladder_last_after(const struct ladder *ladder);

#endif
