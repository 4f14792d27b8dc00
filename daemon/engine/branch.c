/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an ask stands on its ladder. Branches run beside each other, each with a place of its own: the first one's is in
 * the ask's row, the others' in the table `branch`. Whoever changes a place does it here.
 */
#include <string.h>

#include "engine/engine_internal.h"

bool climb_begin(struct climb *out, struct engine *engine, int64_t ask)
{
    *out = (struct climb){ .engine = engine };
    if (!ask_get(&out->ask, engine->store, ask) || !cause_get(&out->cause, engine->store, out->ask.cause)) {
        ask_free(&out->ask);
        return false;
    }
    ladder_parse(&out->ladder, out->cause.ladder);
    out->branch_count = ladder_branches(&out->ladder, out->names);
    return true;
}

void climb_end(struct climb *c)
{
    ladder_free(&c->ladder);
    cause_free(&c->cause);
    ask_free(&c->ask);
}

bool cursor_get(struct cursor *out, const struct climb *c, int branch)
{
    struct branch row;

    if (branch == 0) {
        *out = (struct cursor){ 0, c->ask.round, c->ask.step, c->ask.anchor, c->ask.next_at };
        return true;
    }
    if (branch >= (int)c->branch_count || !branch_get(&row, c->engine->store, c->ask.id, branch))
        return false;
    *out = (struct cursor){ branch, row.round, row.step, row.anchor, row.next_at };
    return true;
}

void cursor_put(const struct climb *c, const struct cursor *at)
{
    if (at->branch == 0)
        ask_set_step(c->engine->store, c->ask.id, at->round, at->step, at->anchor, at->next_at);
    else
        branch_put(c->engine->store, &(struct branch){ .ask = c->ask.id,
                                                       .branch = at->branch,
                                                       .urgent = c->ask.urgent,
                                                       .round = at->round,
                                                       .step = at->step,
                                                       .anchor = at->anchor,
                                                       .next_at = at->next_at });
}

int climb_branch_of(const struct climb *c, int step)
{
    for (size_t b = 1; b < c->branch_count && step < (int)c->ladder.step_count; b++)
        if (strcmp(c->names[b], c->ladder.steps[step].branch) == 0)
            return (int)b;
    return 0;
}

time_ms climb_pause(const struct climb *c)
{
    const time_ms last = ladder_last_after(&c->ladder);

    return last > ENGINE_PAUSE_LEAST_MS ? last : ENGINE_PAUSE_LEAST_MS;
}

void climb_new_round(const struct climb *c, time_ms wait)
{
    const time_ms now = engine_now(c->engine);
    struct cursor at;

    for (int b = 0; b < (int)c->branch_count; b++) {
        if (!cursor_get(&at, c, b))
            continue;
        at.round++;
        at.step = ladder_next(&c->ladder, c->names[b], -1);
        at.anchor = now + wait;
        at.next_at = now + wait + c->ladder.steps[at.step].after;
        cursor_put(c, &at);
    }
}

/* When the step that a branch stands at fires, as far as that is its own business. */
static time_ms planned(const struct climb *c, const struct cursor *at)
{
    const time_ms now = engine_now(c->engine);

    if (at->step >= (int)c->ladder.step_count)
        return at->branch == 0 ? now : TIME_NEVER;
    return at->anchor != TIME_NEVER && at->anchor + c->ladder.steps[at->step].after > now
               ? at->anchor + c->ladder.steps[at->step].after
               : now;
}

void climb_rewind(const struct climb *c)
{
    struct cursor at;

    for (int b = 0; b < (int)c->branch_count; b++) {
        const char *name = c->names[b];
        int before;

        if (!cursor_get(&at, c, b))
            continue;
        before = ladder_before(&c->ladder, name, at.step);
        if (before >= 0 || at.step >= (int)c->ladder.step_count) {
            struct attempt last;

            /* what was handed over is handed over again */
            if (b > 0 || !attempt_last(&last, c->engine->store, c->ask.id, 0) || last.step < (int)c->ladder.step_count)
                at.step = before >= 0 ? before : ladder_next(&c->ladder, name, -1);
            else
                at.step = (int)c->ladder.step_count;
            at.round++;
            at.next_at = engine_now(c->engine);
        } else {
            at.next_at = planned(c, &at);
        }
        cursor_put(c, &at);
    }
}

void climb_resume(const struct climb *c, time_ms first)
{
    struct cursor at;

    for (int b = 0; b < (int)c->branch_count; b++) {
        if (!cursor_get(&at, c, b))
            continue;
        at.next_at = b == 0 && first != TIME_NEVER ? first : planned(c, &at);
        cursor_put(c, &at);
    }
}

bool climb_hasten(const struct climb *c, int step)
{
    const time_ms now = engine_now(c->engine);
    struct cursor at;

    if (!cursor_get(&at, c, climb_branch_of(c, step)) || at.next_at == TIME_NEVER || at.next_at <= now)
        return false;
    at.next_at = now;
    cursor_put(c, &at);
    return true;
}
