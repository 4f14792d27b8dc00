/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTP server on loopback that a test plays move by move: accept, read one request, answer whole, in part or not at
 * all, close or reset. It runs in the test's own thread, so the order of things is the test's; every wait has a limit,
 * after which the move fails and returns false.
 */
#ifndef GREENLINE_TESTS_SUPPORT_HTTP_PEER_H
#define GREENLINE_TESTS_SUPPORT_HTTP_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/text.h"

enum { PEER_WAIT_MS = 5000, PEER_REQUEST_MAX = 256 * 1024 };

struct peer {
    int listener, client; /* -1: none */
    int port;
    int accepted, requests; /* connections taken and whole requests read */
    struct text request;    /* the last one, with its headers and body */
};

bool peer_open(struct peer *peer, bool ipv6);
void peer_close(struct peer *peer);
/* The next connection; the one before is closed. */
bool peer_accept(struct peer *peer);
/* One whole request on the connection. */
bool peer_read(struct peer *peer);
/* A request up to that many bytes of its body, or more; it is not counted. */
bool peer_read_part(struct peer *peer, size_t body_bytes);
/* The body of the last request. */
const char *peer_body(const struct peer *peer);
bool peer_write(struct peer *peer, const char *bytes, size_t length);
/* A whole answer with Content-Length; the connection stays. `headers` are lines that end in CRLF, or "". */
bool peer_answer(struct peer *peer, int status, const char *headers, const char *body);
/* Ends the connection: by a FIN, or by a reset. */
void peer_hang_up(struct peer *peer, bool reset);
/* True when no other connection has arrived. */
bool peer_is_quiet(const struct peer *peer);

#endif
