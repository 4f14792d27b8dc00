/* SPDX-License-Identifier: Apache-2.0 */
/* What a reply means for the questions that are open, for one child, for siblings on one phone, early and late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "support/family.h"

#define CLASS "class:三1"

/* A check-in that has reached the grandmother's phone. */
static int64_t asked(struct family *f)
{
    const int64_t cause = world_ask(f->world, KIND_CHECKIN, CLASS, NULL);

    world_settle(f->world);
    free(expect_job(f->world, GRANNY));
    return cause;
}

static void later(struct family *f, time_ms ms)
{
    world_until(f->world, f->world->now + ms);
}

static void test_a_plain_answer_counts_for_each_child(void **state)
{
    struct family *f = *state;
    const int64_t cause = asked(f);

    world_reply(f->world, GRANNY, "1");
    expect_text(family_outcome(f, cause, f->ming), "fine");
    expect_text(family_outcome(f, cause, f->hong), "fine");
    expect_text(family_ask_state(f, cause, f->ming), "answered");
    expect_text(family_reply_state(f), "understood");
}

static void test_help_counts_for_each_child_and_asks_which(void **state)
{
    struct family *f = *state;
    const int64_t cause = asked(f);
    char *text;

    world_reply(f->world, GRANNY, "2");
    world_settle(f->world);
    expect_text(family_outcome(f, cause, f->ming), "help");
    expect_text(family_outcome(f, cause, f->hong), "help");
    text = expect_job(f->world, GRANNY);
    assert_non_null(strstr(text, "1王小明"));
    expect_in(text, "2王小红");
    text = expect_job(f->world, MENTOR);
    assert_non_null(strstr(text, "王小明"));
    expect_in(text, "王小红");
    expect_silence(f->world, MENTOR);
}

static void test_which_child_withdraws_the_others_help(void **state)
{
    struct family *f = *state;
    const int64_t cause = asked(f);

    world_reply(f->world, GRANNY, "2");
    world_reply(f->world, GRANNY, "2");
    expect_text(family_outcome(f, cause, f->ming), "");
    expect_text(family_outcome(f, cause, f->hong), "help");
    expect_text(family_ask_state(f, cause, f->ming), "open"); /* nothing is put in its place */
}

static void test_which_child_may_be_told_by_name(void **state)
{
    struct family *f = *state;
    const int64_t cause = asked(f);

    world_reply(f->world, GRANNY, "2");
    world_reply(f->world, GRANNY, "小红");
    expect_text(family_outcome(f, cause, f->ming), "");
    expect_text(family_outcome(f, cause, f->hong), "help");
}

static void test_an_ask_whose_help_was_withdrawn_ends_at_its_due_time(void **state)
{
    struct family *f = *state;
    const int64_t cause = asked(f);

    world_reply(f->world, GRANNY, "2");
    world_reply(f->world, GRANNY, "2");
    later(f, 25 * HOUR_MS);
    expect_text(family_ask_state(f, cause, f->ming), "expired");
    expect_text(family_ask_state(f, cause, f->hong), "answered");
}

static void test_a_name_narrows_the_help(void **state)
{
    struct family *f = *state;
    const int64_t cause = asked(f);

    world_reply(f->world, GRANNY, "小红发烧了，快来");
    expect_text(family_outcome(f, cause, f->ming), "");
    expect_text(family_outcome(f, cause, f->hong), "help");
}

static void test_mother_says_fine_grandmother_says_help(void **state)
{
    struct family *f = *state;
    const int64_t cause = world_ask(f->world, KIND_CHECKIN, "guardians-of:student:S1", NULL);

    world_sql(f->world, "UPDATE relation SET guardian = 1");
    world_settle(f->world);
    free(expect_job(f->world, GRANNY));
    free(expect_job(f->world, MOTHER));
    world_reply(f->world, MOTHER, "1");
    world_reply(f->world, GRANNY, "2");
    expect_text(family_outcome(f, cause, f->ming), "help");
}

static void test_a_later_fine_does_not_close_help(void **state)
{
    struct family *f = *state;
    const int64_t cause = asked(f);

    world_reply(f->world, GRANNY, "小明摔伤了");
    world_reply(f->world, GRANNY, "1");
    expect_text(family_outcome(f, cause, f->ming), "help");
}

static void test_help_after_fine_is_help_and_the_mentor_knows(void **state)
{
    struct family *f = *state;
    const int64_t cause = asked(f);

    world_reply(f->world, GRANNY, "1");
    later(f, HOUR_MS);
    world_reply(f->world, GRANNY, "小明摔伤了");
    world_settle(f->world);
    expect_text(family_outcome(f, cause, f->ming), "help");
    expect_in(expect_job(f->world, MENTOR), "王小明");
}

static void test_silence_until_due_expires(void **state)
{
    struct family *f = *state;
    const int64_t cause = asked(f);

    later(f, 25 * HOUR_MS);
    expect_text(family_ask_state(f, cause, f->ming), "expired");
}

static void test_answer_after_due_within_grace_turns_expired_into_answered(void **state)
{
    struct family *f = *state;
    const int64_t cause = asked(f);

    later(f, 30 * HOUR_MS);
    world_reply(f->world, GRANNY, "1");
    expect_text(family_ask_state(f, cause, f->ming), "answered");
    expect_text(family_outcome(f, cause, f->ming), "fine");
}

static void test_an_answer_after_the_grace_goes_to_a_person(void **state)
{
    struct family *f = *state;
    const int64_t cause = asked(f);

    later(f, 60 * HOUR_MS);
    world_reply(f->world, GRANNY, "1");
    expect_text(family_ask_state(f, cause, f->ming), "expired");
    expect_text(family_outcome(f, cause, f->ming), "");
    expect_text(family_reply_state(f), "waiting");
}

static void test_help_is_never_late(void **state)
{
    struct family *f = *state;

    asked(f);
    later(f, 60 * HOUR_MS);
    world_reply(f->world, GRANNY, "孩子发烧住院了");
    world_settle(f->world);
    expect_text(family_reply_state(f), "waiting");
    expect_in(expect_job(f->world, MENTOR), "王小明");
}

static void test_reply_from_before_the_question_does_not_answer_it(void **state)
{
    struct family *f = *state;
    const int64_t cause = asked(f);
    const struct inbound old = {
        .gateway = "phones", .uid = "old", .from = GRANNY, .text = "1", .at = f->world->now - 10 * MINUTE_MS
    };

    later(f, HOUR_MS);
    turn_set_now(f->world->turn, f->world->now);
    assert_true(inbox_receive(f->world->inbox, &old) > 0);
    world_commit(f->world);
    expect_text(family_outcome(f, cause, f->ming), "");
    expect_text(family_ask_state(f, cause, f->ming), "open");
}

static void test_one_missed_call_means_received_never_fine(void **state)
{
    struct family *f = *state;
    const int64_t cause = asked(f);

    world_missed_call(f->world, GRANNY);
    expect_text(family_outcome(f, cause, f->ming), "received");
    expect_text(family_ask_state(f, cause, f->ming), "answered");
}

static void test_two_missed_calls_wait_for_a_person(void **state)
{
    struct family *f = *state;

    asked(f);
    world_missed_call(f->world, GRANNY);
    later(f, 2 * MINUTE_MS);
    world_missed_call(f->world, GRANNY);
    expect_text(family_reply_state(f), "waiting");
}

static void test_a_missed_call_is_no_rsvp(void **state)
{
    struct family *f = *state;
    const int64_t cause = world_ask(f->world, KIND_MEETING, CLASS, "请来开家长会");

    world_settle(f->world);
    world_missed_call(f->world, GRANNY);
    expect_text(family_outcome(f, cause, f->ming), "");
    expect_text(family_ask_state(f, cause, f->ming), "open");
    expect_text(family_reply_state(f), "waiting");
}

static void test_a_missed_call_acknowledges_no_emergency(void **state)
{
    struct family *f = *state;
    const int64_t cause = world_ask(f->world, KIND_EMERGENCY, CLASS, "学校停电，请接孩子");

    world_settle(f->world);
    world_missed_call(f->world, GRANNY);
    expect_text(family_ask_state(f, cause, f->ming), "open");
    expect_text(family_reply_state(f), "waiting");
}

static void test_what_goes_beyond_the_grammar_reaches_the_mentor(void **state)
{
    struct family *f = *state;

    world_ask(f->world, KIND_MEETING, CLASS, "请来开家长会");
    world_settle(f->world);
    world_reply(f->world, GRANNY, "参加，几点开始？");
    world_settle(f->world);
    expect_in(expect_job(f->world, MENTOR), "几点开始");
}

static void test_a_changed_answer_is_echoed_and_the_same_again_is_not(void **state)
{
    struct family *f = *state;
    const int64_t cause = world_ask(f->world, KIND_MEETING, "student:S1", "请来开家长会");

    world_settle(f->world);
    free(expect_job(f->world, GRANNY));
    world_reply(f->world, GRANNY, "1");
    world_settle(f->world);
    world_reply(f->world, GRANNY, "1");
    world_settle(f->world);
    expect_silence(f->world, GRANNY);
    world_reply(f->world, GRANNY, "2");
    world_settle(f->world);
    free(expect_job(f->world, GRANNY));
    expect_text(family_outcome(f, cause, f->ming), "no");
}

static void test_the_same_reply_twice_counts_once(void **state)
{
    struct family *f = *state;
    const struct inbound in = {
        .gateway = "phones", .uid = "same", .from = GRANNY, .text = "1", .at = f->world->now + 1
    };

    asked(f);
    turn_set_now(f->world->turn, f->world->now);
    assert_true(inbox_receive(f->world->inbox, &in) > 0);
    assert_int_equal(inbox_receive(f->world->inbox, &in), 0);
    world_commit(f->world);
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM reply"), 1);
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM answer"), 2); /* one a child */
}

static void test_a_key_pressed_in_the_call_is_exact(void **state)
{
    struct family *f = *state;
    int64_t cause;
    struct job job;

    world_sql(f->world, "UPDATE person SET reads = 0 WHERE ref = 'P1'");
    cause = world_ask(f->world, KIND_CHECKIN, "student:S1", NULL);
    world_settle(f->world);
    assert_true(world_take(f->world, GRANNY, &job));
    assert_int_equal(job.channel, CHANNEL_VOICE);
    world_key(f->world, &job, "1");
    expect_text(family_outcome(f, cause, f->ming), "fine");
    expect_text(world_words(f->world, "SELECT via FROM answer"), "key");
    job_free(&job);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, family_setup, family_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_plain_answer_counts_for_each_child),
        TEST(test_help_counts_for_each_child_and_asks_which),
        TEST(test_which_child_withdraws_the_others_help),
        TEST(test_which_child_may_be_told_by_name),
        TEST(test_an_ask_whose_help_was_withdrawn_ends_at_its_due_time),
        TEST(test_a_name_narrows_the_help),
        TEST(test_mother_says_fine_grandmother_says_help),
        TEST(test_a_later_fine_does_not_close_help),
        TEST(test_help_after_fine_is_help_and_the_mentor_knows),
        TEST(test_silence_until_due_expires),
        TEST(test_answer_after_due_within_grace_turns_expired_into_answered),
        TEST(test_an_answer_after_the_grace_goes_to_a_person),
        TEST(test_help_is_never_late),
        TEST(test_reply_from_before_the_question_does_not_answer_it),
        TEST(test_one_missed_call_means_received_never_fine),
        TEST(test_two_missed_calls_wait_for_a_person),
        TEST(test_a_missed_call_is_no_rsvp),
        TEST(test_a_missed_call_acknowledges_no_emergency),
        TEST(test_what_goes_beyond_the_grammar_reaches_the_mentor),
        TEST(test_a_changed_answer_is_echoed_and_the_same_again_is_not),
        TEST(test_the_same_reply_twice_counts_once),
        TEST(test_a_key_pressed_in_the_call_is_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
