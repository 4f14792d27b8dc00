/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inbox as people see it: pages of replies with what was understood, and who may have written them. A sealed text
 * (what a child confides) is never in a list.
 */
#include "lib/json.h"
#include "store/list.h"
#include "store/who.h"

#define COLUMNS                                                                                                        \
    "SELECT r.id, r.gateway, r.uid, r.sender, r.kind, r.text, r.sealed, r.at, r.received, r.state, r.why, r.assigned," \
    " r.line, r.message FROM reply r"
#define CONDITIONS                                                                                                     \
    " WHERE r.id > $1 AND ($2 IS NULL OR instr(',' || $2 || ',', ',' || r.state || ',') > 0)"                          \
    " AND ($3 IS NULL OR instr(',' || $3 || ',', ',' || r.kind || ',') > 0)"

static const char by_id[] = COLUMNS CONDITIONS " AND $4 = 0 AND r.id <= $1 + 20000 ORDER BY r.id LIMIT $5";
static const char by_line[] = COLUMNS CONDITIONS " AND r.line = $4 ORDER BY r.id LIMIT $5";
static const char by_student[] =
    COLUMNS CONDITIONS " AND r.id IN (SELECT w.reply FROM answer w JOIN ask k ON k.id = w.ask WHERE k.student = $4)"
                       " ORDER BY r.id LIMIT $5";
_Static_assert(LIST_SCAN_MAX == 20000, "as in by_id");

static json_t *answers(struct store *store, int64_t reply)
{
    json_t *all = json_array();
    struct query query = store_query(store,
                                     "SELECT w.ask, s.ref, s.name, w.class, w.value, w.rest, w.via FROM answer w"
                                     " JOIN ask k ON k.id = w.ask LEFT JOIN student s ON s.id = k.student"
                                     " WHERE w.reply = $1 ORDER BY w.id",
                                     "i", reply);

    while (query_next(&query)) {
        json_t *one = json_object();

        json_put_int(one, "ask", query_int(&query, 0));
        list_put_who(one, "student", &query, 1);
        list_put_text(one, "class", query_text(&query, 3));
        list_put_number(one, "value", &query, 4);
        list_put_text(one, "rest", query_text(&query, 5));
        list_put_text(one, "via", query_text(&query, 6));
        json_array_append_new(all, one);
    }
    return all;
}

static json_t *persons(struct store *store, int64_t line)
{
    struct query query = store_query(store,
                                     "SELECT p.ref, p.name FROM person_line n JOIN person p ON p.id = n.person"
                                     " WHERE n.line = $1 ORDER BY n.rank, p.id",
                                     "i", line);

    return who_all(&query);
}

static json_t *row(struct store *store, const struct query *query, struct zone zone)
{
    const bool sealed = query_int(query, 6) != 0;
    json_t *reply = json_object();

    json_put_int(reply, "id", query_int(query, 0));
    list_put_text(reply, "gateway", query_text(query, 1));
    list_put_text(reply, "uid", query_text(query, 2));
    list_put_text(reply, "from", query_text(query, 3));
    json_put(reply, "persons", persons(store, query_int(query, 12)));
    list_put_text(reply, "kind", query_text(query, 4));
    list_put_text(reply, "text", sealed ? NULL : query_text(query, 5));
    json_put_flag(reply, "sealed", sealed);
    list_put_time(reply, "at", zone, query_time(query, 7));
    list_put_time(reply, "received", zone, query_time(query, 8));
    list_put_text(reply, "state", query_text(query, 9));
    list_put_text(reply, "why", query_text(query, 10));
    list_put_text(reply, "assigned", query_text(query, 11));
    list_put_number(reply, "message", query, 13);
    json_put(reply, "answers", answers(store, query_int(query, 0)));
    return reply;
}

json_t *reply_list(struct store *store, const struct list_filter *filter)
{
    const bool scans = !filter->student && !filter->line;
    const char *sql = scans ? by_id : filter->student ? by_student : by_line;
    const int64_t key = filter->student ? filter->student : filter->line;
    struct list list = list_begin(filter);
    struct query query =
        store_query(store, sql, "ittii", filter->after, filter->state, filter->kind, key, list_rows(filter));
    int64_t scanned = 0;

    while (list_next(&list, &query, filter))
        json_array_append_new(list.items, row(store, &query, filter->zone));
    if (scans && !list.more && store_value(store, 0, "SELECT max(id) FROM reply", "") > filter->after + LIST_SCAN_MAX)
        scanned = filter->after + LIST_SCAN_MAX;
    return list_end(&list, scanned);
}

json_t *reply_show(struct store *store, int64_t id, const struct list_filter *filter)
{
    struct query query = store_query(store, COLUMNS " WHERE r.id = $1", "i", id);
    json_t *reply;

    if (!query_next(&query))
        return NULL;
    reply = row(store, &query, filter->zone);
    query_end(&query);
    return reply;
}
