/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one run of a gateway program was given, by id: the slots of its window, and the ids whose outcome is known, of
 * which the last WINDOW_ENDED_MAX are kept, so that an outcome told twice is told from an id it was never given.
 * The moves below say whether they were legal; nothing else changes a slot. Ids are copied.
 */
#ifndef GREENLINE_GATEWAY_WINDOW_H
#define GREENLINE_GATEWAY_WINDOW_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/clock.h"

enum { WINDOW_ENDED_MAX = 4096, WINDOW_PROBES_MAX = 10000, WINDOW_CHAINS = 1024 };

enum hold {
    HOLD_TAKEN,    /* reserved inside a turn, not sent */
    HOLD_SENT,     /* its line was written */
    HOLD_STARTED,  /* the program said that bytes leave */
    HOLD_REPORTED, /* a status came before the outcome: the slot is free, the outcome still welcome */
    HOLD_ENDED,    /* the outcome came, or it was only probed */
};

struct held {
    char *id;
    enum hold hold;
    bool probing;
    time_ms deadline;           /* monotonic: silent past it is misbehaviour */
    struct held *chain;         /* the next of equal hash */
    struct held *older, *newer; /* among the ended */
};

struct window {
    struct held *chains[WINDOW_CHAINS];
    struct held *oldest, *newest; /* ended ones that may be forgotten */
    int ended;
    int busy;   /* taken, sent or started */
    int unsent; /* taken */
    int probing;
};

enum move {
    MOVE_DONE,
    MOVE_REPEATED, /* legal, and changes nothing */
    MOVE_TWICE,    /* its outcome came before */
    MOVE_NEVER,    /* never given */
};

/* Forgets all; a window starts as { 0 } and may be used again. */
void window_clear(struct window *window);
/* False when it is held already. An id that has ended may be taken again. */
bool window_take(struct window *window, const char *id, time_ms deadline);
/* Gives back what was taken and not sent; false otherwise. */
bool window_release(struct window *window, const char *id);
/* False unless it is taken. */
bool window_send(struct window *window, const char *id, time_ms deadline);
enum move window_start(struct window *window, const char *id, time_ms deadline);
/* An outcome: accepted, refused or unknown. */
enum move window_end(struct window *window, const char *id);
/* A status: true when it freed a slot. */
bool window_report(struct window *window, const char *id);
/* False when too many answers are outstanding. */
bool window_probe(struct window *window, const char *id);
enum move window_fate(struct window *window, const char *id);
/* Calls `each` for what is taken, sent or started; it must not change the window. */
void window_each(const struct window *window, void (*each)(void *arg, const struct held *held), void *arg);
/* One that is silent past its deadline; NULL when there is none. A taken one is not the program's fault. */
const struct held *window_overdue(const struct window *window, time_ms now);
/* Frees slots that were taken, are past their deadline and were never sent; returns how many. */
int window_sweep(struct window *window, time_ms now);

#endif
