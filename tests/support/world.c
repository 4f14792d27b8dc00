/* SPDX-License-Identifier: Apache-2.0 */
/* A whole Greenline in virtual time; see world.h. */
#include "support/world.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/memory.h"
#include "lib/paths.h"

static char *ladder_of(void *arg, enum kind kind, const char *name)
{
    const struct world *world = arg;

    (void)kind;
    if (name && !(world->ladder_name && strcmp(name, world->ladder_name) == 0))
        return NULL;
    return mem_dup(world->ladder ? world->ladder : "{}");
}

/* The checkout's own words where the test runs in it, wherever it was built. */
static char *data(const char *name)
{
    char *here = mem_format("conf/%s", name);

    if (access(here, R_OK) == 0)
        return here;
    free(here);
    return path_data(name);
}

static bool is_up(void *arg, const char *gateway)
{
    (void)gateway;
    return !((const struct world *)arg)->down;
}

static void note_recall(void *arg, const char *gateway, const char *id)
{
    struct world *w = arg;

    (void)gateway;
    if (w->recalled_count < COUNT(w->recalled))
        w->recalled[w->recalled_count++] = strtoll(strrchr(id, '-') + 1, NULL, 10);
}

static void open_parts(struct world *w)
{
    static const char *const channels[] = { "sms", "voice", NULL };
    static const char *const prefixes[] = { "+", NULL };
    const struct outbox_gateway gateway = {
        .name = "phones", .channels = channels, .prefixes = prefixes, .price_e4 = 500
    };
    CLEANUP(mem_clean) char *templates = data("templates");
    const struct engine_rules engine = { .templates = templates,
                                         .language = "zh",
                                         .zone = w->zone,
                                         .calendar = w->calendar,
                                         .quiet = { 21 * 60, 7 * 60 },
                                         .ladder = ladder_of,
                                         .ladder_arg = w,
                                         .roll = w->roll };
    struct error err = { "" };

    w->store = store_open(w->path, true, &err);
    if (!w->store)
        fprintf(stderr, "world: %s\n", err.text);
    assert(w->store);
    sqlite3_exec(store_handle(w->store), "PRAGMA synchronous = OFF", NULL, NULL,
                 NULL); /* no power cut in virtual time */
    w->turn = turn_new(w->store, random_from_seed(1));
    turn_set_now(w->turn, w->now);
    w->outbox = outbox_new(w->turn, &w->rules);
    outbox_set_gateways(w->outbox, &gateway, 1);
    while (outbox_reroute(w->outbox))
        ; /* as the daemon does after a start */
    outbox_set_hooks(w->outbox, &(struct outbox_hooks){ .up = is_up, .recall = note_recall, .arg = w });
    w->engine = engine_new(w->turn, w->outbox, &engine);
    w->inbox = inbox_new(w->turn, w->engine, w->grammar, "CN");
    engine_review_schedules(w->engine);
}

static void close_parts(struct world *w)
{
    inbox_free(w->inbox);
    engine_free(w->engine);
    outbox_free(w->outbox);
    turn_free(w->turn);
    store_close(w->store);
}

struct world *world_open(void)
{
    struct world *w = mem_new(1, sizeof *w);
    CLEANUP(mem_clean) char *answers = data("answers");
    struct error err = { "" };

    snprintf(w->folder, sizeof w->folder, "/tmp/greenline-world-XXXXXX");
    assert(mkdtemp(w->folder));
    snprintf(w->path, sizeof w->path, "%s/greenline.db", w->folder);
    assert(zone_open(&w->zone, "Asia/Shanghai", &err));
    w->grammar = grammar_open(answers, &err);
    if (!w->grammar)
        fprintf(stderr, "world: %s\n", err.text);
    assert(w->grammar);
    w->now = world_time(w, "2026-10-08 09:00");
    w->window = 64;
    w->rules = (struct outbox_rules){ .telling = { .zone = w->zone, .quiet = { 21 * 60, 7 * 60 }, .per_line_day = 4 },
                                      .signature = "青岭小学",
                                      .school = "青岭小学",
                                      .retry_first = 30 * SECOND_MS,
                                      .retry_max = 30 * MINUTE_MS,
                                      .demo = true };
    open_parts(w);
    return w;
}

static void drop_jobs(struct world *w)
{
    for (size_t i = 0; i < w->job_count; i++)
        job_free(&w->jobs[i]);
    for (size_t i = 0; i < w->claimed_count; i++)
        job_free(&w->claimed[i]);
    w->job_count = w->claimed_count = 0;
}

void world_close(struct world *w)
{
    static const char *const files[] = { "", "-wal", "-shm", ".lock" };

    drop_jobs(w);
    close_parts(w);
    grammar_close(w->grammar);
    for (size_t i = 0; i < COUNT(files); i++) {
        CLEANUP(mem_clean) char *path = mem_format("%s%s", w->path, files[i]);

        unlink(path);
    }
    rmdir(w->folder);
    free(w);
    zone_close_all();
}

void world_roll(struct world *w, int by_min)
{
    w->roll = (struct roll_rules){ .on = true, .by_min = by_min, .before = 30 * MINUTE_MS };
    world_restart(w);
}

void world_restart(struct world *w)
{
    drop_jobs(w);
    store_rollback(w->store);
    close_parts(w);
    open_parts(w);
    outbox_recover(w->outbox);
    assert(turn_end(w->turn, NULL));
}

bool world_work(struct world *w)
{
    const size_t room = WORLD_JOBS_MAX - w->job_count - w->claimed_count;
    bool done;
    size_t count;

    turn_set_now(w->turn, w->now);
    done = engine_work(w->engine);
    count = w->down ? 0
                    : outbox_claim(w->outbox, "phones", w->window, w->window, w->claimed + w->claimed_count,
                                   room < (size_t)w->window ? room : (size_t)w->window);
    w->claimed_count += count;
    outbox_expire(w->outbox);
    return done || count > 0;
}

void world_commit(struct world *w)
{
    struct error err = { "" };
    const bool good = turn_end(w->turn, &err);

    if (!good)
        fprintf(stderr, "world: %s\n", err.text);
    assert(good);
}

bool world_turn(struct world *w)
{
    const bool done = world_work(w);

    world_commit(w);
    for (size_t i = 0; i < w->claimed_count; i++)
        w->jobs[w->job_count++] = w->claimed[i];
    w->claimed_count = 0;
    return done;
}

void world_settle(struct world *w)
{
    for (int i = 0; i < 100000 && world_turn(w); i++)
        ;
}

void world_until(struct world *w, time_ms at)
{
    world_settle(w);
    for (int i = 0; i < 1000000; i++) {
        const time_ms engine = engine_next(w->engine);
        const time_ms outbox = w->down ? TIME_NEVER : outbox_next_due(w->outbox, "phones");
        const time_ms expiry = message_next_expiry(w->store);
        time_ms next = engine < outbox ? engine : outbox;

        next = expiry < next ? expiry : next;
        if (next > at)
            break;
        if (next > w->now)
            w->now = next;
        else
            w->now += 1;
        world_settle(w);
    }
    w->now = at;
    world_settle(w);
}

time_ms world_time(struct world *w, const char *text)
{
    time_ms at = 0;

    assert(zone_parse(&at, w->zone, text, NULL));
    return at;
}

static int64_t commit(struct world *w, int64_t id)
{
    struct error err = { "" };

    if (!turn_end(w->turn, &err))
        fprintf(stderr, "world: %s\n", err.text);
    assert(id > 0);
    return id;
}

int64_t world_student(struct world *w, const char *ref, const char *name, const char *class, bool left_behind)
{
    return commit(w,
                  store_insert(w->store, "INSERT INTO student (ref, name, class, left_behind) VALUES ($1, $2, $3, $4)",
                               "tttb", ref, name, class, (int)left_behind));
}

int64_t world_person(struct world *w, const char *ref, const char *name, const char *e164)
{
    const int64_t person = store_insert(w->store, "INSERT INTO person (ref, name) VALUES ($1, $2)", "tt", ref, name);
    int64_t line;

    if (e164) {
        store_change(w->store, "INSERT INTO line (e164) VALUES ($1) ON CONFLICT DO NOTHING", "t", e164);
        line = store_value(w->store, 0, "SELECT id FROM line WHERE e164 = $1", "t", e164);
        store_change(w->store, "INSERT INTO person_line (person, line, rank, confirmed_at) VALUES ($1, $2, 1, 1)", "ii",
                     person, line);
    }
    return commit(w, person);
}

void world_relate(struct world *w, int64_t student, int64_t person, const char *kind, int rank, bool restricted)
{
    commit(w, store_insert(w->store,
                           "INSERT INTO relation (student, person, kind, rank, restricted) VALUES ($1, $2, $3, $4, $5)",
                           "iitbb", student, person, kind, rank, (int)restricted));
}

void world_mentor(struct world *w, int64_t mentor, int64_t student)
{
    commit(w, store_insert(w->store, "INSERT INTO pairing (mentor, student) VALUES ($1, $2)", "ii", mentor, student));
}

void world_sql(struct world *w, const char *sql)
{
    char *why = NULL;

    if (sqlite3_exec(store_handle(w->store), sql, NULL, NULL, &why) != SQLITE_OK)
        fprintf(stderr, "world: %s: %s\n", sql, why);
    assert(!why);
}

/* Prepared by hand: the store keeps statements by the address of their text, and a test's text may be a buffer. */
int64_t world_value(struct world *w, const char *sql)
{
    CLEANUP(mem_clean) char *text = world_words(w, sql);

    return strtoll(text, NULL, 10);
}

char *world_words(struct world *w, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    char *text = NULL;

    if (sqlite3_prepare_v2(store_handle(w->store), sql, -1, &statement, NULL) != SQLITE_OK)
        fprintf(stderr, "world: %s: %s\n", sql, sqlite3_errmsg(store_handle(w->store)));
    assert(statement);
    if (sqlite3_step(statement) == SQLITE_ROW)
        text = mem_dup((const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return text ? text : mem_dup("");
}

int64_t world_ask(struct world *w, enum kind kind, const char *audience, const char *text)
{
    CLEANUP(mem_clean) char *key = mem_format("test:%" PRIu64, ++w->uid);
    const struct cause_request request = {
        .key = key, .kind = kind, .title = "test", .by = "test", .audience = audience, .text = text
    };
    struct error err = { "" };
    int64_t cause;

    turn_set_now(w->turn, w->now);
    cause = engine_open_cause(w->engine, &request, &err);
    if (!cause)
        fprintf(stderr, "world: %s\n", err.text);
    return commit(w, cause);
}

bool world_take(struct world *w, const char *e164, struct job *job)
{
    for (size_t i = 0; i < w->job_count; i++) {
        if (strcmp(w->jobs[i].to, e164) != 0)
            continue;
        *job = w->jobs[i];
        memmove(&w->jobs[i], &w->jobs[i + 1], (w->job_count - i - 1) * sizeof *job);
        w->job_count--;
        return true;
    }
    return false;
}

char *world_deliver(struct world *w, const char *e164)
{
    struct job job;
    char *text;
    int64_t message;

    if (!world_take(w, e164, &job))
        return NULL;
    turn_set_now(w->turn, w->now);
    outbox_accepted(w->outbox, "phones", job.id, NULL, 1);
    outbox_status(w->outbox,
                  &(struct outbox_report){ .gateway = "phones", .id = job.id, .state = "delivered", .seconds = -1 },
                  &message);
    text = mem_dup(job.text);
    commit(w, message);
    job_free(&job);
    return text;
}

void world_started(struct world *w, const struct job *job)
{
    turn_set_now(w->turn, w->now);
    outbox_started(w->outbox, job->id);
    world_commit(w);
}

void world_accepted(struct world *w, const struct job *job, const char *provider_id)
{
    turn_set_now(w->turn, w->now);
    outbox_accepted(w->outbox, "phones", job->id, provider_id, 1);
    world_commit(w);
}

void world_refused(struct world *w, const struct job *job, const char *class, time_ms retry_after)
{
    turn_set_now(w->turn, w->now);
    outbox_refused(w->outbox, "phones", job->id, class, "1", "", retry_after);
    world_commit(w);
}

bool world_unknown(struct world *w, const struct job *job, struct doubt can)
{
    bool probe;

    turn_set_now(w->turn, w->now);
    probe = outbox_unknown(w->outbox, job->id, "", can);
    world_commit(w);
    return probe;
}

void world_status(struct world *w, const struct job *job, const char *state)
{
    int64_t message;

    turn_set_now(w->turn, w->now);
    outbox_status(w->outbox,
                  &(struct outbox_report){ .gateway = "phones", .id = job->id, .state = state, .seconds = -1 },
                  &message);
    world_commit(w);
}

static void count_probe(void *arg, const char *id, const char *provider_id)
{
    (void)id, (void)provider_id;
    ++*(int *)arg;
}

int world_ready(struct world *w, struct doubt can)
{
    int probes = 0;

    turn_set_now(w->turn, w->now);
    outbox_settle(w->outbox, "phones", can, count_probe, &probes);
    world_commit(w);
    return probes;
}

char *world_state(struct world *w, int64_t message)
{
    CLEANUP(mem_clean) char *sql = mem_format("SELECT state FROM message WHERE id = %" PRId64, message);

    return world_words(w, sql);
}

static int64_t receive(struct world *w, struct inbound in)
{
    CLEANUP(mem_clean) char *uid = mem_format("uid%" PRIu64, ++w->uid);
    int64_t id;

    in.gateway = "phones";
    in.uid = uid;
    w->now += SECOND_MS; /* equal texts of one instant are one reply */
    in.at = w->now;
    turn_set_now(w->turn, w->now);
    id = inbox_receive(w->inbox, &in);
    return commit(w, id);
}

int64_t world_reply(struct world *w, const char *e164, const char *text)
{
    return receive(w, (struct inbound){ .from = e164, .text = text });
}

int64_t world_key(struct world *w, const struct job *job, const char *digits)
{
    return receive(w, (struct inbound){ .from = "", .digits = digits, .message = job->message });
}

int64_t world_missed_call(struct world *w, const char *e164)
{
    return receive(w, (struct inbound){ .from = e164, .call = "missed" });
}
