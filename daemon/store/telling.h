/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers the facts for may_tell() (core/tell.h) from the store. */
#ifndef GREENLINE_STORE_TELLING_H
#define GREENLINE_STORE_TELLING_H

#include "core/tell.h"
#include "store/message.h"
#include "store/store.h"

/* What of the configuration may_tell() needs. */
struct telling_rules {
    struct zone zone;
    struct hours quiet;
    int per_line_day;
};

struct telling_case {
    enum kind kind;
    int64_t student; /* 0: about no child */
    int64_t person, line;
    enum channel channel;
    int64_t cause;   /* whose asks' state counts, and whose own talk does not make the line busy; 0 */
    int64_t reply;   /* what it answers; 0 */
    int64_t message; /* the row that is judged again: an earlier try of its own does not count for the cap; 0 */
};

struct verdict telling_decide(struct store *store, const struct telling_rules *rules, const struct telling_case *what,
                              time_ms now);

#endif
