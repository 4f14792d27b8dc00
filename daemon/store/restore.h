/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A backup back into the place of the store, with the daemon stopped. The caller holds store_lock() all the while:
 *
 *     restore_prepare()   backup -> STORE.restoring, opened where sealed, checked, synced
 *     the caller          opens STORE.restoring as a store (which migrates it), restored_begin(), closes it
 *     restore_install()   STORE -> STORE.before-restore (or -2 …), STORE.restoring -> STORE
 *
 * At any instant, a kill included, the old store or the new one stands under its name, whole.
 */
#ifndef GREENLINE_STORE_RESTORE_H
#define GREENLINE_STORE_RESTORE_H

#include "lib/sealed.h"
#include "store/store.h"

struct restore_plan {
    const char *file, *store;
    const struct sealed_key *key; /* NULL: none was given */
    bool demo;                    /* what the configuration says */
};

/* The path of what was prepared; the caller frees. `*at`: the time of the backup. NULL and why; nothing was changed. */
char *restore_prepare(const struct restore_plan *plan, time_ms *at, struct error *err);
/* Whoever runs this, the daemon's user must be able to use what it makes: gives `path` to the owner of the store's folder
 * where we may. */
void restore_own(const char *store, const char *path);
/* The path of the old store, the caller frees; "" when there was none. NULL and why. */
char *restore_install(const char *store, struct error *err);

#endif
