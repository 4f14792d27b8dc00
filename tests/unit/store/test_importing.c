/* SPDX-License-Identifier: Apache-2.0 */
/* A plan counts as a whole or not at all, and none of its slices stays behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "store/importing.h"
#include "support/family.h"

static struct store *store_of(void **state)
{
    return ((struct family *)*state)->world->store;
}

static void expect_next(struct store *store, struct importing_slice *slice, const char *steps)
{
    assert_true(importing_next(slice, store));
    assert_string_equal(slice->steps, steps);
    free(slice->steps);
    slice->steps = NULL;
}

static void test_plan_holds_from_its_release_on(void **state)
{
    struct store *store = store_of(state);
    const int64_t id = importing_begin(store, "unix:root", 5);
    struct importing_slice slice;

    importing_add(store, id, "[1]");
    importing_add(store, id, "[2]");
    assert_false(importing_next(&slice, store));
    importing_release(store, id);
    expect_next(store, &slice, "[1]");
    assert_int_equal(slice.import, id);
}

static void test_slices_are_applied_in_order_and_forgotten(void **state)
{
    struct store *store = store_of(state);
    const int64_t id = importing_begin(store, "unix:root", 5);
    struct importing_slice slice;

    importing_add(store, id, "[1]");
    importing_add(store, id, "[2]");
    importing_release(store, id);
    expect_next(store, &slice, "[1]");
    importing_applied(store, &slice);
    assert_int_equal(store_value(store, -1, "SELECT count(*) FROM import WHERE state = 'running'", ""), 1);
    expect_next(store, &slice, "[2]");
    importing_applied(store, &slice);
    assert_false(importing_next(&slice, store));
    assert_int_equal(store_value(store, -1, "SELECT count(*) FROM import WHERE state = 'done'", ""), 1);
    assert_int_equal(store_value(store, -1, "SELECT count(*) FROM import_slice", ""), 0);
}

static void test_what_was_never_released_is_dropped_and_nothing_else(void **state)
{
    struct store *store = store_of(state);
    const int64_t released = importing_begin(store, "unix:root", 5), left = importing_begin(store, "unix:root", 6);
    struct importing_slice slice;

    importing_add(store, released, "[1]");
    importing_release(store, released);
    for (int i = 0; i < IMPORTING_FORGET_EACH + 1; i++)
        importing_add(store, left, "[2]");
    assert_true(importing_forget(store)); /* some at a time */
    assert_false(importing_forget(store));
    assert_int_equal(store_value(store, -1, "SELECT count(*) FROM import_slice", ""), 1);
    assert_int_equal(store_value(store, -1, "SELECT count(*) FROM import", ""), 1);
    expect_next(store, &slice, "[1]");
}

static void test_nothing_left_over_writes_nothing(void **state)
{
    struct store *store = store_of(state);

    assert_true(turn_end(((struct family *)*state)->world->turn, NULL));
    assert_false(importing_forget(store));
    assert_false(store_in_transaction(store));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, family_setup, family_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_plan_holds_from_its_release_on),
        TEST(test_slices_are_applied_in_order_and_forgotten),
        TEST(test_what_was_never_released_is_dropped_and_nothing_else),
        TEST(test_nothing_left_over_writes_nothing),
    };

    return cmocka_run_group_tests_name("importing", tests, NULL, NULL);
}
