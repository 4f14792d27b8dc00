/* SPDX-License-Identifier: Apache-2.0 */
/* Who could be reached; see reach.h. */
#include "store/reach.h"

#include "lib/memory.h"

enum { HOLDERS_MAX = 50 };

time_ms reach_role_gap(struct store *store, const char *role, time_ms from, time_ms until)
{
    time_ms ends[REACH_CHANGES_MAX + 1] = { from };
    size_t count = 1;
    struct contact somebody;
    struct query q = store_query(store,
                                 "SELECT a.until FROM rota a WHERE a.post = $1 AND a.until > $2 AND a.until < $3"
                                 " UNION SELECT o.until FROM role o WHERE o.role = $1 AND o.until > $2 AND o.until < $3"
                                 " ORDER BY 1",
                                 "tii", role, from, until);

    while (count < COUNT(ends) && query_next(&q))
        ends[count++] = query_int(&q, 0);
    query_end(&q);
    for (size_t i = 0; i < count; i++)
        if (person_of_role(store, role, ends[i], &somebody, 1) == 0)
            return ends[i];
    return TIME_NEVER;
}

bool reach_person_phone(struct store *store, int64_t person)
{
    return store_value(store, 0,
                       "SELECT 1 FROM person_line n JOIN line l ON l.id = n.line WHERE n.person = $1 AND l.state = 'ok'"
                       " LIMIT 1",
                       "i", person) != 0;
}

bool reach_role_phone(struct store *store, const char *role, time_ms now)
{
    struct contact holders[HOLDERS_MAX];
    const size_t count = person_of_role(store, role, now, holders, HOLDERS_MAX);

    for (size_t i = 0; i < count; i++)
        if (reach_person_phone(store, holders[i].person))
            return true;
    return false;
}

#define HOLDS(t) "(" t ".since IS NULL OR " t ".since <= $1) AND (" t ".until IS NULL OR " t ".until > $1)"
#define CHILDREN "SELECT count(*) FROM student s WHERE s.gone_at IS NULL AND NOT EXISTS (SELECT 1 FROM "
#define PHONE(person) " JOIN person_line n ON n.person = " person " JOIN line l ON l.id = n.line AND l.state = 'ok'"
#define RELATED CHILDREN "relation r" PHONE("r.person") " WHERE r.student = s.id AND r.restricted = 0 AND " HOLDS("r")

static const char *const without[CHAINS] = {
    [CHAIN_GUARDIANS] = RELATED ")",
    [CHAIN_PARENTS] = RELATED " AND r.kind IN ('father', 'mother', 'stepfather', 'stepmother'))",
    [CHAIN_MOTHER] = RELATED " AND r.kind IN ('mother', 'stepmother'))",
    [CHAIN_FATHER] = RELATED " AND r.kind IN ('father', 'stepfather'))",
    [CHAIN_MENTOR] = CHILDREN "pairing g" PHONE("g.mentor") " WHERE g.student = s.id AND " HOLDS("g") ")",
    [CHAIN_TEACHER] =
        CHILDREN "role o" PHONE("o.person") " WHERE o.role = 'teacher' AND o.class = s.class AND " HOLDS("o") ")",
};

int64_t reach_children_without(struct store *store, enum chain chain, time_ms now)
{
    return store_value(store, 0, without[chain], "i", now);
}
