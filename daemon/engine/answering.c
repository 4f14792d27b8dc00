/* SPDX-License-Identifier: Apache-2.0 */
/* Answers: stored, folded into the ask's outcome, and what follows from it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/fold.h"
#include "engine/engine_internal.h"
#include "lib/memory.h"
#include "store/line.h"

struct folding {
    struct engine *engine;
    const struct ask *ask;
    const char *required; /* "any", "all" or "role:R" of the step asked last */
    struct fold_state state;
    int64_t taken_by;
};

/* On a phone of several persons an answer belongs to the line; it fills a required role only if everybody there has it. */
static bool fills(const struct folding *f, const struct answer_row *row)
{
    const time_ms now = engine_now(f->engine);
    const char *role = f->required + strlen("role:");

    if (strncmp(f->required, "role:", 5) != 0 || row->by)
        return true;
    return line_holds_role(f->engine->store, row->line, row->person, role, now);
}

static void add(void *arg, const struct answer_row *row)
{
    struct folding *f = arg;
    const bool before = f->state.settled;

    fold_add(&f->state, row->class, row->has_value, row->value, fills(f, row));
    if (!before && f->state.settled)
        f->taken_by = row->person ? row->person : line_only_person(f->engine->store, row->line);
}

static void fold(struct folding *f, struct engine *engine, const struct ask *ask)
{
    struct cause cause = { 0 };
    struct ladder ladder = { 0 };

    *f = (struct folding){ .engine = engine, .ask = ask, .required = "any", .state = fold_begin(ask->kind) };
    if (cause_get(&cause, engine->store, ask->cause)) {
        ladder_parse(&ladder, cause.ladder);
        if (ladder.step_count)
            f->required = ladder.steps[((size_t)ask->step + ladder.step_count - 1) % ladder.step_count].answer;
        answer_each(engine->store, ask->id, add, f);
    }
    f->required = NULL;
    ladder_free(&ladder);
    cause_free(&cause);
}

/* A settled ask climbs no more: what still waits for it is dropped by the claim (may_tell: settled). */
static void settle(struct engine *engine, const struct ask *ask, const struct folding *f)
{
    const bool late = ask->state == ASK_EXPIRED || ask->state == ASK_UNASKED;

    if (ask->state == ASK_ANSWERED || ask->state == ASK_CANCELLED)
        return;
    if (late && (!kind_row(ask->kind)->late_taken || engine_now(engine) > ask->grace))
        return;
    ask_move(engine->store, ask->id, ask->state, ASK_ANSWERED);
    if (kind_row(ask->kind)->fold == FOLD_FIRST && f->taken_by)
        ask_set_taken(engine->store, ask->id, f->taken_by);
    talk_wake_lines(engine->store, ask->id, engine_now(engine));
}

/* "Nobody knows" after "he is here": an alarm whose worst answer counts climbs again. */
static bool contradicts(const struct ask *ask)
{
    return kind_row(ask->kind)->lane == LANE_EMERGENCY && kind_row(ask->kind)->fold == FOLD_WORST;
}

/* A contradicted ask climbs again at once; one whose answer was withdrawn waits for another until its due time. */
static void reopen(struct engine *engine, const struct ask *ask, bool withdrawn)
{
    const time_ms now = engine_now(engine);

    ask_move(engine->store, ask->id, ASK_ANSWERED, ASK_OPEN);
    ask_set_next(engine->store, ask->id, withdrawn && ask->due > now ? ask->due : now);
}

bool engine_answer(struct engine *engine, const struct answer_row *row)
{
    struct ask ask = { 0 };
    struct folding f;
    bool changed = false;

    if (!ask_get(&ask, engine->store, row->ask))
        return false;
    answer_put(engine->store, row, engine_now(engine));
    fold(&f, engine, &ask);
    changed = strcmp(ask.outcome, f.state.outcome) != 0;
    if (changed)
        ask_set_outcome(engine->store, ask.id, f.state.outcome, f.state.value, f.state.has_value);
    if (f.state.settled)
        settle(engine, &ask, &f);
    else if (ask.state == ASK_ANSWERED && (row->withdraws || contradicts(&ask)))
        reopen(engine, &ask, row->withdraws != 0);
    else if (f.state.climb && (ask.state == ASK_OPEN || ask.state == ASK_WAITING))
        ask_set_next(engine->store, ask.id, engine_now(engine));
    ask_free(&ask);
    return changed;
}

bool engine_cancel_ask(struct engine *engine, int64_t id, struct error *err)
{
    struct ask ask = { 0 };
    bool done = false;

    if (!ask_get(&ask, engine->store, id))
        return error_set(err, "ask %" PRId64 ": there is none: see `greenline ask list`", id);
    done = (ask.state == ASK_OPEN || ask.state == ASK_WAITING) && ask_move(engine->store, id, ask.state, ASK_CANCELLED);
    if (done)
        talk_wake_lines(engine->store, id, engine_now(engine));
    else
        error_set(err, "ask %" PRId64 ": is %s already", id, ask_state_name(ask.state));
    ask_free(&ask);
    return done;
}

bool engine_close_alert(struct engine *engine, int64_t cause, const char *outcome, const char *by, struct error *err)
{
    if (!cause_is_alert(engine->store, cause))
        return error_set(err, "alert %" PRId64 ": there is none: see `greenline alert list`", cause);
    if (!outcome || !outcome[0])
        return error_set(err, "alert %" PRId64 ": say how it ended: --outcome \"found at his aunt's\"", cause);
    ask_close_all(engine->store, cause, outcome, by, engine_now(engine));
    cause_move(engine->store, cause, "open", "done");
    return true;
}
