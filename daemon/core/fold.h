/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outcome of an ask is a fold over its answers in order of receipt, by the policy of its kind (DESIGN.md,
 * "Answers"). Pure: rows in, outcome out.
 */
#ifndef GREENLINE_CORE_FOLD_H
#define GREENLINE_CORE_FOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/kind.h"

struct fold_state {
    enum kind kind;
    const char *outcome; /* "", or a word of the answers below; static */
    bool has_value;
    int64_t value;
    int weight;   /* of the outcome, for "worst wins" */
    bool settled; /* somebody's answer is enough: the ask need not climb */
    bool climb;   /* the answer says "go on at once" */
};

/* Begins a fold for asks of this kind. */
struct fold_state fold_begin(enum kind kind);
/* The next answer; `class` is a name of core/answer.h or "received". `by_required`: whoever gave it may settle an
 * emergency (the required role, or anybody where the step says "any"). */
void fold_add(struct fold_state *fold, const char *class, bool has_value, int64_t value, bool by_required);

#endif
