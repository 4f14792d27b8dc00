/* SPDX-License-Identifier: Apache-2.0 */
/* Widths and rows of a table; see layout.h. */
#include "cli/layout.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/memory.h"
#include "lib/text.h"

void layout_free(struct layout *layout)
{
    for (size_t i = 0; i < layout->column_count; i++)
        free(layout->columns[i].title);
    for (size_t i = 0; i < layout->cell_count; i++)
        free(layout->cells[i].text);
    free(layout->cells);
    *layout = (struct layout){ 0 };
}

void layout_add_column(struct layout *layout, const char *title, bool right, bool whole)
{
    assert(layout->column_count < LAYOUT_COLUMNS_MAX && layout->cell_count == 0);
    layout->columns[layout->column_count++] = (struct layout_column){ mem_dup(title), right, whole };
}

void layout_add_cell(struct layout *layout, char *text, enum style style)
{
    assert(layout->column_count > 0);
    layout->cells = mem_grow(layout->cells, layout->cell_count + 1, sizeof *layout->cells);
    layout->cells[layout->cell_count++] = (struct layout_cell){ screen_line(text), style };
    free(text);
}

static size_t total(const size_t *widths, size_t count)
{
    size_t sum = (count - 1) * LAYOUT_GAP;

    for (size_t i = 0; i < count; i++)
        sum += widths[i];
    return sum;
}

/* The widest column that may be cut, or `count`; `least` is where cutting stops. */
static size_t widest(const struct layout *layout, const size_t *widths, size_t least)
{
    size_t best = layout->column_count;

    for (size_t i = 0; i < layout->column_count; i++)
        if (!layout->columns[i].whole && widths[i] > least &&
            (best == layout->column_count || widths[i] >= widths[best]))
            best = i;
    return best;
}

static void lay_out(const struct layout *layout, size_t width, size_t *widths)
{
    size_t column;

    assert(layout->column_count > 0);
    for (size_t i = 0; i < layout->column_count; i++)
        widths[i] = utf8_width(layout->columns[i].title);
    for (size_t i = 0; i < layout->cell_count; i++) {
        const size_t cell = utf8_width(layout->cells[i].text);

        if (cell > widths[i % layout->column_count])
            widths[i % layout->column_count] = cell;
    }
    while (total(widths, layout->column_count) > width &&
           (column = widest(layout, widths, LAYOUT_CUT_MIN)) < layout->column_count)
        widths[column]--;
}

/* Prints a cell after `*owed` blanks, and leaves what it owes to the next: a row ends with its last text. */
static void print_cell(const struct screen *screen, const struct layout_column *column, const struct layout_cell *cell,
                       size_t width, size_t *owed)
{
    CLEANUP(mem_clean) char *cut = column->whole ? mem_dup(cell->text) : screen_cut(cell->text, width);
    const size_t used = utf8_width(cut);
    const size_t blanks = used < width ? width - used : 0;

    if (*cut) {
        screen_blanks(screen, *owed + (column->right ? blanks : 0));
        screen_styled(screen, cell->style, cut);
        *owed = LAYOUT_GAP + (column->right ? 0 : blanks);
    } else {
        *owed += width + LAYOUT_GAP;
    }
}

static void print_row(const struct screen *screen, const struct layout *layout, const struct layout_cell *row,
                      const size_t *widths)
{
    size_t owed = 0;

    for (size_t i = 0; i < layout->column_count; i++)
        print_cell(screen, &layout->columns[i], &row[i], widths[i], &owed);
    screen_format(screen, "\n");
}

void layout_print(const struct layout *layout, const struct screen *screen)
{
    size_t widths[LAYOUT_COLUMNS_MAX] = { 0 };
    struct layout_cell head[LAYOUT_COLUMNS_MAX];

    lay_out(layout, screen->width, widths);
    for (size_t i = 0; i < layout->column_count; i++)
        head[i] = (struct layout_cell){ layout->columns[i].title, STYLE_HEAD };
    print_row(screen, layout, head, widths);
    for (size_t i = 0; i + layout->column_count <= layout->cell_count; i += layout->column_count)
        print_row(screen, layout, &layout->cells[i], widths);
}
