/* SPDX-License-Identifier: Apache-2.0 */
/* Lives of the daemon: when it was up, so that a gap is known at the next start. */
#ifndef GREENLINE_STORE_RUN_H
#define GREENLINE_STORE_RUN_H

#include "store/store.h"

/* Begins a life; *gap_from is when the one before was last seen (TIME_NEVER: the first). */
int64_t run_begin(struct store *store, time_ms now, time_ms *gap_from, bool *clean);
void run_seen(struct store *store, int64_t run, time_ms now, bool clean);
/* The latest time this store has seen; 0. */
time_ms run_last_seen(struct store *store);

#endif
