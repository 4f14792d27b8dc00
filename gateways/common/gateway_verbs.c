/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the daemon says: hello, then one function a verb, found in a table. A line that lacks what its verb needs is
 * refused where it can be answered, else passed over and counted: a gateway does not die of one bad line.
 */
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "gateways/common/gateway_internal.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"

static bool speaks_version(const json_t *versions)
{
    size_t i;
    json_t *version;

    json_array_foreach (versions, i, version)
        if (json_is_integer(version) && json_integer_value(version) == WIRE_VERSION)
            return true;
    return false;
}

static struct gateway_hello hello_read(const json_t *line)
{
    const double speed = json_number_value(json_object_get(line, "speed"));
    const char *own = getenv("STATE_DIRECTORY"); /* systemd.exec(5): of the unit that we run in */

    return (struct gateway_hello){
        .name = json_text(line, "name", "gateway"),
        .epoch = json_text(line, "epoch", ""),
        .boot = json_text(line, "boot", ""),
        .state_dir = json_text(line, "state_dir", own ? own : "."),
        .zone = json_text(line, "zone", "UTC"),
        .demo = json_flag(line, "demo", false),
        .speed = speed > 0 ? speed : 1,
    };
}

/* The daemon's clock: the system's, or on a demo store one that showed `now` when the monotonic clock showed `mono`. */
static struct clock clock_of(const json_t *line, const struct gateway_hello *hello)
{
    const time_ms here = clock_mono();
    const time_ms mono = json_int(line, "mono", here);
    const time_ms now = json_int(line, "now", 0);
    struct clock clock = clock_system();

    if (hello->demo && now > 0) {
        clock = clock_demo(now, hello->speed);
        clock.real_start = mono <= here && mono >= here - GATEWAY_HELLO_MONO_MAX ? mono : here;
    }
    return clock;
}

/* The module's configuration and the file of kept lines. */
static bool set_up(struct gateway *gateway, const json_t *config, struct error *err)
{
    const struct gateway_module *module = gateway->module;
    json_t *none = json_object();
    CLEANUP(mem_clean) char *path = NULL;

    if (module->keep)
        path = mem_format("%s/%s.kept", gateway->hello.state_dir, gateway->hello.name);
    if (module->configure)
        gateway->state = module->configure(gateway, json_is_object(config) ? config : none, &gateway->ready, err);
    json_decref(none);
    return (gateway->state || !module->configure) && kept_open(&gateway->kept, path, err);
}

bool gateway_take_hello(struct gateway *gateway, json_t *line, struct error *err)
{
    gateway->hello_line = line;
    if (strcmp(json_text(line, "type", ""), "hello") != 0)
        return error_set(err, "the first line is not hello: start with hello, see PROTOCOL.md");
    if (!speaks_version(json_object_get(line, "versions")))
        return error_set(err, "hello offers no version we speak: we speak %d", (int)WIRE_VERSION);
    gateway->hello = hello_read(line);
    gateway->clock = clock_of(line, &gateway->hello);
    if (!set_up(gateway, json_object_get(line, "config"), err))
        return false;
    gateway_say(gateway, gateway_ready_line(&gateway->ready));
    gateway_arm_repeat(gateway, 0); /* what an earlier run kept */
    return true;
}

static bool has_channel(const struct gateway *gateway, const char *channel)
{
    for (const char *const *own = gateway->ready.channels; *own; own++)
        if (strcmp(*own, channel) == 0)
            return true;
    return false;
}

/* Why a job cannot be taken (a code of PROTOCOL.md), or NULL; permanent unless it can be otherwise later. */
static const char *job_fault(const struct gateway *gateway, const struct gateway_job *job,
                             enum gateway_refusal *refusal)
{
    *refusal = GATEWAY_TEMPORARY;
    if (gateway->draining || gateway->ended)
        return "draining";
    if (job->expires <= gateway_now(gateway))
        return "expired";
    *refusal = GATEWAY_PERMANENT;
    if (!*job->to)
        return "no_number";
    return has_channel(gateway, job->channel) ? NULL : "no_channel";
}

static struct gateway_job job_read(const json_t *line)
{
    return (struct gateway_job){
        .id = json_text(line, "id", NULL),
        .channel = json_text(line, "channel", ""),
        .lane = json_text(line, "lane", "notice"),
        .to = json_text(line, "to", ""),
        .text = json_text(line, "text", NULL),
        .template = json_text(line, "template", NULL),
        .reply_ext = json_text(line, "reply_ext", NULL),
        .params = json_object_get(line, "params"),
        .voice = json_object_get(line, "voice"),
        .expires = json_int(line, "expires", TIME_NEVER),
        .again = json_flag(line, "again", false),
    };
}

static void take_send(struct gateway *gateway, const json_t *line)
{
    const struct gateway_job job = job_read(line);
    enum gateway_refusal refusal;
    const char *fault;

    if (!job.id || json_object_get(gateway->open, job.id)) {
        log_warning("send without an id, or with the id of an open job: passed over");
        gateway->ignored++;
        return;
    }
    json_object_set_new(gateway->open, job.id, json_true());
    fault = job_fault(gateway, &job, &refusal);
    if (fault)
        gateway_say_refused(gateway, job.id, refusal, fault, NULL, 0);
    else
        gateway->module->send(gateway, &job);
}

static void take_cancel(struct gateway *gateway, const json_t *line)
{
    const char *id = json_text(line, "id", NULL);

    if (id && gateway->module->cancel && json_object_get(gateway->open, id))
        gateway->module->cancel(gateway, id);
}

static void take_probe(struct gateway *gateway, const json_t *line)
{
    const char *id = json_text(line, "id", NULL);

    if (id && gateway->module->probe)
        gateway->module->probe(gateway, id, json_text(line, "provider_id", NULL));
    else if (id)
        gateway_say_fate(gateway, id, GATEWAY_FATE_UNKNOWN);
}

static void take_stored(struct gateway *gateway, const json_t *line)
{
    const char *uid = json_text(line, "uid", NULL);

    if (uid && kept_stored(&gateway->kept, uid) && gateway->module->stored)
        gateway->module->stored(gateway, uid);
}

static void on_drain_due(evutil_socket_t fd, short what, void *arg)
{
    struct gateway *gateway = arg;

    (void)fd, (void)what;
    if (gateway->drained)
        return;
    gateway->drained = true;
    gateway_say(gateway, json_pack("{s:s}", "type", "drained"));
}

static void take_drain(struct gateway *gateway, const json_t *line)
{
    const time_ms deadline = json_int(line, "deadline", TIME_NEVER);
    const time_ms wait = gateway_until(gateway, deadline);
    const struct timeval real = { .tv_sec = wait / 1000, .tv_usec = wait % 1000 * 1000 };

    if (gateway->draining)
        return;
    gateway->draining = true;
    if (gateway->module->drain)
        gateway->module->drain(gateway, deadline);
    if (deadline == TIME_NEVER)
        return;
    gateway->drain_due = evtimer_new(gateway->base, on_drain_due, gateway);
    event_add(gateway->drain_due, &real);
}

static void take_ping(struct gateway *gateway, const json_t *line)
{
    json_t *pong = json_copy((json_t *)line);

    json_put_text(pong, "type", "pong");
    gateway_say(gateway, pong);
}

static const struct {
    const char *name;
    void (*take)(struct gateway *gateway, const json_t *line);
} verbs[] = {
    { "send", take_send },     { "stored", take_stored }, { "ping", take_ping },         { "probe", take_probe },
    { "cancel", take_cancel }, { "drain", take_drain },   { "http", gateway_take_http },
};

void gateway_take_line(struct gateway *gateway, const json_t *line)
{
    const char *verb = json_text(line, "type", "");

    for (size_t i = 0; i < COUNT(verbs); i++) {
        if (strcmp(verbs[i].name, verb) == 0) {
            verbs[i].take(gateway, line);
            return;
        }
    }
    gateway->ignored++;
}
