/* SPDX-License-Identifier: Apache-2.0 */
/* Counters of messages by school day, kind, channel and state: kept with each transition, so that nobody counts rows. */
#ifndef GREENLINE_STORE_TALLY_H
#define GREENLINE_STORE_TALLY_H

#include "core/state.h"
#include "store/store.h"

/* Counts that a message has come into a state (its parts and cost with it). Drills count apart: "emergency.drill". */
void tally_add(struct store *store, int64_t message, enum message_state state, time_ms now);

#endif
