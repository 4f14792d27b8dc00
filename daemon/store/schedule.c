/* SPDX-License-Identifier: Apache-2.0 */
/* Schedules; see schedule.h. A removed one keeps its row (its causes name it) and gives its name free. */
#include "store/schedule.h"

#include <stdlib.h>

#include "lib/memory.h"

void schedule_free(struct schedule *s)
{
    free(s->name);
    free(s->kind);
    free(s->audience);
    free(s->template);
    free(s->text);
    free(s->ladder);
    free(s->rrule);
    free(s->start);
    free(s->state);
    *s = (struct schedule){ 0 };
}

bool schedule_get(struct schedule *out, struct store *store, int64_t id)
{
    struct query q =
        store_query(store,
                    "SELECT id, name, kind, audience, template, text, ladder, rrule, start, state, next_at, created"
                    " FROM schedule WHERE id = $1",
                    "i", id);
    const bool found = query_next(&q);

    if (found)
        *out = (struct schedule){ .id = query_int(&q, 0),
                                  .name = mem_dup(query_text(&q, 1)),
                                  .kind = mem_dup(query_text(&q, 2)),
                                  .audience = mem_dup(query_text(&q, 3)),
                                  .template = mem_dup(query_text(&q, 4)),
                                  .text = mem_dup(query_text(&q, 5)),
                                  .ladder = mem_dup(query_text(&q, 6)),
                                  .rrule = mem_dup(query_text(&q, 7)),
                                  .start = mem_dup(query_text(&q, 8)),
                                  .state = mem_dup(query_text(&q, 9)),
                                  .next_at = query_time(&q, 10),
                                  .created = query_int(&q, 11) };
    query_end(&q);
    return found;
}

int64_t schedule_find(struct store *store, const char *name)
{
    return store_value(store, 0, "SELECT id FROM schedule WHERE name = $1 AND state <> 'removed'", "t", name);
}

int64_t schedule_put(struct store *store, const struct schedule *s, time_ms now)
{
    const int64_t id = store_insert(
        store,
        "INSERT INTO schedule (name, kind, audience, template, text, ladder, rrule, start, next_at, created)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        "ttttttttzi", s->name, s->kind, s->audience, s->template, s->text, s->ladder, s->rrule, s->start, s->next_at,
        now);

    return id > 0 ? id : 0;
}

bool schedule_move(struct store *store, int64_t id, const char *from, const char *to)
{
    const bool moved =
        store_change(store, "UPDATE schedule SET state = $3 WHERE id = $1 AND state = $2", "itt", id, from, to) > 0;

    if (moved && to[0] == 'r')
        store_change(store, "UPDATE schedule SET name = name || ' #' || id WHERE id = $1", "i", id);
    return moved;
}

void schedule_set_next(struct store *store, int64_t id, time_ms next_at)
{
    store_change(store, "UPDATE schedule SET next_at = $2 WHERE id = $1", "iz", id, next_at);
}

size_t schedule_due(struct store *store, time_ms now, int64_t *ids, size_t max)
{
    struct query q =
        store_query(store, "SELECT id FROM schedule WHERE state = 'active' AND next_at <= $1 ORDER BY next_at LIMIT $2",
                    "ii", now, (int64_t)max);
    size_t count = 0;

    while (count < max && query_next(&q))
        ids[count++] = query_int(&q, 0);
    query_end(&q);
    return count;
}

time_ms schedule_next_due(struct store *store)
{
    return store_value(store, TIME_NEVER, "SELECT min(next_at) FROM schedule WHERE state = 'active'", "");
}
