/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a gateway that says it is well is well: its own text that does not come back, a signal too weak, no answers where
 * answers are usual, and one that is down for long. Pure: told what happens and when, asked what is wrong. All times are the
 * store's clock. It forgets with the process what is usual, and learns it again.
 */
#ifndef GREENLINE_GATEWAY_VIGIL_H
#define GREENLINE_GATEWAY_VIGIL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/clock.h"
#include "lib/zone.h"

#define VIGIL_PROBE_MS (10 * MINUTE_MS) /* the text must be back by then */
#define VIGIL_WEAK_MS (10 * MINUTE_MS)  /* weak for so long is weak */
#define VIGIL_DOWN_MS (5 * MINUTE_MS)
#define VIGIL_SILENT_MS (3 * HOUR_MS) /* that people may take to answer */

enum {
    VIGIL_LEARN = 20,  /* replies from which on it is known what is usual */
    VIGIL_LEAST = 30,  /* questions without an answer that are not silence yet */
    VIGIL_USUAL = 10,  /* times as many questions as one answer usually takes are silence */
    VIGIL_MEMORY = 500 /* replies; older ones count half */
};

enum vigil_trouble { VIGIL_DOWN, VIGIL_LOST, VIGIL_WEAK, VIGIL_SILENT, VIGIL_TROUBLES };

struct vigil_rules {
    bool probe;
    int probe_at_min; /* of the day */
    struct zone zone;
    int signal_below; /* dBm; 0: none is too weak */
};

struct vigil {
    time_ms probe_for, probe_sent; /* the time of day that the last text was for, and when it went; 0: none */
    bool probe_back;
    time_ms down_since, weak_since, silent_since; /* 0: not */
    int64_t asked, heard;                         /* questions up to the last reply, and replies */
    int64_t unheard;                              /* questions since */
    bool trouble[VIGIL_TROUBLES];
};

/* The time of day for which a text is due now; 0: none is. */
time_ms vigil_probe_due(const struct vigil *vigil, const struct vigil_rules *rules, time_ms now);
void vigil_probe_sent(struct vigil *vigil, time_ms due, time_ms now);
void vigil_probe_back(struct vigil *vigil);

/* What happens: `signal` INT64_MIN: not known; `questions`: what may be answered was handed over. */
void vigil_state(struct vigil *vigil, bool up, time_ms now);
void vigil_signal(struct vigil *vigil, const struct vigil_rules *rules, int64_t signal, time_ms now);
void vigil_asked(struct vigil *vigil, int64_t questions, time_ms now);
void vigil_heard(struct vigil *vigil);

/* Brings `trouble` up to date; bit n is set where trouble n is new. */
unsigned vigil_look(struct vigil *vigil, const struct vigil_rules *rules, time_ms now);

#endif
