/* SPDX-License-Identifier: Apache-2.0 */
/* Families, phones and a gateway with faults; see school.h. */
#include "sim/school.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

static bool chance(struct school *s, unsigned percent)
{
    return random_below(&s->dice, 100) < percent;
}

static time_ms within(struct school *s, time_ms from, time_ms to)
{
    return from + (time_ms)random_below(&s->dice, (uint64_t)(to - from));
}

static int add_phone(struct school *s, enum profile profile)
{
    struct phone *p = &s->phones[s->phone_count];

    *p = (struct phone){ .profile = profile };
    snprintf(p->e164, sizeof p->e164, "+861990000%04d", (int)s->phone_count + 1);
    return (int)s->phone_count++;
}

static const unsigned weights[PROFILES] = {
    [ANSWERS_FINE] = 40, [ANSWERS_HELP] = 8, [MUMBLES] = 7, [WRONG_NUMBER] = 3, [OPTS_OUT] = 3,
    [MISSED_CALL] = 8,   [LATE] = 8,         [SILENT] = 13, [AUTOMAT] = 4,      [CHANGES_MIND] = 6
};

static enum profile any_profile(struct school *s)
{
    uint64_t dice = random_below(&s->dice, 100);
    enum profile profile = ANSWERS_FINE;

    while (dice >= weights[profile]) {
        dice -= weights[profile];
        profile++;
    }
    return profile;
}

static int64_t add_person(struct school *s, const char *role, int number, int phone)
{
    char ref[24];
    int64_t person;

    snprintf(ref, sizeof ref, "%s%d", role, number);
    person = world_person(s->world, ref, ref, s->phones[phone].e164);
    s->phones[phone].line = line_find(s->world->store, s->phones[phone].e164);
    return person;
}

/* Every third child is the sibling of the one before, on the same phone; every seventh has a restricted father, every
 * other of them on the mother's phone. */
static void add_families(struct school *s, const int64_t *mentors)
{
    int64_t guardian = 0;
    int phone = 0;

    for (int i = 0; i < FAMILIES; i++) {
        char ref[16];
        int64_t student;

        snprintf(ref, sizeof ref, "S%d", i);
        snprintf(s->names[i], sizeof s->names[i], "娃%03d号", i);
        student = world_student(s->world, ref, s->names[i], i % 2 ? "一(1)班" : "二(1)班", true);
        if (i % 3 != 2) {
            phone = add_phone(s, any_profile(s));
            guardian = add_person(s, "G", i, phone);
            if (chance(s, 20))
                world_sql(s->world, "UPDATE person SET reads = 0 WHERE id = (SELECT max(id) FROM person)");
        }
        world_relate(s->world, student, guardian, "paternal_grandmother", 1, false);
        s->phones[phone].children[i] = true;
        world_mentor(s->world, mentors[i % 4], student);
        if (i % 7 == 3) {
            const int own = i % 2 ? phone : add_phone(s, ANSWERS_HELP);
            const int64_t father = add_person(s, "F", i, own);

            world_relate(s->world, student, father, "father", 2, true);
            s->phones[own].forbidden[i] = true;
        }
    }
}

void school_open(struct school *s, uint64_t seed, bool verbose)
{
    int64_t mentors[4];

    *s = (struct school){ .dice = random_from_seed(seed), .verbose = verbose };
    s->can = (struct doubt){ .idempotent = seed % 3 == 0, .probe = seed % 3 == 1 };
    s->world = world_open();
    for (int i = 0; i < 4; i++)
        mentors[i] = add_person(s, "M", i, add_phone(s, SILENT));
    add_families(s, mentors);
}

void school_close(struct school *s)
{
    for (size_t i = 0; i < s->seen_count; i++)
        free(s->ledger[i].text);
    world_close(s->world);
}

static int phone_of(const struct school *s, const char *e164)
{
    for (size_t i = 0; i < s->phone_count; i++)
        if (strcmp(s->phones[i].e164, e164) == 0)
            return (int)i;
    return -1;
}

static struct seen *ledger_find(struct school *s, int64_t message)
{
    for (size_t i = 0; i < s->seen_count; i++)
        if (s->ledger[i].message == message)
            return &s->ledger[i];
    return NULL;
}

static struct event *add_event(struct school *s, const struct job *job, time_ms at)
{
    struct event *e;

    if (s->event_count == EVENTS_MAX)
        abort();
    e = &s->events[s->event_count];
    *e = (struct event){ .at = at, .message = job->message, .phone = phone_of(s, job->to) };
    snprintf(e->uid, sizeof e->uid, "u%zu", s->event_count++);
    snprintf(e->key, sizeof e->key, "%s", job->id);
    return e;
}

static void reply(struct school *s, const struct job *job, time_ms after, const char *text)
{
    struct event *e = add_event(s, job, s->world->now + after);

    if (job->channel == CHANNEL_VOICE) {
        e->report = "answered";
        e->digits = strcmp(text, "1") == 0 || strcmp(text, "2") == 0 ? text : "";
    } else {
        e->text = text;
    }
}

/* What the people at the phone do with a question. */
static void react(struct school *s, const struct job *job)
{
    const time_ms soon = within(s, MINUTE_MS, 3 * HOUR_MS);

    switch (s->phones[phone_of(s, job->to)].profile) {
    case ANSWERS_FINE:
        reply(s, job, soon, chance(s, 70) ? "1" : "娃儿好得很");
        return;
    case ANSWERS_HELP:
        reply(s, job, soon, chance(s, 50) ? "2" : "孩子发烧了");
        return;
    case MUMBLES:
        reply(s, job, soon, "嗯？");
        return;
    case WRONG_NUMBER:
        reply(s, job, soon, "打错了");
        return;
    case OPTS_OUT:
        reply(s, job, soon, chance(s, 50) ? "退订" : "1");
        return;
    case MISSED_CALL:
        add_event(s, job, s->world->now + soon)->call = "missed";
        return;
    case LATE:
        reply(s, job, within(s, 25 * HOUR_MS, 47 * HOUR_MS), "1");
        return;
    case AUTOMAT:
        reply(s, job, 5 * SECOND_MS,
              chance(s, 50) ? "【自动回复】您好，我现在有事不在，稍后联系您。" : "自动回复：在忙");
        return;
    case CHANGES_MIND:
        reply(s, job, soon, chance(s, 50) ? "1" : "2");
        reply(s, job, soon + HOUR_MS, chance(s, 50) ? "1" : "2");
        return;
    case SILENT:
    case PROFILES:
        return;
    }
}

/* The phone gets it; with an idempotent gateway the same key only once. */
static void ring(struct school *s, const struct job *job)
{
    struct seen *seen = ledger_find(s, job->message);

    if (seen && s->can.idempotent)
        return;
    if (seen) {
        seen->times++;
        return;
    }
    if (s->seen_count == LEDGER_MAX)
        abort();
    s->ledger[s->seen_count++] = (struct seen){ .message = job->message,
                                                .phone = phone_of(s, job->to),
                                                .times = 1,
                                                .at = s->world->now,
                                                .text = mem_dup(job->text),
                                                .call = job->channel == CHANNEL_VOICE,
                                                .emergency = job->lane == LANE_EMERGENCY };
    if (s->verbose)
        printf("  rings %s: %s\n", job->to, job->text);
    react(s, job);
}

static void report(struct school *s, const struct job *job)
{
    const char *state = job->channel == CHANNEL_VOICE ? "answered" : chance(s, 95) ? "delivered" : "undelivered";

    if (chance(s, 5))
        return; /* lost */
    add_event(s, job, s->world->now + within(s, SECOND_MS, chance(s, 10) ? 20 * HOUR_MS : MINUTE_MS))->report = state;
    if (chance(s, 5))
        add_event(s, job, s->world->now + 2 * HOUR_MS)->report = state; /* twice */
}

static void probe(void *arg, const char *id, const char *provider_id)
{
    struct school *s = arg;
    const char *number = strrchr(id, '-');

    (void)provider_id;
    outbox_fate(s->world->outbox, id, number && ledger_find(s, strtoll(number + 1, NULL, 10)) ? "sent" : "not_sent");
}

void school_carry(struct school *s, const struct job *job)
{
    struct outbox *outbox = s->world->outbox;
    const uint64_t dice = random_below(&s->dice, 100);

    if (dice < 3) {
        outbox_refused(outbox, "phones", job->id, "temporary", "busy", NULL, 0);
    } else if (dice < 4) {
        outbox_refused(outbox, "phones", job->id, "throttled", "429", NULL, MINUTE_MS);
    } else if (dice < 5) {
        outbox_refused(outbox, "phones", job->id, "permanent", "no_such_number", NULL, 0);
    } else if (dice < 8) {
        outbox_started(outbox, job->id);
        if (chance(s, 50))
            ring(s, job);
        if (outbox_unknown(outbox, job->id, "no answer", s->can))
            probe(s, job->id, NULL);
    } else {
        outbox_started(outbox, job->id);
        if (chance(s, 5)) {
            int64_t message; /* the report overtakes */

            outbox_status(
                outbox,
                &(struct outbox_report){ .gateway = "phones", .id = job->id, .state = "delivered", .seconds = -1 },
                &message);
        }
        ring(s, job);
        outbox_accepted(outbox, "phones", job->id, NULL, 1);
        report(s, job);
    }
}

void school_crash(struct school *s, const struct job *jobs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const bool started = chance(s, 60);

        if (started && chance(s, 60))
            ring(s, &jobs[i]);
        outbox_lost(s->world->outbox, jobs[i].id, started);
    }
    s->crashes++;
    s->down_until = s->world->now + within(s, SECOND_MS, 5 * MINUTE_MS);
}

time_ms school_next(const struct school *s)
{
    time_ms next = s->down_until > s->world->now ? s->down_until : TIME_NEVER;

    for (size_t i = s->first_open; i < s->event_count; i++)
        if (!s->events[i].done && s->events[i].at < next)
            next = s->events[i].at;
    return next;
}

int school_say(struct school *s)
{
    while (s->first_open < s->event_count && s->events[s->first_open].done)
        s->first_open++;
    for (size_t i = s->first_open; i < s->event_count; i++) {
        struct event *e = &s->events[i];
        struct inbound in = { .gateway = "phones",
                              .uid = e->uid,
                              .from = s->phones[e->phone].e164,
                              .text = e->text,
                              .call = e->call,
                              .at = e->at };
        int64_t message = 0;

        if (e->done || e->at > s->world->now)
            continue;
        if (e->report)
            outbox_status(
                s->world->outbox,
                &(struct outbox_report){ .gateway = "phones", .id = e->key, .state = e->report, .seconds = -1 },
                &message);
        if (!e->report) {
            inbox_receive(s->world->inbox, &in);
        } else if (e->digits && e->digits[0] && message) {
            in.digits = e->digits;
            in.message = message;
            inbox_receive(s->world->inbox, &in);
        }
        return (int)i;
    }
    return -1;
}

void school_settle(struct school *s)
{
    outbox_settle(s->world->outbox, "phones", s->can, probe, s);
}
