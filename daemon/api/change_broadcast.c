/* SPDX-License-Identifier: Apache-2.0 */
/* Handlers that open, pause and end causes: broadcasts, schedules, alerts. The engine does the work. */
#include <stdlib.h>
#include <string.h>

#include "api/api_internal.h"
#include "core/kind.h"
#include "engine/engine.h"
#include "import/headers.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/cause.h"
#include "store/find.h"

enum { TITLE_MAX = 24 }; /* code points of a text that make a title */

/* What a body asks for, with the texts it had to make. */
struct opening {
    struct cause_request request;
    char *key, *audience, *title;
};

static void opening_free(struct opening *opening)
{
    free(opening->key);
    free(opening->audience);
    free(opening->title);
}

/* The first characters of a text, as a title. The caller frees. */
static char *title_of(const char *text)
{
    const char *end = text;

    for (int i = 0; i < TITLE_MAX && *end && *end != '\n'; i++)
        utf8_next(&end);
    return mem_dup_n(text, (size_t)(end - text));
}

/* `key`: "broadcast", and so on, before the request's own. */
static void name_it(struct opening *opening, struct api_call *call, const char *key)
{
    struct cause_request *request = &opening->request;
    const char *title = json_text(call->body, "title", NULL);

    opening->key = mem_format("%s:%s", key, call->key ? call->key : "preview");
    opening->title = title           ? mem_dup(title)
                     : request->text ? title_of(request->text)
                                     : mem_dup(request->template ? request->template : key);
    request->key = opening->key;
    request->title = opening->title;
    request->by = call->actor;
    request->ladder = json_text(call->body, "ladder", NULL);
    request->drill = json_flag(call->body, "drill", false);
}

static bool read_at(struct opening *opening, struct api_call *call)
{
    const char *at = json_text(call->body, "at", NULL);

    if (!at || zone_parse(&opening->request.at, call->setting->zone, at, &call->err))
        return true;
    api_refuse_err(call, 400);
    return false;
}

static bool read_kind(struct opening *opening, struct api_call *call)
{
    const char *kind = json_text(call->body, "kind", "notice");

    if (kind_parse(&opening->request.kind, kind))
        return true;
    api_refuse(call, 400, "kind \"%.40s\": no such kind: notice, checkin, meeting, receipt and others are there", kind);
    return false;
}

static bool read_broadcast_body(struct opening *opening, struct api_call *call)
{
    const char *to = api_text(call, "to"), *except = json_text(call->body, "except", NULL);
    struct cause_request *request = &opening->request;

    if (!to || !read_kind(opening, call) || !read_at(opening, call))
        return false;
    request->text = json_text(call->body, "text", NULL);
    request->template = json_text(call->body, "template", NULL);
    if (!request->text == !request->template) {
        api_refuse(call, 400, "give either text or template");
        return false;
    }
    opening->audience = except && *except ? mem_format("(%s) except (%s)", to, except) : mem_dup(to);
    request->audience = opening->audience;
    name_it(opening, call, "broadcast");
    return true;
}

json_t *broadcast_preview(struct api_call *call)
{
    struct opening opening = { 0 };
    json_t *preview = NULL;

    if (!api_engine(call))
        return NULL;
    if (read_broadcast_body(&opening, call)) {
        preview = engine_preview(call->parts->engine, &opening.request, &call->err);
        if (!preview)
            api_refuse_err(call, 400);
    }
    opening_free(&opening);
    return preview;
}

/* What it would do is weighed aside and joins the answer. */
json_t *broadcast_send(struct api_call *call)
{
    struct opening opening = { 0 };
    json_t *answer = NULL;
    int64_t cause;

    if (!call->found)
        return broadcast_preview(call);
    if (!api_engine(call))
        return NULL;
    if (read_broadcast_body(&opening, call)) {
        cause = engine_open_cause(call->parts->engine, &opening.request, &call->err);
        answer = cause ? json_incref(call->found) : api_refuse_err(call, 400);
        if (cause)
            json_put_int(answer, "cause", cause);
    }
    opening_free(&opening);
    return answer;
}

static json_t *change_broadcast(struct api_call *call, bool (*change)(struct engine *, int64_t, struct error *))
{
    const int64_t id = api_id(call);
    json_t *row;

    if (!id || !api_engine(call))
        return NULL;
    if (!change(call->parts->engine, id, &call->err))
        return api_refuse_err(call, 409);
    row = broadcast_show(call->store, id, &call->filter);
    return row ? row : api_refuse(call, 404, "broadcast %s: there is none: see the list", call->path[1]);
}

json_t *broadcast_pause(struct api_call *call)
{
    return change_broadcast(call, engine_pause_cause);
}

json_t *broadcast_resume(struct api_call *call)
{
    return change_broadcast(call, engine_resume_cause);
}

json_t *broadcast_cancel(struct api_call *call)
{
    return change_broadcast(call, engine_cancel_cause);
}

json_t *schedule_add(struct api_call *call)
{
    const struct schedule_request request = {
        .name = api_text(call, "name"),
        .kind = json_text(call->body, "kind", NULL),
        .audience = json_text(call->body, "audience", NULL),
        .template = json_text(call->body, "template", NULL),
        .text = json_text(call->body, "text", NULL),
        .ladder = json_text(call->body, "ladder", NULL),
        .every = json_text(call->body, "every", NULL),
        .rrule = json_text(call->body, "rrule", NULL),
        .start = json_text(call->body, "start", NULL),
        .school_days = json_flag(call->body, "school_days", false),
        .on_holiday = json_text(call->body, "on_holiday", NULL),
        .in_quiet = json_text(call->body, "in_quiet", NULL),
    };
    int64_t id;

    if (!request.name || !api_text(call, "kind") || !api_text(call, "audience") || !api_engine(call))
        return NULL;
    id = engine_add_schedule(call->parts->engine, &request, &call->err);
    return id ? schedule_show(call->store, id, &call->filter) : api_refuse_err(call, 400);
}

static json_t *change_schedule(struct api_call *call, const char *verb)
{
    const int64_t id = api_schedule(call, call->path[1]);

    if (!id || !api_engine(call))
        return NULL;
    if (!engine_change_schedule(call->parts->engine, id, verb, &call->err))
        return api_refuse_err(call, 409);
    return schedule_show(call->store, id, &call->filter);
}

json_t *schedule_pause(struct api_call *call)
{
    return change_schedule(call, "pause");
}

json_t *schedule_resume(struct api_call *call)
{
    return change_schedule(call, "resume");
}

json_t *schedule_remove(struct api_call *call)
{
    return change_schedule(call, "remove");
}

json_t *schedule_run(struct api_call *call)
{
    const int64_t id = api_schedule(call, call->path[1]);
    CLEANUP(mem_clean) char *key = mem_format("run:%s", call->key);
    json_t *answer;
    int64_t cause;

    if (!id || !api_engine(call))
        return NULL;
    cause = engine_run_schedule(call->parts->engine, id, key, call->actor, &call->err);
    if (!cause)
        return api_refuse_err(call, 409);
    answer = json_object();
    json_put_int(answer, "cause", cause);
    return answer;
}
