/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The word tree of the answer grammar: phrases of code points, all edges in one open hash table, so that a reply is
 * walked in one look-up a letter whatever the number of words. Cannot fail.
 */
#include "core/answer_internal.h"
#include "lib/memory.h"

enum { EDGE_ROOM_FIRST = 64 };

void tree_free(struct tree *tree)
{
    free(tree->edges);
    free(tree->leaf);
    *tree = (struct tree){ 0 };
}

static uint64_t key_of(uint32_t node, uint32_t code_point)
{
    return (uint64_t)node << 32 | code_point;
}

/* The slot of a key, or the free one where it belongs. */
static size_t slot_of(const struct edge *edges, size_t room, uint64_t key)
{
    uint64_t hash = key * UINT64_C(0x9e3779b97f4a7c15); /* Fibonacci hashing: 2^64 / golden ratio */
    size_t slot = (size_t)(hash >> 20) & (room - 1);

    while (edges[slot].key && edges[slot].key != key)
        slot = (slot + 1) & (room - 1);
    return slot;
}

static void grow_edges(struct tree *tree)
{
    const size_t room = tree->edge_room ? tree->edge_room * 2 : EDGE_ROOM_FIRST;
    struct edge *edges = mem_new(room, sizeof *edges);

    for (size_t i = 0; i < tree->edge_room; i++)
        if (tree->edges[i].key)
            edges[slot_of(edges, room, tree->edges[i].key)] = tree->edges[i];
    free(tree->edges);
    tree->edges = edges;
    tree->edge_room = room;
}

static uint32_t add_node(struct tree *tree)
{
    tree->node_count++;
    tree->leaf = mem_grow(tree->leaf, tree->node_count, sizeof *tree->leaf);
    tree->leaf[tree->node_count - 1] = 0;
    return (uint32_t)(tree->node_count - 1);
}

uint32_t tree_step(const struct tree *tree, uint32_t node, uint32_t code_point)
{
    if (!tree->edge_room || !code_point)
        return 0;
    return tree->edges[slot_of(tree->edges, tree->edge_room, key_of(node, code_point))].to;
}

uint32_t *tree_put(struct tree *tree, const uint32_t *phrase, size_t length)
{
    uint32_t node = 0;

    if (!tree->node_count)
        (void)add_node(tree);
    for (size_t i = 0; i < length; i++) {
        uint32_t next = tree_step(tree, node, phrase[i]);

        if (!next) {
            next = add_node(tree);
            if (2 * ++tree->edge_count > tree->edge_room)
                grow_edges(tree);
            tree->edges[slot_of(tree->edges, tree->edge_room, key_of(node, phrase[i]))] =
                (struct edge){ .key = key_of(node, phrase[i]), .to = next };
        }
        node = next;
    }
    return &tree->leaf[node];
}
