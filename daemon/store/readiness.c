/* SPDX-License-Identifier: Apache-2.0 */
/* What would fail in an emergency; see readiness.h. */
#include "store/readiness.h"

#include "lib/memory.h"
#include "store/list.h"

enum { CHANGES_MAX = 200, HOLDERS_MAX = 50 };

#define HOLDS(t) "(" t ".since IS NULL OR " t ".since <= $1) AND (" t ".until IS NULL OR " t ".until > $1)"
#define PEOPLE                                                                                                         \
    "FROM relation r JOIN person p ON p.id = r.person WHERE r.student = s.id AND p.deceased = 0 AND " HOLDS("r")
#define LINES                                                                                                          \
    "FROM relation r JOIN person p ON p.id = r.person JOIN person_line n ON n.person = r.person JOIN line l"           \
    " ON l.id = n.line WHERE r.student = s.id AND r.restricted = 0 AND p.deceased = 0 AND " HOLDS("r")
/* Not a phone that somebody restricted for the child has as well. */
#define NOT_SHARED                                                                                                     \
    "NOT EXISTS (SELECT 1 FROM person_line q JOIN relation x ON x.person = q.person WHERE q.line = l.id"               \
    " AND x.student = s.id AND x.restricted <> 0)"

int64_t readiness_unreachable(struct store *store, time_ms now, json_t *examples, size_t most)
{
    int64_t count = 0;
    struct query query = store_query(store,
                                     "SELECT s.ref, s.name, CASE WHEN NOT EXISTS (SELECT 1 " PEOPLE ") THEN 'no_person'"
                                     " WHEN NOT EXISTS (SELECT 1 " PEOPLE " AND r.restricted = 0) THEN 'restricted'"
                                     " WHEN NOT EXISTS (SELECT 1 " LINES ") THEN 'no_line'"
                                     " WHEN NOT EXISTS (SELECT 1 " LINES " AND l.state <> 'wrong') THEN 'wrong_number'"
                                     " WHEN NOT EXISTS (SELECT 1 " LINES
                                     " AND l.state = 'ok') THEN 'suspect' ELSE 'shared_restricted' END"
                                     " FROM student s WHERE s.gone_at IS NULL AND NOT EXISTS (SELECT 1 " LINES
                                     " AND l.state = 'ok' AND " NOT_SHARED ") ORDER BY s.id",
                                     "i", now);

    while (query_next(&query)) {
        if ((size_t)count++ < most) {
            json_t *one = json_object();

            list_put_who(one, "student", &query, 0);
            list_put_text(one, "reason", query_text(&query, 2));
            json_array_append_new(examples, one);
        }
    }
    return count;
}

#define CHILDREN "SELECT count(*) FROM student s WHERE s.gone_at IS NULL AND NOT EXISTS (SELECT 1 FROM "
#define PHONE(person) " JOIN person_line n ON n.person = " person " JOIN line l ON l.id = n.line AND l.state = 'ok'"
#define RELATED CHILDREN "relation r" PHONE("r.person") " WHERE r.student = s.id AND r.restricted = 0 AND " HOLDS("r")

#define LEFT_BEHIND " AND s.left_behind <> 0"

static const char *const without[CHAINS] = {
    [CHAIN_GUARDIANS] = RELATED ")",
    [CHAIN_PARENTS] = RELATED " AND r.kind IN ('father', 'mother', 'stepfather', 'stepmother'))",
    [CHAIN_MOTHER] = RELATED " AND r.kind IN ('mother', 'stepmother'))",
    [CHAIN_FATHER] = RELATED " AND r.kind IN ('father', 'stepfather'))",
    [CHAIN_MENTOR] = CHILDREN "pairing g" PHONE("g.mentor") " WHERE g.student = s.id AND " HOLDS("g") ")" LEFT_BEHIND,
    [CHAIN_TEACHER] =
        CHILDREN "role o" PHONE("o.person") " WHERE o.role = 'teacher' AND o.class = s.class AND " HOLDS("o") ")",
};

int64_t readiness_children_without(struct store *store, enum chain chain, time_ms now)
{
    return store_value(store, 0, without[chain], "i", now);
}

int64_t readiness_cannot_read(struct store *store)
{
    return store_value(store, 0,
                       "SELECT count(*) FROM person p WHERE p.reads = 0 AND p.deceased = 0 AND EXISTS"
                       " (SELECT 1 FROM relation r JOIN student s ON s.id = r.student WHERE r.person = p.id"
                       " AND r.guardian <> 0 AND r.restricted = 0 AND s.gone_at IS NULL)",
                       "");
}

size_t readiness_changes(struct store *store, time_ms from, time_ms until, time_ms *out, size_t max)
{
    struct query query =
        store_query(store,
                    "SELECT since AS at FROM rota WHERE since > $1 AND since < $2"
                    " UNION SELECT until FROM rota WHERE until > $1 AND until < $2"
                    " UNION SELECT since FROM role WHERE since > $1 AND since < $2"
                    " UNION SELECT until FROM role WHERE until > $1 AND until < $2 ORDER BY 1 LIMIT $3",
                    "iii", from, until, (int64_t)max);
    return query_ids(&query, out, max);
}

time_ms readiness_role_gap(struct store *store, const char *role, time_ms from, time_ms until)
{
    time_ms times[CHANGES_MAX + 1] = { from };
    const size_t count = 1 + readiness_changes(store, from, until, times + 1, CHANGES_MAX);
    struct contact somebody;

    for (size_t i = 0; i < count; i++)
        if (person_of_role(store, role, times[i], &somebody, 1) == 0)
            return times[i];
    return TIME_NEVER;
}

bool readiness_person_phone(struct store *store, int64_t person)
{
    return store_value(store, 0,
                       "SELECT 1 FROM person_line n JOIN line l ON l.id = n.line WHERE n.person = $1 AND l.state = 'ok'"
                       " LIMIT 1",
                       "i", person) != 0;
}

bool readiness_role_phone(struct store *store, const char *role, time_ms now)
{
    struct contact holders[HOLDERS_MAX];
    const size_t count = person_of_role(store, role, now, holders, HOLDERS_MAX);

    for (size_t i = 0; i < count; i++)
        if (readiness_person_phone(store, holders[i].person))
            return true;
    return false;
}
