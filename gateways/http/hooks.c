/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Webhooks of the provider: judged first (path, headers, signature, age), read only then. What is said is answered once
 * the daemon has stored it; a request that is not the provider's gets 403 and nothing that tells why.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateways/http/form.h"
#include "gateways/http/http.h"
#include "gateways/http/item_time.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"

struct told {
    const struct http *http;
    char *uids[GATEWAY_HTTP_AFTER_MAX];
    size_t count;
    bool over; /* more than one answer can wait for */
};

struct reply {
    int status;
    const char *type, *body;
};

static void answer(const struct http *http, const char *req, const struct reply *reply, const struct told *told)
{
    json_t *headers = json_object();
    struct gateway_http_answer line = {
        .req = req, .status = reply->status, .body = reply->body, .length = strlen(reply->body)
    };

    json_put_text(headers, "content-type", reply->type);
    line.headers = headers;
    if (told) {
        line.after = (const char *const *)told->uids;
        line.after_count = told->count;
    }
    gateway_http_answer(http->gateway, &line);
    json_decref(headers);
}

static void turn_away(const struct http *http, const char *req, int status)
{
    struct reply reply = { status, "text/plain", "" };

    answer(http, req, &reply, NULL);
}

/* --- is it the provider? --- */

/* What follows /hook/NAME. */
static const char *rest_of(const struct http *http, const char *path)
{
    const char *name = gateway_hello(http->gateway)->name;
    size_t length = strlen(name);

    if (!text_starts(path, "/hook/") || strncmp(path + 6, name, length) != 0)
        return NULL;
    return path + 6 + length;
}

static struct pattern_values values_of(const struct http *http, const struct gateway_http_request *request)
{
    return (struct pattern_values){ .text = { [PATTERN_METHOD] = request->method,
                                              [PATTERN_PATH] = request->path,
                                              [PATTERN_QUERY] = request->query,
                                              [PATTERN_BODY] = request->body },
                                    .headers = request->headers,
                                    .secrets = &http->setting->secrets,
                                    .now = http_real_now(),
                                    .zone = http->zone };
}

static bool path_fits(const struct hook_setting *hook, const struct pattern_values *values, const char *rest)
{
    struct text path = { 0 };
    bool fits = pattern_fill(&path, &hook->path, values, NULL) && sign_equal(path.data ? path.data : "", rest);

    text_free(&path);
    return fits;
}

/* The header's value as it should be, the caller's. */
static char *wanted(const struct hook_check *check, const struct pattern_values *values)
{
    struct text key = { 0 }, data = { 0 };
    char *want = NULL;

    if (pattern_fill(&key, &check->key, values, NULL) && pattern_fill(&data, &check->data, values, NULL))
        want = check->is_sign ? sign_make(check->algorithm, check->encoding, key.data ? key.data : "",
                                          data.data ? data.data : "", data.length)
                              : mem_dup(data.data ? data.data : "");
    text_free(&key);
    text_free(&data);
    return want;
}

/* Hex is compared in lower case: providers write it as they like. */
static void lower_hex(const struct hook_check *check, char *value)
{
    if (!check->is_sign || check->encoding != SIGN_HEX)
        return;
    for (; *value; value++) {
        if (*value >= 'A' && *value <= 'F')
            *value = (char)(*value - 'A' + 'a');
    }
}

static bool check_holds(const struct hook_check *check, const struct pattern_values *values)
{
    const char *header = json_string_value(json_object_get(values->headers, check->header));
    char *want = wanted(check, values);
    char *have = header && text_starts(header, check->prefix) ? mem_dup(header + strlen(check->prefix)) : NULL;
    bool holds = false;

    if (want && have && *want) {
        lower_hex(check, have);
        holds = sign_equal(want, have);
    }
    free(want);
    free(have);
    return holds;
}

static bool is_fresh(const struct http *http, const struct hook_setting *hook, const json_t *headers)
{
    const char *header = hook->time_header ? json_string_value(json_object_get(headers, hook->time_header)) : NULL;
    time_ms at, now = http_real_now();

    if (!hook->time_header)
        return true;
    return header && item_time(&at, header, FEED_TIME_GUESSED, http->zone) && at >= now - hook->within &&
           at <= now + hook->within;
}

static bool is_provider(const struct http *http, const struct hook_setting *hook, const struct pattern_values *values)
{
    for (size_t i = 0; i < hook->check_count; i++) {
        if (!check_holds(&hook->checks[i], values))
            return false;
    }
    return is_fresh(http, hook, values->headers);
}

static const struct hook_setting *hook_for(const struct http *http, const struct gateway_http_request *request)
{
    struct pattern_values values = values_of(http, request);
    const char *rest = rest_of(http, request->path);

    for (size_t i = 0; rest && i < http->setting->hook_count; i++) {
        const struct hook_setting *hook = &http->setting->hooks[i];

        if (path_fits(hook, &values, rest) && is_provider(http, hook, &values))
            return hook;
    }
    return NULL;
}

/* --- what does it say? --- */

static bool is_form(const struct gateway_http_request *request)
{
    const char *type = json_text(request->headers, "content-type", "");

    return !request->length || strncasecmp(type, "application/x-www-form-urlencoded", 33) == 0;
}

/* The fields, or the JSON; {} for another text, which is read by marks or regular expressions. */
static json_t *content_of(const struct gateway_http_request *request, bool *sound)
{
    json_t *fields = json_object();
    json_t *json;

    *sound = form_read(fields, request->query);
    if (is_form(request)) {
        *sound = *sound && form_read(fields, request->body);
        return fields;
    }
    json = json_loadb(request->body, request->length, JSON_DECODE_ANY, NULL);
    *sound = json || utf8_valid(request->body, request->length);
    if (!json)
        return fields;
    json_decref(fields);
    return json;
}

static void say(void *arg, const struct feed_item *item)
{
    struct told *told = arg;

    if (told->count == COUNT(told->uids)) {
        told->over = true;
        return;
    }
    told->uids[told->count++] = mem_dup(item->uid);
    http_say_item(told->http, item);
}

/* What a webhook that was read is answered with, and why it is not the usual. */
static int status_of(const struct hook_setting *hook, const struct feed_count *count, bool walked,
                     const struct told *told, const char **why)
{
    *why = count->why;
    if (!walked || told->over) {
        *why = "too many items at once";
        return 413;
    }
    return count->faults && !count->said ? 400 : hook->status;
}

static void note_faults(const struct gateway_http_request *request, const struct feed_count *count)
{
    if (count->faults)
        log_warning("webhook from %s: %zu of %zu items are not as described: %s", request->from, count->faults,
                    count->items, count->why);
}

static void read_hook(struct http *http, const struct hook_setting *hook, const struct gateway_http_request *request)
{
    struct feed_world world = http_feed_world(http, NULL);
    struct told *told = mem_new(1, sizeof *told);
    struct feed_taker taker = { say, told };
    struct feed_count count = { 0 };
    const char *why = "neither JSON nor a form in UTF-8";
    bool sound;
    json_t *content = content_of(request, &sound);
    struct response response = { .body = request->body, .json = content };
    struct reply reply = { 400, hook->type, "" };

    told->http = http;
    if (sound)
        reply.status = status_of(hook, &count, feed_walk(&hook->feed, &response, &world, &taker, &count), told, &why);
    if (reply.status == hook->status) {
        reply.body = hook->body;
        note_faults(request, &count);
    } else {
        log_warning("webhook from %s: %s: answered with %d", request->from, why, reply.status);
    }
    answer(http, request->req, &reply, told);
    json_decref(content);
    for (size_t i = 0; i < told->count; i++)
        free(told->uids[i]);
    free(told);
}

void hooks_take(struct http *http, const struct gateway_http_request *request)
{
    const struct hook_setting *hook = hook_for(http, request);

    if (!hook) {
        log_notice("webhook from %s: not the provider's: answered with 403", request->from);
        turn_away(http, request->req, 403);
    } else if (gateway_unstored(http->gateway) > GATEWAY_UNSTORED_MAX) {
        turn_away(http, request->req, 503);
    } else {
        read_hook(http, hook, request);
    }
}
