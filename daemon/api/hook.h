/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listener for webhooks: HTTP over TCP, with TLS where a certificate is named. It serves /hook/NAME and what lies below,
 * NAME being a gateway, and hands such a request to that gateway's program. Of the API nothing is served here, whoever
 * calls, but /metrics where the daemon's judge lets it; what does not exist is 404 without a word. The daemon does not read
 * what a webhook says.
 *
 * Bounded: connections (at the bound the listener rests), real time from the connect, or the answer before, to the end of
 * a request, and from there to the end of its answer (absolute: dripping clients are cut), target, headers, body. What is
 * malformed in a way that proxies read in two ways (two lengths) is 400 and ends the connection.
 */
#ifndef GREENLINE_API_HOOK_H
#define GREENLINE_API_HOOK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/clock.h"
#include "lib/error.h"

struct event_base;
struct hook;
struct hook_call; /* a request that waits for its answer */

enum {
    HOOK_CONNECTIONS = 256,
    HOOK_DEADLINE_MS = 15000,      /* longer than a gateway is given for its answer */
    HOOK_BODY_MAX = 1024 * 1024,   /* bytes */
    HOOK_TARGET_MAX = 8192,        /* bytes of path and query */
    HOOK_HEADERS_MAX = 64,         /* header lines */
    HOOK_HEADER_BYTES = 16 * 1024, /* of all headers together */
    HOOK_NAME_MAX = 40,            /* bytes of a gateway's name */
};

/* Borrowed for hook_new() and hook_renew(). */
struct hook_setting {
    const char *address;           /* as network_place_parse() takes it */
    const char *certificate, *key; /* PEM files; both NULL or "": plain HTTP */
    int connections;               /* 0: HOOK_CONNECTIONS */
    time_ms deadline_ms;           /* 0: HOOK_DEADLINE_MS */
};

/* Borrowed for the call. */
struct hook_request {
    const char *name;         /* of the gateway; "": /metrics is asked for */
    const char *method;       /* GET, POST or PUT */
    const char *path, *query; /* as they came, printable ASCII; query "" without */
    const json_t *headers;    /* names in lower case, values UTF-8; without those of one hop */
    const char *body;
    size_t length;
    const char *from; /* address of the caller */
};

struct hook_answer {
    int status;            /* 200 to 599 */
    const json_t *headers; /* texts; those that the daemon sets itself, or that are malformed, are left out; or NULL */
    const char *body;      /* or NULL */
    size_t length;
};

/* Filled by the daemon. */
struct hook_parts {
    void *arg;
    /* 0 when a gateway of that name ("": /metrics) is there and that address may call it; else the status: 404, 403. */
    int (*judge)(void *arg, const char *name, const char *from);
    /* Hands it over; hook_answer() follows, never from within. A ticket for forget(), or NULL and a status. */
    void *(*take)(void *arg, const struct hook_request *request, struct hook_call *call, int *status);
    /* The client has left: no answer is wanted. */
    void (*forget)(void *arg, void *ticket);
};

/* Listens. NULL and `err` when it cannot. The process ignores SIGPIPE from now on. */
struct hook *hook_new(struct event_base *base, const struct hook_setting *setting, const struct hook_parts *parts,
                      struct error *err);
/* Whether the certificate and its key can be read; nothing is opened for long. */
bool hook_check(const struct hook_setting *setting, struct error *err);
/* After a reload: the certificate is read again; with `err` the old one goes on. Address and bounds stay, and TLS is put on
 * or off by a new start only. */
bool hook_renew(struct hook *hook, const struct hook_setting *setting, struct error *err);
/* Closes every connection and forgets what waits. NULL is allowed. */
void hook_free(struct hook *hook);
/* Answers once; outside the turn, or as one of its effects. */
void hook_answer(struct hook_call *call, const struct hook_answer *answer);
/* Open connections, for tests. */
int hook_connections(const struct hook *hook);

#endif
