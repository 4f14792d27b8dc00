/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message has ended without success: a call is made again within its step, or the branch whose step nobody can answer
 * any more moves on at once. A message may stand for thousands of asks; they are gone through in slices.
 */
#include "engine/engine_internal.h"
#include "lib/memory.h"

/* A call that nobody took is made again within its step. */
static bool call_again(struct climb *c, const struct attempt *old, enum reason reason, int64_t *again)
{
    const int calls = old->step < (int)c->ladder.step_count ? c->ladder.steps[old->step].calls : 1;
    int64_t made;

    if (old->channel != CHANNEL_VOICE || (reason != REASON_BUSY && reason != REASON_NO_ANSWER) || old->n >= calls)
        return false;
    made = rung_call_again(c, old, *again);
    *again = made ? made : *again;
    return made != 0;
}

/* Such a ladder keeps its pause: no storm of calls to numbers that are all dead. */
static bool begins_again(const struct climb *c)
{
    const enum ladder_then then = ladder_then(&c->ladder);

    return then == LADDER_RESTARTS || (then == LADDER_ENDS && c->ask.urgent);
}

static bool all_ended(const struct climb *c)
{
    return c->ask.step >= (int)c->ladder.step_count && branch_last(c->engine->store, c->ask.id) == TIME_NEVER;
}

/* Nobody can answer what this step asked: its branch moves on. What is handed over and reaches nobody begins again. */
static void step_died(struct climb *c, const struct attempt *attempt)
{
    const int count = (int)c->ladder.step_count;
    const int branch = climb_branch_of(c, attempt->step);
    struct cursor at;

    if (!cursor_get(&at, c, branch) || attempt_alive(c->engine->store, c->ask.id, attempt->round, attempt->step))
        return;
    if (attempt->step == count) {
        if (c->ask.urgent && at.step == count && at.round == attempt->round + 1)
            climb_new_round(c, climb_pause(c));
        return;
    }
    if (at.round != attempt->round || at.step != ladder_next(&c->ladder, c->names[branch], attempt->step))
        return;
    if (at.step < count)
        climb_hasten(c, attempt->step);
    else if (!begins_again(c) && all_ended(c))
        climb_hasten(c, count);
}

static void one_ended(struct engine *engine, const struct attempt *attempt, enum reason reason, int64_t *again)
{
    struct climb c;

    ask_stop_waiting(engine->store, attempt->ask);
    if (!climb_begin(&c, engine, attempt->ask))
        return;
    if (c.ask.state == ASK_OPEN || (c.ask.state == ASK_WAITING && !c.ask.taken)) {
        if (!call_again(&c, attempt, reason, again))
            step_died(&c, attempt);
    }
    climb_end(&c);
}

/* The attempts after the cursor; true while there may be more. */
static bool slice(struct engine *engine, struct ending *e)
{
    struct attempt attempts[STEP];
    const size_t count = attempt_after(engine->store, e->message, e->cursor, attempts, COUNT(attempts));

    for (size_t i = 0; i < count; i++)
        one_ended(engine, &attempts[i], e->reason, &e->again);
    if (count)
        e->cursor = attempts[count - 1].id;
    return count == COUNT(attempts);
}

void engine_message_ended(struct engine *engine, int64_t message, enum message_state state, enum reason reason)
{
    struct ending e = { .message = message, .reason = reason };

    (void)state;
    if (slice(engine, &e))
        ending_put(engine->store, &e);
}

bool engine_end_slice(struct engine *engine)
{
    struct ending e;

    if (!ending_next(&e, engine->store))
        return false;
    if (slice(engine, &e))
        ending_put(engine->store, &e);
    else
        ending_end(engine->store, e.message);
    return true;
}
