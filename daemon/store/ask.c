/* SPDX-License-Identifier: Apache-2.0 */
/* Asks; see ask.h. Attempts are in attempt.c, answers in answer.c, talks in talk.c, further branches in branch.c. */
#include "store/ask.h"

#include <stdlib.h>

#include "lib/memory.h"

void ask_free(struct ask *ask)
{
    free(ask->outcome);
    free(ask->subject);
    *ask = (struct ask){ 0 };
}

static void read_ask(struct ask *out, const struct query *q)
{
    *out = (struct ask){ .id = query_int(q, 0),
                         .cause = query_int(q, 1),
                         .student = query_int(q, 2),
                         .person = query_int(q, 3),
                         .due = query_int(q, 7),
                         .grace = query_int(q, 8),
                         .next_at = query_time(q, 9),
                         .round = (int)query_int(q, 10),
                         .step = (int)query_int(q, 11),
                         .version = (int)query_int(q, 12),
                         .urgent = query_int(q, 13) != 0,
                         .taken = query_int(q, 14) != 0,
                         .closed = query_int(q, 15) != 0,
                         .anchor = query_time(q, 16),
                         .acked_by = query_int(q, 17),
                         .acked_line = query_int(q, 18),
                         .acked_at = query_time(q, 19),
                         .done_by = query_time(q, 20),
                         .reminded_at = query_time(q, 21),
                         .told_version = (int)query_int(q, 22) };
    kind_parse(&out->kind, query_word(q, 4));
    ask_state_parse(&out->state, query_word(q, 5));
    out->outcome = mem_dup(query_word(q, 6));
    out->subject = mem_dup(query_word(q, 23));
}

bool ask_get(struct ask *out, struct store *store, int64_t id)
{
    struct query q = store_query(
        store,
        "SELECT a.id, a.cause, ifnull(a.student, 0), ifnull(a.person, 0), c.kind, a.state, a.outcome, a.due,"
        " a.grace, a.next_at, a.round, a.step, a.version, a.urgent, a.state = 'waiting' AND a.wait = 'settling',"
        " a.closed IS NOT NULL, a.anchor, ifnull(a.acked_by, 0), ifnull(a.acked_line, 0), a.acked_at, a.done_by,"
        " a.reminded_at, ifnull(a.told_version, 0), a.subject FROM ask a JOIN cause c ON c.id = a.cause WHERE a.id = "
        "$1",
        "i", id);
    const bool found = query_next(&q);

    if (found)
        read_ask(out, &q);
    query_end(&q);
    return found;
}

int64_t ask_put(struct store *store, const struct ask *ask)
{
    const int64_t id = store_insert(
        store,
        "INSERT INTO ask (cause, student, person, state, due, grace, next_at, urgent, step, anchor, subject)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
        "iootiizbbzt", ask->cause, ask->student, ask->person, ask_state_name(ask->state), ask->due, ask->grace,
        ask->next_at, (int)ask->urgent, ask->step, ask->anchor, ask->subject ? ask->subject : "");

    return id > 0 ? id : 0;
}

size_t ask_due(struct store *store, bool urgent, time_ms now, int64_t *ids, size_t max)
{
    struct query q = store_query(store,
                                 "SELECT id FROM ask WHERE state = 'open' AND urgent = $1 AND next_at <= $2"
                                 " ORDER BY next_at, id LIMIT $3",
                                 "bii", (int)urgent, now, (int64_t)max);

    return query_ids(&q, ids, max);
}

#define FIRST(column, from) "(SELECT " column " FROM " from " ORDER BY " column " LIMIT 1), "

void ask_timetable(struct timetable *out, struct store *store)
{
    struct query q = store_query(
        store,
        "SELECT " FIRST("next_at", "ask WHERE state = 'open' AND urgent = 1 AND next_at IS NOT NULL") FIRST(
            "next_at", "ask WHERE state = 'open' AND urgent = 0 AND next_at IS NOT NULL")
            FIRST("next_at", "branch WHERE urgent = 1 AND next_at IS NOT NULL") FIRST(
                "next_at", "branch WHERE urgent = 0 AND next_at IS NOT NULL")
                FIRST("next_at", "ask WHERE state = 'waiting' AND wait = 'settling'") FIRST(
                    "told_at",
                    "ask WHERE told_at IS NOT NULL") "EXISTS (SELECT 1 FROM taking) OR EXISTS (SELECT 1 FROM ending)",
        "");

    *out = (struct timetable){ TIME_NEVER, TIME_NEVER, TIME_NEVER, TIME_NEVER, TIME_NEVER, TIME_NEVER, false };
    if (query_next(&q))
        *out = (struct timetable){ query_time(&q, 0), query_time(&q, 1), query_time(&q, 2),    query_time(&q, 3),
                                   query_time(&q, 4), query_time(&q, 5), query_int(&q, 6) != 0 };
    query_end(&q);
}

#define ASKS_OF_MESSAGE "(SELECT ask FROM attempt WHERE message = $1)"

void ask_wait_for(struct store *store, int64_t message, enum reason reason)
{
    store_change(store,
                 "UPDATE ask SET state = 'waiting', wait = $2 WHERE state IN ('open', 'waiting') AND wait <> 'settling'"
                 " AND id IN " ASKS_OF_MESSAGE,
                 "it", message, reason_name(reason));
}

void ask_was_put(struct store *store, int64_t message, time_ms now)
{
    store_change(store,
                 "UPDATE ask SET state = 'open', wait = '', due = due + $2 - anchor, grace = grace + $2 - anchor,"
                 " next_at = next_at + $2 - anchor, anchor = $2 WHERE state = 'waiting' AND wait <> 'settling'"
                 " AND id IN " ASKS_OF_MESSAGE,
                 "ii", message, now);
}

bool ask_stop_waiting(struct store *store, int64_t id)
{
    return store_change(
               store,
               "UPDATE ask SET state = 'open', wait = '' WHERE id = $1 AND state = 'waiting' AND wait <> 'settling'"
               " AND NOT EXISTS"
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
                        "UPDATE ask SET state = $3, wait = '', version = version + 1, told_at = NULL,"
                        " next_at = CASE WHEN $4 THEN next_at END WHERE id = $1 AND state = $2",
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

size_t ask_open_of(struct store *store, int64_t cause, int64_t *ids, size_t max)
{
    struct query q =
        store_query(store, "SELECT id FROM ask WHERE cause = $1 AND state IN ('open', 'waiting') ORDER BY id LIMIT $2",
                    "ii", cause, (int64_t)max);

    return query_ids(&q, ids, max);
}

char *ask_outcome(struct store *store, int64_t id)
{
    return store_text(store, "SELECT outcome FROM ask WHERE id = $1", "i", id);
}

bool ask_take(struct store *store, int64_t id, const struct ask_taking *t)
{
    return store_change(store,
                        "UPDATE ask SET state = 'waiting', wait = 'settling', version = version + 1, acked_by = $2,"
                        " acked_line = $3, acked_at = $4, done_by = $5, next_at = $6, reminded_at = NULL"
                        " WHERE id = $1 AND state IN ('open', 'waiting', 'expired', 'unasked') AND closed IS NULL",
                        "iooiii", id, t->person, t->line, t->at, t->done_by, t->next_at) > 0;
}

void ask_note_taker(struct store *store, int64_t id, int64_t person, int64_t line, time_ms at)
{
    store_change(store,
                 "UPDATE ask SET acked_by = $2, acked_line = $3, acked_at = $4 WHERE id = $1 AND acked_at IS NULL",
                 "iooi", id, person, line, at);
}

void ask_reopen(struct store *store, int64_t id)
{
    store_change(store,
                 "UPDATE ask SET state = 'open', wait = '', version = version + 1, acked_by = NULL, acked_line = NULL,"
                 " acked_at = NULL, done_by = NULL, reminded_at = NULL, told_at = NULL WHERE id = $1"
                 " AND closed IS NULL AND state IN ('waiting', 'answered')",
                 "i", id);
}

bool ask_close(struct store *store, int64_t id, const char *outcome, const char *by, time_ms now)
{
    return store_change(store,
                        "UPDATE ask SET closed = $2, handled_at = $3, handled_by = $4, wait = '', next_at = NULL,"
                        " version = version + 1, told_at = NULL,"
                        " state = CASE WHEN state IN ('open', 'waiting') THEN 'answered' ELSE state END"
                        " WHERE id = $1 AND closed IS NULL",
                        "itit", id, outcome, now, by) > 0;
}

size_t ask_settling_due(struct store *store, time_ms now, int64_t *ids, size_t max)
{
    struct query q = store_query(store,
                                 "SELECT id FROM ask WHERE state = 'waiting' AND wait = 'settling' AND next_at <= $1"
                                 " ORDER BY next_at, id LIMIT $2",
                                 "ii", now, (int64_t)max);

    return query_ids(&q, ids, max);
}

void ask_set_reminded(struct store *store, int64_t id, time_ms now, time_ms next_at)
{
    store_change(store, "UPDATE ask SET reminded_at = $2, next_at = $3 WHERE id = $1", "iii", id, now, next_at);
}

void ask_tell_at(struct store *store, int64_t id, time_ms at)
{
    store_change(store, "UPDATE ask SET told_at = $2, told_version = version WHERE id = $1", "iz", id, at);
}

size_t ask_tell_due(struct store *store, time_ms now, int64_t *ids, size_t max)
{
    struct query q = store_query(
        store, "SELECT id FROM ask WHERE told_at IS NOT NULL AND told_at <= $1 ORDER BY told_at, id LIMIT $2", "ii",
        now, (int64_t)max);

    return query_ids(&q, ids, max);
}

size_t ask_stalled(struct store *store, bool urgent, time_ms before, int64_t *ids, size_t max)
{
    struct query q = store_query(store,
                                 "SELECT id FROM ask WHERE state = 'open' AND urgent = $1"
                                 " AND (next_at IS NULL OR next_at < $2) ORDER BY next_at LIMIT $3",
                                 "bii", (int)urgent, before, (int64_t)max);

    return query_ids(&q, ids, max);
}

size_t ask_waiting_after(struct store *store, int64_t after, int64_t *ids, size_t max)
{
    struct query q = store_query(store, "SELECT id FROM ask WHERE state = 'waiting' AND id > $1 ORDER BY id LIMIT $2",
                                 "ii", after, (int64_t)max);

    return query_ids(&q, ids, max);
}

bool ask_waits_for_something(struct store *store, int64_t id, time_ms before)
{
    return store_value(store, 0,
                       "SELECT CASE k.wait WHEN 'settling' THEN k.next_at IS NOT NULL AND k.next_at >= $2"
                       " ELSE EXISTS (SELECT 1 FROM attempt a JOIN message m ON m.id = a.message WHERE a.ask = k.id"
                       " AND m.state IN ('queued', 'held')) END FROM ask k WHERE k.id = $1",
                       "ii", id, before) != 0;
}

void ask_repair(struct store *store, int64_t id, time_ms now)
{
    /* one that was taken keeps that: only its time is set */
    store_change(store,
                 "UPDATE ask SET next_at = $2, state = CASE WHEN wait = 'settling' THEN state ELSE 'open' END,"
                 " wait = CASE WHEN wait = 'settling' THEN wait ELSE '' END, anchor = ifnull(anchor, $2)"
                 " WHERE id = $1 AND state IN ('open', 'waiting')",
                 "ii", id, now);
}

bool cause_asks_several(struct store *store, int64_t cause)
{
    return store_value(store, 0,
                       "SELECT (SELECT count(*) FROM (SELECT 1 FROM ask WHERE cause = $1 LIMIT 2)) > 1 OR"
                       " (SELECT count(*) FROM (SELECT DISTINCT student FROM recipient WHERE cause = $1 LIMIT 2)) > 1",
                       "i", cause) != 0;
}

size_t ask_named_students(struct store *store, const struct ask_naming *n, int64_t *ids, size_t max)
{
    struct query q = store_query(
        store,
        "SELECT s.id FROM ask k JOIN student s ON s.id = k.student WHERE k.cause = $1 AND instr($3, s.name) > 0"
        " AND EXISTS (SELECT 1 FROM attempt a WHERE a.ask = k.id AND a.line = $2 AND a.message IS NOT NULL)"
        " ORDER BY s.id LIMIT $4",
        "iiti", n->cause, n->line, n->text, (int64_t)max);

    return query_ids(&q, ids, max);
}

size_t ask_named(struct store *store, const struct ask_naming *n, int64_t *ids, size_t max)
{
    struct query q = store_query(
        store,
        "SELECT k.id FROM ask k JOIN student s ON s.id = k.student WHERE k.cause = $1 AND instr($3, s.name) > 0"
        " AND EXISTS (SELECT 1 FROM attempt a WHERE a.ask = k.id AND a.line = $2 AND a.message IS NOT NULL)"
        " ORDER BY k.id LIMIT $4",
        "iiti", n->cause, n->line, n->text, (int64_t)max);

    return query_ids(&q, ids, max);
}
