/* SPDX-License-Identifier: Apache-2.0 */
/* Text that keeps to its columns, and the forms of cells. Widths are those of a terminal: a Chinese character takes two. */
#include "fake_daemon.h"

#include "cli/cell.h"
#include "cli/layout.h"
#include "cli/screen.h"

static void test_a_text_is_cut_at_whole_characters(void **state)
{
    static const struct {
        const char *text;
        size_t width;
        const char *want;
    } cases[] = {
        { "王小明", 6, "王小明" }, { "王小明", 5, "王小…" }, { "王小明", 4, "王…" }, { "a王小明", 4, "a王…" },
        { "abc", 3, "abc" },       { "abcd", 3, "ab…" },     { "", 3, "" },          { "王", 1, "…" },
        { "é́éé", 2, "é́…" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP(mem_clean) char *got = screen_cut(cases[i].text, cases[i].width);

        assert_string_equal(got, cases[i].want);
    }
}

static void test_a_wrapped_text_stands_beside_its_label(void **state)
{
    char *out = NULL;
    size_t size;
    FILE *file = open_memstream(&out, &size);
    struct screen screen = screen_open(file);

    (void)state;
    screen.width = 40;
    screen_format(&screen, "text  ");
    screen_wrapped(&screen, 6, STYLE_BAD, "one two three four five six seven eight\n王小明");
    fclose(file);
    assert_string_equal(out, "text  one two three four five six seven\n      eight\n      王小明\n");
    free(out);
}

static void test_colours_are_for_terminals_only(void **state)
{
    char *out = NULL;
    size_t size;
    FILE *file = open_memstream(&out, &size);
    struct screen screen = screen_open(file);

    (void)state;
    assert_false(screen.colours);
    assert_int_equal(screen.width, 100);
    screen_styled(&screen, STYLE_BAD, "help");
    screen.colours = true;
    screen_styled(&screen, STYLE_BAD, "help");
    fclose(file);
    assert_string_equal(out, "help\033[1;31mhelp\033[0m");
    free(out);
}

static void test_prose_gives_way_before_ids_and_times(void **state)
{
    char *out = NULL;
    size_t size;
    FILE *file = open_memstream(&out, &size);
    struct screen screen = screen_open(file);
    struct layout layout = { 0 };

    (void)state;
    screen.width = 40;
    layout_add_column(&layout, "id", true, true);
    layout_add_column(&layout, "name", false, false);
    layout_add_column(&layout, "time", false, true);
    layout_add_column(&layout, "text", false, false);
    layout_add_cell(&layout, mem_dup("1234"), STYLE_PLAIN);
    layout_add_cell(&layout, mem_dup("阿依古丽·买买提"), STYLE_PLAIN);
    layout_add_cell(&layout, mem_dup("10-08 09:00"), STYLE_PLAIN);
    layout_add_cell(&layout, mem_dup("今天早上还没有退烧"), STYLE_PLAIN);
    layout_print(&layout, &screen);
    fclose(file);
    assert_string_equal(out, "  id  name        time         text\n"
                             "1234  阿依古丽·…  10-08 09:00  今天早上…\n");
    layout_free(&layout);
    free(out);
}

static void test_cells_read_as_people_write(void **state)
{
    static const struct {
        cell_function *cell;
        const char *json, *want;
    } cases[] = {
        { cell_money, "0.05", "¥0.05" },
        { cell_money, "12", "¥12.00" },
        { cell_money, "0.0375", "¥0.0375" },
        { cell_money, "null", "" },
        { cell_short, "\"2026-10-08T09:00:05+08:00\"", "10-08 09:00" },
        { cell_time, "\"2026-10-08T09:00:05+08:00\"", "2026-10-08 09:00:05" },
        { cell_day, "\"2026-10-08T09:00:05+08:00\"", "2026-10-08" },
        { cell_short, "\"soon\"", "soon" },
        { cell_counts, "{\"delivered\": 3, \"held\": 0, \"queued\": 2}", "3 delivered, 2 queued" },
        { cell_who, "{\"ref\": \"P1\", \"name\": \"李桂芳\"}", "李桂芳 (P1)" },
        { cell_name, "{\"ref\": \"P1\", \"name\": null}", "P1" },
        { cell_names, "[{\"name\": \"甲\"}, {\"ref\": \"乙\"}]", "甲, 乙" },
        { cell_lines, "[{\"e164\": \"+86139\", \"state\": \"suspect\"}, \"+86138\"]", "+86139 suspect, +86138" },
        { cell_lines, "[{\"e164\": \"+86139\", \"state\": \"ok\", \"confirmed\": false}]", "+86139 unconfirmed" },
        { cell_roles, "[{\"role\": \"teacher\", \"class\": \"三(2)班\"}, {\"role\": \"duty\", \"class\": null}]",
          "teacher 三(2)班, duty" },
        { cell_seconds, "3700", "1 h 1 min" },
        { cell_flags, "{\"free_text\": true, \"probe\": false, \"window\": 3}", "free text" },
        { cell_yes, "false", "" },
        { cell_yes_no, "false", "no" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        json_t *row = json_pack("{s:o}", "x", json_loads(cases[i].json, JSON_DECODE_ANY, NULL));
        CLEANUP(mem_clean) char *got = cases[i].cell(row, "x");

        assert_string_equal(got, cases[i].want);
        json_decref(row);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_text_is_cut_at_whole_characters),
        cmocka_unit_test(test_a_wrapped_text_stands_beside_its_label),
        cmocka_unit_test(test_colours_are_for_terminals_only),
        cmocka_unit_test(test_prose_gives_way_before_ids_and_times),
        cmocka_unit_test(test_cells_read_as_people_write),
    };

    unsetenv("COLUMNS");
    unsetenv("NO_COLOR");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
