/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What evhttp lacks: a cap on connections and an absolute deadline for each request. Every connection of the listener is
 * a filter bufferevent whose end is told to us; at the cap the listener rests until one ends; a connection whose request
 * is not complete and answered in time is shut down, however slowly bytes drip. One table belongs to one evhttp object.
 */
#ifndef GREENLINE_API_CONNECTION_H
#define GREENLINE_API_CONNECTION_H

#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <stdbool.h>
#include <sys/types.h>

#include "lib/clock.h"

struct evhttp;
struct connections;

enum { CONNECTION_ACTOR_MAX = 80 };

struct connections *connections_new(struct evhttp *http, struct evconnlistener *listener, int most,
                                    time_ms deadline_ms);
/* Before evhttp_free(), which ends all connections; the table frees itself when the loop has ended the last. */
void connections_close(struct connections *connections);
int connections_count(const struct connections *connections);

/*
 * After evhttp_send_reply(): pushes the answer through the filter (evhttp wrote it while the filter's output rested), and
 * begins the time of the next request. `last` ends the connection once the answer has left: evhttp must not be let do
 * so, for it frees the filter while the answer still lies in the socket's buffer.
 */
void connection_answered(struct connections *connections, struct bufferevent *bufferevent, bool last);

/*
 * Whether the peer of a unix socket may: root, our own user, or a member of `group` (-1: no such group), by SO_PEERCRED
 * and SO_PEERGROUPS. `actor` becomes "unix:NAME" (or the number of a user without a name).
 */
bool connection_may(struct bufferevent *bufferevent, gid_t group, char actor[static CONNECTION_ACTOR_MAX]);

#endif
