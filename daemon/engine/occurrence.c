/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schedules and their occurrences. Each occurrence is a cause with the key schedule:ID:TIME, by the time that the rule
 * says (its origin), wherever the school's calendar moved it: none runs twice. After downtime a missed one inside its
 * grace runs once; an older one is recorded as missed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/recurrence.h"
#include "core/template.h"
#include "engine/engine_internal.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "store/schedule.h"

/* The zone, calendar and quiet hours of the school; a schedule completes them. */
static struct dates dates_of_school(const struct engine *engine)
{
    return (
        struct dates){ .zone = engine->rules.zone, .calendar = engine->rules.calendar, .quiet = engine->rules.quiet };
}

/* The schedule's first date behind a place. */
static struct date_place next_behind(const struct engine *engine, const struct schedule *s, struct date_place place)
{
    struct date_place none = { .at = TIME_NEVER, .origin = TIME_NEVER };
    struct recurrence r;
    struct dates dates;
    struct date next;

    if (!schedule_recurrence(&r, s, NULL))
        return none;
    dates = schedule_dates(s, &r, dates_of_school(engine));
    if (dates_next(&next, &dates, place))
        none = (struct date_place){ .at = next.at, .origin = next.origin };
    recurrence_free(&r);
    return none;
}

static void set_next(struct engine *engine, const struct schedule *s, struct date_place place)
{
    const struct date_place next = next_behind(engine, s, place);

    if (next.at != s->next_at || next.origin != s->next_origin)
        schedule_set_next(engine->store, s->id, next.at, next.origin);
}

static void fill_request(struct cause_request *request, const struct schedule *s)
{
    *request = (struct cause_request){ .title = s->name,
                                       .audience = s->audience,
                                       .template = s->template,
                                       .text = s->text,
                                       .ladder = s->ladder,
                                       .schedule = s->id };
    kind_parse(&request->kind, s->kind);
}

static void record_missed(struct engine *engine, const struct cause_request *request, time_ms at)
{
    const struct cause cause = { .key = (char *)(uintptr_t)request->key,
                                 .kind = request->kind,
                                 .lane = kind_row(request->kind)->lane,
                                 .title = (char *)(uintptr_t)request->title,
                                 .schedule = request->schedule,
                                 .audience = (char *)(uintptr_t)request->audience,
                                 .content = (char *)(uintptr_t) "{}",
                                 .state = (char *)(uintptr_t) "missed",
                                 .stage = (char *)(uintptr_t) "ready",
                                 .due = at,
                                 .expires = at,
                                 .by = (char *)(uintptr_t) "schedule" };

    cause_put(engine->store, &cause, engine_now(engine));
}

static void run_due(struct engine *engine, const struct schedule *s)
{
    struct cause_request request;
    struct error err;
    char key[64];

    fill_request(&request, s);
    snprintf(key, sizeof key, "schedule:%" PRId64 ":%" PRId64, s->id, s->next_origin);
    request.key = key;
    request.by = "schedule";
    if (engine_now(engine) - s->next_at > engine_due_of(engine, request.kind))
        record_missed(engine, &request, s->next_at);
    else if (!engine_open_cause(engine, &request, &err)) {
        log_warning("schedule %s: %s", s->name, err.text);
        record_missed(engine, &request, s->next_at);
    }
    set_next(engine, s, (struct date_place){ .at = s->next_at, .origin = s->next_origin });
}

bool engine_run_due_schedules(struct engine *engine)
{
    int64_t ids[32];
    const size_t count = schedule_due(engine->store, engine_now(engine), ids, COUNT(ids));

    for (size_t i = 0; i < count; i++) {
        struct schedule s = { 0 };

        if (schedule_get(&s, engine->store, ids[i]))
            run_due(engine, &s);
        schedule_free(&s);
    }
    return count > 0;
}

void engine_review_schedules(struct engine *engine)
{
    int64_t ids[32], after = 0;
    size_t count;

    while ((count = schedule_active(engine->store, after, ids, COUNT(ids))) > 0) {
        for (size_t i = 0; i < count; i++) {
            struct schedule s = { 0 };

            if (schedule_get(&s, engine->store, ids[i]) && s.next_at > engine_now(engine))
                set_next(engine, &s, dates_after(engine_now(engine)));
            schedule_free(&s);
        }
        after = ids[count - 1];
    }
}

static bool parse_rule(struct recurrence *out, struct engine *engine, const struct schedule_request *request,
                       struct error *err)
{
    const struct local_time today = zone_local(engine->rules.zone, engine_now(engine));
    time_ms at;

    if (request->every)
        return recurrence_every(out, request->every, today, err);
    if (!request->rrule || !request->start)
        return error_set(err,
                         "schedule: when: give --every \"month on the 1st Saturday at 09:00\", or --rrule and --start");
    if (!zone_parse(&at, engine->rules.zone, request->start, err))
        return false;
    return recurrence_parse(out, request->rrule, zone_local(engine->rules.zone, at), err);
}

/* Refuses what would never come: it needs terms that the calendar does not know. */
static bool check_calendar(const struct engine *engine, const struct schedule *s, const struct recurrence *r,
                           struct error *err)
{
    struct recurrence_weeks weeks;
    const bool by_term = recurrence_weeks(&weeks, r);
    int last;

    if (s->school_days && s->on_holiday == HOLIDAY_KEEP)
        return error_set(
            err, "on_holiday keep: not with school days, which are none on a holiday: leave one of the two out");
    if (by_term && !calendar_term_at(engine->rules.calendar, 0))
        return error_set(err, "weeks of a term: the calendar has no terms: enter them in a file and name it in "
                              "school.calendar (conf/calendars/school.ics is a sample)");
    if (s->next_at != TIME_NEVER || !s->school_days)
        return true;
    if (!calendar_end(&last, engine->rules.calendar))
        return error_set(err, "no date comes: look at the rule");
    return error_set(err,
                     "no date comes: the school's calendar ends on %04d-%02d-%02d: enter the next terms, or look at "
                     "the rule",
                     civil_date(last).year, civil_date(last).month, civil_date(last).day);
}

/* A new schedule and the room for its texts. */
struct fresh {
    struct schedule schedule;
    struct recurrence recurrence;
    char start[SCHEDULE_START_MAX];
};

static bool parse_times(struct fresh *fresh, struct engine *engine, const struct schedule_request *request,
                        struct error *err)
{
    struct schedule *s = &fresh->schedule;
    struct recurrence *r = &fresh->recurrence;
    struct date_place next;

    if (!parse_rule(r, engine, request, err))
        return false;
    s->school_days = request->school_days || r->school_days;
    if (s->school_days && request->every)
        recurrence_lead_in(r);
    s->on_holiday = dates_holiday_default(r, s->school_days);
    if (request->on_holiday && !holiday_rule_parse(&s->on_holiday, request->on_holiday, err))
        return false;
    if (request->in_quiet && !quiet_rule_parse(&s->in_quiet, request->in_quiet, err))
        return false;
    s->rrule = r->rrule;
    s->start = fresh->start;
    schedule_start_format(fresh->start, r->start);
    next = next_behind(engine, s, dates_after(engine_now(engine)));
    s->next_at = next.at;
    s->next_origin = next.origin;
    return check_calendar(engine, s, r, err);
}

static bool check(struct engine *engine, const struct schedule_request *request, struct error *err)
{
    struct cause_request probe = { .audience = request->audience,
                                   .template = request->template,
                                   .text = request->text };
    struct audience *audience;
    char *content;
    bool good;

    if (!request->name || !request->name[0])
        return error_set(err, "schedule: give it a --name");
    if (!kind_parse(&probe.kind, request->kind))
        return error_set(
            err, "kind \"%s\": not known: checkin, meeting, confirm_number, slot, duty, count, receipt or notice",
            request->kind ? request->kind : "");
    if (schedule_find(engine->store, request->name))
        return error_set(err, "schedule \"%s\": there is one of that name: remove it first or choose another",
                         request->name);
    audience = audience_parse(request->audience ? request->audience : "", err);
    good = audience && audience_check(engine->store, audience, err);
    audience_free(audience);
    content = good ? engine_content(engine, &probe, err) : NULL;
    good = content != NULL;
    free(content);
    return good;
}

int64_t engine_add_schedule(struct engine *engine, const struct schedule_request *request, struct error *err)
{
    struct fresh fresh = { .recurrence = { 0 } };
    struct schedule *s = &fresh.schedule;
    int64_t id = 0;

    if (!check(engine, request, err))
        return 0;
    s->name = (char *)(uintptr_t)request->name;
    s->kind = (char *)(uintptr_t)request->kind;
    s->audience = (char *)(uintptr_t)request->audience;
    s->template = (char *)(uintptr_t)request->template;
    s->text = (char *)(uintptr_t)request->text;
    s->ladder = (char *)(uintptr_t)request->ladder;
    if (parse_times(&fresh, engine, request, err))
        id = schedule_put(engine->store, s, engine_now(engine));
    recurrence_free(&fresh.recurrence);
    return id;
}

static const struct {
    const char *verb, *from, *to;
} changes[] = { { "pause", "active", "paused" },
                { "resume", "paused", "active" },
                { "remove", "active", "removed" },
                { "remove", "paused", "removed" } };

bool engine_change_schedule(struct engine *engine, int64_t id, const char *verb, struct error *err)
{
    struct schedule s = { 0 };
    bool moved = false;

    if (!schedule_get(&s, engine->store, id))
        return error_set(err, "schedule: there is none of that name: see `greenline schedule list`");
    for (size_t i = 0; i < COUNT(changes) && !moved; i++)
        moved = strcmp(changes[i].verb, verb) == 0 && schedule_move(engine->store, id, changes[i].from, changes[i].to);
    if (!moved)
        error_set(err, "schedule \"%s\": is %s: cannot %s it", s.name, s.state, verb);
    else if (strcmp(verb, "resume") == 0) /* what its pause passed over is not caught up */
        set_next(engine, &s, dates_after(engine_now(engine)));
    schedule_free(&s);
    return moved;
}

int64_t engine_run_schedule(struct engine *engine, int64_t id, const char *key, const char *by, struct error *err)
{
    struct schedule s = { 0 };
    struct cause_request request;
    int64_t cause = 0;

    if (!schedule_get(&s, engine->store, id)) {
        error_set(err, "schedule: there is none of that name: see `greenline schedule list`");
        return 0;
    }
    fill_request(&request, &s);
    request.key = key;
    request.by = by;
    cause = engine_open_cause(engine, &request, err);
    schedule_free(&s);
    return cause;
}
