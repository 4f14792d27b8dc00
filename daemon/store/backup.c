/* SPDX-License-Identifier: Apache-2.0 */
/* A backup, stage by stage; see backup.h. */
#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/memory.h"

enum { PAGES = 128, TABLES_MAX = 200, LOOK_STEPS = 20000, SEAL_BLOCKS = 64 };

enum stage { COPY, FINISH, COUNT_ROWS, VERIFY, SEAL, LAND };

struct backup {
    struct store *source; /* inside one read transaction */
    sqlite3 *copy;
    sqlite3_backup *run;
    char *path, *part, *plain; /* final name; what is renamed; the copy (the same unless sealed) */
    bool (*stop)(void *arg);
    void *arg;
    time_ms now, slice_ms;
    enum stage stage;
    char *tables[TABLES_MAX];
    size_t table_count, table;
    struct sealed_writer *writer; /* NULL: not sealed */
    struct sealed_key key;
    int in, out;
    int64_t bytes;
    int percent;
    bool landed;
};

static int on_progress(void *arg)
{
    const struct backup *backup = arg;

    return backup->stop && backup->stop(backup->arg);
}

static bool copy_failed(struct backup *backup, struct error *err)
{
    return error_set(err, "%s: %s", backup->plain, sqlite3_errmsg(backup->copy));
}

static bool room_for(const struct backup *backup, const char *store, struct error *err)
{
    CLEANUP(mem_clean) char *copy = mem_dup(backup->path);
    CLEANUP(mem_clean) char *log = mem_format("%s-wal", store);
    const char *folder = dirname(copy);
    struct statvfs disk;
    struct stat there;
    int64_t need = 0, room;

    if (statvfs(folder, &disk) != 0)
        return error_set(err, "%s: %m: make the folder and let the daemon write there", folder);
    need += stat(store, &there) == 0 ? (int64_t)there.st_size : 0;
    need += stat(log, &there) == 0 ? (int64_t)there.st_size : 0;
    need *= backup->writer ? 2 : 1;
    room = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
    if (need < room)
        return true;
    return error_set(err, "%s: %lld MiB are free, a backup may need %lld: make room there, or name another folder",
                     folder, (long long)room >> 20, ((long long)need >> 20) + 1);
}

static bool open_source(struct backup *backup, const char *store, struct error *err)
{
    struct query q;

    backup->source = store_open_reader(store, err);
    if (!backup->source)
        return false;
    sqlite3_progress_handler(store_handle(backup->source), LOOK_STEPS, on_progress, backup);
    store_snapshot(backup->source);
    q = store_query(backup->source,
                    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
                    "");
    while (query_next(&q))
        if (backup->table_count < TABLES_MAX)
            backup->tables[backup->table_count++] = mem_dup(query_word(&q, 0));
    return !store_failed(backup->source) || error_set(err, "%s: %s", store, store_why(backup->source));
}

static bool open_copy(struct backup *backup, struct error *err)
{
    const int fd = open(backup->plain, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0)
        return error_set(err, "%s: %m: make the folder and let the daemon write there", backup->plain);
    close(fd);
    if (sqlite3_open_v2(backup->plain, &backup->copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
        sqlite3_exec(backup->copy, "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF", NULL, NULL, NULL) !=
            SQLITE_OK)
        return copy_failed(backup, err);
    sqlite3_progress_handler(backup->copy, LOOK_STEPS, on_progress, backup);
    backup->run = sqlite3_backup_init(backup->copy, "main", store_handle(backup->source), "main");
    return backup->run || copy_failed(backup, err);
}

struct backup *backup_begin(const struct backup_plan *plan, struct error *err)
{
    struct backup *backup = mem_new(1, sizeof *backup);

    backup->path = mem_dup(plan->path);
    backup->part = mem_format("%s.part", plan->path);
    backup->plain = plan->key ? mem_format("%s.plain.part", plan->path) : mem_dup(backup->part);
    backup->stop = plan->stop;
    backup->arg = plan->arg;
    backup->now = plan->now;
    backup->slice_ms = plan->slice_ms ? plan->slice_ms : BACKUP_SLICE_MS;
    backup->in = backup->out = -1;
    if (plan->key) {
        backup->writer = mem_new(1, sizeof *backup->writer);
        backup->key = *plan->key;
    }
    if (room_for(backup, plan->store, err) && open_source(backup, plan->store, err) && open_copy(backup, err))
        return backup;
    backup_end(backup);
    return NULL;
}

static bool step_copy(struct backup *backup, struct error *err)
{
    const int done = sqlite3_backup_step(backup->run, PAGES);
    const int total = sqlite3_backup_pagecount(backup->run);

    if (total > 0)
        backup->percent = (int)(60LL * (total - sqlite3_backup_remaining(backup->run)) / total);
    if (done == SQLITE_OK)
        return true;
    backup->stage = FINISH;
    if (done == SQLITE_DONE)
        return true;
    return error_set(err, "%s: %s", backup->plain, sqlite3_errstr(done));
}

/* One file that needs no log beside it, with the time it was made. */
static bool step_finish(struct backup *backup, struct error *err)
{
    CLEANUP(mem_clean) char *sql = mem_format("PRAGMA journal_mode = MEMORY; INSERT INTO setting (key, value) VALUES"
                                              " ('backup_at', '%lld') ON CONFLICT (key) DO UPDATE SET value ="
                                              " excluded.value",
                                              (long long)backup->now);
    const int done = sqlite3_backup_finish(backup->run);

    backup->run = NULL;
    backup->stage = COUNT_ROWS;
    if (done != SQLITE_OK || sqlite3_exec(backup->copy, sql, NULL, NULL, NULL) != SQLITE_OK)
        return copy_failed(backup, err);
    return true;
}

static int64_t number_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int64_t number = -1;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

/* The next table; at the end of all of them the next stage. */
static const char *next_table(struct backup *backup, enum stage then)
{
    if (backup->table < backup->table_count)
        return backup->tables[backup->table++];
    backup->table = 0;
    backup->stage = then;
    return NULL;
}

static bool step_count(struct backup *backup, struct error *err)
{
    const char *table = next_table(backup, VERIFY);
    CLEANUP(mem_clean) char *sql = NULL;
    int64_t here, there;

    backup->percent = 60 + (int)(10 * backup->table / (backup->table_count + 1));
    if (!table || strcmp(table, "setting") == 0)
        return true; /* the copy has one more: when it was made */
    sql = mem_format("SELECT count(*) FROM \"%s\"", table);
    there = number_of(store_handle(backup->source), sql);
    here = number_of(backup->copy, sql);
    if (here >= 0 && here == there)
        return true;
    return error_set(err, "%s: table %s has %lld rows, the copy %lld: try again, and look with `greenline check`",
                     backup->path, table, (long long)there, (long long)here);
}

static bool step_verify(struct backup *backup, struct error *err)
{
    const char *table = next_table(backup, backup->writer ? SEAL : LAND);
    CLEANUP(mem_clean) char *sql = NULL;
    sqlite3_stmt *statement = NULL;
    bool good = false;

    backup->percent = 70 + (int)(20 * backup->table / (backup->table_count + 1));
    if (!table)
        return true;
    sql = mem_format("PRAGMA integrity_check(\"%s\")", table);
    if (sqlite3_prepare_v2(backup->copy, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        const char *word = (const char *)sqlite3_column_text(statement, 0);

        good = word && strcmp(word, "ok") == 0;
        if (!good)
            error_set(err, "table %s is damaged: %.200s: look with `greenline check`", table, word ? word : "?");
    } else {
        copy_failed(backup, err);
    }
    sqlite3_finalize(statement);
    return good;
}

/* Nothing of the plain copy is open any more. */
static bool close_copy(struct backup *backup, struct error *err)
{
    const int done = sqlite3_close(backup->copy);

    backup->copy = NULL;
    store_close(backup->source); /* the log may be shortened again */
    backup->source = NULL;
    return done == SQLITE_OK || error_set(err, "%s: %s", backup->plain, sqlite3_errstr(done));
}

static bool seal_open(struct backup *backup, struct error *err)
{
    if (!close_copy(backup, err))
        return false;
    backup->in = open(backup->plain, O_RDONLY | O_CLOEXEC);
    backup->out = open(backup->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (backup->in < 0 || backup->out < 0)
        return error_set(err, "%s: %m", backup->part);
    return sealed_begin(backup->writer, backup->out, &backup->key, err);
}

static bool step_seal(struct backup *backup, struct error *err)
{
    unsigned char block[SEALED_CHUNK];

    if (backup->in < 0 && !seal_open(backup, err))
        return false;
    backup->percent = 92;
    for (int i = 0; i < SEAL_BLOCKS; i++) {
        const ssize_t got = read(backup->in, block, sizeof block);

        if (got < 0)
            return error_set(err, "%s: %m", backup->plain);
        if (got == 0) {
            backup->stage = LAND;
            unlink(backup->plain);
            return sealed_end(backup->writer, err) || error_in(err, backup->part);
        }
        if (!sealed_write(backup->writer, block, (size_t)got, err))
            return error_in(err, backup->part);
    }
    return true;
}

bool backup_sync_folder(const char *path, struct error *err)
{
    CLEANUP(mem_clean) char *copy = mem_dup(path);
    const int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool good = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    return good || error_set(err, "%s: the folder cannot be synced: %m", path);
}

static bool step_land(struct backup *backup, struct error *err)
{
    struct stat there;
    int fd;
    bool synced;

    if (backup->copy && !close_copy(backup, err))
        return false;
    fd = open(backup->part, O_RDWR | O_CLOEXEC);
    synced = fd >= 0 && fsync(fd) == 0 && fchmod(fd, 0640) == 0 && fstat(fd, &there) == 0;
    if (fd >= 0)
        close(fd);
    if (!synced || rename(backup->part, backup->path) != 0)
        return error_set(err, "%s: %m", backup->path);
    backup->bytes = (int64_t)there.st_size;
    backup->landed = true;
    backup->percent = 100;
    return backup_sync_folder(backup->path, err);
}

static bool step(struct backup *backup, struct error *err)
{
    switch (backup->stage) {
    case COPY:
        return step_copy(backup, err);
    case FINISH:
        return step_finish(backup, err);
    case COUNT_ROWS:
        return step_count(backup, err);
    case VERIFY:
        return step_verify(backup, err);
    case SEAL:
        return step_seal(backup, err);
    case LAND:
        return step_land(backup, err);
    }
    return false;
}

enum backup_progress backup_step(struct backup *backup, struct error *err)
{
    const time_ms until = clock_mono() + backup->slice_ms;

    do {
        if (backup->stop && backup->stop(backup->arg)) {
            error_set(err, "%s: broken off: greenlined is stopping", backup->path);
            return BACKUP_FAILED;
        }
        if (!step(backup, err))
            return BACKUP_FAILED;
    } while (!backup->landed && clock_mono() < until);
    return backup->landed ? BACKUP_DONE : BACKUP_GOES_ON;
}

int backup_percent(const struct backup *backup)
{
    return backup->percent;
}

int64_t backup_bytes(const struct backup *backup)
{
    return backup->bytes;
}

void backup_end(struct backup *backup)
{
    if (!backup)
        return;
    sqlite3_backup_finish(backup->run);
    sqlite3_close(backup->copy);
    store_close(backup->source);
    if (backup->in >= 0)
        close(backup->in);
    if (backup->out >= 0)
        close(backup->out);
    unlink(backup->part);
    unlink(backup->plain);
    for (size_t i = 0; i < backup->table_count; i++)
        free(backup->tables[i]);
    if (backup->writer)
        sodium_memzero(backup->writer, sizeof *backup->writer);
    sodium_memzero(&backup->key, sizeof backup->key);
    free(backup->writer);
    free(backup->path);
    free(backup->part);
    free(backup->plain);
    free(backup);
}
