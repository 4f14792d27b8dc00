/* SPDX-License-Identifier: Apache-2.0 */
/* The register kept by hand; see register_set.h. */
#include "store/register_set.h"

#include <stdlib.h>

#include "lib/memory.h"
#include "store/contact_set.h"
#include "store/line.h"

enum { REF_TRIES = 1000 };

#define HOLDS(now) " (until IS NULL OR until > " now ") "

/* -------------------------------------------------------------------------------------------------------- children */

static const char *const set_text[] = {
    [STUDENT_NAME] = "UPDATE student SET name = $2 WHERE id = $1",
    [STUDENT_SEX] = "UPDATE student SET sex = $2 WHERE id = $1",
    [STUDENT_BIRTH] = "UPDATE student SET birth = $2 WHERE id = $1",
    [STUDENT_CLASS] = "UPDATE student SET class = $2 WHERE id = $1",
    [STUDENT_GRADE] = "UPDATE student SET grade = $2 WHERE id = $1",
    [STUDENT_VILLAGE] = "UPDATE student SET village = $2 WHERE id = $1",
    [STUDENT_REMARK] = "UPDATE student SET remark = $2 WHERE id = $1",
};
_Static_assert(COUNT(set_text) == STUDENT_TEXTS, "each field has its statement");

int64_t student_new(struct store *store, const char *ref, const char *name)
{
    return store_insert(store, "INSERT INTO student (ref, name) VALUES ($1, $2) ON CONFLICT DO NOTHING", "tt", ref,
                        name);
}

void student_set_text(struct store *store, int64_t student, enum student_text field, const char *text)
{
    store_change(store, set_text[field], "it", student, text);
}

void student_set_left_behind(struct store *store, int64_t student, bool left_behind)
{
    store_change(store, "UPDATE student SET left_behind = $2 WHERE id = $1", "ib", student, left_behind);
}

void student_set_gone(struct store *store, int64_t student, time_ms at)
{
    store_change(store, "UPDATE student SET gone_at = $2 WHERE id = $1", "iz", student, at);
}

bool student_gone(struct store *store, int64_t student)
{
    return store_value(store, 0, "SELECT gone_at IS NOT NULL FROM student WHERE id = $1", "i", student) != 0;
}

size_t student_open_asks(struct store *store, int64_t student, int64_t *ids, size_t max)
{
    struct query query = store_query(
        store, "SELECT id FROM ask WHERE student = $1 AND state IN ('open', 'waiting') ORDER BY id LIMIT $2", "ii",
        student, (int64_t)max);
    return query_ids(&query, ids, max);
}

int64_t student_open_alert(struct store *store, int64_t student)
{
    return store_value(store, 0,
                       "SELECT c.id FROM ask k JOIN cause c ON c.id = k.cause WHERE k.student = $1"
                       " AND k.state IN ('open', 'waiting') AND c.lane = 'emergency' ORDER BY c.id LIMIT 1",
                       "i", student);
}

/* ---------------------------------------------------------------------------------------------------------- groups */

void party_put_student(struct store *store, const char *name, int64_t student)
{
    store_change(store,
                 "INSERT INTO party (name, student) SELECT $1, $2 WHERE NOT EXISTS"
                 " (SELECT 1 FROM party WHERE name = $1 AND student = $2)",
                 "ti", name, student);
}

void party_put_person(struct store *store, const char *name, int64_t person)
{
    store_change(store,
                 "INSERT INTO party (name, person) SELECT $1, $2 WHERE NOT EXISTS"
                 " (SELECT 1 FROM party WHERE name = $1 AND person = $2)",
                 "ti", name, person);
}

bool party_drop_student(struct store *store, const char *name, int64_t student)
{
    return store_change(store, "DELETE FROM party WHERE name = $1 AND student = $2", "ti", name, student) > 0;
}

bool party_drop_person(struct store *store, const char *name, int64_t person)
{
    return store_change(store, "DELETE FROM party WHERE name = $1 AND person = $2", "ti", name, person) > 0;
}

/* --------------------------------------------------------------------------------------------------------- persons */

int64_t person_new(struct store *store, const char *wanted, const char *name)
{
    int64_t id = 0;

    for (int i = 1; id == 0 && i <= REF_TRIES; i++) {
        CLEANUP(mem_clean) char *ref = i == 1 ? mem_dup(wanted) : mem_format("%s-%d", wanted, i);

        id = store_insert(store, "INSERT INTO person (ref, name) VALUES ($1, $2) ON CONFLICT DO NOTHING", "tt", ref,
                          name);
    }
    return id;
}

void person_set_name(struct store *store, int64_t person, const char *name)
{
    store_change(store, "UPDATE person SET name = $2 WHERE id = $1", "it", person, name);
}

int64_t person_of_line(struct store *store, const char *name, const char *e164)
{
    return store_value(store, 0,
                       "SELECT p.id FROM line l JOIN person_line n ON n.line = l.id JOIN person p ON p.id = n.person"
                       " WHERE l.e164 = $2 AND p.name = $1 AND p.deceased = 0 ORDER BY p.id LIMIT 1",
                       "tt", name, e164);
}

int64_t person_of_staff(struct store *store, const char *name, time_ms now)
{
    return store_value(store, 0,
                       "SELECT p.id FROM person p JOIN role o ON o.person = p.id WHERE p.name = $1"
                       " AND (o.until IS NULL OR o.until > $2) ORDER BY p.id LIMIT 1",
                       "ti", name, now);
}

void person_give_line(struct store *store, int64_t person, const char *e164, const char *type, time_ms now)
{
    const int64_t line = line_put(store, e164, type);

    person_add_line(store, person, line, now);
    line_set_state(store, line, "ok");
    line_clear_failures(store, line);
}

/* ------------------------------------------------------------------------------------------------------- relations */

int64_t relation_by_name(struct store *store, int64_t student, const char *name, time_ms now)
{
    return store_value(store, 0,
                       "SELECT r.person FROM relation r JOIN person p ON p.id = r.person WHERE r.student = $1"
                       " AND p.name = $2 ORDER BY r.until <= $3, r.id LIMIT 1",
                       "iti", student, name, now);
}

bool relation_holds(struct store *store, int64_t student, int64_t person, time_ms now)
{
    return store_value(store, 0, "SELECT 1 FROM relation WHERE student = $1 AND person = $2 AND" HOLDS("$3"), "iii",
                       student, person, now) != 0;
}

bool relation_restricted(struct store *store, int64_t student, int64_t person)
{
    return store_value(store, 0, "SELECT restricted FROM relation WHERE student = $1 AND person = $2", "ii", student,
                       person) != 0;
}

int64_t relation_last_rank(struct store *store, int64_t student, time_ms now)
{
    return store_value(store, 0, "SELECT max(rank) FROM relation WHERE student = $1 AND" HOLDS("$2"), "ii", student,
                       now);
}

bool student_has_guardian(struct store *store, int64_t student, time_ms now)
{
    return store_value(store, 0,
                       "SELECT 1 FROM relation WHERE student = $1 AND guardian <> 0 AND" HOLDS("$2") "LIMIT 1", "ii",
                       student, now) != 0;
}

/* ------------------------------------------------------------------------------------------ roles, pairings, rota */

bool role_held(struct store *store, int64_t person, const char *role, time_ms now)
{
    return store_value(store, 0, "SELECT 1 FROM role WHERE person = $1 AND role = $2 AND" HOLDS("$3") "LIMIT 1", "iti",
                       person, role, now) != 0;
}

char *role_of_class(struct store *store, int64_t person, time_ms now)
{
    const int64_t roles = store_value(
        store, 0, "SELECT count(DISTINCT role) FROM role WHERE person = $1 AND" HOLDS("$2"), "ii", person, now);

    if (roles > 1 && role_held(store, person, "teacher", now))
        return mem_dup("teacher");
    if (roles != 1)
        return NULL;
    return store_text(store, "SELECT role FROM role WHERE person = $1 AND" HOLDS("$2") "LIMIT 1", "ii", person, now);
}

int64_t role_end(struct store *store, int64_t person, const char *role, time_ms now)
{
    return store_change(store,
                        "UPDATE role SET until = $3 WHERE person = $1 AND ($2 IS NULL OR role = $2) AND" HOLDS("$3"),
                        "iti", person, role, now);
}

bool pairing_holds(struct store *store, int64_t mentor, int64_t student, time_ms now)
{
    return store_value(store, 0, "SELECT 1 FROM pairing WHERE mentor = $1 AND student = $2 AND" HOLDS("$3"), "iii",
                       mentor, student, now) != 0;
}

int64_t pairing_end_all(struct store *store, int64_t mentor, time_ms now)
{
    return store_change(store, "UPDATE pairing SET until = $2 WHERE mentor = $1 AND" HOLDS("$2"), "ii", mentor, now);
}

int64_t rota_put(struct store *store, int64_t person, const char *post, time_ms since, time_ms until)
{
    const int64_t there =
        store_value(store, 0, "SELECT id FROM rota WHERE person = $1 AND post = $2 AND since = $3 AND until = $4",
                    "itii", person, post, since, until);

    return there ? there
                 : store_insert(store, "INSERT INTO rota (person, post, since, until) VALUES ($1, $2, $3, $4)", "itii",
                                person, post, since, until);
}

bool rota_end(struct store *store, int64_t id, time_ms now)
{
    return store_change(store, "UPDATE rota SET until = max(since, $2) WHERE id = $1 AND until > $2 AND until > since",
                        "ii", id, now) > 0;
}

int64_t rota_end_all(struct store *store, int64_t person, time_ms now)
{
    return store_change(store,
                        "UPDATE rota SET until = max(since, $2) WHERE person = $1 AND until > $2 AND until > since",
                        "ii", person, now);
}

int64_t rota_person(struct store *store, int64_t id)
{
    return store_value(store, 0, "SELECT person FROM rota WHERE id = $1", "i", id);
}
