/* SPDX-License-Identifier: Apache-2.0 */
/* Durations as text, and the clock of a demo store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/memory.h"

static void test_durations_are_a_number_and_a_unit(void **state)
{
    static const struct {
        const char *text;
        time_ms ms;
    } durations[] = { { "500ms", 500 },  { "0s", 0 },         { "90s", 90000 },   { "10m", 600000 },
                      { "2h", 7200000 }, { "3d", 259200000 }, { "007m", 420000 }, { "3650d", 315360000000 } };

    (void)state;
    for (size_t i = 0; i < COUNT(durations); i++) {
        time_ms got = -1;

        if (!duration_parse(&got, durations[i].text, NULL) || got != durations[i].ms)
            fail_msg("%s: got %lld, want %lld", durations[i].text, (long long)got, (long long)durations[i].ms);
    }
}

static void test_what_is_no_duration_is_refused(void **state)
{
    static const char *const texts[] = { "",
                                         "5",
                                         "m",
                                         "-5m",
                                         "+5m",
                                         " 5m",
                                         "5 m",
                                         "5m ",
                                         "5min",
                                         "1.5h",
                                         "5M",
                                         "1h30m",
                                         "5w",
                                         "3651d",
                                         "99999999999999999999s",
                                         "9223372036854775807d",
                                         "五分" };
    struct error err;
    time_ms got = 7;

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        if (duration_parse(&got, texts[i], &err))
            fail_msg("\"%s\": taken, want refused", texts[i]);
        assert_non_null(strstr(err.text, "such as 90s, 10m, 2h or 3d"));
        assert_int_equal(got, 7);
    }
}

static void test_durations_are_written_in_the_largest_unit_that_is_exact(void **state)
{
    static const struct {
        time_ms ms;
        const char *want;
    } durations[] = { { 0, "0ms" },         { 500, "500ms" },  { 1000, "1s" },    { 90000, "90s" },
                      { 90001, "90001ms" }, { 600000, "10m" }, { 7200000, "2h" }, { 86400000, "1d" },
                      { 90000000, "25h" },  { -5, "-5ms" } };

    (void)state;
    for (size_t i = 0; i < COUNT(durations); i++) {
        char got[24];

        duration_format(got, durations[i].ms);
        if (strcmp(got, durations[i].want) != 0)
            fail_msg("%lld: got %s, want %s", (long long)durations[i].ms, got, durations[i].want);
    }
}

static void test_a_demo_clock_begins_where_it_is_told_and_runs_faster(void **state)
{
    const time_ms start = 1795564800000;
    const struct clock clock = clock_demo(start, 6480);
    const struct clock later = { .start = start, .real_start = clock_mono() - 1000, .speed = 6480 };
    const time_ms now = clock_now(&later);

    (void)state;
    assert_true(clock_now(&clock) >= start && clock_now(&clock) < start + HOUR_MS * 24);
    assert_true(now >= start + 6480 * SECOND_MS && now < start + DAY_MS);
    assert_true(clock_until(&clock, start + 6480 * SECOND_MS) <= 1001); /* a real second */
    assert_true(clock_until(&clock, start + 6480 * HOUR_MS) > 3500 * SECOND_MS);
}

static void test_waiting_is_never_negative_and_never_stays_never(void **state)
{
    const struct clock demo = clock_demo(1795564800000, 10), system = clock_system();

    (void)state;
    assert_int_equal(clock_until(&demo, 0), 0);
    assert_int_equal(clock_until(&system, 0), 0);
    assert_true(clock_until(&demo, TIME_NEVER) == TIME_NEVER);
    assert_true(clock_until(&system, TIME_NEVER) == TIME_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durations_are_a_number_and_a_unit),
        cmocka_unit_test(test_what_is_no_duration_is_refused),
        cmocka_unit_test(test_durations_are_written_in_the_largest_unit_that_is_exact),
        cmocka_unit_test(test_a_demo_clock_begins_where_it_is_told_and_runs_faster),
        cmocka_unit_test(test_waiting_is_never_negative_and_never_stays_never),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
