/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens; see token.h. */
#include "store/token.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "lib/json.h"
#include "lib/memory.h"
#include "store/audit.h"

enum { SECRET_BYTES = 32 };

/* Known by its beginning, so that whoever looks for secrets in files finds it. */
static const char beginning[] = "glt_";
_Static_assert(sizeof beginning + sodium_base64_ENCODED_LEN(SECRET_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING) <=
                   TOKEN_WORD_MAX,
               "the word has room");

static void hash_word(char out[static AUDIT_HASH_MAX], const char *word)
{
    audit_hash(out, &(struct audit_piece){ word, strlen(word) }, 1);
}

static void make_word(char word[static TOKEN_WORD_MAX])
{
    const size_t length = strlen(beginning);
    unsigned char secret[SECRET_BYTES];

    randombytes_buf(secret, sizeof secret);
    snprintf(word, TOKEN_WORD_MAX, "%s", beginning);
    sodium_bin2base64(word + length, TOKEN_WORD_MAX - length, secret, sizeof secret,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(secret, sizeof secret);
}

void token_put(struct store *store, const struct token_row *row, time_ms now, char word[static TOKEN_WORD_MAX])
{
    char hash[AUDIT_HASH_MAX];

    make_word(word);
    hash_word(hash, word);
    store_insert(store, "INSERT INTO token (name, hash, may, created, by, until) VALUES ($1, $2, $3, $4, $5, $6)",
                 "tttitz", row->name, hash, row->may, now, row->by, row->until);
}

int64_t token_there(struct store *store, const char *name)
{
    return store_value(store, 0, "SELECT id FROM token WHERE name = $1", "t", name);
}

bool token_find(struct store *store, const char *word, time_ms now, char **name, char **may)
{
    char hash[AUDIT_HASH_MAX];
    struct query query;
    bool found;

    hash_word(hash, word);
    query = store_query(store,
                        "SELECT name, may FROM token WHERE hash = $1 AND ended IS NULL AND (until IS NULL OR until > "
                        "$2)",
                        "ti", hash, now);
    found = query_next(&query);
    if (found) {
        *name = mem_dup(query_word(&query, 0));
        *may = mem_dup(query_word(&query, 1));
    }
    query_end(&query);
    return found;
}

bool token_holds(struct store *store, const char *name, time_ms now)
{
    return store_value(store, 0,
                       "SELECT id FROM token WHERE name = $1 AND ended IS NULL AND (until IS NULL OR until > $2)", "ti",
                       name, now) != 0;
}

bool token_end(struct store *store, int64_t id, time_ms now)
{
    return store_change(store, "UPDATE token SET ended = $2 WHERE id = $1 AND ended IS NULL", "ii", id, now) > 0;
}

#define COLUMNS "SELECT id, name, may, created, by, until, ended FROM token"

static json_t *token_of(const struct query *query, const struct list_filter *filter)
{
    const time_ms until = query_time(query, 5);
    json_t *token = json_object();

    json_put_text(token, "name", query_word(query, 1));
    json_put_text(token, "may", query_word(query, 2));
    json_put_text(token, "state", !query_null(query, 6) ? "ended" : until <= filter->now ? "expired" : "active");
    list_put_time(token, "created", filter->zone, query_time(query, 3));
    json_put_text(token, "by", query_word(query, 4));
    list_put_time(token, "until", filter->zone, until);
    list_put_time(token, "ended", filter->zone, query_time(query, 6));
    return token;
}

json_t *token_list(struct store *store, const struct list_filter *filter)
{
    struct list list = list_begin(filter);
    struct query query =
        store_query(store, COLUMNS " WHERE id > $1 ORDER BY id LIMIT $2", "ii", filter->after, list_rows(filter));

    while (list_next(&list, &query, filter))
        json_array_append_new(list.items, token_of(&query, filter));
    return list_end(&list, 0);
}

json_t *token_show(struct store *store, int64_t id, const struct list_filter *filter)
{
    struct query query = store_query(store, COLUMNS " WHERE id = $1", "i", id);
    json_t *token = NULL;

    if (query_next(&query))
        token = token_of(&query, filter);
    query_end(&query);
    return token;
}
