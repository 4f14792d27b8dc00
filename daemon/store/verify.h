/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The check of a store, in slices and beside the running daemon: SQLite's own integrity check and the foreign keys table
 * by table, rows that say things which cannot both be true (a table of questions in verify.c; states against the table
 * in core/state.c), and the chain of the audit log. It changes nothing. Each finding is a line with what to do about it.
 */
#ifndef GREENLINE_STORE_VERIFY_H
#define GREENLINE_STORE_VERIFY_H

#include <jansson.h>

#include "store/store.h"

struct verify;

enum { VERIFY_SLICE_MS = 40, VERIFY_EACH_MAX = 20 /* lines a question; the rest is counted */ };

/* Any path of a store; `stop` as for a backup. NULL and why when it cannot be opened. */
struct verify *verify_begin(const char *path, bool (*stop)(void *arg), void *arg, struct error *err);
/* One slice; true while there is more. */
bool verify_step(struct verify *verify);
int verify_percent(const struct verify *verify);
/* After the last step: an array of {what, mend}; the caller's. */
json_t *verify_findings(struct verify *verify);
/* NULL is allowed. */
void verify_end(struct verify *verify);

#endif
