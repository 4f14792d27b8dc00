/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing string, and what the rest of the code needs to know of UTF-8. A `struct text` starts as { 0 }, `data` is
 * NULL while nothing was added and always ends in NUL afterwards; free with text_free().
 */
#ifndef GREENLINE_LIB_TEXT_H
#define GREENLINE_LIB_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *data;
    size_t length;
    size_t room;
};

void text_free(struct text *text);
void text_add(struct text *text, const char *more);
void text_add_n(struct text *text, const char *more, size_t length);
void text_add_char(struct text *text, char c);
void text_add_format(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Hands the string over (never NULL) and leaves `text` empty. */
char *text_take(struct text *text);
/* Removes the first `count` bytes. */
void text_drop(struct text *text, size_t count);

/* True for well-formed UTF-8 without NUL. */
bool utf8_valid(const char *text, size_t length);
/* Decodes one code point at `*at` and moves behind it; 0 at the end of the string, U+FFFD (one byte) where malformed. */
uint32_t utf8_next(const char **at);
/* Appends one code point. */
void text_add_utf8(struct text *text, uint32_t code_point);
/* Number of code points. */
size_t utf8_count(const char *text);
/* Columns on a terminal (East Asian wide = 2), by libunistring, independent of the locale. */
size_t utf8_width(const char *text);

/* In place: cuts white space (also U+3000 and U+00A0) from both ends; returns `text`. */
char *text_trim(char *text);
bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);
/* Edit distance (code points, at most 64 of each) for "did you mean". */
size_t text_distance(const char *a, const char *b);
/* The name in `names` (NULL-terminated) nearest to `name`, or NULL when none is near enough. */
const char *text_nearest(const char *name, const char *const *names);

#endif
