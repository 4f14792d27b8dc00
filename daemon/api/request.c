/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of one request: read it and find its route; look (what goes aside runs here, on either thread); end it in the
 * turn: run the handler, and for a change: the answer under its Idempotency-Key, the audit row, and keep or undo. What
 * refuses a request leaves no row behind.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_internal.h"
#include "api/right.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/audit.h"
#include "store/find.h"
#include "store/request.h"
#include "store/schedule.h"
#include "store/token.h"

static const struct {
    int status;
    const char *title;
} titles[] = {
    { 200, "OK" },
    { 400, "Bad request" },
    { 401, "Not known" },
    { 403, "Not allowed" },
    { 404, "Not found" },
    { 405, "Method not allowed" },
    { 409, "Conflict" },
    { 413, "Too large" },
    { 414, "Path too long" },
    { 422, "Mistakes in the data" },
    { 501, "Not there" },
    { 503, "Not stored" },
};

const char *api_title(int status)
{
    for (size_t i = 0; i < COUNT(titles); i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "Error";
}

/* Compact; numbers such as 0.05 as people write them. */
static char *write_json(const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));

    if (!text)
        abort();
    return text;
}

char *api_problem(int status, const char *detail, const struct mistakes *mistakes)
{
    json_t *problem = json_object(), *lines = json_array();
    char *text;

    for (size_t i = 0; mistakes && i < mistakes->count; i++)
        json_array_append_new(lines, json_string(mistakes->lines[i]));
    json_put_text(problem, "title", api_title(status));
    json_put_int(problem, "status", status);
    list_put_text(problem, "detail", detail);
    json_put(problem, "mistakes", lines);
    text = write_json(problem);
    json_decref(problem);
    return text;
}

void *api_refuse(struct api_call *call, int status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(call->err.text, sizeof call->err.text, format, args);
    va_end(args);
    return api_refuse_err(call, status);
}

void *api_refuse_err(struct api_call *call, int status)
{
    /* a sentence that was cut inside a character would not be JSON */
    size_t length = strlen(call->err.text);

    while (length && !utf8_valid(call->err.text, length))
        call->err.text[--length] = '\0';
    call->status = status;
    return NULL;
}

void api_subject(struct api_call *call, const char *noun, const char *ref)
{
    free(call->subject);
    call->subject = mem_format("%s:%s", noun, ref ? ref : "?");
}

int64_t api_student(struct api_call *call, const char *name)
{
    const int64_t id = student_find(call->store, name, &call->mistakes, &call->err);

    if (id) {
        CLEANUP(mem_clean) char *ref = student_ref(call->store, id);

        api_subject(call, "student", ref);
        return id;
    }
    api_refuse_err(call, call->mistakes.count ? 409 : 404);
    return 0;
}

int64_t api_person(struct api_call *call, const char *name)
{
    const int64_t id = person_find(call->store, name, &call->mistakes, &call->err);

    if (id) {
        CLEANUP(mem_clean) char *ref = person_ref(call->store, id);

        api_subject(call, "person", ref);
        return id;
    }
    api_refuse_err(call, call->mistakes.count ? 409 : 404);
    return 0;
}

int64_t api_schedule(struct api_call *call, const char *name)
{
    const int64_t id = schedule_find(call->store, name);

    if (id)
        api_subject(call, "schedule", name);
    else
        api_refuse(call, 404, "schedule \"%.100s\": there is none: `greenline schedule list` shows them all", name);
    return id;
}

bool api_engine(struct api_call *call)
{
    if (!call->parts->engine || !call->parts->outbox)
        api_refuse(call, 501, "this daemon sends nothing");
    return call->parts->engine && call->parts->outbox;
}

int64_t api_id(struct api_call *call)
{
    const char *text = call->path[1];
    int64_t id = 0;

    for (int i = 0; text[i] >= '0' && text[i] <= '9' && i < 18; i++)
        id = 10 * id + (text[i] - '0');
    if (id == 0 || strspn(text, "0123456789") != strlen(text) || strlen(text) > 18) {
        api_refuse(call, 400, "\"%.40s\" is no number: give the id that the list shows", text);
        return 0;
    }
    return id;
}

const char *api_text(struct api_call *call, const char *key)
{
    const char *text = json_text(call->body, key, NULL);

    if (text && *text)
        return text;
    return api_refuse(call, 400, "%s is missing: give it as a text", key);
}

static bool read_body(struct api_call *call, const struct api_request *request, size_t most)
{
    if (request->length > most) {
        if (most < API_BODY_MAX)
            api_refuse(call, 413, "the body is over %zu KiB: send less at a time", most >> 10);
        else
            api_refuse(call, 413, "the body is over %zu MiB: send less at a time", most >> 20);
        return false;
    }
    call->body = request->length ? json_read(request->body, request->length, &call->err) : json_object();
    if (!call->body)
        api_refuse_err(call, 400);
    return call->body != NULL;
}

enum { AUDIT_TEXT_MAX = 200 };

/* What the audit log keeps of a query or body: its plain fields, long texts cut. */
static json_t *audit_detail(const json_t *from)
{
    json_t *detail = json_object(), *value;
    const char *name;

    json_object_foreach ((json_t *)from, name, value) {
        if (json_is_string(value) && json_string_length(value) > AUDIT_TEXT_MAX) {
            size_t length = AUDIT_TEXT_MAX;

            while (length && !utf8_valid(json_string_value(value), length))
                length--;
            json_put(detail, name, json_stringn(json_string_value(value), length));
        } else if (!json_is_array(value) && !json_is_object(value)) {
            json_object_set(detail, name, value);
        }
    }
    return detail;
}

static void audit(struct api_call *call, const struct api_route *route)
{
    json_t *detail;

    if (!route->action || route->way & API_QUIET)
        return;
    detail = audit_detail(route->method == API_GET ? call->query : call->body);
    audit_put(call->store, call->now, call->actor, route->action, call->subject, detail);
    json_decref(detail);
}

static char *answer_text(struct api_call *call, json_t *answer)
{
    char *text;

    if (!answer)
        return api_problem(call->status, call->err.text, &call->mistakes);
    text = json_is_string(answer) ? mem_dup(json_string_value(answer)) : write_json(answer); /* API_PLAIN */
    json_decref(answer);
    return text;
}

/* The answer as a repeated request gets it: a secret is told once. */
static void keep_answer(struct api_task *task, const json_t *answer, const char *text)
{
    struct api_call *call = &task->call;
    CLEANUP(mem_clean) char *rest = NULL;

    if (call->once) {
        json_t *copy = json_copy((json_t *)(uintptr_t)answer);

        json_object_set_new(copy, call->once, json_null());
        rest = write_json(copy);
        json_decref(copy);
    }
    request_put(call->store, task->request->key, task->digest, call->status, rest ? rest : text, call->now);
}

/* H over method, path and body: whether a repeated key means the same request. */
static void digest_of(char out[static AUDIT_HASH_MAX], const struct api_request *request)
{
    audit_hash(out,
               (const struct audit_piece[]){ { "POST", 4 },
                                             { request->target, strlen(request->target) },
                                             { request->body ? request->body : "", request->length } },
               3);
}

/* True for a printable ASCII key of 1 … REQUEST_KEY_MAX characters. */
static bool key_good(const char *key)
{
    const size_t length = key ? strlen(key) : 0;

    for (size_t i = 0; i < length; i++)
        if (key[i] < 0x21 || key[i] > 0x7e)
            return false;
    return length > 0 && length <= REQUEST_KEY_MAX;
}

/* Whether a fault of the disk holds it back. */
static bool refused_now(struct api_task *task)
{
    struct api_call *call = &task->call;
    const char *why = NULL;

    if (task->route->way & API_ROUTINE && call->parts->refuses)
        why = call->parts->refuses(call->parts->arg);
    if (why)
        api_refuse(call, 503, "%s: nothing was changed: see `greenline status`", why);
    return why != NULL;
}

static char *change(struct api_task *task)
{
    struct api_call *call = &task->call;
    json_t *answer;
    char *text;

    turn_request_begin(call->parts->turn);
    answer = refused_now(task) ? NULL : task->route->handle(call);
    if (!answer || call->status >= 300 || call->unchanged) {
        turn_request_undo(call->parts->turn);
        return answer_text(call, answer);
    }
    audit(call, task->route);
    text = answer_text(call, json_incref(answer));
    keep_answer(task, answer, text);
    json_decref(answer);
    turn_request_keep(call->parts->turn);
    return text;
}

static char *look(struct api_task *task)
{
    json_t *answer = task->route->handle(&task->call);

    task->seen = answer != NULL;
    return answer_text(&task->call, answer);
}

/* A change at most once a key: NULL when this is the first. */
static char *answered_before(struct api_task *task)
{
    struct api_call *call = &task->call;
    const char *key = task->request->key;
    char *text = NULL;

    if (!key_good(key)) {
        api_refuse(call, 400,
                   "Idempotency-Key is missing or no plain word of at most %d characters: send one with each change",
                   REQUEST_KEY_MAX);
        return answer_text(call, NULL);
    }
    if (!task->digest[0])
        digest_of(task->digest, task->request);
    switch (request_find(call->store, key, task->digest, &call->status, &text)) {
    case REQUEST_SAME:
        return text;
    case REQUEST_OTHER:
        api_refuse(call, 409, "Idempotency-Key %.40s was used for another request: take a new one", key);
        return answer_text(call, NULL);
    case REQUEST_NEW:
        break;
    }
    return NULL;
}

/* The first of two calls: the answer, or NULL and `found`. */
static char *look_first(struct api_task *task)
{
    struct api_call *call = &task->call;
    json_t *found = task->route->handle(call);

    if (!found || call->status >= 300 || call->unchanged)
        return answer_text(call, found);
    call->found = found;
    return NULL;
}

/* The place where the next step runs. */
static void call_at(struct api_call *call, const struct api_parts *parts)
{
    call->parts = parts;
    call->store = turn_store(parts->turn);
    call->now = turn_now(parts->turn);
    call->filter.zone = call->setting->zone;
    call->filter.now = call->now;
    call->filter.language = call->setting->language;
}

static bool read_words(struct api_task *task)
{
    const struct api_route *route = task->route;
    struct api_call *call = &task->call;

    if (call->body)
        return true; /* this is the second look */
    return read_body(call, task->request, route->way & API_ASIDE ? API_BODY_MAX : API_BODY_SMALL) &&
           api_params_read(call, route->method == API_GET ? route->params : "") &&
           api_fields_check(call, route->method == API_GET ? "" : route->params);
}

/* What a look before this one left. */
static void forget(struct api_call *call)
{
    json_decref(call->found);
    call->found = NULL;
    mistakes_free(&call->mistakes);
    call->status = 200;
}

/* 403 for an actor without that right; the first that every request passes. */
static void judge(struct api_task *task)
{
    struct api_call *call = &task->call;
    const struct actor actor = { call->actor, task->request->may };

    if (may_do(&actor, task->route->action, call->subject))
        return;
    api_refuse(call, 403, "%.60s may not %s, it may %.200s: make a token that may with `greenline token add`",
               actor.name, task->route->action, actor.may ? actor.may : "nothing");
    task->text = answer_text(call, NULL);
}

void api_task_open(struct api_task *task, const struct api_setting *setting, const struct api_request *request)
{
    struct api_call *call = &task->call;
    int status;

    task->request = request;
    *call = (struct api_call){ .setting = setting, .actor = request->actor, .key = request->key, .status = 200 };
    call->filter = list_all(setting->zone, 0);
    if (api_target_read(call, request->target)) {
        task->route = api_route_find(request->method, call->path, &status);
        if (task->route)
            call->subject = call->path[1] ? mem_format("%s:%s", call->path[0], call->path[1]) : mem_dup(call->path[0]);
        else
            api_refuse(call, status,
                       status == 404 ? "no such path: see daemon/api/README.md"
                                     : "this path takes another method: see daemon/api/README.md");
    }
    if (task->route)
        judge(task);
    else
        task->text = answer_text(call, NULL);
}

bool api_task_aside(const struct api_task *task)
{
    return !task->text && task->route->way & API_ASIDE;
}

/* A stream looks again for a token that may have been ended meanwhile; false after a refusal. */
static bool still_known(struct api_task *task)
{
    static const char token[] = "token:";
    struct api_call *call = &task->call;

    if (!task->request->again || !text_starts(call->actor, token) ||
        token_holds(call->store, call->actor + strlen(token), call->now))
        return true;
    api_refuse(call, 401, "the token was ended, or its time is over");
    return false;
}

void api_task_look(struct api_task *task, const struct api_parts *parts)
{
    const unsigned way = task->text ? 0 : task->route->way;
    struct api_call *call = &task->call;

    if (task->text)
        return;
    call_at(call, parts);
    forget(call);
    if (!still_known(task) || !read_words(task))
        task->text = answer_text(call, NULL);
    if (!task->text && way & API_CHANGE)
        task->text = answered_before(task);
    if (!task->text && way & API_ASIDE)
        task->text = way & (API_CHANGE | API_TWICE) ? look_first(task) : look(task);
}

void api_task_end(struct api_task *task, const struct api_parts *parts, struct api_answer *out)
{
    struct api_call *call = &task->call;

    call_at(call, parts);
    if (!task->text)
        task->text = task->route->way & API_CHANGE ? change(task) : look(task);
    if (task->seen && !task->request->again)
        audit(call, task->route);
    *out = (struct api_answer){ .status = call->status,
                                .problem = text_starts(task->text, "{\"title\":"),
                                .plain = task->route && task->route->way & API_PLAIN && call->status == 200,
                                .text = task->text };
    task->text = NULL; /* a report of mistakes (422) is no problem+json */
}

void api_task_close(struct api_task *task)
{
    struct api_call *call = &task->call;

    for (int i = 0; i < API_PATH_MAX; i++)
        free(call->path[i]);
    free(call->subject);
    json_decref(call->query);
    json_decref(call->body);
    json_decref(call->found);
    mistakes_free(&call->mistakes);
    free(task->text);
}

void api_handle(const struct api_setting *setting, const struct api_parts *parts, const struct api_request *request,
                struct api_answer *out)
{
    struct api_task task = { 0 };

    api_task_open(&task, setting, request);
    api_task_look(&task, parts);
    api_task_end(&task, parts, out);
    api_task_close(&task);
}
