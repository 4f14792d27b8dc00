/* SPDX-License-Identifier: Apache-2.0 */
/* When a rota means; see span.h. A text is taken apart into tokens: dates, days of the week, weeks of the term. */
#include "import/span.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "import/clean.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { SPAN_DAYS_MAX = 400, YEARS_AWAY_MAX = 2, WEEKS_MAX = 30 };

/* Behind any of the words; false where none stands. The longest must come first. */
static bool pass(const char **at, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text_starts(*at, words[i])) {
            *at += strlen(words[i]);
            return true;
        }
    }
    return false;
}

static bool pass_range(const char **at)
{
    static const char *const words[] = { "——", "--", "至", "到", "~", "—", "–", "―", "-", "−" };

    return pass(at, words, COUNT(words));
}

/* A number of at most `digits` digits. */
static bool number(const char **at, size_t digits, int *out)
{
    const size_t length = strspn(*at, "0123456789");

    if (length == 0 || length > digits)
        return false;
    *out = atoi(*at);
    *at += length;
    return true;
}

/* ----------------------------------------------------------------------------------------------------------- dates */

static bool exists(struct date date)
{
    return date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= date_month_days(date.year, date.month);
}

/* Without year: the day nearest to today. */
static int nearest_year(struct date date, struct date today)
{
    const int months = date.month - today.month;

    return months > 6 ? today.year - 1 : months < -6 ? today.year + 1 : today.year;
}

/* "2026年", "2026-", "2026." in front of a month. */
static bool pass_year(const char **at, int *year)
{
    static const char *const signs[] = { "年", "-", ".", "/" };
    const char *rest = *at;

    if (strspn(rest, "0123456789") != 4 || !number(&rest, 4, year) || !pass(&rest, signs, COUNT(signs)))
        return false;
    *at = rest;
    return true;
}

/* Month and day; `out->year` is set where one stood, else left. */
static bool pass_date(const char **at, struct date *out)
{
    static const char *const months[] = { "月份", "月", "-", ".", "/" };
    static const char *const days[] = { "日", "号" };
    const char *rest = *at;
    struct date date = *out;
    bool in_words;

    pass_year(&rest, &date.year);
    if (!number(&rest, 2, &date.month))
        return false;
    in_words = text_starts(rest, "月");
    if (!pass(&rest, months, COUNT(months)))
        return false;
    if (!number(&rest, 2, &date.day)) {
        if (!in_words)
            return false;
        date.day = 0; /* 10月: all of it */
    }
    pass(&rest, days, COUNT(days));
    *at = rest;
    *out = date;
    return true;
}

/* The end of a range: a date, or a day of the month in which it began. */
static bool pass_end(const char **at, const struct date *from, struct date *to)
{
    static const char *const days[] = { "日", "号" };
    const char *rest = *at;

    *to = (struct date){ .year = 0 };
    if (pass_date(&rest, to)) {
        to->year = to->year ? to->year : from->year + (to->month < from->month);
    } else {
        *to = *from;
        if (!number(&rest, 2, &to->day))
            return false;
        pass(&rest, days, COUNT(days));
    }
    *at = rest;
    return true;
}

static bool is_short(struct date from, struct date to)
{
    return date_compare(from, to) <= 0 && (to.year - from.year) * 366 + (to.month - from.month) * 31 < SPAN_DAYS_MAX;
}

/* A date or a range of them. */
static bool pass_dates(const char **at, struct date today, struct span *out)
{
    const char *rest = *at, *behind;
    struct date from = { .year = 0 }, to;

    if (!pass_date(&rest, &from))
        return false;
    from.year = from.year ? from.year : nearest_year(from, today);
    to = from;
    if (from.day == 0 && from.month >= 1 && from.month <= 12) {
        from.day = 1;
        to.day = date_month_days(to.year, to.month);
    }
    behind = rest;
    if (pass_range(&behind) && pass_end(&behind, &from, &to))
        rest = behind;
    if (to.day == 0)
        to.day = date_month_days(to.year, to.month);
    if (!exists(from) || !exists(to) || !is_short(from, to) || abs(from.year - today.year) > YEARS_AWAY_MAX)
        return false;
    out->from = from;
    out->to = to;
    *at = rest;
    return true;
}

/* -------------------------------------------------------------------------------------------------- days and weeks */

/* One to seven of 周1 … 周日; 0. */
static int pass_day(const char **at)
{
    static const char *const sundays[] = { "日", "天", "末" };

    if (**at >= '1' && **at <= '7' && !isdigit((unsigned char)(*at)[1]))
        return *(*at)++ - '0';
    return pass(at, sundays, COUNT(sundays)) ? 7 : 0;
}

/* 周1 in front of a date: 周110.12. */
static int pass_glued_day(const char **at)
{
    const char *rest = *at + 1;
    struct date date = { .year = 0 };

    if (**at < '1' || **at > '7' || !pass_date(&rest, &date))
        return 0;
    return *(*at)++ - '0';
}

static bool pass_english(const char **at, int *day)
{
    static const char *const names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
    static const char *const tails[] = { "nesday", "rsday", "urday", "sday", "day", "s", "r" };

    for (size_t i = 0; i < COUNT(names); i++) {
        if (strncasecmp(*at, names[i], 3) != 0)
            continue;
        *at += 3;
        for (size_t j = 0; j < COUNT(tails); j++) {
            if (strncasecmp(*at, tails[j], strlen(tails[j])) == 0) {
                *at += strlen(tails[j]);
                break;
            }
        }
        *day = (int)i + 1;
        return true;
    }
    return false;
}

static const char *const day_words[] = { "星期", "礼拜", "周" };

static unsigned days_between(int first, int last)
{
    unsigned days = 0;

    for (int day = first; day <= last; day++)
        days |= 1u << (day - 1);
    return days;
}

/* More days behind the first: 周2、4. */
static void pass_more_days(const char **at, unsigned *days)
{
    static const char *const marks[] = { "、", ",", "/" };
    const char *rest = *at;
    int day;

    while (pass(&rest, marks, COUNT(marks)) && (day = pass_day(&rest))) {
        *days |= 1u << (day - 1);
        *at = rest;
    }
}

/* 周1, 周1至周5, 周1至5; Monday. */
static bool pass_days(const char **at, struct span *out)
{
    const char *rest = *at, *behind;
    const bool weekend = text_starts(rest, "周末");
    int first = 0, last = 0;

    if (!pass_english(&rest, &first)) {
        if (!pass(&rest, day_words, COUNT(day_words)))
            return false;
        first = pass_day(&rest);
        first = first ? first : pass_glued_day(&rest);
    }
    if (!first)
        return false;
    behind = rest;
    if (pass_range(&behind)) {
        pass(&behind, day_words, COUNT(day_words));
        last = pass_day(&behind);
    }
    if (last)
        rest = behind;
    if (last && last < first)
        return false;
    out->weekdays |= weekend ? days_between(6, 7) : days_between(first, last ? last : first);
    if (!last)
        pass_more_days(&rest, &out->weekdays);
    *at = rest;
    return true;
}

/* 第7周, 第7教学周, 7周. */
static bool pass_week(const char **at, struct span *out)
{
    static const char *const ends[] = { "教学周", "周次", "周" };
    const char *rest = *at;
    int week;

    if (text_starts(rest, "第"))
        rest += strlen("第");
    if (!number(&rest, 2, &week) || !pass(&rest, ends, COUNT(ends)) || week < 1 || week > WEEKS_MAX)
        return false;
    out->week = week;
    *at = rest;
    return true;
}

/* ------------------------------------------------------------------------------------------------------- the whole */

static void pass_marks(const char **at)
{
    static const char *const marks[] = { "(", ")", "[", "]", "【", "】", ",", "、", ";", ":", "/" };

    while (pass(at, marks, COUNT(marks)))
        ;
}

/* A date in a form of its own (Excel's number, a time of day behind, 12-Oct-2026). Years far away are none of a rota. */
static bool plain_date(struct span *out, const char *text, struct date today)
{
    struct date date;

    if (!date_parse(&date, text, NULL) || abs(date.year - today.year) > YEARS_AWAY_MAX)
        return false;
    *out = (struct span){ .from = date, .to = date };
    if (date.day == 0) {
        out->from.day = 1;
        out->to.day = date_month_days(date.year, date.month);
    }
    return true;
}

bool span_parse(struct span *out, const char *text, struct date today)
{
    CLEANUP(mem_clean) char *folded = clean_fold(text);
    CLEANUP(mem_clean) char *digits = date_digits(folded);
    struct span span = { .week = 0 };
    const char *at = digits;

    if (!*digits)
        return false;
    if (plain_date(out, text, today))
        return true;
    for (pass_marks(&at); *at; pass_marks(&at)) {
        if (!pass_week(&at, &span) && !pass_days(&at, &span) && !(!span.from.year && pass_dates(&at, today, &span)))
            return false;
    }
    if (!span.from.year && !span.weekdays && !span.week)
        return false;
    if (span.from.year && span.weekdays && !span_join(&span, &(struct span){ .weekdays = span.weekdays }))
        return false;
    *out = span;
    return true;
}

bool span_find(struct span *out, const char *text, struct date today)
{
    CLEANUP(mem_clean) char *folded = clean_fold(text);
    CLEANUP(mem_clean) char *digits = date_digits(folded);
    struct span week = { .week = 0 };

    for (const char *at = digits; *at;) {
        const char *here = at;
        struct span span = { .week = 0 };

        if (pass_dates(&here, today, &span) && date_compare(span.from, span.to) < 0) {
            *out = span;
            return true;
        }
        here = at;
        if (!week.week && text_starts(at, "第"))
            pass_week(&here, &week);
        if (isdigit((unsigned char)*at))
            at += strspn(at, "0123456789");
        else
            utf8_next(&at);
    }
    *out = week;
    return week.week > 0;
}

static struct date day_after(struct date date)
{
    if (date.day < date_month_days(date.year, date.month))
        return (struct date){ date.year, date.month, date.day + 1 };
    return date.month < 12 ? (struct date){ date.year, date.month + 1, 1 } : (struct date){ date.year + 1, 1, 1 };
}

static struct date day_before(struct date date)
{
    if (date.day > 1)
        return (struct date){ date.year, date.month, date.day - 1 };
    return date.month > 1 ? (struct date){ date.year, date.month - 1, date_month_days(date.year, date.month - 1) }
                          : (struct date){ date.year - 1, 12, 31 };
}

/* Whether some day of the span is one of its days of the week. */
static bool holds_a_day(const struct span *span)
{
    struct date date = span->from;

    for (int i = 0; i < 7 && date_compare(date, span->to) <= 0; i++, date = day_after(date)) {
        if (span->weekdays & (1u << (date_weekday(date) - 1)))
            return true;
    }
    return false;
}

bool span_join(struct span *into, const struct span *more)
{
    struct span span = *into;

    if (span.weekdays && more->weekdays && !(span.weekdays & more->weekdays))
        return false;
    span.weekdays = span.weekdays && more->weekdays ? span.weekdays & more->weekdays : span.weekdays | more->weekdays;
    if (!span.from.year || (more->from.year && date_compare(more->from, span.from) > 0))
        span.from = more->from;
    if (!span.to.year || (more->to.year && date_compare(more->to, span.to) < 0))
        span.to = more->to;
    if (span.from.year && date_compare(span.from, span.to) > 0)
        return false;
    if (span.from.year && span.weekdays && !holds_a_day(&span))
        return false;
    span.week = span.week ? span.week : more->week;
    *into = span;
    return true;
}

void span_set_week(struct span *span, struct date term_start)
{
    struct date day = term_start;

    while (date_weekday(day) > 1)
        day = day_before(day);
    for (int i = 1; i < span->week * 7 - 6; i++)
        day = day_after(day);
    span->from = day;
    for (int i = 1; i < 7; i++)
        day = day_after(day);
    span->to = day;
}
