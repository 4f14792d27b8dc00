/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Webhooks through a gateway program; see webhook.h. A program that answers twice, late, or what it was never given is
 * counted and passed over: after our own 503 an honest late answer looks the same. An answer that makes no sense counts as
 * none: the provider gets 503 and comes again.
 */
#include "gateway/webhook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/gateway_internal.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "lib/wire.h"

enum stage {
    WEBHOOK_OPEN,     /* no answer yet */
    WEBHOOK_WAITING,  /* answered; uids of `after` are not confirmed */
    WEBHOOK_COMPLETE, /* to be released with its answer */
    WEBHOOK_FAILED,   /* to be released without */
};

struct gateway_webhook {
    struct gateway *g;
    struct gateway_webhook *next;
    enum stage stage;
    char req[24];
    time_ms deadline; /* monotonic */
    json_t *line;     /* its answer */
    json_t *after;    /* uids not confirmed yet */
    void (*done)(void *arg, const struct gateway_http_answer *answer);
    void *arg;
};

/* The list */

static void arm(struct gateway *g)
{
    struct webhooks *webhooks = &g->webhooks;

    if (webhooks->first)
        event_after(webhooks->due, webhooks->first->deadline - clock_mono());
    else
        event_del(webhooks->due);
}

static void unlink_one(struct webhooks *webhooks, const struct gateway_webhook *webhook)
{
    struct gateway_webhook **link = &webhooks->first;

    while (*link != webhook)
        link = &(*link)->next;
    *link = webhook->next;
    webhooks->count--;
}

static void append(struct webhooks *webhooks, struct gateway_webhook *webhook)
{
    struct gateway_webhook **link = &webhooks->first;

    while (*link)
        link = &(*link)->next;
    *link = webhook;
    webhooks->count++;
}

static void destroy(struct gateway_webhook *webhook)
{
    json_decref(webhook->line);
    json_decref(webhook->after);
    free(webhook);
}

void gateway_http_forget(struct gateway_webhook *webhook)
{
    struct gateway *g = webhook->g;

    unlink_one(&g->webhooks, webhook);
    destroy(webhook);
    arm(g);
}

static struct gateway_webhook *find(const struct webhooks *webhooks, const char *req)
{
    struct gateway_webhook *at = webhooks->first;

    while (at && strcmp(at->req, req) != 0)
        at = at->next;
    return at;
}

/* Handing over */

static json_t *http_line(const struct gateway_http_request *request, const char *req)
{
    json_t *line = json_object();

    json_put_text(line, "type", "http");
    json_put_text(line, "req", req);
    json_put_text(line, "method", request->method);
    json_put_text(line, "path", request->path);
    json_put_text(line, "query", request->query);
    json_put(line, "headers", request->headers ? json_deep_copy(request->headers) : json_object());
    wire_put_body(line, request->body, request->length);
    json_put_text(line, "from", request->from);
    return line;
}

static size_t length_of(const json_t *line)
{
    struct text text = { 0 };
    size_t length;

    wire_write(&text, line);
    length = text.length;
    text_free(&text);
    return length;
}

bool gateway_takes_http(const struct gateway *g)
{
    return gateway_usable(g) && g->ready.http && g->webhooks.count < WEBHOOKS_MAX &&
           g->output.lines < GATEWAY_UNREAD_LINES_MAX / 2 && output_bytes(&g->output) < WEBHOOK_UNREAD_MAX;
}

struct gateway_webhook *gateway_http(struct gateway *g, const struct gateway_http_request *request, int *status)
{
    struct gateway_webhook *webhook;
    char req[sizeof webhook->req];
    json_t *line;

    *status = 503;
    if (!gateway_takes_http(g)) {
        g->counters[COUNT_WEBHOOKS_REFUSED]++;
        return NULL;
    }
    snprintf(req, sizeof req, "h-%lld", (long long)++g->webhooks.number);
    line = http_line(request, req);
    if (length_of(line) > WIRE_LINE_MAX + 1) {
        json_decref(line);
        *status = 413;
        return NULL;
    }
    if (!life_write(g, line))
        return NULL;
    webhook = mem_new(1, sizeof *webhook);
    *webhook = (struct gateway_webhook){
        .g = g, .deadline = clock_mono() + g->set->intervals.http, .done = request->done, .arg = request->arg
    };
    memcpy(webhook->req, req, sizeof webhook->req);
    append(&g->webhooks, webhook);
    g->counters[COUNT_WEBHOOKS]++;
    arm(g);
    return webhook;
}

/* The answer */

static bool is_confirmed(const struct webhooks *webhooks, const char *uid)
{
    return json_object_get(webhooks->confirmed, uid) != NULL;
}

/* The uids that are not confirmed yet; NULL when the list is none. */
static json_t *unconfirmed(const struct webhooks *webhooks, const json_t *list)
{
    json_t *uids;

    if (list && (!json_is_array(list) || json_array_size(list) > WEBHOOK_AFTER_MAX))
        return NULL;
    uids = json_object();
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *uid = json_string_value(json_array_get(list, i));

        if (!uid) {
            json_decref(uids);
            return NULL;
        }
        if (!is_confirmed(webhooks, uid))
            json_object_set_new(uids, uid, json_true());
    }
    return uids;
}

static bool headers_sound(const json_t *headers)
{
    const char *name;
    json_t *value;

    if (!headers)
        return true;
    if (!json_is_object(headers) || json_object_size(headers) > WEBHOOK_HEADERS_MAX)
        return false;
    json_object_foreach ((json_t *)(uintptr_t)headers, name, value)
        if (!json_is_string(value))
            return false;
    return true;
}

/* Whether a line can be the answer; leaves what it waits for in `webhook`. */
static bool take_answer(struct gateway_webhook *webhook, json_t *line)
{
    const int64_t status = json_int(line, "status", 0);
    const json_t *after = json_object_get(line, "after");

    if (status < 200 || status > 599 || !headers_sound(json_object_get(line, "headers")))
        return false;
    webhook->after = unconfirmed(&webhook->g->webhooks, json_is_null(after) ? NULL : after);
    webhook->line = json_incref(line);
    return webhook->after;
}

void webhooks_answered(struct gateway *g, json_t *line)
{
    struct gateway_webhook *webhook = find(&g->webhooks, json_text(line, "req", ""));

    if (!webhook || webhook->stage != WEBHOOK_OPEN) {
        g->counters[COUNT_HTTP_UNASKED]++;
        return;
    }
    if (!take_answer(webhook, line)) {
        g->counters[COUNT_MALFORMED]++;
        webhook->stage = WEBHOOK_FAILED;
    } else {
        webhook->stage = json_object_size(webhook->after) > 0 ? WEBHOOK_WAITING : WEBHOOK_COMPLETE;
    }
}

void webhooks_confirmed(struct gateway *g, const char *uid)
{
    struct webhooks *webhooks = &g->webhooks;
    bool complete = false;

    if (!g->ready.http)
        return;
    if (!webhooks->confirmed)
        webhooks->confirmed = json_object();
    json_object_set_new(webhooks->confirmed, uid, json_true());
    if (json_object_size(webhooks->confirmed) > WEBHOOK_CONFIRMED_MAX)
        json_object_del(webhooks->confirmed, json_object_iter_key(json_object_iter(webhooks->confirmed)));
    for (struct gateway_webhook *at = webhooks->first; at; at = at->next) {
        if (at->stage != WEBHOOK_WAITING || json_object_del(at->after, uid) != 0 || json_object_size(at->after) > 0)
            continue;
        at->stage = WEBHOOK_COMPLETE;
        complete = true;
    }
    if (complete)
        life_wake(g);
}

void webhooks_failed(struct gateway *g)
{
    for (struct gateway_webhook *at = g->webhooks.first; at; at = at->next)
        at->stage = WEBHOOK_FAILED;
}

/* Releasing */

static void release(struct gateway *g, struct gateway_webhook *webhook)
{
    struct gateway_http_answer answer = { .status = 503 };
    char *body = NULL;

    unlink_one(&g->webhooks, webhook);
    if (webhook->stage == WEBHOOK_COMPLETE) {
        answer.status = (int)json_int(webhook->line, "status", 503);
        answer.headers = json_object_get(webhook->line, "headers");
        answer.body = body = wire_body(webhook->line, &answer.length);
    } else {
        g->counters[COUNT_WEBHOOKS_FAILED]++;
    }
    webhook->done(webhook->arg, &answer);
    free(body);
    destroy(webhook);
}

static struct gateway_webhook *next_to_release(const struct webhooks *webhooks, time_ms now)
{
    struct gateway_webhook *at = webhooks->first;

    while (at && at->stage != WEBHOOK_COMPLETE && at->stage != WEBHOOK_FAILED && at->deadline > now)
        at = at->next;
    return at;
}

void webhooks_tell(struct gateway *g)
{
    const time_ms now = clock_mono();
    struct gateway_webhook *webhook;
    bool any = false;

    /* `done` may hand over another one: it is open, and the list is looked at from its begin */
    for (int i = 0; i < WEBHOOKS_MAX && (webhook = next_to_release(&g->webhooks, now)); i++) {
        release(g, webhook);
        any = true;
    }
    if (any)
        arm(g);
}

static void on_due(evutil_socket_t fd, short what, void *arg)
{
    struct gateway *g = arg;

    (void)fd, (void)what;
    webhooks_tell(g);
    arm(g);
}

bool webhooks_new(struct gateway *g)
{
    g->webhooks.due = event_new(g->set->base, -1, 0, on_due, g);
    return g->webhooks.due;
}

void webhooks_free(struct gateway *g)
{
    struct gateway_webhook *next;

    for (struct gateway_webhook *at = g->webhooks.first; at; at = next) {
        next = at->next;
        destroy(at);
    }
    json_decref(g->webhooks.confirmed);
    event_free(g->webhooks.due);
    g->webhooks = (struct webhooks){ 0 };
}
