/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a gateway says, one function a verb. An outcome for a job that is not open would be misbehaviour in the daemon's
 * eyes: it is logged and not said. Replies and statuses with a uid are kept until stored.
 */
#include <stdint.h>
#include <string.h>

#include "gateways/common/gateway_internal.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"

static json_t *line_new(const char *type)
{
    json_t *line = json_object();

    json_put_text(line, "type", type);
    return line;
}

static json_t *line_about(const char *type, const char *id)
{
    json_t *line = line_new(type);

    json_put_text(line, "id", id);
    return line;
}

json_t *gateway_ready_line(const struct gateway_ready *ready)
{
    json_t *line = line_new("ready");
    json_t *channels = json_array();

    for (const char *const *channel = ready->channels; *channel; channel++)
        json_array_append_new(channels, json_string(*channel));
    json_put_int(line, "version", WIRE_VERSION);
    json_put_text(line, "module", ready->type);
    json_put(line, "channels", channels);
    json_put_int(line, "window", ready->window < 1 ? 1 : ready->window);
    json_put_int(line, "batch", ready->batch < 1 ? 1 : ready->batch);
    json_put_flag(line, "free_text", ready->free_text);
    json_put_flag(line, "delivery_reports", ready->delivery_reports);
    json_put_flag(line, "inbound", ready->inbound);
    json_put_flag(line, "idempotent", ready->idempotent);
    json_put_flag(line, "probe", ready->probe);
    json_put_flag(line, "simulated", ready->simulated);
    if (ready->http)
        json_put_flag(line, "http", true);
    json_put(line, "caps", ready->caps ? json_deep_copy(ready->caps) : json_object());
    return line;
}

void gateway_say_started(struct gateway *gateway, const char *id)
{
    gateway_say(gateway, line_about("started", id));
    gateway->must_flush = true;
    if (!gateway->in_turn)
        gateway_flush(gateway);
}

/* The outcome of an open job: said once. */
static void say_outcome(struct gateway *gateway, const char *id, json_t *line)
{
    if (json_object_del(gateway->open, id) != 0) {
        log_error("job %.80s has its outcome already, or was never given: \"%s\" is not said", id,
                  json_text(line, "type", "?"));
        json_decref(line);
        return;
    }
    gateway_say(gateway, line);
}

void gateway_say_accepted(struct gateway *gateway, const char *id, const char *provider_id, int parts)
{
    json_t *line = line_about("accepted", id);

    json_put_text(line, "provider_id", provider_id);
    if (parts > 0)
        json_put_int(line, "parts", parts);
    say_outcome(gateway, id, line);
}

void gateway_say_accepted_parts(struct gateway *gateway, const char *id, const char *const *provider_ids, int parts)
{
    json_t *line = line_about("accepted", id);
    json_t *ids = json_array();

    for (int i = 0; i < parts; i++)
        json_array_append_new(ids, json_string(provider_ids[i]));
    json_put(line, "provider_id", ids);
    json_put_int(line, "parts", parts);
    say_outcome(gateway, id, line);
}

static const char *const refusals[] = {
    [GATEWAY_PERMANENT] = "permanent",
    [GATEWAY_TEMPORARY] = "temporary",
    [GATEWAY_THROTTLED] = "throttled",
};

bool gateway_refusal_parse(enum gateway_refusal *out, const char *name)
{
    for (size_t i = 0; i < COUNT(refusals); i++) {
        if (strcmp(refusals[i], name) == 0) {
            *out = (enum gateway_refusal)i;
            return true;
        }
    }
    return false;
}

void gateway_say_refused(struct gateway *gateway, const char *id, enum gateway_refusal refusal, const char *code,
                         const char *detail, time_ms retry_after_ms)
{
    json_t *line = line_about("refused", id);

    json_put_text(line, "class", refusals[refusal]);
    json_put_text(line, "code", code);
    json_put_text(line, "detail", detail);
    if (retry_after_ms > 0)
        json_put_int(line, "retry_after", retry_after_ms);
    say_outcome(gateway, id, line);
}

void gateway_say_unknown(struct gateway *gateway, const char *id, const char *detail)
{
    json_t *line = line_about("unknown", id);

    json_put_text(line, "detail", detail);
    say_outcome(gateway, id, line);
}

/* Says the line, and says it again until the daemon has stored it. */
static void say_kept(struct gateway *gateway, const char *uid, json_t *line)
{
    if (!uid || kept_add(&gateway->kept, uid, json_incref(line), clock_mono()))
        gateway_say(gateway, line);
    else
        json_decref(line);
    gateway_arm_repeat(gateway, GATEWAY_REPEAT_MS);
}

void gateway_say_status(struct gateway *gateway, const struct gateway_status *status)
{
    json_t *line = line_about("status", status->id);

    json_put_text(line, "uid", status->uid);
    json_put_text(line, "provider_id", status->provider_id);
    json_put_text(line, "state", status->state);
    json_put_text(line, "code", status->code);
    json_put_text(line, "digits", status->digits);
    if (status->seconds >= 0)
        json_put_int(line, "seconds", status->seconds);
    say_kept(gateway, status->uid, line);
}

void gateway_say_reply(struct gateway *gateway, const struct gateway_reply *reply)
{
    json_t *line = line_new("reply");

    json_put_text(line, "uid", reply->uid);
    json_put_text(line, "from", reply->from);
    json_put_text(line, "to", reply->to);
    json_put_text(line, "text", reply->text);
    json_put_text(line, "digits", reply->digits);
    json_put_text(line, "call", reply->call);
    if (reply->at != TIME_NEVER)
        json_put_int(line, "at", reply->at);
    say_kept(gateway, reply->uid, line);
}

void gateway_say_fate(struct gateway *gateway, const char *id, enum gateway_fate fate)
{
    static const char *const fates[] = {
        [GATEWAY_FATE_SENT] = "sent",
        [GATEWAY_FATE_NOT_SENT] = "not_sent",
        [GATEWAY_FATE_UNKNOWN] = "unknown",
    };
    json_t *line = line_about("fate", id);

    json_put_text(line, "state", fates[fate]);
    gateway_say(gateway, line);
}

void gateway_say_window(struct gateway *gateway, int n)
{
    json_t *line = line_new("window");

    json_put_int(line, "n", n < 1 ? 1 : n);
    gateway_say(gateway, line);
}

void gateway_say_pause(struct gateway *gateway, const char *reason, time_ms until)
{
    json_t *line = line_new("pause");

    json_put_text(line, "reason", reason);
    if (until != TIME_NEVER)
        json_put_int(line, "until", until);
    gateway_say(gateway, line);
}

void gateway_say_health(struct gateway *gateway, const char *state, const char *detail, int64_t signal, int64_t balance)
{
    json_t *line = line_new("health");

    json_put_text(line, "state", state);
    json_put_text(line, "detail", detail);
    if (signal != INT64_MIN)
        json_put_int(line, "signal", signal);
    if (balance != INT64_MIN)
        json_put_int(line, "balance", balance);
    gateway_say(gateway, line);
}
