/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A provider's answer (status, body, Retry-After) and what can be asked of it: does a condition hold, and which value
 * stands at a place. A body that is too deep, not UTF-8 or not JSON is no error here: it merely has no JSON values, and
 * a condition that needs one is in doubt. Nothing is guessed from half an answer.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_RESPONSE_H
#define GREENLINE_GATEWAYS_HTTP_RESPONSE_H

#include <jansson.h>
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "gateways/http/jsonpath.h"
#include "lib/clock.h"
#include "lib/error.h"

enum {
    RESPONSE_BYTES_MAX = 64 * 1024,      /* a longer answer to a message is not read */
    RESPONSE_PAGE_MAX = 1024 * 1024,     /* nor a longer page of reports and replies */
    RESPONSE_REGEX_BYTES_MAX = 8 * 1024, /* regular expressions look at the beginning only */
    RESPONSE_RANGES_MAX = 16,
    RESPONSE_VALUES_MAX = 64,
    RESPONSE_VALUE_BYTES_MAX = 256, /* a longer provider id, code or detail is none */
    RETRY_AFTER_MAX_MS = 24 * 60 * 60 * 1000
};

struct response {
    int status;
    const char *body;    /* borrowed, ends in NUL */
    json_t *json;        /* NULL: the body is not JSON */
    time_ms retry_after; /* milliseconds from the answer; 0: not told */
};

/* `body` stays the caller's and must outlive the answer. */
struct response response_read(int status, const char *body, size_t length, time_ms retry_after);
void response_free(struct response *response);

/* Retry-After, as seconds or as an HTTP date (RFC 9110 10.2.3), to milliseconds from `now` (the real wall clock), at
 * most a day; 0 when it is absent, malformed or past. */
time_ms retry_after_parse(const char *value, time_ms now);

/* Statuses: "2xx", "200,201", "500-599". */
struct statuses {
    struct {
        int low, high;
    } ranges[RESPONSE_RANGES_MAX];
    size_t count; /* 0: any status */
};

bool statuses_parse(struct statuses *out, const char *source, struct error *err);
bool statuses_have(const struct statuses *statuses, int status);

/* A place in an answer: a JSON path, or the first group of a POSIX extended regular expression. */
struct place {
    enum { PLACE_NONE, PLACE_JSON, PLACE_REGEX } kind;
    struct jsonpath path;
    regex_t regex;
};

/* "$.id", or an object {"regex": "id=([0-9]+)"}. */
bool place_parse(struct place *out, const json_t *config, struct error *err);
void place_free(struct place *place);
/* The texts there, in order, each the caller's; returns how many, 0 when nothing fit to use is there. */
size_t place_texts(const struct place *place, const struct response *response, char *out[static RESPONSE_VALUES_MAX]);
/* The first of them, or NULL. */
char *place_text(const struct place *place, const struct response *response);
/* The same, of at most `longest` bytes: for what people write. */
char *place_long_text(const struct place *place, const struct response *response, size_t longest);

/* A condition: the status, and a value that equals one of a list (without list: that is there at all). */
struct condition {
    struct statuses statuses;
    struct place place;
    char *equals[RESPONSE_RANGES_MAX];
    size_t equals_count;
};

enum holds {
    HOLDS_NO,
    HOLDS_YES,
    HOLDS_DOUBT /* the status fits, the place has no value: the answer is not as described */
};

/* Keys of a condition, NULL-terminated. */
extern const char *const condition_keys[];

/* "2xx", or {"status", "json" or "regex", "equals"}; other keys are left to the caller. */
bool condition_parse(struct condition *out, const json_t *config, struct error *err);
/* The same, and any other key is a mistake. */
bool condition_parse_only(struct condition *out, const json_t *config, struct error *err);
/* False for one that was never parsed. */
bool condition_given(const struct condition *condition);
void condition_free(struct condition *condition);
enum holds condition_holds(const struct condition *condition, const struct response *response);

#endif
