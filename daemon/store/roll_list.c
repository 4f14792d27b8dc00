/* SPDX-License-Identifier: Apache-2.0 */
/* Rolls and absences as people see them; see roll.h. */
#include <string.h>

#include "lib/json.h"
#include "store/roll.h"

#define AWAY(word) "(SELECT count(*) FROM roll_absent a WHERE a.roll = r.id AND a.word = '" word "')"
#define ROLLS                                                                                                          \
    "SELECT r.id, r.day, r.class, r.due, r.expected, r.present, r.reported, p.ref, p.name, r.by, " AWAY(               \
        "absent") ", " AWAY("sick") ", " AWAY("leave") ", q.ref, q.name FROM roll r LEFT JOIN person p ON p.id = "     \
                                                       "r.person"                                                      \
                                                       " LEFT JOIN ask k ON k.id = r.ask LEFT JOIN person q ON q.id "  \
                                                       "= k.person"

/* "late" is a report after its time; "overdue" one that still lacks. */
static const char *state_of(time_ms due, time_ms reported, time_ms now)
{
    if (reported != TIME_NEVER)
        return reported > due ? "late" : "reported";
    return now >= due ? "overdue" : "open";
}

static void put_number(json_t *object, const char *key, const struct query *query, int column)
{
    json_put(object, key, query_null(query, column) ? NULL : json_integer(query_int(query, column)));
}

static json_t *roll_row(const struct query *query, const struct list_filter *filter)
{
    const time_ms due = query_time(query, 3), reported = query_time(query, 6);
    json_t *row = json_object();

    json_put_int(row, "id", query_int(query, 0));
    list_put_text(row, "day", query_text(query, 1));
    list_put_text(row, "class", query_text(query, 2));
    list_put_text(row, "state", state_of(due, reported, filter->now));
    list_put_time(row, "due", filter->zone, due);
    list_put_time(row, "reported", filter->zone, reported);
    put_number(row, "expected", query, 4);
    put_number(row, "present", query, 5);
    json_put_int(row, "absent", query_int(query, 10));
    json_put_int(row, "sick", query_int(query, 11));
    json_put_int(row, "leave", query_int(query, 12));
    list_put_who(row, "reporter", query, query_null(query, 7) ? 13 : 7);
    list_put_text(row, "by", query_text(query, 9));
    return row;
}

json_t *roll_list(struct store *store, const struct list_filter *filter)
{
    struct list list = list_begin(filter);
    struct query query =
        store_query(store, ROLLS " WHERE r.id > $1 AND ($2 IS NULL OR r.day = $2) ORDER BY r.id LIMIT $3", "iti",
                    filter->after, filter->day, list_rows(filter));

    while (list_next(&list, &query, filter))
        json_array_append_new(list.items, roll_row(&query, filter));
    return list_end(&list, 0);
}

/* Where an absence stands: closed by a person, settled by the family's word, or still being asked. */
#define ABSENCE_STATE                                                                                                  \
    "CASE WHEN c.state = 'cancelled' OR k.state = 'cancelled' THEN 'cancelled' WHEN k.closed IS NOT NULL THEN "        \
    "'closed'"                                                                                                         \
    " WHEN k.state = 'answered' THEN 'accounted' ELSE 'open' END"

static json_t *away(struct store *store, int64_t roll, const struct list_filter *filter)
{
    json_t *all = json_array();
    struct query query = store_query(
        store,
        "SELECT s.ref, s.name, a.word, a.cause, a.back, CASE WHEN a.cause IS NOT NULL THEN (SELECT " ABSENCE_STATE
        " FROM cause c LEFT JOIN ask k ON k.cause = c.id WHERE c.id = a.cause LIMIT 1) END"
        " FROM roll_absent a JOIN student s ON s.id = a.student WHERE a.roll = $1 ORDER BY a.word, s.name,"
        " s.id",
        "i", roll);

    while (query_next(&query)) {
        json_t *one = json_object();

        list_put_who(one, "student", &query, 0);
        list_put_text(one, "word", query_text(&query, 2));
        put_number(one, "cause", &query, 3);
        list_put_time(one, "back", filter->zone, query_time(&query, 4));
        list_put_text(one, "state", query_text(&query, 5));
        json_array_append_new(all, one);
    }
    return all;
}

json_t *roll_show(struct store *store, int64_t id, const struct list_filter *filter)
{
    struct query query = store_query(store, ROLLS " WHERE r.id = $1", "i", id);
    json_t *row;

    if (!query_next(&query))
        return NULL;
    row = roll_row(&query, filter);
    query_end(&query);
    json_put(row, "away", away(store, id, filter));
    return row;
}

#define ABSENCES                                                                                                       \
    "SELECT a.cause, a.day, s.ref, s.name, s.class, a.since, a.note, a.by, c.created, " ABSENCE_STATE                  \
    ", k.closed, k.outcome, k.id FROM absence a JOIN student s ON s.id = a.student JOIN cause c ON c.id = a.cause"     \
    " LEFT JOIN ask k ON k.cause = a.cause"

static json_t *absence_row(const struct query *query, const struct list_filter *filter)
{
    json_t *row = json_object();

    json_put_int(row, "id", query_int(query, 0));
    list_put_text(row, "day", query_text(query, 1));
    list_put_who(row, "student", query, 2);
    list_put_text(row, "class", query_text(query, 4));
    list_put_text(row, "state", query_text(query, 9));
    list_put_time(row, "since", filter->zone, query_time(query, 5));
    list_put_time(row, "opened", filter->zone, query_time(query, 8));
    list_put_text(row, "answer", query_null(query, 11) || !query_word(query, 11)[0] ? NULL : query_text(query, 11));
    list_put_text(row, "outcome", query_text(query, 10));
    list_put_text(row, "note", query_text(query, 6));
    list_put_text(row, "by", query_text(query, 7));
    put_number(row, "ask", query, 12);
    return row;
}

json_t *absence_list(struct store *store, const struct list_filter *filter)
{
    struct list list = list_begin(filter);
    struct query query =
        store_query(store, ABSENCES " WHERE a.cause > $1 AND ($2 IS NULL OR a.day = $2) ORDER BY a.cause LIMIT $3",
                    "iti", filter->after, filter->day, list_rows(filter));

    while (list_next(&list, &query, filter))
        json_array_append_new(list.items, absence_row(&query, filter));
    return list_end(&list, 0);
}

json_t *absence_show(struct store *store, int64_t cause, const struct list_filter *filter)
{
    struct query query = store_query(store, ABSENCES " WHERE a.cause = $1", "i", cause);
    json_t *row;

    if (!query_next(&query))
        return NULL;
    row = absence_row(&query, filter);
    query_end(&query);
    return row;
}
