/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a schedule is due: an RFC 5545 recurrence rule with a floating start (DTSTART) that is read in the school's zone.
 * Rules of DAILY and coarser only; a rule that never comes true within RECURRENCE_YEARS is refused when it is entered.
 * Pure: it knows no holidays and no terms; dates.h puts a school calendar between recurrence_next() and the one who asks. The rule is iterated in floating time and each date converted by itself, so that a change
 * to daylight saving time moves nothing but the date that falls into it (such a date happens at the instant after the gap).
 */
#ifndef GREENLINE_CORE_RECURRENCE_H
#define GREENLINE_CORE_RECURRENCE_H

#include <stdbool.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/zone.h"

enum {
    RECURRENCE_TEXT_MAX = 512,    /* bytes of a rule or of a friendly form */
    RECURRENCE_STEPS_MAX = 20000, /* days looked at in one call (50 years of days) */
    RECURRENCE_YEARS = 40,        /* how far ahead a date is looked for */
    RECURRENCE_WEEK_MAX = 53,     /* of a term */
};

struct recurrence {
    char *rrule;             /* "FREQ=MONTHLY;BYDAY=1SA" without "RRULE:"; owned */
    struct local_time start; /* DTSTART, floating, in the school's zone */
    bool school_days;        /* the friendly form spoke of school days or school weeks */
};

void recurrence_free(struct recurrence *recurrence);

/*
 * RFC 5545 3.3.10. A leading "RRULE:" is dropped; UNTIL is checked as a date (a day counts to its end; with Z it is
 * UTC); COUNT (at most 2000) and UNTIL exclude each other; BYHOUR and BYMINUTE may name up to 24 times a day, BYSETPOS
 * chooses among the days of a month or year. Our own: "FREQ=TERM;WEEK=3,5;BYDAY=MO", the weeks of each term by number, or
 * WEEK=ODD and WEEK=EVEN (单周, 双周); see recurrence_weeks(). Refused, because libical 3.0.16 errs in them: BYWEEKNO, BYYEARDAY with
 * BYMONTH, and negative BYMONTHDAY of DAILY. `start` gives the time of day and is the first candidate. `out` is
 * untouched on failure.
 */
bool recurrence_parse(struct recurrence *out, const char *rrule, struct local_time start, struct error *err);

/*
 * Friendly forms: "day at 18:00", "weekday at 8:30", "week on Mon, Wed at 9:00", "2 weeks on Friday at 15:00",
 * "month on the 1st Saturday at 09:00", "month on day 15 at 9:00", "month on the last day at 9:00",
 * "year on 1 June at 9:00"; "每天18:00", "每周一、三 9:00", "每两周周五15:00", "每月第一个周六09:00", "每月15日9点",
 * "每月最后一天18:00", "每年6月1日9点". By the school's calendar: "school day at 7:30", "school week on Monday at 9:00",
 * "week 3 on Monday at 9:00", "odd weeks on Friday at 15:00"; "每个上学日7:30", "第3周周一9:00", "单周周五15:00". The start is the first date that fits after the reading `today`, and "every 2
 * weeks" counts from there. A mistake gives one sentence with an example that works.
 */
bool recurrence_every(struct recurrence *out, const char *text, struct local_time today, struct error *err);

/* The first occurrence after `after` (never `after` itself), or TIME_NEVER; so also for weeks of a term. */
time_ms recurrence_next(const struct recurrence *recurrence, struct zone zone, time_ms after);

/* A rule by weeks of the terms; false for any other. */
struct recurrence_weeks {
    bool weeks[RECURRENCE_WEEK_MAX + 1]; /* 0: the days before week 1 */
    bool weekdays[8];                    /* 1 (Monday) – 7 */
    bool pattern;                        /* every odd or even one, not some by number */
};
bool recurrence_weeks(struct recurrence_weeks *out, const struct recurrence *recurrence);
/* Whether the rule chooses days by their weekday (WEEKLY, or DAILY with BYDAY): those follow the timetable of a make-up
 * day. */
bool recurrence_by_weekday(const struct recurrence *recurrence);
/* Puts the start of a weekly rule that counts from no date of a user's one round back, so that a make-up day before the
 * first date finds the day of its week whose lessons it has. The dates behind stay what they are. */
void recurrence_lead_in(struct recurrence *recurrence);
/* Whether it comes at least once a week: a date that is left out is soon followed by another. */
bool recurrence_is_frequent(const struct recurrence *recurrence);

#endif
