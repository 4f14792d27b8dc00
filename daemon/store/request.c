/* SPDX-License-Identifier: Apache-2.0 */
/* The first answers to changes; see request.h. */
#include "store/request.h"

#include <string.h>

#include "lib/memory.h"

enum request_known request_find(struct store *store, const char *key, const char *digest, int *status, char **body)
{
    enum request_known known = REQUEST_NEW;
    struct query query = store_query(store, "SELECT digest, status, body FROM request WHERE id = $1", "t", key);

    if (query_next(&query)) {
        known = strcmp(query_word(&query, 0), digest) == 0 ? REQUEST_SAME : REQUEST_OTHER;
        if (known == REQUEST_SAME) {
            *status = (int)query_int(&query, 1);
            *body = mem_dup(query_word(&query, 2));
        }
    }
    query_end(&query);
    return known;
}

void request_put(struct store *store, const char *key, const char *digest, int status, const char *body, time_ms now)
{
    store_insert(store, "INSERT INTO request (id, at, digest, status, body) VALUES ($1, $2, $3, $4, $5)", "titit", key,
                 now, digest, (int64_t)status, body);
}

int64_t request_forget(struct store *store, time_ms now)
{
    const int64_t old = store_value(store, 0, "SELECT count(*) FROM (SELECT 1 FROM request WHERE at < $1 LIMIT 1)", "i",
                                    now - REQUEST_KEPT_MS);

    if (!old)
        return 0; /* no write, no transaction, while nothing is old */
    return store_change(store,
                        "DELETE FROM request WHERE id IN (SELECT id FROM request WHERE at < $1 ORDER BY at LIMIT $2)",
                        "ii", now - REQUEST_KEPT_MS, (int64_t)REQUEST_FORGET_EACH);
}
