/* SPDX-License-Identifier: Apache-2.0 */
/* The helper thread: checkpoints and jobs; see helper.h. What is under the mutex is shared, and the two atomic fields. */
#include "store/helper.h"

#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/memory.h"

enum { WAKE_PAGES = 1000, BEHIND_PAGES = 16000 }; /* 4 MB and 64 MB of 4 KiB pages */
enum { LOOK_STEPS = 20000 };                      /* of SQLite's machine between two looks at the watch: some 1 ms */

struct helper {
    struct store *writer, *reader;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    int fd;                                  /* tells the loop that a job is finished */
    int pages;                               /* in the log at the last commit */
    struct helper_job jobs[HELPER_JOBS_MAX]; /* a ring: finished ones, the one that runs, those that wait */
    size_t first, finished, count;
    bool running, held, wanted; /* wanted: a checkpoint */
    atomic_bool stopping;
    atomic_llong job_until; /* monotonic */
};

static int on_commit(void *arg, sqlite3 *db, const char *name, int pages)
{
    struct helper *h = arg;

    (void)db, (void)name;
    pthread_mutex_lock(&h->mutex);
    h->pages = pages;
    if (pages >= WAKE_PAGES && !h->wanted) {
        h->wanted = true;
        pthread_cond_signal(&h->wake);
    }
    pthread_mutex_unlock(&h->mutex);
    return SQLITE_OK;
}

static int on_progress(void *arg)
{
    struct helper *h = arg;

    return atomic_load(&h->stopping) || clock_mono() > atomic_load(&h->job_until);
}

static void checkpoint(struct helper *h)
{
    int log = 0, done = 0;

    pthread_mutex_unlock(&h->mutex);
    sqlite3_wal_checkpoint_v2(store_handle(h->reader), NULL, SQLITE_CHECKPOINT_PASSIVE, &log, &done);
    pthread_mutex_lock(&h->mutex);
    h->wanted = false; /* the next commit wakes it again while the log is still long */
    if (log == done)
        h->pages = 0;
}

static void run_job(struct helper *h)
{
    const struct helper_job job = h->jobs[(h->first + h->finished) % HELPER_JOBS_MAX];
    const uint64_t one = 1;

    h->running = true;
    pthread_mutex_unlock(&h->mutex);
    atomic_store(&h->job_until, clock_mono() + HELPER_JOB_MS);
    store_snapshot(h->reader);
    job.work(job.arg, h->reader);
    store_rollback(h->reader);
    pthread_mutex_lock(&h->mutex);
    h->running = false;
    h->finished++;
    if (write(h->fd, &one, sizeof one) < 0)
        abort(); /* an eventfd takes 2^64 - 2 of them */
}

static void *run(void *arg)
{
    struct helper *h = arg;

    pthread_mutex_lock(&h->mutex);
    while (!atomic_load(&h->stopping)) {
        if (h->wanted)
            checkpoint(h);
        else if (!h->held && h->finished < h->count)
            run_job(h);
        else
            pthread_cond_wait(&h->wake, &h->mutex);
    }
    checkpoint(h);
    pthread_mutex_unlock(&h->mutex);
    return NULL;
}

static bool start(struct helper *h, struct error *err)
{
    h->reader = store_open_reader(store_path(h->writer), err);
    if (!h->reader)
        return false;
    h->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (h->fd < 0)
        return error_set(err, "cannot start the helper thread: %m: raise the limit of open files");
    sqlite3_progress_handler(store_handle(h->reader), LOOK_STEPS, on_progress, h);
    json_object_seed(0); /* before two threads make objects */
    if (pthread_create(&h->thread, NULL, run, h) != 0)
        return error_set(err, "cannot start the helper thread: raise the limit of processes");
    sqlite3_wal_hook(store_handle(h->writer), on_commit, h);
    return true;
}

static void helper_free(struct helper *h)
{
    store_close(h->reader);
    if (h->fd >= 0)
        close(h->fd);
    pthread_mutex_destroy(&h->mutex);
    pthread_cond_destroy(&h->wake);
    free(h);
}

struct helper *helper_start(struct store *store, struct error *err)
{
    struct helper *h = mem_new(1, sizeof *h);

    h->writer = store;
    h->fd = -1;
    pthread_mutex_init(&h->mutex, NULL);
    pthread_cond_init(&h->wake, NULL);
    if (start(h, err))
        return h;
    helper_free(h);
    return NULL;
}

/* Takes the first job out; false when there is none (that is finished). */
static bool take(struct helper *h, bool finished, struct helper_job *out)
{
    bool found;

    pthread_mutex_lock(&h->mutex);
    found = finished ? h->finished > 0 : h->count > 0;
    if (found) {
        *out = h->jobs[h->first];
        h->first = (h->first + 1) % HELPER_JOBS_MAX;
        h->count--;
        h->finished -= h->finished > 0;
    }
    pthread_mutex_unlock(&h->mutex);
    return found;
}

void helper_stop(struct helper *h)
{
    struct helper_job job;

    if (!h)
        return;
    sqlite3_wal_hook(store_handle(h->writer), NULL, NULL);
    pthread_mutex_lock(&h->mutex);
    atomic_store(&h->stopping, true);
    pthread_cond_signal(&h->wake);
    pthread_mutex_unlock(&h->mutex);
    pthread_join(h->thread, NULL);
    while (take(h, false, &job))
        job.done(job.arg, false);
    helper_free(h);
}

struct store *helper_reader(const struct helper *h)
{
    return h->reader;
}

bool helper_run(struct helper *h, const struct helper_job *job)
{
    bool room;

    pthread_mutex_lock(&h->mutex);
    room = h->count < HELPER_JOBS_MAX;
    if (room) {
        h->jobs[(h->first + h->count++) % HELPER_JOBS_MAX] = *job;
        pthread_cond_signal(&h->wake);
    }
    pthread_mutex_unlock(&h->mutex);
    return room;
}

int helper_fd(const struct helper *h)
{
    return h->fd;
}

void helper_finish(struct helper *h)
{
    struct helper_job job;
    uint64_t told;

    if (read(h->fd, &told, sizeof told) < 0)
        told = 0; /* nothing new since the last look */
    while (take(h, true, &job))
        job.done(job.arg, true);
}

bool helper_hold(struct helper *h)
{
    bool idle;

    pthread_mutex_lock(&h->mutex);
    h->held = true;
    idle = !h->running && h->finished == 0;
    pthread_mutex_unlock(&h->mutex);
    return idle;
}

void helper_go(struct helper *h)
{
    pthread_mutex_lock(&h->mutex);
    h->held = false;
    pthread_cond_signal(&h->wake);
    pthread_mutex_unlock(&h->mutex);
}

size_t helper_jobs(struct helper *h)
{
    size_t count;

    pthread_mutex_lock(&h->mutex);
    count = h->count;
    pthread_mutex_unlock(&h->mutex);
    return count;
}

bool helper_behind(struct helper *h)
{
    bool behind;

    if (!h)
        return false;
    pthread_mutex_lock(&h->mutex);
    behind = h->pages >= BEHIND_PAGES;
    if (behind && !h->wanted) { /* a pass ended early and no commit will ask for the next one */
        h->wanted = true;
        pthread_cond_signal(&h->wake);
    }
    pthread_mutex_unlock(&h->mutex);
    return behind;
}
