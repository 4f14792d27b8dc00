/* SPDX-License-Identifier: Apache-2.0 */
/* Finds rows of an array by a text; see index.h. */
#include "import/index.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

enum { FIRST_ROOM = 256 };

struct index_entry {
    const char *text;
    size_t row, next; /* next entry of the chain */
};

/* FNV-1a, 64 bits. */
static size_t slot_of(const struct index *index, const char *text)
{
    uint64_t hash = 14695981039346656037u;

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return (size_t)(hash & (index->room - 1));
}

void index_free(struct index *index)
{
    free(index->entries);
    free(index->heads);
    *index = (struct index){ 0 };
}

/* Puts an entry at the end of its chain, so that rows come in the order of insertion. */
static void link_entry(struct index *index, size_t entry)
{
    size_t *at = &index->heads[slot_of(index, index->entries[entry].text)];

    while (*at != INDEX_END)
        at = &index->entries[*at].next;
    index->entries[entry].next = INDEX_END;
    *at = entry;
}

static void make_room(struct index *index)
{
    index->room = index->room ? index->room * 2 : FIRST_ROOM;
    free(index->heads);
    index->heads = mem_new(index->room, sizeof *index->heads);
    for (size_t i = 0; i < index->room; i++)
        index->heads[i] = INDEX_END;
    for (size_t i = 0; i < index->count; i++)
        link_entry(index, i);
}

void index_add(struct index *index, const char *text, size_t row)
{
    if (index->count >= index->room)
        make_room(index);
    index->entries = mem_grow(index->entries, index->count + 1, sizeof *index->entries);
    index->entries[index->count] = (struct index_entry){ text, row, INDEX_END };
    link_entry(index, index->count++);
}

size_t index_next(const struct index *index, const char *text, size_t *at)
{
    if (index->count == 0)
        return INDEX_END;
    *at = *at == INDEX_END ? index->heads[slot_of(index, text)] : index->entries[*at].next;
    while (*at != INDEX_END && strcmp(index->entries[*at].text, text) != 0)
        *at = index->entries[*at].next;
    return *at == INDEX_END ? INDEX_END : index->entries[*at].row;
}

size_t index_find(const struct index *index, const char *text)
{
    size_t at = INDEX_END;

    return index_next(index, text, &at);
}
