/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outbox as people see it: pages of messages, and one message with every transition and try. By student or line the
 * index of that is walked, else the table in order of id, at most LIST_SCAN_MAX rows a page.
 */
#include "lib/json.h"
#include "store/list.h"
#include "store/who.h"

#define COLUMNS                                                                                                        \
    "SELECT m.id, m.cause, c.kind, l.e164, p.ref, p.name, m.channel, m.lane, m.route, m.gateway, m.due, m.state,"      \
    " m.reason, m.tries, m.parts, m.cost_e4, coalesce(m.text, m.note), m.created, m.ended, m.expires, m.again,"        \
    " m.replaces, c.title, m.recalled IS NOT NULL AND m.state IN ('accepted', 'delivered', 'undelivered')"
#define JOINS " JOIN cause c ON c.id = m.cause JOIN line l ON l.id = m.line JOIN person p ON p.id = m.person"
#define CONDITIONS                                                                                                     \
    " WHERE m.id > $1 AND ($2 IS NULL OR instr(',' || $2 || ',', ',' || m.state || ',') > 0)"                          \
    " AND ($3 IS NULL OR instr(',' || $3 || ',', ',' || m.lane || ',') > 0)"                                           \
    " AND ($4 IS NULL OR instr(',' || $4 || ',', ',' || m.channel || ',') > 0)"                                        \
    " AND ($5 = 0 OR m.cause = $5) AND ($6 = 0 OR m.person = $6)"
#define ORDER " ORDER BY m.id LIMIT $8"

static const char by_id[] = COLUMNS " FROM message m" JOINS CONDITIONS " AND $7 = 0 AND m.id <= $1 + 20000" ORDER;
static const char by_line[] = COLUMNS " FROM message m" JOINS CONDITIONS " AND m.line = $7" ORDER;
static const char by_student[] =
    COLUMNS " FROM about a JOIN message m ON m.id = a.message" JOINS CONDITIONS " AND a.student = $7" ORDER;
_Static_assert(LIST_SCAN_MAX == 20000, "as in by_id");

static json_t *students(struct store *store, int64_t message)
{
    struct query query = store_query(store,
                                     "SELECT s.ref, s.name FROM about a JOIN student s ON s.id = a.student"
                                     " WHERE a.message = $1 ORDER BY s.id",
                                     "i", message);

    return who_all(&query);
}

static json_t *row(struct store *store, const struct query *query, struct zone zone)
{
    json_t *message = json_object();

    json_put_int(message, "id", query_int(query, 0));
    json_put_int(message, "cause", query_int(query, 1));
    list_put_text(message, "kind", query_text(query, 2));
    list_put_text(message, "to", query_text(query, 3));
    list_put_who(message, "person", query, 4);
    json_put(message, "students", students(store, query_int(query, 0)));
    list_put_text(message, "channel", query_text(query, 6));
    list_put_text(message, "lane", query_text(query, 7));
    json_put_int(message, "route", query_int(query, 8));
    list_put_text(message, "gateway", query_text(query, 9));
    list_put_time(message, "due", zone, query_time(query, 10));
    list_put_text(message, "state", query_text(query, 11));
    list_put_text(message, "reason", query_text(query, 12));
    json_put_flag(message, "after_settled", query_int(query, 23) != 0);
    json_put_int(message, "tries", query_int(query, 13));
    json_put_int(message, "parts", query_int(query, 14));
    list_put_cost(message, "cost", query_int(query, 15));
    list_put_text(message, "text", query_text(query, 16));
    list_put_time(message, "created", zone, query_time(query, 17));
    list_put_time(message, "ended", zone, query_time(query, 18));
    return message;
}

json_t *message_list(struct store *store, const struct list_filter *filter)
{
    const bool scans = !filter->student && !filter->line;
    const char *sql = scans ? by_id : filter->student ? by_student : by_line;
    const int64_t key = filter->student ? filter->student : filter->line;
    struct list list = list_begin(filter);
    struct query query = store_query(store, sql, "itttiiii", filter->after, filter->state, filter->lane,
                                     filter->channel, filter->cause, filter->person, key, list_rows(filter));
    int64_t scanned = 0;

    while (list_next(&list, &query, filter))
        json_array_append_new(list.items, row(store, &query, filter->zone));
    if (scans && !list.more && store_value(store, 0, "SELECT max(id) FROM message", "") > filter->after + LIST_SCAN_MAX)
        scanned = filter->after + LIST_SCAN_MAX;
    return list_end(&list, scanned);
}

static json_t *trail(struct store *store, int64_t message, struct zone zone)
{
    json_t *all = json_array();
    struct query query =
        store_query(store, "SELECT at, state, reason, gateway FROM trail WHERE message = $1 ORDER BY n", "i", message);

    while (query_next(&query)) {
        json_t *one = json_object();

        list_put_time(one, "at", zone, query_time(&query, 0));
        list_put_text(one, "state", query_text(&query, 1));
        list_put_text(one, "reason", query_text(&query, 2));
        list_put_text(one, "gateway", query_text(&query, 3));
        json_array_append_new(all, one);
    }
    return all;
}

static json_t *one_try(const struct query *query, struct zone zone)
{
    static const char *const texts[] = { "outcome", "provider_id", "class", "code", "detail" };
    json_t *one = json_object();

    json_put_int(one, "n", query_int(query, 0));
    list_put_text(one, "gateway", query_text(query, 1));
    list_put_time(one, "claimed", zone, query_time(query, 2));
    list_put_time(one, "started", zone, query_time(query, 3));
    list_put_time(one, "ended", zone, query_time(query, 4));
    for (int i = 0; i < 5; i++)
        list_put_text(one, texts[i], query_text(query, 5 + i));
    list_put_number(one, "seconds", query, 10);
    return one;
}

static json_t *tries(struct store *store, int64_t message, struct zone zone)
{
    json_t *all = json_array();
    struct query query = store_query(store,
                                     "SELECT n, gateway, claimed, started, ended, outcome, provider_id, class, code,"
                                     " detail, seconds FROM try WHERE message = $1 ORDER BY n",
                                     "i", message);

    while (query_next(&query))
        json_array_append_new(all, one_try(&query, zone));
    return all;
}

json_t *message_show(struct store *store, int64_t id, const struct list_filter *filter)
{
    struct query query = store_query(store, COLUMNS " FROM message m" JOINS " WHERE m.id = $1", "i", id);
    json_t *message = NULL;

    if (!query_next(&query))
        return NULL;
    message = row(store, &query, filter->zone);
    list_put_text(message, "title", query_text(&query, 22));
    list_put_time(message, "expires", filter->zone, query_time(&query, 19));
    json_put_flag(message, "again", query_int(&query, 20) != 0);
    list_put_number(message, "replaces", &query, 21);
    query_end(&query);
    /* `tries` of the list is their number; how each went is here */
    json_put(message, "trail", trail(store, id, filter->zone));
    json_put(message, "tries", tries(store, id, filter->zone));
    return message;
}
