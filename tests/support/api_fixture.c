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

#include "lib/memory.h"
#include "lib/text.h"

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

void api_fixture_listen(struct api_fixture *fixture)
{
    struct error err;

    fixture->api = api_new(fixture->base, &fixture->setting, &fixture->parts, &err);
    if (!fixture->api)
        die("api_new", err.text);
}

void api_fixture_close(struct api_fixture *fixture)
{
    char path[128];
    static const char *const ends[] = { "", "-wal", "-shm", ".lock" };

    api_free(fixture->api);
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
    event_base_loop(fixture->base, EVLOOP_ONCE);
    if (!turn_end(fixture->turn, &err))
        snprintf(fixture->why, sizeof fixture->why, "%.255s", err.text);
}

struct client {
    struct text in;
    bool ended;
};

static void on_read(struct bufferevent *bufferevent, void *arg)
{
    struct client *client = arg;
    struct evbuffer *input = bufferevent_get_input(bufferevent);
    const size_t length = evbuffer_get_length(input);

    text_add_n(&client->in, (const char *)evbuffer_pullup(input, -1), length);
    evbuffer_drain(input, length);
}

static void on_event(struct bufferevent *bufferevent, short what, void *arg)
{
    struct client *client = arg;

    if (what & BEV_EVENT_CONNECTED)
        return;
    on_read(bufferevent, arg);
    client->ended = true;
}

static struct bufferevent *connect_to(struct api_fixture *fixture, struct client *client)
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

struct api_reply api_fixture_ask(struct api_fixture *fixture, const char *method, const char *target, const char *key,
                                 const char *body)
{
    struct client client = { 0 };
    struct bufferevent *bufferevent = connect_to(fixture, &client);
    struct evbuffer *out = bufferevent_get_output(bufferevent);
    struct api_reply reply;

    evbuffer_add_printf(out, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", method, target);
    if (key)
        evbuffer_add_printf(out, "Idempotency-Key: %s\r\n", key);
    if (body)
        evbuffer_add_printf(out, "Content-Length: %zu\r\n", strlen(body));
    evbuffer_add(out, "\r\n", 2);
    if (body)
        evbuffer_add(out, body, strlen(body));
    while (!client.ended)
        api_fixture_turn(fixture);
    bufferevent_free(bufferevent);
    reply = read_reply(client.in.data);
    text_free(&client.in);
    return reply;
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
