/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the table in a grid: title rows above, a header of one row or of two or three with merged cells (父亲 over 姓名 | 电话), which
 * field each column means, what kind of sheet it is and by which headers one can tell, which rows are data and which are
 * subtotals, repeated headers or notes below. Pure; fails with one sentence when no header row is found or the kind
 * cannot be told.
 */
#ifndef GREENLINE_IMPORT_SHEET_H
#define GREENLINE_IMPORT_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "import/grid.h"
#include "import/headers.h"
#include "import/span.h"
#include "lib/error.h"

enum { SHEET_HEADER_ROWS_MAX = 40 /* title rows above the header */, SHEET_HEADER_DEPTH_MAX = 3 };

struct column {
    char *title;       /* as shown in messages; of two rows: both, joined */
    char *folded;      /* the words it was found by */
    const char *field; /* "father.phone"; "-" for a running number; NULL: not known */
    char *own;         /* where `field` was put together here, else NULL */
    bool merged;       /* cells merged downwards: a blank cell means the one above */
    bool ticks;        /* holds √ or nothing: a blank cell means no */
    struct span span;  /* of a rota's column for a day (field "rota.day"): which */
};

struct sheet {
    enum sheet_kind kind;
    char *guessed_by;             /* "headers 代理家长, 学生姓名", or "--as" */
    bool maybe_contacts;          /* a list of children with one contact each: students or contacts, by its rows */
    bool rather_roster;           /* of these two: children known already do not make it a list of contacts */
    const struct grid *grid;      /* borrowed */
    size_t header_row, first_row; /* indices of the grid */
    struct column *columns;
    size_t column_count;
    char *class_text;  /* class named in the title ("三(2)班学生花名册"); NULL */
    struct date today; /* dates in headers without year are near it */
};

/* `as` is the kind given by the user, or -1 to guess. The caller frees `out` with sheet_free(); untouched on failure. */
bool sheet_recognise(struct sheet *out, const struct grid *grid, const struct headers *headers, int as,
                     struct date today, struct error *err);
/* Reads the same grid as another kind. */
bool sheet_bind(struct sheet *sheet, const struct headers *headers, enum sheet_kind kind);
void sheet_free(struct sheet *sheet);

/* Index of the column of a field, or -1; the `from`th on. */
int sheet_column(const struct sheet *sheet, const char *field, size_t from);

enum row_sort { ROW_DATA, ROW_BLANK, ROW_SUBTOTAL, ROW_NOTE, ROW_HEADER };
enum row_sort sheet_row_sort(const struct sheet *sheet, size_t row);

/* The titles of columns that mean nothing to us, joined by ", ", with the header that was probably meant; the caller frees; NULL
 * when there is none. */
char *sheet_unknown(const struct sheet *sheet, const struct headers *headers);

#endif
