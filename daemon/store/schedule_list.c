/* SPDX-License-Identifier: Apache-2.0 */
/* Schedules as people see them, each with its next date and what became of the last one. */
#include <string.h>

#include "lib/json.h"
#include "store/list.h"

#define COLUMNS                                                                                                        \
    "SELECT id, name, kind, audience, template, text, ladder, rrule, start, state, next_at, days,"                     \
    " on_holiday, in_quiet, ifnull(next_origin, next_at) FROM schedule"

static json_t *last(struct store *store, int64_t schedule, struct zone zone)
{
    json_t *one = NULL;
    struct query query = store_query(
        store, "SELECT due, id, state FROM cause WHERE schedule = $1 ORDER BY id DESC LIMIT 1", "i", schedule);

    if (query_next(&query)) {
        one = json_object();
        list_put_time(one, "at", zone, query_time(&query, 0));
        json_put_int(one, "cause", query_int(&query, 1));
        list_put_text(one, "state", query_text(&query, 2));
    }
    query_end(&query);
    return one;
}

static json_t *row(struct store *store, const struct query *query, struct zone zone)
{
    static const char *const texts[] = { "name",   "kind",  "audience", "template", "text",
                                         "ladder", "rrule", "start",    "state" };
    json_t *schedule = json_object();

    json_put_int(schedule, "id", query_int(query, 0));
    for (int i = 0; i < 9; i++)
        list_put_text(schedule, texts[i], query_text(query, 1 + i));
    json_put_flag(schedule, "school_days", strcmp(query_text(query, 11), "school") == 0);
    list_put_text(schedule, "on_holiday", query_text(query, 12));
    list_put_text(schedule, "in_quiet", query_text(query, 13));
    list_put_time(schedule, "next", zone, query_time(query, 10));
    list_put_time(schedule, "next_date", zone, query_time(query, 14)); /* by the rule, before it was moved */
    json_put(schedule, "last", last(store, query_int(query, 0), zone));
    return schedule;
}

json_t *schedule_list(struct store *store, const struct list_filter *filter)
{
    struct list list = list_begin(filter);
    struct query query = store_query(store,
                                     COLUMNS " WHERE id > $1 AND ($2 IS NULL AND state <> 'removed'"
                                             " OR instr(',' || $2 || ',', ',' || state || ',') > 0)"
                                             " AND ($3 IS NULL OR instr(',' || $3 || ',', ',' || kind || ',') > 0)"
                                             " ORDER BY id LIMIT $4",
                                     "itti", filter->after, filter->state, filter->kind, list_rows(filter));

    while (list_next(&list, &query, filter))
        json_array_append_new(list.items, row(store, &query, filter->zone));
    return list_end(&list, 0);
}

json_t *schedule_show(struct store *store, int64_t id, const struct list_filter *filter)
{
    struct query query = store_query(store, COLUMNS " WHERE id = $1", "i", id);
    json_t *schedule;

    if (!query_next(&query))
        return NULL;
    schedule = row(store, &query, filter->zone);
    query_end(&query);
    return schedule;
}
