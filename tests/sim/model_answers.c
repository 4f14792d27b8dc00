/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes in, as the model understands it: a token, a key, the only question on the phone, or staff; nothing else is
 * an acknowledgement, and none is from somebody whose answer the step does not want. See model.h.
 */
#include <inttypes.h>
#include <stdio.h>

#include "sim/model.h"

enum { WEEK_DAYS = 7 };
#define TOLD_EARLIER_MS MINUTE_MS

static bool names(const struct model_message *x, int child)
{
    return x->children[child / 8] >> (child % 8) & 1;
}

static bool put_to(const struct question *q, enum who who)
{
    return who != WHOS && (q->pairs[who][BY_TEXT].state != NOT_PUT || q->pairs[who][BY_CALL].state != NOT_PUT);
}

static bool heard(const struct question *q, enum who who)
{
    return who != WHOS && (q->pairs[who][BY_TEXT].at || q->pairs[who][BY_CALL].at);
}

void model_settle(struct model *m, struct alert *a, int child, enum fate fate)
{
    struct question *q = &a->questions[child];

    if (q->fate == UNASKED || q->fate == CLOSED || q->fate == fate)
        return;
    if (q->fate == OPEN || fate == CLOSED)
        for (int w = 0; w < WHOS; w++)
            if (m->phones_of[child][w] >= 0 && heard(q, (enum who)w))
                a->settlings[m->phones_of[child][w]]++;
    if (q->fate == OPEN)
        q->settled_at = m->now;
    q->fate = fate;
    q->taker = q->second = -1;
    q->done_by = fate == TAKEN ? m->now + 30 * MINUTE_MS : TIME_NEVER;
    q->owed = 0;
    q->owed_by = TIME_NEVER;
    q->touched = true;
}

void model_reopen(struct model *m, struct alert *a, int child)
{
    struct question *q = &a->questions[child];

    (void)m;
    q->fate = OPEN;
    q->done_by = TIME_NEVER;
    q->touched = true;
    q->taker = q->second = -1;
    for (int w = 0; w < WHOS; w++)
        for (int way = 0; way < WAYS; way++)
            if (q->pairs[w][way].state == PUT)
                q->pairs[w][way].allowed = q->pairs[w][way].seen; /* what waited to leave was dropped */
}

/* The step that asked this phone last, and its branch; -1. */
static int asked_last(const struct model *m, const struct alert *a, int child, int phone, int *branch)
{
    const enum who who = model_who(m, child, phone);
    const int step = who == WHOS ? -1 : a->questions[child].asked[who] - 1;

    *branch = step >= 0 && step < a->ladder->step_count ? a->ladder->steps[step].branch : 0;
    return step;
}

static bool at_end(const struct alert *a, const struct question *q)
{
    for (int b = 0; b < a->ladder->branches; b++)
        if (q->places[b].next >= 0)
            return false;
    return true;
}

/* The branch that asked this phone goes on at once; `sure`: by now, else perhaps by now. */
void model_hasten(struct model *m, struct alert *a, int child, int phone, bool sure)
{
    struct question *q = &a->questions[child];
    int branch = 0, step;
    struct place *p;

    if (q->handed && model_who(m, child, phone) == a->ladder->then) {
        q->again_early = q->again_early < m->now ? q->again_early : m->now;
        q->again_late = sure && q->again_late > m->now ? m->now : q->again_late;
        return;
    }
    step = asked_last(m, a, child, phone, &branch);
    p = &q->places[branch];
    if (step < 0 || step != p->last || q->handed)
        return; /* the next one has been asked */
    if (p->next >= 0) {
        p->early = p->early < m->now ? p->early : m->now;
        p->late = sure && p->late > m->now ? m->now : p->late;
    } else if (at_end(a, q)) {
        q->again_early = q->again_early < m->now ? q->again_early : m->now;
        q->again_late = sure && branch == 0 && q->again_late > m->now ? m->now : q->again_late;
    }
}

static bool may_answer(const struct model *m, const struct alert *a, int child, int phone)
{
    int branch = 0;
    const int step = asked_last(m, a, child, phone, &branch);
    const enum who required = step < 0 || step >= a->ladder->step_count ? WHOS : a->ladder->steps[step].required;

    return required == WHOS || m->phones_of[child][required] == phone;
}

/* Whoever took it cannot after all: it is another's who took it too, or nobody's. */
static void give_back(struct model *m, struct alert *a, int child, int phone)
{
    struct question *q = &a->questions[child];
    struct place *p = &q->places[0];
    const int second = q->second;

    model_reopen(m, a, child);
    if (second >= 0 && second != phone) {
        model_settle(m, a, child, TAKEN);
        q->taker = second;
    } else if (p->next >= 0) {
        p->early = p->late = m->now;
    } else {
        q->again_early = q->again_late = m->now;
    }
}

static void one_answer(struct model *m, struct alert *a, int child, int phone, int option)
{
    struct question *q = &a->questions[child];

    if (q->fate == UNASKED || m->phones[phone].forbidden[child])
        return;
    q->touched = true;
    if (option == 1 && q->fate == TAKEN && may_answer(m, a, child, phone))
        q->second = phone;
    if (option == 3 && q->fate == TAKEN && q->taker == phone && !a->absence)
        give_back(m, a, child, phone);
    else if (option == 1 && q->fate == OPEN && may_answer(m, a, child, phone)) {
        model_settle(m, a, child, a->absence ? DONE : TAKEN);
        q->taker = phone;
    } else if (option != 1 && q->fate == OPEN && !(a->absence && option == 3))
        model_hasten(m, a, child, phone, true);
}

static bool answers(const struct model *m, const struct alert *a, int child, int phone, bool open)
{
    const struct question *q = &a->questions[child];

    return put_to(q, model_who(m, child, phone)) && !m->phones[phone].forbidden[child] &&
           (open ? q->fate == OPEN : q->fate != UNASKED);
}

static bool any_answers(const struct model *m, const struct alert *a, int phone, time_ms at, bool open)
{
    if (!a->told[phone] || at < a->told[phone] - TOLD_EARLIER_MS)
        return false;
    for (int c = 0; c < MODEL_CHILDREN; c++)
        if (answers(m, a, c, phone, open))
            return true;
    return false;
}

/* A step that asks this phone may have fired already. */
static bool may_be_asked(const struct model *m, const struct alert *a, int child, int phone)
{
    const struct question *q = &a->questions[child];
    const enum who who = model_who(m, child, phone);
    uint32_t next = 0;

    for (int b = 0; b < a->ladder->branches; b++)
        if (q->places[b].next >= 0 && q->places[b].early <= m->now)
            next |= model_targets(m, a, child, q->places[b].next);
    if (q->again_early <= m->now && a->ladder->then == who)
        return true;
    return who != WHOS && !put_to(q, who) && next >> (who * WAYS) & 3;
}

/* Staff were asked about all at once: an answer is for all that were put to them. */
static void answer_alert(struct model *m, struct alert *a, int phone, int option, bool open)
{
    const bool all = a->several && m->phones[phone].staff; /* what was taken is given back too */

    for (int c = 0; c < MODEL_CHILDREN; c++)
        if (option == 1 && a->questions[c].fate == OPEN && may_be_asked(m, a, c, phone))
            a->questions[c].maybe = true;
    for (int c = 0; c < MODEL_CHILDREN; c++)
        if (answers(m, a, c, phone, open && !(all && option != 1)))
            one_answer(m, a, c, phone, option);
}

void model_reply(struct model *m, int phone, time_ms at, int code, int option)
{
    struct alert *fits = NULL;
    bool open = false;
    int count = 0;

    for (int i = 0; i < m->alert_count; i++)
        open = open || any_answers(m, &m->alerts[i], phone, at, true);
    for (int i = 0; i < m->alert_count; i++) {
        struct alert *a = &m->alerts[i];

        if (!any_answers(m, a, phone, at, open) || (a->opened < m->now - DAY_MS))
            continue;
        count++;
        if (code ? a->codes[phone] == code : true)
            fits = a;
    }
    m->judged++;
    if (fits && (code || count == 1))
        answer_alert(m, fits, phone, option, open);
}

void model_key(struct model *m, int64_t message, int option)
{
    const struct model_message *x = &m->messages[message];
    struct alert *a = x->alert >= 0 ? &m->alerts[x->alert] : NULL;

    m->judged++;
    if (!a)
        return;
    if (a->several && m->phones[x->phone].staff)
        answer_alert(m, a, x->phone, option, true);
    else
        for (int c = 0; c < MODEL_CHILDREN; c++)
            if (names(x, c))
                one_answer(m, a, c, x->phone, option);
}

void model_wrong_number(struct model *m, int phone)
{
    m->phones[phone].gone = true;
    for (int i = 0; i < m->alert_count; i++)
        for (int c = 0; c < MODEL_CHILDREN && !m->alerts[i].closed; c++)
            if (m->alerts[i].questions[c].fate == OPEN && put_to(&m->alerts[i].questions[c], model_who(m, c, phone)))
                model_hasten(m, &m->alerts[i], c, phone, false);
}

void model_take(struct model *m, int alert)
{
    for (int c = 0; c < MODEL_CHILDREN; c++)
        if (m->alerts[alert].questions[c].fate == OPEN)
            model_settle(m, &m->alerts[alert], c, TAKEN);
}

void model_close(struct model *m, int alert)
{
    for (int c = 0; c < MODEL_CHILDREN; c++)
        model_settle(m, &m->alerts[alert], c, CLOSED);
    m->alerts[alert].closed = true;
}

/* --- reports --- */

/* Whoever it was handed over to was not reached: it begins again after a pause. */
static void handover_looks(struct model *m, struct alert *a, int child)
{
    struct question *q = &a->questions[child];
    const struct pair *pairs = q->pairs[a->ladder->then];

    if (pairs[BY_TEXT].state != OUT || pairs[BY_CALL].state != OUT)
        model_new_round(m, a, child, m->now);
}

/* Whether nobody of the step can answer any more: surely, or as far as the model knows. */
static void step_looks(struct model *m, struct alert *a, int child, int phone)
{
    const struct question *q = &a->questions[child];
    int branch = 0;
    const int step = asked_last(m, a, child, phone, &branch);
    const uint32_t targets = step < 0 ? 0 : model_targets(m, a, child, step);
    bool dead = true, perhaps = true;

    if (q->handed && model_who(m, child, phone) == a->ladder->then) {
        handover_looks(m, a, child);
        return;
    }
    for (int w = 0; w < WHOS; w++)
        for (int way = 0; way < WAYS; way++) {
            if (!(targets >> (w * WAYS + way) & 1))
                continue;
            dead = dead && q->pairs[w][way].state == BAD && !q->pairs[w][way].good;
            perhaps = perhaps && (q->pairs[w][way].state != OUT || m->phones[m->phones_of[child][w]].bad_weeks > 0);
        }
    if (perhaps && step == q->places[branch].last)
        model_hasten(m, a, child, phone, dead && targets && q->places[branch].next >= 0);
}

static void one_report(struct model *m, struct alert *a, int child, struct model_message *x, enum model_report r)
{
    const enum who who = model_who(m, child, x->phone);
    struct pair *p = who == WHOS ? NULL : &a->questions[child].pairs[who][x->way];

    if (p && r == REPORT_GOOD)
        p->good = true;
    if (!p || p->message != x->id)
        return;
    p->again = r == REPORT_AGAIN;
    p->state = r == REPORT_GOOD && p->state == BAD ? OUT : p->state;
    if (r == REPORT_ACCEPTED || r == REPORT_GOOD || r == REPORT_AGAIN || r == REPORT_CANCELLED)
        return;
    if (r == REPORT_BUSY && p->calls_left > 0 && a->questions[child].fate == OPEN) {
        p->calls_left--;
        p->allowed = p->seen + 1;
        p->state = PUT;
        return;
    }
    p->state = BAD;
    if (a->questions[child].fate == OPEN)
        step_looks(m, a, child, x->phone);
}

void model_report(struct model *m, int64_t message, enum model_report report)
{
    struct model_message *x = &m->messages[message];
    struct model_phone *phone = &m->phones[x->phone];
    const int64_t week = m->now / (WEEK_DAYS * DAY_MS);

    x->at_gateway = false;
    if (x->alert < 0 || !x->id || (x->ended && report != REPORT_GOOD))
        return;
    x->ended = report == REPORT_GOOD || report == REPORT_BAD || report == REPORT_BUSY;
    if (report == REPORT_GOOD)
        phone->bad_weeks = 0, phone->bad_week = 0;
    else if ((report == REPORT_BAD || report == REPORT_BUSY) && phone->bad_week != week)
        phone->bad_weeks++, phone->bad_week = week;
    for (int c = 0; c < MODEL_CHILDREN; c++)
        if (names(x, c))
            one_report(m, &m->alerts[x->alert], c, x, report);
}

void model_recalled(struct model *m, int64_t message)
{
    struct model_message *x = &m->messages[message];

    x->recalled = true;
    for (int c = 0; x->alert >= 0 && c < MODEL_CHILDREN; c++)
        if (names(x, c) && m->alerts[x->alert].questions[c].fate == OPEN)
            model_fault(m, "called back", "message %" PRId64 " still asks about child %d", message, c);
}

/* All that is to be done at this instant is done: what a gateway has of settled questions was called back. */
void model_quiet(struct model *m)
{
    const time_ms since = m->now - HOUR_MS;

    for (int64_t id = m->highest; id > 0; id--) {
        const struct model_message *x = &m->messages[id];
        bool open = false;

        if (x->id && x->at && x->at < since)
            break;
        if (!x->id || !x->at_gateway || x->recalled || x->alert < 0)
            continue;
        for (int c = 0; c < MODEL_CHILDREN; c++)
            open = open || (names(x, c) && m->alerts[x->alert].questions[c].fate == OPEN);
        if (!open)
            model_fault(m, "jobs at the gateway get cancel", "message %" PRId64, id);
    }
}
