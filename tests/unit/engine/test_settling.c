/* SPDX-License-Identifier: Apache-2.0 */
/* An emergency is taken: it waits for its outcome, is reminded of, expires; the others hear; what rings is called back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "store/list.h"
#include "support/family.h"

#define STEP(after, who) "{\"after\": " after ", \"who\": [\"" who "\"], \"channels\": [\"sms\"]}"

static const char urgent[] = "{\"then\": \"restart\", \"steps\": [" STEP("0", "guardian:1") ", " STEP(
    "600000", "mother") ", " STEP("600000", "mentor") "]}";

static int64_t raise_for(struct family *f, const char *audience)
{
    int64_t cause;

    f->world->ladder = urgent;
    cause = world_ask(f->world, KIND_EMERGENCY, audience, "请来学校");
    world_settle(f->world);
    return cause;
}

static void wait_minutes(struct family *f, int minutes)
{
    world_until(f->world, f->world->now + minutes * MINUTE_MS);
}

static void test_an_acknowledgement_waits_for_an_outcome(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t cause = raise_for(f, "student:S1");

    free(expect_job(w, GRANNY));
    world_reply(w, GRANNY, "1");
    expect_text(family_ask_state(f, cause, f->ming), "waiting");
    expect_text(world_words(w, "SELECT wait FROM ask"), "settling");
    assert_int_equal(world_value(w, "SELECT acked_by FROM ask"), f->granny);
    assert_int_equal(world_value(w, "SELECT done_by - acked_at FROM ask"), 30 * MINUTE_MS);
    assert_true(engine_close_alert(w->engine, cause, "到家了", "root", NULL));
    world_commit(w);
    expect_text(family_ask_state(f, cause, f->ming), "answered");
    wait_minutes(f, 180);
    expect_silence(w, GRANNY);
    expect_silence(w, MOTHER);
}

static void test_whoever_took_it_is_reminded_once_at_night_too(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    w->now = world_time(w, "2026-10-08 23:30");
    raise_for(f, "student:S1");
    free(expect_job(w, GRANNY));
    world_reply(w, GRANNY, "1");
    wait_minutes(f, 19);
    expect_silence(w, GRANNY);
    wait_minutes(f, 1);
    expect_in(expect_job(w, GRANNY), "王小明还没有结果，请在00:00前");
    wait_minutes(f, 9);
    expect_silence(w, GRANNY);
}

static void test_ack_without_outcome_expires_and_the_climb_goes_on(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t cause = raise_for(f, "student:S1");

    free(expect_job(w, GRANNY));
    wait_minutes(f, 10);
    free(expect_job(w, MOTHER));
    world_reply(w, MOTHER, "1");
    wait_minutes(f, 29);
    expect_in(expect_job(w, MOTHER), "还没有结果");
    expect_in(expect_job(w, GRANNY), "已有人接手");
    expect_silence(w, MENTOR);
    wait_minutes(f, 1);
    free(expect_job(w, MOTHER)); /* the step that it had come to is asked again at once */
    expect_silence(w, GRANNY);
    expect_text(family_ask_state(f, cause, f->ming), "open");
    expect_text(family_outcome(f, cause, f->ming), "");
    assert_int_equal(world_value(w, "SELECT count(*) FROM answer WHERE class = 'withdrawn' AND via = 'expired'"), 1);
    assert_int_equal(world_value(w, "SELECT acked_by IS NULL FROM ask"), 1);
    wait_minutes(f, 10);
    free(expect_job(w, MENTOR)); /* and the further ones follow */
    world_reply(w, MENTOR, "1");
    expect_text(family_ask_state(f, cause, f->ming), "waiting");
}

static void test_an_acknowledgement_that_expired_while_the_daemon_was_down_climbs_on(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    raise_for(f, "student:S1");
    free(expect_job(w, GRANNY));
    world_reply(w, GRANNY, "1");
    w->now += 3 * HOUR_MS;
    world_restart(w);
    world_settle(w);
    free(expect_job(w, GRANNY));
}

static void test_a_closed_alarm_is_opened_by_no_later_answer(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t cause = raise_for(f, "student:S1");

    free(expect_job(w, GRANNY));
    assert_true(engine_close_alert(w->engine, cause, "到家了", "root", NULL));
    world_commit(w);
    world_reply(w, GRANNY, "1");
    expect_text(family_ask_state(f, cause, f->ming), "answered");
    wait_minutes(f, 60);
    expect_silence(w, MOTHER);
    expect_text(world_words(w, "SELECT closed FROM ask"), "到家了");
}

static void test_whoever_took_it_may_give_it_back(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t cause = raise_for(f, "student:S1");

    free(expect_job(w, GRANNY));
    world_reply(w, GRANNY, "1");
    world_reply(w, GRANNY, "找别人");
    world_settle(w);
    expect_text(family_ask_state(f, cause, f->ming), "open");
    free(expect_job(w, MOTHER));
}

static void test_what_one_gives_back_is_the_others_who_took_it_too(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t cause = raise_for(f, "student:S1");

    free(expect_job(w, GRANNY));
    wait_minutes(f, 10);
    free(expect_job(w, MOTHER));
    world_reply(w, GRANNY, "1");
    world_reply(w, MOTHER, "1");
    world_reply(w, GRANNY, "找别人");
    expect_text(family_ask_state(f, cause, f->ming), "waiting");
    assert_int_equal(world_value(w, "SELECT acked_by FROM ask"), f->mother);
}

static void test_settled_note_waits_two_minutes_and_is_dropped_when_the_ask_changed(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    raise_for(f, "student:S1");
    free(expect_job(w, GRANNY));
    wait_minutes(f, 10);
    free(expect_job(w, MOTHER));
    world_reply(w, MOTHER, "1");
    world_until(w, w->now + 119 * SECOND_MS);
    expect_silence(w, GRANNY);
    world_until(w, w->now + SECOND_MS);
    expect_in(expect_job(w, GRANNY), "王小明刚才的紧急情况已有人接手");
    expect_silence(w, MOTHER); /* she knows */
    wait_minutes(f, 28);       /* the acknowledgement expires; she takes it again and gives it back */
    free(expect_job(w, MOTHER));
    free(expect_job(w, MOTHER));
    world_reply(w, MOTHER, "1");
    world_until(w, w->now + 30 * SECOND_MS);
    world_reply(w, MOTHER, "找别人");
    wait_minutes(f, 5);
    expect_silence(w, GRANNY);
}

static void test_a_settled_note_names_no_child_to_whom_that_may_not_be_told(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    raise_for(f, "student:S1");
    free(expect_job(w, GRANNY));
    wait_minutes(f, 10);
    free(expect_job(w, MOTHER));
    world_reply(w, MOTHER, "1");
    world_sql(w, "UPDATE relation SET restricted = 1 WHERE person = 1 AND student = 1");
    wait_minutes(f, 3);
    expect_not_in(expect_job(w, GRANNY), "王小明");
}

static void test_one_settled_note_a_line_however_many_children(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    raise_for(f, "class:三1");
    free(expect_job(w, GRANNY));
    wait_minutes(f, 10);
    free(expect_job(w, MOTHER));
    world_reply(w, MOTHER, "1");
    wait_minutes(f, 5);
    expect_in(expect_job(w, GRANNY), "王小明、王小红");
    expect_silence(w, GRANNY);
}

static void test_no_settled_note_while_another_child_of_the_line_is_open(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    raise_for(f, "class:三1");
    free(expect_job(w, GRANNY));
    wait_minutes(f, 10);
    free(expect_job(w, MOTHER));
    world_reply(w, MOTHER, "王小明 1");
    wait_minutes(f, 5);
    expect_silence(w, GRANNY);
    world_reply(w, MOTHER, "王小红 1");
    wait_minutes(f, 3);
    expect_in(expect_job(w, GRANNY), "已有人接手");
    expect_silence(w, GRANNY);
}

static void test_no_send_after_the_settling_commit_and_the_ringing_job_is_cancelled(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job text, call;

    w->ladder =
        "{\"then\": \"restart\", \"steps\": [{\"who\": [\"guardian:1\", \"mother\"], \"channels\": [\"voice\"]},"
        "{\"after\": 600000, \"who\": [\"mentor\"], \"channels\": [\"sms\"]}]}";
    world_ask(w, KIND_EMERGENCY, "student:S1", "请来学校");
    world_settle(w);
    assert_true(world_take(w, GRANNY, &call));
    assert_true(world_take(w, MOTHER, &text));
    world_status(w, &call, "answered");
    world_started(w, &text);
    world_key(w, &call, "1");
    assert_int_equal(w->recalled_count, 1);
    assert_int_equal(w->recalled[0], text.message);
    world_settle(w);
    assert_int_equal(w->job_count, 0);
    outbox_refused(w->outbox, "phones", text.id, "permanent", "cancelled", "", 0);
    world_commit(w);
    expect_text(world_words(w, "SELECT state || ' ' || reason FROM message WHERE id = 2"), "cancelled settled");
    wait_minutes(f, 29);
    expect_silence(w, MENTOR);
    job_free(&text);
    job_free(&call);
}

static void test_what_rings_although_all_is_settled_is_shown_as_such(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const struct list_filter filter = { .zone = w->zone, .limit = 10 };
    struct job job;
    json_t *shown;

    raise_for(f, "student:S1");
    assert_true(world_take(w, GRANNY, &job));
    world_started(w, &job);
    engine_answer(w->engine, &(struct answer_row){ .ask = 1, .class = "ack", .via = "staff", .by = "root" });
    world_commit(w);
    world_accepted(w, &job, NULL); /* too late to stop it */
    shown = message_show(w->store, job.message, &filter);
    assert_true(json_is_true(json_object_get(shown, "after_settled")));
    json_decref(shown);
    job_free(&job);
}

static void test_a_job_that_still_asks_about_a_sibling_is_not_cancelled(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job;

    raise_for(f, "class:三1");
    assert_true(world_take(w, GRANNY, &job));
    world_started(w, &job);
    engine_answer(w->engine, &(struct answer_row){ .ask = 1, .class = "ack", .via = "staff", .by = "root" });
    world_commit(w);
    assert_int_equal(w->recalled_count, 0);
    engine_answer(w->engine, &(struct answer_row){ .ask = 2, .class = "ack", .via = "staff", .by = "root" });
    world_commit(w);
    assert_int_equal(w->recalled_count, 1);
    job_free(&job);
}

static void test_what_waits_in_the_outbox_is_dropped_by_the_answer(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    w->down = true;
    raise_for(f, "student:S1");
    engine_answer(w->engine, &(struct answer_row){ .ask = 1, .class = "ack", .via = "staff", .by = "root" });
    world_commit(w);
    w->down = false;
    world_settle(w);
    assert_int_equal(w->job_count, 0);
    expect_text(world_state(w, 1), "cancelled");
}

static void test_staff_take_an_absence_and_it_is_not_ended_by_that(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    int64_t cause;

    w->ladder = urgent;
    cause = world_ask(w, KIND_ABSENT, "student:S1", "没到校");
    world_settle(w);
    engine_answer(w->engine, &(struct answer_row){ .ask = 1, .class = "ack", .via = "staff", .by = "root" });
    world_commit(w);
    expect_text(family_ask_state(f, cause, f->ming), "waiting");
    expect_text(family_outcome(f, cause, f->ming), "taken_on");
    free(expect_job(w, GRANNY));
    world_reply(w, GRANNY, "1"); /* accounted for: that ends it */
    expect_text(family_ask_state(f, cause, f->ming), "answered");
    expect_text(family_outcome(f, cause, f->ming), "accounted");
}

static void test_mother_says_fine_and_grandmother_says_help_in_one_turn(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct inbound fine = { .gateway = "phones", .uid = "a", .from = MOTHER, .text = "1" };
    struct inbound help = { .gateway = "phones", .uid = "b", .from = GRANNY, .text = "2" };
    int64_t cause;

    w->ladder = "{\"steps\": [{\"who\": [\"guardian:1\", \"mother\"], \"channels\": [\"sms\"]}]}";
    cause = world_ask(w, KIND_CHECKIN, "student:S1", NULL);
    world_settle(w);
    free(expect_job(w, GRANNY));
    free(expect_job(w, MOTHER));
    w->now += MINUTE_MS;
    fine.at = help.at = w->now;
    turn_set_now(w->turn, w->now);
    inbox_receive(w->inbox, &fine);
    inbox_receive(w->inbox, &help);
    world_commit(w);
    world_settle(w);
    expect_text(family_outcome(f, cause, f->ming), "help");
    expect_in(expect_job(w, MENTOR), "王小明家里回复有事");
    assert_int_equal(world_value(w, "SELECT count(*) FROM answer"), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, family_setup, family_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_acknowledgement_waits_for_an_outcome),
        TEST(test_whoever_took_it_is_reminded_once_at_night_too),
        TEST(test_ack_without_outcome_expires_and_the_climb_goes_on),
        TEST(test_an_acknowledgement_that_expired_while_the_daemon_was_down_climbs_on),
        TEST(test_a_closed_alarm_is_opened_by_no_later_answer),
        TEST(test_whoever_took_it_may_give_it_back),
        TEST(test_what_one_gives_back_is_the_others_who_took_it_too),
        TEST(test_settled_note_waits_two_minutes_and_is_dropped_when_the_ask_changed),
        TEST(test_a_settled_note_names_no_child_to_whom_that_may_not_be_told),
        TEST(test_one_settled_note_a_line_however_many_children),
        TEST(test_no_settled_note_while_another_child_of_the_line_is_open),
        TEST(test_no_send_after_the_settling_commit_and_the_ringing_job_is_cancelled),
        TEST(test_what_rings_although_all_is_settled_is_shown_as_such),
        TEST(test_a_job_that_still_asks_about_a_sibling_is_not_cancelled),
        TEST(test_what_waits_in_the_outbox_is_dropped_by_the_answer),
        TEST(test_staff_take_an_absence_and_it_is_not_ended_by_that),
        TEST(test_mother_says_fine_and_grandmother_says_help_in_one_turn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
