/* SPDX-License-Identifier: Apache-2.0 */
/* Persons and chains; see person.h. */
#include "store/person.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

void person_free(struct person *person)
{
    free(person->ref);
    free(person->name);
    free(person->language);
    free(person->quiet);
    *person = (struct person){ 0 };
}

bool person_get(struct person *out, struct store *store, int64_t id)
{
    struct query q = store_query(
        store, "SELECT id, ref, name, language, quiet, reads, sends, hears, deceased FROM person WHERE id = $1", "i",
        id);
    const bool found = query_next(&q);

    if (found)
        *out = (struct person){ .id = query_int(&q, 0),
                                .ref = mem_dup(query_text(&q, 1)),
                                .name = mem_dup(query_text(&q, 2)),
                                .language = mem_dup(query_text(&q, 3)),
                                .quiet = mem_dup(query_text(&q, 4)),
                                .reads = query_int(&q, 5) != 0,
                                .sends = query_int(&q, 6) != 0,
                                .hears = query_int(&q, 7) != 0,
                                .deceased = query_int(&q, 8) != 0 };
    query_end(&q);
    return found;
}

/* A person's best line: ranked, a good number before a doubtful one. */
#define BEST_LINE                                                                                                      \
    "ifnull((SELECT pl.line FROM person_line pl JOIN line l ON l.id = pl.line WHERE pl.person = p.id"                  \
    " ORDER BY CASE l.state WHEN 'ok' THEN 0 WHEN 'suspect' THEN 1 ELSE 2 END, pl.rank, pl.line LIMIT 1), 0)"
#define COLUMNS "p.id, " BEST_LINE ", p.reads"
#define HOLDS(t) "(" t ".since IS NULL OR " t ".since <= $2) AND (" t ".until IS NULL OR " t ".until > $2)"
#define RELATED                                                                                                        \
    "SELECT " COLUMNS " FROM relation r JOIN person p ON p.id = r.person WHERE r.student = $1 AND " HOLDS("r")

static const char *const chain_sql[CHAINS] = {
    [CHAIN_GUARDIANS] = RELATED " ORDER BY r.guardian DESC, r.rank, r.id LIMIT $3",
    [CHAIN_PARENTS] =
        RELATED " AND r.kind IN ('father', 'mother', 'stepfather', 'stepmother') ORDER BY r.rank, r.id LIMIT $3",
    [CHAIN_MOTHER] = RELATED " AND r.kind IN ('mother', 'stepmother') ORDER BY r.rank, r.id LIMIT $3",
    [CHAIN_FATHER] = RELATED " AND r.kind IN ('father', 'stepfather') ORDER BY r.rank, r.id LIMIT $3",
    [CHAIN_MENTOR] =
        "SELECT " COLUMNS " FROM pairing g JOIN person p ON p.id = g.mentor WHERE g.student = $1 AND " HOLDS(
            "g") " ORDER BY g.id LIMIT $3",
    [CHAIN_TEACHER] =
        "SELECT " COLUMNS " FROM role o JOIN person p ON p.id = o.person JOIN student s ON s.class = o.class"
        " WHERE s.id = $1 AND o.role = 'teacher' AND " HOLDS("o") " ORDER BY o.id LIMIT $3",
};

static size_t read_contacts(struct query *q, struct contact *out, size_t max)
{
    size_t count = 0;

    while (count < max && query_next(q)) {
        out[count] =
            (struct contact){ .person = query_int(q, 0), .line = query_int(q, 1), .reads = query_int(q, 2) != 0 };
        out[count].rank = (int)count + 1;
        count++;
    }
    query_end(q);
    return count;
}

size_t person_chain(struct store *store, int64_t student, enum chain chain, time_ms now, struct contact *out,
                    size_t max)
{
    struct query q = store_query(store, chain_sql[chain], "iii", student, now, (int64_t)max);

    return read_contacts(&q, out, max);
}

size_t person_of_role(struct store *store, const char *role, time_ms now, struct contact *out, size_t max)
{
    struct query q =
        store_query(store,
                    "SELECT " COLUMNS " FROM person p WHERE p.id IN"
                    " (SELECT o.person FROM role o WHERE o.role = $1 AND " HOLDS(
                        "o") "  UNION SELECT a.person FROM rota a WHERE a.post = $1 AND a.since <= $2 AND a.until > $2)"
                             " ORDER BY p.id LIMIT $3",
                    "tii", role, now, (int64_t)max);

    return read_contacts(&q, out, max);
}

struct contact person_contact(struct store *store, int64_t person)
{
    struct query q = store_query(store, "SELECT " COLUMNS " FROM person p WHERE p.id = $1", "i", person);
    struct contact contact = { 0 };

    read_contacts(&q, &contact, 1);
    return contact;
}

int64_t person_best_line(struct store *store, int64_t person, enum channel channel)
{
    return store_value(store, 0,
                       "SELECT pl.line FROM person_line pl JOIN line l ON l.id = pl.line WHERE pl.person = $1"
                       " ORDER BY CASE WHEN $2 AND l.type = 'landline' THEN 1 ELSE 0 END,"
                       " CASE l.state WHEN 'ok' THEN 0 WHEN 'suspect' THEN 1 ELSE 2 END, pl.rank, pl.line LIMIT 1",
                       "ib", person, (int)(channel == CHANNEL_SMS));
}

bool person_is_staff(struct store *store, int64_t person, time_ms now)
{
    return store_value(store, 0,
                       "SELECT 1 WHERE EXISTS (SELECT 1 FROM role o WHERE o.person = $1 AND " HOLDS(
                           "o") ")"
                                " OR EXISTS (SELECT 1 FROM pairing g WHERE g.mentor = $1 AND " HOLDS("g") ")",
                       "ii", person, now) != 0;
}

char *relation_word(struct store *store, int64_t student, int64_t person)
{
    return store_text(store, "SELECT coalesce(word, kind) FROM relation WHERE student = $1 AND person = $2", "ii",
                      student, person);
}

void student_free(struct student *student)
{
    free(student->ref);
    free(student->name);
    free(student->class);
    free(student->village);
    *student = (struct student){ 0 };
}

bool student_get(struct student *out, struct store *store, int64_t id)
{
    struct query q = store_query(
        store, "SELECT id, ref, name, class, village, left_behind, gone_at IS NOT NULL FROM student WHERE id = $1", "i",
        id);
    const bool found = query_next(&q);

    if (found)
        *out = (struct student){ .id = query_int(&q, 0),
                                 .ref = mem_dup(query_text(&q, 1)),
                                 .name = mem_dup(query_text(&q, 2)),
                                 .class = mem_dup(query_text(&q, 3)),
                                 .village = mem_dup(query_text(&q, 4)),
                                 .left_behind = query_int(&q, 5) != 0,
                                 .gone = query_int(&q, 6) != 0 };
    query_end(&q);
    return found;
}

char *student_mentor_name(struct store *store, int64_t student, time_ms now)
{
    char *name =
        store_text(store,
                   "SELECT p.name FROM pairing g JOIN person p ON p.id = g.mentor WHERE g.student = $1 AND " HOLDS(
                       "g") " ORDER BY g.id LIMIT 1",
                   "ii", student, now);

    if (name)
        return name;
    return store_text(store,
                      "SELECT p.name FROM role o JOIN person p ON p.id = o.person JOIN student s ON s.class = o.class"
                      " WHERE s.id = $1 AND o.role = 'teacher' AND " HOLDS("o") " ORDER BY o.id LIMIT 1",
                      "ii", student, now);
}

int64_t person_by_ref(struct store *store, const char *ref)
{
    return store_value(store, 0, "SELECT id FROM person WHERE ref = $1", "t", ref);
}

bool relation_is_guardian(struct store *store, int64_t student, int64_t person)
{
    return store_value(store, 0, "SELECT guardian FROM relation WHERE student = $1 AND person = $2", "ii", student,
                       person) != 0;
}
