/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The school's calendar: what entries mean, which of two counts, weeks of a term, and every mistake with file and line.
 * The shipped files of conf/calendars are held against the notices' dates, written here by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/calendar.h"
#include "lib/memory.h"
#include "lib/text.h"

#define ENTRY(lines) "BEGIN:VEVENT\n" lines "END:VEVENT\n"
#define OFF(first, behind, name)                                                                                       \
    ENTRY("DTSTART;VALUE=DATE:" first "\nDTEND;VALUE=DATE:" behind "\nSUMMARY:" name "\nCATEGORIES:OFF\n")
#define SCHOOL(day, name, more) ENTRY("DTSTART;VALUE=DATE:" day "\nSUMMARY:" name "\nCATEGORIES:SCHOOL\n" more)
#define TERM(first, behind, name, more)                                                                                \
    ENTRY("DTSTART;VALUE=DATE:" first "\nDTEND;VALUE=DATE:" behind "\nSUMMARY:" name "\nCATEGORIES:TERM\n" more)

/* All mistakes, a line each; the calendar is NULL with them. */
static struct calendar *read_with(const struct calendar_setting *setting, const char *entries, char **said)
{
    CLEANUP(mem_clean) char *text = mem_format("BEGIN:VCALENDAR\n%sEND:VCALENDAR\n", entries);
    struct mistakes mistakes = { 0 };
    struct text all = { 0 };
    struct calendar *calendar = calendar_of_text(setting, "t.ics", text, strlen(text), &mistakes);

    for (size_t i = 0; i < mistakes.count; i++)
        text_add_format(&all, "%s\n", mistakes.lines[i]);
    assert_int_equal(calendar == NULL, mistakes.count > 0);
    mistakes_free(&mistakes);
    *said = text_take(&all);
    return calendar;
}

static struct calendar *must_read(const struct calendar_setting *setting, const char *entries)
{
    char *said;
    struct calendar *calendar = read_with(setting, entries, &said);

    if (!calendar)
        fail_msg("%s", said);
    free(said);
    return calendar;
}

static int day(const char *text)
{
    int y, m, d;

    assert_int_equal(sscanf(text, "%4d-%2d-%2d", &y, &m, &d), 3);
    assert_true(civil_valid(y, m, d));
    return civil_day(y, m, d);
}

static const char *kind(const struct calendar *calendar, const char *text)
{
    return day_kind_name(calendar_day(calendar, day(text)).kind);
}

static const struct calendar_setting plain = { .week_starts = 1 };

static void test_days_are_counted_as_a_wall_calendar_does(void **state)
{
    (void)state;
    assert_int_equal(civil_day(1970, 1, 1), 0);
    assert_int_equal(civil_day(2000, 3, 1), 11017);
    assert_int_equal(civil_day(2026, 11, 24), 20781);
    assert_int_equal(civil_weekday(0), 4);
    assert_int_equal(civil_weekday(day("2026-10-10")), 6);
    assert_int_equal(civil_weekday(-1), 3);
    assert_true(civil_valid(2028, 2, 29));
    assert_false(civil_valid(2027, 2, 29));
    assert_false(civil_valid(2100, 2, 29));
    assert_false(civil_valid(1969, 12, 31));
    assert_false(civil_valid(2026, 13, 1));
    for (int i = 0; i < 190000; i += 37) {
        const struct local_time date = civil_date(i);

        assert_true(civil_valid(date.year, date.month, date.day));
        assert_int_equal(civil_day(date.year, date.month, date.day), i);
    }
    assert_int_equal(civil_week_start(day("2026-10-10"), 1), day("2026-10-05"));
    assert_int_equal(civil_week_start(day("2026-10-10"), 7), day("2026-10-04"));
    assert_int_equal(civil_week_start(day("2026-10-04"), 7), day("2026-10-04"));
    assert_int_equal(civil_week_start(day("2026-10-04"), 1), day("2026-09-28"));
}

static void test_without_files_monday_to_friday_are_school_days(void **state)
{
    struct calendar *calendar = calendar_open(&plain, NULL);
    int next = 0;

    (void)state;
    assert_non_null(calendar);
    assert_string_equal(kind(calendar, "2026-10-02"), "school");
    assert_string_equal(kind(calendar, "2026-10-03"), "weekend");
    assert_string_equal(kind(NULL, "2026-10-02"), "school");
    assert_int_equal(calendar_day(NULL, day("2026-10-02")).week, -1);
    assert_true(calendar_next_school_day(&next, NULL, day("2026-10-03"), 7));
    assert_int_equal(next, day("2026-10-05"));
    assert_true(calendar_previous_school_day(&next, NULL, day("2026-10-04"), 7));
    assert_int_equal(next, day("2026-10-02"));
    assert_false(calendar_next_school_day(&next, NULL, day("2026-10-03"), 1));
    assert_false(calendar_end(&next, calendar));
    assert_int_equal(calendar_year(calendar, 2026), YEAR_UNKNOWN);
    calendar_free(calendar);
}

static void test_a_holiday_ends_the_day_before_dtend(void **state)
{
    struct calendar *calendar = must_read(&plain, OFF("20261001", "20261008", "国庆节"));

    (void)state;
    assert_string_equal(kind(calendar, "2026-09-30"), "school");
    assert_string_equal(kind(calendar, "2026-10-01"), "holiday");
    assert_string_equal(kind(calendar, "2026-10-07"), "holiday");
    assert_string_equal(kind(calendar, "2026-10-08"), "school");
    assert_string_equal(calendar_day(calendar, day("2026-10-03")).name, "国庆节");
    assert_string_equal(calendar_day(calendar, day("2026-10-08")).name, "");
    calendar_free(calendar);
}

static void test_a_make_up_day_carries_the_weekday_that_any_file_says(void **state)
{
    struct calendar *calendar = must_read(&plain, SCHOOL("20261010", "补", "X-GREENLINE-ACTS-AS:WE\n")
                                                      SCHOOL("20261010", "补课", "") SCHOOL("20260920", "调休", ""));
    struct calendar_day is = calendar_day(calendar, day("2026-10-10"));
    int next = 0;

    (void)state;
    assert_int_equal(is.kind, DAY_MAKE_UP);
    assert_true(is.school);
    assert_int_equal(is.acts_as, 3);
    assert_string_equal(is.name, "补课");
    is = calendar_day(calendar, day("2026-09-20"));
    assert_int_equal(is.kind, DAY_MAKE_UP);
    assert_int_equal(is.acts_as, 0);
    assert_true(calendar_next_make_up(&next, calendar, day("2026-01-01")));
    assert_int_equal(next, day("2026-09-20"));
    assert_true(calendar_next_make_up(&next, calendar, next + 1));
    assert_int_equal(next, day("2026-10-10"));
    assert_false(calendar_next_make_up(&next, calendar, next + 1));
    calendar_free(calendar);
}

static void test_the_later_entry_counts_but_one_that_repeats_gives_way(void **state)
{
    struct calendar *calendar = must_read(&plain, OFF("20261005", "20261006", "一") SCHOOL("20261005", "照常上课", "")
                                                      OFF("20261003", "20261004", "国庆节")
                                                          SCHOOL("20260905", "大周",
                                                                 "RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20261101\n"
                                                                 "EXDATE;VALUE=DATE:20261017\n"));

    (void)state;
    assert_string_equal(kind(calendar, "2026-10-05"), "school");
    assert_string_equal(kind(calendar, "2026-09-05"), "make_up");
    assert_string_equal(kind(calendar, "2026-09-12"), "weekend");
    assert_string_equal(kind(calendar, "2026-09-19"), "make_up");
    assert_string_equal(kind(calendar, "2026-10-03"), "holiday"); /* a big week, but National Day */
    assert_string_equal(kind(calendar, "2026-10-17"), "weekend");
    assert_string_equal(kind(calendar, "2026-10-31"), "make_up");
    assert_string_equal(kind(calendar, "2026-11-14"), "weekend");
    calendar_free(calendar);
}

static void test_outside_the_terms_is_vacation_and_the_weeks_are_counted(void **state)
{
    struct calendar *calendar =
        must_read(&plain, TERM("20260901", "20270130", "秋季学期", "") TERM("20270301", "20270703", "春季学期", "")
                              OFF("20270205", "20270209", "春节") SCHOOL("20270220", "补", ""));
    const struct calendar_term *term = calendar_term_at(calendar, 0);
    struct calendar_day is = calendar_day(calendar, day("2027-02-05"));

    (void)state;
    assert_string_equal(kind(calendar, "2026-08-31"), "break");
    assert_string_equal(kind(calendar, "2026-09-01"), "school");
    assert_string_equal(kind(calendar, "2027-01-30"), "break");
    assert_string_equal(kind(calendar, "2027-02-20"), "break"); /* somebody's make-up day in our vacation */
    assert_int_equal(is.kind, DAY_HOLIDAY);
    assert_true(is.vacation);
    assert_string_equal(term->name, "秋季学期");
    assert_int_equal(calendar_day(calendar, day("2026-09-01")).week, 1);
    assert_int_equal(calendar_day(calendar, day("2026-09-06")).week, 1); /* Sunday */
    assert_int_equal(calendar_day(calendar, day("2026-09-07")).week, 2);
    assert_int_equal(calendar_day(calendar, day("2027-01-29")).week, 22);
    assert_int_equal(calendar_day(calendar, day("2027-02-10")).week, -1);
    assert_int_equal(calendar_weeks(term), 22);
    assert_int_equal(calendar_week_start(term, 1), day("2026-08-31"));
    assert_int_equal(calendar_week_start(term, 3), day("2026-09-14"));
    assert_ptr_equal(calendar_term_of(calendar, day("2026-12-01")), term);
    assert_null(calendar_term_of(calendar, day("2027-02-10")));
    assert_string_equal(calendar_term_near(calendar, day("2027-02-10"))->name, "春季学期");
    assert_null(calendar_term_near(calendar, day("2027-07-03")));
    assert_null(calendar_term_at(calendar, 2));
    calendar_free(calendar);
}

static void test_weeks_may_begin_on_sunday_and_week_one_may_be_named(void **state)
{
    const struct calendar_setting sunday = { .week_starts = 7 };
    struct calendar *calendar =
        must_read(&sunday, TERM("20160829", "20170115", "秋", "X-GREENLINE-WEEK-ONE:20160905\n"));

    (void)state;
    assert_int_equal(calendar_day(calendar, day("2016-08-29")).week, 0);
    assert_int_equal(calendar_day(calendar, day("2016-09-03")).week, 0);
    assert_int_equal(calendar_day(calendar, day("2016-09-04")).week, 1); /* Sunday */
    assert_int_equal(calendar_day(calendar, day("2016-09-10")).week, 1);
    assert_int_equal(calendar_day(calendar, day("2016-09-11")).week, 2);
    calendar_free(calendar);
}

static void test_entries_of_another_stage_are_left_out(void **state)
{
    static const char entries[] = SCHOOL("20260912", "大周", "X-GREENLINE-STAGE:boarding\n")
        OFF("20260910", "20260911", "全校") ENTRY("DTSTART:20260911\nSUMMARY:园庆\nCATEGORIES:OFF\n"
                                                  "X-GREENLINE-STAGE:幼儿园,primary\n");
    const struct calendar_setting boarding = { .stage = STAGE_BOARDING }, primary = { .stage = STAGE_PRIMARY };
    struct calendar *boarders = must_read(&boarding, entries), *pupils = must_read(&primary, entries);

    (void)state;
    assert_string_equal(kind(boarders, "2026-09-12"), "make_up");
    assert_string_equal(kind(boarders, "2026-09-11"), "school");
    assert_string_equal(kind(boarders, "2026-09-10"), "holiday");
    assert_string_equal(kind(pupils, "2026-09-12"), "weekend");
    assert_string_equal(kind(pupils, "2026-09-11"), "holiday");
    assert_string_equal(kind(pupils, "2026-09-10"), "holiday");
    calendar_free(boarders);
    calendar_free(pupils);
}

static void test_what_other_programs_write_is_read_or_passed_over(void **state)
{
    static const char text[] = "\xef\xbb\xbf"
                               "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
                               "BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
                               "END:STANDARD\r\nEND:VTIMEZONE\r\n"
                               "BEGIN:VEVENT\r\nDTSTART:20269999T000000Z\r\nSUMMARY:妈妈生日\r\nEND:VEVENT\r\n"
                               "BEGIN:VEVENT\r\nDTSTART;TZID=\"Asia:Shanghai\":20261001T000000\r\n"
                               "DTEND;TZID=Asia/Shanghai:20261003T235900\r\nSUMMARY:国\r\n 庆\\, 节\r\n"
                               "CATEGORIES;LANGUAGE=zh:家庭,放假\r\nBEGIN:VALARM\r\nDTSTART:x\r\nEND:VALARM\r\n"
                               "END:VEVENT\r\nEND:VCALENDAR\r\n\r\n";
    struct mistakes mistakes = { 0 };
    struct calendar *calendar = calendar_of_text(&plain, "phone.ics", text, strlen(text), &mistakes);

    (void)state;
    if (!calendar)
        fail_msg("%s", mistakes.lines[0]);
    assert_string_equal(calendar_day(calendar, day("2026-10-03")).name, "国庆, 节");
    assert_string_equal(kind(calendar, "2026-10-05"), "school");
    assert_int_equal(calendar_passed_over(calendar), 1);
    calendar_free(calendar);
}

static const struct {
    const char *entries, *said; /* the first lines */
} mistaken[] = {
    { "DTSTART\n", "t.ics:2: is no line of a calendar" },
    { "END:VEVENT\n", "t.ics:2: END: ends what is not open" },
    { ENTRY("DTSTART:20261301\nSUMMARY:x\nCATEGORIES:OFF\n"), "t.ics:3: DTSTART: \"20261301\": no such day" },
    { ENTRY("DTSTART:20269999\nSUMMARY:x\nCATEGORIES:OFF\n"), "t.ics:3: DTSTART: \"20269999\": no such day" },
    { ENTRY("DTSTART:2026-10-01\nSUMMARY:x\nCATEGORIES:OFF\n"), "write it like 20261001" },
    { ENTRY("DTSTART:20261001T160000Z\nSUMMARY:x\nCATEGORIES:OFF\n"),
      "t.ics:3: DTSTART: \"20261001T160000Z\": is a time in UTC" },
    { ENTRY("SUMMARY:x\nCATEGORIES:OFF\n"), "t.ics:2: DTSTART is missing" },
    { ENTRY("DTSTART:20261001\nCATEGORIES:OFF\n"), "t.ics:2: SUMMARY is missing" },
    { ENTRY("DTSTART:20261001\nSUMMARY:x\nCATEGORIES:HOLIDYA\n"),
      "t.ics:5: CATEGORIES: \"HOLIDYA\" is not known: did you mean HOLIDAY?" },
    { ENTRY("DTSTART:20261001\nSUMMARY:x\nCATEGORIES:OFF,TERM\n"), "an entry is one of OFF, BREAK, SCHOOL and TERM" },
    { ENTRY("DTSTART:20261001\nSUMMARY:x\nCATEGORIES:PROVISIONAL\n"), "t.ics:2: CATEGORIES: say OFF" },
    { OFF("20261008", "20261008", "x"), "t.ics:2: DTEND is the day behind the last one" },
    { OFF("20261001", "20281008", "x"), "is the year right?" },
    { ENTRY("DTSTART:20261001\nDURATION:PT1H\nSUMMARY:x\nCATEGORIES:OFF\n"),
      "t.ics:4: DURATION: \"PT1H\": write whole days" },
    { ENTRY("DTSTART:20261001\nDTEND:20261003\nDURATION:P1D\nSUMMARY:x\nCATEGORIES:OFF\n"), "exclude each other" },
    { SCHOOL("20261010", "x", "X-GREENLINE-ACTS-AS:Wednesday\n"),
      "t.ics:6: X-GREENLINE-ACTS-AS: \"Wednesday\" is no weekday" },
    { SCHOOL("20261010", "x", "X-GREENLINE-ACT-AS:WE\n"),
      "t.ics:6: X-GREENLINE-ACT-AS: is not known: did you mean X-GREENLINE-ACTS-AS" },
    { ENTRY("DTSTART:20261001\nSUMMARY:x\nCATEGORIES:OFF\nX-GREENLINE-ACTS-AS:MO\n"),
      "X-GREENLINE-ACTS-AS goes with one day of" },
    { SCHOOL("20261010", "x", "X-GREENLINE-STAGE:university\n"), "\"university\" is not known: write kindergarten" },
    { SCHOOL("20261010", "x", "RRULE:FREQ=HOURLY\n"), "t.ics:2: RRULE: rule: FREQ=HOURLY: only DAILY" },
    { SCHOOL("20261010", "x", "RDATE:20261011\n"), "t.ics:6: RDATE: is not read here" },
    { TERM("20260901", "20270130", "秋", "") TERM("20270101", "20270703", "春", ""),
      "t.ics:8: DTSTART: the term overlaps \"秋\"" },
    { TERM("20260901", "20270130", "秋", "X-GREENLINE-WEEK-ONE:20270201\n"),
      "t.ics:2: X-GREENLINE-WEEK-ONE: week 1 begins outside" },
    { TERM("20260901", "20270130", "秋", "RRULE:FREQ=YEARLY\n"), "a term does not repeat" },
    { "X-GREENLINE-OFFICIAL:26\n", "t.ics:2: X-GREENLINE-OFFICIAL: is not a year" },
    { "X-GREENLINE-OFICIAL:2026\n", "t.ics:2: X-GREENLINE-OFICIAL: is not known here" },
    { "BEGIN:VEVENT\n", "t.ics:3: END: ends what is not open" },
    { "BEGIN:VEVENT\n", "t.ics:3: END:VCALENDAR is missing" },
    /* all of them in one run, in the order of the file */
    { OFF("20261008", "20261001", "x") SCHOOL("20260931", "y", ""),
      "t.ics:2: DTEND is the day behind the last one, and must come after DTSTART\nt.ics:9: DTSTART: \"20260931\": no "
      "such day" },
};

static void test_every_mistake_is_named_with_file_and_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(mistaken); i++) {
        char *said;
        struct calendar *calendar = read_with(&plain, mistaken[i].entries, &said);

        if (calendar || !strstr(said, mistaken[i].said))
            fail_msg("%s: got \"%s\", want \"%s\"", mistaken[i].entries, said, mistaken[i].said);
        free(said);
    }
}

static void test_what_is_no_calendar_is_refused(void **state)
{
    static const struct {
        const char *text, *said;
    } cases[] = { { "", "t.ics: is no calendar" },
                  { "date,name\n", "t.ics:1: is no line of a calendar" },
                  { "BEGIN:VEVENT\nEND:VEVENT\n", "t.ics:1: BEGIN: outside a calendar" },
                  { "BEGIN:VCALENDAR\nSUMMARY:\xb9\xfa\nEND:VCALENDAR\n", "t.ics: is not UTF-8" } };
    const char *const missing[] = { "/nowhere/cn-2026.ics", NULL };
    const struct calendar_setting away = { .files = missing };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct mistakes mistakes = { 0 };

        assert_null(calendar_of_text(&plain, "t.ics", cases[i].text, strlen(cases[i].text), &mistakes));
        if (!strstr(mistakes.lines[0], cases[i].said))
            fail_msg("got \"%s\", want \"%s\"", mistakes.lines[0], cases[i].said);
        mistakes_free(&mistakes);
    }
    struct mistakes mistakes = { 0 };
    assert_null(calendar_open(&away, &mistakes));
    assert_string_equal(mistakes.lines[0], "/nowhere/cn-2026.ics: cannot be read: No such file or directory");
    mistakes_free(&mistakes);
}

static struct calendar *open_shipped(bool with_school)
{
    const char *const files[] = { "conf/calendars/cn-2025.ics", "conf/calendars/cn-2026.ics",
                                  "conf/calendars/cn-2027.ics", with_school ? "conf/calendars/school.ics" : NULL,
                                  NULL };
    const struct calendar_setting setting = { .files = files };
    struct mistakes mistakes = { 0 };
    struct calendar *calendar = calendar_open(&setting, &mistakes);

    if (!calendar)
        fail_msg("%s", mistakes.lines[0]);
    return calendar;
}

/* Every day of the year that is not what its weekday says: "MM-DD" off, or "MM-DD!" school on a weekend. */
static char *odd_days(const struct calendar *calendar, int year)
{
    struct text out = { 0 };

    for (int i = civil_day(year, 1, 1); i <= civil_day(year, 12, 31); i++) {
        const struct calendar_day is = calendar_day(calendar, i);
        const struct local_time date = civil_date(i);

        if (is.kind == DAY_HOLIDAY || is.kind == DAY_MAKE_UP)
            text_add_format(&out, "%02d-%02d%s ", date.month, date.day, is.kind == DAY_MAKE_UP ? "!" : "");
    }
    return text_take(&out);
}

static void test_the_shipped_years_have_the_notices_days(void **state)
{
    static const struct {
        int year;
        const char *days;
    } years[] = {
        { 2025,
          "01-01 01-26! 01-28 01-29 01-30 01-31 02-01 02-02 02-03 02-04 02-08! 04-04 04-05 04-06 04-27! 05-01 05-02 "
          "05-03 05-04 05-05 05-31 06-01 06-02 09-28! 10-01 10-02 10-03 10-04 10-05 10-06 10-07 10-08 10-11! " },
        { 2026,
          "01-01 01-02 01-03 01-04! 02-14! 02-15 02-16 02-17 02-18 02-19 02-20 02-21 02-22 02-23 02-28! 04-04 04-05 "
          "04-06 05-01 05-02 05-03 05-04 05-05 05-09! 06-19 06-20 06-21 09-20! 09-25 09-26 09-27 10-01 10-02 10-03 "
          "10-04 10-05 10-06 10-07 10-10! " },
        { 2027, "01-01 02-05 02-06 02-07 02-08 04-05 05-01 05-02 06-09 09-15 10-01 10-02 10-03 " },
    };
    struct calendar *calendar = open_shipped(false);

    (void)state;
    for (size_t i = 0; i < COUNT(years); i++) {
        char *got = odd_days(calendar, years[i].year);

        assert_string_equal(got, years[i].days);
        free(got);
    }
    assert_int_equal(calendar_year(calendar, 2025), YEAR_OFFICIAL);
    assert_int_equal(calendar_year(calendar, 2026), YEAR_OFFICIAL);
    assert_int_equal(calendar_year(calendar, 2027), YEAR_PROVISIONAL);
    assert_int_equal(calendar_year(calendar, 2028), YEAR_UNKNOWN);
    assert_true(calendar_day(calendar, day("2027-02-06")).provisional);
    assert_false(calendar_day(calendar, day("2026-02-17")).provisional);
    assert_string_equal(calendar_day(calendar, day("2026-10-01")).name_en, "National Day");
    calendar_free(calendar);
}

static void test_the_sample_of_a_school_gives_make_up_days_their_weekday(void **state)
{
    struct calendar *calendar = open_shipped(true);
    const struct calendar_day is = calendar_day(calendar, day("2026-10-10"));
    int end = 0;

    (void)state;
    assert_true(calendar_end(&end, calendar));
    assert_int_equal(end, day("2027-07-02"));
    assert_int_equal(is.kind, DAY_MAKE_UP);
    assert_int_equal(is.acts_as, 3);
    assert_int_equal(is.week, 6);
    assert_string_equal(kind(calendar, "2026-02-14"), "break");
    assert_string_equal(kind(calendar, "2026-06-01"), "holiday");
    assert_string_equal(kind(calendar, "2026-11-12"), "school");
    assert_string_equal(kind(calendar, "2026-09-12"), "weekend"); /* boarders only */
    calendar_free(calendar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days_are_counted_as_a_wall_calendar_does),
        cmocka_unit_test(test_without_files_monday_to_friday_are_school_days),
        cmocka_unit_test(test_a_holiday_ends_the_day_before_dtend),
        cmocka_unit_test(test_a_make_up_day_carries_the_weekday_that_any_file_says),
        cmocka_unit_test(test_the_later_entry_counts_but_one_that_repeats_gives_way),
        cmocka_unit_test(test_outside_the_terms_is_vacation_and_the_weeks_are_counted),
        cmocka_unit_test(test_weeks_may_begin_on_sunday_and_week_one_may_be_named),
        cmocka_unit_test(test_entries_of_another_stage_are_left_out),
        cmocka_unit_test(test_what_other_programs_write_is_read_or_passed_over),
        cmocka_unit_test(test_every_mistake_is_named_with_file_and_line),
        cmocka_unit_test(test_what_is_no_calendar_is_refused),
        cmocka_unit_test(test_the_shipped_years_have_the_notices_days),
        cmocka_unit_test(test_the_sample_of_a_school_gives_make_up_days_their_weekday),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
