/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a configuration in two passes: walk.c takes values from the tree by the table of keys, check.c looks at what
 * several keys say together. Both add to one list of mistakes and go on.
 */
#ifndef GREENLINE_CONFIG_CONFIG_INTERNAL_H
#define GREENLINE_CONFIG_CONFIG_INTERNAL_H

#include "config/config.h"
#include "config/tree.h"

enum { CONFIG_GATEWAYS_MAX = 64, CONFIG_LADDERS_MAX = 64, CONFIG_STEPS_MAX = 20, CONFIG_WORDS_MAX = 64 };

struct walk {
    const char *folder; /* relative paths begin here */
    struct mistakes *mistakes;
};

/* Fills the defaults and what the tree says into *config, which is zeroed. */
void config_walk(const struct walk *walk, struct config *config, const struct node *root);
/* What no single key can tell; `config` may be half filled where there were mistakes. */
void config_check(const struct config *config, const struct node *root, struct mistakes *mistakes);
/* The gateways' part of it: names, and simulated ones, which may reach no other machine. */
void config_check_gateways(const struct config *config, const struct node *root, struct mistakes *mistakes);

/* Frees a list of words; NULL is one too. */
void config_words_free(char **words);

#endif
