/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks of the processes and the text form of durations; see clock.h. */
#include "lib/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/memory.h"

static time_ms read_clock(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (time_ms)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

time_ms clock_mono(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_mono_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct clock clock_system(void)
{
    return (struct clock){ .speed = 0 };
}

struct clock clock_demo(time_ms start, double speed)
{
    return (struct clock){ .start = start, .real_start = clock_mono(), .speed = speed };
}

time_ms clock_now(const struct clock *clock)
{
    if (clock->speed <= 0)
        return read_clock(CLOCK_REALTIME);
    return clock->start + (time_ms)((double)(clock_mono() - clock->real_start) * clock->speed);
}

time_ms clock_until(const struct clock *clock, time_ms at)
{
    const time_ms wait = at == TIME_NEVER ? TIME_NEVER : at - clock_now(clock);

    if (wait <= 0)
        return 0;
    if (wait == TIME_NEVER || clock->speed <= 0)
        return wait;
    return (time_ms)((double)wait / clock->speed) + 1;
}

static const struct {
    const char *name;
    time_ms ms;
} units[] = { { "d", DAY_MS }, { "h", HOUR_MS }, { "m", MINUTE_MS }, { "s", SECOND_MS }, { "ms", 1 } };

bool duration_parse(time_ms *out, const char *text, struct error *err)
{
    char *end = NULL;
    long long count = 0;

    errno = 0;
    if (text[0] >= '0' && text[0] <= '9')
        count = strtoll(text, &end, 10);
    for (size_t i = 0; end && !errno && i < COUNT(units); i++) {
        if (strcmp(end, units[i].name) == 0 && count <= 3650 * DAY_MS / units[i].ms) {
            *out = count * units[i].ms;
            return true;
        }
    }
    return error_set(err, "duration \"%.40s\": write a number and a unit, such as 90s, 10m, 2h or 3d", text);
}

void duration_format(char out[static 24], time_ms duration_ms)
{
    size_t i = 0;

    while (i + 1 < COUNT(units) && (duration_ms < units[i].ms || duration_ms % units[i].ms != 0))
        i++;
    snprintf(out, 24, "%" PRId64 "%s", duration_ms / units[i].ms, units[i].name);
}
