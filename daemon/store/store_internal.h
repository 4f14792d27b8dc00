/* SPDX-License-Identifier: Apache-2.0 */
/* What only the store's own files share. */
#ifndef GREENLINE_STORE_STORE_INTERNAL_H
#define GREENLINE_STORE_STORE_INTERNAL_H

#include "store/store.h"

/* Brings the database to STORE_SCHEMA; a newer one is refused, an older one is copied first. */
bool migration_run(struct store *store, struct error *err);

#endif
