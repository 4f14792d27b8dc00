/* SPDX-License-Identifier: Apache-2.0 */
/* The inbox's rows; see reply.h. */
#include "store/reply.h"

int64_t reply_put(struct store *store, const struct reply *r)
{
    int64_t id;

    if (store_value(store, 0,
                    "SELECT 1 FROM reply WHERE (gateway = $1 AND uid = $2)"
                    " OR (line = $3 AND $3 IS NOT NULL AND sender = $4 AND text = $5 AND at = $6 AND kind = $7 AND "
                    "kind <> 'key')",
                    "ttottit", r->gateway, r->uid, r->line, r->sender, r->text, r->at, r->kind))
        return 0;
    id = store_insert(store,
                      "INSERT INTO reply (gateway, uid, sender, line, kind, text, message, at, received, state)"
                      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'new')",
                      "tttottoii", r->gateway, r->uid, r->sender, r->line, r->kind, r->text, r->message, r->at,
                      r->received);
    return id > 0 ? id : 0;
}

void reply_set(struct store *store, int64_t id, const char *state, const char *why)
{
    store_change(store, "UPDATE reply SET state = $2, why = $3 WHERE id = $1", "itt", id, state, why);
}

int reply_count_since(struct store *store, int64_t line, const char *kind, time_ms since)
{
    return (int)store_value(store, 0, "SELECT count(*) FROM reply WHERE line = $1 AND kind = $2 AND received >= $3",
                            "iti", line, kind, since);
}

void reply_settle_waiting(struct store *store, int64_t line, const char *why)
{
    store_change(store,
                 "UPDATE reply SET state = 'settled', why = why || '; ' || $2 WHERE line = $1 AND state = 'waiting'",
                 "it", line, why);
}
