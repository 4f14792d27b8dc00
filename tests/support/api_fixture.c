/* SPDX-License-Identifier: Apache-2.0 */
/* See api_fixture.h. */
#include "tests/support/api_fixture.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine/engine.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "outbox/outbox.h"
#include "store/helper.h"

enum { GUARD_S = 10 };

static void die(const char *what, const char *why)
{
    fprintf(stderr, "api_fixture: %s: %s\n", what, why);
    abort();
}

void api_fixture_open(struct api_fixture *fixture)
{
    struct error err;

    memset(fixture, 0, sizeof *fixture);
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/greenline-api-XXXXXX");
    if (!mkdtemp(fixture->folder))
        die("mkdtemp", fixture->folder);
    snprintf(fixture->socket, sizeof fixture->socket, "%s/sock", fixture->folder);
    snprintf(fixture->database, sizeof fixture->database, "%s/store.db", fixture->folder);
    fixture->base = event_base_new();
    fixture->store = store_open(fixture->database, false, &err);
    if (!fixture->store)
        die("store", err.text);
    fixture->turn = turn_new(fixture->store, random_from_seed(1));
    fixture->now = FIXTURE_NOW;
    turn_set_now(fixture->turn, fixture->now);
    fixture->setting = (struct api_setting){
        .socket = fixture->socket, .school = "青岭小学", .language = "en", .region = "CN", .quiet = { 21 * 60, 7 * 60 }
    };
    if (!zone_open(&fixture->setting.zone, "Asia/Shanghai", &err))
        die("zone", err.text);
    fixture->parts.turn = fixture->turn;
}

static void on_helped(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    helper_finish(arg);
}

void api_fixture_help(struct api_fixture *fixture)
{
    struct error err;

    fixture->helper = helper_start(fixture->store, &err);
    if (!fixture->helper)
        die("helper", err.text);
    fixture->helped =
        event_new(fixture->base, helper_fd(fixture->helper), EV_READ | EV_PERSIST, on_helped, fixture->helper);
    event_add(fixture->helped, NULL);
    fixture->parts.helper = fixture->helper;
    fixture->parts.aside.turn = turn_new(helper_reader(fixture->helper), random_from_seed(1));
}

void api_fixture_unhelp(struct api_fixture *fixture)
{
    if (!fixture->helper)
        return;
    event_free(fixture->helped);
    helper_stop(fixture->helper);
    fixture->helper = NULL;
}

static char *plain_ladder(void *arg, enum kind kind, const char *name)
{
    const struct api_fixture *fixture = arg;

    (void)kind;
    return name ? NULL : mem_dup(fixture->ladder ? fixture->ladder : "{}");
}

void api_fixture_engine(struct api_fixture *fixture)
{
    const struct outbox_rules outbox = { .telling.zone = fixture->setting.zone,
                                         .signature = "",
                                         .school = "青岭小学",
                                         .school_number = "",
                                         .retry_first = 30000,
                                         .retry_max = 60000 };
    struct engine_rules engine = { .templates = "conf/templates",
                                   .language = "zh",
                                   .zone = fixture->setting.zone,
                                   .ladder = plain_ladder,
                                   .ladder_arg = fixture };
    struct api_parts *parts = &fixture->parts;

    for (int i = 0; i < KINDS; i++)
        engine.due[i] = engine.grace[i] = -1;
    api_fixture_help(fixture);
    parts->outbox = outbox_new(fixture->turn, &outbox);
    parts->engine = engine_new(fixture->turn, parts->outbox, &engine);
    parts->aside.outbox = outbox_new(parts->aside.turn, &outbox);
    parts->aside.engine = engine_new(parts->aside.turn, parts->aside.outbox, &engine);
    fixture->setting.headers = "conf/headers.csv";
}

void api_fixture_listen(struct api_fixture *fixture)
{
    struct error err;

    if (!fixture->helper)
        api_fixture_help(fixture);
    fixture->api = api_new(fixture->base, &fixture->setting, &fixture->parts, &err);
    if (!fixture->api)
        die("api_new", err.text);
}

void api_fixture_close(struct api_fixture *fixture)
{
    char path[128];
    static const char *const ends[] = { "", "-wal", "-shm", ".lock" };

    api_fixture_unhelp(fixture);
    if (fixture->api)
        api_stop(fixture->api);
    turn_end(fixture->turn, NULL);
    api_free(fixture->api);
    engine_free(fixture->parts.engine);
    engine_free(fixture->parts.aside.engine);
    outbox_free(fixture->parts.outbox);
    outbox_free(fixture->parts.aside.outbox);
    turn_free(fixture->parts.aside.turn);
    turn_free(fixture->turn);
    store_close(fixture->store);
    event_base_free(fixture->base);
    for (size_t i = 0; i < COUNT(ends); i++) {
        snprintf(path, sizeof path, "%s%s", fixture->database, ends[i]);
        unlink(path);
    }
    rmdir(fixture->folder);
}

void api_fixture_sql(struct api_fixture *fixture, const char *sql)
{
    char *why = NULL;

    if (sqlite3_exec(store_handle(fixture->store), sql, NULL, NULL, &why) != SQLITE_OK)
        die(sql, why);
}

void api_fixture_turn(struct api_fixture *fixture)
{
    struct error err;

    turn_set_now(fixture->turn, fixture->now);
    event_base_loop(fixture->base, EVLOOP_ONCE | (fixture->api && api_busy(fixture->api) ? EVLOOP_NONBLOCK : 0));
    if (fixture->api) {
        api_again(fixture->api);
        api_work(fixture->api);
    }
    if (!turn_end(fixture->turn, &err))
        snprintf(fixture->why, sizeof fixture->why, "%.255s", err.text);
}

struct api_client {
    struct bufferevent *bufferevent;
    struct text in;
    bool ended;
};

static void on_read(struct bufferevent *bufferevent, void *arg)
{
    struct api_client *client = arg;
    struct evbuffer *input = bufferevent_get_input(bufferevent);
    const size_t length = evbuffer_get_length(input);

    text_add_n(&client->in, (const char *)evbuffer_pullup(input, -1), length);
    evbuffer_drain(input, length);
}

static void on_event(struct bufferevent *bufferevent, short what, void *arg)
{
    struct api_client *client = arg;

    if (what & BEV_EVENT_CONNECTED)
        return;
    on_read(bufferevent, arg);
    client->ended = true;
}

static struct bufferevent *connect_to(struct api_fixture *fixture, struct api_client *client)
{
    struct bufferevent *bufferevent = bufferevent_socket_new(fixture->base, -1, BEV_OPT_CLOSE_ON_FREE);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const struct timeval guard = { GUARD_S, 0 };

    memcpy(address.sun_path, fixture->socket, strlen(fixture->socket));
    bufferevent_setcb(bufferevent, on_read, NULL, on_event, client);
    bufferevent_enable(bufferevent, EV_READ | EV_WRITE);
    bufferevent_set_timeouts(bufferevent, &guard, &guard);
    if (bufferevent_socket_connect(bufferevent, (struct sockaddr *)&address, sizeof address) != 0)
        die("connect", fixture->socket);
    return bufferevent;
}

static struct api_reply read_reply(const char *raw)
{
    struct api_reply reply = { 0 };
    const char *body = raw ? strstr(raw, "\r\n\r\n") : NULL;

    if (!body || sscanf(raw, "HTTP/1.1 %d", &reply.status) != 1)
        return reply;
    reply.raw = mem_dup(body + 4);
    reply.body = json_loads(reply.raw, 0, NULL);
    return reply;
}

struct api_client *api_fixture_send(struct api_fixture *fixture, const char *method, const char *target,
                                    const char *key, const char *body)
{
    struct api_client *client = mem_new(1, sizeof *client);
    struct evbuffer *out;

    client->bufferevent = connect_to(fixture, client);
    out = bufferevent_get_output(client->bufferevent);
    evbuffer_add_printf(out, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", method, target);
    if (key)
        evbuffer_add_printf(out, "Idempotency-Key: %s\r\n", key);
    if (fixture->header)
        evbuffer_add_printf(out, "%s\r\n", fixture->header);
    if (body)
        evbuffer_add_printf(out, "Content-Length: %zu\r\n", strlen(body));
    evbuffer_add(out, "\r\n", 2);
    if (body)
        evbuffer_add(out, body, strlen(body));
    return client;
}

bool api_client_answered(const struct api_client *client)
{
    return client->ended;
}

void api_client_leave(struct api_client *client)
{
    bufferevent_free(client->bufferevent);
    text_free(&client->in);
    free(client);
}

struct api_reply api_fixture_wait(struct api_fixture *fixture, struct api_client *client)
{
    struct api_reply reply;

    while (!client->ended)
        api_fixture_turn(fixture);
    reply = read_reply(client->in.data);
    api_client_leave(client);
    return reply;
}

struct api_reply api_fixture_ask(struct api_fixture *fixture, const char *method, const char *target, const char *key,
                                 const char *body)
{
    return api_fixture_wait(fixture, api_fixture_send(fixture, method, target, key, body));
}

struct api_reply api_fixture_get(struct api_fixture *fixture, const char *target)
{
    return api_fixture_ask(fixture, "GET", target, NULL, NULL);
}

void api_reply_free(struct api_reply *reply)
{
    json_decref(reply->body);
    free(reply->raw);
    *reply = (struct api_reply){ 0 };
}

static const json_t *walk(const json_t *json, const char *path)
{
    char step[64];

    while (json && *path) {
        const size_t length = strcspn(path, ".");

        snprintf(step, sizeof step, "%.*s", (int)length, path);
        json = json_is_array(json) ? json_array_get(json, (size_t)atoi(step)) : json_object_get(json, step);
        path += length + (path[length] == '.');
    }
    return json;
}

const char *json_at(const json_t *json, const char *path)
{
    static char texts[20][8192];
    static unsigned turn;
    char *out = texts[turn++ % 20];
    const json_t *at = walk(json, path);

    if (!at)
        snprintf(out, sizeof *texts, "(none)");
    else if (json_is_string(at))
        snprintf(out, sizeof *texts, "%s", json_string_value(at));
    else if (json_is_array(at))
        snprintf(out, sizeof *texts, "%zu items", json_array_size(at));
    else if (json_is_integer(at))
        snprintf(out, sizeof *texts, "%lld", (long long)json_integer_value(at));
    else if (json_is_real(at))
        snprintf(out, sizeof *texts, "%g", json_real_value(at));
    else
        snprintf(out, sizeof *texts, "%s",
                 json_is_null(at)    ? "null"
                 : json_is_true(at)  ? "true"
                 : json_is_false(at) ? "false"
                                     : "{}");
    return out;
}
