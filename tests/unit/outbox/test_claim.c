/* SPDX-License-Identifier: Apache-2.0 */
/* What may leave, when, and to whom: each rule is asked when a message enters the outbox and again when it is claimed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "support/family.h"

static void notice(struct family *f, const char *audience, const char *text)
{
    world_ask(f->world, KIND_NOTICE, audience, text);
    world_settle(f->world);
}

static void test_restricted_father_is_never_told_not_even_in_an_emergency(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    w->ladder =
        "{\"steps\": [{\"who\": [\"father\", \"parents\", \"guardian:3\"], \"channels\": [\"sms\", \"voice\"]}]}";
    world_ask(w, KIND_EMERGENCY, "parents-of:student:S1", "请来学校");
    world_settle(w);
    expect_silence(w, FATHER);
    assert_int_equal(world_value(w, "SELECT count(*) FROM message WHERE person = 3"), 0);
    assert_true(world_value(w, "SELECT count(*) FROM attempt WHERE person = 3 AND skipped = 'restricted'") > 0);
}

static void test_a_restriction_entered_after_queueing_is_kept_by_the_claim(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    w->now = world_time(w, "2026-10-08 22:00"); /* it waits for the morning */
    notice(f, "parents-of:student:S2", "明天放假");
    world_sql(w, "UPDATE relation SET restricted = 1 WHERE person = 3");
    world_until(w, world_time(w, "2026-10-09 09:00"));
    expect_silence(w, FATHER);
    expect_text(world_words(w, "SELECT state || ' ' || reason FROM message WHERE person = 3"), "cancelled restricted");
    free(expect_job(w, MOTHER));
}

static void test_line_shared_with_a_restricted_person_is_refused_for_that_child_only(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    char *text;

    /* the father has the grandmother's phone too: she is told about 小红 there, 小明 goes to the mother */
    world_sql(w, "INSERT INTO person_line (person, line, rank, confirmed_at) VALUES (3, 1, 2, 1)");
    notice(f, "class:三1", "{students}明天放假");
    text = expect_job(w, GRANNY);
    assert_non_null(strstr(text, "王小红"));
    expect_not_in(text, "王小明");
    text = expect_job(w, MOTHER);
    assert_non_null(strstr(text, "王小明"));
    expect_not_in(text, "王小红");
}

static void test_siblings_on_one_phone_get_one_text_that_names_both(void **state)
{
    struct family *f = *state;

    notice(f, "class:三1", "{students}明天放假");
    expect_in(expect_job(f->world, GRANNY), "王小明、王小红明天放假");
    expect_silence(f->world, GRANNY);
}

static void test_a_sibling_is_left_out_when_a_restriction_comes_between(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    int64_t cause;
    char *text;

    w->now = world_time(w, "2026-10-08 22:00");
    cause = world_ask(w, KIND_CHECKIN, "class:三1", NULL);
    world_settle(w);
    world_sql(w, "UPDATE relation SET restricted = 1 WHERE person = 1 AND student = 1");
    world_until(w, world_time(w, "2026-10-09 09:00"));
    text = expect_job(w, GRANNY);
    assert_non_null(strstr(text, "王小红"));
    expect_not_in(text, "王小明");
    world_reply(w, GRANNY, "1"); /* counts for nobody who was not named */
    expect_text(family_outcome(f, cause, f->ming), "");
    expect_text(family_ask_state(f, cause, f->ming), "unasked");
    expect_text(family_outcome(f, cause, f->hong), "fine");
}

static void test_two_persons_on_one_phone_hear_of_a_child_once(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    /* 缺勤 is asked for each child in a text of its own, and still once a phone */
    world_sql(w, "DELETE FROM person_line WHERE person = 2");
    world_sql(w, "INSERT INTO person_line (person, line, rank, confirmed_at) VALUES (2, 1, 2, 1)");
    w->ladder = "{\"steps\": [{\"who\": [\"guardian:1\", \"guardian:2\", \"mother\"], \"channels\": [\"sms\"]}]}";
    world_ask(w, KIND_ABSENT, "student:S1", "没到校");
    world_settle(w);
    free(expect_job(w, GRANNY));
    expect_silence(w, GRANNY);
}

static void test_quiet_hours_hold_until_morning(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    w->now = world_time(w, "2026-10-08 21:00");
    notice(f, "student:S1", "明天放假");
    expect_silence(w, GRANNY);
    world_until(w, world_time(w, "2026-10-09 06:59"));
    expect_silence(w, GRANNY);
    world_until(w, world_time(w, "2026-10-09 07:00"));
    free(expect_job(w, GRANNY));
}

static void test_an_emergency_does_not_wait_for_the_morning(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    w->now = world_time(w, "2026-10-09 03:00");
    world_ask(w, KIND_EMERGENCY, "student:S1", "请来学校");
    world_settle(w);
    free(expect_job(w, GRANNY));
}

static void test_a_question_of_the_evening_has_its_whole_time_in_the_morning(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    int64_t cause;

    w->now = world_time(w, "2026-10-08 21:30");
    cause = world_ask(w, KIND_CHECKIN, "student:S1", NULL);
    world_settle(w);
    expect_text(family_ask_state(f, cause, f->ming), "waiting");
    expect_text(world_words(w, "SELECT wait FROM ask"), "quiet");
    world_until(w, world_time(w, "2026-10-10 06:59"));
    expect_text(family_ask_state(f, cause, f->ming), "open");
    world_until(w, world_time(w, "2026-10-10 07:01"));
    expect_text(family_ask_state(f, cause, f->ming), "expired");
}

static void test_cap_moves_the_fifth_message_to_the_next_day(void **state)
{
    static const char *const texts[] = { "一", "二", "三", "四", "五" };
    struct family *f = *state;
    struct world *w = f->world;

    for (size_t i = 0; i < COUNT(texts); i++)
        notice(f, "student:S1", texts[i]);
    for (int i = 0; i < 4; i++)
        free(expect_job(w, GRANNY));
    expect_silence(w, GRANNY);
    expect_text(world_words(w, "SELECT reason FROM message WHERE state = 'queued'"), "cap");
    world_until(w, world_time(w, "2026-10-09 07:00"));
    expect_in(expect_job(w, GRANNY), "五");
}

static void test_answers_and_emergencies_do_not_count_for_the_cap(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    for (int i = 0; i < 3; i++)
        world_ask(w, KIND_EMERGENCY, "student:S1", i == 0 ? "a" : i == 1 ? "b" : "c");
    world_settle(w);
    world_reply(w, GRANNY, "退订");
    world_reply(w, GRANNY, "恢复");
    world_settle(w);
    for (int i = 0; i < 4; i++)
        notice(f, "student:S1", i == 0 ? "一" : i == 1 ? "二" : i == 2 ? "三" : "四");
    assert_int_equal(world_value(w, "SELECT count(*) FROM message m JOIN cause c ON c.id = m.cause"
                                    " WHERE c.kind = 'notice' AND m.state = 'claimed'"),
                     4);
}

static void test_a_repeated_try_does_not_count_itself_for_the_cap(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job;

    for (int i = 0; i < 4; i++)
        notice(f, "student:S1", i == 0 ? "一" : i == 1 ? "二" : i == 2 ? "三" : "四");
    for (int i = 0; i < 3; i++)
        free(expect_job(w, GRANNY));
    assert_true(world_take(w, GRANNY, &job));
    world_unknown(w, &job, (struct doubt){ .idempotent = true });
    job_free(&job);
    world_until(w, w->now + HOUR_MS);
    expect_in(expect_job(w, GRANNY), "四");
}

static void test_equal_text_within_ten_minutes_is_dropped(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    notice(f, "student:S1", "明天放假");
    free(expect_job(w, GRANNY));
    w->now += 9 * MINUTE_MS;
    notice(f, "student:S1", "明天放假");
    expect_silence(w, GRANNY);
    expect_text(world_words(w, "SELECT state || ' ' || reason FROM message WHERE id = (SELECT max(id) FROM message)"),
                "cancelled equal");
    w->now += 2 * MINUTE_MS;
    notice(f, "student:S1", "明天放假");
    free(expect_job(w, GRANNY));
}

static void test_equal_emergencies_are_not_dropped(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    world_ask(w, KIND_EMERGENCY, "student:S1", "请来学校");
    world_settle(w);
    free(expect_job(w, GRANNY));
    world_sql(w, "UPDATE ask SET state = 'answered'");
    world_ask(w, KIND_EMERGENCY, "student:S1", "请来学校");
    world_settle(w);
    free(expect_job(w, GRANNY));
}

static void test_changed_line_makes_the_message_anew(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    w->now = world_time(w, "2026-10-08 22:00");
    world_ask(w, KIND_CHECKIN, "student:S1", NULL);
    world_settle(w);
    world_sql(w, "INSERT INTO line (id, e164) VALUES (50, '+8619900000050')");
    world_sql(w, "UPDATE person_line SET line = 50 WHERE person = 1");
    world_until(w, world_time(w, "2026-10-09 09:00"));
    expect_silence(w, GRANNY);
    free(expect_job(w, "+8619900000050"));
    expect_text(world_words(w, "SELECT state || ' ' || reason FROM message WHERE line = 1"), "cancelled line_changed");
    assert_int_equal(world_value(w, "SELECT replaces FROM message WHERE line = 50"), 1);
    world_reply(w, "+8619900000050", "1");
    expect_text(world_words(w, "SELECT outcome FROM ask"), "fine");
}

static void test_a_line_that_is_gone_moves_the_ladder_on(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    w->ladder = "{\"steps\": [{\"who\": [\"guardian:1\"]}, {\"after\": 43200000, \"who\": [\"mother\"]}]}";
    w->now = world_time(w, "2026-10-08 22:00");
    world_ask(w, KIND_CHECKIN, "student:S1", NULL);
    world_settle(w);
    world_sql(w, "DELETE FROM person_line WHERE person = 1");
    world_until(w, world_time(w, "2026-10-09 07:30"));
    free(expect_job(w, MOTHER));
}

static void test_text_never_changes_after_the_first_claim(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job;

    notice(f, "student:S1", "{student}明天放假");
    assert_true(world_take(w, GRANNY, &job));
    world_refused(w, &job, "temporary", 0);
    world_sql(w, "UPDATE student SET name = '王大明'");
    world_until(w, w->now + HOUR_MS);
    expect_in(expect_job(w, GRANNY), job.text);
    job_free(&job);
}

static void test_a_text_in_doubt_is_not_worded_anew_for_the_other_child(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job;

    notice(f, "class:三1", "{students}明天放假");
    assert_true(world_take(w, GRANNY, &job));
    world_unknown(w, &job, (struct doubt){ .idempotent = true }); /* it may be on her phone already */
    world_sql(w, "UPDATE relation SET restricted = 1 WHERE person = 1 AND student = 1");
    world_until(w, w->now + HOUR_MS);
    expect_silence(w, GRANNY);
    expect_text(world_state(w, job.message), "held");
    assert_true(outbox_retry(w->outbox, job.message, NULL)); /* a person says that it did not arrive */
    world_commit(w);
    world_until(w, w->now + SECOND_MS);
    expect_in(expect_job(w, GRANNY), "】王小红明天放假");
    job_free(&job);
}

static void test_a_note_whose_words_name_a_child_that_may_not_be_told_any_more_is_dropped(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t students[] = { f->ming, f->hong };
    enum reason why;

    w->down = true;
    turn_set_now(w->turn, w->now);
    engine_say(w->engine,
               &(struct saying){ .key = "k",
                                 .kind = KIND_SAY,
                                 .person = f->granny,
                                 .students = students,
                                 .student_count = 2,
                                 .text = "小明小红都好" },
               &why);
    world_commit(w);
    world_sql(w, "UPDATE relation SET restricted = 1 WHERE person = 1 AND student = 1");
    w->down = false;
    world_settle(w);
    expect_silence(w, GRANNY);
    expect_text(world_words(w, "SELECT state || ' ' || reason FROM message"), "cancelled restricted");
}

static void test_a_worded_text_is_replaced_when_a_child_in_it_may_not_be_told_any_more(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job;
    char *text;

    notice(f, "class:三1", "{students}明天放假");
    assert_true(world_take(w, GRANNY, &job));
    world_refused(w, &job, "temporary", 0);
    job_free(&job);
    world_sql(w, "UPDATE relation SET restricted = 1 WHERE person = 1 AND student = 1");
    world_until(w, w->now + HOUR_MS);
    text = expect_job(w, GRANNY);
    assert_non_null(strstr(text, "王小红"));
    expect_not_in(text, "王小明");
    expect_silence(w, GRANNY);
    assert_int_equal(world_value(w, "SELECT replaces FROM message ORDER BY id DESC LIMIT 1"), 1);
}

static void test_a_question_settled_before_its_repetition_is_not_repeated(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job;

    world_ask(w, KIND_CHECKIN, "student:S1", NULL);
    world_settle(w);
    assert_true(world_take(w, GRANNY, &job));
    world_unknown(w, &job, (struct doubt){ .idempotent = true });
    job_free(&job);
    world_reply(w, GRANNY, "1"); /* so it had arrived */
    world_until(w, w->now + HOUR_MS);
    expect_silence(w, GRANNY);
}

static void test_a_duty_answered_meanwhile_is_not_asked(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    world_sql(w, "INSERT INTO role (person, role) VALUES (4, 'duty')");
    w->now = world_time(w, "2026-10-08 22:00");
    world_ask(w, KIND_DUTY, "role:duty", "请查寝");
    world_settle(w);
    world_sql(w, "UPDATE ask SET state = 'answered'");
    world_until(w, world_time(w, "2026-10-09 08:00"));
    expect_silence(w, MENTOR);
    expect_text(world_words(w, "SELECT reason FROM message"), "settled");
}

static void test_emergencies_are_claimed_before_everything(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    world_ask(w, KIND_NOTICE, "parents-of:student:S2", "明天放假");
    world_turn(w);
    w->window = 0;
    world_settle(w);
    world_ask(w, KIND_EMERGENCY, "student:S1", "请来学校");
    world_settle(w);
    w->window = 1;
    world_turn(w);
    assert_int_equal(w->jobs[0].lane, LANE_EMERGENCY);
}

static void test_paused_broadcast_holds_and_resumes(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    int64_t cause;

    w->now = world_time(w, "2026-10-08 22:00");
    cause = world_ask(w, KIND_NOTICE, "student:S1", "明天放假");
    world_settle(w);
    assert_true(engine_pause_cause(w->engine, cause, NULL));
    world_commit(w);
    world_until(w, world_time(w, "2026-10-09 08:00"));
    expect_silence(w, GRANNY);
    expect_text(world_words(w, "SELECT state || ' ' || reason FROM message"), "held paused");
    assert_true(engine_resume_cause(w->engine, cause, NULL));
    world_commit(w);
    world_settle(w);
    free(expect_job(w, GRANNY));
}

static void test_what_was_held_goes_out_after_a_restart_too(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t cause = world_ask(w, KIND_NOTICE, "student:S1", "明天放假");

    w->window = 0;
    world_settle(w);
    assert_true(engine_pause_cause(w->engine, cause, NULL));
    world_commit(w);
    w->window = 64;
    world_settle(w);
    world_restart(w);
    assert_true(engine_resume_cause(w->engine, cause, NULL));
    world_commit(w);
    world_settle(w);
    free(expect_job(w, GRANNY));
}

static void test_cancelled_broadcast_sends_nothing_more(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    int64_t cause;

    w->now = world_time(w, "2026-10-08 22:00");
    cause = world_ask(w, KIND_NOTICE, "class:三1", "明天放假");
    world_settle(w);
    assert_true(engine_cancel_cause(w->engine, cause, NULL));
    world_commit(w);
    world_until(w, world_time(w, "2026-10-09 12:00"));
    assert_int_equal(w->job_count, 0);
    expect_text(world_words(w, "SELECT state || ' ' || reason FROM message"), "cancelled cause_cancelled");
}

static void test_a_broadcast_cancelled_while_paused_leaves_nothing_held(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t cause = world_ask(w, KIND_CHECKIN, "student:S1", NULL);

    assert_true(engine_pause_cause(w->engine, cause, NULL));
    world_settle(w);
    world_sql(w, "UPDATE cause SET state = 'open'");
    w->window = 0;
    world_settle(w);
    world_sql(w, "UPDATE cause SET state = 'paused'");
    w->window = 64;
    world_settle(w);
    expect_text(world_words(w, "SELECT state || ' ' || reason FROM message"), "held paused");
    assert_true(engine_cancel_cause(w->engine, cause, NULL));
    world_commit(w);
    world_until(w, w->now + HOUR_MS);
    expect_text(world_words(w, "SELECT state || ' ' || reason FROM message"), "cancelled cause_cancelled");
    expect_text(family_ask_state(f, cause, f->ming), "cancelled");
}

static void test_a_message_that_nobody_carries_expires_with_the_reason(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    outbox_set_gateways(w->outbox, NULL, 0);
    notice(f, "student:S1", "明天放假");
    world_until(w, w->now + 2 * DAY_MS);
    expect_text(world_words(w, "SELECT state || ' ' || reason FROM message"), "expired no_gateway");
}

static void test_a_question_that_could_not_leave_counts_as_unasked(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    int64_t cause;

    outbox_set_gateways(w->outbox, NULL, 0);
    cause = world_ask(w, KIND_CHECKIN, "student:S1", NULL);
    world_until(w, w->now + 2 * DAY_MS);
    expect_text(family_ask_state(f, cause, f->ming), "unasked");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, family_setup, family_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_restricted_father_is_never_told_not_even_in_an_emergency),
        TEST(test_a_restriction_entered_after_queueing_is_kept_by_the_claim),
        TEST(test_line_shared_with_a_restricted_person_is_refused_for_that_child_only),
        TEST(test_siblings_on_one_phone_get_one_text_that_names_both),
        TEST(test_a_sibling_is_left_out_when_a_restriction_comes_between),
        TEST(test_two_persons_on_one_phone_hear_of_a_child_once),
        TEST(test_quiet_hours_hold_until_morning),
        TEST(test_an_emergency_does_not_wait_for_the_morning),
        TEST(test_a_question_of_the_evening_has_its_whole_time_in_the_morning),
        TEST(test_cap_moves_the_fifth_message_to_the_next_day),
        TEST(test_answers_and_emergencies_do_not_count_for_the_cap),
        TEST(test_a_repeated_try_does_not_count_itself_for_the_cap),
        TEST(test_equal_text_within_ten_minutes_is_dropped),
        TEST(test_equal_emergencies_are_not_dropped),
        TEST(test_changed_line_makes_the_message_anew),
        TEST(test_a_line_that_is_gone_moves_the_ladder_on),
        TEST(test_text_never_changes_after_the_first_claim),
        TEST(test_a_text_in_doubt_is_not_worded_anew_for_the_other_child),
        TEST(test_a_note_whose_words_name_a_child_that_may_not_be_told_any_more_is_dropped),
        TEST(test_a_worded_text_is_replaced_when_a_child_in_it_may_not_be_told_any_more),
        TEST(test_a_question_settled_before_its_repetition_is_not_repeated),
        TEST(test_a_duty_answered_meanwhile_is_not_asked),
        TEST(test_emergencies_are_claimed_before_everything),
        TEST(test_paused_broadcast_holds_and_resumes),
        TEST(test_what_was_held_goes_out_after_a_restart_too),
        TEST(test_cancelled_broadcast_sends_nothing_more),
        TEST(test_a_broadcast_cancelled_while_paused_leaves_nothing_held),
        TEST(test_a_message_that_nobody_carries_expires_with_the_reason),
        TEST(test_a_question_that_could_not_leave_counts_as_unasked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
