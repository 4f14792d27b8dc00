/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the clock of the machine can be believed. A clock that shows a time before the last one stored, or before the
 * program was built, is wrong: routine work is held until it is right or a person confirms it; emergencies go. A clock
 * that no time server steers is only doubted: it is said, and nothing is held. Pure: the times are given.
 */
#ifndef GREENLINE_CORE_TRUST_H
#define GREENLINE_CORE_TRUST_H

#include <stdbool.h>

#include "lib/clock.h"
#include "lib/zone.h"

#define TRUST_SLACK_MS MINUTE_MS   /* a step back by a time server that is no reason to worry */
#define TRUST_LEAP_MS (7 * DAY_MS) /* a jump within one life that is worth a word */

enum trust {
    TRUST_GOOD,
    TRUST_UNSYNCHRONISED,   /* no time server steers it */
    TRUST_LEAPT,            /* it jumped far ahead while running */
    TRUST_BEFORE_LAST_SEEN, /* before the last time stored */
    TRUST_BEFORE_BUILD,
    TRUSTS
};

struct trust_signs {
    time_ms now;
    time_ms last_seen; /* the last time stored; TIME_NEVER: a new store */
    time_ms build;     /* when the program was built; TIME_NEVER: unknown */
    time_ms
        confirmed; /* the time up to which a person confirmed the clock: nothing before it is held; TIME_NEVER: none */
    time_ms leapt; /* how far the last jump while running went, ahead or back; 0: none */
    bool synchronised; /* adjtimex(2): not STA_UNSYNC */
    bool knows_sync;   /* false: the system did not tell (a container) */
};

/* The gravest sign. */
enum trust trust_judge(const struct trust_signs *signs);
/* "good", "unsynchronised", "leapt", "before_last_seen", "before_build". */
const char *trust_name(enum trust trust);
/* Whether routine work waits. */
bool trust_holds(enum trust trust);

enum { TRUST_TEXT_MAX = 400 };
/* One sentence, and how to mend it, in "zh" or "en"; "" for a good clock. */
void trust_sentence(char out[static TRUST_TEXT_MAX], enum trust trust, const struct trust_signs *signs,
                    struct zone zone, const char *language);

#endif
