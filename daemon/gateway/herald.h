/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event hooks: programs of the operator's that are told what happens, in the style of the gateway protocol. Each event is
 * one JSON object a line on the program's standard input; it answers nothing, and what it says on standard error goes to
 * the log. It is started with the daemon, without a shell and without arguments, and again after 1 s doubling to 60 s when
 * it has gone.
 *
 * Nothing here waits for a program: lines it has not read stay in a queue of HERALD_QUEUE_MAX, from which the oldest goes
 * when it is full (the next line says how many, `lost`), and one whose pipe stays full for a minute is started anew. An event
 * is told at most once: what a program had in its pipe when it ended is not told again.
 */
#ifndef GREENLINE_GATEWAY_HERALD_H
#define GREENLINE_GATEWAY_HERALD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/clock.h"
#include "lib/random.h"

struct event_base;
struct heralds;

enum { HERALD_QUEUE_MAX = 1000, HERALD_HOOKS_MAX = 16 };

/* What a hook can ask for; a row of the table in herald.c each. */
enum herald_event {
    HERALD_ALERT,        /* {alert, state, kind, severity?, drill}: raised, acknowledged, closed … */
    HERALD_GATEWAY_DOWN, /* {gateway, reason} */
    HERALD_GATEWAY_UP,   /* {gateway} */
    HERALD_DISK,         /* {state: "failed" or "ok", fault, reason}: the store can, or cannot, be written */
    HERALD_CLOCK,        /* {by_ms}: the wall clock jumped; above 0: forward */
    HERALD_EVENTS
};
const char *herald_event_name(enum herald_event event);

/* What the configuration says; copied. */
struct herald_config {
    const char *program;       /* absolute path */
    const char *const *events; /* names, NULL-terminated; one that is not known is passed over */
    const json_t *config;      /* told in `hello`; NULL: {} */
};

/* Real milliseconds; 0 takes the default. Tests shorten them. */
struct herald_intervals {
    time_ms backoff_first, backoff_max; /* 1 s, 60 s, ± 20 % */
    time_ms healthy;                    /* 60 s of life forget the backoff */
    time_ms stuck;                      /* 60 s without reading */
    time_ms end;                        /* 5 s from end of input to SIGTERM */
    time_ms kill;                       /* 1 s from SIGTERM to SIGKILL */
};

struct heralds_setting {
    const char *school, *zone;
    bool demo;
    const struct clock *clock; /* borrowed for life */
    struct random random;      /* for the jitter of restarts */
    struct herald_intervals intervals;
};

/* The process ignores SIGPIPE from now on. */
struct heralds *heralds_new(struct event_base *base, const struct heralds_setting *setting);
/* Ends what still runs by SIGKILL. NULL is allowed. */
void heralds_free(struct heralds *heralds);
/* Brings the set to `configs`: an equal hook goes on, one that is gone or changed gets the end of its input. */
void heralds_reload(struct heralds *heralds, const struct herald_config *configs, size_t count);
/* Tells all hooks that asked for it. `fields` is taken over, NULL: none; type, n and at are added. NULL is allowed. */
void heralds_tell(struct heralds *heralds, enum herald_event event, json_t *fields);
/* At the end of the daemon: hands over what fits, ends all inputs, and waits at most `within_ms` for the programs. */
void heralds_end(struct heralds *heralds, time_ms within_ms);

/* [{name, program, for, running, restarts, events, lost, waiting, last_reason, log}], the caller's. */
json_t *heralds_show(const struct heralds *heralds);

#endif
