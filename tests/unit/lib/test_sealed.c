/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed files: what went in comes out, and nothing that was cut, changed or made longer is taken for whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/memory.h"
#include "lib/sealed.h"

struct place {
    char folder[40], sealed[80], opened[80], key_file[80];
    struct sealed_key key;
};

static int setup(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    struct error err;

    snprintf(p->folder, sizeof p->folder, "/tmp/greenline-sealed-XXXXXX");
    if (!mkdtemp(p->folder))
        abort();
    snprintf(p->sealed, sizeof p->sealed, "%s/sealed", p->folder);
    snprintf(p->opened, sizeof p->opened, "%s/opened", p->folder);
    snprintf(p->key_file, sizeof p->key_file, "%s/key", p->folder);
    if (!sealed_key_new(p->key_file, &err) || !sealed_key_read(&p->key, p->key_file, &err))
        abort();
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct place *p = *state;

    unlink(p->sealed);
    unlink(p->opened);
    unlink(p->key_file);
    rmdir(p->folder);
    free(p);
    return 0;
}

/* Bytes that repeat after 251. */
static unsigned char *content(size_t length)
{
    unsigned char *bytes = malloc(length + 1);

    for (size_t i = 0; i < length; i++)
        bytes[i] = (unsigned char)(i % 251);
    return bytes;
}

static void seal(struct place *p, size_t length)
{
    unsigned char *bytes = content(length);
    struct sealed_writer *writer = calloc(1, sizeof *writer);
    const int fd = open(p->sealed, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    struct error err = { "" };

    assert_true(sealed_begin(writer, fd, &p->key, &err));
    assert_true(sealed_write(writer, bytes, length / 3, &err));
    assert_true(sealed_write(writer, bytes + length / 3, length - length / 3, &err));
    assert_true(sealed_end(writer, &err));
    close(fd);
    free(writer);
    free(bytes);
}

static bool unseal(struct place *p, struct error *err)
{
    const int fd = open(p->opened, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const bool good = sealed_open(p->sealed, fd, &p->key, err);

    close(fd);
    return good;
}

static void expect_whole(struct place *p, size_t length)
{
    unsigned char *want = content(length), *got = malloc(length + 1);
    struct error err = { "" };
    const int fd = (seal(p, length), assert_true(unseal(p, &err)), open(p->opened, O_RDONLY));

    assert_int_equal(read(fd, got, length + 1), length);
    assert_memory_equal(got, want, length);
    close(fd);
    free(want);
    free(got);
}

static void test_what_went_in_comes_out_at_every_length_around_a_chunk(void **state)
{
    expect_whole(*state, 0);
    expect_whole(*state, 1);
    expect_whole(*state, SEALED_CHUNK - 1);
    expect_whole(*state, SEALED_CHUNK);
    expect_whole(*state, SEALED_CHUNK + 1);
    expect_whole(*state, 3 * SEALED_CHUNK);
}

static void test_the_file_begins_with_its_name_and_holds_nothing_in_clear(void **state)
{
    struct place *p = *state;
    unsigned char *want = content(1000), *file = calloc(1, 2000);
    int fd;

    seal(p, 1000);
    fd = open(p->sealed, O_RDONLY);
    assert_int_equal(read(fd, file, 2000), 19 + 24 + 1000 + 17);
    assert_memory_equal(file, "greenline sealed 1\n", 19);
    assert_null(memmem(file, 1060, want, 16));
    assert_true(sealed_is(p->sealed));
    assert_false(sealed_is(p->key_file));
    close(fd);
    free(want);
    free(file);
}

/* Cut at every border of a chunk, in the middle of one, and in the header. */
static void test_a_file_that_was_cut_is_refused(void **state)
{
    static const long left[] = { 0,
                                 5,
                                 19,
                                 19 + 24,
                                 19 + 24 + 16,
                                 19 + 24 + 65536 + 17,
                                 19 + 24 + 2 * (65536 + 17),
                                 19 + 24 + 2 * (65536 + 17) + 100 };
    struct place *p = *state;
    struct error err = { "" };

    for (size_t i = 0; i < COUNT(left); i++) {
        seal(p, 2 * SEALED_CHUNK + 500);
        assert_int_equal(truncate(p->sealed, left[i]), 0);
        assert_false(unseal(p, &err));
        assert_non_null(strstr(err.text, p->sealed));
    }
}

static void test_a_changed_byte_anywhere_is_found(void **state)
{
    static const long at[] = { 3, 25, 19 + 24, 19 + 24 + 65536, 19 + 24 + 65536 + 17 + 4 };
    struct place *p = *state;
    struct error err = { "" };

    for (size_t i = 0; i < COUNT(at); i++) {
        unsigned char byte;
        int fd;

        seal(p, SEALED_CHUNK + 500);
        fd = open(p->sealed, O_RDWR);
        assert_int_equal(pread(fd, &byte, 1, at[i]), 1);
        byte ^= 1;
        assert_int_equal(pwrite(fd, &byte, 1, at[i]), 1);
        close(fd);
        assert_false(unseal(p, &err));
    }
}

static void test_something_behind_the_end_is_refused(void **state)
{
    struct place *p = *state;
    struct error err = { "" };
    int fd;

    seal(p, SEALED_CHUNK);
    fd = open(p->sealed, O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
    assert_false(unseal(p, &err));
}

static void test_another_key_opens_nothing(void **state)
{
    struct place *p = *state;
    struct error err = { "" };

    seal(p, 500);
    p->key.bytes[0] ^= 1;
    assert_false(unseal(p, &err));
    assert_non_null(strstr(err.text, "not its key"));
}

static void test_a_key_that_others_may_read_is_refused(void **state)
{
    struct place *p = *state;
    struct error err = { "" };

    assert_int_equal(chmod(p->key_file, 0640), 0);
    assert_false(sealed_key_read(&p->key, p->key_file, &err));
    assert_non_null(strstr(err.text, "chmod 600"));
}

static void test_a_key_that_is_there_is_not_overwritten(void **state)
{
    struct place *p = *state;
    struct sealed_key again;
    struct error err = { "" };

    assert_false(sealed_key_new(p->key_file, &err));
    assert_true(sealed_key_read(&again, p->key_file, &err));
    assert_memory_equal(again.bytes, p->key.bytes, sizeof again.bytes);
}

static void test_what_is_no_key_is_said_so(void **state)
{
    struct place *p = *state;
    struct error err = { "" };
    const int fd = open(p->key_file, O_WRONLY | O_TRUNC);

    assert_int_equal(write(fd, "correct horse battery staple\n", 29), 29);
    close(fd);
    assert_false(sealed_key_read(&p->key, p->key_file, &err));
    assert_non_null(strstr(err.text, "64 hex digits"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_went_in_comes_out_at_every_length_around_a_chunk, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_file_begins_with_its_name_and_holds_nothing_in_clear, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_file_that_was_cut_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_changed_byte_anywhere_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(test_something_behind_the_end_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_another_key_opens_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_key_that_others_may_read_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_key_that_is_there_is_not_overwritten, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_no_key_is_said_so, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
