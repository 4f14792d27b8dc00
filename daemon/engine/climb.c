/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The climb: an ask's next step fires when its time comes, at once when the step before reached nobody, and again when
 * a call was not answered. What could not be tried is a row with its reason. `ask.step` is the step that fires next.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/engine_internal.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/text.h"

#define CALL_AGAIN_MS (2 * MINUTE_MS)
#define CALL_AGAIN_EMERGENCY_MS (30 * SECOND_MS)
#define RESTART_AFTER_MS (5 * MINUTE_MS)

struct step {
    struct engine *engine;
    const struct ask *ask;
    const struct cause *cause;
    const struct ladder_step *rung;
    int made;
};

/* `joins`: the message that rings this phone already for the same; 0. */
static int64_t put(const struct step *s, const struct recipient *to, time_ms due, bool fresh, int64_t joins,
                   enum reason *why)
{
    const time_ms now = engine_now(s->engine);
    const struct outbox_entry entry = { .cause = s->cause->id,
                                        .kind = s->cause->kind,
                                        .lane = s->cause->lane,
                                        .student = s->ask->student,
                                        .person = to->person,
                                        .line = to->line,
                                        .channel = to->channel,
                                        .due = due,
                                        .expires = s->ask->due > now ? s->ask->due : now + HOUR_MS,
                                        .fresh = fresh,
                                        .joins = joins };

    *why = to->reason;
    if (to->reason != REASON_NONE)
        return 0;
    if (to->line <= 0) {
        *why = to->person ? REASON_NO_LINE : REASON_NO_PERSON;
        return 0;
    }
    return outbox_put(s->engine->outbox, &entry, why);
}

static void attempt_one(struct step *s, const struct recipient *to)
{
    struct attempt attempt = { .ask = s->ask->id,
                               .round = s->ask->round,
                               .step = s->ask->step,
                               .n = 1,
                               .person = to->person,
                               .line = to->line > 0 ? to->line : 0,
                               .channel = to->channel };
    const int64_t there = attempt.line ? attempt_message(s->engine->store, &attempt) : 0;

    attempt.message = put(s, to, engine_now(s->engine), false, there, &attempt.skipped);
    attempt_put(s->engine->store, &attempt, engine_now(s->engine));
    s->made += attempt.message != 0;
}

/* One person by the rung's channels; "auto" is the one that fits them. */
static void attempt_person(struct step *s, const struct contact *c)
{
    const enum channel fits = engine_channel_of(s->engine, c->person, c->line);
    const bool all = s->cause->lane == LANE_EMERGENCY;
    bool done = false;

    for (size_t i = 0; i < s->rung->channel_count; i++) {
        struct recipient to = { .person = c->person };

        if (!channel_parse(&to.channel, s->rung->channels[i]))
            to.channel = fits;
        if (!all && to.channel != fits && s->rung->channel_count > 1)
            continue; /* routine questions take the one way that fits; alarms take all */
        to.line = person_best_line(s->engine->store, c->person, to.channel);
        attempt_one(s, &to);
        done = true;
    }
    if (!done) {
        struct recipient to = { .person = c->person, .channel = fits };

        to.line = person_best_line(s->engine->store, c->person, fits);
        attempt_one(s, &to);
    }
}

static void attempt_contacts(struct step *s, const struct contact *contacts, size_t count)
{
    const struct recipient nobody = { .reason = REASON_NO_PERSON };

    for (size_t i = 0; i < count; i++)
        attempt_person(s, &contacts[i]);
    if (count == 0)
        attempt_one(s, &nobody);
}

/* Whom the audience named for this child or person. */
static void attempt_audience(struct step *s)
{
    struct recipient to[CHAIN_MAX];
    const size_t count = recipient_of(s->engine->store, s->cause->id, s->ask->student,
                                      s->ask->student ? 0 : s->ask->person, to, COUNT(to));

    for (size_t i = 0; i < count; i++) {
        const struct contact contact = { .person = to[i].person, .line = to[i].line };

        if (to[i].reason == REASON_NONE)
            attempt_person(s, &contact);
        else
            attempt_one(s, &to[i]);
    }
    if (count == 0 && s->ask->person) {
        const struct contact contact = person_contact(s->engine->store, s->ask->person);

        attempt_person(s, &contact);
    }
}

static const struct {
    const char *word;
    enum chain chain;
    bool first; /* only the best of the chain */
} chains[] = {
    { "guardian", CHAIN_GUARDIANS, true }, { "guardians", CHAIN_GUARDIANS, false }, { "parents", CHAIN_PARENTS, false },
    { "mother", CHAIN_MOTHER, true },      { "father", CHAIN_FATHER, true },        { "mentor", CHAIN_MENTOR, false },
    { "teacher", CHAIN_TEACHER, false },
};

/* "guardian:2" is the second of the chain. */
static bool attempt_chain(struct step *s, const char *who)
{
    struct contact contacts[CHAIN_MAX];
    size_t count, from = 0;
    const char *colon = strchr(who, ':');
    const size_t length = colon ? (size_t)(colon - who) : strlen(who);

    for (size_t i = 0; i < COUNT(chains); i++) {
        if (strlen(chains[i].word) != length || strncmp(who, chains[i].word, length) != 0)
            continue;
        count = person_chain(s->engine->store, s->ask->student, chains[i].chain, engine_now(s->engine), contacts,
                             COUNT(contacts));
        if (colon)
            from = (size_t)strtoul(colon + 1, NULL, 10) - 1;
        if (from > count)
            from = count;
        attempt_contacts(s, contacts + from, chains[i].first && count > from ? 1 : count - from);
        return true;
    }
    return false;
}

static void attempt_who(struct step *s, const char *who)
{
    struct contact contacts[CHAIN_MAX];

    if (strcmp(who, "audience") == 0) {
        attempt_audience(s);
    } else if (text_starts(who, "person:")) {
        const int64_t person = person_by_ref(s->engine->store, who + strlen("person:"));
        const struct contact contact = person_contact(s->engine->store, person);

        attempt_contacts(s, &contact, person ? 1 : 0);
    } else if (!attempt_chain(s, who)) {
        const char *role = text_starts(who, "role:") ? who + 5 : who;

        attempt_contacts(s, contacts,
                         person_of_role(s->engine->store, role, engine_now(s->engine), contacts, COUNT(contacts)));
    }
}

static bool restarts(const struct ladder *ladder)
{
    return ladder->then[0] != '\0';
}

/* When the step was to fire: after downtime all steps of an alarm whose time has passed fire together. A routine question
 * counts from when it was really put. */
static time_ms fired(const struct ask *ask, enum lane lane, time_ms now)
{
    return lane == LANE_EMERGENCY && ask->next_at < now ? ask->next_at : now;
}

/* After the last step: a ladder that may not end in silence begins again, the others wait for the due time. */
static void schedule_next(struct engine *engine, const struct ask *ask, const struct ladder *ladder, int made)
{
    const time_ms now = engine_now(engine);
    const int next = ask->step + 1;
    time_ms at;

    if (next < (int)ladder->step_count) {
        at = made ? fired(ask, kind_row(ask->kind)->lane, now) + ladder->steps[next].after : now;
        ask_set_step(engine->store, ask->id, ask->round, next, now, at);
    } else if (restarts(ladder)) {
        at = ladder->steps[ladder->step_count - 1].after;
        ask_set_step(engine->store, ask->id, ask->round + 1, 0, now,
                     now + (at > RESTART_AFTER_MS ? at : RESTART_AFTER_MS));
    } else {
        ask_set_step(engine->store, ask->id, ask->round, next, now, made ? ask->due : now);
    }
}

/* The ask's own end: silent until due, or nobody could be asked. */
static void end(struct engine *engine, const struct ask *ask)
{
    ask_move(engine->store, ask->id, ask->state, attempt_reached(engine->store, ask->id) ? ASK_EXPIRED : ASK_UNASKED);
    talk_wake_lines(engine->store, ask->id, engine_now(engine));
}

static void fire(struct engine *engine, const struct ask *ask, const struct cause *cause)
{
    struct ladder ladder;
    struct step s = { .engine = engine, .ask = ask, .cause = cause };

    ladder_parse(&ladder, cause->ladder);
    if (ask->step >= (int)ladder.step_count && ask->due > engine_now(engine) &&
        attempt_alive(engine->store, ask->id, ask->round, (int)ladder.step_count - 1)) {
        ask_set_next(engine->store, ask->id,
                     ask->due); /* one phone of the last step is out; another may still answer */
    } else if (ask->step >= (int)ladder.step_count) {
        end(engine, ask);
    } else {
        s.rung = &ladder.steps[ask->step];
        for (size_t i = 0; i < s.rung->who_count; i++)
            attempt_who(&s, s.rung->who[i]);
        schedule_next(engine, ask, &ladder, s.made);
    }
    ladder_free(&ladder);
}

void engine_climb(struct engine *engine, int64_t id)
{
    struct ask ask = { 0 };
    struct cause cause = { 0 };

    if (ask_get(&ask, engine->store, id) && (ask.state == ASK_OPEN || ask.state == ASK_WAITING) &&
        cause_get(&cause, engine->store, ask.cause)) {
        if (strcmp(cause.state, "paused") == 0)
            ask_set_next(engine->store, id, engine_now(engine) + MINUTE_MS);
        else
            fire(engine, &ask, &cause);
    }
    cause_free(&cause);
    ask_free(&ask);
}

/* A call that nobody took is made again within its step; `again` is the call that was made for a sibling, then for this. */
static bool call_again(struct engine *engine, const struct ask *ask, const struct attempt *old, enum reason reason,
                       int64_t *again)
{
    struct cause cause = { 0 };
    struct ladder ladder;
    struct attempt attempt = *old;
    struct step s = { .engine = engine, .ask = ask, .cause = &cause };
    const struct recipient to = { .person = old->person, .line = old->line, .channel = old->channel };
    enum reason why;

    if (old->channel != CHANNEL_VOICE || (reason != REASON_BUSY && reason != REASON_NO_ANSWER) ||
        !cause_get(&cause, engine->store, ask->cause))
        return false;
    ladder_parse(&ladder, cause.ladder);
    attempt.message = 0;
    if (old->step < (int)ladder.step_count && old->n < ladder.steps[old->step].calls) {
        const time_ms wait = cause.lane == LANE_EMERGENCY ? CALL_AGAIN_EMERGENCY_MS : CALL_AGAIN_MS;

        attempt.n = old->n + 1;
        attempt.message = put(&s, &to, engine_now(engine) + wait, true, *again, &why);
        if (attempt.message)
            attempt_put(engine->store, &attempt, engine_now(engine));
        *again = attempt.message ? attempt.message : *again;
    }
    ladder_free(&ladder);
    cause_free(&cause);
    return attempt.message != 0;
}

void engine_message_ended(struct engine *engine, int64_t message, enum message_state state, enum reason reason)
{
    int64_t asks[64];
    const size_t count = attempt_asks(engine->store, message, asks, COUNT(asks));
    int64_t again = 0;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        struct ask ask = { 0 };
        struct attempt attempt;

        ask_stop_waiting(engine->store, asks[i]);
        if (ask_get(&ask, engine->store, asks[i]) && (ask.state == ASK_OPEN || ask.state == ASK_WAITING) &&
            attempt_of(&attempt, engine->store, ask.id, message) &&
            !call_again(engine, &ask, &attempt, reason, &again) &&
            attempt_alive(engine->store, ask.id, attempt.round, attempt.step) == 0 && ask.round == attempt.round &&
            ask.step == attempt.step + 1)
            ask_set_next(engine->store, ask.id, engine_now(engine));
        ask_free(&ask);
    }
}
