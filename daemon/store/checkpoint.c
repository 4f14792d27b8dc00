/* SPDX-License-Identifier: Apache-2.0 */
/* The checkpointing thread; see checkpoint.h. Only the counters under the mutex are shared. */
#include "store/checkpoint.h"

#include <pthread.h>
#include <stdlib.h>

#include "lib/memory.h"

enum { WAKE_PAGES = 1000, BEHIND_PAGES = 16000 }; /* 4 MB and 64 MB of 4 KiB pages */

struct checkpoint {
    struct store *writer, *reader;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    int pages; /* in the log at the last commit */
    bool wanted, stopping;
};

static int on_commit(void *arg, sqlite3 *db, const char *name, int pages)
{
    struct checkpoint *c = arg;

    (void)db, (void)name;
    pthread_mutex_lock(&c->mutex);
    c->pages = pages;
    if (pages >= WAKE_PAGES && !c->wanted) {
        c->wanted = true;
        pthread_cond_signal(&c->wake);
    }
    pthread_mutex_unlock(&c->mutex);
    return SQLITE_OK;
}

static void *run(void *arg)
{
    struct checkpoint *c = arg;
    bool last = false;

    while (!last) {
        int log = 0, done = 0;

        pthread_mutex_lock(&c->mutex);
        while (!c->wanted && !c->stopping)
            pthread_cond_wait(&c->wake, &c->mutex);
        last = c->stopping;
        pthread_mutex_unlock(&c->mutex);
        sqlite3_wal_checkpoint_v2(store_handle(c->reader), NULL, SQLITE_CHECKPOINT_PASSIVE, &log, &done);
        pthread_mutex_lock(&c->mutex);
        c->wanted = false; /* the next commit wakes it again while the log is still long */
        if (log == done)
            c->pages = 0;
        pthread_mutex_unlock(&c->mutex);
    }
    return NULL;
}

struct checkpoint *checkpoint_start(struct store *store, struct error *err)
{
    struct checkpoint *c = mem_new(1, sizeof *c);

    c->writer = store;
    c->reader = store_open_reader(store_path(store), err);
    pthread_mutex_init(&c->mutex, NULL);
    pthread_cond_init(&c->wake, NULL);
    if (c->reader && pthread_create(&c->thread, NULL, run, c) == 0) {
        sqlite3_wal_hook(store_handle(store), on_commit, c);
        return c;
    }
    if (c->reader)
        error_set(err, "cannot start the helper thread: raise the limit of processes");
    store_close(c->reader);
    free(c);
    return NULL;
}

void checkpoint_stop(struct checkpoint *c)
{
    if (!c)
        return;
    sqlite3_wal_hook(store_handle(c->writer), NULL, NULL);
    pthread_mutex_lock(&c->mutex);
    c->stopping = true;
    pthread_cond_signal(&c->wake);
    pthread_mutex_unlock(&c->mutex);
    pthread_join(c->thread, NULL);
    store_close(c->reader);
    pthread_mutex_destroy(&c->mutex);
    pthread_cond_destroy(&c->wake);
    free(c);
}

bool checkpoint_behind(struct checkpoint *c)
{
    bool behind;

    if (!c)
        return false;
    pthread_mutex_lock(&c->mutex);
    behind = c->pages >= BEHIND_PAGES;
    if (behind && !c->wanted) { /* a pass ended early and no commit will ask for the next one */
        c->wanted = true;
        pthread_cond_signal(&c->wake);
    }
    pthread_mutex_unlock(&c->mutex);
    return behind;
}
