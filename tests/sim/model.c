/* SPDX-License-Identifier: Apache-2.0 */
/* The climb of the model: when steps fire, who must hear by when, and what leaves without a reason; see model.h. */
#include "sim/model.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

#define WITHIN_MS SECOND_MS
#define GATHERS_MS 500
#define APART_MS MINUTE_MS
#define CALLED_AGAIN_MS (30 * SECOND_MS) /* a call that is made again is joined */
#define PAUSE_LEAST_MS (5 * MINUTE_MS)
enum { FAULTS_SHOWN = 12, BAD_WEEKS = 3, FIRES_MAX = 64 };

struct model *model_new(bool verbose)
{
    struct model *m = mem_new(1, sizeof *m);

    m->verbose = verbose;
    m->messages = mem_new(MODEL_MESSAGES, sizeof *m->messages);
    for (int c = 0; c < MODEL_CHILDREN; c++)
        for (int w = 0; w < WHOS; w++)
            m->phones_of[c][w] = -1;
    return m;
}

void model_free(struct model *m)
{
    free(m->messages);
    free(m);
}

int model_fault(struct model *m, const char *rule, const char *format, ...)
{
    va_list args;

    if (m->faults++ < FAULTS_SHOWN) {
        printf("BROKEN %s: ", rule);
        va_start(args, format);
        vprintf(format, args);
        va_end(args);
        printf(" (at %" PRId64 ")\n", m->now);
    }
    return 1;
}

uint32_t model_bit(int who, int way)
{
    return 1U << (who * WAYS + way);
}

static time_ms later(time_ms a, time_ms b)
{
    return a > b ? a : b;
}

static time_ms sooner(time_ms a, time_ms b)
{
    return a < b ? a : b;
}

enum who model_who(const struct model *m, int child, int phone)
{
    for (int w = 0; w < WHOS; w++)
        if (m->phones_of[child][w] == phone)
            return (enum who)w;
    return WHOS;
}

/* A number that failed in several weeks may count as suspect: then it is tried, and counts for nobody. */
static bool doubtful(const struct model_phone *p)
{
    return p->gone || p->bad_weeks >= BAD_WEEKS;
}

/* The step after `step` in its branch; -1. */
static int step_after(const struct model_ladder *l, int branch, int step)
{
    for (int i = step + 1; i < l->step_count; i++)
        if (l->steps[i].branch == branch)
            return i;
    return -1;
}

static time_ms pause_of(const struct model_ladder *l)
{
    time_ms longest = PAUSE_LEAST_MS;

    for (int i = 0; i < l->step_count; i++)
        if (step_after(l, l->steps[i].branch, i) < 0)
            longest = later(longest, l->steps[i].after);
    return longest;
}

/* Whom this step means and may reach, as bits of pairs; step step_count is the hand-over. */
uint32_t model_targets(const struct model *m, const struct alert *a, int child, int step)
{
    const struct model_step over = { .who = 1U << HEAD, .ways = 3 };
    const struct model_step *s = step < a->ladder->step_count ? &a->ladder->steps[step] : &over;
    uint32_t targets = 0;

    for (int w = 0; w < WHOS; w++) {
        const int phone = m->phones_of[child][w];

        if (!(s->who >> w & 1) || phone < 0 || m->phones[phone].gone || m->phones[phone].forbidden[child])
            continue;
        for (int way = 0; way < WAYS; way++)
            if (s->ways >> way & 1)
                targets |= model_bit(w, way);
    }
    return targets;
}

/* Of these, whether one is surely no suspect number. */
static bool surely_reached(const struct model *m, int child, uint32_t targets)
{
    for (int w = 0; w < WHOS; w++)
        if ((targets & (model_bit(w, BY_TEXT) | model_bit(w, BY_CALL))) &&
            !doubtful(&m->phones[m->phones_of[child][w]]))
            return true;
    return false;
}

static void allow(struct question *q, uint32_t targets, int step, int calls)
{
    for (int w = 0; w < WHOS; w++)
        for (int way = 0; way < WAYS; way++) {
            struct pair *p = &q->pairs[w][way];

            if (!(targets & model_bit(w, way)))
                continue;
            q->asked[w] = step + 1;
            if (p->allowed == p->seen) /* else what waits to leave is joined */
                p->allowed++;
            p->state = PUT;
            p->good = false;
            p->calls_left = (way == BY_CALL ? calls : 1) - 1;
        }
}

/* One of these leaves within a second of `late`; texts and calls to staff wait for each other a little. */
static void owe(struct model *m, struct alert *a, int child, uint32_t targets, time_ms late)
{
    struct question *q = &a->questions[child];
    time_ms by = TIME_NEVER;

    for (int w = 0; w < WHOS; w++)
        for (int way = 0; way < WAYS; way++) {
            const int phone = m->phones_of[child][w];
            time_ms at = late;

            if (!(targets & model_bit(w, way)))
                continue;
            if (q->pairs[w][way].message && m->messages[q->pairs[w][way].message].at_gateway)
                return; /* it is leaving this moment, and is joined */
            if (a->several && m->phones[phone].staff) {
                const time_ms last = a->last_gathered[phone][way];

                at = later(late + GATHERS_MS, last ? last + APART_MS : 0);
            }
            by = sooner(by, at + WITHIN_MS);
        }
    q->put_off = 0;
    q->owed_by = q->owed_by == TIME_NEVER ? by : later(q->owed_by, by);
    q->owed |= targets;
    m->judged++;
}

static bool all_ended(const struct alert *a, const struct question *q)
{
    for (int b = 0; b < a->ladder->branches; b++)
        if (q->places[b].next >= 0)
            return false;
    return true;
}

static void after_last(struct question *q, const struct alert *a, time_ms early, time_ms late, bool reached)
{
    const time_ms pause = pause_of(a->ladder);

    q->again_late = late + pause;
    q->again_early = early + pause;
    if (a->ladder->then != WHOS && !reached)
        q->again_early = early;
}

/* The next step of a branch fires, between these times. */
void model_fire(struct model *m, struct alert *a, int child, int branch, struct window when)
{
    const time_ms early = when.early, late = when.late;
    struct question *q = &a->questions[child];
    struct place *p = &q->places[branch];
    const struct model_ladder *l = a->ladder;
    const uint32_t targets = model_targets(m, a, child, p->next);
    const bool sure = surely_reached(m, child, targets);

    if (m->verbose)
        printf("  model: cause %" PRId64 " child %d step %d fires at %" PRId64 "…%" PRId64 "\n", a->cause, child,
               p->next, early, late);
    allow(q, targets, p->next, l->steps[p->next].calls);
    if (targets)
        owe(m, a, child, targets, late);
    p->last = p->next;
    p->fired = late;
    p->next = step_after(l, branch, p->last);
    if (p->next >= 0) {
        p->early = early + (sure ? l->steps[p->next].after : 0);
        p->late = sure ? late + l->steps[p->next].after : later(late, m->now) + (targets ? l->steps[p->next].after : 0);
    } else {
        p->early = p->late = TIME_NEVER;
        if (all_ended(a, q))
            after_last(q, a, early, later(late, m->now), sure);
    }
}

void model_begin_round(struct model *m, struct alert *a, int child, time_ms early, time_ms late)
{
    struct question *q = &a->questions[child];

    (void)m;
    q->again_early = q->again_late = TIME_NEVER;
    q->handed = q->unsure = false;
    for (int b = 0; b < a->ladder->branches; b++) {
        struct place *p = &q->places[b];

        p->next = step_after(a->ladder, b, -1);
        p->early = early + a->ladder->steps[p->next].after;
        p->late = late + a->ladder->steps[p->next].after;
    }
}

/* Perhaps by now; by the time at which it would be handed over again at the latest. */
void model_new_round(struct model *m, struct alert *a, int child, time_ms early)
{
    struct question *q = &a->questions[child];

    (void)m;
    q->again_early = q->again_early < early ? q->again_early : early;
    q->unsure = true;
}

/* Whom a new round may begin with: those of the first step, or, where it reaches nobody, of any. */
static uint32_t first_targets(const struct model *m, const struct alert *a, int child)
{
    uint32_t targets = 0;

    for (int i = 0; i < a->ladder->step_count; i++)
        targets |= model_targets(m, a, child, i);
    return targets;
}

/* After the last step: all again, or one person is asked until somebody takes it. */
void model_again(struct model *m, struct alert *a, int child, time_ms early, time_ms late)
{
    struct question *q = &a->questions[child];
    const uint32_t targets = a->ladder->then == WHOS ? 0 : model_targets(m, a, child, a->ladder->step_count);
    const time_ms pause = pause_of(a->ladder);

    if (a->ladder->then == WHOS) {
        model_begin_round(m, a, child, early, late);
    } else if (!targets) {
        model_begin_round(m, a, child, early + pause, late + pause);
    } else {
        q->handed = true;
        allow(q, targets, a->ladder->step_count, 1);
        owe(m, a, child, targets | (q->unsure ? first_targets(m, a, child) : 0), late + (q->unsure ? 2 * pause : 0));
        q->again_early = early + pause;
        q->again_late = late + pause;
    }
}

/* --- time --- */

/* When at the latest one of what is owed must leave: gateways may have been down. */
static time_ms latest(const struct model *m, const struct question *q)
{
    time_ms ways = TIME_NEVER;

    for (int w = 0; w < WHOS; w++)
        for (int way = 0; way < WAYS; way++)
            if (q->owed & model_bit(w, way))
                ways = sooner(ways, m->excused_way[way]);
    return later(later(q->owed_by, m->excused), ways == TIME_NEVER ? 0 : ways);
}

/* What went to the same person meanwhile, without this child, puts it off for a minute; when that ends, 0. */
static time_ms put_off(const struct model *m, const struct alert *a, int child)
{
    const struct question *q = &a->questions[child];
    time_ms until = TIME_NEVER;

    for (int w = 0; w < WHOS && a->several && q->put_off < 2; w++)
        for (int way = 0; way < WAYS; way++)
            if (q->owed & model_bit(w, way) && m->phones[m->phones_of[child][w]].staff && m->excused_way[way] < m->now)
                until = sooner(until, a->last_gathered[m->phones_of[child][w]][way] + APART_MS + WITHIN_MS +
                                          (way == BY_CALL ? CALLED_AGAIN_MS : 0));
    return until != TIME_NEVER && until >= m->now ? until : 0;
}

static void overdue(struct model *m, struct alert *a, int child)
{
    struct question *q = &a->questions[child];
    bool retried = true;

    if (latest(m, q) >= m->now)
        return;
    if (put_off(m, a, child)) {
        q->owed_by = put_off(m, a, child);
        q->put_off++;
        return;
    }
    for (int w = 0; w < WHOS; w++)
        for (int way = 0; way < WAYS; way++)
            if (q->owed & model_bit(w, way))
                retried = retried && q->pairs[w][way].again;
    if (!retried)
        model_fault(m, "3", "cause %" PRId64 " child %d: nobody was asked by %" PRId64, a->cause, child, q->owed_by);
    q->owed = 0;
    q->owed_by = TIME_NEVER;
}

/* What was taken and has no outcome in time climbs on from the same step. */
static void expire(struct model *m, struct alert *a, int child)
{
    struct question *q = &a->questions[child];
    const time_ms at = m->now;

    if (m->verbose)
        printf("  model: cause %" PRId64 " child %d: its taking expires\n", a->cause, child);
    m->expired_at = m->now;
    model_reopen(m, a, child);
    for (int b = 0; b < a->ladder->branches; b++) {
        struct place *p = &q->places[b];

        if (q->handed && b == 0) {
            q->again_early = q->again_late = at;
            p->next = -1;
        } else if (p->last >= 0) {
            p->next = p->last;
            p->early = p->late = at;
        } else {
            p->early = p->late = later(p->late, at);
        }
    }
    if (!q->handed)
        q->again_early = q->again_late = TIME_NEVER;
}

static void advance_one(struct model *m, struct alert *a, int child)
{
    struct question *q = &a->questions[child];

    if (q->fate == TAKEN && q->done_by <= m->now)
        expire(m, a, child);
    for (int i = 0; i < FIRES_MAX && q->fate == OPEN; i++) {
        bool moved = false;

        for (int b = 0; b < a->ladder->branches; b++)
            if (q->places[b].next >= 0 && q->places[b].late <= m->now) {
                model_fire(m, a, child, b, (struct window){ q->places[b].early, q->places[b].late });
                moved = true;
            }
        if (!moved && q->again_late <= m->now) {
            model_again(m, a, child, q->again_early, m->now);
            moved = true;
        }
        if (!moved)
            break;
    }
    if (q->fate == OPEN && q->owed)
        overdue(m, a, child);
}

void model_advance(struct model *m, time_ms now)
{
    m->now = now;
    for (int i = 0; i < m->alert_count && now >= m->held; i++)
        for (int c = 0; c < MODEL_CHILDREN && !m->alerts[i].closed; c++)
            if (m->alerts[i].questions[c].fate != UNASKED)
                advance_one(m, &m->alerts[i], c);
}

void model_excuse(struct model *m, time_ms until)
{
    m->excused = later(m->excused, until + WITHIN_MS);
}

void model_hold(struct model *m, time_ms until)
{
    m->held = until;
    model_excuse(m, until);
}

void model_lost(struct model *m)
{
    for (int64_t id = m->highest; id > 0; id--)
        m->messages[id].at_gateway = false;
}

void model_excuse_way(struct model *m, enum way way, time_ms until)
{
    m->excused_way[way] = later(m->excused_way[way], until + WITHIN_MS);
}

time_ms model_next(const struct model *m)
{
    time_ms next = TIME_NEVER;

    for (int i = 0; i < m->alert_count; i++)
        for (int c = 0; c < MODEL_CHILDREN && !m->alerts[i].closed; c++) {
            const struct question *q = &m->alerts[i].questions[c];

            if (q->fate == TAKEN)
                next = sooner(next, q->done_by);
            if (q->fate != OPEN)
                continue;
            next = sooner(next, q->owed ? latest(m, q) + 1 : TIME_NEVER);
            for (int b = 0; b < m->alerts[i].ladder->branches; b++)
                next = sooner(next, q->places[b].next >= 0 ? q->places[b].late : TIME_NEVER);
            next = sooner(next, q->again_late);
        }
    return later(next, m->held);
}

int model_alert(struct model *m, int64_t cause, int ladder, bool absence, const bool *children)
{
    struct alert *a = &m->alerts[m->alert_count];
    int count = 0;

    if (m->alert_count == MODEL_ALERTS)
        abort();
    *a = (struct alert){ .cause = cause, .ladder = &model_ladders[ladder], .absence = absence, .opened = m->now };
    for (int p = 0; p < MODEL_PHONES; p++)
        a->codes[p] = -1;
    for (int c = 0; c < MODEL_CHILDREN; c++) {
        struct question *q = &a->questions[c];

        q->owed_by = q->again_early = q->again_late = q->done_by = TIME_NEVER;
        if (children && !children[c])
            continue;
        q->fate = OPEN;
        count++;
        for (int b = 0; b < MODEL_BRANCHES; b++)
            q->places[b] = (struct place){ .next = -1, .last = -1, .early = TIME_NEVER, .late = TIME_NEVER };
        model_begin_round(m, a, c, m->now, m->now);
    }
    a->several = count > 1;
    return m->alert_count++;
}
