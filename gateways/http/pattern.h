/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts of a request with places to fill in: ${to|json}, ${text|form}, ${secret:token}, ${param:code|url}.
 * A pattern is parsed once, when the configuration is read, and filled for each job. `$${` stands for `${` itself; any
 * other `$` is text. What a parent or a teacher can write never goes in without an escape that was named, so that a
 * quote in a message cannot become part of the request. Filling fails only when a job lacks what the pattern needs.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_PATTERN_H
#define GREENLINE_GATEWAYS_HTTP_PATTERN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "gateways/http/secret.h"
#include "lib/error.h"
#include "lib/text.h"

enum {
    PATTERN_BYTES_MAX = 64 * 1024, /* of a pattern's source */
    PATTERN_PARTS_MAX = 256,
    PATTERN_ARGUMENT_MAX = 64 /* bytes of NAME in ${secret:NAME} and ${param:NAME} */
};

enum pattern_name {
    PATTERN_ID,
    PATTERN_TO,          /* E.164: +8613912345678 */
    PATTERN_TO_DIGITS,   /* the same without the plus sign */
    PATTERN_TO_NATIONAL, /* without the configured country code */
    PATTERN_TEXT,
    PATTERN_TEMPLATE,
    PATTERN_CHANNEL,
    PATTERN_LANE,
    PATTERN_REPLY_EXT,
    PATTERN_PROVIDER_ID, /* in a probe */
    PATTERN_VALUES,      /* number of names above: those of `struct pattern_values` */
    PATTERN_PARAM = PATTERN_VALUES,
    PATTERN_SECRET,
    PATTERN_LITERAL
};

enum pattern_escape {
    PATTERN_NONE,
    PATTERN_JSON, /* a whole JSON string with its quotes: RFC 8259 section 7 */
    PATTERN_URL,  /* all but the unreserved characters of RFC 3986 section 2.3 as %XX */
    PATTERN_FORM, /* application/x-www-form-urlencoded: as URL, a space as + */
    PATTERN_XML   /* character data and attribute values of XML 1.0; characters it forbids are left out */
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

/* What one job fills in; all borrowed, absent ones NULL. */
struct pattern_values {
    const char *text[PATTERN_VALUES];
    const json_t *params;
    const struct secrets *secrets;
};

/* Errors name the place and the mend; `secrets` (may be NULL) is asked whether each secret exists. */
bool pattern_parse(struct pattern *out, const char *source, const struct secrets *secrets, struct error *err);
void pattern_free(struct pattern *pattern);
/* Appends to `out`; on failure `out` holds what came before the fault. */
bool pattern_fill(struct text *out, const struct pattern *pattern, const struct pattern_values *values,
                  struct error *err);
/* Bytes of literal text before the first place to fill in. */
size_t pattern_literal_start(const struct pattern *pattern);
/* Appends `value` in that escape. */
void pattern_escape_text(struct text *out, enum pattern_escape escape, const char *value);

#endif
