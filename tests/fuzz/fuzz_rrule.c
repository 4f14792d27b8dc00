/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a rule of RFC 5545. What is taken must be taken again as it was written back, and its dates must go
 * forward; a rule that takes long is a finding too (run with -timeout=2).
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/recurrence.h"
#include "lib/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct local_time start = { .year = 2026, .month = 3, .day = 8, .hour = 2, .minute = 30 };
    char *text = mem_dup_n((const char *)data, size);
    struct recurrence recurrence = { 0 }, again = { 0 };
    struct error err;
    struct zone zone;
    time_ms at;

    assert(zone_open(&zone, "America/New_York", &err));
    at = zone_instant(zone, start) - 1;
    if (recurrence_parse(&recurrence, text, start, &err)) {
        assert(recurrence_parse(&again, recurrence.rrule, start, &err));
        assert(strcmp(again.rrule, recurrence.rrule) == 0);
        for (int i = 0; i < 3 && at != TIME_NEVER; i++) {
            const time_ms next = recurrence_next(&recurrence, zone, at);

            assert(next > at);
            at = next;
        }
    }
    recurrence_free(&recurrence);
    recurrence_free(&again);
    free(text);
    return 0;
}
