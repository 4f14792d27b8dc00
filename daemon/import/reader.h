/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row of a sheet at a time, cell by field: cleaned, 同上 and 同左 and merged cells followed, faults reported once for
 * each cell however often it is asked for. A cell whose value was taken over from a faulty one (同上 below a mistake)
 * makes its row faulty without a line of its own. Only for the folder.
 */
#ifndef GREENLINE_IMPORT_READER_H
#define GREENLINE_IMPORT_READER_H

#include "import/intake.h"
#include "import/sheet.h"

struct cell {
    char *text;     /* cleaned; "" when blank; never NULL */
    char *fault;    /* what is wrong with it as a cell; NULL */
    bool bad;       /* a mistake was reported for it */
    bool inherited; /* taken over from a bad cell */
    size_t copied;  /* 同左, 同母: one more than the index of the cell whose value this is; 0: its own */
};

struct reader {
    struct intake *intake;
    const struct import_options *options;
    const struct sheet *sheet;
    size_t file;
    size_t row;         /* of the grid */
    bool faulty;        /* this row has a mistake */
    bool started;       /* a data row was read before */
    struct cell *cells; /* one a column */
    size_t students_before, contacts_before, staff_before, pairings_before, peers_before, rota_before,
        mentions_before; /* records at the row's start */
};

void reader_open(struct reader *reader, struct intake *intake, const struct import_options *options,
                 const struct sheet *sheet, size_t file);
void reader_close(struct reader *reader);

/* Moves to the next row of data; false at the end. */
bool reader_next(struct reader *reader);
/* Marks the records of this row when it was faulty. */
void reader_end_row(struct reader *reader);

/* The column of a field, or -1. */
int reader_column(const struct reader *reader, const char *field);
struct place reader_place(const struct reader *reader, int column);

/* The cleaned text of a field's cell, on one line; "" when blank, faulty or without column. Borrowed until the next row. */
const char *reader_text(struct reader *reader, const char *field);
/* The same by column, with line breaks kept. */
const char *reader_cell(struct reader *reader, int column);
/* A blank cell's NULL, else the text kept by the intake. */
const char *reader_keep(struct reader *reader, const char *field);

/* Reports a mistake of a cell, once. Always returns false. */
bool reader_fault(struct reader *reader, int column, const char *format, ...) __attribute__((format(printf, 3, 4)));
void reader_warn(struct reader *reader, int column, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Typed cells. Each reports what is wrong; a blank cell is no mistake and leaves `out` as it is. */
void reader_claim(struct reader *reader, const char *field, enum claim *out);
void reader_date(struct reader *reader, const char *field, bool past, struct date *out);
/* A person's name kept by the intake; NULL when blank (a mistake where `required`) or faulty. */
const char *reader_name(struct reader *reader, const char *field, bool required);
/* Phone numbers of a cell (all columns of the field) appended to `phones`. */
void reader_phones(struct reader *reader, const char *field, struct intake_phone *phones, size_t *count);
/* Class of two fields (either may be absent) into the class, kept, and the grade. NULL and GRADE_UNKNOWN when blank. */
const char *reader_class(struct reader *reader, const char *class_field, const char *grade_field, int *grade);

/* Whether a cell says "none" in some way (无, —, 不详), and whether it says that the person is dead. */
bool reader_none(const struct reader *reader, const char *text, bool *deceased);

#endif
