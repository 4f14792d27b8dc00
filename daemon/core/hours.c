/* SPDX-License-Identifier: Apache-2.0 */
/* Quiet hours; see hours.h. */
#include "core/hours.h"

#include <stdio.h>
#include <string.h>

#include "lib/text.h"

enum { DAY_MINUTES = 24 * 60, CHANGES_MAX = 8 };

/* H:MM or HH:MM at `text`; `end` is set behind it. */
static bool read_time(int *minute, const char *text, const char **end)
{
    int hours = 0;
    size_t digits = 0;

    while (digits < 2 && text[digits] >= '0' && text[digits] <= '9')
        hours = hours * 10 + (text[digits++] - '0');
    text += digits;
    if (digits == 0 || hours > 23 || text[0] != ':' || text[1] < '0' || text[1] > '5' || text[2] < '0' || text[2] > '9')
        return false;
    *minute = hours * 60 + (text[1] - '0') * 10 + (text[2] - '0');
    *end = text + 3;
    return true;
}

bool hours_parse_time(int *minute, const char *text, struct error *err)
{
    const char *end = "?";
    int read = 0;

    if (!read_time(&read, text, &end) || *end)
        return error_set(err, "time of day \"%.40s\": write it like 07:00 or 21:30 (00:00 to 23:59)", text);
    *minute = read;
    return true;
}

bool hours_parse(struct hours *out, const char *text, struct error *err)
{
    struct hours hours = { 0 };
    const char *end = text;

    if (strcmp(text, "none") != 0) {
        if (!read_time(&hours.from, text, &end) || *end++ != '-' || !read_time(&hours.to, end, &end) || *end)
            return error_set(err, "hours \"%.40s\": write them like 21:00-07:00, or none", text);
    }
    *out = hours;
    return true;
}

bool hours_parse_pair(struct hours *out, const char *from, const char *to, struct error *err)
{
    struct hours hours;

    if (!hours_parse_time(&hours.from, from, err) || !hours_parse_time(&hours.to, to, err))
        return false;
    *out = hours;
    return true;
}

void hours_format(char out[static HOURS_MAX], struct hours hours)
{
    const unsigned from = (unsigned)hours.from % DAY_MINUTES, to = (unsigned)hours.to % DAY_MINUTES;

    if (from == to)
        snprintf(out, HOURS_MAX, "none");
    else
        snprintf(out, HOURS_MAX, "%02u:%02u-%02u:%02u", from / 60, from % 60, to / 60, to % 60);
}

static int minute_of(struct zone zone, time_ms at)
{
    const struct local_time local = zone_local(zone, at);

    return local.hour * 60 + local.minute;
}

bool hours_holds(struct hours hours, struct zone zone, time_ms at)
{
    const int minute = minute_of(zone, at);

    if (hours.from <= hours.to)
        return minute >= hours.from && minute < hours.to;
    return minute >= hours.from || minute < hours.to;
}

/* The first instant in (from, to] at which the clock has been put forward or back. */
static time_ms change_between(struct zone zone, time_ms from, time_ms to)
{
    const time_ms before = zone_offset(zone, from);

    while (to - from > 1) {
        const time_ms middle = from + (to - from) / 2;

        if (zone_offset(zone, middle) == before)
            from = middle;
        else
            to = middle;
    }
    return to;
}

time_ms hours_end(struct hours hours, struct zone zone, time_ms at)
{
    for (int i = 0; i < CHANGES_MAX && hours_holds(hours, zone, at); i++) {
        const struct local_time local = zone_local(zone, at);
        const int left = (hours.to - local.hour * 60 - local.minute + DAY_MINUTES) % DAY_MINUTES;
        const time_ms part = at % SECOND_MS < 0 ? at % SECOND_MS + SECOND_MS : at % SECOND_MS;
        const time_ms end = at - part - local.second * SECOND_MS + left * MINUTE_MS;

        at = zone_offset(zone, end) == zone_offset(zone, at) ? end : change_between(zone, at, end);
    }
    return at;
}

time_ms hours_begin(struct hours hours, struct zone zone, time_ms at)
{
    struct local_time local = zone_local(zone, at);
    time_ms begin;

    if (!hours_holds(hours, zone, at))
        return at;
    if (hours.from > local.hour * 60 + local.minute)
        local.day--; /* it began yesterday; zone_instant() carries day 0 over */
    local.hour = hours.from / 60;
    local.minute = hours.from % 60;
    local.second = 0;
    begin = zone_instant(zone, local);
    return begin < at ? begin : at;
}
