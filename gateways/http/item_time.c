/* SPDX-License-Identifier: Apache-2.0 */
/* Times as providers write them; see item_time.h. */
#include "gateways/http/item_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATE_DIGITS = 14, MS_DIGITS_MIN = 12, NUMBER_DIGITS_MAX = 14 };

/* "20261124180005" as "2026-11-24T18:00:05". */
static bool compact_time(time_ms *out, const char *d, struct zone zone)
{
    char text[32];

    snprintf(text, sizeof text, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s", d, d + 4, d + 6, d + 8, d + 10, d + 12);
    return zone_parse(out, zone, text, NULL);
}

/* "2026/11/24 18:00:05" and the RFC 822 offset "+0800" are put as zone_parse() reads them. */
static bool written_time(time_ms *out, const char *text, struct zone zone)
{
    char copy[48];
    size_t length = strlen(text);

    if (length >= sizeof copy - 1)
        return false;
    memcpy(copy, text, length + 1);
    for (char *slash = copy; slash < copy + 10 && *slash; slash++) {
        if (*slash == '/')
            *slash = '-';
    }
    if (length > 19 && (copy[length - 5] == '+' || copy[length - 5] == '-') &&
        strspn(copy + length - 4, "0123456789") == 4) {
        memmove(copy + length - 1, copy + length - 2, 3);
        copy[length - 2] = ':';
    }
    return zone_parse(out, zone, copy, NULL);
}

bool item_time(time_ms *out, const char *text, enum feed_time kind, struct zone zone)
{
    size_t length = strlen(text);
    size_t digits = strspn(text, "0123456789");
    bool fraction = text[digits] == '.' && strspn(text + digits + 1, "0123456789") == length - digits - 1;
    long long number;

    if (kind == FEED_TIME_ISO || digits == 0 || (digits < length && !fraction))
        return (kind == FEED_TIME_GUESSED || kind == FEED_TIME_ISO) && written_time(out, text, zone);
    if (digits > NUMBER_DIGITS_MAX)
        return false;
    if (kind == FEED_TIME_GUESSED && digits == DATE_DIGITS)
        return compact_time(out, text, zone);
    number = strtoll(text, NULL, 10);
    if (kind == FEED_TIME_MS || (kind == FEED_TIME_GUESSED && digits >= MS_DIGITS_MIN))
        *out = number;
    else
        *out = number * SECOND_MS;
    return true;
}
