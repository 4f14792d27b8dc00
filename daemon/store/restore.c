/* SPDX-License-Identifier: Apache-2.0 */
/* A backup back into its place; see restore.h. */
#include "store/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/memory.h"
#include "store/backup.h"

enum { BEFORE_MAX = 100, BLOCK = 65536 };

static char *staging(const char *store)
{
    return mem_format("%s.restoring", store);
}

void restore_own(const char *store, const char *path)
{
    CLEANUP(mem_clean) char *copy = mem_dup(store);
    struct stat folder;

    if (geteuid() == 0 && stat(dirname(copy), &folder) == 0 && lchown(path, folder.st_uid, folder.st_gid) != 0)
        errno = 0; /* on a disk that knows no owners there is nothing to give */
}

static bool copy_stream(int from, int to, struct error *err)
{
    char block[BLOCK];
    ssize_t got;

    while ((got = read(from, block, sizeof block)) > 0)
        if (!write_all(to, block, (size_t)got, err))
            return false;
    return got == 0 || error_set(err, "cannot be read: %m");
}

static bool copy_plain(const char *path, int to, struct error *err)
{
    CLEANUP(mem_clean) char *log = mem_format("%s-wal", path);
    const int from = open(path, O_RDONLY | O_CLOEXEC);
    struct stat there;
    bool good;

    if (from < 0)
        return error_set(err, "%s: %m", path);
    if (stat(log, &there) == 0 && there.st_size > 0) {
        close(from);
        return error_set(err, "%s: has a log beside it, so it is no backup: make one of it with `greenline backup`",
                         path);
    }
    good = copy_stream(from, to, err) || error_in(err, path);
    close(from);
    return good;
}

static bool drop(const char *path, const char *suffix, struct error *err)
{
    CLEANUP(mem_clean) char *name = mem_format("%s%s", path, suffix);

    return unlink(name) == 0 || errno == ENOENT || error_set(err, "%s: %m", name);
}

static bool fetch(const struct restore_plan *plan, const char *to, struct error *err)
{
    const bool sealed = sealed_is(plan->file);
    int fd;
    bool good;

    if (sealed && !plan->key)
        return error_set(err, "%s: is sealed: name its key with --key-file", plan->file);
    /* of a restore that was broken off: a log would be taken for the new file's */
    if (!drop(to, "-wal", err) || !drop(to, "-shm", err) || !drop(to, "-journal", err))
        return false;
    fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0)
        return error_set(err, "%s: %m", to);
    good = sealed ? sealed_open(plan->file, fd, plan->key, err) : copy_plain(plan->file, fd, err);
    if (good && fsync(fd) != 0)
        good = error_set(err, "%s: cannot be written: %m", to);
    close(fd);
    return good;
}

static char *word_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    char *word = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        word = mem_dup((const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return word;
}

/* Whether it is a store of ours that can be used, and from when. */
static bool judge(sqlite3 *db, const struct restore_plan *plan, time_ms *at, struct error *err)
{
    CLEANUP(mem_clean) char *whole = word_of(db, "PRAGMA integrity_check(1)");
    CLEANUP(mem_clean) char *version = word_of(db, "PRAGMA user_version");
    CLEANUP(mem_clean) char *demo = word_of(db, "SELECT value FROM setting WHERE key = 'demo'");
    CLEANUP(mem_clean) char *when = word_of(db, "SELECT coalesce((SELECT value FROM setting WHERE key = 'backup_at'),"
                                                " (SELECT max(last_seen) FROM run), 0)");

    if (!whole || !version || !demo)
        return error_set(err, "%s: is no backup of Greenline%s%s", plan->file, whole ? "" : ": ",
                         whole ? "" : sqlite3_errmsg(db));
    if (strcmp(whole, "ok") != 0)
        return error_set(err, "%s: is damaged: %.200s: take an older backup", plan->file, whole);
    if (strtoll(version, NULL, 10) < 1 || strtoll(version, NULL, 10) > STORE_SCHEMA)
        return error_set(err, "%s: made by a newer Greenline (schema %s, this program knows %d): install that version",
                         plan->file, version, (int)STORE_SCHEMA);
    if ((strcmp(demo, "1") == 0) != plan->demo)
        return error_set(err, "%s: %s", plan->file,
                         plan->demo ? "is of a real school, the configuration says `demo = true`"
                                    : "is of a demo store, the configuration is a real school's");
    *at = when ? strtoll(when, NULL, 10) : 0;
    return true;
}

char *restore_prepare(const struct restore_plan *plan, time_ms *at, struct error *err)
{
    char *to = staging(plan->store);
    sqlite3 *db = NULL;
    bool good;

    if (!fetch(plan, to, err)) {
        unlink(to);
        free(to);
        return NULL;
    }
    good = sqlite3_open_v2(to, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK && judge(db, plan, at, err);
    if (!db)
        error_set(err, "%s: cannot be opened", to);
    sqlite3_close(db);
    if (good)
        return to;
    unlink(to);
    free(to);
    return NULL;
}

/* What its log holds goes into the file; a store that is too damaged for that keeps its log beside it. */
static void settle_old(const char *store)
{
    sqlite3 *db = NULL;

    if (sqlite3_open_v2(store, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
        sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL);
    sqlite3_close(db);
}

/* The first name that is free, or one that is this file already (a restore that was broken off). */
static char *name_before(const char *store, struct error *err)
{
    struct stat own, there;

    if (stat(store, &own) != 0)
        return mem_dup("");
    for (int i = 1; i <= BEFORE_MAX; i++) {
        char *name = i == 1 ? mem_format("%s.before-restore", store) : mem_format("%s.before-restore-%d", store, i);

        if (lstat(name, &there) != 0 || (there.st_dev == own.st_dev && there.st_ino == own.st_ino))
            return name;
        free(name);
    }
    error_set(err, "%s: %d old stores lie beside it: move them elsewhere", store, BEFORE_MAX);
    return NULL;
}

/* A second name for the file; where the disk knows no links, it is moved. */
static bool keep(const char *path, const char *suffix, const char *before, struct error *err)
{
    CLEANUP(mem_clean) char *from = mem_format("%s%s", path, suffix);
    CLEANUP(mem_clean) char *to = mem_format("%s%s", before, suffix);

    if (link(from, to) == 0 || errno == EEXIST || errno == ENOENT || rename(from, to) == 0)
        return true;
    return error_set(err, "%s: %m", to);
}

char *restore_install(const char *store, struct error *err)
{
    CLEANUP(mem_clean) char *from = staging(store);
    CLEANUP(mem_clean) char *log = mem_format("%s-wal", from);
    struct stat there;
    char *before;

    if (stat(log, &there) == 0 && there.st_size > 0) {
        error_set(err, "%s: its log could not be taken in: make room on the disk", from);
        return NULL;
    }
    settle_old(store);
    restore_own(store, from);
    before = name_before(store, err);
    if (!before)
        return NULL;
    /* the old log must be gone before the new file stands: SQLite would take it for the new one's */
    if ((*before &&
         (!keep(store, "", before, err) || !keep(store, "-wal", before, err) || !backup_sync_folder(store, err))) ||
        !drop(store, "-wal", err) || !drop(store, "-shm", err) || !backup_sync_folder(store, err) ||
        (rename(from, store) != 0 && !error_set(err, "%s: %m", store)) || !backup_sync_folder(store, err)) {
        free(before);
        return NULL;
    }
    return before;
}
