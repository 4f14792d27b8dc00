/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields of a query or of a form (application/x-www-form-urlencoded, WHATWG URL section 5) as a JSON object of texts, so
 * that the same paths read them as read JSON. A field that comes twice has its last value.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_FORM_H
#define GREENLINE_GATEWAYS_HTTP_FORM_H

#include <jansson.h>
#include <stdbool.h>

enum { FORM_FIELDS_MAX = 256 };

/* Adds the fields to `out`; false where one is not UTF-8, holds a NUL, or there are too many. */
bool form_read(json_t *out, const char *source);

#endif
