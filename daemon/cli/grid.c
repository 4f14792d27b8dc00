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
    while (total(widths, grid->column_count) > width &&
           (column = widest(grid, widths, GRID_CUT_MIN)) < grid->column_count)
        widths[column]--;
}

/* Prints a cell after `*owed` blanks, and leaves what it owes to the next: a row ends with its last text. */
static void print_cell(const struct screen *screen, const struct grid_column *column, const struct grid_cell *cell,
                       size_t width, size_t *owed)
{
    CLEANUP(mem_clean) char *cut = column->whole ? mem_dup(cell->text) : screen_cut(cell->text, width);
    const size_t used = utf8_width(cut);
    const size_t blanks = used < width ? width - used : 0;

    if (*cut) {
        screen_blanks(screen, *owed + (column->right ? blanks : 0));
        screen_styled(screen, cell->style, cut);
        *owed = GRID_GAP + (column->right ? 0 : blanks);
    } else {
        *owed += width + GRID_GAP;
    }
}

static void print_row(const struct screen *screen, const struct grid *grid, const struct grid_cell *row,
                      const size_t *widths)
{
    size_t owed = 0;

    for (size_t i = 0; i < grid->column_count; i++)
        print_cell(screen, &grid->columns[i], &row[i], widths[i], &owed);
    screen_format(screen, "\n");
}

void grid_print(const struct grid *grid, const struct screen *screen)
{
    size_t widths[GRID_COLUMNS_MAX] = { 0 };
    struct grid_cell head[GRID_COLUMNS_MAX];

    lay_out(grid, screen->width, widths);
    for (size_t i = 0; i < grid->column_count; i++)
        head[i] = (struct grid_cell){ grid->columns[i].title, STYLE_HEAD };
    print_row(screen, grid, head, widths);
    for (size_t i = 0; i + grid->column_count <= grid->cell_count; i += grid->column_count)
        print_row(screen, grid, &grid->cells[i], widths);
}
