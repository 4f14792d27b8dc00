/* SPDX-License-Identifier: Apache-2.0 */
/* Attempts: whom a step asked by which message, and whom it skipped and why; see ask.h. */
#include <string.h>

#include "store/ask.h"

bool attempt_put(struct store *store, const struct attempt *a, time_ms now)
{
    return store_change(store,
                        "INSERT INTO attempt (ask, round, step, person, line, channel, n, message, skipped, at)"
                        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
                        "ibbootboti", a->ask, a->round, a->step, a->person, a->line, channel_name(a->channel), a->n,
                        a->message, a->message ? NULL : reason_name(a->skipped), now) > 0;
}

size_t attempt_asks(struct store *store, int64_t message, int64_t *asks, size_t max)
{
    struct query q =
        store_query(store, "SELECT DISTINCT ask FROM attempt WHERE message = $1 ORDER BY ask", "i", message);

    return query_ids(&q, asks, max);
}

char *attempt_subjects(struct store *store, int64_t message, const char *glue)
{
    return store_text(store,
                      "SELECT group_concat(subject, $2) FROM (SELECT DISTINCT k.subject FROM attempt t JOIN ask k"
                      " ON k.id = t.ask WHERE t.message = $1 AND k.subject <> '' AND k.state NOT IN ('answered',"
                      " 'declined', 'cancelled') ORDER BY k.id)",
                      "it", message, glue);
}

size_t attempt_after(struct store *store, int64_t message, int64_t after, struct attempt *out, size_t max)
{
    struct query q =
        store_query(store,
                    "SELECT id, ask, ifnull(person, 0), ifnull(line, 0), round, step, n, channel FROM attempt"
                    " WHERE message = $1 AND id > $2 ORDER BY id LIMIT $3",
                    "iii", message, after, (int64_t)max);
    size_t count = 0;

    while (count < max && query_next(&q)) {
        struct attempt *a = &out[count++];

        *a = (struct attempt){ .id = query_int(&q, 0),
                               .ask = query_int(&q, 1),
                               .message = message,
                               .person = query_int(&q, 2),
                               .line = query_int(&q, 3),
                               .round = (int)query_int(&q, 4),
                               .step = (int)query_int(&q, 5),
                               .n = (int)query_int(&q, 6) };
        channel_parse(&a->channel, query_word(&q, 7));
    }
    query_end(&q);
    return count;
}

bool attempt_last(struct attempt *out, struct store *store, int64_t ask, int64_t line)
{
    struct query q = store_query(store,
                                 "SELECT round, step, ifnull(line, 0), ifnull(message, 0) FROM attempt WHERE ask = $1"
                                 " AND ($2 = 0 OR line = $2) AND message IS NOT NULL ORDER BY id DESC LIMIT 1",
                                 "ii", ask, line);
    const bool found = query_next(&q);

    if (found)
        *out = (struct attempt){ .ask = ask,
                                 .round = (int)query_int(&q, 0),
                                 .step = (int)query_int(&q, 1),
                                 .line = query_int(&q, 2),
                                 .message = query_int(&q, 3) };
    query_end(&q);
    return found;
}

size_t attempt_lines(struct store *store, const struct attempt *of, int64_t *lines, size_t max)
{
    struct query q = store_query(store,
                                 "SELECT DISTINCT line FROM attempt WHERE ask = $1 AND ($2 < 0 OR round = $2)"
                                 " AND ($3 < 0 OR step = $3) AND message IS NOT NULL ORDER BY line LIMIT $4",
                                 "ibbi", of->ask, of->round, of->step, (int64_t)max);

    return query_ids(&q, lines, max);
}

int attempt_alive(struct store *store, int64_t ask, int round, int step)
{
    return (int)store_value(store, 0,
                            "SELECT count(*) FROM attempt a JOIN message m ON m.id = a.message WHERE a.ask = $1"
                            " AND ($2 < 0 OR a.round = $2) AND ($3 < 0 OR a.step = $3)"
                            " AND m.state NOT IN ('undelivered', 'refused', 'expired', 'cancelled')"
                            " AND (SELECT state FROM line WHERE id = m.line) = 'ok'",
                            "ibb", ask, round, step);
}

bool attempt_reached(struct store *store, int64_t ask)
{
    return store_value(store, 0,
                       "SELECT 1 FROM attempt a JOIN message m ON m.id = a.message WHERE a.ask = $1"
                       " AND m.state NOT IN ('undelivered', 'refused')"
                       " AND EXISTS (SELECT 1 FROM try t WHERE t.message = m.id AND ifnull(t.outcome, '') NOT IN "
                       "('refused', 'released'))"
                       " LIMIT 1",
                       "i", ask) != 0;
}

int64_t attempt_message(struct store *store, const struct attempt *a)
{
    return store_value(store, 0,
                       "SELECT message FROM attempt WHERE ask = $1 AND round = $2 AND step = $3 AND line = $4 AND "
                       "channel = $5 AND n = $6"
                       " AND message IS NOT NULL LIMIT 1",
                       "ibbitb", a->ask, a->round, a->step, a->line, channel_name(a->channel), a->n);
}

int64_t attempt_pending(struct store *store, int64_t ask, int64_t line, enum channel channel)
{
    return store_value(
        store, 0,
        "SELECT a.message FROM attempt a JOIN message m ON m.id = a.message WHERE a.ask = $1"
        " AND a.line = $2 AND a.channel = $3 AND m.state IN ('queued', 'claimed') ORDER BY a.id DESC LIMIT 1",
        "iit", ask, line, channel_name(channel));
}

bool attempt_made(struct store *store, int64_t ask, int round)
{
    return store_value(store, 0, "SELECT 1 FROM attempt WHERE ask = $1 AND round = $2 AND message IS NOT NULL LIMIT 1",
                       "ib", ask, round) != 0;
}

void attempt_skip_child(struct store *store, int64_t message, int64_t student, enum reason reason, time_ms now)
{
    static const char of_child[] =
        "SELECT a.ask FROM attempt a JOIN ask k ON k.id = a.ask WHERE a.message = $1 AND k.student = $2 LIMIT 1";
    const int64_t ask = store_value(store, 0, of_child, "ii", message, student);

    if (!ask)
        return;
    store_change(store, "UPDATE attempt SET message = NULL, skipped = $3 WHERE message = $1 AND ask = $2", "iit",
                 message, ask, reason_name(reason));
    ask_stop_waiting(store, ask);
    store_change(store,
                 "UPDATE ask SET next_at = $2 WHERE id = $1 AND state = 'open' AND NOT EXISTS"
                 " (SELECT 1 FROM attempt a JOIN message m ON m.id = a.message WHERE a.ask = $1"
                 " AND m.state NOT IN ('undelivered', 'refused', 'expired', 'cancelled'))",
                 "ii", ask, now);
}

void attempt_move_message(struct store *store, int64_t from, int64_t to)
{
    store_change(store, "UPDATE attempt SET message = $2 WHERE message = $1", "ii", from, to);
}
