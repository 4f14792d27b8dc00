/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks what became of each accepted message, less and less often, until the provider says something final, the daemon has
 * stored it, or `longest` is over. What is tracked is in a file of lines, so that a restart goes on where it was; a crash
 * of the machine may forget the last lines, and then a message stays "accepted".
 */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateways/http/http.h"
#include "gateways/http/keep.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"

enum {
    TRACKED_MAX = 10000, /* the oldest is forgotten when one more comes */
    ASKED_AT_ONCE = 4,   /* of ASKING_CONNECTIONS */
    INTERVAL_MAX_MS = 10 * 60000,
    LINES_SPARE = 20000 /* lines of the file beyond what is tracked before it is written anew */
};

struct track {
    struct tracks *owner;
    struct track *next;
    char *id, *provider_id;
    time_ms until;         /* wall clock of the machine */
    time_ms due, interval; /* monotonic; real time */
    bool asking;
    char uid[FEED_UID_MAX + 1]; /* what was said and is not stored yet; "": nothing */
};

struct tracks {
    struct http *http;
    struct track *first, **last;
    size_t count, asking, lines;
    struct event *timer;
    char *path;
    int fd;
    bool stopped;
};

/* --- the file --- */

static void write_line(struct tracks *tracks, json_t *line)
{
    char *text = json_write(line);
    char *whole = mem_format("%s\n", text);
    size_t length = strlen(whole);

    if (tracks->fd >= 0 && write(tracks->fd, whole, length) != (ssize_t)length)
        log_warning("%s: cannot be written (%s): free the disk", tracks->path, strerror(errno));
    tracks->lines++;
    free(text);
    free(whole);
    json_decref(line);
}

static json_t *track_line(const struct track *track)
{
    json_t *line = json_object();

    json_put_text(line, "id", track->id);
    json_put_text(line, "provider_id", track->provider_id);
    json_put_int(line, "until", track->until);
    return line;
}

/* A new file that holds what is tracked, open at its end. */
static bool write_anew(struct tracks *tracks, struct error *err)
{
    struct text text = { 0 };
    bool written;

    for (const struct track *track = tracks->first; track; track = track->next) {
        json_t *line = track_line(track);
        char *words = json_write(line);

        text_add_format(&text, "%s\n", words);
        free(words);
        json_decref(line);
    }
    written = keep_write(tracks->path, text.data ? text.data : "", text.length, err);
    text_free(&text);
    if (!written)
        return false;
    if (tracks->fd >= 0)
        close(tracks->fd);
    tracks->fd = open(tracks->path, O_WRONLY | O_APPEND | O_CLOEXEC);
    tracks->lines = tracks->count;
    return tracks->fd >= 0 || error_set(err, "%s: %s: mend its rights", tracks->path, strerror(errno));
}

/* --- the list --- */

static void drop(struct track *track)
{
    struct tracks *tracks = track->owner;
    struct track **at = &tracks->first;

    while (*at != track)
        at = &(*at)->next;
    *at = track->next;
    if (tracks->last == &track->next)
        tracks->last = at;
    tracks->count--;
    free(track->id);
    free(track->provider_id);
    free(track);
}

static struct track *append(struct tracks *tracks, const char *id, const char *provider_id, time_ms until)
{
    struct track *track = mem_new(1, sizeof *track);

    *track = (struct track){ .owner = tracks,
                             .id = mem_dup(id),
                             .provider_id = mem_dup(provider_id),
                             .until = until,
                             .interval = tracks->http->setting->track.every,
                             .due = clock_mono() + tracks->http->setting->track.every };
    *tracks->last = track;
    tracks->last = &track->next;
    tracks->count++;
    return track;
}

static struct track *find(const struct tracks *tracks, const char *id)
{
    struct track *track = tracks->first;

    while (track && strcmp(track->id, id) != 0)
        track = track->next;
    return track;
}

/* It is over with this message. */
static void finish(struct track *track)
{
    struct tracks *tracks = track->owner;
    struct error err = { 0 };

    write_line(tracks, json_pack("{s:s}", "done", track->id));
    drop(track);
    if (tracks->lines > tracks->count + LINES_SPARE && !write_anew(tracks, &err))
        log_warning("%s", err.text);
}

static void take_line(struct tracks *tracks, const char *text, size_t length)
{
    json_t *line = json_read(text, length, NULL);
    const char *done = json_text(line, "done", NULL);
    const char *id = json_text(line, "id", NULL);
    struct track *old = done ? find(tracks, done) : NULL;

    if (old)
        drop(old);
    else if (id && json_int(line, "until", 0) > http_real_now() && tracks->count < TRACKED_MAX)
        append(tracks, id, json_text(line, "provider_id", NULL), json_int(line, "until", 0));
    json_decref(line);
}

static bool read_back(struct tracks *tracks, struct error *err)
{
    struct error why = { 0 };
    size_t length;
    char *text = keep_read(tracks->path, &length, &why);
    const char *at = text;

    while (at && *at) {
        size_t line = strcspn(at, "\n");

        take_line(tracks, at, line);
        at += line + (at[line] == '\n');
    }
    free(text);
    if (*why.text)
        return error_set(err, "%s", why.text);
    return write_anew(tracks, err);
}

/* --- asking --- */

static void arm(struct tracks *tracks)
{
    time_ms soonest = INT64_MAX, wait;
    struct timeval real;

    for (const struct track *track = tracks->first; track; track = track->next) {
        if (!track->asking && !*track->uid && track->due < soonest)
            soonest = track->due;
    }
    if (soonest == INT64_MAX || tracks->stopped || tracks->asking >= ASKED_AT_ONCE)
        return;
    wait = soonest - clock_mono();
    wait = wait < 10 ? 10 : wait;
    real = (struct timeval){ .tv_sec = wait / 1000, .tv_usec = wait % 1000 * 1000 };
    evtimer_add(tracks->timer, &real);
}

static void say(void *arg, const struct feed_item *item)
{
    struct track *track = arg;

    memcpy(track->uid, item->uid, sizeof track->uid);
    http_say_item(track->owner->http, item);
}

static void read_answer(struct track *track, const struct transfer_result *result)
{
    struct http *http = track->owner->http;
    struct feed_world world = http_feed_world(http, track->id);
    struct response response = http_response(result);
    struct feed_taker taker = { say, track };
    struct feed_count count = { 0 };

    if (result->whole && response.status / 100 == 2)
        feed_walk(&http->setting->track.feed, &response, &world, &taker, &count);
    if (count.faults)
        log_warning("track %s: the answer is not as described: %s", track->id, count.why);
    response_free(&response);
}

static void on_answer(void *arg, const struct transfer_result *result)
{
    struct track *track = arg;
    struct tracks *tracks = track->owner;
    char *what = mem_format("track %s", track->id);

    tracks->asking--;
    track->asking = false;
    read_answer(track, result);
    http_log(tracks->http, what, &tracks->http->setting->track.call, result, *track->uid ? "told" : "nothing new");
    track->interval = track->interval * 3 / 2 < INTERVAL_MAX_MS ? track->interval * 3 / 2 : INTERVAL_MAX_MS;
    track->due = clock_mono() + track->interval;
    if (!*track->uid && track->until <= http_real_now())
        finish(track);
    free(what);
    arm(tracks);
}

static void ask(struct track *track)
{
    static const struct transfer_events events = { .done = on_answer };
    struct http *http = track->owner->http;
    struct request_job values = { .id = track->id, .provider_id = track->provider_id };
    struct request request = { 0 };

    if (!http_fill(http, &request, &http->setting->track.call, &values, NULL)) {
        finish(track); /* the provider has named no id by which it could be asked */
        return;
    }
    track->asking = true;
    track->owner->asking++;
    transfer_start(http->asking, &request, &events, track);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct tracks *tracks = arg;
    time_ms now = clock_mono();
    struct track *track = tracks->first;

    (void)fd, (void)what;
    while (track && tracks->asking < ASKED_AT_ONCE) {
        struct track *next = track->next;

        if (!track->asking && !*track->uid && track->due <= now)
            ask(track);
        track = next;
    }
    arm(tracks);
}

void tracks_add(struct tracks *tracks, const char *id, const char *provider_id)
{
    struct track *old = find(tracks, id);

    if (old)
        return; /* accepted once more: it is the same message */
    if (tracks->count == TRACKED_MAX && !tracks->first->asking)
        finish(tracks->first);
    write_line(tracks,
               track_line(append(tracks, id, provider_id, http_real_now() + tracks->http->setting->track.longest)));
    arm(tracks);
}

void tracks_stored(struct tracks *tracks, const char *uid)
{
    struct track *track = tracks->first;

    while (track && strcmp(track->uid, uid) != 0)
        track = track->next;
    if (track)
        finish(track);
}

void tracks_stop(struct tracks *tracks)
{
    tracks->stopped = true;
    evtimer_del(tracks->timer);
}

struct tracks *tracks_new(struct http *http, struct error *err)
{
    const struct gateway_hello *hello = gateway_hello(http->gateway);
    struct tracks *tracks = mem_new(1, sizeof *tracks);

    tracks->http = http;
    tracks->fd = -1;
    tracks->last = &tracks->first;
    tracks->path = mem_format("%s/%s.tracked", hello->state_dir, hello->name);
    tracks->timer = evtimer_new(gateway_base(http->gateway), on_timer, tracks);
    if (!tracks->timer)
        abort(); /* memory only */
    if (read_back(tracks, err)) {
        arm(tracks);
        return tracks;
    }
    tracks_free(tracks);
    return NULL;
}

void tracks_free(struct tracks *tracks)
{
    if (!tracks)
        return;
    while (tracks->first)
        drop(tracks->first); /* takes it out of the list: NOLINT(clang-analyzer-unix.Malloc) */
    event_free(tracks->timer);
    if (tracks->fd >= 0)
        close(tracks->fd);
    free(tracks->path);
    free(tracks);
}
