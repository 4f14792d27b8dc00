/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One filled-in request, ready to leave: the configuration's patterns with a job's values. A value that would break out
 * of its place (a line break in a header, a space in a URL) is an error, never a changed request.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_REQUEST_H
#define GREENLINE_GATEWAYS_HTTP_REQUEST_H

#include <curl/curl.h>
#include <stdbool.h>

#include "gateways/http/setting.h"
#include "lib/error.h"
#include "lib/text.h"

struct request {
    bool post;
    char *url;
    char *basic; /* "name:password" or NULL */
    struct curl_slist *headers;
    struct text body;
};

/* What of a job goes into a request; all borrowed. */
struct request_job {
    const char *id, *channel, *lane, *to, *text, *template, *reply_ext, *provider_id;
    const json_t *params;
};

/* `call` is one of the setting's two. Free with request_free(). */
bool request_fill(struct request *out, const struct setting *setting, const struct call *call,
                  const struct request_job *job, struct error *err);
void request_free(struct request *request);

#endif
