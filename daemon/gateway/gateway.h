/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor of the gateway programs: starts them, confined (gateway/confine.h), or connects to them, speaks protocol version 1 with them (gateways/PROTOCOL.md),
 * keeps their windows, and restarts one that exits or misbehaves, with a reason in gateway_show().
 *
 * It knows nothing of the store: outcomes and replies leave through `struct gateway_events`, jobs come in through
 * gateway_take() (inside the turn) and gateway_send() (an effect, after the commit). Events are called from the event
 * loop, inside the turn, never from within one of the functions below; so each function may be called from an event.
 *
 * A program that cannot be started, or that has gone, is started again after 1 s doubling to 60 s. Nothing here fails
 * for what a gateway says: its mistakes are counted or end in a restart.
 */
#ifndef GREENLINE_GATEWAY_GATEWAY_H
#define GREENLINE_GATEWAY_GATEWAY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/random.h"

struct event_base;
struct gateway;
struct gateway_http_answer;
struct gateway_webhook;
struct gateways;

enum {
    GATEWAY_WINDOW_MAX = 1000,       /* jobs; what is announced above it is taken as this */
    GATEWAY_UNREAD_LINES_MAX = 1000, /* lines that a gateway has not read before it is restarted */
    GATEWAY_LOG_LINES = 20,          /* lines of its standard error kept for gateway_show() */
};

/* What the configuration says. Everything is copied by gateways_add() and gateways_reload(). */
struct gateway_config {
    const char *name;            /* letters, digits, "-" and "_" */
    const char *program;         /* path, or "unix:PATH": a gateway in a unit of its own listens there */
    const char *const *channels; /* NULL-terminated; NULL: all that the program announces */
    const char *const *prefixes; /* NULL-terminated; NULL: any number */
    json_t *config;              /* borrowed; the module's section, sent in `hello`; NULL: {} */
    double rate;                 /* messages a second on the store's clock, 0 = no limit */
    bool unconfined;             /* the program may do what the daemon may; see gateway/confine.h */
    const char *const *paths; /* NULL-terminated, or NULL: what a confined one may read and write beside its folder */
};

/* One `send` line; strings are borrowed for the call. What is NULL is left out. */
struct gateway_job {
    const char *id, *channel, *lane, *to, *text;
    const char *template;
    json_t *params;
    json_t *voice;
    time_ms expires; /* 0 or TIME_NEVER: none */
    const char *reply_ext;
    bool again; /* handed over before; the outcome was not known */
};

/* What a program announces in `ready` and by --describe. Free with gateway_ready_free(). */
struct gateway_ready {
    int window, batch;
    bool free_text, delivery_reports, inbound, idempotent, probe, simulated;
    bool http;       /* it wants webhooks */
    json_t *caps;    /* never NULL once filled: {} or {per_callee: [{n, ms}]} */
    char **channels; /* NULL-terminated */
};

/* Strings of the three structs below are borrowed for the call; NULL where the line had none. */
struct gateway_status {
    const char *uid; /* NULL: said once, gateway_stored() is not waited for */
    const char *id;  /* NULL: known by provider_id only */
    const char *provider_id;
    const char *state; /* delivered, undelivered, answered, busy, no_answer; nothing else passes */
    const char *code;
    int seconds; /* -1: not told */
    const char *digits;
};

struct gateway_reply {
    const char *uid, *from; /* never NULL */
    const char *to, *text, *digits;
    const char *call; /* missed, answered or NULL */
    time_ms at;       /* the provider's time; 0: not told */
};

/*
 * Filled by daemon.c; a NULL member is passed over. Each is called inside the turn.
 * `class` of refused is permanent, temporary or throttled; retry_after is a duration, 0 when not told. A throttled
 * refusal with retry_after has paused the gateway already. Several provider ids (one a part) arrive joined by blanks;
 * provider_id NULL and parts 0: not told.
 */
struct gateway_events {
    void (*ready)(void *arg, struct gateway *g);                    /* (re)started and usable: gets jobs */
    void (*down)(void *arg, struct gateway *g, const char *reason); /* its process has ended; see gateway_held_each() */
    void (*started)(void *arg, struct gateway *g, const char *id);
    void (*accepted)(void *arg, struct gateway *g, const char *id, const char *provider_id, int parts);
    void (*refused)(void *arg, struct gateway *g, const char *id, const char *class, const char *code,
                    const char *detail, time_ms retry_after);
    void (*unknown)(void *arg, struct gateway *g, const char *id, const char *detail);
    void (*fate)(void *arg, struct gateway *g, const char *id, const char *state); /* sent, not_sent or unknown */
    void (*status)(void *arg, struct gateway *g, const struct gateway_status *status);
    void (*reply)(void *arg, struct gateway *g, const struct gateway_reply *reply);
    void (*room)(void *arg, struct gateway *g);    /* slots came free, the window changed, or a pause ended */
    void (*changed)(void *arg, struct gateway *g); /* its state, pause or health; for live views */
};

/* Real milliseconds; 0 takes the default. Tests shorten them. */
struct gateway_intervals {
    time_ms ready;         /* 10 s: from start to `ready` */
    time_ms pong;          /* 30 s: from `ping` to `pong` */
    time_ms end;           /* 5 s: from end of input to SIGTERM */
    time_ms kill;          /* 1 s: from SIGTERM to SIGKILL, and from exit to the end of its output */
    time_ms backoff_first; /* 1 s, doubling, ± 20 % */
    time_ms backoff_max;   /* 60 s */
    time_ms healthy;       /* 60 s of health forget the backoff */
    time_ms job;           /* 10 min: a job that was sent, or started, without an outcome */
    time_ms expired;       /* 30 s: the outcome of a job past its `expires` that was not started */
    time_ms lock;          /* 500 ms: between looks at a lock that another process holds */
    time_ms drain;         /* 25 s: for a reload */
    time_ms http;          /* 10 s: from a webhook to its answer and the last `stored` that this waits for */
};

struct gateways_setting {
    const char *epoch;     /* of the store: ids are EPOCH-NUMBER */
    const char *boot;      /* id of this run of the daemon */
    const char *state_dir; /* must exist; holds NAME.lock and the folder NAME of each gateway */
    const char *zone;
    bool demo;                 /* only simulated gateways get jobs; otherwise such a gateway is refused */
    const struct clock *clock; /* borrowed for life */
    struct random random;      /* for the jitter of restarts */
    struct gateway_intervals intervals;
    const char *resolver; /* NULL: /etc/resolv.conf; when it is replaced, confined gateways are started anew */
};

/* Everything but the clock is copied. The process ignores SIGPIPE from now on. */
struct gateways *gateways_new(struct event_base *base, const struct gateway_events *events, void *arg,
                              const struct gateways_setting *setting);
/* Ends what still runs by SIGKILL: drain first. NULL is allowed. No event is called. */
void gateways_free(struct gateways *gateways);

/* Starts one more gateway, in the next turn. Fails on a name that is taken or cannot be the name of a file. */
bool gateways_add(struct gateways *gateways, const struct gateway_config *config, struct error *err);
/*
 * Brings the set to `configs`: a gateway with equal program and config goes on (its channels, prefixes and rate are
 * changed in place), a changed one is drained and started anew, one that is gone is drained and forgotten. A name that
 * cannot be is reported and nothing is changed.
 */
bool gateways_reload(struct gateways *gateways, const struct gateway_config *configs, size_t count, struct error *err);
/* NULL when there is none of that name. A pointer is good until the loop runs again after a reload. */
struct gateway *gateways_find(const struct gateways *gateways, const char *name);
void gateways_each(struct gateways *gateways, void (*each)(void *arg, struct gateway *g), void *arg);
/* The next after `g`, the first after NULL; NULL at the end. */
struct gateway *gateways_next(const struct gateways *gateways, const struct gateway *g);
/* Shutdown: drains all and restarts none; what has not finished after `within_ms` (real) is ended. */
void gateways_drain_all(struct gateways *gateways, time_ms within_ms);
/* True when no process of a gateway is left. */
bool gateways_stopped(const struct gateways *gateways);
/* Liveness, deadlines of jobs: the daemon's one tick, inside the turn. No timer of a gateway runs while it is idle. */
void gateways_tick(struct gateways *gateways);

const char *gateway_name(const struct gateway *g);
/* NULL before its first `ready`; else what its last `ready` announced. */
const struct gateway_ready *gateway_announced(const struct gateway *g);
/* It is up and may get jobs (a pause does not count). */
bool gateway_usable(const struct gateway *g);
/* It is meant to be up: nobody has drained it, and nothing of its configuration stands against it. */
bool gateway_wanted(const struct gateway *g);
/* Configured and announced for that channel, and for a prefix of that number (`to` NULL: any). */
bool gateway_carries(const struct gateway *g, const char *channel, const char *to);

/* Jobs that may be taken now: free slots, but for routine never the reserved quarter (at least 1 of 2), nor more than
 * the rate allows; 0 while down, paused or draining. An emergency may borrow up to one second of the rate. */
int gateway_room(const struct gateway *g, bool emergency);
/* Reserves a slot for `id`, inside the turn. */
void gateway_take(struct gateway *g, const char *id);
/* Gives a slot back that was taken and never sent (the turn failed). */
void gateway_release(struct gateway *g, const char *id);
/* Effect: writes the job's line. Does nothing when the slot is no longer held (it went down in the same turn: then it
 * was named by gateway_held_each() in `down`). */
void gateway_send(struct gateway *g, const struct gateway_job *job);
/* Effects; each does nothing while the gateway is down. */
void gateway_cancel(struct gateway *g, const char *id);
void gateway_probe(struct gateway *g, const char *id, const char *provider_id);
void gateway_stored(struct gateway *g, const char *uid);

/*
 * A webhook for the program (PROTOCOL.md, verb `http`); borrowed for the call. `done` is called once, from the loop and
 * never from within a function of this header, with the program's answer once all uids that it names are confirmed by
 * gateway_stored(); or with 503 when none comes in time, makes sense, or the program is gone.
 */
struct gateway_http_request {
    const char *method, *path, *query; /* UTF-8; path and query as they came */
    const json_t *headers;             /* names in lower case, values text; NULL: none */
    const char *body;
    size_t length;    /* of the body */
    const char *from; /* address */
    void (*done)(void *arg, const struct gateway_http_answer *answer);
    void *arg;
};
struct gateway_http_answer {
    int status;            /* 200 to 599 */
    const json_t *headers; /* at most 64 texts; nothing else about them is checked; NULL: none */
    const char *body;      /* NULL: none */
    size_t length;
};
/* Hands it over at once (it changes no row). NULL and a status when it does not go: 503 (down, draining, does not want
 * webhooks, too many wait), 413 (the line would be too long). */
struct gateway_webhook *gateway_http(struct gateway *g, const struct gateway_http_request *request, int *status);
/* Whether one would go now, but for its size. */
bool gateway_takes_http(const struct gateway *g);
/* The client has left: `done` will not be called. */
void gateway_http_forget(struct gateway_webhook *webhook);

/*
 * What the gateway holds; inside `down` what it held. In doubt is what was started, or, where its output could not be
 * read to its end, all that was sent. What is not in doubt has not left and may be queued again.
 */
void gateway_held_each(const struct gateway *g, void (*each)(void *arg, const char *id, bool in_doubt), void *arg);

/* The operator's pause: no jobs until `until` (TIME_NEVER: until resumed). Survives restarts of the program. */
void gateway_pause(struct gateway *g, const char *reason, time_ms until);
/* Ends the operator's pause and the gateway's own, and starts a drained gateway again. */
void gateway_resume(struct gateway *g);
/* Lets it finish what it holds, then ends it; it stays down until gateway_resume() or a reload. */
void gateway_drain(struct gateway *g);

/* State, pid, since, window, in_flight, restarts, last_reason, pause, health, ready, counters, log; the caller owns. */
json_t *gateway_show(const struct gateway *g);

/* Whether the configuration names a socket, not a program; the socket's path is then borrowed. */
const char *gateway_socket(const char *program);
/* Runs PROGRAM --describe (at most 5 s) and reads its `ready` line, so that a configuration is checked. Not for sockets:
 * whoever connects there owns the gateway. */
bool gateway_describe(struct gateway_ready *out, const struct gateway_config *config, struct error *err);
/* What gateway_show() has as `health`, {state, detail, signal, balance}; borrowed; NULL: it never said. */
const json_t *gateway_health(const struct gateway *g);
void gateway_ready_free(struct gateway_ready *ready);

#endif
