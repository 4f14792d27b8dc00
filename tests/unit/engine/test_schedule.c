/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schedules on the school's calendar, as they run: off days, make-up days, dates that were moved, a calendar that is
 * changed while schedules are there. The world opens on Thursday, 8 October 2026, 09:00, the first day after National Day;
 * the calendar is the shipped one.
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
#include "lib/text.h"
#include "support/family.h"

static struct calendar *calendar_with(const char *entries)
{
    CLEANUP(mem_clean) char *text =
        mem_format("BEGIN:VCALENDAR\n"
                   "BEGIN:VEVENT\nDTSTART:20260901\nDTEND:20270130\nSUMMARY:秋\nCATEGORIES:TERM\n"
                   "END:VEVENT\n%sEND:VCALENDAR\n",
                   entries);
    const struct calendar_setting setting = { .week_starts = 1 };
    struct mistakes mistakes = { 0 };
    struct calendar *calendar = calendar_of_text(&setting, "t.ics", text, strlen(text), &mistakes);

    if (!calendar)
        fail_msg("%s", mistakes.lines[0]);
    return calendar;
}

#define MAKE_UP "BEGIN:VEVENT\nDTSTART:20261010\nSUMMARY:补\nCATEGORIES:SCHOOL\nX-GREENLINE-ACTS-AS:WE\nEND:VEVENT\n"
#define OFF(day) "BEGIN:VEVENT\nDTSTART:" day "\nSUMMARY:放假\nCATEGORIES:OFF\nEND:VEVENT\n"

static void use(struct world *w, const struct calendar *calendar)
{
    w->calendar = calendar;
    world_restart(w);
}

static int64_t try_add(struct world *w, struct schedule_request request, struct error *err)
{
    int64_t id;

    request.kind = "checkin";
    request.audience = "student:S1";
    request.template = "checkin";
    turn_set_now(w->turn, w->now);
    id = engine_add_schedule(w->engine, &request, err);
    world_commit(w);
    return id;
}

static int64_t add(struct world *w, struct schedule_request request)
{
    struct error err = { "" };
    const int64_t id = try_add(w, request, &err);

    if (!id)
        fail_msg("%s", err.text);
    return id;
}

/* When causes were due until `until`, "10-10 07:30 …" */
static char *ran(struct world *w, const char *until)
{
    struct query q;
    struct text out = { 0 };

    world_until(w, world_time(w, until));
    q = store_query(w->store, "SELECT due FROM cause WHERE schedule IS NOT NULL AND state <> 'missed' ORDER BY due, id",
                    "");
    text_add(&out, "");
    while (query_next(&q)) {
        const struct local_time t = zone_local(w->zone, query_time(&q, 0));

        text_add_format(&out, "%s%02d-%02d %02d:%02d", out.length ? " " : "", t.month, t.day, t.hour, t.minute);
    }
    query_end(&q);
    return text_take(&out);
}

static void test_a_schedule_of_school_days_runs_on_the_make_up_saturday(void **state)
{
    struct world *w = ((struct family *)*state)->world;
    struct calendar *calendar = calendar_with(MAKE_UP OFF("20261013"));

    use(w, calendar);
    add(w, (struct schedule_request){ .name = "roll", .every = "school day at 07:30" });
    expect_text(ran(w, "2026-10-15 12:00"), "10-09 07:30 10-10 07:30 10-12 07:30 10-14 07:30 10-15 07:30");
    use(w, NULL);
    calendar_free(calendar);
}

static void test_two_dates_on_one_instant_both_run_once_each_over_a_restart(void **state)
{
    struct world *w = ((struct family *)*state)->world;
    struct calendar *calendar = calendar_with(OFF("20261012") OFF("20261013"));

    use(w, calendar);
    add(w, (struct schedule_request){ .name = "d",
                                      .rrule = "FREQ=DAILY;COUNT=3",
                                      .start = "2026-10-12 09:00",
                                      .school_days = true,
                                      .on_holiday = "next" });
    free(ran(w, "2026-10-14 09:00"));
    world_restart(w);
    expect_text(ran(w, "2026-10-20 12:00"), "10-14 09:00 10-14 09:00 10-14 09:00");
    expect_text(
        world_words(w, "SELECT group_concat(key, ' ') FROM (SELECT replace(key, 'schedule:1:', '') AS key FROM cause "
                       "ORDER BY key)"),
        "1791766800000 1791853200000 1791939600000"); /* the 12th, 13th and 14th, 09:00 */
    use(w, NULL);
    calendar_free(calendar);
}

static void test_a_new_calendar_moves_what_is_to_come_and_repeats_nothing(void **state)
{
    struct world *w = ((struct family *)*state)->world;
    struct calendar *before = calendar_with(""), *after = calendar_with(OFF("20261012") OFF("20261019"));

    use(w, before);
    add(w, (struct schedule_request){
               .name = "mondays", .every = "week on Monday at 09:00", .school_days = true, .on_holiday = "next" });
    free(ran(w, "2026-10-12 12:00")); /* it ran; then somebody enters that the day had been off */
    use(w, after);
    expect_text(ran(w, "2026-10-27 12:00"), "10-12 09:00 10-20 09:00 10-26 09:00");
    use(w, NULL);
    calendar_free(before);
    calendar_free(after);
}

static void test_what_is_due_when_the_calendar_changes_still_runs(void **state)
{
    struct world *w = ((struct family *)*state)->world;
    struct calendar *before = calendar_with(""), *after = calendar_with(OFF("20261012"));

    use(w, before);
    add(w, (struct schedule_request){ .name = "mondays", .every = "week on Monday at 09:00", .school_days = true });
    w->now = world_time(w, "2026-10-12 09:30"); /* away at 9:00 */
    use(w, after);
    expect_text(ran(w, "2026-10-12 12:00"), "10-12 09:30");
    use(w, NULL);
    calendar_free(before);
    calendar_free(after);
}

static void test_a_schedule_that_ended_with_its_calendar_goes_on_with_the_next_term(void **state)
{
    struct world *w = ((struct family *)*state)->world;
    struct calendar *before = calendar_with(""),
                    *after = calendar_with(
                        "BEGIN:VEVENT\nDTSTART:20270301\nDTEND:20270703\nSUMMARY:春\nCATEGORIES:TERM\nEND:VEVENT\n");

    w->now = world_time(w, "2027-01-25 12:00");
    use(w, before);
    add(w, (struct schedule_request){ .name = "mondays", .every = "week on Friday at 09:00", .school_days = true });
    expect_text(ran(w, "2027-02-10 12:00"), "01-29 09:00");
    assert_int_equal(world_value(w, "SELECT next_at IS NULL FROM schedule"), 1);
    use(w, after);
    expect_text(ran(w, "2027-03-06 12:00"), "01-29 09:00 03-05 09:00");
    use(w, NULL);
    calendar_free(before);
    calendar_free(after);
}

static void test_a_date_in_quiet_hours_waits_or_comes_before_them(void **state)
{
    struct world *w = ((struct family *)*state)->world;

    add(w, (struct schedule_request){ .name = "late", .every = "day at 21:30", .in_quiet = "before" });
    add(w, (struct schedule_request){ .name = "early", .every = "day at 06:00", .in_quiet = "skip" });
    expect_text(ran(w, "2026-10-09 20:30"), "10-08 20:00 10-09 20:00");
}

static void test_words_that_go_not_together_are_refused_with_the_way_out(void **state)
{
    static const struct {
        struct schedule_request request;
        const char *said;
    } rows[] = {
        { { .every = "school day at 07:30", .on_holiday = "keep" }, "on_holiday keep: not with school days" },
        { { .every = "day at 07:30", .on_holiday = "later" }, "on_holiday \"later\": write keep, skip, next" },
        { { .every = "day at 07:30", .in_quiet = "never" }, "in_quiet \"never\": write wait, skip or before" },
        { { .every = "week 3 on Monday at 09:00" }, "weeks of a term: the calendar has no terms" },
    };
    struct world *w = ((struct family *)*state)->world;
    struct calendar *calendar = calendar_with("");
    struct error err;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct schedule_request request = rows[i].request;

        request.name = "x";
        assert_int_equal(try_add(w, request, &err), 0);
        if (!strstr(err.text, rows[i].said))
            fail_msg("got \"%s\", want \"%s\"", err.text, rows[i].said);
    }
    use(w, calendar);
    w->now = world_time(w, "2027-02-01 12:00");
    assert_int_equal(try_add(w, (struct schedule_request){ .name = "x", .every = "school day at 07:30" }, &err), 0);
    assert_non_null(strstr(err.text, "the school's calendar ends on 2027-01-29: enter the next terms"));
    use(w, NULL);
    calendar_free(calendar);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, family_setup, family_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_schedule_of_school_days_runs_on_the_make_up_saturday),
        TEST(test_two_dates_on_one_instant_both_run_once_each_over_a_restart),
        TEST(test_a_new_calendar_moves_what_is_to_come_and_repeats_nothing),
        TEST(test_what_is_due_when_the_calendar_changes_still_runs),
        TEST(test_a_schedule_that_ended_with_its_calendar_goes_on_with_the_next_term),
        TEST(test_a_date_in_quiet_hours_waits_or_comes_before_them),
        TEST(test_words_that_go_not_together_are_refused_with_the_way_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
