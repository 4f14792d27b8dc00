/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of cells, printed so that every column begins at the same display column whatever the script, within the
 * width of the screen: columns of prose give way first, the last one takes what is left, long cells end in "…".
 */
#ifndef GREENLINE_CLI_GRID_H
#define GREENLINE_CLI_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/screen.h"

enum { GRID_COLUMNS_MAX = 16, GRID_GAP = 2, GRID_CUT_MIN = 8 /* a column is not cut below this */ };

struct grid_column {
    char *title; /* owned by the grid */
    bool right;  /* numbers */
    bool whole;  /* is not cut: ids, times, states */
};

struct grid_cell {
    char *text; /* cleaned; owned by the grid */
    enum style style;
};

struct grid {
    struct grid_column columns[GRID_COLUMNS_MAX];
    size_t column_count;
    struct grid_cell *cells; /* row by row */
    size_t cell_count;
};

void grid_free(struct grid *grid);
/* Both take over the text, which is cleaned here; all columns come before the first cell. */
void grid_add_column(struct grid *grid, const char *title, bool right, bool whole);
void grid_add_cell(struct grid *grid, char *text, enum style style);
void grid_print(const struct grid *grid, const struct screen *screen);

#endif
