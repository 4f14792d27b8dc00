/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole terms of 240 families with storms: alerts to all and to classes at once, absences, check-ins, meetings and
 * broadcasts, while the daemon is killed, the clock jumps and two gateways die and lie. A model written beside the engine
 * judges what left, when, and who was taken at their word. A failing seed prints the command that replays it:
 *
 *     build/tests/sim/storm SEED [-v]          build/tests/sim/storm FIRST LAST
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/memory.h"
#include "sim/errand.h"
#include "sim/town.h"

enum { SEEDS = 10, WEEKS = 18, TURNS_MAX = 2000000, CLAIMS = 64, STORMS = 6, DEEDS_MAX = 64 };
#define HOLD_MS (5 * SECOND_MS)
#define HOLD_ROUTINE_MS MINUTE_MS

/* What is done by people and fate at a time. */
enum deed_kind { STORM, CLASS_ALERT, ABSENCE, TAKE, CLOSE, BROADCAST, MEETING, TOWER_DIES, JUMP, KILL, COMPARE };
struct deed {
    time_ms at;
    enum deed_kind kind;
    int number; /* ladder, alert, tower */
    time_ms length;
};

struct storm {
    struct town town;
    struct errands errands;
    struct deed deeds[DEEDS_MAX * 4];
    int deed_count, next_deed;
    int broadcasts;
    bool verbose;
};

static void hear_recalls(struct storm *s)
{
    for (size_t i = 0; i < s->town.recalled_count; i++)
        model_recalled(s->town.model, s->town.recalled[i]);
    s->town.recalled_count = 0;
}

static void commit(struct storm *s)
{
    world_commit(s->town.world);
    hear_recalls(s);
}

static void trace(const struct storm *s, const char *what, int64_t number)
{
    if (s->verbose)
        printf("%" PRId64 " %s %" PRId64 "\n", s->town.world->now, what, number);
}

/* The daemon dies: so do its gateways. */
static void kill_daemon(struct storm *s)
{
    struct town *t = &s->town;

    trace(s, "the daemon is killed", ++t->kills);
    t->recalled_count = 0;
    for (int i = 0; i < TOWERS; i++) {
        const time_ms back = t->towers[i].back_at;

        town_crash(t, i, town_within(t, SECOND_MS, 4 * SECOND_MS));
        if (back != TIME_NEVER && back > t->towers[i].back_at)
            t->towers[i].back_at = back;
    }
    world_restart(t->world);
    town_gateways(t);
    engine_hold(t->world->engine, t->world->now + HOLD_MS, t->world->now + HOLD_ROUTINE_MS);
    model_hold(t->model, t->world->now + HOLD_MS);
    model_lost(t->model);
    commit(s);
}

/* The daemon dies now; not while takings expire in slices, for the model does that in one. */
static bool dies(struct storm *s, unsigned permille)
{
    return s->town.model->expired_at != s->town.world->now && town_chance(&s->town, permille);
}

/* Something comes in; a kill before the commit undoes it, and it is said again. */
static bool hear(struct storm *s)
{
    struct town *t = &s->town;
    struct happening h;

    if (!town_take(t, &h))
        return false;
    if (!town_tell(t, &h))
        return true;
    if (dies(s, 1)) {
        h.at = t->world->now + 2 * SECOND_MS;
        if (h.what != CARRY)
            town_put(t, &h);
        else
            t->rang_out[h.job.message] = 1;
        kill_daemon(s);
        return true;
    }
    world_commit(t->world);
    if (s->verbose && h.what >= SAY)
        printf("%" PRId64 " %s: \"%s\" (%" PRId64 ")\n", t->world->now, t->phones[h.job.phone].e164, h.text,
               h.job.message);
    town_told(t, &h);
    hear_recalls(s);
    if (dies(s, 1))
        kill_daemon(s);
    return true;
}

static size_t claim(struct storm *s, int tower, struct job *jobs)
{
    struct town *t = &s->town;

    return t->towers[tower].up ? outbox_claim(t->world->outbox, t->towers[tower].name, CLAIMS, CLAIMS, jobs, CLAIMS)
                               : 0;
}

static void left(struct storm *s, const struct job *job)
{
    struct town *t = &s->town;
    const struct model_job seen = { .message = job->message,
                                    .phone = town_phone_of(t, job->to),
                                    .way = job->channel == CHANNEL_VOICE ? BY_CALL : BY_TEXT,
                                    .text = job->text };

    if (s->verbose)
        printf("%" PRId64 " %s %s (%" PRId64 "): %s\n", t->world->now, job->channel == CHANNEL_VOICE ? "call" : "text",
               job->to, job->message, job->text);
    model_job(t->model, &seen);
    errand_job(&s->errands, &seen, t->world->now, t->world->zone, t->model);
}

/* Work and claims, committed, and only then handed over. */
static bool work(struct storm *s)
{
    struct town *t = &s->town;
    struct job jobs[TOWERS][CLAIMS];
    size_t counts[TOWERS];
    const int first = (int)random_below(&t->dice, TOWERS);
    bool done, killed;

    turn_set_now(t->world->turn, t->world->now);
    done = engine_work(t->world->engine);
    for (int i = 0; i < TOWERS; i++)
        counts[(first + i) % TOWERS] = claim(s, (first + i) % TOWERS, jobs[(first + i) % TOWERS]);
    outbox_expire(t->world->outbox);
    done = done || counts[0] || counts[1];
    killed = done && dies(s, 1);
    if (!killed)
        commit(s);
    for (int i = 0; i < TOWERS && !killed; i++)
        for (size_t j = 0; j < counts[i]; j++)
            left(s, &jobs[i][j]);
    if (killed || (counts[0] + counts[1] && dies(s, 2)))
        kill_daemon(s); /* inside the turn, or with what was claimed never handed over */
    else
        for (int i = 0; i < TOWERS; i++)
            for (size_t j = 0; j < counts[i]; j++)
                town_hand_over(t, i, &jobs[i][j]);
    for (int i = 0; i < TOWERS; i++)
        for (size_t j = 0; j < counts[i]; j++)
            job_free(&jobs[i][j]);
    return done || killed;
}

static void look_at_towers(struct storm *s)
{
    struct town *t = &s->town;

    for (int i = 0; i < TOWERS; i++)
        if (t->towers[i].back_at <= t->world->now) {
            trace(s, "is there again", i);
            town_ready(t, i);
            commit(s);
        }
    if (!t->towers[0].up)
        model_excuse_way(t->model, BY_CALL, t->world->now);
    if (!t->towers[0].up && !t->towers[1].up)
        model_excuse_way(t->model, BY_TEXT, t->world->now);
    if (!t->towers[1].up || (t->towers[0].up && t->model->excused_way[BY_CALL] + SECOND_MS < t->world->now))
        t->model->alarm_since = 0;
    else if (!t->towers[0].up && !t->model->alarm_since)
        t->model->alarm_since = t->world->now;
}

/* --- what Greenline says against what the model knows --- */

static enum fate fate_of(const char *state)
{
    return strstr(state, "closed")     ? CLOSED
           : strstr(state, "settling") ? TAKEN
           : strstr(state, "answered") ? DONE
                                       : OPEN;
}

static void compare(struct storm *s, const struct alert *a, int child)
{
    static const char *const fates[] = { "unasked", "open", "taken", "done", "closed" };
    struct world *w = s->town.world;
    CLEANUP(mem_clean) char *sql =
        mem_format("SELECT iif(closed IS NOT NULL, 'closed', state || ' ' || wait) FROM ask WHERE cause = %" PRId64
                   " AND student = %d",
                   a->cause, child + 1);
    CLEANUP(mem_clean) char *state = world_words(w, sql);
    struct question *q = &s->town.model->alerts[a - s->town.model->alerts].questions[child];
    const enum fate want = q->fate, got = fate_of(state);

    if (want == OPEN && got == TAKEN && q->maybe) {
        model_settle(s->town.model, &s->town.model->alerts[a - s->town.model->alerts], child, TAKEN);
        q->maybe = false;
        return;
    }
    q->maybe = false;
    s->town.model->judged++;
    if (want != got && !(want == DONE && got == CLOSED))
        model_fault(s->town.model, "who was taken at their word",
                    "cause %" PRId64 " child %d: Greenline says %s, the model %s", a->cause, child, state, fates[want]);
}

static void compare_all(struct storm *s, bool touched_only)
{
    struct model *m = s->town.model;

    for (int i = 0; i < m->alert_count; i++)
        for (int c = 0; c < MODEL_CHILDREN && m->alerts[i].opened > m->now - DAY_MS; c++) {
            struct question *q = &m->alerts[i].questions[c];

            if (q->fate != UNASKED && (q->touched || !touched_only))
                compare(s, &m->alerts[i], c);
            q->touched = false;
        }
}

/* --- deeds --- */

static int64_t open_cause(struct storm *s, enum kind kind, const char *audience, const char *template, const char *text)
{
    struct world *w = s->town.world;
    CLEANUP(mem_clean) char *key = mem_format("storm:%" PRIu64, ++w->uid);
    struct error err = { "" };
    int64_t cause;

    turn_set_now(w->turn, w->now);
    cause = engine_open_cause(w->engine,
                              &(struct cause_request){ .key = key,
                                                       .kind = kind,
                                                       .title = text,
                                                       .by = "root",
                                                       .audience = audience,
                                                       .template = template,
                                                       .text = text },
                              &err);
    if (!cause) {
        fprintf(stderr, "storm: %s\n", err.text);
        abort();
    }
    commit(s);
    return cause;
}

static void raise_alert(struct storm *s, const struct deed *d)
{
    struct town *t = &s->town;
    bool children[MODEL_CHILDREN] = { false };
    const int class = d->number % 6 + 1, one = (int)(d->length / HOUR_MS) % MODEL_CHILDREN;
    CLEANUP(mem_clean) char *audience = d->kind == STORM         ? mem_dup("all")
                                        : d->kind == CLASS_ALERT ? mem_format("class:%d班", class)
                                                                 : mem_format("student:S%d", one);
    CLEANUP(mem_clean) char *text =
        mem_format(d->kind == ABSENCE ? "事由%d。{student}没到校" : "事由%d。山洪，请接孩子", t->model->alert_count);
    int64_t cause;

    for (int c = 0; c < MODEL_CHILDREN; c++)
        children[c] = d->kind == STORM || (d->kind == CLASS_ALERT ? c % 6 + 1 == class : c == one);
    t->world->ladder = model_ladders[d->number % MODEL_LADDERS].json;
    cause = open_cause(s, d->kind == ABSENCE ? KIND_ABSENT : KIND_EMERGENCY, audience,
                       d->kind == ABSENCE ? NULL : "emergency", text);
    t->world->ladder = NULL;
    trace(s, "an alert is raised", cause);
    model_alert(t->model, cause, d->number % MODEL_LADDERS, d->kind == ABSENCE, children);
}

static void tell_of_routine(struct storm *s, enum deed_kind kind)
{
    CLEANUP(mem_clean) char *text = mem_format(
        kind == MEETING ? "通告%d。{student}家长会，来回1，不来回2" : "通告%d。明天体检，不收钱。", s->broadcasts);

    open_cause(s, kind == MEETING ? KIND_MEETING : KIND_NOTICE, "all", NULL, text);
    errand_open(&s->errands, s->broadcasts++, s->town.world->now, s->town.world->zone,
                kind == MEETING ? 50 * HOUR_MS : 0);
}

static void take_or_close(struct storm *s, const struct deed *d)
{
    struct town *t = &s->town;
    struct world *w = t->world;
    const struct alert *a = &t->model->alerts[d->number];

    if (a->closed)
        return;
    turn_set_now(w->turn, w->now);
    if (d->kind == TAKE)
        engine_answer_cause(w->engine, a->cause, &(struct answer_row){ .class = "ack", .via = "staff", .by = "root" });
    else
        engine_close_alert(w->engine, a->cause, "all are home", "root", NULL);
    world_commit(w);
    trace(s, d->kind == TAKE ? "staff take all of" : "closed:", a->cause);
    if (d->kind == TAKE)
        model_take(t->model, d->number);
    else
        model_close(t->model, d->number);
    hear_recalls(s);
}

static void jump(struct storm *s, time_ms by)
{
    struct town *t = &s->town;

    trace(s, "the clock jumps by", by);
    t->jumps++;
    t->world->now += by;
    t->model->now = t->world->now;
    model_excuse(t->model, t->world->now);
}

static void act(struct storm *s, const struct deed *d)
{
    struct town *t = &s->town;

    switch (d->kind) {
    case STORM:
    case CLASS_ALERT:
    case ABSENCE:
        raise_alert(s, d);
        return;
    case TAKE:
    case CLOSE:
        take_or_close(s, d);
        return;
    case BROADCAST:
    case MEETING:
        tell_of_routine(s, d->kind);
        return;
    case TOWER_DIES:
        trace(s, "a gateway dies", d->number);
        for (int i = 0; i < TOWERS; i++)
            if (d->number == TOWERS || d->number == i)
                town_crash(t, i, d->length);
        turn_set_now(t->world->turn, t->world->now);
        engine_watch_gateways(t->world->engine); /* as the daemon does whenever one goes down */
        commit(s);
        return;
    case JUMP:
        jump(s, d->length);
        return;
    case KILL:
        kill_daemon(s);
        return;
    case COMPARE:
        compare_all(s, false);
        return;
    }
}

static void plan(struct storm *s, time_ms at, enum deed_kind kind, int number, time_ms length)
{
    struct deed *d = s->deeds + s->deed_count;

    if (s->deed_count++ == DEEDS_MAX * 4)
        abort();
    for (; d > s->deeds && d[-1].at > at; d--)
        *d = d[-1];
    *d = (struct deed){ at, kind, number, length };
}

/* One evening or night of trouble: an alert to all, one to a class beside it, an absence. */
static void plan_storm(struct storm *s, int k, time_ms day)
{
    struct town *t = &s->town;
    const time_ms at = day + town_within(t, 0, 24) * HOUR_MS + town_within(t, 0, HOUR_MS);
    const time_ms end = at + town_within(t, 80 * MINUTE_MS, 150 * MINUTE_MS);

    plan(s, at, STORM, (int)((s->town.seed + (uint64_t)k) % MODEL_LADDERS), 0);
    plan(s, at + town_within(t, MINUTE_MS, 20 * MINUTE_MS), CLASS_ALERT, k + 1, 0);
    plan(s, at + town_within(t, 20 * MINUTE_MS, 40 * MINUTE_MS), ABSENCE, k % 2 * 2, town_within(t, 0, 240) * HOUR_MS);
    if (k % 2)
        plan(s, at + town_within(t, 30 * MINUTE_MS, HOUR_MS), TAKE, k * 3, 0);
    if (k % 3 == 1)
        plan(s, at + town_within(t, MINUTE_MS, HOUR_MS), TOWER_DIES, TOWERS, town_within(t, MINUTE_MS, 20 * MINUTE_MS));
    if (k % 3 == 2)
        plan(s, at + town_within(t, 0, 20 * MINUTE_MS), TOWER_DIES, 0, 2 * HOUR_MS);
    if (k % 4 == 0)
        plan(s, at + town_within(t, 20 * MINUTE_MS, HOUR_MS), JUMP, 0, town_within(t, 5 * MINUTE_MS, 90 * MINUTE_MS));
    if (k % 4 == 3)
        plan(s, at + town_within(t, 20 * MINUTE_MS, HOUR_MS), JUMP, 0, -town_within(t, SECOND_MS, 4 * MINUTE_MS));
    plan(s, at + town_within(t, MINUTE_MS, HOUR_MS), KILL, 0, 0);
    for (time_ms when = at + 10 * MINUTE_MS; when < end + 4 * HOUR_MS; when += 25 * MINUTE_MS)
        plan(s, when, COMPARE, 0, 0);
    for (int i = 0; i < 3; i++)
        plan(s, end + i * 7 * MINUTE_MS, CLOSE, k * 3 + i, 0);
}

static void plan_term(struct storm *s, time_ms begin)
{
    for (int k = 0; k < STORMS; k++)
        plan_storm(s, k, begin + (5 + k * 3) * 7 * DAY_MS / 1 - 20 * DAY_MS);
    for (int k = 0; k < 4; k++) {
        plan(s, begin + (k * 28 + 16) * DAY_MS + town_within(&s->town, 0, 24) * HOUR_MS, BROADCAST, 0, 0);
        plan(s, begin + (k * 28 + 17) * DAY_MS + 4 * HOUR_MS, TOWER_DIES, TOWERS, HOUR_MS);
    }
}

static void begin(struct storm *s)
{
    struct world *w = s->town.world;
    struct error err = { "" };
    const struct schedule_request monthly = { .name = "monthly",
                                              .kind = "checkin",
                                              .audience = "left-behind",
                                              .template = "checkin",
                                              .every = "month on the 2nd Saturday at 09:00" };

    turn_set_now(w->turn, w->now);
    if (!engine_add_schedule(w->engine, &monthly, &err))
        abort();
    commit(s);
    plan_term(s, w->now);
}

static time_ms next_time(struct storm *s, time_ms end)
{
    struct town *t = &s->town;
    struct world *w = t->world;
    time_ms next = end;
    const time_ms times[] = { engine_next(w->engine),
                              t->towers[0].up ? outbox_next_due(w->outbox, "phones") : TIME_NEVER,
                              t->towers[1].up ? outbox_next_due(w->outbox, "mast") : TIME_NEVER,
                              message_next_expiry(w->store),
                              town_next(t),
                              model_next(t->model),
                              s->next_deed < s->deed_count ? s->deeds[s->next_deed].at : TIME_NEVER };

    for (size_t i = 0; i < COUNT(times); i++)
        next = times[i] < next ? times[i] : next;
    return next > w->now ? next : w->now + 1;
}

/* All that is to be done now; false when nothing is left. */
static bool turn(struct storm *s)
{
    struct town *t = &s->town;

    t->model->now = t->world->now;
    look_at_towers(s);
    if (hear(s))
        return true;
    model_advance(t->model, t->world->now);
    if (work(s))
        return true;
    if (s->next_deed < s->deed_count && s->deeds[s->next_deed].at <= t->world->now) {
        act(s, &s->deeds[s->next_deed++]);
        return true;
    }
    model_quiet(t->model);
    compare_all(s, true);
    return false;
}

static int64_t count(struct storm *s, const char *sql)
{
    return world_value(s->town.world, sql);
}

/* What the tables say when the term is over. */
static void judge_end(struct storm *s)
{
    struct model *m = s->town.model;

    if (count(s, "SELECT count(*) FROM ask WHERE closed IS NULL AND state NOT IN ('answered', 'declined', 'expired', "
                 "'unasked', 'cancelled')"))
        model_fault(m, "every ask ends", "some are open");
    if (count(s, "SELECT count(*) FROM message WHERE state IN ('queued', 'claimed', 'started', 'unknown')"))
        model_fault(m, "1", "messages are still on their way");
    if (count(
            s,
            "SELECT count(*) FROM message WHERE state IN ('refused', 'expired', 'cancelled', 'held') AND reason = ''"))
        model_fault(m, "1", "a message ended without a reason");
    if (count(s, "SELECT count(*) FROM answer WHERE class IN ('ack', 'take') AND via NOT IN ('code', 'key', 'single', "
                 "'name', 'staff')"))
        model_fault(m, "every acknowledgement names how it was known", "one does not");
    if (count(s, "SELECT count(*) FROM (SELECT 1 FROM attempt WHERE message IS NOT NULL GROUP BY ask, round, step, "
                 "person, line, channel, n HAVING count(*) > 1)"))
        model_fault(m, "one attempt a person, line, channel, call and round", "there are two");
    if (count(s, "SELECT count(*) FROM message m WHERE recalled IS NOT NULL AND state NOT IN ('cancelled', 'accepted', "
                 "'delivered', 'undelivered', 'refused', 'held', 'expired')"))
        model_fault(m, "what rings all the same is shown", "a recalled message has no end");
}

static int run(uint64_t seed, bool verbose)
{
    struct storm *s = mem_new(1, sizeof *s);
    int turns = 0, faults;
    time_ms end;

    s->verbose = verbose;
    town_open(&s->town, seed, verbose);
    begin(s);
    end = s->town.world->now + WEEKS * 7 * DAY_MS;
    while (s->town.world->now < end && turns++ < TURNS_MAX && s->town.model->faults < 40)
        if (!turn(s))
            s->town.world->now = next_time(s, end);
    if (turns >= TURNS_MAX)
        model_fault(s->town.model, "the term", "does not end");
    if (s->town.model->faults < 40) {
        judge_end(s);
        errand_judge(&s->errands, s->town.model);
    }
    faults = s->town.model->faults;
    printf("seed %" PRIu64 ": %d turns, %d rang, %d kills, %d gateways died, %" PRId64 " judged, %d broken%s%" PRIu64
           "%s\n",
           seed, turns, s->town.rang, s->town.kills, s->town.crashes, s->town.model->judged, faults,
           faults ? ": build/tests/sim/storm " : " (", seed, faults ? " -v" : ")");
    town_close(&s->town);
    free(s);
    return faults;
}

int main(int argc, char **argv)
{
    const bool verbose = argc > 2 && strcmp(argv[2], "-v") == 0;
    const uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    const uint64_t last = argc > 2 && !verbose ? strtoull(argv[2], NULL, 10) : argc > 1 ? first : SEEDS;
    int failed = 0;

    log_set_level(LOG_LEVEL_ERROR - 1); /* alarms of its own are part of it */
    for (uint64_t seed = first; seed <= last; seed++)
        failed += run(seed, verbose) > 0;
    printf("%d passed, %d failed\n", (int)(last - first + 1) - failed, failed);
    return failed ? 1 : 0;
}
