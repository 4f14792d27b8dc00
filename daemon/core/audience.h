/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who shall be told, as a small language: `class:"三（2）班" and left-behind except student:20260014`.
 *
 *     expression = factor { ( "and" | "or" | "," | "except" ) factor }      left to right, no operator binds tighter
 *     factor     = "(" expression ")" | "all" | "left-behind" | KEY ":" NAME | WRAP ":" factor
 *     KEY        = class village student group role person
 *     WRAP       = parents-of guardians-of mentors-of
 *     NAME       = "quoted", or characters without blanks; brackets inside a name survive when they are in pairs
 *
 * `a or b except c` is thus `(a or b) except c`: what is excepted last is excepted from all before it. Words are known
 * in any case. Pure: whether a class of that name exists is for the store to say. Bounded in depth and size; fails with
 * one sentence.
 */
#ifndef GREENLINE_CORE_AUDIENCE_H
#define GREENLINE_CORE_AUDIENCE_H

#include "lib/error.h"

enum {
    AUDIENCE_TEXT_MAX = 4096, /* bytes */
    AUDIENCE_NODES_MAX = 500,
    AUDIENCE_DEPTH_MAX = 50, /* of brackets and wrappers; the tree may be as deep as AUDIENCE_NODES_MAX on its left */
};

enum audience_op {
    AUDIENCE_ALL,
    AUDIENCE_LEFT_BEHIND,
    AUDIENCE_CLASS, /* name */
    AUDIENCE_VILLAGE,
    AUDIENCE_STUDENT,
    AUDIENCE_GROUP,
    AUDIENCE_ROLE,
    AUDIENCE_PERSON,
    AUDIENCE_PARENTS_OF, /* left */
    AUDIENCE_GUARDIANS_OF,
    AUDIENCE_MENTORS_OF,
    AUDIENCE_AND, /* left, right */
    AUDIENCE_OR,
    AUDIENCE_EXCEPT,
};
#define AUDIENCE_OPS ((enum audience_op)(AUDIENCE_EXCEPT + 1))

struct audience {
    enum audience_op op;
    char *name; /* of class … person; else NULL */
    struct audience *left, *right;
};

/* The caller frees with audience_free(); NULL and `err` on failure. */
struct audience *audience_parse(const char *text, struct error *err);
/* NULL is fine. */
void audience_free(struct audience *audience);
/* An expression that parses to the same tree; the caller frees. */
char *audience_format(const struct audience *audience);
/* The word of an operator: "class", "left-behind", "and". */
const char *audience_word(enum audience_op op);

#endif
