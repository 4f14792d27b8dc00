/* SPDX-License-Identifier: Apache-2.0 */
/* What sheet.c (the header), sheet_rota.c (that of a rota) and sheet_rows.c (the rows below) share. */
#ifndef GREENLINE_IMPORT_SHEET_INTERNAL_H
#define GREENLINE_IMPORT_SHEET_INTERNAL_H

#include "import/sheet.h"

/* Marks columns merged downwards or ticked, after the fields are known. */
void sheet_look_down(struct sheet *sheet);
/* What a header that is no word of headers.csv means in a rota: a post ("rota.at"), a day ("rota.day", and which); NULL. */
const char *sheet_rota_field(const struct headers *headers, const char *folded, const char *title, struct date today,
                             struct span *span);
/* The first column of a rota with days across holds the posts, whatever stands over it. */
void sheet_rota_bind(struct sheet *sheet);
/* A class in the title rows above the header, when no column holds it. */
void sheet_look_up(struct sheet *sheet);

#endif
