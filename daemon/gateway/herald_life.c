/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program of one event hook: start, lines, end, the next start; see herald.h. One line at a time is on its way, so
 * that the others outlive the program.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/herald_internal.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"

enum { READ_BYTES = 4096, READS_MAX = 16, ENDED_INPUT = 1, ENDED_TERM = 2, ENDED_KILL = 3 };

static void after(struct event *event, time_ms real_ms)
{
    const struct timeval wait = { .tv_sec = real_ms / 1000, .tv_usec = (suseconds_t)(real_ms % 1000) * 1000 };

    event_add(event, &wait);
}

static void free_event(struct event **event)
{
    if (*event)
        event_free(*event);
    *event = NULL;
}

static void close_events(struct herald *h)
{
    free_event(&h->on_output);
    free_event(&h->on_error);
    free_event(&h->on_input);
    free_event(&h->on_exit);
    event_del(h->watch);
    event_del(h->timer);
}

/* The queue */

void herald_append(struct herald *h, json_t *line)
{
    if (h->count == HERALD_QUEUE_MAX) {
        if (h->lost_since++ == 0)
            log_warning("hook %s: does not read: events are lost", h->name);
        h->lost++;
        json_decref(h->queue[h->first]);
        h->first = (h->first + 1) % HERALD_QUEUE_MAX;
        h->count--;
    }
    h->queue[(h->first + h->count++) % HERALD_QUEUE_MAX] = line;
    h->told++;
}

static json_t *take_line(struct herald *h)
{
    json_t *line = json_copy(h->queue[h->first]); /* other hooks have the same */

    json_decref(h->queue[h->first]);
    h->first = (h->first + 1) % HERALD_QUEUE_MAX;
    h->count--;
    if (h->lost_since)
        json_put_int(line, "lost", h->lost_since);
    h->lost_since = 0;
    return line;
}

/* The end */

/* Closes its input; later steps are the timer's. */
void herald_end(struct herald *h)
{
    if (h->process.pid == 0 || h->ending)
        return;
    h->ending = ENDED_INPUT;
    free_event(&h->on_input);
    event_del(h->watch);
    descriptor_close(&h->process.in);
    output_free(&h->output);
    after(h->timer, h->set->intervals.end);
}

static void end_harder(struct herald *h)
{
    process_signal(&h->process, h->ending == ENDED_INPUT ? SIGTERM : SIGKILL);
    h->ending++;
    if (h->ending < ENDED_KILL)
        after(h->timer, h->set->intervals.kill);
}

void herald_retire(struct herald *h)
{
    h->retired = true;
    if (h->process.pid == 0)
        herald_forget(h);
    else
        herald_end(h);
}

/* Lines on their way */

void herald_flow(struct herald *h)
{
    while (h->process.pid && !h->ending) {
        json_t *line;

        if (!output_flush(&h->output, h->process.in)) {
            herald_end(h);
            return;
        }
        if (!output_empty(&h->output)) {
            event_add(h->on_input, NULL);
            if (!event_pending(h->watch, EV_TIMEOUT, NULL))
                after(h->watch, h->set->intervals.stuck);
            return;
        }
        event_del(h->watch);
        if (h->count == 0)
            return;
        line = take_line(h);
        output_add(&h->output, line);
        json_decref(line);
    }
}

static void on_input(evutil_socket_t fd, short what, void *arg)
{
    struct herald *h = arg;
    const size_t before = output_bytes(&h->output);

    (void)fd, (void)what;
    herald_flow(h);
    if (h->process.pid && !h->ending && output_bytes(&h->output) != before && event_pending(h->watch, EV_TIMEOUT, NULL))
        after(h->watch, h->set->intervals.stuck); /* it reads, if slowly */
}

static void on_watch(evutil_socket_t fd, short what, void *arg)
{
    struct herald *h = arg;

    (void)fd, (void)what;
    h->stuck = true;
    herald_end(h);
}

/* What it says */

static void on_output(evutil_socket_t fd, short what, void *arg)
{
    struct herald *h = arg;
    char data[READ_BYTES];

    (void)what;
    if (read(fd, data, sizeof data) == 0)
        event_del(h->on_output); /* it may close what is not wanted */
}

/* False when there was nothing. */
static bool read_error(struct herald *h)
{
    char data[READ_BYTES];
    const ssize_t count = h->process.err >= 0 ? read(h->process.err, data, sizeof data) : 0;

    if (count > 0)
        chatter_feed(&h->chatter, h->name, data, (size_t)count, clock_now(h->set->clock), clock_mono());
    return count > 0 || (count < 0 && errno == EINTR);
}

static void on_error(evutil_socket_t fd, short what, void *arg)
{
    struct herald *h = arg;

    (void)fd, (void)what;
    if (!read_error(h) && errno != EAGAIN)
        event_del(h->on_error);
}

/* Start and restart */

static time_ms next_backoff(struct herald *h)
{
    const time_ms backoff = h->backoff, spread = backoff * 2 / 5; /* ± 20 % */
    const time_ms most = h->set->intervals.backoff_max;

    h->backoff = backoff * 2 < most ? backoff * 2 : most;
    return backoff - spread / 2 + (time_ms)random_below(&h->set->random, (uint64_t)spread + 1);
}

static void start_later(struct herald *h)
{
    const time_ms wait = next_backoff(h);

    log_warning("hook %s: %s; starting again in %lld ms", h->name, h->last_reason, (long long)wait);
    after(h->timer, wait);
}

static void on_exit_of(evutil_socket_t fd, short what, void *arg)
{
    struct herald *h = arg;
    char how[80];

    (void)fd, (void)what;
    process_reap(&h->process, how, sizeof how);
    for (int i = 0; i < READS_MAX && read_error(h); i++) {
    }
    chatter_end(&h->chatter, h->name, clock_now(h->set->clock), clock_mono());
    close_events(h);
    process_close(&h->process);
    output_free(&h->output);
    snprintf(h->last_reason, sizeof h->last_reason, "%s", h->stuck ? "does not read" : how);
    h->stuck = false;
    h->ending = 0;
    if (h->retired) {
        herald_forget(h);
        return;
    }
    if (clock_mono() - h->began >= h->set->intervals.healthy)
        h->backoff = h->set->intervals.backoff_first;
    start_later(h);
}

static void open_events(struct herald *h)
{
    struct event_base *base = h->set->base;

    h->on_output = event_new(base, h->process.out, EV_READ | EV_PERSIST, on_output, h);
    h->on_error = event_new(base, h->process.err, EV_READ | EV_PERSIST, on_error, h);
    h->on_input = event_new(base, h->process.in, EV_WRITE, on_input, h);
    h->on_exit = event_new(base, h->process.pidfd, EV_READ, on_exit_of, h);
    if (!h->on_output || !h->on_error || !h->on_input || !h->on_exit)
        abort(); /* libevent without memory */
    event_add(h->on_output, NULL);
    event_add(h->on_error, NULL);
    event_add(h->on_exit, NULL);
}

static void start(struct herald *h)
{
    const struct process_plan plan = { .program.program = h->program,
                                       .lock = -1,
                                       .unconfined = true }; /* the operator's */
    json_t *hello;
    struct error err;

    if (!process_start(&h->process, &plan, NULL, &err)) {
        snprintf(h->last_reason, sizeof h->last_reason, "%.299s", err.text);
        start_later(h);
        return;
    }
    h->starts++;
    h->began = clock_mono();
    open_events(h);
    hello = herald_hello(h);
    output_add(&h->output, hello);
    json_decref(hello);
    herald_flow(h);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct herald *h = arg;

    (void)fd, (void)what;
    if (h->process.pid)
        end_harder(h);
    else
        start(h);
}

void herald_life_new(struct herald *h)
{
    h->process = (struct process)PROCESS_NONE;
    h->chatter.what = "hook";
    h->backoff = h->set->intervals.backoff_first;
    h->timer = event_new(h->set->base, -1, 0, on_timer, h);
    h->watch = event_new(h->set->base, -1, 0, on_watch, h);
    if (!h->timer || !h->watch)
        abort(); /* libevent without memory */
    after(h->timer, 0);
}

void herald_life_free(struct herald *h)
{
    if (h->process.pid) {
        process_signal(&h->process, SIGKILL);
        process_reap(&h->process, NULL, 0);
    }
    close_events(h);
    process_close(&h->process);
    free_event(&h->timer);
    free_event(&h->watch);
    output_free(&h->output);
    chatter_free(&h->chatter);
    for (; h->count; h->count--) {
        json_decref(h->queue[h->first]);
        h->first = (h->first + 1) % HERALD_QUEUE_MAX;
    }
}
