/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP requests on libcurl's multi interface, driven by the module's libevent loop. The promise that matters: a request
 * leaves at most once. libcurl repeats one by itself when a reused connection dies before the answer; here that attempt
 * is stopped, and the transfer ends as "may have left, no answer". The one exception is digest authentication: what goes
 * first carries no body, and only a whole answer of 401 lets the request itself follow. A transfer ends in its `done`
 * once, with a whole answer or without one; nothing blocks but the name look-up's own thread.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_TRANSFER_H
#define GREENLINE_GATEWAYS_HTTP_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>

#include "gateways/http/request.h"
#include "gateways/http/setting.h"
#include "lib/error.h"

struct event_base;
struct transfers;
struct transfer;

struct transfer_result {
    bool whole;     /* status and body are those of a whole answer */
    bool left;      /* part of the body, or a request without body, may have reached the server */
    bool kept_back; /* by its `leaving` */
    int status;
    const char *body; /* borrowed, ends in NUL */
    size_t length;
    const char *retry_after; /* the header, borrowed, or NULL */
    const char *detail;      /* why it is not whole */
    time_ms took;            /* real time */
};

struct transfer_events {
    /* A connection stands, and the first byte of the request is about to leave. Called once, or never; false keeps the
     * request here: it ends without having left. NULL: true. */
    bool (*leaving)(void *arg);
    /* The transfer is over and freed after the call. */
    void (*done)(void *arg, const struct transfer_result *result);
};

/* What the transfers of one kind may take. */
struct transfer_bounds {
    int connections;   /* at once; the others wait inside */
    size_t answer_max; /* a longer answer is not read */
};

/* `setting` is borrowed for the life of the result. */
struct transfers *transfers_new(struct event_base *base, const struct setting *setting,
                                const struct transfer_bounds *bounds, struct error *err);
/* Ends all transfers without a `done`. */
void transfers_free(struct transfers *transfers);
/* Takes over `request`. */
struct transfer *transfer_start(struct transfers *transfers, struct request *request,
                                const struct transfer_events *events, void *arg);
/* Takes back a transfer that has not left: true, and it is freed without a `done`; false when it is too late. */
bool transfer_cancel(struct transfer *transfer);

#endif
