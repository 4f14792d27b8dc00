/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The school's days over the socket: a month with what is scheduled, and the next dates of a schedule with what the
 * calendar does to them. It is Thursday, 8 October 2026, 18:00; the calendar is the shipped one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "tests/support/api_fixture.h"

struct school {
    struct api_fixture f;
    struct calendar *calendar;
};

static const char schedules[] =
    "INSERT INTO schedule (name, kind, audience, rrule, start, days, on_holiday, in_quiet, created) VALUES"
    " ('monthly', 'checkin', 'all', 'FREQ=MONTHLY;BYDAY=1SA', '20260905T090000', 'any', 'next', 'wait', 0),"
    " ('roll', 'count', 'all', 'FREQ=DAILY', '20260901T073000', 'school', 'skip', 'wait', 0),"
    " ('wednesday', 'notice', 'all', 'FREQ=WEEKLY;BYDAY=WE', '20260902T150000', 'school', 'skip', 'wait', 0),"
    " ('late', 'notice', 'all', 'FREQ=MONTHLY;BYMONTHDAY=20', '20260920T213000', 'any', 'keep', 'before', 0);";

static int setup(void **state)
{
    static const char *const files[] = { "conf/calendars/cn-2026.ics", "conf/calendars/cn-2027.ics",
                                         "conf/calendars/school.ics", NULL };
    const struct calendar_setting setting = { .files = files };
    struct school *school = calloc(1, sizeof *school);
    struct mistakes mistakes = { 0 };

    school->calendar = calendar_open(&setting, &mistakes);
    assert_non_null(school->calendar);
    api_fixture_open(&school->f);
    api_fixture_sql(&school->f, schedules);
    school->f.setting.calendar = school->calendar;
    api_fixture_listen(&school->f);
    *state = school;
    return 0;
}

static int teardown(void **state)
{
    struct school *school = *state;

    api_fixture_close(&school->f);
    calendar_free(school->calendar);
    free(school);
    return 0;
}

struct row {
    const char *path, *want;
};

static void expect(struct school *school, const char *target, const struct row *rows, size_t count)
{
    struct api_reply reply = api_fixture_get(&school->f, target);

    if (reply.status != 200)
        fail_msg("%s: got %d %s", target, reply.status, reply.raw ? reply.raw : "");
    for (size_t i = 0; i < count; i++)
        if (strcmp(json_at(reply.body, rows[i].path), rows[i].want) != 0)
            fail_msg("%s: %s: got %s, want %s\n%s", target, rows[i].path, json_at(reply.body, rows[i].path),
                     rows[i].want, reply.raw);
    api_reply_free(&reply);
}
#define EXPECT(state, target, ...)                                                                                     \
    expect(state, target, (const struct row[]){ __VA_ARGS__ }, COUNT(((const struct row[]){ __VA_ARGS__ })))

static void test_a_month_shows_each_day_and_what_is_scheduled_on_it(void **state)
{
    EXPECT(*state, "/v1/calendar?month=2026-10", { "items", "31 items" }, { "next", "null" },
           { "items.0.date", "2026-10-01" }, { "items.0.weekday", "Thursday" }, { "items.0.kind", "holiday" },
           { "items.0.school", "false" }, { "items.0.name", "国庆节" }, { "items.0.name_en", "National Day" },
           { "items.0.week", "5" }, { "items.0.term", "Autumn term 2026" }, { "items.0.schedules", "0 items" },
           { "items.0.warning", "null" }, { "items.0.provisional", "false" },
           /* the 8th: the roll, and the Saturday's check-in that was moved */
           { "items.7.kind", "school" }, { "items.7.schedules", "2 items" }, { "items.7.schedules.0.name", "roll" },
           { "items.7.schedules.0.from", "null" }, { "items.7.schedules.1.name", "monthly" },
           { "items.7.schedules.1.at", "2026-10-08T09:00:00+08:00" },
           { "items.7.schedules.1.from", "2026-10-03T09:00:00+08:00" }, { "items.7.schedules.1.why", "National Day" },
           /* Saturday, the 10th, has Wednesday's lessons */
           { "items.9.kind", "make_up" }, { "items.9.acts_as", "Wednesday" }, { "items.9.school", "true" },
           { "items.9.schedules", "2 items" }, { "items.9.schedules.1.name", "wednesday" },
           { "items.10.kind", "weekend" }, { "items.10.acts_as", "null" }, { "items.19.schedules.1.name", "late" },
           { "items.19.schedules.1.at", "2026-10-20T20:00:00+08:00" }, { "items.19.schedules.1.why", "quiet hours" });
}

static void test_without_a_month_it_is_this_one(void **state)
{
    EXPECT(*state, "/v1/calendar", { "items", "31 items" }, { "items.0.date", "2026-10-01" });
}

static void test_a_month_of_a_provisional_year_warns(void **state)
{
    EXPECT(*state, "/v1/calendar?month=2027-02", { "items", "28 items" }, { "items.5.kind", "holiday" },
           { "items.5.name_en", "Spring Festival" }, { "items.5.provisional", "true" }, { "items.0.kind", "break" },
           { "items.0.warning",
             "the notice on 2027's holidays is not out: only statutory days are entered, and days off and "
             "make-up days will change" });
    EXPECT(*state, "/v1/calendar?month=2028-02", { "items", "29 items" },
           { "items.0.warning", "no holidays of 2028 are entered: add them to school.calendar" });
}

static void test_what_is_no_month_is_refused(void **state)
{
    static const char *const wrong[] = { "2026",  "2026-13",    "2026-00",   "2026-1",
                                         "26-10", "2026-10-01", "2026%2F10", "1969-12" };

    for (size_t i = 0; i < COUNT(wrong); i++) {
        CLEANUP(mem_clean) char *target = mem_format("/v1/calendar?month=%s", wrong[i]);
        struct api_reply reply = api_fixture_get(&((struct school *)*state)->f, target);

        if (reply.status != 400)
            fail_msg("%s: got %d, want 400", target, reply.status);
        api_reply_free(&reply);
    }
}

static void test_a_preview_says_what_is_moved_and_what_is_left_out_and_why(void **state)
{
    EXPECT(*state, "/v1/schedules/monthly/preview?count=4", { "items", "4 items" },
           { "items.0.at", "2026-11-07T09:00:00+08:00" }, { "items.0.weekday", "Saturday" }, { "items.0.week", "10" },
           { "items.0.from", "null" }, { "items.0.skipped", "0 items" }, { "items.0.warning", "null" },
           { "items.2.at", "2027-01-02T09:00:00+08:00" },
           { "items.2.warning",
             "the notice on 2027's holidays is not out: only statutory days are entered, and days off and "
             "make-up days will change" },
           /* 6 February 2027 is New Year's Day of the old calendar: moved to the first weekday behind the holiday */
           { "items.3.at", "2027-02-09T09:00:00+08:00" }, { "items.3.from", "2027-02-06T09:00:00+08:00" },
           { "items.3.why", "Spring Festival" }, { "items.3.week", "null" });
    EXPECT(*state, "/v1/schedules/roll/preview?count=3", { "items.0.at", "2026-10-09T07:30:00+08:00" },
           { "items.1.at", "2026-10-10T07:30:00+08:00" }, { "items.1.acts_as", "Wednesday" },
           { "items.2.at", "2026-10-12T07:30:00+08:00" }, { "items.2.skipped", "1 items" },
           { "items.2.skipped.0.at", "2026-10-11T07:30:00+08:00" }, { "items.2.skipped.0.why", "weekend" });
    EXPECT(*state, "/v1/schedules/late/preview?count=1", { "items.0.at", "2026-10-20T20:00:00+08:00" },
           { "items.0.from", "2026-10-20T21:30:00+08:00" }, { "items.0.why", "quiet hours" },
           { "items.0.quiet", "null" });
}

static void test_the_last_date_that_the_calendar_has_says_so(void **state)
{
    struct school *school = *state;

    school->f.now += 260 * DAY_MS; /* 25 June 2027 */
    EXPECT(school, "/v1/schedules/roll/preview?count=20", { "items", "5 items" },
           { "items.4.at", "2027-07-02T07:30:00+08:00" },
           { "items.4.warning", "no date follows: the school's calendar ends on 2027-07-02: enter the next terms" });
}

static void test_a_schedule_shows_what_the_calendar_may_do_with_it(void **state)
{
    EXPECT(*state, "/v1/schedules/roll", { "school_days", "true" }, { "on_holiday", "skip" }, { "in_quiet", "wait" });
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_month_shows_each_day_and_what_is_scheduled_on_it),
        TEST(test_without_a_month_it_is_this_one),
        TEST(test_a_month_of_a_provisional_year_warns),
        TEST(test_what_is_no_month_is_refused),
        TEST(test_a_preview_says_what_is_moved_and_what_is_left_out_and_why),
        TEST(test_the_last_date_that_the_calendar_has_says_so),
        TEST(test_a_schedule_shows_what_the_calendar_may_do_with_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
