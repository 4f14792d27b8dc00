/* SPDX-License-Identifier: Apache-2.0 */
/* Tries and receipts: each hand-over of a message to a gateway; see message.h. */
#include "store/message.h"

void try_begin(struct store *store, int64_t message, const char *gateway, time_ms now)
{
    store_change(store, "UPDATE message SET tries = tries + 1, gateway = $2 WHERE id = $1", "it", message, gateway);
    store_change(store,
                 "INSERT INTO try (message, n, gateway, claimed) SELECT id, tries, $2, $3 FROM message WHERE id = $1",
                 "iti", message, gateway, now);
}

void try_started(struct store *store, int64_t message, time_ms now)
{
    store_change(store,
                 "UPDATE try SET started = $2 WHERE message = $1 AND started IS NULL"
                 " AND n = (SELECT tries FROM message WHERE id = $1)",
                 "ii", message, now);
}

void try_ended(struct store *store, int64_t message, const struct try_end *end, time_ms now)
{
    store_change(store,
                 "UPDATE try SET ended = $2, outcome = coalesce($3, outcome), provider_id = coalesce($4, provider_id), "
                 "class = coalesce($5, class),"
                 " code = coalesce($6, code), detail = coalesce($7, detail), seconds = coalesce($8, seconds)"
                 " WHERE message = $1 AND n = (SELECT tries FROM message WHERE id = $1)",
                 "iittttto", message, now, end->outcome, end->provider_id, end->class, end->code, end->detail,
                 end->seconds);
}

void receipt_put(struct store *store, const char *gateway, const char *provider_id, int64_t message, int part)
{
    store_change(
        store,
        "INSERT INTO receipt (gateway, provider_id, message, part) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        "ttib", gateway, provider_id, message, part);
}

int64_t receipt_find(struct store *store, const char *gateway, const char *provider_id)
{
    return store_value(store, 0, "SELECT message FROM receipt WHERE gateway = $1 AND provider_id = $2", "tt", gateway,
                       provider_id);
}
