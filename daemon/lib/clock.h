/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time is a parameter. The core is handed `time_ms now`; only the processes' outermost loop asks a `struct clock`.
 * Wall times are milliseconds since 1970-01-01T00:00:00Z; durations are milliseconds. A demo store may run on a clock
 * that starts anywhere and runs faster: such a clock maps real monotonic time to wall time.
 */
#ifndef GREENLINE_LIB_CLOCK_H
#define GREENLINE_LIB_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"

typedef int64_t time_ms;

#define SECOND_MS ((time_ms)1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define TIME_NEVER INT64_MAX

struct clock {
    time_ms start;      /* wall time shown at `real_start`; unused while speed is 0 */
    time_ms real_start; /* monotonic time at which the clock was started */
    double speed;       /* 0: the system's own wall clock; else wall milliseconds a real millisecond */
};

/* The system's wall clock. */
struct clock clock_system(void);
/* A clock that shows `start` now and runs `speed` times as fast as real time (speed > 0). */
struct clock clock_demo(time_ms start, double speed);
time_ms clock_now(const struct clock *clock);
/* Real milliseconds until the clock shows `at`, at least 0; TIME_NEVER stays. */
time_ms clock_until(const struct clock *clock, time_ms at);
/* Monotonic real time, for liveness of processes only. */
time_ms clock_mono(void);
/* The same in microseconds, to measure what takes less. */
int64_t clock_mono_us(void);

/* "90s", "10m", "2h", "3d", "500ms" to milliseconds; a bare number or a sign is refused. */
bool duration_parse(time_ms *out, const char *text, struct error *err);
/* The shortest exact form of a duration ("90s", "2h"). */
void duration_format(char out[static 24], time_ms duration_ms);

#endif
