/* SPDX-License-Identifier: Apache-2.0 */
/* Causes: schedules and broadcasts become messages once, whatever crashes on the way; a failed turn leaves no trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "support/family.h"

static int64_t daily(struct family *f)
{
    const struct schedule_request request = { .name = "daily",
                                              .kind = "checkin",
                                              .audience = "student:S1",
                                              .template = "checkin",
                                              .rrule = "FREQ=WEEKLY",
                                              .start = "2026-10-09 09:00" };
    struct error err = { "" };
    int64_t id;

    turn_set_now(f->world->turn, f->world->now);
    id = engine_add_schedule(f->world->engine, &request, &err);
    if (!id)
        fail_msg("%s", err.text);
    world_commit(f->world);
    return id;
}

static void test_an_occurrence_runs_at_its_time_and_once(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    daily(f);
    world_until(w, world_time(w, "2026-10-09 08:59"));
    expect_silence(w, GRANNY);
    world_until(w, world_time(w, "2026-10-09 09:00"));
    free(expect_job(w, GRANNY));
    world_restart(w);
    world_until(w, world_time(w, "2026-10-09 23:00"));
    expect_silence(w, GRANNY);
    world_until(w, world_time(w, "2026-10-16 09:00"));
    free(expect_job(w, GRANNY));
    assert_int_equal(world_value(w, "SELECT count(*) FROM cause"), 2);
}

static void test_missed_occurrence_inside_its_grace_runs_once_an_older_one_is_recorded(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    daily(f);
    w->now = world_time(w, "2026-10-23 15:00"); /* nobody worked for a fortnight */
    world_restart(w);
    world_settle(w);
    free(expect_job(w, GRANNY));
    expect_silence(w, GRANNY);
    expect_text(world_words(w, "SELECT group_concat(state, ' ') FROM (SELECT state FROM cause ORDER BY due)"),
                "missed missed open");
}

static void test_a_paused_schedule_catches_nothing_up(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t schedule = daily(f);

    assert_true(engine_change_schedule(w->engine, schedule, "pause", NULL));
    world_commit(w);
    world_until(w, world_time(w, "2026-10-16 12:00"));
    turn_set_now(w->turn, w->now);
    assert_true(engine_change_schedule(w->engine, schedule, "resume", NULL));
    world_commit(w);
    world_settle(w);
    expect_silence(w, GRANNY);
    world_until(w, world_time(w, "2026-10-23 09:00"));
    free(expect_job(w, GRANNY));
}

static void test_the_same_request_key_opens_one_cause(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const struct cause_request request = {
        .key = "broadcast:r1", .kind = KIND_NOTICE, .audience = "student:S1", .text = "明天放假"
    };
    int64_t first;

    turn_set_now(w->turn, w->now);
    first = engine_open_cause(w->engine, &request, NULL);
    assert_int_equal(engine_open_cause(w->engine, &request, NULL), first);
    world_commit(w);
    world_settle(w);
    free(expect_job(w, GRANNY));
    expect_silence(w, GRANNY);
}

static void test_a_child_whom_nobody_can_be_reached_for_is_unasked_with_the_reason(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    int64_t cause;

    world_student(w, "S9", "孤小星", "三1", true);
    cause = world_ask(w, KIND_CHECKIN, "student:S9", NULL);
    world_settle(w);
    expect_text(world_words(w, "SELECT state FROM ask"), "unasked");
    expect_text(world_words(w, "SELECT skipped FROM attempt"), "no_person");
    assert_int_equal(world_value(w, "SELECT count(*) FROM message"), 0);
    (void)cause;
}

static void add_hundreds(struct world *w, int count)
{
    world_sql(w, "BEGIN");
    for (int i = 0; i < count; i++) {
        char sql[600];

        snprintf(sql, sizeof sql,
                 "INSERT INTO student (id, ref, name, class) VALUES (%d, 'X%d', '学生%d', '大班');"
                 "INSERT INTO person (id, ref, name) VALUES (%d, 'Q%d', '家长%d');"
                 "INSERT INTO line (id, e164) VALUES (%d, '+8619900002%03d');"
                 "INSERT INTO person_line (person, line, confirmed_at) VALUES (%d, %d, 1);"
                 "INSERT INTO relation (student, person, kind, rank) VALUES (%d, %d, 'mother', 1);",
                 1000 + i, i, i, 1000 + i, i, i, 1000 + i, i, 1000 + i, 1000 + i, 1000 + i, 1000 + i);
        world_sql(w, sql);
    }
    world_sql(w, "COMMIT");
}

static void test_broadcast_to_600_survives_a_crash_between_slices(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    add_hundreds(w, 600);
    world_ask(w, KIND_NOTICE, "class:大班", "明天放假");
    w->window = 0;
    for (int i = 0; i < 100 && world_work(w); i++) {
        if (i % 2) {
            world_restart(w); /* this slice is undone, the one before stays */
            world_work(w);
        }
        world_commit(w);
    }
    assert_int_equal(world_value(w, "SELECT count(*) FROM message"), 600);
    assert_int_equal(world_value(w, "SELECT count(DISTINCT line) FROM message"), 600);
    expect_text(world_words(w, "SELECT stage FROM cause"), "ready");
    w->window = 64;
    world_settle(w);
    assert_int_equal(w->job_count, 600);
}

static void test_a_broadcast_paused_while_it_is_made_goes_on_when_it_is_resumed(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    int64_t cause;

    add_hundreds(w, 600);
    cause = world_ask(w, KIND_NOTICE, "class:大班", "明天放假");
    w->window = 0;
    for (int i = 0; i < 4; i++)
        world_turn(w);
    assert_true(engine_pause_cause(w->engine, cause, NULL));
    world_commit(w);
    w->window = 64;
    world_settle(w);
    assert_int_equal(w->job_count, 0);
    assert_true(engine_resume_cause(w->engine, cause, NULL));
    world_commit(w);
    world_until(w, w->now + HOUR_MS);
    assert_int_equal(w->job_count, 600);
}

static void test_a_cancelled_round_ends_its_asks(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    int64_t cause;

    add_hundreds(w, 300);
    w->now = world_time(w, "2026-10-08 22:00");
    cause = world_ask(w, KIND_CHECKIN, "class:大班", NULL);
    world_settle(w);
    turn_set_now(w->turn, w->now);
    assert_true(engine_cancel_cause(w->engine, cause, NULL));
    world_commit(w);
    world_until(w, world_time(w, "2026-10-09 12:00"));
    assert_int_equal(w->job_count, 0);
    assert_int_equal(world_value(w, "SELECT count(*) FROM ask WHERE state = 'cancelled'"), 300);
    assert_int_equal(
        world_value(w, "SELECT count(*) FROM message WHERE state = 'cancelled' AND reason = 'cause_cancelled'"), 300);
}

static void test_nothing_is_ever_made_for_an_audience_that_does_not_exist(void **state)
{
    struct family *f = *state;
    struct error err = { "" };
    const struct cause_request request = {
        .key = "k", .kind = KIND_NOTICE, .audience = "class:七9", .text = "明天放假"
    };

    assert_int_equal(engine_open_cause(f->world->engine, &request, &err), 0);
    assert_non_null(strstr(err.text, "七9"));
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM cause"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, family_setup, family_teardown)

static void test_nobody_is_told_about_a_child_who_has_left(void **state)
{
    struct family *f = *state;

    f->world->window = 0;
    world_ask(f->world, KIND_NOTICE, "class:三1", "{students}明天体检");
    world_settle(f->world);
    world_sql(f->world, "UPDATE student SET gone_at = 1 WHERE ref = 'S2'");
    f->world->window = 64;
    world_settle(f->world);
    expect_in(expect_job(f->world, GRANNY), "王小明明天体检");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nobody_is_told_about_a_child_who_has_left, family_setup, family_teardown),
        TEST(test_an_occurrence_runs_at_its_time_and_once),
        TEST(test_missed_occurrence_inside_its_grace_runs_once_an_older_one_is_recorded),
        TEST(test_a_paused_schedule_catches_nothing_up),
        TEST(test_the_same_request_key_opens_one_cause),
        TEST(test_a_child_whom_nobody_can_be_reached_for_is_unasked_with_the_reason),
        TEST(test_broadcast_to_600_survives_a_crash_between_slices),
        TEST(test_a_broadcast_paused_while_it_is_made_goes_on_when_it_is_resumed),
        TEST(test_a_cancelled_round_ends_its_asks),
        TEST(test_nothing_is_ever_made_for_an_audience_that_does_not_exist),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
