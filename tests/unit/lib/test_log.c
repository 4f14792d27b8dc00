/* SPDX-License-Identifier: Apache-2.0 */
/* Masked numbers: four digits are hidden, whatever the number looks like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "lib/log.h"
#include "lib/memory.h"

static const struct {
    const char *number, *want;
} masked[] = {
    { "+8619900000376", "+86199****0376" },
    { "+861065529988", "+86106552****" },
    { "+85251234567", "+852****4567" },
    { "+4915123456789", "+491****6789" },
    { "+6512345678", "+651234****" },
    { "12345", "1****" },
    { "110", "****" },
    { "", "****" },
    { "1069012345678", "1069****5678" },
};

static void test_four_digits_of_a_number_are_hidden(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(masked); i++) {
        char got[MASKED_MAX];

        mask_number(got, masked[i].number);
        if (strcmp(got, masked[i].want) != 0)
            fail_msg("%s: got %s, want %s", masked[i].number, got, masked[i].want);
    }
}

static void test_a_long_text_in_place_of_a_number_is_cut_short(void **state)
{
    char got[MASKED_MAX];

    (void)state;
    mask_number(got, "123456789012345678901234567890123456789012345678901234567890");
    assert_string_equal(got, "1234****7890");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_four_digits_of_a_number_are_hidden),
        cmocka_unit_test(test_a_long_text_in_place_of_a_number_is_cut_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
