/* SPDX-License-Identifier: Apache-2.0 */
/* What sheet.c (the header) and sheet_rows.c (the rows below) share. */
#ifndef GREENLINE_IMPORT_SHEET_INTERNAL_H
#define GREENLINE_IMPORT_SHEET_INTERNAL_H

#include "import/sheet.h"

/* Marks columns merged downwards or ticked, after the fields are known. */
void sheet_look_down(struct sheet *sheet);
/* A class in the title rows above the header, when no column holds it. */
void sheet_look_up(struct sheet *sheet);

#endif
