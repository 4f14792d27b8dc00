/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this folder share: one gateway and the set. life.c owns the state, start.c the start, dialogue.c the
 * lines that come, gateway.c the calls that others make, gateways.c the set.
 *
 * Nothing but the callbacks of the event loop calls a function of `struct gateway_events`: whatever else has something
 * to tell marks it and wakes the gateway (life_wake()).
 */
#ifndef GREENLINE_GATEWAY_INTERNAL_H
#define GREENLINE_GATEWAY_INTERNAL_H

#include <event2/event.h>
#include <stdint.h>

#include "gateway/chatter.h"
#include "gateway/gateway.h"
#include "gateway/output.h"
#include "gateway/process.h"
#include "gateway/webhook.h"
#include "gateway/window.h"
#include "lib/wire.h"

enum {
    REASON_MAX = 400,
    OUTPUT_BYTES_MAX = 8 * 1024 * 1024, /* counts as unread lines too */
    LINES_A_TURN = 128,                 /* lines of one gateway handled in one turn */
    READ_BYTES = 64 * 1024,
};

enum gateway_state {
    GATEWAY_WAITING,  /* no process: the backoff or the lock */
    GATEWAY_STARTING, /* `hello` is sent */
    GATEWAY_READY,
    GATEWAY_DRAINING, /* `drain` is sent */
    GATEWAY_ENDING,   /* its input is closed; its output is read to the end */
    GATEWAY_STOPPED,  /* no process, and none will be started by itself */
    GATEWAY_STATES,
};

enum end_step { END_INPUT_CLOSED, END_TERMINATED, END_KILLED, END_EXITED };

enum gateway_counter {
    COUNT_LINES_IN,
    COUNT_SENT,
    COUNT_STARTED,
    COUNT_ACCEPTED,
    COUNT_REFUSED,
    COUNT_UNKNOWN,
    COUNT_FATES,
    COUNT_STATUSES,
    COUNT_REPLIES,
    COUNT_UNKNOWN_VERBS,
    COUNT_UNKNOWN_KEYS,
    COUNT_MALFORMED,
    COUNT_OTHER_EPOCH,
    COUNT_WINDOW_IGNORED,
    COUNT_NOT_SENT,
    COUNT_WEBHOOKS,
    COUNT_WEBHOOKS_REFUSED,
    COUNT_WEBHOOKS_FAILED,
    COUNT_HTTP_UNASKED,
    COUNTERS,
};

struct pause {
    bool on;
    time_ms until; /* wall; TIME_NEVER: until resumed */
    char reason[200];
};

struct gateway {
    struct gateway *next;
    struct gateways *set;
    struct gateway_config config;   /* owned copy */
    struct gateway_config *pending; /* of a reload, for its next start; owned */
    char *folder, *lock_path;

    enum gateway_state state;
    time_ms since;                /* wall */
    bool retired;                 /* forget it once its process has ended */
    bool halted;                  /* do not start it again by itself */
    char reason[REASON_MAX];      /* why it is ending; "" when it went by itself */
    char last_reason[REASON_MAX]; /* why it ended, or cannot start */
    const char *fallback;         /* the reason if it does not exit by itself */
    int starts;
    time_ms backoff;
    time_ms within;   /* what the drain was given */
    time_ms ready_at; /* monotonic; 0: not in this run */

    struct process process;
    enum end_step end_step;
    bool exited, output_ended, output_cut; /* cut: what came could not be read to its end */
    bool backlog;                          /* whole lines wait in the reader */
    char how[80];                          /* how the process ended */
    uint64_t resolver;                     /* the file by which a confined one looks names up; 0: it does not matter */

    struct wire_reader reader;
    struct output output;
    struct window window;
    struct chatter chatter;
    struct webhooks webhooks;

    struct gateway_ready ready;
    bool announced;
    int slots; /* the window as last announced */
    json_t *health;
    int64_t ping;      /* number of the last one */
    time_ms ping_at;   /* monotonic; 0: none is unanswered */
    bool ping_overdue; /* was late once while it had output waiting for us */
    struct pause own, operator;
    double tokens;
    time_ms token_at; /* wall */
    int64_t counters[COUNTERS];

    bool room_changed, state_changed;
    struct event *on_output, *on_error, *on_input, *on_exit; /* of the process; NULL while there is none */
    struct event *timer;                                     /* of the state */
    struct event *pace;                                      /* end of a pause, next token of the rate */
    struct event *error_pause;                               /* reads on after too many lines on standard error */
    struct event *wake;
};

struct gateways {
    struct event_base *base;
    struct gateway_events events;
    void *arg;
    struct gateway *first;
    char *epoch, *prefix /* "EPOCH-" */, *boot, *state_dir, *zone, *resolver;
    bool demo;
    bool told_unconfined; /* that the kernel cannot */
    const struct clock *clock;
    struct random random;
    struct gateway_intervals intervals;
};

/* Calls an event that the daemon filled, in callbacks of the loop only; the caller's gateway is named `g`. */
#define NOTIFY(event, ...)                                                                                             \
    do {                                                                                                               \
        if (g->set->events.event)                                                                                      \
            g->set->events.event(g->set->arg, __VA_ARGS__);                                                            \
    } while (0)

time_ms wall_now(const struct gateway *g);
void event_after(struct event *event, time_ms real_ms);
/* Copies as much as fits, whole characters only. */
void copy_text(char *out, size_t size, const char *text);
/* Removes a last character that was cut. */
void end_at_character(char *text);

/* gateways.c */
/* Takes it out of the set and frees it. */
void gateways_forget(struct gateway *g);
/* Puts what a reload left for the next start in place. */
void gateways_apply_pending(struct gateway *g);

/* life.c */
bool life_new(struct gateway *g);
void life_free(struct gateway *g);
/* Starts it in the next turn. */
void life_start(struct gateway *g, time_ms after_ms);
/* Ends it for a reason (misbehaviour, mostly): the first reason stays. */
void life_fault(struct gateway *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Closes its input; `fallback` is the reason if it does not exit by itself. */
void life_end(struct gateway *g, const char *fallback);
/* `drain`, then its end; at once where there is nothing to drain. The caller has said what is to follow. */
void life_drain(struct gateway *g, time_ms within_ms);
void life_ready(struct gateway *g);
/* Tells room_changed and state_changed in the next turn. */
void life_wake(struct gateway *g);
/* Tells them now: in callbacks of the loop only. */
void life_tell(struct gateway *g);
/* Queues a line; takes `line` over. False when it goes nowhere. */
bool life_write(struct gateway *g, json_t *line);
void life_set_state(struct gateway *g, enum gateway_state state);

/* start.c */
/* True when it runs or is connected; otherwise `*held` says whether another process has the lock. */
bool start_open(struct gateway *g, bool *held, struct error *err);
/* On the tick: one that cannot see the resolver's new file is started anew. */
void start_look_at_resolver(struct gateway *g);

/* dialogue.c */
/* Handles at most LINES_A_TURN lines of what was read; sets `backlog` when more are there. */
void dialogue_lines(struct gateway *g);
json_t *dialogue_hello(const struct gateway *g);

/* pace.c */
bool pace_paused(const struct gateway *g);
double pace_tokens(const struct gateway *g, bool emergency);
void pace_take(struct gateway *g, int count);
void pace_pause(struct gateway *g, struct pause *pause, const char *reason, time_ms until);
void pace_lift(struct gateway *g, struct pause *pause);
/* Looks whether a pause is over or a token there, and arms the event anew. */
void pace_look(struct gateway *g);
/* Arms the event for the end of a pause or the next token. */
void pace_arm(struct gateway *g);

/* ready.c */
/* Reads a `ready` line; `out` is untouched on failure. */
bool ready_parse(struct gateway_ready *out, const json_t *line, struct error *err);
json_t *ready_show(const struct gateway_ready *ready);

#endif
