/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the clock is believed: what each sign is called, what holds routine work, and what people are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/trust.h"
#include "lib/memory.h"

#define NOW (20000 * DAY_MS)

/* A machine in good order. */
static const struct trust_signs good = { .now = NOW,
                                         .last_seen = NOW - HOUR_MS,
                                         .build = NOW - 100 * DAY_MS,
                                         .confirmed = TIME_NEVER,
                                         .synchronised = true,
                                         .knows_sync = true };

static void expect(struct trust_signs signs, const char *name, bool holds)
{
    const enum trust got = trust_judge(&signs);

    assert_string_equal(trust_name(got), name);
    assert_int_equal(trust_holds(got), holds);
}

static void test_a_clock_in_good_order_is_believed(void **state)
{
    struct trust_signs signs = good;

    (void)state;
    expect(signs, "good", false);
    signs.last_seen = TIME_NEVER; /* a new store */
    signs.build = TIME_NEVER;
    expect(signs, "good", false);
    signs.knows_sync = signs.synchronised = false; /* a container does not know */
    expect(signs, "good", false);
}

static void test_a_clock_before_the_last_time_stored_holds_routine_work(void **state)
{
    struct trust_signs signs = good;

    (void)state;
    signs.last_seen = NOW + MINUTE_MS; /* what a time server sets back */
    expect(signs, "good", false);
    signs.last_seen = NOW + MINUTE_MS + 1;
    expect(signs, "before_last_seen", true);
}

static void test_a_person_may_confirm_the_earlier_time(void **state)
{
    struct trust_signs signs = good;

    (void)state;
    signs.last_seen = NOW + 300 * DAY_MS; /* the clock had once shown next year */
    signs.confirmed = NOW - HOUR_MS;
    expect(signs, "good", false);
    signs.now -= DAY_MS; /* what was confirmed was not this */
    expect(signs, "before_last_seen", true);
}

static void test_a_clock_before_the_build_is_wrong_whatever_is_confirmed(void **state)
{
    struct trust_signs signs = good;

    (void)state;
    signs.now = 0;
    signs.confirmed = 0;
    signs.last_seen = TIME_NEVER;
    expect(signs, "before_build", true);
}

static void test_a_clock_that_nothing_steers_or_that_leapt_is_only_doubted(void **state)
{
    struct trust_signs signs = good;

    (void)state;
    signs.synchronised = false;
    expect(signs, "unsynchronised", false);
    signs.leapt = 8 * DAY_MS;
    expect(signs, "leapt", false);
    signs.leapt = -8 * DAY_MS;
    expect(signs, "leapt", false);
    signs.leapt = 2 * HOUR_MS;
    expect(signs, "unsynchronised", false);
}

static void test_the_sentence_names_both_times_and_the_way_out(void **state)
{
    struct trust_signs signs = good;
    char text[TRUST_TEXT_MAX];
    struct zone zone;

    (void)state;
    assert_true(zone_open(&zone, "Asia/Shanghai", NULL));
    assert_true(zone_parse(&signs.now, zone, "2026-01-01 08:00", NULL));
    assert_true(zone_parse(&signs.last_seen, zone, "2026-11-24 18:30", NULL));
    signs.build = TIME_NEVER;
    trust_sentence(text, trust_judge(&signs), &signs, zone, "en");
    assert_string_equal(text, "the clock shows 2026-01-01 08:00, but the store was in use at 2026-11-24 18:30: routine "
                              "messages are held; set the clock, or confirm that it is right");
    trust_sentence(text, trust_judge(&signs), &signs, zone, "zh");
    assert_non_null(strstr(text, "时钟显示 2026-01-01 08:00，但数据库在 2026-11-24 18:30 还在使用"));
    trust_sentence(text, TRUST_GOOD, &signs, zone, "en");
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_clock_in_good_order_is_believed),
        cmocka_unit_test(test_a_clock_before_the_last_time_stored_holds_routine_work),
        cmocka_unit_test(test_a_person_may_confirm_the_earlier_time),
        cmocka_unit_test(test_a_clock_before_the_build_is_wrong_whatever_is_confirmed),
        cmocka_unit_test(test_a_clock_that_nothing_steers_or_that_leapt_is_only_doubted),
        cmocka_unit_test(test_the_sentence_names_both_times_and_the_way_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
