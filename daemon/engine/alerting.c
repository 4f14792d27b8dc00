/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts raised, passed on, cleared, closed; see alerting.h. Clocks and reminders are in alert_clocks.c. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/alerting_internal.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/find.h"

enum { TITLE_MAX = 24 /* code points */ };

/* Who is told of what must be reported, where the configuration has no ladder of that name: never the family, which may
 * be where the harm comes from. */
static const char staff_only[] =
    "{\"name\":\"mandatory_report\",\"then\":\"restart\",\"steps\":["
    "{\"after\":0,\"who\":[\"head\",\"duty\",\"counsellor\"],\"channels\":[\"voice\",\"sms\"],\"answer\":\"any\","
    "\"calls\":2},"
    "{\"after\":600000,\"who\":[\"head\",\"duty\",\"counsellor\",\"operator\"],\"channels\":[\"voice\",\"sms\"],"
    "\"answer\":\"any\",\"calls\":2}]}";

static char *ladder_named(const struct engine *engine, const char *name)
{
    return engine->rules.ladder ? engine->rules.ladder(engine->rules.ladder_arg, KIND_EMERGENCY, name) : NULL;
}

char *alert_ladder(const struct engine *engine, const struct alert_request *request, struct error *err)
{
    const struct alert_row *row = alert_row(request->kind);
    CLEANUP(mem_clean) char *exact = mem_format("%s.%s", row->name, severity_name(request->severity));
    char *ladder = NULL;

    if (request->ladder) {
        ladder = ladder_named(engine, request->ladder);
        if (!ladder)
            error_set(err, "ladder \"%.60s\": not in the configuration", request->ladder);
        return ladder;
    }
    ladder = ladder_named(engine, exact);
    if (!ladder)
        ladder = ladder_named(engine, row->name);
    if (!ladder && row->secret)
        return mem_dup(staff_only);
    if (!ladder)
        ladder = ladder_named(engine, NULL);
    return ladder ? ladder : mem_dup("{}");
}

static void add_student(struct text *out, struct engine *engine, int64_t student)
{
    CLEANUP(mem_clean) char *ref = student_ref(engine->store, student);

    text_add_format(out, "%sstudent:\"%s\"", out->length ? " or " : "", ref ? ref : "");
}

char *engine_alert_audience(struct engine *engine, const struct alert_request *request)
{
    struct text out = { 0 };

    if (request->student_count == 0)
        return mem_dup(request->audience);
    for (size_t i = 0; i < request->student_count; i++)
        add_student(&out, engine, request->students[i]);
    if (request->other)
        add_student(&out, engine, request->other);
    return text_take(&out);
}

/* Free text goes to both families, so it names neither child. */
static bool names_nobody(struct engine *engine, const char *text, const int64_t pair[2], struct error *err)
{
    for (int i = 0; text && i < 2; i++) {
        CLEANUP(mem_clean) char *name = alert_names(engine->store, text, pair[i], pair[1 - i]);

        if (name)
            return error_set(err,
                             "the text names %.60s, and both families would read it: leave the name out, each text "
                             "says by itself which child it is about",
                             name);
    }
    return true;
}

bool alert_families_apart(struct engine *engine, const struct alert_request *request, struct error *err)
{
    const int64_t pair[2] = { request->student_count ? request->students[0] : 0, request->other };

    if (!request->other)
        return true;
    if (!alert_row(request->kind)->families)
        return error_set(err, "an alert of kind %s has one family: two belong to --kind violence",
                         alert_row(request->kind)->name);
    if (request->student_count != 1 || pair[0] == pair[1])
        return error_set(err, "two families: name one child with --student and the other with --other");
    return names_nobody(engine, request->text, pair, err) && names_nobody(engine, request->measures, pair, err) &&
           names_nobody(engine, request->title, pair, err);
}

bool alert_one_child(const struct alert_request *request, struct error *err)
{
    return !alert_row(request->kind)->secret || request->student_count == 1 ||
           error_set(err, "a mandatory report is about one child: raise one for each, with --student");
}

/* The first characters of what was written; of what must stay secret the kind alone. The caller frees. */
static char *title_of(const struct alert_request *request)
{
    const struct alert_row *row = alert_row(request->kind);
    const char *text = request->title ? request->title : request->text;
    const char *end = text;

    if (!text || row->secret)
        return mem_dup(row->zh);
    for (int i = 0; i < TITLE_MAX && *end && *end != '\n'; i++)
        utf8_next(&end);
    return mem_dup_n(text, (size_t)(end - text));
}

time_ms alert_limit(const struct engine *engine, enum alert_kind kind, enum alert_clock clock)
{
    const time_ms set = engine->rules.clocks[clock];

    if (!alert_row(kind)->clocks[clock] || set < 0)
        return 0;
    return set ? set : alert_clock_default(clock);
}

static void start_clocks(struct engine *engine, const struct alert_request *request, int64_t cause)
{
    for (int i = 0; i < ALERT_CLOCKS; i++) {
        const time_ms limit = alert_limit(engine, request->kind, (enum alert_clock)i);

        if (limit && i != CLOCK_RESULT) /* which runs from the report */
            alert_timer_start(engine->store, cause, (enum alert_clock)i, engine_now(engine) + limit);
    }
}

/* What must stay secret is asked of staff about no child: none is named in their texts, and nothing of it stands in the
 * child's green channel, which its mentor reads. */
static void ask_of_nobody(struct engine *engine, const struct cause *cause)
{
    const time_ms now = engine_now(engine);
    struct ask ask = { .cause = cause->id,
                       .state = ASK_OPEN,
                       .due = now + engine_due_of(engine, cause->kind),
                       .grace = now + engine_grace_of(engine, cause->kind),
                       .next_at = now };

    cause_set_stage(engine->store, cause->id, "ready", 0);
    engine_open_ask(engine, cause, &ask);
}

static void put_alert(struct engine *engine, const struct alert_request *r, int64_t cause, const char *ladder)
{
    const struct alert alert = { .cause = cause,
                                 .kind = r->kind,
                                 .severity = r->severity,
                                 .text = (char *)(uintptr_t)r->text,
                                 .issuer = (char *)(uintptr_t)r->issuer,
                                 .issued = r->issuer ? r->issued : TIME_NEVER,
                                 .measures = (char *)(uintptr_t)r->measures,
                                 .situation = r->situation,
                                 .student = alert_row(r->kind)->secret ? r->students[0] : 0,
                                 .families = r->other ? 2 : 1 };
    struct cause opened = { 0 };

    alert_put(engine->store, &alert);
    if (cause_get(&opened, engine->store, cause)) {
        CLEANUP(mem_clean) char *content = alert_words(engine, r, cause, opened.content);

        alert_set_words(engine->store, cause, content, ladder);
    }
    cause_free(&opened);
    start_clocks(engine, r, cause);
    if (cause_get(&opened, engine->store, cause) && alert.student)
        ask_of_nobody(engine, &opened);
    cause_free(&opened);
}

int64_t engine_raise_alert(struct engine *engine, const struct alert_request *r, struct error *err)
{
    CLEANUP(mem_clean) char *ladder = alert_ladder(engine, r, err);
    CLEANUP(mem_clean) char *audience = engine_alert_audience(engine, r);
    CLEANUP(mem_clean) char *title = title_of(r);
    const char *template = alert_template(engine, r);
    const struct cause_request opening = {
        .key = r->key,
        .kind = alert_row(r->kind)->warning ? KIND_WARNING : KIND_EMERGENCY,
        .title = title,
        .by = r->by,
        .audience = audience,
        .template = template,
        .text = template                                 ? NULL
                : alert_row(r->kind)->secret || !r->text ? alert_row(r->kind)->zh
                                                         : r->text,
        .drill = r->drill,
    };
    const int64_t there = cause_find(engine->store, r->key);
    int64_t cause;

    if (there)
        return there;
    if (!ladder || !alert_families_apart(engine, r, err) || !alert_one_child(r, err))
        return 0;
    cause = engine_open_cause(engine, &opening, err);
    if (cause)
        put_alert(engine, r, cause, ladder);
    return cause;
}

static bool there_is(struct engine *engine, int64_t alert, struct error *err)
{
    return cause_is_alert(engine->store, alert) ||
           error_set(err, "alert %" PRId64 ": there is none: see `greenline alert list`", alert);
}

bool engine_alert_pass(struct engine *engine, int64_t alert, const struct answer_row *row, struct error *err)
{
    struct answer_row pass = *row;

    if (!there_is(engine, alert, err))
        return false;
    pass.class = "pass";
    return engine_answer_cause(engine, alert, &pass) > 0 ||
           error_set(err, "alert %" PRId64 ": nothing of it climbs any more", alert);
}

static int64_t put_clear(struct engine *engine, const struct alert *alert, const struct alert_clearing *clearing,
                         struct error *err)
{
    const time_ms now = engine_now(engine);
    enum kind kind;
    CLEANUP(mem_clean) char *content = alert_clear_words(engine, alert, clearing->text, &kind);
    struct cause cause = { .key = (char *)(uintptr_t)clearing->key,
                           .title = (char *)(uintptr_t) "解除",
                           .audience = (char *)(uintptr_t) "",
                           .stage = (char *)(uintptr_t) "ready", /* until its recipients are filled */
                           .content = content,
                           .drill = alert->drill,
                           .due = now,
                           .by = (char *)(uintptr_t)clearing->by };

    if (!content) {
        error_set(err, "the folder of templates has no all_clear.zh.txt and cleared.zh.txt: write them");
        return 0;
    }
    cause.kind = kind; /* without a ladder: everybody who was told, once */
    cause.lane = kind_row(kind)->lane;
    cause.expires = now + engine_due_of(engine, kind);
    return cause_put(engine->store, &cause, now);
}

int64_t engine_alert_clear(struct engine *engine, const struct alert_clearing *clearing, struct error *err)
{
    struct alert alert = { 0 };
    int64_t pair[2] = { 0 }, clear = 0;

    if (!alert_get(&alert, engine->store, clearing->alert)) {
        if (there_is(engine, clearing->alert, err))
            error_set(err, "alert %" PRId64 ": it warned nobody: close it with an outcome", clearing->alert);
        return 0;
    }
    if (alert.cleared_at != TIME_NEVER)
        error_set(err, "alert %" PRId64 ": the all-clear was given already", alert.cause);
    else if (alert.families < 2 || alert_students(engine->store, alert.cause, pair, 2) < 2 ||
             names_nobody(engine, clearing->text, pair, err))
        clear = put_clear(engine, &alert, clearing, err);
    if (clear) {
        alert_set_cleared(engine->store, alert.cause, clear, clearing->by, engine_now(engine));
        cause_begin_cancel(engine->store, alert.cause, engine_now(engine)); /* what still climbs of it stops */
    }
    alert_free(&alert);
    return clear;
}

bool engine_alert_close(struct engine *engine, int64_t id, const char *outcome, const char *by, struct error *err)
{
    struct alert alert = { 0 };
    const bool known = alert_get(&alert, engine->store, id);
    const struct alert_row *row = known ? alert_row(alert.kind) : NULL;
    bool good = true;

    if (known && alert.closed_at != TIME_NEVER)
        good = error_set(err, "alert %" PRId64 ": is closed already", id);
    else if (known && row->warning && alert.cleared_at == TIME_NEVER)
        good = error_set(err,
                         "alert %" PRId64 ": a warning ends with an all-clear to everybody who was told: first "
                         "`greenline alert clear %" PRId64 "`",
                         id, id);
    else if (known && row->secret && !alert_is_reported(engine->store, id))
        good = error_set(err,
                         "alert %" PRId64 ": nothing was reported yet: `greenline alert reported %" PRId64
                         " --to police --by PERSON`, or `--to none --note WHY`",
                         id, id);
    alert_free(&alert);
    if (!good || !engine_close_alert(engine, id, outcome, by, err))
        return false;
    if (known)
        alert_set_closed(engine->store, id, outcome, by, engine_now(engine));
    return true;
}
