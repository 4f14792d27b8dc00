/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Broadcasts as people see them: what staff sent to an audience. Counting the messages of a cause costs as many rows as
 * it has, so a page ends early, with a `next`, once LIST_SCAN_MAX were counted.
 */
#include <string.h>

#include "lib/json.h"
#include "store/list.h"

#define COLUMNS                                                                                                        \
    "SELECT c.id, c.kind, c.title, c.audience, c.state, c.stage, c.due, c.expires, c.created, c.by"                    \
    " FROM cause c"

/* Whether nothing more can become of a message in that state by itself or by a person. */
static bool over(const char *state)
{
    static const char *const busy[] = { "queued", "claimed", "started", "unknown", "held" };

    for (size_t i = 0; i < sizeof busy / sizeof *busy; i++)
        if (strcmp(state, busy[i]) == 0)
            return false;
    return true;
}

/* {state: n} and the sums of the messages; adds the rows counted to `*counted`. The number of those that are not over. */
static int64_t put_messages(struct store *store, json_t *cause, int64_t id, int64_t *counted)
{
    json_t *states = json_object();
    int64_t waiting = 0;
    int64_t parts = 0, cost_e4 = 0;
    struct query query = store_query(store,
                                     "SELECT state, count(*), sum(parts), sum(cost_e4) FROM message WHERE cause = $1"
                                     " GROUP BY state",
                                     "i", id);

    while (query_next(&query)) {
        json_put_int(states, query_word(&query, 0), query_int(&query, 1));
        *counted += query_int(&query, 1);
        waiting += over(query_word(&query, 0)) ? 0 : query_int(&query, 1);
        parts += query_int(&query, 2);
        cost_e4 += query_int(&query, 3);
    }
    json_put(cause, "messages", states);
    json_put_int(cause, "parts", parts);
    list_put_cost(cause, "cost", cost_e4);
    return waiting;
}

/* {outcome: n}; an ask without one yet counts under its state. The number of those that are still asked. */
static int64_t put_asks(struct store *store, json_t *cause, int64_t id, int64_t *counted)
{
    json_t *outcomes = json_object();
    int64_t waiting = 0;
    struct query query = store_query(store,
                                     "SELECT CASE outcome WHEN '' THEN state ELSE outcome END AS word, count(*),"
                                     " sum(state IN ('open', 'waiting')) FROM ask WHERE cause = $1 GROUP BY word",
                                     "i", id);

    while (query_next(&query)) {
        json_put_int(outcomes, query_word(&query, 0), query_int(&query, 1));
        *counted += query_int(&query, 1);
        waiting += query_int(&query, 2);
    }
    json_put(cause, "asks", outcomes);
    return waiting;
}

static void put_recipients(struct store *store, json_t *cause, int64_t id, int64_t *counted)
{
    struct query query = store_query(
        store, "SELECT count(*), count(DISTINCT line) FROM recipient WHERE cause = $1 AND reason = ''", "i", id);

    if (query_next(&query)) {
        json_put_int(cause, "recipients", query_int(&query, 0));
        json_put_int(cause, "lines", query_int(&query, 1));
        *counted += query_int(&query, 0);
    }
    query_end(&query);
}

static json_t *row(struct store *store, const struct query *query, struct zone zone, int64_t *counted)
{
    const int64_t id = query_int(query, 0);
    const bool running = strcmp(query_word(query, 4), "open") == 0;
    const bool ready = strcmp(query_word(query, 5), "ready") == 0;
    json_t *cause = json_object();
    int64_t waiting;

    json_put_int(cause, "id", id);
    list_put_text(cause, "kind", query_text(query, 1));
    list_put_text(cause, "title", query_text(query, 2));
    list_put_text(cause, "audience", query_text(query, 3));
    list_put_text(cause, "state", query_text(query, 4));
    list_put_text(cause, "stage", query_text(query, 5));
    list_put_time(cause, "due", zone, query_time(query, 6));
    list_put_time(cause, "expires", zone, query_time(query, 7));
    list_put_time(cause, "created", zone, query_time(query, 8));
    list_put_text(cause, "by", query_text(query, 9));
    put_recipients(store, cause, id, counted);
    waiting = put_messages(store, cause, id, counted);
    waiting += put_asks(store, cause, id, counted);
    if (running && ready && waiting == 0)
        json_put_text(cause, "state", "done"); /* every message and ask of it has ended */
    return cause;
}

/* Whether `word` is among the values of `list`, separated by commas; NULL: any is. */
static bool among(const char *list, const char *word)
{
    const size_t length = strlen(word);

    for (const char *at = list; at && *at;) {
        const size_t size = strcspn(at, ",");

        if (size == length && memcmp(at, word, length) == 0)
            return true;
        at += size + (at[size] ? 1 : 0);
    }
    return !list;
}

/* "done" is seen only when messages and asks are counted: the query takes what is open for it, the loop looks again. */
json_t *broadcast_list(struct store *store, const struct list_filter *filter)
{
    struct list list = list_begin(filter);
    int64_t counted = 0;
    struct query query =
        store_query(store,
                    COLUMNS " WHERE c.id > $1 AND c.audience <> '' AND c.schedule IS NULL AND c.lane <> 'emergency'"
                            " AND ($2 IS NULL OR instr(',' || $2 || ',', ',' || c.state || ',') > 0"
                            " OR (c.state = 'open' AND instr(',' || $2 || ',', ',done,') > 0))"
                            " AND ($3 IS NULL OR instr(',' || $3 || ',', ',' || c.kind || ',') > 0) ORDER BY c.id",
                    "itt", filter->after, filter->state, filter->kind);

    while (counted < LIST_SCAN_MAX && list_next(&list, &query, filter)) {
        json_t *cause = row(store, &query, filter->zone, &counted);

        counted++;
        if (among(filter->state, json_text(cause, "state", "")))
            json_array_append(list.items, cause);
        json_decref(cause);
    }
    query_end(&query);
    return list_end(&list, counted < LIST_SCAN_MAX ? 0 : list.last);
}

static json_t *refused(struct store *store, int64_t cause)
{
    json_t *all = json_array();
    struct query query = store_query(store,
                                     "SELECT s.ref, s.name, p.ref, p.name, n.reason FROM recipient n"
                                     " LEFT JOIN student s ON s.id = n.student LEFT JOIN person p ON p.id = n.person"
                                     " WHERE n.cause = $1 AND n.reason <> '' ORDER BY n.student, n.person LIMIT 1000",
                                     "i", cause);

    while (query_next(&query)) {
        json_t *one = json_object();

        list_put_who(one, "student", &query, 0);
        list_put_who(one, "person", &query, 2);
        list_put_text(one, "reason", query_text(&query, 4));
        json_array_append_new(all, one);
    }
    return all;
}

json_t *broadcast_show(struct store *store, int64_t id, const struct list_filter *filter)
{
    struct query query = store_query(store, COLUMNS " WHERE c.id = $1 AND c.lane <> 'emergency'", "i", id);
    int64_t counted = 0;
    json_t *cause;

    if (!query_next(&query))
        return NULL;
    cause = row(store, &query, filter->zone, &counted);
    query_end(&query);
    json_put(cause, "refused", refused(store, id));
    return cause;
}
