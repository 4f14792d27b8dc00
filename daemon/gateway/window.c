/* SPDX-License-Identifier: Apache-2.0 */
/* Slots by id: a chained hash table, and the ended ones in order of their end; see window.h. */
#include "gateway/window.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

/* FNV-1a, 32 bits (RFC 9923, section 2); ids are ours or were compared with ours, so nobody can aim at one chain. */
static size_t chain_of(const char *id)
{
    uint32_t hash = 2166136261u;

    for (; *id; id++)
        hash = (hash ^ (unsigned char)*id) * 16777619u;
    return hash % WINDOW_CHAINS;
}

static struct held *find(const struct window *window, const char *id)
{
    struct held *held = window->chains[chain_of(id)];

    while (held && strcmp(held->id, id) != 0)
        held = held->chain;
    return held;
}

static struct held *add(struct window *window, const char *id, enum hold hold)
{
    struct held **chain = &window->chains[chain_of(id)];
    struct held *held = mem_new(1, sizeof *held);

    *held = (struct held){ .id = mem_dup(id), .hold = hold, .chain = *chain };
    *chain = held;
    return held;
}

static void forget(struct window *window, struct held *held)
{
    struct held **link = &window->chains[chain_of(held->id)];

    while (*link != held)
        link = &(*link)->chain;
    *link = held->chain;
    free(held->id);
    free(held);
}

static bool is_busy(const struct held *held)
{
    return held->hold <= HOLD_STARTED;
}

/* Among the ended are those that neither have a slot nor wait for a fate. */
static bool is_listed(const struct window *window, const struct held *held)
{
    return held->older || held->newer || window->oldest == held;
}

static void unlist(struct window *window, struct held *held)
{
    if (!is_listed(window, held))
        return;
    *(held->older ? &held->older->newer : &window->oldest) = held->newer;
    *(held->newer ? &held->newer->older : &window->newest) = held->older;
    held->older = held->newer = NULL;
    window->ended--;
}

static void list(struct window *window, struct held *held)
{
    if (is_busy(held) || held->probing || is_listed(window, held))
        return;
    held->older = window->newest;
    *(held->older ? &held->older->newer : &window->oldest) = held;
    window->newest = held;
    if (++window->ended > WINDOW_ENDED_MAX) {
        struct held *oldest = window->oldest;

        unlist(window, oldest);
        forget(window, oldest);
    }
}

/* The one place where a slot changes its state and the counts follow. */
static void move_to(struct window *window, struct held *held, enum hold hold)
{
    window->busy -= is_busy(held);
    window->unsent -= held->hold == HOLD_TAKEN;
    held->hold = hold;
    window->busy += is_busy(held);
    window->unsent += held->hold == HOLD_TAKEN;
    if (is_busy(held))
        unlist(window, held);
    else
        list(window, held);
}

void window_clear(struct window *window)
{
    for (size_t i = 0; i < WINDOW_CHAINS; i++) {
        struct held *next;

        for (struct held *held = window->chains[i]; held; held = next) {
            next = held->chain;
            free(held->id);
            free(held);
        }
    }
    *window = (struct window){ 0 };
}

bool window_take(struct window *window, const char *id, time_ms deadline)
{
    struct held *held = find(window, id);

    if (held && is_busy(held))
        return false;
    if (!held)
        held = add(window, id, HOLD_ENDED);
    held->deadline = deadline;
    move_to(window, held, HOLD_TAKEN);
    return true;
}

bool window_release(struct window *window, const char *id)
{
    struct held *held = find(window, id);

    if (!held || held->hold != HOLD_TAKEN)
        return false;
    move_to(window, held, HOLD_ENDED);
    return true;
}

bool window_send(struct window *window, const char *id, time_ms deadline)
{
    struct held *held = find(window, id);

    if (!held || held->hold != HOLD_TAKEN)
        return false;
    held->deadline = deadline;
    move_to(window, held, HOLD_SENT);
    return true;
}

enum move window_start(struct window *window, const char *id, time_ms deadline)
{
    struct held *held = find(window, id);

    if (!held || held->hold == HOLD_TAKEN)
        return MOVE_NEVER;
    if (held->hold == HOLD_ENDED)
        return MOVE_TWICE;
    if (held->hold != HOLD_SENT)
        return MOVE_REPEATED;
    held->deadline = deadline;
    move_to(window, held, HOLD_STARTED);
    return MOVE_DONE;
}

enum move window_end(struct window *window, const char *id)
{
    struct held *held = find(window, id);

    if (!held || held->hold == HOLD_TAKEN)
        return MOVE_NEVER;
    if (held->hold == HOLD_ENDED)
        return MOVE_TWICE;
    move_to(window, held, HOLD_ENDED);
    return MOVE_DONE;
}

bool window_report(struct window *window, const char *id)
{
    struct held *held = find(window, id);

    if (!held || (held->hold != HOLD_SENT && held->hold != HOLD_STARTED))
        return false;
    move_to(window, held, HOLD_REPORTED);
    return true;
}

bool window_probe(struct window *window, const char *id)
{
    struct held *held = find(window, id);

    if (held && held->probing)
        return true;
    if (window->probing >= WINDOW_PROBES_MAX)
        return false;
    if (!held)
        held = add(window, id, HOLD_ENDED);
    held->probing = true;
    window->probing++;
    unlist(window, held);
    return true;
}

enum move window_fate(struct window *window, const char *id)
{
    struct held *held = find(window, id);

    if (!held)
        return MOVE_NEVER;
    if (!held->probing)
        return MOVE_REPEATED;
    held->probing = false;
    window->probing--;
    list(window, held);
    return MOVE_DONE;
}

void window_each(const struct window *window, void (*each)(void *arg, const struct held *held), void *arg)
{
    for (size_t i = 0; i < WINDOW_CHAINS; i++)
        for (const struct held *held = window->chains[i]; held; held = held->chain)
            if (is_busy(held))
                each(arg, held);
}

const struct held *window_overdue(const struct window *window, time_ms now)
{
    for (size_t i = 0; window->busy > 0 && i < WINDOW_CHAINS; i++)
        for (const struct held *held = window->chains[i]; held; held = held->chain)
            if ((held->hold == HOLD_SENT || held->hold == HOLD_STARTED) && held->deadline <= now)
                return held;
    return NULL;
}

/* The first of the chain whose time is over; moving one may forget its neighbours, so each search begins anew. */
static struct held *stale(struct held *held, time_ms now)
{
    while (held && (held->hold != HOLD_TAKEN || held->deadline > now))
        held = held->chain;
    return held;
}

int window_sweep(struct window *window, time_ms now)
{
    int freed = 0;

    for (size_t i = 0; window->unsent > 0 && i < WINDOW_CHAINS; i++) {
        struct held *held;

        /* move_to() takes it out of its chain before it frees it */
        for (; (held = stale(window->chains[i], now)); freed++) /* NOLINT(clang-analyzer-unix.Malloc) */
            move_to(window, held, HOLD_ENDED);
    }
    return freed;
}
