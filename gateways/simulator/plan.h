/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What will become of one job: how the hand-over ends, what report comes and what the phone does, each with its time.
 * Pure and repeatable: the same script, seed and job give the same plan, so that after a kill the simulator makes it
 * anew from the ledger. Texts in a plan are borrowed from the script.
 */
#ifndef GREENLINE_GATEWAYS_SIMULATOR_PLAN_H
#define GREENLINE_GATEWAYS_SIMULATOR_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "gateways/common/gateway.h"
#include "gateways/simulator/script.h"
#include "lib/clock.h"

enum {
    PLAN_DIGITS_MAX = 64,                  /* keys of one call */
    PLAN_EVENTS_MAX = SCRIPT_GROUP_MAX + 2 /* a report (twice), and what each line does */
};

/* The usual times, on the clock of hello. */
#define PLAN_REPLY_MS MINUTE_MS       /* until a reply or a missed call */
#define PLAN_KEY_MS (10 * SECOND_MS)  /* until a key is pressed */
#define PLAN_RING_MS (30 * SECOND_MS) /* until a call counts as not answered */
#define PLAN_CALL_MS (20 * SECOND_MS) /* the length of an answered call without keys */
#define PLAN_LATE_MS HOUR_MS          /* until a late report */

enum handover { HANDOVER_ACCEPT, HANDOVER_REFUSE, HANDOVER_UNKNOWN, HANDOVER_DIE };

struct plan_event {
    time_ms after;     /* since the hand-over */
    const char *state; /* a status: its state; NULL: a reply */
    const char *code;  /* of a status, or NULL */
    int seconds;       /* of a call, or -1 */
    bool first;        /* a status said before `accepted` */
    bool keys;         /* a status that carries the plan's digits */
    const char *text;  /* of a reply, NULL: a missed call */
    const char *from;  /* who replies */
};

struct plan {
    enum handover handover;
    bool reaches; /* the phone gets it: the ledger has a line */
    enum gateway_refusal refusal;
    const char *code; /* of a refusal */
    char digits[PLAN_DIGITS_MAX + 1];
    struct plan_event events[PLAN_EVENTS_MAX];
    size_t count;
};

struct plan_job {
    const char *id, *number;
    bool voice;
    int nth;   /* this is the nth hand-over to that number, from 1 */
    int tries; /* hand-overs of this id before */
};

void plan_make(struct plan *out, const struct script *script, const struct plan_job *job, time_ms delay);

#endif
