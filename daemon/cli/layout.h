/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of cells, printed so that every column begins at the same display column whatever the script, within the
 * width of the screen: columns of prose give way first, the last one takes what is left, long cells end in "…".
 */
#ifndef GREENLINE_CLI_LAYOUT_H
#define GREENLINE_CLI_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/screen.h"

enum { LAYOUT_COLUMNS_MAX = 16, LAYOUT_GAP = 2, LAYOUT_CUT_MIN = 8 /* a column is not cut below this */ };

struct layout_column {
    char *title; /* owned by the layout */
    bool right;  /* numbers */
    bool whole;  /* is not cut: ids, times, states */
};

struct layout_cell {
    char *text; /* cleaned; owned by the layout */
    enum style style;
};

struct layout {
    struct layout_column columns[LAYOUT_COLUMNS_MAX];
    size_t column_count;
    struct layout_cell *cells; /* row by row */
    size_t cell_count;
};

void layout_free(struct layout *layout);
/* Both take over the text, which is cleaned here; all columns come before the first cell. */
void layout_add_column(struct layout *layout, const char *title, bool right, bool whole);
void layout_add_cell(struct layout *layout, char *text, enum style style);
void layout_print(const struct layout *layout, const struct screen *screen);

#endif
