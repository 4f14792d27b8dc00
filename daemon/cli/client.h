/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request at a time to the daemon, over its unix socket. A change carries its request id, so it is repeated once when
 * the connection breaks before the answer: the daemon does it at most once. Fails when the daemon is away (with one line
 * how to mend that) or answers what is not JSON; a refusal of the daemon is an answer, not a failure.
 */
#ifndef GREENLINE_CLI_CLIENT_H
#define GREENLINE_CLI_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

enum {
    CLIENT_ANSWER_MAX = 256 << 20, /* bytes of one answer */
    CLIENT_TIMEOUT_MS = 300000,    /* for one answer: an import of a large school is checked wholly first */
    CLIENT_SILENCE_S = 60,         /* of an event stream, whose heartbeats come every 10 s: the daemon hangs */
    CLIENT_SECOND_MS = 1000,
};

struct client;

/* Never fails: the connection is made by the first request. */
struct client *client_open(const char *socket);
void client_close(struct client *client);

struct client_request {
    const char *path;   /* "/v1/students?limit=5", percent-encoded */
    const json_t *body; /* NULL: GET; else POST */
    const char *key;    /* Idempotency-Key of a change; NULL for none */
};

struct client_answer {
    long status;  /* HTTP */
    json_t *body; /* an object; the caller's */
};

bool client_ask(struct client *client, const struct client_request *request, struct client_answer *out,
                struct error *err);

/* A view that is followed: borrowed. */
struct client_follow {
    const char *path;                             /* "/v1/status/follow" */
    int stop_fd;                                  /* readable when the user wants no more */
    void (*event)(void *arg, const json_t *view); /* the whole view, at first and after each change */
    void (*second)(void *arg);                    /* about each second, and after each event; may be NULL */
    void *arg;
};

enum client_end {
    CLIENT_STOPPED, /* by the user */
    CLIENT_REFUSED, /* `refusal` says why; its body is the caller's */
    CLIENT_AWAY,    /* nobody is there, or the connection ended; `err` says so */
    CLIENT_BAD,     /* what came is no event of ours; `err` */
};

/* Returns when it is over; whoever wants to go on asks again, and is told the whole view anew. */
enum client_end client_follow(struct client *client, const struct client_follow *follow, struct client_answer *refusal,
                              struct error *err);

#endif
