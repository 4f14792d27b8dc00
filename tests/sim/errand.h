/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routine messages of a term, by the number in their text: nobody is woken by one, and what waited for its window (the
 * night, the cap, another question on the line) came all the same, across midnight and restarts.
 */
#ifndef GREENLINE_TESTS_SIM_ERRAND_H
#define GREENLINE_TESTS_SIM_ERRAND_H

#include "lib/zone.h"
#include "sim/model.h"

enum { ERRANDS_MAX = 32 };

struct errand {
    time_ms opened, from, by; /* its window opens; it is there at the latest */
    bool seen[MODEL_PHONES];
};

struct errands {
    struct errand all[ERRANDS_MAX];
    int count;
};

/* To every guardian; `waits`: how long another question may have the line. */
void errand_open(struct errands *errands, int number, time_ms now, struct zone zone, time_ms waits);
void errand_job(struct errands *errands, const struct model_job *job, time_ms now, struct zone zone,
                struct model *model);
/* When all is over. */
void errand_judge(const struct errands *errands, struct model *model);

#endif
