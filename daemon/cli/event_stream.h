/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads text/event-stream as the daemon writes it (WHATWG HTML, 9.2.6): blocks of lines that end in a blank one. Of a block
 * the data is kept, its lines joined; comments, ids and names are passed over. Bytes may come in pieces of any length. A
 * block longer than the bound is a failure of the stream.
 */
#ifndef GREENLINE_CLI_EVENT_STREAM_H
#define GREENLINE_CLI_EVENT_STREAM_H

#include "lib/text.h"

enum { EVENT_STREAM_BLOCK_MAX = 16 << 20 };

/* Starts as { 0 }. */
struct event_stream {
    struct text in;
};

void event_stream_free(struct event_stream *stream);
/* False when what waits for its end is over the bound. */
bool event_stream_add(struct event_stream *stream, const char *bytes, size_t length);
/* The data of the next block that has some, the caller's; NULL when none is whole yet. */
char *event_stream_next(struct event_stream *stream);

#endif
