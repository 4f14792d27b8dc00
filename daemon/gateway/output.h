/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines on their way to a gateway that does not always read: written without blocking, kept in order, and counted, so
 * that whoever adds can see how many were not read. The bound is the caller's to hold.
 */
#ifndef GREENLINE_GATEWAY_OUTPUT_H
#define GREENLINE_GATEWAY_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/text.h"

struct output {
    struct text buffer;
    size_t written; /* bytes of the buffer that are in the pipe already */
    int lines;      /* lines whose end is not in the pipe yet */
};

void output_free(struct output *output);
void output_add(struct output *output, const json_t *line);
bool output_empty(const struct output *output);
size_t output_bytes(const struct output *output);
/* Writes what the descriptor takes. False when the reader has gone. */
bool output_flush(struct output *output, int fd);

#endif
