/* SPDX-License-Identifier: Apache-2.0 */
/* What spreadsheets do to cells; names stand in tests/data/import/names.csv. */
#include "table.h"

#include <stdlib.h>

#include "import/clean.h"
#include "lib/memory.h"

static void judge_name(const char *const *cells, int row)
{
    struct error err = { "" };
    char *name = NULL;
    const bool ok = clean_name(&name, cells[0], &err);

    table_judge(cells[0], row, ok, name ? name : "", err.text, cells[1]);
    free(name);
}

static void test_names_keep_their_characters(void **state)
{
    (void)state;
    table_run("tests/data/import/names.csv", 2, 24, judge_name);
}

static void test_a_cell_loses_what_cannot_be_seen(void **state)
{
    static const struct {
        const char *raw, *cell;
    } rows[] = {
        { "  王小明\t", "王小明" },
        { "\xe3\x80\x80王小明\xe3\x80\x80", "王小明" },             /* U+3000 */
        { "\xe2\x80\x8e王\xe2\x80\x8f小\xe2\x80\xac明", "王小明" }, /* marks of direction */
        { "王\xe2\x80\x8b明\xef\xbb\xbf", "王明" },                 /* zero width, byte order mark */
        { "'19900000376", "19900000376" },
        { "\xe2\x80\x98"
          "0012",
          "0012" },
        { "=\"00123\"", "00123" },
        { "=1+1", "=1+1" }, /* a formula stays one, for clean_check() */
        { "", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *cell = clean_cell(rows[i].raw);

        assert_string_equal(cell, rows[i].cell);
        free(cell);
    }
}

static void test_a_formula_or_an_error_value_is_no_value(void **state)
{
    static const char *const bad[] = { "=A1+B2",
                                       "=HYPERLINK(\"x\")",
                                       "#N/A",
                                       "#REF!",
                                       "#name?",
                                       "######",
                                       "a\x07"
                                       "b",
                                       "\x7f" };
    static const char *const good[] = { "-", "+8619900000376", "@home", "a\nb", "=", "#", "" };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(clean_check(bad[i], NULL));
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(clean_check(good[i], NULL));
}

static void test_an_exponent_is_written_out_only_when_no_digit_is_lost(void **state)
{
    static const struct {
        const char *folded, *number; /* NULL: refused */
    } rows[] = {
        { "1.9900000376E+10", "19900000376" },
        { "1.99E+10", NULL },
        { "5.10623E+17", NULL },
        { "2E+10", NULL },
        { "19900000376.0", "19900000376" },
        { "19900000376", "19900000376" },
        { "QL2026-0312", "QL2026-0312" },
        { "T1E5", "T1E5" },
        { "3.14", "3.14" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error err = { "" };
        char *number = NULL;

        assert_int_equal(clean_number(&number, rows[i].folded, &err), rows[i].number != NULL);
        if (rows[i].number)
            assert_string_equal(number, rows[i].number);
        else
            assert_non_null(strstr(err.text, "format the column as text"));
        free(number);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_keep_their_characters),
        cmocka_unit_test(test_a_cell_loses_what_cannot_be_seen),
        cmocka_unit_test(test_a_formula_or_an_error_value_is_no_value),
        cmocka_unit_test(test_an_exponent_is_written_out_only_when_no_digit_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
