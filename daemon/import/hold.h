/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several files, of which some cannot be stored. Without --partial nothing of a file with mistakes is; the sound files are. A
 * row of those whose student or colleague stands only in a file that is not stored waits for it: one line a file says so,
 * not one a row. Pure: marks the records, so that a plan leaves them out. Only for the folder.
 */
#ifndef GREENLINE_IMPORT_HOLD_H
#define GREENLINE_IMPORT_HOLD_H

#include "import/intake.h"

/* Rows that name somebody nobody knows, while a file could not be read at all: one warning a file instead of their mistakes. */
void hold_absent(struct intake *intake);
/* Marks all of the files with mistakes, and what leans on them. False when no file is left. */
bool hold_files(struct intake *intake, const struct known *known);

#endif
