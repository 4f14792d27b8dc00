/* SPDX-License-Identifier: Apache-2.0 */
/* The start after a gap, gateways that are all down, and the auditor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "support/family.h"

#define HEAD "+8619900000005"
#define STEP(after, who) "{\"after\": " after ", \"who\": [\"" who "\"], \"channels\": [\"sms\"]}"

static const char urgent[] = "{\"then\": \"restart\", \"steps\": [" STEP("0", "guardian:1") ", " STEP(
    "600000", "mother") ", " STEP("600000", "mentor") "]}";

static int64_t raise(struct family *f, const char *ladder)
{
    int64_t cause;

    f->world->ladder = ladder;
    cause = world_ask(f->world, KIND_EMERGENCY, "student:S1", "请来学校");
    world_settle(f->world);
    return cause;
}

static void add_head(struct family *f)
{
    world_person(f->world, "P5", "周校长", HEAD);
    world_sql(f->world, "INSERT INTO role (person, role) SELECT id, 'head' FROM person WHERE ref = 'P5'");
}

static void test_no_step_fires_while_held_and_all_together_after(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    raise(f, urgent);
    free(expect_job(w, GRANNY));
    w->now += 25 * MINUTE_MS;
    world_restart(w);
    engine_hold(w->engine, w->now + 5 * SECOND_MS, w->now + MINUTE_MS);
    assert_int_equal(engine_next(w->engine), w->now + 5 * SECOND_MS);
    world_settle(w);
    assert_int_equal(w->job_count, 0);
    world_until(w, w->now + 5 * SECOND_MS);
    free(expect_job(w, MOTHER));
    free(expect_job(w, MENTOR));
}

static void test_an_answer_that_waited_at_the_gateway_spares_the_steps(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    raise(f, urgent);
    free(expect_job(w, GRANNY));
    w->now += 25 * MINUTE_MS;
    world_restart(w);
    engine_hold(w->engine, w->now + 5 * SECOND_MS, w->now + MINUTE_MS);
    world_settle(w);
    world_reply(w, GRANNY, "1");
    engine_hold(w->engine, 0, 0);
    world_settle(w);
    assert_int_equal(w->job_count, 0);
}

static void test_a_routine_step_is_held_longer_than_an_alarms(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    w->ladder = "{\"steps\": [" STEP("0", "guardian:1") ", " STEP("600000", "mother") "]}";
    world_ask(w, KIND_CHECKIN, "student:S2", NULL);
    world_settle(w);
    free(expect_job(w, GRANNY));
    w->now += 25 * MINUTE_MS;
    world_restart(w);
    engine_hold(w->engine, w->now + 5 * SECOND_MS, w->now + MINUTE_MS);
    world_until(w, w->now + 59 * SECOND_MS);
    expect_silence(w, MOTHER);
    world_until(w, w->now + SECOND_MS);
    free(expect_job(w, MOTHER));
}

static void test_a_person_whom_two_overdue_steps_name_is_called_once(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    raise(f, "{\"then\": \"restart\", \"steps\": [" STEP("0", "guardian:1") ", " STEP("600000", "mother") ", " STEP(
                 "600000", "parents") "]}");
    free(expect_job(w, GRANNY));
    w->now += 25 * MINUTE_MS;
    world_restart(w);
    world_settle(w);
    free(expect_job(w, MOTHER));
    expect_silence(w, MOTHER);
    assert_int_equal(world_value(w, "SELECT count(*) FROM attempt WHERE person = 2 AND message = 2"), 2);
}

static void test_a_routine_question_whose_time_passed_unasked_ends(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    int64_t cause;

    w->window = 0;
    w->ladder = "{\"steps\": [" STEP("0", "guardian:1") "]}";
    cause = world_ask(w, KIND_CHECKIN, "student:S2", NULL);
    world_settle(w);
    w->now += 30 * HOUR_MS;
    world_restart(w);
    world_settle(w);
    expect_text(family_ask_state(f, cause, f->hong), "unasked");
}

static void test_next_step_is_claimed_within_a_second(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const time_ms start = w->now;

    raise(f, urgent);
    world_until(w, start + 30 * MINUTE_MS);
    for (int step = 1; step <= 2; step++) {
        CLEANUP(mem_clean) char *sql = mem_format("SELECT t.claimed FROM attempt a JOIN try t ON t.message = a.message"
                                                  " WHERE a.step = %d AND a.round = 0",
                                                  step);

        assert_in_range(world_value(w, sql) - start, step * 10 * MINUTE_MS, step * 10 * MINUTE_MS + SECOND_MS);
    }
}

static void test_when_every_gateway_is_down_the_step_stays_and_leaves_with_the_first(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    time_ms up;

    w->down = true;
    raise(f, urgent);
    world_until(w, w->now + 45 * MINUTE_MS);
    assert_int_equal(w->job_count, 0);
    assert_int_equal(world_value(w, "SELECT count(*) FROM cause WHERE kind = 'alarm'"), 0); /* no way to tell anybody */
    w->down = false;
    up = w->now;
    world_settle(w);
    free(expect_job(w, GRANNY));
    expect_silence(w, GRANNY); /* two rounds have passed, and she is told once */
    free(expect_job(w, MOTHER));
    assert_in_range(world_value(w, "SELECT min(claimed) FROM try"), up, up + SECOND_MS);
}

static bool voice_only(void *arg, const char *gateway)
{
    (void)arg;
    return strcmp(gateway, "calls") == 0;
}

static void test_an_alarm_tells_the_head_by_the_gateway_that_is_left(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    static const char *const sms[] = { "sms", NULL }, *const voice[] = { "voice", NULL }, *const all[] = { "+", NULL };
    const struct outbox_gateway gateways[] = { { "phones", sms, all, 500 }, { "calls", voice, all, 500 } };
    struct job job;

    add_head(f);
    outbox_set_gateways(w->outbox, gateways, 2);
    outbox_set_hooks(w->outbox, &(struct outbox_hooks){ .up = voice_only });
    w->down = true;
    raise(f, urgent);
    assert_int_equal(outbox_claim(w->outbox, "calls", 8, 8, &job, 1), 1);
    world_commit(w);
    assert_string_equal(job.to, HEAD);
    assert_non_null(strstr(job.text, "发不出去"));
    job_free(&job);
    world_until(w, w->now + 20 * MINUTE_MS); /* once an hour, whatever else fires */
    assert_int_equal(world_value(w, "SELECT count(*) FROM cause WHERE kind = 'alarm'"), 1);
}

static void test_a_round_in_which_nobody_can_be_asked_is_an_alarm(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    add_head(f);
    raise(f, "{\"then\": \"restart\", \"steps\": [{\"who\": [\"official\"], \"channels\": [\"sms\"]}]}");
    world_until(w, w->now + 6 * MINUTE_MS);
    expect_in(expect_job(w, HEAD), "没有一个人能联系上");
}

static void test_the_auditor_mends_what_has_neither_time_nor_reason(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    raise(f, urgent);
    world_ask(w, KIND_CHECKIN, "class:三1", NULL);
    world_settle(w);
    assert_int_equal(engine_audit(w->engine), 0);
    world_sql(w, "UPDATE ask SET next_at = NULL WHERE id = 1");
    world_sql(w, "UPDATE ask SET state = 'waiting', wait = 'quiet', next_at = NULL WHERE id = 2");
    turn_set_now(w->turn, w->now);
    assert_int_equal(engine_audit(w->engine), 2); /* the other one's message has left: it waits for nothing */
    world_commit(w);
    assert_int_equal(world_value(w, "SELECT count(*) FROM ask WHERE next_at IS NULL AND id = 1"), 0);
    world_until(w, w->now + 10 * MINUTE_MS);
}

static void test_the_auditor_finds_a_step_that_nobody_fired(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    raise(f, urgent);
    turn_set_now(w->turn, w->now);
    engine_audit(w->engine);
    world_sql(w, "UPDATE ask SET next_at = next_at - 3600000");
    w->now += 30 * SECOND_MS;
    turn_set_now(w->turn, w->now);
    assert_int_equal(engine_audit(w->engine), 1);
    world_commit(w);
    expect_text(setting_get(w->store, "audited"), "1");
    assert_int_equal(engine_audit(w->engine), 0);
}

static void test_the_auditor_leaves_alone_what_is_in_order(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    raise(f, urgent);
    free(expect_job(w, GRANNY));
    world_reply(w, GRANNY, "1");
    w->now = world_time(w, "2026-10-08 22:00");
    world_ask(w, KIND_CHECKIN, "student:S2", NULL); /* waits for the morning */
    for (int i = 0; i < 20; i++) {
        world_until(w, w->now + 30 * SECOND_MS);
        turn_set_now(w->turn, w->now);
        assert_int_equal(engine_audit(w->engine), 0);
        world_commit(w);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, family_setup, family_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_no_step_fires_while_held_and_all_together_after),
        TEST(test_an_answer_that_waited_at_the_gateway_spares_the_steps),
        TEST(test_a_routine_step_is_held_longer_than_an_alarms),
        TEST(test_a_person_whom_two_overdue_steps_name_is_called_once),
        TEST(test_a_routine_question_whose_time_passed_unasked_ends),
        TEST(test_next_step_is_claimed_within_a_second),
        TEST(test_when_every_gateway_is_down_the_step_stays_and_leaves_with_the_first),
        TEST(test_an_alarm_tells_the_head_by_the_gateway_that_is_left),
        TEST(test_a_round_in_which_nobody_can_be_asked_is_an_alarm),
        TEST(test_the_auditor_mends_what_has_neither_time_nor_reason),
        TEST(test_the_auditor_finds_a_step_that_nobody_fired),
        TEST(test_the_auditor_leaves_alone_what_is_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
