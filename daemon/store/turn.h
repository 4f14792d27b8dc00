/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The turn of the loop is the transaction. Callbacks change rows and append what the world should see to the list of
 * effects; turn_end() commits once and then releases the effects in order. If the commit fails, the effects are
 * dropped (their `drop` is told) and the rows are as before.
 */
#ifndef GREENLINE_STORE_TURN_H
#define GREENLINE_STORE_TURN_H

#include "lib/clock.h"
#include "lib/random.h"
#include "store/store.h"

struct turn;

enum { TURN_MS = 15, TURN_EFFECTS_MAX = 20000 };

struct turn *turn_new(struct store *store, struct random random);
void turn_free(struct turn *turn);
struct store *turn_store(const struct turn *turn);
struct random *turn_random(struct turn *turn);

/* The wall time of this turn: given by the simulation, or read once a turn from `clock` (borrowed) by the first who asks. */
void turn_set_now(struct turn *turn, time_ms now);
void turn_set_clock(struct turn *turn, const struct clock *clock);
time_ms turn_now(struct turn *turn);
/* The loop waits from now on: what time it is, is asked anew after it. */
void turn_rest(struct turn *turn);
/* When the clock was first asked in this turn, by clock_mono_us(); 0: it was not. */
int64_t turn_began_us(const struct turn *turn);

/* After the commit `release(arg)` is called once; after a failed turn `drop(arg)` instead (may be NULL). One of the
 * two always is, so either may free `arg`. */
void turn_effect(struct turn *turn, void (*release)(void *arg), void *arg, void (*drop)(void *arg));

/* After the effects of each turn that committed rows which people see (store_take_changed()) `watch(arg)` is called: what
 * it begins belongs to the next turn. One at a time; NULL ends it. */
void turn_watch(struct turn *turn, void (*watch)(void *arg), void *arg);

/* Ends the turn: commit and effects, or rollback and drops. False and why after a failure. */
bool turn_end(struct turn *turn, struct error *err);

/* A request inside the turn that may be refused half way: begin, then keep or undo (rows and effects). Not nested. */
void turn_request_begin(struct turn *turn);
void turn_request_keep(struct turn *turn);
void turn_request_undo(struct turn *turn);

#endif
