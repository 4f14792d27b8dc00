/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader behind source.c (files, lines, @include) and token.c (what stands in a line). One reader serves all files
 * of a configuration, so that brackets and keys are followed through includes.
 */
#ifndef GREENLINE_CONFIG_SOURCE_INTERNAL_H
#define GREENLINE_CONFIG_SOURCE_INTERNAL_H

#include "config/source.h"

enum { SOURCE_KEYS_MAX = 4096, SOURCE_NAME_MAX = 200 };

struct open_bracket {
    char bracket; /* 0 for the outermost level */
    struct source_line place;
    size_t first_key; /* index of the first key of this level */
};

struct seen_key {
    char *name;
    struct source_line place;
};

struct reader {
    struct source *source;
    struct mistakes *mistakes;
    const char *at, *end; /* of the file being read; *end is NUL */
    struct source_line place;
    struct open_bracket open[SOURCE_NESTING_MAX + 1];
    size_t depth; /* of brackets */
    size_t base;  /* the depth at which the file began */
    struct seen_key *keys;
    size_t key_count;
    size_t files_open;
    bool without_ladders;
    bool wants_value; /* behind = or :, or inside ( and [ */
};

/* Reads one token at reader->at, which is not at the end, and moves behind it. */
void source_token(struct reader *reader);
/* Handles `@include "PATH"` at reader->at. */
void source_include(struct reader *reader);
/* Copies an end of line and counts it. */
void source_end_line(struct reader *reader);
/* Adds "FILE:LINE: " and what the format says. */
void source_mistake(struct reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
