/* SPDX-License-Identifier: Apache-2.0 */
/* Cap, deadline, TLS and credentials of connections; see connection.h. */
#include "api/connection.h"

#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <openssl/ssl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/memory.h"

enum { NO_DESCRIPTOR_S = 1, WARN_MS = 60000, STREAM_INPUT_MAX = 4096 };

struct connection {
    struct connections *owner;
    struct connection *next, *before;
    struct bufferevent *bufferevent; /* the filter, as evhttp has it */
    struct bufferevent *socket;      /* below it */
    bool last;                       /* ends when its output has left */
    void (*drained)(void *arg);      /* of a stream; NULL */
    void *drained_arg;
    struct event *deadline;
    SSL *tls; /* the socket's; NULL without */
};

struct connections {
    struct evconnlistener *listener; /* NULL once closed */
    struct connection *first;
    int count, most;
    struct timeval deadline;
    SSL_CTX *tls;
    time_ms warned_at; /* monotonic; 0: never */
};

static void free_all(struct connections *owner)
{
    SSL_CTX_free(owner->tls);
    free(owner);
}

static void enable(struct connections *owner)
{
    if (owner->listener && owner->count < owner->most)
        evconnlistener_enable(owner->listener);
}

static void warn(struct connections *owner, const char *what)
{
    const time_ms now = clock_mono();

    if (owner->warned_at && now - owner->warned_at < WARN_MS)
        return;
    owner->warned_at = now;
    log_warning("%d connections at one time: %s", owner->count, what);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
    struct connection *connection = arg;

    (void)what;
    fd = bufferevent_getfd(connection->bufferevent);
    if (fd >= 0)
        shutdown(fd, SHUT_RDWR); /* evhttp sees the end of the stream and frees */
}

/* The filter is gone (libevent tells it from the loop, not from the free): the listener may go on. */
static void on_end(void *arg)
{
    struct connection *connection = arg;
    struct connections *owner = connection->owner;

    if (connection->before)
        connection->before->next = connection->next;
    else
        owner->first = connection->next;
    if (connection->next)
        connection->next->before = connection->before;
    event_free(connection->deadline);
    free(connection);
    owner->count--;
    enable(owner);
    if (!owner->listener && owner->count == 0)
        free_all(owner);
}

static void on_output(struct evbuffer *output, const struct evbuffer_cb_info *info, void *arg)
{
    struct connection *connection = arg;

    if (!info->n_deleted || evbuffer_get_length(output) > 0)
        return;
    if (connection->drained)
        connection->drained(connection->drained_arg);
    if (!connection->last)
        return;
    if (connection->tls)
        SSL_shutdown(connection->tls);
    shutdown(bufferevent_getfd(connection->socket), SHUT_WR); /* the client closes, evhttp sees it and frees */
}

static struct bufferevent *socket_new(struct event_base *base, struct connection *connection)
{
    SSL_CTX *context = connection->owner->tls;

    if (!context)
        return bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    connection->tls = SSL_new(context);
    if (!connection->tls)
        return NULL;
    return bufferevent_openssl_socket_new(base, -1, connection->tls, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
}

static struct bufferevent *make(struct event_base *base, void *arg)
{
    struct connections *owner = arg;
    struct connection *connection = mem_new(1, sizeof *connection);

    connection->owner = owner;
    connection->socket = socket_new(base, connection);
    if (!connection->socket)
        abort();
    connection->deadline = evtimer_new(base, on_deadline, connection);
    connection->bufferevent =
        bufferevent_filter_new(connection->socket, NULL, NULL, BEV_OPT_CLOSE_ON_FREE, on_end, connection);
    if (!connection->deadline || !connection->bufferevent)
        abort();
    evbuffer_add_cb(bufferevent_get_output(connection->socket), on_output, connection);
    evtimer_add(connection->deadline, &owner->deadline);
    connection->next = owner->first;
    if (owner->first)
        owner->first->before = connection;
    owner->first = connection;
    if (++owner->count >= owner->most && owner->listener) {
        warn(owner, "no more are taken until one ends");
        evconnlistener_disable(owner->listener);
    }
    return connection->bufferevent;
}

static void on_rested(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    evconnlistener_enable(arg);
}

/* accept(2) failed, for want of descriptors: libevent would try again at once, for ever. The argument is evhttp's, so
 * the table is not known here; the loop is not run after the listener has been freed. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
    static const struct timeval rest = { .tv_sec = NO_DESCRIPTOR_S };

    (void)arg;
    evconnlistener_disable(listener);
    event_base_once(evconnlistener_get_base(listener), -1, EV_TIMEOUT, on_rested, listener, &rest);
}

struct connections *connections_new(struct evhttp *http, struct evconnlistener *listener, int most, time_ms deadline_ms)
{
    struct connections *connections = mem_new(1, sizeof *connections);

    connections->listener = listener;
    evconnlistener_set_error_cb(listener, on_accept_error);
    connections->most = most;
    connections->deadline.tv_sec = (time_t)(deadline_ms / SECOND_MS);
    connections->deadline.tv_usec = (suseconds_t)(deadline_ms % SECOND_MS) * 1000;
    evhttp_set_bevcb(http, make, connections);
    return connections;
}

void connections_close(struct connections *connections)
{
    connections->listener = NULL;
    if (connections->count == 0)
        free_all(connections);
}

int connections_count(const struct connections *connections)
{
    return connections->count;
}

void connections_secure(struct connections *connections, SSL_CTX *context)
{
    if (context)
        SSL_CTX_up_ref(context);
    SSL_CTX_free(connections->tls);
    connections->tls = context;
}

static struct connection *find(const struct connections *connections, const struct bufferevent *bufferevent)
{
    struct connection *at = connections->first;

    while (at && at->bufferevent != bufferevent)
        at = at->next;
    return at;
}

/* Whether the client wants the connection to end with this answer; evhttp does not learn of it. */
static bool take_last(struct evhttp_request *request)
{
    struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
    const char *word = evhttp_find_header(headers, "Connection");
    const bool old = request->major == 1 && request->minor == 0;
    const bool keeps = word && evutil_ascii_strcasecmp(word, "keep-alive") == 0;
    const bool ends = word && evutil_ascii_strcasecmp(word, "close") == 0;

    evhttp_remove_header(headers, "Connection");
    request->minor = 1;
    request->flags &= ~EVHTTP_PROXY_REQUEST; /* set for absolute targets */
    return old ? !keeps : ends;
}

void connection_reply(struct connections *connections, struct evhttp_request *request, int status,
                      struct evbuffer *body, bool last)
{
    struct bufferevent *bufferevent = evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
    struct connection *connection = find(connections, bufferevent);
    const bool wanted = take_last(request);

    if (connection) {
        connection->last = last || wanted;
        evtimer_add(connection->deadline, &connections->deadline);
    }
    evhttp_send_reply(request, status, NULL, body);
    if (connection)
        bufferevent_flush(bufferevent, EV_WRITE, BEV_NORMAL);
}

void connection_stream(struct connections *connections, struct evhttp_request *request, void (*drained)(void *arg),
                       void *arg)
{
    struct bufferevent *bufferevent = evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
    struct connection *connection = find(connections, bufferevent);

    take_last(request);
    if (!connection)
        return;
    connection->drained = drained;
    connection->drained_arg = arg;
    evtimer_del(connection->deadline);
    bufferevent_setwatermark(connection->bufferevent, EV_READ, 0, STREAM_INPUT_MAX);
    bufferevent_setwatermark(connection->socket, EV_READ, 0, STREAM_INPUT_MAX);
}

void connection_push(struct evhttp_request *request, struct evbuffer *chunk)
{
    struct bufferevent *bufferevent = evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));

    evhttp_send_reply_chunk(request, chunk);
    bufferevent_flush(bufferevent, EV_WRITE, BEV_NORMAL);
}

size_t connection_unsent(const struct connections *connections, struct evhttp_request *request)
{
    struct bufferevent *bufferevent = evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
    const struct connection *connection = find(connections, bufferevent);

    return connection ? evbuffer_get_length(bufferevent_get_output(connection->socket)) +
                            evbuffer_get_length(bufferevent_get_output(bufferevent))
                      : 0;
}

void connection_finish(struct connections *connections, struct evhttp_request *request)
{
    struct bufferevent *bufferevent = evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
    struct connection *connection = find(connections, bufferevent);

    if (connection) {
        connection->drained = NULL;
        connection->last = true;
        evtimer_add(connection->deadline, &connections->deadline);
    }
    evhttp_send_reply_end(request);
    if (connection)
        bufferevent_flush(bufferevent, EV_WRITE, BEV_NORMAL);
}

void connection_received(struct connections *connections, struct bufferevent *bufferevent)
{
    struct connection *connection = find(connections, bufferevent);

    if (connection)
        evtimer_add(connection->deadline, &connections->deadline);
}

bool connection_ending(struct connections *connections, struct bufferevent *bufferevent)
{
    const struct connection *connection = find(connections, bufferevent);

    return connection && connection->last;
}

void connection_waits(struct connections *connections, struct bufferevent *bufferevent)
{
    struct connection *at = find(connections, bufferevent);

    if (at)
        evtimer_del(at->deadline);
}

static bool in_group(int fd, gid_t primary, gid_t group)
{
    gid_t groups[1024];
    socklen_t size = sizeof groups;

    if (group == (gid_t)-1)
        return false;
    if (primary == group)
        return true;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) != 0)
        return false;
    for (size_t i = 0; i < size / sizeof *groups; i++)
        if (groups[i] == group)
            return true;
    return false;
}

bool connection_may(struct bufferevent *bufferevent, gid_t group, char actor[static CONNECTION_ACTOR_MAX])
{
    const int fd = bufferevent_getfd(bufferevent);
    struct ucred peer = { .uid = (uid_t)-1, .gid = (gid_t)-1 };
    socklen_t size = sizeof peer;
    const struct passwd *user;

    if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.uid == (uid_t)-1)
        return false;
    user = getpwuid(peer.uid);
    if (user)
        snprintf(actor, CONNECTION_ACTOR_MAX, "unix:%.60s", user->pw_name);
    else
        snprintf(actor, CONNECTION_ACTOR_MAX, "unix:%u", (unsigned)peer.uid);
    return peer.uid == 0 || peer.uid == geteuid() || in_group(fd, peer.gid, group);
}
