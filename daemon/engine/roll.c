/* SPDX-License-Identifier: Apache-2.0 */
/* The day's roll: when it opens, whom it asks, what a report does; see roll.h. */
#include "engine/roll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "engine/engine_internal.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"

/* After a longer gap the day's roll is no longer asked for. */
#define TOO_LATE_MS HOUR_MS
enum { DAYS_AHEAD = 30 }; /* how far the next school day is looked for; in longer holidays it is looked for again */

void engine_day(char out[static DAY_TEXT], const struct engine *engine, time_ms at)
{
    const struct local_time t = zone_local(engine->rules.zone, at);

    snprintf(out, DAY_TEXT, "%04d-%02d-%02d", t.year % 10000, t.month % 100, t.day % 100);
}

/* --- when ----------------------------------------------------------------------------------------------------- */

static bool school_day(const struct engine *engine, struct local_time day)
{
    return calendar_day(engine->rules.calendar, civil_day_of(day)).school;
}

static time_ms due_on(const struct engine *engine, struct local_time day)
{
    day.hour = engine->rules.roll.by_min / 60;
    day.minute = engine->rules.roll.by_min % 60;
    day.second = 0;
    return zone_instant(engine->rules.zone, day);
}

static time_ms find_next(struct engine *engine, time_ms now)
{
    const struct roll_rules *rules = &engine->rules.roll;

    for (int i = 0; i < DAYS_AHEAD; i++) {
        const time_ms start = zone_day_start(engine->rules.zone, now, i);
        const struct local_time day = zone_local(engine->rules.zone, start);
        const time_ms due = due_on(engine, day);
        char text[DAY_TEXT];

        engine_day(text, engine, start);
        if (!school_day(engine, day) || due + TOO_LATE_MS <= now || strcmp(text, engine->roll.opened) == 0 ||
            roll_opened(engine->store, text))
            continue;
        return due - rules->before;
    }
    return zone_day_start(engine->rules.zone, now, DAYS_AHEAD);
}

time_ms engine_roll_next(struct engine *engine)
{
    const time_ms now = engine_now(engine);

    if (!engine->rules.roll.on)
        return TIME_NEVER;
    if (!engine->roll.known || now < engine->roll.looked || now >= engine->roll.next) {
        engine->roll.next = find_next(engine, now);
        engine->roll.looked = now;
        engine->roll.known = true;
    }
    return engine->roll.next;
}

/* --- opening -------------------------------------------------------------------------------------------------- */

/* The classes that report, each once; the caller frees each. */
static size_t classes_of(struct engine *engine, char **names)
{
    const char *const *wanted = engine->rules.roll.classes;
    size_t count = 0;

    if (!wanted || !*wanted)
        return class_list(engine->store, names, ROLL_CLASSES_MAX);
    for (; *wanted && count < ROLL_CLASSES_MAX; wanted++) {
        char *name = class_find(engine->store, *wanted);

        if (name)
            names[count++] = name;
        else
            log_warning("roll.classes: \"%s\": there is no such class, or several", *wanted);
    }
    return count;
}

/* No keys are offered in a call: a report is written, or said to somebody who writes it. */
static char *content_of(struct engine *engine)
{
    static const char *const languages[] = { "zh", "en", "voice.zh", "voice.en" };
    json_t *content = json_object();
    char *text;

    for (size_t i = 0; i < COUNT(languages); i++) {
        const char *wording = engine_wording(engine, "roll", languages[i]);

        if (wording[0])
            json_put_text(content, languages[i], wording);
    }
    text = json_write(content);
    json_decref(content);
    return text;
}

/* The configured ladder, else the kind's; the caller frees. */
static char *ladder_of(struct engine *engine)
{
    const struct engine_rules *rules = &engine->rules;
    char *ladder = rules->ladder ? rules->ladder(rules->ladder_arg, KIND_ROLL, rules->roll.ladder) : NULL;

    return ladder || !rules->ladder ? ladder : rules->ladder(rules->ladder_arg, KIND_ROLL, NULL);
}

static int64_t open_cause(struct engine *engine, const char *day, time_ms due)
{
    const time_ms now = engine_now(engine);
    CLEANUP(mem_clean) char *content = content_of(engine);
    CLEANUP(mem_clean) char *ladder = ladder_of(engine);
    CLEANUP(mem_clean) char *key = mem_format("roll:%s", day);
    const struct cause cause = { .key = key,
                                 .kind = KIND_ROLL,
                                 .lane = kind_row(KIND_ROLL)->lane,
                                 .title = (char *)(uintptr_t)kind_row(KIND_ROLL)->chinese,
                                 .audience = (char *)(uintptr_t) "",
                                 .content = content,
                                 .ladder = ladder,
                                 .stage = (char *)(uintptr_t) "ready",
                                 .due = now,
                                 .expires = due + engine_grace_of(engine, KIND_ROLL),
                                 .by = (char *)(uintptr_t) "greenlined" };
    const int64_t there = cause_find(engine->store, key);

    return there ? there : cause_put(engine->store, &cause, now);
}

static void open_class(struct engine *engine, int64_t id, const char *day, const char *class, time_ms due)
{
    const time_ms now = engine_now(engine);
    struct ask ask = { .cause = id,
                       .person = class_reporter(engine->store, class, now),
                       .subject = (char *)(uintptr_t) class,
                       .due = due,
                       .grace = due + engine_grace_of(engine, KIND_ROLL) };
    const int64_t there = roll_find(engine->store, day, class);
    struct roll roll = { .reported = TIME_NEVER };
    struct cause cause = { 0 };

    if (there && roll_get(&roll, engine->store, there) && roll.reported != TIME_NEVER) {
        roll_free(&roll); /* it has reported before it was asked */
        return;
    }
    roll_free(&roll);
    if (cause_get(&cause, engine->store, id))
        roll_put(engine->store, day, class, engine_open_ask(engine, &cause, &ask), due);
    cause_free(&cause);
}

bool engine_roll_work(struct engine *engine)
{
    const time_ms now = engine_now(engine);
    char *classes[ROLL_CLASSES_MAX];
    char day[DAY_TEXT];
    size_t count;
    int64_t cause;
    time_ms due;

    if (!engine->rules.roll.on || engine_roll_next(engine) > now)
        return false;
    engine->roll.known = false;
    engine_day(day, engine, now);
    due = due_on(engine, zone_local(engine->rules.zone, now));
    cause = open_cause(engine, day, due);
    count = classes_of(engine, classes);
    for (size_t i = 0; i < count; i++) {
        if (cause)
            open_class(engine, cause, day, classes[i], due);
        free(classes[i]);
    }
    snprintf(engine->roll.opened, sizeof engine->roll.opened, "%s", day);
    return true;
}

/* --- a report ------------------------------------------------------------------------------------------------- */

struct reporting {
    struct engine *engine;
    const struct roll_report *report;
    struct roll roll;
    int away; /* named now, and not as being here */
};

static bool contradiction(const struct roll_report *report, const struct reporting *r, struct error *err)
{
    const int room = r->roll.expected - r->roll.present;

    if (r->roll.present > r->roll.expected)
        return error_set(err, "%s: %d are there of %d who should be: check the numbers", report->class, r->roll.present,
                         r->roll.expected);
    if (r->away > room)
        return error_set(err, "%s: %d of %d are there, but %d are named as away: check the numbers", report->class,
                         r->roll.present, r->roll.expected, r->away);
    return true;
}

/* What was not said follows: from the register, from the numbers, from the names. */
static bool work_out(struct reporting *r, struct error *err)
{
    const struct roll_report *report = r->report;
    struct roll *roll = &r->roll;
    const bool again = roll->reported != TIME_NEVER;

    for (size_t i = 0; i < report->count; i++)
        r->away += report->words[i] != ORDER_HERE;
    if (report->expected >= 0)
        roll->expected = report->expected;
    else if (roll->expected < 0)
        roll->expected = (int)class_size(r->engine->store, report->class);
    if (report->present >= 0)
        roll->present = report->present;
    else if (report->all)
        roll->present = roll->expected;
    else if (report->missing >= 0)
        roll->present = roll->expected - report->missing;
    else if (!again || roll->expected - roll->present < r->away)
        roll->present = roll->expected - r->away;
    return contradiction(report, r, err);
}

bool engine_note_away(struct engine *engine, const struct away_note *note, struct roll_result *out, struct error *err)
{
    const time_ms now = engine_now(engine);
    struct student student = { 0 };
    char day[DAY_TEXT];
    int64_t cause = 0;
    bool joined = false;

    engine_day(day, engine, now);
    if (note->word == ORDER_HERE) {
        roll_set_back(engine->store, day, note->student, now);
        out->back += engine_account_for(engine, note->student, "at school", note->by) > 0;
        return true;
    }
    if (note->word == ORDER_ABSENT) {
        cause = engine_open_absence(engine, &(struct absence_request){ .student = note->student, .by = note->by },
                                    &joined, err);
        if (!cause)
            return false;
        out->joined += joined;
        out->opened += !joined;
    }
    if (student_get(&student, engine->store, note->student) && student.class && student.class[0])
        roll_put_absent(engine->store, roll_put(engine->store, day, student.class, 0, now), note->student, note->word,
                        cause);
    student_free(&student);
    return true;
}

static void settle(struct reporting *r)
{
    const struct roll_report *report = r->report;
    const struct answer_row row = { .ask = r->roll.ask,
                                    .line = report->line,
                                    .person = report->person,
                                    .reply = report->reply,
                                    .class = "number",
                                    .has_value = true,
                                    .value = r->roll.present,
                                    .via = report->by ? "staff" : "order",
                                    .by = report->by };

    if (r->roll.ask)
        engine_answer(r->engine, &row);
}

static bool store_report(struct reporting *r, struct roll_result *out, struct error *err)
{
    const struct roll_report *report = r->report;

    for (size_t i = 0; i < report->count; i++) {
        const struct away_note note = { report->students[i], report->words[i], report->by ? report->by : report->who };

        if (!engine_note_away(r->engine, &note, out, err))
            return false;
    }
    roll_report(r->engine->store, &r->roll, report->person, report->by, report->reply, engine_now(r->engine));
    settle(r);
    out->roll = r->roll.id;
    out->expected = r->roll.expected;
    out->present = r->roll.present;
    out->unnamed = r->roll.expected - r->roll.present - (int)roll_count_away(r->engine->store, r->roll.id);
    return true;
}

bool engine_report_roll(struct engine *engine, const struct roll_report *report, struct roll_result *out,
                        struct error *err)
{
    const time_ms now = engine_now(engine);
    struct reporting r = { .engine = engine, .report = report };
    const time_ms due = engine->rules.roll.on ? due_on(engine, zone_local(engine->rules.zone, now)) : now;
    char day[DAY_TEXT];
    bool good;

    *out = (struct roll_result){ 0 };
    engine_day(day, engine, now);
    if (!roll_get(&r.roll, engine->store, roll_put(engine->store, day, report->class, 0, due)))
        return error_set(err, "%s: cannot be stored now", report->class);
    good = work_out(&r, err) && store_report(&r, out, err);
    roll_free(&r.roll);
    return good;
}
