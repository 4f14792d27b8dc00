/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of input and answer under tests/data/import: comma separated, lines that begin with # are said for people. */
#ifndef GREENLINE_TESTS_UNIT_IMPORT_TABLE_H
#define GREENLINE_TESTS_UNIT_IMPORT_TABLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "import/grid.h"
#include "lib/text.h"

/* Calls `judge` for each row; at least `least` of them, so that a lost file fails the test. */
static void table_run(const char *path, size_t columns, size_t least, void (*judge)(const char *const *cells, int row))
{
    FILE *file = fopen(path, "re");
    struct text text = { 0 };
    struct grid grid;
    struct error err;
    char chunk[4096];
    size_t got, rows = 0;

    if (!file)
        fail_msg("%s is missing: run the tests from the project's folder", path);
    while (file && (got = fread(chunk, 1, sizeof chunk, file)) > 0)
        text_add_n(&text, chunk, got);
    fclose(file);
    if (!grid_parse(&grid, text.data, text.length, &err))
        fail_msg("%s: %s", path, err.text);
    for (size_t i = 0; i < grid.count; i++) {
        const char *cells[8] = { 0 };

        if (grid.rows[i].count == 0 || grid_cell(&grid, i, 0)[0] == '#')
            continue;
        for (size_t j = 0; j < columns; j++)
            cells[j] = grid_cell(&grid, i, j);
        judge(cells, (int)i + 1);
        rows++;
    }
    grid_free(&grid);
    text_free(&text);
    assert_true(rows >= least);
}

/* Fails with the row when got and want differ; want "!part" means a mistake that holds the part. */
static void table_judge(const char *input, int row, bool ok, const char *got, const char *mistake, const char *want)
{
    if (want[0] == '!') {
        if (ok)
            fail_msg("row %d \"%s\": got \"%s\", want a mistake with \"%s\"", row, input, got, want + 1);
        if (!strstr(mistake, want + 1))
            fail_msg("row %d \"%s\": got the mistake \"%s\", want one with \"%s\"", row, input, mistake, want + 1);
    } else if (!ok) {
        fail_msg("row %d \"%s\": got the mistake \"%s\", want \"%s\"", row, input, mistake, want);
    } else if (strcmp(got, want) != 0) {
        fail_msg("row %d \"%s\": got \"%s\", want \"%s\"", row, input, got, want);
    }
}

#endif
