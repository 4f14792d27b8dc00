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
    bool final;   /* somebody's answer is all that was wanted */
    bool taken;   /* somebody takes it; the outcome is still to be given by a person (kind row: takes) */
    bool settled; /* one of the two: the ask need not climb */
    bool climb;   /* the last answer says "go on at once" */
};

/* Begins a fold for asks of this kind. */
struct fold_state fold_begin(enum kind kind);
/* The next answer; `class` is a name of core/answer.h, "received", "take" (staff take it) or "pass" (cannot, ask the
 * next). `by_required`: it fills what its step demands of an answer (the role, or anybody where it says "any"). */
void fold_add(struct fold_state *fold, const char *class, bool has_value, int64_t value, bool by_required);

#endif
