/* SPDX-License-Identifier: Apache-2.0 */
/* What leaves, read as the people read it: whom it is about, and whether the model knows why it left; see model.h. */
#include "sim/model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

#define WITHIN_MS SECOND_MS
#define SETTLED_AFTER_MS (2 * MINUTE_MS)
enum { MANY = 10, FIRES_MAX = 64 };

static const char settled_words[] = "刚才的紧急情况已有人接手处理", mark[] = "事由", alarm_words[] = "系统警报";

static struct model_message *message_of(struct model *m, int64_t id)
{
    if (id <= 0 || id >= MODEL_MESSAGES)
        abort(); /* raise MODEL_MESSAGES */
    return &m->messages[id];
}

static bool names(const struct model_message *x, int child)
{
    return x->children[child / 8] >> (child % 8) & 1;
}

/* A step that may have fired by now although the model expects it later (a suspect number before it). */
static bool fire_early(struct model *m, struct alert *a, int child, uint32_t wanted)
{
    struct question *q = &a->questions[child];
    bool moved = false;

    for (int b = 0; b < a->ladder->branches; b++)
        if (q->places[b].next >= 0 && q->places[b].early <= m->now) {
            const bool fits = model_targets(m, a, child, q->places[b].next) & wanted;

            model_fire(m, a, child, b, (struct window){ q->places[b].early, m->now });
            moved = true;
            if (fits)
                return true;
        }
    if (moved)
        return true;
    if (q->again_early > m->now && !(q->handed && q->unsure))
        return false;
    if (q->handed && q->unsure && !(model_targets(m, a, child, a->ladder->step_count) & wanted))
        model_begin_round(m, a, child, m->now - a->ladder->steps[0].after, m->now);
    else if (q->handed && !(model_targets(m, a, child, a->ladder->step_count) & wanted))
        model_begin_round(m, a, child, q->again_early, m->now);
    else
        model_again(m, a, child, q->again_early, m->now);
    return true;
}

/* What was owed has left. Where it had to wait for its gateways, the head knows by now, if a gateway was left. */
static void paid(struct model *m, struct alert *a, int child)
{
    struct question *q = &a->questions[child];

    if (m->alarm_since && m->alarm_since <= q->owed_by && q->owed_by < m->now && m->excused < m->now - WITHIN_MS &&
        m->excused_way[BY_CALL] >= m->now && m->alarm_at < q->owed_by - HOUR_MS)
        model_fault(m, "3, the alarm", "cause %" PRId64 " child %d waited for gateways, and nobody heard of it",
                    a->cause, child);
    q->owed = 0;
    q->owed_by = TIME_NEVER;
}

/* The first attempt of a pair, another call within its step, or a repetition under the same id. */
static void put_one(struct model *m, struct alert *a, int child, const struct model_job *job)
{
    struct question *q = &a->questions[child];
    const enum who who = model_who(m, child, job->phone);
    struct pair *p;

    if (who == WHOS) {
        model_fault(m, "5", "cause %" PRId64 ": message %" PRId64 " about child %d to a stranger", a->cause,
                    job->message, child);
        return;
    }
    p = &q->pairs[who][job->way];
    if (q->owed & model_bit((int)who, job->way))
        paid(m, a, child);
    p->again = false;
    if (p->message == job->message)
        return;
    for (int i = 0; i < FIRES_MAX && p->seen == p->allowed; i++)
        if (!fire_early(m, a, child, model_bit((int)who, job->way)))
            break;
    if (p->seen == p->allowed)
        model_fault(m, "asked twice on one step, or before its time",
                    "cause %" PRId64 " child %d, message %" PRId64 " to phone %d", a->cause, child, job->message,
                    job->phone);
    else
        p->seen++;
    if (q->owed & model_bit((int)who, job->way))
        paid(m, a, child);
    p->message = job->message;
    p->state = OUT;
    p->at = p->at ? p->at : m->now;
}

static struct alert *alert_of(struct model *m, const char *text, int *index)
{
    const char *at = strstr(text, mark);
    const long number = at ? strtol(at + strlen(mark), NULL, 10) : -1;

    if (number < 0 || number >= m->alert_count)
        return NULL;
    *index = (int)number;
    return &m->alerts[number];
}

/* The children that a text names, "娃042号"; of a text about many more than it names, all that may be meant. */
static int read_children(struct model_message *x, const char *text)
{
    int count = 0;

    for (const char *at = text; (at = strstr(at, "娃")) != NULL; at += strlen("娃")) {
        const int child = (int)strtol(at + strlen("娃"), NULL, 10);

        if (child >= 0 && child < MODEL_CHILDREN && !names(x, child)) {
            x->children[child / 8] |= (uint8_t)(1U << (child % 8));
            count++;
        }
    }
    return count;
}

/* "180家没有答复", "还有180名学生的家里没有答复"; 0. */
static int read_many(const char *text)
{
    static const char *const befores[] = { "还有", "：" }, *const afters[] = { "名学生的家里没有答复", "家没有答复" };

    for (size_t i = 0; i < COUNT(befores); i++)
        for (const char *at = text; (at = strstr(at, befores[i])) != NULL;) {
            char *end;
            const long count = strtol(at += strlen(befores[i]), &end, 10);

            if (count > 0 && strncmp(end, afters[i], strlen(afters[i])) == 0)
                return (int)count;
        }
    return 0;
}

/* "回31": code 3; "回1": 0. */
static int read_code(const char *text)
{
    const char *at = strstr(text, "回");
    const long token = at ? strtol(at + strlen("回"), NULL, 10) : 0;

    return token >= 10 ? (int)(token / 10) : 0;
}

static bool waits_for(const struct model *m, const struct alert *a, int child, const struct model_job *job)
{
    const struct question *q = &a->questions[child];
    const enum who who = model_who(m, child, job->phone);

    return q->fate == OPEN && who != WHOS && !m->phones[job->phone].forbidden[child] &&
           q->pairs[who][job->way].state == PUT;
}

static bool was_in(const struct model *m, const struct alert *a, int child, const struct model_job *job)
{
    const enum who who = model_who(m, child, job->phone);

    return who != WHOS && a->questions[child].pairs[who][job->way].message == job->message;
}

/* The head's "180 families are silent" stands for all that wait for this phone; where more wait than it counts, only for
 * those it names, as far as the model knows. Those of the cause who are open and asked there. */
static int put_many(struct model *m, struct alert *a, struct model_message *x, const struct model_job *job, int many,
                    bool fresh)
{
    int waiting = 0, open = 0;

    for (int c = 0; c < MODEL_CHILDREN; c++) {
        waiting += waits_for(m, a, c, job);
        open += a->questions[c].fate == OPEN && model_who(m, c, job->phone) != WHOS;
    }
    if (m->verbose && fresh && waiting != many)
        printf("  model: %d wait for phone %d, it counts %d of %d\n", waiting, job->phone, many, open);
    for (int c = 0; c < MODEL_CHILDREN; c++) {
        if (a->questions[c].owed && waits_for(m, a, c, job) && !names(x, c) && waiting != many)
            paid(m, a, c), a->questions[c].unsure = true; /* it may have been meant */
        if (!was_in(m, a, c, job) && !(names(x, c) && a->questions[c].fate == OPEN) &&
            !(waits_for(m, a, c, job) && waiting == many && fresh))
            continue;
        x->children[c / 8] |= (uint8_t)(1U << (c % 8));
        if (a->questions[c].fate == OPEN)
            put_one(m, a, c, job);
    }
    return open;
}

static void put_named(struct model *m, struct alert *a, const struct model_message *x, const struct model_job *job)
{
    bool wanted = false;

    for (int c = 0; c < MODEL_CHILDREN; c++) {
        if (!names(x, c))
            continue;
        wanted = wanted || a->questions[c].fate == OPEN;
        if (m->phones[job->phone].forbidden[c])
            model_fault(m, "5", "child %d is named on phone %d", c, job->phone);
        if (a->questions[c].fate == OPEN)
            put_one(m, a, c, job);
    }
    if (!wanted)
        model_fault(m, "no send after the settling commit", "cause %" PRId64 " message %" PRId64 " to phone %d",
                    a->cause, job->message, job->phone);
}

/* "Settled, thank you": two minutes after, once a line and cause, while nothing of it is open there. */
static void note(struct model *m, const struct model_job *job)
{
    struct alert *fits = NULL;

    for (int i = 0; i < m->alert_count && !fits; i++) {
        struct alert *a = &m->alerts[i];
        bool open = false, waited = false;

        for (int c = 0; c < MODEL_CHILDREN && a->told[job->phone]; c++) {
            const struct question *q = &a->questions[c];
            const enum who who = model_who(m, c, job->phone);

            if (q->fate == UNASKED || who == WHOS || (!q->pairs[who][0].at && !q->pairs[who][1].at))
                continue;
            open = open || q->fate == OPEN;
            waited = waited || q->settled_at + SETTLED_AFTER_MS <= m->now;
        }
        if (a->told[job->phone] && waited && !open && a->notes[job->phone] < a->settlings[job->phone])
            fits = a;
    }
    if (!fits)
        model_fault(m, "a settled note too early, twice, or of what is open", "to phone %d: %s", job->phone, job->text);
    else
        fits->notes[job->phone]++;
}

void model_job(struct model *m, const struct model_job *job)
{
    struct model_message *x = message_of(m, job->message);
    const bool fresh = x->id == 0;
    int index = 0, many;
    struct alert *a = strstr(job->text, alarm_words) ? NULL : alert_of(m, job->text, &index);

    m->judged++;
    m->highest = job->message > m->highest ? job->message : m->highest;
    if (!a) {
        if (fresh && strstr(job->text, settled_words))
            note(m, job);
        if (strstr(job->text, alarm_words))
            m->alarm_at = m->now;
        x->id = job->message;
        x->alert = -1;
        return;
    }
    x->id = job->message;
    x->alert = index;
    x->phone = job->phone;
    x->way = job->way;
    x->at_gateway = true;
    x->recalled = false;
    x->at = m->now;
    many = read_many(job->text);
    x->many = many > 0;
    if (fresh)
        read_children(x, job->text);
    if (!a->told[job->phone])
        a->told[job->phone] = m->now;
    if (job->way == BY_TEXT)
        a->codes[job->phone] = read_code(job->text);
    if (a->several && m->phones[job->phone].staff)
        a->last_gathered[job->phone][job->way] = m->now;
    if (a->closed)
        model_fault(m, "no send after the settling commit", "cause %" PRId64 " is closed", a->cause);
    else if (!many)
        put_named(m, a, x, job);
    else if (put_many(m, a, x, job, many, fresh) < (fresh ? many : 1) || (fresh && many <= MANY))
        model_fault(m, "gathered", "cause %" PRId64 ": counts more families than are silent: %s", a->cause, job->text);
}
