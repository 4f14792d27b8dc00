/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Repeated requests: the first answer to a change is kept under its Idempotency-Key for REQUEST_KEPT_MS, in the same
 * turn as the change itself, so a client that got no answer asks again and nothing happens twice.
 */
#ifndef GREENLINE_STORE_REQUEST_H
#define GREENLINE_STORE_REQUEST_H

#include "store/store.h"

#define REQUEST_KEPT_MS (7 * DAY_MS)
enum { REQUEST_KEY_MAX = 128, REQUEST_FORGET_EACH = 500 };

enum request_known {
    REQUEST_NEW,
    REQUEST_SAME, /* the first answer is in `*status` and `*body` (the caller frees) */
    REQUEST_OTHER /* the key was used for something else */
};
enum request_known request_find(struct store *store, const char *key, const char *digest, int *status, char **body);
void request_put(struct store *store, const char *key, const char *digest, int status, const char *body, time_ms now);
/* Drops at most REQUEST_FORGET_EACH answers older than REQUEST_KEPT_MS; their number. */
int64_t request_forget(struct store *store, time_ms now);

#endif
