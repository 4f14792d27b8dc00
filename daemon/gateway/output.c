/* SPDX-License-Identifier: Apache-2.0 */
/* The queue of lines to a gateway; see output.h. Written bytes are cut off in large pieces, not line by line. */
#include "gateway/output.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/wire.h"

enum { CUT_BYTES = 256 * 1024 };

void output_free(struct output *output)
{
    text_free(&output->buffer);
    *output = (struct output){ 0 };
}

void output_add(struct output *output, const json_t *line)
{
    wire_write(&output->buffer, line);
    output->lines++;
}

bool output_empty(const struct output *output)
{
    return output->written == output->buffer.length;
}

size_t output_bytes(const struct output *output)
{
    return output->buffer.length - output->written;
}

static int count_ends(const char *data, size_t length)
{
    int count = 0;

    for (const char *at = data; (at = memchr(at, '\n', length - (size_t)(at - data))); at++)
        count++;
    return count;
}

static void cut(struct output *output)
{
    if (output_empty(output) && output->buffer.room > CUT_BYTES) {
        output_free(output);
    } else if (output_empty(output) || output->written >= CUT_BYTES) {
        text_drop(&output->buffer, output->written);
        output->written = 0;
    }
}

bool output_flush(struct output *output, int fd)
{
    bool reader = true;

    while (!output_empty(output)) {
        const char *from = output->buffer.data + output->written;
        const ssize_t count = write(fd, from, output_bytes(output));

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            reader = errno == EAGAIN;
            break;
        }
        output->lines -= count_ends(from, (size_t)count);
        output->written += (size_t)count;
    }
    cut(output);
    return reader;
}
