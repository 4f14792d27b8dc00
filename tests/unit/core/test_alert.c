/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of alerts: words in both languages, what each kind promises, the nine situations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/alert.h"
#include "lib/memory.h"

static void test_every_kind_has_its_row_and_reads_back_in_both_languages(void **state)
{
    (void)state;
    for (enum alert_kind kind = 0; kind < ALERT_KINDS; kind++) {
        const struct alert_row *row = alert_row(kind);
        enum alert_kind read = ALERT_KINDS;

        assert_true(alert_kind_parse(&read, row->name));
        assert_int_equal(read, kind);
        assert_true(alert_kind_parse(&read, row->zh));
        assert_int_equal(read, kind);
        assert_true(strlen(row->en) > 0 && strlen(row->template) > 0);
        assert_non_null(strstr(alert_kind_list, row->name));
    }
}

static void test_kinds_are_known_as_people_write_them(void **state)
{
    static const struct {
        const char *word;
        enum alert_kind kind;
    } rows[] = {
        { "storm", ALERT_STORM },
        { "STORM", ALERT_STORM },
        { "road closed", ALERT_ROAD_CLOSED },
        { "road-closed", ALERT_ROAD_CLOSED },
        { "走失", ALERT_MISSING },
        { "失踪", ALERT_MISSING },
        { "bullying", ALERT_VIOLENCE },
        { "强制报告", ALERT_MANDATORY_REPORT },
        { "emergency", ALERT_OTHER },
        { "mandatory report", ALERT_MANDATORY_REPORT },
        { "其他", ALERT_OTHER },
    };
    enum alert_kind kind;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!alert_kind_parse(&kind, rows[i].word) || kind != rows[i].kind)
            fail_msg("%s: want %s", rows[i].word, alert_row(rows[i].kind)->name);
    }
    assert_false(alert_kind_parse(&kind, ""));
    assert_false(alert_kind_parse(&kind, "party"));
    assert_false(alert_kind_parse(&kind, "stor"));
    assert_string_equal(alert_kind_nearest("strom"), "storm");
}

static void test_severities_are_known_by_colour_grade_and_number(void **state)
{
    static const struct {
        const char *word;
        enum severity severity;
    } rows[] = {
        { "red", SEVERITY_RED },     { "RED", SEVERITY_RED },      { "红", SEVERITY_RED },
        { "红色", SEVERITY_RED },    { "红色预警", SEVERITY_RED }, { "Ⅰ级", SEVERITY_RED },
        { "I级", SEVERITY_RED },     { "1", SEVERITY_RED },        { "特别重大", SEVERITY_RED },
        { "橙色", SEVERITY_ORANGE }, { "重大", SEVERITY_ORANGE },  { "II", SEVERITY_ORANGE },
        { "二级", SEVERITY_ORANGE }, { "黄", SEVERITY_YELLOW },    { "3", SEVERITY_YELLOW },
        { "较大", SEVERITY_YELLOW }, { " blue ", SEVERITY_BLUE },  { "一般", SEVERITY_BLUE },
        { "Ⅳ", SEVERITY_BLUE },
    };
    enum severity severity;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!severity_parse(&severity, rows[i].word) || severity != rows[i].severity)
            fail_msg("%s: want %s", rows[i].word, severity_name(rows[i].severity));
    }
    assert_false(severity_parse(&severity, "很急"));
    assert_false(severity_parse(&severity, ""));
    assert_false(severity_parse(&severity, "5"));
    assert_string_equal(severity_word(SEVERITY_ORANGE, true), "橙色");
    assert_string_equal(severity_word(SEVERITY_ORANGE, false), "orange");
}

static void test_warnings_are_the_weather_and_the_road(void **state)
{
    (void)state;
    for (enum alert_kind kind = 0; kind < ALERT_KINDS; kind++)
        assert_int_equal(alert_row(kind)->warning,
                         kind == ALERT_STORM || kind == ALERT_FLOOD || kind == ALERT_ROAD_CLOSED);
    assert_true(alert_row(ALERT_VIOLENCE)->families);
    assert_true(alert_row(ALERT_MANDATORY_REPORT)->secret);
}

static void test_clocks_run_half_an_hour_one_and_two_hours(void **state)
{
    (void)state;
    assert_int_equal(alert_clock_default(CLOCK_GUARDIAN), 30 * MINUTE_MS);
    assert_int_equal(alert_clock_default(CLOCK_PARENTS), 60 * MINUTE_MS);
    assert_int_equal(alert_clock_default(CLOCK_AUTHORITIES), 120 * MINUTE_MS);
    assert_int_equal(alert_clock_default(CLOCK_REPORT), 60 * MINUTE_MS);
    assert_int_equal(alert_clock_default(CLOCK_RESULT), 7 * DAY_MS);
    for (enum alert_clock clock = 0; clock < ALERT_CLOCKS; clock++) {
        enum alert_clock read = ALERT_CLOCKS;

        assert_true(alert_clock_parse(&read, alert_clock_name(clock)));
        assert_int_equal(read, clock);
        assert_int_equal(alert_row(ALERT_MISSING)->clocks[clock], clock <= CLOCK_AUTHORITIES);
        assert_int_equal(alert_row(ALERT_MANDATORY_REPORT)->clocks[clock], clock >= CLOCK_REPORT);
    }
    assert_false(alert_row(ALERT_STORM)->clocks[CLOCK_PARENTS]);
}

static void test_the_nine_situations_are_known_by_number_name_and_words(void **state)
{
    (void)state;
    for (int n = 1; n <= SITUATIONS; n++) {
        const char number[] = { (char)('0' + n), '\0' };

        assert_int_equal(situation_parse(number), n);
        assert_int_equal(situation_parse(situation_row(n)->name), n);
        assert_int_equal(situation_parse(situation_row(n)->zh), n);
    }
    assert_int_equal(situation_parse("begging"), 8);
    assert_int_equal(situation_parse("0"), 0);
    assert_int_equal(situation_parse("10"), 0);
    assert_int_equal(situation_parse(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_has_its_row_and_reads_back_in_both_languages),
        cmocka_unit_test(test_kinds_are_known_as_people_write_them),
        cmocka_unit_test(test_severities_are_known_by_colour_grade_and_number),
        cmocka_unit_test(test_warnings_are_the_weather_and_the_road),
        cmocka_unit_test(test_clocks_run_half_an_hour_one_and_two_hours),
        cmocka_unit_test(test_the_nine_situations_are_known_by_number_name_and_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
