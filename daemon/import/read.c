/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From files to an intake: each file decoded, parsed and recognised; lists that may be students or contacts decided
 * when the certain ones are known; rows read; references resolved. See intake.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/clean.h"
#include "import/grid.h"
#include "import/records.h"
#include "import/sheet.h"
#include "lib/memory.h"
#include "lib/text.h"

/* A file on its way. */
struct opened {
    struct grid grid;
    struct sheet sheet;
    bool ok;
};

static void (*const readers[])(struct reader *) = {
    [SHEET_STUDENTS] = read_student_row, [SHEET_CONTACTS] = read_contact_row, [SHEET_STAFF] = read_staff_row,
    [SHEET_PAIRINGS] = read_pairing_row, [SHEET_ROTA] = read_rota_row,
};
_Static_assert(COUNT(readers) == SHEET_KINDS, "each kind of sheet has its reader");

static struct place whole_file(size_t file)
{
    return (struct place){ .file = file, .row = 0, .column = -1 };
}

/* A sentence that begins with "row N: " has its place in front of the colon. */
static void add_failure(struct intake *intake, size_t index, const char *text)
{
    struct place place = whole_file(index);
    int used = 0;

    if (sscanf(text, "row %9d: %n", &place.row, &used) != 1 || used == 0)
        place.row = used = 0;
    intake_add(intake, place, false, "%s", text + used);
}

/* Bytes to a recognised sheet. A failure is one mistake of the file. */
static void open_file(struct opened *opened, struct intake *intake, size_t index, const struct import_file *file,
                      const struct import_options *options)
{
    struct text text = { 0 };
    enum encoding encoding = ENCODING_UTF8;
    struct error err;

    opened->ok = encoding_decode(&text, &encoding, file->bytes, file->length, &err) &&
                 grid_parse(&opened->grid, text.data, text.length, &err) &&
                 sheet_recognise(&opened->sheet, &opened->grid, options->headers, options->as, options->today, &err);
    text_free(&text);
    intake->sheets[index].encoding = encoding_name(encoding);
    if (!opened->ok)
        add_failure(intake, index, err.text);
}

/* The column with the configured header becomes the key, whatever else looks like one. */
static void use_key(struct opened *opened, struct intake *intake, size_t index, const struct import_options *options)
{
    CLEANUP(mem_clean) char *folded = options->key ? headers_title(options->key) : NULL;
    struct sheet *sheet = &opened->sheet;
    int found = -1;

    if (!folded || !*folded || sheet->kind != SHEET_STUDENTS)
        return;
    for (size_t i = 0; i < sheet->column_count && found < 0; i++) {
        if (strcmp(sheet->columns[i].folded, folded) == 0)
            found = (int)i;
    }
    if (found < 0) {
        intake_add(intake, whole_file(index), true, "the configured key column \"%s\" is not in this sheet",
                   options->key);
        return;
    }
    for (size_t i = 0; i < sheet->column_count; i++) {
        if (sheet->columns[i].field && strcmp(sheet->columns[i].field, "student.no") == 0)
            sheet->columns[i].field = "-";
    }
    sheet->columns[found].field = "student.no";
}

static void describe(struct opened *opened, struct intake *intake, size_t index, const struct import_options *options)
{
    struct intake_sheet *described = &intake->sheets[index];
    const struct sheet *sheet = &opened->sheet;
    CLEANUP(mem_clean) char *unknown = sheet_unknown(sheet, options->headers);

    described->read = true;
    described->kind = sheet->kind;
    described->guessed_by = intake_keep(intake, sheet->guessed_by);
    described->titles = mem_new(sheet->column_count + 1, sizeof *described->titles);
    described->title_count = sheet->column_count;
    for (size_t i = 0; i < sheet->column_count; i++) {
        described->titles[i] = mem_dup(sheet->columns[i].title);
        if (sheet->columns[i].merged)
            intake_add(intake, (struct place){ index, (int)sheet->header_row + 1, (int)i }, true,
                       "most cells are blank: taken to be merged with the one above");
    }
    if (unknown)
        intake_add(intake, (struct place){ index, (int)sheet->header_row + 1, -1 }, true,
                   "columns that are not imported: %s: add their headers to headers.csv if they should be", unknown);
    if (sheet->kind == SHEET_STUDENTS && sheet_column(sheet, "student.no", 0) < 0)
        intake_add(
            intake, (struct place){ index, (int)sheet->header_row + 1, -1 }, true,
            "no column of student numbers (学籍号): children are known by name, birth and class, and a changed class "
            "makes a new child");
    if (sheet->kind == SHEET_STUDENTS && sheet_column(sheet, "student.class", 0) < 0 &&
        sheet_column(sheet, "student.grade", 0) < 0 && !sheet->class_text)
        intake_add(intake, (struct place){ index, (int)sheet->header_row + 1, -1 }, true,
                   "no column of classes (班级): what is sent to a class does not reach these children");
}

static void read_rows(struct opened *opened, struct intake *intake, size_t index, const struct import_options *options)
{
    struct reader reader;

    reader_open(&reader, intake, options, &opened->sheet, index);
    while (reader_next(&reader)) {
        intake->sheets[index].rows++;
        readers[opened->sheet.kind](&reader);
        reader_end_row(&reader);
    }
    reader_close(&reader);
    if (intake->sheets[index].rows == 0)
        intake_add(intake, whole_file(index), true, "no row below the header: nothing to import");
}

/* Whether a name or number is known already. */
static bool is_known(const struct intake *intake, const struct known *known, const char *text)
{
    for (size_t i = 0; i < intake->student_count; i++) {
        const struct intake_student *student = &intake->students[i];

        if ((student->name && strcmp(student->name, text) == 0) || (student->ref && strcmp(student->ref, text) == 0))
            return true;
    }
    for (size_t i = 0; known && i < known->student_count; i++) {
        if (strcmp(known->students[i].name, text) == 0 || strcmp(known->students[i].ref, text) == 0)
            return true;
    }
    return false;
}

/* Whether the number is known and the name beside it is the child's own: then the column 姓名 names children, not contacts. */
static bool is_child(const struct intake *intake, const struct known *known, const char *number, const char *name)
{
    for (size_t i = 0; i < intake->student_count; i++) {
        const struct intake_student *student = &intake->students[i];

        if (student->ref && student->name && strcmp(student->ref, number) == 0 && strcmp(student->name, name) == 0)
            return true;
    }
    for (size_t i = 0; known && i < known->student_count; i++) {
        if (strcmp(known->students[i].ref, number) == 0 && strcmp(known->students[i].name, name) == 0)
            return true;
    }
    return false;
}

/* What tells a row's child, and what its contact; the caller frees. */
static char *child_of(const struct opened *opened, size_t row)
{
    const struct sheet *sheet = &opened->sheet;
    const int no = sheet_column(sheet, "student.no", 0), name = sheet_column(sheet, "student.name", 0);
    CLEANUP(mem_clean) char *number = clean_fold(no >= 0 ? grid_cell(&opened->grid, row, (size_t)no) : "");
    CLEANUP(mem_clean) char *called = clean_fold(name >= 0 ? grid_cell(&opened->grid, row, (size_t)name) : "");

    return mem_format("%s\n%s", number, called);
}

static char *contact_of(const struct opened *opened, size_t row)
{
    static const char *const fields[] = { "guardian.name", "guardian.phone", "guardian.relation" };
    struct text text = { 0 };

    for (size_t i = 0; i < COUNT(fields); i++) {
        const int column = sheet_column(&opened->sheet, fields[i], 0);

        text_add(&text, column >= 0 ? grid_cell(&opened->grid, row, (size_t)column) : "");
    }
    return text_take(&text);
}

/* Whether an earlier row has the same child with another contact. A row that says the same again is a mistake, no list. */
static bool is_another_contact(const struct opened *opened, const size_t *rows, size_t count, size_t row)
{
    CLEANUP(mem_clean) char *child = child_of(opened, row), *contact = contact_of(opened, row);

    for (size_t i = 0; i < count; i++) {
        CLEANUP(mem_clean) char *other = child_of(opened, rows[i]), *others = contact_of(opened, rows[i]);

        if (strcmp(child, other) == 0 && strcmp(contact, others) != 0)
            return true;
    }
    return false;
}

/* Children that stand twice, or are known already, make a list of contacts; else it is a roster of new children. */
static bool lists_contacts(const struct opened *opened, const struct intake *intake, const struct known *known)
{
    enum { LOOK_MAX = 200 };
    const struct sheet *sheet = &opened->sheet;
    const int no = sheet_column(sheet, "student.no", 0), name = sheet_column(sheet, "student.name", 0);
    const size_t column = (size_t)(no >= 0 ? no : name);
    const bool one_name = no >= 0 && name >= 0 && sheet_column(sheet, "guardian.name", 0) < 0;
    size_t rows[LOOK_MAX], count = 0, twice = 0, found = 0, own = 0;

    for (size_t row = sheet->first_row; row < opened->grid.count && count < LOOK_MAX; row++) {
        CLEANUP(mem_clean) char *text = clean_fold(grid_cell(&opened->grid, row, column));

        if (!*text || sheet_row_sort(sheet, row) != ROW_DATA)
            continue;
        twice += is_another_contact(opened, rows, count, row);
        found += is_known(intake, known, text);
        if (one_name) {
            CLEANUP(mem_clean) char *called = clean_fold(grid_cell(&opened->grid, row, (size_t)name));

            own += is_child(intake, known, text, called);
        }
        rows[count++] = row;
    }
    return count > 0 && own * 2 <= count && ((!sheet->rather_roster && found * 2 > count) || twice * 5 > count);
}

static void take(struct opened *opened, struct intake *intake, size_t index, const struct import_options *options)
{
    use_key(opened, intake, index, options);
    if (opened->sheet.kind == SHEET_ROTA && !bind_posts(&opened->sheet, intake, options)) {
        intake_add(intake, (struct place){ index, (int)opened->sheet.header_row + 1, -1 }, false,
                   "no column names anybody of the staff: import the staff first, or write 值班教师 above the names");
        return;
    }
    describe(opened, intake, index, options);
    read_rows(opened, intake, index, options);
}

/* Rosters first: whether a list names known children decides what it is. Rotas last: whether a column names known staff does. */
static void read_all(struct opened *opened, struct intake *intake, size_t count, const struct import_options *options)
{
    for (size_t i = 0; i < count; i++) {
        if (opened[i].ok && !opened[i].sheet.maybe_contacts && opened[i].sheet.kind != SHEET_ROTA)
            take(&opened[i], intake, i, options);
    }
    for (size_t i = 0; i < count; i++) {
        if (!opened[i].ok || !opened[i].sheet.maybe_contacts)
            continue;
        if (lists_contacts(&opened[i], intake, options->known))
            sheet_bind(&opened[i].sheet, options->headers, SHEET_CONTACTS);
        take(&opened[i], intake, i, options);
    }
    for (size_t i = 0; i < count; i++) {
        if (opened[i].ok && opened[i].sheet.kind == SHEET_ROTA)
            take(&opened[i], intake, i, options);
    }
}

void intake_read(struct intake *out, const struct import_file *files, size_t count,
                 const struct import_options *options)
{
    struct opened *opened;
    size_t dropped = count > INTAKE_FILES_MAX ? count - INTAKE_FILES_MAX : 0;

    *out = (struct intake){ 0 };
    count -= dropped;
    opened = mem_new(count + 1, sizeof *opened);
    out->sheets = mem_new(count + 1, sizeof *out->sheets);
    out->sheet_count = count;
    for (size_t i = 0; i < count; i++) {
        out->sheets[i].file = intake_keep(out, files[i].name);
        open_file(&opened[i], out, i, &files[i], options);
    }
    if (dropped > 0)
        intake_add(out, whole_file(count - 1), false, "%zu files more than %d: import them in several runs", dropped,
                   INTAKE_FILES_MAX);
    read_all(opened, out, count, options);
    intake_resolve(out, options);
    intake_sort(out);
    for (size_t i = 0; i < count; i++) {
        sheet_free(&opened[i].sheet);
        grid_free(&opened[i].grid);
    }
    free(opened);
}
