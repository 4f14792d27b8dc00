/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The codec of the gateway protocol (gateways/PROTOCOL.md): one UTF-8 JSON object a line, at most WIRE_LINE_MAX bytes.
 * Bytes go in as they come, objects come out; the first fault ends the stream, for both sides treat it as misbehaviour.
 */
#ifndef GREENLINE_LIB_WIRE_H
#define GREENLINE_LIB_WIRE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"
#include "lib/text.h"

enum { WIRE_LINE_MAX = 256 * 1024, WIRE_VERSION = 1 };

struct wire_reader {
    struct text buffer;
    size_t seen; /* bytes of the buffer already searched for an end of line */
};

enum wire_result {
    WIRE_NONE,   /* no whole line yet */
    WIRE_OBJECT, /* *out is the caller's */
    WIRE_FAULT,  /* too long, not UTF-8 or not a JSON object: `err` says which */
};

void wire_reader_free(struct wire_reader *reader);
void wire_feed(struct wire_reader *reader, const char *data, size_t length);
/* Takes the next object out of what was fed. Empty lines are passed over. */
enum wire_result wire_next(struct wire_reader *reader, json_t **out, struct error *err);
/* Appends the object as one line. */
void wire_write(struct text *out, const json_t *object);

/* Bytes of a webhook as a field of its line: `body` where they are UTF-8, else `body_base64` (RFC 4648 section 4). */
void wire_put_body(json_t *line, const char *body, size_t length);
/* The bytes with a NUL behind them, the caller's; "" where the line has none; NULL when its base64 is none. */
char *wire_body(const json_t *line, size_t *length);

#endif
