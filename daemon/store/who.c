/* SPDX-License-Identifier: Apache-2.0 */
/* How people and students are named in JSON; see who.h. */
#include "store/who.h"

#include "lib/json.h"

json_t *who_of_row(const struct query *query, int column)
{
    json_t *who;

    if (query_null(query, column))
        return json_null();
    who = json_object();
    json_put(who, "ref", json_string(query_text(query, column)));
    json_put(who, "name", query_null(query, column + 1) ? NULL : json_string(query_text(query, column + 1)));
    return who;
}

/* The one row of a query by id. */
static json_t *only(struct query query)
{
    json_t *who = query_next(&query) ? who_of_row(&query, 0) : json_null();

    query_end(&query);
    return who;
}

json_t *who_student(struct store *store, int64_t id)
{
    return only(store_query(store, "SELECT ref, name FROM student WHERE id = $1", "i", id));
}

json_t *who_person(struct store *store, int64_t id)
{
    return only(store_query(store, "SELECT ref, name FROM person WHERE id = $1", "i", id));
}

json_t *who_all(struct query *query)
{
    json_t *all = json_array();

    while (query_next(query))
        json_array_append_new(all, who_of_row(query, 0));
    return all;
}

json_t *who_words(struct query *query)
{
    json_t *all = json_array();

    while (query_next(query))
        json_array_append_new(all, json_string(query_word(query, 0)));
    return all;
}

json_t *who_numbers(struct store *store, int64_t person)
{
    struct query query = store_query(store,
                                     "SELECT l.e164 FROM person_line n JOIN line l ON l.id = n.line"
                                     " WHERE n.person = $1 ORDER BY n.rank, l.id",
                                     "i", person);

    return who_words(&query);
}

json_t *who_student_groups(struct store *store, int64_t student)
{
    struct query query =
        store_query(store, "SELECT DISTINCT name FROM party WHERE student = $1 ORDER BY name", "i", student);

    return who_words(&query);
}

json_t *who_person_groups(struct store *store, int64_t person)
{
    struct query query =
        store_query(store, "SELECT DISTINCT name FROM party WHERE person = $1 ORDER BY name", "i", person);

    return who_words(&query);
}
