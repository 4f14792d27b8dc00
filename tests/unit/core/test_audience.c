/* SPDX-License-Identifier: Apache-2.0 */
/* Audience expressions: how they are understood (written back with brackets where they matter), and how slips are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/audience.h"
#include "lib/memory.h"
#include "lib/text.h"

static const struct {
    const char *text, *want;
} understood[] = {
    { "all", "all" },
    { " Left-Behind ", "left-behind" },
    { "class:三(2)班", "class:三(2)班" },
    { "class:三（2）班", "class:三（2）班" },
    { "(class:三(2)班)", "class:三(2)班" },
    { "（class：三（2）班 or 　class:四(1)班）", "class:三（2）班 or class:四(1)班" },
    { "class:\"Class 3, East\"", "class:\"Class 3, East\"" },
    { "class:“三 班”", "class:\"三 班\"" },
    { "class:\"a \\\"b\\\" \\\\c\"", "class:\"a \\\"b\\\" \\\\c\"" },
    { "class: 三班", "class:三班" },
    { "class:and", "class:and" },
    { "group:a:b", "group:a:b" },
    { "class:a,class:b，class:c、class:d", "class:a or class:b or class:c or class:d" },
    { "class:a and left-behind", "class:a and left-behind" },
    { "class:a or class:b and left-behind", "class:a or class:b and left-behind" }, /* left to right */
    { "class:a or (class:b and left-behind)", "class:a or (class:b and left-behind)" },
    { "(class:a or class:b) and left-behind", "class:a or class:b and left-behind" },
    { "all except (student:1 or student:2)", "all except (student:1 or student:2)" },
    { "ALL Except village:青岭村", "all except village:青岭村" },
    { "parents-of:left-behind", "parents-of:left-behind" },
    { "parents-of:class:三(2)班", "parents-of:class:三(2)班" },
    { "mentors-of:(class:a or class:b)", "mentors-of:(class:a or class:b)" },
    { "guardians-of: class:a and role:head", "guardians-of:class:a and role:head" }, /* the wrap takes one factor */
    { "parents-of:guardians-of:all", "parents-of:guardians-of:all" },
    { "person:T001, role:teacher except person:\"李 老师\"", "person:T001 or role:teacher except person:\"李 老师\"" },
};

static void test_expressions_are_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(understood); i++) {
        struct error err = { "" };
        struct audience *audience = audience_parse(understood[i].text, &err);
        CLEANUP(mem_clean) char *got = audience ? audience_format(audience) : NULL;

        if (!got || strcmp(got, understood[i].want) != 0)
            fail_msg("%s: got %s, want %s", understood[i].text, got ? got : err.text, understood[i].want);
        audience_free(audience);
    }
}

static void test_the_tree_is_built_from_the_left(void **state)
{
    struct audience *audience = audience_parse("class:a or class:b except student:3", NULL);

    (void)state;
    assert_non_null(audience);
    assert_int_equal(audience->op, AUDIENCE_EXCEPT);
    assert_int_equal(audience->left->op, AUDIENCE_OR);
    assert_int_equal(audience->left->right->op, AUDIENCE_CLASS);
    assert_string_equal(audience->left->right->name, "b");
    assert_int_equal(audience->right->op, AUDIENCE_STUDENT);
    assert_string_equal(audience->right->name, "3");
    audience_free(audience);
}

static const struct {
    const char *text, *why;
} refused[] = {
    { "", "at the end: a term like class:NAME" },
    { "  ", "at the end: a term like class:NAME" },
    { "clas:三班", "\"clas\": did you mean class:…?" },
    { "leftbehind", "\"leftbehind\": did you mean left-behind?" },
    { "parent-of:all", "\"parent-of\": did you mean parents-of:…?" },
    { "三(2)班", "\"三\": say what it is: class:三" },
    { "colour:red", "\"colour:\" is not known" },
    { "class", "a colon and what it is about are missing" },
    { "class:", "a name is missing" },
    { "class:\"\"", "a name is missing" },
    { "class:\"a", "the closing quote is missing" },
    { "class:三(2班", "a bracket in the name is not closed" },
    { "all:", "this word takes no colon" },
    { "parents-of:", "at the end: a term like class:NAME" },
    { "class:a and", "at the end: a term like class:NAME" },
    { "class:a class:b", "at \"class:b\": and, or, except or the end is expected" },
    { "class:Grade 3", "at \"3\": and, or, except or the end is expected" },
    { "(class:a", "a closing bracket is expected" },
    { "class:a)", "and, or, except or the end is expected" },
    { "and class:a", "before an operator" },
    { "class:a\x01", "a control character at byte 8" },
    { "class:\xff", "not UTF-8" },
};

static void test_slips_are_told_in_one_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct error err = { "" };
        struct audience *audience = audience_parse(refused[i].text, &err);

        if (audience)
            fail_msg("%s: taken, want refused: %s", refused[i].text, refused[i].why);
        if (!strstr(err.text, refused[i].why))
            fail_msg("%s: got \"%s\", want \"%s\"", refused[i].text, err.text, refused[i].why);
    }
}

/* `count` times `unit`, then `end`. */
static void check_bound(const char *unit, int count, const char *end, const char *why)
{
    struct text text = { 0 };
    struct error err = { "" };
    struct audience *audience;

    while (count--)
        text_add(&text, unit);
    text_add(&text, end);
    audience = audience_parse(text.data, &err);
    if (why)
        assert_non_null(strstr(err.text, why));
    assert_true((audience == NULL) == (why != NULL));
    audience_free(audience);
    text_free(&text);
}

static void test_depth_and_size_are_bounded(void **state)
{
    (void)state;
    check_bound("parents-of:", 49, "all", NULL);
    check_bound("parents-of:", 50, "all", "too many brackets");
    check_bound("(", 1000, "all", "too many brackets");
    check_bound("all,", 249, "all", NULL);
    check_bound("all,", 300, "all", "too many terms");
    check_bound("all,", 1100, "all", "over 4096 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expressions_are_understood),
        cmocka_unit_test(test_the_tree_is_built_from_the_left),
        cmocka_unit_test(test_slips_are_told_in_one_sentence),
        cmocka_unit_test(test_depth_and_size_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
