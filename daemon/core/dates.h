/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dates of a schedule: a recurrence, held against the school's calendar and its quiet hours. Each date has an
 * `origin`, the instant that the rule says and by which it is known for ever, and an `at`, when it happens.
 *
 *   school_days   only school days count. A rule by weekdays follows the timetable: a Saturday that acts as Friday has
 *                 Friday's dates, and none of Saturday's. In a vacation (outside the terms) nothing happens or moves.
 *   on_holiday    for a date on a day off (with school_days: on any day without school, else on a holiday only):
 *                 keep it, skip it, move it to the next school day or to the last one before, at the same time of day.
 *   in_quiet      for a date in quiet hours: let its messages wait, skip it, or have it an hour before they begin.
 *
 * Dates come in order of `at`, then of `origin`; two that were moved onto one instant are two dates. Pure and bounded: a
 * search looks at most at DATES_STEPS_MAX dates, and moves none by more than DATES_MOVE_DAYS.
 */
#ifndef GREENLINE_CORE_DATES_H
#define GREENLINE_CORE_DATES_H

#include "core/calendar.h"
#include "core/hours.h"
#include "core/recurrence.h"

enum { DATES_STEPS_MAX = 2000, DATES_MOVE_DAYS = 30 };

enum holiday_rule { HOLIDAY_KEEP, HOLIDAY_SKIP, HOLIDAY_NEXT, HOLIDAY_BEFORE, HOLIDAY_RULES };
enum quiet_rule { QUIET_WAIT, QUIET_SKIP, QUIET_BEFORE, QUIET_RULES };

/* "keep", "skip", "next", "before"; "wait", "skip", "before". The error names them. */
const char *holiday_rule_name(enum holiday_rule rule);
bool holiday_rule_parse(enum holiday_rule *out, const char *word, struct error *err);
const char *quiet_rule_name(enum quiet_rule rule);
bool quiet_rule_parse(enum quiet_rule *out, const char *word, struct error *err);

/* Borrowed. */
struct dates {
    const struct recurrence *recurrence;
    struct zone zone;
    const struct calendar *calendar; /* NULL: Monday to Friday are school days */
    struct hours quiet;              /* the school's; none where they do not hold for the kind */
    bool school_days;
    enum holiday_rule on_holiday;
    enum quiet_rule in_quiet;
};

/* What is done without a word of the user: keep; for school days skip where the next date is at most a week off, else next. */
enum holiday_rule dates_holiday_default(const struct recurrence *recurrence, bool school_days);

/* Why a date is not where the rule says. */
enum date_reason { DATE_AS_SAID, DATE_DAY_OFF, DATE_QUIET, DATE_REASONS };

struct date {
    time_ms at;     /* TIME_NEVER: skipped */
    time_ms origin; /* by the rule */
    enum date_reason reason;
    struct calendar_day day; /* of the origin */
};

/* The date of an origin. */
struct date dates_settle(const struct dates *dates, time_ms origin);
/* The next origin after `after`, whether it is skipped or not; TIME_NEVER. */
time_ms dates_next_origin(const struct dates *dates, time_ms after);

/* A place in the sequence: dates behind it come next. */
struct date_place {
    time_ms at, origin;
};
/* Behind all that happens at `now` or before. */
struct date_place dates_after(time_ms now);
/* The next date behind a place; false when none comes. */
bool dates_next(struct date *out, const struct dates *dates, struct date_place after);

#endif
