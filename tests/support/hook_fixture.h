/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listener for webhooks on a port of this machine, with a daemon that writes down what it is handed, and clients, all
 * in one loop: for tests. Every wait ends after GUARD_MS. Gateway "g" may be called, "closed" not from here, others are
 * unknown. Functions are inline, for each test is a program of its own.
 */
#ifndef GREENLINE_TESTS_SUPPORT_HOOK_FIXTURE_H
#define GREENLINE_TESTS_SUPPORT_HOOK_FIXTURE_H

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <openssl/ssl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/hook.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { CALLS_MAX = 16, GUARD_MS = 20000, BEAT_MS = 5, PORTS = 50 };

struct fixture {
    struct event_base *base;
    struct event *beat; /* so that a turn never waits long */
    struct hook *hook;
    struct hook_setting setting;
    int port;
    char address[32];
    char folder[64], certificate[96], key[96];
    struct text diary; /* what was handed over, a line each */
    struct hook_call *calls[CALLS_MAX];
    size_t count;
    int forgotten;
    bool wait; /* keep calls until the test answers */
};

static inline int judge(void *arg, const char *name, const char *from)
{
    (void)arg;
    assert_string_equal(from, "127.0.0.1");
    return strcmp(name, "g") == 0 ? 0 : strcmp(name, "closed") == 0 ? 403 : 404;
}

static inline void *take(void *arg, const struct hook_request *request, struct hook_call *call, int *status)
{
    struct fixture *f = arg;
    CLEANUP(mem_clean) char *headers = json_dumps(request->headers, JSON_COMPACT | JSON_SORT_KEYS);

    if (text_ends(request->path, "/busy")) {
        *status = 503;
        return NULL;
    }
    text_add_format(&f->diary, "%s %s?%s %s %.*s\n", request->method, request->path, request->query, headers,
                    (int)(request->length < 100 ? request->length : 100), request->body);
    assert_true(f->count < CALLS_MAX);
    f->calls[f->count++] = call;
    return call;
}

static inline void forget(void *arg, void *ticket)
{
    struct fixture *f = arg;

    f->forgotten++;
    for (size_t i = 0; i < f->count; i++)
        if (f->calls[i] == ticket)
            f->calls[i] = NULL;
}

static inline void on_beat(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what, (void)arg;
}

static inline void answer_all(struct fixture *f, const struct hook_answer *answer)
{
    const size_t count = f->count;

    f->count = 0;
    for (size_t i = 0; i < count; i++)
        if (f->calls[i])
            hook_answer(f->calls[i], answer);
}

/* One turn of the loop; what was handed over is answered with "ok". */
static inline void turn(struct fixture *f)
{
    const struct hook_answer ok = { .status = 200, .body = "ok", .length = 2 };

    event_base_loop(f->base, EVLOOP_ONCE);
    if (!f->wait)
        answer_all(f, &ok);
}

static inline void open_hook(struct fixture *f)
{
    const struct hook_parts parts = { .arg = f, .judge = judge, .take = take, .forget = forget };
    struct error err = { { 0 } };

    f->setting.address = f->address;
    for (int i = 0; i < PORTS && !f->hook; i++) {
        f->port = 20000 + (int)((getpid() * 7 + i * 331) % 10000);
        snprintf(f->address, sizeof f->address, "127.0.0.1:%d", f->port);
        f->hook = hook_new(f->base, &f->setting, &parts, &err);
    }
    if (!f->hook)
        fail_msg("%s", err.text);
}

static inline int setup(void **state)
{
    static const struct timeval beat = { .tv_usec = BEAT_MS * 1000 };
    struct fixture *f = mem_new(1, sizeof *f);

    log_set_level(LOG_LEVEL_ERROR);
    f->base = event_base_new();
    f->beat = event_new(f->base, -1, EV_PERSIST, on_beat, NULL);
    event_add(f->beat, &beat);
    snprintf(f->folder, sizeof f->folder, "/tmp/greenline-test-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->certificate, sizeof f->certificate, "%s/chain.pem", f->folder);
    snprintf(f->key, sizeof f->key, "%s/key.pem", f->folder);
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;
    CLEANUP(mem_clean) char *sweep = mem_format("rm -rf '%s'", f->folder);

    hook_free(f->hook);
    for (int i = 0; i < 5; i++)
        event_base_loop(f->base, EVLOOP_NONBLOCK);
    event_free(f->beat);
    event_base_free(f->base);
    text_free(&f->diary);
    assert_int_equal(system(sweep), 0);
    free(f);
    return 0;
}

/* Clients */

struct client {
    struct fixture *f;
    struct bufferevent *buffers;
    struct text heard;
    bool ended, connected;
};

static inline void on_read(struct bufferevent *buffers, void *arg)
{
    struct client *client = arg;
    char data[4096];
    size_t count;

    while ((count = bufferevent_read(buffers, data, sizeof data)) > 0)
        text_add_n(&client->heard, data, count);
}

static inline void on_event(struct bufferevent *buffers, short what, void *arg)
{
    struct client *client = arg;

    (void)buffers;
    if (what & BEV_EVENT_CONNECTED)
        client->connected = true;
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
        client->ended = true;
}

static inline void connect_to(struct client *client)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)client->f->port) };

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bufferevent_setcb(client->buffers, on_read, NULL, on_event, client);
    bufferevent_enable(client->buffers, EV_READ | EV_WRITE);
    assert_int_equal(bufferevent_socket_connect(client->buffers, (const struct sockaddr *)&address, sizeof address), 0);
}

static inline struct client *client_new(struct fixture *f)
{
    struct client *client = mem_new(1, sizeof *client);

    client->f = f;
    client->buffers = bufferevent_socket_new(f->base, -1, BEV_OPT_CLOSE_ON_FREE);
    connect_to(client);
    return client;
}

static inline struct client *client_tls(struct fixture *f)
{
    struct client *client = mem_new(1, sizeof *client);
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    client->f = f;
    client->buffers = bufferevent_openssl_socket_new(f->base, -1, SSL_new(context), BUFFEREVENT_SSL_CONNECTING,
                                                     BEV_OPT_CLOSE_ON_FREE);
    SSL_CTX_free(context);
    connect_to(client);
    return client;
}

static inline void client_free(struct client *client)
{
    bufferevent_free(client->buffers);
    text_free(&client->heard);
    free(client);
}

static inline void say(struct client *client, const char *bytes)
{
    bufferevent_write(client->buffers, bytes, strlen(bytes));
}

static inline bool heard(const struct client *client, const char *what)
{
    return client->heard.data && strstr(client->heard.data, what);
}

static inline void wait_heard(struct client *client, const char *what)
{
    const time_ms until = clock_mono() + GUARD_MS;

    while (!heard(client, what) && !client->ended && clock_mono() < until)
        turn(client->f);
    if (!heard(client, what))
        fail_msg("waited for \"%s\", got \"%s\"%s", what, client->heard.data ? client->heard.data : "",
                 client->ended ? " and the end" : "");
}

static inline void wait_end(struct client *client)
{
    const time_ms until = clock_mono() + GUARD_MS;

    while (!client->ended && clock_mono() < until)
        turn(client->f);
    assert_true(client->ended);
}

static inline void wait_connections(struct fixture *f, int count)
{
    const time_ms until = clock_mono() + GUARD_MS;

    while (hook_connections(f->hook) != count && clock_mono() < until)
        turn(f);
    assert_int_equal(hook_connections(f->hook), count);
}

/* The status line of the answer to some bytes on a connection of their own; "" when it ends without. The caller frees. */
static inline char *ask(struct fixture *f, const char *bytes)
{
    struct client *client = client_new(f);
    const time_ms until = clock_mono() + GUARD_MS;
    char *line;

    say(client, bytes);
    while (!heard(client, "\r\n\r\n") && !client->ended && clock_mono() < until)
        turn(f);
    line = mem_dup_n(client->heard.data ? client->heard.data : "",
                     client->heard.data ? strcspn(client->heard.data, "\r") : 0);
    client_free(client);
    return line;
}

static inline void expect(struct fixture *f, const char *bytes, const char *status)
{
    CLEANUP(mem_clean) char *line = ask(f, bytes);

    if (strcmp(line, status) != 0)
        fail_msg("%.80s: want \"%s\", got \"%s\"", bytes, status, line);
}

#define POST(target, more) "POST " target " HTTP/1.1\r\nHost: x\r\n" more
#define OK "HTTP/1.1 200 OK"

#endif
