/* SPDX-License-Identifier: Apache-2.0 */
/* The register in memory while a plan is made; see plan_internal.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/plan_internal.h"
#include "lib/memory.h"

size_t planner_add_student(struct planner *planner, struct student_slot slot)
{
    planner->students = mem_grow(planner->students, planner->student_count + 1, sizeof *planner->students);
    planner->students[planner->student_count] = slot;
    index_add(&planner->student_by_ref, slot.ref, planner->student_count);
    return planner->student_count++;
}

size_t planner_add_person(struct planner *planner, struct person_slot slot)
{
    planner->persons = mem_grow(planner->persons, planner->person_count + 1, sizeof *planner->persons);
    planner->persons[planner->person_count] = slot;
    index_add(&planner->person_by_ref, slot.ref, planner->person_count);
    index_add(&planner->person_by_name, slot.name, planner->person_count);
    return planner->person_count++;
}

size_t planner_add_relation(struct planner *planner, struct relation_slot slot)
{
    planner->relations = mem_grow(planner->relations, planner->relation_count + 1, sizeof *planner->relations);
    planner->relations[planner->relation_count] = slot;
    index_add(&planner->relation_by_student, planner->students[slot.student].ref, planner->relation_count);
    return planner->relation_count++;
}

size_t planner_add_role(struct planner *planner, struct role_slot slot)
{
    planner->roles = mem_grow(planner->roles, planner->role_count + 1, sizeof *planner->roles);
    planner->roles[planner->role_count] = slot;
    return planner->role_count++;
}

size_t planner_add_pairing(struct planner *planner, struct pairing_slot slot)
{
    planner->pairings = mem_grow(planner->pairings, planner->pairing_count + 1, sizeof *planner->pairings);
    planner->pairings[planner->pairing_count] = slot;
    index_add(&planner->pairing_by_student, planner->students[slot.student].ref, planner->pairing_count);
    return planner->pairing_count++;
}

size_t planner_add_peer(struct planner *planner, struct peer_slot slot)
{
    planner->peers = mem_grow(planner->peers, planner->peer_count + 1, sizeof *planner->peers);
    planner->peers[planner->peer_count] = slot;
    index_add(&planner->peer_by_student, planner->students[slot.student].ref, planner->peer_count);
    index_add(&planner->peer_by_student, planner->students[slot.peer].ref, planner->peer_count);
    return planner->peer_count++;
}

const char *planner_free_ref(struct planner *planner, const char *wanted)
{
    for (int i = 1;; i++) {
        CLEANUP(mem_clean) char *ref = i == 1 ? mem_dup(wanted) : mem_format("%s-%d", wanted, i);

        if (index_find(&planner->person_by_ref, ref) == INDEX_END)
            return intake_keep(planner->intake, ref);
    }
}

static int compare_pair(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;

    return a[0] < b[0] ? -1 : a[0] > b[0];
}

/* Pairs of (id, slot), sorted by id. */
static int64_t *pairs_of(const int64_t *ids, size_t count)
{
    int64_t *pairs = mem_new(2 * count + 2, sizeof *pairs);

    for (size_t i = 0; i < count; i++) {
        pairs[2 * i] = ids[i];
        pairs[2 * i + 1] = (int64_t)i;
    }
    if (count > 1)
        qsort(pairs, count, 2 * sizeof *pairs, compare_pair);
    return pairs;
}

static size_t slot_of(const int64_t *pairs, size_t count, int64_t id)
{
    const int64_t key[2] = { id, 0 };
    const int64_t *found = count ? bsearch(key, pairs, count, 2 * sizeof *pairs, compare_pair) : NULL;

    return found ? (size_t)found[1] : INDEX_END;
}

static int64_t *open_students(struct planner *planner, const struct roster *roster)
{
    int64_t *ids = mem_new(roster->student_count + 1, sizeof *ids), *pairs;

    for (size_t i = 0; i < roster->student_count; i++) {
        const struct register_student *row = &roster->students[i];

        ids[i] = row->id;
        planner_add_student(planner, (struct student_slot){
                                         .ref = row->ref,
                                         .name = row->name,
                                         .former_name = row->former_name,
                                         .sex = row->sex,
                                         .birth = row->birth,
                                         .class = row->class,
                                         .grade = row->grade,
                                         .village = row->village,
                                         .village_group = row->village_group,
                                         .language = row->language,
                                         .remark = row->remark,
                                         .left_behind = row->left_behind,
                                         .boarding = row->boarding,
                                         .gone = row->gone,
                                         .from = row,
                                     });
    }
    pairs = pairs_of(ids, roster->student_count);
    free(ids);
    return pairs;
}

static int64_t *open_persons(struct planner *planner, const struct roster *roster)
{
    int64_t *ids = mem_new(roster->person_count + 1, sizeof *ids), *pairs;

    for (size_t i = 0; i < roster->person_count; i++) {
        const struct register_person *row = &roster->persons[i];

        ids[i] = row->id;
        planner_add_person(planner, (struct person_slot){
                                        .ref = row->ref,
                                        .name = row->name,
                                        .dialect = row->dialect,
                                        .quiet = row->quiet,
                                        .work_place = row->work_place,
                                        .remark = row->remark,
                                        .reads = row->reads,
                                        .sends = row->sends,
                                        .hears = row->hears,
                                        .deceased = row->deceased,
                                        .from = row,
                                    });
    }
    pairs = pairs_of(ids, roster->person_count);
    free(ids);
    return pairs;
}

static void open_line(struct planner *planner, size_t person, const struct register_line *row)
{
    struct person_slot *slot = person == INDEX_END ? NULL : &planner->persons[person];
    struct line_slot line = { .suspect = strcmp(row->state, "suspect") == 0,
                              .dead = strcmp(row->state, "wrong") == 0,
                              .opted_out = row->opted_out };

    if (!slot || slot->line_count >= SLOT_LINES_MAX)
        return;
    snprintf(line.e164, sizeof line.e164, "%s", row->e164);
    slot->lines[slot->line_count++] = line;
    index_add(&planner->person_by_number, row->e164, person);
}

/* What hangs on students and persons. Rows of somebody who is not in the roster are left alone. */
static void open_bonds(struct planner *planner, const struct roster *roster, const int64_t *students,
                       const int64_t *persons)
{
    const size_t student_count = roster->student_count, person_count = roster->person_count;

    for (size_t i = 0; i < roster->line_count; i++)
        open_line(planner, slot_of(persons, person_count, roster->lines[i].person), &roster->lines[i]);
    for (size_t i = 0; i < roster->relation_count; i++) {
        const struct register_relation *row = &roster->relations[i];
        const size_t student = slot_of(students, student_count, row->student);
        const size_t person = slot_of(persons, person_count, row->person);

        if (student == INDEX_END || person == INDEX_END)
            continue;
        planner_add_relation(planner, (struct relation_slot){
                                          .student = student,
                                          .person = person,
                                          .kind = row->kind,
                                          .word = row->word,
                                          .rank = row->rank,
                                          .guardian = row->guardian,
                                          .restricted = row->restricted,
                                          .from = row,
                                      });
    }
    for (size_t i = 0; i < roster->role_count; i++) {
        const size_t person = slot_of(persons, person_count, roster->roles[i].person);

        if (person == INDEX_END)
            continue;
        planner_add_role(planner,
                         (struct role_slot){ person, roster->roles[i].role, roster->roles[i].class, false, false });
        planner->persons[person].staff = planner->persons[person].was_staff = true;
    }
    for (size_t i = 0; i < roster->pairing_count; i++) {
        const struct register_pairing *row = &roster->pairings[i];
        const size_t mentor = slot_of(persons, person_count, row->mentor);
        const size_t student = slot_of(students, student_count, row->student);

        if (mentor != INDEX_END && student != INDEX_END)
            planner_add_pairing(
                planner,
                (struct pairing_slot){
                    .mentor = mentor, .student = student, .since = row->since, .until = row->until, .from = row });
    }
    for (size_t i = 0; i < roster->peer_count; i++) {
        const struct register_peer *row = &roster->peers[i];
        const size_t student = slot_of(students, student_count, row->student);
        const size_t peer = slot_of(students, student_count, row->peer);

        if (student != INDEX_END && peer != INDEX_END)
            planner_add_peer(
                planner, (struct peer_slot){
                             .student = student, .peer = peer, .since = row->since, .until = row->until, .from = row });
    }
}

void planner_open(struct planner *planner, const struct roster *roster)
{
    int64_t *students = open_students(planner, roster);
    int64_t *persons = open_persons(planner, roster);

    planner->roster = roster;
    open_bonds(planner, roster, students, persons);
    free(students);
    free(persons);
}

void planner_close(struct planner *planner)
{
    index_free(&planner->student_by_ref);
    index_free(&planner->person_by_ref);
    index_free(&planner->person_by_name);
    index_free(&planner->person_by_number);
    index_free(&planner->relation_by_student);
    index_free(&planner->pairing_by_student);
    index_free(&planner->peer_by_student);
    free(planner->students);
    free(planner->persons);
    free(planner->relations);
    free(planner->roles);
    free(planner->pairings);
    free(planner->peers);
}

struct line_slot *person_line(struct person_slot *person, const char *e164)
{
    for (size_t i = 0; i < person->line_count; i++) {
        if (!person->lines[i].dropped && strcmp(person->lines[i].e164, e164) == 0)
            return &person->lines[i];
    }
    return NULL;
}

size_t planner_same_person(const struct planner *planner, const char *name, const struct intake_phone *phones,
                           size_t count)
{
    size_t at = INDEX_END, person;

    while ((person = index_next(&planner->person_by_name, name, &at)) != INDEX_END) {
        for (size_t i = 0; i < count; i++) {
            if (person_line(&planner->persons[person], phones[i].e164))
                return person;
        }
    }
    return INDEX_END;
}

void slot_set_text(const char **field, const char *text)
{
    if (text)
        *field = text;
}

void slot_set_flag(bool *field, enum claim claim)
{
    if (claim != CLAIM_UNKNOWN)
        *field = claim == CLAIM_YES;
}

/* A number at its place among the others. The last one goes when there is no room. */
static void insert_line(struct planner *planner, struct person_slot *person, size_t at,
                        const struct intake_phone *phone)
{
    struct line_slot line = {
        .type = phone->type, .suspect = phone->suspect, .fresh = true, .given = true, .marked = phone->suspect
    };

    memcpy(line.e164, phone->e164, sizeof line.e164);
    if (person->line_count == SLOT_LINES_MAX)
        person->line_count--;
    at = at < person->line_count ? at : person->line_count;
    memmove(&person->lines[at + 1], &person->lines[at], (person->line_count - at) * sizeof *person->lines);
    person->lines[at] = line;
    person->line_count++;
    index_add(&planner->person_by_number, intake_keep(planner->intake, line.e164), (size_t)(person - planner->persons));
}

static size_t behind_given(const struct person_slot *person)
{
    size_t at = person->line_count;

    while (at > 0 && !person->lines[at - 1].given)
        at--;
    return at;
}

void person_take_phones(struct planner *planner, size_t index, const struct intake_phone *phones, size_t count)
{
    struct person_slot *person = &planner->persons[index];

    for (size_t i = 0; i < count; i++) {
        struct line_slot *line = person_line(person, phones[i].e164);

        if (!line) { /* behind those that the files gave so far, in front of those that only the store has */
            insert_line(planner, person, behind_given(person), &phones[i]);
            continue;
        }
        line->given = true;
        if (phones[i].suspect && !line->suspect && !line->dead)
            line->suspect = line->marked = true;
    }
}

void planner_settle_lines(struct planner *planner)
{
    for (size_t i = 0; i < planner->person_count; i++) {
        struct person_slot *person = &planner->persons[i];
        bool fresh = false;

        for (size_t j = 0; j < person->line_count; j++)
            fresh = fresh || person->lines[j].fresh;
        for (size_t j = 0; j < person->line_count && fresh; j++) {
            if (!person->lines[j].given)
                person->lines[j].dropped = true;
        }
    }
}

void planner_say(struct planner *planner, const char *format, ...)
{
    char *text = NULL;
    va_list args;

    if (json_array_size(planner->plan->changes) >= PLAN_CHANGES_MAX)
        return;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        abort();
    va_end(args);
    json_array_append_new(planner->plan->changes, json_string(text));
    free(text);
}
