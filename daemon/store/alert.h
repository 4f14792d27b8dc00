/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes an emergency an alert: the row beside its cause, its clocks, the reports made to authorities, and who was
 * told (for the all-clear). An emergency without such a row (an absence) has none of these. Reading a failed store finds
 * nothing; a change that finds the row moved on changes nothing and says so.
 */
#ifndef GREENLINE_STORE_ALERT_H
#define GREENLINE_STORE_ALERT_H

#include "core/alert.h"
#include "store/cause.h"
#include "store/store.h"

struct alert {
    int64_t cause, clear; /* clear: the cause of its all-clear; 0 */
    int64_t student;      /* of a mandatory report, whom nothing of it names; else 0 */
    enum alert_kind kind;
    enum severity severity;
    char *text, *issuer, *measures;        /* issuer, measures: NULL when it is no official warning */
    time_ms issued, cleared_at, closed_at; /* TIME_NEVER */
    int situation, families;
    bool drill;      /* output only, of its cause */
    time_ms created; /* likewise */
};

void alert_free(struct alert *alert);
bool alert_get(struct alert *out, struct store *store, int64_t cause);
void alert_put(struct store *store, const struct alert *alert);
/* The wording and the ladder, worked out once the number of the alert is known; NULL leaves what is there. */
void alert_set_words(struct store *store, int64_t cause, const char *content, const char *ladder);
/* Closed by a person; false when it was already. Its clocks that still run end. */
bool alert_set_closed(struct store *store, int64_t cause, const char *outcome, const char *by, time_ms now);

/* --- the all-clear --- */
/* `clear` is a cause whose recipients are to be filled; false when the alert was cleared already. */
bool alert_set_cleared(struct store *store, int64_t cause, int64_t clear, const char *by, time_ms now);
/* An alert whose told are still to become recipients; 0. */
int64_t alert_clearing(struct store *store);
/* The next slice of them, whole lines; true while there are more. */
bool alert_fill_clear(struct store *store, int64_t cause, time_ms now);
/* Whether a name (of at least two characters) of this child, or of its people who are none of the `own` child's, stands
 * in the text; the caller frees; NULL when none does. */
char *alert_names(struct store *store, const char *text, int64_t student, int64_t own);
/* A phone that people of both children have; the caller frees; NULL when there is none. */
char *alert_shared_phone(struct store *store, int64_t student, int64_t other);
/* The children that an alert asks about, at most `max`; their number. */
size_t alert_students(struct store *store, int64_t cause, int64_t *students, size_t max);

/* --- clocks --- */
struct alert_timer {
    int64_t cause;
    enum alert_clock clock;
    time_ms due, next_at; /* next_at: TIME_NEVER */
    bool missed;
};
void alert_timer_start(struct store *store, int64_t cause, enum alert_clock clock, time_ms due);
/* Met for the whole alert, at `at`; false when there is no such clock. `missed` is what `at` makes of it. */
bool alert_timer_keep(struct store *store, const struct alert_timer *which, time_ms at, const char *by,
                      const char *note);
/* The same, but what was kept before stays. */
bool alert_timer_keep_first(struct store *store, const struct alert_timer *which, time_ms at, const char *by);
/* Met for one child; once it is for all, the clock is kept. */
void alert_timer_child(struct store *store, const struct alert_timer *which, int64_t student, time_ms at);
/* Somebody who answered about a child: the person, or with person 0 whoever of the child's people is on the line. */
struct alert_person {
    int64_t student, person, line;
};
/* Whether the answer came from a guardian (CLOCK_GUARDIAN) or parent (CLOCK_PARENTS); on a shared line all must be. */
bool alert_timer_counts(struct store *store, enum alert_clock clock, const struct alert_person *who, time_ms now);
/* Timers whose time has come; their number. */
size_t alert_timer_due(struct store *store, time_ms now, struct alert_timer *out, size_t max);
time_ms alert_timer_next(struct store *store);
/* Its time has passed: kept after all (all children met), missed, or void (it counts no child); true when missed. */
bool alert_timer_pass(struct store *store, const struct alert_timer *which, time_ms again, time_ms now);

/* --- reports to authorities --- */
struct alert_report {
    int64_t cause, person; /* person: who reported; 0 */
    bool result;           /* what the authority said; else that it was told */
    time_ms at;
    const char *authority, *how, *text, *by;
};
int64_t alert_report_put(struct store *store, const struct alert_report *report, time_ms now);
/* Whether an authority was told (or nobody had to be). */
bool alert_is_reported(struct store *store, int64_t cause);
/* The persons who have taken it, at most `max`; their number. */
size_t alert_takers(struct store *store, int64_t cause, int64_t *persons, size_t max);

#endif
