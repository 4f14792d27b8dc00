/* SPDX-License-Identifier: Apache-2.0 */
/* Persons as people see them: contacts of children, staff with their roles, who mentors whom, and who is on duty when. */
#include "lib/json.h"
#include "store/list.h"
#include "store/who.h"

static json_t *lines(struct store *store, int64_t person)
{
    json_t *all = json_array();
    struct query query = store_query(store,
                                     "SELECT l.e164, l.state, n.confirmed_at, l.optout_at, n.rank FROM person_line n"
                                     " JOIN line l ON l.id = n.line WHERE n.person = $1 ORDER BY n.rank, l.id",
                                     "i", person);

    while (query_next(&query)) {
        json_t *one = json_object();

        list_put_text(one, "e164", query_text(&query, 0));
        list_put_text(one, "state", query_text(&query, 1));
        json_put_flag(one, "confirmed", !query_null(&query, 2));
        json_put_flag(one, "opted_out", !query_null(&query, 3));
        json_put_int(one, "rank", query_int(&query, 4));
        json_array_append_new(all, one);
    }
    return all;
}

static json_t *children(struct store *store, int64_t person, time_ms now)
{
    json_t *all = json_array();
    struct query query = store_query(store,
                                     "SELECT s.ref, s.name, r.kind, r.rank, r.restricted, r.guardian FROM relation r"
                                     " JOIN student s ON s.id = r.student WHERE r.person = $1"
                                     " AND (r.until IS NULL OR r.until > $2) ORDER BY s.id",
                                     "ii", person, now);

    while (query_next(&query)) {
        json_t *one = who_of_row(&query, 0);

        list_put_text(one, "relation", query_text(&query, 2));
        json_put_int(one, "rank", query_int(&query, 3));
        json_put_flag(one, "restricted", query_int(&query, 4) != 0);
        json_put_flag(one, "guardian", query_int(&query, 5) != 0);
        json_array_append_new(all, one);
    }
    return all;
}

#define COLUMNS                                                                                                        \
    "SELECT p.id, p.ref, p.name, p.language, p.reads, p.quiet, p.deceased, p.dialect, p.remark FROM person p"

static json_t *contact(struct store *store, const struct query *query, time_ms now)
{
    json_t *one = who_of_row(query, 1);

    list_put_text(one, "language", query_text(query, 3));
    json_put_flag(one, "reads", query_int(query, 4) != 0);
    list_put_text(one, "quiet", query_text(query, 5));
    json_put_flag(one, "deceased", query_int(query, 6) != 0);
    json_put(one, "lines", lines(store, query_int(query, 0)));
    json_put(one, "students", children(store, query_int(query, 0), now));
    return one;
}

json_t *contact_list(struct store *store, const struct list_filter *filter)
{
    struct list list = list_begin(filter);
    struct query query = store_query(
        store,
        COLUMNS
        " WHERE p.id > $1 AND EXISTS (SELECT 1 FROM relation r WHERE r.person = p.id AND ($2 = 0 OR r.student = $2)"
        " AND (r.until IS NULL OR r.until > $5)) AND ($3 IS NULL OR p.ref = $3 OR instr(p.name, $3) > 0 OR EXISTS "
        "(SELECT 1 FROM person_line n"
        " JOIN line l ON l.id = n.line WHERE n.person = p.id AND instr(l.e164, $3) > 0)) ORDER BY p.id LIMIT $4",
        "iitii", filter->after, filter->student, filter->query, list_rows(filter), filter->now);

    while (list_next(&list, &query, filter))
        json_array_append_new(list.items, contact(store, &query, filter->now));
    return list_end(&list, 0);
}

json_t *contact_show(struct store *store, int64_t id, const struct list_filter *filter)
{
    struct query query = store_query(store, COLUMNS " WHERE p.id = $1", "i", id);
    json_t *one;

    if (!query_next(&query))
        return NULL;
    one = contact(store, &query, filter->now);
    json_put_int(one, "id", query_int(&query, 0));
    list_put_text(one, "dialect", query_text(&query, 7));
    list_put_text(one, "remark", query_text(&query, 8));
    query_end(&query);
    json_put(one, "groups", who_person_groups(store, id));
    return one;
}

static json_t *roles(struct store *store, int64_t person, time_ms now)
{
    json_t *all = json_array();
    struct query query = store_query(store,
                                     "SELECT role, class FROM role WHERE person = $1 AND (since IS NULL OR since <= $2)"
                                     " AND (until IS NULL OR until > $2) ORDER BY id",
                                     "ii", person, now);

    while (query_next(&query)) {
        json_t *one = json_object();

        list_put_text(one, "role", query_text(&query, 0));
        list_put_text(one, "class", query_text(&query, 1));
        json_array_append_new(all, one);
    }
    return all;
}

static json_t *mentored(struct store *store, int64_t person, time_ms now)
{
    struct query query = store_query(store,
                                     "SELECT s.ref, s.name FROM pairing g JOIN student s ON s.id = g.student"
                                     " WHERE g.mentor = $1 AND s.gone_at IS NULL AND (g.since IS NULL OR g.since <= $2)"
                                     " AND (g.until IS NULL OR g.until > $2) ORDER BY s.id",
                                     "ii", person, now);

    return who_all(&query);
}

static json_t *colleague(struct store *store, const struct query *query, time_ms now)
{
    const int64_t person = query_int(query, 0);
    json_t *one = who_of_row(query, 1);

    json_put(one, "roles", roles(store, person, now));
    json_put(one, "lines", who_numbers(store, person));
    json_put(one, "students", mentored(store, person, now));
    return one;
}

json_t *staff_list(struct store *store, const struct list_filter *filter)
{
    struct list list = list_begin(filter);
    struct query query =
        store_query(store,
                    "SELECT p.id, p.ref, p.name FROM person p WHERE p.id > $1 AND (EXISTS (SELECT 1 FROM role o WHERE "
                    "o.person = p.id"
                    " AND (o.until IS NULL OR o.until > $2) AND ($3 IS NULL OR o.role = $3))"
                    " OR ($3 IS NULL AND EXISTS (SELECT 1 FROM pairing g WHERE g.mentor = p.id AND (g.until IS NULL OR "
                    "g.until > $2))))"
                    " AND ($4 IS NULL OR p.ref = $4 OR instr(p.name, $4) > 0) ORDER BY p.id LIMIT $5",
                    "iitti", filter->after, filter->now, filter->role, filter->query, list_rows(filter));

    while (list_next(&list, &query, filter))
        json_array_append_new(list.items, colleague(store, &query, filter->now));
    return list_end(&list, 0);
}

json_t *staff_show(struct store *store, int64_t id, const struct list_filter *filter)
{
    struct query query = store_query(store, "SELECT id, ref, name FROM person WHERE id = $1", "i", id);
    json_t *one;

    if (!query_next(&query))
        return NULL;
    one = colleague(store, &query, filter->now);
    query_end(&query);
    return one;
}

json_t *pairing_list(struct store *store, const struct list_filter *filter)
{
    struct list list = list_begin(filter);
    struct query query =
        store_query(store,
                    "SELECT g.id, p.ref, p.name, s.ref, s.name, g.since, g.until FROM pairing g"
                    " JOIN person p ON p.id = g.mentor JOIN student s ON s.id = g.student WHERE g.id > $1"
                    " AND ($2 = 0 OR g.student = $2) AND ($3 = 0 OR g.mentor = $3) ORDER BY g.id LIMIT $4",
                    "iiii", filter->after, filter->student, filter->person, list_rows(filter));

    while (list_next(&list, &query, filter)) {
        json_t *one = json_object();

        list_put_who(one, "mentor", &query, 1);
        list_put_who(one, "student", &query, 3);
        list_put_time(one, "since", filter->zone, query_time(&query, 5));
        list_put_time(one, "until", filter->zone, query_time(&query, 6));
        json_array_append_new(list.items, one);
    }
    return list_end(&list, 0);
}

static json_t *duty(const struct query *query, struct zone zone)
{
    json_t *one = json_object();

    json_put_int(one, "id", query_int(query, 0));
    list_put_who(one, "person", query, 1);
    list_put_text(one, "post", query_text(query, 3));
    list_put_time(one, "since", zone, query_time(query, 4));
    list_put_time(one, "until", zone, query_time(query, 5));
    return one;
}

#define DUTY "SELECT a.id, p.ref, p.name, a.post, a.since, a.until FROM rota a JOIN person p ON p.id = a.person WHERE "

json_t *rota_list(struct store *store, const struct list_filter *filter)
{
    struct list list = list_begin(filter);
    struct query query = store_query(store,
                                     DUTY "a.until > $1 AND a.until > a.since AND ($2 = 0 OR a.person = $2)"
                                          " AND ($3 = 0 OR (a.since, a.id) > (SELECT b.since, b.id FROM rota b"
                                          " WHERE b.id = $3)) ORDER BY a.since, a.id LIMIT $4",
                                     "iiii", filter->now, filter->person, filter->after, list_rows(filter));

    while (list_next(&list, &query, filter))
        json_array_append_new(list.items, duty(&query, filter->zone));
    return list_end(&list, 0);
}

json_t *rota_show(struct store *store, int64_t id, const struct list_filter *filter)
{
    struct query query = store_query(store, DUTY "a.id = $1", "i", id);
    json_t *one;

    if (!query_next(&query))
        return NULL;
    one = duty(&query, filter->zone);
    query_end(&query);
    return one;
}
