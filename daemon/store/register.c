/* SPDX-License-Identifier: Apache-2.0 */
/* The school's register as a whole: reading; see register.h. */
#include "store/register.h"

#include <stdlib.h>

#include "lib/memory.h"

static char *copy(const struct query *query, int column)
{
    return mem_dup(query_text(query, column));
}

static void read_students(struct roster *roster, struct store *store)
{
    struct query q =
        store_query(store,
                    "SELECT id, ref, name, former_name, sex, birth, class, grade, village, language, remark,"
                    " left_behind, boarding, gone_at, village_group FROM student ORDER BY id",
                    "");

    while (query_next(&q)) {
        roster->students = mem_grow(roster->students, roster->student_count + 1, sizeof *roster->students);
        roster->students[roster->student_count++] = (struct register_student){
            .id = query_int(&q, 0),
            .ref = copy(&q, 1),
            .name = copy(&q, 2),
            .former_name = copy(&q, 3),
            .sex = copy(&q, 4),
            .birth = copy(&q, 5),
            .class = copy(&q, 6),
            .grade = copy(&q, 7),
            .village = copy(&q, 8),
            .language = copy(&q, 9),
            .remark = copy(&q, 10),
            .left_behind = query_int(&q, 11) != 0,
            .boarding = query_int(&q, 12) != 0,
            .gone = !query_null(&q, 13),
            .village_group = copy(&q, 14),
        };
    }
}

static void read_persons(struct roster *roster, struct store *store)
{
    struct query q =
        store_query(store,
                    "SELECT id, ref, name, dialect, quiet, work_place, remark, reads, sends, hears, deceased"
                    " FROM person ORDER BY name, id",
                    "");

    while (query_next(&q)) {
        roster->persons = mem_grow(roster->persons, roster->person_count + 1, sizeof *roster->persons);
        roster->persons[roster->person_count++] = (struct register_person){
            .id = query_int(&q, 0),
            .ref = copy(&q, 1),
            .name = copy(&q, 2),
            .dialect = copy(&q, 3),
            .quiet = copy(&q, 4),
            .work_place = copy(&q, 5),
            .remark = copy(&q, 6),
            .reads = query_int(&q, 7) != 0,
            .sends = query_int(&q, 8) != 0,
            .hears = query_int(&q, 9) != 0,
            .deceased = query_int(&q, 10) != 0,
        };
    }
}

static void read_lines(struct roster *roster, struct store *store)
{
    struct query q = store_query(store,
                                 "SELECT pl.person, l.e164, l.state, pl.rank, l.optout_at FROM person_line pl"
                                 " JOIN line l ON l.id = pl.line ORDER BY pl.person, pl.rank, pl.line",
                                 "");

    while (query_next(&q)) {
        roster->lines = mem_grow(roster->lines, roster->line_count + 1, sizeof *roster->lines);
        roster->lines[roster->line_count++] = (struct register_line){ .person = query_int(&q, 0),
                                                                      .e164 = copy(&q, 1),
                                                                      .state = copy(&q, 2),
                                                                      .rank = query_int(&q, 3),
                                                                      .opted_out = !query_null(&q, 4) };
    }
}

static void read_relations(struct roster *roster, struct store *store, time_ms now)
{
    struct query q = store_query(store,
                                 "SELECT student, person, kind, word, rank, guardian, restricted FROM relation"
                                 " WHERE until IS NULL OR until > $1 ORDER BY student, rank, id",
                                 "i", now);

    while (query_next(&q)) {
        roster->relations = mem_grow(roster->relations, roster->relation_count + 1, sizeof *roster->relations);
        roster->relations[roster->relation_count++] = (struct register_relation){
            .student = query_int(&q, 0),
            .person = query_int(&q, 1),
            .kind = copy(&q, 2),
            .word = copy(&q, 3),
            .rank = query_int(&q, 4),
            .guardian = query_int(&q, 5) != 0,
            .restricted = query_int(&q, 6) != 0,
        };
    }
}

static void read_roles(struct roster *roster, struct store *store, time_ms now)
{
    struct query q = store_query(
        store, "SELECT person, role, class FROM role WHERE until IS NULL OR until > $1 ORDER BY id", "i", now);

    while (query_next(&q)) {
        roster->roles = mem_grow(roster->roles, roster->role_count + 1, sizeof *roster->roles);
        roster->roles[roster->role_count++] =
            (struct register_role){ .person = query_int(&q, 0), .role = copy(&q, 1), .class = copy(&q, 2) };
    }
}

static void read_pairings(struct roster *roster, struct store *store, time_ms now)
{
    struct query q = store_query(
        store, "SELECT mentor, student, since, until FROM pairing WHERE until IS NULL OR until > $1 ORDER BY id", "i",
        now);

    while (query_next(&q)) {
        roster->pairings = mem_grow(roster->pairings, roster->pairing_count + 1, sizeof *roster->pairings);
        roster->pairings[roster->pairing_count++] = (struct register_pairing){ .mentor = query_int(&q, 0),
                                                                               .student = query_int(&q, 1),
                                                                               .since = query_time(&q, 2),
                                                                               .until = query_time(&q, 3) };
    }
}

static void read_peers(struct roster *roster, struct store *store, time_ms now)
{
    struct query q = store_query(
        store, "SELECT student, peer, since, until FROM peer WHERE until IS NULL OR until > $1 ORDER BY id", "i", now);

    while (query_next(&q)) {
        roster->peers = mem_grow(roster->peers, roster->peer_count + 1, sizeof *roster->peers);
        roster->peers[roster->peer_count++] = (struct register_peer){ .student = query_int(&q, 0),
                                                                      .peer = query_int(&q, 1),
                                                                      .since = query_time(&q, 2),
                                                                      .until = query_time(&q, 3) };
    }
}

static void read_duties(struct roster *roster, struct store *store, time_ms now)
{
    struct query q =
        store_query(store,
                    "SELECT p.ref, r.post, r.since, r.until, r.id FROM rota r JOIN person p ON p.id = r.person"
                    " WHERE r.until > $1 AND r.until > r.since ORDER BY r.since, r.id",
                    "i", now);

    while (query_next(&q)) {
        roster->duties = mem_grow(roster->duties, roster->duty_count + 1, sizeof *roster->duties);
        roster->duties[roster->duty_count++] = (struct register_duty){
            .id = query_int(&q, 4),
            .person = copy(&q, 0),
            .post = copy(&q, 1),
            .since = query_time(&q, 2),
            .until = query_time(&q, 3),
        };
    }
}

void roster_read(struct roster *out, struct store *store, time_ms now)
{
    *out = (struct roster){ 0 };
    read_students(out, store);
    read_persons(out, store);
    read_lines(out, store);
    read_relations(out, store, now);
    read_roles(out, store, now);
    read_pairings(out, store, now);
    read_peers(out, store, now);
    read_duties(out, store, now);
}

static void free_student(struct register_student *student)
{
    char *const owned[] = { student->ref,           student->name,     student->former_name, student->sex,
                            student->birth,         student->class,    student->grade,       student->village,
                            student->village_group, student->language, student->remark };

    for (size_t i = 0; i < COUNT(owned); i++)
        free(owned[i]);
}

static void free_person(struct register_person *person)
{
    char *const owned[] = { person->ref,   person->name,       person->dialect,
                            person->quiet, person->work_place, person->remark };

    for (size_t i = 0; i < COUNT(owned); i++)
        free(owned[i]);
}

void roster_free(struct roster *roster)
{
    for (size_t i = 0; i < roster->student_count; i++)
        free_student(&roster->students[i]);
    for (size_t i = 0; i < roster->person_count; i++)
        free_person(&roster->persons[i]);
    for (size_t i = 0; i < roster->line_count; i++) {
        free(roster->lines[i].e164);
        free(roster->lines[i].state);
    }
    for (size_t i = 0; i < roster->relation_count; i++) {
        free(roster->relations[i].kind);
        free(roster->relations[i].word);
    }
    for (size_t i = 0; i < roster->role_count; i++) {
        free(roster->roles[i].role);
        free(roster->roles[i].class);
    }
    for (size_t i = 0; i < roster->duty_count; i++) {
        free(roster->duties[i].person);
        free(roster->duties[i].post);
    }
    free(roster->students);
    free(roster->persons);
    free(roster->lines);
    free(roster->relations);
    free(roster->roles);
    free(roster->pairings);
    free(roster->peers);
    free(roster->duties);
    *roster = (struct roster){ 0 };
}
