/* SPDX-License-Identifier: Apache-2.0 */
/* Routine messages and their windows; see errand.h. */
#include "sim/errand.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { QUIET_FROM = 21, QUIET_UNTIL = 7 };
#define SLACK_MS (3 * HOUR_MS) /* gateways that are down, refusals for now */

static const char mark[] = "通告";

static bool is_night(time_ms at, struct zone zone)
{
    const int hour = zone_local(zone, at).hour;

    return hour >= QUIET_FROM || hour < QUIET_UNTIL;
}

void errand_open(struct errands *e, int number, time_ms now, struct zone zone, time_ms waits)
{
    struct errand *one = &e->all[number];
    const int hour = zone_local(zone, now).hour;

    if (number >= ERRANDS_MAX)
        abort();
    *one = (struct errand){ .opened = now, .from = now };
    if (hour >= QUIET_FROM)
        one->from = zone_day_start(zone, now, 1) + QUIET_UNTIL * HOUR_MS;
    else if (hour < QUIET_UNTIL)
        one->from = zone_day_start(zone, now, 0) + QUIET_UNTIL * HOUR_MS;
    one->by = one->from + SLACK_MS + waits;
    e->count = number + 1;
}

void errand_job(struct errands *e, const struct model_job *job, time_ms now, struct zone zone, struct model *m)
{
    const char *at = strstr(job->text, mark);
    const long number = at ? strtol(at + strlen(mark), NULL, 10) : -1;

    if (number < 0 || number >= e->count || job->phone < 0)
        return;
    if (is_night(now, zone))
        model_fault(m, "4", "phone %d is woken by: %s", job->phone, job->text);
    if (now <= e->all[number].by)
        e->all[number].seen[job->phone] = true;
}

void errand_judge(const struct errands *e, struct model *m)
{
    for (int i = 0; i < e->count; i++)
        for (int c = 0; c < MODEL_CHILDREN; c++) {
            const int phone = m->phones_of[c][GUARDIAN];

            if (!m->phones[phone].gone && !m->phones[phone].forbidden[c] && !e->all[i].seen[phone])
                model_fault(m, "what waited for its window goes on", "errand %d never came to phone %d by %" PRId64, i,
                            phone, e->all[i].by);
        }
}
