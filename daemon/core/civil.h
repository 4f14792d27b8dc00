/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Days of the Gregorian calendar as numbers: days since 1 January 1970, without any zone or time of day. Counting with
 * them cannot fail; what comes from outside is checked with civil_valid() first.
 */
#ifndef GREENLINE_CORE_CIVIL_H
#define GREENLINE_CORE_CIVIL_H

#include <stdbool.h>

#include "lib/zone.h"

enum { CIVIL_FIRST_YEAR = 1970, CIVIL_LAST_YEAR = ZONE_LAST_YEAR, CIVIL_WEEK = 7 };

/* Whether there is such a day, in the years that are known here. */
bool civil_valid(int year, int month, int day);
int civil_day(int year, int month, int day);
/* The day of a reading; its time does not matter. */
int civil_day_of(struct local_time reading);
/* The day at midnight, with its weekday. */
struct local_time civil_date(int day);
/* 1 (Monday) – 7. */
int civil_weekday(int day);
/* The first day of the week of `day`, of weeks that begin on the weekday `starts`. */
int civil_week_start(int day, int starts);

#endif
