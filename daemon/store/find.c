/* SPDX-License-Identifier: Apache-2.0 */
/* Who is meant; see find.h. */
#include "store/find.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/text.h"

/* One sort of thing that is called by names. `named` yields id, ref and a line about it. */
struct sort {
    const char *noun, *list;
    const char *by_id, *by_ref, *named;
};

static const struct sort student_sort = {
    .noun = "student",
    .list = "greenline student list",
    .by_id = "SELECT id FROM student WHERE id = $1",
    .by_ref = "SELECT id FROM student WHERE ref = $1",
    .named = "SELECT id, ref, name || ifnull(', ' || class, '') || ifnull(', ' || village, '') FROM student"
             " WHERE name = $1 AND gone_at IS NULL ORDER BY id LIMIT 21",
};

static const struct sort person_sort = {
    .noun = "person",
    .list = "greenline contact list",
    .by_id = "SELECT id FROM person WHERE id = $1",
    .by_ref = "SELECT id FROM person WHERE ref = $1",
    .named =
        "SELECT p.id, p.ref, p.name || ifnull(', ' || (SELECT group_concat(s.name || ' (' || r.kind || ')', ', ')"
        " FROM relation r JOIN student s ON s.id = r.student WHERE r.person = p.id), '')"
        " || ifnull(', ' || (SELECT group_concat(o.role, ', ') FROM role o WHERE o.person = p.id), '') FROM person p"
        " WHERE p.name = $1 ORDER BY p.id LIMIT 21",
};

/* The N of "id:N", 0 when it is none. */
static int64_t plain_id(const char *name)
{
    char *end;
    long long id;

    if (!text_starts(name, "id:") || name[3] < '1' || name[3] > '9')
        return 0;
    errno = 0;
    id = strtoll(name + 3, &end, 10);
    return errno || *end ? 0 : id;
}

static int64_t by_name(struct store *store, const struct sort *sort, const char *name, struct mistakes *several,
                       struct error *err)
{
    struct mistakes found = { 0 };
    int64_t id = 0;
    struct query query = store_query(store, sort->named, "t", name);

    while (query_next(&query)) {
        id = query_int(&query, 0);
        if (found.count < FIND_LISTED_MAX)
            mistakes_add(&found, "%s %s", query_word(&query, 1), query_word(&query, 2));
    }
    if (found.count == 1) {
        mistakes_free(&found);
        return id;
    }
    if (found.count == 0) {
        error_set(err, "%s \"%.100s\": nobody of that number or name: `%s` shows them all", sort->noun, name,
                  sort->list);
    } else {
        error_set(err, "%s \"%.100s\": %zu have that name: give the number instead", sort->noun, name, found.count);
        for (size_t i = 0; i < found.count; i++)
            mistakes_add(several, "%s", found.lines[i]);
    }
    mistakes_free(&found);
    return 0;
}

static int64_t find(struct store *store, const struct sort *sort, const char *name, struct mistakes *several,
                    struct error *err)
{
    const int64_t id = plain_id(name);
    int64_t found = id ? store_value(store, 0, sort->by_id, "i", id) : 0;

    if (!found)
        found = store_value(store, 0, sort->by_ref, "t", name);
    return found ? found : by_name(store, sort, name, several, err);
}

int64_t student_find(struct store *store, const char *name, struct mistakes *several, struct error *err)
{
    return find(store, &student_sort, name, several, err);
}

int64_t person_find(struct store *store, const char *name, struct mistakes *several, struct error *err)
{
    return find(store, &person_sort, name, several, err);
}

char *student_ref(struct store *store, int64_t student)
{
    return store_text(store, "SELECT ref FROM student WHERE id = $1", "i", student);
}

char *person_ref(struct store *store, int64_t person)
{
    return store_text(store, "SELECT ref FROM person WHERE id = $1", "i", person);
}

bool ask_there(struct store *store, int64_t ask)
{
    return store_value(store, 0, "SELECT 1 FROM ask WHERE id = $1", "i", ask) != 0;
}

bool message_there(struct store *store, int64_t message)
{
    return store_value(store, 0, "SELECT 1 FROM message WHERE id = $1", "i", message) != 0;
}

bool reply_there(struct store *store, int64_t reply)
{
    return store_value(store, 0, "SELECT 1 FROM reply WHERE id = $1", "i", reply) != 0;
}

int64_t reply_line(struct store *store, int64_t reply)
{
    return store_value(store, 0, "SELECT line FROM reply WHERE id = $1", "i", reply);
}

int64_t message_cause(struct store *store, int64_t message)
{
    return store_value(store, 0, "SELECT cause FROM message WHERE id = $1", "i", message);
}

int64_t line_first_person(struct store *store, int64_t line)
{
    return store_value(store, 0, "SELECT person FROM person_line WHERE line = $1 ORDER BY rank, person LIMIT 1", "i",
                       line);
}

int64_t ask_newest_about(struct store *store, int64_t student)
{
    return store_value(store, 0, "SELECT max(id) FROM ask WHERE student = $1 AND state <> 'cancelled'", "i", student);
}

int64_t relative_find(struct store *store, int64_t student, const char *relation)
{
    return store_value(
        store, 0,
        "SELECT person FROM relation WHERE student = $1 AND (kind = $2 OR word = $2) ORDER BY rank, id LIMIT 1", "it",
        student, relation);
}

bool line_restricted_for(struct store *store, int64_t line, int64_t ask)
{
    return store_value(store, 0,
                       "SELECT count(*) FROM person_line n JOIN relation r ON r.person = n.person JOIN ask k"
                       " ON k.student = r.student WHERE n.line = $1 AND k.id = $2 AND r.restricted <> 0",
                       "ii", line, ask) != 0;
}
