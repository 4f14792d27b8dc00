/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The day's roll in virtual time: on which days it opens and when, whom it asks, how it climbs, what a report at the
 * keyboard does, and that nothing of it is asked twice after a restart. Texts of teachers are in unit/inbox/test_order.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "engine/roll.h"
#include "lib/memory.h"
#include "support/family.h"

#define TEACHER MENTOR
#define DUTY "+8619900000005"
#define HEAD "+8619900000006"
#define LADDER                                                                                                         \
    "{\"steps\":[{\"who\":[\"audience\"],\"channels\":[\"sms\"]},{\"after\":1800000,\"who\":[\"duty\"],\"channels\":[" \
    "\"sms\"]},{\"after\":600000,\"who\":[\"head\"],\"channels\":[\"sms\"]}]}"

/* 陈芳 teaches 三1 (three children); it is Thursday evening; the roll is due at 08:20. */
static int setup(void **state)
{
    struct world *w;

    family_setup(state);
    w = ((struct family *)*state)->world;
    world_sql(w, "INSERT INTO role (person, role, class) VALUES (4, 'teacher', '三1')");
    world_person(w, "P5", "周刚", DUTY);
    world_person(w, "P6", "吴校长", HEAD);
    world_sql(w, "INSERT INTO role (person, role) VALUES (5, 'duty'), (6, 'head')");
    world_student(w, "S3", "李四", "三1", false);
    w->ladder = LADDER;
    world_until(w, world_time(w, "2026-10-08 18:00"));
    world_roll(w, 8 * 60 + 20);
    return 0;
}

static void until(struct family *f, const char *at)
{
    world_until(f->world, world_time(f->world, at));
}

static bool report(struct family *f, const struct roll_report *what, struct roll_result *out, struct error *err)
{
    const bool good = engine_report_roll(f->world->engine, what, out, err);

    world_settle(f->world);
    return good;
}

static const struct roll_report nothing = {
    .class = "三1", .expected = -1, .present = -1, .missing = -1, .by = "unix:root"
};

static void test_it_opens_half_an_hour_before_it_is_due_and_not_earlier(void **state)
{
    struct family *f = *state;

    until(f, "2026-10-09 07:49");
    expect_silence(f->world, TEACHER);
    until(f, "2026-10-09 07:50");
    free(expect_job(f->world, TEACHER));
    assert_int_equal(world_value(f->world, "SELECT due FROM roll"), world_time(f->world, "2026-10-09 08:20"));
}

static void test_on_saturday_and_sunday_nobody_is_asked(void **state)
{
    struct family *f = *state;

    until(f, "2026-10-09 12:00");
    free(expect_job(f->world, TEACHER));
    until(f, "2026-10-12 07:49"); /* Monday */
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM cause WHERE kind = 'roll'"), 1);
    until(f, "2026-10-12 07:51");
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM cause WHERE kind = 'roll'"), 2);
    free(expect_job(f->world, TEACHER));
}

static const char holidays[] =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n"
    "BEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20261009\r\n"
    "SUMMARY:off\r\nCATEGORIES:OFF\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:b\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20261010\r\n"
    "SUMMARY:make-up\r\nCATEGORIES:SCHOOL\r\nX-GREENLINE-ACTS-AS:FR\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

static void test_the_school_s_calendar_decides_where_there_is_one(void **state)
{
    struct family *f = *state;
    struct mistakes mistakes = { 0 };
    struct calendar *calendar =
        calendar_of_text(&(struct calendar_setting){ 0 }, "test.ics", holidays, strlen(holidays), &mistakes);

    for (size_t i = 0; i < mistakes.count; i++)
        print_error("%s\n", mistakes.lines[i]);
    assert_non_null(calendar);
    f->world->calendar = calendar;
    world_restart(f->world);
    /* Friday is off, Saturday carries Friday's lessons */
    assert_int_equal(engine_roll_next(f->world->engine), world_time(f->world, "2026-10-10 07:50"));
    f->world->calendar = NULL;
    world_restart(f->world);
    calendar_free(calendar);
}

static void test_an_unreported_class_climbs_from_its_teacher_to_duty_and_head(void **state)
{
    struct family *f = *state;

    until(f, "2026-10-09 08:19");
    free(expect_job(f->world, TEACHER));
    expect_silence(f->world, DUTY);
    until(f, "2026-10-09 08:20");
    expect_in(expect_job(f->world, DUTY), "三1");
    expect_silence(f->world, HEAD);
    until(f, "2026-10-09 08:30");
    expect_in(expect_job(f->world, HEAD), "三1");
    until(f, "2026-10-09 10:00");
    expect_silence(f->world, TEACHER);
    expect_text(world_words(f->world, "SELECT state FROM ask"), "expired");
}

static void test_a_late_report_still_counts(void **state)
{
    struct family *f = *state;
    struct roll_report all = nothing;
    struct roll_result result;

    until(f, "2026-10-09 09:00");
    all.all = true;
    assert_true(report(f, &all, &result, NULL));
    expect_text(world_words(f->world, "SELECT state FROM ask"), "answered");
    expect_text(world_words(f->world, "SELECT outcome FROM ask"), "number");
    assert_int_equal(world_value(f->world, "SELECT value FROM ask"), 3);
    assert_int_equal(result.expected, 3);
}

static void test_who_has_reported_before_is_not_asked(void **state)
{
    struct family *f = *state;
    struct roll_report all = nothing;
    struct roll_result result;

    until(f, "2026-10-09 07:30");
    all.all = true;
    assert_true(report(f, &all, &result, NULL));
    until(f, "2026-10-09 12:00");
    expect_silence(f->world, TEACHER);
    expect_silence(f->world, DUTY);
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM ask"), 0);
}

static void test_a_restart_asks_nobody_twice(void **state)
{
    struct family *f = *state;

    until(f, "2026-10-09 07:51");
    free(expect_job(f->world, TEACHER));
    world_restart(f->world);
    until(f, "2026-10-09 08:10");
    expect_silence(f->world, TEACHER);
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM attempt"), 1);
}

static void test_after_a_gap_of_more_than_an_hour_the_day_is_left_out(void **state)
{
    struct family *f = *state;

    f->world->now = world_time(f->world, "2026-10-09 09:21"); /* was down from the evening */
    world_settle(f->world);
    expect_silence(f->world, TEACHER);
    assert_int_equal(engine_roll_next(f->world->engine), world_time(f->world, "2026-10-12 07:50"));
    f->world->now = world_time(f->world, "2026-10-12 09:19");
    world_settle(f->world);
    free(expect_job(f->world, TEACHER));
}

static void test_the_rota_s_substitute_reports_in_place_of_the_teacher(void **state)
{
    struct family *f = *state;

    world_sql(f->world, "INSERT INTO rota (person, post, since, until) VALUES (5, '三1', 0, 9000000000000)");
    until(f, "2026-10-09 07:51");
    free(expect_job(f->world, DUTY));
    expect_silence(f->world, TEACHER);
    world_reply(f->world, DUTY, "全到");
    world_settle(f->world);
    assert_int_equal(world_value(f->world, "SELECT present FROM roll"), 3);
}

static void test_a_school_without_classes_is_asked_nothing(void **state)
{
    struct family *f = *state;

    world_sql(f->world, "UPDATE student SET class = NULL");
    until(f, "2026-10-09 12:00");
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM ask"), 0);
}

static void test_what_contradicts_itself_is_refused(void **state)
{
    static const struct {
        int expected, present, missing, away;
        const char *said;
    } wrong[] = {
        { 3, 4, -1, 0, "三1: 4 are there of 3 who should be: check the numbers" },
        { -1, 4, -1, 0, "三1: 4 are there of 3 who should be: check the numbers" },
        { -1, 3, -1, 1, "三1: 3 of 3 are there, but 1 are named as away: check the numbers" },
        { 5, -1, 1, 2, "三1: 4 of 5 are there, but 2 are named as away: check the numbers" },
    };
    const enum order_word words[] = { ORDER_SICK, ORDER_LEAVE };
    struct family *f = *state;
    const int64_t students[] = { f->ming, f->hong };

    until(f, "2026-10-09 07:51");
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct roll_report what = nothing;
        struct roll_result result;
        struct error err;

        what.expected = wrong[i].expected, what.present = wrong[i].present, what.missing = wrong[i].missing;
        what.students = students, what.words = words, what.count = (size_t)wrong[i].away;
        assert_false(report(f, &what, &result, &err));
        assert_string_equal(err.text, wrong[i].said);
    }
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM roll WHERE reported IS NOT NULL"), 0);
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM roll_absent"), 0);
}

static void test_an_absence_joins_while_open_or_accounted_and_opens_anew_once_closed(void **state)
{
    struct family *f = *state;
    const struct absence_request missed = { .student = f->ming, .by = "unix:root" };
    bool joined = true;
    const int64_t first = engine_open_absence(f->world->engine, &missed, &joined, NULL);

    assert_false(joined);
    world_settle(f->world);
    assert_int_equal(engine_open_absence(f->world->engine, &missed, &joined, NULL), first);
    assert_true(joined);
    world_reply(f->world, MOTHER, "1");
    world_settle(f->world);
    assert_int_equal(engine_open_absence(f->world->engine, &missed, &joined, NULL), first);
    assert_int_equal(engine_account_for(f->world->engine, f->ming, "sick, at home", "unix:root"), 1);
    assert_int_equal(engine_account_for(f->world->engine, f->ming, "sick, at home", "unix:root"), 0);
    assert_int_not_equal(engine_open_absence(f->world->engine, &missed, &joined, NULL), first);
    assert_false(joined);
}

int main(void)
{
#define IN_SCHOOL(test) cmocka_unit_test_setup_teardown(test, setup, family_teardown)
    const struct CMUnitTest tests[] = {
        IN_SCHOOL(test_it_opens_half_an_hour_before_it_is_due_and_not_earlier),
        IN_SCHOOL(test_on_saturday_and_sunday_nobody_is_asked),
        IN_SCHOOL(test_the_school_s_calendar_decides_where_there_is_one),
        IN_SCHOOL(test_an_unreported_class_climbs_from_its_teacher_to_duty_and_head),
        IN_SCHOOL(test_a_late_report_still_counts),
        IN_SCHOOL(test_who_has_reported_before_is_not_asked),
        IN_SCHOOL(test_a_restart_asks_nobody_twice),
        IN_SCHOOL(test_after_a_gap_of_more_than_an_hour_the_day_is_left_out),
        IN_SCHOOL(test_the_rota_s_substitute_reports_in_place_of_the_teacher),
        IN_SCHOOL(test_a_school_without_classes_is_asked_nothing),
        IN_SCHOOL(test_what_contradicts_itself_is_refused),
        IN_SCHOOL(test_an_absence_joins_while_open_or_accounted_and_opens_anew_once_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
