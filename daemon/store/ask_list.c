/* SPDX-License-Identifier: Apache-2.0 */
/* Asks as people see them: pages, and one ask with its answers and every attempt made or skipped. */
#include "lib/json.h"
#include "store/list.h"

#define COLUMNS                                                                                                        \
    "SELECT k.id, k.cause, c.kind, s.ref, s.name, p.ref, p.name, k.state, k.outcome, k.value, k.due, k.grace,"         \
    " k.next_at, k.wait, k.round, k.step, k.handled_at, k.handled_by, t.ref, t.name, k.closed, c.title FROM ask k"     \
    " JOIN cause c ON c.id = k.cause LEFT JOIN student s ON s.id = k.student LEFT JOIN person p ON p.id = k.person"    \
    " LEFT JOIN person t ON t.id = k.acked_by"
#define CONDITIONS                                                                                                     \
    " WHERE k.id > $1 AND ($2 IS NULL OR instr(',' || $2 || ',', ',' || k.state || ',') > 0)"                          \
    " AND ($3 IS NULL OR instr(',' || $3 || ',', ',' || c.kind || ',') > 0) AND ($4 = 0 OR k.cause = $4)"              \
    " AND ($5 = 0 OR k.person = $5)"

static const char by_id[] = COLUMNS CONDITIONS " AND $6 = 0 AND k.id <= $1 + 20000 ORDER BY k.id LIMIT $7";
static const char by_student[] = COLUMNS CONDITIONS " AND k.student = $6 ORDER BY k.id LIMIT $7";
_Static_assert(LIST_SCAN_MAX == 20000, "as in by_id");

static json_t *answers(struct store *store, int64_t ask, struct zone zone)
{
    json_t *all = json_array();
    struct query query =
        store_query(store,
                    "SELECT w.id, w.class, w.value, w.rest, w.via, w.by, w.received, w.reply, p.ref, p.name,"
                    " w.withdraws FROM answer w LEFT JOIN person p ON p.id = w.person WHERE w.ask = $1"
                    " ORDER BY w.id",
                    "i", ask);

    while (query_next(&query)) {
        json_t *one = json_object();

        json_put_int(one, "id", query_int(&query, 0));
        list_put_text(one, "class", query_text(&query, 1));
        list_put_number(one, "value", &query, 2);
        list_put_text(one, "rest", query_text(&query, 3));
        list_put_text(one, "via", query_text(&query, 4));
        list_put_text(one, "by", query_text(&query, 5));
        list_put_who(one, "person", &query, 8);
        list_put_time(one, "at", zone, query_time(&query, 6));
        list_put_number(one, "reply", &query, 7);
        list_put_number(one, "withdraws", &query, 10);
        json_array_append_new(all, one);
    }
    return all;
}

static json_t *row(struct store *store, const struct query *query, struct zone zone)
{
    json_t *ask = json_object();

    json_put_int(ask, "id", query_int(query, 0));
    json_put_int(ask, "cause", query_int(query, 1));
    list_put_text(ask, "title", query_text(query, 21));
    list_put_text(ask, "kind", query_text(query, 2));
    list_put_who(ask, "student", query, 3);
    list_put_who(ask, "person", query, 5);
    list_put_text(ask, "state", query_text(query, 7));
    list_put_text(ask, "outcome", query_text(query, 8));
    list_put_number(ask, "value", query, 9);
    list_put_time(ask, "due", zone, query_time(query, 10));
    list_put_time(ask, "grace", zone, query_time(query, 11));
    list_put_time(ask, "next", zone, query_time(query, 12));
    list_put_text(ask, "wait", query_text(query, 13));
    json_put_int(ask, "round", query_int(query, 14));
    json_put_int(ask, "step", query_int(query, 15));
    list_put_time(ask, "handled", zone, query_time(query, 16));
    list_put_text(ask, "handled_by", query_text(query, 17));
    list_put_who(ask, "acknowledged_by", query, 18);
    list_put_text(ask, "closed", query_text(query, 20));
    json_put(ask, "answers", answers(store, query_int(query, 0), zone));
    return ask;
}

json_t *ask_list(struct store *store, const struct list_filter *filter)
{
    struct list list = list_begin(filter);
    struct query query =
        store_query(store, filter->student ? by_student : by_id, "ittiiii", filter->after, filter->state, filter->kind,
                    filter->cause, filter->person, filter->student, list_rows(filter));
    int64_t scanned = 0;

    while (list_next(&list, &query, filter))
        json_array_append_new(list.items, row(store, &query, filter->zone));
    if (!filter->student && !list.more &&
        store_value(store, 0, "SELECT max(id) FROM ask", "") > filter->after + LIST_SCAN_MAX)
        scanned = filter->after + LIST_SCAN_MAX;
    return list_end(&list, scanned);
}

static json_t *attempts(struct store *store, int64_t ask, struct zone zone)
{
    json_t *all = json_array();
    struct query query =
        store_query(store,
                    "SELECT a.round, a.step, a.n, a.channel, a.message, m.state, a.skipped, a.at, p.ref,"
                    " p.name, l.e164 FROM attempt a LEFT JOIN person p ON p.id = a.person"
                    " LEFT JOIN line l ON l.id = a.line LEFT JOIN message m ON m.id = a.message"
                    " WHERE a.ask = $1 ORDER BY a.id",
                    "i", ask);

    while (query_next(&query)) {
        json_t *one = json_object();

        json_put_int(one, "round", query_int(&query, 0));
        json_put_int(one, "step", query_int(&query, 1));
        json_put_int(one, "n", query_int(&query, 2));
        list_put_text(one, "channel", query_text(&query, 3));
        list_put_number(one, "message", &query, 4);
        list_put_text(one, "state", query_text(&query, 5));
        list_put_text(one, "skipped", query_text(&query, 6));
        list_put_time(one, "at", zone, query_time(&query, 7));
        list_put_who(one, "person", &query, 8);
        list_put_text(one, "number", query_text(&query, 10));
        json_array_append_new(all, one);
    }
    return all;
}

json_t *ask_show(struct store *store, int64_t id, const struct list_filter *filter)
{
    struct query query = store_query(store, COLUMNS " WHERE k.id = $1", "i", id);
    json_t *ask;

    if (!query_next(&query))
        return NULL;
    ask = row(store, &query, filter->zone);
    query_end(&query);
    json_put(ask, "attempts", attempts(store, id, filter->zone));
    return ask;
}
