/* SPDX-License-Identifier: Apache-2.0 */
/* Schedules: recurrences with an audience, a text and a ladder, and what the school's calendar does to their dates. */
#ifndef GREENLINE_STORE_SCHEDULE_H
#define GREENLINE_STORE_SCHEDULE_H

#include "core/dates.h"
#include "store/store.h"

struct schedule {
    int64_t id;
    char *name, *kind, *audience, *template, *text, *ladder, *rrule, *start, *state;
    bool school_days;
    enum holiday_rule on_holiday;
    enum quiet_rule in_quiet;
    time_ms next_at, next_origin, created; /* next_at TIME_NEVER: none comes */
};

enum { SCHEDULE_START_MAX = 80 }; /* room for any six ints */

void schedule_free(struct schedule *schedule);
bool schedule_get(struct schedule *out, struct store *store, int64_t id);
int64_t schedule_find(struct store *store, const char *name); /* not the removed ones; 0 */
int64_t schedule_put(struct store *store, const struct schedule *schedule, time_ms now);
bool schedule_move(struct store *store, int64_t id, const char *from, const char *to);
void schedule_set_next(struct store *store, int64_t id, time_ms next_at, time_ms next_origin);
size_t schedule_due(struct store *store, time_ms now, int64_t *ids, size_t max);
time_ms schedule_next_due(struct store *store);
/* Active ones behind `after`, in order of id; for a new calendar. */
size_t schedule_active(struct store *store, int64_t after, int64_t *ids, size_t max);

/* DTSTART as it is stored, YYYYMMDDTHHMMSS (RFC 5545 3.3.5, floating). */
void schedule_start_format(char out[static SCHEDULE_START_MAX], struct local_time start);
/* Its rule; the caller frees. False and one sentence when the row is unreadable. */
bool schedule_recurrence(struct recurrence *out, const struct schedule *schedule, struct error *err);
/* How its dates are found: `school` with the zone, the calendar and the quiet hours, completed by the schedule. */
struct dates schedule_dates(const struct schedule *schedule, const struct recurrence *recurrence, struct dates school);

#endif
