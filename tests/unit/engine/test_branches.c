/* SPDX-License-Identifier: Apache-2.0 */
/* Branches beside each other, who must answer, hand-over, and what moves a branch on at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "support/family.h"

/* The family: grandmother, ten minutes later the mother. The school beside it: after half an hour the mentor, after
 * another half the head. */
#define FAMILY                                                                                                         \
    "{\"after\": 0, \"who\": [\"guardian:1\"], \"channels\": [\"sms\"]},"                                              \
    "{\"after\": 600000, \"who\": [\"mother\"], \"channels\": [\"sms\"]}"
#define SCHOOL                                                                                                         \
    ",{\"branch\": \"school\", \"after\": 1800000, \"who\": [\"mentor\"], \"channels\": [\"sms\"]},"                   \
    "{\"branch\": \"school\", \"after\": 1800000, \"who\": [\"head\"], \"channels\": [\"sms\"]}"

static const char parallel[] = "{\"then\": \"restart\", \"steps\": [" FAMILY SCHOOL "]}";
static const char to_head[] = "{\"then\": \"head\", \"steps\": [" FAMILY "]}";

#define HEAD "+8619900000005"

static void add_head(struct family *f)
{
    world_person(f->world, "P5", "周校长", HEAD);
    world_sql(f->world, "INSERT INTO role (person, role) SELECT id, 'head' FROM person WHERE ref = 'P5'");
}

static int64_t raise(struct family *f, const char *ladder)
{
    int64_t cause;

    f->world->ladder = ladder;
    cause = world_ask(f->world, KIND_EMERGENCY, "student:S1", "请来学校");
    world_settle(f->world);
    return cause;
}

static void wait_minutes(struct family *f, int minutes)
{
    world_until(f->world, f->world->now + minutes * MINUTE_MS);
}

static void test_branches_climb_beside_each_other_from_the_opening(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    add_head(f);
    raise(f, parallel);
    free(expect_job(w, GRANNY));
    wait_minutes(f, 10);
    free(expect_job(w, MOTHER));
    wait_minutes(f, 19);
    expect_silence(w, MENTOR);
    wait_minutes(f, 1);
    free(expect_job(w, MENTOR));
    wait_minutes(f, 29);
    expect_silence(w, HEAD);
    wait_minutes(f, 1);
    free(expect_job(w, HEAD));
    expect_silence(w, GRANNY); /* the round is over when the last branch is */
    wait_minutes(f, 29);
    expect_silence(w, GRANNY);
    wait_minutes(f, 1);
    free(expect_job(w, GRANNY));
}

static void test_a_branch_survives_a_restart_of_the_daemon(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    raise(f, parallel);
    free(expect_job(w, GRANNY));
    wait_minutes(f, 20);
    free(expect_job(w, MOTHER));
    world_restart(w);
    wait_minutes(f, 10);
    free(expect_job(w, MENTOR));
}

static void test_an_answer_ends_every_branch(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    raise(f, parallel);
    free(expect_job(w, GRANNY));
    world_reply(w, GRANNY, "1");
    assert_true(engine_close_alert(w->engine, 1, "到家了", "root", NULL));
    wait_minutes(f, 120);
    expect_silence(w, MOTHER);
    expect_silence(w, MENTOR);
    assert_int_equal(world_value(w, "SELECT count(*) FROM branch WHERE next_at IS NOT NULL"), 0);
}

static void test_all_needs_everybody(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t cause =
        raise(f, "{\"then\": \"restart\", \"steps\": [{\"who\": [\"guardian:1\", \"mother\"], \"channels\": [\"sms\"],"
                 " \"answer\": \"all\"}, {\"after\": 600000, \"who\": [\"mentor\"], \"channels\": [\"sms\"]}]}");

    world_reply(w, GRANNY, "1");
    expect_text(family_ask_state(f, cause, f->ming), "open");
    wait_minutes(f, 10);
    free(expect_job(w, MENTOR));
    world_reply(w, MOTHER, "1");
    expect_text(family_ask_state(f, cause, f->ming), "waiting");
}

static void test_an_answer_is_judged_by_the_step_that_asked_its_line_last(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    int64_t cause;

    add_head(f);
    cause = raise(f, "{\"then\": \"restart\", \"steps\": [{\"who\": [\"guardian:1\"], \"channels\": [\"sms\"]},"
                     "{\"after\": 60000, \"who\": [\"head\"], \"channels\": [\"sms\"], \"answer\": \"role:head\"}]}");
    wait_minutes(f, 1);
    free(expect_job(w, HEAD));
    world_reply(w, GRANNY, "1"); /* her step took anybody, and so it stays for her */
    expect_text(family_ask_state(f, cause, f->ming), "waiting");
}

static void test_an_alarm_is_handed_over_again_and_again_until_it_is_taken(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    int64_t cause;

    add_head(f);
    cause = raise(f, to_head);
    wait_minutes(f, 20);
    free(expect_job(w, HEAD)); /* by voice and text */
    free(expect_job(w, HEAD));
    expect_silence(w, HEAD);
    wait_minutes(f, 10);
    free(expect_job(w, HEAD));
    free(expect_job(w, HEAD));
    free(expect_job(w, GRANNY)); /* the first one of the climb */
    expect_silence(w, GRANNY);   /* nobody else again */
    world_reply(w, HEAD, "1");
    expect_text(family_ask_state(f, cause, f->ming), "waiting");
}

static void test_a_handover_that_reaches_nobody_begins_again(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    raise(f, to_head); /* there is no head */
    free(expect_job(w, GRANNY));
    wait_minutes(f, 20);
    expect_silence(w, GRANNY);
    wait_minutes(f, 10);
    free(expect_job(w, GRANNY));
    assert_int_equal(world_value(w, "SELECT count(*) FROM attempt WHERE skipped = 'no_person'"), 1);
}

static void test_a_routine_question_is_handed_over_once_and_waits_for_its_due_time(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    int64_t cause;

    add_head(f);
    w->ladder = to_head;
    cause = world_ask(w, KIND_CHECKIN, "student:S1", NULL);
    wait_minutes(f, 60);
    free(expect_job(w, HEAD));
    wait_minutes(f, 22 * 60);
    expect_silence(w, HEAD);
    expect_text(family_ask_state(f, cause, f->ming), "open");
    wait_minutes(f, 2 * 60);
    expect_text(family_ask_state(f, cause, f->ming), "expired");
}

static void test_an_alarm_does_not_end_in_silence_whatever_its_ladder_says(void **state)
{
    struct family *f = *state;

    raise(f, "{\"then\": \"\", \"steps\": [" FAMILY "]}");
    free(expect_job(f->world, GRANNY));
    wait_minutes(f, 20);
    free(expect_job(f->world, GRANNY));
}

static void test_pass_climbs_now_and_asks_again_next_round(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t cause = raise(f, "{\"then\": \"restart\", \"steps\": [" FAMILY "]}");

    free(expect_job(w, GRANNY));
    world_reply(w, GRANNY, "转下一个");
    world_settle(w);
    free(expect_job(w, MOTHER));
    expect_text(family_outcome(f, cause, f->ming), "");
    wait_minutes(f, 10);
    free(expect_job(w, GRANNY)); /* who passed is asked again */
}

static void test_option_3_and_key_3_pass_it_on(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job;

    raise(f, "{\"then\": \"restart\", \"steps\": [{\"who\": [\"guardian:1\"], \"channels\": [\"voice\"]},"
             "{\"after\": 600000, \"who\": [\"mother\"], \"channels\": [\"sms\"]},"
             "{\"after\": 600000, \"who\": [\"mentor\"], \"channels\": [\"sms\"]}]}");
    assert_true(world_take(w, GRANNY, &job));
    world_status(w, &job, "answered");
    world_key(w, &job, "3");
    job_free(&job);
    world_settle(w);
    free(expect_job(w, MOTHER));
    world_reply(w, MOTHER, "3");
    world_settle(w);
    free(expect_job(w, MENTOR));
}

static void test_who_declined_is_not_asked_again(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t cause = raise(f, "{\"then\": \"restart\", \"steps\": [" FAMILY "]}");

    free(expect_job(w, GRANNY));
    turn_set_now(w->turn, w->now);
    engine_answer(w->engine, &(struct answer_row){ .ask = 1, .line = 1, .class = "no", .via = "staff", .by = "root" });
    world_commit(w);
    world_settle(w);
    free(expect_job(w, MOTHER));
    expect_text(family_outcome(f, cause, f->ming), "declined");
    wait_minutes(f, 10);
    expect_silence(w, GRANNY);
    free(expect_job(w, MOTHER)); /* the next round goes past her */
    assert_int_equal(world_value(w, "SELECT count(*) FROM attempt WHERE skipped = 'declined'"), 1);
}

static void test_only_when_all_who_were_asked_declined_is_it_declined(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t cause = raise(f, "{\"then\": \"restart\", \"steps\": [{\"who\": [\"guardian:1\", \"mother\"],"
                                   " \"channels\": [\"sms\"]}]}");
    struct answer_row no = { .ask = 1, .line = 1, .class = "no", .via = "staff", .by = "root" };

    turn_set_now(w->turn, w->now);
    engine_answer(w->engine, &no);
    world_commit(w);
    expect_text(family_outcome(f, cause, f->ming), "");
    no.line = 2;
    engine_answer(w->engine, &no);
    world_commit(w);
    expect_text(family_outcome(f, cause, f->ming), "declined");
}

static void test_when_all_have_declined_they_are_asked_again_rather_than_nobody(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    raise(f, "{\"then\": \"restart\", \"steps\": [{\"who\": [\"guardian:1\"], \"channels\": [\"sms\"]}]}");
    free(expect_job(w, GRANNY));
    engine_answer(w->engine, &(struct answer_row){ .ask = 1, .line = 1, .class = "no", .via = "staff", .by = "root" });
    world_commit(w);
    world_settle(w);
    expect_silence(w, GRANNY);
    wait_minutes(f, 6);
    free(expect_job(w, GRANNY));
}

static void test_a_suspect_number_is_tried_in_an_alarm_and_counts_for_nobody(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    world_sql(w, "UPDATE line SET state = 'suspect' WHERE id = 1");
    raise(f, "{\"then\": \"restart\", \"steps\": [" FAMILY "]}");
    free(expect_job(w, GRANNY));
    free(expect_job(w, MOTHER)); /* at once */
}

static void test_a_routine_question_skips_a_suspect_number(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    world_sql(w, "UPDATE line SET state = 'suspect' WHERE id = 1");
    w->ladder = "{\"steps\": [" FAMILY "]}";
    world_ask(w, KIND_CHECKIN, "student:S1", NULL);
    world_settle(w);
    expect_silence(w, GRANNY);
    free(expect_job(w, MOTHER));
    assert_int_equal(world_value(w, "SELECT count(*) FROM attempt WHERE skipped = 'suspect'"), 1);
}

static void test_a_step_that_no_gateway_carries_moves_on_at_once(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    raise(f, "{\"then\": \"restart\", \"steps\": [{\"who\": [\"guardian:1\"], \"channels\": [\"im\"]},"
             "{\"after\": 600000, \"who\": [\"mother\"], \"channels\": [\"sms\"]}]}");
    free(expect_job(w, MOTHER));
    assert_int_equal(world_value(w, "SELECT count(*) FROM attempt WHERE skipped = 'no_gateway'"), 1);
}

static void test_a_branch_whose_step_dies_moves_on_alone(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job;

    add_head(f);
    raise(f, parallel);
    wait_minutes(f, 30);
    free(expect_job(w, GRANNY));
    free(expect_job(w, MOTHER));
    assert_true(world_take(w, MENTOR, &job));
    world_refused(w, &job, "permanent", 0);
    job_free(&job);
    world_settle(w);
    free(expect_job(w, HEAD));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, family_setup, family_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_branches_climb_beside_each_other_from_the_opening),
        TEST(test_a_branch_survives_a_restart_of_the_daemon),
        TEST(test_an_answer_ends_every_branch),
        TEST(test_all_needs_everybody),
        TEST(test_an_answer_is_judged_by_the_step_that_asked_its_line_last),
        TEST(test_an_alarm_is_handed_over_again_and_again_until_it_is_taken),
        TEST(test_a_handover_that_reaches_nobody_begins_again),
        TEST(test_a_routine_question_is_handed_over_once_and_waits_for_its_due_time),
        TEST(test_an_alarm_does_not_end_in_silence_whatever_its_ladder_says),
        TEST(test_pass_climbs_now_and_asks_again_next_round),
        TEST(test_option_3_and_key_3_pass_it_on),
        TEST(test_who_declined_is_not_asked_again),
        TEST(test_only_when_all_who_were_asked_declined_is_it_declined),
        TEST(test_when_all_have_declined_they_are_asked_again_rather_than_nobody),
        TEST(test_a_suspect_number_is_tried_in_an_alarm_and_counts_for_nobody),
        TEST(test_a_routine_question_skips_a_suspect_number),
        TEST(test_a_step_that_no_gateway_carries_moves_on_at_once),
        TEST(test_a_branch_whose_step_dies_moves_on_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
