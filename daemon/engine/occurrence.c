/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schedules and their occurrences. Each occurrence is a cause with the key schedule:ID:TIME, so none runs twice. After
 * downtime a missed one inside its grace runs once; an older one is recorded as missed.
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

enum { START_MAX = 80 }; /* room for any six ints */

/* DTSTART as text: YYYYMMDDTHHMMSS (RFC 5545 3.3.5, floating). */
static void start_format(char out[static START_MAX], struct local_time t)
{
    snprintf(out, START_MAX, "%04d%02d%02dT%02d%02d%02d", t.year, t.month, t.day, t.hour, t.minute, t.second);
}

static bool start_parse(struct local_time *out, const char *text)
{
    *out = (struct local_time){ 0 };
    return sscanf(text, "%4d%2d%2dT%2d%2d%2d", &out->year, &out->month, &out->day, &out->hour, &out->minute,
                  &out->second) == 6;
}

static bool recurrence_of(struct recurrence *out, const struct schedule *s)
{
    struct local_time start;

    return start_parse(&start, s->start) && recurrence_parse(out, s->rrule, start, NULL);
}

static time_ms next_after(const struct engine *engine, const struct schedule *s, time_ms after)
{
    struct recurrence r;
    time_ms next = TIME_NEVER;

    if (!recurrence_of(&r, s))
        return TIME_NEVER;
    next = recurrence_next(&r, engine->rules.zone, after);
    recurrence_free(&r);
    return next;
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
    snprintf(key, sizeof key, "schedule:%" PRId64 ":%" PRId64, s->id, s->next_at);
    request.key = key;
    request.by = "schedule";
    if (engine_now(engine) - s->next_at > engine_due_of(engine, request.kind))
        record_missed(engine, &request, s->next_at);
    else if (!engine_open_cause(engine, &request, &err)) {
        log_warning("schedule %s: %s", s->name, err.text);
        record_missed(engine, &request, s->next_at);
    }
    schedule_set_next(engine->store, s->id, next_after(engine, s, s->next_at));
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

static bool parse_times(struct recurrence *out, struct engine *engine, const struct schedule_request *request,
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
    struct recurrence r = { 0 };
    struct schedule s = { 0 };
    char start[START_MAX];
    int64_t id;

    if (!check(engine, request, err) || !parse_times(&r, engine, request, err))
        return 0;
    start_format(start, r.start);
    s.name = (char *)(uintptr_t)request->name;
    s.kind = (char *)(uintptr_t)request->kind;
    s.audience = (char *)(uintptr_t)request->audience;
    s.template = (char *)(uintptr_t)request->template;
    s.text = (char *)(uintptr_t)request->text;
    s.ladder = (char *)(uintptr_t)request->ladder;
    s.rrule = r.rrule;
    s.start = start;
    s.next_at = recurrence_next(&r, engine->rules.zone, engine_now(engine));
    id = schedule_put(engine->store, &s, engine_now(engine));
    recurrence_free(&r);
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
        schedule_set_next(engine->store, id, next_after(engine, &s, engine_now(engine)));
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
