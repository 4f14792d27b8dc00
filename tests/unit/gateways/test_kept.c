/* SPDX-License-Identifier: Apache-2.0 */
/* Replies that wait for `stored`: said again in time, and, with a file, known again after a crash. */
#include "tests/unit/gateways/peer.h"

#include "gateways/common/gateway_internal.h"

static struct kept open_kept(const char *path)
{
    struct kept kept = { .lines = json_object(), .fd = -1 };
    struct error err;

    if (!kept_open(&kept, path, &err))
        fail_msg("%s", err.text);
    return kept;
}

static bool add(struct kept *kept, const char *uid, time_ms mono)
{
    return kept_add(kept, uid, json_pack("{s:s,s:s}", "type", "reply", "uid", uid), mono);
}

static int said; /* lines that kept_repeat() said */

static void count(struct gateway *gateway, json_t *line)
{
    (void)gateway;
    assert_string_equal(json_text(line, "type", ""), "reply");
    said++;
}

static int repeat(struct kept *kept, time_ms mono)
{
    said = 0;
    kept_repeat(kept, mono, count, NULL);
    return said;
}

static void test_line_is_said_again_until_it_is_stored(void **state)
{
    struct kept kept = open_kept(NULL);

    (void)state;
    assert_true(add(&kept, "a", 1000));
    assert_true(add(&kept, "b", 5000));
    assert_false(add(&kept, "a", 6000));
    assert_int_equal(repeat(&kept, 10999), 0);
    assert_int_equal(repeat(&kept, 11000), 1); /* a */
    assert_int_equal(repeat(&kept, 15000), 1); /* b */
    assert_true(kept_stored(&kept, "a"));
    assert_false(kept_stored(&kept, "a"));
    assert_int_equal(repeat(&kept, 100000), 1);
    kept_close(&kept);
}

static void test_round_is_bounded_and_the_next_one_goes_on(void **state)
{
    struct kept kept = open_kept(NULL);

    (void)state;
    for (int i = 0; i < KEPT_REPEAT_LINES + 50; i++) {
        CLEANUP(mem_clean) char *uid = mem_format("u%d", i);

        add(&kept, uid, 0);
    }
    assert_int_equal(repeat(&kept, 20000), KEPT_REPEAT_LINES);
    assert_int_equal(repeat(&kept, 20000), 50);
    kept_close(&kept);
}

static void test_file_brings_back_what_was_not_stored(void **state)
{
    char *folder = folder_new();
    CLEANUP(mem_clean) char *path = mem_format("%s/phones.kept", folder);
    struct kept kept = open_kept(path);

    (void)state;
    add(&kept, "a", 1000);
    add(&kept, "b", 1000);
    kept_stored(&kept, "a");
    kept_close(&kept);
    kept = open_kept(path);
    assert_int_equal(json_object_size(kept.lines), 1);
    assert_int_equal(repeat(&kept, 0), 1); /* at once, for nobody knows whether it was heard */
    kept_stored(&kept, "b");
    kept_close(&kept);
    kept = open_kept(path);
    assert_int_equal(json_object_size(kept.lines), 0);
    kept_close(&kept);
    folder_drop(folder);
}

static void test_torn_line_of_the_file_is_left_out(void **state)
{
    char *folder = folder_new();
    CLEANUP(mem_clean) char *path = mem_format("%s/phones.kept", folder);
    struct kept kept;

    (void)state;
    file_write(folder, "phones.kept", "{\"type\":\"reply\",\"uid\":\"a\"}\n{\"type\":\"reply\",\"ui");
    kept = open_kept(path);
    assert_int_equal(json_object_size(kept.lines), 1);
    add(&kept, "b", 0);
    kept_close(&kept);
    kept = open_kept(path);
    assert_int_equal(json_object_size(kept.lines), 2);
    kept_close(&kept);
    folder_drop(folder);
}

static void test_file_that_cannot_be_written_is_an_error(void **state)
{
    struct kept kept = { .lines = json_object(), .fd = -1 };
    struct error err;

    (void)state;
    assert_false(kept_open(&kept, "/nowhere/x.kept", &err));
    assert_string_equal(err.text, "/nowhere/x.kept: cannot be written: No such file or directory");
    kept_close(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_is_said_again_until_it_is_stored),
        cmocka_unit_test(test_round_is_bounded_and_the_next_one_goes_on),
        cmocka_unit_test(test_file_brings_back_what_was_not_stored),
        cmocka_unit_test(test_torn_line_of_the_file_is_left_out),
        cmocka_unit_test(test_file_that_cannot_be_written_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
