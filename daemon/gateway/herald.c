/* SPDX-License-Identifier: Apache-2.0 */
/* The set of event hooks, and what they are told; see herald.h. */
#include "gateway/herald.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/herald_internal.h"
#include "lib/json.h"
#include "lib/memory.h"

static const char *const names[] = {
    [HERALD_ALERT] = "alert",           [HERALD_GATEWAY_DOWN] = "gateway_down",
    [HERALD_GATEWAY_UP] = "gateway_up", [HERALD_DISK] = "disk",
    [HERALD_CLOCK] = "clock",
};
_Static_assert(COUNT(names) == HERALD_EVENTS, "each event has its name");

static const struct herald_intervals defaults = {
    .backoff_first = SECOND_MS,
    .backoff_max = MINUTE_MS,
    .healthy = MINUTE_MS,
    .stuck = MINUTE_MS,
    .end = 5 * SECOND_MS,
    .kill = SECOND_MS,
};

const char *herald_event_name(enum herald_event event)
{
    return names[event];
}

static time_ms or_default(time_ms set, time_ms normal)
{
    return set > 0 ? set : normal;
}

struct heralds *heralds_new(struct event_base *base, const struct heralds_setting *setting)
{
    const struct herald_intervals *set = &setting->intervals;
    struct heralds *heralds = mem_new(1, sizeof *heralds);

    signal(SIGPIPE, SIG_IGN); /* a hook that is gone is an error of write(2) */
    *heralds = (struct heralds){
        .base = base,
        .school = mem_dup(setting->school),
        .zone = mem_dup(setting->zone),
        .demo = setting->demo,
        .clock = setting->clock,
        .random = setting->random,
        .intervals = { .backoff_first = or_default(set->backoff_first, defaults.backoff_first),
                       .backoff_max = or_default(set->backoff_max, defaults.backoff_max),
                       .healthy = or_default(set->healthy, defaults.healthy),
                       .stuck = or_default(set->stuck, defaults.stuck),
                       .end = or_default(set->end, defaults.end),
                       .kill = or_default(set->kill, defaults.kill) },
    };
    return heralds;
}

/* One hook */

static char **copy_list(const char *const *list)
{
    size_t count = 0;
    char **copy;

    while (list[count])
        count++;
    copy = mem_new(count + 1, sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = mem_dup(list[i]);
    return copy;
}

static void destroy(struct herald *h)
{
    herald_life_free(h);
    for (size_t i = 0; h->events[i]; i++)
        free(h->events[i]);
    free(h->events);
    free(h->program);
    json_decref(h->config);
    free(h);
}

void herald_forget(struct herald *h)
{
    struct herald **link = &h->set->first;

    while (*link != h)
        link = &(*link)->next;
    *link = h->next;
    destroy(h);
}

void heralds_free(struct heralds *heralds)
{
    if (!heralds)
        return;
    for (struct herald *h = heralds->first, *next; h; h = next) {
        next = h->next;
        destroy(h);
    }
    free(heralds->school);
    free(heralds->zone);
    free(heralds);
}

static bool name_is_free(const struct heralds *heralds, const char *name)
{
    for (const struct herald *h = heralds->first; h; h = h->next)
        if (strcmp(h->name, name) == 0)
            return false;
    return true;
}

/* "on-alert", and "on-alert-2" for another of the same program. */
static void set_name(struct herald *h)
{
    const char *slash = strrchr(h->program, '/');
    const char *base = slash ? slash + 1 : h->program;

    snprintf(h->name, sizeof h->name, "%.60s", base);
    for (int n = 2; !name_is_free(h->set, h->name); n++)
        snprintf(h->name, sizeof h->name, "%.60s-%d", base, n);
}

static void add(struct heralds *heralds, const struct herald_config *config)
{
    struct herald *h = mem_new(1, sizeof *h), **link = &heralds->first;

    h->set = heralds;
    h->program = mem_dup(config->program);
    h->events = copy_list(config->events);
    h->config = config->config ? json_deep_copy(config->config) : json_object();
    set_name(h);
    herald_life_new(h);
    while (*link)
        link = &(*link)->next;
    *link = h;
}

/* Reload */

static bool lists_equal(char *const *a, const char *const *b)
{
    while (*a && *b && strcmp(*a, *b) == 0)
        a++, b++;
    return !*a && !*b;
}

static bool is_of(const struct herald *h, const struct herald_config *config)
{
    const json_t *other = config->config;

    return strcmp(h->program, config->program) == 0 && lists_equal(h->events, config->events) &&
           (other ? json_equal(h->config, other) : json_object_size(h->config) == 0);
}

void heralds_reload(struct heralds *heralds, const struct herald_config *configs, size_t count)
{
    bool kept[HERALD_HOOKS_MAX] = { false };

    for (struct herald *h = heralds->first, *next; h; h = next) {
        size_t i = 0;

        next = h->next;
        while (i < count && i < HERALD_HOOKS_MAX && (kept[i] || h->retired || !is_of(h, &configs[i])))
            i++;
        if (i < count && i < HERALD_HOOKS_MAX)
            kept[i] = true;
        else
            herald_retire(h);
    }
    for (size_t i = 0; i < count && i < HERALD_HOOKS_MAX; i++)
        if (!kept[i])
            add(heralds, &configs[i]);
}

/* Lines */

static json_t *words(char *const *list)
{
    json_t *out = json_array();

    for (; *list; list++)
        json_array_append_new(out, json_string(*list));
    return out;
}

json_t *herald_hello(const struct herald *h)
{
    json_t *line = json_object();

    json_put_text(line, "type", "hello");
    json_put(line, "versions", json_pack("[i]", 1));
    json_put_text(line, "school", h->set->school);
    json_put_text(line, "zone", h->set->zone);
    json_put_flag(line, "demo", h->set->demo);
    json_put_int(line, "now", clock_now(h->set->clock));
    json_put(line, "events", words(h->events));
    json_put(line, "config", json_incref(h->config));
    return line;
}

static bool wants(const struct herald *h, const char *event)
{
    if (h->retired)
        return false;
    for (char *const *at = h->events; *at; at++)
        if (strcmp(*at, event) == 0)
            return true;
    return false;
}

void heralds_tell(struct heralds *heralds, enum herald_event event, json_t *fields)
{
    json_t *line = json_object();

    if (heralds && !heralds->ended && heralds->first) {
        json_put_text(line, "type", names[event]);
        json_put_int(line, "n", ++heralds->number);
        json_put_int(line, "at", clock_now(heralds->clock));
        if (fields)
            json_object_update(line, fields);
        for (struct herald *h = heralds->first; h; h = h->next) {
            if (!wants(h, names[event]))
                continue;
            herald_append(h, json_incref(line));
            herald_flow(h);
        }
    }
    json_decref(line);
    json_decref(fields);
}

/* The end */

static void wait_for(const struct herald *h, time_ms until)
{
    struct pollfd exit = { .fd = h->process.pidfd, .events = POLLIN };
    time_ms left;

    while ((left = until - clock_mono()) > 0 && poll(&exit, 1, (int)left) < 0) {
    }
}

void heralds_end(struct heralds *heralds, time_ms within_ms)
{
    const time_ms until = clock_mono() + within_ms;

    if (!heralds)
        return;
    heralds->ended = true;
    for (struct herald *h = heralds->first; h; h = h->next) {
        herald_flow(h);
        herald_end(h);
    }
    for (struct herald *h = heralds->first; h; h = h->next)
        if (h->process.pid)
            wait_for(h, until);
}

json_t *heralds_show(const struct heralds *heralds)
{
    json_t *all = json_array();

    for (const struct herald *h = heralds->first; h; h = h->next) {
        json_t *one = json_object();

        json_put_text(one, "name", h->name);
        json_put_text(one, "program", h->program);
        json_put(one, "for", words(h->events));
        json_put_flag(one, "running", h->process.pid && !h->ending);
        json_put_int(one, "restarts", h->starts > 1 ? h->starts - 1 : 0);
        json_put_int(one, "events", h->told);
        json_put_int(one, "lost", h->lost);
        json_put_int(one, "waiting", (json_int_t)h->count);
        json_put_text(one, "last_reason", h->last_reason);
        json_put(one, "log", chatter_show(&h->chatter));
        json_array_append_new(all, one);
    }
    return all;
}
