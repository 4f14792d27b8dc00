/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts of a request with places to fill in: ${to|json}, ${text|form}, ${secret:token}, ${param:code|url}.
 * A pattern is parsed once, when the configuration is read, and filled for each job. `$${` stands for `${` itself; any
 * other `$` is text. What a parent or a teacher can write never goes in without an escape that was named, so that a
 * quote in a message cannot become part of the request. A name that can have no value where it stands (a cursor in a
 * message) is a mistake of the configuration. Filling fails only when a job lacks what the pattern needs.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_PATTERN_H
#define GREENLINE_GATEWAYS_HTTP_PATTERN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "gateways/http/secret.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/text.h"
#include "lib/zone.h"

enum {
    PATTERN_BYTES_MAX = 64 * 1024, /* of a pattern's source */
    PATTERN_PARTS_MAX = 256,
    PATTERN_ARGUMENT_MAX = 64, /* bytes of NAME in ${secret:NAME} and ${param:NAME} */
    PATTERN_TIME_MAX = 128     /* bytes of a time that was written by a format */
};

enum pattern_name {
    PATTERN_ID,
    PATTERN_TO,          /* E.164: +8613912345678 */
    PATTERN_TO_DIGITS,   /* the same without the plus sign */
    PATTERN_TO_NATIONAL, /* without the configured country code */
    PATTERN_TEXT,        /* of a call without one: what is said */
    PATTERN_TEMPLATE,
    PATTERN_PARAMS, /* all of them, as one JSON object */
    PATTERN_CHANNEL,
    PATTERN_LANE,
    PATTERN_REPLY_EXT,
    PATTERN_VOICE_TEXT,   /* what a call says, one text after the other */
    PATTERN_VOICE_SCRIPT, /* the whole script, as one JSON object */
    PATTERN_VOICE_PLAY,   /* the name of the first recording */
    PATTERN_VOICE_KEYS,   /* the keys it waits for: "12" */
    PATTERN_VOICE_REPEAT,
    PATTERN_VOICE_SILENCE, /* ms */
    PATTERN_PROVIDER_ID,   /* in a probe */
    PATTERN_CURSOR,        /* in a poll */
    PATTERN_BATCH,         /* the entries of a batch */
    PATTERN_TIMESTAMP,     /* seconds since 1970 */
    PATTERN_TIMESTAMP_MS,
    PATTERN_NONCE,  /* 32 hex digits, new for each request */
    PATTERN_METHOD, /* these four of the request itself, in what is signed */
    PATTERN_PATH,
    PATTERN_QUERY,
    PATTERN_BODY,
    PATTERN_VALUES, /* number of names above: those of `struct pattern_values` */
    PATTERN_PARAM = PATTERN_VALUES,
    PATTERN_SECRET,
    PATTERN_SIGN,
    PATTERN_TIME,   /* ${time:%Y%m%d%H%M%S}: in the school's zone */
    PATTERN_UTC,    /* the same in UTC */
    PATTERN_HEADER, /* of a webhook, in what is verified */
    PATTERN_LITERAL
};

/* Where a pattern stands: the names that can have a value there. */
enum pattern_where {
    PATTERN_IN_SEND = 1 << 0,  /* the request of one message */
    PATTERN_IN_BATCH = 1 << 1, /* the request of several */
    PATTERN_IN_PROBE = 1 << 2,
    PATTERN_IN_POLL = 1 << 3,
    PATTERN_IN_HOOK = 1 << 4, /* what a webhook must show */
    PATTERN_IN_SIGN = 1 << 5, /* with one of the first four: what is signed */
    PATTERN_ANYWHERE = (1 << 6) - 1
};

enum pattern_escape {
    PATTERN_NONE,
    PATTERN_JSON, /* a whole JSON string with its quotes: RFC 8259 section 7 */
    PATTERN_URL,  /* all but the unreserved characters of RFC 3986 section 2.3 as %XX */
    PATTERN_FORM, /* application/x-www-form-urlencoded: as URL, a space as + */
    PATTERN_XML,  /* character data and attribute values of XML 1.0; characters it forbids are left out */
    PATTERN_BASE64
};

struct pattern_part {
    enum pattern_name name;
    enum pattern_escape escape;
    char *text; /* the literal, or NAME of a secret or param; NULL otherwise */
};

struct pattern {
    struct pattern_part *parts;
    size_t count;
};

/* Signatures by name; those of a request are made while it is filled in. */
struct pattern_sign {
    const char *name; /* borrowed */
    char *value;      /* NULL: not made yet */
};

/* What one job fills in; all borrowed, absent ones NULL. */
struct pattern_values {
    const char *text[PATTERN_VALUES];
    const json_t *params, *headers;
    const struct secrets *secrets;
    const struct pattern_sign *signs;
    size_t sign_count;
    time_ms now; /* the wall clock of the machine */
    struct zone zone;
};

/* What a pattern may name. */
struct pattern_scope {
    unsigned where;                /* of enum pattern_where */
    const struct secrets *secrets; /* NULL: any secret */
    const struct pattern_sign *signs;
    size_t sign_count;
};

/* Errors name the place and the mend; `scope` NULL: any name. */
bool pattern_parse(struct pattern *out, const char *source, const struct pattern_scope *scope, struct error *err);
void pattern_free(struct pattern *pattern);
/* Appends to `out`; on failure `out` holds what came before the fault. */
bool pattern_fill(struct text *out, const struct pattern *pattern, const struct pattern_values *values,
                  struct error *err);
bool pattern_has(const struct pattern *pattern, enum pattern_name name);
/* The literal text before the first place to fill in, borrowed; "" without. */
const char *pattern_start(const struct pattern *pattern);
/* Appends `value` in that escape. */
void pattern_escape_text(struct text *out, enum pattern_escape escape, const char *value);

#endif
