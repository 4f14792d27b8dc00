/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What evhttp lacks: a cap on connections and an absolute deadline for each request. Every connection of the listener is
 * a filter bufferevent whose end is told to us; at the cap the listener rests until one ends; a connection whose request
 * is not complete and answered in time is shut down, however slowly bytes drip. One table belongs to one evhttp object.
 * When the process has no descriptor left the listener rests for a second instead of spinning.
 */
#ifndef GREENLINE_API_CONNECTION_H
#define GREENLINE_API_CONNECTION_H

#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <openssl/types.h>
#include <stdbool.h>
#include <sys/types.h>

#include "lib/clock.h"

struct evhttp;
struct evhttp_request;
struct connections;

enum { CONNECTION_ACTOR_MAX = 80 };

struct connections *connections_new(struct evhttp *http, struct evconnlistener *listener, int most,
                                    time_ms deadline_ms);
/* Connections from now on speak TLS by `context`, which the table keeps a reference to; NULL: they do not. */
void connections_secure(struct connections *connections, SSL_CTX *context);
/* Before evhttp_free(), which ends all connections; the table frees itself when the loop has ended the last. */
void connections_close(struct connections *connections);
int connections_count(const struct connections *connections);

/*
 * Instead of evhttp_send_reply(): sends the answer (`body` may be NULL and is emptied), pushes it through the filter (evhttp
 * writes it while the filter's output rests), and begins the time of the next request. The connection ends behind it when
 * the client wants so, or with `last`; evhttp itself must not be let end it, for it frees the filter while the answer still
 * lies in the socket's buffer.
 */
void connection_reply(struct connections *connections, struct evhttp_request *request, int status,
                      struct evbuffer *body, bool last);
/*
 * An answer without end, begun by evhttp_send_reply_start() after this call: no deadline runs, and what the client says
 * meanwhile is not heard beyond some KB. `drained(arg)` is told, from within libevent's writing, each time that all has
 * gone to the kernel: it may do no more than wake an event. A chunk is pushed by connection_push(); what of the answer
 * still lies with us is connection_unsent() bytes. connection_finish() ends the answer, and the connection behind it.
 */
void connection_stream(struct connections *connections, struct evhttp_request *request, void (*drained)(void *arg),
                       void *arg);
void connection_push(struct evhttp_request *request, struct evbuffer *chunk);
size_t connection_unsent(const struct connections *connections, struct evhttp_request *request);
void connection_finish(struct connections *connections, struct evhttp_request *request);
/* The request is complete: its answer has the whole time once more. */
void connection_received(struct connections *connections, struct bufferevent *bufferevent);
/* The same, and the time is ours, not the client's: no deadline runs until it is answered. */
void connection_waits(struct connections *connections, struct bufferevent *bufferevent);
/* Whether its last answer was sent: what still comes is not to be heard. */
bool connection_ending(struct connections *connections, struct bufferevent *bufferevent);

/*
 * Whether the peer of a unix socket may: root, our own user, or a member of `group` (-1: no such group), by SO_PEERCRED
 * and SO_PEERGROUPS. `actor` becomes "unix:NAME" (or the number of a user without a name).
 */
bool connection_may(struct bufferevent *bufferevent, gid_t group, char actor[static CONNECTION_ACTOR_MAX]);

#endif
