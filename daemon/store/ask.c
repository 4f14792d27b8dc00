/* SPDX-License-Identifier: Apache-2.0 */
/* Asks, attempts and answers; see ask.h. Talks are in talk.c. */
#include "store/ask.h"

#include <stdlib.h>

#include "lib/memory.h"

void ask_free(struct ask *ask)
{
    free(ask->outcome);
    free(ask->subject);
    *ask = (struct ask){ 0 };
}

bool ask_get(struct ask *out, struct store *store, int64_t id)
{
    struct query q = store_query(
        store,
        "SELECT a.id, a.cause, ifnull(a.student, 0), ifnull(a.person, 0), c.kind, a.state, a.outcome, a.due,"
        " a.grace, a.next_at, a.round, a.step, a.version, a.subject FROM ask a JOIN cause c ON c.id = a.cause WHERE "
        "a.id = $1",
        "i", id);
    const bool found = query_next(&q);

    if (found) {
        *out = (struct ask){ .id = query_int(&q, 0),
                             .cause = query_int(&q, 1),
                             .student = query_int(&q, 2),
                             .person = query_int(&q, 3),
                             .due = query_int(&q, 7),
                             .grace = query_int(&q, 8),
                             .next_at = query_time(&q, 9),
                             .round = (int)query_int(&q, 10),
                             .step = (int)query_int(&q, 11),
                             .version = (int)query_int(&q, 12) };
        kind_parse(&out->kind, query_word(&q, 4));
        ask_state_parse(&out->state, query_word(&q, 5));
        out->outcome = mem_dup(query_word(&q, 6));
        out->subject = mem_dup(query_word(&q, 13));
    }
    query_end(&q);
    return found;
}

int64_t ask_put(struct store *store, const struct ask *ask)
{
    const int64_t id = store_insert(store,
                                    "INSERT INTO ask (cause, student, person, subject, state, due, grace, next_at)"
                                    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
                                    "ioottiiz", ask->cause, ask->student, ask->person, ask->subject ? ask->subject : "",
                                    ask_state_name(ask->state), ask->due, ask->grace, ask->next_at);

    return id > 0 ? id : 0;
}

static size_t ids_of(struct query *query, int64_t *ids, size_t max)
{
    size_t count = 0;

    while (count < max && query_next(query))
        ids[count++] = query_int(query, 0);
    query_end(query);
    return count;
}

size_t ask_due(struct store *store, time_ms now, int64_t *ids, size_t max)
{
    struct query q =
        store_query(store,
                    "SELECT id FROM ask WHERE state IN ('open', 'waiting') AND state = 'open' AND next_at <= $1"
                    " ORDER BY next_at, id LIMIT $2",
                    "ii", now, (int64_t)max);

    return ids_of(&q, ids, max);
}

time_ms ask_next_due(struct store *store)
{
    return store_value(
        store, TIME_NEVER,
        "SELECT next_at FROM ask WHERE state IN ('open', 'waiting') AND state = 'open' AND next_at IS NOT NULL"
        " ORDER BY next_at LIMIT 1",
        "");
}

#define ASKS_OF_MESSAGE "(SELECT ask FROM attempt WHERE message = $1)"

void ask_wait_for(struct store *store, int64_t message, enum reason reason)
{
    store_change(
        store,
        "UPDATE ask SET state = 'waiting', wait = $2 WHERE state IN ('open', 'waiting') AND id IN " ASKS_OF_MESSAGE,
        "it", message, reason_name(reason));
}

void ask_was_put(struct store *store, int64_t message, time_ms now)
{
    store_change(store,
                 "UPDATE ask SET state = 'open', wait = '', due = due + $2 - anchor, grace = grace + $2 - anchor,"
                 " next_at = next_at + $2 - anchor, anchor = $2 WHERE state = 'waiting' AND id IN " ASKS_OF_MESSAGE,
                 "ii", message, now);
}

bool ask_stop_waiting(struct store *store, int64_t id)
{
    return store_change(store,
                        "UPDATE ask SET state = 'open', wait = '' WHERE id = $1 AND state = 'waiting' AND NOT EXISTS"
                        " (SELECT 1 FROM attempt a JOIN message m ON m.id = a.message WHERE a.ask = $1 AND"
                        " (m.state = 'queued' OR (m.state = 'held' AND m.reason = 'paused')))",
                        "i", id) > 0;
}

void ask_set_step(struct store *store, int64_t id, int round, int step, time_ms anchor, time_ms next_at)
{
    store_change(store, "UPDATE ask SET round = $2, step = $3, anchor = $4, next_at = $5 WHERE id = $1", "ibbzz", id,
                 round, step, anchor, next_at);
}

void ask_set_next(struct store *store, int64_t id, time_ms next_at)
{
    store_change(store, "UPDATE ask SET next_at = $2 WHERE id = $1", "iz", id, next_at);
}

bool ask_move(struct store *store, int64_t id, enum ask_state from, enum ask_state to)
{
    const bool runs = to == ASK_OPEN || to == ASK_WAITING;

    return store_change(store,
                        "UPDATE ask SET state = $3, version = version + 1, next_at = CASE WHEN $4 THEN next_at END"
                        " WHERE id = $1 AND state = $2",
                        "ittb", id, ask_state_name(from), ask_state_name(to), (int)runs) > 0;
}

void ask_set_outcome(struct store *store, int64_t id, const char *outcome, int64_t value, bool has_value)
{
    /* a worse or other outcome than the one a person has seen to waits for a person again */
    store_change(store,
                 "UPDATE ask SET handled_at = CASE WHEN outcome = $2 THEN handled_at END, outcome = $2,"
                 " value = CASE WHEN $4 THEN $3 END WHERE id = $1",
                 "itib", id, outcome, value, (int)has_value);
}

void ask_set_handled(struct store *store, int64_t id, const char *by, time_ms now)
{
    store_change(store, "UPDATE ask SET handled_at = $3, handled_by = $2 WHERE id = $1", "iti", id, by, now);
}

void ask_set_taken(struct store *store, int64_t id, int64_t person)
{
    store_change(store, "UPDATE ask SET acked_by = $2 WHERE id = $1 AND acked_by IS NULL", "io", id, person);
}

size_t ask_open_of(struct store *store, int64_t cause, int64_t *ids, size_t max)
{
    struct query q =
        store_query(store, "SELECT id FROM ask WHERE cause = $1 AND state IN ('open', 'waiting') ORDER BY id LIMIT $2",
                    "ii", cause, (int64_t)max);

    return ids_of(&q, ids, max);
}

char *ask_outcome(struct store *store, int64_t id)
{
    return store_text(store, "SELECT outcome FROM ask WHERE id = $1", "i", id);
}

void ask_close_all(struct store *store, int64_t cause, const char *outcome, const char *by, time_ms now)
{
    store_change(store, "UPDATE ask SET closed = $2, handled_at = $3, handled_by = $4 WHERE cause = $1", "itit", cause,
                 outcome, now, by);
    store_change(store,
                 "UPDATE ask SET state = 'answered', next_at = NULL, version = version + 1 WHERE cause = $1"
                 " AND state IN ('open', 'waiting')",
                 "i", cause);
}

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

    return ids_of(&q, asks, max);
}

bool attempt_of(struct attempt *out, struct store *store, int64_t ask, int64_t message)
{
    struct query q = store_query(store,
                                 "SELECT ifnull(person, 0), ifnull(line, 0), round, step, n, channel FROM attempt"
                                 " WHERE ask = $1 AND message = $2",
                                 "ii", ask, message);
    const bool found = query_next(&q);

    if (found) {
        *out = (struct attempt){ .ask = ask,
                                 .message = message,
                                 .person = query_int(&q, 0),
                                 .line = query_int(&q, 1),
                                 .round = (int)query_int(&q, 2),
                                 .step = (int)query_int(&q, 3),
                                 .n = (int)query_int(&q, 4) };
        channel_parse(&out->channel, query_word(&q, 5));
    }
    query_end(&q);
    return found;
}

char *attempt_subjects(struct store *store, int64_t message, const char *glue)
{
    return store_text(store,
                      "SELECT group_concat(subject, $2) FROM (SELECT DISTINCT k.subject FROM attempt t JOIN ask k"
                      " ON k.id = t.ask WHERE t.message = $1 AND k.subject <> '' AND k.state NOT IN ('answered',"
                      " 'declined', 'cancelled') ORDER BY k.id)",
                      "it", message, glue);
}

int attempt_alive(struct store *store, int64_t ask, int round, int step)
{
    return (int)store_value(
        store, 0,
        "SELECT count(*) FROM attempt a JOIN message m ON m.id = a.message WHERE a.ask = $1 AND a.round = $2"
        " AND a.step = $3 AND m.state NOT IN ('undelivered', 'refused', 'expired', 'cancelled')"
        " AND (SELECT state FROM line WHERE id = m.line) <> 'wrong'",
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

int64_t answer_put(struct store *store, const struct answer_row *r, time_ms now)
{
    return store_insert(
        store,
        "INSERT INTO answer (ask, line, person, reply, class, value, rest, withdraws, via, by, received)"
        " VALUES ($1, $2, $3, $4, $5, CASE WHEN $6 THEN $7 END, $8, $9, $10, $11, $12)",
        "iooot"
        "bitotti",
        r->ask, r->line, r->person, r->reply, r->class, (int)r->has_value, r->value, r->rest, r->withdraws, r->via,
        r->by, now);
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
