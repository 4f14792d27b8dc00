/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the gateways can carry the ladders: what a program announces (its channels, whether it takes free text, the
 * provider's limit of calls to one number) against what a ladder asks of it. Cloud telephony allows some five calls an
 * hour to one number, failed ones included; a ladder that goes on until somebody answers needs a second way beside it.
 *
 * Pure: who knows the programs fills `struct carrier`. Each mistake is one line, FILE:LINE: what: mend. Counted are the
 * calls that nobody takes, at the pace of the ladder; a step that moves on early is not foreseen.
 */
#ifndef GREENLINE_CONFIG_CARRY_H
#define GREENLINE_CONFIG_CARRY_H

#include "config/config.h"

/* As the climb waits (ENGINE_AGAIN_MS and so on; daemon/checks.c holds them equal). */
#define CARRY_AGAIN_MS (2 * MINUTE_MS)
#define CARRY_AGAIN_URGENT_MS (30 * SECOND_MS)
#define CARRY_PAUSE_LEAST_MS (5 * MINUTE_MS)

enum { CARRIER_LIMITS_MAX = 8 };

/* A gateway as configured and announced; all borrowed. */
struct carrier {
    const char *name;
    const char *const *channels; /* NULL-terminated: configured and announced */
    const char *const *prefixes;
    bool free_text;
    struct {
        int n;
        time_ms ms; /* at most n calls to one number in any ms */
    } limits[CARRIER_LIMITS_MAX];
    size_t limit_count;
};

/* The limits of a `ready` line's "caps"; what has another form is left out. */
void carrier_take_caps(struct carrier *out, const json_t *caps);

/* Adds a line for each ladder of the configuration that the carriers cannot carry. */
void config_check_carry(const struct config *config, const struct carrier *carriers, size_t count,
                        struct mistakes *mistakes);

/* The same for one ladder; whether the carriers can carry it. */
bool config_carries(const struct config_ladder *ladder, const struct carrier *carriers, size_t count,
                    struct mistakes *mistakes);

#endif
