/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rota: what the intake's rows add. A row by day of the week is laid out for a term. Who has the same post at the same
 * time already stays there and is said: another sheet may have put them there. What is over is not stored.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/plan_internal.h"
#include "lib/json.h"
#include "lib/memory.h"

enum { SPAN_DAYS_BOUND = 450 };

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

/* One row on its way: a post at times of the day, and what became of its days. */
struct laying {
    struct planner *planner;
    struct index *duties; /* of the store and of this intake, by post and time; rows of the store's come first */
    const struct intake_rota *row;
    const char *person, *post; /* ref */
    int from, to;              /* minutes of the day */
    size_t added, over;
    time_ms first, last;
    bool told; /* that somebody else is there too */
};

static char *duty_key(const char *post, time_ms since, time_ms until)
{
    return mem_format("%s\n%" PRId64 "\n%" PRId64, post, since, until);
}

static void open_duties(struct planner *planner, struct index *duties)
{
    const struct roster *roster = planner->roster;

    for (size_t i = 0; i < roster->duty_count; i++) {
        const struct register_duty *duty = &roster->duties[i];
        CLEANUP(mem_clean) char *key = duty_key(duty->post, duty->since, duty->until);

        index_add(duties, intake_keep(planner->intake, key), i);
    }
}

/* Whether the person has it already, in the store or by an earlier row; else says who else has. */
static bool has_duty(struct laying *laying, const char *key)
{
    struct planner *planner = laying->planner;
    const struct roster *roster = planner->roster;
    const struct register_duty *other = NULL;
    size_t at = INDEX_END, i;

    while ((i = index_next(laying->duties, key, &at)) != INDEX_END) {
        const char *person = i < roster->duty_count
                                 ? roster->duties[i].person
                                 : json_text(json_array_get(planner->rota_steps, i - roster->duty_count), "person", "");

        if (strcmp(person, laying->person) == 0)
            return true;
        other = i < roster->duty_count ? &roster->duties[i] : other;
    }
    if (other && !laying->told) {
        const size_t slot = index_find(&planner->person_by_ref, other->person);

        laying->told = true;
        intake_add(planner->intake, laying->row->place, true,
                   "%s has this duty in the store: both are kept; if it is %s's alone: greenline rota end %" PRId64,
                   slot == INDEX_END ? other->person : planner->persons[slot].name, laying->row->person, other->id);
    }
    return false;
}

static void lay_day(struct laying *laying, time_ms day)
{
    struct planner *planner = laying->planner;
    const time_ms since = day + laying->from * MINUTE_MS, until = day + laying->to * MINUTE_MS;
    CLEANUP(mem_clean) char *key = duty_key(laying->post, since, until);
    json_t *step;

    if (until <= planner->setting->now) {
        laying->over++;
        return;
    }
    if (has_duty(laying, key)) {
        planner->plan->rota.same++;
        return;
    }
    index_add(laying->duties, intake_keep(planner->intake, key),
              planner->roster->duty_count + json_array_size(planner->rota_steps));
    planner->plan->rota.added++;
    laying->first = laying->added ? laying->first : day;
    laying->last = day;
    laying->added++;
    step = json_object();
    json_put_text(step, "do", "rota");
    json_put_text(step, "person", laying->person);
    json_put_text(step, "post", laying->post);
    json_put_int(step, "since", since);
    json_put_int(step, "until", until);
    json_array_append_new(planner->rota_steps, step);
}

static void say(const struct laying *laying)
{
    const struct zone zone = laying->planner->setting->zone;
    const struct local_time first = zone_local(zone, laying->first), last = zone_local(zone, laying->last);

    if (laying->added == 1)
        planner_say(laying->planner, "duty: %s, %s, %04d-%02d-%02d", laying->row->person, laying->post, first.year,
                    first.month, first.day);
    else if (laying->added > 1)
        planner_say(laying->planner, "duty: %s, %s, %zu days from %04d-%02d-%02d to %04d-%02d-%02d",
                    laying->row->person, laying->post, laying->added, first.year, first.month, first.day, last.year,
                    last.month, last.day);
}

/* Days of a range, or of the coming weeks for a day of the week. Tells whether all of it is over. */
static bool take_rota(struct planner *planner, struct index *duties, const struct intake_rota *row)
{
    const struct zone zone = planner->setting->zone;
    const struct span *span = &row->span;
    const size_t person = planner_colleague(planner, row->person);
    const time_ms today = zone_day_start(zone, planner->setting->now, 0);
    time_ms day = span->from.year ? planner_instant(planner, span->from, false) : today;
    const time_ms last =
        span->from.year ? planner_instant(planner, span->to, true) : zone_day_start(zone, day, 7 * ROTA_WEEKS);
    struct laying laying = { .planner = planner, .duties = duties, .row = row, .post = row->post ? row->post : "duty" };

    if (person == INDEX_END)
        return false;
    laying.person = planner->persons[person].ref;
    read_shift(row->shift, &laying.from, &laying.to);
    for (int bound = 0; day < last && bound < SPAN_DAYS_BOUND; bound++) {
        if (!span->weekdays || (span->weekdays & (1u << (zone_local(zone, day).weekday - 1))))
            lay_day(&laying, day);
        day = zone_day_start(zone, day, 1);
    }
    say(&laying);
    return span->from.year && laying.over > 0 && planner_instant(planner, span->to, true) <= today;
}

void plan_rota(struct planner *planner)
{
    struct intake *intake = planner->intake;
    size_t *over = mem_new(intake->sheet_count + 1, sizeof *over);
    struct index duties = { 0 };

    open_duties(planner, &duties);
    for (size_t i = 0; i < intake->rota_count; i++) {
        if (!intake->rota[i].faulty && intake->rota[i].person)
            over[intake->rota[i].place.file] += take_rota(planner, &duties, &intake->rota[i]);
    }
    for (size_t i = 0; i < intake->sheet_count; i++) {
        if (over[i] > 0)
            intake_add(intake, (struct place){ i, 0, -1 }, true, "%zu duties lie in the past: not stored", over[i]);
    }
    index_free(&duties);
    free(over);
}
