/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gateway without sin, for comparison. The text of a job says what is to become of it: accept, refuse, throttle,
 * unknown, hold (taken, answered when drained), start (started, answered when drained), report (a status before the
 * outcome), die (the program is killed at once). config: window, simulated.
 */
#include <signal.h>

#include "lib/memory.h"
#include "tests/gateways/sin.h"

enum { HELD_MAX = 64 };

struct held {
    char *ids[HELD_MAX];
    size_t count;
};

static void say_accepted(const char *id)
{
    sin_say("{\"type\":\"accepted\",\"id\":\"%s\",\"provider_id\":[\"p1\",\"p2\"],\"parts\":2}", id);
}

static void keep(struct held *held, const char *id)
{
    if (held->count < HELD_MAX)
        held->ids[held->count++] = mem_dup(id);
}

static void take(struct held *held, const json_t *job)
{
    const char *id = json_text(job, "id", "");
    const char *text = json_text(job, "text", "");

    if (strcmp(text, "die") == 0)
        raise(SIGKILL);
    if (strcmp(text, "hold") == 0) {
        keep(held, id);
        return;
    }
    if (strcmp(text, "refuse") == 0) {
        sin_say("{\"type\":\"refused\",\"id\":\"%s\",\"class\":\"permanent\",\"code\":\"E1\"}", id);
        return;
    }
    if (strcmp(text, "throttle") == 0) {
        sin_say("{\"type\":\"refused\",\"id\":\"%s\",\"class\":\"throttled\",\"retry_after\":300}", id);
        return;
    }
    sin_say("{\"type\":\"started\",\"id\":\"%s\"}", id);
    if (strcmp(text, "start") == 0)
        keep(held, id);
    else if (strcmp(text, "unknown") == 0)
        sin_say("{\"type\":\"unknown\",\"id\":\"%s\",\"detail\":\"connection lost\"}", id);
    else if (strcmp(text, "report") == 0)
        sin_say("{\"type\":\"status\",\"uid\":\"s-%s\",\"id\":\"%s\",\"state\":\"delivered\"}", id, id);
    if (strcmp(text, "accept") == 0 || strcmp(text, "report") == 0)
        say_accepted(id);
}

static void drain(struct held *held)
{
    while (held->count > 0) {
        char *id = held->ids[--held->count];

        say_accepted(id);
        free(id);
    }
    sin_say("{\"type\":\"drained\"}");
}

static void hear(struct held *held, const json_t *line)
{
    if (sin_is(line, "send"))
        take(held, line);
    else if (sin_is(line, "ping"))
        sin_pong(line);
    else if (sin_is(line, "probe"))
        sin_say("{\"type\":\"fate\",\"id\":\"%s\",\"state\":\"not_sent\"}", json_text(line, "id", ""));
    else if (sin_is(line, "drain"))
        drain(held);
}

int main(int argc, char **argv)
{
    struct held held = { 0 };
    json_t *hello, *line;

    (void)argv;
    if (argc > 1) {
        sin_announce(4, true);
        return 0;
    }
    hello = sin_greet();
    while ((line = sin_hear())) {
        hear(&held, line);
        json_decref(line);
    }
    for (size_t i = 0; i < held.count; i++)
        free(held.ids[i]);
    json_decref(hello);
    return 0;
}
