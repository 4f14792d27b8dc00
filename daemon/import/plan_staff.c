/* SPDX-License-Identifier: Apache-2.0 */
/* Staff and pairings: what the intake's rows change; see plan.h. */
#include <string.h>

#include "import/plan_internal.h"
#include "lib/memory.h"

/* ----------------------------------------------------------------------------------------------------------- staff */

size_t planner_colleague(const struct planner *planner, const char *name)
{
    size_t at = INDEX_END, person;

    while ((person = index_next(&planner->person_by_name, name, &at)) != INDEX_END) {
        if (planner->persons[person].staff)
            return person;
    }
    return INDEX_END;
}

/* By number, by name among the staff, by name and number among all (a father who teaches); else somebody new. */
static size_t find_staff(struct planner *planner, const struct intake_staff *row)
{
    size_t person = row->no ? index_find(&planner->person_by_ref, row->no) : INDEX_END;

    if (person != INDEX_END && planner->persons[person].staff)
        return person;
    person = planner_colleague(planner, row->name);
    if (person == INDEX_END)
        person = planner_same_person(planner, row->name, row->phones, row->phone_count);
    if (person != INDEX_END)
        return person;
    return planner_add_person(planner,
                              (struct person_slot){ .ref = planner_free_ref(planner, row->no ? row->no : row->name),
                                                    .name = row->name,
                                                    .reads = true,
                                                    .sends = true,
                                                    .hears = true });
}

static bool same_class(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Only a teacher's role is bound to a class. A role without a class in the sheet leaves the store's class alone. */
static void give_role(struct planner *planner, size_t person, const char *role, const char *class)
{
    const char *bound = strcmp(role, "teacher") == 0 ? class : NULL;
    bool moved = false;

    for (size_t i = 0; i < planner->role_count; i++) {
        const struct role_slot *slot = &planner->roles[i];

        if (slot->person != person || strcmp(slot->role, role) != 0)
            continue;
        if (!bound || same_class(slot->class, bound))
            return;
        moved = moved || !slot->fresh;
    }
    planner_add_role(planner, (struct role_slot){ person, role, bound, true, moved });
    planner->persons[person].staff = true;
}

static void take_staff(struct planner *planner, const struct intake_staff *row)
{
    const size_t index = find_staff(planner, row);

    for (size_t i = 0; i < row->role_count; i++)
        give_role(planner, index, row->roles[i], row->class);
    if (!planner->persons[index].staff)
        give_role(planner, index, "staff", NULL);
    planner->persons[index].staff_named = true;
    slot_set_text(&planner->persons[index].name, row->name);
    person_take_phones(planner, index, row->phones, row->phone_count);
}

void plan_staff(struct planner *planner)
{
    const struct intake *intake = planner->intake;

    for (size_t i = 0; i < intake->staff_count; i++) {
        if (!intake->staff[i].faulty && intake->staff[i].name)
            take_staff(planner, &intake->staff[i]);
    }
}

/* -------------------------------------------------------------------------------------------------------- pairings */

time_ms planner_instant(const struct planner *planner, struct date date, bool end)
{
    struct local_time local = { .year = date.year, .month = date.month, .day = date.day };

    if (!date.year)
        return TIME_NEVER;
    if (!date.day)
        local.day = end ? date_month_days(date.year, date.month) : 1;
    if (end) /* the day itself still counts */
        return zone_day_start(planner->setting->zone, zone_instant(planner->setting->zone, local), 1);
    return zone_instant(planner->setting->zone, local);
}

static size_t pairing_of(const struct planner *planner, const char *student, size_t mentor)
{
    size_t at = INDEX_END, i;

    while ((i = index_next(&planner->pairing_by_student, student, &at)) != INDEX_END) {
        if (planner->pairings[i].mentor == mentor)
            return i;
    }
    return INDEX_END;
}

static void take_pairing(struct planner *planner, const struct intake_pairing *row)
{
    const size_t student = index_find(&planner->student_by_ref, row->student.ref);
    const size_t mentor = row->mentor_ref ? index_find(&planner->person_by_ref, row->mentor_ref)
                                          : planner_colleague(planner, row->mentor);
    const time_ms since = planner_instant(planner, row->since, false),
                  until = planner_instant(planner, row->until, true);
    struct pairing_slot *slot;
    size_t index;

    if (student == INDEX_END || mentor == INDEX_END)
        return;
    give_role(planner, mentor, "mentor", NULL);
    index = pairing_of(planner, row->student.ref, mentor);
    if (index == INDEX_END) {
        index = planner_add_pairing(
            planner,
            (struct pairing_slot){
                .mentor = mentor,
                .student = student,
                .since = since != TIME_NEVER ? since : zone_day_start(planner->setting->zone, planner->setting->now, 0),
                .until = until });
    }
    slot = &planner->pairings[index];
    slot->named = true;
    slot->since = since != TIME_NEVER ? since : slot->since;
    slot->until = until != TIME_NEVER ? until : slot->until;
}

/* A child whose mentors the files name has those: another one's time is over. */
static void end_pairings(struct planner *planner)
{
    for (size_t i = 0; i < planner->pairing_count; i++) {
        struct pairing_slot *slot = &planner->pairings[i];
        const char *student = planner->students[slot->student].ref;
        size_t at = INDEX_END, other;

        while (!slot->named && !slot->ended &&
               (other = index_next(&planner->pairing_by_student, student, &at)) != INDEX_END)
            slot->ended = planner->pairings[other].named;
    }
}

void plan_pairings(struct planner *planner)
{
    const struct intake *intake = planner->intake;

    for (size_t i = 0; i < intake->pairing_count; i++) {
        const struct intake_pairing *row = &intake->pairings[i];

        if (!row->faulty && row->mentor && row->student.ref)
            take_pairing(planner, row);
    }
    end_pairings(planner);
}
