/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any sentence as a friendly recurrence. What is taken must be a rule that is taken again, with a next date after now (or weeks of a term).
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/recurrence.h"
#include "lib/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct local_time today = { .year = 2026, .month = 9, .day = 1, .hour = 10 };
    char *text = mem_dup_n((const char *)data, size);
    struct recurrence recurrence = { 0 }, again = { 0 };
    struct recurrence_weeks weeks;
    struct error err;
    struct zone zone;

    assert(zone_open(&zone, "Asia/Shanghai", &err));
    if (recurrence_every(&recurrence, text, today, &err)) {
        const time_ms now = zone_instant(zone, today);
        const time_ms next = recurrence_next(&recurrence, zone, now);

        assert(recurrence_weeks(&weeks, &recurrence) || /* whose dates only a calendar knows */
               (next > now && next != TIME_NEVER && next == zone_instant(zone, recurrence.start)));
        assert(recurrence_parse(&again, recurrence.rrule, recurrence.start, &err));
    }
    recurrence_free(&recurrence);
    recurrence_free(&again);
    free(text);
    return 0;
}
