/* SPDX-License-Identifier: Apache-2.0 */
/* Local time by libical; see zone.h. */
#include "lib/zone.h"

#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>

/* 1910 and the end of ZONE_LAST_YEAR: libical's tables end not much earlier and later. */
#define FIRST_INSTANT (-21900 * DAY_MS)
#define LAST_INSTANT (193579 * DAY_MS)

bool zone_open(struct zone *out, const char *name, struct error *err)
{
    icaltimezone *ical = icaltimezone_get_builtin_timezone(name);

    if (!ical)
        return error_set(
            err, "time zone \"%.60s\": not known: write a name like Asia/Shanghai (package tzdata holds them)", name);
    out->ical = ical;
    return true;
}

void zone_close_all(void)
{
    icaltimezone_free_builtin_timezones();
    icalmemory_free_ring();
}

static int iso_weekday(const struct icaltimetype time)
{
    const int sunday_first = icaltime_day_of_week(time); /* 1 = Sunday */

    return sunday_first == 1 ? 7 : sunday_first - 1;
}

/* `at` without its milliseconds, within what the tables hold. */
static time_ms whole_seconds(time_ms at)
{
    const time_ms within = at < FIRST_INSTANT ? FIRST_INSTANT : at > LAST_INSTANT ? LAST_INSTANT : at;

    return within - (within % SECOND_MS + SECOND_MS) % SECOND_MS;
}

struct local_time zone_local(struct zone zone, time_ms at)
{
    const time_t seconds = (time_t)(whole_seconds(at) / 1000);
    const struct icaltimetype local = icaltime_from_timet_with_zone(seconds, 0, zone.ical);

    return (struct local_time){ .year = local.year,
                                .month = local.month,
                                .day = local.day,
                                .hour = local.hour,
                                .minute = local.minute,
                                .second = local.second,
                                .weekday = iso_weekday(local) };
}

/* The reading as if it were UTC. */
static time_ms as_utc(struct local_time local)
{
    struct icaltimetype time = icaltime_null_time();

    if (local.year > ZONE_LAST_YEAR + 1)
        return LAST_INSTANT;
    time.year = local.year;
    time.month = local.month;
    time.day = local.day;
    time.hour = local.hour;
    time.minute = local.minute;
    time.second = local.second;
    return (time_ms)icaltime_as_timet(icaltime_normalize(time)) * 1000;
}

time_ms zone_offset(struct zone zone, time_ms at)
{
    return as_utc(zone_local(zone, at)) - whole_seconds(at);
}

/* The first instant after `from`, at most `to`, from which on the offset is `after`. */
static time_ms change_between(struct zone zone, time_ms from, time_ms to, time_ms after)
{
    while (to - from > SECOND_MS) {
        const time_ms middle = from + (to - from) / (2 * SECOND_MS) * SECOND_MS;

        if (zone_offset(zone, middle) == after)
            to = middle;
        else
            from = middle;
    }
    return to;
}

time_ms zone_instant(struct zone zone, struct local_time local)
{
    /* not libical's own way back: it answers 01:30 for a 02:30 that does not exist, and the second of two 01:30s */
    const time_ms reading = as_utc(local);
    const time_ms before = zone_offset(zone, reading - DAY_MS);
    const time_ms after = zone_offset(zone, reading + DAY_MS);

    if (zone_offset(zone, reading - before) == before)
        return reading - before;
    if (before == after || zone_offset(zone, reading - after) == after)
        return reading - after;
    return change_between(zone, reading - after, reading - before, after);
}

time_ms zone_day_start(struct zone zone, time_ms at, int days)
{
    struct local_time local = zone_local(zone, at);

    local.day += days;
    local.hour = local.minute = local.second = 0;
    return zone_instant(zone, local);
}

void zone_format(char out[static RFC3339_MAX], struct zone zone, time_ms at)
{
    const struct local_time t = zone_local(zone, at);
    const int offset = (int)(zone_offset(zone, at) / MINUTE_MS);

    snprintf(out, RFC3339_MAX, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", t.year, t.month, t.day, t.hour, t.minute,
             t.second, offset < 0 ? '-' : '+', abs(offset) / 60, abs(offset) % 60);
}

static bool valid(const struct local_time *t)
{
    return t->year >= 1970 && t->year <= ZONE_LAST_YEAR && t->month >= 1 && t->month <= 12 && t->day >= 1 &&
           t->day <= icaltime_days_in_month(t->month, t->year) && t->hour >= 0 && t->hour <= 23 && t->minute >= 0 &&
           t->minute <= 59 && t->second >= 0 && t->second <= 59;
}

/* `before` (0: nothing) and then `least` to `most` digits at `*at`, which is moved behind them. */
static bool take_number(int *out, const char **at, char before, int least, int most)
{
    const char *c = *at + (before != 0);
    int digits = 0, value = 0;

    if (before && **at != before)
        return false;
    for (; digits < most && c[digits] >= '0' && c[digits] <= '9'; digits++)
        value = value * 10 + (c[digits] - '0');
    *out = value;
    *at = c + digits;
    return digits >= least;
}

/* ".123456" in milliseconds; finer digits are dropped. */
static bool take_fraction(int *out_ms, const char **at)
{
    int drop = 0, digit = 0;

    for (int scale = 100; scale > 0; scale /= 10) {
        if (!take_number(&digit, at, scale == 100 ? '.' : 0, scale == 100, 1))
            return false;
        *out_ms += digit * scale;
    }
    take_number(&drop, at, 0, 0, 6);
    return true;
}

/* The rest behind the minutes: [:SS[.fff]][Z|±HH:MM]. Returns false where anything else stands. */
static bool take_tail(const char *at, int *second, int *ms, bool *has_offset, int *offset_min)
{
    int hours = 0, minutes = 0;
    char sign;

    if (*at == ':' && (!take_number(second, &at, ':', 2, 2) || (*at == '.' && !take_fraction(ms, &at))))
        return false;
    sign = *at;
    *has_offset = sign != '\0';
    if (sign == 'Z' || sign == 'z')
        return at[1] == '\0';
    if (sign == '\0')
        return true;
    if ((sign != '+' && sign != '-') || !take_number(&hours, &at, sign, 2, 2) || !take_number(&minutes, &at, ':', 2, 2))
        return false;
    *offset_min = (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
    return *at == '\0' && hours <= 23 && minutes <= 59;
}

bool zone_parse(time_ms *out, struct zone zone, const char *text, struct error *err)
{
    struct local_time t = { 0 };
    bool has_offset = false;
    int ms = 0, offset_min = 0;
    const char *at = text;

    if (!take_number(&t.year, &at, 0, 4, 4) || !take_number(&t.month, &at, '-', 1, 2) ||
        !take_number(&t.day, &at, '-', 1, 2) || (*at != ' ' && *at != 'T' && *at != 't') ||
        !take_number(&t.hour, &at, *at, 1, 2) || !take_number(&t.minute, &at, ':', 2, 2) ||
        !take_tail(at, &t.second, &ms, &has_offset, &offset_min) || !valid(&t))
        return error_set(err, "time \"%.40s\": write it like 2026-11-24 18:00", text);
    *out = (has_offset ? as_utc(t) - offset_min * MINUTE_MS : zone_instant(zone, t)) + ms;
    return true;
}
