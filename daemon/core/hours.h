/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quiet hours: a daily span of wall clock minutes in a zone, also across midnight, during which routine messages wait.
 * `from` belongs to the span, `to` does not; from == to means none. Days on which the clock is put forward or back are
 * right: the wall clock decides, and the end is an instant at which it shows a time outside the span.
 */
#ifndef GREENLINE_CORE_HOURS_H
#define GREENLINE_CORE_HOURS_H

#include <stdbool.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/zone.h"

enum { HOURS_MAX = 12 }; /* room for "21:00-07:00" */

struct hours {
    int from, to; /* minutes of the day, 0–1439; equal: none */
};

/* "21:00" to 1260; "24:00" and full-width colons are not taken. `out` is untouched on failure. */
bool hours_parse_time(int *minute, const char *text, struct error *err);
/* "21:00-07:00", or "none". */
bool hours_parse(struct hours *out, const char *text, struct error *err);
/* The configuration's two keys: "21:00", "07:00". */
bool hours_parse_pair(struct hours *out, const char *from, const char *to, struct error *err);
/* "21:00-07:00" or "none". */
void hours_format(char out[static HOURS_MAX], struct hours hours);

bool hours_holds(struct hours hours, struct zone zone, time_ms at);
/* The first instant at or after `at` that is outside the span. */
time_ms hours_end(struct hours hours, struct zone zone, time_ms at);
/* Inside the span: the instant at which it began, at or before `at`. Outside: `at`. */
time_ms hours_begin(struct hours hours, struct zone zone, time_ms at);

#endif
