/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a configuration in two passes: walk.c takes values from the tree by the table of keys, check.c looks at what
 * several keys say together. Both add to one list of mistakes and go on.
 */
#ifndef GREENLINE_CONFIG_CONFIG_INTERNAL_H
#define GREENLINE_CONFIG_CONFIG_INTERNAL_H

#include "config/config.h"
#include "config/tree.h"

enum {
    CONFIG_GATEWAYS_MAX = 64,
    CONFIG_HOOKS_MAX = 16,
    CONFIG_LADDERS_MAX = 64,
    CONFIG_STEPS_MAX = 20,
    CONFIG_WORDS_MAX = 64,
    CONFIG_NUMBERS_MAX = 32
};

struct walk {
    const char *folder; /* relative paths begin here */
    struct mistakes *mistakes;
    struct mistakes *ladders; /* those of ladders; may be the same list */
};

/* Fills the defaults and what the tree says into *config, which is zeroed. */
void config_walk(const struct walk *walk, struct config *config, const struct node *root);
/* The ladders of a group; one with a mistake is `faulty`. */
void config_walk_ladders(const struct walk *walk, const struct node *group, struct config_ladder **ladders,
                         size_t *count);
/* What no single key can tell; `config` may be half filled where there were mistakes. */
void config_check(const struct walk *walk, struct config *config, const struct node *root);
/* The gateways' part of it: names, and simulated ones, which may reach no other machine. */
void config_check_gateways(const struct config *config, const struct node *root, struct mistakes *mistakes);

/* The ladders' part of it: a step that can reach nobody, an emergency that can end in silence. */
void config_check_ladders(const struct walk *walk, struct config *config, const struct node *root);

/* shipped.c: reads the ladders that come with the program into config->shipped. */
void config_ship_ladders(struct config *config);
/* Puts a shipped ladder in the place of each faulty one. */
void config_replace_ladders(struct config *config);
void config_ladder_clear(struct config_ladder *ladder);
void config_ladders_free(struct config_ladder *ladders, size_t count);

/* Frees a list of words; NULL is one too. */
void config_words_free(char **words);

#endif
