/* SPDX-License-Identifier: Apache-2.0 */
/* The turn and its effects; see turn.h. */
#include "store/turn.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/memory.h"

struct effect {
    void (*release)(void *arg);
    void (*drop)(void *arg);
    void *arg;
};

struct turn {
    struct store *store;
    struct random random;
    const struct clock *clock; /* NULL: the time is given */
    time_ms now;               /* TIME_NEVER: not read in this turn */
    int64_t began_us;          /* monotonic, when it was read; 0 */
    struct effect *effects;
    size_t count;
    size_t request_mark; /* effects at the begin of the request */
    void (*watch)(void *arg);
    void *watcher;
};

struct turn *turn_new(struct store *store, struct random random)
{
    struct turn *turn = mem_new(1, sizeof *turn);

    turn->store = store;
    turn->random = random;
    return turn;
}

void turn_free(struct turn *turn)
{
    if (!turn)
        return;
    free(turn->effects);
    free(turn);
}

struct store *turn_store(const struct turn *turn)
{
    return turn->store;
}

struct random *turn_random(struct turn *turn)
{
    return &turn->random;
}

void turn_set_now(struct turn *turn, time_ms now)
{
    turn->now = now;
}

void turn_set_clock(struct turn *turn, const struct clock *clock)
{
    turn->clock = clock;
    turn->now = TIME_NEVER;
}

time_ms turn_now(struct turn *turn)
{
    if (turn->now == TIME_NEVER) {
        turn->now = clock_now(turn->clock);
        turn->began_us = clock_mono_us();
    }
    return turn->now;
}

void turn_rest(struct turn *turn)
{
    if (turn->clock)
        turn->now = TIME_NEVER;
    turn->began_us = 0;
}

int64_t turn_began_us(const struct turn *turn)
{
    return turn->began_us;
}

void turn_effect(struct turn *turn, void (*release)(void *arg), void *arg, void (*drop)(void *arg))
{
    assert(turn->count < TURN_EFFECTS_MAX);
    turn->effects = mem_grow(turn->effects, turn->count + 1, sizeof *turn->effects);
    turn->effects[turn->count++] = (struct effect){ release, drop, arg };
}

void turn_watch(struct turn *turn, void (*watch)(void *arg), void *arg)
{
    turn->watch = watch;
    turn->watcher = arg;
}

static void drop_from(struct turn *turn, size_t first)
{
    for (size_t i = first; i < turn->count; i++)
        if (turn->effects[i].drop)
            turn->effects[i].drop(turn->effects[i].arg);
    turn->count = first;
    if (first == 0) {
        free(turn->effects);
        turn->effects = NULL;
    }
}

bool turn_end(struct turn *turn, struct error *err)
{
    struct effect *effects;
    bool changed;
    size_t count;

    if (turn->clock)
        turn->now = TIME_NEVER;
    if (!store_commit(turn->store, err)) {
        drop_from(turn, 0);
        return false;
    }
    changed = store_take_changed(turn->store);
    /* an effect may begin work of the next turn and append to a fresh list */
    effects = turn->effects;
    count = turn->count;
    turn->effects = NULL;
    turn->count = 0;
    for (size_t i = 0; i < count; i++)
        effects[i].release(effects[i].arg);
    free(effects);
    if (changed && turn->watch)
        turn->watch(turn->watcher);
    return true;
}

void turn_request_begin(struct turn *turn)
{
    turn->request_mark = turn->count;
    store_savepoint(turn->store);
}

void turn_request_keep(struct turn *turn)
{
    store_savepoint_keep(turn->store);
}

void turn_request_undo(struct turn *turn)
{
    store_savepoint_undo(turn->store);
    drop_from(turn, turn->request_mark);
}
