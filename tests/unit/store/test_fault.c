/* SPDX-License-Identifier: Apache-2.0 */
/* Faults: what SQLite and the system say is told apart, the ballast is whole or not there, words of gateways outlive a turn
 * that fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/memory.h"
#include "store/ballast.h"
#include "store/hearing.h"
#include "tests/support/api_fixture.h"

static void test_each_code_is_the_fault_that_a_person_can_mend(void **state)
{
    static const struct {
        int code, number;
        enum fault want;
    } rows[] = {
        { SQLITE_OK, 0, FAULT_NONE },
        { SQLITE_FULL, 0, FAULT_FULL },
        { SQLITE_IOERR_WRITE, ENOSPC, FAULT_FULL },
        { SQLITE_IOERR_SHMSIZE, ENOSPC, FAULT_FULL },
        { SQLITE_IOERR_WRITE, EDQUOT, FAULT_FULL },
        { SQLITE_READONLY, 0, FAULT_READ_ONLY },
        { SQLITE_READONLY_ROLLBACK, 0, FAULT_READ_ONLY },
        { SQLITE_IOERR_WRITE, EROFS, FAULT_READ_ONLY },
        { SQLITE_READONLY_DBMOVED, 0, FAULT_GONE },
        { SQLITE_CANTOPEN, ENOENT, FAULT_GONE },
        { SQLITE_CANTOPEN, EMFILE, FAULT_DESCRIPTORS },
        { SQLITE_CANTOPEN, EACCES, FAULT_READ_ONLY },
        { SQLITE_BUSY, 0, FAULT_LOCKED },
        { SQLITE_BUSY_SNAPSHOT, 0, FAULT_LOCKED },
        { SQLITE_CORRUPT, 0, FAULT_DAMAGED },
        { SQLITE_CORRUPT_INDEX, 0, FAULT_DAMAGED },
        { SQLITE_NOTADB, 0, FAULT_DAMAGED },
        { SQLITE_IOERR_READ, EIO, FAULT_DISK },
        { SQLITE_CONSTRAINT_CHECK, 0, FAULT_OTHER },
        { SQLITE_CONSTRAINT_CHECK, ENOSPC, FAULT_OTHER },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (fault_of_code(rows[i].code, rows[i].number) != rows[i].want)
            fail_msg("code %d, errno %d: got %s, want %s", rows[i].code, rows[i].number,
                     fault_name(fault_of_code(rows[i].code, rows[i].number)), fault_name(rows[i].want));
}

static void test_each_fault_says_what_it_is_and_how_to_mend_it_in_both_languages(void **state)
{
    (void)state;
    for (int i = FAULT_NONE + 1; i < FAULTS; i++) {
        const enum fault fault = (enum fault)i;

        assert_true(strlen(fault_name(fault)) > 0);
        assert_true(strlen(fault_what(fault, "en")) > 20 && strlen(fault_mend(fault, "en")) > 10);
        assert_string_not_equal(fault_what(fault, "zh"), fault_what(fault, "en"));
        assert_string_not_equal(fault_mend(fault, "zh"), fault_mend(fault, "en"));
    }
}

static void test_the_ballast_is_made_whole_and_given_back(void **state)
{
    struct api_fixture f;
    struct error err = { "" };
    CLEANUP(mem_clean) char *path = NULL;
    struct stat there;

    (void)state;
    api_fixture_open(&f);
    path = mem_format("%s.ballast", f.database);
    assert_false(ballast_there(f.database));
    assert_true(ballast_make(f.database, &err));
    assert_true(ballast_there(f.database));
    assert_int_equal(stat(path, &there), 0);
    assert_int_equal(there.st_size, 16 << 20);
    assert_true(there.st_blocks >= (16 << 20) / 512);
    assert_true(ballast_release(f.database));
    assert_false(ballast_release(f.database));
    assert_false(ballast_there(f.database));
    api_fixture_close(&f);
}

static void test_a_hole_is_no_ballast(void **state)
{
    struct api_fixture f;
    CLEANUP(mem_clean) char *path = NULL;
    int fd;

    (void)state;
    api_fixture_open(&f);
    path = mem_format("%s.ballast", f.database);
    fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(ftruncate(fd, 16 << 20), 0);
    close(fd);
    assert_false(ballast_there(f.database));
    unlink(path);
    api_fixture_close(&f);
}

static void test_a_failed_turn_leaves_its_kind_of_fault(void **state)
{
    struct api_fixture f;
    struct error err = { "" };

    (void)state;
    api_fixture_open(&f);
    assert_int_equal(store_fault(f.store), FAULT_NONE);
    sqlite3_exec(store_handle(f.store), "PRAGMA query_only = ON", NULL, NULL, NULL);
    setting_put(f.store, "a", "1");
    assert_false(turn_end(f.turn, &err));
    assert_int_equal(store_fault(f.store), FAULT_READ_ONLY);
    sqlite3_exec(store_handle(f.store), "PRAGMA query_only = OFF; PRAGMA max_page_count = 1", NULL, NULL, NULL);
    for (int i = 0; i < 200; i++) {
        CLEANUP(mem_clean) char *key = mem_format("key %d", i);

        setting_put(f.store, key, "0123456789012345678901234567890123456789012345678901234567890123456789");
    }
    assert_false(turn_end(f.turn, &err));
    assert_int_equal(store_fault(f.store), FAULT_FULL);
    api_fixture_close(&f);
}

static void test_a_lock_of_another_program_is_told_as_one(void **state)
{
    struct api_fixture f;
    struct error err = { "" };
    sqlite3 *other = NULL;

    (void)state;
    api_fixture_open(&f);
    assert_int_equal(sqlite3_open(f.database, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    setting_put(f.store, "a", "1");
    assert_false(turn_end(f.turn, &err));
    assert_int_equal(store_fault(f.store), FAULT_LOCKED);
    sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(other);
    setting_put(f.store, "a", "1");
    assert_true(turn_end(f.turn, &err));
    api_fixture_close(&f);
}

static void test_a_store_that_was_moved_away_is_noticed_and_so_is_its_return(void **state)
{
    struct api_fixture f;
    CLEANUP(mem_clean) char *away = NULL;

    (void)state;
    api_fixture_open(&f);
    away = mem_format("%s.away", f.database);
    assert_false(store_moved(f.store));
    assert_int_equal(rename(f.database, away), 0);
    assert_true(store_moved(f.store));
    assert_int_equal(rename(away, f.database), 0);
    assert_false(store_moved(f.store));
    api_fixture_close(&f);
}

/* --- words of gateways --- */

struct heard_by {
    struct api_fixture *f;
    char said[256];
};

static void on_word(void *arg, const struct heard *word)
{
    struct heard_by *by = arg;

    setting_put(by->f->store, word->id, word->text ? word->text : "");
    strncat(by->said, word->id, sizeof by->said - strlen(by->said) - 1);
}

static void say(struct hearing *hearing, const char *id)
{
    char scratch[16];

    snprintf(scratch, sizeof scratch, "%s", id); /* gone after the call */
    hearing_add(hearing, &(struct heard){ .verb = HEARD_REPLY, .gateway = "phones", .id = scratch, .text = "好" });
    memset(scratch, 'x', sizeof scratch);
}

static void test_words_of_a_failed_turn_are_taken_again_in_their_order(void **state)
{
    struct api_fixture f;
    struct heard_by by = { .f = &f };
    struct hearing *hearing;
    struct error err = { "" };

    (void)state;
    api_fixture_open(&f);
    hearing = hearing_new(f.turn, on_word, &by);
    sqlite3_exec(store_handle(f.store), "PRAGMA query_only = ON", NULL, NULL, NULL);
    say(hearing, "a");
    say(hearing, "b");
    assert_false(turn_end(f.turn, &err));
    assert_int_equal(hearing_waiting(hearing), 2);
    say(hearing, "c"); /* not before those that wait */
    assert_int_equal(hearing_waiting(hearing), 3);
    sqlite3_exec(store_handle(f.store), "PRAGMA query_only = OFF", NULL, NULL, NULL);
    assert_false(hearing_again(hearing));
    assert_true(turn_end(f.turn, &err));
    assert_int_equal(hearing_waiting(hearing), 0);
    assert_string_equal(by.said, "ababc");
    assert_int_equal(store_value(f.store, 0, "SELECT count(*) FROM setting WHERE value = '好'", ""), 3);
    hearing_free(hearing);
    api_fixture_close(&f);
}

static void test_words_are_not_taken_twice_once_committed(void **state)
{
    struct api_fixture f;
    struct heard_by by = { .f = &f };
    struct hearing *hearing;
    struct error err = { "" };

    (void)state;
    api_fixture_open(&f);
    hearing = hearing_new(f.turn, on_word, &by);
    say(hearing, "a");
    assert_true(turn_end(f.turn, &err));
    assert_false(hearing_again(hearing));
    assert_string_equal(by.said, "a");
    hearing_free(hearing);
    api_fixture_close(&f);
}

static void test_more_words_than_the_bound_are_dropped(void **state)
{
    struct api_fixture f;
    struct heard_by by = { .f = &f };
    struct hearing *hearing;
    struct error err = { "" };

    (void)state;
    api_fixture_open(&f);
    hearing = hearing_new(f.turn, on_word, &by);
    sqlite3_exec(store_handle(f.store), "PRAGMA query_only = ON", NULL, NULL, NULL);
    say(hearing, "a");
    assert_false(turn_end(f.turn, &err));
    for (int i = 0; i < HEARING_MAX + 50; i++)
        say(hearing, "b");
    assert_int_equal(hearing_waiting(hearing), HEARING_MAX);
    assert_true(hearing_again(hearing)); /* a slice of them */
    assert_int_equal(hearing_waiting(hearing), HEARING_MAX - HEARING_SLICE);
    turn_end(f.turn, &err);
    hearing_free(hearing);
    api_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_code_is_the_fault_that_a_person_can_mend),
        cmocka_unit_test(test_each_fault_says_what_it_is_and_how_to_mend_it_in_both_languages),
        cmocka_unit_test(test_the_ballast_is_made_whole_and_given_back),
        cmocka_unit_test(test_a_hole_is_no_ballast),
        cmocka_unit_test(test_a_failed_turn_leaves_its_kind_of_fault),
        cmocka_unit_test(test_a_lock_of_another_program_is_told_as_one),
        cmocka_unit_test(test_a_store_that_was_moved_away_is_noticed_and_so_is_its_return),
        cmocka_unit_test(test_words_of_a_failed_turn_are_taken_again_in_their_order),
        cmocka_unit_test(test_words_are_not_taken_twice_once_committed),
        cmocka_unit_test(test_more_words_than_the_bound_are_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
