/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work on many asks that outlives a turn and a crash: one answer to all asks of a cause, and the end of a message about
 * many; see ask.h. Both tables are empty but for what is going on.
 */
#include <stdlib.h>

#include "lib/memory.h"
#include "store/ask.h"

void taking_free(struct taking *t)
{
    free(t->class);
    free(t->rest);
    free(t->via);
    free(t->by);
    *t = (struct taking){ 0 };
}

void taking_put(struct store *store, const struct taking *t)
{
    store_change(store,
                 "INSERT INTO taking (cause, line, person, reply, class, rest, via, by, at, settles, cursor)"
                 " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                 "iooottttibi", t->cause, t->line, t->person, t->reply, t->class, t->rest, t->via, t->by, t->at,
                 (int)t->settles, t->cursor);
}

bool taking_next(struct taking *out, struct store *store)
{
    struct query q =
        store_query(store,
                    "SELECT id, cause, ifnull(line, 0), ifnull(person, 0), ifnull(reply, 0), cursor, class,"
                    " rest, via, by, at, settles FROM taking ORDER BY id LIMIT 1",
                    "");
    const bool found = query_next(&q);

    if (found)
        *out = (struct taking){ .id = query_int(&q, 0),
                                .cause = query_int(&q, 1),
                                .line = query_int(&q, 2),
                                .person = query_int(&q, 3),
                                .reply = query_int(&q, 4),
                                .cursor = query_int(&q, 5),
                                .class = mem_dup(query_text(&q, 6)),
                                .rest = mem_dup(query_text(&q, 7)),
                                .via = mem_dup(query_text(&q, 8)),
                                .by = mem_dup(query_text(&q, 9)),
                                .at = query_int(&q, 10),
                                .settles = query_int(&q, 11) != 0 };
    query_end(&q);
    return found;
}

size_t taking_asks(struct store *store, const struct taking *t, int64_t *ids, size_t max)
{
    struct query q = store_query(
        store,
        "SELECT k.id FROM ask k WHERE k.cause = $1 AND k.id > $2 AND k.closed IS NULL AND k.state <> 'cancelled'"
        " AND ($5 = 'closed' OR k.state NOT IN ('answered', 'declined'))"
        " AND ($3 = 0 OR EXISTS (SELECT 1 FROM attempt a WHERE a.ask = k.id AND a.line = $3 AND a.message IS NOT NULL))"
        " ORDER BY k.id LIMIT $4",
        "iiiit", t->cause, t->cursor, t->line, (int64_t)max, t->class);
    return query_ids(&q, ids, max);
}

void taking_set_cursor(struct store *store, int64_t id, int64_t cursor)
{
    store_change(store, "UPDATE taking SET cursor = $2 WHERE id = $1", "ii", id, cursor);
}

void taking_end(struct store *store, int64_t id)
{
    store_change(store, "DELETE FROM taking WHERE id = $1", "i", id);
}

bool taking_covers(struct store *store, int64_t cause, int64_t ask)
{
    return store_value(
               store, 0,
               "SELECT 1 FROM taking t WHERE t.cause = $1 AND t.settles AND t.cursor < $2 AND (t.line IS NULL OR"
               " EXISTS (SELECT 1 FROM attempt a WHERE a.ask = $2 AND a.line = t.line AND a.message IS NOT NULL))"
               " LIMIT 1",
               "ii", cause, ask) != 0;
}

void ending_put(struct store *store, const struct ending *e)
{
    store_change(store,
                 "INSERT INTO ending (message, reason, again, cursor) VALUES ($1, $2, $3, $4)"
                 " ON CONFLICT (message) DO UPDATE SET again = excluded.again, cursor = excluded.cursor",
                 "itii", e->message, reason_name(e->reason), e->again, e->cursor);
}

bool ending_next(struct ending *out, struct store *store)
{
    struct query q =
        store_query(store, "SELECT message, again, cursor, reason FROM ending ORDER BY message LIMIT 1", "");
    const bool found = query_next(&q);

    if (found) {
        *out = (struct ending){ .message = query_int(&q, 0), .again = query_int(&q, 1), .cursor = query_int(&q, 2) };
        reason_parse(&out->reason, query_word(&q, 3));
    }
    query_end(&q);
    return found;
}

void ending_end(struct store *store, int64_t message)
{
    store_change(store, "DELETE FROM ending WHERE message = $1", "i", message);
}
