/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A world for tests of the supervisor: an event loop, a state folder of its own, one gateway program out of
 * tests/gateways, and a diary of every event, one line each ("accepted e1-1 p1 p2 2"). Time is real, and each wait
 * ends: it looks at the world after each turn, for at most WAIT_MS.
 */
#ifndef GREENLINE_TESTS_GATEWAY_WORLD_H
#define GREENLINE_TESTS_GATEWAY_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <event2/event.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/gateway.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { WAIT_MS = 20000, BEAT_MS = 5 };

struct world {
    struct event_base *base;
    struct event *beat; /* so that a turn never waits long */
    struct gateways *set;
    struct gateways_setting setting;
    struct clock clock;
    struct gateway_events events;
    struct text diary;
    char folder[64];
};

static inline void note(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline void note(struct world *w, const char *format, ...)
{
    char line[600];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    text_add_format(&w->diary, "%s\n", line);
}

static inline void on_held(void *arg, const char *id, bool in_doubt)
{
    note(arg, "%s %s", in_doubt ? "in doubt" : "not sent", id);
}

static inline void on_ready(void *arg, struct gateway *g)
{
    note(arg, "ready %s", gateway_name(g));
}

static inline void on_down(void *arg, struct gateway *g, const char *reason)
{
    note(arg, "down %s: %s", gateway_name(g), reason);
    gateway_held_each(g, on_held, arg);
}

static inline void on_started(void *arg, struct gateway *g, const char *id)
{
    (void)g;
    note(arg, "started %s", id);
}

static inline void on_accepted(void *arg, struct gateway *g, const char *id, const char *provider_id, int parts)
{
    (void)g;
    note(arg, "accepted %s %s %d", id, provider_id ? provider_id : "-", parts);
}

static inline void on_refused(void *arg, struct gateway *g, const char *id, const char *class, const char *code,
                              const char *detail, time_ms retry_after)
{
    (void)g, (void)detail;
    note(arg, "refused %s %s %s %d", id, class, code ? code : "-", (int)retry_after);
}

static inline void on_unknown(void *arg, struct gateway *g, const char *id, const char *detail)
{
    (void)g;
    note(arg, "unknown %s %s", id, detail ? detail : "-");
}

static inline void on_fate(void *arg, struct gateway *g, const char *id, const char *state)
{
    (void)g;
    note(arg, "fate %s %s", id, state);
}

static inline void on_status(void *arg, struct gateway *g, const struct gateway_status *status)
{
    (void)g;
    note(arg, "status %s %s", status->id ? status->id : "-", status->state);
}

static inline void on_reply(void *arg, struct gateway *g, const struct gateway_reply *reply)
{
    (void)g;
    note(arg, "reply %s %s %s", reply->uid, reply->from, reply->text ? reply->text : "-");
}

static inline void on_room(void *arg, struct gateway *g)
{
    (void)g;
    note(arg, "room");
}

static inline void on_beat(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what, (void)arg;
}

/* The world of a store with epoch "e1"; intervals are long enough for a busy machine unless a test shortens one. */
static inline struct world *world_new(void)
{
    static const struct gateway_events events = { on_ready, on_down,   on_started, on_accepted, on_refused, on_unknown,
                                                  on_fate,  on_status, on_reply,   on_room,     NULL };
    static const struct timeval beat = { .tv_usec = BEAT_MS * 1000 };
    struct world *w = mem_new(1, sizeof *w);

    snprintf(w->folder, sizeof w->folder, "/tmp/greenline-test-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    log_set_level(LOG_LEVEL_ERROR);
    w->base = event_base_new();
    w->beat = event_new(w->base, -1, EV_PERSIST, on_beat, NULL);
    event_add(w->beat, &beat);
    w->clock = clock_system();
    w->events = events;
    w->setting = (struct gateways_setting){ .epoch = "e1",
                                            .boot = "b1",
                                            .state_dir = w->folder,
                                            .zone = "Asia/Shanghai",
                                            .clock = &w->clock,
                                            .random = random_from_seed(1),
                                            .intervals = { .backoff_first = 20, .backoff_max = 40, .lock = 20 } };
    return w;
}

static inline void world_free(struct world *w)
{
    CLEANUP(mem_clean) char *sweep = mem_format("rm -rf '%s'", w->folder);

    gateways_free(w->set);
    event_free(w->beat);
    event_base_free(w->base);
    text_free(&w->diary);
    assert_int_equal(system(sweep), 0);
    free(w);
}

/* A program of tests/gateways, beside the folder of the running test; the caller frees. */
static inline char *test_gateway(const char *sin)
{
    char path[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);

    assert_true(length > 0);
    path[length] = '\0';
    *strrchr(path, '/') = '\0';
    return mem_format("%s/../gateways/%s", path, sin);
}

static inline struct gateways *world_set(struct world *w)
{
    if (!w->set)
        w->set = gateways_new(w->base, &w->events, w, &w->setting);
    return w->set;
}

/* Adds a gateway named "g" that runs `sin`; `config` is taken over, NULL for {}. */
static inline struct gateway *world_add(struct world *w, const char *sin, json_t *config)
{
    CLEANUP(mem_clean) char *program = test_gateway(sin);
    const struct gateway_config one = { .name = "g", .program = program, .config = config };
    struct error err = { .text = "" };

    if (!gateways_add(world_set(w), &one, &err))
        fail_msg("add: %s", err.text);
    json_decref(config);
    return gateways_find(w->set, "g");
}

static inline void turn(struct world *w)
{
    event_base_loop(w->base, EVLOOP_ONCE);
}

static inline bool noted(const struct world *w, const char *what)
{
    return w->diary.data && strstr(w->diary.data, what);
}

static inline int times_noted(const struct world *w, const char *what)
{
    int count = 0;

    for (const char *at = w->diary.data; at && (at = strstr(at, what)); at += strlen(what))
        count++;
    return count;
}

static inline void wait_for(struct world *w, const char *what)
{
    const time_ms until = clock_mono() + WAIT_MS;

    while (!noted(w, what) && clock_mono() < until)
        turn(w);
    if (!noted(w, what))
        fail_msg("waited for \"%s\"; got:\n%s", what, w->diary.data ? w->diary.data : "");
}

/* Waits while the daemon's tick comes at every turn. */
static inline void wait_ticking(struct world *w, const char *what)
{
    const time_ms until = clock_mono() + WAIT_MS;

    while (!noted(w, what) && clock_mono() < until) {
        gateways_tick(w->set);
        turn(w);
    }
    if (!noted(w, what))
        fail_msg("waited for \"%s\"; got:\n%s", what, w->diary.data ? w->diary.data : "");
}

/* A field of gateway_show(), such as "counters.malformed", as text that lives until the next call. */
static inline const char *shown(const struct gateway *g, const char *path)
{
    static char text[500];
    const char *dot = strchr(path, '.');
    CLEANUP(mem_clean) char *outer = dot ? mem_dup_n(path, (size_t)(dot - path)) : mem_dup(path);
    json_t *show = gateway_show(g);
    json_t *value = json_object_get(show, outer);

    if (dot)
        value = json_object_get(value, dot + 1);
    if (json_is_string(value))
        snprintf(text, sizeof text, "%s", json_string_value(value));
    else {
        CLEANUP(mem_clean) char *written = value ? json_write(value) : mem_dup("(none)");

        snprintf(text, sizeof text, "%s", written);
    }
    json_decref(show);
    return text;
}

static inline void wait_shown(struct world *w, const struct gateway *g, const char *path, const char *want)
{
    const time_ms until = clock_mono() + WAIT_MS;

    while (strcmp(shown(g, path), want) != 0 && clock_mono() < until)
        turn(w);
    assert_string_equal(shown(g, path), want);
}

/* Takes and sends one job; its text tells obedient what is to become of it. */
static inline void send_job(struct gateway *g, const char *id, const char *text)
{
    const struct gateway_job job = {
        .id = id, .channel = "sms", .lane = "notice", .to = "+8619900000001", .text = text
    };

    gateway_take(g, id);
    gateway_send(g, &job);
}

#endif
