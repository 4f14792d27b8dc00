/* SPDX-License-Identifier: Apache-2.0 */
/* The line codec of the gateway protocol; see wire.h. */
#include "lib/wire.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "lib/memory.h"

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

void wire_put_body(json_t *line, const char *body, size_t length)
{
    const size_t room = sodium_base64_encoded_len(length, sodium_base64_VARIANT_ORIGINAL);
    char *base64;

    if (utf8_valid(body, length)) {
        json_put(line, "body", json_stringn(body, length));
        return;
    }
    base64 = mem_new(room, 1);
    sodium_bin2base64(base64, room, (const unsigned char *)body, length, sodium_base64_VARIANT_ORIGINAL);
    json_put_text(line, "body_base64", base64);
    free(base64);
}

char *wire_body(const json_t *line, size_t *length)
{
    const char *base64 = json_text(line, "body_base64", NULL);
    const json_t *body = json_object_get(line, "body");
    const size_t room = base64 ? strlen(base64) / 4 * 3 + 3 : json_string_length(body);
    char *bytes = mem_new(room + 1, 1);

    *length = json_string_length(body);
    if (!base64) {
        memcpy(bytes, json_is_string(body) ? json_string_value(body) : "", *length);
    } else if (sodium_base642bin((unsigned char *)bytes, room, base64, strlen(base64), NULL, length, NULL,
                                 sodium_base64_VARIANT_ORIGINAL) != 0) {
        *length = 0;
        free(bytes);
        return NULL;
    }
    bytes[*length] = '\0';
    return bytes;
}
