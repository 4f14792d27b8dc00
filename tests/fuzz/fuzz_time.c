/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes what reads times, durations, quiet hours and dates of registers; the first byte chooses. What is taken must
 * come back the same when it is written and read again, and lie within the bounds its header names.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/hours.h"
#include "import/date.h"
#include "lib/memory.h"
#include "lib/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_instant(const char *text)
{
    char shown[RFC3339_MAX];
    struct zone zone;
    time_ms at, again;

    assert(zone_open(&zone, "Asia/Shanghai", NULL));
    if (!zone_parse(&at, zone, text, NULL))
        return;
    zone_format(shown, zone, at);
    if (zone_local(zone, at).year < 1911 || zone_local(zone, at).year >= ZONE_LAST_YEAR)
        return; /* shown as the nearest that can be */
    assert(zone_parse(&again, zone, shown, NULL));
    assert(again <= at && at - again < SECOND_MS); /* fractions are not shown */
}

static void try_duration(const char *text)
{
    char shown[24];
    time_ms length, again;

    if (!duration_parse(&length, text, NULL))
        return;
    assert(length >= 0);
    duration_format(shown, length);
    assert(duration_parse(&again, shown, NULL) && again == length);
}

static void try_hours(const char *text)
{
    char shown[HOURS_MAX];
    struct hours hours, again;

    if (!hours_parse(&hours, text, NULL))
        return;
    assert(hours.from >= 0 && hours.from < 24 * 60 && hours.to >= 0 && hours.to < 24 * 60);
    hours_format(shown, hours);
    assert(hours_parse(&again, shown, NULL));
    assert((again.from == hours.from && again.to == hours.to) || (again.from == again.to && hours.from == hours.to));
}

static void try_date(const char *text)
{
    char shown[DATE_MAX];
    struct date date, again;

    if (!date_parse(&date, text, NULL))
        return;
    date_format(shown, date);
    assert(date_parse(&again, shown, NULL) && date_compare(date, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const tries[])(const char *text) = { try_instant, try_duration, try_hours, try_date };
    CLEANUP(mem_clean) char *text = size ? mem_dup_n((const char *)data + 1, size - 1) : mem_dup("");

    tries[size ? data[0] % COUNT(tries) : 0](text);
    return 0;
}
