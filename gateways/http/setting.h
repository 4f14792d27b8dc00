/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration of the http gateway: one request for a message, one (optional) to ask what became of it, and how to
 * read the answers. It comes as JSON in `hello` and is checked wholly before the first job: a wrong key, type, place to
 * fill in or path is an error of the form "KEY: what: mend". README.md in this folder explains each key.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_SETTING_H
#define GREENLINE_GATEWAYS_HTTP_SETTING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "gateways/http/pattern.h"
#include "gateways/http/secret.h"
#include "gateways/http/verdict.h"
#include "lib/clock.h"
#include "lib/error.h"

enum { CALL_HEADERS_MAX = 32, CONNECTIONS_MAX = 256, CHANNELS_MAX = 4, COUNTRY_MAX = 8 };

/* A request with places to fill in. */
struct call {
    bool post;
    struct pattern url, body;
    struct pattern headers[CALL_HEADERS_MAX];
    size_t header_count;
    const char *content_type; /* guessed from the body; NULL: a header of the configuration names it */
};

struct setting {
    struct secrets secrets;
    struct call send, probe;
    struct pattern basic; /* "NAME:PASSWORD" for HTTP basic authentication; without parts: none */
    bool has_probe;
    struct rules rules;
    struct condition sent, not_sent; /* of the probe's answer */
    int connections;
    time_ms timeout, connect_timeout, keep_alive; /* real time */
    bool verify, plain;
    char *ca, *proxy;
    int ip;                    /* 0: any, 4 or 6 */
    char country[COUNTRY_MAX]; /* "+86": what ${to_national} leaves out; "" leaves nothing out */
    bool simulated, idempotent, free_text;
    char *channels[CHANNELS_MAX + 1]; /* NULL-terminated */
};

/* NULL and `err` on a mistake; free with setting_free(). */
struct setting *setting_read(const json_t *config, struct error *err);
void setting_free(struct setting *setting);
/* True when a URL leads to this machine (localhost, 127.0.0.0/8, ::1). */
bool url_is_loopback(const char *url);

#endif
