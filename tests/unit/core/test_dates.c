/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schedules on the school's calendar: what holidays, make-up days, vacations, terms and quiet hours do to their dates,
 * in small tables written by hand; and a whole year against the lists of another implementation (tests/data/calendar).
 * The calendar is the shipped one: conf/calendars.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/dates.h"
#include "lib/memory.h"
#include "lib/text.h"

#define YEAR "tests/data/calendar/year-2026.txt"

static struct calendar *shipped(enum stage stage)
{
    static const char *const files[] = { "conf/calendars/cn-2025.ics", "conf/calendars/cn-2026.ics",
                                         "conf/calendars/cn-2027.ics", "conf/calendars/school.ics", NULL };
    const struct calendar_setting setting = { .files = files, .stage = stage };
    struct mistakes mistakes = { 0 };
    struct calendar *calendar = calendar_open(&setting, &mistakes);

    if (!calendar)
        fail_msg("%s", mistakes.lines[0]);
    return calendar;
}

static time_ms at(struct zone zone, const char *text)
{
    time_ms instant = 0;
    struct error err;

    if (!zone_parse(&instant, zone, text, &err))
        fail_msg("%s", err.text);
    return instant;
}

/* A schedule as it is entered: by words, or by a rule and its start. */
struct said {
    const char *zone, *every, *rrule, *start;
    const char *now;
    bool school;
    const char *holiday, *quiet; /* NULL: by default */
};

/* Fills what the words say; the recurrence is the caller's to free. */
static struct dates enter(const struct said *said, struct recurrence *recurrence, const struct calendar *calendar)
{
    struct dates dates = { .recurrence = recurrence, .calendar = calendar, .quiet = { 21 * 60, 7 * 60 } };
    struct error err = { "" };
    bool good;

    assert_true(zone_open(&dates.zone, said->zone ? said->zone : "Asia/Shanghai", NULL));
    good = said->every
               ? recurrence_every(recurrence, said->every, zone_local(dates.zone, at(dates.zone, said->now)), &err)
               : recurrence_parse(recurrence, said->rrule, zone_local(dates.zone, at(dates.zone, said->start)), &err);
    if (!good)
        fail_msg("%s", err.text);
    dates.school_days = said->school || recurrence->school_days;
    if (dates.school_days && said->every)
        recurrence_lead_in(recurrence);
    dates.on_holiday = dates_holiday_default(recurrence, dates.school_days);
    if (said->holiday)
        assert_true(holiday_rule_parse(&dates.on_holiday, said->holiday, &err));
    if (said->quiet)
        assert_true(quiet_rule_parse(&dates.in_quiet, said->quiet, &err));
    return dates;
}

/* The next dates, "10-08 09:00" each, with "<10-01 09:00" where the rule says otherwise. */
static char *listed(const struct dates *dates, time_ms now, int count)
{
    struct date_place place = dates_after(now);
    struct text out = { 0 };
    struct date date;

    text_add(&out, "");
    while (count-- > 0 && dates_next(&date, dates, place)) {
        const struct local_time t = zone_local(dates->zone, date.at), o = zone_local(dates->zone, date.origin);

        text_add_format(&out, "%s%02d-%02d %02d:%02d", out.length ? ", " : "", t.month, t.day, t.hour, t.minute);
        if (date.at != date.origin)
            text_add_format(&out, "<%02d-%02d %02d:%02d", o.month, o.day, o.hour, o.minute);
        place = (struct date_place){ date.at, date.origin };
    }
    return text_take(&out);
}

/* Said and looked at on `now`; the calendar around National Day 2026: off from Thursday, 1 October, to Wednesday, the 7th;
 * Sunday, 20 September, has Tuesday's lessons and Saturday, 10 October, Wednesday's. */
static const struct {
    struct said said;
    const char *dates;
} cases[] = {
    /* a monthly reminder keeps its Saturday, holiday or not, unless it is told otherwise */
    { { .every = "month on the 1st Saturday at 09:00", .now = "2026-09-28 10:00" }, "10-03 09:00, 11-07 09:00" },
    { { .every = "month on the 1st Saturday at 09:00", .now = "2026-09-28 10:00", .holiday = "next" },
      "10-08 09:00<10-03 09:00, 11-07 09:00" },
    { { .every = "month on the 1st Saturday at 09:00", .now = "2026-09-28 10:00", .holiday = "before" },
      "09-30 09:00<10-03 09:00, 11-07 09:00" },
    { { .every = "month on the 1st Saturday at 09:00", .now = "2026-09-28 10:00", .holiday = "skip" },
      "11-07 09:00, 12-05 09:00" },
    /* school days: the holiday is left out, the make-up Saturday is one */
    { { .every = "school day at 07:30", .now = "2026-09-30 07:30" },
      "10-08 07:30, 10-09 07:30, 10-10 07:30, 10-12 07:30" },
    { { .every = "weekday at 07:30", .now = "2026-09-30 07:30", .school = true },
      "10-08 07:30, 10-09 07:30, 10-10 07:30, 10-12 07:30" },
    { { .every = "week on Wednesday at 15:00", .now = "2026-09-30 16:00", .school = true },
      "10-10 15:00, 10-14 15:00, 10-21 15:00" },
    { { .every = "week on Wednesday at 15:00", .now = "2026-10-09 16:00", .school = true },
      "10-10 15:00, 10-14 15:00" },
    { { .every = "2 weeks on Wednesday at 15:00", .now = "2026-10-09 16:00", .school = true },
      "10-14 15:00, 10-28 15:00" },
    { { .rrule = "FREQ=WEEKLY;BYDAY=WE", .start = "2026-10-14 15:00", .now = "2026-10-09 16:00", .school = true },
      "10-14 15:00, 10-21 15:00" },
    { { .every = "week on Saturday at 15:00", .now = "2026-09-30 16:00", .school = true }, "" },
    /* two dates moved onto one instant both happen, the earlier one first */
    { { .rrule = "FREQ=DAILY;COUNT=4",
        .start = "2026-10-06 09:00",
        .now = "2026-10-05 00:00",
        .school = true,
        .holiday = "next" },
      "10-08 09:00<10-06 09:00, 10-08 09:00<10-07 09:00, 10-08 09:00, 10-09 09:00" },
    { { .rrule = "FREQ=DAILY;COUNT=3", .start = "2026-09-30 09:00", .now = "2026-09-29 10:00", .holiday = "before" },
      "09-30 09:00, 09-30 09:00<10-01 09:00, 09-30 09:00<10-02 09:00" },
    /* a vacation is no holiday: what falls into it is left out, not moved to the first day of the term */
    { { .every = "month on the 1st at 09:00", .now = "2027-01-29 10:00", .school = true, .holiday = "next" },
      "03-01 09:00, 04-01 09:00, 05-03 09:00<05-01 09:00" },
    { { .every = "month on the 1st at 09:00", .now = "2027-01-29 10:00" }, "02-01 09:00, 03-01 09:00" },
    /* the third Monday's week of each term; a week whose Monday is off goes on the next school day */
    { { .every = "week 3 on Monday at 09:00", .now = "2026-09-01 10:00" }, "09-14 09:00, 03-15 09:00" },
    { { .every = "第6周周一9:00", .now = "2026-09-01 10:00" }, "10-08 09:00<10-05 09:00, 04-06 09:00<04-05 09:00" },
    { { .every = "week 6 on Wednesday at 09:00", .now = "2026-09-01 10:00", .holiday = "skip" },
      "10-10 09:00, 04-07 09:00" },
    { { .every = "单周周五15:00", .now = "2026-09-01 10:00" }, "09-04 15:00, 09-18 15:00, 10-16 15:00, 10-30 15:00" },
    { { .every = "even weeks on Friday at 15:00", .now = "2026-09-01 10:00" },
      "09-11 15:00, 10-09 15:00, 10-23 15:00" },
    /* behind the last term that is known nothing comes */
    { { .every = "school day at 07:30", .now = "2027-07-01 10:00" }, "07-02 07:30" },
    /* quiet hours from 21:00 to 07:00 */
    { { .every = "day at 21:30", .now = "2026-10-09 10:00" }, "10-09 21:30, 10-10 21:30" },
    { { .every = "day at 21:30", .now = "2026-10-09 10:00", .quiet = "before" },
      "10-09 20:00<10-09 21:30, 10-10 20:00<10-10 21:30" },
    { { .every = "day at 06:59", .now = "2026-10-09 10:00", .quiet = "before" },
      "10-09 20:00<10-10 06:59, 10-10 20:00<10-11 06:59" },
    { { .every = "day at 07:00", .now = "2026-10-09 10:00", .quiet = "skip" }, "10-10 07:00, 10-11 07:00" },
    { { .rrule = "FREQ=DAILY;BYHOUR=6,12;BYMINUTE=0",
        .start = "2026-10-09 12:00",
        .now = "2026-10-09 10:00",
        .quiet = "skip" },
      "10-09 12:00, 10-10 12:00" },
};

static int items(const char *list)
{
    int count = *list != '\0';

    for (; *list; list++)
        count += *list == ',';
    return count;
}

static void test_dates_follow_the_calendar(void **state)
{
    struct calendar *calendar = shipped(STAGE_ALL);

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct recurrence recurrence = { 0 };
        const struct dates dates = enter(&cases[i].said, &recurrence, calendar);
        const int count = items(cases[i].dates);
        char *got = listed(&dates, at(dates.zone, cases[i].said.now), count ? count : 1);

        if (strcmp(got, cases[i].dates) != 0)
            fail_msg("case %zu, %s %s: got %s; want %s", i, recurrence.rrule,
                     cases[i].said.holiday ? cases[i].said.holiday : "", got, cases[i].dates);
        free(got);
        recurrence_free(&recurrence);
    }
    calendar_free(calendar);
}

static void test_boarders_have_their_saturdays_every_second_week(void **state)
{
    const struct said said = { .every = "school day at 20:00", .now = "2026-09-11 10:00" };
    struct calendar *calendar = shipped(STAGE_BOARDING);
    struct recurrence recurrence = { 0 };
    const struct dates dates = enter(&said, &recurrence, calendar);
    char *got = listed(&dates, at(dates.zone, said.now), 8);

    (void)state;
    assert_string_equal(got,
                        "09-11 20:00, 09-12 20:00, 09-14 20:00, 09-15 20:00, 09-16 20:00, 09-17 20:00, 09-18 20:00, "
                        "09-20 20:00");
    free(got);
    recurrence_free(&recurrence);
    calendar_free(calendar);
}

static void test_a_make_up_day_of_unknown_lessons_has_what_every_weekday_has(void **state)
{
    static const char *const files[] = { "conf/calendars/cn-2026.ics", NULL };
    static const struct {
        struct said said;
        const char *dates;
    } rows[] = {
        { { .every = "weekday at 07:30", .now = "2026-10-09 10:00", .school = true }, "10-10 07:30" },
        { { .every = "school day at 07:30", .now = "2026-10-09 10:00" }, "10-10 07:30" },
        { { .every = "week on Wednesday at 07:30", .now = "2026-10-09 10:00", .school = true }, "10-14 07:30" },
        { { .every = "week on Saturday at 07:30", .now = "2026-10-09 10:00" }, "10-10 07:30" },
    };
    const struct calendar_setting setting = { .files = files };
    struct mistakes mistakes = { 0 };
    struct calendar *calendar = calendar_open(&setting, &mistakes);

    (void)state;
    assert_non_null(calendar);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct recurrence recurrence = { 0 };
        const struct dates dates = enter(&rows[i].said, &recurrence, calendar);
        char *got = listed(&dates, at(dates.zone, rows[i].said.now), 1);

        assert_string_equal(got, rows[i].dates);
        free(got);
        recurrence_free(&recurrence);
    }
    calendar_free(calendar);
}

static void test_a_moved_or_skipped_date_says_why(void **state)
{
    const struct said said = {
        .every = "week on Friday at 21:30", .now = "2026-09-21 10:00", .school = true, .quiet = "before"
    };
    struct calendar *calendar = shipped(STAGE_ALL);
    struct recurrence recurrence = { 0 };
    const struct dates dates = enter(&said, &recurrence, calendar);
    struct date date = dates_settle(&dates, at(dates.zone, "2026-10-02 21:30"));

    (void)state;
    assert_int_equal(date.at, TIME_NEVER);
    assert_int_equal(date.reason, DATE_DAY_OFF);
    assert_string_equal(date.day.name, "国庆节");
    date = dates_settle(&dates, at(dates.zone, "2026-10-09 21:30"));
    assert_int_equal(date.at, at(dates.zone, "2026-10-09 20:00"));
    assert_int_equal(date.reason, DATE_QUIET);
    recurrence_free(&recurrence);
    calendar_free(calendar);
}

static void test_without_a_calendar_school_days_are_monday_to_friday(void **state)
{
    const struct said said = { .every = "school day at 07:30", .now = "2026-10-01 10:00" };
    struct recurrence recurrence = { 0 };
    const struct dates dates = enter(&said, &recurrence, NULL);
    char *got = listed(&dates, at(dates.zone, said.now), 3);

    (void)state;
    assert_string_equal(got, "10-02 07:30, 10-05 07:30, 10-06 07:30");
    free(got);
    recurrence_free(&recurrence);
}

/* --- a year, by another implementation ------------------------------------------------------------------------ */

/* "= ZONE | every WORDS (or rrule RULE YYYY-MM-DD HH:MM) | any | keep | wait" taken apart in place. */
static struct said read_head(char *line)
{
    struct said said = { .now = "2025-12-31 23:59" };
    char *fields[5], *rest = line + 2;

    for (size_t i = 0; i < COUNT(fields); i++) {
        fields[i] = text_trim(strsep(&rest, "|"));
        assert_non_null(fields[i]);
    }
    said.zone = fields[0];
    if (text_starts(fields[1], "every ")) {
        said.every = fields[1] + strlen("every ");
    } else {
        char *rule = fields[1] + strlen("rrule ");

        said.rrule = strsep(&rule, " ");
        said.start = rule;
    }
    said.school = strcmp(fields[2], "school") == 0;
    said.holiday = fields[3];
    said.quiet = fields[4];
    return said;
}

/* The dates of the year, a line each, as the file has them. */
static char *year_of(const struct said *said, const struct calendar *calendar)
{
    struct recurrence recurrence = { 0 };
    const struct dates dates = enter(said, &recurrence, calendar);
    struct date_place place = dates_after(at(dates.zone, said->now));
    struct text out = { 0 };
    struct date date;

    text_add(&out, "");
    while (dates_next(&date, &dates, place) && zone_local(dates.zone, date.at).year == 2026) {
        char when[RFC3339_MAX], origin[RFC3339_MAX];

        zone_format(when, dates.zone, date.at);
        zone_format(origin, dates.zone, date.origin);
        text_add(&out, when);
        if (date.at != date.origin)
            text_add_format(&out, " < %s", origin);
        text_add_char(&out, '\n');
        place = (struct date_place){ date.at, date.origin };
    }
    recurrence_free(&recurrence);
    return text_take(&out);
}

/* The line in which two lists begin to differ. */
static int differ(const char *a, const char *b)
{
    int line = 1;

    for (; *a && *a == *b; a++, b++)
        line += *a == '\n';
    return line;
}

static void compare(char *head, const char *want, const struct calendar *calendar)
{
    CLEANUP(mem_clean) char *copy = mem_dup(head);
    const struct said said = read_head(head);
    CLEANUP(mem_clean) char *got = year_of(&said, calendar);

    if (strcmp(got, want) != 0)
        fail_msg("%s: date %d differs: got\n%.2000s\nwant\n%.2000s", copy, differ(got, want), got, want);
}

static void test_a_year_of_schedules_is_as_another_implementation_has_it(void **state)
{
    struct calendar *calendar = shipped(STAGE_ALL);
    FILE *file = fopen(YEAR, "re");
    char line[300], head[300] = "";
    struct text want = { 0 };
    int count = 0;

    (void)state;
    assert_non_null(file);
    text_add(&want, "");
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#')
            continue;
        if (line[0] != '=') {
            text_add(&want, line);
            continue;
        }
        if (*head)
            compare(head, want.data, calendar);
        count += *head != '\0';
        snprintf(head, sizeof head, "%s", text_trim(line));
        text_drop(&want, want.length);
    }
    compare(head, want.data, calendar);
    assert_in_range(count + 1, 50, 100);
    fclose(file);
    text_free(&want);
    calendar_free(calendar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates_follow_the_calendar),
        cmocka_unit_test(test_boarders_have_their_saturdays_every_second_week),
        cmocka_unit_test(test_a_make_up_day_of_unknown_lessons_has_what_every_weekday_has),
        cmocka_unit_test(test_a_moved_or_skipped_date_says_why),
        cmocka_unit_test(test_without_a_calendar_school_days_are_monday_to_friday),
        cmocka_unit_test(test_a_year_of_schedules_is_as_another_implementation_has_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
