/* SPDX-License-Identifier: Apache-2.0 */
/* Variables in texts: what is filled in, what stays as it is, and which slips are caught before anything is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/template.h"
#include "lib/memory.h"
#include "lib/text.h"

static const struct template_value values[] = {
    { "student", "王小明" }, { "school", "青岭小学" }, { "text", "{school}" }, { "place", NULL }
};

static const struct {
    const char *text, *want;
} rendered[] = {
    { "", "" },
    { "no variable", "no variable" },
    { "{student}同学在{school}", "王小明同学在青岭小学" },
    { "{student}{student}", "王小明王小明" },
    { "at {place}.", "at ." },
    { "{unknown} {1} {} { {student", "{unknown} {1} {} { {student" },
    { "{{student}}", "{王小明}" },
    { "${student}", "$王小明" },
    { "{ student }", "{ student }" },
    { "{Student}", "{Student}" },
    { "{text}", "{school}" }, /* a value is not looked through again */
    { "}{", "}{" },
};

static void test_known_names_in_braces_are_filled_and_all_else_is_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rendered); i++) {
        CLEANUP(mem_clean) char *got = template_render(rendered[i].text, values, COUNT(values));

        if (strcmp(got, rendered[i].want) != 0)
            fail_msg("\"%s\": got \"%s\", want \"%s\"", rendered[i].text, got, rendered[i].want);
    }
}

static const struct {
    const char *text, *why;
} faulty[] = {
    { "", "empty" },
    { "{studnet}", "{studnet}: did you mean {student}?" },
    { "您好 {Student}", "{Student}: did you mean {student}?" },
    { "{ school }", "{ school }: did you mean {school}?" },
    { "{{studnt}", "{studnt}: did you mean {student}?" },
    { "{mentors}", "{mentors}: did you mean {mentor}?" },
    { "a\x07", "control character U+0007 at character 2" },
    { "课\x1b", "control character U+001B at character 2" },
    { "\xc2\x85", "control character U+0085 at character 1" },
    { "\xff", "not UTF-8" },
};

static void test_slips_are_caught_when_the_text_is_entered(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(faulty); i++) {
        struct error err = { "" };

        if (template_check(faulty[i].text, NULL, &err))
            fail_msg("\"%s\": taken, want refused: %s", faulty[i].text, faulty[i].why);
        if (!strstr(err.text, faulty[i].why))
            fail_msg("\"%s\": got \"%s\", want \"%s\"", faulty[i].text, err.text, faulty[i].why);
    }
}

static void test_ordinary_texts_pass(void **state)
{
    static const char *const texts[] = { "{student} {students} {class} {person}",
                                         "第一行\n第二行\r\n\t第三行",
                                         "{1}、{二}、{}",
                                         "{ not a name at all }",
                                         "see http://example.org {xyz}",
                                         "😀" };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct error err = { "" };

        if (!template_check(texts[i], NULL, &err))
            fail_msg("\"%s\": %s", texts[i], err.text);
    }
}

static void test_names_of_the_caller_are_known_instead_of_ours(void **state)
{
    static const char *const known[] = { "weather", NULL };

    (void)state;
    assert_true(template_check("{weather} {studnet}", known, NULL));
    assert_false(template_check("{wether}", known, NULL));
}

static void test_two_thousand_characters_are_the_most(void **state)
{
    struct text text = { 0 };
    struct error err;

    (void)state;
    for (int i = 0; i < 2000; i++)
        text_add(&text, "课");
    assert_true(template_check(text.data, NULL, &err));
    text_add(&text, "课");
    assert_false(template_check(text.data, NULL, &err));
    assert_string_equal(err.text, "template: over 2000 characters: shorten it");
    text_free(&text);
}

static void test_a_text_tells_which_variables_it_uses(void **state)
{
    (void)state;
    assert_true(template_uses("dear {person}, {student}", "student"));
    assert_false(template_uses("dear {students}", "student"));
    assert_false(template_uses("student", "student"));
}

static void test_every_variable_has_a_name_and_both_meanings(void **state)
{
    size_t count = 0;

    (void)state;
    for (; template_variables[count].name; count++) {
        assert_string_equal(template_variables[count].name, template_names[count]);
        assert_true(strlen(template_variables[count].english) > 0 && strlen(template_variables[count].chinese) > 0);
        assert_true(strlen(template_variables[count].name) <= TEMPLATE_NAME_MAX);
    }
    assert_null(template_names[count]);
    assert_int_equal(count, 25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_names_in_braces_are_filled_and_all_else_is_text),
        cmocka_unit_test(test_slips_are_caught_when_the_text_is_entered),
        cmocka_unit_test(test_ordinary_texts_pass),
        cmocka_unit_test(test_names_of_the_caller_are_known_instead_of_ours),
        cmocka_unit_test(test_two_thousand_characters_are_the_most),
        cmocka_unit_test(test_a_text_tells_which_variables_it_uses),
        cmocka_unit_test(test_every_variable_has_a_name_and_both_meanings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
