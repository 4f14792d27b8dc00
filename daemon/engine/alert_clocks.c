/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clocks of alerts: kept by answers and by staff, missed by time, and the reminders of reports that are not made.
 * What becomes of a clock is stored when its time passes, so that a report of the term need not guess.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/alerting_internal.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { CLOCKS_A_SLICE = 32, REMINDED_MAX = 32 };

#define BEFORE_MS DAY_MS /* how long before the alert something may be said to have been done */

/* Words by which a family is reached; the first three take it. */
static const char *const reached[] = { "ack",  "yes",    "take",     "fine", "help",    "no",
                                       "pass", "number", "question", "free", "received" };

static bool among(const char *class, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(class, reached[i]) == 0)
            return true;
    return false;
}

void engine_alert_answered(struct engine *engine, const struct ask *ask, const struct answer_row *row)
{
    const time_ms now = engine_now(engine);

    if (!ask->student || kind_row(ask->kind)->lane != LANE_EMERGENCY || (!row->person && !row->line))
        return;
    for (int i = CLOCK_GUARDIAN; i <= CLOCK_PARENTS; i++) {
        const struct alert_timer timer = { .cause = ask->cause, .clock = (enum alert_clock)i };

        if (among(row->class, i == CLOCK_GUARDIAN ? 3 : COUNT(reached)) &&
            alert_timer_counts(engine->store, timer.clock,
                               &(struct alert_person){ ask->student, row->person, row->line }, now))
            alert_timer_child(engine->store, &timer, ask->student, now);
    }
}

/* Staff who are to see to it: the head, and whoever took it. */
static size_t responsible(struct engine *engine, int64_t cause, int64_t *persons)
{
    struct contact heads[CHAIN_MAX];
    size_t count = alert_takers(engine->store, cause, persons, REMINDED_MAX / 2);
    const size_t found = person_of_role(engine->store, "head", engine_now(engine), heads, COUNT(heads));

    for (size_t i = 0; i < found && count < REMINDED_MAX; i++) {
        bool there = false;

        for (size_t k = 0; k < count; k++)
            there = there || persons[k] == heads[i].person;
        if (!there)
            persons[count++] = heads[i].person;
    }
    return count;
}

static void remind(struct engine *engine, const struct alert_timer *timer, bool drill)
{
    int64_t persons[REMINDED_MAX];
    const size_t count = responsible(engine, timer->cause, persons);

    for (size_t i = 0; i < count; i++) {
        struct person person = { 0 };
        const char *language = person_get(&person, engine->store, persons[i]) ? person.language : "zh";
        CLEANUP(mem_clean) char *text = alert_remind_words(engine, timer, language);
        CLEANUP(mem_clean) char *key =
            mem_format("remind:%s:%" PRId64 ":%" PRId64 ":%" PRId64, alert_clock_name(timer->clock), timer->cause,
                       timer->next_at, persons[i]);
        enum reason why;

        if (*text)
            engine_say(engine,
                       &(struct saying){ .key = key,
                                         .kind = timer->clock == CLOCK_RESULT ? KIND_REMARK : KIND_REMIND,
                                         .person = persons[i],
                                         .text = text,
                                         .drill = drill },
                       &why);
        person_free(&person);
    }
}

static void pass_clock(struct engine *engine, const struct alert_timer *timer)
{
    const time_ms again = alert_clock_again(timer->clock);
    struct alert alert = { 0 };

    if (alert_timer_pass(engine->store, timer, again, engine_now(engine)) && again &&
        alert_get(&alert, engine->store, timer->cause))
        remind(engine, timer, alert.drill);
    alert_free(&alert);
}

bool engine_alert_work(struct engine *engine)
{
    struct alert_timer due[CLOCKS_A_SLICE];
    const size_t count = alert_timer_due(engine->store, engine_now(engine), due, COUNT(due));
    const int64_t clearing = alert_clearing(engine->store);

    for (size_t i = 0; i < count && !store_failed(engine->store); i++)
        pass_clock(engine, &due[i]);
    if (clearing)
        alert_fill_clear(engine->store, clearing, engine_now(engine));
    return (count > 0 || clearing) && !store_failed(engine->store);
}

time_ms engine_alert_next(struct engine *engine)
{
    return alert_clearing(engine->store) ? engine_now(engine) : alert_timer_next(engine->store);
}

/* 0 is now; else not in the future and not long before the alert. */
static bool read_at(const struct engine *engine, const struct alert *alert, time_ms *at, struct error *err)
{
    const time_ms now = engine_now(engine);

    if (*at == 0)
        *at = now;
    if (*at > now)
        return error_set(err, "--at: that time is still to come: give when it was");
    return *at >= alert->created - BEFORE_MS ||
           error_set(err, "--at: that was long before the alert: give when it was");
}

static bool find(struct engine *engine, struct alert *out, int64_t id, struct error *err)
{
    return alert_get(out, engine->store, id) ||
           error_set(err, "alert %" PRId64 ": there is none with clocks: see `greenline alert list`", id);
}

bool engine_alert_mark(struct engine *engine, const struct alert_mark *mark, struct error *err)
{
    const struct alert_timer timer = { .cause = mark->alert, .clock = mark->clock };
    struct alert alert = { 0 };
    time_ms at = mark->at;
    bool good = find(engine, &alert, mark->alert, err) && read_at(engine, &alert, &at, err);

    if (good && !alert_timer_keep(engine->store, &timer, at, mark->by, mark->note))
        good = error_set(err, "alert %" PRId64 ": its clock \"%s\" does not run", mark->alert,
                         alert_clock_name(mark->clock));
    alert_free(&alert);
    return good;
}

/* The report is made: its clock is kept, and the one for the authority's word begins. */
static void reported(struct engine *engine, const struct alert *alert, const struct alert_report *report, bool none)
{
    const struct alert_timer timer = { .cause = alert->cause, .clock = CLOCK_REPORT };
    const time_ms limit = alert_limit(engine, alert->kind, CLOCK_RESULT);

    if (!alert_row(alert->kind)->clocks[CLOCK_REPORT])
        return;
    alert_timer_keep_first(engine->store, &timer, report->at, report->by);
    if (limit && !none)
        alert_timer_start(engine->store, alert->cause, CLOCK_RESULT, report->at + limit);
}

bool engine_alert_report(struct engine *engine, const struct alert_report *in, struct error *err)
{
    struct alert_report report = *in;
    struct alert alert = { 0 };
    const bool none = report.authority && strcmp(report.authority, "none") == 0;
    bool good = find(engine, &alert, report.cause, err) && read_at(engine, &alert, &report.at, err);

    if (good && none && (!report.text || !report.text[0]))
        good = error_set(err, "say why nothing had to be reported: --note TEXT");
    if (good && report.result && !alert_is_reported(engine->store, report.cause))
        good =
            error_set(err, "alert %" PRId64 ": nothing was reported yet: first `greenline alert reported %" PRId64 "`",
                      report.cause, report.cause);
    if (good) {
        alert_report_put(engine->store, &report, engine_now(engine));
        if (report.result)
            alert_timer_keep_first(engine->store, &(struct alert_timer){ .cause = alert.cause, .clock = CLOCK_RESULT },
                                   report.at, report.by);
        else
            reported(engine, &alert, &report, none);
    }
    alert_free(&alert);
    return good;
}
