/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gateway without sin whose texts come back: each accepted job is a reply from its own number. config: simulated (default
 * true), deaf (nothing comes back), signal (said as its health at the start).
 */
#include "lib/memory.h"
#include "tests/gateways/sin.h"

static void echo(const json_t *job)
{
    json_t *reply = json_object();
    CLEANUP(mem_clean) char *uid = mem_format("r-%s", json_text(job, "id", ""));
    CLEANUP(mem_clean) char *text = NULL;

    json_put_text(reply, "type", "reply");
    json_put_text(reply, "uid", uid);
    json_put_text(reply, "from", json_text(job, "to", ""));
    json_put_text(reply, "text", json_text(job, "text", ""));
    text = json_write(reply);
    sin_say("%s", text);
    json_decref(reply);
}

static void take(const json_t *job, bool deaf)
{
    sin_say("{\"type\":\"started\",\"id\":\"%s\"}", json_text(job, "id", ""));
    sin_say("{\"type\":\"accepted\",\"id\":\"%s\"}", json_text(job, "id", ""));
    if (!deaf)
        echo(job);
}

int main(int argc, char **argv)
{
    json_t *hello, *config, *line;

    (void)argv;
    if (argc > 1) {
        sin_announce(4, true);
        return 0;
    }
    hello = sin_hear();
    if (!hello)
        return 0;
    config = json_object_get(hello, "config");
    sin_announce(4, json_flag(config, "simulated", true));
    if (json_object_get(config, "signal"))
        sin_say("{\"type\":\"health\",\"state\":\"degraded\",\"signal\":%lld}",
                (long long)json_int(config, "signal", 0));
    while ((line = sin_hear())) {
        if (sin_is(line, "send"))
            take(line, json_flag(config, "deaf", false));
        else if (sin_is(line, "ping"))
            sin_pong(line);
        else if (sin_is(line, "drain"))
            sin_say("{\"type\":\"drained\"}");
        json_decref(line);
    }
    json_decref(hello);
    return 0;
}
