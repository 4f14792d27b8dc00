/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Audiences against the store; see cause.h. A student is looked at alone (class, village …), so that an audience of a
 * whole county resolves in slices; the result says whom of the child's people is meant.
 */
#include <string.h>

#include "store/cause.h"

struct student_facts {
    int64_t id;
    const char *class, *village;
    bool left_behind;
};

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static bool in_party(struct store *store, const char *name, int64_t student)
{
    return store_value(store, 0, "SELECT 1 FROM party WHERE name = $1 AND student = $2", "ti", name, student) != 0;
}

/* Named by ref, id:N or name; audience_check() has made sure that a name means one. */
static bool is_student(struct store *store, const char *name, int64_t id)
{
    return store_value(store, 0, "SELECT 1 FROM student WHERE id = $1 AND (ref = $2 OR name = $2 OR 'id:' || id = $2)",
                       "it", id, name) != 0;
}

static bool is_person(struct store *store, const char *name, int64_t id)
{
    return store_value(store, 0, "SELECT 1 FROM person WHERE id = $1 AND (ref = $2 OR name = $2 OR 'id:' || id = $2)",
                       "it", id, name) != 0;
}

/* A bit for each way the audience means this child's people; 0: not at all. The tree is bounded by AUDIENCE_NODES_MAX. */
static unsigned whom(struct store *store, const struct audience *a, const struct student_facts *s)
{
    unsigned left, right;

    switch (a->op) {
    case AUDIENCE_ALL:
        return AUDIENCE_BEST;
    case AUDIENCE_LEFT_BEHIND:
        return s->left_behind ? AUDIENCE_BEST : 0;
    case AUDIENCE_CLASS:
        return same(s->class, a->name) ? AUDIENCE_BEST : 0;
    case AUDIENCE_VILLAGE:
        return same(s->village, a->name) ? AUDIENCE_BEST : 0;
    case AUDIENCE_STUDENT:
        return is_student(store, a->name, s->id) ? AUDIENCE_BEST : 0;
    case AUDIENCE_GROUP:
        return in_party(store, a->name, s->id) ? AUDIENCE_BEST : 0;
    case AUDIENCE_ROLE:
    case AUDIENCE_PERSON:
        return 0;
    case AUDIENCE_PARENTS_OF:
        return whom(store, a->left, s) ? AUDIENCE_PARENTS : 0;
    case AUDIENCE_GUARDIANS_OF:
        return whom(store, a->left, s) ? AUDIENCE_GUARDIANS : 0;
    case AUDIENCE_MENTORS_OF:
        return whom(store, a->left, s) ? AUDIENCE_MENTORS : 0;
    case AUDIENCE_AND:
        left = whom(store, a->left, s);
        return left && whom(store, a->right, s) ? left : 0;
    case AUDIENCE_OR:
        return whom(store, a->left, s) | whom(store, a->right, s);
    case AUDIENCE_EXCEPT:
        left = whom(store, a->left, s);
        right = left ? whom(store, a->right, s) : 0;
        return right & AUDIENCE_BEST ? 0 : left & ~right;
    }
    return 0;
}

/* A leaf that every child of the audience fulfils and that an index finds: one student or one class; NULL. */
static const struct audience *narrowest(const struct audience *a)
{
    const struct audience *left;

    switch (a->op) {
    case AUDIENCE_STUDENT:
    case AUDIENCE_CLASS:
        return a;
    case AUDIENCE_PARENTS_OF:
    case AUDIENCE_GUARDIANS_OF:
    case AUDIENCE_MENTORS_OF:
    case AUDIENCE_EXCEPT:
        return narrowest(a->left);
    case AUDIENCE_AND:
        left = narrowest(a->left);
        return left && left->op == AUDIENCE_STUDENT ? left : narrowest(a->right) ? narrowest(a->right) : left;
    case AUDIENCE_ALL:
    case AUDIENCE_LEFT_BEHIND:
    case AUDIENCE_VILLAGE:
    case AUDIENCE_GROUP:
    case AUDIENCE_ROLE:
    case AUDIENCE_PERSON:
    case AUDIENCE_OR:
        return NULL;
    }
    return NULL;
}

/* Students behind `after` in order, all or those of the leaf; whom() judges them. */
static struct query candidates(struct store *store, const struct audience *leaf, int64_t after, int64_t look)
{
    if (leaf && leaf->op == AUDIENCE_STUDENT)
        return store_query(
            store,
            "SELECT id, class, village, left_behind FROM student WHERE id > $1 AND gone_at IS NULL AND id IN ("
            "SELECT id FROM student WHERE ref = $3 UNION SELECT id FROM student WHERE name = $3"
            " UNION SELECT CAST(substr($3, 4) AS INTEGER)) ORDER BY id LIMIT $2",
            "iit", after, look, leaf->name);
    if (leaf)
        return store_query(
            store,
            "SELECT id, class, village, left_behind FROM student WHERE class = $3 AND id > $1 AND gone_at IS NULL"
            " ORDER BY id LIMIT $2",
            "iit", after, look, leaf->name);
    return store_query(
        store,
        "SELECT id, class, village, left_behind FROM student WHERE id > $1 AND gone_at IS NULL ORDER BY id LIMIT $2",
        "ii", after, look);
}

size_t audience_students(struct store *store, const struct audience *audience, int64_t after, struct audience_hit *out,
                         size_t look, int64_t *last)
{
    struct query q = candidates(store, narrowest(audience), after, (int64_t)look);
    size_t count = 0, looked = 0;

    *last = 0;
    while (query_next(&q)) {
        const struct student_facts facts = { .id = query_int(&q, 0),
                                             .class = query_text(&q, 1),
                                             .village = query_text(&q, 2),
                                             .left_behind = query_int(&q, 3) != 0 };
        const unsigned bits = whom(store, audience, &facts);

        looked++;
        *last = facts.id;
        if (bits)
            out[count++] = (struct audience_hit){ .student = facts.id, .whom = bits };
    }
    if (looked < look)
        *last = 0;
    return count;
}

/* Whether the audience names this person for themselves. */
static bool means_person(struct store *store, const struct audience *a, int64_t person, time_ms now)
{
    switch (a->op) {
    case AUDIENCE_PERSON:
        return is_person(store, a->name, person);
    case AUDIENCE_ROLE:
        return store_value(store, 0,
                           "SELECT 1 FROM role WHERE person = $1 AND role = $2 AND (since IS NULL OR since <= $3)"
                           " AND (until IS NULL OR until > $3)",
                           "iti", person, a->name, now) != 0;
    case AUDIENCE_GROUP:
        return store_value(store, 0, "SELECT 1 FROM party WHERE name = $1 AND person = $2", "ti", a->name, person) != 0;
    case AUDIENCE_AND:
        return means_person(store, a->left, person, now) && means_person(store, a->right, person, now);
    case AUDIENCE_OR:
        return means_person(store, a->left, person, now) || means_person(store, a->right, person, now);
    case AUDIENCE_EXCEPT:
        return means_person(store, a->left, person, now) && !means_person(store, a->right, person, now);
    case AUDIENCE_ALL:
    case AUDIENCE_LEFT_BEHIND:
    case AUDIENCE_CLASS:
    case AUDIENCE_VILLAGE:
    case AUDIENCE_STUDENT:
    case AUDIENCE_PARENTS_OF:
    case AUDIENCE_GUARDIANS_OF:
    case AUDIENCE_MENTORS_OF:
        return false;
    }
    return false;
}

static bool names_persons(const struct audience *a)
{
    if (!a)
        return false;
    return a->op == AUDIENCE_ROLE || a->op == AUDIENCE_PERSON || a->op == AUDIENCE_GROUP || names_persons(a->left) ||
           names_persons(a->right);
}

size_t audience_persons(struct store *store, const struct audience *audience, time_ms now, int64_t *persons, size_t max)
{
    struct query q;
    size_t count = 0;

    if (!names_persons(audience))
        return 0;
    q = store_query(store, "SELECT id FROM person ORDER BY id", "");
    while (count < max && query_next(&q))
        if (means_person(store, audience, query_int(&q, 0), now))
            persons[count++] = query_int(&q, 0);
    query_end(&q);
    return count;
}

bool audience_excludes(struct store *store, const struct audience *audience, int64_t person, time_ms now)
{
    if (!audience)
        return false;
    if (audience->op == AUDIENCE_EXCEPT && means_person(store, audience->right, person, now))
        return true;
    return audience_excludes(store, audience->left, person, now) ||
           audience_excludes(store, audience->right, person, now);
}

/* How many rows a leaf means; only named things can fail to be there. */
static int64_t matches(struct store *store, const struct audience *a)
{
    switch (a->op) {
    case AUDIENCE_CLASS:
        return store_value(store, 0, "SELECT 1 FROM student WHERE class = $1 LIMIT 1", "t", a->name);
    case AUDIENCE_VILLAGE:
        return store_value(store, 0, "SELECT 1 FROM student WHERE village = $1 LIMIT 1", "t", a->name);
    case AUDIENCE_STUDENT:
        return store_value(
            store, 0,
            "SELECT count(*) FROM (SELECT id FROM student WHERE ref = $1 UNION SELECT id FROM student WHERE name = $1"
            " UNION SELECT id FROM student WHERE id = CAST(substr($1, 4) AS INTEGER) AND 'id:' || id = $1)",
            "t", a->name);
    case AUDIENCE_PERSON:
        return store_value(
            store, 0,
            "SELECT count(*) FROM (SELECT id FROM person WHERE ref = $1 UNION SELECT id FROM person WHERE name = $1"
            " UNION SELECT id FROM person WHERE id = CAST(substr($1, 4) AS INTEGER) AND 'id:' || id = $1)",
            "t", a->name);
    case AUDIENCE_GROUP:
        return store_value(store, 0, "SELECT 1 FROM party WHERE name = $1 LIMIT 1", "t", a->name);
    case AUDIENCE_ROLE:
        return store_value(store, 0, "SELECT 1 FROM role WHERE role = $1 LIMIT 1", "t", a->name);
    case AUDIENCE_ALL:
    case AUDIENCE_LEFT_BEHIND:
    case AUDIENCE_PARENTS_OF:
    case AUDIENCE_GUARDIANS_OF:
    case AUDIENCE_MENTORS_OF:
    case AUDIENCE_AND:
    case AUDIENCE_OR:
    case AUDIENCE_EXCEPT:
        return 1;
    }
    return 1;
}

bool audience_check(struct store *store, const struct audience *a, struct error *err)
{
    int64_t count;

    if (!a)
        return true;
    count = matches(store, a);
    if (count == 0)
        return error_set(err, "audience %s:%s: nobody is entered under that name: see `greenline student list`",
                         audience_word(a->op), a->name);
    if (count > 1)
        return error_set(err, "audience %s:%s: %d of that name: name one by number (学籍号)", audience_word(a->op),
                         a->name, (int)count);
    return audience_check(store, a->left, err) && audience_check(store, a->right, err);
}
