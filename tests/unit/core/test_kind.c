/* SPDX-License-Identifier: Apache-2.0 */
/* The table of kinds: every kind has its row, and what the rows promise about alarms holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/kind.h"

static void test_every_kind_has_its_row_and_its_own_name(void **state)
{
    (void)state;
    for (enum kind kind = 0; kind < KINDS; kind++) {
        enum kind read = KINDS;

        assert_non_null(kind_row(kind)->name);
        assert_non_null(kind_row(kind)->chinese);
        assert_true(kind_parse(&read, kind_row(kind)->name));
        assert_int_equal(read, kind);
        assert_true(kind_row(kind)->due > 0);
    }
}

static void test_a_question_has_a_fold_and_a_grace_not_before_its_due(void **state)
{
    (void)state;
    for (enum kind kind = 0; kind < KINDS; kind++) {
        const struct kind_row *row = kind_row(kind);

        assert_int_equal(row->asks, row->fold != FOLD_NONE);
        if (row->asks)
            assert_true(row->grace >= row->due);
    }
}

static void test_alarms_wait_for_nothing(void **state)
{
    (void)state;
    for (enum kind kind = 0; kind < KINDS; kind++) {
        const struct kind_row *row = kind_row(kind);

        if (row->lane == LANE_EMERGENCY)
            assert_false(row->quiet_holds || row->cap_holds || row->optout_holds || row->equal_dropped ||
                         row->missed_call_received);
    }
}

static void test_only_questions_about_well_being_take_a_missed_call(void **state)
{
    (void)state;
    assert_true(kind_row(KIND_CHECKIN)->missed_call_received);
    assert_false(kind_row(KIND_MEETING)->missed_call_received);
    assert_false(kind_row(KIND_EMERGENCY)->missed_call_received);
}

static void test_lanes_read_back(void **state)
{
    (void)state;
    for (enum lane lane = 0; lane < LANES; lane++) {
        enum lane read = LANES;

        assert_true(lane_parse(&read, lane_name(lane)));
        assert_int_equal(read, lane);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_has_its_row_and_its_own_name),
        cmocka_unit_test(test_a_question_has_a_fold_and_a_grace_not_before_its_due),
        cmocka_unit_test(test_alarms_wait_for_nothing),
        cmocka_unit_test(test_only_questions_about_well_being_take_a_missed_call),
        cmocka_unit_test(test_lanes_read_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
