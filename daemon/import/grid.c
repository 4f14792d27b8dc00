/* SPDX-License-Identifier: Apache-2.0 */
/* From text to rows of cells; see grid.h. */
#include "import/grid.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/text.h"

void grid_free(struct grid *grid)
{
    for (size_t i = 0; i < grid->count; i++) {
        for (size_t j = 0; j < grid->rows[i].count; j++)
            free(grid->rows[i].cells[j]);
        free(grid->rows[i].cells);
    }
    free(grid->rows);
    *grid = (struct grid){ 0 };
}

const char *grid_cell(const struct grid *grid, size_t row, size_t column)
{
    if (row >= grid->count || column >= grid->rows[row].count)
        return "";
    return grid->rows[row].cells[column];
}

/* What libcsv's callbacks fill. */
struct builder {
    struct grid grid;
    struct grid_row row; /* the one being read */
    bool too_wide, too_long, too_many;
};

static void on_cell(void *data, size_t length, void *arg)
{
    struct builder *builder = arg;

    if (builder->row.count >= GRID_COLUMNS_MAX) {
        builder->too_wide = true;
        return;
    }
    if (length > GRID_CELL_MAX) {
        builder->too_long = true;
        length = 0;
    }
    builder->row.cells = mem_grow(builder->row.cells, builder->row.count + 1, sizeof *builder->row.cells);
    builder->row.cells[builder->row.count++] = mem_dup_n(data ? data : "", length);
}

static void on_row(int end, void *arg)
{
    struct builder *builder = arg;
    struct grid *grid = &builder->grid;

    (void)end;
    if (grid->count >= GRID_ROWS_MAX) {
        builder->too_many = true;
        return;
    }
    grid->rows = mem_grow(grid->rows, grid->count + 1, sizeof *grid->rows);
    grid->rows[grid->count++] = builder->row;
    builder->row = (struct grid_row){ 0 };
}

/* Blanks belong to the cell: the cleaning sees to them, and says so where it matters. */
static int no_space(unsigned char c)
{
    (void)c;
    return 0;
}

/* Where the quotes of a text go wrong, as a row (from 1); 0 when they do not. Inside a cell that does not begin with one a
 * quote is a character like any other, as in Excel (李"小"强); behind a closing one only the separator may stand. */
static size_t find_stray_quote(const char *text, size_t length, char delimiter)
{
    enum { BEGIN, PLAIN, QUOTED, CLOSED } state = BEGIN;
    size_t row = 1, opened = 0;

    for (size_t i = 0; i < length; i++) {
        const char c = text[i];

        if (state == QUOTED)
            state = c == '"' ? CLOSED : QUOTED;
        else if (c == '"' && state != PLAIN) {
            opened = state == BEGIN ? row : opened;
            state = QUOTED; /* a doubled one goes on */
        } else if (c == delimiter || c == '\n')
            state = BEGIN;
        else if (state == CLOSED)
            return row;
        else
            state = PLAIN;
        row += c == '\n' && state == BEGIN;
    }
    return state == QUOTED ? opened : 0;
}

/* The separator that occurs most outside quotes in the first kilobytes; a comma when none does. */
static char find_delimiter(const char *text, size_t length)
{
    static const char candidates[] = ",;\t";
    enum { LOOK_MAX = 8192 };
    size_t seen[3] = { 0 };
    size_t best = 0;
    bool quoted = false;

    for (size_t i = 0; i < length && i < LOOK_MAX; i++) {
        const char *found = strchr(candidates, text[i]);

        if (text[i] == '"')
            quoted = !quoted;
        else if (found && *found && !quoted)
            seen[found - candidates]++;
    }
    for (size_t i = 1; i < COUNT(seen); i++) {
        if (seen[i] > seen[best])
            best = i;
    }
    return candidates[best];
}

/* Excel's first line "sep=;" names the separator and is no row. Returns its length. */
static size_t separator_line(const char *text, size_t length, char *delimiter)
{
    if (length < 5 || strncmp(text, "sep=", 4) != 0 || !strchr(",;\t", text[4]))
        return 0;
    if (length > 5 && text[5] != '\n')
        return 0;
    *delimiter = text[4];
    return length > 5 ? 6 : 5;
}

static bool judge(const struct builder *builder, size_t stray, struct error *err)
{
    if (builder->too_many)
        return error_set(err, "more than %d rows: split the file", GRID_ROWS_MAX);
    if (builder->too_wide)
        return error_set(err, "more than %d columns: save only the columns of the table", GRID_COLUMNS_MAX);
    if (builder->too_long)
        return error_set(err, "a cell longer than %d bytes: shorten it, or close the quotes", GRID_CELL_MAX);
    if (stray)
        return error_set(err,
                         "row %zu: a double quote out of place or never closed: put the whole cell in quotes and write "
                         "a quote inside it twice (\"\"), or save again as \"CSV UTF-8\"",
                         stray);
    return true;
}

bool grid_parse(struct grid *out, const char *text, size_t length, struct error *err)
{
    struct builder builder = { 0 };
    struct csv_parser parser;
    size_t skip, stray;
    bool ok;

    builder.grid.delimiter = find_delimiter(text, length);
    skip = separator_line(text, length, &builder.grid.delimiter);
    stray = find_stray_quote(text + skip, length - skip, builder.grid.delimiter);
    if (csv_init(&parser, CSV_REPALL_NL) != 0)
        abort();
    csv_set_delim(&parser, (unsigned char)builder.grid.delimiter);
    csv_set_space_func(&parser, no_space);
    if (!stray && (csv_parse(&parser, text + skip, length - skip, on_cell, on_row, &builder) != length - skip ||
                   csv_fini(&parser, on_cell, on_row, &builder) != 0))
        abort(); /* out of memory: the text itself was looked through before */
    csv_free(&parser);
    ok = judge(&builder, stray, err);
    for (size_t i = 0; i < builder.row.count; i++)
        free(builder.row.cells[i]);
    free(builder.row.cells);
    if (!ok) {
        grid_free(&builder.grid);
        return false;
    }
    *out = builder.grid;
    return true;
}
