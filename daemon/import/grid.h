/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From text to rows of cells: comma, semicolon or tab separated values by libcsv, strictly. Rows are counted as a
 * spreadsheet counts them: blank rows count, a cell with line breaks inside is still one row, and Excel's line
 * "sep=;" does not count. Fails with one sentence that names the row: a quote out of place makes the rest of a file
 * unreadable, so it is one mistake, not a thousand.
 */
#ifndef GREENLINE_IMPORT_GRID_H
#define GREENLINE_IMPORT_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

enum { GRID_ROWS_MAX = 100000, GRID_COLUMNS_MAX = 512, GRID_CELL_MAX = 8192 };

struct grid_row {
    char **cells; /* never NULL inside */
    size_t count; /* 0: a blank row */
};

struct grid {
    struct grid_row *rows; /* row i is the spreadsheet's row i + 1 */
    size_t count;
    char delimiter; /* ',' ';' or '\t' */
};

/* `text` is UTF-8 with "\n" line ends. The caller frees `out` with grid_free(); it is untouched on failure. */
bool grid_parse(struct grid *out, const char *text, size_t length, struct error *err);
void grid_free(struct grid *grid);

/* The raw text of a cell, "" where the row is shorter. Borrowed. */
const char *grid_cell(const struct grid *grid, size_t row, size_t column);

#endif
