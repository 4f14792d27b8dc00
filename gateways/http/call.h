/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request as the configuration describes it: method, url, headers, body, authentication and signatures, with places to
 * fill in. The host must be written out, so that no job can lead the request elsewhere; a body that looks like JSON is
 * filled in once with sample values and must parse. Mistakes come all at once, as "KEY: what: mend; KEY: …".
 */
#ifndef GREENLINE_GATEWAYS_HTTP_CALL_H
#define GREENLINE_GATEWAYS_HTTP_CALL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "gateways/http/pattern.h"
#include "gateways/http/secret.h"
#include "gateways/http/sign.h"
#include "lib/error.h"

enum { CALL_HEADERS_MAX = 32, CALL_SIGNS_MAX = 4 };

struct call_sign {
    char *name;
    enum sign_algorithm algorithm;
    enum sign_encoding encoding;
    struct pattern key, data;
};

struct call {
    const char *method; /* NULL: the call is not configured */
    bool has_body;
    struct pattern url, body;
    struct pattern headers[CALL_HEADERS_MAX];
    size_t header_count;
    const char *content_type; /* guessed from the body; NULL: a header of the configuration names it */
    struct pattern basic;     /* "NAME:PASSWORD" for HTTP basic or digest authentication; without parts: none */
    bool digest;
    struct call_sign signs[CALL_SIGNS_MAX];
    size_t sign_count;
};

/* Where a call stands, and what it may use. */
struct call_scope {
    const struct secrets *secrets;
    unsigned where;           /* PATTERN_IN_SEND, …_BATCH, …_PROBE or …_POLL */
    bool plain;               /* allows http:// to other machines */
    const json_t *common;     /* signs, basic and digest come from here when the group has none; NULL: none */
    const char *batch_sample; /* what ${batch} becomes in the check of a JSON body */
};

/* Keys of a group that belong to its request, NULL-terminated. */
extern const char *const call_keys[];

bool call_read(struct call *out, const json_t *config, const struct call_scope *scope, struct error *err);
void call_free(struct call *call);
/* True when a URL leads to this machine (localhost, 127.0.0.0/8, ::1). */
bool url_is_loopback(const char *url);
/* True when the call has a URL, and that leads to this machine. */
bool call_is_loopback(const struct call *call);

#endif
