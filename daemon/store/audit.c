/* SPDX-License-Identifier: Apache-2.0 */
/* The chain of audit rows; see audit.h. */
#include "store/audit.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "lib/memory.h"

enum { HASH_BYTES = 32, SALT_BYTES = 16 };
_Static_assert(AUDIT_HASH_MAX == 2 * HASH_BYTES + 1, "hex and NUL");

void audit_hash(char out[static AUDIT_HASH_MAX], const struct audit_piece *pieces, size_t count)
{
    crypto_generichash_state state;
    unsigned char hash[HASH_BYTES];

    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    for (size_t i = 0; i < count; i++) {
        unsigned char length[8];

        for (size_t byte = 0; byte < sizeof length; byte++)
            length[byte] = (unsigned char)((uint64_t)pieces[i].length >> (8 * byte));
        crypto_generichash_update(&state, length, sizeof length);
        crypto_generichash_update(&state, pieces[i].data, pieces[i].length);
    }
    crypto_generichash_final(&state, hash, sizeof hash);
    sodium_bin2hex(out, AUDIT_HASH_MAX, hash, sizeof hash);
}

static void hash_texts(char out[static AUDIT_HASH_MAX], const char *const *texts, size_t count)
{
    struct audit_piece pieces[8];

    for (size_t i = 0; i < count && i < COUNT(pieces); i++)
        pieces[i] = (struct audit_piece){ texts[i], strlen(texts[i]) };
    audit_hash(out, pieces, count);
}

static void hash_row(char out[static AUDIT_HASH_MAX], const char *before, time_ms at, const char *const *fields)
{
    char time[24];

    snprintf(time, sizeof time, "%" PRId64, at);
    hash_texts(out, (const char *const[]){ before, time, fields[0], fields[1], fields[2], fields[3] }, 6);
}

void audit_put(struct store *store, time_ms now, const char *actor, const char *action, const char *subject,
               const json_t *detail)
{
    CLEANUP(mem_clean) char *content = detail ? json_write(detail) : mem_dup("{}");
    CLEANUP(mem_clean) char *before = store_text(store, "SELECT hash FROM audit ORDER BY id DESC LIMIT 1", "");
    char salt[2 * SALT_BYTES + 1], commitment[AUDIT_HASH_MAX], hash[AUDIT_HASH_MAX];
    unsigned char bytes[SALT_BYTES];
    int64_t id;

    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(salt, sizeof salt, bytes, sizeof bytes);
    hash_texts(commitment, (const char *const[]){ salt, content }, 2);
    hash_row(hash, before ? before : "", now, (const char *const[]){ actor, action, subject, commitment });
    id = store_insert(
        store, "INSERT INTO audit (at, actor, action, subject, commitment, hash) VALUES ($1, $2, $3, $4, $5, $6)",
        "ittttt", now, actor, action, subject, commitment, hash);
    store_insert(store, "INSERT INTO audit_detail (audit, salt, content) VALUES ($1, $2, $3)", "itt", id, salt,
                 content);
}

json_t *audit_list(struct store *store, const struct list_filter *filter)
{
    struct list list = list_begin(filter);
    int64_t scanned = 0;
    struct query query =
        store_query(store,
                    "SELECT a.id, a.at, a.actor, a.action, a.subject, d.content FROM audit a"
                    " LEFT JOIN audit_detail d ON d.audit = a.id WHERE a.id > $1 AND a.id <= $1 + 20000"
                    " AND ($2 IS NULL OR a.subject = $2) AND ($3 IS NULL OR a.actor = $3)"
                    " ORDER BY a.id LIMIT $4",
                    "itti", filter->after, filter->subject, filter->actor, list_rows(filter));

    while (list_next(&list, &query, filter)) {
        const char *content = query_word(&query, 5);
        json_t *one = json_object();

        json_put_int(one, "id", query_int(&query, 0));
        list_put_time(one, "at", filter->zone, query_time(&query, 1));
        list_put_text(one, "actor", query_text(&query, 2));
        list_put_text(one, "action", query_text(&query, 3));
        list_put_text(one, "subject", query_text(&query, 4));
        json_put(one, "detail", json_read(content, strlen(content), NULL));
        json_array_append_new(list.items, one);
    }
    if (!list.more && store_value(store, 0, "SELECT max(id) FROM audit", "") > filter->after + LIST_SCAN_MAX)
        scanned = filter->after + LIST_SCAN_MAX;
    return list_end(&list, scanned);
}

/* Whether the row fits behind `before`; an erased detail proves nothing and is passed over. */
static bool row_fits(const struct query *query, const char *before)
{
    char hash[AUDIT_HASH_MAX], commitment[AUDIT_HASH_MAX];

    hash_row(hash, before, query_int(query, 1),
             (const char *const[]){ query_word(query, 2), query_word(query, 3), query_word(query, 4),
                                    query_word(query, 5) });
    if (strcmp(hash, query_word(query, 6)) != 0)
        return false;
    if (query_null(query, 7))
        return true;
    hash_texts(commitment, (const char *const[]){ query_word(query, 7), query_word(query, 8) }, 2);
    return strcmp(commitment, query_word(query, 5)) == 0;
}

bool audit_check(struct store *store, int64_t *bad)
{
    char before[AUDIT_HASH_MAX] = "";
    int64_t expected = 1;
    struct query query =
        store_query(store,
                    "SELECT a.id, a.at, a.actor, a.action, a.subject, a.commitment, a.hash, d.salt, d.content"
                    " FROM audit a LEFT JOIN audit_detail d ON d.audit = a.id ORDER BY a.id",
                    "");

    while (query_next(&query)) {
        if (query_int(&query, 0) != expected || !row_fits(&query, before)) {
            *bad = query_int(&query, 0);
            query_end(&query);
            return false;
        }
        snprintf(before, sizeof before, "%s", query_word(&query, 6));
        expected++;
    }
    return true;
}
