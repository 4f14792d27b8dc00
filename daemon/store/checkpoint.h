/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one helper thread: PASSIVE checkpoints on a connection of its own, woken by the size of the write-ahead log, so
 * that the loop never waits for the copying (TRAPS.md: 20–47 ms inline). While the log is over its limit the loop holds
 * bulk work until a pass is complete.
 */
#ifndef GREENLINE_STORE_CHECKPOINT_H
#define GREENLINE_STORE_CHECKPOINT_H

#include <stdbool.h>

#include "store/store.h"

struct checkpoint;

/* Starts the thread; NULL and err when its connection cannot be opened. */
struct checkpoint *checkpoint_start(struct store *store, struct error *err);
/* Ends the thread after a last pass. NULL is allowed. */
void checkpoint_stop(struct checkpoint *checkpoint);
/* The log is over its limit: no bulk work now. */
bool checkpoint_behind(struct checkpoint *checkpoint);

#endif
