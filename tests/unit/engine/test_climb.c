/* SPDX-License-Identifier: Apache-2.0 */
/* The climb: steps fire in time, move on at once when they reach nobody, begin again until somebody takes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "support/family.h"

static const char three_steps[] =
    "{\"name\":\"urgent\",\"then\":\"restart\",\"steps\":["
    "{\"after\":0,\"who\":[\"guardian:1\"],\"channels\":[\"sms\"],\"answer\":\"any\",\"calls\":1},"
    "{\"after\":600000,\"who\":[\"mother\"],\"channels\":[\"sms\"],\"answer\":\"any\",\"calls\":1},"
    "{\"after\":600000,\"who\":[\"mentor\"],\"channels\":[\"sms\"],\"answer\":\"any\",\"calls\":1}]}";

static int64_t alarm_ming(struct family *f)
{
    const int64_t cause = world_ask(f->world, KIND_EMERGENCY, "student:S1", "校车晚点");

    world_settle(f->world);
    return cause;
}

static void wait_minutes(struct family *f, int minutes)
{
    world_until(f->world, f->world->now + minutes * MINUTE_MS);
}

static void test_alert_climbs_when_grandmother_does_not_answer(void **state)
{
    struct family *f = *state;

    f->world->ladder = three_steps;
    alarm_ming(f);
    free(expect_job(f->world, GRANNY));
    expect_silence(f->world, MOTHER);
    wait_minutes(f, 9);
    expect_silence(f->world, MOTHER);
    wait_minutes(f, 1);
    free(expect_job(f->world, MOTHER));
    expect_silence(f->world, MENTOR);
    wait_minutes(f, 10);
    free(expect_job(f->world, MENTOR));
}

static void test_an_answer_ends_the_climb(void **state)
{
    struct family *f = *state;
    int64_t cause;

    f->world->ladder = three_steps;
    cause = alarm_ming(f);
    free(expect_job(f->world, GRANNY));
    world_reply(f->world, GRANNY, "1");
    expect_text(family_ask_state(f, cause, f->ming), "waiting");
    expect_text(family_outcome(f, cause, f->ming), "ack");
    wait_minutes(f, 29); /* as long as whoever took it has time */
    expect_silence(f->world, MOTHER);
    expect_silence(f->world, MENTOR);
}

static void test_an_emergency_begins_again_until_somebody_takes_it(void **state)
{
    struct family *f = *state;

    f->world->ladder = three_steps;
    alarm_ming(f);
    free(expect_job(f->world, GRANNY));
    wait_minutes(f, 20);
    free(expect_job(f->world, MOTHER));
    free(expect_job(f->world, MENTOR));
    wait_minutes(f, 10);
    free(expect_job(f->world, GRANNY));
}

static void test_a_missed_call_never_acknowledges_an_emergency(void **state)
{
    struct family *f = *state;
    int64_t cause;

    f->world->ladder = three_steps;
    cause = alarm_ming(f);
    free(expect_job(f->world, GRANNY));
    world_missed_call(f->world, GRANNY);
    expect_text(family_ask_state(f, cause, f->ming), "open");
}

static void test_a_step_that_reaches_nobody_moves_on_at_once(void **state)
{
    struct family *f = *state;

    f->world->ladder = three_steps;
    world_sql(f->world, "UPDATE line SET state = 'wrong' WHERE e164 = '" GRANNY "'");
    alarm_ming(f);
    free(expect_job(f->world, MOTHER));
    expect_text(world_words(f->world, "SELECT skipped FROM attempt WHERE step = 0"), "wrong_number");
}

static void test_a_step_whose_messages_all_failed_moves_on_at_once(void **state)
{
    struct family *f = *state;
    struct job job;

    f->world->ladder = three_steps;
    alarm_ming(f);
    assert_true(world_take(f->world, GRANNY, &job));
    world_refused(f->world, &job, "permanent", 0);
    job_free(&job);
    world_settle(f->world);
    free(expect_job(f->world, MOTHER));
}

static void test_the_restricted_father_is_skipped_with_a_reason(void **state)
{
    struct family *f = *state;

    f->world->ladder = "{\"name\":\"x\",\"then\":\"restart\",\"steps\":[{\"after\":0,\"who\":[\"father\",\"mother\"],"
                       "\"channels\":[\"sms\"],"
                       "\"answer\":\"any\",\"calls\":1}]}";
    alarm_ming(f);
    expect_silence(f->world, FATHER);
    free(expect_job(f->world, MOTHER));
    expect_text(world_words(f->world, "SELECT skipped FROM attempt WHERE skipped IS NOT NULL"), "restricted");
}

static void test_a_call_that_nobody_takes_is_made_again_within_its_step(void **state)
{
    struct family *f = *state;
    struct job job;

    f->world->ladder = "{\"name\":\"x\",\"then\":\"restart\",\"steps\":[{\"after\":0,\"who\":[\"guardian:1\"],"
                       "\"channels\":[\"voice\"],"
                       "\"answer\":\"any\",\"calls\":2},{\"after\":1800000,\"who\":[\"mother\"],\"channels\":[\"sms\"],"
                       "\"answer\":\"any\","
                       "\"calls\":1}]}";
    alarm_ming(f);
    assert_true(world_take(f->world, GRANNY, &job));
    world_accepted(f->world, &job, NULL);
    world_status(f->world, &job, "no_answer");
    job_free(&job);
    world_until(f->world, f->world->now + 30 * SECOND_MS);
    assert_true(world_take(f->world, GRANNY, &job));
    assert_int_equal(job.channel, CHANNEL_VOICE);
    world_accepted(f->world, &job, NULL);
    world_status(f->world, &job, "busy");
    job_free(&job);
    world_settle(f->world);
    free(expect_job(f->world, MOTHER));
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM attempt WHERE step = 0 AND channel = 'voice'"), 2);
}

static void test_a_role_that_must_answer_is_not_filled_by_the_grandmother(void **state)
{
    struct family *f = *state;
    int64_t cause;

    f->world->ladder = "{\"name\":\"x\",\"then\":\"restart\",\"steps\":[{\"after\":0,\"who\":[\"guardian:1\","
                       "\"mentor\"],\"channels\":[\"sms\"],"
                       "\"answer\":\"role:head\",\"calls\":1}]}";
    cause = alarm_ming(f);
    free(expect_job(f->world, GRANNY));
    free(expect_job(f->world, MENTOR));
    world_reply(f->world, GRANNY, "1");
    expect_text(family_ask_state(f, cause, f->ming), "open");
    world_sql(f->world, "INSERT INTO role (person, role) SELECT id, 'head' FROM person WHERE ref = 'P4'");
    world_reply(f->world, MENTOR, "1");
    expect_text(family_ask_state(f, cause, f->ming), "waiting");
}

static void test_a_routine_ask_without_an_answer_expires_at_its_due_time(void **state)
{
    struct family *f = *state;
    const int64_t cause = world_ask(f->world, KIND_CHECKIN, "student:S1", NULL);

    world_settle(f->world);
    free(expect_job(f->world, GRANNY));
    world_until(f->world, f->world->now + 23 * HOUR_MS);
    expect_text(family_ask_state(f, cause, f->ming), "open");
    world_until(f->world, f->world->now + 2 * HOUR_MS);
    expect_text(family_ask_state(f, cause, f->ming), "expired");
}

static void test_an_answer_within_its_grace_turns_expired_into_answered(void **state)
{
    struct family *f = *state;
    const int64_t cause = world_ask(f->world, KIND_CHECKIN, "student:S1", NULL);

    world_settle(f->world);
    free(expect_job(f->world, GRANNY));
    world_until(f->world, f->world->now + 40 * HOUR_MS);
    world_reply(f->world, GRANNY, "1");
    expect_text(family_ask_state(f, cause, f->ming), "answered");
    expect_text(family_outcome(f, cause, f->ming), "fine");
}

static void test_a_child_without_any_phone_ends_unasked(void **state)
{
    struct family *f = *state;
    int64_t cause;

    world_sql(f->world, "DELETE FROM person_line");
    cause = world_ask(f->world, KIND_CHECKIN, "student:S1", NULL);
    world_settle(f->world);
    expect_text(family_ask_state(f, cause, f->ming), "unasked");
    expect_text(world_words(f->world, "SELECT skipped FROM attempt"), "no_line");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_alert_climbs_when_grandmother_does_not_answer, family_setup,
                                        family_teardown),
        cmocka_unit_test_setup_teardown(test_an_answer_ends_the_climb, family_setup, family_teardown),
        cmocka_unit_test_setup_teardown(test_an_emergency_begins_again_until_somebody_takes_it, family_setup,
                                        family_teardown),
        cmocka_unit_test_setup_teardown(test_a_missed_call_never_acknowledges_an_emergency, family_setup,
                                        family_teardown),
        cmocka_unit_test_setup_teardown(test_a_step_that_reaches_nobody_moves_on_at_once, family_setup,
                                        family_teardown),
        cmocka_unit_test_setup_teardown(test_a_step_whose_messages_all_failed_moves_on_at_once, family_setup,
                                        family_teardown),
        cmocka_unit_test_setup_teardown(test_the_restricted_father_is_skipped_with_a_reason, family_setup,
                                        family_teardown),
        cmocka_unit_test_setup_teardown(test_a_call_that_nobody_takes_is_made_again_within_its_step, family_setup,
                                        family_teardown),
        cmocka_unit_test_setup_teardown(test_a_role_that_must_answer_is_not_filled_by_the_grandmother, family_setup,
                                        family_teardown),
        cmocka_unit_test_setup_teardown(test_a_routine_ask_without_an_answer_expires_at_its_due_time, family_setup,
                                        family_teardown),
        cmocka_unit_test_setup_teardown(test_an_answer_within_its_grace_turns_expired_into_answered, family_setup,
                                        family_teardown),
        cmocka_unit_test_setup_teardown(test_a_child_without_any_phone_ends_unasked, family_setup, family_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
