/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of reports and replies, asked for again and again. A page is told item by item; its cursor is kept only when the
 * daemon has stored all of them, and only then is the next page asked for. Where a provider has no cursor it tells each
 * thing once: then the page itself is kept until all of it is stored, and told again after a crash. A new epoch of the
 * store forgets the cursors, so that what the provider still has comes again; equal uids are one.
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateways/http/http.h"
#include "gateways/http/keep.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"

enum { REST_MS = 1000 /* before more of the same when the daemon has much to store */ };

struct poll {
    struct polls *owner;
    const struct poll_setting *setting;
    char *cursor;
    struct event *due;
    bool begun, asking;
    json_t *waiting; /* uids of the page that are not stored yet */
    bool page_open;
    char *next;                  /* the cursor after this page; NULL: as it is */
    bool more;                   /* another page is there already */
    time_ms wait;                /* real time until it is asked again */
    char *page_path;             /* NULL: it has a cursor */
    const struct response *page; /* while it is told: what must be in the file before the first item is */
};

struct polls {
    struct http *http;
    struct poll polls[POLLS_MAX];
    size_t count;
    char *path; /* of the cursors */
    bool stopped;
};

static void ask(struct poll *poll);

static void ask_in(struct poll *poll, time_ms wait)
{
    struct timeval real = { .tv_sec = wait / 1000, .tv_usec = wait % 1000 * 1000 };

    if (!poll->owner->stopped)
        evtimer_add(poll->due, &real);
}

/* --- cursors --- */

static void keep_cursors(struct polls *polls)
{
    json_t *all = json_object();
    json_t *cursors = json_object();
    struct error err = { 0 };
    char *text;

    for (size_t i = 0; i < polls->count; i++)
        json_put_text(cursors, polls->polls[i].setting->name, polls->polls[i].cursor);
    json_put_text(all, "epoch", gateway_hello(polls->http->gateway)->epoch);
    json_put(all, "cursors", cursors);
    text = json_write(all);
    if (!keep_write(polls->path, text, strlen(text), &err))
        log_error("%s", err.text); /* a page may come twice: its items are known by their uids */
    free(text);
    json_decref(all);
}

static bool read_cursors(struct polls *polls, struct error *err)
{
    struct error why = { 0 };
    size_t length;
    char *text = keep_read(polls->path, &length, &why);
    json_t *all = text ? json_read(text, length, NULL) : NULL;
    const json_t *cursors = json_object_get(all, "cursors");
    bool same_store = strcmp(json_text(all, "epoch", ""), gateway_hello(polls->http->gateway)->epoch) == 0;

    for (size_t i = 0; i < polls->count && same_store; i++) {
        const char *cursor = json_text(cursors, polls->polls[i].setting->name, NULL);

        if (!cursor)
            continue;
        free(polls->polls[i].cursor);
        polls->polls[i].cursor = mem_dup(cursor);
    }
    free(text);
    json_decref(all);
    return !*why.text || error_set(err, "%s", why.text);
}

/* --- pages --- */

/* What the provider tells only once is in the file before anybody hears of it. */
static void keep_page(struct poll *poll)
{
    struct error err = { 0 };

    if (poll->page_path && poll->page && !keep_write(poll->page_path, poll->page->body, strlen(poll->page->body), &err))
        log_error("%s", err.text); /* told all the same: it is safe once it is stored */
    poll->page = NULL;
}

static void take_item(void *arg, const struct feed_item *item)
{
    struct poll *poll = arg;

    keep_page(poll);
    json_object_set_new(poll->waiting, item->uid, json_true());
    http_say_item(poll->owner->http, item);
}

/* All of the page is stored: only now is the cursor moved, or the page forgotten. */
static void close_page(struct poll *poll)
{
    bool moved = poll->next && strcmp(poll->next, poll->cursor) != 0;

    poll->page_open = false;
    if (moved) {
        free(poll->cursor);
        poll->cursor = poll->next;
        poll->next = NULL;
        keep_cursors(poll->owner);
    }
    if (poll->page_path)
        unlink(poll->page_path);
    ask_in(poll, poll->more && (moved || poll->page_path) ? 0 : poll->setting->every);
}

static void note_faults(struct poll *poll, const struct feed_count *count)
{
    char *detail;

    if (!count->faults) {
        http_note_health(poll->owner->http, NULL);
        return;
    }
    detail = mem_format("%s: %zu of %zu items are not as described: %s", poll->setting->name, count->faults,
                        count->items, count->why);
    log_warning("%s", detail);
    http_note_health(poll->owner->http, detail);
    free(detail);
}

/* The cursor that the page names; the caller's. */
static char *next_cursor(const struct poll *poll, const struct response *response, const json_t *last)
{
    struct response item = { .status = response->status, .body = "", .json = (json_t *)last };

    if (poll->setting->cursor.kind)
        return place_text(&poll->setting->cursor, response);
    return last ? place_text(&poll->setting->cursor_item, &item) : NULL;
}

/* False when it has too many items to be taken. */
static bool take_page(struct poll *poll, const struct response *response)
{
    struct feed_world world = http_feed_world(poll->owner->http, NULL);
    struct feed_taker taker = { take_item, poll };
    struct feed_count count = { 0 };

    json_object_clear(poll->waiting);
    poll->page = response;
    if (!feed_walk(&poll->setting->feed, response, &world, &taker, &count))
        return false;
    note_faults(poll, &count);
    free(poll->next);
    poll->next = next_cursor(poll, response, count.last);
    poll->more = count.items > 0 && condition_given(&poll->setting->more) &&
                 condition_holds(&poll->setting->more, response) == HOLDS_YES;
    poll->page_open = true;
    if (json_object_size(poll->waiting) == 0)
        close_page(poll);
    return true;
}

static void fail(struct poll *poll, const char *detail, time_ms retry_after)
{
    char *text = mem_format("%s: %s", poll->setting->name, detail);

    secrets_scrub(&poll->owner->http->setting->secrets, text);
    http_note_health(poll->owner->http, text);
    free(text);
    poll->wait = poll->wait * 2 < WAIT_AFTER_FAULT_MAX ? poll->wait * 2 : WAIT_AFTER_FAULT_MAX;
    ask_in(poll, retry_after > poll->wait ? retry_after : poll->wait);
}

static void on_page(void *arg, const struct transfer_result *result)
{
    struct poll *poll = arg;
    struct http *http = poll->owner->http;
    struct response response = http_response(result);
    bool good = result->whole && condition_holds(&poll->setting->success, &response) == HOLDS_YES;
    char *what = mem_format("poll %s", poll->setting->name);
    char *refused = mem_format("HTTP %d: not as success says", result->status);

    poll->asking = false;
    http_log(http, what, &poll->setting->call, result, good ? "page" : "no page");
    if (!good) {
        fail(poll, result->whole ? refused : result->detail, response.retry_after);
    } else {
        poll->wait = poll->setting->every;
        if (!take_page(poll, &response))
            fail(poll, "the page has more than 5000 items: ask for fewer at once by a limit in the url", 0);
    }
    free(what);
    free(refused);
    response_free(&response);
}

static void ask(struct poll *poll)
{
    static const struct transfer_events events = { .done = on_page };
    struct http *http = poll->owner->http;
    struct request_job values = { .cursor = poll->cursor };
    struct request request = { 0 };
    struct error err = { 0 };

    if (poll->asking || poll->page_open)
        return;
    if (gateway_unstored(http->gateway) > GATEWAY_UNSTORED_MAX) {
        ask_in(poll, REST_MS);
    } else if (http_fill(http, &request, &poll->setting->call, &values, &err)) {
        poll->asking = true;
        transfer_start(http->asking, &request, &events, poll);
    } else {
        fail(poll, err.text, 0);
    }
}

/* The page that was open when an earlier run ended. */
static void take_kept_page(struct poll *poll)
{
    struct error err = { 0 };
    size_t length = 0;
    char *body = poll->page_path ? keep_read(poll->page_path, &length, &err) : NULL;
    struct response response;

    if (*err.text)
        log_error("%s", err.text);
    if (!body || !length) {
        free(body);
        ask_in(poll, 0);
        return;
    }
    response = response_read(200, body, length, 0);
    if (!take_page(poll, &response))
        ask_in(poll, 0);
    response_free(&response);
    free(body);
}

static void on_due(evutil_socket_t fd, short what, void *arg)
{
    struct poll *poll = arg;

    (void)fd, (void)what;
    if (poll->begun) {
        ask(poll);
        return;
    }
    poll->begun = true;
    take_kept_page(poll);
}

void polls_start(struct polls *polls)
{
    for (size_t i = 0; i < polls->count; i++)
        ask_in(&polls->polls[i], 0);
}

void polls_stored(struct polls *polls, const char *uid)
{
    for (size_t i = 0; i < polls->count; i++) {
        struct poll *poll = &polls->polls[i];

        if (poll->page_open && json_object_del(poll->waiting, uid) == 0 && json_object_size(poll->waiting) == 0)
            close_page(poll);
    }
}

void polls_stop(struct polls *polls)
{
    polls->stopped = true;
    for (size_t i = 0; i < polls->count; i++)
        evtimer_del(polls->polls[i].due);
}

struct polls *polls_new(struct http *http, struct error *err)
{
    const struct gateway_hello *hello = gateway_hello(http->gateway);
    struct polls *polls = mem_new(1, sizeof *polls);

    polls->http = http;
    polls->path = mem_format("%s/%s.cursors", hello->state_dir, hello->name);
    for (size_t i = 0; i < http->setting->poll_count; i++) {
        struct poll *poll = &polls->polls[polls->count++];
        const struct poll_setting *setting = &http->setting->polls[i];
        bool has_cursor = setting->cursor.kind || setting->cursor_item.kind;

        *poll = (struct poll){ .owner = polls,
                               .setting = setting,
                               .cursor = mem_dup(setting->start),
                               .waiting = json_object(),
                               .wait = setting->every };
        poll->due = evtimer_new(gateway_base(http->gateway), on_due, poll);
        if (!has_cursor)
            poll->page_path = mem_format("%s/%s.page-%s", hello->state_dir, hello->name, setting->name);
        if (!poll->due)
            abort(); /* memory only */
    }
    if (read_cursors(polls, err))
        return polls;
    polls_free(polls);
    return NULL;
}

void polls_free(struct polls *polls)
{
    if (!polls)
        return;
    for (size_t i = 0; i < polls->count; i++) {
        struct poll *poll = &polls->polls[i];

        event_free(poll->due);
        json_decref(poll->waiting);
        free(poll->cursor);
        free(poll->next);
        free(poll->page_path);
    }
    free(polls->path);
    free(polls);
}
