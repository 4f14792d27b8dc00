/* SPDX-License-Identifier: Apache-2.0 */
/* Schedules: recurrences with an audience, a text and a ladder. */
#ifndef GREENLINE_STORE_SCHEDULE_H
#define GREENLINE_STORE_SCHEDULE_H

#include "store/store.h"

struct schedule {
    int64_t id;
    char *name, *kind, *audience, *template, *text, *ladder, *rrule, *start, *state;
    time_ms next_at, created;
};

void schedule_free(struct schedule *schedule);
bool schedule_get(struct schedule *out, struct store *store, int64_t id);
int64_t schedule_find(struct store *store, const char *name); /* not the removed ones; 0 */
int64_t schedule_put(struct store *store, const struct schedule *schedule, time_ms now);
bool schedule_move(struct store *store, int64_t id, const char *from, const char *to);
void schedule_set_next(struct store *store, int64_t id, time_ms next_at);
size_t schedule_due(struct store *store, time_ms now, int64_t *ids, size_t max);
time_ms schedule_next_due(struct store *store);

#endif
