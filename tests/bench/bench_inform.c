/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An inform to 100,000 families in process, on a store in a file with the helper thread, turns as the daemon makes them:
 * how long it takes to expand, how long turns last, what memory it needs, when an emergency behind it leaves, and how
 * many messages a second are claimed, accepted and delivered durably. Prints figures, asserts nothing. FAMILIES=N.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/clock.h"
#include "lib/memory.h"
#include "store/helper.h"
#include "support/world.h"

enum { WORK_MS = 6, BEHIND_MS = 20, TURNS_MAX = 200000, CLAIMS = 64, LINE_MAX = 256 };

struct turns {
    double *ms;
    size_t count;
};

/* Real time in milliseconds with fractions, which lib/clock.h does not give. */
static double stopwatch(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int by_length(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void report(const char *what, double seconds, struct turns *turns)
{
    if (turns->count == 0)
        return;
    qsort(turns->ms, turns->count, sizeof *turns->ms, by_length);
    printf("%-34s %8.2f s   %6zu turns: median %5.2f, p99 %6.2f, longest %6.2f ms\n", what, seconds, turns->count,
           turns->ms[turns->count / 2], turns->ms[turns->count * 99 / 100], turns->ms[turns->count - 1]);
    turns->count = 0;
}

static void note(struct turns *turns, double since)
{
    if (turns->count < TURNS_MAX)
        turns->ms[turns->count++] = stopwatch() - since;
}

/* VmRSS in MB. */
static double memory_mb(void)
{
    FILE *file = fopen("/proc/self/status", "re");
    char line[LINE_MAX];
    double mb = 0;

    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "VmRSS:", 6) == 0)
            mb = strtod(line + 6, NULL) / 1024;
    if (file)
        fclose(file);
    return mb;
}

static void seed(struct world *world, int families)
{
    CLEANUP(mem_clean) char *sql =
        mem_format("BEGIN;"
                   "CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < "
                   "%d) SELECT i FROM c;"
                   "INSERT INTO student (id, ref, name, class) SELECT i, 'S' || i, '孩子' || i, '一(' || (i %% 9 + 1) "
                   "|| ')班' FROM n;"
                   "INSERT INTO person (id, ref, name) SELECT i, 'P' || i, '奶奶' || i FROM n;"
                   "INSERT INTO line (id, e164) SELECT i, printf('+86199%%08d', i) FROM n;"
                   "INSERT INTO person_line (person, line, rank, confirmed_at) SELECT i, i, 1, 1 FROM n;"
                   "INSERT INTO relation (student, person, kind, rank) SELECT i, i, 'grandmother', 1 FROM n;"
                   "DROP TABLE n; COMMIT;",
                   families);

    world_sql(world, sql);
}

/* One turn's work without claims, as the daemon bounds it. */
static bool work(struct world *world, struct helper *helper)
{
    const double since = stopwatch();
    bool more;

    turn_set_now(world->turn, world->now);
    do {
        more = (!helper_behind(helper) || engine_urgent(world->engine)) && engine_work(world->engine);
    } while (more && stopwatch() - since < WORK_MS);
    return more || helper_behind(helper);
}

static void expand(struct world *world, struct helper *helper, struct turns *turns)
{
    const double since = stopwatch();
    bool more = true;

    while (more) {
        const double began = stopwatch();

        more = work(world, helper);
        turn_end(world->turn, NULL);
        note(turns, began);
        if (helper_behind(helper))
            poll(NULL, 0, BEHIND_MS); /* as the daemon waits for its helper */
    }
    report("expanded", (stopwatch() - since) / 1e3, turns);
}

/* From the opening of an alert to its first message committed as claimed. */
static void emergency(struct world *world, struct helper *helper)
{
    struct job jobs[CLAIMS];
    const double since = stopwatch();
    size_t count = 0;
    int turns = 0;

    world_ask(world, KIND_EMERGENCY, "student:S77", "暴雨，请接孩子");
    for (; turns < 1000 && (count == 0 || jobs[0].lane != LANE_EMERGENCY); turns++) {
        for (size_t i = 0; i < count; i++)
            job_free(&jobs[i]);
        work(world, helper);
        count = outbox_claim(world->outbox, "phones", CLAIMS, CLAIMS, jobs, CLAIMS);
        turn_end(world->turn, NULL);
    }
    printf("%-34s %8.2f ms  after %d turns\n", "an emergency behind them claimed", stopwatch() - since, turns);
    for (size_t i = 0; i < count; i++) {
        outbox_accepted(world->outbox, "phones", jobs[i].id, NULL, 1);
        job_free(&jobs[i]);
    }
    turn_end(world->turn, NULL);
}

/* Claims a window a turn; the gateway's words about it come in the next. */
static size_t dispatch(struct world *world, struct turns *turns, int families)
{
    struct job jobs[CLAIMS];
    const double since = stopwatch();
    size_t sent = 0, count = 1;
    int64_t message;

    while (count > 0 && sent < (size_t)families) {
        const double began = stopwatch();

        count = outbox_claim(world->outbox, "phones", CLAIMS, CLAIMS, jobs, CLAIMS);
        turn_end(world->turn, NULL);
        note(turns, began);
        for (size_t i = 0; i < count; i++) {
            outbox_accepted(world->outbox, "phones", jobs[i].id, NULL, 1);
            outbox_status(
                world->outbox,
                &(struct outbox_report){ .gateway = "phones", .id = jobs[i].id, .state = "delivered", .seconds = -1 },
                &message);
            job_free(&jobs[i]);
        }
        sent += count;
        turn_end(world->turn, NULL);
        note(turns, began);
    }
    printf("%-34s %8.0f a second\n", "claimed, accepted, delivered", (double)sent / ((stopwatch() - since) / 1e3));
    report("dispatched", (stopwatch() - since) / 1e3, turns);
    return sent;
}

int main(void)
{
    const char *wanted = getenv("FAMILIES");
    const int families = wanted && strtol(wanted, NULL, 10) > 0 ? (int)strtol(wanted, NULL, 10) : 100000;
    struct turns turns = { .ms = mem_new(TURNS_MAX, sizeof(double)) };
    struct world *world = world_open();
    struct error err = { "" };
    struct helper *helper = helper_start(world->store, &err);

    printf("an inform to %d families, in process\n", families);
    seed(world, families);
    printf("%-34s %8.1f MB\n", "memory before", memory_mb());
    world_ask(world, KIND_NOTICE, "all", "明天下午三点放学，请按时接孩子。");
    expand(world, helper, &turns);
    printf("%-34s %8" PRId64 "\n", "queued", world_value(world, "SELECT count(*) FROM message WHERE state = 'queued'"));
    printf("%-34s %8.1f MB\n", "memory with them queued", memory_mb());
    emergency(world, helper);
    dispatch(world, &turns, families);
    printf("%-34s %8.1f MB\n", "memory after", memory_mb());
    helper_stop(helper);
    world_close(world);
    free(turns.ms);
    return 0;
}
