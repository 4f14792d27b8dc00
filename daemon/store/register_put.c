/* SPDX-License-Identifier: Apache-2.0 */
/* The school's register as a whole: what an import writes; see register.h. */
#include "store/register.h"

#include <stdlib.h>

#include "lib/memory.h"
#include "store/line.h"

int64_t register_student_id(struct store *store, const char *ref)
{
    return store_value(store, 0, "SELECT id FROM student WHERE ref = $1", "t", ref);
}

int64_t register_person_id(struct store *store, const char *ref)
{
    return store_value(store, 0, "SELECT id FROM person WHERE ref = $1", "t", ref);
}

int64_t register_put_student(struct store *store, const struct register_student *student)
{
    store_change(
        store,
        "INSERT INTO student (ref, name, former_name, sex, birth, class, grade, village, left_behind, boarding, "
        "language,"
        " remark, village_group) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        " ON CONFLICT (ref) DO UPDATE SET name = excluded.name, former_name = excluded.former_name, sex = excluded.sex,"
        " birth = excluded.birth, class = excluded.class, grade = excluded.grade, village = excluded.village,"
        " left_behind = excluded.left_behind, boarding = excluded.boarding, language = excluded.language,"
        " remark = excluded.remark, village_group = excluded.village_group, gone_at = NULL",
        "ttttttttbbttt", student->ref, student->name, student->former_name, student->sex, student->birth,
        student->class, student->grade, student->village, student->left_behind, student->boarding, student->language,
        student->remark, student->village_group);
    return register_student_id(store, student->ref);
}

int64_t register_put_person(struct store *store, const struct register_person *person)
{
    store_change(
        store,
        "INSERT INTO person (ref, name, dialect, quiet, work_place, remark, reads, sends, hears, deceased)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " ON CONFLICT (ref) DO UPDATE SET name = excluded.name, dialect = excluded.dialect, quiet = excluded.quiet,"
        " work_place = excluded.work_place, remark = excluded.remark, reads = excluded.reads, sends = excluded.sends,"
        " hears = excluded.hears, deceased = excluded.deceased",
        "ttttttbbbb", person->ref, person->name, person->dialect, person->quiet, person->work_place, person->remark,
        person->reads, person->sends, person->hears, person->deceased);
    return register_person_id(store, person->ref);
}

void register_put_line(struct store *store, int64_t person, const char *e164, const char *type, int64_t rank,
                       bool suspect, time_ms now)
{
    const int64_t line = line_put(store, e164, type);

    store_change(store,
                 "INSERT INTO person_line (person, line, rank, confirmed_at) VALUES ($1, $2, $3, $4)"
                 " ON CONFLICT (person, line) DO UPDATE SET rank = excluded.rank,"
                 " confirmed_at = ifnull(person_line.confirmed_at, excluded.confirmed_at)",
                 "iiii", person, line, rank, now);
    if (suspect)
        store_change(store, "UPDATE line SET state = 'suspect' WHERE id = $1 AND state = 'ok'", "i", line);
}

void register_drop_line(struct store *store, int64_t person, const char *e164)
{
    store_change(store, "DELETE FROM person_line WHERE person = $1 AND line = (SELECT id FROM line WHERE e164 = $2)",
                 "it", person, e164);
}

void register_optout_line(struct store *store, const char *e164, time_ms now)
{
    store_change(store, "UPDATE line SET optout_at = $2 WHERE e164 = $1 AND optout_at IS NULL", "ti", e164, now);
}

void register_put_relation(struct store *store, const struct register_relation *relation, time_ms now)
{
    store_change(
        store,
        "INSERT INTO relation (student, person, kind, word, rank, guardian, restricted) VALUES ($1, $2, $3, $4, $5, "
        "$6, $7)"
        " ON CONFLICT (student, person) DO UPDATE SET kind = excluded.kind, word = excluded.word, rank = excluded.rank,"
        " guardian = excluded.guardian, restricted = max(relation.restricted, excluded.restricted),"
        " until = CASE WHEN relation.until <= $8 THEN NULL ELSE relation.until END",
        "iittibbi", relation->student, relation->person, relation->kind, relation->word, relation->rank,
        relation->guardian, relation->restricted, now);
}

void register_end_relation(struct store *store, int64_t student, int64_t person, time_ms now)
{
    store_change(store,
                 "UPDATE relation SET until = $3 WHERE student = $1 AND person = $2 AND (until IS NULL OR until > $3)",
                 "iii", student, person, now);
}

void register_put_role(struct store *store, int64_t person, const char *role, const char *class, time_ms now)
{
    store_change(
        store,
        "INSERT INTO role (person, role, class) SELECT $1, $2, $3 WHERE NOT EXISTS"
        " (SELECT 1 FROM role WHERE person = $1 AND role = $2 AND class IS $3 AND (until IS NULL OR until > $4))",
        "itti", person, role, class, now);
}

void register_end_role(struct store *store, int64_t person, const char *role, const char *class, time_ms now)
{
    store_change(store,
                 "UPDATE role SET until = $4 WHERE person = $1 AND role = $2 AND class IS NOT $3 AND (until IS NULL OR "
                 "until > $4)",
                 "itti", person, role, class, now);
}

void register_put_pairing(struct store *store, const struct register_pairing *pairing)
{
    store_change(store,
                 "INSERT INTO pairing (mentor, student, since, until) VALUES ($1, $2, $3, $4)"
                 " ON CONFLICT (mentor, student) DO UPDATE SET since = excluded.since, until = excluded.until",
                 "iizz", pairing->mentor, pairing->student, pairing->since, pairing->until);
}

void register_end_pairing(struct store *store, int64_t mentor, int64_t student, time_ms now)
{
    store_change(store,
                 "UPDATE pairing SET until = $3 WHERE mentor = $1 AND student = $2 AND (until IS NULL OR until > $3)",
                 "iii", mentor, student, now);
}

void register_put_peer(struct store *store, const struct register_peer *peer)
{
    store_change(store,
                 "INSERT INTO peer (student, peer, since, until) VALUES (min($1, $2), max($1, $2), $3, $4)"
                 " ON CONFLICT (student, peer) DO UPDATE SET since = excluded.since, until = excluded.until",
                 "iizz", peer->student, peer->peer, peer->since, peer->until);
}

void register_end_peer(struct store *store, int64_t student, int64_t peer, time_ms now)
{
    store_change(store,
                 "UPDATE peer SET until = $3 WHERE student = min($1, $2) AND peer = max($1, $2)"
                 " AND (until IS NULL OR until > $3)",
                 "iii", student, peer, now);
}

void register_put_rota(struct store *store, int64_t person, const char *post, time_ms since, time_ms until)
{
    store_change(store,
                 "INSERT INTO rota (person, post, since, until) SELECT $1, $2, $3, $4 WHERE NOT EXISTS"
                 " (SELECT 1 FROM rota WHERE person = $1 AND post = $2 AND since = $3 AND until = $4)",
                 "itii", person, post, since, until);
}
