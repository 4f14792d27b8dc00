/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a gateway that says it is well; see vigil.h. */
#include "gateway/vigil.h"

static time_ms at_minute(struct zone zone, struct local_time day, int minute)
{
    day.hour = minute / 60;
    day.minute = minute % 60;
    day.second = 0;
    return zone_instant(zone, day);
}

time_ms vigil_probe_due(const struct vigil *vigil, const struct vigil_rules *rules, time_ms now)
{
    struct local_time day = zone_local(rules->zone, now);
    time_ms due;

    if (!rules->probe)
        return 0;
    due = at_minute(rules->zone, day, rules->probe_at_min);
    if (due > now) {
        day.day--;
        due = at_minute(rules->zone, day, rules->probe_at_min);
    }
    return due > vigil->probe_for ? due : 0;
}

void vigil_probe_sent(struct vigil *vigil, time_ms due, time_ms now)
{
    vigil->probe_for = due;
    vigil->probe_sent = now;
    vigil->probe_back = false;
}

void vigil_probe_back(struct vigil *vigil)
{
    vigil->probe_back = true;
}

static void since(time_ms *at, bool holds, time_ms now)
{
    if (!holds)
        *at = 0;
    else if (*at == 0)
        *at = now;
}

void vigil_state(struct vigil *vigil, bool up, time_ms now)
{
    since(&vigil->down_since, !up, now);
}

void vigil_signal(struct vigil *vigil, const struct vigil_rules *rules, int64_t signal, time_ms now)
{
    since(&vigil->weak_since, rules->signal_below && signal != INT64_MIN && signal < rules->signal_below, now);
}

/* So many questions have brought no answer that chance does not explain it. Not all that comes in answers one: where more
 * came than was asked, each counts as asked for. */
static bool unusual(const struct vigil *vigil)
{
    const int64_t asked = vigil->asked > vigil->heard ? vigil->asked : vigil->heard;

    return vigil->heard >= VIGIL_LEARN && vigil->unheard >= VIGIL_LEAST &&
           vigil->unheard * vigil->heard >= VIGIL_USUAL * asked;
}

void vigil_asked(struct vigil *vigil, int64_t questions, time_ms now)
{
    vigil->unheard += questions;
    since(&vigil->silent_since, unusual(vigil), now);
}

void vigil_heard(struct vigil *vigil)
{
    vigil->asked += vigil->unheard;
    vigil->heard++;
    vigil->unheard = 0;
    vigil->silent_since = 0;
    if (vigil->heard >= VIGIL_MEMORY) {
        vigil->heard /= 2;
        vigil->asked /= 2;
    }
}

static bool lasts(time_ms at, time_ms least, time_ms now)
{
    return at && now - at >= least;
}

unsigned vigil_look(struct vigil *vigil, const struct vigil_rules *rules, time_ms now)
{
    const bool lost = rules->probe && vigil->probe_sent && !vigil->probe_back &&
                      (vigil->trouble[VIGIL_LOST] || now - vigil->probe_sent >= VIGIL_PROBE_MS);
    const bool trouble[VIGIL_TROUBLES] = {
        [VIGIL_DOWN] = lasts(vigil->down_since, VIGIL_DOWN_MS, now),
        [VIGIL_LOST] = lost, /* until one is back */
        [VIGIL_WEAK] = lasts(vigil->weak_since, VIGIL_WEAK_MS, now),
        [VIGIL_SILENT] = lasts(vigil->silent_since, VIGIL_SILENT_MS, now),
    };
    unsigned fresh = 0;

    for (unsigned i = 0; i < VIGIL_TROUBLES; i++) {
        fresh |= trouble[i] && !vigil->trouble[i] ? 1U << i : 0;
        vigil->trouble[i] = trouble[i];
    }
    return fresh;
}
