/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is still to happen, soonest first (a binary heap); of two with one time, the one added first. An entry is an
 * event of a job's plan. Entries are plain values; agenda_free() frees the room.
 */
#ifndef GREENLINE_GATEWAYS_SIMULATOR_AGENDA_H
#define GREENLINE_GATEWAYS_SIMULATOR_AGENDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/clock.h"

struct agenda_entry {
    time_ms due;
    uint64_t order; /* set by agenda_add() */
    size_t job;
    size_t event;
};

struct agenda {
    struct agenda_entry *entries;
    size_t count, room;
    uint64_t added;
};

void agenda_free(struct agenda *agenda);
void agenda_add(struct agenda *agenda, struct agenda_entry entry);
/* When the next one is due; TIME_NEVER when there is none. */
time_ms agenda_due(const struct agenda *agenda);
/* Takes the next one out; false when none is due at `now`. */
bool agenda_take(struct agenda *agenda, time_ms now, struct agenda_entry *out);

#endif
