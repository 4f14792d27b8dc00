/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What would go wrong in an emergency, said in the status before there is one: by the register and the ladders
 * (engine/readiness.h), and by the gateways as they are now: down, paused, none for calls to those who cannot read.
 */
#include <string.h>

#include "api/api_internal.h"
#include "engine/readiness.h"
#include "lib/json.h"
#include "lib/memory.h"

static bool carries(const json_t *gateway, const char *channel)
{
    const json_t *channels = json_object_get(gateway, "channels"), *one;
    size_t i;

    json_array_foreach (channels, i, one)
        if (strcmp(json_is_string(one) ? json_string_value(one) : "", channel) == 0)
            return true;
    return false;
}

static void problem(json_t *problems, json_t *what, const char *mend)
{
    json_t *one = json_object();

    json_put(one, "what", what);
    json_put_text(one, "mend", mend);
    json_array_append_new(problems, one);
}

/* Whether a gateway for this channel is up now; each that is not is a problem. */
static bool channel_up(const json_t *gateways, const char *channel, json_t *problems)
{
    const json_t *one;
    bool up = false;
    size_t i;

    json_array_foreach (gateways, i, one) {
        const char *name = json_text(one, "name", "?");

        if (!carries(one, channel))
            continue;
        if (json_flag(one, "usable", false) && !json_object_get(one, "pause"))
            up = true;
        else
            problem(problems,
                    json_sprintf("an emergency could not go out by %s (%s) now: it is %s", name, channel,
                                 json_object_get(one, "pause") ? "paused" : json_text(one, "state", "down")),
                    "see why: `greenline gateway list`");
    }
    return up;
}

void api_readiness(struct api_call *call, json_t *status)
{
    if (call->parts->engine)
        json_put(status, "readiness", engine_readiness(call->parts->engine));
}

void api_readiness_gateways(struct api_call *call, json_t *status)
{
    static const char mend[] = "add a gateway, or start the one that is down: `greenline gateway list`";
    json_t *ready = json_object_get(status, "readiness"), *gateways;
    json_t *problems = json_object_get(ready, "problems");

    if (!problems || !call->parts->gateway_list)
        return;
    gateways = call->parts->gateway_list(call->parts->arg);
    if (!channel_up(gateways, "sms", problems))
        problem(problems, json_string("no gateway could carry the texts of an emergency now"), mend);
    if (!channel_up(gateways, "voice", problems) && json_int(ready, "cannot_read", 0) > 0)
        problem(problems,
                json_sprintf("no gateway could carry the calls of an emergency now, and %lld guardians cannot read",
                             (long long)json_int(ready, "cannot_read", 0)),
                mend);
    json_decref(gateways);
}
