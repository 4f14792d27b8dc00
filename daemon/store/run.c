/* SPDX-License-Identifier: Apache-2.0 */
/* Lives of the daemon; see run.h. */
#include "store/run.h"

int64_t run_begin(struct store *store, time_ms now, time_ms *gap_from, bool *clean)
{
    struct query q = store_query(store, "SELECT last_seen, clean FROM run ORDER BY id DESC LIMIT 1", "");

    *gap_from = TIME_NEVER;
    *clean = true;
    if (query_next(&q)) {
        *gap_from = query_int(&q, 0);
        *clean = query_int(&q, 1) != 0;
    }
    query_end(&q);
    return store_insert(store, "INSERT INTO run (started, last_seen) VALUES ($1, $1)", "i", now);
}

void run_seen(struct store *store, int64_t run, time_ms now, bool clean)
{
    store_change(store, "UPDATE run SET last_seen = max(last_seen, $2), clean = $3 WHERE id = $1", "iib", run, now,
                 (int)clean);
}

time_ms run_last_seen(struct store *store)
{
    return store_value(store, 0, "SELECT max(last_seen) FROM run", "");
}
