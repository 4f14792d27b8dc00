/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of RFC 5545 and their next dates, and the friendly forms in English and Chinese. Each table is of input and
 * answer; the dates were taken from a calendar by hand. 1 September 2026 is a Tuesday.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/recurrence.h"
#include "lib/memory.h"
#include "lib/text.h"

static const struct local_time first_of_term = { .year = 2026, .month = 9, .day = 1, .hour = 9 };

static struct zone open_zone(const char *name)
{
    struct zone zone;

    assert_true(zone_open(&zone, name, NULL));
    return zone;
}

/* The first dates behind `after`, "MM-DD HH:MM" each, with commas; the year too when it is not `year`. */
static char *dates(const struct recurrence *recurrence, struct zone zone, time_ms after, int count, int year)
{
    struct text text = { 0 };

    while (count-- > 0 && (after = recurrence_next(recurrence, zone, after)) != TIME_NEVER) {
        const struct local_time t = zone_local(zone, after);

        text_add(&text, text.length ? ", " : "");
        if (t.year != year)
            text_add_format(&text, "%d-", t.year);
        text_add_format(&text, "%02d-%02d %02d:%02d", t.month, t.day, t.hour, t.minute);
    }
    return text_take(&text);
}

static const struct {
    const char *rrule, *dates; /* the first four */
} rules[] = {
    { "FREQ=DAILY", "09-01 09:00, 09-02 09:00, 09-03 09:00, 09-04 09:00" },
    { " RRULE:freq=daily;interval=2 ", "09-01 09:00, 09-03 09:00, 09-05 09:00, 09-07 09:00" },
    { "FREQ=WEEKLY;BYDAY=FR;INTERVAL=2", "09-04 09:00, 09-18 09:00, 10-02 09:00, 10-16 09:00" },
    { "FREQ=MONTHLY;BYDAY=1SA", "09-05 09:00, 10-03 09:00, 11-07 09:00, 12-05 09:00" },
    { "FREQ=MONTHLY;BYDAY=-1FR", "09-25 09:00, 10-30 09:00, 11-27 09:00, 12-25 09:00" },
    { "FREQ=MONTHLY;BYMONTHDAY=-1", "09-30 09:00, 10-31 09:00, 11-30 09:00, 12-31 09:00" },
    { "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "09-30 09:00, 10-30 09:00, 11-30 09:00, 12-31 09:00" },
    { "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=1", "2027-06-01 09:00, 2028-06-01 09:00, 2029-06-01 09:00, 2030-06-01 09:00" },
    { "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2028-02-29 09:00, 2032-02-29 09:00, 2036-02-29 09:00, 2040-02-29 09:00" },
    { "FREQ=DAILY;BYHOUR=18,8;BYMINUTE=30", "09-01 18:30, 09-02 08:30, 09-02 18:30, 09-03 08:30" },
    { "FREQ=WEEKLY;BYDAY=SU;INTERVAL=2", "09-06 09:00, 09-20 09:00, 10-04 09:00, 10-18 09:00" },
    { "FREQ=WEEKLY;BYDAY=SU;INTERVAL=2;WKST=SU", "09-13 09:00, 09-27 09:00, 10-11 09:00, 10-25 09:00" },
    { "FREQ=WEEKLY;INTERVAL=2", "09-01 09:00, 09-15 09:00, 09-29 09:00, 10-13 09:00" },
    { "FREQ=YEARLY;BYMONTHDAY=15", "09-15 09:00, 10-15 09:00, 11-15 09:00, 12-15 09:00" },
    { "FREQ=DAILY;BYMONTHDAY=10,20", "09-10 09:00, 09-20 09:00, 10-10 09:00, 10-20 09:00" },
    { "FREQ=DAILY;COUNT=2", "09-01 09:00, 09-02 09:00" },
    { "FREQ=DAILY;BYHOUR=8,18;COUNT=3", "09-01 18:00, 09-02 08:00, 09-02 18:00" },
    { "FREQ=DAILY;UNTIL=20260902", "09-01 09:00, 09-02 09:00" },
    { "FREQ=DAILY;UNTIL=20260902T085959", "09-01 09:00" },
    { "FREQ=DAILY;UNTIL=20260902T090000", "09-01 09:00, 09-02 09:00" },
    { "FREQ=DAILY;UNTIL=20260902T010000Z", "09-01 09:00, 09-02 09:00" }, /* 09:00 in Shanghai */
    { "FREQ=DAILY;UNTIL=20260902T005959Z", "09-01 09:00" },
};

static void test_rules_give_their_dates(void **state)
{
    const struct zone zone = open_zone("Asia/Shanghai");

    (void)state;
    for (size_t i = 0; i < COUNT(rules); i++) {
        struct recurrence recurrence = { 0 };
        struct error err = { "" };
        char *got;

        if (!recurrence_parse(&recurrence, rules[i].rrule, first_of_term, &err))
            fail_msg("%s: %s", rules[i].rrule, err.text);
        got = dates(&recurrence, zone, zone_instant(zone, first_of_term) - 1, 4, 2026);
        if (strcmp(got, rules[i].dates) != 0)
            fail_msg("%s: got %s, want %s", rules[i].rrule, got, rules[i].dates);
        free(got);
        recurrence_free(&recurrence);
    }
}

static const struct {
    const char *rrule, *why;
} bad_rules[] = {
    { "", "write it like FREQ=MONTHLY" },
    { "BYDAY=MO", "FREQ is missing" },
    { "FREQ=SECONDLY", "only DAILY, WEEKLY" },
    { "FREQ=HOURLY", "only DAILY, WEEKLY" },
    { "FREQ=DAILY;FREQ=DAILY", "FREQ stands twice" },
    { "FREQ=DAILY;X=1", "\"X\" is not a part" },
    { "FREQ=YEARLY;RSCALE=CHINESE", "\"RSCALE\" is not a part" },
    { "FREQ=DAILY;UNTIL=20269999", "no such date" },
    { "FREQ=DAILY;UNTIL=20260230", "no such date" },
    { "FREQ=DAILY;UNTIL=2026-09-30", "no such date" },
    { "FREQ=DAILY;UNTIL=20260901;COUNT=2", "exclude each other" },
    { "FREQ=DAILY;UNTIL=20260831", "never comes true" },
    { "FREQ=DAILY;INTERVAL=0", "INTERVAL=0: a number is out of range" },
    { "FREQ=DAILY;INTERVAL=99999999", "INTERVAL=99999999: a number is out of range" },
    { "FREQ=DAILY;COUNT=-1", "COUNT=-1: a number is out of range" },
    { "FREQ=DAILY;BYHOUR=24", "BYHOUR=24: a number is out of range" },
    { "FREQ=DAILY;BYSECOND=1", "BYSECOND=1: a number is out of range" },
    { "FREQ=MONTHLY;BYDAY=6SA", "BYDAY=6SA: days are" },
    { "FREQ=MONTHLY;BYDAY=0SA", "BYDAY=0SA: days are" },
    { "FREQ=WEEKLY;BYDAY=1SA", "BYDAY=1SA: days are" },
    { "FREQ=WEEKLY;BYDAY=XX", "BYDAY=XX: days are" },
    { "FREQ=DAILY;BYMONTHDAY=1,-1", "from the end of a month goes with FREQ=MONTHLY" },
    { "FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY does not go with FREQ=WEEKLY" },
    { "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1", "BYSETPOS does not go with FREQ=WEEKLY" },
    { "FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS needs another" },
    { "FREQ=DAILY;WKST=MOX", "WKST=MOX" },
    { "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "no such month has a day 30" },
    { "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6", "never so many in a month" },
    { "FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO is not taken here" },
    { "FREQ=YEARLY;BYYEARDAY=200;BYMONTH=6", "exclude each other here" },
    { "FREQ=YEARLY;BYDAY=53MO;BYMONTH=6", "never comes true" },
    { "FREQ=DAILY;INTERVAL=7;BYDAY=MO", "never comes true" },
    { "FREQ=TERM;WEEK=3", "FREQ=TERM needs WEEK and BYDAY" },
    { "FREQ=TERM;BYDAY=MO", "FREQ=TERM needs WEEK and BYDAY" },
    { "FREQ=TERM;WEEK=54;BYDAY=MO", "weeks of a term are 0 to 53" },
    { "FREQ=TERM;WEEK=3;BYDAY=1MO", "days are MO TU" },
    { "FREQ=TERM;WEEK=3;BYDAY=MO;COUNT=2", "\"COUNT\" does not go with FREQ=TERM" },
    { "FREQ=TERM;WEEK", "write it like FREQ=TERM" },
    { "FREQ=TERMS;WEEK=3;BYDAY=MO", "\"WEEK\" is not a part" },
    { "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12;BYMINUTE=0,30", "at most 24 times a day" },
};

static void test_faulty_and_impossible_rules_are_refused_with_the_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad_rules); i++) {
        struct recurrence recurrence = { 0 };
        struct error err = { "" };

        if (recurrence_parse(&recurrence, bad_rules[i].rrule, first_of_term, &err))
            fail_msg("%s: taken, want refused: %s", bad_rules[i].rrule, bad_rules[i].why);
        if (!strstr(err.text, bad_rules[i].why))
            fail_msg("%s: got \"%s\", want \"%s\"", bad_rules[i].rrule, err.text, bad_rules[i].why);
        assert_null(recurrence.rrule);
    }
}

static void test_a_start_that_is_no_date_is_refused(void **state)
{
    struct recurrence recurrence = { 0 };

    (void)state;
    assert_false(recurrence_parse(&recurrence, "FREQ=DAILY", (struct local_time){ 2026, 2, 30, 9, 0, 0, 0 }, NULL));
    assert_false(recurrence_parse(&recurrence, "FREQ=DAILY", (struct local_time){ 2026, 2, 3, 24, 0, 0, 0 }, NULL));
}

static void test_a_change_of_the_clock_moves_only_the_date_that_falls_into_it(void **state)
{
    const struct zone zone = open_zone("America/New_York");
    const struct local_time start = { .year = 2026, .month = 3, .day = 7, .hour = 2, .minute = 30 };
    struct recurrence recurrence = { 0 };
    char *got;

    (void)state;
    assert_true(recurrence_parse(&recurrence, "FREQ=DAILY", start, NULL));
    got = dates(&recurrence, zone, zone_instant(zone, start) - 1, 3, 2026);
    assert_string_equal(got, "03-07 02:30, 03-08 03:00, 03-09 02:30");
    free(got);
    recurrence_free(&recurrence);
}

static void test_a_date_in_the_hour_that_comes_twice_happens_once(void **state)
{
    const struct zone zone = open_zone("America/New_York");
    const struct local_time start = { .year = 2026, .month = 10, .day = 31, .hour = 1, .minute = 30 };
    struct recurrence recurrence = { 0 };
    char *got;

    (void)state;
    assert_true(recurrence_parse(&recurrence, "FREQ=DAILY", start, NULL));
    got = dates(&recurrence, zone, zone_instant(zone, start) - 1, 3, 2026);
    assert_string_equal(got, "10-31 01:30, 11-01 01:30, 11-02 01:30");
    free(got);
    recurrence_free(&recurrence);
}

static void test_next_is_never_the_moment_itself(void **state)
{
    const struct zone zone = open_zone("Asia/Shanghai");
    const time_ms start = zone_instant(zone, first_of_term);
    struct recurrence recurrence = { 0 };

    (void)state;
    assert_true(recurrence_parse(&recurrence, "FREQ=DAILY", first_of_term, NULL));
    assert_int_equal(recurrence_next(&recurrence, zone, start - 1), start);
    assert_int_equal(recurrence_next(&recurrence, zone, start), start + DAY_MS);
    assert_int_equal(recurrence_next(&recurrence, zone, 0), start);
    assert_int_equal(recurrence_next(&recurrence, zone, INT64_MIN), start);
    assert_int_equal(recurrence_next(&recurrence, zone, TIME_NEVER), TIME_NEVER);
    recurrence_free(&recurrence);
}

static void test_years_later_the_count_still_begins_at_the_start(void **state)
{
    const struct zone zone = open_zone("Asia/Shanghai");
    struct recurrence recurrence = { 0 };
    char *got;

    (void)state;
    assert_true(recurrence_parse(&recurrence, "FREQ=WEEKLY;BYDAY=TU;INTERVAL=2", first_of_term, NULL));
    /* 1 September 2026 and 261 fortnights: 2 September 2036 */
    got = dates(&recurrence, zone, zone_instant(zone, first_of_term) + 3650 * DAY_MS, 2, 2036);
    assert_string_equal(got, "09-02 09:00, 09-16 09:00");
    free(got);
    recurrence_free(&recurrence);
}

/* Said on Tuesday, 1 September 2026, at 10:00: the rule, and the first dates. */
static const struct {
    const char *text, *rrule, *dates;
} friendly[] = {
    { "day at 18:00", "FREQ=DAILY", "09-01 18:00, 09-02 18:00" },
    { "every day at 9:00", "FREQ=DAILY", "09-02 09:00, 09-03 09:00" },
    { "day at 6 pm", "FREQ=DAILY", "09-01 18:00, 09-02 18:00" },
    { "day at 12:15 am", "FREQ=DAILY", "09-02 00:15, 09-03 00:15" },
    { "3 days at 18:00", "FREQ=DAILY;INTERVAL=3", "09-01 18:00, 09-04 18:00" },
    { "weekday at 8:30", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "09-02 08:30, 09-03 08:30, 09-04 08:30, 09-07 08:30" },
    { "week on Monday at 09:00", "FREQ=WEEKLY;BYDAY=MO", "09-07 09:00, 09-14 09:00" },
    { "Monday at 09:00", "FREQ=WEEKLY;BYDAY=MO", "09-07 09:00, 09-14 09:00" },
    { "week on Mon, Wed at 9:00", "FREQ=WEEKLY;BYDAY=MO,WE", "09-02 09:00, 09-07 09:00" },
    { "week on Wednesday and Sunday at 9am", "FREQ=WEEKLY;BYDAY=WE,SU", "09-02 09:00, 09-06 09:00" },
    { "week on Mon-Fri at 9:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "09-02 09:00, 09-03 09:00" },
    { "2 weeks on Friday at 15:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "09-04 15:00, 09-18 15:00" },
    { "2 weeks on Monday at 15:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "09-07 15:00, 09-21 15:00" },
    { "every other week on Tuesday at 9:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "09-08 09:00, 09-22 09:00" },
    { "month on the 1st Saturday at 09:00", "FREQ=MONTHLY;BYDAY=1SA", "09-05 09:00, 10-03 09:00" },
    { "Month on the First SATURDAY at 9:00", "FREQ=MONTHLY;BYDAY=1SA", "09-05 09:00, 10-03 09:00" },
    { "the 1st Saturday of every month at 9:00", "FREQ=MONTHLY;BYDAY=1SA", "09-05 09:00, 10-03 09:00" },
    { "month on the 1st and 3rd Saturday at 9:00", "FREQ=MONTHLY;BYDAY=1SA,3SA", "09-05 09:00, 09-19 09:00" },
    { "month on the last Friday at 16:00", "FREQ=MONTHLY;BYDAY=-1FR", "09-25 16:00, 10-30 16:00" },
    { "month on day 15 at 9:00", "FREQ=MONTHLY;BYMONTHDAY=15", "09-15 09:00, 10-15 09:00" },
    { "month on the 15th at 9 am", "FREQ=MONTHLY;BYMONTHDAY=15", "09-15 09:00, 10-15 09:00" },
    { "month on day 1 and 15 at 9:00", "FREQ=MONTHLY;BYMONTHDAY=1,15", "09-15 09:00, 10-01 09:00" },
    { "month on the last day at 18:00", "FREQ=MONTHLY;BYMONTHDAY=-1", "09-30 18:00, 10-31 18:00" },
    { "3 months on day 1 at 9:00", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1", "10-01 09:00, 2027-01-01 09:00" },
    { "year on 1 June at 9:00", "FREQ=YEARLY;BYMONTHDAY=1;BYMONTH=6", "2027-06-01 09:00, 2028-06-01 09:00" },
    { "year on Sept 10th at 9:00", "FREQ=YEARLY;BYMONTHDAY=10;BYMONTH=9", "09-10 09:00, 2027-09-10 09:00" },
    { "每天18:00", "FREQ=DAILY", "09-01 18:00, 09-02 18:00" },
    { "每天 下午6点", "FREQ=DAILY", "09-01 18:00, 09-02 18:00" },
    { "每日１８：３０", "FREQ=DAILY", "09-01 18:30, 09-02 18:30" },
    { "每两天晚上七点半", "FREQ=DAILY;INTERVAL=2", "09-01 19:30, 09-03 19:30" },
    { "每隔一天8点", "FREQ=DAILY;INTERVAL=2", "09-02 08:00, 09-04 08:00" },
    { "工作日8:30", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "09-02 08:30, 09-03 08:30" },
    { "每个工作日 早上8点一刻", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "09-02 08:15, 09-03 08:15" },
    { "每周一9:00", "FREQ=WEEKLY;BYDAY=MO", "09-07 09:00, 09-14 09:00" },
    { "每周一、三 9:00", "FREQ=WEEKLY;BYDAY=MO,WE", "09-02 09:00, 09-07 09:00" },
    { "每周一三五九点", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "09-02 09:00, 09-04 09:00" },
    { "每周六、日 9点", "FREQ=WEEKLY;BYDAY=SA,SU", "09-05 09:00, 09-06 09:00" },
    { "每周一至周五 8点30分", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "09-02 08:30, 09-03 08:30" },
    { "每星期天晚上8点", "FREQ=WEEKLY;BYDAY=SU", "09-06 20:00, 09-13 20:00" },
    { "每周二十点", "FREQ=WEEKLY;BYDAY=TU", "09-08 10:00, 09-15 10:00" },
    { "每两周周五15:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "09-04 15:00, 09-18 15:00" },
    { "隔周周五下午三点", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "09-04 15:00, 09-18 15:00" },
    { "每月第一个周六09:00", "FREQ=MONTHLY;BYDAY=1SA", "09-05 09:00, 10-03 09:00" },
    { "每个月第一、三个星期六上午9点", "FREQ=MONTHLY;BYDAY=1SA,3SA", "09-05 09:00, 09-19 09:00" },
    { "每月最后一个周五16:00", "FREQ=MONTHLY;BYDAY=-1FR", "09-25 16:00, 10-30 16:00" },
    { "每月15日9点", "FREQ=MONTHLY;BYMONTHDAY=15", "09-15 09:00, 10-15 09:00" },
    { "每月1、15号 9点", "FREQ=MONTHLY;BYMONTHDAY=1,15", "09-15 09:00, 10-01 09:00" },
    { "每月最后一天18:00", "FREQ=MONTHLY;BYMONTHDAY=-1", "09-30 18:00, 10-31 18:00" },
    { "每月月底18:00", "FREQ=MONTHLY;BYMONTHDAY=-1", "09-30 18:00, 10-31 18:00" },
    { "每三个月1日9点", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1", "10-01 09:00, 2027-01-01 09:00" },
    { "每年6月1日9点", "FREQ=YEARLY;BYMONTHDAY=1;BYMONTH=6", "2027-06-01 09:00, 2028-06-01 09:00" },
    { "school day at 7:30", "FREQ=DAILY", "09-02 07:30, 09-03 07:30" },
    { "每个上学日7:30", "FREQ=DAILY", "09-02 07:30, 09-03 07:30" },
    { "school week on Monday at 9:00", "FREQ=WEEKLY;BYDAY=MO", "09-07 09:00, 09-14 09:00" },
};

/* Of the school's calendar: the rule alone; its dates are the business of dates.c. */
static const struct {
    const char *text, *rrule;
} of_terms[] = {
    { "week 3 on Monday at 09:00", "FREQ=TERM;WEEK=3;BYDAY=MO" },
    { "every school week 3 on Monday at 9:00", "FREQ=TERM;WEEK=3;BYDAY=MO" },
    { "3rd week on Monday at 9:00", "FREQ=TERM;WEEK=3;BYDAY=MO" },
    { "the third week of each term on Monday at 9:00", "FREQ=TERM;WEEK=3;BYDAY=MO" },
    { "weeks 3, 8 and 13 on Mon, Wed at 9:00", "FREQ=TERM;WEEK=3,8,13;BYDAY=MO,WE" },
    { "weeks 1 to 4 on Friday at 3 pm", "FREQ=TERM;WEEK=1,2,3,4;BYDAY=FR" },
    { "week 0 on Monday at 9:00", "FREQ=TERM;WEEK=0;BYDAY=MO" },
    { "odd weeks on Friday at 15:00", "FREQ=TERM;WEEK=ODD;BYDAY=FR" },
    { "even school weeks on Friday at 15:00", "FREQ=TERM;WEEK=EVEN;BYDAY=FR" },
    { "第3周周一9:00", "FREQ=TERM;WEEK=3;BYDAY=MO" },
    { "每学期第三周星期一上午9点", "FREQ=TERM;WEEK=3;BYDAY=MO" },
    { "第3、8、13周周一、三 9点", "FREQ=TERM;WEEK=3,8,13;BYDAY=MO,WE" },
    { "第1至4周周五15:00", "FREQ=TERM;WEEK=1,2,3,4;BYDAY=FR" },
    { "单周周五15:00", "FREQ=TERM;WEEK=ODD;BYDAY=FR" },
    { "每双周周五下午三点", "FREQ=TERM;WEEK=EVEN;BYDAY=FR" },
};

static void test_weeks_of_a_term_are_a_rule_of_their_own(void **state)
{
    const struct zone zone = open_zone("Asia/Shanghai");
    const struct local_time said = { .year = 2026, .month = 9, .day = 1, .hour = 10 };

    (void)state;
    for (size_t i = 0; i < COUNT(of_terms); i++) {
        struct recurrence recurrence = { 0 }, again = { 0 };
        struct error err = { "" };

        if (!recurrence_every(&recurrence, of_terms[i].text, said, &err))
            fail_msg("%s: %s", of_terms[i].text, err.text);
        if (strcmp(recurrence.rrule, of_terms[i].rrule) != 0)
            fail_msg("%s: got %s, want %s", of_terms[i].text, recurrence.rrule, of_terms[i].rrule);
        assert_true(recurrence.school_days);
        assert_true(recurrence_parse(&again, recurrence.rrule, recurrence.start, NULL));
        assert_string_equal(again.rrule, recurrence.rrule);
        assert_true(again.school_days);
        assert_int_equal(recurrence_next(&again, zone, 0), TIME_NEVER);
        recurrence_free(&recurrence);
        recurrence_free(&again);
    }
}

static void test_friendly_forms_mean_what_people_mean(void **state)
{
    const struct zone zone = open_zone("Asia/Shanghai");
    const struct local_time said = { .year = 2026, .month = 9, .day = 1, .hour = 10 };

    (void)state;
    for (size_t i = 0; i < COUNT(friendly); i++) {
        struct recurrence recurrence = { 0 };
        struct error err = { "" };
        int count = 1;
        char *got;

        if (!recurrence_every(&recurrence, friendly[i].text, said, &err))
            fail_msg("%s: %s", friendly[i].text, err.text);
        for (const char *c = friendly[i].dates; *c; c++)
            count += *c == ',';
        got = dates(&recurrence, zone, zone_instant(zone, said), count, 2026);
        if (strcmp(got, friendly[i].dates) != 0 || strcmp(recurrence.rrule, friendly[i].rrule) != 0)
            fail_msg("%s: got %s: %s; want %s: %s", friendly[i].text, recurrence.rrule, got, friendly[i].rrule,
                     friendly[i].dates);
        free(got);
        recurrence_free(&recurrence);
    }
}

static const struct {
    const char *text, *why;
} unfriendly[] = {
    { "", "it begins with day, weekday" },
    { "sometimes", "\"sometimes\" is not understood" },
    { "day", "the time of day is missing" },
    { "day at 9", "the time of day is missing" },
    { "day at 25:00", "not understood" },
    { "day at 13 pm", "there is no such time of day" },
    { "每天晚上12点", "there is no such time of day" },
    { "每天25点", "there is no such time of day" },
    { "day at 9:00 please", "\"please\" is not understood" },
    { "day at 9:00 Monday", "something stands behind the time" },
    { "week at 9:00", "the day of the week is missing" },
    { "每周9:00", "the day of the week is missing" },
    { "week on Friday to Monday at 9:00", "from the earlier to the later" },
    { "month at 9:00", "the day of the month is missing" },
    { "month on day 31 at 9:00", "say \"month on the last day at 09:00\"" },
    { "每月31日9点", "say \"month on the last day at 09:00\"" },
    { "month on day 32 at 9:00", "a day of the month is 1 to 28" },
    { "month on the 5th Saturday at 9:00", "1st to 4th of a weekday, and the last" },
    { "year on 31 June at 9:00", "not every year has that date" },
    { "year on 29 February at 9:00", "not every year has that date" },
    { "year at 9:00", "the date is missing" },
    { "0 weeks on Friday at 9:00", "must be 1 to 100" },
    { "2 weekdays at 9:00", "weekdays have no number" },
    { "2 school days at 9:00", "say odd or even school weeks" },
    { "school month on day 1 at 9:00", "school goes with day or week" },
    { "week 54 on Monday at 9:00", "a week of a term is a number from 0 to 53" },
    { "weeks 5 to 3 on Monday at 9:00", "the weeks are from the earlier to the later" },
    { "week 3 at 9:00", "the day of the week is missing" },
    { "odd weeks at 9:00", "write it like \"week 3 on Monday at 09:00\"" },
    { "month on 1 2 3 4 5 6 7 8 9 10 11 12 at 9:00", "a day of the month is" },
};

static void test_a_sentence_that_is_not_understood_gets_an_example(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(unfriendly); i++) {
        struct recurrence recurrence = { 0 };
        struct error err = { "" };

        if (recurrence_every(&recurrence, unfriendly[i].text, first_of_term, &err))
            fail_msg("%s: got %s, want refused", unfriendly[i].text, recurrence.rrule);
        if (!strstr(err.text, unfriendly[i].why) || !strstr(err.text, ": write it like \""))
            fail_msg("%s: got \"%s\", want \"%s\" and an example", unfriendly[i].text, err.text, unfriendly[i].why);
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
        cmocka_unit_test(test_rules_give_their_dates),
        cmocka_unit_test(test_faulty_and_impossible_rules_are_refused_with_the_reason),
        cmocka_unit_test(test_a_start_that_is_no_date_is_refused),
        cmocka_unit_test(test_a_change_of_the_clock_moves_only_the_date_that_falls_into_it),
        cmocka_unit_test(test_a_date_in_the_hour_that_comes_twice_happens_once),
        cmocka_unit_test(test_next_is_never_the_moment_itself),
        cmocka_unit_test(test_years_later_the_count_still_begins_at_the_start),
        cmocka_unit_test(test_weeks_of_a_term_are_a_rule_of_their_own),
        cmocka_unit_test(test_friendly_forms_mean_what_people_mean),
        cmocka_unit_test(test_a_sentence_that_is_not_understood_gets_an_example),
    };

    return cmocka_run_group_tests(tests, NULL, close_zones);
}
