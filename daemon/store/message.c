/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox's rows; see message.h. */
#include "store/message.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "store/tally.h"

static const char *const channels[CHANNELS] = { "sms", "voice", "im" };

const char *channel_name(enum channel channel)
{
    return channels[channel];
}

bool channel_parse(enum channel *out, const char *name)
{
    for (size_t i = 0; i < CHANNELS; i++) {
        if (name && strcmp(channels[i], name) == 0) {
            *out = (enum channel)i;
            return true;
        }
    }
    return false;
}

void message_free(struct message *message)
{
    free(message->gateway);
    free(message->text);
    free(message->voice);
    free(message->note);
    free(message->e164);
    free(message->cause_state);
    *message = (struct message){ 0 };
}

static char *text_or_null(const struct query *query, int column)
{
    return mem_dup(query_text(query, column));
}

static void read_row(struct message *m, const struct query *q)
{
    *m = (struct message){ .id = query_int(q, 0),
                           .cause = query_int(q, 1),
                           .line = query_int(q, 2),
                           .person = query_int(q, 3),
                           .route = query_int(q, 4),
                           .reply = query_int(q, 5),
                           .replaces = query_int(q, 6),
                           .due = query_int(q, 7),
                           .expires = query_int(q, 8),
                           .created = query_int(q, 9),
                           .tries = (int)query_int(q, 10),
                           .refusals = (int)query_int(q, 11),
                           .again = query_int(q, 12) != 0 };
    channel_parse(&m->channel, query_word(q, 13));
    lane_parse(&m->lane, query_word(q, 14));
    message_state_parse(&m->state, query_word(q, 15));
    reason_parse(&m->reason, query_word(q, 16));
    m->gateway = text_or_null(q, 17);
    m->text = text_or_null(q, 18);
    m->voice = text_or_null(q, 19);
    m->note = text_or_null(q, 20);
    m->e164 = text_or_null(q, 21);
    kind_parse(&m->kind, query_word(q, 22));
    m->drill = query_int(q, 23) != 0;
    m->cause_state = text_or_null(q, 24);
    m->gathered = query_int(q, 25) != 0;
    m->recalled = query_time(q, 26);
}

bool message_get(struct message *out, struct store *store, int64_t id)
{
    struct query q =
        store_query(store,
                    "SELECT m.id, m.cause, m.line, m.person, m.route, m.reply, m.replaces, m.due, m.expires, m.created,"
                    " m.tries, m.refusals, m.again, m.channel, m.lane, m.state, m.reason, m.gateway, m.text, m.voice,"
                    " m.note, l.e164, c.kind, c.drill, c.state, m.gathered, m.recalled"
                    " FROM message m JOIN line l ON l.id = m.line JOIN cause c ON c.id = m.cause WHERE m.id = $1",
                    "i", id);
    const bool found = query_next(&q);

    if (found)
        read_row(out, &q);
    query_end(&q);
    return found;
}

static void trail_add(struct store *store, int64_t id, enum message_state state, enum reason reason,
                      const char *gateway, time_ms now)
{
    store_change(store,
                 "INSERT INTO trail (message, n, at, state, reason, gateway)"
                 " SELECT id, changes, $2, $3, $4, $5 FROM message WHERE id = $1",
                 "iittt", id, now, message_state_name(state), reason_name(reason), gateway);
}

int64_t message_put(struct store *store, const struct message *m, int64_t student, time_ms now)
{
    const int64_t id = store_insert(store,
                                    "INSERT INTO message (cause, line, person, channel, route, lane, due, expires, "
                                    "voice, note, reply, again, replaces, created, gathered)"
                                    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
                                    "iiititiittoboib", m->cause, m->line, m->person, channel_name(m->channel), m->route,
                                    lane_name(m->lane), m->due, m->expires, m->voice, m->note, m->reply, (int)m->again,
                                    m->replaces, now, (int)m->gathered);

    if (id <= 0)
        return 0;
    if (student)
        message_name_child(store, id, student);
    trail_add(store, id, MESSAGE_QUEUED, REASON_NONE, NULL, now);
    tally_add(store, id, MESSAGE_QUEUED, now);
    return id;
}

int64_t message_open(struct store *store, int64_t cause, int64_t line, enum channel channel, bool gathered)
{
    return store_value(store, 0,
                       "SELECT id FROM message WHERE cause = $1 AND line = $2 AND channel = $3 AND state = 'queued'"
                       " AND text IS NULL AND note IS NULL AND tries = 0 AND gathered = $4 ORDER BY id DESC LIMIT 1",
                       "iitb", cause, line, channel_name(channel), (int)gathered);
}

time_ms message_gathered_last(struct store *store, int64_t cause, int64_t line, enum channel channel)
{
    return store_value(store, 0,
                       "SELECT max(t.claimed) FROM message m JOIN try t ON t.message = m.id WHERE m.cause = $1"
                       " AND m.line = $2 AND m.channel = $3 AND m.gathered",
                       "iit", cause, line, channel_name(channel));
}

void message_name_child(struct store *store, int64_t message, int64_t student)
{
    store_change(store, "INSERT INTO about (message, student) VALUES ($1, $2) ON CONFLICT DO NOTHING", "ii", message,
                 student);
}

void message_forget_child(struct store *store, int64_t message, int64_t student)
{
    store_change(store, "DELETE FROM about WHERE message = $1 AND student = $2", "ii", message, student);
}

void message_forget_children(struct store *store, int64_t message)
{
    store_change(store, "DELETE FROM about WHERE message = $1", "i", message);
}

/* Reads the first column of every row. */
size_t message_children(struct store *store, int64_t message, int64_t *students, size_t max)
{
    struct query q = store_query(store, "SELECT student FROM about WHERE message = $1 ORDER BY student", "i", message);

    return query_ids(&q, students, max);
}

bool message_move(struct store *store, int64_t id, enum message_state from, enum message_state to, enum reason reason,
                  time_ms now)
{
    CLEANUP(mem_clean) char *gateway = NULL;

    if (!message_state_may(from, to))
        return false;
    if (store_change(
            store,
            "UPDATE message SET state = $3, reason = $4, changes = changes + 1, ended = CASE WHEN $5 THEN $6 END"
            " WHERE id = $1 AND state = $2",
            "itttbi", id, message_state_name(from), message_state_name(to), reason_name(reason),
            (int)message_state_ended(to), now) != 1)
        return false;
    if (to == MESSAGE_QUEUED)
        store_change(store, "UPDATE message SET gateway = NULL WHERE id = $1", "i", id);
    gateway = store_text(store, "SELECT gateway FROM message WHERE id = $1", "i", id);
    trail_add(store, id, to, reason, gateway, now);
    tally_add(store, id, to, now);
    return true;
}

void message_postpone(struct store *store, int64_t id, time_ms due, time_ms shift, enum reason reason)
{
    store_change(store,
                 "UPDATE message SET due = $2, expires = expires + $3, reason = $4 WHERE id = $1 AND state = 'queued'",
                 "iiit", id, due, shift, reason_name(reason));
}

void message_set_text(struct store *store, int64_t id, const char *text, const char *voice, int parts, int64_t cost_e4)
{
    store_change(store,
                 "UPDATE message SET text = $2, voice = $3, parts = $4, cost_e4 = $5 WHERE id = $1 AND text IS NULL",
                 "ittbi", id, text, voice, parts, cost_e4);
}

void message_set_route(struct store *store, int64_t id, int64_t route)
{
    store_change(store, "UPDATE message SET route = $2 WHERE id = $1", "ii", id, route);
}

void message_mark_again(struct store *store, int64_t id)
{
    store_change(store, "UPDATE message SET again = 1 WHERE id = $1", "i", id);
}

void message_count_refusal(struct store *store, int64_t id)
{
    store_change(store, "UPDATE message SET refusals = refusals + 1 WHERE id = $1", "i", id);
}

int64_t message_release_cause(struct store *store, int64_t cause, time_ms now)
{
    struct query q =
        store_query(store, "SELECT id FROM message WHERE cause = $1 AND state = 'held' AND reason = 'paused' LIMIT 250",
                    "i", cause);
    int64_t ids[250];
    const size_t count = query_ids(&q, ids, COUNT(ids));

    for (size_t i = 0; i < count; i++)
        message_move(store, ids[i], MESSAGE_HELD, MESSAGE_QUEUED, REASON_RELEASED, now);
    return (int64_t)count;
}

int64_t message_hasten_cause(struct store *store, int64_t cause, time_ms now)
{
    return store_change(
        store,
        "UPDATE message SET due = $2 WHERE id IN (SELECT id FROM message WHERE cause = $1 AND state = 'queued'"
        " AND due > $2 LIMIT 250)",
        "ii", cause, now);
}

size_t message_claimable(struct store *store, int64_t route, enum lane lane, time_ms now, int64_t *ids, size_t max)
{
    struct query q =
        store_query(store,
                    "SELECT id FROM message WHERE route = $1 AND lane = $2 AND state = 'queued' AND due <= $3"
                    " ORDER BY due, id LIMIT $4",
                    "itii", route, lane_name(lane), now, (int64_t)max);

    return query_ids(&q, ids, max);
}

time_ms message_next_due(struct store *store, int64_t route, enum lane lane)
{
    return store_value(
        store, TIME_NEVER,
        "SELECT due FROM message WHERE route = $1 AND lane = $2 AND state = 'queued' ORDER BY due LIMIT 1", "it", route,
        lane_name(lane));
}

time_ms message_next_expiry(struct store *store)
{
    return store_value(store, TIME_NEVER, "SELECT expires FROM message WHERE state = 'queued' ORDER BY expires LIMIT 1",
                       "");
}

size_t message_expired(struct store *store, time_ms now, int64_t *ids, size_t max)
{
    struct query q =
        store_query(store, "SELECT id FROM message WHERE state = 'queued' AND expires <= $1 ORDER BY expires LIMIT $2",
                    "ii", now, (int64_t)max);

    return query_ids(&q, ids, max);
}

size_t message_notes(struct store *store, const struct message *like, time_ms due, int64_t *ids, size_t max)
{
    struct query q = store_query(store,
                                 "SELECT m.id FROM message m JOIN cause c ON c.id = m.cause WHERE m.line = $1"
                                 " AND m.channel = $2 AND m.state = 'queued' AND m.due <= $3 AND m.note IS NOT NULL"
                                 " AND m.text IS NULL AND c.kind IN ('staff', 'remark') AND c.state = 'open'"
                                 " ORDER BY c.kind = 'remark', m.id LIMIT $4",
                                 "itii", like->line, channel_name(like->channel), due, (int64_t)max);

    return query_ids(&q, ids, max);
}

time_ms message_note_last(struct store *store, int64_t line, bool important)
{
    return store_value(
        store, 0,
        "SELECT max(t.claimed) FROM (SELECT id, cause FROM message WHERE line = $1 ORDER BY id DESC LIMIT 50)"
        " m JOIN cause c ON c.id = m.cause JOIN try t ON t.message = m.id WHERE c.kind = 'staff'"
        " OR ($2 = 0 AND c.kind = 'remark')",
        "ib", line, (int)important);
}

bool message_in_doubt(struct store *store, int64_t id)
{
    return store_value(
               store, 0,
               "SELECT 1 FROM try WHERE message = $1 AND ifnull(outcome, 'unknown') NOT IN ('refused', 'released')"
               " LIMIT 1",
               "i", id) != 0;
}

int64_t message_gathered_cause(struct store *store, int64_t id)
{
    return store_value(store, 0, "SELECT CASE WHEN gathered THEN cause ELSE 0 END FROM message WHERE id = $1", "i", id);
}

bool message_is_gathered(struct store *store, int64_t id)
{
    return store_value(store, 0, "SELECT gathered FROM message WHERE id = $1", "i", id) != 0;
}

void message_set_recalled(struct store *store, int64_t id, time_ms now)
{
    store_change(store, "UPDATE message SET recalled = $2 WHERE id = $1 AND recalled IS NULL", "ii", id, now);
}

size_t message_asks_left(struct store *store, int64_t id, int64_t after, struct message_ask *out, size_t max)
{
    struct query q = store_query(
        store,
        "SELECT DISTINCT k.id, ifnull(k.student, 0) FROM attempt a JOIN ask k ON k.id = a.ask WHERE a.message = $1"
        " AND k.id > $2 AND (k.state IN ('open', 'expired', 'unasked') OR (k.state = 'waiting' AND k.wait <> "
        "'settling'))"
        " AND NOT EXISTS (SELECT 1 FROM taking t WHERE t.cause = k.cause AND t.settles AND t.cursor < k.id"
        " AND (t.line IS NULL OR t.line = a.line)) ORDER BY k.id LIMIT $3",
        "iii", id, after, (int64_t)max);
    size_t count = 0;

    while (count < max && query_next(&q))
        out[count++] = (struct message_ask){ .ask = query_int(&q, 0), .student = query_int(&q, 1) };
    query_end(&q);
    return count;
}

int message_count_left(struct store *store, int64_t id)
{
    return (int)store_value(
        store, 0,
        "SELECT count(DISTINCT k.id) FROM attempt a JOIN ask k ON k.id = a.ask WHERE a.message = $1"
        " AND (k.state IN ('open', 'expired', 'unasked') OR (k.state = 'waiting' AND k.wait <> 'settling'))"
        " AND NOT EXISTS (SELECT 1 FROM taking t WHERE t.cause = k.cause AND t.settles AND t.cursor < k.id"
        " AND (t.line IS NULL OR t.line = a.line))",
        "i", id);
}

size_t message_in_flight(struct store *store, const char *gateway, int64_t *ids, size_t max)
{
    struct query q = store_query(
        store,
        "SELECT id FROM message WHERE state IN ('claimed', 'started', 'unknown', 'held') AND state <> 'held'"
        " AND ($1 IS NULL OR gateway = $1) ORDER BY id",
        "t", gateway);

    return query_ids(&q, ids, max);
}

int message_count_since(struct store *store, int64_t line, int64_t own, time_ms since)
{
    return (int)store_value(
        store, 0,
        "SELECT count(*) FROM (SELECT id, cause FROM message WHERE line = $1 ORDER BY id DESC LIMIT 50) m"
        " JOIN cause c ON c.id = m.cause"
        " WHERE c.kind IN ('checkin', 'meeting', 'confirm_number', 'slot', 'receipt', 'notice')"
        " AND m.id <> $2 AND EXISTS (SELECT 1 FROM try t WHERE t.message = m.id AND t.claimed >= $3"
        " AND ifnull(t.outcome, '') NOT IN ('refused', 'released'))",
        "iii", line, own, since);
}

bool message_equal_since(struct store *store, int64_t id, int64_t line, const char *text, time_ms since)
{
    return store_value(store, 0,
                       "SELECT 1 FROM (SELECT * FROM message WHERE line = $2 ORDER BY id DESC LIMIT 50) m"
                       " WHERE m.id <> $1 AND m.text = $3 AND m.state NOT IN ('queued', 'held', 'cancelled', 'refused')"
                       " AND m.cause <> (SELECT cause FROM message WHERE id = $1)"
                       " AND EXISTS (SELECT 1 FROM try t WHERE t.message = m.id AND t.claimed >= $4)",
                       "iiti", id, line, text, since) != 0;
}

int64_t route_put(struct store *store, const char *name)
{
    store_change(store, "INSERT INTO route (name) VALUES ($1) ON CONFLICT DO NOTHING", "t", name);
    return store_value(store, 0, "SELECT id FROM route WHERE name = $1", "t", name);
}

char *route_name(struct store *store, int64_t route)
{
    return store_text(store, "SELECT name FROM route WHERE id = $1", "i", route);
}

size_t message_stranded(struct store *store, const char *live_json, int64_t *ids, size_t max)
{
    struct query q =
        store_query(store,
                    "SELECT m.id FROM (SELECT id FROM route UNION ALL SELECT 0) r JOIN message m ON m.route = r.id"
                    " AND m.lane IN ('emergency', 'notice', 'bulk') AND m.state = 'queued'"
                    " WHERE r.id NOT IN (SELECT value FROM json_each($1)) LIMIT $2",
                    "ti", live_json, (int64_t)max);

    return query_ids(&q, ids, max);
}

int64_t message_line(struct store *store, int64_t id)
{
    return store_value(store, 0, "SELECT line FROM message WHERE id = $1", "i", id);
}

size_t message_waiting_on(struct store *store, int64_t line, int64_t *ids, size_t max)
{
    struct query q = store_query(store,
                                 "SELECT id FROM message WHERE line = $1 AND state IN ('queued', 'held', 'unknown')"
                                 " ORDER BY id LIMIT $2",
                                 "ii", line, (int64_t)max);
    return query_ids(&q, ids, max);
}

struct lane_load message_lane_load(struct store *store, enum lane lane)
{
    const char *name = lane_name(lane);
    struct lane_load load = { .oldest = TIME_NEVER };
    struct query query =
        store_query(store, "SELECT count(*), min(due) FROM message WHERE state = 'queued' AND lane = $1", "t", name);

    if (query_next(&query)) {
        load.queued = query_int(&query, 0);
        load.oldest = query_time(&query, 1);
    }
    query_end(&query);
    load.held = store_value(store, 0,
                            "SELECT count(*) FROM message WHERE state IN ('claimed', 'started', 'unknown', 'held')"
                            " AND state = 'held' AND lane = $1",
                            "t", name);
    return load;
}
