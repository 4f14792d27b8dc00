/* SPDX-License-Identifier: Apache-2.0 */
/* What a row of each kind of sheet becomes, and the checks across rows and files. Only for the folder. */
#ifndef GREENLINE_IMPORT_RECORDS_H
#define GREENLINE_IMPORT_RECORDS_H

#include "import/reader.h"

/* Each reads the current row of `reader` into the intake. */
void read_student_row(struct reader *reader);
void read_contact_row(struct reader *reader);
void read_staff_row(struct reader *reader);
void read_pairing_row(struct reader *reader);
void read_rota_row(struct reader *reader);

/* Columns of a rota whose header nobody knows, but whose cells name staff, are posts. False when no column holds people. */
bool bind_posts(struct sheet *sheet, const struct intake *intake, const struct import_options *options);

/* The people in the columns of a student's row, added as contacts (persons.c). */
void read_family(struct reader *reader, const struct intake_student *student);

/* The child of a row, as what else the row says names it. */
struct intake_who own_child(const struct intake_student *student);

/* One more record, zeroed, with its place at the current row. */
struct intake_student *add_student(struct reader *reader, int column);
struct intake_contact *add_contact(struct intake *intake, const struct intake_contact *contact);
struct intake_staff *add_staff(struct reader *reader, int column);

/* The pupils whom a cell names as partners (手拉手) of a child, added to the intake; how many. */
size_t read_partners(struct reader *reader, const char *field, const struct intake_peer *like);

/* A name cell with a relation in it ("张桂芳（奶奶）", "奶奶", "王建国（已故）"), taken apart. Kept by the intake, NULL where absent. */
struct called {
    const char *name, *word;
    bool deceased, none;
};
struct called read_called(struct reader *reader, const char *field);
/* The key of a relation word: "paternal_grandmother"; NULL when unknown. */
const char *relation_kind(const struct reader *reader, const char *word);

/* Numbers given twice, students and staff that records name, order of calling: after all sheets were read. */
void intake_resolve(struct intake *intake, const struct import_options *options);
/* Ranks of the contacts of each child, and its guardian (order.c). */
void intake_order(struct intake *intake);

#endif
