/* SPDX-License-Identifier: Apache-2.0 */
/* Schedules; see schedule.h. A removed one keeps its row (its causes name it) and gives its name free. */
#include "store/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/kind.h"
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
                    "SELECT id, name, kind, audience, template, text, ladder, rrule, start, state, next_at, created,"
                    " days, on_holiday, in_quiet, ifnull(next_origin, next_at) FROM schedule WHERE id = $1",
                    "i", id);
    const bool found = query_next(&q);

    if (found) {
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
                                  .created = query_int(&q, 11),
                                  .school_days = strcmp(query_text(&q, 12), "school") == 0,
                                  .next_origin = query_time(&q, 15) };
        holiday_rule_parse(&out->on_holiday, query_text(&q, 13), NULL);
        quiet_rule_parse(&out->in_quiet, query_text(&q, 14), NULL);
    }
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
        "INSERT INTO schedule (name, kind, audience, template, text, ladder, rrule, start, next_at, created, days,"
        " on_holiday, in_quiet, next_origin)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING",
        "ttttttttzitttz", s->name, s->kind, s->audience, s->template, s->text, s->ladder, s->rrule, s->start,
        s->next_at, now, s->school_days ? "school" : "any", holiday_rule_name(s->on_holiday),
        quiet_rule_name(s->in_quiet), s->next_origin);

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

void schedule_set_next(struct store *store, int64_t id, time_ms next_at, time_ms next_origin)
{
    store_change(store, "UPDATE schedule SET next_at = $2, next_origin = $3 WHERE id = $1", "izz", id, next_at,
                 next_origin);
}

size_t schedule_due(struct store *store, time_ms now, int64_t *ids, size_t max)
{
    struct query q =
        store_query(store, "SELECT id FROM schedule WHERE state = 'active' AND next_at <= $1 ORDER BY next_at LIMIT $2",
                    "ii", now, (int64_t)max);
    return query_ids(&q, ids, max);
}

time_ms schedule_next_due(struct store *store)
{
    return store_value(store, TIME_NEVER, "SELECT min(next_at) FROM schedule WHERE state = 'active'", "");
}

size_t schedule_active(struct store *store, int64_t after, int64_t *ids, size_t max)
{
    struct query q =
        store_query(store, "SELECT id FROM schedule WHERE state = 'active' AND id > $1 ORDER BY id LIMIT $2", "ii",
                    after, (int64_t)max);
    return query_ids(&q, ids, max);
}

void schedule_start_format(char out[static SCHEDULE_START_MAX], struct local_time t)
{
    snprintf(out, SCHEDULE_START_MAX, "%04d%02d%02dT%02d%02d%02d", t.year, t.month, t.day, t.hour, t.minute, t.second);
}

bool schedule_recurrence(struct recurrence *out, const struct schedule *s, struct error *err)
{
    struct local_time t = { 0 };

    if (sscanf(s->start, "%4d%2d%2dT%2d%2d%2d", &t.year, &t.month, &t.day, &t.hour, &t.minute, &t.second) != 6)
        return error_set(err, "the schedule's start is unreadable: remove it and add it anew");
    return recurrence_parse(out, s->rrule, t, err);
}

struct dates schedule_dates(const struct schedule *s, const struct recurrence *recurrence, struct dates school)
{
    enum kind kind;

    school.recurrence = recurrence;
    school.school_days = s->school_days;
    school.on_holiday = s->on_holiday;
    school.in_quiet = s->in_quiet;
    if (kind_parse(&kind, s->kind) && !kind_row(kind)->quiet_holds)
        school.quiet = (struct hours){ 0 };
    return school;
}
