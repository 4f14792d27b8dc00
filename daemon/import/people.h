/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several names in one cell: 赵春梅、陈志远; two lines; 赵春梅 陈志远 (but not 王　明); notes in brackets and phone numbers beside
 * them dropped. Pure; never fails: whether a name is one, clean_name() says. Only for the folder.
 */
#ifndef GREENLINE_IMPORT_PEOPLE_H
#define GREENLINE_IMPORT_PEOPLE_H

/* The cell's names set apart by "|", for people_next(). The caller frees. */
char *people_of(const char *cell);
/* The next name, trimmed and not empty, cut out of `*rest`; NULL at the end. */
char *people_next(char **rest);

#endif
