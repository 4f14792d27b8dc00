/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views that are followed over real sockets, in one loop with the api: a place with two alerts, and clients that read each
 * event, or none. Changes are rows written in a turn, as the daemon writes them. A ticking timer keeps the loop going round;
 * TURNS_MAX fails a test that waits for what never comes.
 */
#ifndef GREENLINE_TESTS_SUPPORT_STREAM_FIXTURE_H
#define GREENLINE_TESTS_SUPPORT_STREAM_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/memory.h"
#include "lib/text.h"
#include "tests/support/api_fixture.h"

enum {
    TURNS_MAX = 4000,
    QUIET_TURNS = 60,
    TICK_MS = 10,
    CONNECTIONS = 6,
    STREAMS = 3,
    BEAT_MS = 40,
    DEADLINE_MS = 150
};

static const char rows[] =
    "INSERT INTO student (id, ref, name, class) VALUES (1, '20260014', '王小明', '三(2)班');"
    "INSERT INTO person (id, ref, name) VALUES (7, 'P7', '赵老师');"
    "INSERT INTO cause (id, key, kind, lane, title, audience, content, due, expires, created, by) VALUES"
    " (5, 'a5', 'emergency', 'emergency', '发烧', 'student:1', '{}', 0, 0, 0, 'x'),"
    " (6, 'a6', 'emergency', 'emergency', '暴雨', 'student:1', '{}', 0, 0, 0, 'x');"
    "INSERT INTO ask (id, cause, student, due, grace) VALUES (50, 5, 1, 0, 0), (60, 6, 1, 0, 0);"
    "INSERT INTO alert (cause, kind, severity) VALUES (5, 'illness', 'red'), (6, 'storm', 'red');"
    "INSERT INTO clock (cause, name, due) VALUES (5, 'guardian', 1791455400000);"; /* half past six */

struct place {
    struct api_fixture f;
    struct event *tick;
    int problems; /* what the daemon says of itself */
    int looks;    /* at that */
};

struct follower {
    struct place *place;
    int fd;
    struct event *reader;
    struct text in;
    bool ended;
};

static inline void on_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what, (void)arg;
}

static inline json_t *own_status(void *arg)
{
    struct place *place = arg;
    json_t *problems = json_array();

    place->looks++;
    for (int i = 0; i < place->problems; i++)
        json_array_append_new(problems, json_pack("{s:s}", "what", "a gateway is down"));
    return json_pack("{s:i, s:o}", "uptime_s", 12, "problems", problems);
}

static inline int open_place(void **state, int connections, time_ms beat_ms, time_ms deadline_ms)
{
    static const struct timeval every = { 0, TICK_MS * 1000 };
    struct place *place = calloc(1, sizeof *place);

    api_fixture_open(&place->f);
    api_fixture_sql(&place->f, rows);
    api_fixture_sql(&place->f, "PRAGMA synchronous = OFF"); /* thousands of commits, and no power to fail */
    place->f.setting.connections = connections;
    place->f.setting.group = "nogroup";
    place->f.setting.beat_ms = beat_ms;
    place->f.setting.deadline_ms = deadline_ms;
    place->f.parts.status = own_status;
    place->f.parts.arg = place;
    api_fixture_listen(&place->f);
    place->tick = event_new(place->f.base, -1, EV_PERSIST, on_tick, NULL);
    event_add(place->tick, &every);
    *state = place;
    return 0;
}

static inline int setup(void **state)
{
    return open_place(state, CONNECTIONS, 0, 0);
}

static inline int setup_beating(void **state)
{
    return open_place(state, CONNECTIONS, BEAT_MS, DEADLINE_MS);
}

static inline int teardown(void **state)
{
    struct place *place = *state;

    event_free(place->tick);
    api_fixture_close(&place->f);
    free(place);
    return 0;
}

/* --- a client that follows --- */

static inline void on_bytes(evutil_socket_t fd, short what, void *arg)
{
    struct follower *follower = arg;
    static char block[65536];
    const ssize_t got = recv(fd, block, sizeof block, 0);

    (void)what;
    if (got > 0) {
        text_add_n(&follower->in, block, (size_t)got);
        return;
    }
    follower->ended = true;
    event_del(follower->reader);
}

static inline void start_reading(struct follower *follower)
{
    event_add(follower->reader, NULL);
}

/* Has asked; reads nothing yet. */
static inline struct follower *ask(struct place *place, const char *target)
{
    struct follower *follower = mem_new(1, sizeof *follower);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    CLEANUP(mem_clean) char *head = mem_format("GET %s HTTP/1.1\r\nHost: x\r\n\r\n", target);

    follower->place = place;
    follower->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    memcpy(address.sun_path, place->f.socket, strlen(place->f.socket));
    assert_int_equal(connect(follower->fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(send(follower->fd, head, strlen(head), MSG_NOSIGNAL), strlen(head));
    follower->reader = event_new(place->f.base, follower->fd, EV_READ | EV_PERSIST, on_bytes, follower);
    return follower;
}

static inline struct follower *follow(struct place *place, const char *target)
{
    struct follower *follower = ask(place, target);

    start_reading(follower);
    return follower;
}

static inline void leave(struct follower *follower)
{
    event_free(follower->reader);
    if (follower->fd >= 0)
        close(follower->fd);
    text_free(&follower->in);
    free(follower);
}

static inline int times(const struct follower *follower, const char *word)
{
    int n = 0;

    for (const char *at = follower->in.data; at && (at = strstr(at, word)); at += strlen(word))
        n++;
    return n;
}

static inline int events(const struct follower *follower)
{
    return times(follower, "\nevent: ");
}

static inline bool seen(const struct follower *follower, const char *word)
{
    return follower->in.data && strstr(follower->in.data, word);
}

static inline void wait_for(struct follower *follower, const char *word)
{
    for (int i = 0; i < TURNS_MAX && !seen(follower, word); i++)
        api_fixture_turn(&follower->place->f);
    if (!seen(follower, word))
        fail_msg("want …%s…, got %.600s", word, follower->in.data ? follower->in.data : "nothing");
}

static inline void wait_for_end(struct follower *follower)
{
    for (int i = 0; i < TURNS_MAX && !follower->ended; i++)
        api_fixture_turn(&follower->place->f);
    assert_true(follower->ended);
}

/* Long enough for whatever would come: many rests between two looks. */
static inline void let_pass(struct place *place)
{
    for (int i = 0; i < QUIET_TURNS; i++)
        api_fixture_turn(&place->f);
}

/* One change in a turn of its own. */
static inline void change(struct place *place, const char *sql)
{
    assert_true(store_change(place->f.store, sql, "") > 0);
    api_fixture_turn(&place->f);
}

/* The ids of the events run 1, 2, 3 … */
static inline void expect_ids_in_order(const struct follower *follower)
{
    const char *at = follower->in.data;

    for (int id = 1; id <= events(follower); id++) {
        CLEANUP(mem_clean) char *line = mem_format("id: %d\nevent: ", id);

        at = strstr(at, line);
        if (!at)
            fail_msg("event %d of %d is not where it should be", id, events(follower));
    }
}

static inline int64_t count(struct place *place, const char *sql)
{
    return store_value(place->f.store, -1, sql, "");
}

#endif
