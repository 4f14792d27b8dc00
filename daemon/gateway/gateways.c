/* SPDX-License-Identifier: Apache-2.0 */
/* The set of gateways: add, reload, tick, drain; see gateway.h. Kept in the order in which they were configured. */
#include <ctype.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/gateway_internal.h"
#include "gateway/landlock.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"

enum { NAME_MAX_BYTES = 40 };

static const struct gateway_intervals defaults = {
    .ready = 10 * SECOND_MS,
    .pong = 30 * SECOND_MS,
    .end = 5 * SECOND_MS,
    .kill = SECOND_MS,
    .backoff_first = SECOND_MS,
    .backoff_max = MINUTE_MS,
    .healthy = MINUTE_MS,
    .job = 10 * MINUTE_MS,
    .expired = 30 * SECOND_MS,
    .lock = 500,
    .drain = 25 * SECOND_MS,
    .http = 10 * SECOND_MS,
};

static time_ms or_default(time_ms set, time_ms normal)
{
    return set > 0 ? set : normal;
}

static struct gateway_intervals complete(const struct gateway_intervals *set)
{
    return (struct gateway_intervals){
        .ready = or_default(set->ready, defaults.ready),
        .pong = or_default(set->pong, defaults.pong),
        .end = or_default(set->end, defaults.end),
        .kill = or_default(set->kill, defaults.kill),
        .backoff_first = or_default(set->backoff_first, defaults.backoff_first),
        .backoff_max = or_default(set->backoff_max, defaults.backoff_max),
        .healthy = or_default(set->healthy, defaults.healthy),
        .job = or_default(set->job, defaults.job),
        .expired = or_default(set->expired, defaults.expired),
        .lock = or_default(set->lock, defaults.lock),
        .drain = or_default(set->drain, defaults.drain),
        .http = or_default(set->http, defaults.http),
    };
}

/* The configuration, copied */

static char **copy_list(const char *const *list)
{
    size_t count = 0;
    char **copy;

    if (!list)
        return NULL;
    while (list[count])
        count++;
    copy = mem_new(count + 1, sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = mem_dup(list[i]);
    return copy;
}

static void free_list(const char *const *list)
{
    for (const char *const *one = list; one && *one; one++)
        free((char *)(uintptr_t)*one);
    free((void *)(uintptr_t)list);
}

static struct gateway_config config_copy(const struct gateway_config *config)
{
    return (struct gateway_config){
        .name = mem_dup(config->name),
        .program = mem_dup(config->program),
        .channels = (const char *const *)copy_list(config->channels),
        .prefixes = (const char *const *)copy_list(config->prefixes),
        .config = config->config ? json_deep_copy(config->config) : json_object(),
        .rate = config->rate,
        .unconfined = config->unconfined,
        .paths = (const char *const *)copy_list(config->paths),
    };
}

static void config_free(struct gateway_config *config)
{
    free((char *)(uintptr_t)config->name);
    free((char *)(uintptr_t)config->program);
    free_list(config->channels);
    free_list(config->prefixes);
    free_list(config->paths);
    json_decref(config->config);
    *config = (struct gateway_config){ 0 };
}

static bool name_valid(const char *name, struct error *err)
{
    const char *at = name;

    while (at && (isalnum((unsigned char)*at) || *at == '-' || *at == '_'))
        at++;
    if (at && at != name && !*at && at - name <= NAME_MAX_BYTES)
        return true;
    return error_set(err, "gateway \"%.60s\": a name has 1 to %d letters, digits, - or _", name ? name : "",
                     (int)NAME_MAX_BYTES);
}

/* The set */

struct gateways *gateways_new(struct event_base *base, const struct gateway_events *events, void *arg,
                              const struct gateways_setting *setting)
{
    struct gateways *set = mem_new(1, sizeof *set);

    signal(SIGPIPE, SIG_IGN); /* a gateway that is gone is an error of write(2) */
    *set = (struct gateways){
        .base = base,
        .events = *events,
        .arg = arg,
        .epoch = mem_dup(setting->epoch),
        .prefix = mem_format("%s-", setting->epoch),
        .boot = mem_dup(setting->boot),
        .state_dir = mem_dup(setting->state_dir),
        .zone = mem_dup(setting->zone),
        .resolver = mem_dup(setting->resolver ? setting->resolver : LANDLOCK_RESOLVER),
        .demo = setting->demo,
        .clock = setting->clock,
        .random = setting->random,
        .intervals = complete(&setting->intervals),
    };
    return set;
}

static void destroy(struct gateway *g)
{
    life_free(g);
    if (g->pending)
        config_free(g->pending);
    free(g->pending);
    config_free(&g->config);
    free(g->folder);
    free(g->lock_path);
    free(g);
}

void gateways_forget(struct gateway *g)
{
    struct gateway **link = &g->set->first;

    while (*link != g)
        link = &(*link)->next;
    *link = g->next;
    destroy(g);
}

void gateways_free(struct gateways *set)
{
    struct gateway *next;

    if (!set)
        return;
    for (struct gateway *g = set->first; g; g = next) {
        next = g->next;
        destroy(g);
    }
    free(set->epoch);
    free(set->prefix);
    free(set->boot);
    free(set->state_dir);
    free(set->zone);
    free(set->resolver);
    free(set);
}

struct gateway *gateways_next(const struct gateways *set, const struct gateway *g)
{
    return g ? g->next : set->first;
}

struct gateway *gateways_find(const struct gateways *set, const char *name)
{
    struct gateway *g = set->first;

    while (g && strcmp(g->config.name, name) != 0)
        g = g->next;
    return g;
}

void gateways_each(struct gateways *set, void (*each)(void *arg, struct gateway *g), void *arg)
{
    struct gateway *next;

    for (struct gateway *g = set->first; g; g = next) {
        next = g->next;
        each(arg, g);
    }
}

static void append(struct gateways *set, struct gateway *g)
{
    struct gateway **link = &set->first;

    while (*link)
        link = &(*link)->next;
    *link = g;
}

bool gateways_add(struct gateways *set, const struct gateway_config *config, struct error *err)
{
    struct gateway *g;

    if (!name_valid(config->name, err))
        return false;
    if (gateways_find(set, config->name))
        return error_set(err, "gateway \"%s\": there are two of that name; give one another name", config->name);
    g = mem_new(1, sizeof *g);
    *g = (struct gateway){
        .set = set,
        .config = config_copy(config),
        .folder = mem_format("%s/%s", set->state_dir, config->name),
        .lock_path = mem_format("%s/%s.lock", set->state_dir, config->name),
        .process = PROCESS_NONE,
    };
    if (!life_new(g))
        abort(); /* libevent without memory */
    append(set, g);
    life_start(g, 0);
    return true;
}

/* Reload */

static bool same_list(const char *const *a, const char *const *b)
{
    for (; a && b && *a && *b && strcmp(*a, *b) == 0; a++, b++) {
    }
    return (!a || !*a) && (!b || !*b);
}

static bool same_program(const struct gateway_config *a, const struct gateway_config *b)
{
    static json_t *const none = NULL;
    const json_t *left = a->config, *right = b->config ? b->config : none;
    const bool equal = right ? json_equal(left, right) : json_object_size(left) == 0;

    return strcmp(a->program, b->program) == 0 && equal && a->unconfined == b->unconfined &&
           same_list(a->paths, b->paths);
}

static void set_pending(struct gateway *g, const struct gateway_config *config)
{
    if (!g->pending)
        g->pending = mem_new(1, sizeof *g->pending);
    else
        config_free(g->pending);
    *g->pending = config_copy(config);
}

void gateways_apply_pending(struct gateway *g)
{
    if (!g->pending)
        return;
    config_free(&g->config);
    g->config = *g->pending;
    free(g->pending);
    g->pending = NULL;
}

/* What the program does not know of is put in place; for the rest it must be started anew. */
static void reconfigure(struct gateway *g, const struct gateway_config *config)
{
    const bool same = same_program(&g->config, config);
    const bool down = g->state == GATEWAY_WAITING || g->state == GATEWAY_STOPPED;
    const bool was_halted = g->halted;

    set_pending(g, config);
    g->halted = g->retired = false;
    if (same)
        gateways_apply_pending(g);
    if (down) {
        g->backoff = g->set->intervals.backoff_first;
        life_start(g, 0);
    } else if (!same || (was_halted && g->state == GATEWAY_DRAINING)) {
        life_drain(g, g->set->intervals.drain);
    } else {
        g->room_changed = true;
        life_wake(g);
    }
}

static void retire(struct gateway *g)
{
    g->retired = g->halted = true;
    life_drain(g, g->set->intervals.drain);
}

static const struct gateway_config *find_config(const struct gateway_config *configs, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(configs[i].name, name) == 0)
            return &configs[i];
    return NULL;
}

bool gateways_reload(struct gateways *set, const struct gateway_config *configs, size_t count, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!name_valid(configs[i].name, err))
            return false;
        if (find_config(configs, i, configs[i].name))
            return error_set(err, "gateway \"%s\": there are two of that name; give one another name", configs[i].name);
    }
    for (struct gateway *g = set->first; g; g = g->next) {
        const struct gateway_config *config = find_config(configs, count, g->config.name);

        if (config)
            reconfigure(g, config);
        else
            retire(g);
    }
    for (size_t i = 0; i < count; i++)
        if (!gateways_find(set, configs[i].name) && !gateways_add(set, &configs[i], err))
            return false;
    return true;
}

/* Shutdown */

void gateways_drain_all(struct gateways *set, time_ms within_ms)
{
    for (struct gateway *g = set->first; g; g = g->next) {
        g->halted = true;
        life_drain(g, within_ms);
    }
}

bool gateways_stopped(const struct gateways *set)
{
    for (const struct gateway *g = set->first; g; g = g->next)
        if (g->state != GATEWAY_STOPPED)
            return false;
    return true;
}

/* The tick */

/* Something it said waits for us: then the delay may be ours. */
static bool unheard(const struct gateway *g)
{
    struct pollfd output = { .fd = g->process.out, .events = POLLIN };

    return g->backlog || poll(&output, 1, 0) > 0;
}

static void look_for_pong(struct gateway *g, time_ms now)
{
    if (g->ping_at == 0 || now - g->ping_at < g->set->intervals.pong)
        return;
    if (g->ping_overdue || !unheard(g))
        life_fault(g, "no pong in %lld ms", (long long)g->set->intervals.pong);
    g->ping_overdue = true;
}

static void ping(struct gateway *g, time_ms now)
{
    json_t *line = json_object();

    if (g->ping_at != 0) {
        json_decref(line);
        return;
    }
    g->ping_at = now;
    json_put_text(line, "type", "ping");
    json_put_int(line, "n", ++g->ping);
    life_write(g, line);
}

static void look_at_jobs(struct gateway *g, time_ms now)
{
    const int freed = window_sweep(&g->window, now);
    const struct held *held = window_overdue(&g->window, now);

    if (freed > 0) {
        log_warning("gateway %s: %d slots were taken and never used", g->config.name, freed);
        g->room_changed = true;
    }
    if (held)
        life_fault(g, "job %.80s is silent past its deadline", held->id);
}

static void tick(void *arg, struct gateway *g)
{
    const time_ms now = clock_mono();

    (void)arg;
    if (g->state != GATEWAY_READY && g->state != GATEWAY_DRAINING)
        return;
    look_at_jobs(g, now);
    look_for_pong(g, now);
    if (g->state == GATEWAY_READY)
        ping(g, now);
    start_look_at_resolver(g);
    pace_look(g);
    life_tell(g);
}

void gateways_tick(struct gateways *set)
{
    gateways_each(set, tick, NULL);
}
