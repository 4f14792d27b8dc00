/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of the configuration as one table: name, type, where the value goes, default, bounds, help. Reading, defaults,
 * "did you mean", the list of keys and the test that holds greenline.conf against it all come from here.
 * In a path `[]` stands for an element of a list and `*` for a name that the user chooses.
 */
#ifndef GREENLINE_CONFIG_KEY_H
#define GREENLINE_CONFIG_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

enum key_type {
    KEY_GROUP,    /* holds other keys */
    KEY_TEXT,     /* char * */
    KEY_PATH,     /* char *, made to start at the configuration's folder */
    KEY_INT,      /* int */
    KEY_REAL,     /* double; a whole number is accepted */
    KEY_FLAG,     /* bool */
    KEY_DURATION, /* time_ms, from "10m" */
    KEY_MINUTE,   /* int, minutes of the day, from "21:00" */
    KEY_PRICE,    /* int64_t, 1/10000 yuan, from "0.05" */
    KEY_WORDS,    /* char **, ends with NULL */
    KEY_PATHS,    /* the same of paths; one alone may stand without brackets */
    KEY_JSON,     /* json_t * */
    KEY_GATEWAYS, /* lists and groups of sections */
    KEY_HOOKS,
    KEY_LADDERS,
    KEY_STEPS,
    KEY_KINDS,
    KEY_NUMBERS,
    KEY_TYPES
};

struct config_key {
    const char *path;
    enum key_type type;
    size_t offset; /* in the struct of its section */
    const char
        *fallback;     /* as it would stand in the file, texts and words (blanks between) without quotes; NULL: none */
    const char *shown; /* the default in words, where it is worked out */
    const char *example; /* a value as it stands in the file, for messages */
    bool required;
    double least, most;                                 /* of numbers; both 0: unbounded */
    bool (*check)(const char *text, struct error *err); /* of a text or of each word */
    const char *help;
};

extern const struct config_key config_keys[];
extern const size_t config_key_count;

const char *key_type_name(enum key_type type);
/* The key called `name` in the section `prefix` ("" for the top), or NULL. */
const struct config_key *key_find(const char *prefix, const char *name);
/* The name in that section nearest to a wrong one, or NULL. */
const char *key_nearest(const char *prefix, const char *name);
/* Whether the key's value stands in the struct of section `prefix` (not in a list or named group within). */
bool key_in_section(const struct config_key *key, const char *prefix);

#endif
