/* SPDX-License-Identifier: Apache-2.0 */
/* What all lists share; see list.h. */
#include "store/list.h"

#include <stdio.h>

#include "lib/json.h"
#include "store/who.h"

struct list_filter list_all(struct zone zone, time_ms now)
{
    return (struct list_filter){ .zone = zone, .language = "en", .now = now, .limit = LIST_LIMIT, .left_behind = -1 };
}

struct list list_begin(const struct list_filter *filter)
{
    return (struct list){ .items = json_array(), .last = filter->after };
}

bool list_next(struct list *list, struct query *query, const struct list_filter *filter)
{
    if (!query_next(query))
        return false;
    if (json_array_size(list->items) >= (size_t)filter->limit) {
        list->more = true;
        query_end(query);
        return false;
    }
    list->last = query_int(query, 0);
    return true;
}

json_t *list_end(struct list *list, int64_t scanned)
{
    const int64_t next = list->more ? list->last : scanned;
    json_t *page = json_object();
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)next);
    json_put(page, "items", list->items);
    list_put_text(page, "next", next ? text : NULL);
    list->items = NULL;
    return page;
}

int64_t list_rows(const struct list_filter *filter)
{
    return filter->limit + 1;
}

void list_put_text(json_t *object, const char *key, const char *text)
{
    json_put(object, key, text ? json_string(text) : NULL);
}

void list_put_time(json_t *object, const char *key, struct zone zone, time_ms at)
{
    char text[RFC3339_MAX];

    if (at == TIME_NEVER) {
        json_put(object, key, NULL);
        return;
    }
    zone_format(text, zone, at);
    json_put_text(object, key, text);
}

void list_put_who(json_t *object, const char *key, const struct query *query, int column)
{
    json_put(object, key, who_of_row(query, column));
}

void list_put_number(json_t *object, const char *key, const struct query *query, int column)
{
    json_put(object, key, query_null(query, column) ? NULL : json_integer(query_int(query, column)));
}

void list_put_cost(json_t *object, const char *key, int64_t cost_e4)
{
    json_put(object, key, json_real((double)cost_e4 / 10000.0));
}
