/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What event hooks are told (gateway/herald.h): changes of alerts, looked for after turns that changed rows, at most once a
 * second; gateways that go and come; the store when it cannot be written; jumps of the wall clock. Programs are told that
 * something is so, not about whom: with a token they may ask.
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon_internal.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "store/news.h"
#include "store/run.h"

enum { LOOK_EACH_MS = 1000, WATCHED_MAX = 64, JUMP_MS = 5000 };

struct watched {
    int64_t id;
    char state[NEWS_STATE_MAX];
};

struct news {
    bool begun; /* there are hooks */
    struct event *look;
    time_ms look_at;                     /* monotonic: not before */
    bool changed;                        /* rows have, since the last look */
    int64_t last;                        /* of the causes looked at */
    struct watched watched[WATCHED_MAX]; /* alerts that are not over, the oldest first */
    size_t count;
    time_ms wall, mono; /* at the last tick; 0: none yet */
};

static bool is_over(const char *state)
{
    return strcmp(state, "closed") == 0 || strcmp(state, "cancelled") == 0;
}

static void forget(struct news *news, size_t at)
{
    news->count--;
    memmove(&news->watched[at], &news->watched[at + 1], (news->count - at) * sizeof *news->watched);
}

static void watch(struct news *news, int64_t id, const char *state)
{
    if (news->count == WATCHED_MAX)
        forget(news, 0);
    news->watched[news->count] = (struct watched){ .id = id };
    snprintf(news->watched[news->count++].state, NEWS_STATE_MAX, "%s", state);
}

static void tell_alert(struct daemon *d, const struct news_alert *alert, const char *state)
{
    json_t *fields = json_object();

    json_put_int(fields, "alert", alert->id);
    json_put_text(fields, "state", state);
    json_put_text(fields, "kind", alert->kind);
    json_put_text(fields, "severity", *alert->severity ? alert->severity : NULL);
    json_put_flag(fields, "drill", alert->drill);
    heralds_tell(d->heralds, HERALD_ALERT, fields);
}

static void look_at_watched(struct daemon *d)
{
    struct news *news = d->news;

    for (size_t i = 0; i < news->count;) {
        struct watched *one = &news->watched[i];
        struct news_alert alert;

        if (!news_alert(d->store, one->id, &alert)) {
            forget(news, i);
            continue;
        }
        if (strcmp(alert.state, one->state) != 0)
            tell_alert(d, &alert, alert.state);
        memcpy(one->state, alert.state, sizeof one->state);
        if (is_over(alert.state))
            forget(news, i);
        else
            i++;
    }
}

static void look_for_new(struct daemon *d)
{
    struct news *news = d->news;
    int64_t ids[WATCHED_MAX];
    const size_t count = news_alerts(d->store, news->last, ids, COUNT(ids));

    for (size_t i = 0; i < count; i++) {
        struct news_alert alert;

        if (!news_alert(d->store, ids[i], &alert))
            continue;
        tell_alert(d, &alert, "raised");
        watch(news, alert.id, "open");
    }
    news->last = news_last(d->store);
}

/* What is open already when there are hooks: its end is told, not its begin. */
static void watch_open(struct daemon *d)
{
    int64_t ids[WATCHED_MAX];
    const size_t count = news_alerts(d->store, 0, ids, COUNT(ids));

    d->news->count = 0;
    d->news->changed = false;
    for (size_t i = 0; i < count; i++) {
        struct news_alert alert;

        if (news_alert(d->store, ids[i], &alert) && !is_over(alert.state))
            watch(d->news, alert.id, alert.state);
    }
    d->news->last = news_last(d->store);
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what, (void)arg; /* waking the loop is all */
}

void heralds_turn(struct daemon *d, bool changed)
{
    struct news *news = d->news;
    const time_ms now = clock_mono();

    news->changed |= changed;
    if (!news->changed || !news->begun)
        return;
    if (now < news->look_at) {
        const struct timeval wait = { 0, (suseconds_t)(news->look_at - now) * 1000 };

        if (!event_pending(news->look, EV_TIMEOUT, NULL))
            event_add(news->look, &wait);
        return;
    }
    news->changed = false;
    news->look_at = now + LOOK_EACH_MS;
    look_for_new(d);
    look_at_watched(d);
}

static void tell_jump(struct daemon *d, time_ms by)
{
    json_t *fields = json_object();

    json_put_int(fields, "by_ms", by);
    heralds_tell(d->heralds, HERALD_CLOCK, fields);
}

void heralds_tick(struct daemon *d)
{
    struct news *news = d->news;
    const time_ms wall = clock_now(&d->clock), mono = clock_mono();
    const time_ms by = wall - news->wall - (mono - news->mono);

    if (d->clock.speed > 0)
        return; /* a demo clock hangs on the monotonic one */
    if (news->mono && (by > JUMP_MS || by < -JUMP_MS))
        tell_jump(d, by);
    news->wall = wall;
    news->mono = mono;
}

void heralds_gateway(struct daemon *d, const char *name, const char *reason)
{
    json_t *fields = json_object();

    json_put_text(fields, "gateway", name);
    json_put_text(fields, "reason", reason);
    heralds_tell(d->stopping ? NULL : d->heralds, reason ? HERALD_GATEWAY_DOWN : HERALD_GATEWAY_UP, fields);
}

void heralds_disk(struct daemon *d, enum fault fault)
{
    json_t *fields = json_object();

    json_put_text(fields, "state", fault == FAULT_NONE ? "ok" : "failed");
    if (fault != FAULT_NONE) {
        json_put_text(fields, "fault", fault_name(fault));
        json_put_text(fields, "reason", fault_what(fault, "en"));
    }
    heralds_tell(d->heralds, HERALD_DISK, fields);
}

void heralds_configure(struct daemon *d)
{
    struct herald_config configs[HERALD_HOOKS_MAX] = { 0 };
    size_t count = 0;

    for (; count < d->config.hook_count && count < HERALD_HOOKS_MAX; count++) {
        const struct config_hook *in = &d->config.hooks[count];

        configs[count] = (struct herald_config){ in->program, (const char *const *)in->events, in->config };
    }
    heralds_reload(d->heralds, configs, count);
    if (count && !d->news->begun)
        watch_open(d);
    d->news->begun = count > 0;
}

void heralds_open(struct daemon *d)
{
    const struct heralds_setting setting = { .school = d->config.school.name,
                                             .zone = d->config.school.timezone,
                                             .demo = d->config.demo,
                                             .clock = &d->clock,
                                             .random = random_from_system() };
    const time_ms back = run_last_seen(d->store) - clock_now(&d->clock);

    d->news = mem_new(1, sizeof *d->news);
    d->news->look = event_new(d->base, -1, 0, on_look, d);
    d->heralds = heralds_new(d->base, &setting);
    heralds_configure(d);
    heralds_tick(d);
    if (d->trouble.fault != FAULT_NONE)
        heralds_disk(d, d->trouble.fault);
    if (back > JUMP_MS) /* a time before the one that was stored last */
        tell_jump(d, -back);
}

void heralds_close(struct daemon *d)
{
    if (d->news) {
        event_free(d->news->look);
        free(d->news);
    }
    heralds_free(d->heralds);
}

void heralds_check(const struct config *config, struct mistakes *mistakes)
{
    for (size_t i = 0; i < config->hook_count; i++) {
        const struct config_hook *hook = &config->hooks[i];

        if (access(hook->program, X_OK) != 0)
            mistakes_add(mistakes, "%s:%d: hooks.program: %.200s: %m: name a program that the daemon may run",
                         hook->file, hook->line, hook->program);
    }
}
