/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds rows of an array by a text, many rows a text: a hash table of indices in order of insertion. Texts are borrowed.
 * Never fails; only for the folder.
 */
#ifndef GREENLINE_IMPORT_INDEX_H
#define GREENLINE_IMPORT_INDEX_H

#include <stddef.h>
#include <stdint.h>

#define INDEX_END SIZE_MAX

struct index {
    struct index_entry *entries;
    size_t count;
    size_t *heads; /* of chains, INDEX_END when empty */
    size_t room;   /* a power of two */
};

void index_free(struct index *index);
void index_add(struct index *index, const char *text, size_t row);
/* The first row of `text`, then the others: `at` starts as INDEX_END and is kept between calls. INDEX_END at the end. */
size_t index_next(const struct index *index, const char *text, size_t *at);
/* The first row alone. */
size_t index_find(const struct index *index, const char *text);

#endif
