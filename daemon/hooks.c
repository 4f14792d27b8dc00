/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the listener for webhooks (api/hook.h) and the supervisor: who may call which gateway, and the way of a request
 * to its program and back. Neither the loop's turn nor the store is touched: what a webhook brings comes as replies and
 * statuses of that program, and the supervisor holds its answer back until those are stored. And /metrics, where it is
 * wanted: for callers of this machine with a token, since a web server that stands before us calls from here too.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon_internal.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/network.h"
#include "lib/text.h"

static bool may_call(const struct config_gateway *gateway, const char *from)
{
    struct network_range range;

    if (!*gateway->hook.from)
        return true;
    for (char **text = gateway->hook.from; *text; text++)
        if (network_range_parse(&range, *text, NULL) && network_range_has(&range, from))
            return true;
    return false;
}

/* A request that waits: one of the two. */
struct ticket {
    struct hook_call *call;
    struct gateway_webhook *webhook;
    struct api_ticket *metrics;
};

static bool is_of_this_machine(const char *from)
{
    return text_starts(from, "127.") || strcmp(from, "::1") == 0;
}

static int judge(void *arg, const char *name, const char *from)
{
    const struct daemon *d = arg;
    const struct config_gateway *gateway = config_gateway_find(&d->config, name);

    if (!*name && d->config.listen.metrics)
        return is_of_this_machine(from) ? 0 : 403;
    if (!gateway)
        return 404;
    if (may_call(gateway, from))
        return 0;
    log_info("gateway %s: a webhook from %s, which hook.from does not name: refused", name, from);
    return 403;
}

static void on_done(void *arg, const struct gateway_http_answer *answer)
{
    const struct hook_answer out = {
        .status = answer->status, .headers = answer->headers, .body = answer->body, .length = answer->length
    };
    struct ticket *ticket = arg;

    hook_answer(ticket->call, &out);
    free(ticket);
}

static void on_metrics(void *arg, int status, const char *text)
{
    json_t *headers = json_pack("{s:s}", "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    const struct hook_answer out = { .status = status,
                                     .headers = status == 200 ? headers : NULL,
                                     .body = status == 200 ? text : NULL,
                                     .length = status == 200 ? strlen(text) : 0 };
    struct ticket *ticket = arg;

    hook_answer(ticket->call, &out);
    json_decref(headers);
    free(ticket);
}

static void take_metrics(struct daemon *d, const struct hook_request *request, struct ticket *ticket, int *status)
{
    const char *authorization = json_string_value(json_object_get(request->headers, "authorization"));

    if (strcmp(request->method, "GET") == 0)
        ticket->metrics = api_ask_metrics(d->api, authorization, on_metrics, ticket, status);
    else
        *status = 405;
}

static void take_webhook(struct daemon *d, const struct hook_request *request, struct ticket *ticket, int *status)
{
    struct gateway *g = gateways_find(d->gateways, request->name);
    const struct gateway_http_request line = {
        .method = request->method,
        .path = request->path,
        .query = request->query,
        .headers = request->headers,
        .body = request->body,
        .length = request->length,
        .from = request->from,
        .done = on_done,
        .arg = ticket,
    };

    *status = 503;
    if (g)
        ticket->webhook = gateway_http(g, &line, status);
}

static void *take(void *arg, const struct hook_request *request, struct hook_call *call, int *status)
{
    struct ticket *ticket = mem_new(1, sizeof *ticket);

    ticket->call = call;
    if (*request->name)
        take_webhook(arg, request, ticket, status);
    else
        take_metrics(arg, request, ticket, status);
    if (ticket->webhook || ticket->metrics)
        return ticket;
    free(ticket);
    return NULL;
}

static void forget(void *arg, void *waiting)
{
    struct ticket *ticket = waiting;

    (void)arg;
    if (ticket->webhook)
        gateway_http_forget(ticket->webhook);
    if (ticket->metrics)
        api_forget(ticket->metrics);
    free(ticket);
}

static struct hook_setting setting_of(const struct config *config)
{
    return (struct hook_setting){
        .address = config->listen.http,
        .certificate = config->listen.certificate,
        .key = config->listen.key,
        .connections = config->listen.connections,
    };
}

bool hooks_open(struct daemon *d, struct error *err)
{
    const struct hook_setting setting = setting_of(&d->config);
    const struct hook_parts parts = { .arg = d, .judge = judge, .take = take, .forget = forget };

    if (!*setting.address)
        return true;
    d->hook = hook_new(d->base, &setting, &parts, err);
    if (d->hook)
        log_notice("webhooks: %s%s", setting.address, *setting.certificate ? ", TLS" : "");
    return d->hook != NULL;
}

void hooks_renew(struct daemon *d)
{
    const struct hook_setting setting = setting_of(&d->config);
    struct error err;

    if (d->hook && !hook_renew(d->hook, &setting, &err))
        log_error("%s: the old certificate goes on", err.text);
}

void hooks_check(const struct config *config, struct mistakes *mistakes)
{
    const struct hook_setting setting = setting_of(config);
    struct error err;

    if (!hook_check(&setting, &err))
        mistakes_add(mistakes, "%s: %s", config->file, err.text);
}
