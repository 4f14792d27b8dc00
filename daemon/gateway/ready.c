/* SPDX-License-Identifier: Apache-2.0 */
/* The `ready` line: read strictly where the daemon relies on it, with defaults elsewhere (gateways/PROTOCOL.md). */
#include <stdlib.h>

#include "gateway/gateway_internal.h"
#include "lib/json.h"
#include "lib/memory.h"

enum { CHANNELS_MAX = 16, CHANNEL_NAME_MAX = 32 };

void gateway_ready_free(struct gateway_ready *ready)
{
    for (char **channel = ready->channels; channel && *channel; channel++)
        free(*channel);
    free(ready->channels);
    json_decref(ready->caps);
    *ready = (struct gateway_ready){ 0 };
}

static bool read_channels(char ***out, const json_t *list, struct error *err)
{
    const size_t count = json_array_size(list);

    if (count == 0 || count > CHANNELS_MAX)
        return error_set(err, "ready: channels: announce 1 to %d of them, such as [\"sms\"]", (int)CHANNELS_MAX);
    for (size_t i = 0; i < count; i++) {
        const json_t *name = json_array_get(list, i);

        if (!json_is_string(name) || json_string_length(name) == 0 || json_string_length(name) > CHANNEL_NAME_MAX)
            return error_set(err, "ready: channels: not a name at %zu", i + 1);
    }
    *out = mem_new(count + 1, sizeof **out);
    for (size_t i = 0; i < count; i++)
        (*out)[i] = mem_dup(json_string_value(json_array_get(list, i)));
    return true;
}

static int bounded(int64_t value, int least, int most)
{
    return value < least ? least : value > most ? most : (int)value;
}

bool ready_parse(struct gateway_ready *out, const json_t *line, struct error *err)
{
    const int64_t version = json_int(line, "version", 0);
    const int64_t window = json_int(line, "window", 0);
    json_t *caps = json_object_get(line, "caps");
    struct gateway_ready ready;

    if (version != WIRE_VERSION)
        return error_set(err, "ready: version %lld: greenlined speaks %d", (long long)version, (int)WIRE_VERSION);
    if (window < 1)
        return error_set(err, "ready: window %lld: announce room for at least 1 job", (long long)window);
    ready = (struct gateway_ready){
        .window = bounded(window, 1, GATEWAY_WINDOW_MAX),
        .batch = bounded(json_int(line, "batch", 1), 1, GATEWAY_WINDOW_MAX),
        .free_text = json_flag(line, "free_text", true),
        .delivery_reports = json_flag(line, "delivery_reports", false),
        .inbound = json_flag(line, "inbound", false),
        .idempotent = json_flag(line, "idempotent", false),
        .probe = json_flag(line, "probe", false),
        .simulated = json_flag(line, "simulated", false),
        .http = json_flag(line, "http", false),
    };
    if (!read_channels(&ready.channels, json_object_get(line, "channels"), err))
        return false;
    ready.caps = json_is_object(caps) ? json_incref(caps) : json_object();
    *out = ready;
    return true;
}

json_t *ready_show(const struct gateway_ready *ready)
{
    json_t *out = json_object();
    json_t *channels = json_array();

    for (char **channel = ready->channels; *channel; channel++)
        json_array_append_new(channels, json_string(*channel));
    json_put(out, "channels", channels);
    json_put_int(out, "window", ready->window);
    json_put_int(out, "batch", ready->batch);
    json_put_flag(out, "free_text", ready->free_text);
    json_put_flag(out, "delivery_reports", ready->delivery_reports);
    json_put_flag(out, "inbound", ready->inbound);
    json_put_flag(out, "idempotent", ready->idempotent);
    json_put_flag(out, "probe", ready->probe);
    json_put_flag(out, "simulated", ready->simulated);
    json_put_flag(out, "http", ready->http);
    json_put(out, "caps", json_incref(ready->caps));
    return out;
}
