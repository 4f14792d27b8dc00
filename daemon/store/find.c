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
    .named = "SELECT p.id, p.ref, p.name || ifnull(', ' || (SELECT group_concat(s.name || ' (' || r.kind || ')', ', ')"
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
        error_set(err, "%s \"%.100s\": nobody of that number or name: `%s` shows them all", sort->noun, name, sort->list);
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
