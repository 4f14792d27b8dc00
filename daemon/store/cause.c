/* SPDX-License-Identifier: Apache-2.0 */
/* Causes and recipients; see cause.h. */
#include "store/cause.h"

#include <stdlib.h>

#include "lib/memory.h"

void cause_free(struct cause *cause)
{
    free(cause->key);
    free(cause->title);
    free(cause->audience);
    free(cause->content);
    free(cause->ladder);
    free(cause->state);
    free(cause->stage);
    free(cause->by);
    *cause = (struct cause){ 0 };
}

bool cause_get(struct cause *out, struct store *store, int64_t id)
{
    struct query q = store_query(
        store,
        "SELECT id, ifnull(schedule, 0), cursor, kind, lane, due, expires, created, drill, key, title, audience,"
        " content, ladder, state, stage, by FROM cause WHERE id = $1",
        "i", id);
    const bool found = query_next(&q);

    if (found) {
        *out = (struct cause){ .id = query_int(&q, 0),
                               .schedule = query_int(&q, 1),
                               .cursor = query_int(&q, 2),
                               .due = query_int(&q, 5),
                               .expires = query_int(&q, 6),
                               .created = query_int(&q, 7),
                               .drill = query_int(&q, 8) != 0 };
        kind_parse(&out->kind, query_word(&q, 3));
        lane_parse(&out->lane, query_word(&q, 4));
        out->key = mem_dup(query_text(&q, 9));
        out->title = mem_dup(query_text(&q, 10));
        out->audience = mem_dup(query_text(&q, 11));
        out->content = mem_dup(query_text(&q, 12));
        out->ladder = mem_dup(query_text(&q, 13));
        out->state = mem_dup(query_text(&q, 14));
        out->stage = mem_dup(query_text(&q, 15));
        out->by = mem_dup(query_text(&q, 16));
    }
    query_end(&q);
    return found;
}

int64_t cause_find(struct store *store, const char *key)
{
    return store_value(store, 0, "SELECT id FROM cause WHERE key = $1", "t", key);
}

int64_t cause_put(struct store *store, const struct cause *c, time_ms now)
{
    const int64_t id = store_insert(
        store,
        "INSERT INTO cause (key, kind, lane, title, schedule, audience, content, ladder, drill, state, stage, due, "
        "expires, created, by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (key) DO NOTHING",
        "ttttotttbttiiit", c->key, kind_row(c->kind)->name, lane_name(c->lane), c->title, c->schedule, c->audience,
        c->content, c->ladder ? c->ladder : "{}", (int)c->drill, c->state ? c->state : "open",
        c->stage ? c->stage : "resolve", c->due, c->expires, now, c->by);

    return id > 0 ? id : 0;
}

bool cause_move(struct store *store, int64_t id, const char *from, const char *to)
{
    return store_change(store, "UPDATE cause SET state = $3 WHERE id = $1 AND state = $2", "itt", id, from, to) > 0;
}

void cause_set_stage(struct store *store, int64_t id, const char *stage, int64_t cursor)
{
    store_change(store, "UPDATE cause SET stage = $2, cursor = $3 WHERE id = $1", "iti", id, stage, cursor);
}

int64_t cause_next_work(struct store *store, time_ms now)
{
    return store_value(store, 0,
                       "SELECT id FROM cause WHERE stage <> 'ready' AND state IN ('open', 'cancelled') AND due <= $1"
                       " ORDER BY CASE lane WHEN 'emergency' THEN 0 WHEN 'notice' THEN 1 ELSE 2 END, due, id LIMIT 1",
                       "i", now);
}

int64_t cause_next_urgent(struct store *store, time_ms now)
{
    return store_value(store, 0,
                       "SELECT id FROM cause WHERE stage <> 'ready' AND state IN ('open', 'cancelled') AND due <= $1"
                       " AND lane = 'emergency' ORDER BY due, id LIMIT 1",
                       "i", now);
}

bool cause_urgent(struct store *store, time_ms now)
{
    return store_value(
               store, 0,
               "SELECT EXISTS (SELECT 1 FROM cause WHERE stage <> 'ready' AND state = 'open' AND due <= $1 AND lane = "
               "'emergency')"
               " OR EXISTS (SELECT 1 FROM ask WHERE state = 'open' AND urgent = 1 AND next_at <= $1)"
               " OR EXISTS (SELECT 1 FROM ask WHERE state = 'waiting' AND wait = 'settling' AND next_at <= $1)"
               " OR EXISTS (SELECT 1 FROM branch WHERE urgent = 1 AND next_at IS NOT NULL AND next_at <= $1)"
               " OR EXISTS (SELECT 1 FROM taking)",
               "i", now) != 0;
}

time_ms cause_next_due(struct store *store)
{
    return store_value(store, TIME_NEVER,
                       "SELECT min(due) FROM cause WHERE stage <> 'ready' AND state IN ('open', 'cancelled')", "");
}

void recipient_put(struct store *store, int64_t cause, const struct recipient *r)
{
    store_change(store,
                 "INSERT INTO recipient (cause, line, student, person, channel, reason) VALUES ($1, $2, $3, $4, $5, $6)"
                 " ON CONFLICT DO NOTHING",
                 "iiiitt", cause, r->line, r->student, r->person, channel_name(r->channel), reason_name(r->reason));
}

static size_t read_recipients(struct query *q, struct recipient *out, size_t max)
{
    size_t count = 0;

    while (count < max && query_next(q)) {
        struct recipient *r = &out[count++];

        *r = (struct recipient){ .line = query_int(q, 0), .student = query_int(q, 1), .person = query_int(q, 2) };
        channel_parse(&r->channel, query_word(q, 3));
        reason_parse(&r->reason, query_word(q, 4));
    }
    query_end(q);
    return count;
}

size_t recipient_after(struct store *store, int64_t cause, int64_t line, struct recipient *out, size_t max)
{
    struct query q =
        store_query(store,
                    "SELECT line, student, person, channel, reason FROM recipient WHERE cause = $1 AND line > $2"
                    " ORDER BY line, student, person LIMIT $3",
                    "iii", cause, line, (int64_t)max);
    size_t count = read_recipients(&q, out, max);

    if (count == max && out[0].line != out[max - 1].line) /* the last line may go on: it is the next slice's */
        while (out[count - 1].line == out[max - 1].line)
            count--;
    return count;
}

size_t recipient_of(struct store *store, int64_t cause, int64_t student, int64_t person, struct recipient *out,
                    size_t max)
{
    struct query q =
        store_query(store,
                    "SELECT line, student, person, channel, reason FROM recipient WHERE cause = $1 AND student = $2"
                    " AND ($3 = 0 OR person = $3) ORDER BY line, person LIMIT $4",
                    "iiii", cause, student, person, (int64_t)max);

    return read_recipients(&q, out, max);
}

bool cause_is_alert(struct store *store, int64_t id)
{
    return store_value(store, 0, "SELECT 1 FROM cause WHERE id = $1 AND lane = 'emergency' AND audience <> ''", "i",
                       id) != 0;
}

bool cause_is_drill(struct store *store, int64_t id)
{
    return store_value(store, 0, "SELECT drill FROM cause WHERE id = $1", "i", id) != 0;
}

bool cause_begin_release(struct store *store, int64_t id, time_ms now)
{
    return store_change(store,
                        "UPDATE cause SET stage = 'release', due = min(due, $2) WHERE id = $1 AND stage = 'ready'",
                        "ii", id, now) > 0;
}

void cause_begin_cancel(struct store *store, int64_t id, time_ms now)
{
    store_change(store, "UPDATE cause SET stage = 'cancel', due = min(due, $2) WHERE id = $1", "ii", id, now);
}
