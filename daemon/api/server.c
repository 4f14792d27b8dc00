/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evhttp on the unix socket. A request is decoded here and laid on the desk, which gives its answer after a commit, or
 * 503. It is copied, for the client may leave meanwhile: evhttp's close callback tells us, and the answer is dropped.
 */
#include "api/api.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "api/api_internal.h"
#include "api/connection.h"
#include "api/desk.h"
#include "api/stream.h"
#include "lib/memory.h"
#include "store/request.h"

enum { BACKLOG = 64, HEADERS_MAX = 16 * 1024, SLACK = 1024 * 1024 };

struct api {
    struct api_setting setting;
    struct api_parts parts;
    char *path; /* of the socket */
    gid_t group;
    struct evhttp *http;
    struct connections *connections;
    struct desk *desk;
    struct streams *streams;
    struct event *wake; /* lets the loop go round, so that the turn of a request ends */
};

/* A request until its answer. */
struct pending {
    struct api *api;
    struct evhttp_request *request; /* NULL once the client has left */
    char *target, *key;             /* key NULL: none */
    bool follows;                   /* the answer begins a stream */
    char actor[CONNECTION_ACTOR_MAX];
    struct evbuffer *body;
    struct api_request what; /* borrows of the fields above */
};

static void on_close(struct evhttp_connection *connection, void *arg)
{
    struct pending *pending = arg;

    (void)connection;
    pending->request = NULL;
}

static void send_answer(struct api *api, struct evhttp_request *request, const struct api_answer *answer)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    struct evbuffer *body = evbuffer_new();

    evhttp_add_header(headers, "Content-Type", answer->problem ? "application/problem+json" : "application/json");
    evhttp_add_header(headers, "Cache-Control", "no-store");
    evbuffer_add(body, answer->text, strlen(answer->text));
    evbuffer_add(body, "\n", 1);
    connection_reply(api->connections, request, answer->status, body, false);
    evbuffer_free(body);
}

static void pending_free(struct pending *pending)
{
    evbuffer_free(pending->body);
    free(pending->target);
    free(pending->key);
    free(pending);
}

static void begin_stream(struct pending *pending, const struct api_answer *answer)
{
    struct api_answer instead;

    if (streams_begin(pending->api->streams, pending->request, &pending->what, answer, &instead))
        return;
    send_answer(pending->api, pending->request, &instead);
    free(instead.text);
}

static void on_answer(void *arg, const struct api_answer *answer)
{
    struct pending *pending = arg;

    if (pending->request) {
        evhttp_connection_set_closecb(evhttp_request_get_connection(pending->request), NULL, NULL);
        if (pending->follows)
            begin_stream(pending, answer);
        else
            send_answer(pending->api, pending->request, answer);
    }
    pending_free(pending);
}

static enum api_method method_of(const struct evhttp_request *request)
{
    const enum evhttp_cmd_type command = evhttp_request_get_command(request);

    return command == EVHTTP_REQ_GET ? API_GET : command == EVHTTP_REQ_POST ? API_POST : API_OTHER;
}

static void refuse_at_once(struct api *api, struct evhttp_request *request, int status, const char *detail)
{
    struct api_answer answer = { status, true, api_problem(status, detail, NULL) };

    send_answer(api, request, &answer);
    free(answer.text);
}

/* Takes the body over without copying it. */
static struct pending *pending_new(struct api *api, struct evhttp_request *request, const char *actor)
{
    struct pending *pending = mem_new(1, sizeof *pending);
    const char *target = evhttp_request_get_uri(request);
    size_t length;

    pending->api = api;
    pending->request = request;
    pending->target = method_of(request) == API_GET ? stream_target(target) : NULL;
    pending->follows = pending->target;
    if (!pending->target)
        pending->target = mem_dup(target);
    pending->key = mem_dup(evhttp_find_header(evhttp_request_get_input_headers(request), "Idempotency-Key"));
    snprintf(pending->actor, sizeof pending->actor, "%s", actor);
    pending->body = evbuffer_new();
    evbuffer_add_buffer(pending->body, evhttp_request_get_input_buffer(request));
    length = evbuffer_get_length(pending->body);
    pending->what = (struct api_request){
        .method = method_of(request),
        .target = pending->target,
        .actor = pending->actor,
        .key = pending->key,
        .body = length ? (const char *)evbuffer_pullup(pending->body, -1) : "",
        .length = length,
    };
    return pending;
}

static void run(struct api *api, struct evhttp_request *request, const char *actor)
{
    struct evhttp_connection *connection = evhttp_request_get_connection(request);
    struct pending *pending = pending_new(api, request, actor);
    const char *refusal = pending->follows ? streams_refusal(api->streams) : NULL;

    if (refusal) {
        refuse_at_once(api, request, 503, refusal);
        pending_free(pending);
        return;
    }
    connection_waits(api->connections, evhttp_connection_get_bufferevent(connection));
    evhttp_connection_set_closecb(connection, on_close, pending);
    desk_take(api->desk, &pending->what, on_answer, pending);
    event_active(api->wake, EV_TIMEOUT, 0); /* a pipelined request is met while the turn before it is being released */
}

static void on_request(struct evhttp_request *request, void *arg)
{
    struct api *api = arg;
    struct evhttp_connection *connection = evhttp_request_get_connection(request);
    char actor[CONNECTION_ACTOR_MAX];

    if (!connection_may(evhttp_connection_get_bufferevent(connection), api->group, actor))
        refuse_at_once(api, request, 403, "you may not: ask to be made a member of group greenline");
    else
        run(api, request, actor);
}

static bool address_of(struct sockaddr_un *out, const char *path, struct error *err)
{
    *out = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof out->sun_path)
        return error_set(err, "listen.socket: %s: longer than %zu bytes: choose a shorter path", path,
                         sizeof out->sun_path - 1);
    memcpy(out->sun_path, path, strlen(path));
    return true;
}

/* The lock on the store keeps a second daemon out, so a socket that lies there is a dead one's. */
static bool clear_path(const char *path, struct error *err)
{
    struct stat there;

    if (lstat(path, &there) != 0)
        return true;
    if (!S_ISSOCK(there.st_mode))
        return error_set(err, "listen.socket: %s: a file that is no socket is there: name another path", path);
    if (unlink(path) != 0)
        return error_set(err, "listen.socket: %s: %m: let the daemon write to the folder", path);
    return true;
}

static struct evconnlistener *listen_at(struct event_base *base, const char *path, gid_t group, struct error *err)
{
    struct sockaddr_un address;
    struct evconnlistener *listener;
    mode_t mask;

    if (!address_of(&address, path, err) || !clear_path(path, err))
        return NULL;
    mask = umask(0177); /* nobody gets in before the group is set */
    listener = evconnlistener_new_bind(base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, BACKLOG,
                                       (const struct sockaddr *)&address, sizeof address);
    umask(mask);
    if (!listener) {
        error_set(err, "listen.socket: %s: %m: make the folder and let the daemon write there", path);
        return NULL;
    }
    if ((group != (gid_t)-1 && chown(path, (uid_t)-1, group) != 0 && errno != EPERM) || chmod(path, 0660) != 0) {
        error_set(err, "listen.socket: %s: %m", path);
        evconnlistener_free(listener);
        return NULL;
    }
    return listener;
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what, (void)arg;
}

static int most_connections(const struct api *api)
{
    return api->setting.connections ? api->setting.connections : API_CONNECTIONS;
}

static bool serve(struct api *api, struct event_base *base, struct error *err)
{
    const time_ms deadline = api->setting.deadline_ms ? api->setting.deadline_ms : 30 * SECOND_MS;
    struct evconnlistener *listener = listen_at(base, api->path, api->group, err);

    if (!listener)
        return false;
    api->http = evhttp_new(base);
    if (!api->http || !evhttp_bind_listener(api->http, listener))
        abort();
    api->connections = connections_new(api->http, listener, most_connections(api), deadline);
    api->wake = event_new(base, -1, 0, on_wake, NULL);
    evhttp_set_gencb(api->http, on_request, api);
    evhttp_set_max_body_size(api->http, API_BODY_MAX + SLACK); /* what is a little over gets our own sentence */
    evhttp_set_max_headers_size(api->http, HEADERS_MAX);
    evhttp_set_default_content_type(api->http, NULL);
    evhttp_set_allowed_methods(api->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE |
                                              EVHTTP_REQ_HEAD | EVHTTP_REQ_PATCH);
    return true;
}

static void on_changed(void *arg)
{
    const struct api *api = arg;

    streams_changed(api->streams);
}

static void open_desk(struct api *api, struct event_base *base)
{
    api->desk = desk_new(&api->setting, &api->parts);
    api->streams = streams_new(&(struct streams_setting){ .base = base,
                                                          .connections = api->connections,
                                                          .desk = api->desk,
                                                          .wake = api->wake,
                                                          .most = most_connections(api),
                                                          .beat_ms = api->setting.beat_ms });
    turn_watch(api->parts.turn, on_changed, api);
}

struct api *api_new(struct event_base *base, const struct api_setting *setting, const struct api_parts *parts,
                    struct error *err)
{
    struct api *api = mem_new(1, sizeof *api);
    const struct group *group = getgrnam(setting->group ? setting->group : "greenline");

    signal(SIGPIPE, SIG_IGN); /* a client may leave while it is written to */
    api->setting = *setting;
    api->parts = *parts;
    api->group = group ? group->gr_gid : (gid_t)-1;
    api->path = mem_dup(setting->socket);
    if (serve(api, base, err)) {
        open_desk(api, base);
        return api;
    }
    free(api->path);
    free(api);
    return NULL;
}

void api_stop(struct api *api)
{
    desk_clear(api->desk);
    streams_stop(api->streams);
}

void api_free(struct api *api)
{
    if (!api)
        return;
    turn_watch(api->parts.turn, NULL, NULL);
    streams_stop(api->streams);
    connections_close(api->connections);
    evhttp_free(api->http);
    streams_free(api->streams);
    event_free(api->wake);
    desk_free(api->desk);
    unlink(api->path);
    free(api->path);
    free(api);
}

void api_renew(struct api *api, const struct api_setting *setting, const struct api_parts *parts)
{
    api->setting = *setting;
    api->parts = *parts;
    streams_changed(api->streams);
}

void api_changed(struct api *api)
{
    if (api)
        streams_changed(api->streams);
}

bool api_work(struct api *api)
{
    return desk_work(api->desk);
}

void api_again(struct api *api)
{
    desk_again(api->desk);
}

bool api_busy(const struct api *api)
{
    return desk_busy(api->desk) || desk_waits(api->desk);
}

bool api_idle(const struct api *api)
{
    return desk_empty(api->desk);
}

void api_tick(struct api *api)
{
    request_forget(turn_store(api->parts.turn), turn_now(api->parts.turn));
}
