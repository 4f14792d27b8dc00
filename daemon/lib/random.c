/* SPDX-License-Identifier: Apache-2.0 */
/* A seeded random source; see random.h. */
#include "lib/random.h"

#include <stdlib.h>
#include <sys/random.h>

struct random random_from_seed(uint64_t seed)
{
    return (struct random){ .state = seed };
}

struct random random_from_system(void)
{
    struct random random;

    if (getrandom(&random.state, sizeof random.state, 0) != (ssize_t)sizeof random.state)
        abort();
    return random;
}

uint64_t random_next(struct random *random)
{
    uint64_t z = (random->state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t random_below(struct random *random, uint64_t bound)
{
    return random_next(random) % bound;
}
