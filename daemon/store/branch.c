/* SPDX-License-Identifier: Apache-2.0 */
/* The further branches of a climbing ladder; see ask.h. */
#include "store/ask.h"

void branch_put(struct store *store, const struct branch *b)
{
    store_change(
        store,
        "INSERT INTO branch (ask, branch, urgent, round, step, anchor, next_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (ask, branch) DO UPDATE SET round = excluded.round, step = excluded.step,"
        " anchor = excluded.anchor, next_at = excluded.next_at",
        "ibbbbiz", b->ask, b->branch, (int)b->urgent, b->round, b->step, b->anchor, b->next_at);
}

static void read_row(struct branch *out, const struct query *q)
{
    *out = (struct branch){ .ask = query_int(q, 0),
                            .branch = (int)query_int(q, 1),
                            .urgent = query_int(q, 2) != 0,
                            .round = (int)query_int(q, 3),
                            .step = (int)query_int(q, 4),
                            .anchor = query_int(q, 5),
                            .next_at = query_time(q, 6) };
}

bool branch_get(struct branch *out, struct store *store, int64_t ask, int branch)
{
    struct query q = store_query(store,
                                 "SELECT ask, branch, urgent, round, step, anchor, next_at FROM branch WHERE ask = $1"
                                 " AND branch = $2",
                                 "ib", ask, branch);
    const bool found = query_next(&q);

    if (found)
        read_row(out, &q);
    query_end(&q);
    return found;
}

size_t branch_due(struct store *store, bool urgent, time_ms now, struct branch *out, size_t max)
{
    struct query q = store_query(store,
                                 "SELECT ask, branch, urgent, round, step, anchor, next_at FROM branch"
                                 " WHERE urgent = $1 AND next_at IS NOT NULL AND next_at <= $2"
                                 " ORDER BY next_at, ask, branch LIMIT $3",
                                 "bii", (int)urgent, now, (int64_t)max);
    size_t count = 0;

    while (count < max && query_next(&q))
        read_row(&out[count++], &q);
    query_end(&q);
    return count;
}

void branch_stop(struct store *store, int64_t ask)
{
    store_change(store, "UPDATE branch SET next_at = NULL WHERE ask = $1 AND next_at IS NOT NULL", "i", ask);
}

time_ms branch_last(struct store *store, int64_t ask)
{
    return store_value(
        store, TIME_NEVER,
        "SELECT next_at FROM branch WHERE ask = $1 AND next_at IS NOT NULL ORDER BY next_at DESC LIMIT 1", "i", ask);
}
