/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The friendly forms of a recurrence; see recurrence.h. A sentence is words (recurrence_words.c): how often, on which
 * days, at what time. It becomes a rule of RFC 5545, and its start the first date that fits after today's reading.
 * What a calendar lacks in some months (day 31, the 5th Saturday) is refused with the way to say what was meant.
 */
#include <stdlib.h>
#include <string.h>

#include "core/recurrence_internal.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { DAYS_MAX = 10, INTERVAL_MAX = 100 };

enum unit { UNIT_DAY, UNIT_WORKDAY, UNIT_WEEK, UNIT_MONTH, UNIT_YEAR, UNIT_TERM };

static const struct {
    const char *frequency;
    const char *example;
} units[] = {
    [UNIT_DAY] = { "DAILY", "day at 18:00" },
    [UNIT_WORKDAY] = { "WEEKLY", "weekday at 8:30" },
    [UNIT_WEEK] = { "WEEKLY", "week on Mon, Wed at 9:00" },
    [UNIT_MONTH] = { "MONTHLY", "month on the 1st Saturday at 09:00" },
    [UNIT_YEAR] = { "YEARLY", "year on 1 June at 9:00" },
    [UNIT_TERM] = { "TERM", "week 3 on Monday at 09:00" },
};

static const char *const day_codes[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };

/* What is understood so far. */
struct sentence {
    const struct every_token *at;
    enum unit unit;
    int interval;
    bool weekdays[8];       /* 1–7 */
    int ordinals[DAYS_MAX]; /* of the weekdays in a month; -1: last */
    size_t ordinal_count;
    int days[DAYS_MAX]; /* of a month; -1: last */
    size_t day_count;
    bool weeks[RECURRENCE_WEEK_MAX + 1]; /* of a term, by number */
    const char *parity;                  /* or "ODD", "EVEN"; NULL */
    bool school;                         /* school days or weeks */
    int month;                           /* 1–12 */
    int minute;
    const char *why; /* what is wrong, for a person */
};

static bool fail(struct sentence *s, const char *why)
{
    if (!s->why)
        s->why = why;
    return false;
}

static bool is_unit(enum every_token_kind kind)
{
    return kind >= EVERY_UNIT_DAY && kind <= EVERY_UNIT_YEAR;
}

static bool take(struct sentence *s, enum every_token_kind kind)
{
    if (s->at->kind != kind)
        return false;
    s->at++;
    return true;
}

/* A number that is an hour is no day: "周三 9点". */
static bool is_hour(const struct every_token *at)
{
    return at->kind == EVERY_NUMBER && (at[1].kind == EVERY_OCLOCK || at[1].kind == EVERY_DAYPART);
}

/* "week 3", "3rd week", "第3、5周", "odd weeks", 单周: weeks of a term, by their number. */
static bool is_of_term(const struct every_token *at)
{
    if (at->kind == EVERY_PARITY)
        return true;
    if (at->kind == EVERY_UNIT_WEEK)
        return at[1].kind == EVERY_NUMBER && !is_hour(&at[1]);
    if (at->kind != EVERY_NTH && at->kind != EVERY_ORDINAL)
        return false;
    while (at->kind == EVERY_NTH || at->kind == EVERY_NUMBER || at->kind == EVERY_ORDINAL || at->kind == EVERY_TO)
        at++;
    return at->kind == EVERY_UNIT_WEEK;
}

static bool take_week(struct sentence *s, int *week)
{
    take(s, EVERY_NTH);
    if ((s->at->kind != EVERY_NUMBER && s->at->kind != EVERY_ORDINAL) || is_hour(s->at))
        return false;
    *week = s->at++->value;
    return *week >= 0 && *week <= RECURRENCE_WEEK_MAX;
}

/* "3 to 5 and 8", with the word week before or behind. */
static bool read_weeks(struct sentence *s)
{
    int week, last;

    take(s, EVERY_UNIT_WEEK);
    if (s->at->kind == EVERY_PARITY) {
        s->parity = s->at++->value ? "ODD" : "EVEN";
        take(s, EVERY_SCHOOL);
        take(s, EVERY_UNIT_WEEK);
        return true;
    }
    if (!take_week(s, &week))
        return fail(s, "a week of a term is a number from 0 to 53");
    do {
        last = week;
        if (take(s, EVERY_TO) && (!take_week(s, &last) || last < week))
            return fail(s, "the weeks are from the earlier to the later");
        for (; week <= last; week++)
            s->weeks[week] = true;
    } while (take_week(s, &week));
    take(s, EVERY_UNIT_WEEK);
    take(s, EVERY_EVERY); /* "week 3 of every term" */
    return true;
}

/* What a school day or week may be: each one, not every second. */
static bool check_school(struct sentence *s)
{
    if (!s->school || s->unit == UNIT_TERM || s->unit == UNIT_WORKDAY)
        return true;
    if (s->unit != UNIT_DAY && s->unit != UNIT_WEEK)
        return fail(s, "school goes with day or week");
    return s->interval == 1 || fail(s, "say odd or even school weeks, or one by its number");
}

/* [every] [other] [N] unit; a weekday or "the 1st" alone means each week or month. */
static bool read_frequency(struct sentence *s)
{
    bool other = false;

    while (s->at->kind == EVERY_EVERY || s->at->kind == EVERY_OTHER)
        other = s->at++->kind == EVERY_OTHER || other;
    s->interval = 1;
    s->school = take(s, EVERY_SCHOOL);
    if (!other && is_of_term(s->at)) {
        s->unit = UNIT_TERM;
        s->school = true;
        return read_weeks(s);
    }
    if (s->at->kind == EVERY_NUMBER && (is_unit(s->at[1].kind) || s->at[1].kind == EVERY_SCHOOL))
        s->interval = s->at++->value;
    s->school = take(s, EVERY_SCHOOL) || s->school;
    s->interval += other;
    if (s->interval < 1 || s->interval > INTERVAL_MAX)
        return fail(s, "the number of days, weeks, months or years must be 1 to 100");
    if (s->at->kind == EVERY_WEEKDAY)
        s->unit = UNIT_WEEK;
    else if (s->at->kind == EVERY_ORDINAL || (s->at->kind == EVERY_LAST && s->at[1].kind == EVERY_WEEKDAY))
        s->unit = UNIT_MONTH;
    else if (is_unit(s->at->kind))
        s->unit = (enum unit)(s->at++->kind - EVERY_UNIT_DAY);
    else
        return fail(s, "it begins with day, weekday, week, month or year");
    return (s->unit != UNIT_WORKDAY || s->interval == 1 || fail(s, "weekdays have no number before them")) &&
           check_school(s);
}

/* The next weekday, also the bare 三 of 一、三; 0 when none follows. */
static int take_weekday(struct sentence *s, bool bare)
{
    if (s->at->kind == EVERY_WEEKDAY)
        return s->at++->value;
    if (bare && s->at->kind == EVERY_NUMBER && s->at->value >= 1 && s->at->value <= 6 && !is_hour(s->at))
        return s->at++->value;
    if (bare && s->at->kind == EVERY_UNIT_DAY) { /* 六、日 */
        s->at++;
        return 7;
    }
    return 0;
}

static bool read_weekdays(struct sentence *s)
{
    int last = take_weekday(s, false), next;

    if (!last)
        return fail(s, "the day of the week is missing");
    do {
        s->weekdays[last] = true;
        if (take(s, EVERY_TO)) {
            next = take_weekday(s, true);
            if (next <= last)
                return fail(s, "the days are from the earlier to the later of a week");
            while (last < next)
                s->weekdays[++last] = true;
        }
        next = take_weekday(s, true);
        last = next;
    } while (next);
    return true;
}

static bool add_day(struct sentence *s, int day)
{
    if (day > 28 && day <= 31)
        return fail(s, "not every month has that day: say \"month on the last day at 09:00\"");
    if (day < 1 || day > 31 || s->day_count == DAYS_MAX)
        return fail(s, "a day of the month is 1 to 28, or the last day");
    s->days[s->day_count++] = day;
    return true;
}

/* "day 1 and 15", "15日", "1、15日", "1日、15日" */
static bool read_month_days(struct sentence *s)
{
    bool good = true;

    take(s, EVERY_UNIT_DAY);
    while (good && (s->at->kind == EVERY_NUMBER || s->at->kind == EVERY_ORDINAL) && !is_hour(s->at)) {
        good = add_day(s, s->at++->value);
        take(s, EVERY_UNIT_DAY);
    }
    return good && (s->day_count > 0 || fail(s, "the day of the month is missing"));
}

/* "1st", "第一", "1st and 3rd", "第一、三": how many of them stand here, with what they say. */
static bool read_ordinals(struct sentence *s)
{
    while (s->ordinal_count < DAYS_MAX) {
        const bool named = s->at->kind == EVERY_ORDINAL;
        const bool nth = s->at->kind == EVERY_NTH && s->at[1].kind == EVERY_NUMBER;
        const bool more = s->ordinal_count > 0 && s->at->kind == EVERY_NUMBER && !is_hour(s->at);

        if (!named && !nth && !more)
            return true;
        s->at += nth ? 1 : 0;
        s->ordinals[s->ordinal_count++] = s->at++->value;
    }
    return fail(s, "too many days");
}

static bool read_last(struct sentence *s)
{
    const bool day = s->at++->value == 1; /* 月底 */

    if (s->at->kind == EVERY_NUMBER && s->at->value == 1 && !is_hour(s->at)) /* 最后一天, 最后一个周五 */
        s->at++;
    if (day || take(s, EVERY_UNIT_DAY)) {
        s->days[s->day_count++] = -1;
        return true;
    }
    s->ordinals[s->ordinal_count++] = -1;
    return read_weekdays(s);
}

static bool read_month(struct sentence *s)
{
    if (s->at->kind == EVERY_LAST)
        return read_last(s);
    if (s->at->kind != EVERY_ORDINAL && s->at->kind != EVERY_NTH)
        return read_month_days(s);
    if (!read_ordinals(s))
        return false;
    if (s->at->kind == EVERY_WEEKDAY) {
        for (size_t i = 0; i < s->ordinal_count; i++)
            if (s->ordinals[i] < 1 || s->ordinals[i] > 4)
                return fail(s, "a month has the 1st to 4th of a weekday, and the last");
        return read_weekdays(s);
    }
    for (size_t i = 0; i < s->ordinal_count; i++) /* "on the 15th" */
        if (!add_day(s, s->ordinals[i]))
            return false;
    s->ordinal_count = 0;
    take(s, EVERY_UNIT_DAY);
    return true;
}

/* "1 June", "June 1st", "6月1日" */
static bool read_date(struct sentence *s)
{
    static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int day = 0;

    if (s->at->kind == EVERY_NUMBER && s->at[1].kind == EVERY_UNIT_MONTH) {
        s->month = s->at->value;
        s->at += 2;
    } else if (s->at->kind == EVERY_MONTHNAME) {
        s->month = s->at++->value;
    }
    if (s->at->kind == EVERY_NUMBER || s->at->kind == EVERY_ORDINAL)
        day = s->at++->value;
    take(s, EVERY_UNIT_DAY);
    if (s->at->kind == EVERY_MONTHNAME && !s->month)
        s->month = s->at++->value;
    if (s->month < 1 || s->month > 12 || day < 1)
        return fail(s, "the date is missing");
    if (day > lengths[s->month - 1])
        return fail(s, "not every year has that date");
    s->days[s->day_count++] = day;
    return true;
}

/* Minutes behind the hour: 半, 一刻, 30分, 30 */
static int take_minutes(struct sentence *s)
{
    int minute = 0;

    if (take(s, EVERY_HALF))
        return 30;
    if (s->at->kind != EVERY_NUMBER)
        return 0;
    minute = s->at++->value;
    if (take(s, EVERY_QUARTER))
        return minute == 1 || minute == 3 ? minute * 15 : -1;
    take(s, EVERY_MINUTE);
    return minute < 60 ? minute : -1;
}

static bool read_time(struct sentence *s)
{
    int part = s->at->kind == EVERY_DAYPART ? s->at++->value : -1;
    int hour = -1, minute = 0;

    if (s->at->kind == EVERY_CLOCK) {
        hour = s->at->value / 60;
        minute = s->at++->value % 60;
    } else if (is_hour(s->at)) {
        hour = s->at++->value;
        if (take(s, EVERY_OCLOCK))
            minute = take_minutes(s);
    }
    if (part < 0 && s->at->kind == EVERY_DAYPART) /* "3:30 pm" */
        part = s->at++->value;
    if (hour < 0 || s->at->kind != EVERY_END)
        return fail(s, hour < 0 ? "the time of day is missing" : "something stands behind the time");
    s->minute = part >= 0 && minute >= 0 ? every_daypart_minute(part, hour, minute) : hour * 60 + minute;
    return (hour < 24 && minute >= 0 && s->minute >= 0) || fail(s, "there is no such time of day");
}

static bool read_days(struct sentence *s)
{
    switch (s->unit) {
    case UNIT_DAY:
        return true;
    case UNIT_WORKDAY:
        for (int day = 1; day <= 5; day++)
            s->weekdays[day] = true;
        return true;
    case UNIT_WEEK:
    case UNIT_TERM:
        return read_weekdays(s);
    case UNIT_MONTH:
        if (!read_month(s))
            return false;
        take(s, EVERY_EVERY); /* "1st Saturday of every month" */
        take(s, EVERY_UNIT_MONTH);
        return true;
    case UNIT_YEAR:
        return read_date(s);
    }
    return false;
}

static void add_weekdays(struct text *rule, const struct sentence *s, const char *before)
{
    for (int day = 1; day <= 7; day++) {
        for (size_t i = 0; s->weekdays[day] && i < (s->ordinal_count ? s->ordinal_count : 1); i++) {
            text_add(rule, before);
            if (s->ordinal_count)
                text_add_format(rule, "%d", s->ordinals[i]);
            text_add(rule, day_codes[day - 1]);
            before = ",";
        }
    }
}

static void add_weeks(struct text *rule, const struct sentence *s)
{
    const char *before = ";WEEK=";

    if (s->parity)
        text_add_format(rule, "%s%s", before, s->parity);
    for (int week = 0; week <= RECURRENCE_WEEK_MAX; week++) {
        if (!s->weeks[week])
            continue;
        text_add_format(rule, "%s%d", before, week);
        before = ",";
    }
}

/* The rule without its interval. The caller frees. */
static char *rule_of(const struct sentence *s)
{
    struct text rule = { 0 };

    text_add_format(&rule, "FREQ=%s", units[s->unit].frequency);
    add_weeks(&rule, s);
    add_weekdays(&rule, s, ";BYDAY=");
    for (size_t i = 0; i < s->day_count; i++)
        text_add_format(&rule, "%s%d", i ? "," : ";BYMONTHDAY=", s->days[i]);
    if (s->month)
        text_add_format(&rule, ";BYMONTH=%d", s->month);
    return text_take(&rule);
}

/* The first date that fits after `today`, and the rule that counts from there. */
static bool settle(struct recurrence *out, const struct sentence *s, struct local_time today, struct error *err)
{
    CLEANUP(mem_clean) char *plain = rule_of(s);
    CLEANUP(mem_clean) char *rule = s->interval > 1 ? mem_format("%s;INTERVAL=%d", plain, s->interval) : mem_dup(plain);
    struct local_time start = today, from = today;

    start.hour = s->minute / 60;
    start.minute = s->minute % 60;
    start.second = 0;
    from.second++; /* not now: later */
    if (s->unit != UNIT_TERM && !recurrence_first(&start, plain, start, from))
        return error_set(err, "every \"%s\": no date comes", rule);
    if (!recurrence_parse(out, rule, start, err))
        return false;
    out->school_days = s->school;
    return true;
}

bool recurrence_every(struct recurrence *out, const char *text, struct local_time today, struct error *err)
{
    struct every_tokens tokens;
    struct sentence sentence = { .at = tokens.list, .unit = UNIT_MONTH };
    struct error why;

    if (!every_read(&tokens, text, &why))
        return error_set(err, "every \"%.200s\": %s: write it like \"%s\"", text, why.text, units[UNIT_MONTH].example);
    if (!read_frequency(&sentence) || !read_days(&sentence) || !read_time(&sentence))
        return error_set(err, "every \"%.200s\": %s: write it like \"%s\"", text, sentence.why,
                         units[sentence.unit].example);
    return settle(out, &sentence, today, err);
}
