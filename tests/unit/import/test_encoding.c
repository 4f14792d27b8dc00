/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes to UTF-8, and text to rows: encodings, workbooks, line ends, separators, quotes, the counting of rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "import/encoding.h"
#include "import/grid.h"
#include "lib/memory.h"

#define BYTES(literal) literal, sizeof(literal) - 1

static void test_each_encoding_of_a_school_gives_the_same_text(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        enum encoding encoding;
    } rows[] = {
        { BYTES("姓名,1\n"), ENCODING_UTF8 },
        { BYTES("\xef\xbb\xbf姓名,1\r\n"), ENCODING_UTF8 },
        { BYTES("\xd0\xd5\xc3\xfb,1\r\n"), ENCODING_GB18030 },
        { BYTES("\xff\xfe\xd3\x59\x0d\x54,\0"
                "1\0\n\0"),
          ENCODING_UTF16LE },
        { BYTES("\xfe\xff\x59\xd3\x54\x0d\0,\0"
                "1\0\n"),
          ENCODING_UTF16BE },
        { BYTES("\xd3\x59\x0d\x54,\0"
                "1\0\r\0\n\0"),
          ENCODING_UTF16LE },
        { BYTES("\x59\xd3\x54\x0d\0,\0"
                "1\0\r\0\n"),
          ENCODING_UTF16BE },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text text = { 0 };
        enum encoding encoding;
        struct error err = { "" };

        if (!encoding_decode(&text, &encoding, rows[i].bytes, rows[i].length, &err))
            fail_msg("row %zu: %s", i, err.text);
        assert_int_equal(encoding, rows[i].encoding);
        assert_string_equal(text.data, "姓名,1\n");
        text_free(&text);
    }
}

static void test_a_rare_character_of_four_bytes_comes_through_gb18030(void **state)
{
    struct text text = { 0 };
    enum encoding encoding;

    (void)state;
    assert_true(encoding_decode(&text, &encoding, BYTES("\x95\x34\xb2\x35,\xd0\xd5"), NULL)); /* U+20BB7, 姓 */
    assert_int_equal(encoding, ENCODING_GB18030);
    assert_string_equal(text.data, "𠮷,姓");
    text_free(&text);
}

static void test_what_is_no_text_says_how_to_save_it(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        const char *part;
    } rows[] = {
        { BYTES("PK\x03\x04 and more"), ".xlsx" },
        { BYTES("\xd0\xcf\x11\xe0\xa1\xb1"), ".xls)" },
        { BYTES("<html><table>"), "CSV UTF-8" },
        { BYTES("\xef\xbb\xbf  <?xml version"), "CSV UTF-8" },
        { BYTES(""), "empty" },
        { BYTES("\xef\xbb\xbf"), "empty" },
        { BYTES("a,b\n\xff\xff,c\n"), "row 2" },
        { BYTES("\xff\xfe\x00\xd8\x41\x00"), "no text" }, /* half a pair */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text text = { 0 };
        enum encoding encoding;
        struct error err = { "" };

        assert_false(encoding_decode(&text, &encoding, rows[i].bytes, rows[i].length, &err));
        if (!strstr(err.text, rows[i].part))
            fail_msg("row %zu: got \"%s\", want a part \"%s\"", i, err.text, rows[i].part);
        assert_null(strchr(err.text, '\n'));
        assert_null(text.data);
    }
}

static struct grid parse(const char *text)
{
    struct grid grid = { 0 };
    struct error err = { "" };

    if (!grid_parse(&grid, text, strlen(text), &err))
        fail_msg("%s", err.text);
    return grid;
}

static void test_rows_are_counted_as_a_spreadsheet_counts_them(void **state)
{
    struct grid grid = parse("a,b\n\n\n\"two\nlines\",c\nlast\n");

    (void)state;
    assert_int_equal(grid.count, 5);
    assert_int_equal(grid.rows[1].count, 0);
    assert_string_equal(grid_cell(&grid, 3, 0), "two\nlines");
    assert_string_equal(grid_cell(&grid, 4, 0), "last");
    assert_string_equal(grid_cell(&grid, 4, 7), "");
    grid_free(&grid);
}

static void test_semicolons_and_tabs_separate_as_well(void **state)
{
    struct grid grid = parse("a;\"b,c\";d\n1;2;3\n");

    (void)state;
    assert_int_equal(grid.delimiter, ';');
    assert_string_equal(grid_cell(&grid, 0, 1), "b,c");
    grid_free(&grid);
    grid = parse("a\tb\n1\t2\n");
    assert_int_equal(grid.delimiter, '\t');
    grid_free(&grid);
    grid = parse("sep=;\na;b\n");
    assert_string_equal(grid_cell(&grid, 0, 1), "b"); /* Excel does not count that line */
    grid_free(&grid);
}

static void test_quotes_stand_for_themselves_when_doubled(void **state)
{
    struct grid grid = parse("\"王\"\"小\"\"明\",\"a,b\"\n");

    (void)state;
    assert_string_equal(grid_cell(&grid, 0, 0), "王\"小\"明");
    assert_string_equal(grid_cell(&grid, 0, 1), "a,b");
    grid_free(&grid);
}

static void test_a_quote_inside_a_cell_without_quotes_is_a_character(void **state)
{
    struct grid grid = parse("王\"小\"明,5\" x\nb,c\n");

    (void)state;
    assert_int_equal(grid.count, 2);
    assert_string_equal(grid_cell(&grid, 0, 0), "王\"小\"明");
    assert_string_equal(grid_cell(&grid, 0, 1), "5\" x");
    grid_free(&grid);
}

static void test_a_quote_out_of_place_is_one_mistake_with_its_row(void **state)
{
    static const struct {
        const char *text, *row;
    } rows[] = { { "a,b\n\"c,d\ne,f\ng,h\n", "row 2:" },
                 { "\"a\"b,c\n", "row 1:" },
                 { "\"a\nb\",c\nd,\"e\"f\n", "row 2:" } };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct grid grid = { 0 };
        struct error err = { "" };

        assert_false(grid_parse(&grid, rows[i].text, strlen(rows[i].text), &err));
        assert_ptr_equal(strstr(err.text, rows[i].row), err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_encoding_of_a_school_gives_the_same_text),
        cmocka_unit_test(test_a_rare_character_of_four_bytes_comes_through_gb18030),
        cmocka_unit_test(test_what_is_no_text_says_how_to_save_it),
        cmocka_unit_test(test_rows_are_counted_as_a_spreadsheet_counts_them),
        cmocka_unit_test(test_semicolons_and_tabs_separate_as_well),
        cmocka_unit_test(test_quotes_stand_for_themselves_when_doubled),
        cmocka_unit_test(test_a_quote_inside_a_cell_without_quotes_is_a_character),
        cmocka_unit_test(test_a_quote_out_of_place_is_one_mistake_with_its_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
