/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration of the http gateway: one request for a message, and (optional) what to ask and hear about messages and
 * from people. It comes as JSON in `hello` and is checked wholly before the first job: wrong keys, types, places to fill
 * in and paths are told all at once, each as "KEY: what: mend". README.md in this folder explains each key.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_SETTING_H
#define GREENLINE_GATEWAYS_HTTP_SETTING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "gateways/http/call.h"
#include "gateways/http/feed.h"
#include "gateways/http/secret.h"
#include "gateways/http/verdict.h"
#include "lib/clock.h"
#include "lib/error.h"

enum {
    CONNECTIONS_MAX = 256,
    CHANNELS_MAX = 4,
    COUNTRY_MAX = 8,
    BATCH_MAX = 1000,
    POLLS_MAX = 8,
    POLL_NAME_MAX = 40,
    HOOKS_MAX = 8,
    HOOK_CHECKS_MAX = 4
};

/* Equal texts to several numbers in one request. */
struct batch_setting {
    int size; /* 0: none */
    struct pattern entry;
    char *separator;
    time_ms wait; /* how long a message waits for others */
    struct jsonpath items;
    bool has_items; /* the answer tells of each message by itself: where the list is */
    enum { BATCH_BY_ORDER, BATCH_BY_ID, BATCH_BY_TO } by;
    struct place match;
    struct rules rules; /* of one element of the list */
};

struct probe_setting {
    struct call call;
    struct condition sent, not_sent; /* of the answer */
};

/* Asks what became of each accepted message until it is known. */
struct track_setting {
    struct call call;
    time_ms every, longest;
    struct feed feed; /* a report that is the whole answer */
};

struct poll_setting {
    char *name; /* of its cursor, among the polls of this gateway */
    struct call call;
    time_ms every;
    struct condition success, more;
    struct place cursor;      /* in the answer */
    struct place cursor_item; /* or in the last item */
    char *start;              /* the cursor before there is one */
    struct feed feed;
};

/* What a webhook must show: a header that has a value, or a signature. */
struct hook_check {
    char *header; /* in lower case */
    char *prefix; /* before the value, as "sha256=" */
    bool is_sign;
    enum sign_algorithm algorithm;
    enum sign_encoding encoding;
    struct pattern key, data; /* of a header: `data` is its value */
};

struct hook_setting {
    struct pattern path; /* behind /hook/NAME */
    struct hook_check checks[HOOK_CHECKS_MAX];
    size_t check_count;
    char *time_header; /* seconds or ms since 1970, not further from now than `within`; NULL: none */
    time_ms within;
    struct feed feed;
    int status;
    char *body, *type;
};

struct setting {
    struct secrets secrets;
    struct call send;
    struct rules rules;
    struct batch_setting batch;
    struct probe_setting probe;
    struct track_setting track;
    struct poll_setting polls[POLLS_MAX];
    size_t poll_count;
    struct hook_setting hooks[HOOKS_MAX];
    size_t hook_count;
    int connections;
    time_ms timeout, connect_timeout, keep_alive; /* real time */
    time_ms account_pause;                        /* after which an account that was refused is tried again */
    bool verify, plain, http2;
    char *ca, *certificate, *key, *proxy, *proxy_user;
    int ip;                    /* 0: any, 4 or 6 */
    char country[COUNTRY_MAX]; /* "+86": what ${to_national} leaves out; "" leaves nothing out */
    bool simulated, idempotent, free_text;
    char *channels[CHANNELS_MAX + 1]; /* NULL-terminated */
};

/* NULL and `err` on a mistake; free with setting_free(). */
struct setting *setting_read(const json_t *config, struct error *err);
void setting_free(struct setting *setting);

#endif
