/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may do what. Every request passes may_do() between its route and its handler: the one place that says so. A user of
 * the unix socket (root, the daemon's own, group greenline) may do all; a token what its words say, and never make or end
 * tokens. Words are actions of the table of routes, separated by blanks or commas: "alert.raise", "alert.*", "*.list", "*".
 */
#ifndef GREENLINE_API_RIGHT_H
#define GREENLINE_API_RIGHT_H

#include <stdbool.h>

#include "lib/error.h"

/* Borrowed. */
struct actor {
    const char *name; /* "unix:root", "token:board" */
    const char *may;  /* of a token; NULL: all */
};

/* `subject` is what it is about, "student:S1": until roles exist no right depends on it. */
bool may_do(const struct actor *actor, const char *action, const char *subject);

/* Whether each word allows something: false and the first that does not, with the nearest that would. */
bool right_words_check(const char *words, struct error *err);

#endif
