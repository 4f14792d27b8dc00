/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole terms in virtual time: monthly reminders, a broadcast and an alarm to sixty families over twenty weeks, with
 * crashes of gateway and daemon, lost, late and repeated reports. A failing seed prints the command that replays it:
 *
 *     build/tests/sim/test_term SEED
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/memory.h"
#include "sim/school.h"

enum { SEEDS = 30, WEEKS = 20, TURNS_MAX = 400000 };

static bool chance(struct school *s, unsigned permille)
{
    return random_below(&s->dice, 1000) < permille;
}

static void kill_daemon(struct school *s)
{
    s->kills++;
    if (s->verbose)
        printf("  the daemon is killed\n");
    world_restart(s->world);
    school_settle(s);
    world_commit(s->world);
}

/* One event of the world outside; a kill before the commit undoes it, one after leaves it unconfirmed: both are said again. */
static bool hear(struct school *s)
{
    const int event = school_say(s);

    if (event < 0)
        return false;
    if (chance(s, 5)) {
        kill_daemon(s);
        return true;
    }
    world_commit(s->world);
    if (chance(s, 5))
        kill_daemon(s);
    else
        s->events[event].done = true, s->events[event].told = s->world->now;
    return true;
}

static void hand_over(struct school *s)
{
    struct world *w = s->world;

    if (w->job_count && chance(s, 15)) {
        school_crash(s, w->jobs, w->job_count);
    } else {
        for (size_t i = 0; i < w->job_count; i++)
            school_carry(s, &w->jobs[i]);
    }
    if (w->job_count && chance(s, 4)) {
        kill_daemon(s); /* the phones rang, and what the gateway said of it is gone */
        return;
    }
    for (size_t i = 0; i < w->job_count; i++)
        job_free(&w->jobs[i]);
    w->job_count = 0;
    world_commit(w);
}

/* One turn of the loop with everything that can happen to it. */
static bool turn(struct school *s)
{
    struct world *w = s->world;
    bool done;

    w->window = w->now < s->down_until ? 0 : 16;
    if (s->down_until && w->now >= s->down_until) {
        s->down_until = 0;
        turn_set_now(w->turn, w->now);
        school_settle(s);
        world_commit(w);
    }
    if (hear(s))
        return true;
    if (chance(s, 2)) {
        world_work(w); /* and dies inside the turn */
        kill_daemon(s);
        return true;
    }
    done = world_turn(w);
    if (w->job_count && chance(s, 4)) {
        kill_daemon(s); /* committed as claimed, and never handed over */
        return true;
    }
    hand_over(s);
    return done;
}

static time_ms next_of(struct school *s)
{
    struct world *w = s->world;
    const time_ms times[] = { engine_next(w->engine), s->down_until ? TIME_NEVER : outbox_next_due(w->outbox, "phones"),
                              message_next_expiry(w->store), school_next(s) };
    time_ms next = TIME_NEVER;

    for (size_t i = 0; i < COUNT(times); i++)
        next = times[i] < next ? times[i] : next;
    return next;
}

static void begin(struct school *s)
{
    struct error err = { "" };
    const struct schedule_request monthly = { .name = "monthly",
                                              .kind = "checkin",
                                              .audience = "left-behind",
                                              .template = "checkin",
                                              .every = "month on the 2nd Saturday at 09:00" };

    turn_set_now(s->world->turn, s->world->now);
    if (!engine_add_schedule(s->world->engine, &monthly, &err)) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    world_commit(s->world);
}

static const char alarm_ladder[] =
    "{\"then\": \"restart\", \"steps\": [{\"who\": [\"guardian:1\"], \"channels\": [\"sms\"]},"
    " {\"after\": 600000, \"who\": [\"mentor\"], \"channels\": [\"voice\"]}]}";

/* What the school does in the term beside its reminders: a broadcast at any hour, and an alarm that is closed by a
 * person six hours later. */
enum deed { BROADCAST, ALARM, CLOSING, DEEDS };

static void act(struct school *s, enum deed deed)
{
    struct world *w = s->world;

    switch (deed) {
    case BROADCAST:
        world_ask(w, KIND_NOTICE, "class:一(1)班", "{student}明天体检，不收钱。");
        return;
    case ALARM:
        w->ladder = alarm_ladder;
        s->alarm = world_ask(w, KIND_EMERGENCY, "class:二(1)班", "{students}：山洪警报，请马上接孩子。");
        w->ladder = NULL;
        return;
    case CLOSING:
        turn_set_now(w->turn, w->now);
        engine_close_alert(w->engine, s->alarm, "all are home", "root", NULL);
        world_commit(w);
        return;
    case DEEDS:
        return;
    }
}

static int run(uint64_t seed, bool verbose)
{
    static struct school school;
    struct school *s = &school;
    time_ms end, deeds[DEEDS + 1];
    enum deed deed = BROADCAST;
    int turns = 0, faults;

    school_open(s, seed, verbose);
    begin(s);
    end = s->world->now + WEEKS * 7 * DAY_MS;
    deeds[BROADCAST] = s->world->now + 30 * DAY_MS + (time_ms)(7 * seed % 24) * HOUR_MS;
    deeds[ALARM] = s->world->now + 43 * DAY_MS + (time_ms)(seed % 24) * HOUR_MS;
    deeds[CLOSING] = deeds[ALARM] + 6 * HOUR_MS;
    deeds[DEEDS] = TIME_NEVER;
    while (s->world->now < end && turns++ < TURNS_MAX) {
        time_ms next;

        if (turn(s))
            continue;
        if (s->world->now >= deeds[deed]) {
            act(s, deed++);
            continue;
        }
        next = next_of(s);
        if (deeds[deed] < next)
            next = deeds[deed];
        s->world->now = next > s->world->now ? (next < end ? next : end) : s->world->now + 1;
    }
    faults = school_judge(s);
    if (turns >= TURNS_MAX) {
        printf("BROKEN: the term does not end\n");
        faults++;
    }
    if (faults || verbose)
        printf("seed %llu: %d turns, %zu rang, %d kills, %d crashes, %d broken: build/tests/sim/test_term %llu\n",
               (unsigned long long)seed, turns, s->seen_count, s->kills, s->crashes, faults, (unsigned long long)seed);
    school_close(s);
    return faults;
}

int main(int argc, char **argv)
{
    int failed = 0;

    log_set_level(LOG_LEVEL_WARNING);
    if (argc > 1)
        return run(strtoull(argv[1], NULL, 10), true) ? 1 : 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        failed += run(seed, false) > 0;
    printf("%d passed, %d failed\n", SEEDS - failed, failed);
    return failed ? 1 : 0;
}
