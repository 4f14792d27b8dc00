/* SPDX-License-Identifier: Apache-2.0 */
/* Cap, deadline and credentials of connections; see connection.h. */
#include "api/connection.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/memory.h"

struct connection {
    struct connections *owner;
    struct connection *next, *before;
    struct bufferevent *bufferevent; /* the filter, as evhttp has it */
    struct bufferevent *socket;      /* below it */
    bool last;                       /* ends when its output has left */
    struct event *deadline;
};

struct connections {
    struct evconnlistener *listener; /* NULL once closed */
    struct connection *first;
    int count, most;
    struct timeval deadline;
};

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
    if (owner->listener)
        evconnlistener_enable(owner->listener);
    else if (owner->count == 0)
        free(owner);
}

static void on_output(struct evbuffer *output, const struct evbuffer_cb_info *info, void *arg)
{
    struct connection *connection = arg;

    if (connection->last && info->n_deleted && evbuffer_get_length(output) == 0)
        shutdown(bufferevent_getfd(connection->socket), SHUT_WR); /* the client closes, evhttp sees it and frees */
}

static struct bufferevent *make(struct event_base *base, void *arg)
{
    struct connections *owner = arg;
    struct connection *connection = mem_new(1, sizeof *connection);

    connection->owner = owner;
    connection->socket = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
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
    if (++owner->count == owner->most)
        evconnlistener_disable(owner->listener);
    return connection->bufferevent;
}

struct connections *connections_new(struct evhttp *http, struct evconnlistener *listener, int most, time_ms deadline_ms)
{
    struct connections *connections = mem_new(1, sizeof *connections);

    connections->listener = listener;
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
        free(connections);
}

int connections_count(const struct connections *connections)
{
    return connections->count;
}

void connection_answered(struct connections *connections, struct bufferevent *bufferevent, bool last)
{
    struct connection *at = connections->first;

    while (at && at->bufferevent != bufferevent)
        at = at->next;
    if (!at)
        return;
    at->last = last;
    evtimer_add(at->deadline, &connections->deadline);
    bufferevent_flush(bufferevent, EV_WRITE, BEV_NORMAL);
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
