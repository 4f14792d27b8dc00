/* SPDX-License-Identifier: Apache-2.0 */
/* Errors as values, the list of mistakes, and arrays that grow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/memory.h"

static void test_an_error_says_what_and_where(void **state)
{
    struct error err;

    (void)state;
    assert_false(error_set(&err, "phone \"%s\": not a number", "13x"));
    assert_false(error_at(&err, "contacts.csv", 14));
    assert_string_equal(err.text, "contacts.csv:14: phone \"13x\": not a number");
    assert_false(error_in(&err, "import"));
    assert_string_equal(err.text, "import: contacts.csv:14: phone \"13x\": not a number");
    error_set(&err, "missing");
    error_at(&err, "a.conf", 0);
    assert_string_equal(err.text, "a.conf: missing");
}

static void test_nobody_need_care(void **state)
{
    (void)state;
    assert_false(error_set(NULL, "x"));
    assert_false(error_at(NULL, "x", 1));
    assert_false(error_in(NULL, "x"));
    assert_false(mistakes_add(NULL, "x"));
}

static void test_a_text_that_does_not_fit_is_cut(void **state)
{
    char longer[3000];
    struct error err;

    (void)state;
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    error_set(&err, "%s", longer);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    error_at(&err, longer, 5);
    assert_true(strlen(err.text) < sizeof err.text);
    assert_non_null(strstr(err.text, ":5: x"));
}

static void test_mistakes_over_the_bound_are_counted(void **state)
{
    struct mistakes mistakes = { 0 };

    (void)state;
    for (int i = 0; i < MISTAKES_MAX + 3; i++)
        assert_false(mistakes_add(&mistakes, "mistake %d", i));
    assert_int_equal(mistakes.count, 2000);
    assert_int_equal(mistakes.dropped, 3);
    assert_string_equal(mistakes.lines[1999], "mistake 1999");
    mistakes_free(&mistakes);
    assert_int_equal(mistakes.count, 0);
    assert_null(mistakes.lines);
}

static void test_an_array_grows_one_by_one(void **state)
{
    int *numbers = NULL;

    (void)state;
    for (size_t count = 0; count < 1000; count++) {
        numbers = mem_grow(numbers, count + 1, sizeof *numbers);
        numbers[count] = (int)count;
    }
    assert_int_equal(numbers[0], 0);
    assert_int_equal(numbers[8], 8);
    assert_int_equal(numbers[999], 999);
    free(numbers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_error_says_what_and_where),
        cmocka_unit_test(test_nobody_need_care),
        cmocka_unit_test(test_a_text_that_does_not_fit_is_cut),
        cmocka_unit_test(test_mistakes_over_the_bound_are_counted),
        cmocka_unit_test(test_an_array_grows_one_by_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
