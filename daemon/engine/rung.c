/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a step asks: the persons that the words of its `who` mean (whom.c) become lines and messages. What cannot be tried
 * is a row with its reason. A person whom two overdue steps of an alarm name is called once: what still waits to leave is
 * joined.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/engine_internal.h"
#include "engine/whom.h"
#include "lib/memory.h"
#include "store/line.h"

struct rung {
    struct climb *climb;
    const struct ladder_step *step;
    int round, index;
    const char *who; /* the word that is being asked */
    bool forgive;    /* nobody could be asked in the round before: who declined is asked again */
    int reached, up, down;
};

static struct store *store_of(const struct rung *r)
{
    return r->climb->engine->store;
}

/* Why this person and line are not asked by this step; REASON_NONE. */
static enum reason hinders(const struct rung *r, const struct recipient *to, int64_t *route)
{
    const struct ask *ask = &r->climb->ask;
    CLEANUP(mem_clean) char *e164 = NULL;

    if (to->reason != REASON_NONE)
        return to->reason;
    if (to->line <= 0)
        return to->person ? REASON_NO_LINE : REASON_NO_PERSON;
    if (kind_row(ask->kind)->fold == FOLD_FIRST && !r->forgive && answer_declined(store_of(r), ask->id, to->line))
        return REASON_DECLINED;
    if (!ask->urgent && line_suspect(store_of(r), to->line))
        return REASON_SUSPECT;
    e164 = line_number(store_of(r), to->line);
    *route = e164 ? outbox_route(r->climb->engine->outbox, to->channel, e164) : 0;
    return *route ? REASON_NONE : REASON_NO_GATEWAY;
}

/* An alarm's message waits for a gateway an hour at least, whatever is left of the ask's own time. */
static time_ms expires(const struct ask *ask, time_ms now)
{
    const time_ms hour = now + HOUR_MS;

    return ask->due > hour || (!ask->urgent && ask->due > now) ? ask->due : hour;
}

static int64_t put(struct rung *r, const struct recipient *to, int64_t joins, enum reason *why)
{
    struct engine *engine = r->climb->engine;
    const struct ask *ask = &r->climb->ask;
    const time_ms now = engine_now(engine);
    const bool gathers = engine_gathers(r->climb, to->person, r->who);
    const struct outbox_entry entry = {
        .cause = r->climb->cause.id,
        .kind = r->climb->cause.kind,
        .lane = r->climb->cause.lane,
        .student = ask->student,
        .person = to->person,
        .line = to->line,
        .channel = to->channel,
        .due = gathers ? engine_gather_due(engine, r->climb->cause.id, to->line, to->channel) : now,
        .expires = expires(ask, now),
        .joins = joins,
        .gathered = gathers
    };

    return outbox_put(engine->outbox, &entry, why);
}

/* The message that rings this phone already for the same: in this step, or, of an alarm, one that still waits to leave. */
static int64_t there_already(const struct rung *r, const struct attempt *attempt)
{
    const int64_t same = attempt_message(store_of(r), attempt);

    return same || !r->climb->ask.urgent ? same
                                         : attempt_pending(store_of(r), attempt->ask, attempt->line, attempt->channel);
}

static void attempt_one(struct rung *r, const struct recipient *to)
{
    const time_ms now = engine_now(r->climb->engine);
    struct attempt attempt = { .ask = r->climb->ask.id,
                               .round = r->round,
                               .step = r->index,
                               .n = 1,
                               .person = to->person,
                               .line = to->line > 0 ? to->line : 0,
                               .channel = to->channel };
    int64_t route = 0;

    attempt.skipped = hinders(r, to, &route);
    if (attempt.skipped == REASON_NONE)
        attempt.message = put(r, to, there_already(r, &attempt), &attempt.skipped);
    attempt_put(store_of(r), &attempt, now);
    if (!attempt.message)
        return;
    /* a number that seems dead is tried in an alarm, and counts for nobody */
    r->reached += !line_suspect(store_of(r), attempt.line);
    if (outbox_route_up(r->climb->engine->outbox, route))
        r->up++;
    else
        r->down++;
}

/* One person by the rung's channels; "auto" is the one that fits them. */
static void attempt_person(struct rung *r, const struct contact *c)
{
    const enum channel fits = engine_channel_of(r->climb->engine, c->person, c->line);
    bool done = false;

    for (size_t i = 0; i < r->step->channel_count; i++) {
        struct recipient to = { .person = c->person };

        if (!channel_parse(&to.channel, r->step->channels[i]))
            to.channel = fits;
        if (!r->climb->ask.urgent && to.channel != fits && r->step->channel_count > 1)
            continue; /* routine questions take the one way that fits; alarms take all */
        to.line = person_best_line(store_of(r), c->person, to.channel);
        attempt_one(r, &to);
        done = true;
    }
    if (!done) {
        struct recipient to = { .person = c->person, .channel = fits };

        to.line = person_best_line(store_of(r), c->person, fits);
        attempt_one(r, &to);
    }
}

static void attempt_contacts(struct rung *r, const struct contact *contacts, size_t count)
{
    const struct recipient nobody = { .reason = REASON_NO_PERSON };

    for (size_t i = 0; i < count; i++)
        attempt_person(r, &contacts[i]);
    if (count == 0)
        attempt_one(r, &nobody);
}

/* Whom the audience named for this child or person. */
static void attempt_audience(struct rung *r)
{
    const struct ask *ask = &r->climb->ask;
    struct recipient to[CHAIN_MAX];
    const size_t count =
        recipient_of(store_of(r), ask->cause, ask->student, ask->student ? 0 : ask->person, to, COUNT(to));

    for (size_t i = 0; i < count; i++) {
        const struct contact contact = { .person = to[i].person, .line = to[i].line };

        if (to[i].reason == REASON_NONE)
            attempt_person(r, &contact);
        else
            attempt_one(r, &to[i]);
    }
    if (count == 0 && ask->person) {
        const struct contact contact = person_contact(store_of(r), ask->person);

        attempt_person(r, &contact);
    }
}

static void attempt_who(struct rung *r, const char *who)
{
    struct contact contacts[CHAIN_MAX];
    const struct whom whom = { .word = who, .student = r->climb->ask.student, .at = engine_now(r->climb->engine) };

    r->who = who;
    if (strcmp(who, "audience") == 0)
        attempt_audience(r);
    else
        attempt_contacts(r, contacts, whom_contacts(r->climb->engine, &whom, contacts, COUNT(contacts)));
}

bool rung_ask(struct climb *climb, int round, int step)
{
    const struct ladder *ladder = &climb->ladder;
    const struct ladder_step over = { .who = { ladder->then },
                                      .who_count = 1,
                                      .channels = { (char *)(uintptr_t) "voice", (char *)(uintptr_t) "sms" },
                                      .channel_count = 2,
                                      .calls = 1 };
    struct rung r = { .climb = climb,
                      .step = step < (int)ladder->step_count ? &ladder->steps[step] : &over,
                      .round = round,
                      .index = step };

    r.forgive = round > 0 && !attempt_made(climb->engine->store, climb->ask.id, round - 1);
    for (size_t i = 0; i < r.step->who_count; i++)
        attempt_who(&r, r.step->who[i]);
    if (climb->ask.urgent && r.down > 0 && r.up == 0)
        engine_alarm_down(climb->engine, &climb->cause);
    return r.reached > 0;
}

int64_t rung_call_again(struct climb *c, const struct attempt *old, int64_t again)
{
    const time_ms now = engine_now(c->engine);
    const struct outbox_entry entry = { .cause = c->cause.id,
                                        .kind = c->cause.kind,
                                        .lane = c->cause.lane,
                                        .student = c->ask.student,
                                        .person = old->person,
                                        .line = old->line,
                                        .channel = old->channel,
                                        .due = now + (c->ask.urgent ? ENGINE_AGAIN_URGENT_MS : ENGINE_AGAIN_MS),
                                        .expires = expires(&c->ask, now),
                                        .fresh = true,
                                        .joins = again,
                                        .gathered = message_is_gathered(c->engine->store, old->message) };
    struct attempt attempt = *old;
    enum reason why;

    attempt.n = old->n + 1;
    attempt.message = outbox_put(c->engine->outbox, &entry, &why);
    if (attempt.message)
        attempt_put(c->engine->store, &attempt, now);
    return attempt.message;
}
