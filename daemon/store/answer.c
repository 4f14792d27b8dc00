/* SPDX-License-Identifier: Apache-2.0 */
/* Answers: append-only; what counts is what is not withdrawn; see ask.h. */
#include "store/ask.h"

int64_t answer_put(struct store *store, const struct answer_row *r, time_ms now)
{
    return store_insert(
        store,
        "INSERT INTO answer (ask, line, person, reply, class, value, rest, withdraws, via, by, received)"
        " VALUES ($1, $2, $3, $4, $5, CASE WHEN $6 THEN $7 END, $8, $9, $10, $11, $12)",
        "iooot"
        "bitotti",
        r->ask, r->line, r->person, r->reply, r->class, (int)r->has_value, r->value, r->rest, r->withdraws, r->via,
        r->by, r->at ? r->at : now);
}

void answer_each(struct store *store, int64_t ask, void (*each)(void *arg, const struct answer_row *row), void *arg)
{
    struct query q = store_query(
        store,
        "SELECT id, ifnull(line, 0), ifnull(person, 0), ifnull(reply, 0), class, value, rest, via, by FROM answer a"
        " WHERE ask = $1 AND class <> 'withdrawn'"
        " AND NOT EXISTS (SELECT 1 FROM answer w WHERE w.ask = a.ask AND w.withdraws = a.id) ORDER BY id",
        "i", ask);

    while (query_next(&q)) {
        const struct answer_row row = { .id = query_int(&q, 0),
                                        .ask = ask,
                                        .line = query_int(&q, 1),
                                        .person = query_int(&q, 2),
                                        .reply = query_int(&q, 3),
                                        .class = query_word(&q, 4),
                                        .has_value = !query_null(&q, 5),
                                        .value = query_int(&q, 5),
                                        .rest = query_text(&q, 6),
                                        .via = query_word(&q, 7),
                                        .by = query_text(&q, 8) };

        each(arg, &row);
    }
}

int64_t answer_find(struct store *store, int64_t ask, int64_t line, const char *class)
{
    return store_value(store, 0,
                       "SELECT max(id) FROM answer a WHERE ask = $1 AND line = $2 AND class = $3"
                       " AND NOT EXISTS (SELECT 1 FROM answer w WHERE w.ask = a.ask AND w.withdraws = a.id)",
                       "iit", ask, line, class);
}

bool answer_declined(struct store *store, int64_t ask, int64_t line)
{
    return answer_find(store, ask, line, "no") != 0;
}
