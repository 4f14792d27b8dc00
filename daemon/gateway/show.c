/* SPDX-License-Identifier: Apache-2.0 */
/* What gateway_show() tells; names of states and counters stand here only. Times are ms UTC. */
#include "gateway/gateway_internal.h"
#include "lib/json.h"
#include "lib/memory.h"

static const char *const states[] = {
    [GATEWAY_WAITING] = "waiting",   [GATEWAY_STARTING] = "starting", [GATEWAY_READY] = "ready",
    [GATEWAY_DRAINING] = "draining", [GATEWAY_ENDING] = "ending",     [GATEWAY_STOPPED] = "stopped",
};
_Static_assert(COUNT(states) == GATEWAY_STATES, "each state has its name");

static const char *const counters[] = {
    [COUNT_LINES_IN] = "lines",
    [COUNT_SENT] = "sent",
    [COUNT_STARTED] = "started",
    [COUNT_ACCEPTED] = "accepted",
    [COUNT_REFUSED] = "refused",
    [COUNT_UNKNOWN] = "unknown",
    [COUNT_FATES] = "fates",
    [COUNT_STATUSES] = "statuses",
    [COUNT_REPLIES] = "replies",
    [COUNT_UNKNOWN_VERBS] = "unknown_verbs",
    [COUNT_UNKNOWN_KEYS] = "unknown_keys",
    [COUNT_MALFORMED] = "malformed",
    [COUNT_OTHER_EPOCH] = "other_epoch",
    [COUNT_WINDOW_IGNORED] = "window_ignored",
    [COUNT_NOT_SENT] = "not_sent",
    [COUNT_WEBHOOKS] = "webhooks",
    [COUNT_WEBHOOKS_REFUSED] = "webhooks_refused",
    [COUNT_WEBHOOKS_FAILED] = "webhooks_failed",
    [COUNT_HTTP_UNASKED] = "http_unasked",
};
_Static_assert(COUNT(counters) == COUNTERS, "each counter has its name");

static json_t *pause_show(const struct gateway *g)
{
    const struct pause *pause = g->operator.on ? &g->operator: & g->own;
    json_t *out = json_object();

    json_put_text(out, "by", pause == &g->operator? "operator" : "gateway");
    json_put_text(out, "reason", pause->reason);
    if (pause->until != TIME_NEVER)
        json_put_int(out, "until", pause->until);
    return out;
}

static json_t *list_show(const char *const *list)
{
    json_t *out = json_array();

    for (; list && *list; list++)
        json_array_append_new(out, json_string(*list));
    return out;
}

static json_t *counters_show(const struct gateway *g)
{
    json_t *out = json_object();

    for (size_t i = 0; i < COUNTERS; i++)
        json_put_int(out, counters[i], g->counters[i]);
    return out;
}

static void show_load(json_t *out, const struct gateway *g)
{
    json_put_int(out, "window", g->slots);
    json_put_int(out, "in_flight", g->window.busy);
    json_put_int(out, "unread_lines", g->output.lines);
    json_put_int(out, "unread_bytes", (json_int_t)output_bytes(&g->output));
}

json_t *gateway_show(const struct gateway *g)
{
    json_t *out = json_object();

    json_put_text(out, "name", g->config.name);
    json_put_text(out, "program", g->config.program);
    json_put_text(out, "state", states[g->state]);
    json_put_flag(out, "usable", gateway_usable(g));
    if (g->process.pid > 0)
        json_put_int(out, "pid", g->process.pid);
    json_put_int(out, "since", g->since);
    show_load(out, g);
    json_put_int(out, "restarts", g->starts > 1 ? g->starts - 1 : 0);
    json_put_text(out, "last_reason", g->reason[0] ? g->reason : g->last_reason);
    if (pace_paused(g))
        json_put(out, "pause", pause_show(g));
    json_put(out, "channels", list_show(g->config.channels));
    json_put(out, "prefixes", list_show(g->config.prefixes));
    json_put(out, "rate", json_real(g->config.rate));
    if (g->health)
        json_put(out, "health", json_incref(g->health));
    if (g->announced)
        json_put(out, "ready", ready_show(&g->ready));
    json_put(out, "counters", counters_show(g));
    json_put(out, "log", chatter_show(&g->chatter));
    return out;
}
