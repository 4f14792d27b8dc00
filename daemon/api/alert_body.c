/* SPDX-License-Identifier: Apache-2.0 */
/* An alert as a body asks for it; see alert_body.h. */
#include "api/alert_body.h"

#include <stdio.h>
#include <string.h>

#include "core/kind.h"
#include "core/template.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

#define ISSUED_BEFORE_MS (7 * DAY_MS) /* older warnings are not passed on */

void alert_body_free(struct alert_body *body)
{
    free(body->key);
    free(body->dial);
    json_decref(body->warnings);
    json_decref(body->numbers);
}

static bool warn(struct alert_body *body, json_t *line)
{
    json_array_append_new(body->warnings, line);
    return true;
}

/* Adds the child of one word; false after a refusal. */
static bool add_child(struct alert_body *body, struct api_call *call, const char *name)
{
    const int64_t id = api_student(call, name);

    if (!id)
        return false;
    for (size_t i = 0; i < body->request.student_count; i++)
        if (body->students[i] == id)
            return true;
    if (body->request.student_count == ALERT_CHILDREN_MAX) {
        api_refuse(call, 400, "student: more than %d children: name them by --to AUDIENCE", (int)ALERT_CHILDREN_MAX);
        return false;
    }
    body->students[body->request.student_count++] = id;
    return true;
}

/* "REF,REF", also with the commas of Chinese text. */
static bool read_children(struct alert_body *body, struct api_call *call, const char *list)
{
    static const char *const commas[] = { ",", "，", "、" };
    const char *at = list;

    while (*at) {
        size_t length = strlen(at), comma = 0;

        for (size_t i = 0; i < COUNT(commas); i++) {
            const char *found = strstr(at, commas[i]);

            if (found && (size_t)(found - at) < length) {
                length = (size_t)(found - at);
                comma = strlen(commas[i]);
            }
        }
        {
            CLEANUP(mem_clean) char *name = text_trim(mem_dup_n(at, length));

            if (*name && !add_child(body, call, name))
                return false;
        }
        at += length + comma;
    }
    body->request.students = body->students;
    return true;
}

static bool read_whom(struct alert_body *body, struct api_call *call)
{
    const char *student = json_text(call->body, "student", NULL), *to = json_text(call->body, "to", NULL);
    const char *other = json_text(call->body, "other", NULL);

    if (!student == !to) {
        api_refuse(call, 400, "give either student or to");
        return false;
    }
    body->request.audience = to;
    if (student && !read_children(body, call, student))
        return false;
    if (student && body->request.student_count == 0) {
        api_refuse(call, 400, "student: names nobody: give a number or name");
        return false;
    }
    return !other || (body->request.other = api_student(call, other)) != 0;
}

static bool read_kind(struct alert_body *body, struct api_call *call)
{
    const char *word = json_text(call->body, "kind", "other"), *nearest;

    body->plain = KIND_EMERGENCY;
    if (alert_kind_parse(&body->request.kind, word))
        return true;
    if (kind_parse(&body->plain, word) && kind_row(body->plain)->asks && kind_row(body->plain)->lane == LANE_EMERGENCY)
        return true;
    nearest = alert_kind_nearest(word);
    if (nearest)
        api_refuse(call, 400, "kind \"%.40s\": no such kind: did you mean %s?", word, nearest);
    else
        api_refuse(call, 400, "kind \"%.40s\": no such kind: %s", word, alert_kind_list);
    return false;
}

static void read_severity(struct alert_body *body, struct api_call *call)
{
    const char *word = json_text(call->body, "severity", NULL);
    const enum severity usual = alert_row(body->request.kind)->severity;

    body->request.severity = usual;
    if (word && *word && !severity_parse(&body->request.severity, word))
        warn(body, json_sprintf("severity \"%.40s\" is none of blue, yellow, orange, red: taken as %s", word,
                                severity_name(usual)));
}

static bool read_situation(struct alert_body *body, struct api_call *call)
{
    const json_t *field = json_object_get(call->body, "situation");
    const char *word = json_string_value(field);
    const bool chinese = strcmp(call->setting->language, "zh") == 0;
    char number[24];

    if (json_is_integer(field)) {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(field));
        word = number;
    }
    if (!alert_row(body->request.kind)->secret || body->plain != KIND_EMERGENCY)
        return true;
    body->request.situation = word ? situation_parse(word) : 0;
    if (body->request.situation)
        return true;
    for (int i = 1; i <= SITUATIONS; i++)
        mistakes_add(&call->mistakes, "%d %s: %s", i, situation_row(i)->name,
                     chinese ? situation_row(i)->zh : situation_row(i)->en);
    if (word)
        api_refuse(call, 400, "situation \"%.40s\": none of the nine: give its number or name", word);
    else
        api_refuse(call, 400, "situation is missing: give one of the nine by its number or name");
    return false;
}

/* "06:10": the last time that the school's clock showed it. */
static bool read_hour(struct api_call *call, const char *text, time_ms *out)
{
    struct local_time t = zone_local(call->setting->zone, call->now);
    int hour, minute, end = 0;

    if (sscanf(text, "%2d:%2d%n", &hour, &minute, &end) != 2 || text[end] || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59)
        return false;
    t.hour = hour;
    t.minute = minute;
    t.second = 0;
    *out = zone_instant(call->setting->zone, t);
    if (*out > call->now) {
        t.day--;
        *out = zone_instant(call->setting->zone, t);
    }
    return true;
}

bool alert_body_time(struct api_call *call, const char *key, time_ms *out)
{
    const char *text = json_text(call->body, key, NULL);

    if (!text || !*text || read_hour(call, text, out) || zone_parse(out, call->setting->zone, text, &call->err))
        return true;
    error_in(&call->err, key);
    api_refuse_err(call, 400);
    return false;
}

/* Who gave the warning, and when: both or neither. */
static bool read_issuer(struct alert_body *body, struct api_call *call)
{
    const char *issuer = json_text(call->body, "issuer", NULL);

    body->request.issuer = issuer && *issuer ? issuer : NULL;
    if (!alert_body_time(call, "issued", &body->request.issued))
        return false;
    if (!body->request.issuer != !body->request.issued) {
        api_refuse(call, 400, "a warning that is passed on names both who issued it and when: give issuer and issued");
        return false;
    }
    if (body->request.issuer && !alert_row(body->request.kind)->warning) {
        api_refuse(call, 400, "issuer: an alert of kind %s is no official warning: leave issuer and issued out",
                   alert_row(body->request.kind)->name);
        return false;
    }
    if (body->request.issued > call->now ||
        (body->request.issuer && body->request.issued < call->now - ISSUED_BEFORE_MS)) {
        api_refuse(call, 400, "issued: %s: give when the warning was issued, 06:10",
                   body->request.issued > call->now ? "is still to come" : "is more than a week ago");
        return false;
    }
    return true;
}

json_t *api_numbers(const struct api_call *call)
{
    return call->parts->numbers ? call->parts->numbers(call->parts->arg) : json_array();
}

/* The numbers that stand in a text: police and the minors' line, else the first. The caller frees. */
static char *text_numbers(const json_t *numbers)
{
    struct text out = { 0 };
    const json_t *one;
    size_t i;

    json_array_foreach (numbers, i, one) {
        const char *name = json_text(one, "name", "");

        if (strcmp(name, "police") == 0 || strcmp(name, "minors") == 0)
            text_add_format(&out, "%s%s", out.length ? "、" : "", json_text(one, "number", ""));
    }
    if (out.length == 0)
        text_add(&out, json_text(json_array_get(numbers, 0), "number", "110"));
    return text_take(&out);
}

bool alert_body_text(struct api_call *call, const char *key)
{
    const char *text = json_text(call->body, key, NULL);

    if (!text || !*text || template_check(text, NULL, &call->err))
        return true;
    error_in(&call->err, key);
    api_refuse_err(call, 400);
    return false;
}

static bool texts_good(struct api_call *call)
{
    return alert_body_text(call, "text") && alert_body_text(call, "measures") && alert_body_text(call, "issuer") &&
           alert_body_text(call, "title");
}

/* Both families have the phone: nothing can be done about it here, but whoever raises the alert should know. */
static void warn_of_shared(struct alert_body *body, struct api_call *call)
{
    CLEANUP(mem_clean) char *phone =
        body->request.other ? alert_shared_phone(call->store, body->students[0], body->request.other) : NULL;

    if (phone)
        warn(body, json_sprintf("%s belongs to people of both children: it gets the texts about each", phone));
}

bool alert_body_read(struct alert_body *body, struct api_call *call)
{
    struct alert_request *r = &body->request;

    body->warnings = json_array();
    body->key = mem_format("alert:%s", call->key ? call->key : "preview");
    body->numbers = api_numbers(call);
    body->dial = text_numbers(body->numbers);
    r->key = body->key;
    r->numbers = body->dial;
    r->by = call->actor;
    r->text = json_text(call->body, "text", NULL);
    r->measures = json_text(call->body, "measures", NULL);
    r->title = json_text(call->body, "title", NULL);
    r->ladder = json_text(call->body, "ladder", NULL);
    r->drill = json_flag(call->body, "drill", false);
    r->text = r->text && *r->text ? r->text : NULL;
    r->measures = r->measures && *r->measures ? r->measures : NULL;
    if (!texts_good(call) || !read_kind(body, call) || !read_whom(body, call) || !read_situation(body, call) ||
        !read_issuer(body, call))
        return false;
    read_severity(body, call);
    warn_of_shared(body, call);
    return true;
}

void alert_body_finish(const struct alert_body *body, json_t *answer)
{
    json_put(answer, "warnings", json_incref(body->warnings));
    json_put(answer, "numbers", json_incref(body->numbers));
    if (body->plain == KIND_EMERGENCY && !json_object_get(answer, "kind")) {
        json_put_text(answer, "kind", alert_row(body->request.kind)->name);
        json_put_text(answer, "severity", severity_name(body->request.severity));
    }
    json_put_flag(answer, "urgent_report", body->plain == KIND_EMERGENCY && alert_row(body->request.kind)->secret);
}
