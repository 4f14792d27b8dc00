/* SPDX-License-Identifier: Apache-2.0 */
/* What herald.c (the set) and herald_life.c (the program of one hook) share. */
#ifndef GREENLINE_GATEWAY_HERALD_INTERNAL_H
#define GREENLINE_GATEWAY_HERALD_INTERNAL_H

#include <event2/event.h>

#include "gateway/chatter.h"
#include "gateway/herald.h"
#include "gateway/output.h"
#include "gateway/process.h"

enum { HERALD_NAME_MAX = 80, HERALD_REASON_MAX = 300 };

struct herald {
    struct herald *next;
    struct heralds *set;
    char name[HERALD_NAME_MAX]; /* of the program; with a number when it is not the only one */
    char *program;
    char **events; /* NULL-terminated */
    json_t *config;
    bool retired; /* forget it once its process has ended */

    struct process process; /* pid 0: none */
    int ending;             /* 0: no; else how many steps were taken: end of input, SIGTERM, SIGKILL */
    int starts;
    time_ms backoff;
    time_ms began; /* monotonic; of the process */
    char last_reason[HERALD_REASON_MAX];
    bool stuck;
    struct chatter chatter;

    json_t *queue[HERALD_QUEUE_MAX]; /* a ring of lines that are not on their way */
    size_t first, count;
    struct output output;           /* the line that is */
    int64_t told, lost, lost_since; /* lines for it; those that went; those it was not told of yet */

    struct event *on_output, *on_error, *on_input, *on_exit; /* of the process; NULL while there is none */
    struct event *timer;                                     /* the next start; the next step of its end */
    struct event *watch;                                     /* for a line that is not read */
};

struct heralds {
    struct event_base *base;
    struct herald *first;
    char *school, *zone;
    bool demo, ended;
    const struct clock *clock;
    struct random random;
    struct herald_intervals intervals;
    int64_t number; /* of the last event */
};

void herald_life_new(struct herald *h);
void herald_life_free(struct herald *h);
/* Puts lines on their way as long as they are read. */
void herald_flow(struct herald *h);
/* Appends a line, the herald's from now on; drops the oldest when there is no room. */
void herald_append(struct herald *h, json_t *line);
/* Closes its input; what is not at its end in time is made to. */
void herald_end(struct herald *h);
/* The same, and it is forgotten when it has ended. */
void herald_retire(struct herald *h);

/* herald.c */
void herald_forget(struct herald *h);
json_t *herald_hello(const struct herald *h);

#endif
