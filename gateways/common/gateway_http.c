/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Webhooks on the gateway's side: the verb `http` becomes a call of the module, its answer a line. A request without `req`
 * is passed over and counted; one that cannot be handed over is answered with 503; an answer that no request waits for is
 * logged and not said.
 */
#include <stdlib.h>
#include <string.h>

#include "gateways/common/gateway_internal.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/wire.h"

enum { HTTP_STATUS_LEAST = 200, HTTP_STATUS_MOST = 599 };

static json_t *answer_line(const char *req, int status)
{
    json_t *line = json_object();

    json_put_text(line, "type", "http");
    json_put_text(line, "req", req);
    json_put_int(line, "status", status);
    return line;
}

static void remember(struct gateway *gateway, const char *req)
{
    json_object_set_new(gateway->webhooks, req, json_true());
    if (json_object_size(gateway->webhooks) > WEBHOOKS_MAX)
        json_object_del(gateway->webhooks, json_object_iter_key(json_object_iter(gateway->webhooks)));
}

static void hand_over(struct gateway *gateway, const char *req, const json_t *line)
{
    json_t *no_headers = json_object();
    const json_t *headers = json_object_get(line, "headers");
    struct gateway_http_request request = {
        .req = req,
        .method = json_text(line, "method", "GET"),
        .path = json_text(line, "path", ""),
        .query = json_text(line, "query", ""),
        .headers = json_is_object(headers) ? headers : no_headers,
        .from = json_text(line, "from", ""),
    };
    char *body = wire_body(line, &request.length);

    request.body = body;
    if (body) {
        remember(gateway, req);
        gateway->module->http(gateway, &request);
    } else {
        gateway_say(gateway, answer_line(req, 503));
    }
    free(body);
    json_decref(no_headers);
}

void gateway_take_http(struct gateway *gateway, const json_t *line)
{
    const char *req = json_text(line, "req", NULL);

    if (!req || json_object_get(gateway->webhooks, req))
        gateway->ignored++;
    else if (!gateway->module->http || !gateway->ready.http)
        gateway_say(gateway, answer_line(req, 503));
    else
        hand_over(gateway, req, line);
}

static json_t *whole_answer(const struct gateway_http_answer *answer)
{
    json_t *line = answer_line(answer->req, answer->status);
    json_t *after = json_array();

    if (answer->headers)
        json_put(line, "headers", json_deep_copy(answer->headers));
    if (answer->body)
        wire_put_body(line, answer->body, answer->length);
    for (size_t i = 0; i < answer->after_count; i++)
        json_array_append_new(after, json_string(answer->after[i]));
    if (answer->after_count > 0)
        json_put(line, "after", after);
    else
        json_decref(after);
    return line;
}

/* Whether the daemon would take it. */
static bool may_be_said(const struct gateway_http_answer *answer, const json_t *line)
{
    struct text text = { 0 };
    bool fits;

    wire_write(&text, line);
    fits = text.length <= WIRE_LINE_MAX + 1;
    text_free(&text);
    return fits && answer->status >= HTTP_STATUS_LEAST && answer->status <= HTTP_STATUS_MOST &&
           answer->after_count <= GATEWAY_HTTP_AFTER_MAX;
}

void gateway_http_answer(struct gateway *gateway, const struct gateway_http_answer *answer)
{
    json_t *line;

    if (json_object_del(gateway->webhooks, answer->req) != 0) {
        log_error("webhook %.40s has its answer already, or was never given: its answer is not said", answer->req);
        return;
    }
    line = whole_answer(answer);
    if (!may_be_said(answer, line)) {
        log_error("webhook %.40s: status %d, %zu uids: an answer that cannot be said", answer->req, answer->status,
                  answer->after_count);
        json_decref(line);
        line = answer_line(answer->req, 500);
    }
    gateway_say(gateway, line);
}
