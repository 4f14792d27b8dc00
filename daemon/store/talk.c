/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Talks: the open questions on a line; see ask.h. A code is the first digit of a whole token ("31" fine, "32" help):
 * 3 … 9, so that no token is a plain option, and where these are all taken 30 … 99 ("301"); a code rests for a week
 * before it is given to another question.
 */
#include "store/ask.h"

enum { CODE_FIRST = 3, CODE_SHORT = 9, CODE_LONG = 30, CODE_LAST = 99 };
#define CODE_RESTS_MS (7 * DAY_MS)

void talk_open(struct store *store, int64_t line, int code, int64_t ask, int64_t message, time_ms now, time_ms until)
{
    store_change(
        store,
        "INSERT INTO talk (line, code, ask, message, since, until) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (line, code, ask) DO UPDATE SET message = excluded.message, until = max(until, excluded.until)",
        "ibiiii", line, code, ask, message, now, until);
}

bool talk_extend_gathered(struct store *store, int64_t line, int64_t cause, int64_t message, time_ms until)
{
    return store_change(store,
                        "UPDATE talk SET message = $3, until = max(until, $4), gathered = 1 WHERE line = $1"
                        " AND ask IN (SELECT id FROM ask WHERE cause = $2)",
                        "iiii", line, cause, message, until) > 0;
}

void talk_set_gathered(struct store *store, int64_t line, int64_t message)
{
    store_change(store, "UPDATE talk SET gathered = 1 WHERE line = $1 AND message = $2", "ii", line, message);
}

static bool code_taken(struct store *store, int64_t line, int code, time_ms now)
{
    return store_value(store, 0, "SELECT 1 FROM talk WHERE line = $1 AND code = $2 AND until > $3 LIMIT 1", "ibi", line,
                       code, now - CODE_RESTS_MS) != 0;
}

static int free_code(struct store *store, int64_t line, time_ms now)
{
    for (int code = CODE_FIRST; code < CODE_LAST; code = code == CODE_SHORT ? CODE_LONG : code + 1)
        if (!code_taken(store, line, code, now))
            return code;
    return CODE_LAST;
}

int talk_code(struct store *store, int64_t line, int64_t cause, time_ms now)
{
    const int64_t own = store_value(
        store, -1,
        "SELECT t.code FROM talk t JOIN ask a ON a.id = t.ask WHERE t.line = $1 AND a.cause = $2 AND t.until > $3"
        " LIMIT 1",
        "iii", line, cause, now);

    if (own >= 0)
        return (int)own;
    if (!store_value(store, 0,
                     "SELECT 1 FROM talk t JOIN ask a ON a.id = t.ask WHERE t.line = $1 AND t.until > $2"
                     " AND a.state IN ('open', 'waiting') AND a.wait <> 'settling' LIMIT 1",
                     "ii", line, now))
        return 0;
    return free_code(store, line, now);
}

int talk_give_code(struct store *store, int64_t line, int64_t cause, time_ms now)
{
    const int64_t own =
        store_value(store, 0,
                    "SELECT t.code FROM talk t JOIN ask a ON a.id = t.ask WHERE t.line = $1 AND a.cause = $2"
                    " AND t.until > $3 AND t.code > 0 LIMIT 1",
                    "iii", line, cause, now);
    const int code = own ? (int)own : free_code(store, line, now);

    store_change(store,
                 "UPDATE OR IGNORE talk SET code = $3 WHERE line = $1 AND code = 0 AND until > $4"
                 " AND ask IN (SELECT id FROM ask WHERE cause = $2)",
                 "iibi", line, cause, code, now);
    return code;
}

size_t talk_list(struct store *store, int64_t line, time_ms now, struct talk *out, size_t max)
{
    struct query q = store_query(
        store,
        "SELECT t.ask, a.cause, ifnull(a.student, 0), ifnull(a.person, 0), t.code, c.kind,"
        " CASE WHEN t.gathered AND EXISTS (SELECT 1 FROM ask k WHERE k.cause = a.cause AND k.state = 'open'"
        " AND EXISTS (SELECT 1 FROM attempt x WHERE x.ask = k.id"
        " AND x.line = t.line AND x.message IS NOT NULL)) THEN 'open' WHEN a.state = 'waiting' AND a.wait = 'settling' "
        "THEN 'answered' ELSE a.state END, t.since, t.until,"
        " a.grace, t.asked_back, t.which, t.gathered FROM talk t JOIN ask a ON a.id = t.ask JOIN cause c ON c.id = "
        "a.cause"
        " WHERE t.line = $1 AND t.until > $2 AND a.state <> 'cancelled' ORDER BY t.since DESC, a.cause, t.ask LIMIT $3",
        "iii", line, now, (int64_t)max);
    size_t count = 0;

    while (count < max && query_next(&q)) {
        struct talk *t = &out[count++];

        *t = (struct talk){ .ask = query_int(&q, 0),
                            .cause = query_int(&q, 1),
                            .student = query_int(&q, 2),
                            .person = query_int(&q, 3),
                            .code = (int)query_int(&q, 4),
                            .since = query_int(&q, 7),
                            .until = query_int(&q, 8),
                            .grace = query_int(&q, 9),
                            .asked_back = query_int(&q, 10) != 0,
                            .which = query_int(&q, 11) != 0,
                            .gathered = query_int(&q, 12) != 0 };
        kind_parse(&t->kind, query_word(&q, 5));
        ask_state_parse(&t->state, query_word(&q, 6));
    }
    query_end(&q);
    return count;
}

bool talk_ask_back(struct store *store, int64_t line, int64_t cause)
{
    return store_change(store,
                        "UPDATE talk SET asked_back = 1 WHERE line = $1 AND asked_back = 0"
                        " AND ask IN (SELECT id FROM ask WHERE cause = $2)",
                        "ii", line, cause) > 0;
}

void talk_set_which(struct store *store, int64_t line, int64_t cause, bool which)
{
    store_change(store, "UPDATE talk SET which = $3 WHERE line = $1 AND ask IN (SELECT id FROM ask WHERE cause = $2)",
                 "iib", line, cause, (int)which);
}

void talk_settled(struct store *store, int64_t line, time_ms now)
{
    store_change(
        store, "UPDATE message SET due = $2, reason = '' WHERE line = $1 AND state = 'queued' AND reason = 'line_busy'",
        "ii", line, now);
}

void talk_wake_lines(struct store *store, int64_t ask, time_ms now)
{
    store_change(store,
                 "UPDATE message SET due = $2, reason = '' WHERE state = 'queued' AND reason = 'line_busy'"
                 " AND line IN (SELECT line FROM talk WHERE ask = $1)",
                 "ii", ask, now);
}
