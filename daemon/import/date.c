/* SPDX-License-Identifier: Apache-2.0 */
/* Dates as registers write them; see date.h. */
#include "import/date.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/clean.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { YEAR_MIN = 1900, YEAR_MAX = 2100, SERIAL_MIN = 10000, SERIAL_MAX = 73050 /* 1927 to 2099 */ };

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int date_month_days(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    if (month < 1 || month > 12)
        return 0;
    return days[month - 1] + (month == 2 && is_leap(year));
}

void date_format(char out[static DATE_MAX], struct date date)
{
    out[0] = '\0';
    if (date.year && date.day)
        snprintf(out, DATE_MAX, "%04d-%02d-%02d", date.year % 10000, date.month % 100, date.day % 100);
    else if (date.year)
        snprintf(out, DATE_MAX, "%04d-%02d", date.year % 10000, date.month % 100);
}

int date_compare(struct date a, struct date b)
{
    if (a.year != b.year)
        return a.year - b.year;
    return a.month != b.month ? a.month - b.month : a.day - b.day;
}

int date_age(struct date birth, struct date today)
{
    const int birthday = birth.day ? birth.day : date_month_days(birth.year, birth.month);
    const bool reached = today.month > birth.month || (today.month == birth.month && today.day >= birthday);

    return today.year - birth.year - !reached;
}

/* Days since 0000-03-01 in the Gregorian calendar. */
static int day_number(struct date date)
{
    const int month = (date.month + 9) % 12;
    const int year = date.year - (date.month <= 2);

    return 365 * year + year / 4 - year / 100 + year / 400 + (month * 306 + 5) / 10 + date.day - 1;
}

int date_weekday(struct date date)
{
    return (day_number(date) + 2) % 7 + 1; /* 0000-03-01 was a Wednesday */
}

static bool finish(struct date *out, struct date date, const char *text, struct error *err)
{
    if (date.year < YEAR_MIN || date.year > YEAR_MAX)
        return error_set(err, "\"%.60s\": no such date: write it as 2016-03-09", text);
    if (date.month < 1 || date.month > 12)
        return error_set(err, "\"%.60s\": there is no month %d: write it as 2016-03-09", text, date.month);
    if (date.day < 0 || date.day > date_month_days(date.year, date.month))
        return error_set(err, "\"%.60s\": %d-%02d has no day %d: look it up and write it as 2016-03-09", text,
                         date.year, date.month, date.day);
    *out = date;
    return true;
}

/* Excel counts days from 1899-12-30 (with its 1900 leap day, [MS-XLS] 2.5.343, for all days from March 1900). */
static struct date from_serial(int serial)
{
    struct date date = { 1899, 12, 30 };

    for (int left = serial; left > 0;) {
        const int step = date_month_days(date.year, date.month) - date.day + 1;

        if (left < step) {
            date.day += left;
            break;
        }
        left -= step;
        date.day = 1;
        date.year += date.month == 12;
        date.month = date.month == 12 ? 1 : date.month + 1;
    }
    return date;
}

/* Digits only: 20160309, 201603, or a serial number. */
static bool from_digits(struct date *out, const char *text, struct error *err)
{
    const size_t length = strlen(text);
    const int number = length <= 8 ? atoi(text) : 0;

    if (length == 8)
        return finish(out, (struct date){ number / 10000, number / 100 % 100, number % 100 == 0 ? -1 : number % 100 },
                      text, err);
    if (length == 6)
        return finish(out, (struct date){ number / 100, number % 100, 0 }, text, err);
    if (length == 5 && number >= SERIAL_MIN && number <= SERIAL_MAX)
        return finish(out, from_serial(number), text, err);
    if (length == 4)
        return error_set(err, "\"%s\" is a year alone: add the month, 2016-03", text);
    return error_set(err, "\"%.60s\" is no date: write it as 2016-03-09", text);
}

/* 42438.5: a serial number with a time of day behind the point. */
static bool is_day_and_time(const char *text)
{
    const size_t whole = strspn(text, "0123456789");

    return whole == 5 && text[whole] == '.' && text[whole + 1] &&
           strspn(text + whole + 1, "0123456789") == strlen(text + whole + 1);
}

char *date_digits(const char *text)
{
    static const char *const numerals[] = { "〇", "一", "二", "三", "四", "五", "六", "七", "八", "九", "零", "○" };
    struct text out = { 0 };

    while (*text) {
        size_t i = 0;

        while (i < COUNT(numerals) && !text_starts(text, numerals[i]))
            i++;
        if (i < COUNT(numerals)) {
            text_add_char(&out, (char)('0' + (i < 10 ? i : 0)));
            text += strlen(numerals[i]);
        } else if (text_starts(text, "十")) {
            const bool tens = out.length && isdigit((unsigned char)out.data[out.length - 1]);
            bool ones = false;

            text += strlen("十");
            for (size_t j = 1; j < 10; j++)
                ones = ones || text_starts(text, numerals[j]);
            text_add(&out, tens ? (ones ? "" : "0") : (ones ? "1" : "10"));
        } else {
            text_add_char(&out, *text++);
        }
    }
    return text_take(&out);
}

/* "Mar", "March" → 3, moving behind it; 0 when there is no month. */
static int month_name(const char **at)
{
    static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun",
                                          "jul", "aug", "sep", "oct", "nov", "dec" };

    for (size_t i = 0; i < COUNT(months); i++) {
        if (strncasecmp(*at, months[i], 3) == 0) {
            while (isalpha((unsigned char)**at))
                *at += 1;
            return (int)i + 1;
        }
    }
    return 0;
}

struct parts {
    int numbers[3];
    size_t lengths[3]; /* in digits; 0 for a month's name */
    size_t count;
};

/* Where a time of day begins, behind a full date. */
static bool is_time(const char *at)
{
    const size_t digits = strspn(at + (*at == 'T'), "0123456789");

    return digits > 0 && digits <= 2 && at[digits + (*at == 'T')] == ':';
}

/* Numbers between separators. False when something else stands in between. */
static bool split(struct parts *parts, const char *text)
{
    static const char *const separators[] = {
        "-", ".", "/", "年", "月", "日", "号", ",", "\\", "、", "·", "–", "—", "_"
    };

    for (const char *at = text; *at;) {
        size_t i = 0;

        if (parts->count == 3 && is_time(at))
            return true;
        if (isdigit((unsigned char)*at) || isalpha((unsigned char)*at)) {
            const size_t length = strspn(at, "0123456789");

            if (parts->count == 3 || length > 4)
                return false;
            parts->lengths[parts->count] = length;
            parts->numbers[parts->count] = length ? atoi(at) : month_name(&at);
            if (!length && parts->numbers[parts->count] == 0)
                return false;
            parts->count++;
            at += length;
            continue;
        }
        while (i < COUNT(separators) && !text_starts(at, separators[i]))
            i++;
        if (i == COUNT(separators))
            return false;
        at += strlen(separators[i]);
    }
    return true;
}

/* Year last: 9-Mar-2016, 13/5/2016, 5/13/2016; 3/9/2016 has two meanings. */
static bool year_last(struct date *out, const struct parts *parts, const char *text, struct error *err)
{
    const int a = parts->numbers[0], b = parts->numbers[1];
    const bool named = parts->lengths[0] == 0 || parts->lengths[1] == 0;
    struct date date = { parts->numbers[2], b, a };

    if (parts->lengths[0] == 0 || (!named && b > 12))
        date = (struct date){ parts->numbers[2], a, b };
    if (!named && a <= 12 && b <= 12 && a != b)
        return error_set(err, "\"%.60s\" may be two dates: write it as 2016-03-09", text);
    if (parts->lengths[2] == 2)
        date.year += date.year > 50 ? 1900 : 2000;
    return finish(out, date, text, err);
}

static bool from_parts(struct date *out, const struct parts *parts, const char *text, struct error *err)
{
    const int *n = parts->numbers;

    if (parts->count == 3 && parts->lengths[0] == 4)
        return finish(out, (struct date){ n[0], n[1], n[2] == 0 ? -1 : n[2] }, text, err);
    if (parts->count == 2 && parts->lengths[0] == 4)
        return finish(out, (struct date){ n[0], n[1], 0 }, text, err);
    if (parts->count == 2 && parts->lengths[1] == 4)
        return finish(out, (struct date){ n[1], n[0], 0 }, text, err);
    if (parts->count == 3 && (parts->lengths[2] == 4 || parts->lengths[1] == 0))
        return year_last(out, parts, text, err);
    if (parts->count == 3 && parts->lengths[0] == 2 && n[0] <= 50) /* 16.3.9 */
        return finish(out, (struct date){ 2000 + n[0], n[1], n[2] == 0 ? -1 : n[2] }, text, err);
    return error_set(err, "\"%.60s\" is no date: write it as 2016-03-09", text);
}

bool date_parse(struct date *out, const char *text, struct error *err)
{
    CLEANUP(mem_clean) char *line = clean_line(text);
    CLEANUP(mem_clean) char *folded = NULL, *plain = NULL, *digits = NULL;
    struct parts parts = { 0 };
    char *space = strchr(line, ' ');

    if (space && strchr(space, ':')) /* 2016-03-09 00:00:00 */
        *space = '\0';
    folded = clean_fold(line);
    if (!clean_number(&plain, folded, err))
        return false;
    digits = date_digits(plain);
    if (is_day_and_time(digits))
        digits[strcspn(digits, ".")] = '\0';
    if (*digits && strspn(digits, "0123456789") == strlen(digits))
        return from_digits(out, digits, err);
    if (!split(&parts, digits))
        return error_set(err, "\"%.60s\" is no date: write it as 2016-03-09", text);
    return from_parts(out, &parts, text, err);
}
