/* SPDX-License-Identifier: Apache-2.0 */
/* What phones say about themselves: wrong number, opt-out, opt-in; strangers, automats, restricted persons; no loops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "support/family.h"

static int64_t asked(struct family *f, enum kind kind)
{
    const int64_t cause = world_ask(f->world, kind, "student:S1", kind == KIND_CHECKIN ? NULL : "请来学校");

    world_settle(f->world);
    free(expect_job(f->world, GRANNY));
    return cause;
}

static void test_wrong_number_stops_the_line_and_tells_the_mentor(void **state)
{
    struct family *f = *state;
    const int64_t cause = asked(f, KIND_CHECKIN);

    world_reply(f->world, GRANNY, "打错了");
    world_settle(f->world);
    expect_text(world_words(f->world, "SELECT state FROM line WHERE e164 = '" GRANNY "'"), "wrong");
    expect_text(family_outcome(f, cause, f->ming), "wrong_number");
    expect_in(expect_job(f->world, MENTOR), "王小明");
    world_ask(f->world, KIND_EMERGENCY, "student:S1", "请来学校");
    world_settle(f->world);
    expect_silence(f->world, GRANNY);
    free(expect_job(f->world, MOTHER)); /* the next who may be told */
}

static void test_a_wrong_number_out_of_the_blue_tells_the_mentor_too(void **state)
{
    struct family *f = *state;

    world_reply(f->world, GRANNY, "你打错了，我不认识");
    world_settle(f->world);
    expect_text(world_words(f->world, "SELECT state FROM line WHERE e164 = '" GRANNY "'"), "wrong");
    expect_in(expect_job(f->world, MENTOR), "王小明");
}

static void test_one_wrong_number_does_not_end_the_question_to_the_other(void **state)
{
    struct family *f = *state;
    int64_t cause;

    world_sql(f->world, "UPDATE relation SET guardian = 1");
    cause = world_ask(f->world, KIND_CHECKIN, "guardians-of:student:S1", NULL);
    world_settle(f->world);
    world_reply(f->world, GRANNY, "打错了");
    world_settle(f->world);
    expect_text(family_ask_state(f, cause, f->ming), "open");
    world_reply(f->world, MOTHER, "1");
    expect_text(family_outcome(f, cause, f->ming), "fine");
}

static void test_what_waits_for_a_wrong_number_is_cancelled(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    w->now = world_time(w, "2026-10-08 22:00");
    world_ask(w, KIND_NOTICE, "student:S1", "明天放假");
    world_settle(w);
    world_reply(w, GRANNY, "打错了");
    expect_text(world_words(w, "SELECT state || ' ' || reason FROM message WHERE text IS NULL"),
                "cancelled wrong_number");
}

static void test_optout_holds_routine_but_not_emergencies(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    world_reply(w, GRANNY, "退订");
    world_settle(w);
    free(expect_job(w, GRANNY)); /* that it is noted */
    world_sql(w, "DELETE FROM relation WHERE person = 2");
    world_ask(w, KIND_NOTICE, "student:S1", "明天放假");
    world_settle(w);
    expect_silence(w, GRANNY);
    world_ask(w, KIND_EMERGENCY, "student:S1", "请来学校");
    world_settle(w);
    expect_in(expect_job(w, GRANNY), "请来学校");
}

static void test_an_optout_holds_what_is_queued_already(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    w->now = world_time(w, "2026-10-08 22:00");
    world_ask(w, KIND_NOTICE, "student:S1", "明天放假");
    world_settle(w);
    world_reply(w, GRANNY, "T");
    world_until(w, world_time(w, "2026-10-09 08:00"));
    expect_text(world_words(w, "SELECT state || ' ' || reason FROM message WHERE note IS NULL"), "cancelled opted_out");
}

static void test_optin(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    world_reply(w, GRANNY, "退订");
    world_settle(w);
    free(expect_job(w, GRANNY));
    world_reply(w, GRANNY, "恢复");
    world_settle(w);
    free(expect_job(w, GRANNY));
    world_ask(w, KIND_NOTICE, "student:S1", "明天放假");
    world_settle(w);
    expect_in(expect_job(w, GRANNY), "明天放假");
}

static void test_automatic_answers_stop_after_three_in_a_day(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    int answered = 0;

    asked(f, KIND_CHECKIN);
    for (int i = 0; i < 6; i++) {
        char *text;

        world_reply(w, GRANNY, "孩子发烧了");
        world_settle(w);
        while ((text = world_deliver(w, GRANNY))) {
            free(text);
            answered++;
        }
        w->now += HOUR_MS;
    }
    assert_int_equal(answered, 3);
}

static void test_no_24_hours_hold_more_than_three_automatic_answers(void **state)
{
    static const time_ms at[] = { 0, 22 * HOUR_MS, 23 * HOUR_MS, 25 * HOUR_MS, 26 * HOUR_MS };
    struct family *f = *state;
    struct world *w = f->world;
    const time_ms start = w->now;

    asked(f, KIND_CHECKIN);
    for (size_t i = 0; i < COUNT(at); i++) {
        w->now = start + at[i] + MINUTE_MS;
        world_reply(w, GRANNY, "孩子发烧了");
    }
    assert_int_equal(world_value(w, "SELECT count(*) FROM cause WHERE kind = 'echo'"),
                     4); /* 0, 22, 23, 25: not the fifth */
}

static void test_a_stranger_is_kept_and_not_answered(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    world_reply(w, "+8619900000099", "救命，孩子出事了");
    world_settle(w);
    expect_text(family_reply_state(f), "waiting");
    expect_silence(w, "+8619900000099");
}

static void test_a_short_or_alphabetic_sender_is_never_answered(void **state)
{
    struct family *f = *state;

    world_reply(f->world, "10086", "您的话费不足，请及时充值");
    expect_text(family_reply_state(f), "waiting");
    world_reply(f->world, "BANK", "1");
    world_settle(f->world);
    assert_int_equal(f->world->job_count, 0);
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM message"), 0);
}

static void test_an_automat_is_not_answered_and_answers_nothing(void **state)
{
    struct family *f = *state;
    const int64_t cause = asked(f, KIND_CHECKIN);

    world_reply(f->world, GRANNY, "【自动回复】您好，我现在有事不在，稍后联系您。");
    world_settle(f->world);
    expect_text(family_outcome(f, cause, f->ming), "");
    expect_text(family_reply_state(f), "ignored");
    expect_silence(f->world, GRANNY);
}

static void test_a_restricted_person_counts_for_no_ask_and_is_not_answered(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t cause = asked(f, KIND_CHECKIN);

    world_reply(w, FATHER, "小明有事，快告诉我");
    world_reply(w, FATHER, "退订");
    world_settle(w);
    expect_text(family_outcome(f, cause, f->ming), "");
    expect_silence(w, FATHER);
}

static void test_a_restriction_entered_after_the_question_holds_for_the_answer(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t cause = world_ask(w, KIND_CHECKIN, "class:三1", NULL);

    world_settle(w);
    free(expect_job(w, GRANNY));
    world_sql(w, "UPDATE relation SET restricted = 1 WHERE person = 1 AND student = 1");
    world_reply(w, GRANNY, "1");
    expect_text(family_outcome(f, cause, f->ming), "");
    expect_text(family_outcome(f, cause, f->hong), "fine");
}

static void test_two_persons_of_one_phone_asked_for_themselves_are_asked_back_without_a_child(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    /* two teachers on one phone: no child is named, and the reply is stored */
    world_sql(w, "INSERT INTO person_line (person, line, rank, confirmed_at) VALUES (2, 1, 2, 1)");
    world_sql(w, "UPDATE person_line SET rank = 3 WHERE person = 2 AND line = 2");
    world_sql(w, "INSERT INTO role (person, role) VALUES (1, 'duty'), (2, 'duty')");
    world_ask(w, KIND_DUTY, "role:duty", "请查寝");
    world_settle(w);
    world_reply(w, GRANNY, "嗯？");
    world_settle(w);
    assert_int_equal(world_value(w, "SELECT count(*) FROM reply"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, family_setup, family_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_wrong_number_stops_the_line_and_tells_the_mentor),
        TEST(test_a_wrong_number_out_of_the_blue_tells_the_mentor_too),
        TEST(test_one_wrong_number_does_not_end_the_question_to_the_other),
        TEST(test_what_waits_for_a_wrong_number_is_cancelled),
        TEST(test_optout_holds_routine_but_not_emergencies),
        TEST(test_an_optout_holds_what_is_queued_already),
        TEST(test_optin),
        TEST(test_automatic_answers_stop_after_three_in_a_day),
        TEST(test_no_24_hours_hold_more_than_three_automatic_answers),
        TEST(test_a_stranger_is_kept_and_not_answered),
        TEST(test_a_short_or_alphabetic_sender_is_never_answered),
        TEST(test_an_automat_is_not_answered_and_answers_nothing),
        TEST(test_a_restricted_person_counts_for_no_ask_and_is_not_answered),
        TEST(test_a_restriction_entered_after_the_question_holds_for_the_answer),
        TEST(test_two_persons_of_one_phone_asked_for_themselves_are_asked_back_without_a_child),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
