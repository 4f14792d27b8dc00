/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Backup and restore of the file: a backup holds one state of the store whatever is written meanwhile, appears under its
 * name whole or not at all, and goes back in its place so that the old store stays beside it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/memory.h"
#include "store/backup.h"
#include "store/restore.h"
#include "store/restored.h"
#include "store/turn.h"

enum { STEPS_MAX = 100000 };
#define NOW ((time_ms)1791453600000) /* 2026-10-08 18:00 in Shanghai */

struct place {
    char folder[48], path[80], copy[80];
    struct store *store;
};

static int setup(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    struct error err = { "" };

    snprintf(p->folder, sizeof p->folder, "/tmp/greenline-backup-XXXXXX");
    if (!mkdtemp(p->folder))
        abort();
    snprintf(p->path, sizeof p->path, "%s/school.db", p->folder);
    snprintf(p->copy, sizeof p->copy, "%s/copy.db", p->folder);
    p->store = store_open(p->path, true, &err);
    if (!p->store)
        abort();
    sqlite3_exec(store_handle(p->store), "PRAGMA synchronous = OFF", NULL, NULL, NULL);
    *state = p;
    return 0;
}

static void shut(struct place *p)
{
    store_close(p->store);
    p->store = NULL;
}

static int teardown(void **state)
{
    struct place *p = *state;
    DIR *dir = opendir(p->folder);
    const struct dirent *entry;

    shut(p);
    while ((entry = readdir(dir)))
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    rmdir(p->folder);
    free(p);
    return 0;
}

static bool there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void sql(struct place *p, const char *text)
{
    char *why = NULL;

    if (sqlite3_exec(store_handle(p->store), text, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", text, why);
}

static int64_t number(const char *path, const char *text)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    int64_t value;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
}

static const char persons[] =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
    " INSERT INTO person (ref, name) SELECT 'P' || i, '家长' || i || hex(zeroblob(100)) FROM n";

static enum backup_progress run(struct backup *backup, struct error *err)
{
    enum backup_progress progress = BACKUP_GOES_ON;

    for (int i = 0; i < STEPS_MAX && progress == BACKUP_GOES_ON; i++)
        progress = backup_step(backup, err);
    return progress;
}

static void make(struct place *p, const struct sealed_key *key)
{
    const struct backup_plan plan = { .store = p->path, .path = p->copy, .key = key, .now = NOW };
    struct error err = { "" };
    struct backup *backup = backup_begin(&plan, &err);

    assert_string_equal(err.text, "");
    assert_non_null(backup);
    assert_int_equal(run(backup, &err), BACKUP_DONE);
    backup_end(backup);
}

static void test_a_backup_holds_the_state_at_its_begin_whatever_is_written_meanwhile(void **state)
{
    struct place *p = *state;
    const struct backup_plan plan = { .store = p->path, .path = p->copy, .now = NOW, .slice_ms = -1 };
    struct error err = { "" };
    struct backup *backup;
    int written = 0;

    sql(p, persons);
    backup = backup_begin(&plan, &err);
    assert_non_null(backup);
    while (backup_step(backup, &err) == BACKUP_GOES_ON && written < STEPS_MAX) {
        CLEANUP(mem_clean) char *text = mem_format("INSERT INTO person (ref, name) VALUES ('X%d', 'x')", written++);

        sql(p, text);
        assert_false(there(p->copy));
    }
    assert_string_equal(err.text, "");
    backup_end(backup);
    assert_true(written > 0);
    assert_int_equal(number(p->copy, "SELECT count(*) FROM person"), 20000);
    assert_int_equal(number(p->copy, "SELECT value FROM setting WHERE key = 'backup_at'"), NOW);
    assert_int_equal(number(p->copy, "PRAGMA user_version"), STORE_SCHEMA);
    assert_int_equal(number(p->path, "SELECT count(*) FROM person"), 20000 + written);
}

static void test_a_backup_needs_no_file_beside_it_and_leaves_none(void **state)
{
    struct place *p = *state;
    CLEANUP(mem_clean) char *log = mem_format("%s-wal", p->copy);
    CLEANUP(mem_clean) char *part = mem_format("%s.part", p->copy);

    make(p, NULL);
    assert_int_equal(number(p->copy, "SELECT count(*) FROM setting WHERE key = 'epoch'"), 1);
    assert_false(there(log));
    assert_false(there(part));
}

static void test_a_backup_that_is_broken_off_leaves_nothing(void **state)
{
    struct place *p = *state;
    const struct backup_plan plan = { .store = p->path, .path = p->copy, .now = NOW, .slice_ms = -1 };
    CLEANUP(mem_clean) char *part = mem_format("%s.part", p->copy);
    struct error err = { "" };
    struct backup *backup;

    sql(p, persons);
    backup = backup_begin(&plan, &err);
    assert_int_equal(backup_step(backup, &err), BACKUP_GOES_ON);
    assert_true(there(part));
    backup_end(backup);
    assert_false(there(part));
    assert_false(there(p->copy));
}

static bool always(void *arg)
{
    (void)arg;
    return true;
}

static void test_a_backup_ends_when_the_daemon_stops(void **state)
{
    struct place *p = *state;
    const struct backup_plan plan = { .store = p->path, .path = p->copy, .now = NOW, .stop = always };
    struct error err = { "" };
    struct backup *backup = backup_begin(&plan, &err);

    if (backup)
        assert_int_equal(backup_step(backup, &err), BACKUP_FAILED);
    backup_end(backup);
    assert_false(there(p->copy));
}

static void test_a_folder_that_is_not_there_is_said_so(void **state)
{
    struct place *p = *state;
    const struct backup_plan plan = { .store = p->path, .path = "/tmp/greenline-no-such/copy.db", .now = NOW };
    struct error err = { "" };

    assert_null(backup_begin(&plan, &err));
    assert_non_null(strstr(err.text, "/tmp/greenline-no-such"));
}

/* The index says that there is a row which the table has not. */
static void test_a_damaged_store_gives_no_backup(void **state)
{
    struct place *p = *state;
    const struct backup_plan plan = { .store = p->path, .path = p->copy, .now = NOW, .slice_ms = -1 };
    struct error err = { "" };
    struct backup *backup;

    sql(p, "INSERT INTO person (ref, name) VALUES ('P1', '王'), ('P2', '李');"
           "PRAGMA writable_schema = ON;"
           "UPDATE sqlite_schema SET sql = 'CREATE INDEX person_name ON person (ref)' WHERE name = 'person_name';"
           "PRAGMA writable_schema = RESET");
    backup = backup_begin(&plan, &err);
    assert_non_null(backup);
    assert_int_equal(run(backup, &err), BACKUP_FAILED);
    assert_non_null(strstr(err.text, "greenline check"));
    backup_end(backup);
    assert_false(there(p->copy));
}

static void test_a_sealed_backup_is_restored_with_its_key_alone(void **state)
{
    struct place *p = *state;
    struct sealed_key key = { { 7 } };
    struct restore_plan plan = { .file = p->copy, .store = p->path, .demo = true };
    CLEANUP(mem_clean) char *staged = NULL;
    struct error err = { "" };
    time_ms at = 0;

    sql(p, "INSERT INTO person (ref, name) VALUES ('P1', '王')");
    make(p, &key);
    shut(p);
    assert_true(sealed_is(p->copy));
    assert_null(restore_prepare(&plan, &at, &err));
    assert_non_null(strstr(err.text, "--key-file"));
    plan.key = &key;
    staged = restore_prepare(&plan, &at, &err);
    assert_non_null(staged);
    assert_int_equal(at, NOW);
    assert_int_equal(number(staged, "SELECT count(*) FROM person"), 1);
}

static void test_the_old_store_stays_beside_the_restored_one(void **state)
{
    struct place *p = *state;
    const struct restore_plan plan = { .file = p->copy, .store = p->path, .demo = true };
    CLEANUP(mem_clean) char *staged = NULL;
    CLEANUP(mem_clean) char *before = NULL;
    struct error err = { "" };
    time_ms at = 0;

    make(p, NULL);
    sql(p, "INSERT INTO person (ref, name) VALUES ('P1', '王')");
    shut(p);
    staged = restore_prepare(&plan, &at, &err);
    assert_non_null(staged);
    before = restore_install(p->path, &err);
    assert_string_equal(before + strlen(p->path), ".before-restore");
    assert_int_equal(number(before, "SELECT count(*) FROM person"), 1);
    assert_int_equal(number(p->path, "SELECT count(*) FROM person"), 0);
}

static void test_a_second_restore_keeps_both_old_stores(void **state)
{
    struct place *p = *state;
    const struct restore_plan plan = { .file = p->copy, .store = p->path, .demo = true };
    struct error err = { "" };

    make(p, NULL);
    shut(p);
    for (int i = 1; i <= 2; i++) {
        time_ms at = 0;
        CLEANUP(mem_clean) char *staged = restore_prepare(&plan, &at, &err);
        CLEANUP(mem_clean) char *before = restore_install(p->path, &err);

        assert_string_equal(before + strlen(p->path), i == 1 ? ".before-restore" : ".before-restore-2");
    }
}

/* Of a restore that was killed: a log of another file under the name of the one that is prepared. */
static void test_a_log_that_a_killed_restore_left_is_not_taken_for_the_new_files(void **state)
{
    struct place *p = *state;
    const struct restore_plan plan = { .file = p->copy, .store = p->path, .demo = true };
    CLEANUP(mem_clean) char *stale = mem_format("%s.restoring-wal", p->path);
    CLEANUP(mem_clean) char *staged = NULL;
    struct error err = { "" };
    time_ms at = 0;
    int fd;

    make(p, NULL);
    shut(p);
    fd = open(stale, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, "stale", 5), 5);
    close(fd);
    staged = restore_prepare(&plan, &at, &err);
    assert_non_null(staged);
    assert_false(there(stale));
}

static void expect_no_backup(struct place *p, const char *file, bool demo, const char *want)
{
    const struct restore_plan plan = { .file = file, .store = p->path, .demo = demo };
    CLEANUP(mem_clean) char *staging = mem_format("%s.restoring", p->path);
    struct error err = { "" };
    time_ms at = 0;

    assert_null(restore_prepare(&plan, &at, &err));
    if (!strstr(err.text, want))
        fail_msg("got \"%s\", want \"%s\"", err.text, want);
    assert_false(there(staging));
}

static void test_what_is_no_backup_of_this_school_is_refused(void **state)
{
    struct place *p = *state;
    CLEANUP(mem_clean) char *text = mem_format("%s/notes.txt", p->folder);
    FILE *file = fopen(text, "w");

    fputs("no database at all, but long enough to be read as one: ............................", file);
    fclose(file);
    make(p, NULL);
    shut(p);
    expect_no_backup(p, text, true, "is no backup of Greenline");
    expect_no_backup(p, "/tmp/greenline-no-such.db", true, "/tmp/greenline-no-such.db");
    expect_no_backup(p, p->copy, false, "demo store");
    assert_int_equal(truncate(p->copy, 40960), 0);
    expect_no_backup(p, p->copy, true, p->copy);
}

static void test_a_newer_backup_is_refused(void **state)
{
    struct place *p = *state;
    sqlite3 *db = NULL;

    make(p, NULL);
    shut(p);
    assert_int_equal(sqlite3_open(p->copy, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    expect_no_backup(p, p->copy, true, "newer Greenline");
}

static void test_only_the_newest_are_kept_and_what_was_left_is_removed(void **state)
{
    struct place *p = *state;
    static const char *const names[] = { "greenline-20261001-033000.db",       "greenline-20261002-033000.sealed",
                                         "greenline-20261003-033000.db",       "greenline-20261004-033000.db.part",
                                         "greenline-20261004-040000-fetch.db", "mine.db" };
    static const bool stays[] = { false, true, true, false, false, true };
    json_t *list;

    for (size_t i = 0; i < COUNT(names); i++) {
        CLEANUP(mem_clean) char *path = mem_format("%s/%s", p->folder, names[i]);

        close(open(path, O_WRONLY | O_CREAT, 0600));
    }
    backup_clean(p->folder);
    assert_int_equal(backup_prune(p->folder, 2), 1);
    for (size_t i = 0; i < COUNT(names); i++) {
        CLEANUP(mem_clean) char *path = mem_format("%s/%s", p->folder, names[i]);

        if (there(path) != stays[i])
            fail_msg("%s: got %d, want %d", names[i], there(path), stays[i]);
    }
    list = backup_list(p->folder);
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "name")), names[2]);
    json_decref(list);
}

static const char under_way[] =
    "INSERT INTO line (id, e164) VALUES (1, '+8619900000001'); INSERT INTO person (id, ref, name) VALUES (1, 'P1', "
    "'王');"
    "INSERT INTO cause (id, key, kind, lane, title, audience, content, due, expires, created, by) VALUES"
    " (1, 'a', 'notice', 'bulk', 't', '', '{}', 0, 9e15, 0, 'x'), (2, 'b', 'emergency', 'emergency', 't', '', '{}', 0,"
    " 9e15, 0, 'x');"
    "INSERT INTO message (id, cause, line, person, channel, route, lane, due, expires, state, created, tries) VALUES"
    " (1, 1, 1, 1, 'sms', 0, 'bulk', 0, 9e15, 'queued', 0, 0), (2, 1, 1, 1, 'sms', 0, 'bulk', 0, 9e15, 'started', 0, "
    "1),"
    " (3, 1, 1, 1, 'sms', 0, 'bulk', 0, 9e15, 'delivered', 0, 1), (4, 2, 1, 1, 'sms', 0, 'emergency', 0, 9e15, "
    "'claimed',"
    " 0, 1), (5, 2, 1, 1, 'sms', 0, 'emergency', 0, 9e15, 'queued', 0, 0)";

static void expect_state(struct place *p, int message, const char *want)
{
    CLEANUP(mem_clean) char *got = store_text(p->store,
                                              "SELECT state || ' ' || reason || ' ' || again FROM message WHERE"
                                              " id = $1",
                                              "i", (int64_t)message);

    assert_string_equal(got, want);
}

static void test_after_a_restore_routine_is_held_and_emergencies_go_again(void **state)
{
    struct place *p = *state;
    CLEANUP(mem_clean) char *old = mem_dup(store_epoch(p->store));
    CLEANUP(mem_clean) char *now = NULL;
    struct error err = { "" };
    time_ms backup = 0, restored = 0;

    sql(p, under_way);
    assert_true(restored_begin(p->store, NOW + 5, "x.db", NOW, &err));
    expect_state(p, 1, "held restored 0");
    expect_state(p, 2, "held restored 0");
    expect_state(p, 3, "delivered  0");
    expect_state(p, 4, "queued restored 1");
    expect_state(p, 5, "queued  0");
    now = setting_get(p->store, "epoch");
    assert_string_not_equal(now, old);
    assert_true(restored_when(p->store, &backup, &restored));
    assert_int_equal(backup, NOW);
    assert_int_equal(restored, NOW + 5);
    assert_int_equal(restored_message_count(p->store), 2);
}

static void test_a_release_ends_the_hold(void **state)
{
    struct place *p = *state;
    CLEANUP(mem_clean) char *moves = NULL;
    struct error err = { "" };

    assert_false(restored_held(p->store));
    assert_true(restored_begin(p->store, NOW + 5, "x.db", NOW, &err));
    assert_true(restored_held(p->store));
    restored_release(p->store, "drop");
    assert_true(store_commit(p->store, &err));
    assert_false(restored_held(p->store));
    moves = restored_moves(p->store);
    assert_string_equal(moves, "drop");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_backup_holds_the_state_at_its_begin_whatever_is_written_meanwhile),
        TEST(test_a_backup_needs_no_file_beside_it_and_leaves_none),
        TEST(test_a_backup_that_is_broken_off_leaves_nothing),
        TEST(test_a_backup_ends_when_the_daemon_stops),
        TEST(test_a_folder_that_is_not_there_is_said_so),
        TEST(test_a_damaged_store_gives_no_backup),
        TEST(test_a_sealed_backup_is_restored_with_its_key_alone),
        TEST(test_the_old_store_stays_beside_the_restored_one),
        TEST(test_a_second_restore_keeps_both_old_stores),
        TEST(test_a_log_that_a_killed_restore_left_is_not_taken_for_the_new_files),
        TEST(test_what_is_no_backup_of_this_school_is_refused),
        TEST(test_a_newer_backup_is_refused),
        TEST(test_only_the_newest_are_kept_and_what_was_left_is_removed),
        TEST(test_after_a_restore_routine_is_held_and_emergencies_go_again),
        TEST(test_a_release_ends_the_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
