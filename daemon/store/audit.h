/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log: who looked at or changed what. Rows form a chain: hash = H(hash before, at, actor, action, subject,
 * commitment), and commitment = H(salt, detail), so a detail (which may name a child) can be erased while the chain
 * still proves that no row was changed, left out or put in. H is libsodium's generichash (BLAKE2b, RFC 7693), 32 bytes,
 * over fields each preceded by its length (8 bytes, little-endian), written in hex. Rows are part of the turn: they are
 * there exactly when what they tell is.
 */
#ifndef GREENLINE_STORE_AUDIT_H
#define GREENLINE_STORE_AUDIT_H

#include <jansson.h>

#include "store/list.h"
#include "store/store.h"

/* Adds one row. `detail` is borrowed, NULL means {}. */
void audit_put(struct store *store, time_ms now, const char *actor, const char *action, const char *subject,
               const json_t *detail);
/* {items: [{id, at, actor, action, subject, detail}], next}; filters subject and actor. */
json_t *audit_list(struct store *store, const struct list_filter *filter);
/* Walks the whole chain; false and `*bad` (the first row that does not fit) when it is broken. For a reading helper:
 * it takes time in proportion to the log. */
bool audit_check(struct store *store, int64_t *bad);

enum { AUDIT_HASH_MAX = 65 };
struct audit_piece {
    const void *data;
    size_t length;
};
/* H over the pieces, each with its length before it; also the digest of a repeated request. */
void audit_hash(char out[static AUDIT_HASH_MAX], const struct audit_piece *pieces, size_t count);

#endif
