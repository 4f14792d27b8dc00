/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The database of one school. One connection writes, the loop's; helpers read on query_only ones. Statements are kept
 * prepared by the address of their text, so SQL stands as a literal beside the one function that runs it.
 *
 * Failure is sticky: after an error every further statement does nothing (queries yield no row, changes return -1),
 * and turn_end() rolls back and says why. So callers need no path for a broken disk after each line.
 */
#ifndef GREENLINE_STORE_STORE_H
#define GREENLINE_STORE_STORE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "store/fault.h"

struct store;

enum { STORE_SCHEMA = 1 };

/*
 * Opens (and creates, migrates, after a copy FILE.before-N) the store and takes the lock that keeps a second daemon
 * out. `demo` must be what the store was made with. On failure NULL and one sentence.
 */
struct store *store_open(const char *path, bool demo, struct error *err);
/* A second connection of the same process for reading and checkpoints (PRAGMA query_only): the helper thread's. */
struct store *store_open_reader(const char *path, struct error *err);
void store_close(struct store *store);
/* The lock alone, for who works on the file itself: a descriptor to close, -1 and why while a daemon runs. */
int store_lock(const char *path, struct error *err);
sqlite3 *store_handle(struct store *store);
const char *store_path(const struct store *store);

/* The epoch of the wire ids: random, renewed at each restore. Borrowed. */
const char *store_epoch(const struct store *store);
/* A value of the table `setting`, the caller frees; NULL when absent. */
char *setting_get(struct store *store, const char *key);
void setting_put(struct store *store, const char *key, const char *value);

/*
 * Arguments by a format, one letter each: i int64_t (give INT64 or cast), t const char * (NULL is NULL), b bool/int,
 * z time_ms where TIME_NEVER is NULL, o int64_t where 0 is NULL. SQL numbers its parameters $1, $2 … in order.
 */
struct query {
    sqlite3_stmt *statement; /* NULL after a failure */
    struct store *store;
    bool own; /* not from the cache: finalized at the end */
};
struct query store_query(struct store *store, const char *sql, const char *types, ...);
/* The next row; false at the end, where the query is over by itself. */
bool query_next(struct query *query);
/* Column 0 of the rows that are left, at most `max`; their number. Ends the query. */
size_t query_ids(struct query *query, int64_t *ids, size_t max);
/* Ends a query before its last row. */
void query_end(struct query *query);
int64_t query_int(const struct query *query, int column);  /* NULL is 0 */
time_ms query_time(const struct query *query, int column); /* NULL is TIME_NEVER */
bool query_null(const struct query *query, int column);
const char *query_text(const struct query *query, int column); /* borrowed until the next row; NULL is NULL */
const char *query_word(const struct query *query, int column); /* the same, NULL is "" */

/* One changing statement inside the turn's transaction (opened by the first). Rows changed; -1 after a failure. */
int64_t store_change(struct store *store, const char *sql, const char *types, ...);
/* An INSERT; the new row id, 0 when nothing was inserted, -1 after a failure. */
int64_t store_insert(struct store *store, const char *sql, const char *types, ...);
/* The first column of the first row, or the fallback. */
int64_t store_value(struct store *store, int64_t fallback, const char *sql, const char *types, ...);
/* Likewise text; the caller frees; NULL when there is no row. */
char *store_text(struct store *store, const char *sql, const char *types, ...);

/* Whether the running transaction has failed, and why (borrowed). */
bool store_failed(const struct store *store);
const char *store_why(const struct store *store);
/* What kind of failure the last one was, also after the rollback; FAULT_NONE before the first. */
enum fault store_fault(const struct store *store);
/* Whether the file is no longer in its place: what is written then is seen by nobody else, and lost at the end. */
bool store_moved(const struct store *store);

/* For helper.c alone: begins a read transaction, whose first row fixes what it sees; ended by store_rollback(). */
void store_snapshot(struct store *store);

/* For turn.c alone. */
bool store_in_transaction(const struct store *store);
bool store_commit(struct store *store, struct error *err);
void store_rollback(struct store *store);
/* Whether rows that people see were changed since the last call, and not undone: of any table but the daemon's own books
 * (run, request, audit, audit_detail). */
bool store_take_changed(struct store *store);
void store_savepoint(struct store *store);
void store_savepoint_keep(struct store *store);
void store_savepoint_undo(struct store *store);

#endif
