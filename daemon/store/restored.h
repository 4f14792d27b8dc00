/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of a store that comes from a backup. What it was about to send may have been sent since, by the store that is
 * gone: so each routine message that waited is held, reason `restored`, until a person says; nothing routine begins until
 * restored_release(). The epoch is new: what a gateway knows by the old one is not ours any more.
 */
#ifndef GREENLINE_STORE_RESTORED_H
#define GREENLINE_STORE_RESTORED_H

#include "store/store.h"

/* Of a fresh restore: a new epoch, routine held, emergencies queued again. `at` is when the store was last used. Inside a
 * transaction of its own. False and why when the rows could not be written. */
bool restored_begin(struct store *store, time_ms now, const char *from, time_ms at, struct error *err);
/* Whether routine is held. */
bool restored_held(struct store *store);
/* When the backup was made and when it was restored; false when routine is not held. */
bool restored_when(struct store *store, time_ms *backup, time_ms *restored);
/* Messages that are held since; up to `max` ids, for those who move them; their number. */
size_t restored_messages(struct store *store, int64_t *ids, size_t max);
int64_t restored_message_count(struct store *store);
/* Routine goes on. `messages`: what becomes of those held, slice by slice: "send", "drop"; NULL: they stay held. */
void restored_release(struct store *store, const char *messages);
/* "send" or "drop" while some are to be moved, the caller frees; NULL. */
char *restored_moves(struct store *store);
void restored_moved(struct store *store);

/* Emergencies that are open: ids of their causes, oldest first. */
size_t restored_emergencies(struct store *store, int64_t *causes, size_t max);
/* Title, number of asks and when it began; the title is the caller's. */
char *restored_emergency(struct store *store, int64_t cause, int64_t *asks, time_ms *since);

#endif
