/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates as registers write them: 2016-03-09, 2016.3.9, 2016/3/9, 2016年3月9日, 2016年3月, 201603, 20160309, 9-Mar-2016,
 * 二〇一六年三月九日, with a time of day behind, and the serial day number of Excel (42438). A month without a day is
 * allowed. Dates that do not exist and readings with two meanings (3/9/2016) are refused with one sentence. Pure.
 */
#ifndef GREENLINE_IMPORT_DATE_H
#define GREENLINE_IMPORT_DATE_H

#include <stdbool.h>

#include "lib/error.h"

struct date {
    int year, month, day; /* day 0: only the month is known; year 0: no date */
};

enum { DATE_MAX = 16 };

bool date_parse(struct date *out, const char *text, struct error *err);
/* Chinese numerals become digits in place: 二〇一六 2016, 十二 12, 三十一 31. The caller frees. */
char *date_digits(const char *text);
/* "2016-03-09", "2016-03" or "". */
void date_format(char out[static DATE_MAX], struct date date);
/* <0, 0, >0; a month alone lies before its days. */
int date_compare(struct date a, struct date b);
/* Whole years from `birth` to `today`; the younger age where the day is unknown. */
int date_age(struct date birth, struct date today);
int date_month_days(int year, int month);
/* 1 (Monday) to 7. */
int date_weekday(struct date date);

#endif
