/* SPDX-License-Identifier: Apache-2.0 */
/* Students and their people: what the intake's rows change; see plan.h for who is who. */
#include <stdlib.h>
#include <string.h>

#include "import/plan_internal.h"
#include "lib/memory.h"
#include "lib/text.h"

/* -------------------------------------------------------------------------------------------------------- students */

static const char *birth_text(struct planner *planner, struct date birth)
{
    char text[DATE_MAX];

    date_format(text, birth);
    return *text ? intake_keep(planner->intake, text) : NULL;
}

/* "2016-03" in the sheet says nothing against "2016-03-09" in the store. */
static const char *finer_birth(const char *before, const char *text)
{
    return before && text && text_starts(before, text) ? before : text;
}

static void move_student(struct planner *planner, struct student_slot *slot, const struct intake_student *row)
{
    slot_set_text(&slot->name, row->name);
    slot_set_text(&slot->former_name, row->former_name);
    slot_set_text(&slot->sex, row->sex);
    slot_set_text(&slot->birth, finer_birth(slot->birth, birth_text(planner, row->birth)));
    slot_set_text(&slot->class, row->class);
    slot_set_text(&slot->grade, row->grade == GRADE_UNKNOWN ? NULL : grade_name(row->grade));
    slot_set_text(&slot->village, row->village);
    slot_set_text(&slot->village_group, row->group);
    slot_set_text(&slot->language, row->language);
    slot_set_text(&slot->remark, row->remark);
    slot_set_flag(&slot->left_behind, row->left_behind);
    slot_set_flag(&slot->boarding, row->boarding);
    slot->gone = false;
    slot->named = true;
    slot->place = row->place;
}

void plan_students(struct planner *planner)
{
    const struct intake *intake = planner->intake;

    for (size_t i = 0; i < intake->student_count; i++) {
        const struct intake_student *row = &intake->students[i];
        size_t slot;

        if (row->faulty || !row->ref || !row->name)
            continue;
        slot = index_find(&planner->student_by_ref, row->ref);
        if (slot == INDEX_END)
            slot = planner_add_student(planner, (struct student_slot){ .ref = row->ref, .name = row->name });
        move_student(planner, &planner->students[slot], row);
    }
}

/* ------------------------------------------------------------------------------------------------------- who is who */

/* Relations of which a child has one at a time. */
static bool is_single(const char *kind)
{
    static const char *const single[] = { "father",
                                          "mother",
                                          "stepfather",
                                          "stepmother",
                                          "paternal_grandfather",
                                          "paternal_grandmother",
                                          "maternal_grandfather",
                                          "maternal_grandmother",
                                          "self" };

    for (size_t i = 0; i < COUNT(single); i++) {
        if (strcmp(kind, single[i]) == 0)
            return true;
    }
    return false;
}

/* The relation of a student to somebody of that name; INDEX_END. */
static size_t relation_by_name(const struct planner *planner, const char *student, const char *name)
{
    size_t at = INDEX_END, i;

    while ((i = index_next(&planner->relation_by_student, student, &at)) != INDEX_END) {
        if (!planner->relations[i].ended && strcmp(planner->persons[planner->relations[i].person].name, name) == 0)
            return i;
    }
    return INDEX_END;
}

/* The one relation of that kind which no row of this intake has taken; INDEX_END when none or several. */
static size_t relation_by_kind(const struct planner *planner, const char *student, const char *kind)
{
    size_t at = INDEX_END, i, found = INDEX_END;

    while ((i = index_next(&planner->relation_by_student, student, &at)) != INDEX_END) {
        const struct relation_slot *relation = &planner->relations[i];

        if (relation->ended || relation->named || strcmp(relation->kind, kind) != 0)
            continue;
        if (found != INDEX_END)
            return INDEX_END;
        found = i;
    }
    return found;
}

/* Whether somebody is related to other children too, or belongs to the staff. */
static bool is_shared(const struct planner *planner, size_t person)
{
    size_t relations = 0;

    for (size_t i = 0; i < planner->relation_count; i++)
        relations += planner->relations[i].person == person && !planner->relations[i].ended;
    return relations > 1 || planner->persons[person].staff;
}

static size_t relation_to(const struct planner *planner, const char *student, size_t person)
{
    size_t at = INDEX_END, i;

    while ((i = index_next(&planner->relation_by_student, student, &at)) != INDEX_END) {
        if (planner->relations[i].person == person)
            return i;
    }
    return INDEX_END;
}

/* Somebody new, with a number made of child and relation. */
static size_t new_person(struct planner *planner, const struct intake_contact *row)
{
    CLEANUP(mem_clean) char *wanted = mem_format("%s-%s", row->student.ref, row->relation);

    return planner_add_person(
        planner,
        (struct person_slot){
            .ref = planner_free_ref(planner, wanted), .name = row->name, .reads = true, .sends = true, .hears = true });
}

/*
 * The person a row means and the relation that exists already (INDEX_END: none yet). A made-up name (王小明家长) is matched
 * by relation only, and a written name takes over a made-up one.
 */
static size_t find_person(struct planner *planner, const struct intake_contact *row, size_t *relation)
{
    const char *student = row->student.ref;
    size_t person;

    *relation = relation_by_name(planner, student, row->name);
    if (*relation != INDEX_END)
        return planner->relations[*relation].person;
    *relation = is_single(row->relation) || !row->named ? relation_by_kind(planner, student, row->relation) : INDEX_END;
    if (*relation != INDEX_END && !is_shared(planner, planner->relations[*relation].person))
        return planner->relations[*relation].person;
    if (*relation != INDEX_END && !row->named)
        return planner->relations[*relation].person;
    person = planner_same_person(planner, row->name, row->phones, row->phone_count);
    if (*relation != INDEX_END) /* another person in the place of one who stays elsewhere */
        planner->relations[*relation].ended = true;
    *relation = person == INDEX_END ? INDEX_END : relation_to(planner, student, person);
    return person == INDEX_END ? new_person(planner, row) : person;
}

/* -------------------------------------------------------------------------------------------------- what rows change */

/* Night shifts sleep by day: their own quiet hours (value.shift: night = 8 to 16). */
static const char *quiet_of(const struct planner *planner, const char *hours)
{
    CLEANUP(mem_clean) char *folded = hours ? headers_fold(hours) : NULL;

    for (const char *at = folded; at && *at; utf8_next(&at)) {
        size_t used;
        const char *key = headers_value_prefix(planner->setting->headers, "value.shift", at, 2, &used);

        if (key && strcmp(key, "night") == 0)
            return "08:00-16:00";
    }
    return NULL;
}

static void move_person(struct planner *planner, struct person_slot *person, const struct intake_contact *row)
{
    CLEANUP(mem_clean) char *reachable = row->hours ? mem_format("方便时间：%s", row->hours) : NULL;

    if (row->named)
        slot_set_text(&person->name, row->name);
    slot_set_text(&person->dialect, row->language);
    slot_set_text(&person->work_place, row->work_place);
    slot_set_text(&person->remark, intake_keep(planner->intake, reachable));
    slot_set_text(&person->quiet, quiet_of(planner, row->hours));
    slot_set_flag(&person->reads, row->reads);
    slot_set_flag(&person->sends, row->sends);
    slot_set_flag(&person->hears, row->hears);
    person->deceased = person->deceased || row->deceased;
}

static void opt_out(struct person_slot *person, const struct intake_contact *row)
{
    for (size_t i = 0; i < row->phone_count && row->opted_out == CLAIM_YES; i++) {
        struct line_slot *line = person_line(person, row->phones[i].e164);

        if (line && !line->opted_out)
            line->opted_out = line->marked = true;
    }
}

/* A restriction is set, never lifted, by a sheet: staff may have entered it since the sheet was written. */
static void restrict_relation(struct planner *planner, struct relation_slot *relation, const struct intake_contact *row)
{
    const struct person_slot *person = &planner->persons[relation->person];

    if (row->restricted == CLAIM_NO && relation->from && relation->from->restricted)
        intake_add(
            planner->intake, row->place, true,
            "%s stays restricted for this child: a sheet does not lift it, greenline contact set %s --student %s "
            "--restricted no does",
            person->name, person->ref, row->student.ref);
    relation->restricted = relation->restricted || row->restricted == CLAIM_YES;
}

static void move_relation(struct planner *planner, struct relation_slot *relation, const struct intake_contact *row)
{
    relation->ended = false;
    /* "other" and a made-up word say less than what the store may know */
    if (strcmp(row->relation, "other") != 0)
        slot_set_text(&relation->kind, row->relation);
    if (strcmp(row->relation, "other") != 0 || !relation->word)
        slot_set_text(&relation->word, row->word);
    if (row->ranked)
        relation->rank = row->rank;
    relation->guardian = relation->guardian || row->guardian;
    restrict_relation(planner, relation, row);
}

/* The rank behind everybody whom the child has already. */
static int64_t last_rank(const struct planner *planner, const char *student)
{
    size_t at = INDEX_END, i;
    int64_t rank = 0;

    while ((i = index_next(&planner->relation_by_student, student, &at)) != INDEX_END)
        rank = planner->relations[i].rank > rank ? planner->relations[i].rank : rank;
    return rank;
}

static bool has_guardian(const struct planner *planner, const char *student)
{
    size_t at = INDEX_END, i;

    while ((i = index_next(&planner->relation_by_student, student, &at)) != INDEX_END) {
        if (planner->relations[i].guardian && !planner->relations[i].ended && planner->relations[i].from)
            return true;
    }
    return false;
}

static size_t take_contact(struct planner *planner, const struct intake_contact *row)
{
    struct intake_contact seen = *row;
    const size_t student = index_find(&planner->student_by_ref, row->student.ref);
    size_t relation, person;

    if (student == INDEX_END)
        return INDEX_END;
    person = find_person(planner, row, &relation);
    if (relation == INDEX_END) {
        if (!row->ranked && row->rank <= last_rank(planner, row->student.ref))
            seen.rank = (int)last_rank(planner, row->student.ref) + 1;
        relation = planner_add_relation(
            planner,
            (struct relation_slot){ .student = student, .person = person, .rank = seen.rank, .kind = row->relation });
    }
    if (!row->guardian_given && has_guardian(planner, row->student.ref))
        seen.guardian = false; /* a guess of the order does not stand against the store */
    planner->relations[relation].named = true;
    planner->relations[relation].place = row->place;
    move_person(planner, &planner->persons[person], &seen);
    person_take_phones(planner, person, row->phones, row->phone_count);
    opt_out(&planner->persons[person], row);
    move_relation(planner, &planner->relations[relation], &seen);
    return person;
}

/* ------------------------------------------------------------------------------------------- siblings and old numbers */

struct given {
    size_t person;
    const struct intake_contact *row;
};

static int compare_given(const void *left, const void *right)
{
    const struct given *a = left, *b = right;

    if (a->person != b->person)
        return a->person < b->person ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

static bool disjoint(const struct intake_contact *a, const struct intake_contact *b)
{
    for (size_t i = 0; i < a->phone_count; i++) {
        for (size_t j = 0; j < b->phone_count; j++) {
            if (strcmp(a->phones[i].e164, b->phones[j].e164) == 0)
                return false;
        }
    }
    return a->phone_count > 0 && b->phone_count > 0;
}

static void report_both(struct planner *planner, const struct intake_contact *a, const struct intake_contact *b)
{
    struct intake *intake = planner->intake;

    intake_add(intake, a->phones[0].place, true,
               "%s has another number in %s row %d (%s): both are kept; mend the row that is wrong", a->name,
               intake->sheets[b->place.file].file, b->place.row, b->student.name ? b->student.name : b->student.ref);
    intake_add(intake, b->phones[0].place, true,
               "%s has another number in %s row %d (%s): both are kept; mend the row that is wrong", b->name,
               intake->sheets[a->place.file].file, a->place.row, a->student.name ? a->student.name : a->student.ref);
}

/* One person in the rows of two children with different numbers: one row was forgotten. */
static void compare_siblings(struct planner *planner, struct given *given, size_t count)
{
    if (count > 1)
        qsort(given, count, sizeof *given, compare_given);
    for (size_t i = 1; i < count; i++) {
        for (size_t j = i; j-- > 0 && given[j].person == given[i].person;) {
            if (strcmp(given[j].row->student.ref, given[i].row->student.ref) != 0 &&
                disjoint(given[j].row, given[i].row)) {
                report_both(planner, given[j].row, given[i].row);
                break;
            }
        }
    }
}

void plan_contacts(struct planner *planner)
{
    const struct intake *intake = planner->intake;
    struct given *given = mem_new(intake->contact_count + 1, sizeof *given);
    size_t count = 0;

    for (size_t i = 0; i < intake->contact_count; i++) {
        const struct intake_contact *row = &intake->contacts[i];
        size_t person;

        if (row->faulty || !row->student.ref || !row->name)
            continue;
        person = take_contact(planner, row);
        if (person != INDEX_END)
            given[count++] = (struct given){ person, row };
    }
    compare_siblings(planner, given, count);
    free(given);
}
