/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The town of the storms: 240 families with their phones, staff, two gateways that die and lie, and what people do when
 * it rings. What happens is a heap of happenings in order of time; nothing here knows the engine.
 */
#ifndef GREENLINE_TESTS_SIM_TOWN_H
#define GREENLINE_TESTS_SIM_TOWN_H

#include "lib/random.h"
#include "sim/model.h"
#include "support/world.h"

enum { TOWERS = 2, HAPPENINGS_MAX = 65536, RECALLED_MAX = 16384 };

enum habit { SILENT_THERE, TAKES_IT, PASSES_IT, SAYS_HELP, TAKES_LATE, IS_WRONG, MUMBLES_ON, CALLS_BACK };

struct town_phone {
    char e164[24];
    int children; /* how many of its own */
    bool staff;
};

/* A job in the hands of a gateway. */
struct in_hand {
    int64_t message;
    char id[48];
    int phone, tower, generation;
    enum way way;
    bool emergency, recalled;
    int alert, code; /* as the text says; -1 */
};

/* Something that the outside does at its time: a gateway with a job, a report, somebody's answer. */
struct happening {
    time_ms at;
    uint64_t order;
    enum { CARRY, REPORT, SAY, KEY } what;
    struct in_hand job;
    const char *state; /* of a report */
    char text[64];     /* of what somebody says */
    int option;        /* that it means; 0: nothing */
    char uid[24];
};

struct tower {
    const char *name;
    bool up, calls;
    time_ms back_at; /* TIME_NEVER: up */
    int generation;
};

struct town {
    struct world *world;
    struct model *model;
    struct random dice;
    uint64_t seed;
    struct doubt can;
    struct town_phone phones[MODEL_PHONES];
    int phone_count;
    char names[MODEL_CHILDREN][24];
    struct tower towers[TOWERS];
    struct happening *heap;
    size_t heap_count;
    uint64_t order;
    int rang, kills, crashes, jumps, taken;
    int head_phone;
    int64_t recalled[RECALLED_MAX]; /* of this turn */
    size_t recalled_count;
    uint8_t *rang_out; /* by message: a phone got it */
};

void town_open(struct town *town, uint64_t seed, bool verbose);
void town_close(struct town *town);
bool town_chance(struct town *town, unsigned permille);
time_ms town_within(struct town *town, time_ms from, time_ms to);

/* The gateways as the outbox is to know them; after each start. */
void town_gateways(struct town *town);
/* A job handed over after the commit. */
void town_hand_over(struct town *town, int tower, const struct job *job);
/* A gateway's process ends: what it has in hand may have rung, and nobody hears of it. */
void town_crash(struct town *town, int tower, time_ms down_for);
/* The gateway is there again: its doubts are settled. */
void town_ready(struct town *town, int tower);

time_ms town_next(const struct town *town);
/* The next happening that is due, taken off the heap; false when there is none. town_put() puts one (back). */
bool town_take(struct town *town, struct happening *out);
void town_put(struct town *town, const struct happening *h);
/* It comes to the daemon inside this turn; and, once that is committed, the model hears of it. */
bool town_tell(struct town *town, struct happening *h);
void town_told(struct town *town, const struct happening *h);
int town_phone_of(const struct town *town, const char *e164);

#endif
