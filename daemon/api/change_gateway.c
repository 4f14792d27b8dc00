/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pause, resume and drain of a gateway: the supervisor's business, not the store's, so it is done as an effect of the
 * turn, when the audit row and the kept answer are committed.
 */
#include <stdlib.h>

#include "api/api_internal.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"

struct order {
    const struct api_parts *parts;
    char *name;
    const char *verb;
    json_t *body;
};

static void order_drop(void *arg)
{
    struct order *order = arg;

    free(order->name);
    json_decref(order->body);
    free(order);
}

static void order_run(void *arg)
{
    struct order *order = arg;
    struct error err;

    if (!order->parts->gateway_change(order->parts->arg, order->name, order->verb, order->body, &err))
        log_warning("gateway %s: %s: %s", order->name, order->verb, err.text);
    order_drop(order);
}

static json_t *give_order(struct api_call *call, const char *verb)
{
    struct order *order;
    json_t *row;

    if (!call->parts->gateway_change)
        return api_refuse(call, 501, "this daemon runs no gateways");
    row = read_gateway(call);
    if (!row)
        return NULL;
    order = mem_new(1, sizeof *order);
    *order = (struct order){ call->parts, mem_dup(call->path[1]), verb, json_incref(call->body) };
    turn_effect(call->parts->turn, order_run, order, order_drop);
    json_put_text(row, "order", verb);
    return row;
}

json_t *change_gateway_pause(struct api_call *call)
{
    return give_order(call, "pause");
}

json_t *change_gateway_resume(struct api_call *call)
{
    return give_order(call, "resume");
}

json_t *change_gateway_drain(struct api_call *call)
{
    return give_order(call, "drain");
}
