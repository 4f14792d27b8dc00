/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration as a tree of named values with their places: what libconfig read, in a form of our own, so that only
 * tree.c knows libconfig. Numbers are 64 bits wide, lists and arrays are one thing, a path names each value for people
 * ("gateways[1].rate", counted from 1). A tree is freed as a whole.
 */
#ifndef GREENLINE_CONFIG_TREE_H
#define GREENLINE_CONFIG_TREE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/source.h"
#include "lib/error.h"

enum node_type { NODE_GROUP, NODE_LIST, NODE_TEXT, NODE_INT, NODE_NUMBER, NODE_FLAG };

struct node {
    char *name; /* NULL in a list */
    enum node_type type;
    const char *file; /* borrowed from the source */
    int line;
    char *path;
    char *text;     /* NODE_TEXT */
    int64_t number; /* NODE_INT, and 0 or 1 of NODE_FLAG */
    double real;    /* NODE_NUMBER */
    struct node *children;
    size_t count;
};

/* NULL when the text does not parse or holds bytes that are not UTF-8: `mistakes` says where. The source must outlive
 * the tree. */
struct node *tree_read(const struct source *source, struct mistakes *mistakes);
void config_tree_free(struct node *root);
/* The value at "school.quiet.from", or NULL. */
const struct node *node_find(const struct node *group, const char *path);
/* What people call a type: "a text", "a whole number". */
const char *node_type_name(enum node_type type);
/* A value as JSON (groups are objects, lists arrays); the caller's. */
json_t *node_json(const struct node *node);
/* Adds "FILE:LINE: KEY: " and what the format says. Always returns false. */
bool node_mistake(struct mistakes *mistakes, const struct node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
