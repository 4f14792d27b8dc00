/* SPDX-License-Identifier: Apache-2.0 */
/* The school's days on a screen: a month, and the dates of a schedule with what the calendar does to them. */
#include "fake_daemon.h"

static void test_a_month_stands_day_by_day_with_what_is_scheduled(void **state)
{
    static const struct fake_line lines[] = {
        { "GET /v1/calendar?month=2026-10", 200,
          "{\"items\":[{\"date\":\"2026-10-07\",\"weekday\":\"周三\",\"kind\":\"holiday\",\"school\":false,\"acts_as\":"
          "null,"
          "\"name\":\"国庆节\",\"name_en\":\"National "
          "Day\",\"week\":6,\"term\":\"秋季学期\",\"schedules\":[],\"warning\":null},"
          "{\"date\":\"2026-10-08\",\"weekday\":\"周四\",\"kind\":\"school\",\"school\":true,\"week\":6,\"term\":"
          "\"秋季学期\","
          "\"schedules\":[{\"name\":\"roll\",\"at\":\"2026-10-08T07:30:00+08:00\",\"from\":null},"
          "{\"name\":\"monthly\",\"at\":\"2026-10-08T09:00:00+08:00\",\"from\":\"2026-10-03T09:00:00+08:00\"}],"
          "\"warning\":\"not settled\"},"
          "{\"date\":\"2026-10-10\",\"weekday\":\"周六\",\"kind\":\"make_up\",\"school\":true,\"acts_as\":\"周三\","
          "\"week\":0,"
          "\"term\":\"秋季学期\",\"schedules\":[],\"warning\":\"not settled\"}],\"next\":null}" },
        { NULL, 0, NULL },
    };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "calendar", "show", "--month", "2026-10");
    assert_string_equal(ran.err, "");
    assert_string_equal(
        ran.out, "秋季学期\n"
                 "date        weekday  week    day                called        scheduled\n"
                 "2026-10-07  Wed      week 6  holiday            National Day\n"
                 "2026-10-08  Thu      week 6  school day                       07:30 roll; 09:00 monthly ←10-03\n"
                 "2026-10-10  Sat      week 0  make-up day (Wed)\n"
                 "warning: not settled\n");
    ran_free(&ran);
    fake_close(&fake);
}

static void test_dates_that_are_moved_or_left_out_say_why(void **state)
{
    static const struct fake_line lines[] = {
        { "GET /v1/schedules/roll/preview", 200,
          "{\"items\":[{\"at\":\"2026-10-08T07:30:00+08:00\",\"weekday\":\"Thursday\",\"acts_as\":null,\"week\":6,"
          "\"from\":\"2026-10-01T07:30:00+08:00\",\"why\":\"National Day\",\"quiet\":null,\"warning\":\"w\","
          "\"skipped\":[{\"at\":\"2026-10-02T07:30:00+08:00\",\"weekday\":\"Friday\",\"why\":\"National "
          "Day\"}]}],\"next\":null}" },
        { NULL, 0, NULL },
    };
    struct fake fake;
    struct ran ran;

    (void)state;
    fake_open(&fake, lines);
    ran = fake_cli(&fake, "", "schedule", "preview", "roll");
    assert_string_equal(ran.err, "");
    assert_non_null(strstr(ran.out, "2026-10-08 07:30:00  Thu"));
    assert_non_null(strstr(ran.out, "10-01 07:30  National Day\n"));
    assert_non_null(strstr(ran.out, "\nLeft out\n"));
    assert_non_null(strstr(ran.out, "2026-10-02 07:30:00  Fri      National Day\n"));
    assert_non_null(strstr(ran.out, "warning: w\n"));
    ran_free(&ran);
    fake_close(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_month_stands_day_by_day_with_what_is_scheduled),
        cmocka_unit_test(test_dates_that_are_moved_or_left_out_say_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
