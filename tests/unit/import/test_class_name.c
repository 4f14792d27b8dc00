/* SPDX-License-Identifier: Apache-2.0 */
/* Classes in one form; the ways of writing them stand in tests/data/import/classes.csv. */
#include "table.h"

#include "import/class_name.h"

static void judge(const char *const *cells, int row)
{
    struct class_name class = { .text = "" };
    struct error err = { "" };
    const bool ok = class_parse(&class, cells[0], cells[1], &err);

    table_judge(cells[0], row, ok, class.text, err.text, cells[2]);
}

static void test_every_way_to_write_a_class_has_one_form(void **state)
{
    (void)state;
    table_run("tests/data/import/classes.csv", 3, 45, judge);
}

static void test_the_one_form_is_read_as_itself(void **state)
{
    static const char *const forms[] = { "三(2)班", "七(3)班", "高一(1)班", "学前班", "三年级", "火箭班" };

    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct class_name class;

        assert_true(class_parse(&class, forms[i], NULL, NULL));
        assert_string_equal(class.text, forms[i]);
    }
}

static void test_grades_are_numbered_through_the_stages(void **state)
{
    static const struct {
        const char *text;
        int grade;
    } rows[] = { { "三年级", 3 }, { "三", 3 },    { "3", 3 },      { "3.0", 3 },   { "初一", 7 },
                 { "七年级", 7 }, { "高一", 10 }, { "学前班", 0 }, { "大班", -1 }, { "2023级", -1 } };
    int grade = 99;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(grade_parse(&grade, rows[i].text, NULL));
        assert_int_equal(grade, rows[i].grade);
    }
    assert_false(grade_parse(&grade, "男", NULL));
    assert_false(grade_parse(&grade, "十三年级", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_way_to_write_a_class_has_one_form),
        cmocka_unit_test(test_the_one_form_is_read_as_itself),
        cmocka_unit_test(test_grades_are_numbered_through_the_stages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
