/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Randomness is a parameter: the daemon seeds from the system, the simulation and the tests from a number, so that a
 * run can be played again. Not for secrets (those come from libsodium).
 */
#ifndef GREENLINE_LIB_RANDOM_H
#define GREENLINE_LIB_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state;
};

struct random random_from_seed(uint64_t seed);
struct random random_from_system(void);
/* splitmix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators"). */
uint64_t random_next(struct random *random);
/* Uniform in 0 … bound-1; bound > 0. */
uint64_t random_below(struct random *random, uint64_t bound);

#endif
