/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mistakes of a configuration, all of them in one line: "url: missing: …; bdy: no such key: did you mean body?". A
 * group is read to its end whatever is wrong in it; faults_end() then turns what was gathered into one error.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_FAULTS_H
#define GREENLINE_GATEWAYS_HTTP_FAULTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"
#include "lib/text.h"

enum { FAULTS_KEYS_MAX = 64 /* names that one group may know */ };

/* Starts as { 0 }. */
struct faults {
    struct text text;
};

/* Adds what `err` says of `key` (NULL: `err` names it) and empties `err`. Always returns false. */
bool faults_add(struct faults *faults, const char *key, struct error *err);
/* The same, like printf. */
bool faults_say(struct faults *faults, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Adds each key of the group that is not in `known` (NULL-terminated), with the nearest that is; what is no group too. */
void faults_keys(struct faults *faults, const json_t *group, const char *const *known);
/* True when nothing was added; else false, and `err` says all. Frees. */
bool faults_end(struct faults *faults, struct error *err);

#endif
