/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of the friendly forms of a recurrence, English and Chinese; see recurrence_internal.h. A sentence is cut
 * greedily by one table (the longest word first); full-width digits and colons count as narrow ones, case does not count.
 * Fails at the first thing that is no word, and names it.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/recurrence_internal.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { AM, PM, DAWN, MORNING, NOON, AFTERNOON, EVENING };

/* Hours that a part of the day goes with, and what is added to them; several rows a part. */
static const struct {
    int part, first, last, add;
} dayparts[] = {
    { AM, 1, 11, 0 },        { AM, 12, 12, -12 },      { PM, 1, 11, 12 },      { PM, 12, 12, 0 },
    { DAWN, 0, 6, 0 },       { MORNING, 4, 12, 0 },    { NOON, 11, 12, 0 },    { NOON, 1, 2, 12 },
    { AFTERNOON, 1, 7, 12 }, { AFTERNOON, 12, 19, 0 }, { EVENING, 5, 11, 12 }, { EVENING, 17, 23, 0 },
};

/* Every word; of two that fit, the longer one is taken. */
static const struct {
    const char *word;
    enum every_token_kind kind;
    int value;
} words[] = {
    { "every", EVERY_EVERY, 0 },
    { "each", EVERY_EVERY, 0 },
    { "每", EVERY_EVERY, 0 },
    { "other", EVERY_OTHER, 0 },
    { "隔", EVERY_OTHER, 0 },
    { "day", EVERY_UNIT_DAY, 0 },
    { "days", EVERY_UNIT_DAY, 0 },
    { "daily", EVERY_UNIT_DAY, 0 },
    { "天", EVERY_UNIT_DAY, 0 },
    { "日", EVERY_UNIT_DAY, 0 },
    { "号", EVERY_UNIT_DAY, 0 },
    { "weekday", EVERY_UNIT_WORKDAY, 0 },
    { "weekdays", EVERY_UNIT_WORKDAY, 0 },
    { "workday", EVERY_UNIT_WORKDAY, 0 },
    { "workdays", EVERY_UNIT_WORKDAY, 0 },
    { "工作日", EVERY_UNIT_WORKDAY, 0 },
    { "week", EVERY_UNIT_WEEK, 0 },
    { "weeks", EVERY_UNIT_WEEK, 0 },
    { "weekly", EVERY_UNIT_WEEK, 0 },
    { "周", EVERY_UNIT_WEEK, 0 },
    { "星期", EVERY_UNIT_WEEK, 0 },
    { "礼拜", EVERY_UNIT_WEEK, 0 },
    { "month", EVERY_UNIT_MONTH, 0 },
    { "months", EVERY_UNIT_MONTH, 0 },
    { "monthly", EVERY_UNIT_MONTH, 0 },
    { "月", EVERY_UNIT_MONTH, 0 },
    { "月份", EVERY_UNIT_MONTH, 0 },
    { "year", EVERY_UNIT_YEAR, 0 },
    { "years", EVERY_UNIT_YEAR, 0 },
    { "yearly", EVERY_UNIT_YEAR, 0 },
    { "年", EVERY_UNIT_YEAR, 0 },
    { "school", EVERY_SCHOOL, 0 },
    { "上学", EVERY_SCHOOL, 0 },
    { "教学", EVERY_SCHOOL, 0 },
    { "上课", EVERY_SCHOOL, 0 },
    { "odd", EVERY_PARITY, 1 },
    { "单", EVERY_PARITY, 1 },
    { "even", EVERY_PARITY, 0 },
    { "双", EVERY_PARITY, 0 },
    { "last", EVERY_LAST, 0 },
    { "最后", EVERY_LAST, 0 },
    { "月底", EVERY_LAST, 1 },
    { "月末", EVERY_LAST, 1 },
    { "to", EVERY_TO, 0 },
    { "until", EVERY_TO, 0 },
    { "through", EVERY_TO, 0 },
    { "-", EVERY_TO, 0 },
    { "–", EVERY_TO, 0 },
    { "至", EVERY_TO, 0 },
    { "到", EVERY_TO, 0 },
    { "第", EVERY_NTH, 0 },
    { "first", EVERY_ORDINAL, 1 },
    { "second", EVERY_ORDINAL, 2 },
    { "third", EVERY_ORDINAL, 3 },
    { "fourth", EVERY_ORDINAL, 4 },
    { "fifth", EVERY_ORDINAL, 5 },
    { "one", EVERY_NUMBER, 1 },
    { "two", EVERY_NUMBER, 2 },
    { "three", EVERY_NUMBER, 3 },
    { "four", EVERY_NUMBER, 4 },
    { "点", EVERY_OCLOCK, 0 },
    { "点钟", EVERY_OCLOCK, 0 },
    { "点整", EVERY_OCLOCK, 0 },
    { "时", EVERY_OCLOCK, 0 },
    { "半", EVERY_HALF, 0 },
    { "刻", EVERY_QUARTER, 0 },
    { "分", EVERY_MINUTE, 0 },
    { "am", EVERY_DAYPART, AM },
    { "pm", EVERY_DAYPART, PM },
    { "凌晨", EVERY_DAYPART, DAWN },
    { "早上", EVERY_DAYPART, MORNING },
    { "早晨", EVERY_DAYPART, MORNING },
    { "上午", EVERY_DAYPART, MORNING },
    { "中午", EVERY_DAYPART, NOON },
    { "下午", EVERY_DAYPART, AFTERNOON },
    { "傍晚", EVERY_DAYPART, EVENING },
    { "晚上", EVERY_DAYPART, EVENING },
    { "晚", EVERY_DAYPART, EVENING },
    { "the", EVERY_NOISE, 0 },
    { "on", EVERY_NOISE, 0 },
    { "at", EVERY_NOISE, 0 },
    { "of", EVERY_NOISE, 0 },
    { "and", EVERY_NOISE, 0 },
    { "in", EVERY_NOISE, 0 },
    { "term", EVERY_NOISE, 0 },
    { "terms", EVERY_NOISE, 0 },
    { "学期", EVERY_NOISE, 0 },
    { ",", EVERY_NOISE, 0 },
    { ";", EVERY_NOISE, 0 },
    { "，", EVERY_NOISE, 0 },
    { "、", EVERY_NOISE, 0 },
    { "个", EVERY_NOISE, 0 },
    { "的", EVERY_NOISE, 0 },
    { "在", EVERY_NOISE, 0 },
    { "和", EVERY_NOISE, 0 },
    { "及", EVERY_NOISE, 0 },
    { "与", EVERY_NOISE, 0 },
};

/* Names with a number each; the Chinese weekdays follow 周, 星期 or 礼拜. */
static const char *const weekday_names[] = { "monday", "tuesday",  "wednesday", "thursday",
                                             "friday", "saturday", "sunday" };
static const char *const weekday_short[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
static const char *const weekday_signs[] = { "一", "二", "三", "四", "五", "六", "日", "天" };
static const char *const week_words[] = { "周", "星期", "礼拜" };
static const char *const month_names[] = { "january", "february", "march",     "april",   "may",      "june",
                                           "july",    "august",   "september", "october", "november", "december" };

int every_daypart_minute(int part, int hour, int minute)
{
    for (size_t i = 0; i < COUNT(dayparts); i++)
        if (dayparts[i].part == part && hour >= dayparts[i].first && hour <= dayparts[i].last)
            return (hour + dayparts[i].add) * 60 + minute;
    return -1;
}

/* Length of the letters at `at`: an English word is taken whole or not at all. */
static size_t letters(const char *at)
{
    size_t length = 0;

    while (isalpha((unsigned char)at[length]))
        length++;
    return length;
}

static bool begins_with(const char *at, const char *word)
{
    const size_t length = strlen(word);

    return strncmp(at, word, length) == 0 && (!isalpha((unsigned char)*word) || letters(at) == length);
}

static size_t read_word(struct every_token *out, const char *at)
{
    size_t longest = 0;

    for (size_t i = 0; i < COUNT(words); i++) {
        const size_t length = strlen(words[i].word);

        if (length > longest && begins_with(at, words[i].word)) {
            longest = length;
            *out = (struct every_token){ words[i].kind, words[i].value };
        }
    }
    return longest;
}

/* "monday", "mondays", "mon", "thurs"; "june", "jun", "sept": at least three letters of the name. */
static size_t read_name(struct every_token *out, const char *at)
{
    const size_t length = letters(at);
    const size_t stem = length > 6 && at[length - 1] == 's' ? length - 1 : length;

    if (length < 3)
        return 0;
    for (size_t i = 0; i < COUNT(weekday_names); i++) {
        if (strncmp(at, weekday_names[i], stem) == 0 || (length == 3 && strncmp(at, weekday_short[i], 3) == 0)) {
            *out = (struct every_token){ EVERY_WEEKDAY, (int)i + 1 };
            return length;
        }
    }
    for (size_t i = 0; i < COUNT(month_names); i++) {
        if (strncmp(at, month_names[i], length) == 0) {
            *out = (struct every_token){ EVERY_MONTHNAME, (int)i + 1 };
            return length;
        }
    }
    return 0;
}

/* 周一, 星期日, 礼拜天 */
static size_t read_chinese_weekday(struct every_token *out, const char *at)
{
    for (size_t w = 0; w < COUNT(week_words); w++) {
        const size_t length = strlen(week_words[w]);

        for (size_t i = 0; text_starts(at, week_words[w]) && i < COUNT(weekday_signs); i++) {
            if (!text_starts(at + length, weekday_signs[i]))
                continue;
            *out = (struct every_token){ EVERY_WEEKDAY, i < 7 ? (int)i + 1 : 7 };
            return length + strlen(weekday_signs[i]);
        }
    }
    return 0;
}

/* One Chinese digit at `at`: its value, or -1. 十 is not one. */
static int chinese_digit(const char *at)
{
    static const char *const digits[] = { "零", "一", "二", "三", "四", "五", "六", "七", "八", "九" };

    for (size_t i = 0; i < COUNT(digits); i++)
        if (text_starts(at, digits[i]))
            return (int)i;
    return text_starts(at, "两") ? 2 : -1;
}

/* 三, 十, 十五, 二十, 三十一; 三五 are two numbers. */
static size_t read_chinese_number(struct every_token *out, const char *at)
{
    enum { SIGN = 3 }; /* bytes of each of these characters */
    const int first = chinese_digit(at);
    const size_t tens = first < 0 ? 0 : SIGN;
    int last;

    if (!text_starts(at + tens, "十")) {
        *out = (struct every_token){ EVERY_NUMBER, first };
        return tens;
    }
    last = chinese_digit(at + tens + SIGN);
    *out = (struct every_token){ EVERY_NUMBER, (first < 0 ? 1 : first) * 10 + (last > 0 ? last : 0) };
    return tens + SIGN + (last > 0 ? SIGN : 0);
}

/* "15", "18:00", "1st" */
static size_t read_digits(struct every_token *out, const char *at)
{
    static const char *const suffixes[] = { "st", "nd", "rd", "th" };
    const size_t length = strspn(at, "0123456789");
    const char *rest = at + length;
    const int value = length > 0 && length <= 4 ? (int)strtol(at, NULL, 10) : -1;

    if (value < 0)
        return 0;
    *out = (struct every_token){ EVERY_NUMBER, value };
    if (*rest == ':' && strspn(rest + 1, "0123456789") == 2 && length <= 2 && value < 24 && rest[1] < '6') {
        *out = (struct every_token){ EVERY_CLOCK, value * 60 + (int)strtol(rest + 1, NULL, 10) };
        return length + 3;
    }
    for (size_t i = 0; i < COUNT(suffixes); i++) {
        if (begins_with(rest, suffixes[i])) {
            out->kind = EVERY_ORDINAL;
            return length + 2;
        }
    }
    return length;
}

/* Narrow digits and colons, small letters, plain blanks. The caller frees. */
static char *normalised(const char *text)
{
    struct text out = { 0 };

    while (*text) {
        uint32_t c = utf8_next(&text);

        if (c >= 0xff01 && c <= 0xff5e) /* full-width forms */
            c -= 0xfee0;
        if (c == 0x3000 || c == 0xa0 || c == '\t')
            c = ' ';
        text_add_utf8(&out, c < 0x80 ? (uint32_t)tolower((int)c) : c);
    }
    return text_take(&out);
}

static size_t read_token(struct every_token *out, const char *at)
{
    static size_t (*const readers[])(struct every_token *, const char *) = { read_chinese_weekday, read_chinese_number,
                                                                             read_digits, read_word, read_name };
    size_t length = 0;

    for (size_t i = 0; i < COUNT(readers) && !length; i++)
        length = readers[i](out, at);
    return length;
}

bool every_read(struct every_tokens *out, const char *text, struct error *err)
{
    CLEANUP(mem_clean) char *plain = normalised(text);
    struct every_tokens tokens = { 0 };
    const char *at = plain;

    if (strlen(text) > RECURRENCE_TEXT_MAX)
        return error_set(err, "over %d bytes", (int)RECURRENCE_TEXT_MAX);
    while (*(at += strspn(at, " "))) {
        struct every_token token = { 0 };
        const size_t length = read_token(&token, at);

        if (!length)
            return error_set(err, "\"%.*s\" is not understood", (int)(letters(at) ? letters(at) : strcspn(at, " ")),
                             at);
        if (token.kind != EVERY_NOISE && tokens.count == EVERY_TOKENS_MAX)
            return error_set(err, "too many words");
        if (token.kind != EVERY_NOISE)
            tokens.list[tokens.count++] = token;
        at += length;
    }
    *out = tokens;
    return true;
}
