/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of an event stream; see event_stream.h. */
#include "cli/event_stream.h"

#include <string.h>

#include "lib/memory.h"

void event_stream_free(struct event_stream *stream)
{
    text_free(&stream->in);
}

bool event_stream_add(struct event_stream *stream, const char *bytes, size_t length)
{
    if (stream->in.length + length > EVENT_STREAM_BLOCK_MAX)
        return false;
    text_add_n(&stream->in, bytes, length);
    return true;
}

/* The data lines of a block of `length` bytes; NULL when it has none. */
static char *data_of(const char *block, size_t length)
{
    static const char field[] = "data:";
    const char *const end = block + length;
    struct text data = { 0 };
    bool found = false;

    for (const char *line = block; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        const size_t size = (size_t)((stop ? stop : end) - line);

        if (size >= sizeof field - 1 && strncmp(line, field, sizeof field - 1) == 0) {
            const char *value = line + sizeof field - 1;

            value += value < line + size && *value == ' ';
            if (found)
                text_add_char(&data, '\n');
            text_add_n(&data, value, (size_t)(line + size - value));
            found = true;
        }
        line += size + 1;
    }
    return found ? text_take(&data) : NULL;
}

char *event_stream_next(struct event_stream *stream)
{
    const char *end;

    while (stream->in.length && (end = strstr(stream->in.data, "\n\n"))) {
        char *data = data_of(stream->in.data, (size_t)(end - stream->in.data));

        text_drop(&stream->in, (size_t)(end - stream->in.data) + 2);
        if (data)
            return data;
    }
    return NULL;
}
