/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An import on its way into the register. Its plan is written in slices, over as many turns as that takes; none of it
 * counts until it is released as a whole; then slice after slice is applied and forgotten. A crash in between leaves
 * either a plan that was never released, which importing_forget() drops, or slices that importing_next() goes on with.
 * Sticky failure as in store.h.
 */
#ifndef GREENLINE_STORE_IMPORTING_H
#define GREENLINE_STORE_IMPORTING_H

#include "store/store.h"

/* Begins a plan; its id. */
int64_t importing_begin(struct store *store, const char *by, time_ms now);
void importing_add(struct store *store, int64_t import, const char *steps);
/* The whole plan is written: it holds from this turn on. */
void importing_release(struct store *store, int64_t import);

struct importing_slice {
    int64_t id, import;
    char *steps; /* JSON as it was added; the caller frees */
};
/* The next slice of what was released, oldest first; false when all is applied. */
bool importing_next(struct importing_slice *out, struct store *store);
/* The slice is applied: it is forgotten, and its import is done when it was the last. */
void importing_applied(struct store *store, const struct importing_slice *slice);

/* Drops plans that were never released, at most IMPORTING_FORGET_EACH slices at a time; true while there is more. */
enum { IMPORTING_FORGET_EACH = 50 };
bool importing_forget(struct store *store);

#endif
