/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long work that nobody waits for on the loop: a backup, a check. Each is begun by a request and then goes on slice by
 * slice as jobs of the helper thread, between its other jobs and checkpoints; whoever asked looks how far it is. One of a
 * kind at a time; what became of the last one is kept until the next.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon_internal.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "store/backup.h"
#include "store/verify.h"

enum chore_kind { CHORE_BACKUP, CHORE_CHECK, CHORES };

static const char *const kinds[] = { [CHORE_BACKUP] = "backup", [CHORE_CHECK] = "check" };
static const char *const states[] = { "none", "running", "done", "failed" };

struct chore {
    struct chores *chores;
    enum chore_kind kind;
    enum { NONE, RUNNING, DONE, FAILED } state;
    int64_t id;
    char *name; /* of the file; of a check: its number */
    char *path;
    time_ms now;
    int keep;
    bool sealed, fetch;
    struct sealed_key key;
    int percent;
    int64_t bytes;
    json_t *findings;
    struct { /* the job's; the loop looks at it in `done` only */
        bool more, failed;
        int percent;
        int64_t bytes;
        json_t *findings;
        struct backup *backup;
        struct verify *verify;
    } job;
    struct error err; /* of a failure; the job's too */
};

struct chores {
    struct daemon *daemon;
    atomic_bool stopping;
    int64_t last_id;
    struct chore each[CHORES];
};

static bool on_stop(void *arg)
{
    return atomic_load(&((struct chores *)arg)->stopping);
}

/* --- on the helper thread --- */

static bool work_backup(struct chore *chore, const char *store)
{
    const struct backup_plan plan = { .store = store,
                                      .path = chore->path,
                                      .key = chore->sealed ? &chore->key : NULL,
                                      .now = chore->now,
                                      .stop = on_stop,
                                      .arg = chore->chores };
    enum backup_progress progress = BACKUP_FAILED;

    if (!chore->job.backup)
        chore->job.backup = backup_begin(&plan, &chore->err);
    if (chore->job.backup) {
        progress = backup_step(chore->job.backup, &chore->err);
        chore->job.percent = backup_percent(chore->job.backup);
        chore->job.bytes = backup_bytes(chore->job.backup);
    }
    chore->job.more = progress == BACKUP_GOES_ON;
    if (!chore->job.more) {
        backup_end(chore->job.backup);
        chore->job.backup = NULL;
    }
    return progress != BACKUP_FAILED;
}

static bool work_check(struct chore *chore, const char *store)
{
    if (!chore->job.verify)
        chore->job.verify = verify_begin(store, on_stop, chore->chores, &chore->err);
    if (!chore->job.verify)
        return false;
    chore->job.more = verify_step(chore->job.verify);
    chore->job.percent = verify_percent(chore->job.verify);
    if (!chore->job.more) {
        chore->job.findings = verify_findings(chore->job.verify);
        verify_end(chore->job.verify);
        chore->job.verify = NULL;
    }
    return !on_stop(chore->chores) || error_set(&chore->err, "broken off: greenlined is stopping");
}

static void on_work(void *arg, struct store *reader)
{
    struct chore *chore = arg;
    const char *store = store_path(reader);

    chore->job.more = false;
    store_rollback(reader); /* it reads on a connection of its own: a snapshot here would hold up checkpoints */
    chore->job.failed = !(chore->kind == CHORE_BACKUP ? work_backup(chore, store) : work_check(chore, store));
}

/* --- on the loop --- */

static void end_backup(struct chore *chore)
{
    struct daemon *d = chore->chores->daemon;
    CLEANUP(mem_clean) char *at = mem_format("%lld", (long long)chore->now);

    if (chore->state == FAILED) {
        log_error("backup %s: %s", chore->name, chore->err.text);
        return;
    }
    log_notice("backup %s: done, %lld KiB", chore->path, (long long)(chore->bytes >> 10));
    setting_put(d->store, "last_backup", at);
    if (!chore->fetch)
        backup_prune(d->config.backup.folder, chore->keep);
}

static void end_chore(struct chore *chore)
{
    sodium_memzero(&chore->key, sizeof chore->key);
    chore->state = chore->job.failed ? FAILED : DONE;
    chore->findings = chore->job.findings;
    chore->job.findings = NULL;
    if (chore->kind == CHORE_BACKUP)
        end_backup(chore);
    else if (json_array_size(chore->findings))
        log_warning("check: %zu findings", json_array_size(chore->findings));
}

static void next_slice(struct chore *chore);

static void on_done(void *arg, bool ran)
{
    struct chore *chore = arg;

    chore->percent = chore->job.percent;
    chore->bytes = chore->job.bytes;
    if (!ran) {
        chore->state = FAILED;
        error_set(&chore->err, "broken off: greenlined is stopping");
    } else if (chore->job.more && !chore->job.failed) {
        next_slice(chore);
    } else {
        end_chore(chore);
    }
}

static void next_slice(struct chore *chore)
{
    const struct helper_job job = { on_work, on_done, chore };

    if (helper_run(chore->chores->daemon->helper, &job))
        return;
    chore->job.failed = true;
    error_set(&chore->err, "too much is being looked into already: try again in a moment");
    backup_end(chore->job.backup);
    verify_end(chore->job.verify);
    chore->job.backup = NULL;
    chore->job.verify = NULL;
    end_chore(chore);
}

static void begin_later(void *arg)
{
    next_slice(arg);
}

static void begin_never(void *arg)
{
    struct chore *chore = arg;

    chore->state = FAILED;
    error_set(&chore->err, "the store could not be written");
}

static bool plan_backup(struct chore *chore, const json_t *body, struct error *err)
{
    struct daemon *d = chore->chores->daemon;
    const char *folder = d->config.backup.folder, *key_file = d->config.backup.key;

    chore->fetch = json_flag(body, "fetch", false);
    chore->keep = (int)json_int(body, "keep", 0);
    chore->sealed = !chore->fetch && *key_file;
    if (chore->sealed && !sealed_key_read(&chore->key, key_file, err))
        return error_in(err, "backup.key");
    if (mkdir(folder, 0750) != 0 && errno != EEXIST)
        return error_set(err, "backup.folder: %s: %m: make it and let the daemon write there", folder);
    backup_clean(folder);
    free(chore->name);
    free(chore->path);
    chore->name = backup_name(d->zone, chore->now,
                              chore->fetch    ? BACKUP_FETCH
                              : chore->sealed ? BACKUP_SEALED
                                              : BACKUP_PLAIN);
    chore->path = mem_format("%s/%s", folder, chore->name);
    return true;
}

static bool plan(struct chore *chore, const json_t *body, struct error *err)
{
    chore->id = ++chore->chores->last_id;
    chore->now = turn_now(chore->chores->daemon->turn);
    chore->percent = chore->job.percent = 0;
    chore->bytes = chore->job.bytes = 0;
    json_decref(chore->findings);
    chore->findings = NULL;
    if (chore->kind == CHORE_BACKUP)
        return plan_backup(chore, body, err);
    free(chore->name);
    chore->name = mem_format("%lld", (long long)chore->id);
    return true;
}

static struct chore *find(struct daemon *d, const char *kind)
{
    for (size_t i = 0; i < CHORES; i++)
        if (strcmp(kinds[i], kind) == 0)
            return &d->chores->each[i];
    return NULL;
}

static json_t *show(const struct chore *chore)
{
    json_t *json = json_object();

    json_put_text(json, "name", chore->name);
    json_put_text(json, "state", states[chore->state]);
    json_put_int(json, "percent", chore->state == DONE ? 100 : chore->percent);
    json_put_int(json, "bytes", chore->bytes);
    json_put(json, "detail", chore->state == FAILED ? json_string(chore->err.text) : NULL);
    if (chore->kind == CHORE_CHECK)
        json_put(json, "findings", chore->findings ? json_incref(chore->findings) : json_array());
    return json;
}

json_t *chore_begin(struct daemon *d, const char *kind, const json_t *body, struct error *err)
{
    struct chore *chore = find(d, kind);

    if (chore->state == RUNNING) {
        error_set(err, "a %s is being made already: wait for its end", kind);
        return NULL;
    }
    if (!plan(chore, body, err))
        return NULL;
    chore->state = RUNNING;
    turn_effect(d->turn, begin_later, chore, begin_never);
    return show(chore);
}

json_t *chore_show(struct daemon *d, const char *kind, const char *name)
{
    const struct chore *chore = find(d, kind);

    return chore->name && strcmp(chore->name, name) == 0 ? show(chore) : NULL;
}

size_t chores_findings(const struct chores *chores)
{
    return json_array_size(chores->each[CHORE_CHECK].findings);
}

struct chores *chores_new(struct daemon *d)
{
    struct chores *chores = mem_new(1, sizeof *chores);

    chores->daemon = d;
    for (size_t i = 0; i < CHORES; i++)
        chores->each[i] = (struct chore){ .chores = chores, .kind = (enum chore_kind)i };
    return chores;
}

void chores_stop(struct chores *chores)
{
    if (chores)
        atomic_store(&chores->stopping, true);
}

void chores_free(struct chores *chores)
{
    if (!chores)
        return;
    for (size_t i = 0; i < CHORES; i++) {
        backup_end(chores->each[i].job.backup);
        verify_end(chores->each[i].job.verify);
        json_decref(chores->each[i].findings);
        json_decref(chores->each[i].job.findings);
        free(chores->each[i].name);
        free(chores->each[i].path);
    }
    free(chores);
}
