/* SPDX-License-Identifier: Apache-2.0 */
/* Staff, pairings and rota: what the intake's rows change; see plan.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/plan_internal.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

/* ----------------------------------------------------------------------------------------------------------- staff */

/* A member of staff by name; somebody who will be one in this import counts. */
static size_t colleague(const struct planner *planner, const char *name)
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
    person = colleague(planner, row->name);
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

/* The first instant of a date; TIME_NEVER without one. A month alone begins (or, `end`, is over) with its first or last day. */
static time_ms instant_of(const struct planner *planner, struct date date, bool end)
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
    const size_t mentor =
        row->mentor_ref ? index_find(&planner->person_by_ref, row->mentor_ref) : colleague(planner, row->mentor);
    const time_ms since = instant_of(planner, row->since, false), until = instant_of(planner, row->until, true);
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

/* ------------------------------------------------------------------------------------------------------------ rota */

/* "7:00-次日7:00", "7:30-17:00": minutes from and to; the whole day when it says nothing. */
static void read_shift(const char *shift, int *from, int *to)
{
    int hours[2] = { 0, 24 }, minutes[2] = { 0, 0 };
    const bool next_day = shift && strstr(shift, "次日");
    size_t found = 0;

    for (const char *at = shift; at && *at && found < 2; at++) {
        int hour, minute, used = 0;

        if ((at == shift || !strchr("0123456789", at[-1])) && sscanf(at, "%2d:%2d%n", &hour, &minute, &used) == 2 &&
            used > 0) {
            hours[found] = hour;
            minutes[found++] = minute;
            at += used - 1;
        }
    }
    *from = found == 2 ? hours[0] * 60 + minutes[0] : 0;
    *to = found == 2 ? hours[1] * 60 + minutes[1] : 24 * 60;
    if (*from >= 24 * 60 || *to > 24 * 60) {
        *from = 0;
        *to = 24 * 60;
    }
    if (next_day || *to <= *from)
        *to += 24 * 60;
}

static bool has_duty(const struct roster *roster, const char *person, const char *post, time_ms since, time_ms until)
{
    for (size_t i = 0; i < roster->duty_count; i++) {
        const struct register_duty *duty = &roster->duties[i];

        if (duty->since == since && duty->until == until && strcmp(duty->person, person) == 0 &&
            strcmp(duty->post, post) == 0)
            return true;
    }
    return false;
}

static void add_duty(struct planner *planner, size_t person, const struct intake_rota *row, time_ms day)
{
    const char *ref = planner->persons[person].ref, *post = row->post ? row->post : "duty";
    time_ms since, until;
    json_t *step;
    int from, to;

    read_shift(row->shift, &from, &to);
    since = day + from * MINUTE_MS;
    until = day + to * MINUTE_MS;
    if (until <= planner->setting->now) /* over */
        return;
    if (has_duty(planner->roster, ref, post, since, until)) {
        planner->plan->rota.same++;
        return;
    }
    planner->plan->rota.added++;
    step = json_object();
    json_put_text(step, "do", "rota");
    json_put_text(step, "person", ref);
    json_put_text(step, "post", post);
    json_put_int(step, "since", since);
    json_put_int(step, "until", until);
    json_array_append_new(planner->rota_steps, step);
}

/* Days of a range, or of the coming weeks for a weekday. */
static void take_rota(struct planner *planner, const struct intake_rota *row)
{
    const struct zone zone = planner->setting->zone;
    const size_t person = colleague(planner, row->person);
    time_ms day =
        row->from.year ? instant_of(planner, row->from, false) : zone_day_start(zone, planner->setting->now, 0);
    const time_ms last =
        row->from.year ? instant_of(planner, row->to, true) : zone_day_start(zone, day, 7 * ROTA_WEEKS);

    if (person == INDEX_END)
        return;
    if (!row->from.year && !row->weekday) {
        intake_add(planner->intake, row->place, true,
                   "%s: weeks of a term need the school calendar: give dates or a weekday",
                   row->week ? row->week : "no date");
        return;
    }
    for (int bound = 0; day < last && bound < 400; bound++) {
        if (!row->weekday || zone_local(zone, day).weekday == row->weekday)
            add_duty(planner, person, row, day);
        day = zone_day_start(zone, day, 1);
    }
}

void plan_rota(struct planner *planner)
{
    const struct intake *intake = planner->intake;

    for (size_t i = 0; i < intake->rota_count; i++) {
        if (!intake->rota[i].faulty && intake->rota[i].person)
            take_rota(planner, &intake->rota[i]);
    }
}
