/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What spreadsheets do to a cell, undone where nothing is lost and refused where something is: marks of direction,
 * the apostrophe that means "text", ="…", full-width characters, trailing ".0", 1.99E+10, #N/A, formulas, control
 * characters. Names keep their characters (compatibility ideographs are somebody's name), all else is folded by NFKC.
 * Pure; fails with one sentence "what: how to mend it" without place, which the caller adds.
 */
#ifndef GREENLINE_IMPORT_CLEAN_H
#define GREENLINE_IMPORT_CLEAN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

enum { NAME_CHARACTERS_MAX = 50 };

/* A cell without what cannot be seen, trimmed, without leading apostrophe, ="x" unwrapped. The caller frees. */
char *clean_cell(const char *raw);

/* False with the reason when a cleaned cell holds no value at all: a formula, an error value of Excel, ####, a control
 * character (line breaks and tabs are allowed). */
bool clean_check(const char *cell, struct error *err);

/* NFKC without any blank: how numbers, dates, classes and words are compared. The caller frees. */
char *clean_fold(const char *text);

/* Text on one line: runs of blanks and line breaks become one space. The caller frees. */
char *clean_line(const char *text);

/* A header as it is shown in messages: trimmed, line breaks dropped. The caller frees. */
char *clean_title(const char *text);

/* A person's name: Latin full-width as half-width, blanks between Chinese characters dropped, one form of the middle
 * dot. Refuses control characters, numbers, lost characters (?, U+FFFD), formulas, more than NAME_CHARACTERS_MAX. */
bool clean_name(char **out, const char *cell, struct error *err);

/* A number that stands for a name (phone, 学籍号), folded: ".0" dropped, exponents written out. Refuses an exponent
 * whose digits are lost, saying how to format the column. Other text passes unchanged. */
bool clean_number(char **out, const char *folded, struct error *err);

/* Whether the code point is a Chinese character (any plane, compatibility ideographs and private use included). */
bool clean_is_han(unsigned code_point);

#endif
