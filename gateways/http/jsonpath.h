/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where in a provider's JSON answer a value stands: the part of JSONPath (RFC 9535) that names places, `$`, `.name`,
 * `['name']`, `[n]` and `[*]`. No filters, no recursion: a path of n steps looks at n levels. A path that is wrong is
 * an error when it is parsed; a value that is not there is simply not found.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_JSONPATH_H
#define GREENLINE_GATEWAYS_HTTP_JSONPATH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

enum { JSONPATH_STEPS_MAX = 16, JSONPATH_FOUND_MAX = 64, JSONPATH_INDEX_MAX = 100000 };

struct jsonpath {
    struct jsonpath_step {
        char *name;   /* NULL: an index */
        size_t index; /* JSONPATH_ALL: each element */
    } steps[JSONPATH_STEPS_MAX];
    size_t count;
};

#define JSONPATH_ALL ((size_t)-1)

bool jsonpath_parse(struct jsonpath *out, const char *source, struct error *err);
void jsonpath_free(struct jsonpath *path);
/* Writes up to JSONPATH_FOUND_MAX borrowed values, in order; returns how many. */
size_t jsonpath_find(const struct jsonpath *path, const json_t *root, const json_t *out[static JSONPATH_FOUND_MAX]);
/* A string, number or truth value as text, which the caller frees; NULL for null, an array or an object. */
char *jsonpath_text(const json_t *value);

#endif
