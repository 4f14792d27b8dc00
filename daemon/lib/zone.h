/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times as people read them, in a named zone of the system's tz database (package tzdata) through libical.
 * A `struct zone` is borrowed from libical's table and lives as long as the process.
 */
#ifndef GREENLINE_LIB_ZONE_H
#define GREENLINE_LIB_ZONE_H

#include <stdbool.h>

#include "lib/clock.h"
#include "lib/error.h"

struct _icaltimezone; /* libical's name */

struct zone {
    struct _icaltimezone *ical;
};

/* A wall clock reading without zone. month 1–12, day 1–31, weekday 1 (Monday) – 7 (ISO 8601; filled on output only). */
struct local_time {
    int year, month, day, hour, minute, second, weekday;
};

/* "Asia/Shanghai"; an unknown name is an error that says how to mend it. */
bool zone_open(struct zone *out, const char *name, struct error *err);
/* Frees libical's table at exit, for a clean leak report. */
void zone_close_all(void);

/* Times before 1910 and after ZONE_LAST_YEAR are shown as the nearest that is not. */
enum { ZONE_LAST_YEAR = 2499 };
struct local_time zone_local(struct zone zone, time_ms at);
/* How far the zone's clock is ahead of UTC at an instant, in milliseconds. */
time_ms zone_offset(struct zone zone, time_ms at);
/* Reading to instant; fields out of range are carried over (day 32 is the next month's 1st or 2nd …); in a gap of
 * daylight saving time the first instant after the gap, in an overlap the first of the two. */
time_ms zone_instant(struct zone zone, struct local_time local);
/* The first instant of the day `days` after the day of `at`. */
time_ms zone_day_start(struct zone zone, time_ms at, int days);

enum { RFC3339_MAX = 40 };
/* RFC 3339 with offset, seconds: "2026-11-24T18:00:00+08:00". */
void zone_format(char out[static RFC3339_MAX], struct zone zone, time_ms at);
/* RFC 3339 (with Z or an offset, fractions to the millisecond), or "2026-11-24 18:00" / "2026-11-24T18:00[:05]" in `zone`;
 * month, day and hour may have one digit; dates are checked. */
bool zone_parse(time_ms *out, struct zone zone, const char *text, struct error *err);

#endif
