/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Causes as people see them: broadcasts (what staff sent to an audience) and alerts (the emergency lane). Counting the
 * messages of a cause costs as many rows as it has, so a page ends early, with a `next`, once LIST_SCAN_MAX were counted.
 */
#include <string.h>

#include "lib/json.h"
#include "store/list.h"

#define COLUMNS                                                                                                        \
    "SELECT c.id, c.kind, c.title, c.audience, c.state, c.stage, c.due, c.expires, c.created, c.by, c.drill, c.lane,"  \
    " c.schedule, CASE WHEN json_valid(c.content) THEN json_extract(c.content, '$.severity') END FROM cause c"

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

/* Who took it: a person of the school's people, else the name under which staff answered. */
static void put_taken(json_t *alert, const struct query *query)
{
    json_t *who = NULL;

    if (!query_null(query, 1) || !query_null(query, 4)) {
        who = json_object();
        list_put_text(who, "ref", query_text(query, 1));
        list_put_text(who, "name", query_null(query, 1) ? query_text(query, 4) : query_text(query, 2));
    }
    json_put(alert, "acknowledged_by", who);
}

/* The state of an alert is its asks': open until each is taken, then acknowledged until each has an outcome. */
static void put_alert_state(struct store *store, json_t *alert, int64_t id, const char *cause_state)
{
    const char *state = "open";
    struct query query =
        store_query(store,
                    "SELECT k.state = 'answered' OR k.acked_at IS NOT NULL AS taken, p.ref, p.name, k.closed,"
                    " (SELECT w.by FROM answer w WHERE w.ask = k.id ORDER BY w.id DESC LIMIT 1) FROM ask k"
                    " LEFT JOIN person p ON p.id = k.acked_by WHERE k.cause = $1"
                    " ORDER BY k.closed IS NOT NULL, taken, k.id LIMIT 1",
                    "i", id);

    if (query_next(&query)) {
        if (!query_null(&query, 3))
            state = "closed";
        else if (query_int(&query, 0))
            state = "acknowledged";
        put_taken(alert, &query);
        list_put_text(alert, "outcome", query_text(&query, 3));
        query_end(&query);
    } else {
        list_put_text(alert, "acknowledged_by", NULL);
        list_put_text(alert, "outcome", NULL);
    }
    list_put_text(alert, "state", strcmp(cause_state, "cancelled") == 0 ? cause_state : state);
}

static json_t *alert_asks(struct store *store, int64_t cause)
{
    json_t *all = json_array();
    struct query query =
        store_query(store,
                    "SELECT k.id, s.ref, s.name, k.state, k.outcome, k.step, k.round FROM ask k"
                    " LEFT JOIN student s ON s.id = k.student WHERE k.cause = $1 ORDER BY k.id LIMIT 1000",
                    "i", cause);

    while (query_next(&query)) {
        json_t *one = json_object();

        json_put_int(one, "id", query_int(&query, 0));
        list_put_who(one, "student", &query, 1);
        list_put_text(one, "state", query_text(&query, 3));
        list_put_text(one, "outcome", query_text(&query, 4));
        json_put_int(one, "step", query_int(&query, 5));
        json_put_int(one, "round", query_int(&query, 6));
        json_array_append_new(all, one);
    }
    return all;
}

static json_t *alert(struct store *store, const struct query *query, struct zone zone)
{
    json_t *one = json_object();

    json_put_int(one, "id", query_int(query, 0));
    list_put_text(one, "kind", query_text(query, 1));
    list_put_text(one, "title", query_text(query, 2));
    list_put_text(one, "severity", query_text(query, 13));
    put_alert_state(store, one, query_int(query, 0), query_word(query, 4));
    json_put_flag(one, "drill", query_int(query, 10) != 0);
    json_put(one, "asks", alert_asks(store, query_int(query, 0)));
    list_put_time(one, "created", zone, query_time(query, 8));
    list_put_text(one, "by", query_text(query, 9));
    return one;
}

json_t *alert_list(struct store *store, const struct list_filter *filter)
{
    struct list list = list_begin(filter);
    struct query query = store_query(store, COLUMNS " WHERE c.id > $1 AND c.lane = 'emergency' ORDER BY c.id LIMIT $2",
                                     "ii", filter->after, list_rows(filter));

    while (list_next(&list, &query, filter))
        json_array_append_new(list.items, alert(store, &query, filter->zone));
    return list_end(&list, 0);
}

json_t *alert_show(struct store *store, int64_t id, const struct list_filter *filter)
{
    struct query query = store_query(store, COLUMNS " WHERE c.id = $1 AND c.lane = 'emergency'", "i", id);
    json_t *one;

    if (!query_next(&query))
        return NULL;
    one = alert(store, &query, filter->zone);
    query_end(&query);
    return one;
}
