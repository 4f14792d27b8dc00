/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP API on a unix socket (daemon/api/README.md is its contract). The kernel says who is there (SO_PEERCRED): root,
 * the daemon's own user and members of one group are let in, others get 403; a token in the request counts instead of the
 * user, and on a second socket, which any user may open, only tokens do. A request runs inside the turn of the loop,
 * or, when it looks at many rows, on the helper thread first (store/helper.h) and is ended in a later turn; its answer is
 * an effect of the turn, sent after the commit; when the turn fails every request of it gets 503.
 * Bounded: connections, time a request (absolute, so dripping clients are cut), body, header, rows a page.
 */
#ifndef GREENLINE_API_API_H
#define GREENLINE_API_API_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "core/answer.h"
#include "core/calendar.h"
#include "core/hours.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/zone.h"
#include "store/turn.h"

struct event_base;
struct engine;
struct outbox;
struct helper;
struct api;

enum { API_BODY_MAX = 16 * 1024 * 1024, API_CONNECTIONS = 64 };

/* Borrowed texts; they outlive the api. */
struct api_setting {
    const char *socket; /* path; an old socket there is replaced */
    const char *tokens; /* path of the socket for tokens; NULL or "": none */
    const char *group;  /* whose members may; NULL: "greenline" */
    struct zone zone;
    const struct calendar *calendar; /* the school's; never changes once loaded */
    const char *school, *language, *region;
    const char *headers; /* file of the words in sheets' headers, for imports; NULL: none */
    struct hours quiet;  /* the school's */
    const char *backups; /* folder; NULL: none */
    bool demo;
    int connections;     /* at one time; 0: API_CONNECTIONS */
    time_ms beat_ms;     /* real time between two signs of life of an event stream; 0: STREAM_BEAT_MS */
    time_ms deadline_ms; /* real time from the connect, or the answer before, to the end of a request; 0: 30 s */
};

/*
 * What is not in the store, filled by daemon.c. A function that is NULL answers 501; a false or NULL result comes with a
 * sentence in `err`. Results are the api's.
 */
struct api_parts {
    struct turn *turn;
    struct engine *engine; /* with NULL every change that needs it answers 501 */
    struct outbox *outbox;
    const struct grammar *grammar;
    struct helper *helper; /* the caller waits for its helper_fd() and calls helper_finish() */
    struct {
        struct turn *turn; /* over helper_reader() */
        struct engine *engine;
        struct outbox *outbox;
    } aside; /* the same rules as above; used on the helper thread only */
    void *arg;
    json_t *(*status)(
        void *arg); /* fields that join GET /v1/status (mode, uptime_s, gateways); problems are appended */
    json_t *(*check_ladders)(void *arg); /* an array of {ladder, step, who, state, what, mend} */
    json_t *(*metrics)(void *arg);       /* {…} for read_metrics.c: what the daemon knows of itself in figures */
    json_t *(*numbers)(void *arg);       /* whom to ring by hand: [{name, zh, number}] */
    json_t *(*gateway_list)(void *arg);  /* an array of gateway_show() */
    json_t *(*gateway_show)(void *arg, const char *name); /* NULL: no such gateway */
    /* verb: "pause", "resume", "drain"; body {reason?, until?}. Acts at once: not part of the turn. */
    /* kind "backup" or "check": begins with the commit of the turn; its state by name. {name, state, percent …} */
    json_t *(*chore_begin)(void *arg, const char *kind, const json_t *body, struct error *err);
    json_t *(*chore_show)(void *arg, const char *kind, const char *name);
    const char *(*refuses)(void *arg); /* why routine work is refused now; NULL: it is not. NULL: never */
    void (*read_failed)(void *arg, enum fault fault); /* a look aside met it */
    void (*released)(void *arg);                      /* effect: a restore was released */
    bool (*gateway_change)(void *arg, const char *name, const char *verb, const json_t *body, struct error *err);
};

/* Each path with its method, the action that a token may (or not), and the words it takes, a line each. */
void api_routes_print(FILE *out);

/* Listens. NULL and `err` when the socket cannot be made. The process ignores SIGPIPE from now on. */
struct api *api_new(struct event_base *base, const struct api_setting *setting, const struct api_parts *parts,
                    struct error *err);
/* Before the end: whatever waits is answered with 503, as are requests that still come. Call it after helper_stop(), then
 * end the turn and let the loop go round once, so that the answers leave. */
void api_stop(struct api *api);
/* Closes the socket, every connection, and removes the path. Answers of a turn must have been released before. */
void api_free(struct api *api);
/* After a reload of the configuration: all of it but the socket and the bounds of connections. Only while the helper is
 * held (helper_hold()), for its jobs read both. */
void api_renew(struct api *api, const struct api_setting *setting, const struct api_parts *parts);
/* What is not in the store has changed (a gateway went down): whoever follows a view is to see it. NULL is allowed. */
void api_changed(struct api *api);
/* Goes on with an import that is not done, some hundred rows; true while there is more to do at once. */
bool api_work(struct api *api);
/* Once a turn, before its work: changes whose turn failed are made again, once. */
void api_again(struct api *api);
/* Whether api_work() has something to do in the next turn. */
bool api_busy(const struct api *api);
/* Whether no request waits for its answer. */
bool api_idle(const struct api *api);
/*
 * GET /metrics for a caller without a socket of ours: a token, by the value of the header Authorization (NULL: none). The
 * answer comes once, never from within, unless forgotten. A ticket for api_forget(), or NULL and a status.
 */
struct api_ticket;
typedef void api_text_fn(void *arg, int status, const char *text);
struct api_ticket *api_ask_metrics(struct api *api, const char *authorization, api_text_fn *done, void *arg,
                                   int *status);
void api_forget(struct api_ticket *ticket);
/* Forgets old answers; called on the daemon's tick. */
void api_tick(struct api *api);

#endif
