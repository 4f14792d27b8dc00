/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Causes and their recipients. A cause is committed first; its recipients are resolved and its messages made by slices
 * (engine/expansion.c), so a broadcast to thousands survives any crash half way.
 */
#ifndef GREENLINE_STORE_CAUSE_H
#define GREENLINE_STORE_CAUSE_H

#include "core/audience.h"
#include "core/kind.h"
#include "store/message.h"

struct cause {
    int64_t id, schedule, cursor;
    enum kind kind;
    enum lane lane;
    time_ms due, expires, created;
    bool drill;
    char *key, *title, *audience, *content, *ladder, *state, *stage, *by;
};

void cause_free(struct cause *cause);
bool cause_get(struct cause *out, struct store *store, int64_t id);
int64_t cause_find(struct store *store, const char *key);
/* A new cause with the fields key … by; its id; 0 when the key exists already (nothing changed). */
int64_t cause_put(struct store *store, const struct cause *cause, time_ms now);
/* From one state to another; false when it was not in `from`. */
bool cause_move(struct store *store, int64_t id, const char *from, const char *to);
void cause_set_stage(struct store *store, int64_t id, const char *stage, int64_t cursor);
/* The next cause with work that is due, emergencies first; 0. */
int64_t cause_next_work(struct store *store, time_ms now);
/* The same of emergencies only. */
int64_t cause_next_urgent(struct store *store, time_ms now);
/* Whether an emergency has work that is due: a cause to expand or an ask to climb. */
bool cause_urgent(struct store *store, time_ms now);
/* When the next cause becomes due; TIME_NEVER. */
time_ms cause_next_due(struct store *store);

struct recipient {
    int64_t line, student, person; /* line 0 or below: none */
    enum channel channel;
    enum reason reason; /* why not */
};
void recipient_put(struct store *store, int64_t cause, const struct recipient *recipient);
/* Recipients of the lines after `line`, whole lines only, at most about `max` rows; their number. */
size_t recipient_after(struct store *store, int64_t cause, int64_t line, struct recipient *out, size_t max);

/* Those of one child (or, with student 0, of one person); their number. */
size_t recipient_of(struct store *store, int64_t cause, int64_t student, int64_t person, struct recipient *out,
                    size_t max);

/* The students of an audience: ids after `after`, looked at one by one, at most `look` of them. */
struct audience_hit {
    int64_t student;
    unsigned whom; /* AUDIENCE_BEST … */
};
enum { AUDIENCE_BEST = 1, AUDIENCE_PARENTS = 2, AUDIENCE_GUARDIANS = 4, AUDIENCE_MENTORS = 8 };
/* Returns the number of hits; *last is the last id looked at, 0 when there are no more students. */
size_t audience_students(struct store *store, const struct audience *audience, int64_t after, struct audience_hit *out,
                         size_t look, int64_t *last);
/* Persons whom the audience names for themselves (role:, group:, person:). */
size_t audience_persons(struct store *store, const struct audience *audience, time_ms now, int64_t *persons,
                        size_t max);
/* Whether every name in it is entered, and only once. */
bool audience_check(struct store *store, const struct audience *audience, struct error *err);
/* Whether an `except` takes this person out. */
bool audience_excludes(struct store *store, const struct audience *audience, int64_t person, time_ms now);

/* Whether it is an alert: its lane is the emergencies'. */
bool cause_is_alert(struct store *store, int64_t id);
/* Whether it is an exercise. */
bool cause_is_drill(struct store *store, int64_t id);
/* After a pause its held rows are gone through; false while it is still expanded. */
bool cause_begin_release(struct store *store, int64_t id, time_ms now);
/* A cancelled cause's asks and rows are gone through. */
void cause_begin_cancel(struct store *store, int64_t id, time_ms now);

#endif
