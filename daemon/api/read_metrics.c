/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /metrics: what the store counted (found on the helper thread) and what the daemon knows of itself, written by
 * metrics.c. No names and no numbers: lanes, kinds, states, and the names that the configuration gives to gateways.
 */
#include <stdlib.h>

#include "api/api_internal.h"
#include "api/metrics.h"
#include "lib/json.h"
#include "lib/memory.h"

#define LABELS(...) ((const struct metric_label[]){ __VA_ARGS__, { NULL, NULL } })

static void put_lanes(struct metric_writer *writer, const json_t *lanes)
{
    static const struct {
        enum metric metric;
        const char *key;
    } families[] = { { METRIC_QUEUED, "queued" }, { METRIC_OVERDUE, "overdue_ms" }, { METRIC_HELD, "held" } };

    for (size_t f = 0; f < COUNT(families); f++) {
        json_t *lane;
        size_t i;

        json_array_foreach (lanes, i, lane)
            metric_put(writer, families[f].metric, LABELS({ "lane", json_text(lane, "lane", "") }),
                       json_int(lane, families[f].key, 0));
    }
}

static void put_messages(struct metric_writer *writer, const json_t *counted)
{
    json_t *one;
    size_t i;

    json_array_foreach (counted, i, one)
        metric_put(writer, METRIC_MESSAGES,
                   LABELS({ "kind", json_text(one, "kind", "") }, { "channel", json_text(one, "channel", "") },
                          { "state", json_text(one, "state", "") }),
                   json_int(one, "n", 0));
}

static void put_store(struct metric_writer *writer, const json_t *store)
{
    const json_t *asks = json_object_get(store, "asks");

    put_lanes(writer, json_object_get(store, "lanes"));
    put_messages(writer, json_object_get(store, "messages"));
    metric_put(writer, METRIC_ASKS, LABELS({ "state", "open" }), json_int(asks, "open", 0));
    metric_put(writer, METRIC_ASKS, LABELS({ "state", "waiting" }), json_int(asks, "waiting", 0));
    metric_put(writer, METRIC_INBOX_WAITING, NULL, json_int(store, "inbox_waiting", 0));
}

/* A number, or whether a flag or a group is there. */
static int64_t figure(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return json_is_integer(value) ? json_integer_value(value) : json_is_true(value) || json_is_object(value);
}

struct family {
    enum metric metric;
    const char *key;
};

/* Families of one label, a sample for each of the things. */
static void put_things(struct metric_writer *writer, const struct family *families, size_t count, const char *label,
                       const json_t *things)
{
    for (size_t f = 0; f < count; f++) {
        json_t *thing;
        size_t i;

        json_array_foreach (things, i, thing)
            metric_put(writer, families[f].metric, LABELS({ label, json_text(thing, "name", "") }),
                       figure(thing, families[f].key));
    }
}

static void put_gateways(struct metric_writer *writer, const json_t *gateways)
{
    static const struct family families[] = {
        { METRIC_GATEWAY_UP, "usable" },           { METRIC_GATEWAY_PAUSED, "pause" },
        { METRIC_GATEWAY_WINDOW, "window" },       { METRIC_GATEWAY_IN_FLIGHT, "in_flight" },
        { METRIC_GATEWAY_UNREAD, "unread_lines" }, { METRIC_GATEWAY_RESTARTS, "restarts" },
    };
    json_t *gateway, *n;
    const char *event;
    size_t i;

    put_things(writer, families, COUNT(families), "gateway", gateways);
    json_array_foreach (gateways, i, gateway)
        json_object_foreach (json_object_get(gateway, "counters"), event, n)
            metric_put(writer, METRIC_GATEWAY_EVENTS,
                       LABELS({ "gateway", json_text(gateway, "name", "") }, { "event", event }),
                       json_integer_value(n));
}

static void put_hooks(struct metric_writer *writer, const json_t *hooks)
{
    static const struct family families[] = {
        { METRIC_HOOK_UP, "running" },
        { METRIC_HOOK_RESTARTS, "restarts" },
        { METRIC_HOOK_EVENTS, "events" },
        { METRIC_HOOK_LOST, "lost" },
    };

    put_things(writer, families, COUNT(families), "hook", hooks);
}

static void put_turns(struct metric_writer *writer, const json_t *turns)
{
    const json_t *list = json_object_get(turns, "buckets");
    const size_t count = json_array_size(list);
    struct metric_bucket *buckets = mem_new(count + 1, sizeof *buckets);

    for (size_t i = 0; i < count; i++)
        buckets[i] = (struct metric_bucket){ json_int(json_array_get(list, i), "le_us", 0),
                                             json_int(json_array_get(list, i), "n", 0) };
    metric_put_histogram(
        writer, METRIC_TURN,
        &(struct metric_histogram){ buckets, count, json_int(turns, "sum_us", 0), json_int(turns, "count", 0) });
    free(buckets);
}

json_t *read_metrics(struct api_call *call)
{
    const struct api_parts *parts = call->parts;
    struct metric_writer writer = { 0 };
    CLEANUP(mem_clean) char *text = NULL;
    json_t *own;

    if (!call->found)
        return metrics_show(call->store, &call->filter);
    own = parts->metrics ? parts->metrics(parts->arg) : json_object();
    metric_put(&writer, METRIC_UPTIME, NULL, json_int(own, "uptime_ms", 0));
    metric_put(&writer, METRIC_STORE_OK, NULL, json_flag(own, "store_ok", true));
    metric_put(&writer, METRIC_LAST_SEEN, NULL, json_int(call->found, "last_seen", 0));
    put_turns(&writer, json_object_get(own, "turns"));
    metric_put(&writer, METRIC_STORE_BYTES, NULL, json_int(own, "store_bytes", 0));
    metric_put(&writer, METRIC_WAL_BYTES, NULL, json_int(own, "wal_bytes", 0));
    metric_put(&writer, METRIC_HELPER_JOBS, NULL, json_int(own, "helper_jobs", 0));
    put_store(&writer, call->found);
    put_gateways(&writer, json_object_get(own, "gateways"));
    put_hooks(&writer, json_object_get(own, "hooks"));
    json_decref(own);
    text = text_take(&writer.out);
    return json_string(text);
}
