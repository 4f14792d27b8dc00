/* SPDX-License-Identifier: Apache-2.0 */
/* Who has heard of an ask, for the word that it is settled and for what is still on its way; see ask.h. */
#include "store/ask.h"

/* An ask that still wants somebody. */
#define WANTS(k) "(" k ".state = 'open' OR (" k ".state = 'waiting' AND " k ".wait <> 'settling'))"

size_t told_lines(struct store *store, int64_t ask, int64_t except, struct told *out, size_t max)
{
    struct query q =
        store_query(store,
                    "SELECT a.line, min(a.person) FROM attempt a JOIN message m ON m.id = a.message WHERE a.ask = $1"
                    " AND a.line <> $2 AND m.state IN ('started', 'accepted', 'delivered', 'unknown') GROUP BY a.line"
                    " ORDER BY a.line LIMIT $3",
                    "iii", ask, except, (int64_t)max);
    size_t count = 0;

    while (count < max && query_next(&q)) {
        out[count++] = (struct told){ .line = query_int(&q, 0), .person = query_int(&q, 1) };
    }
    query_end(&q);
    return count;
}

/* The asks that were put to a line, by the cause's messages to it. */
#define PUT_TO_LINE                                                                                                    \
    " FROM message m JOIN attempt a ON a.message = m.id JOIN ask k ON k.id = a.ask WHERE m.cause = $1 AND m.line = $2"

bool told_open(struct store *store, int64_t cause, int64_t line)
{
    return store_value(store, 0, "SELECT 1" PUT_TO_LINE " AND " WANTS("k") " LIMIT 1", "ii", cause, line) != 0;
}

size_t told_children(struct store *store, int64_t cause, int64_t line, int64_t *students, size_t max)
{
    struct query q = store_query(store,
                                 "SELECT DISTINCT k.student" PUT_TO_LINE " AND k.student IS NOT NULL ORDER BY k.student"
                                 " LIMIT $3",
                                 "iii", cause, line, (int64_t)max);

    return query_ids(&q, students, max);
}

int64_t told_last(struct store *store, int64_t cause, int64_t line)
{
    return store_value(store, 0,
                       "SELECT max(id) FROM message WHERE cause = $1 AND line = $2"
                       " AND state IN ('started', 'accepted', 'delivered', 'unknown')",
                       "ii", cause, line);
}

size_t told_at_gateway(struct store *store, int64_t ask, int64_t *messages, size_t max)
{
    struct query q =
        store_query(store,
                    "SELECT DISTINCT m.id FROM attempt a JOIN message m ON m.id = a.message WHERE a.ask = $1"
                    " AND m.state IN ('claimed', 'started', 'unknown') AND m.recalled IS NULL AND NOT EXISTS"
                    " (SELECT 1 FROM attempt b JOIN ask k ON k.id = b.ask WHERE b.message = m.id AND " WANTS(
                        "k") ")"
                             " ORDER BY m.id LIMIT $2",
                    "ii", ask, (int64_t)max);

    return query_ids(&q, messages, max);
}

size_t ask_taken_with(struct store *store, const struct ask *ask, int64_t *students, size_t max)
{
    struct query q = store_query(store,
                                 "SELECT student FROM ask WHERE cause = $1 AND student IS NOT NULL AND acked_at = $2"
                                 " AND state = 'waiting' AND wait = 'settling' ORDER BY id LIMIT $3",
                                 "izi", ask->cause, ask->acked_at, (int64_t)max);

    return query_ids(&q, students, max);
}
