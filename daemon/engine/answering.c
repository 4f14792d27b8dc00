/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers: stored, folded into the ask's outcome, and what follows from it. Each is judged by what the step demanded that
 * asked its line last. Nothing is acknowledged by a guess, and what a person has closed is opened by no later "1".
 */
#include <inttypes.h>
#include <string.h>

#include "core/fold.h"
#include "engine/alerting.h"
#include "engine/engine_internal.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/line.h"

enum { ANSWERS_MAX = 128, LINES_MAX = 64 };

/* One answer that counts. */
struct counted {
    int64_t id, line, person;
    bool staff, has_value;
    int64_t value;
    char class[24];
};

struct folding {
    const struct climb *climb;
    struct counted rows[ANSWERS_MAX]; /* in order of receipt; of more, the last */
    size_t count;
    struct fold_state state;
};

static void collect(void *arg, const struct answer_row *row)
{
    struct folding *f = arg;
    struct counted *c;

    if (f->count == ANSWERS_MAX)
        memmove(f->rows, f->rows + 1, --f->count * sizeof *f->rows);
    c = &f->rows[f->count++];
    *c = (struct counted){ .id = row->id,
                           .line = row->line,
                           .person = row->person,
                           .staff = row->by != NULL,
                           .has_value = row->has_value,
                           .value = row->value };
    strncat(c->class, row->class, sizeof c->class - 1);
}

/* Whether an answer of this class is enough by itself. */
static bool is_enough(enum kind kind, const char *class)
{
    struct fold_state alone = fold_begin(kind);

    fold_add(&alone, class, false, 0, true);
    return alone.settled;
}

static bool line_agrees(const struct folding *f, int64_t line)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->rows[i].line == line && is_enough(f->climb->ask.kind, f->rows[i].class))
            return true;
    return false;
}

/* "all": every line that the step asked has said enough. */
static bool all_agree(const struct folding *f, const struct attempt *asked)
{
    int64_t lines[LINES_MAX];
    const size_t count = attempt_lines(f->climb->engine->store, asked, lines, COUNT(lines));

    for (size_t i = 0; i < count; i++)
        if (!line_agrees(f, lines[i]))
            return false;
    return count > 0;
}

/* What the step demanded that asked this line last, or, of a line that none asked, the last step of all. On a phone of
 * several persons an answer belongs to the line; it fills a role only if everybody there has it. */
static bool fills(const struct folding *f, const struct counted *row)
{
    const struct climb *c = f->climb;
    struct attempt asked;
    const char *required;

    if (row->staff || (!attempt_last(&asked, c->engine->store, c->ask.id, row->line) &&
                       !attempt_last(&asked, c->engine->store, c->ask.id, 0)))
        return true;
    required = asked.step < (int)c->ladder.step_count ? c->ladder.steps[asked.step].answer : "any";
    if (strcmp(required, "all") == 0)
        return all_agree(f, &asked);
    return !text_starts(required, "role:") ||
           line_holds_role(c->engine->store, row->line, row->person, required + strlen("role:"), engine_now(c->engine));
}

/* Declined is an ask only when everybody who was asked said so; else its outcome stays what it was. */
static void weigh_declined(struct folding *f)
{
    const struct climb *c = f->climb;
    int64_t lines[LINES_MAX];
    const struct attempt any = { .ask = c->ask.id, .round = -1, .step = -1 };
    const size_t count = attempt_lines(c->engine->store, &any, lines, COUNT(lines));

    if (strcmp(f->state.outcome, "declined") != 0)
        return;
    for (size_t i = 0; i < count; i++)
        if (!answer_declined(c->engine->store, c->ask.id, lines[i])) {
            f->state.outcome = "";
            return;
        }
}

static void fold(struct folding *f, const struct climb *climb)
{
    *f = (struct folding){ .climb = climb, .state = fold_begin(climb->ask.kind) };
    answer_each(climb->engine->store, climb->ask.id, collect, f);
    for (size_t i = 0; i < f->count; i++)
        fold_add(&f->state, f->rows[i].class, f->rows[i].has_value, f->rows[i].value, fills(f, &f->rows[i]));
    weigh_declined(f);
}

static bool store_outcome(const struct climb *c, const struct fold_state *state)
{
    if (strcmp(c->ask.outcome, state->outcome) == 0)
        return false;
    ask_set_outcome(c->engine->store, c->ask.id, state->outcome, state->value, state->has_value);
    return true;
}

/* Whether an answer takes the ask and leaves the outcome to be given. */
static bool is_taking(enum kind kind, const char *class)
{
    struct fold_state alone = fold_begin(kind);

    fold_add(&alone, class, false, 0, true);
    return alone.taken;
}

void engine_withdraw_taking(struct engine *engine, const struct ask *ask, int64_t line, const char *via)
{
    struct climb c;
    struct folding f;

    if (!climb_begin(&c, engine, ask->id))
        return;
    fold(&f, &c);
    for (size_t i = 0; i < f.count; i++)
        if (is_taking(ask->kind, f.rows[i].class) && (!line || f.rows[i].line == line))
            answer_put(engine->store,
                       &(struct answer_row){ .ask = ask->id,
                                             .line = f.rows[i].line,
                                             .class = "withdrawn",
                                             .withdraws = f.rows[i].id,
                                             .via = via },
                       engine_now(engine));
    fold(&f, &c);
    store_outcome(&c, &f.state);
    climb_end(&c);
}

/* "Nobody knows" after "he is here": an alarm whose worst answer counts climbs again. */
static bool contradicts(const struct ask *ask)
{
    return ask->urgent && kind_row(ask->kind)->fold == FOLD_WORST;
}

/* A contradicted ask climbs again at once; one whose answer was withdrawn waits for another until its due time. */
static void reopen(const struct climb *c, bool withdrawn)
{
    const time_ms now = engine_now(c->engine);

    ask_reopen(c->engine->store, c->ask.id);
    if (!withdrawn)
        climb_resume(c, now);
    else
        climb_resume(c, c->ask.urgent ? TIME_NEVER : c->ask.due > now ? c->ask.due : now);
}

/* Whoever took it cannot after all. */
static bool gives_back(const struct ask *ask, const struct answer_row *row)
{
    const bool theirs = row->line ? row->line == ask->acked_line : row->by != NULL; /* staff speak for whoever it is */

    return ask->taken && theirs && (strcmp(row->class, "pass") == 0 || strcmp(row->class, "no") == 0);
}

/* Somebody else has taken it as well: it is theirs now. */
static bool taken_by_another(const struct climb *c)
{
    struct ask ask = { 0 };
    struct folding f;
    bool taken = false;

    fold(&f, c);
    for (size_t i = f.count; i-- > 0 && !taken;)
        if (is_taking(c->ask.kind, f.rows[i].class) && fills(&f, &f.rows[i]) &&
            ask_get(&ask, c->engine->store, c->ask.id)) {
            engine_settle(c->engine, &ask,
                          &(struct answer_row){ .ask = ask.id, .line = f.rows[i].line, .person = f.rows[i].person },
                          false);
            taken = true;
        }
    ask_free(&ask);
    return taken;
}

/* Whether the branch waits for what this step asked; when the next one has been asked, it need not hurry. */
static bool is_last(const struct climb *c, const struct attempt *asked)
{
    const int count = (int)c->ladder.step_count, branch = climb_branch_of(c, asked->step);
    struct cursor at;

    if (!cursor_get(&at, c, branch))
        return false;
    if (asked->step >= count)
        return at.step == count && at.round == asked->round + 1;
    return at.round == asked->round && at.step == ladder_next(&c->ladder, c->names[branch], asked->step);
}

/* "Cannot, ask the next": the branch that asked this line moves on now. */
static void climb_now(const struct climb *c, const struct answer_row *row)
{
    struct attempt asked = { .step = 0 };

    if (!attempt_last(&asked, c->engine->store, c->ask.id, row->line) || is_last(c, &asked))
        climb_hasten(c, asked.step);
}

static void follow(struct climb *c, const struct answer_row *row, const struct fold_state *state)
{
    const struct ask *ask = &c->ask;
    const bool over = ask->state == ASK_ANSWERED || ask->taken;

    if (ask->closed)
        return;
    if (gives_back(ask, row)) {
        engine_withdraw_taking(c->engine, ask, row->line, row->via);
        ask_reopen(c->engine->store, ask->id);
        if (!taken_by_another(c))
            climb_resume(c, engine_now(c->engine));
    } else if (state->settled) {
        engine_settle(c->engine, ask, row, state->final);
    } else if (over && (row->withdraws || contradicts(ask))) {
        reopen(c, row->withdraws != 0);
    } else if (state->climb && !over && (ask->state == ASK_OPEN || ask->state == ASK_WAITING)) {
        climb_now(c, row);
    }
}

bool engine_answer(struct engine *engine, const struct answer_row *given)
{
    struct climb c;
    struct folding f;
    struct answer_row row = *given;
    bool changed;

    if (!climb_begin(&c, engine, row.ask))
        return false;
    if (row.by && strcmp(row.class, "ack") == 0 && kind_row(c.ask.kind)->takes)
        row.class = "take"; /* staff say that they see to it */
    answer_put(engine->store, &row, engine_now(engine));
    fold(&f, &c);
    changed = store_outcome(&c, &f.state);
    follow(&c, &row, &f.state);
    engine_alert_answered(engine, &c.ask, &row);
    climb_end(&c);
    return changed;
}

bool engine_cancel_ask(struct engine *engine, int64_t id, struct error *err)
{
    struct ask ask = { 0 };
    bool done = false;

    if (!ask_get(&ask, engine->store, id))
        return error_set(err, "ask %" PRId64 ": there is none: see `greenline ask list`", id);
    done = (ask.state == ASK_OPEN || ask.state == ASK_WAITING) && ask_move(engine->store, id, ask.state, ASK_CANCELLED);
    if (done) {
        branch_stop(engine->store, id);
        engine_recall(engine, id);
        talk_wake_lines(engine->store, id, engine_now(engine));
    } else {
        error_set(err, "ask %" PRId64 ": is %s already", id, ask_state_name(ask.state));
    }
    ask_free(&ask);
    return done;
}
