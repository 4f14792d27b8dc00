/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The school's calendar: terms, holidays, vacations and make-up days (调休) out of iCalendar files (RFC 5545;
 * conf/calendars/README.md says how an entry is written). It answers pure questions about days: is there school, which
 * weekday's timetable does it carry, which week of which term, what is the day called.
 *
 * Promise: all mistakes of all files come in one run, `FILE:LINE: PROPERTY: what: mend`; entries without a category of
 * ours (birthdays in a calendar that somebody exported) are passed over. What was loaded never changes, so several
 * threads may ask it. Bounded: see the enum. Without any file (or for a NULL calendar) Monday to Friday are school days
 * and there are no terms. Which entry counts where several cover a day: the last one, in the order of files and entries,
 * but one that repeats (RRULE) gives way to one that does not.
 */
#ifndef GREENLINE_CORE_CALENDAR_H
#define GREENLINE_CORE_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>

#include "core/civil.h"
#include "lib/error.h"

enum {
    CALENDAR_BYTES_MAX = 1 << 20, /* of a file */
    CALENDAR_LINE_MAX = 8192,     /* bytes of a line, unfolded */
    CALENDAR_EVENTS_MAX = 2000,   /* entries of ours */
    CALENDAR_REPEATS_MAX = 100,   /* of them with RRULE */
    CALENDAR_SPANS_MAX = 4000,    /* spans of days, each time of a repeated entry counted */
    CALENDAR_TIMES_MAX = 400,     /* times of one repeated entry */
    CALENDAR_REPEAT_YEARS = 10,   /* how long one without an end repeats */
    CALENDAR_SPAN_DAYS_MAX = 400, /* of one entry */
    CALENDAR_NAME_MAX = 200,      /* bytes of a name or source */
    CALENDAR_TERM_WEEKS_MAX = 53,
};

/* Whose calendar it is: entries for other stages are left out. */
enum stage { STAGE_ALL, STAGE_KINDERGARTEN, STAGE_PRIMARY, STAGE_BOARDING, STAGES };
/* "", "kindergarten", "primary", "boarding"; 幼儿园, 小学, 寄宿. */
bool stage_parse(enum stage *out, const char *word);

struct calendar;

struct calendar_setting {
    const char *const *files; /* paths, NULL-terminated; NULL: none */
    enum stage stage;
    int week_starts; /* 1 Monday … 7 Sunday; 0: Monday */
};

/* NULL when there was a mistake. The caller owns the calendar. */
struct calendar *calendar_open(const struct calendar_setting *setting, struct mistakes *mistakes);
/* The same of one text, called `name` in mistakes. */
struct calendar *calendar_of_text(const struct calendar_setting *setting, const char *name, const char *text,
                                  size_t length, struct mistakes *mistakes);
void calendar_free(struct calendar *calendar);

struct calendar_term {
    const char *name, *name_en; /* borrowed; name_en may be "" */
    int first, last;            /* days */
    int week_one;               /* first day of week 1; days of the term before it are week 0 (预备周) */
};

enum day_kind {
    DAY_SCHOOL,  /* an ordinary school day */
    DAY_MAKE_UP, /* a school day by an entry of its own: on a weekend, or with another weekday's timetable */
    DAY_WEEKEND,
    DAY_HOLIDAY, /* off by an entry */
    DAY_BREAK,   /* vacation: by an entry, or outside every term where terms are known */
    DAY_KINDS
};
const char *day_kind_name(enum day_kind kind); /* "school", "make_up", "weekend", "holiday", "break" */

struct calendar_day {
    int day;
    enum day_kind kind;
    bool school;   /* DAY_SCHOOL or DAY_MAKE_UP */
    bool vacation; /* of a break, also where a holiday lies in it */
    int weekday;   /* 1 (Monday) – 7 */
    int acts_as;   /* whose timetable it carries; 0: a make-up day of which no file says it; no school: the weekday */
    const char *name, *name_en, *source; /* borrowed; "" where the files say none */
    bool provisional;                    /* that entry is */
    const struct calendar_term *term;    /* NULL: none */
    int week;                            /* of the term; -1 without one */
};

struct calendar_day calendar_day(const struct calendar *calendar, int day);
/* The first (last) school day at or after (before) `day`, at most `most` days away; false when there is none. */
bool calendar_next_school_day(int *out, const struct calendar *calendar, int day, int most);
bool calendar_previous_school_day(int *out, const struct calendar *calendar, int day, int most);
/* The first day at or after `day` that carries another weekday's timetable than its own (or an unknown one). */
bool calendar_next_make_up(int *out, const struct calendar *calendar, int day);

/* 1 Monday … 7 Sunday. */
int calendar_week_starts(const struct calendar *calendar);
/* Terms in order of their first days; NULL behind the last. */
const struct calendar_term *calendar_term_at(const struct calendar *calendar, size_t index);
/* The term of a day; NULL in a vacation. */
const struct calendar_term *calendar_term_of(const struct calendar *calendar, int day);
/* The term of a week number said on `day`: the one that runs, else the next to come; NULL when none is known. */
const struct calendar_term *calendar_term_near(const struct calendar *calendar, int day);
/* The week of a day of the term, from 1; 0 before week 1. */
int calendar_week(const struct calendar_term *term, int day);
/* The weeks of the term, and the first day of one: of week 1 its week's first day, even where the term begins later. */
int calendar_weeks(const struct calendar_term *term);
int calendar_week_start(const struct calendar_term *term, int week);
/* The last day of the last term, or without terms of the last entry; false for an empty calendar. */
bool calendar_end(int *out, const struct calendar *calendar);

/* What is known of a year's public holidays. */
enum year_standing {
    YEAR_OFFICIAL,    /* a file says so (X-GREENLINE-OFFICIAL), or it has days off that are not provisional */
    YEAR_PROVISIONAL, /* only statutory days: the notice with days off and make-up days is not out */
    YEAR_UNKNOWN,     /* no file has any */
};
enum year_standing calendar_year(const struct calendar *calendar, int year);
/* Entries of no category of ours, over all files. */
size_t calendar_passed_over(const struct calendar *calendar);

#endif
