/* SPDX-License-Identifier: Apache-2.0 */
/* The line codec of the gateway protocol; see wire.h. */
#include "lib/wire.h"

#include <stdlib.h>
#include <string.h>

#include "lib/json.h"

void wire_reader_free(struct wire_reader *reader)
{
    text_free(&reader->buffer);
    reader->seen = 0;
}

void wire_feed(struct wire_reader *reader, const char *data, size_t length)
{
    text_add_n(&reader->buffer, data, length);
}

static enum wire_result decode(const char *line, size_t length, json_t **out, struct error *err)
{
    if (!utf8_valid(line, length)) {
        error_set(err, "line is not UTF-8");
        return WIRE_FAULT;
    }
    *out = json_read(line, length, err);
    return *out ? WIRE_OBJECT : WIRE_FAULT;
}

enum wire_result wire_next(struct wire_reader *reader, json_t **out, struct error *err)
{
    struct text *buffer = &reader->buffer;

    while (buffer->length > reader->seen) {
        const char *end = memchr(buffer->data + reader->seen, '\n', buffer->length - reader->seen);
        const size_t length = end ? (size_t)(end - buffer->data) : buffer->length;
        enum wire_result result;

        if (length > WIRE_LINE_MAX) {
            error_set(err, "line over %d bytes", (int)WIRE_LINE_MAX);
            return WIRE_FAULT;
        }
        reader->seen = length;
        if (!end)
            return WIRE_NONE;
        result = length ? decode(buffer->data, length, out, err) : WIRE_NONE;
        text_drop(buffer, length + 1);
        reader->seen = 0;
        if (length)
            return result;
    }
    return WIRE_NONE;
}

void wire_write(struct text *out, const json_t *object)
{
    char *line = json_write(object);

    text_add(out, line);
    text_add_char(out, '\n');
    free(line);
}
