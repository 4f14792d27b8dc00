/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an audience to recipients: for each child the best-ranked person who may be told (or the parents, guardians,
 * mentors, where the audience says so), else the reason why nobody is. The preview and the sending use the same lines.
 */
#include "engine/engine_internal.h"
#include "lib/memory.h"
#include "store/telling.h"

enum { PERSONS_MAX = 4096 };

struct resolution {
    struct engine *engine;
    enum kind kind;
    const struct audience *audience;
    emit_fn *emit;
    void *arg;
};

static struct recipient judged(const struct resolution *r, int64_t student, const struct contact *c)
{
    struct engine *engine = r->engine;
    struct recipient out = { .student = student,
                             .person = c->person,
                             .channel = engine_channel_of(engine, c->person, c->line) };
    struct telling_case what = { .kind = r->kind, .student = student, .person = c->person, .channel = out.channel };
    struct verdict v;

    what.line = out.line = c->line ? person_best_line(engine->store, c->person, out.channel) : 0;
    v = telling_decide(engine->store, &outbox_rules(engine->outbox)->telling, &what, engine_now(engine));
    if (v.answer == TELL_NEVER)
        out.reason = v.reason;
    if (r->audience && audience_excludes(engine->store, r->audience, c->person, engine_now(engine)))
        out.reason = REASON_BY_HAND;
    if (out.reason != REASON_NONE || !out.line)
        out.line = -(student ? student : c->person);
    return out;
}

/* Everybody of a chain. */
static void emit_chain(const struct resolution *r, int64_t student, enum chain chain, bool guardians_only)
{
    struct contact contacts[CHAIN_MAX];
    const size_t count = person_chain(r->engine->store, student, chain, engine_now(r->engine), contacts, CHAIN_MAX);

    for (size_t i = 0; i < count; i++) {
        struct recipient one;

        if (guardians_only && i > 0 && !relation_is_guardian(r->engine->store, student, contacts[i].person))
            continue;
        one = judged(r, student, &contacts[i]);
        r->emit(r->arg, &one);
    }
}

/* The first who may be told; if nobody may, why not the first. */
static void emit_best(const struct resolution *r, int64_t student)
{
    struct contact contacts[CHAIN_MAX];
    const size_t count =
        person_chain(r->engine->store, student, CHAIN_GUARDIANS, engine_now(r->engine), contacts, CHAIN_MAX);
    struct recipient none = { .student = student, .line = -student, .reason = REASON_NO_PERSON };

    for (size_t i = 0; i < count; i++) {
        const struct recipient one = judged(r, student, &contacts[i]);

        if (one.reason == REASON_NONE) {
            r->emit(r->arg, &one);
            return;
        }
        if (i == 0)
            none = one;
    }
    r->emit(r->arg, &none);
}

static void emit_persons(const struct resolution *r)
{
    int64_t *persons = mem_new(PERSONS_MAX, sizeof *persons);
    const size_t count = audience_persons(r->engine->store, r->audience, engine_now(r->engine), persons, PERSONS_MAX);

    for (size_t i = 0; i < count; i++) {
        const struct contact contact = person_contact(r->engine->store, persons[i]);
        const struct recipient one = judged(r, 0, &contact);

        r->emit(r->arg, &one);
    }
    free(persons);
}

int64_t engine_resolve(struct engine *engine, enum kind kind, const struct audience *audience, int64_t cursor,
                       emit_fn *emit, void *arg)
{
    const struct resolution r = { .engine = engine, .kind = kind, .audience = audience, .emit = emit, .arg = arg };
    struct audience_hit hits[STEP];
    int64_t last;
    const size_t count = audience_students(engine->store, audience, cursor, hits, COUNT(hits), &last);

    for (size_t i = 0; i < count; i++) {
        if (hits[i].whom & AUDIENCE_BEST)
            emit_best(&r, hits[i].student);
        if (hits[i].whom & AUDIENCE_PARENTS)
            emit_chain(&r, hits[i].student, CHAIN_PARENTS, false);
        if (hits[i].whom & AUDIENCE_GUARDIANS)
            emit_chain(&r, hits[i].student, CHAIN_GUARDIANS, true);
        if (hits[i].whom & AUDIENCE_MENTORS)
            emit_chain(&r, hits[i].student, CHAIN_MENTOR, false);
    }
    if (last == 0)
        emit_persons(&r);
    return last;
}
