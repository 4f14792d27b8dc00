/* SPDX-License-Identifier: Apache-2.0 */
/* When a gateway that says it is well counts as ill: the daily text, the signal, silence, being down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "gateway/vigil.h"

static struct vigil_rules rules;

static int set_up(void **state)
{
    (void)state;
    rules = (struct vigil_rules){ .probe = true, .probe_at_min = 9 * 60 + 10, .signal_below = -105 };
    return zone_open(&rules.zone, "Asia/Shanghai", NULL) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    zone_close_all();
    return 0;
}

static time_ms at(const char *text)
{
    time_ms time = 0;

    assert_true(zone_parse(&time, rules.zone, text, NULL));
    return time;
}

static bool is(const struct vigil *v, enum vigil_trouble trouble)
{
    return v->trouble[trouble];
}

static void test_text_is_due_once_a_day_at_its_time(void **state)
{
    struct vigil v = { 0 };

    (void)state;
    vigil_probe_sent(&v, at("2026-10-08 09:10"), at("2026-10-08 09:10"));
    assert_int_equal(vigil_probe_due(&v, &rules, at("2026-10-08 09:11")), 0);
    assert_int_equal(vigil_probe_due(&v, &rules, at("2026-10-09 09:09")), 0);
    assert_int_equal(vigil_probe_due(&v, &rules, at("2026-10-09 09:10")), at("2026-10-09 09:10"));
}

static void test_a_text_missed_while_down_is_due_afterwards_and_only_the_last_one(void **state)
{
    struct vigil v = { 0 };

    (void)state;
    vigil_probe_sent(&v, at("2026-10-08 09:10"), at("2026-10-08 09:10"));
    assert_int_equal(vigil_probe_due(&v, &rules, at("2026-10-12 08:00")), at("2026-10-11 09:10"));
    vigil_probe_sent(&v, at("2026-10-11 09:10"), at("2026-10-12 08:00"));
    assert_int_equal(vigil_probe_due(&v, &rules, at("2026-10-12 08:01")), 0);
    assert_int_equal(vigil_probe_due(&v, &rules, at("2026-10-12 09:10")), at("2026-10-12 09:10"));
}

static void test_no_text_is_due_without_a_number(void **state)
{
    struct vigil v = { 0 };

    (void)state;
    rules.probe = false;
    assert_int_equal(vigil_probe_due(&v, &rules, at("2026-10-08 09:11")), 0);
}

static void test_text_that_is_not_back_in_ten_minutes_is_lost_until_one_comes_back(void **state)
{
    struct vigil v = { 0 };
    const time_ms sent = at("2026-10-08 09:10");

    (void)state;
    vigil_probe_sent(&v, sent, sent);
    assert_int_equal(vigil_look(&v, &rules, sent + 10 * MINUTE_MS - 1), 0);
    assert_int_equal(vigil_look(&v, &rules, sent + 10 * MINUTE_MS), 1U << VIGIL_LOST);
    assert_int_equal(vigil_look(&v, &rules, sent + HOUR_MS), 0); /* told once */
    assert_true(is(&v, VIGIL_LOST));
    vigil_probe_sent(&v, sent + DAY_MS, sent + DAY_MS);
    vigil_look(&v, &rules, sent + DAY_MS);
    assert_true(is(&v, VIGIL_LOST)); /* the next one is on its way: nothing is better yet */
    vigil_probe_back(&v);
    vigil_look(&v, &rules, sent + DAY_MS + 1);
    assert_false(is(&v, VIGIL_LOST));
}

static void test_text_that_is_back_in_time_is_not_lost(void **state)
{
    struct vigil v = { 0 };
    const time_ms sent = at("2026-10-08 09:10");

    (void)state;
    vigil_probe_sent(&v, sent, sent);
    vigil_probe_back(&v);
    assert_int_equal(vigil_look(&v, &rules, sent + DAY_MS), 0);
}

static void test_lost_is_forgotten_when_the_number_is_taken_away(void **state)
{
    struct vigil v = { 0 };

    (void)state;
    vigil_probe_sent(&v, 1000, 1000);
    vigil_look(&v, &rules, HOUR_MS);
    assert_true(is(&v, VIGIL_LOST));
    rules.probe = false;
    vigil_look(&v, &rules, HOUR_MS + 1);
    assert_false(is(&v, VIGIL_LOST));
}

static void test_signal_counts_as_weak_after_ten_minutes_without_a_better_one(void **state)
{
    struct vigil v = { 0 };

    (void)state;
    vigil_signal(&v, &rules, -106, 1000);
    assert_int_equal(vigil_look(&v, &rules, 1000 + 10 * MINUTE_MS - 1), 0);
    vigil_signal(&v, &rules, -105, 1000 + 9 * MINUTE_MS); /* at the bound is not below it */
    vigil_signal(&v, &rules, -110, 1000 + 10 * MINUTE_MS);
    assert_int_equal(vigil_look(&v, &rules, 1000 + 19 * MINUTE_MS), 0);
    assert_int_equal(vigil_look(&v, &rules, 1000 + 20 * MINUTE_MS), 1U << VIGIL_WEAK);
    vigil_signal(&v, &rules, INT64_MIN, 1000 + 21 * MINUTE_MS);
    vigil_look(&v, &rules, 1000 + 21 * MINUTE_MS);
    assert_false(is(&v, VIGIL_WEAK));
}

static void test_no_signal_is_too_weak_where_none_is_asked_for(void **state)
{
    struct vigil v = { 0 };

    (void)state;
    rules.signal_below = 0;
    vigil_signal(&v, &rules, -140, 1000);
    assert_int_equal(vigil_look(&v, &rules, HOUR_MS), 0);
}

static void test_down_for_five_minutes_is_trouble(void **state)
{
    struct vigil v = { 0 };

    (void)state;
    vigil_state(&v, false, 1000);
    vigil_state(&v, false, 1000 + 4 * MINUTE_MS);
    assert_int_equal(vigil_look(&v, &rules, 1000 + 5 * MINUTE_MS - 1), 0);
    assert_int_equal(vigil_look(&v, &rules, 1000 + 5 * MINUTE_MS), 1U << VIGIL_DOWN);
    vigil_state(&v, true, 1000 + 6 * MINUTE_MS);
    vigil_look(&v, &rules, 1000 + 6 * MINUTE_MS);
    assert_false(is(&v, VIGIL_DOWN));
}

/* 25 replies, one to four questions. */
static void learn(struct vigil *v)
{
    for (int i = 0; i < 25; i++) {
        vigil_asked(v, 4, 1000);
        vigil_heard(v);
    }
}

static void test_silence_is_ten_times_the_usual_without_an_answer_for_three_hours(void **state)
{
    struct vigil v = { 0 };
    const time_ms asked = DAY_MS;

    (void)state;
    learn(&v);
    vigil_asked(&v, 39, asked);
    vigil_look(&v, &rules, asked + DAY_MS);
    assert_false(is(&v, VIGIL_SILENT)); /* 39 < 10 × 4 */
    vigil_asked(&v, 1, asked + DAY_MS);
    assert_int_equal(vigil_look(&v, &rules, asked + DAY_MS + 3 * HOUR_MS - 1), 0);
    assert_int_equal(vigil_look(&v, &rules, asked + DAY_MS + 3 * HOUR_MS), 1U << VIGIL_SILENT);
    vigil_heard(&v);
    vigil_look(&v, &rules, asked + DAY_MS + 3 * HOUR_MS);
    assert_false(is(&v, VIGIL_SILENT));
}

static void test_silence_is_not_known_before_it_is_known_what_is_usual(void **state)
{
    struct vigil v = { 0 };

    (void)state;
    for (int i = 0; i < 19; i++) {
        vigil_asked(&v, 1, 1000);
        vigil_heard(&v);
    }
    vigil_asked(&v, 5000, 2000);
    assert_int_equal(vigil_look(&v, &rules, DAY_MS), 0);
}

static void test_few_questions_are_no_silence_however_quick_people_usually_are(void **state)
{
    struct vigil v = { 0 };

    (void)state;
    for (int i = 0; i < 25; i++)
        vigil_heard(&v); /* unasked */
    vigil_asked(&v, 29, 1000);
    assert_int_equal(vigil_look(&v, &rules, DAY_MS), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_text_is_due_once_a_day_at_its_time),
        TEST(test_a_text_missed_while_down_is_due_afterwards_and_only_the_last_one),
        TEST(test_no_text_is_due_without_a_number),
        TEST(test_text_that_is_not_back_in_ten_minutes_is_lost_until_one_comes_back),
        TEST(test_text_that_is_back_in_time_is_not_lost),
        TEST(test_lost_is_forgotten_when_the_number_is_taken_away),
        TEST(test_signal_counts_as_weak_after_ten_minutes_without_a_better_one),
        TEST(test_no_signal_is_too_weak_where_none_is_asked_for),
        TEST(test_down_for_five_minutes_is_trouble),
        TEST(test_silence_is_ten_times_the_usual_without_an_answer_for_three_hours),
        TEST(test_silence_is_not_known_before_it_is_known_what_is_usual),
        TEST(test_few_questions_are_no_silence_however_quick_people_usually_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
