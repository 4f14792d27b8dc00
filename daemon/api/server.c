/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evhttp on the unix sockets: the one of users, and, where it is wanted, one for tokens alone, with a cap of its own, so
 * that whoever may open it keeps nobody out of the first. A request is decoded here and laid on the desk, which gives its
 * answer after a commit, or 503. It is copied, for the client may leave meanwhile: evhttp's close callback tells us, and the answer is dropped.
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
#include "api/caller.h"
#include "api/connection.h"
#include "api/desk.h"
#include "api/stream.h"
#include "lib/memory.h"
#include "store/request.h"

enum { BACKLOG = 64, HEADERS_MAX = 16 * 1024, SLACK = 1024 * 1024 };

/* A socket that is listened at. */
struct door {
    struct api *api;
    char *path; /* NULL: not open */
    bool tokens_only;
    struct evhttp *http;
    struct connections *connections;
    struct streams *streams; /* of those who came in here */
};

struct api {
    struct api_setting setting;
    struct api_parts parts;
    gid_t group;
    struct door users, tokens;
    bool stopped;
    struct desk *desk;
    struct event *wake; /* lets the loop go round, so that the turn of a request ends */
};

/* A request until its answer. */
struct pending {
    const struct door *door;        /* NULL: it was not asked over a socket of ours … */
    struct api_ticket *ticket;      /* … but by this */
    struct evhttp_request *request; /* NULL once the client has left */
    char *target, *key;             /* key NULL: none */
    bool follows;                   /* the answer begins a stream */
    struct caller caller;
    struct evbuffer *body;
    struct api_request what; /* borrows of the fields above */
};

struct api_ticket {
    api_text_fn *done; /* NULL: nobody waits any more */
    void *arg;
};

static void on_close(struct evhttp_connection *connection, void *arg)
{
    struct pending *pending = arg;

    (void)connection;
    pending->request = NULL;
}

/* What the body is: for /metrics the text format of Prometheus. */
static const char *type_of(const struct api_answer *answer)
{
    if (answer->plain)
        return "text/plain; version=0.0.4; charset=utf-8";
    return answer->problem ? "application/problem+json" : "application/json";
}

static void send_answer(const struct door *door, struct evhttp_request *request, const struct api_answer *answer)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    struct evbuffer *body = evbuffer_new();

    evhttp_add_header(headers, "Content-Type", type_of(answer));
    evhttp_add_header(headers, "Cache-Control", "no-store");
    evbuffer_add(body, answer->text, strlen(answer->text));
    if (!answer->plain)
        evbuffer_add(body, "\n", 1);
    if (answer->status == 401)
        evhttp_add_header(headers, "WWW-Authenticate", "Bearer"); /* RFC 6750 3 */
    connection_reply(door->connections, request, answer->status, body, false);
    evbuffer_free(body);
}

static void pending_free(struct pending *pending)
{
    if (pending->body)
        evbuffer_free(pending->body);
    free(pending->target);
    free(pending->key);
    free(pending->caller.may);
    free(pending);
}

static void begin_stream(struct pending *pending, const struct api_answer *answer)
{
    struct api_answer instead;

    if (streams_begin(pending->door->streams, pending->request, &pending->what, answer, &instead))
        return;
    send_answer(pending->door, pending->request, &instead);
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
            send_answer(pending->door, pending->request, answer);
    }
    if (pending->ticket && pending->ticket->done)
        pending->ticket->done(pending->ticket->arg, answer->status, answer->text);
    free(pending->ticket);
    pending_free(pending);
}

static enum api_method method_of(const struct evhttp_request *request)
{
    const enum evhttp_cmd_type command = evhttp_request_get_command(request);

    return command == EVHTTP_REQ_GET ? API_GET : command == EVHTTP_REQ_POST ? API_POST : API_OTHER;
}

static void refuse_at_once(const struct door *door, struct evhttp_request *request, int status, const char *detail)
{
    struct api_answer answer = { .status = status, .problem = true, .text = api_problem(status, detail, NULL) };

    send_answer(door, request, &answer);
    free(answer.text);
}

/* Takes the body over without copying it, and the caller's rights. */
static struct pending *pending_new(const struct door *door, struct evhttp_request *request, const struct caller *caller)
{
    struct pending *pending = mem_new(1, sizeof *pending);
    const char *target = evhttp_request_get_uri(request);
    size_t length;

    pending->door = door;
    pending->request = request;
    pending->target = method_of(request) == API_GET ? stream_target(target) : NULL;
    pending->follows = pending->target;
    if (!pending->target)
        pending->target = mem_dup(target);
    pending->key = mem_dup(evhttp_find_header(evhttp_request_get_input_headers(request), "Idempotency-Key"));
    pending->caller = *caller;
    pending->body = evbuffer_new();
    evbuffer_add_buffer(pending->body, evhttp_request_get_input_buffer(request));
    length = evbuffer_get_length(pending->body);
    pending->what = (struct api_request){
        .method = method_of(request),
        .target = pending->target,
        .actor = pending->caller.actor,
        .may = pending->caller.may,
        .key = pending->key,
        .body = length ? (const char *)evbuffer_pullup(pending->body, -1) : "",
        .length = length,
    };
    return pending;
}

static void run(const struct door *door, struct evhttp_request *request, const struct caller *caller)
{
    struct evhttp_connection *connection = evhttp_request_get_connection(request);
    struct pending *pending = pending_new(door, request, caller);
    const char *refusal = pending->follows ? streams_refusal(door->streams) : NULL;
    struct api *api = door->api;

    if (refusal) {
        refuse_at_once(door, request, 503, refusal);
        pending_free(pending);
        return;
    }
    connection_waits(door->connections, evhttp_connection_get_bufferevent(connection));
    evhttp_connection_set_closecb(connection, on_close, pending);
    desk_take(api->desk, &pending->what, on_answer, pending);
    event_active(api->wake, EV_TIMEOUT, 0); /* a pipelined request is met while the turn before it is being released */
}

static void on_request(struct evhttp_request *request, void *arg)
{
    const struct door *door = arg;
    struct evhttp_connection *connection = evhttp_request_get_connection(request);
    const struct caller_rule rule = { .group = door->api->group,
                                      .tokens_only = door->tokens_only,
                                      .turn = door->api->parts.turn };
    struct caller caller;
    const char *why;
    const int status = caller_find(&caller, &rule, evhttp_connection_get_bufferevent(connection),
                                   evhttp_request_get_input_headers(request), &why);

    if (status)
        refuse_at_once(door, request, status, why);
    else
        run(door, request, &caller);
}

struct api_ticket *api_ask_metrics(struct api *api, const char *authorization, api_text_fn *done, void *arg,
                                   int *status)
{
    struct pending *pending = mem_new(1, sizeof *pending);
    const char *why;

    *status = api->stopped ? 503 : caller_by_token(&pending->caller, authorization, api->parts.turn, &why);
    if (*status) {
        pending_free(pending);
        return NULL;
    }
    pending->ticket = mem_new(1, sizeof *pending->ticket);
    *pending->ticket = (struct api_ticket){ done, arg };
    pending->what = (struct api_request){
        .method = API_GET, .target = "/metrics", .actor = pending->caller.actor, .may = pending->caller.may, .body = ""
    };
    desk_take(api->desk, &pending->what, on_answer, pending);
    event_active(api->wake, EV_TIMEOUT, 0);
    return pending->ticket;
}

void api_forget(struct api_ticket *ticket)
{
    ticket->done = NULL;
}

static bool address_of(struct sockaddr_un *out, const char *path, struct error *err)
{
    *out = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof out->sun_path)
        return error_set(err, "%s: longer than %zu bytes: choose a shorter path", path, sizeof out->sun_path - 1);
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
        return error_set(err, "%s: a file that is no socket is there: name another path", path);
    if (unlink(path) != 0)
        return error_set(err, "%s: %m: let the daemon write to the folder", path);
    return true;
}

/* With `open` any user of this machine may connect. */
static bool let_in(const char *path, gid_t group, bool open)
{
    if (!open && group != (gid_t)-1 && chown(path, (uid_t)-1, group) != 0 && errno != EPERM)
        return false;
    return chmod(path, open ? 0666 : 0660) == 0;
}

static struct evconnlistener *listen_at(struct event_base *base, const char *path, gid_t group, bool open,
                                        struct error *err)
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
        error_set(err, "%s: %m: make the folder and let the daemon write there", path);
        return NULL;
    }
    if (!let_in(path, group, open)) {
        error_set(err, "%s: %m", path);
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

static bool open_door(struct door *door, struct event_base *base, const char *path, struct error *err)
{
    const struct api *api = door->api;
    const time_ms deadline = api->setting.deadline_ms ? api->setting.deadline_ms : 30 * SECOND_MS;
    struct evconnlistener *listener = listen_at(base, path, api->group, door->tokens_only, err);

    if (!listener)
        return false;
    door->path = mem_dup(path);
    door->http = evhttp_new(base);
    if (!door->http || !evhttp_bind_listener(door->http, listener))
        abort();
    door->connections = connections_new(door->http, listener, most_connections(api), deadline);
    evhttp_set_gencb(door->http, on_request, door);
    evhttp_set_max_body_size(door->http, API_BODY_MAX + SLACK); /* what is a little over gets our own sentence */
    evhttp_set_max_headers_size(door->http, HEADERS_MAX);
    evhttp_set_default_content_type(door->http, NULL);
    evhttp_set_allowed_methods(door->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE |
                                               EVHTTP_REQ_HEAD | EVHTTP_REQ_PATCH);
    return true;
}

static void close_door(struct door *door)
{
    if (!door->path)
        return;
    if (door->streams)
        streams_stop(door->streams);
    connections_close(door->connections);
    evhttp_free(door->http);
    streams_free(door->streams);
    unlink(door->path);
    free(door->path);
}

static void on_changed(void *arg)
{
    const struct api *api = arg;

    if (api->users.streams)
        streams_changed(api->users.streams);
    if (api->tokens.streams)
        streams_changed(api->tokens.streams);
}

static void open_streams(struct door *door, struct event_base *base)
{
    const struct api *api = door->api;

    if (door->path)
        door->streams = streams_new(&(struct streams_setting){ .base = base,
                                                               .connections = door->connections,
                                                               .desk = api->desk,
                                                               .wake = api->wake,
                                                               .most = most_connections(api),
                                                               .beat_ms = api->setting.beat_ms });
}

static void open_desk(struct api *api, struct event_base *base)
{
    api->wake = event_new(base, -1, 0, on_wake, NULL);
    api->desk = desk_new(&api->setting, &api->parts);
    open_streams(&api->users, base);
    open_streams(&api->tokens, base);
    turn_watch(api->parts.turn, on_changed, api);
}

static bool serve(struct api *api, struct event_base *base, struct error *err)
{
    const char *tokens = api->setting.tokens;

    api->users = (struct door){ .api = api };
    api->tokens = (struct door){ .api = api, .tokens_only = true };
    return (open_door(&api->users, base, api->setting.socket, err) || error_in(err, "listen.socket")) &&
           (!tokens || !*tokens || open_door(&api->tokens, base, tokens, err) || error_in(err, "listen.tokens"));
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
    if (serve(api, base, err)) {
        open_desk(api, base);
        return api;
    }
    close_door(&api->tokens);
    close_door(&api->users);
    free(api);
    return NULL;
}

void api_stop(struct api *api)
{
    api->stopped = true;
    desk_clear(api->desk);
    streams_stop(api->users.streams);
    if (api->tokens.streams)
        streams_stop(api->tokens.streams);
}

void api_free(struct api *api)
{
    if (!api)
        return;
    turn_watch(api->parts.turn, NULL, NULL);
    close_door(&api->tokens);
    close_door(&api->users);
    event_free(api->wake);
    desk_free(api->desk);
    free(api);
}

void api_renew(struct api *api, const struct api_setting *setting, const struct api_parts *parts)
{
    api->setting = *setting;
    api->parts = *parts;
    on_changed(api);
}

void api_changed(struct api *api)
{
    if (api)
        on_changed(api);
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
