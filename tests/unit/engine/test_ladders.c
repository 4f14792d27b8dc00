/* SPDX-License-Identifier: Apache-2.0 */
/* Ladders where it gets hard: downtime, quiet hours, siblings in one call, shared phones, contradictions, crashes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "support/family.h"

#define STEP(after, who) "{\"after\": " after ", \"who\": [\"" who "\"], \"channels\": [\"sms\"]}"

/* Grandmother, ten minutes later the mother, ten minutes later the mentor, and again from the start. */
static const char urgent[] = "{\"then\": \"restart\", \"steps\": [" STEP("0", "guardian:1") ", " STEP(
    "600000", "mother") ", " STEP("600000", "mentor") "]}";

static int64_t alarm_with(struct family *f, const char *ladder)
{
    int64_t cause;

    f->world->ladder = ladder;
    cause = world_ask(f->world, KIND_EMERGENCY, "student:S1", "请来学校");
    world_settle(f->world);
    return cause;
}

static void pass(struct family *f, time_ms ms)
{
    world_until(f->world, f->world->now + ms);
}

static void test_the_next_step_fires_within_a_second(void **state)
{
    struct family *f = *state;
    const time_ms start = f->world->now;

    alarm_with(f, urgent);
    pass(f, 30 * MINUTE_MS);
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM attempt WHERE step = 0 AND round = 0"), 1);
    assert_in_range(world_value(f->world, "SELECT at FROM attempt WHERE step = 1 AND round = 0") - start,
                    10 * MINUTE_MS, 10 * MINUTE_MS + SECOND_MS);
    assert_in_range(world_value(f->world, "SELECT at FROM attempt WHERE step = 2 AND round = 0") - start,
                    20 * MINUTE_MS, 20 * MINUTE_MS + SECOND_MS);
}

static void test_while_one_channel_of_the_step_is_alive_it_waits(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job first, second;

    alarm_with(f, "{\"steps\": [{\"who\": [\"guardian:1\"], \"channels\": [\"voice\", \"sms\"]}, {\"after\": 600000, "
                  "\"who\": [\"mother\"]}]}");
    assert_true(world_take(w, GRANNY, &first));
    assert_true(world_take(w, GRANNY, &second));
    world_refused(w, &first, "permanent", 0);
    world_settle(w);
    expect_silence(w, MOTHER);
    world_refused(w, &second, "permanent", 0);
    world_settle(w);
    free(expect_job(w, MOTHER));
    job_free(&first);
    job_free(&second);
}

static void test_a_busy_call_is_repeated_within_its_step_and_once_for_siblings(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job;

    w->ladder = "{\"steps\": [{\"who\": [\"guardian:1\"], \"channels\": [\"voice\"], \"calls\": 2},"
                " {\"after\": 1800000, \"who\": [\"mother\"], \"channels\": [\"voice\"]}]}";
    world_ask(w, KIND_EMERGENCY, "class:三1", "请来学校");
    world_settle(w);
    assert_true(world_take(w, GRANNY, &job));
    expect_silence(w, GRANNY);
    world_accepted(w, &job, NULL);
    world_status(w, &job, "busy");
    job_free(&job);
    pass(f, MINUTE_MS);
    assert_true(world_take(w, GRANNY, &job)); /* the second call, for both children */
    expect_silence(w, GRANNY);
    expect_silence(w, MOTHER);
    world_accepted(w, &job, NULL);
    world_status(w, &job, "no_answer");
    job_free(&job);
    world_settle(w);
    expect_silence(w, GRANNY);
    free(expect_job(w, MOTHER));
}

static void test_after_downtime_all_steps_whose_time_has_passed_fire_together(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    alarm_with(f, urgent);
    free(expect_job(w, GRANNY));
    w->now += 25 * MINUTE_MS; /* nobody worked */
    world_restart(w);
    world_settle(w);
    free(expect_job(w, MOTHER));
    free(expect_job(w, MENTOR));
}

static void test_down_over_three_steps_and_into_quiet_hours_with_a_checkin(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    w->now = world_time(w, "2026-10-08 20:45");
    world_ask(w, KIND_CHECKIN, "student:S2", NULL);
    world_commit(w);
    w->window = 0; /* nothing of it has left yet */
    alarm_with(f, urgent);
    w->now = world_time(w, "2026-10-08 21:30");
    world_restart(w);
    w->window = 64;
    world_settle(w);
    expect_in(expect_job(w, GRANNY), "请来学校");
    expect_silence(w, GRANNY); /* the check-in waits for the morning */
    free(expect_job(w, MOTHER));
    free(expect_job(w, MENTOR));
    world_reply(w, MENTOR, "1");
    assert_true(engine_close_alert(w->engine, 2, "接到了", "root", NULL));
    world_until(w, world_time(w, "2026-10-08 21:40"));
    expect_in(expect_job(w, GRANNY), "已有人接手"); /* and that is all she hears in the night */
    expect_silence(w, GRANNY);
    world_until(w, world_time(w, "2026-10-09 07:00"));
    expect_in(expect_job(w, GRANNY), "王小红");
    expect_text(family_ask_state(f, 1, f->hong), "open");
    world_reply(w, GRANNY, "1");
    expect_text(family_outcome(f, 1, f->hong), "fine");
}

static void test_declining_moves_on_at_once(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t cause = alarm_with(f, urgent);

    free(expect_job(w, GRANNY));
    turn_set_now(w->turn, w->now);
    engine_answer(w->engine, &(struct answer_row){ .ask = 1, .line = 1, .class = "no", .via = "staff", .by = "root" });
    world_commit(w);
    world_settle(w);
    expect_text(family_outcome(f, cause, f->ming), "declined");
    free(expect_job(w, MOTHER));
}

/* Pressed in the call and sent as a text: the mother, who has just been asked, keeps her time. */
static void test_passing_it_on_twice_climbs_once(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    alarm_with(f, urgent);
    free(expect_job(w, GRANNY));
    world_reply(w, GRANNY, "3");
    world_settle(w);
    free(expect_job(w, MOTHER));
    world_reply(w, GRANNY, "3");
    world_settle(w);
    expect_silence(w, MENTOR);
}

static void test_a_phone_of_several_fills_a_role_only_if_all_there_have_it(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    int64_t cause;

    world_sql(w, "INSERT INTO role (person, role) VALUES (4, 'duty')");
    world_sql(
        w,
        "INSERT INTO person_line (person, line, rank, confirmed_at) VALUES (2, 4, 2, 1)"); /* the mother uses it too */
    cause = alarm_with(f, "{\"then\": \"restart\", \"steps\": [{\"who\": [\"duty\"], \"channels\": [\"sms\"], "
                          "\"answer\": \"role:duty\"}]}");
    world_reply(w, MENTOR, "1");
    expect_text(family_ask_state(f, cause, f->ming), "open");
    world_sql(w, "INSERT INTO role (person, role) VALUES (2, 'duty')");
    world_reply(w, MENTOR, "1");
    expect_text(family_ask_state(f, cause, f->ming), "waiting");
}

static void test_nobody_knows_after_he_is_here_climbs_again(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    int64_t cause;

    w->ladder = "{\"steps\": [{\"who\": [\"guardian:1\", \"mother\"], \"channels\": [\"sms\"]}, {\"after\": 3600000, "
                "\"who\": [\"mentor\"],"
                " \"channels\": [\"sms\"]}]}";
    cause = world_ask(w, KIND_ABSENT, "student:S1", "没到校");
    world_settle(w);
    world_reply(w, GRANNY, "1");
    expect_text(family_ask_state(f, cause, f->ming), "answered");
    world_reply(w, MOTHER, "2");
    world_settle(w);
    expect_text(family_outcome(f, cause, f->ming), "missing");
    expect_text(family_ask_state(f, cause, f->ming), "open");
    free(expect_job(w, MENTOR));
}

static void test_a_routine_ladder_waits_through_the_night(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    w->ladder = "{\"steps\": [{\"who\": [\"guardian:1\"], \"channels\": [\"sms\"]}, {\"after\": 7200000, \"who\": "
                "[\"mother\"]}]}";
    w->now = world_time(w, "2026-10-08 21:30");
    world_ask(w, KIND_CHECKIN, "student:S1", NULL);
    world_until(w, world_time(w, "2026-10-09 08:59"));
    free(expect_job(w, GRANNY));
    expect_silence(w, MOTHER); /* two hours count from when the grandmother was asked */
    world_until(w, world_time(w, "2026-10-09 09:01"));
    free(expect_job(w, MOTHER));
}

static void test_an_alarm_is_closed_by_a_person_with_an_outcome(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t cause = alarm_with(f, urgent);
    struct error err = { "" };

    assert_false(engine_close_alert(w->engine, cause, "", "root", &err));
    assert_true(engine_close_alert(w->engine, cause, "在姑姑家", "root", &err));
    world_commit(w);
    free(expect_job(w, GRANNY));
    pass(f, 3 * HOUR_MS);
    expect_in(expect_job(w, GRANNY), "已有人接手");
    assert_int_equal(w->job_count, 0);
    expect_text(world_words(w, "SELECT closed FROM ask"), "在姑姑家");
}

static void test_a_gateway_that_dies_loses_no_alarm(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    alarm_with(f, urgent);
    world_restart(w);
    world_ready(w, (struct doubt){ false, false });
    world_settle(w);
    free(expect_job(w, GRANNY));
    assert_int_equal(world_value(w, "SELECT again FROM message"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, family_setup, family_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_next_step_fires_within_a_second),
        TEST(test_while_one_channel_of_the_step_is_alive_it_waits),
        TEST(test_a_busy_call_is_repeated_within_its_step_and_once_for_siblings),
        TEST(test_after_downtime_all_steps_whose_time_has_passed_fire_together),
        TEST(test_down_over_three_steps_and_into_quiet_hours_with_a_checkin),
        TEST(test_declining_moves_on_at_once),
        TEST(test_passing_it_on_twice_climbs_once),
        TEST(test_a_phone_of_several_fills_a_role_only_if_all_there_have_it),
        TEST(test_nobody_knows_after_he_is_here_climbs_again),
        TEST(test_a_routine_ladder_waits_through_the_night),
        TEST(test_an_alarm_is_closed_by_a_person_with_an_outcome),
        TEST(test_a_gateway_that_dies_loses_no_alarm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
