/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page a person reads: how wide it is, whether it has colours, and text that keeps to it. What comes from outside
 * (names, replies) is cleaned first: no control character, mark of direction or escape sequence reaches a terminal.
 */
#ifndef GREENLINE_CLI_SCREEN_H
#define GREENLINE_CLI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { SCREEN_WIDTH = 100, SCREEN_WIDTH_MIN = 40, SCREEN_WIDTH_MAX = 1000 };

enum style { STYLE_PLAIN, STYLE_HEAD, STYLE_DIM, STYLE_GOOD, STYLE_WAIT, STYLE_BAD, STYLES };

struct screen {
    FILE *out;
    size_t width; /* columns */
    bool colours, terminal;
};

/* Width: the terminal's, else COLUMNS, else SCREEN_WIDTH. Colours: only on a terminal, unless NO_COLOR (no-color.org) is
 * set or TERM is "dumb". */
struct screen screen_open(FILE *out);

/* Prints in a style. */
void screen_styled(const struct screen *screen, enum style style, const char *text);
void screen_format(const struct screen *screen, const char *format, ...) __attribute__((format(printf, 2, 3)));
void screen_blanks(const struct screen *screen, size_t count);
/* From column `indent` on (where the cursor must be), broken at the width and at line breaks, with a line break at the
 * end. */
void screen_wrapped(const struct screen *screen, size_t indent, enum style style, const char *text);

/* One line for a cell: line breaks and tabs are blanks, other control characters are dropped. The caller frees. */
char *screen_line(const char *text);
/* The same with line breaks kept. */
char *screen_lines(const char *text);
/* At most `width` columns of a cleaned text, "…" at the end of what was cut. The caller frees. */
char *screen_cut(const char *text, size_t width);

/* How a state of the API looks: help and held are bad, queued and open wait, delivered and answered are good. */
enum style screen_style_of(const char *word);

#endif
