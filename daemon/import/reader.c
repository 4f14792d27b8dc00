/* SPDX-License-Identifier: Apache-2.0 */
/* One row of a sheet at a time; see reader.h. */
#include "import/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/clean.h"
#include "lib/memory.h"
#include "lib/text.h"

void reader_open(struct reader *reader, struct intake *intake, const struct import_options *options,
                 const struct sheet *sheet, size_t file)
{
    *reader = (struct reader){ .intake = intake, .options = options, .sheet = sheet, .file = file };
    reader->cells = mem_new(sheet->column_count + 1, sizeof *reader->cells);
    for (size_t i = 0; i < sheet->column_count; i++)
        reader->cells[i].text = mem_dup("");
    reader->row = sheet->first_row;
}

void reader_close(struct reader *reader)
{
    for (size_t i = 0; i < reader->sheet->column_count; i++) {
        free(reader->cells[i].text);
        free(reader->cells[i].fault);
    }
    free(reader->cells);
    reader->cells = NULL;
}

/* ------------------------------------------------------------------------------------------------- 同上 and its kin */

/* Where a cell says that its value stands. */
static const struct {
    const char *word;
    enum ditto { DITTO_ABOVE, DITTO_LEFT, DITTO_FATHER, DITTO_MOTHER, DITTO_GUARDIAN } where;
} dittos[] = {
    { "同上", DITTO_ABOVE },        { "同", DITTO_ABOVE },        { "〃", DITTO_ABOVE },
    { "″", DITTO_ABOVE },           { "\"", DITTO_ABOVE },        { "''", DITTO_ABOVE },
    { "同上行", DITTO_ABOVE },      { "同左", DITTO_LEFT },       { "同前", DITTO_LEFT },
    { "同父", DITTO_FATHER },       { "同父亲", DITTO_FATHER },   { "同爸爸", DITTO_FATHER },
    { "同母", DITTO_MOTHER },       { "同母亲", DITTO_MOTHER },   { "同妈妈", DITTO_MOTHER },
    { "同监护人", DITTO_GUARDIAN }, { "同家长", DITTO_GUARDIAN },
};

static bool find_ditto(const char *text, enum ditto *out)
{
    CLEANUP(mem_clean) char *folded = clean_fold(text);

    for (size_t i = 0; i < COUNT(dittos); i++) {
        if (strcmp(folded, dittos[i].word) == 0 || strcmp(text, dittos[i].word) == 0) {
            *out = dittos[i].where;
            return true;
        }
    }
    return false;
}

/* The nearest column to the left that holds the same thing (a phone for a phone), else the one beside. */
static int left_of(const struct sheet *sheet, size_t index)
{
    const char *field = sheet->columns[index].field;
    const char *thing = strchr(field, '.');

    for (size_t i = index; i-- > 0;) {
        const char *other = sheet->columns[i].field;
        const char *dot = other ? strchr(other, '.') : NULL;

        if (dot && thing && strncmp(dot, thing, 6) == 0)
            return (int)i;
    }
    return (int)index - 1;
}

static int named_column(const struct sheet *sheet, size_t index, const char *entity)
{
    CLEANUP(mem_clean) char *field = mem_format("%s%s", entity, strchr(sheet->columns[index].field, '.'));

    return sheet_column(sheet, field, 0);
}

static int ditto_column(const struct sheet *sheet, size_t index, enum ditto where)
{
    switch (where) {
    case DITTO_ABOVE:
        return (int)index;
    case DITTO_LEFT:
        return left_of(sheet, index);
    case DITTO_FATHER:
        return named_column(sheet, index, "father");
    case DITTO_MOTHER:
        return named_column(sheet, index, "mother");
    case DITTO_GUARDIAN:
        return named_column(sheet, index, "guardian");
    }
    return -1;
}

static void take_over(struct cell *cell, const struct cell *source, bool source_bad)
{
    free(cell->text);
    cell->text = mem_dup(source->text);
    cell->inherited = source_bad;
}

/* 同左 and 同父 of this row; `depth` bounds chains (同父 → 同左 → …). */
static void follow_beside(struct reader *reader, size_t index, int depth)
{
    struct cell *cell = &reader->cells[index];
    enum ditto where;
    int from;

    if (!find_ditto(cell->text, &where) || where == DITTO_ABOVE)
        return;
    from = ditto_column(reader->sheet, index, where);
    if (from < 0 || from == (int)index || depth == 0) {
        cell->fault = mem_format("\"%s\" points at no cell: write the value itself", cell->text);
        return;
    }
    follow_beside(reader, (size_t)from, depth - 1);
    if (!*reader->cells[from].text) {
        cell->fault = mem_format("\"%s\", but that cell is empty: write the value itself", cell->text);
        return;
    }
    take_over(cell, &reader->cells[from], reader->cells[from].fault || reader->cells[from].inherited);
    cell->copied = reader->cells[from].copied ? reader->cells[from].copied : (size_t)from + 1;
}

/* A child may be named by number and by name: its cells are merged only together. */
static bool is_merged(const struct reader *reader, size_t index)
{
    const struct sheet *sheet = reader->sheet;
    const char *field = sheet->columns[index].field;

    for (int i = sheet_column(sheet, field, 0); i >= 0; i = sheet_column(sheet, field, (size_t)i + 1)) {
        CLEANUP(mem_clean) char *text = clean_cell(grid_cell(sheet->grid, reader->row, (size_t)i));

        if (*text || !sheet->columns[i].merged)
            return false;
    }
    return reader->started;
}

/* 同上 and merged cells: what stood in this column in the row before, already followed. */
static void follow_above(struct reader *reader, size_t index, const struct cell *above)
{
    const struct column *column = &reader->sheet->columns[index];
    struct cell *cell = &reader->cells[index];
    enum ditto where;

    if (!*cell->text && column->merged && is_merged(reader, index)) {
        take_over(cell, above, above->bad || above->inherited);
        return;
    }
    if (!find_ditto(cell->text, &where) || where != DITTO_ABOVE)
        return;
    if (strcmp(column->field, "student.no") == 0 || strcmp(column->field, "student.name") == 0)
        cell->fault = mem_format("\"%s\" cannot stand for a student: write the value itself", cell->text);
    else if (!reader->started || (!*above->text && !above->bad))
        cell->fault = mem_format("\"%s\", but nothing stands above: write the value itself", cell->text);
    else
        take_over(cell, above, above->bad || above->inherited);
}

static void read_cell(struct reader *reader, size_t index)
{
    struct cell *cell = &reader->cells[index];
    struct cell above = *cell;
    struct error err;

    *cell = (struct cell){ .text = clean_cell(grid_cell(reader->sheet->grid, reader->row, index)) };
    if (reader->sheet->columns[index].field && strchr(reader->sheet->columns[index].field, '.')) {
        if (!clean_check(cell->text, &err))
            cell->fault = mem_dup(err.text);
        else
            follow_above(reader, index, &above);
    }
    free(above.text);
    free(above.fault);
}

/* Something stands beyond the last header: a cell with a comma, and all behind it have slipped. */
static bool has_more_than_header(const struct sheet *sheet, size_t row)
{
    for (size_t i = sheet->column_count; i < sheet->grid->rows[row].count; i++) {
        CLEANUP(mem_clean) char *text = clean_cell(grid_cell(sheet->grid, row, i));

        if (*text)
            return true;
    }
    return false;
}

bool reader_next(struct reader *reader)
{
    const struct sheet *sheet = reader->sheet;
    struct intake *intake = reader->intake;

    while (reader->row < sheet->grid->count && sheet_row_sort(sheet, reader->row) != ROW_DATA)
        reader->row++;
    if (reader->row >= sheet->grid->count)
        return false;
    for (size_t i = 0; i < sheet->column_count; i++)
        read_cell(reader, i);
    for (size_t i = 0; i < sheet->column_count; i++) {
        if (sheet->columns[i].field && strchr(sheet->columns[i].field, '.') && !reader->cells[i].fault)
            follow_beside(reader, i, 4);
    }
    reader->faulty = false;
    reader->students_before = intake->student_count;
    reader->contacts_before = intake->contact_count;
    reader->staff_before = intake->staff_count;
    reader->pairings_before = intake->pairing_count;
    reader->peers_before = intake->peer_count;
    reader->rota_before = intake->rota_count;
    reader->mentions_before = intake->mention_count;
    if (has_more_than_header(sheet, reader->row))
        reader_fault(reader, -1, "more cells than the header: put a cell that holds the separator in quotes (\"a,b\")");
    return true;
}

void reader_end_row(struct reader *reader)
{
    struct intake *intake = reader->intake;

    reader->row++;
    reader->started = true;
    if (!reader->faulty)
        return;
    for (size_t i = reader->students_before; i < intake->student_count; i++)
        intake->students[i].faulty = true;
    for (size_t i = reader->contacts_before; i < intake->contact_count; i++)
        intake->contacts[i].faulty = true;
    for (size_t i = reader->staff_before; i < intake->staff_count; i++)
        intake->staff[i].faulty = true;
    for (size_t i = reader->pairings_before; i < intake->pairing_count; i++)
        intake->pairings[i].faulty = true;
    for (size_t i = reader->peers_before; i < intake->peer_count; i++)
        intake->peers[i].faulty = true;
    for (size_t i = reader->rota_before; i < intake->rota_count; i++)
        intake->rota[i].faulty = true;
    for (size_t i = reader->mentions_before; i < intake->mention_count; i++)
        intake->mentions[i].faulty = true;
}

/* ------------------------------------------------------------------------------------------------ cells and faults */

int reader_column(const struct reader *reader, const char *field)
{
    return sheet_column(reader->sheet, field, 0);
}

struct place reader_place(const struct reader *reader, int column)
{
    return (struct place){ .file = reader->file, .row = (int)reader->row + 1, .column = column };
}

bool reader_fault(struct reader *reader, int column, const char *format, ...)
{
    struct cell *cell = column >= 0 ? &reader->cells[column] : NULL;
    char *text = NULL;
    va_list args;

    reader->faulty = true;
    if (cell && (cell->bad || cell->inherited))
        return false;
    if (cell && cell->copied) { /* the mistake is that of the cell it points at */
        cell->bad = true;
        column = (int)cell->copied - 1;
        cell = &reader->cells[column];
        if (cell->bad)
            return false;
    }
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        abort();
    va_end(args);
    intake_add(reader->intake, reader_place(reader, column), false, "%s", text);
    free(text);
    if (cell)
        cell->bad = true;
    return false;
}

void reader_warn(struct reader *reader, int column, const char *format, ...)
{
    char *text = NULL;
    va_list args;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        abort();
    va_end(args);
    intake_add(reader->intake, reader_place(reader, column), true, "%s", text);
    free(text);
}

const char *reader_cell(struct reader *reader, int column)
{
    struct cell *cell;

    if (column < 0)
        return "";
    cell = &reader->cells[column];
    if (cell->fault)
        reader_fault(reader, column, "%s", cell->fault);
    if (cell->inherited)
        reader->faulty = true;
    return cell->bad || cell->inherited ? "" : cell->text;
}

const char *reader_text(struct reader *reader, const char *field)
{
    return reader_cell(reader, reader_column(reader, field));
}

const char *reader_keep(struct reader *reader, const char *field)
{
    const char *text = reader_text(reader, field);
    CLEANUP(mem_clean) char *line = NULL;

    if (!*text || reader_none(reader, text, NULL))
        return NULL;
    line = clean_line(text);
    return intake_keep(reader->intake, line);
}
