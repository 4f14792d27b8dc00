/* SPDX-License-Identifier: Apache-2.0 */
/* Quiet hours: reading them, and their ends on ordinary days and on the days when a clock is put forward or back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/hours.h"
#include "lib/memory.h"

static struct zone open_zone(const char *name)
{
    struct zone zone;

    assert_true(zone_open(&zone, name, NULL));
    return zone;
}

static time_ms at(struct zone zone, const char *text)
{
    time_ms instant = 0;
    struct error err;

    if (!zone_parse(&instant, zone, text, &err))
        fail_msg("%s", err.text);
    return instant;
}

static void test_hours_are_read_and_written(void **state)
{
    struct hours hours;
    char text[HOURS_MAX];

    (void)state;
    assert_true(hours_parse(&hours, "21:00-07:00", NULL));
    assert_int_equal(hours.from, 1260);
    assert_int_equal(hours.to, 420);
    hours_format(text, hours);
    assert_string_equal(text, "21:00-07:00");
    assert_true(hours_parse_pair(&hours, "9:05", "23:59", NULL));
    hours_format(text, hours);
    assert_string_equal(text, "09:05-23:59");
    assert_true(hours_parse(&hours, "none", NULL));
    hours_format(text, hours);
    assert_string_equal(text, "none");
}

static void test_what_is_no_time_of_day_is_refused(void **state)
{
    static const char *const spans[] = { "",
                                         "21:00",
                                         "21:00-",
                                         "21:00-7",
                                         "24:00-07:00",
                                         "21:60-07:00",
                                         "21:00-07:00 ",
                                         "-1:00-07:00",
                                         "21:00–07:00",
                                         "2100-0700",
                                         "021:00-07:00" };
    static const char *const times[] = { "", "7", "7:0", "24:00", "12:60", "+7:00", "07:00x", ":30", "7:5a" };
    struct hours hours = { 1, 2 };
    struct error err;
    int minute = 3;

    (void)state;
    for (size_t i = 0; i < COUNT(spans); i++)
        if (hours_parse(&hours, spans[i], &err))
            fail_msg("\"%s\": taken, want refused", spans[i]);
    for (size_t i = 0; i < COUNT(times); i++)
        if (hours_parse_time(&minute, times[i], &err))
            fail_msg("\"%s\": taken, want refused", times[i]);
    assert_false(hours_parse_pair(&hours, "21:00", "7", &err));
    assert_non_null(strstr(err.text, "write it like 07:00"));
    assert_int_equal(hours.from, 1);
    assert_int_equal(minute, 3);
}

/* In `zone`, at `now`, quiet hours `span` hold until `end` (the same text: they do not hold). */
static const struct {
    const char *zone, *span, *now, *end;
} cases[] = {
    { "Asia/Shanghai", "21:00-07:00", "2026-11-24T20:59:59+08:00", "2026-11-24T20:59:59+08:00" },
    { "Asia/Shanghai", "21:00-07:00", "2026-11-24T21:00:00+08:00", "2026-11-25T07:00:00+08:00" },
    { "Asia/Shanghai", "21:00-07:00", "2026-11-24T23:30:17+08:00", "2026-11-25T07:00:00+08:00" },
    { "Asia/Shanghai", "21:00-07:00", "2026-12-31T23:30:00+08:00", "2027-01-01T07:00:00+08:00" },
    { "Asia/Shanghai", "21:00-07:00", "2026-11-25T06:59:59+08:00", "2026-11-25T07:00:00+08:00" },
    { "Asia/Shanghai", "21:00-07:00", "2026-11-25T07:00:00+08:00", "2026-11-25T07:00:00+08:00" },
    { "Asia/Shanghai", "12:00-14:30", "2026-11-24T13:00:00+08:00", "2026-11-24T14:30:00+08:00" },
    { "Asia/Shanghai", "12:00-14:30", "2026-11-24T11:59:00+08:00", "2026-11-24T11:59:00+08:00" },
    { "Asia/Shanghai", "none", "2026-11-24T00:00:00+08:00", "2026-11-24T00:00:00+08:00" },
    { "Asia/Shanghai", "08:00-08:00", "2026-11-24T08:00:00+08:00", "2026-11-24T08:00:00+08:00" },
    /* New York puts its clock forward on 8 March 2026 at 02:00 … */
    { "America/New_York", "21:00-07:00", "2026-03-07T22:00:00-05:00", "2026-03-08T07:00:00-04:00" },
    { "America/New_York", "21:00-02:30", "2026-03-08T01:00:00-05:00", "2026-03-08T03:00:00-04:00" },
    /* … and back on 1 November at 02:00 */
    { "America/New_York", "21:00-07:00", "2026-10-31T22:00:00-04:00", "2026-11-01T07:00:00-05:00" },
    { "America/New_York", "21:00-01:30", "2026-11-01T00:30:00-04:00", "2026-11-01T01:30:00-04:00" },
    { "America/New_York", "21:00-01:30", "2026-11-01T01:10:00-05:00", "2026-11-01T01:30:00-05:00" },
    { "America/New_York", "01:30-06:00", "2026-11-01T01:40:00-04:00", "2026-11-01T01:00:00-05:00" },
};

static void test_quiet_hours_end_at_the_first_instant_outside(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct zone zone = open_zone(cases[i].zone);
        const time_ms now = at(zone, cases[i].now);
        struct hours hours;
        char got[RFC3339_MAX];

        assert_true(hours_parse(&hours, cases[i].span, NULL));
        zone_format(got, zone, hours_end(hours, zone, now));
        if (strcmp(got, cases[i].end) != 0)
            fail_msg("%s %s at %s: got %s, want %s", cases[i].zone, cases[i].span, cases[i].now, got, cases[i].end);
        assert_int_equal(hours_holds(hours, zone, now), strcmp(cases[i].now, cases[i].end) != 0);
    }
}

static void test_the_end_is_a_whole_second_whatever_the_moment(void **state)
{
    const struct zone zone = open_zone("Asia/Shanghai");
    const struct hours hours = { 1260, 420 };

    (void)state;
    assert_int_equal(hours_end(hours, zone, at(zone, "2026-11-24 22:00") + 123), at(zone, "2026-11-25 07:00"));
}

/* In `zone`, at `now`, quiet hours `span` have held since `begin` (the same text: they do not hold). */
static const struct {
    const char *zone, *span, *now, *begin;
} begins[] = {
    { "Asia/Shanghai", "21:00-07:00", "2026-11-24T20:59:59+08:00", "2026-11-24T20:59:59+08:00" },
    { "Asia/Shanghai", "21:00-07:00", "2026-11-24T21:00:00+08:00", "2026-11-24T21:00:00+08:00" },
    { "Asia/Shanghai", "21:00-07:00", "2026-11-24T23:30:17+08:00", "2026-11-24T21:00:00+08:00" },
    { "Asia/Shanghai", "21:00-07:00", "2026-11-01T06:59:00+08:00", "2026-10-31T21:00:00+08:00" },
    { "Asia/Shanghai", "12:00-14:00", "2026-11-24T13:00:00+08:00", "2026-11-24T12:00:00+08:00" },
    /* the night of the change: 29 March 2026, 02:00 becomes 03:00 */
    { "Europe/Berlin", "21:00-07:00", "2026-03-29T06:00:00+02:00", "2026-03-28T21:00:00+01:00" },
};

static void test_quiet_hours_began_at_their_first_instant(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(begins); i++) {
        const struct zone zone = open_zone(begins[i].zone);
        struct hours hours;
        char got[RFC3339_MAX];

        assert_true(hours_parse(&hours, begins[i].span, NULL));
        zone_format(got, zone, hours_begin(hours, zone, at(zone, begins[i].now)));
        if (strcmp(got, begins[i].begin) != 0)
            fail_msg("%s %s at %s: got %s, want %s", begins[i].zone, begins[i].span, begins[i].now, got,
                     begins[i].begin);
    }
}

static int close_zones(void **state)
{
    (void)state;
    zone_close_all();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hours_are_read_and_written),
        cmocka_unit_test(test_what_is_no_time_of_day_is_refused),
        cmocka_unit_test(test_quiet_hours_end_at_the_first_instant_outside),
        cmocka_unit_test(test_quiet_hours_began_at_their_first_instant),
        cmocka_unit_test(test_the_end_is_a_whole_second_whatever_the_moment),
    };

    return cmocka_run_group_tests(tests, NULL, close_zones);
}
