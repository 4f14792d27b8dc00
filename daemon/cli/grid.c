/* SPDX-License-Identifier: Apache-2.0 */
/* Widths and rows of a table; see grid.h. */
#include "cli/grid.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/memory.h"
#include "lib/text.h"

void grid_free(struct grid *grid)
{
    for (size_t i = 0; i < grid->column_count; i++)
        free(grid->columns[i].title);
    for (size_t i = 0; i < grid->cell_count; i++)
        free(grid->cells[i].text);
    free(grid->cells);
    *grid = (struct grid){ 0 };
}

void grid_add_column(struct grid *grid, const char *title, bool right, bool whole)
{
    assert(grid->column_count < GRID_COLUMNS_MAX && grid->cell_count == 0);
    grid->columns[grid->column_count++] = (struct grid_column){ mem_dup(title), right, whole };
}

void grid_add_cell(struct grid *grid, char *text, enum style style)
{
    grid->cells = mem_grow(grid->cells, grid->cell_count + 1, sizeof *grid->cells);
    grid->cells[grid->cell_count++] = (struct grid_cell){ screen_line(text), style };
    free(text);
}

static size_t total(const size_t *widths, size_t count)
{
    size_t sum = (count - 1) * GRID_GAP;

    for (size_t i = 0; i < count; i++)
        sum += widths[i];
    return sum;
}

/* The widest column that may be cut, or `count`; `least` is where cutting stops. */
static size_t widest(const struct grid *grid, const size_t *widths, size_t least)
{
    size_t best = grid->column_count;

    for (size_t i = 0; i < grid->column_count; i++)
        if (!grid->columns[i].whole && widths[i] > least && (best == grid->column_count || widths[i] >= widths[best]))
            best = i;
    return best;
}

static void lay_out(const struct grid *grid, size_t width, size_t *widths)
{
    size_t column;

    for (size_t i = 0; i < grid->column_count; i++)
        widths[i] = utf8_width(grid->columns[i].title);
    for (size_t i = 0; i < grid->cell_count; i++) {
        const size_t cell = utf8_width(grid->cells[i].text);

        if (cell > widths[i % grid->column_count])
            widths[i % grid->column_count] = cell;
    }
    while (total(widths, grid->column_count) > width && (column = widest(grid, widths, GRID_CUT_MIN)) < grid->column_count)
        widths[column]--;
}

static void print_cell(const struct screen *screen, const struct grid_column *column, const char *text, enum style style,
                       size_t width, bool last)
{
    CLEANUP(mem_clean) char *cut = column->whole ? mem_dup(text) : screen_cut(text, width);
    const size_t used = utf8_width(cut);
    const size_t blanks = used < width ? width - used : 0;

    if (column->right)
        screen_blanks(screen, blanks);
    screen_styled(screen, style, cut);
    if (last)
        return;
    screen_blanks(screen, GRID_GAP + (column->right ? 0 : blanks));
}

void grid_print(const struct grid *grid, const struct screen *screen)
{
    size_t widths[GRID_COLUMNS_MAX] = { 0 };
    const size_t count = grid->column_count;

    lay_out(grid, screen->width, widths);
    for (size_t i = 0; i < count; i++)
        print_cell(screen, &grid->columns[i], grid->columns[i].title, STYLE_HEAD, widths[i], i + 1 == count);
    screen_format(screen, "\n");
    for (size_t i = 0; i < grid->cell_count; i++) {
        const size_t column = i % count;

        print_cell(screen, &grid->columns[column], grid->cells[i].text, grid->cells[i].style, widths[column],
                   column + 1 == count);
        if (column + 1 == count)
            screen_format(screen, "\n");
    }
}
