/* SPDX-License-Identifier: Apache-2.0 */
/* Growing strings, UTF-8 and "did you mean". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/text.h"

static void test_a_text_grows_by_all_that_is_added(void **state)
{
    struct text text = { 0 };
    char *taken;

    (void)state;
    text_add(&text, "");
    assert_string_equal(text.data, "");
    text_add_n(&text, NULL, 0);
    text_add(&text, "one");
    text_add_char(&text, ' ');
    text_add_n(&text, "twothree", 3);
    text_add_format(&text, " %d%s", 3, "!");
    text_add_utf8(&text, 0x8bfe);
    text_add_utf8(&text, 0x1f600);
    assert_string_equal(text.data, "one two 3!课😀");
    assert_int_equal(text.length, 17);
    taken = text_take(&text);
    assert_string_equal(taken, "one two 3!课😀");
    assert_null(text.data);
    free(taken);
}

static void test_a_long_text_keeps_every_byte(void **state)
{
    struct text text = { 0 };

    (void)state;
    for (int i = 0; i < 1000; i++)
        text_add(&text, "0123456789");
    assert_int_equal(text.length, 10000);
    assert_int_equal(strlen(text.data), 10000);
    assert_string_equal(text.data + 9990, "0123456789");
    text_free(&text);
    assert_int_equal(text.length, 0);
}

static void test_an_empty_text_is_taken_as_an_empty_string(void **state)
{
    struct text text = { 0 };
    char *taken = text_take(&text);

    (void)state;
    assert_string_equal(taken, "");
    free(taken);
}

static void test_bytes_are_dropped_from_the_front(void **state)
{
    struct text text = { 0 };

    (void)state;
    text_drop(&text, 3);
    text_add(&text, "abcdef");
    text_drop(&text, 0);
    text_drop(&text, 2);
    assert_string_equal(text.data, "cdef");
    text_drop(&text, 99);
    assert_string_equal(text.data, "");
    assert_int_equal(text.length, 0);
    text_free(&text);
}

static void test_utf8_is_told_from_what_is_not(void **state)
{
    static const struct {
        const char *text;
        bool valid;
        size_t characters;
    } texts[] = {
        { "", true, 0 },
        { "abc", true, 3 },
        { "课é😀", true, 3 },
        { "\xff", false, 1 },
        { "\xc2", false, 1 },
        { "\xe8\xaf", false, 2 },         /* cut short: each byte counts */
        { "\xc0\xaf", false, 2 },         /* an overlong slash */
        { "\xed\xa0\x80", false, 3 },     /* half a surrogate pair */
        { "\xf4\x90\x80\x80", false, 4 }, /* above U+10FFFF */
        { "a\xe8\xaf\xbe"
          "b\x80",
          false, 4 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_int_equal(utf8_valid(texts[i].text, strlen(texts[i].text)), texts[i].valid);
        assert_int_equal(utf8_count(texts[i].text), texts[i].characters);
    }
    assert_false(utf8_valid("a\0b", 3));
}

static void test_code_points_come_one_by_one(void **state)
{
    const char *at = "a课😀\xff";

    (void)state;
    assert_int_equal(utf8_next(&at), 'a');
    assert_int_equal(utf8_next(&at), 0x8bfe);
    assert_int_equal(utf8_next(&at), 0x1f600);
    assert_int_equal(utf8_next(&at), 0xfffd);
    assert_int_equal(utf8_next(&at), 0);
    assert_int_equal(utf8_next(&at), 0);
}

static void test_width_counts_columns_of_a_terminal(void **state)
{
    (void)state;
    assert_int_equal(utf8_width(""), 0);
    assert_int_equal(utf8_width("abc"), 3);
    assert_int_equal(utf8_width("三（2）班"), 9);
    assert_int_equal(utf8_width("e\u0301"), 1);
    assert_int_equal(utf8_width("\xff"), 1);
}

static void test_blanks_are_cut_from_both_ends_only(void **state)
{
    static const struct {
        const char *text, *want;
    } texts[] = {
        { "", "" },
        { " \t\r\n\v\f", "" },
        { "  a b  ", "a b" },
        { "\u3000\u00a0王 小明\u00a0\u3000", "王 小明" },
        { "\xc2", "\xc2" }, /* the beginning of U+00A0, and the end of the text */
        { "a \xe3\x80", "a \xe3\x80" },
        { "\xc2\xa0\xc2", "\xc2" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        CLEANUP(mem_clean) char *text = mem_dup(texts[i].text);

        if (strcmp(text_trim(text), texts[i].want) != 0)
            fail_msg("row %zu: got \"%s\", want \"%s\"", i, text, texts[i].want);
    }
}

static void test_beginnings_and_ends_are_compared(void **state)
{
    (void)state;
    assert_true(text_starts("class:a", "class:"));
    assert_true(text_starts("a", ""));
    assert_false(text_starts("cl", "class"));
    assert_true(text_ends("a.csv", ".csv"));
    assert_true(text_ends("a", ""));
    assert_false(text_ends("csv", ".csv"));
}

static void test_distance_counts_letters_not_bytes(void **state)
{
    (void)state;
    assert_int_equal(text_distance("", ""), 0);
    assert_int_equal(text_distance("", "abc"), 3);
    assert_int_equal(text_distance("kitten", "sitting"), 3);
    assert_int_equal(text_distance("studnet", "student"), 2);
    assert_int_equal(text_distance("班主任", "班主人"), 1);
}

static void test_the_nearest_name_is_meant_when_it_is_near_enough(void **state)
{
    static const char *const names[] = { "student", "students", "school", "to", NULL };
    static const char *const none[] = { NULL };

    (void)state;
    assert_string_equal(text_nearest("studnet", names), "student");
    assert_string_equal(text_nearest("studens", names), "student"); /* of two as near, the first */
    assert_string_equal(text_nearest("scholl", names), "school");
    assert_string_equal(text_nearest("school", names), "school");
    assert_null(text_nearest("teacher", names));
    assert_null(text_nearest("x", names)); /* no letter of it is right */
    assert_null(text_nearest("", names));
    assert_null(text_nearest("student", none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_text_grows_by_all_that_is_added),
        cmocka_unit_test(test_a_long_text_keeps_every_byte),
        cmocka_unit_test(test_an_empty_text_is_taken_as_an_empty_string),
        cmocka_unit_test(test_bytes_are_dropped_from_the_front),
        cmocka_unit_test(test_utf8_is_told_from_what_is_not),
        cmocka_unit_test(test_code_points_come_one_by_one),
        cmocka_unit_test(test_width_counts_columns_of_a_terminal),
        cmocka_unit_test(test_blanks_are_cut_from_both_ends_only),
        cmocka_unit_test(test_beginnings_and_ends_are_compared),
        cmocka_unit_test(test_distance_counts_letters_not_bytes),
        cmocka_unit_test(test_the_nearest_name_is_meant_when_it_is_near_enough),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
