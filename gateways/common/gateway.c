/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a gateway program: arguments, the loop, reading and writing the pipes, the end. What the lines mean is in
 * gateway_verbs.c, what is said in gateway_say.c, what waits for `stored` in kept.c.
 */
#include "gateways/common/gateway.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateways/common/gateway_internal.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"

enum { DESCRIPTOR_MAX = 1048575 };

static struct timeval to_timeval(time_ms ms)
{
    return (struct timeval){ .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
}

static void leave(struct gateway *gateway, int status)
{
    gateway->status = status;
    event_base_loopbreak(gateway->base);
}

/* Writes what the pipe takes now; false when it takes no more for the moment. */
static bool write_some(struct gateway *gateway)
{
    struct text *out = &gateway->outgoing;

    while (!gateway->broken && gateway->written < out->length) {
        const ssize_t n = write(STDOUT_FILENO, out->data + gateway->written, out->length - gateway->written);

        if (n >= 0)
            gateway->written += (size_t)n;
        else if (errno == EAGAIN)
            break;
        else if (errno != EINTR)
            gateway->broken = true;
    }
    text_drop(out, gateway->broken ? out->length : gateway->written);
    gateway->written = 0;
    return out->length == 0;
}

void gateway_flush(struct gateway *gateway)
{
    struct pollfd pipe = { .fd = STDOUT_FILENO, .events = POLLOUT };

    while (!write_some(gateway))
        poll(&pipe, 1, -1);
    gateway->must_flush = false;
}

static void on_output(evutil_socket_t fd, short what, void *arg)
{
    struct gateway *gateway = arg;

    (void)fd, (void)what;
    if (!write_some(gateway))
        event_add(gateway->output, NULL);
    if (gateway->outgoing.length < GATEWAY_OUTGOING_MAX && !gateway->ended)
        event_add(gateway->input, NULL);
    if (gateway->broken)
        gateway_end(gateway);
    gateway_check_done(gateway);
}

void gateway_say(struct gateway *gateway, json_t *line)
{
    wire_write(&gateway->outgoing, line);
    json_decref(line);
    event_add(gateway->output, NULL);
}

void gateway_check_done(struct gateway *gateway)
{
    if (json_object_size(gateway->open) > 0)
        return;
    if (gateway->draining && !gateway->drained) {
        gateway->drained = true;
        gateway_say(gateway, json_pack("{s:s}", "type", "drained"));
    }
    if (gateway->ended && (gateway->outgoing.length == 0 || gateway->broken))
        leave(gateway, gateway->status);
}

static void on_finish(evutil_socket_t fd, short what, void *arg)
{
    struct gateway *gateway = arg;

    (void)fd, (void)what;
    log_notice("%zu jobs are without an outcome at the end: the daemon finds out or holds them",
               json_object_size(gateway->open));
    leave(gateway, gateway->status);
}

void gateway_end(struct gateway *gateway)
{
    const struct timeval wait = to_timeval(GATEWAY_FINISH_MS);

    if (gateway->ended)
        return;
    gateway->ended = true;
    event_del(gateway->input);
    event_add(gateway->finish, &wait);
    if (gateway->module->drain && gateway->hello_line && !gateway->draining)
        gateway->module->drain(gateway, TIME_NEVER);
    event_active(gateway->output, EV_WRITE, 0);
}

static void on_term(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    gateway_end(arg);
}

void gateway_arm_repeat(struct gateway *gateway, time_ms wait)
{
    const struct timeval real = to_timeval(wait);

    if (json_object_size(gateway->kept.lines) > 0 && !event_pending(gateway->repeat, EV_TIMEOUT, NULL))
        event_add(gateway->repeat, &real);
}

static void say_again(struct gateway *gateway, json_t *line)
{
    gateway_say(gateway, json_incref(line));
}

static void on_repeat(evutil_socket_t fd, short what, void *arg)
{
    struct gateway *gateway = arg;

    (void)fd, (void)what;
    if (gateway->outgoing.length < GATEWAY_OUTGOING_MAX)
        kept_repeat(&gateway->kept, clock_mono(), say_again, gateway);
    gateway_arm_repeat(gateway, GATEWAY_REPEAT_MS);
}

/* A fault of the daemon's, or a configuration we cannot work with. */
static void give_up(struct gateway *gateway, const struct error *err)
{
    log_error("%s", err->text);
    gateway_say(gateway, json_pack("{s:s,s:s,s:s}", "type", "health", "state", "failed", "detail", err->text));
    gateway_flush(gateway);
    event_del(gateway->input);
    gateway->ended = true;
    leave(gateway, 1);
}

/* Takes every whole line; false when the program gave up. */
static bool take_lines(struct gateway *gateway)
{
    struct error err;
    json_t *line = NULL;
    enum wire_result result;

    while ((result = wire_next(&gateway->reader, &line, &err)) == WIRE_OBJECT) {
        if (gateway->hello_line) {
            gateway_take_line(gateway, line);
            json_decref(line);
        } else if (!gateway_take_hello(gateway, line, &err)) {
            give_up(gateway, &err);
            return false;
        }
    }
    if (result == WIRE_FAULT)
        give_up(gateway, &err);
    return result == WIRE_NONE;
}

static void on_input(evutil_socket_t fd, short what, void *arg)
{
    struct gateway *gateway = arg;
    static const size_t room = GATEWAY_READ_BYTES;
    char *bytes = mem_new(room, 1);
    const ssize_t n = read(fd, bytes, room);

    (void)what;
    gateway->in_turn = true;
    if (n > 0)
        wire_feed(&gateway->reader, bytes, (size_t)n);
    free(bytes);
    if (take_lines(gateway)) {
        if (gateway->module->turn && gateway->hello_line)
            gateway->module->turn(gateway);
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
            gateway_end(gateway);
    }
    gateway->in_turn = false;
    if (gateway->must_flush)
        gateway_flush(gateway);
    if (!write_some(gateway) && gateway->outgoing.length >= GATEWAY_OUTGOING_MAX)
        event_del(gateway->input);
    gateway_check_done(gateway);
}

/* The lock of the gateway's device or account stays with us and with every child: whoever holds it may still send. */
static void inherit_lock(void)
{
    const char *number = getenv("GREENLINE_LOCK_FD");
    char *end = NULL;
    const long fd = number ? strtol(number, &end, 10) : -1;
    int flags;

    if (!number)
        return; /* started by hand */
    flags = end && *end == '\0' && fd > STDERR_FILENO && fd <= DESCRIPTOR_MAX ? fcntl((int)fd, F_GETFD) : -1;
    if (flags < 0)
        log_warning("GREENLINE_LOCK_FD=%.20s is no open descriptor: a second owner cannot be kept out", number);
    else
        fcntl((int)fd, F_SETFD, flags & ~FD_CLOEXEC);
}

static struct event_base *base_new(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base;

    event_config_require_features(config, EV_FEATURE_FDS); /* `gateway < file` works, epoll would refuse it */
    base = event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK) == 0 ? event_base_new_with_config(config) : NULL;
    event_config_free(config);
    if (!base)
        abort();
    return base;
}

static void open_loop(struct gateway *gateway)
{
    gateway->base = base_new();
    gateway->input = event_new(gateway->base, STDIN_FILENO, EV_READ | EV_PERSIST, on_input, gateway);
    gateway->output = event_new(gateway->base, STDOUT_FILENO, EV_WRITE, on_output, gateway);
    gateway->term = evsignal_new(gateway->base, SIGTERM, on_term, gateway);
    gateway->repeat = evtimer_new(gateway->base, on_repeat, gateway);
    gateway->finish = evtimer_new(gateway->base, on_finish, gateway);
    event_add(gateway->input, NULL);
    event_add(gateway->term, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (!isatty(STDOUT_FILENO))
        fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);
}

static void close_all(struct gateway *gateway)
{
    struct event *events[] = { gateway->input,  gateway->output, gateway->term,
                               gateway->repeat, gateway->finish, gateway->drain_due };

    if (gateway->module->stop && gateway->state)
        gateway->module->stop(gateway);
    for (size_t i = 0; i < COUNT(events); i++)
        if (events[i])
            event_free(events[i]);
    event_base_free(gateway->base);
    kept_close(&gateway->kept);
    json_decref(gateway->open);
    json_decref(gateway->webhooks);
    json_decref(gateway->hello_line);
    wire_reader_free(&gateway->reader);
    text_free(&gateway->outgoing);
}

static int describe(const struct gateway_module *module)
{
    json_t *line = gateway_ready_line(&module->ready);
    char *text = json_write(line);
    const bool written = printf("%s\n", text) > 0 && fflush(stdout) == 0;

    free(text);
    json_decref(line);
    return written ? 0 : 1;
}

static int usage(const char *program)
{
    fprintf(
        stderr,
        "usage: %s [--describe | --listen [PATH]]\nA gateway of Greenline: speaks gateways/PROTOCOL.md on its standard "
        "input and output, or with --listen\non a unix socket, at PATH or the one that the service manager has "
        "opened.\n",
        program);
    return 2;
}

static int run(const struct gateway_module *module)
{
    struct gateway gateway = { .module = module, .ready = module->ready, .kept = { .fd = -1 } };

    gateway.open = json_object();
    gateway.webhooks = json_object();
    gateway.kept.lines = json_object();
    open_loop(&gateway);
    event_base_dispatch(gateway.base);
    if (gateway.ignored)
        log_info("%ld lines or verbs of no meaning were passed over", gateway.ignored);
    close_all(&gateway);
    return gateway.status;
}

int gateway_main(int argc, char **argv, const struct gateway_module *module)
{
    int status = 0;

    setenv("JOURNAL_STREAM", "gateway", 0); /* the daemon reads our standard error as the journal would: "<n>text" */
    if (argc == 2 && strcmp(argv[1], "--describe") == 0)
        return describe(module);
    if ((argc == 2 || argc == 3) && strcmp(argv[1], "--listen") == 0)
        return gateway_listen(argc == 3 ? argv[2] : NULL, &status) ? run(module) : status;
    if (argc != 1)
        return usage(argv[0]);
    inherit_lock();
    return run(module);
}

void *gateway_state(const struct gateway *gateway)
{
    return gateway->state;
}

const struct gateway_hello *gateway_hello(const struct gateway *gateway)
{
    return &gateway->hello;
}

struct event_base *gateway_base(const struct gateway *gateway)
{
    return gateway->base;
}

time_ms gateway_now(const struct gateway *gateway)
{
    return clock_now(&gateway->clock);
}

time_ms gateway_until(const struct gateway *gateway, time_ms at)
{
    return clock_until(&gateway->clock, at);
}

size_t gateway_unstored(const struct gateway *gateway)
{
    return json_object_size(gateway->kept.lines);
}
