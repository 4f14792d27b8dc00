/* SPDX-License-Identifier: Apache-2.0 */
/* Orders of staff, by the table tests/data/orders/orders.txt, which a teacher could extend; class names; bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/order.h"
#include "lib/memory.h"
#include "lib/text.h"

static char *shown(const char *text)
{
    struct order order;
    struct text out = { 0 };

    if (!order_read(&order, text))
        return mem_dup("-");
    if (order.class)
        text_add_format(&out, "class=%s ", order.class);
    if (order.all)
        text_add(&out, "all ");
    if (order.expected >= 0)
        text_add_format(&out, "expected=%d ", order.expected);
    if (order.present >= 0)
        text_add_format(&out, "present=%d ", order.present);
    if (order.missing >= 0)
        text_add_format(&out, "missing=%d ", order.missing);
    for (size_t i = 0; i < order.name_count; i++)
        text_add_format(&out, "%s:%s ", order_word_name(order.names[i].word), order.names[i].name);
    text_add(&out, order.loose ? "?" : "");
    order_free(&order);
    return text_trim(text_take(&out));
}

static void test_every_text_of_the_table_means_what_it_says_there(void **state)
{
    FILE *file = fopen("tests/data/orders/orders.txt", "r");
    char line[1000];
    int count = 0, wrong = 0;

    (void)state;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        char *arrow = strstr(line, " => ");
        char *got;

        if (line[0] == '#' || !arrow)
            continue;
        *arrow = '\0';
        text_trim(arrow + 4);
        got = shown(line);
        if (strcmp(got, arrow + 4) != 0) {
            print_error("%s\n  got  %s\n  want %s\n", line, got, arrow + 4);
            wrong++;
        }
        free(got);
        count++;
    }
    fclose(file);
    assert_int_equal(wrong, 0);
    assert_in_range(count, 50, 1000);
}

static void test_a_text_that_is_too_long_or_broken_is_no_order(void **state)
{
    struct order order;
    struct text text = { 0 };

    (void)state;
    text_add(&text, "缺勤");
    for (int i = 0; i < ORDER_NAMES_MAX; i++)
        text_add(&text, " 王小明");
    assert_true(order_read(&order, text.data));
    assert_int_equal(order.name_count, ORDER_NAMES_MAX);
    order_free(&order);
    text_add(&text, " 李四");
    assert_false(order_read(&order, text.data));
    for (int i = 0; i < 1000; i++)
        text_add(&text, " 李四");
    assert_false(order_read(&order, text.data));
    assert_false(order_read(&order, "全到\xff"));
    assert_false(order_read(&order, ""));
    text_free(&text);
}

static void test_a_number_is_a_number_and_nothing_else(void **state)
{
    (void)state;
    assert_int_equal(order_number("43"), 43);
    assert_int_equal(order_number(" ４３人 "), 43);
    assert_int_equal(order_number("0"), 0);
    assert_int_equal(order_number("43 44"), -1);
    assert_int_equal(order_number("43岁"), -1);
    assert_int_equal(order_number("13900001111"), -1);
    assert_int_equal(order_number(""), -1);
}

static void test_spellings_of_one_class_have_one_key(void **state)
{
    static const char *const same[] = { "三(2)班",    "三（2）班", "三2班", "三年级2班",
                                        "三年级二班", "3-2",       "32",    "3年级(2)班" };
    char key[40];

    (void)state;
    for (size_t i = 0; i < COUNT(same); i++) {
        order_class_key(key, sizeof key, same[i]);
        assert_string_equal(key, "32");
    }
    order_class_key(key, sizeof key, "三(12)班");
    assert_string_equal(key, "312");
    order_class_key(key, sizeof key, "学前班");
    assert_string_equal(key, "学前");
    order_class_key(key, 3, "三(12)班");
    assert_string_equal(key, "31");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_text_of_the_table_means_what_it_says_there),
        cmocka_unit_test(test_a_text_that_is_too_long_or_broken_is_no_order),
        cmocka_unit_test(test_a_number_is_a_number_and_nothing_else),
        cmocka_unit_test(test_spellings_of_one_class_have_one_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
