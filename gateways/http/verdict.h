/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an answer means for the job: accepted, refused for good or for now, or not known. The rules of the configuration
 * come first, then the statuses of HTTP (RFC 9110 section 15) by a table. Of two readings the one that cannot send a
 * message twice or lose it is taken: an answer that is not as described is `unknown`, never `accepted`.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_VERDICT_H
#define GREENLINE_GATEWAYS_HTTP_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "gateways/http/response.h"
#include "lib/clock.h"

enum { RULES_MAX = 64 };

enum verdict_class {
    VERDICT_ACCEPTED,
    VERDICT_PERMANENT,
    VERDICT_TEMPORARY,
    VERDICT_THROTTLED,
    VERDICT_ACCOUNT, /* temporary for the job; the gateway pauses: key, balance or contract need a person */
    VERDICT_UNKNOWN
};

/* A row of `errors`: the first whose condition holds decides. */
struct rule {
    struct condition condition;
    enum verdict_class class;
    time_ms retry_after; /* 0: as the answer says */
};

struct rules {
    struct condition success;
    struct rule *errors;
    size_t error_count;
    struct place provider_id, parts, code, detail; /* PLACE_NONE: not told */
};

struct verdict {
    enum verdict_class class;
    char *code, *detail; /* may be NULL */
    char *provider_ids[RESPONSE_VALUES_MAX];
    size_t provider_id_count;
    int parts; /* 0: not told */
    time_ms retry_after;
};

/* "permanent", "temporary", "throttled", "account", "unknown". */
bool verdict_class_parse(enum verdict_class *out, const char *name, struct error *err);
/* Free with verdict_free(). */
struct verdict verdict_of(const struct rules *rules, const struct response *response);
void verdict_free(struct verdict *verdict);
void rules_free(struct rules *rules);

#endif
