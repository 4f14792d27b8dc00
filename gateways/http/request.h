/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One filled-in request, ready to leave: the configuration's patterns with a job's values, signed. A value that would
 * break out of its place (a line break in a header, a space in a URL) is an error, never a changed request. Time and
 * nonce come from the caller.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_REQUEST_H
#define GREENLINE_GATEWAYS_HTTP_REQUEST_H

#include <curl/curl.h>
#include <stdbool.h>

#include "gateways/http/call.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/text.h"
#include "lib/zone.h"

struct request {
    const char *method; /* borrowed from the call, which outlives it */
    bool has_body;
    char *url;
    char *user; /* "name:password" or NULL */
    bool digest;
    struct curl_slist *headers;
    struct text body;
};

/* What of a job goes into a request; all borrowed. */
struct request_job {
    const char *id, *channel, *lane, *to, *text, *template, *reply_ext, *provider_id;
    const char *cursor, *batch;
    const json_t *params, *voice;
};

/* The same for every job of a gateway. */
struct request_world {
    const struct secrets *secrets;
    const char *country; /* "+86": what ${to_national} leaves out; "" leaves nothing out */
    const char *nonce;   /* new for each request */
    time_ms now;         /* the wall clock of the machine */
    struct zone zone;
};

/* Free with request_free(). */
bool request_fill(struct request *out, const struct call *call, const struct request_world *world,
                  const struct request_job *job, struct error *err);
void request_free(struct request *request);
/* Fills one pattern with a job, for the entry of a batch. */
bool request_fill_pattern(struct text *out, const struct pattern *pattern, const struct request_world *world,
                          const struct request_job *job, struct error *err);

#endif
