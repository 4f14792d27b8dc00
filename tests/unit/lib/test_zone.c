/* SPDX-License-Identifier: Apache-2.0 */
/* Local time: reading and writing, days, and what becomes of readings that a change of the clock leaves out or repeats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/zone.h"

static struct zone open_zone(const char *name)
{
    struct zone zone;

    assert_true(zone_open(&zone, name, NULL));
    return zone;
}

static void test_an_unknown_zone_is_refused_with_a_way_out(void **state)
{
    struct zone zone = { NULL };
    struct error err;

    (void)state;
    assert_false(zone_open(&zone, "Asia/Beijing", &err));
    assert_non_null(strstr(err.text, "Asia/Shanghai"));
    assert_false(zone_open(&zone, "", &err));
    assert_false(zone_open(&zone, "../../../etc/passwd", &err));
    assert_null(zone.ical);
}

static void test_an_instant_is_shown_as_people_read_it(void **state)
{
    const struct local_time t =
        zone_local(open_zone("Asia/Shanghai"), 1795564800000 + 999); /* 25 November 2026, midnight in UTC */

    (void)state;
    assert_int_equal(t.year, 2026);
    assert_int_equal(t.month, 11);
    assert_int_equal(t.day, 25);
    assert_int_equal(t.hour, 8);
    assert_int_equal(t.minute, 0);
    assert_int_equal(t.second, 0);
    assert_int_equal(t.weekday, 3); /* a Wednesday */
}

/* A text in a zone, and the same instant written with its offset. */
static const struct {
    const char *zone, *text, *want;
} read[] = {
    { "Asia/Shanghai", "2026-11-24 18:00", "2026-11-24T18:00:00+08:00" },
    { "Asia/Shanghai", "2026-11-24T18:00:05", "2026-11-24T18:00:05+08:00" },
    { "Asia/Shanghai", "2026-9-1 8:00", "2026-09-01T08:00:00+08:00" },
    { "Asia/Shanghai", "2026-11-24T10:00:00Z", "2026-11-24T18:00:00+08:00" },
    { "Asia/Shanghai", "2026-11-24t10:00z", "2026-11-24T18:00:00+08:00" },
    { "Asia/Shanghai", "2026-11-24T18:00:00.75+08:00", "2026-11-24T18:00:00+08:00" },
    { "Asia/Shanghai", "2026-11-24T05:00:00-05:00", "2026-11-24T18:00:00+08:00" },
    { "Asia/Shanghai", "2024-02-29 00:00", "2024-02-29T00:00:00+08:00" },
    { "Asia/Kathmandu", "2026-11-24 18:00", "2026-11-24T18:00:00+05:45" },
    { "America/New_York", "2026-11-24 18:00", "2026-11-24T18:00:00-05:00" },
    { "America/St_Johns", "2026-11-24 18:00", "2026-11-24T18:00:00-03:30" },
    { "UTC", "2026-11-24 18:00", "2026-11-24T18:00:00+00:00" },
    { "UTC", "1970-01-01 00:00", "1970-01-01T00:00:00+00:00" },
    { "America/New_York", "2040-07-01 12:00", "2040-07-01T12:00:00-04:00" },
    /* put forward on 8 March 2026 at 02:00: what does not exist is the first instant after the gap */
    { "America/New_York", "2026-03-08 01:59", "2026-03-08T01:59:00-05:00" },
    { "America/New_York", "2026-03-08 02:00", "2026-03-08T03:00:00-04:00" },
    { "America/New_York", "2026-03-08 02:30", "2026-03-08T03:00:00-04:00" },
    { "America/New_York", "2026-03-08 03:00", "2026-03-08T03:00:00-04:00" },
    /* put back on 1 November at 02:00: what exists twice is the first */
    { "America/New_York", "2026-11-01 01:30", "2026-11-01T01:30:00-04:00" },
    { "America/New_York", "2026-11-01 02:00", "2026-11-01T02:00:00-05:00" },
    { "Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-04T02:30:00+11:00" }, /* a gap of half an hour */
    { "Europe/Berlin", "2026-10-25 02:30", "2026-10-25T02:30:00+02:00" },
    { "Asia/Beirut", "2026-03-29 00:00", "2026-03-29T01:00:00+03:00" }, /* midnight itself is left out */
};

static void test_times_are_read_and_written_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(read); i++) {
        const struct zone zone = open_zone(read[i].zone);
        struct error err = { "" };
        char got[RFC3339_MAX];
        time_ms at = 0;

        if (!zone_parse(&at, zone, read[i].text, &err))
            fail_msg("%s: %s", read[i].text, err.text);
        zone_format(got, zone, at);
        if (strcmp(got, read[i].want) != 0)
            fail_msg("%s %s: got %s, want %s", read[i].zone, read[i].text, got, read[i].want);
    }
}

static void test_milliseconds_are_kept(void **state)
{
    const struct zone zone = open_zone("UTC");
    time_ms at = 0;

    (void)state;
    assert_true(zone_parse(&at, zone, "1970-01-01T00:00:01.5Z", NULL));
    assert_int_equal(at, 1500);
    assert_true(zone_parse(&at, zone, "1970-01-01T00:00:01.123456789Z", NULL));
    assert_int_equal(at, 1123);
}

static void test_what_is_no_time_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "tomorrow",
        "2026-11-24",
        "2026-11-24 ",
        "2026-11-24 18",
        "2026-11-24 18:0",
        "2026-11-24 18:00 ",
        " 2026-11-24 18:00",
        "2026-11-24 18:00:5",
        "2026-11-24 18:00:00.",
        "2026-11-24 24:00",
        "2026-11-24 18:60",
        "2026-11-24 18:00:60",
        "2026-02-29 18:00",
        "2026-13-01 18:00",
        "2026-00-01 18:00",
        "2026-04-31 18:00",
        "20261124 18:00",
        "2026- 1- 5 18:00",
        "2026-+1-+5 18:00",
        "26-01-05 18:00",
        "0026-01-05 18:00",
        "2500-01-01 18:00",
        "2026-11-24T18:00+8",
        "2026-11-24T18:00+08",
        "2026-11-24T18:00+0800",
        "2026-11-24T18:00+24:00",
        "2026-11-24T18:00+08:60",
        "2026-11-24T18:00+08:00x",
        "2026-11-24T18:00Zx",
        "2026/11/24 18:00",
        "2026-11-24_18:00",
    };
    const struct zone zone = open_zone("Asia/Shanghai");
    struct error err;
    time_ms at = 7;

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        if (zone_parse(&at, zone, texts[i], &err))
            fail_msg("\"%s\": taken, want refused", texts[i]);
        assert_non_null(strstr(err.text, "write it like 2026-11-24 18:00"));
        assert_int_equal(at, 7);
    }
}

static void test_a_day_begins_at_its_first_instant(void **state)
{
    const struct zone york = open_zone("America/New_York"), beirut = open_zone("Asia/Beirut");
    char got[RFC3339_MAX];
    time_ms at = 0;

    (void)state;
    assert_true(zone_parse(&at, york, "2026-03-08 12:00", NULL));
    zone_format(got, york, zone_day_start(york, at, 0));
    assert_string_equal(got, "2026-03-08T00:00:00-05:00");
    zone_format(got, york, zone_day_start(york, at, 1));
    assert_string_equal(got, "2026-03-09T00:00:00-04:00");
    zone_format(got, york, zone_day_start(york, at, -8));
    assert_string_equal(got, "2026-02-28T00:00:00-05:00");
    assert_true(zone_parse(&at, beirut, "2026-03-29 12:00", NULL));
    zone_format(got, beirut, zone_day_start(beirut, at, 0));
    assert_string_equal(got, "2026-03-29T01:00:00+03:00");
}

static void test_offsets_follow_the_season(void **state)
{
    const struct zone zone = open_zone("Europe/Berlin");

    (void)state;
    assert_int_equal(zone_offset(zone, 1782864000123), 2 * HOUR_MS); /* 1 July 2026 */
    assert_int_equal(zone_offset(zone, 1767225600999), HOUR_MS);     /* 1 January 2026 */
    assert_int_equal(zone_offset(zone, -1), HOUR_MS);
}

static void test_the_ends_of_time_are_harmless(void **state)
{
    const struct zone zone = open_zone("America/New_York");
    char got[RFC3339_MAX];

    (void)state;
    zone_format(got, zone, -1);
    assert_string_equal(got, "1969-12-31T18:59:59-05:00");
    assert_int_equal(zone_local(zone, TIME_NEVER).year, 2499);
    assert_int_equal(zone_local(zone, INT64_MIN).year, 1910);
    assert_true(zone_instant(zone, (struct local_time){ .year = 9999, .month = 1, .day = 1 }) > 0);
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
        cmocka_unit_test(test_an_unknown_zone_is_refused_with_a_way_out),
        cmocka_unit_test(test_an_instant_is_shown_as_people_read_it),
        cmocka_unit_test(test_times_are_read_and_written_back),
        cmocka_unit_test(test_milliseconds_are_kept),
        cmocka_unit_test(test_what_is_no_time_is_refused),
        cmocka_unit_test(test_a_day_begins_at_its_first_instant),
        cmocka_unit_test(test_offsets_follow_the_season),
        cmocka_unit_test(test_the_ends_of_time_are_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, close_zones);
}
