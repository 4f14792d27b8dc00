/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the programs need of JSON beyond jansson: strict reading of outside input, fields by type with one clear
 * sentence when they are missing, and building without checks for NULL.
 */
#ifndef GREENLINE_LIB_JSON_H
#define GREENLINE_LIB_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"

/* Parses one JSON object (duplicates of keys refused); the caller owns the result, NULL and `err` on failure. */
json_t *json_read(const char *text, size_t length, struct error *err);
/* Compact text, keys in order of insertion; the caller frees. */
char *json_write(const json_t *json);

/* A field's value, or the fallback when it is absent or of another type. Strings are borrowed. */
const char *json_text(const json_t *object, const char *key, const char *fallback);
int64_t json_int(const json_t *object, const char *key, int64_t fallback);
bool json_flag(const json_t *object, const char *key, bool fallback);

/* Sets a field; NULL text sets nothing. */
void json_put_text(json_t *object, const char *key, const char *text);
void json_put_int(json_t *object, const char *key, int64_t value);
void json_put_flag(json_t *object, const char *key, bool value);
/* Takes over `value`. */
void json_put(json_t *object, const char *key, json_t *value);

#endif
