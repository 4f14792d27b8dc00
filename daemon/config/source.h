/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of a configuration before libconfig sees it: files that include each other become one text, and each of its
 * lines remembers where it came from. On the way the faults are named that libconfig 1.5 hides or calls "syntax error":
 * a byte order mark, bytes that are not UTF-8, Chinese keys and punctuation, brackets that do not close, numbers beyond
 * 64 bits, keys given twice, texts without quotes. Faults are mended in the text, so that one run finds them all. Whole
 * numbers leave as 64-bit ones (`5` becomes `5L`), since libconfig cuts plain ones to 32 bits silently.
 */
#ifndef GREENLINE_CONFIG_SOURCE_H
#define GREENLINE_CONFIG_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"
#include "lib/text.h"

enum {
    SOURCE_SIZE_MAX = 1024 * 1024, /* bytes of all files together */
    SOURCE_FILES_MAX = 32,
    SOURCE_DEPTH_MAX = 10,  /* of @include in @include, as in libconfig */
    SOURCE_NESTING_MAX = 20 /* of brackets */
};

/* Stands in the text for a key that was refused as not written in English letters; readers pass over it. */
#define SOURCE_REFUSED_KEY "refused-key-"

struct source_line {
    const char *file; /* borrowed from the source */
    int line;
};

struct source {
    struct text text;
    struct source_line *lines; /* of line i + 1 of the text */
    size_t line_count;
    char *files[SOURCE_FILES_MAX];
    size_t file_count;
    size_t refused; /* keys replaced by SOURCE_REFUSED_KEY */
    bool unread;    /* a file was not UTF-8: what is missing says nothing */
    bool broken;    /* so wrong (brackets, not UTF-8) that a syntax error after it says nothing new */
};

/* Reads `path` and what it includes, but `without_ladders` no included file whose name begins with "ladders". False when there was a mistake; the text is usable all the same unless a file
 * could not be read at all (then it is empty). */
bool source_read(struct source *source, const char *path, bool without_ladders, struct mistakes *mistakes);
/* The same for a text in memory, for tests and fuzzing; `path` is its name and where @include starts. */
bool source_read_text(struct source *source, const char *path, const char *text, size_t length,
                      struct mistakes *mistakes);
void source_free(struct source *source);
/* Where a line of the text came from; line 0 or too high gives the nearest. */
struct source_line source_place(const struct source *source, int line);

#endif
