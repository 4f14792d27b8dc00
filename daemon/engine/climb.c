/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The climb: a branch's next step fires when its time comes, at once when the step before reached nobody. After the last
 * step of all branches the ask ends at its due time, begins again, or is handed over to one person; an emergency never
 * ends in silence, whatever its ladder says. Whom a step means is rung.c, where a branch stands branch.c.
 */
#include <inttypes.h>
#include <string.h>

#include "engine/engine_internal.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/text.h"

static int count_of(const struct climb *c)
{
    return (int)c->ladder.step_count;
}

/* When the step was to fire: after downtime all steps of an alarm whose time has passed fire together. A routine question
 * counts from when it was really put. */
static time_ms fired(const struct climb *c, const struct cursor *at)
{
    const time_ms now = engine_now(c->engine);

    return c->ask.urgent && at->next_at < now ? at->next_at : now;
}

static enum ladder_then then(const struct climb *c)
{
    const enum ladder_then what = ladder_then(&c->ladder);

    return what == LADDER_ENDS && c->ask.urgent ? LADDER_RESTARTS : what;
}

/* When there is something to do after the last step of all branches. */
static time_ms end_time(const struct climb *c, bool reached)
{
    const time_ms now = engine_now(c->engine), due = c->ask.due > now ? c->ask.due : now;
    const time_ms pause = now + climb_pause(c);

    switch (then(c)) {
    case LADDER_ENDS:
        return reached || attempt_alive(c->engine->store, c->ask.id, -1, -1) ? due : now;
    case LADDER_HANDS_OVER:
        return reached ? pause : now;
    case LADDER_RESTARTS:
        return c->ask.urgent || pause < due ? pause : due;
    }
    return now;
}

/* A branch has fired its last step; the first one looks when all have. */
static void branch_ended(const struct climb *c, struct cursor *at, bool reached)
{
    const time_ms now = engine_now(c->engine);
    struct cursor first = *at;
    time_ms others;

    if (at->branch > 0) {
        at->next_at = TIME_NEVER;
        cursor_put(c, at);
        if (!cursor_get(&first, c, 0) || first.step < count_of(c))
            return;
    }
    others = branch_last(c->engine->store, c->ask.id);
    if (others != TIME_NEVER)
        first.next_at = others > now ? others : now + SECOND_MS;
    else
        first.next_at = end_time(c, reached);
    cursor_put(c, &first);
}

static void fire(struct climb *c, struct cursor *at)
{
    const bool reached = rung_ask(c, at->round, at->step);
    const int next = ladder_next(&c->ladder, c->names[at->branch], at->step);

    at->anchor = fired(c, at);
    at->step = next;
    if (next >= count_of(c)) {
        branch_ended(c, at, reached);
        return;
    }
    at->next_at = reached ? at->anchor + c->ladder.steps[next].after : engine_now(c->engine);
    cursor_put(c, at);
}

/* The ask's own end: silent until due, or nobody could be asked. */
static void end(const struct climb *c)
{
    struct store *store = c->engine->store;

    ask_move(store, c->ask.id, c->ask.state, attempt_reached(store, c->ask.id) ? ASK_EXPIRED : ASK_UNASKED);
    branch_stop(store, c->ask.id);
    talk_wake_lines(store, c->ask.id, engine_now(c->engine));
}

static void begin_again(const struct climb *c, const struct cursor *at, time_ms wait)
{
    if (c->ask.urgent && !attempt_made(c->engine->store, c->ask.id, at->round))
        engine_alarm_nobody(c->engine, &c->cause);
    climb_new_round(c, wait);
}

/* An emergency again and again, until it is taken; another question once, then it waits for its due time. */
static void hand_over(struct climb *c, struct cursor *at)
{
    const time_ms now = engine_now(c->engine);

    if (!rung_ask(c, at->round, count_of(c))) {
        log_notice("ask %" PRId64 ": handed over to %s, who cannot be reached: it begins again", c->ask.id,
                   c->ladder.then);
        begin_again(c, at, climb_pause(c));
        return;
    }
    at->anchor = now;
    if (c->ask.urgent) {
        at->round++;
        at->next_at = now + climb_pause(c);
    } else {
        at->step = count_of(c) + 1;
        at->next_at = c->ask.due > now ? c->ask.due : now;
    }
    cursor_put(c, at);
}

/* A question that is no alarm: its time has passed, or nothing is out that may still bring an answer. */
static bool over(const struct climb *c, const struct cursor *at)
{
    return c->ask.due <= engine_now(c->engine) ||
           (at->step == count_of(c) && then(c) == LADDER_ENDS && !attempt_alive(c->engine->store, c->ask.id, -1, -1));
}

/* What comes after the last step. */
static void look(struct climb *c, struct cursor *at)
{
    const time_ms now = engine_now(c->engine), others = branch_last(c->engine->store, c->ask.id);

    if (others != TIME_NEVER) {
        at->next_at = others > now ? others : now + SECOND_MS;
        cursor_put(c, at);
    } else if (!c->ask.urgent && over(c, at)) {
        end(c);
    } else if (at->step > count_of(c) || then(c) == LADDER_ENDS) {
        ask_set_next(c->engine->store, c->ask.id, c->ask.due); /* one phone is out; another may still answer */
    } else if (then(c) == LADDER_HANDS_OVER) {
        hand_over(c, at);
    } else {
        begin_again(c, at, 0);
    }
}

/* Why the branch may not go on now, as the time at which it is looked at again; 0: it may. */
static time_ms held_until(const struct climb *c)
{
    const time_ms now = engine_now(c->engine);

    if (strcmp(c->cause.state, "open") != 0)
        return now + MINUTE_MS;
    if (c->ask.state == ASK_WAITING && !c->ask.taken)
        return now + MINUTE_MS; /* a branch beside one that waits for the morning */
    if (c->ask.state != ASK_OPEN)
        return TIME_NEVER;
    return taking_covers(c->engine->store, c->cause.id, c->ask.id) ? now + SECOND_MS : 0;
}

void engine_climb(struct engine *engine, int64_t id, int branch)
{
    struct climb c;
    struct cursor at;

    if (!climb_begin(&c, engine, id))
        return;
    if (cursor_get(&at, &c, branch)) {
        const time_ms held = held_until(&c);

        if (held) {
            at.next_at = held;
            cursor_put(&c, &at);
        } else if (at.step < count_of(&c)) {
            fire(&c, &at);
        } else if (branch == 0) {
            look(&c, &at);
        } else {
            at.next_at = TIME_NEVER;
            cursor_put(&c, &at);
        }
    }
    climb_end(&c);
}

int64_t engine_open_ask(struct engine *engine, const struct cause *cause, struct ask *ask)
{
    const time_ms now = engine_now(engine);
    struct ladder ladder;
    const char *names[LADDER_BRANCHES_MAX];
    size_t count;
    int64_t id;

    ladder_parse(&ladder, cause->ladder);
    count = ladder_branches(&ladder, names);
    ask->state = ASK_OPEN;
    ask->urgent = cause->lane == LANE_EMERGENCY;
    ask->step = ladder_next(&ladder, names[0], -1);
    ask->anchor = now;
    ask->next_at = now + ladder.steps[ask->step].after;
    id = ask_put(engine->store, ask);
    for (size_t b = 1; id && b < count; b++) {
        const int step = ladder_next(&ladder, names[b], -1);

        branch_put(engine->store, &(struct branch){ .ask = id,
                                                    .branch = (int)b,
                                                    .step = step,
                                                    .urgent = ask->urgent,
                                                    .anchor = now,
                                                    .next_at = now + ladder.steps[step].after });
        if (ladder.steps[step].after <= 0)
            engine_climb(engine, id, (int)b);
    }
    if (id && ask->next_at <= now)
        engine_climb(engine, id, 0);
    ladder_free(&ladder);
    return id;
}
