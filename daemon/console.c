/* SPDX-License-Identifier: Apache-2.0 */
/* What the API shows and changes of the daemon itself: its gateways and its state; see api/api.h. */
#include <string.h>

#include "daemon_internal.h"
#include "lib/memory.h"

static json_t *all_gateways(void *arg)
{
    struct daemon *d = arg;
    json_t *list = json_array();

    for (struct gateway *g = gateways_next(d->gateways, NULL); g; g = gateways_next(d->gateways, g))
        json_array_append_new(list, gateway_show(g));
    return list;
}

static json_t *one_gateway(void *arg, const char *name)
{
    const struct gateway *g = gateways_find(((struct daemon *)arg)->gateways, name);

    return g ? gateway_show(g) : NULL;
}

static bool change_gateway(void *arg, const char *name, const char *verb, const json_t *body, struct error *err)
{
    struct daemon *d = arg;
    struct gateway *g = gateways_find(d->gateways, name);
    const char *until_text = json_string_value(json_object_get(body, "until"));
    const char *reason = json_string_value(json_object_get(body, "reason"));
    time_ms until = TIME_NEVER;

    if (!g)
        return error_set(err, "gateway \"%s\": there is none: see `greenline gateway list`", name);
    if (until_text && !zone_parse(&until, d->zone, until_text, err))
        return false;
    if (strcmp(verb, "pause") == 0)
        gateway_pause(g, reason ? reason : "", until);
    else if (strcmp(verb, "resume") == 0)
        gateway_resume(g);
    else
        gateway_drain(g);
    api_changed(d->api);
    return true;
}

/* Event hooks that do not run, or lost something. */
static void put_hooks(json_t *problems, const struct daemon *d)
{
    json_t *all = heralds_show(d->heralds), *hook;
    size_t i;

    json_array_foreach (all, i, hook) {
        const char *name = json_string_value(json_object_get(hook, "name"));
        const char *reason = json_string_value(json_object_get(hook, "last_reason"));
        const json_int_t lost = json_integer_value(json_object_get(hook, "lost"));

        if (*reason && json_is_false(json_object_get(hook, "running")))
            json_array_append_new(problems,
                                  json_pack("{s:o, s:s}", "what", json_sprintf("hook %s is down: %s", name, reason),
                                            "mend", "look at its program; what it says stands in the log"));
        if (lost)
            json_array_append_new(
                problems, json_pack("{s:o, s:s}", "what",
                                    json_sprintf("hook %s did not read: %lld events lost", name, (long long)lost),
                                    "mend", "make its program read on, then restart the daemon"));
    }
    json_decref(all);
}

static json_t *own_status(void *arg)
{
    struct daemon *d = arg;
    const char *mode = d->stopping ? "draining" : d->urgent_only ? "emergencies_only" : "normal";
    json_t *json = json_pack("{s:s, s:I, s:o, s:o, s:{s:i, s:i}}", "mode", mode, "uptime_s",
                             (json_int_t)((clock_mono() - d->started_real) / 1000), "problems", json_array(), "store",
                             trouble_show(d), "turn", "last_ms", d->turns.last_ms, "most_ms",
                             d->turns.most_ms > d->turns.before_ms ? d->turns.most_ms : d->turns.before_ms);
    json_t *gateways = json_array(), *watched = watch_problems(d);

    for (struct gateway *g = gateways_next(d->gateways, NULL); g; g = gateways_next(d->gateways, g)) {
        json_t *all = gateway_show(g);

        json_array_append_new(gateways,
                              json_pack("{s:s, s:O?, s:O?, s:O?}", "name", gateway_name(g), "state",
                                        json_object_get(all, "state"), "window", json_object_get(all, "window"),
                                        "in_flight", json_object_get(all, "in_flight")));
        json_decref(all);
    }
    json_object_set_new(json, "gateways", gateways);
    trouble_problems(d, json_object_get(json, "problems"));
    json_array_extend(json_object_get(json, "problems"), watched);
    json_decref(watched);
    checks_show(d, json_object_get(json, "problems"));
    put_hooks(json_object_get(json, "problems"), d);
    return json;
}

/* Whom to ring by hand in an emergency. */
static json_t *own_numbers(void *arg)
{
    const struct daemon *d = arg;
    json_t *list = json_array();

    for (size_t i = 0; i < d->config.emergency.number_count; i++) {
        const struct config_number *number = &d->config.emergency.numbers[i];

        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s}", "name", number->name, "zh", number->zh, "number", number->number));
    }
    return list;
}

static json_t *begin_chore(void *arg, const char *kind, const json_t *body, struct error *err)
{
    return chore_begin(arg, kind, body, err);
}

static json_t *one_chore(void *arg, const char *kind, const char *name)
{
    return chore_show(arg, kind, name);
}

static const char *refuses(void *arg)
{
    return trouble_refuses(arg);
}

static void read_failed(void *arg, enum fault fault)
{
    trouble_read_failed(arg, fault);
}

static void released(void *arg)
{
    daemon_released(arg);
}

struct api_setting console_setting(const struct daemon *d)
{
    return (struct api_setting){ .socket = d->config.listen.socket,
                                 .tokens = d->config.listen.tokens,
                                 .zone = d->zone,
                                 .calendar = d->calendar,
                                 .school = d->config.school.name,
                                 .language = d->config.school.language,
                                 .region = d->config.school.region,
                                 .headers = d->config.headers,
                                 .quiet = { d->config.school.quiet_from_min, d->config.school.quiet_to_min },
                                 .backups = d->config.backup.folder,
                                 .demo = d->config.demo };
}

struct api_parts console_parts(struct daemon *d)
{
    return (struct api_parts){ .turn = d->turn,
                               .engine = d->engine,
                               .outbox = d->outbox,
                               .grammar = d->grammar,
                               .helper = d->helper,
                               .aside = { d->aside.turn, d->aside.engine, d->aside.outbox },
                               .arg = d,
                               .status = own_status,
                               .check_ladders = checks_ladders,
                               .numbers = own_numbers,
                               .chore_begin = begin_chore,
                               .chore_show = one_chore,
                               .refuses = refuses,
                               .read_failed = read_failed,
                               .released = released,
                               .metrics = metrics_own,
                               .gateway_list = all_gateways,
                               .gateway_show = one_gateway,
                               .gateway_change = change_gateway };
}
