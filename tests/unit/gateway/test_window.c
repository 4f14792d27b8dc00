/* SPDX-License-Identifier: Apache-2.0 */
/* The window: which moves of a slot are legal, and what is forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "gateway/window.h"

static void test_one_job_goes_from_taken_to_ended(void **state)
{
    struct window w = { 0 };

    (void)state;
    assert_true(window_take(&w, "e-1", 10));
    assert_false(window_take(&w, "e-1", 10));
    assert_int_equal(window_end(&w, "e-1"), MOVE_NEVER); /* nobody told the program yet */
    assert_true(window_send(&w, "e-1", 10));
    assert_false(window_release(&w, "e-1"));
    assert_int_equal(window_start(&w, "e-1", 20), MOVE_DONE);
    assert_int_equal(window_start(&w, "e-1", 20), MOVE_REPEATED);
    assert_int_equal(w.busy, 1);
    assert_int_equal(window_end(&w, "e-1"), MOVE_DONE);
    assert_int_equal(w.busy, 0);
    assert_int_equal(window_end(&w, "e-1"), MOVE_TWICE);
    assert_int_equal(window_start(&w, "e-1", 20), MOVE_TWICE);
    assert_int_equal(window_end(&w, "e-2"), MOVE_NEVER);
    window_clear(&w);
}

static void test_status_frees_a_slot_and_leaves_the_outcome_welcome_once(void **state)
{
    struct window w = { 0 };

    (void)state;
    window_take(&w, "e-1", 10);
    assert_false(window_report(&w, "e-1")); /* not sent: not about this run */
    window_send(&w, "e-1", 10);
    assert_true(window_report(&w, "e-1"));
    assert_int_equal(w.busy, 0);
    assert_false(window_report(&w, "e-1"));
    assert_int_equal(window_end(&w, "e-1"), MOVE_DONE);
    assert_int_equal(window_end(&w, "e-1"), MOVE_TWICE);
    assert_int_equal(w.busy, 0);
    window_clear(&w);
}

static void test_only_the_last_ended_ids_are_kept(void **state)
{
    struct window w = { 0 };
    char id[32];

    (void)state;
    for (int i = 0; i <= WINDOW_ENDED_MAX; i++) {
        snprintf(id, sizeof id, "e-%d", i);
        window_take(&w, id, 10);
        window_send(&w, id, 10);
        assert_int_equal(window_end(&w, id), MOVE_DONE);
    }
    assert_int_equal(w.ended, WINDOW_ENDED_MAX);
    assert_int_equal(window_end(&w, "e-0"), MOVE_NEVER); /* forgotten */
    assert_int_equal(window_end(&w, "e-1"), MOVE_TWICE);
    window_clear(&w);
}

static void test_a_probed_id_is_not_forgotten_before_its_fate(void **state)
{
    struct window w = { 0 };
    char id[32];

    (void)state;
    assert_true(window_probe(&w, "e-p"));
    for (int i = 0; i <= WINDOW_ENDED_MAX; i++) {
        snprintf(id, sizeof id, "e-%d", i);
        window_take(&w, id, 10);
        window_release(&w, id);
    }
    assert_int_equal(window_fate(&w, "e-p"), MOVE_DONE);
    assert_int_equal(window_fate(&w, "e-p"), MOVE_REPEATED);
    assert_int_equal(window_fate(&w, "e-q"), MOVE_NEVER);
    window_clear(&w);
}

static void test_overdue_is_what_was_sent_and_stale_what_was_not(void **state)
{
    struct window w = { 0 };

    (void)state;
    window_take(&w, "e-1", 10);
    window_take(&w, "e-2", 10);
    window_send(&w, "e-2", 10);
    window_take(&w, "e-3", 10);
    window_send(&w, "e-3", 10);
    window_start(&w, "e-3", 99);
    assert_null(window_overdue(&w, 9));
    assert_string_equal(window_overdue(&w, 10)->id, "e-2");
    assert_int_equal(window_sweep(&w, 9), 0);
    assert_int_equal(window_sweep(&w, 10), 1);
    assert_int_equal(w.unsent, 0);
    assert_int_equal(w.busy, 2);
    window_clear(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_job_goes_from_taken_to_ended),
        cmocka_unit_test(test_status_frees_a_slot_and_leaves_the_outcome_welcome_once),
        cmocka_unit_test(test_only_the_last_ended_ids_are_kept),
        cmocka_unit_test(test_a_probed_id_is_not_forgotten_before_its_fate),
        cmocka_unit_test(test_overdue_is_what_was_sent_and_stale_what_was_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
