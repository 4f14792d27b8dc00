/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of one gateway program: lock, start, `hello`, its output read line by line, its end, the next start.
 *
 * An end, asked for or forced, always runs the same way: its input is closed, after `end` its group gets SIGTERM, after
 * `kill` SIGKILL; it is reaped; what it still said is read to the end; only then is `down` told. So nothing that `down`
 * calls not in doubt can still be sent by it, and the lock is free unless a child of its own lives on.
 *
 * A peer (a gateway that runs in a unit of its own) is connected to in place of the start, and has ended when it closes the
 * connection; one that does not after `end` is left with all that was sent in doubt.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/gateway_internal.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"

enum { ERROR_PAUSE_MS = 200 };

void life_set_state(struct gateway *g, enum gateway_state state)
{
    if (g->state == state)
        return;
    g->state = state;
    g->since = wall_now(g);
    g->state_changed = true;
}

void life_wake(struct gateway *g)
{
    event_active(g->wake, 0, 0);
}

void life_tell(struct gateway *g)
{
    const bool room = g->room_changed;
    const bool changed = g->state_changed;

    g->room_changed = g->state_changed = false;
    if (room && gateway_usable(g) && !pace_paused(g))
        NOTIFY(room, g);
    if (changed)
        NOTIFY(changed, g);
    webhooks_tell(g);
}

/* The end */

void life_end(struct gateway *g, const char *fallback)
{
    if (!process_runs(&g->process) || g->state == GATEWAY_ENDING)
        return;
    life_set_state(g, GATEWAY_ENDING);
    g->fallback = fallback;
    g->end_step = END_INPUT_CLOSED;
    event_free(g->on_input);
    g->on_input = NULL;
    process_close_input(&g->process);
    output_free(&g->output);
    event_after(g->timer, g->set->intervals.end);
    life_wake(g);
}

void life_fault(struct gateway *g, const char *format, ...)
{
    va_list args;

    if (!process_runs(&g->process) || g->reason[0])
        return;
    va_start(args, format);
    vsnprintf(g->reason, sizeof g->reason, format, args);
    va_end(args);
    end_at_character(g->reason);
    life_end(g, NULL);
}

static void close_events(struct gateway *g)
{
    struct event **const owned[] = { &g->on_output, &g->on_error, &g->on_input, &g->on_exit };

    for (size_t i = 0; i < COUNT(owned); i++) {
        if (*owned[i])
            event_free(*owned[i]);
        *owned[i] = NULL;
    }
    event_del(g->timer);
    event_del(g->error_pause);
}

/* Reads its standard error; false when there was nothing. */
static bool read_error(struct gateway *g, bool *all)
{
    char data[4096];
    const ssize_t count = g->process.err >= 0 ? read(g->process.err, data, sizeof data) : 0;

    if (count > 0)
        *all = chatter_feed(&g->chatter, g->config.name, data, (size_t)count, wall_now(g), clock_mono());
    return count > 0 || (count < 0 && errno == EINTR);
}

static void read_last_words(struct gateway *g)
{
    bool all = true;

    for (int i = 0; i < READ_BYTES / 4096 && read_error(g, &all); i++) {
    }
    chatter_end(&g->chatter, g->config.name, wall_now(g), clock_mono());
}

/* Forgets the process and all that belongs to one run of it. */
static void forget_run(struct gateway *g)
{
    close_events(g);
    process_close(&g->process);
    wire_reader_free(&g->reader);
    output_free(&g->output);
    window_clear(&g->window);
    g->reason[0] = '\0';
    g->fallback = NULL;
    g->exited = g->output_ended = g->output_cut = g->backlog = false;
    g->ready_at = g->ping_at = 0;
    g->ping_overdue = false;
    g->own = (struct pause){ 0 };
}

static time_ms next_backoff(struct gateway *g)
{
    const struct gateway_intervals *in = &g->set->intervals;
    const time_ms backoff = g->backoff;
    const time_ms spread = backoff * 2 / 5; /* ± 20 % */

    g->backoff = backoff * 2 < in->backoff_max ? backoff * 2 : in->backoff_max;
    return backoff - spread / 2 + (time_ms)random_below(&g->set->random, (uint64_t)spread + 1);
}

static void start_again(struct gateway *g)
{
    const time_ms wait = g->pending ? 0 : next_backoff(g);

    log_warning("gateway %s: %s; %s again in %lld ms", g->config.name, g->last_reason,
                gateway_socket(g->config.program) ? "connecting" : "starting", (long long)wait);
    life_start(g, wait);
}

/* The process has gone and said all it will say. May free `g`. */
static void finish(struct gateway *g)
{
    const bool healthy = g->ready_at && clock_mono() - g->ready_at >= g->set->intervals.healthy;

    read_last_words(g);
    snprintf(g->last_reason, sizeof g->last_reason, "%s", g->reason[0] ? g->reason : g->how);
    if (healthy)
        g->backoff = g->set->intervals.backoff_first;
    life_set_state(g, GATEWAY_STOPPED);
    webhooks_failed(g);
    webhooks_tell(g);
    NOTIFY(down, g, g->last_reason);
    forget_run(g);
    if (g->retired) {
        gateways_forget(g);
        return;
    }
    if (g->halted)
        log_notice("gateway %s: ended: %s", g->config.name, g->last_reason);
    else
        start_again(g);
    life_tell(g);
}

static void finish_when_done(struct gateway *g)
{
    if (g->exited && (g->output_ended || g->output_cut) && !g->backlog)
        finish(g);
}

/* Callbacks of the process */

/* Why a peer has left: the last it said of its health, if that was a failure. */
static void peer_left(struct gateway *g)
{
    const char *detail = strcmp(json_text(g->health, "state", ""), "failed") == 0 && !g->ready_at
                             ? json_text(g->health, "detail", NULL)
                             : NULL;

    process_reap(&g->process, g->how, sizeof g->how);
    if (detail && !g->reason[0])
        snprintf(g->reason, sizeof g->reason, "%s: %.300s", g->how, detail);
    g->exited = true;
    g->end_step = END_EXITED;
}

static void read_output(struct gateway *g)
{
    char data[READ_BYTES];
    const ssize_t count = read(g->process.out, data, sizeof data);
    const bool ended = count == 0 || (count < 0 && g->process.peer && errno != EAGAIN && errno != EINTR);

    if (count > 0) {
        wire_feed(&g->reader, data, (size_t)count);
    } else if (ended) {
        g->output_ended = true;
        event_del(g->on_output);
        life_end(g, "closed its output");
    }
}

static void on_output(evutil_socket_t fd, short what, void *arg)
{
    struct gateway *g = arg;

    (void)fd, (void)what;
    if (!g->backlog && !g->output_ended)
        read_output(g);
    dialogue_lines(g);
    if (g->output_cut)
        event_del(g->on_output);
    else if (g->backlog)
        event_active(g->on_output, EV_READ, 0);
    life_tell(g);
    if (g->process.peer && (g->output_ended || g->output_cut) && !g->backlog)
        peer_left(g);
    finish_when_done(g);
}

static void on_error(evutil_socket_t fd, short what, void *arg)
{
    struct gateway *g = arg;
    bool all = true;

    (void)fd, (void)what;
    if (!read_error(g, &all) && errno != EAGAIN)
        event_del(g->on_error);
    if (all)
        return;
    event_del(g->on_error);
    event_after(g->error_pause, ERROR_PAUSE_MS);
}

static void on_error_pause(evutil_socket_t fd, short what, void *arg)
{
    struct gateway *g = arg;

    (void)fd, (void)what;
    if (g->on_error)
        event_add(g->on_error, NULL);
}

static void flush_output(struct gateway *g)
{
    if (!output_flush(&g->output, g->process.in))
        life_end(g, "closed its input");
    else if (!output_empty(&g->output))
        event_add(g->on_input, NULL);
}

static void on_input(evutil_socket_t fd, short what, void *arg)
{
    struct gateway *g = arg;
    const bool was_full = g->output.lines >= GATEWAY_UNREAD_LINES_MAX / 2;

    (void)fd, (void)what;
    flush_output(g);
    if (was_full && g->output.lines < GATEWAY_UNREAD_LINES_MAX / 2)
        g->room_changed = true;
    life_tell(g);
}

static void on_exit_of(evutil_socket_t fd, short what, void *arg)
{
    struct gateway *g = arg;

    (void)fd, (void)what;
    life_end(g, NULL);
    process_reap(&g->process, g->how, sizeof g->how);
    event_del(g->on_exit);
    g->exited = true;
    g->end_step = END_EXITED;
    event_after(g->timer, g->set->intervals.kill);
    finish_when_done(g);
}

/* The start */

static bool open_events(struct gateway *g)
{
    struct event_base *base = g->set->base;

    g->on_output = event_new(base, g->process.out, EV_READ | EV_PERSIST, on_output, g);
    g->on_input = event_new(base, g->process.in, EV_WRITE, on_input, g);
    if (!g->on_output || !g->on_input || event_add(g->on_output, NULL) != 0)
        return false;
    if (g->process.peer)
        return true; /* it has neither of the others */
    g->on_error = event_new(base, g->process.err, EV_READ | EV_PERSIST, on_error, g);
    g->on_exit = event_new(base, g->process.pidfd, EV_READ, on_exit_of, g);
    return g->on_error && g->on_exit && event_add(g->on_error, NULL) == 0 && event_add(g->on_exit, NULL) == 0;
}

static void wait_for_lock(struct gateway *g, const struct error *err)
{
    if (strcmp(g->last_reason, err->text) != 0)
        log_warning("gateway %s: %s", g->config.name, err->text);
    copy_text(g->last_reason, sizeof g->last_reason, err->text);
    event_after(g->timer, g->set->intervals.lock);
}

static void boot(struct gateway *g)
{
    struct error err;
    bool held;

    gateways_apply_pending(g);
    if (!start_open(g, &held, &err)) {
        if (held) {
            wait_for_lock(g, &err);
            return;
        }
        copy_text(g->last_reason, sizeof g->last_reason, err.text);
        start_again(g);
        return;
    }
    g->starts++;
    life_set_state(g, GATEWAY_STARTING);
    event_after(g->timer, g->set->intervals.ready);
    if (!open_events(g))
        abort(); /* libevent without memory */
    life_write(g, dialogue_hello(g));
}

void life_start(struct gateway *g, time_ms after_ms)
{
    life_set_state(g, GATEWAY_WAITING);
    event_after(g->timer, after_ms);
}

/* A peer that does not leave cannot be ended: what it still does is in doubt. */
static void leave_peer(struct gateway *g)
{
    if (!g->output_ended)
        g->output_cut = true;
    g->backlog = false;
    peer_left(g);
    finish(g);
}

static void end_harder(struct gateway *g)
{
    if (!g->reason[0] && g->fallback)
        snprintf(g->reason, sizeof g->reason, "%s", g->fallback);
    if (g->process.peer) {
        leave_peer(g);
        return;
    }
    switch (g->end_step) {
    case END_INPUT_CLOSED:
        process_signal(&g->process, SIGTERM);
        g->end_step = END_TERMINATED;
        event_after(g->timer, g->set->intervals.kill);
        break;
    case END_TERMINATED:
        process_signal(&g->process, SIGKILL);
        g->end_step = END_KILLED;
        break;
    case END_KILLED:
        break;
    case END_EXITED:
        g->output_cut = true; /* a child of its own keeps the pipe open */
        g->backlog = false;
        finish(g);
        break;
    }
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct gateway *g = arg;

    (void)fd, (void)what;
    switch (g->state) {
    case GATEWAY_WAITING:
        boot(g);
        life_wake(g);
        break;
    case GATEWAY_STARTING:
        life_fault(g, "no ready in %lld ms", (long long)g->set->intervals.ready);
        break;
    case GATEWAY_DRAINING:
        life_fault(g, "not drained in %lld ms", (long long)g->within);
        break;
    case GATEWAY_ENDING:
        end_harder(g);
        break;
    case GATEWAY_READY:
    case GATEWAY_STOPPED:
    case GATEWAY_STATES:
        break;
    }
}

void life_ready(struct gateway *g)
{
    event_del(g->timer);
    g->ready_at = clock_mono();
    life_set_state(g, GATEWAY_READY);
    if (g->ready.simulated && !g->set->demo) {
        g->halted = true;
        life_fault(g,
                   "announces simulated, and this store is not a demo: its jobs would reach nobody; take it out of the "
                   "configuration");
    } else if (gateway_usable(g)) {
        g->tokens = g->config.rate > 1 ? g->config.rate : 1;
        g->token_at = wall_now(g);
        log_info("gateway %s: ready, window %d", g->config.name, g->slots);
        NOTIFY(ready, g);
    } else {
        log_notice("gateway %s: ready, but a demo store gives jobs to simulated gateways only", g->config.name);
    }
}

/* Other calls */

bool life_write(struct gateway *g, json_t *line)
{
    struct output *output = &g->output;
    const bool open = g->process.in >= 0;

    if (open)
        output_add(output, line);
    json_decref(line);
    if (!open)
        return false;
    event_add(g->on_input, NULL);
    if (output->lines > GATEWAY_UNREAD_LINES_MAX || output_bytes(output) > OUTPUT_BYTES_MAX)
        flush_output(g);
    if (output->lines > GATEWAY_UNREAD_LINES_MAX || output_bytes(output) > OUTPUT_BYTES_MAX)
        life_fault(g, "more than %d unread lines", (int)GATEWAY_UNREAD_LINES_MAX);
    return g->process.in >= 0;
}

static void drain(struct gateway *g, time_ms within_ms)
{
    const double speed = g->set->clock->speed > 0 ? g->set->clock->speed : 1;
    json_t *line = json_object();

    json_put_text(line, "type", "drain");
    json_put_int(line, "deadline", wall_now(g) + (time_ms)((double)within_ms * speed));
    if (!life_write(g, line))
        return;
    life_set_state(g, GATEWAY_DRAINING);
    g->within = within_ms;
    event_after(g->timer, within_ms);
}

void life_drain(struct gateway *g, time_ms within_ms)
{
    switch (g->state) {
    case GATEWAY_READY:
        drain(g, within_ms);
        break;
    case GATEWAY_STARTING:
        life_end(g, "not ready when it was to be drained");
        break;
    case GATEWAY_DRAINING:
        g->within = within_ms;
        event_after(g->timer, within_ms);
        break;
    case GATEWAY_WAITING:
        event_del(g->timer);
        life_set_state(g, GATEWAY_STOPPED);
        break;
    case GATEWAY_ENDING:
    case GATEWAY_STOPPED:
    case GATEWAY_STATES:
        break;
    }
    life_wake(g);
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    struct gateway *g = arg;

    (void)fd, (void)what;
    if (g->retired && !process_runs(&g->process) && !g->exited)
        gateways_forget(g);
    else
        life_tell(g);
}

static void on_pace(evutil_socket_t fd, short what, void *arg)
{
    struct gateway *g = arg;

    (void)fd, (void)what;
    pace_look(g);
    life_tell(g);
}

bool life_new(struct gateway *g)
{
    struct event_base *base = g->set->base;

    g->timer = event_new(base, -1, 0, on_timer, g);
    g->pace = event_new(base, -1, 0, on_pace, g);
    g->error_pause = event_new(base, -1, 0, on_error_pause, g);
    g->wake = event_new(base, -1, 0, on_wake, g);
    g->state = GATEWAY_STOPPED;
    g->backoff = g->set->intervals.backoff_first;
    return webhooks_new(g) && g->timer && g->pace && g->error_pause && g->wake;
}

void life_free(struct gateway *g)
{
    struct event *const owned[] = { g->timer, g->pace, g->error_pause, g->wake };

    if (g->process.pid > 0) {
        process_signal(&g->process, SIGKILL);
        process_reap(&g->process, NULL, 0);
    }
    forget_run(g);
    for (size_t i = 0; i < COUNT(owned); i++)
        event_free(owned[i]);
    webhooks_free(g);
    chatter_free(&g->chatter);
    gateway_ready_free(&g->ready);
    json_decref(g->health);
}
