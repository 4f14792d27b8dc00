/* SPDX-License-Identifier: Apache-2.0 */
/* Days as numbers; see civil.h. Years are few here (1970–2499), so a year is found by walking, not by a formula. */
#include "core/civil.h"

enum { YEAR_DAYS = 365, FIRST_WEEKDAY = 4 /* 1 January 1970 was a Thursday */ };

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_days(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Leap years from 1 to `year`. */
static int leaps(int year)
{
    return year / 4 - year / 100 + year / 400;
}

static int year_start(int year)
{
    return (year - CIVIL_FIRST_YEAR) * YEAR_DAYS + leaps(year - 1) - leaps(CIVIL_FIRST_YEAR - 1);
}

bool civil_valid(int year, int month, int day)
{
    return year >= CIVIL_FIRST_YEAR && year <= CIVIL_LAST_YEAR && month >= 1 && month <= 12 && day >= 1 &&
           day <= month_days(year, month);
}

int civil_day(int year, int month, int day)
{
    int number = year_start(year) + day - 1;

    for (int i = 1; i < month; i++)
        number += month_days(year, i);
    return number;
}

int civil_day_of(struct local_time reading)
{
    return civil_day(reading.year, reading.month, reading.day);
}

int civil_weekday(int day)
{
    return (day % CIVIL_WEEK + CIVIL_WEEK + FIRST_WEEKDAY - 1) % CIVIL_WEEK + 1;
}

struct local_time civil_date(int day)
{
    int year = CIVIL_FIRST_YEAR + day / (YEAR_DAYS + 1), month = 1, rest;

    while (year_start(year + 1) <= day)
        year++;
    rest = day - year_start(year);
    while (rest >= month_days(year, month))
        rest -= month_days(year, month++);
    return (struct local_time){ .year = year, .month = month, .day = rest + 1, .weekday = civil_weekday(day) };
}

int civil_week_start(int day, int starts)
{
    return day - (civil_weekday(day) - starts + CIVIL_WEEK) % CIVIL_WEEK;
}
