/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person should see when the import is done: children who were in a class that the files name and are not in the
 * files, children for whom nobody can be reached, lines shared with somebody who must not be told, children who stand as
 * their own guardian. Warnings only: nothing is deleted and nothing guessed.
 */
#include <stdlib.h>
#include <string.h>

#include "import/plan_internal.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/text.h"

/* ------------------------------------------------------------------------------------------------- missing children */

/* The classes that sound rows of the files name, and a place to report at. */
static void open_classes(const struct planner *planner, struct index *classes)
{
    for (size_t i = 0; i < planner->student_count; i++) {
        const struct student_slot *slot = &planner->students[i];

        if (slot->named && slot->class && index_find(classes, slot->class) == INDEX_END)
            index_add(classes, slot->class, i);
    }
}

/* Faulty rows are rows too: their children are not missing. */
static bool in_faulty_row(const struct planner *planner, const struct student_slot *slot)
{
    const struct intake *intake = planner->intake;

    for (size_t i = 0; i < intake->student_count; i++) {
        const struct intake_student *row = &intake->students[i];

        if (row->faulty &&
            ((row->ref && strcmp(row->ref, slot->ref) == 0) || (row->name && strcmp(row->name, slot->name) == 0)))
            return true;
    }
    return false;
}

static void warn_missing(struct planner *planner)
{
    struct index classes = { 0 };

    open_classes(planner, &classes);
    for (size_t i = 0; i < planner->student_count; i++) {
        const struct student_slot *slot = &planner->students[i];
        size_t named;

        if (slot->named || slot->gone || !slot->class || (named = index_find(&classes, slot->class)) == INDEX_END)
            continue;
        if (in_faulty_row(planner, slot))
            continue;
        intake_add(planner->intake,
                   (struct place){ .file = planner->students[named].place.file, .row = 0, .column = -1 }, true,
                   "%s (%s, %s) is in the store but not in the file: if the child has left, greenline student end %s",
                   slot->name, slot->ref, slot->class, slot->ref);
    }
    index_free(&classes);
}

/* --------------------------------------------------------------------------------------------- reach and restriction */

/* Whether somebody restricted for the child has that number too. The person's name, or NULL. */
static const char *restricted_owner(const struct planner *planner, const char *student, const char *e164)
{
    size_t at = INDEX_END, i;

    while ((i = index_next(&planner->relation_by_student, student, &at)) != INDEX_END) {
        const struct relation_slot *relation = &planner->relations[i];

        if (relation->restricted && !relation->ended && person_line(&planner->persons[relation->person], e164))
            return planner->persons[relation->person].name;
    }
    return NULL;
}

/* One relation of a child: tells whether it reaches somebody; warns of shared lines. */
static bool reaches(struct planner *planner, const struct student_slot *student, const struct relation_slot *relation,
                    bool warn)
{
    const struct person_slot *person = &planner->persons[relation->person];
    bool reached = false;

    if (relation->restricted || relation->ended || person->deceased || strcmp(relation->kind, "self") == 0)
        return false;
    for (size_t i = 0; i < person->line_count; i++) {
        const struct line_slot *line = &person->lines[i];
        const char *owner = line->dropped ? NULL : restricted_owner(planner, student->ref, line->e164);
        char masked[MASKED_MAX];

        reached = reached || (!line->dropped && !line->dead && !owner);
        if (!owner || !warn)
            continue;
        mask_number(masked, line->e164);
        intake_add(
            planner->intake, relation->named ? relation->place : student->place, true,
            "%s of %s is also the number of %s, who is restricted for %s: not used for this child; ask for another",
            masked, person->name, owner, student->name);
    }
    return reached;
}

static bool concerned(const struct planner *planner, const struct student_slot *student)
{
    size_t at = INDEX_END, i;

    if (student->named)
        return true;
    while ((i = index_next(&planner->relation_by_student, student->ref, &at)) != INDEX_END) {
        if (planner->relations[i].named)
            return true;
    }
    return false;
}

static struct place place_of(const struct planner *planner, const struct student_slot *student)
{
    size_t at = INDEX_END, i;

    if (student->named)
        return student->place;
    while ((i = index_next(&planner->relation_by_student, student->ref, &at)) != INDEX_END) {
        if (planner->relations[i].named)
            return planner->relations[i].place;
    }
    return student->place;
}

static void warn_guardian(struct planner *planner, const struct student_slot *student,
                          const struct relation_slot *relation)
{
    const struct person_slot *person = &planner->persons[relation->person];
    const bool self =
        strcmp(relation->kind, "self") == 0 || (relation->guardian && strcmp(person->name, student->name) == 0);
    struct date birth;
    int age;

    if (!self || relation->ended || !student->birth || !date_parse(&birth, student->birth, NULL))
        return;
    age = date_age(birth, planner->setting->today);
    if (age < 16)
        intake_add(planner->intake, relation->named ? relation->place : student->place, true,
                   age < 8 ? "%s is %d and stands as its own guardian: under 8 a child is never left alone "
                             "(未成年人保护法 21): see to it today"
                           : "%s is %d and stands as its own guardian: under 16 a child does not live alone "
                             "(未成年人保护法 21): see to it",
                   student->name, age);
}

static void warn_child(struct planner *planner, struct student_slot student)
{
    bool reached = false;
    size_t at = INDEX_END, i;

    student.place = place_of(planner, &student);
    while ((i = index_next(&planner->relation_by_student, student.ref, &at)) != INDEX_END) {
        const struct relation_slot relation = planner->relations[i];

        reached |= reaches(planner, &student, &relation, true);
        warn_guardian(planner, &student, &relation);
    }
    if (!reached)
        intake_add(planner->intake, student.place, true, "nobody can be reached for %s (%s): enter a number",
                   student.name, student.ref);
}

void plan_warn(struct planner *planner)
{
    warn_missing(planner);
    for (size_t i = 0; i < planner->student_count; i++) {
        if (concerned(planner, &planner->students[i]) && !planner->students[i].gone)
            warn_child(planner, planner->students[i]);
    }
}
