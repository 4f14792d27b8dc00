/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers of alerts by which staff act: raise (and what that would do), take, pass on, clear, close, mark a clock, enter
 * a report and its result. How an alert is read from a body is in alert_body.c, how it is shown in read_alert.c.
 */
#include <inttypes.h>
#include <string.h>

#include "api/alert_body.h"
#include "core/kind.h"
#include "engine/alerting.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "store/ask.h"
#include "store/cause.h"

/* The alert as it is now, for the answer of a change. */
static json_t *shown(struct api_call *call, int64_t id)
{
    json_t *alert = alert_show(call->store, id, &call->filter);

    return alert ? api_alert_finish(call, alert)
                 : api_refuse(call, 404, "alert %" PRId64 ": there is none: see `greenline alert list`", id);
}

/* The id in the path when the daemon has an engine and there is such an alert; 0 after a refusal. */
static int64_t alert_meant(struct api_call *call)
{
    const int64_t id = api_id(call);

    if (!id || !api_engine(call))
        return 0;
    if (cause_is_alert(call->store, id))
        return id;
    api_refuse(call, 404, "alert %" PRId64 ": there is none: see `greenline alert list`", id);
    return 0;
}

json_t *alert_preview(struct api_call *call)
{
    struct alert_body body = { 0 };
    json_t *answer = NULL;

    if (api_engine(call) && alert_body_read(&body, call)) {
        answer = engine_preview_alert(call->parts->engine, &body.request, &call->err);
        if (answer)
            alert_body_finish(&body, answer);
        else
            api_refuse_err(call, 400);
    }
    alert_body_free(&body);
    return answer;
}

/* Kinds of the engine that climb in the emergency lane by themselves ("absent") are opened as they are. */
static int64_t raise(struct alert_body *body, struct api_call *call)
{
    struct cause_request opening = { .key = body->request.key,
                                     .kind = body->plain,
                                     .title = body->request.title,
                                     .by = call->actor,
                                     .text = body->request.text,
                                     .ladder = body->request.ladder,
                                     .drill = body->request.drill };
    CLEANUP(mem_clean) char *audience = NULL;

    if (body->plain == KIND_EMERGENCY)
        return engine_raise_alert(call->parts->engine, &body->request, &call->err);
    audience = engine_alert_audience(call->parts->engine, &body->request);
    opening.audience = audience;
    opening.template = opening.text ? NULL : kind_row(body->plain)->name;
    return engine_open_cause(call->parts->engine, &opening, &call->err);
}

json_t *alert_raise(struct api_call *call)
{
    struct alert_body body = { 0 };
    json_t *answer = NULL;

    if (api_engine(call) && alert_body_read(&body, call)) {
        const int64_t cause = raise(&body, call);

        answer = cause ? json_object() : api_refuse_err(call, 400);
        if (answer) {
            json_put_int(answer, "cause", cause);
            alert_body_finish(&body, answer);
        }
    }
    alert_body_free(&body);
    return answer;
}

/* On whose behalf, in a row of an answer by staff; false after a refusal. */
static bool read_person(struct answer_row *row, struct api_call *call)
{
    const char *person = json_text(call->body, "person", NULL);

    *row = (struct answer_row){ .class = "ack", .via = "staff", .by = call->actor };
    return !person || (row->person = api_person(call, person)) != 0;
}

json_t *alert_ack(struct api_call *call)
{
    const int64_t cause = alert_meant(call);
    struct answer_row row;

    if (!cause || !read_person(&row, call))
        return NULL;
    engine_answer_cause(call->parts->engine, cause, &row);
    return shown(call, cause);
}

json_t *alert_pass(struct api_call *call)
{
    const int64_t cause = alert_meant(call);
    struct answer_row row;

    if (!cause || !read_person(&row, call))
        return NULL;
    if (!engine_alert_pass(call->parts->engine, cause, &row, &call->err))
        return api_refuse_err(call, 409);
    return shown(call, cause);
}

json_t *alert_clear(struct api_call *call)
{
    const int64_t cause = alert_meant(call);
    CLEANUP(mem_clean) char *key = mem_format("clear:%s", call->key ? call->key : "?");
    const struct alert_clearing clearing = { cause, key, call->actor, json_text(call->body, "text", NULL) };

    if (!cause || !alert_body_text(call, "text"))
        return NULL;
    if (!engine_alert_clear(call->parts->engine, &clearing, &call->err))
        return api_refuse_err(call, 409);
    return shown(call, cause);
}

json_t *alert_close(struct api_call *call)
{
    const int64_t cause = alert_meant(call);
    const char *outcome = cause ? api_text(call, "outcome") : NULL;

    if (!outcome)
        return NULL;
    if (!engine_alert_close(call->parts->engine, cause, outcome, call->actor, &call->err))
        return api_refuse_err(call, 409);
    return shown(call, cause);
}

json_t *alert_mark(struct api_call *call)
{
    static const char *const names = "guardian, parents or authorities";
    struct alert_mark mark = { .alert = alert_meant(call),
                               .by = call->actor,
                               .note = json_text(call->body, "note", NULL) };
    const char *clock = mark.alert ? api_text(call, "clock") : NULL;

    if (!clock)
        return NULL;
    if (!alert_clock_parse(&mark.clock, clock) || mark.clock > CLOCK_AUTHORITIES)
        return api_refuse(call, 400, "clock \"%.30s\": give %s", clock, names);
    if (!alert_body_time(call, "at", &mark.at))
        return NULL;
    if (!engine_alert_mark(call->parts->engine, &mark, &call->err))
        return api_refuse_err(call, 409);
    return shown(call, mark.alert);
}

/* The authority by its name in the configuration, where it is one of those; the caller frees; NULL of NULL. */
static char *authority_of(const struct api_call *call, const char *word)
{
    static const char *const keys[] = { "name", "zh", "number" };
    json_t *numbers = api_numbers(call);
    const json_t *one;
    char *name = mem_dup(word);
    size_t i;

    json_array_foreach (numbers, i, one)
        for (size_t k = 0; word && k < COUNT(keys); k++)
            if (strcmp(json_text(one, keys[k], ""), word) == 0) {
                free(name);
                name = mem_dup(json_text(one, "name", word));
            }
    json_decref(numbers);
    return name;
}

static json_t *report(struct api_call *call, struct alert_report *report)
{
    const char *person = json_text(call->body, "person", NULL);

    if (person && !(report->person = api_person(call, person)))
        return NULL;
    if (!alert_body_time(call, "at", &report->at))
        return NULL;
    report->by = call->actor;
    if (!engine_alert_report(call->parts->engine, report, &call->err))
        return api_refuse_err(call, 409);
    return shown(call, report->cause);
}

json_t *alert_reported(struct api_call *call)
{
    struct alert_report row = { .cause = alert_meant(call) };
    CLEANUP(mem_clean) char *authority = row.cause ? authority_of(call, api_text(call, "to")) : NULL;

    if (!authority)
        return NULL;
    row.authority = authority;
    row.how = json_text(call->body, "how", "call");
    row.text = json_text(call->body, "note", NULL);
    return report(call, &row);
}

json_t *alert_result(struct api_call *call)
{
    struct alert_report row = { .cause = alert_meant(call), .result = true };
    CLEANUP(mem_clean) char *authority = authority_of(call, json_text(call->body, "from", NULL));

    if (!row.cause || !(row.text = api_text(call, "text")))
        return NULL;
    row.authority = authority;
    return report(call, &row);
}
