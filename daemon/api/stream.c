/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Topics (what is followed) and streams (who follows); see stream.h. A topic is dirty from a commit on until a look at it
 * begins. Looks end in the order they began, so the text of a topic is never older than what a stream of it was sent.
 */
#include "api/stream.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_internal.h"
#include "api/connection.h"
#include "api/desk.h"
#include "lib/memory.h"

enum { TROUBLE_MS = 1000, REST_SHARE = 1 /* of the time that the look took */ };

/* What can be followed: the path of its route, what its events are called, whether time alone changes it. */
static const struct followed {
    const char *path, *event;
    bool timed;
} followed[] = {
    { "status", "status", true },
    { "today", "today", true },
    { "alerts", "alerts", false },
    { "alerts/*", "alert", false },
    { "asks", "asks", false },
    { "asks/*", "ask", false },
    { "broadcasts/*", "broadcast", false },
    { "outbox", "outbox", false },
    { "outbox/*", "message", false },
    { "inbox", "inbox", false },
    { "students/*/channel", "channel", false },
};

/* Numbers and times that go on by themselves: they are no change. */
static const char *const passing[] = { "\"now\":", "\"uptime_s\":", "\"left_s\":", "\"in_s\":" };

struct topic {
    struct topic *next;
    char *target, *actor; /* what is shown may depend on who looks */
    const struct followed *what;
    char *text;    /* the newest view */
    uint64_t mark; /* of that text */
    bool dirty;
};

struct stream {
    struct streams *owner;
    struct stream *next;
    struct topic *topic;
    struct evhttp_request *request;
    uint64_t mark, events; /* the text that was sent last; events so far */
};

struct streams {
    struct streams_setting setting;
    struct topic *topics; /* the one looked at longest ago first */
    struct stream *first;
    int count;
    struct topic *looking; /* NULL: no look is under way */
    struct api_request look;
    time_ms looked_at; /* monotonic; when that look began */
    bool resting, closed;
    struct event *beat, *rest, *drained;
};

/* --- what is followed --- */

static bool fits(const char *pattern, const char *path, size_t length)
{
    const char *const end = path + length;

    for (; *pattern; pattern++) {
        if (*pattern != '*') {
            if (path == end || *path++ != *pattern)
                return false;
            continue;
        }
        if (path == end || *path == '/')
            return false;
        while (path < end && *path != '/')
            path++;
    }
    return path == end;
}

/* The row that the first `length` bytes of a path fit, without a query. */
static const struct followed *find_followed(const char *target, size_t length)
{
    static const char version[] = "/v1/";
    const size_t skip = sizeof version - 1;

    if (length < skip || strncmp(target, version, skip) != 0)
        return NULL;
    for (size_t i = 0; i < COUNT(followed); i++)
        if (fits(followed[i].path, target + skip, length - skip))
            return &followed[i];
    return NULL;
}

char *stream_target(const char *target)
{
    static const char word[] = "/follow";
    const size_t length = strcspn(target, "?"), tail = sizeof word - 1;

    if (length < tail || strncmp(target + length - tail, word, tail) != 0 || !find_followed(target, length - tail))
        return NULL;
    return mem_format("%.*s%s", (int)(length - tail), target, target + length);
}

/* FNV-1a over the text, without what is passing. Never 0. */
static uint64_t mark_of(const char *text)
{
    uint64_t mark = 0xcbf29ce484222325u;

    while (*text) {
        for (size_t i = 0; *text == '"' && i < COUNT(passing); i++)
            if (strncmp(text, passing[i], strlen(passing[i])) == 0)
                text += strcspn(text, ",}");
        if (*text)
            mark = (mark ^ (unsigned char)*text++) * 0x100000001b3u;
    }
    return mark ? mark : 1;
}

static struct topic *topic_of(struct streams *streams, const struct api_request *asked)
{
    struct topic **at = &streams->topics;

    while (*at && (strcmp((*at)->target, asked->target) != 0 || strcmp((*at)->actor, asked->actor) != 0))
        at = &(*at)->next;
    if (!*at) {
        *at = mem_new(1, sizeof **at);
        (*at)->target = mem_dup(asked->target);
        (*at)->actor = mem_dup(asked->actor);
        (*at)->what = find_followed(asked->target, strcspn(asked->target, "?"));
    }
    return *at;
}

static void unlink_topic(struct streams *streams, const struct topic *topic)
{
    struct topic **at = &streams->topics;

    while (*at != topic)
        at = &(*at)->next;
    *at = topic->next;
}

static void append_topic(struct streams *streams, struct topic *topic)
{
    struct topic **at = &streams->topics;

    while (*at)
        at = &(*at)->next;
    topic->next = NULL;
    *at = topic;
}

static void take_text(struct topic *topic, const char *text)
{
    free(topic->text);
    topic->text = mem_dup(text);
    topic->mark = mark_of(text);
}

static void free_topic(struct topic *topic)
{
    free(topic->target);
    free(topic->actor);
    free(topic->text);
    free(topic);
}

/* Once nobody follows it and no look at it is under way. */
static void leave_topic(struct streams *streams, struct topic *topic)
{
    const struct stream *at = streams->first;

    while (at && at->topic != topic)
        at = at->next;
    if (at || streams->looking == topic)
        return;
    unlink_topic(streams, topic);
    free_topic(topic);
}

/* --- who follows --- */

static bool ready(const struct stream *stream)
{
    return connection_unsent(stream->owner->setting.connections, stream->request) == 0;
}

/* Sends the newest view, whatever is still on its way. */
static void send_view(struct stream *stream)
{
    const struct topic *topic = stream->topic;
    struct evbuffer *chunk = evbuffer_new();

    evbuffer_add_printf(chunk, "id: %" PRIu64 "\nevent: %s\ndata: ", ++stream->events, topic->what->event);
    evbuffer_add(chunk, topic->text, strlen(topic->text));
    evbuffer_add(chunk, "\n\n", 2);
    stream->mark = topic->mark;
    connection_push(stream->request, chunk);
    evbuffer_free(chunk);
}

/* To those of a topic (of all with NULL) who have not got it and have got what came before. */
static void send_news(struct streams *streams, const struct topic *topic)
{
    for (struct stream *stream = streams->first; stream; stream = stream->next)
        if ((!topic || stream->topic == topic) && stream->mark != stream->topic->mark && ready(stream))
            send_view(stream);
}

static void forget(struct stream *stream)
{
    struct streams *streams = stream->owner;
    struct stream **at = &streams->first;

    while (*at != stream)
        at = &(*at)->next;
    *at = stream->next;
    if (--streams->count == 0)
        event_del(streams->beat);
    leave_topic(streams, stream->topic);
    free(stream);
}

/* The client has left. A request that evhttp has let go of is ours to free. */
static void on_close(struct evhttp_connection *connection, void *arg)
{
    struct stream *stream = arg;

    (void)connection;
    if (!evhttp_request_get_connection(stream->request))
        evhttp_send_reply_end(stream->request);
    forget(stream);
}

static void finish(struct stream *stream)
{
    evhttp_connection_set_closecb(evhttp_request_get_connection(stream->request), NULL, NULL);
    connection_finish(stream->owner->setting.connections, stream->request);
    forget(stream);
}

/* Of a topic; of all with NULL. */
static void finish_all(struct streams *streams, const struct topic *topic)
{
    struct stream *next;

    for (struct stream *stream = streams->first; stream; stream = next) {
        next = stream->next;
        if (!topic || stream->topic == topic)
            finish(stream);
    }
}

/* --- looks --- */

static void arm(struct event *event, time_ms ms)
{
    const struct timeval wait = { .tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000) * 1000 };

    event_add(event, &wait);
}

/* Whether a look would be of use: somebody could be sent what it finds. */
static bool awaited(const struct streams *streams, const struct topic *topic)
{
    const struct stream *at = streams->first;

    while (at && !(at->topic == topic && ready(at)))
        at = at->next;
    return topic->dirty && at;
}

static void on_look(void *arg, const struct api_answer *answer);

/* Begins the next look, if there is one to make; the topic goes to the end of the line. */
static void look(struct streams *streams)
{
    struct topic *topic = streams->topics;

    if (streams->looking || streams->resting || streams->closed)
        return;
    while (topic && !awaited(streams, topic))
        topic = topic->next;
    if (!topic)
        return;
    unlink_topic(streams, topic);
    append_topic(streams, topic);
    topic->dirty = false;
    streams->looking = topic;
    streams->looked_at = clock_mono();
    streams->look = (struct api_request){
        .method = API_GET, .target = topic->target, .actor = topic->actor, .body = "", .again = true
    };
    desk_take(streams->setting.desk, &streams->look, on_look, streams);
    event_active(streams->setting.wake, EV_TIMEOUT, 0);
}

static void rest(struct streams *streams, bool trouble)
{
    const time_ms took = (clock_mono() - streams->looked_at) * REST_SHARE;

    streams->resting = true;
    arm(streams->rest, trouble ? TROUBLE_MS : took > STREAM_REST_MS ? took : STREAM_REST_MS);
}

static void on_look(void *arg, const struct api_answer *answer)
{
    struct streams *streams = arg;
    struct topic *topic = streams->looking;

    if (answer->status == 503) {
        topic->dirty = true; /* the store, or too much at once: again after the rest */
    } else if (answer->status != 200 || strlen(answer->text) > STREAM_EVENT_MAX) {
        finish_all(streams, topic);
    } else {
        take_text(topic, answer->text);
        send_news(streams, topic);
    }
    streams->looking = NULL;
    leave_topic(streams, topic);
    if (!streams->closed)
        rest(streams, answer->status == 503);
}

static void on_rested(evutil_socket_t fd, short what, void *arg)
{
    struct streams *streams = arg;

    (void)fd, (void)what;
    streams->resting = false;
    look(streams);
}

static void on_drained(evutil_socket_t fd, short what, void *arg)
{
    struct streams *streams = arg;

    (void)fd, (void)what;
    send_news(streams, NULL);
    look(streams);
}

/* From within libevent's writing. */
static void wake_drained(void *arg)
{
    const struct streams *streams = arg;

    event_active(streams->drained, EV_TIMEOUT, 0);
}

void streams_changed(struct streams *streams)
{
    for (struct topic *topic = streams->topics; topic; topic = topic->next)
        topic->dirty = true;
    look(streams);
}

/* --- beginning and end --- */

static void on_beat(evutil_socket_t fd, short what, void *arg)
{
    struct streams *streams = arg;
    struct evbuffer *line = evbuffer_new();

    (void)fd, (void)what;
    for (struct stream *stream = streams->first; stream; stream = stream->next) {
        if (stream->topic->what->timed)
            stream->topic->dirty = true;
        if (!ready(stream))
            continue;
        evbuffer_add(line, ":\n\n", 3);
        connection_push(stream->request, line);
    }
    evbuffer_free(line);
    arm(streams->beat, streams->setting.beat_ms);
    look(streams);
}

struct streams *streams_new(const struct streams_setting *setting)
{
    struct streams *streams = mem_new(1, sizeof *streams);

    streams->setting = *setting;
    if (!setting->beat_ms)
        streams->setting.beat_ms = STREAM_BEAT_MS;
    streams->beat = event_new(setting->base, -1, 0, on_beat, streams);
    streams->rest = event_new(setting->base, -1, 0, on_rested, streams);
    streams->drained = event_new(setting->base, -1, 0, on_drained, streams);
    if (!streams->beat || !streams->rest || !streams->drained)
        abort();
    return streams;
}

void streams_stop(struct streams *streams)
{
    streams->closed = true;
    finish_all(streams, NULL);
}

void streams_free(struct streams *streams)
{
    struct topic *next;

    if (!streams)
        return;
    for (struct topic *topic = streams->topics; topic; topic = next) {
        next = topic->next;
        free_topic(topic);
    }
    event_free(streams->beat);
    event_free(streams->rest);
    event_free(streams->drained);
    free(streams);
}

const char *streams_refusal(const struct streams *streams)
{
    const int half = streams->setting.most / 2;

    if (streams->closed)
        return "greenlined is stopping: try again in a moment";
    return streams->count < (half < STREAMS_MAX ? half : STREAMS_MAX)
               ? NULL
               : "as many views as can be are followed already: end one of them, or try again later";
}

/* Whether that can be a first event; else what to answer. */
static bool may_begin(const struct streams *streams, const struct api_answer *answer, struct api_answer *instead)
{
    const char *detail = streams_refusal(streams);
    int status = 503;

    if (answer->status != 200) {
        *instead =
            (struct api_answer){ .status = answer->status, .problem = answer->problem, .text = mem_dup(answer->text) };
        return false;
    }
    if (strlen(answer->text) > STREAM_EVENT_MAX) {
        status = 413;
        detail = "this is too much to follow: ask for less, with filters or limit";
    }
    if (detail)
        *instead = (struct api_answer){ .status = status, .problem = true, .text = api_problem(status, detail, NULL) };
    return !detail;
}

static void start_reply(struct streams *streams, struct evhttp_request *request)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);

    evhttp_add_header(headers, "Content-Type", "text/event-stream");
    evhttp_add_header(headers, "Cache-Control", "no-store");
    connection_stream(streams->setting.connections, request, wake_drained, streams);
    evhttp_send_reply_start(request, 200, NULL);
}

bool streams_begin(struct streams *streams, struct evhttp_request *request, const struct api_request *asked,
                   const struct api_answer *answer, struct api_answer *instead)
{
    struct stream *stream;

    if (!may_begin(streams, answer, instead))
        return false;
    stream = mem_new(1, sizeof *stream);
    stream->owner = streams;
    stream->request = request;
    stream->topic = topic_of(streams, asked);
    stream->next = streams->first;
    streams->first = stream;
    if (streams->count++ == 0)
        arm(streams->beat, streams->setting.beat_ms);
    evhttp_connection_set_closecb(evhttp_request_get_connection(request), on_close, stream);
    start_reply(streams, request);
    take_text(stream->topic, answer->text);
    stream->topic->dirty = true; /* what was committed since the answer was made is not in it */
    send_view(stream);
    send_news(streams, stream->topic);
    look(streams);
    return true;
}
