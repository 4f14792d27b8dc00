/* SPDX-License-Identifier: Apache-2.0 */
/* Students as people see them: pages of the register, and one child's archive with its contact card. */
#include "lib/json.h"
#include "store/list.h"
#include "store/who.h"

/* The newest mentor whose pairing holds now. */
#define MENTOR                                                                                                         \
    " LEFT JOIN person p ON p.id = (SELECT g.mentor FROM pairing g WHERE g.student = s.id"                             \
    " AND (g.since IS NULL OR g.since <= $1) AND (g.until IS NULL OR g.until > $1) ORDER BY g.id DESC LIMIT 1)"

static json_t *row(const struct query *query)
{
    json_t *student = who_of_row(query, 1);

    list_put_text(student, "class", query_text(query, 3));
    list_put_text(student, "village", query_text(query, 4));
    json_put_flag(student, "left_behind", query_int(query, 5) != 0);
    json_put_int(student, "contacts", query_int(query, 6));
    list_put_who(student, "mentor", query, 7);
    return student;
}

json_t *student_list(struct store *store, const struct list_filter *filter)
{
    struct list list = list_begin(filter);
    struct query query = store_query(
        store,
        "SELECT s.id, s.ref, s.name, s.class, s.village, s.left_behind,"
        " (SELECT count(*) FROM relation r WHERE r.student = s.id AND (r.until IS NULL OR r.until > $1)), p.ref, "
        "p.name FROM student s" MENTOR
        " WHERE s.id > $2 AND s.gone_at IS NULL AND ($3 IS NULL OR s.class = $3) AND ($4 IS NULL OR s.village = $4)"
        " AND ($5 < 0 OR s.left_behind = $5)"
        " AND ($6 IS NULL OR s.ref = $6 OR instr(s.name, $6) > 0 OR instr(s.former_name, $6) > 0)"
        " AND ($8 IS NULL OR EXISTS (SELECT 1 FROM party y WHERE y.name = $8 AND y.student = s.id))"
        " ORDER BY s.id LIMIT $7",
        "iittbtit", filter->now, filter->after, filter->class, filter->village, filter->left_behind, filter->query,
        list_rows(filter), filter->group);

    while (list_next(&list, &query, filter))
        json_array_append_new(list.items, row(&query));
    return list_end(&list, 0);
}

static json_t *contacts(struct store *store, int64_t student, const struct list_filter *filter)
{
    json_t *all = json_array();
    struct query query =
        store_query(store,
                    "SELECT p.id, p.ref, p.name, r.kind, r.word, r.rank, r.guardian, r.restricted, p.reads,"
                    " r.until FROM relation r JOIN person p ON p.id = r.person WHERE r.student = $1"
                    " AND (r.until IS NULL OR r.until > $2) ORDER BY r.rank, r.id",
                    "ii", student, filter->now);

    while (query_next(&query)) {
        json_t *one = who_of_row(&query, 1);

        list_put_text(one, "relation", query_text(&query, 3));
        list_put_text(one, "word", query_text(&query, 4));
        json_put_int(one, "rank", query_int(&query, 5));
        json_put_flag(one, "guardian", query_int(&query, 6) != 0);
        json_put_flag(one, "restricted", query_int(&query, 7) != 0);
        json_put_flag(one, "reads", query_int(&query, 8) != 0);
        list_put_time(one, "until", filter->zone, query_time(&query, 9));
        json_put(one, "lines", who_numbers(store, query_int(&query, 0)));
        json_array_append_new(all, one);
    }
    return all;
}

/* Pupils whom the child is paired with (手拉手) now. */
static json_t *peers(struct store *store, int64_t student, time_ms now)
{
    struct query query = store_query(store,
                                     "SELECT s.ref, s.name FROM peer e JOIN student s"
                                     " ON s.id = CASE e.student WHEN $1 THEN e.peer ELSE e.student END"
                                     " WHERE (e.student = $1 OR e.peer = $1) AND s.gone_at IS NULL"
                                     " AND (e.since IS NULL OR e.since <= $2) AND (e.until IS NULL OR e.until > $2)"
                                     " ORDER BY s.id",
                                     "ii", student, now);

    return who_all(&query);
}

static json_t *archive(const struct query *query, struct zone zone)
{
    static const struct {
        const char *key;
        int column;
    } texts[] = { { "ref", 1 },    { "name", 2 },        { "class", 3 },         { "village", 4 },
                  { "remark", 5 }, { "former_name", 6 }, { "sex", 7 },           { "birth", 8 },
                  { "grade", 9 },  { "language", 10 },   { "village_group", 16 } };
    json_t *student = json_object();

    json_put_int(student, "id", query_int(query, 0));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        list_put_text(student, texts[i].key, query_text(query, texts[i].column));
    json_put_flag(student, "left_behind", query_int(query, 11) != 0);
    json_put_flag(student, "boarding", query_int(query, 12) != 0);
    list_put_time(student, "gone", zone, query_time(query, 13));
    list_put_who(student, "mentor", query, 14);
    return student;
}

json_t *student_show(struct store *store, int64_t id, const struct list_filter *filter)
{
    struct query query = store_query(
        store,
        "SELECT s.id, s.ref, s.name, s.class, s.village, s.remark, s.former_name, s.sex,"
        " s.birth, s.grade, s.language, s.left_behind, s.boarding, s.gone_at, p.ref, p.name, s.village_group"
        " FROM student s" MENTOR " WHERE s.id = $2",
        "ii", filter->now, id);
    json_t *student;

    if (!query_next(&query))
        return NULL;
    student = archive(&query, filter->zone);
    query_end(&query);
    json_put(student, "groups", who_student_groups(store, id));
    json_put(student, "peers", peers(store, id, filter->now));
    json_put(student, "contacts", contacts(store, id, filter));
    return student;
}
