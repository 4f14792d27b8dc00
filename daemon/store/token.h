/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens: rights of programs that ask the API in their own name. A token is a word of 32 random bytes that is told once;
 * the store keeps its hash (audit_hash(): the word cannot be guessed, so nothing slower is needed) and what it may do, as
 * words that only the API reads. An ended token, or one whose time is over, is found no more; its name stays taken, so
 * that a row of the audit log never means two programs.
 */
#ifndef GREENLINE_STORE_TOKEN_H
#define GREENLINE_STORE_TOKEN_H

#include <jansson.h>

#include "store/list.h"
#include "store/store.h"

enum {
    TOKEN_NAME_MAX = 40, /* bytes */
    TOKEN_MAY_MAX = 1000,
    TOKEN_WORD_MAX = 64, /* of the token itself, with NUL */
};

struct token_row {
    const char *name, *may, *by;
    time_ms until; /* TIME_NEVER: until it is ended */
};

/* Makes one and tells its word. The name must be free: token_there(). */
void token_put(struct store *store, const struct token_row *row, time_ms now, char word[static TOKEN_WORD_MAX]);
/* 0: none ever had that name; else its id. */
int64_t token_there(struct store *store, const char *name);
/* Whose word it is, while it holds; the caller frees both. */
bool token_find(struct store *store, const char *word, time_ms now, char **name, char **may);
/* Whether a token of that name holds: for those that are still answered by one look after the other. */
bool token_holds(struct store *store, const char *name, time_ms now);
/* Whether it was not ended before. */
bool token_end(struct store *store, int64_t id, time_ms now);

/* {items: [token_show()], next}, also those that are over. */
json_t *token_list(struct store *store, const struct list_filter *filter);
/* {name, may, state: "active", "expired" or "ended", created, by, until, ended}; NULL: there is none. */
json_t *token_show(struct store *store, int64_t id, const struct list_filter *filter);

#endif
