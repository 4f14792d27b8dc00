/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event streams: GET of a view with /follow behind its path answers what the view's own route answers, and again after each
 * commit that changed it (text/event-stream, as the WHATWG's HTML standard has it: id, event, data on one line). A look is
 * made by the view's own route, on the helper thread where that goes there, once for all by one actor who follow one target,
 * and is not sent when it says the same as before. Between commits nothing is looked at, but for what time itself changes
 * (status, today: with each heartbeat).
 *
 * A slow reader costs one event: while any of it lies with us no other is made for that stream, and then the newest is.
 * However much changes, one look is under way at a time, and then the looks rest for as long again. Bounded: streams,
 * bytes of an event. Fails by ending a stream: the client asks again and is told why.
 */
#ifndef GREENLINE_API_STREAM_H
#define GREENLINE_API_STREAM_H

#include <stdbool.h>

#include "lib/clock.h"

struct api_answer;
struct api_request;
struct connections;
struct desk;
struct event;
struct event_base;
struct evhttp_request;
struct streams;

enum {
    STREAMS_MAX = 32,               /* at one time; never more than half of the connections */
    STREAM_EVENT_MAX = 1024 * 1024, /* bytes of a view that can be followed */
    STREAM_BEAT_MS = 10000,         /* a comment line; below evhttp's own timeouts */
    STREAM_REST_MS = 100,           /* between two looks at least */
};

struct streams_setting {
    struct event_base *base;
    struct connections *connections;
    struct desk *desk;
    struct event *wake; /* lets the loop go round, so that a turn ends */
    int most;           /* connections of the listener */
    time_ms beat_ms;    /* 0: STREAM_BEAT_MS */
};

/* All of the setting is borrowed. */
struct streams *streams_new(const struct streams_setting *setting);
/* Ends all streams, and takes no more. */
void streams_stop(struct streams *streams);
/* After streams_stop(), the answer of the last look, and the end of the connections. */
void streams_free(struct streams *streams);

/* The target without its /follow, the caller's; NULL when it names nothing that can be followed. */
char *stream_target(const char *target);
/* Why no stream can begin now, one sentence; NULL: one can. */
const char *streams_refusal(const struct streams *streams);
/*
 * Outside any turn: what was asked (without /follow) was answered with this; the stream begins with it as its first event, and the
 * request is the streams'. False when the answer is refused or too long, or there is no room: then `instead` becomes the
 * answer to give; its text is the caller's.
 */
bool streams_begin(struct streams *streams, struct evhttp_request *request, const struct api_request *asked,
                   const struct api_answer *answer, struct api_answer *instead);
/* A turn has committed what people see, or the daemon itself has changed. Outside any turn, or within one. */
void streams_changed(struct streams *streams);

#endif
