/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between recurrence.c (rules and dates) and the friendly forms: recurrence_every.c (what a sentence means) and
 * recurrence_words.c (its words, English and Chinese). Nothing here allocates; bounds are named.
 */
#ifndef GREENLINE_CORE_RECURRENCE_INTERNAL_H
#define GREENLINE_CORE_RECURRENCE_INTERNAL_H

#include "core/recurrence.h"

enum { EVERY_TOKENS_MAX = 48 };

enum every_token_kind {
    EVERY_END,
    EVERY_NUMBER,   /* value; also Chinese numerals */
    EVERY_ORDINAL,  /* "1st", "third": value */
    EVERY_NTH,      /* 第 */
    EVERY_CLOCK,    /* "18:00": value in minutes */
    EVERY_OCLOCK,   /* 点 */
    EVERY_HALF,     /* 半 */
    EVERY_QUARTER,  /* 刻 */
    EVERY_MINUTE,   /* 分 */
    EVERY_DAYPART,  /* am, 下午: value is an index of the table of parts of the day */
    EVERY_EVERY,    /* 每 */
    EVERY_OTHER,    /* "every other", 隔 */
    EVERY_UNIT_DAY, /* also 日, 号 */
    EVERY_UNIT_WORKDAY,
    EVERY_UNIT_WEEK,
    EVERY_UNIT_MONTH,
    EVERY_UNIT_YEAR,
    EVERY_WEEKDAY,   /* value 1 (Monday) – 7 */
    EVERY_MONTHNAME, /* value 1–12 */
    EVERY_LAST,
    EVERY_SCHOOL, /* "school" day or week, 上学, 教学 */
    EVERY_PARITY, /* odd (1) or even (0) weeks, 单, 双 */
    EVERY_TO,     /* "to", 至 */
    EVERY_NOISE,  /* "the", "on", commas */
};

struct every_token {
    enum every_token_kind kind;
    int value;
};

struct every_tokens {
    struct every_token list[EVERY_TOKENS_MAX + 1]; /* ends with EVERY_END */
    size_t count;
};

/* Cuts a sentence into words; noise is left out. */
bool every_read(struct every_tokens *out, const char *text, struct error *err);
/* Minute of the day of `hour`:`minute` in a part of the day (index), or -1 where that does not exist (25 am). */
int every_daypart_minute(int part, int hour, int minute);

/* The first date of `rrule` at or after `from`, read without a zone. False when there is none. */
bool recurrence_first(struct local_time *out, const char *rrule, struct local_time start, struct local_time from);

/* recurrence_term.c: rules by weeks of a term. */
bool recurrence_is_term(const char *rrule);
bool recurrence_term_parse(struct recurrence *out, const char *rrule, struct local_time start, struct error *err);

#endif
