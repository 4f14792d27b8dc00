/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rows moved in the end, against what the store had: a value that one row changes and another changes back is no
 * change. Sets the marks that plan_steps() writes by, counts, and says each change in a sentence for people.
 */
#include <stdlib.h>
#include <string.h>

#include "import/plan_internal.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/text.h"

static bool differs(struct text *what, const char *name, const char *before, const char *after)
{
    if (before == after || (before && after && strcmp(before, after) == 0))
        return false;
    text_add_format(what, "%s%s %s → %s", what->length ? ", " : "", name, before ? before : "—", after ? after : "—");
    return true;
}

static bool flips(struct text *what, const char *name, bool before, bool after)
{
    if (before == after)
        return false;
    text_add_format(what, "%s%s → %s", what->length ? ", " : "", name, after ? "yes" : "no");
    return true;
}

static void compare_student(struct planner *planner, struct student_slot *slot)
{
    const struct register_student *from = slot->from;
    struct text what = { 0 };

    if (!from) {
        planner_say(planner, "student %s %s: new, %s", slot->ref, slot->name, slot->class ? slot->class : "no class");
        return;
    }
    slot->changed |= differs(&what, "name", from->name, slot->name);
    slot->changed |= differs(&what, "former name", from->former_name, slot->former_name);
    slot->changed |= differs(&what, "sex", from->sex, slot->sex);
    slot->changed |= differs(&what, "birth", from->birth, slot->birth);
    slot->changed |= differs(&what, "class", from->class, slot->class);
    slot->changed |= differs(&what, "grade", from->grade, slot->grade);
    slot->changed |= differs(&what, "village", from->village, slot->village);
    slot->changed |= differs(&what, "village group", from->village_group, slot->village_group);
    slot->changed |= differs(&what, "language", from->language, slot->language);
    slot->changed |= differs(&what, "remark", from->remark, slot->remark);
    slot->changed |= flips(&what, "left-behind", from->left_behind, slot->left_behind);
    slot->changed |= flips(&what, "boarding", from->boarding, slot->boarding);
    if (from->gone && !slot->gone) {
        text_add_format(&what, "%sis back at school", what.length ? ", " : "");
        slot->changed = true;
    }
    if (slot->changed)
        planner_say(planner, "student %s %s: %s", slot->ref, slot->name, what.data);
    text_free(&what);
}

static void compare_students(struct planner *planner)
{
    struct plan_count *count = &planner->plan->students;

    for (size_t i = 0; i < planner->student_count; i++) {
        struct student_slot *slot = &planner->students[i];

        if (!slot->named)
            continue;
        compare_student(planner, slot);
        count->added += !slot->from;
        count->changed += slot->from && slot->changed;
        count->same += slot->from && !slot->changed;
    }
}

static void compare_lines(struct planner *planner, struct person_slot *slot)
{
    for (size_t i = 0; i < slot->line_count; i++) {
        const struct line_slot *line = &slot->lines[i];
        char masked[MASKED_MAX];

        mask_number(masked, line->e164);
        slot->lines_changed |= line->fresh || line->dropped || line->marked;
        if (slot->from && (line->fresh || line->dropped))
            planner_say(planner, "%s %s: %s number %s", slot->staff ? "staff" : "contact", slot->name,
                        line->fresh ? "new" : "no longer", masked);
        else if (slot->from && line->marked)
            planner_say(planner, "%s %s: number %s %s", slot->staff ? "staff" : "contact", slot->name, masked,
                        line->opted_out ? "opted out" : "is suspect");
    }
}

static void compare_person(struct planner *planner, struct person_slot *slot)
{
    const struct register_person *from = slot->from;
    struct text what = { 0 };

    compare_lines(planner, slot);
    if (!from)
        return;
    slot->changed |= differs(&what, "name", from->name, slot->name);
    slot->changed |= differs(&what, "dialect", from->dialect, slot->dialect);
    slot->changed |= differs(&what, "quiet hours", from->quiet, slot->quiet);
    slot->changed |= differs(&what, "work place", from->work_place, slot->work_place);
    slot->changed |= differs(&what, "remark", from->remark, slot->remark);
    slot->changed |= flips(&what, "reads", from->reads, slot->reads);
    slot->changed |= flips(&what, "sends", from->sends, slot->sends);
    slot->changed |= flips(&what, "hears", from->hears, slot->hears);
    slot->changed |= flips(&what, "has died", from->deceased, slot->deceased);
    if (slot->changed)
        planner_say(planner, "%s %s: %s", slot->staff ? "staff" : "contact", slot->name, what.data);
    text_free(&what);
}

static void compare_relation(struct planner *planner, struct relation_slot *slot)
{
    const struct register_relation *from = slot->from;
    const char *student = planner->students[slot->student].name, *person = planner->persons[slot->person].name;
    struct text what = { 0 };

    if (!from) {
        planner_say(planner, "contact of %s: new, %s (%s)%s", student, person, slot->word ? slot->word : slot->kind,
                    slot->restricted ? ", never to be told anything" : "");
        return;
    }
    slot->changed |= differs(&what, "relation", from->kind, slot->kind);
    slot->changed |= differs(&what, "called", from->word, slot->word);
    slot->changed |= flips(&what, "guardian", from->guardian, slot->guardian);
    slot->changed |= flips(&what, "restricted", from->restricted, slot->restricted);
    if (from->rank != slot->rank) {
        text_add_format(&what, "%sorder %d → %d", what.length ? ", " : "", (int)from->rank, (int)slot->rank);
        slot->changed = true;
    }
    if (slot->ended) {
        text_add_format(&what, "%sis no longer the %s", what.length ? ", " : "", slot->kind);
        slot->changed = true;
    }
    if (slot->changed)
        planner_say(planner, "contact of %s: %s: %s", student, person, what.data);
    text_free(&what);
}

static void compare_relations(struct planner *planner)
{
    struct plan_count *count = &planner->plan->contacts;

    for (size_t i = 0; i < planner->relation_count; i++) {
        struct relation_slot *slot = &planner->relations[i];
        const struct person_slot *person = &planner->persons[slot->person];
        bool changed;

        if (!slot->named && !slot->ended)
            continue;
        compare_relation(planner, slot);
        changed = slot->changed || person->changed || person->lines_changed;
        count->added += slot->named && !slot->from;
        count->changed += slot->from && changed;
        count->same += slot->from && !changed;
    }
}

/* Staff of the rows: new to the staff, or with another name, number or role. */
static void compare_staff(struct planner *planner)
{
    struct plan_count *count = &planner->plan->staff;

    for (size_t i = 0; i < planner->role_count; i++) {
        const struct role_slot *role = &planner->roles[i];
        struct person_slot *person = &planner->persons[role->person];

        if (!role->fresh)
            continue;
        person->roles_changed = true;
        if (person->was_staff)
            planner_say(planner, "staff %s: role %s%s%s", person->name, role->role, role->class ? " of " : "",
                        role->class ? role->class : "");
    }
    for (size_t i = 0; i < planner->person_count; i++) {
        const struct person_slot *person = &planner->persons[i];
        const bool changed = person->changed || person->lines_changed || person->roles_changed;

        if (!person->staff_named)
            continue;
        if (!person->was_staff)
            planner_say(planner, "staff %s: new", person->name);
        count->added += !person->was_staff;
        count->changed += person->was_staff && changed;
        count->same += person->was_staff && !changed;
    }
}

static void compare_pairings(struct planner *planner)
{
    struct plan_count *count = &planner->plan->pairings;

    for (size_t i = 0; i < planner->pairing_count; i++) {
        struct pairing_slot *slot = &planner->pairings[i];
        const char *mentor = planner->persons[slot->mentor].name, *student = planner->students[slot->student].name;

        if (!slot->named && !slot->ended)
            continue;
        slot->changed =
            slot->ended || (slot->from && (slot->from->since != slot->since || slot->from->until != slot->until));
        if (!slot->from || slot->changed)
            planner_say(planner, "pairing: %s for %s%s", mentor, student,
                        !slot->from   ? ", new"
                        : slot->ended ? " ends"
                                      : ", other dates");
        count->added += !slot->from;
        count->changed += slot->from && slot->changed;
        count->same += slot->from && !slot->changed;
    }
}

/* Counted with the pairings. */
static void compare_peers(struct planner *planner)
{
    struct plan_count *count = &planner->plan->pairings;

    for (size_t i = 0; i < planner->peer_count; i++) {
        struct peer_slot *slot = &planner->peers[i];

        if (!slot->named && !slot->ended)
            continue;
        slot->changed =
            slot->ended || (slot->from && (slot->from->since != slot->since || slot->from->until != slot->until));
        if (!slot->from || slot->changed)
            planner_say(planner, "peers: %s and %s%s", planner->students[slot->student].name,
                        planner->students[slot->peer].name,
                        !slot->from   ? ", new"
                        : slot->ended ? ": ends"
                                      : ", other dates");
        count->added += !slot->from;
        count->changed += slot->from && slot->changed;
        count->same += slot->from && !slot->changed;
    }
}

void plan_compare(struct planner *planner)
{
    compare_students(planner);
    for (size_t i = 0; i < planner->person_count; i++)
        compare_person(planner, &planner->persons[i]);
    compare_relations(planner);
    compare_staff(planner);
    compare_pairings(planner);
    compare_peers(planner);
}
