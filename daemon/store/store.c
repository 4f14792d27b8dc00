/* SPDX-License-Identifier: Apache-2.0 */
/* The connection, its prepared statements and sticky failure; see store.h. The schema is in migration.c. */
#include "store/store.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/memory.h"
#include "store/store_internal.h"

enum { STATEMENTS_MAX = 1024 }; /* a power of two; the code has a few hundred */
enum { WRITER_WAITS_MS = 100 }; /* for another program's lock: the loop has no more time */

struct store {
    sqlite3 *db;
    char *path;
    char *epoch;
    int lock;
    bool in_transaction;
    bool failed;
    bool shows;                   /* the statement prepared or found last writes what people see */
    bool changed, changed_before; /* such rows, in this transaction; and at the savepoint */
    enum fault fault;             /* of the last failure */
    char why[512];
    struct {
        const char *sql;
        sqlite3_stmt *statement;
        bool shows;
    } cache[STATEMENTS_MAX];
};

/* The daemon's own books: a change of these is no news to anybody who looks. */
static const char *const books[] = { "run", "request", "audit", "audit_detail" };

/* SQLite tells, while it prepares a statement, each table that it writes. */
static int on_authorize(void *arg, int action, const char *table, const char *column, const char *schema,
                        const char *trigger)
{
    struct store *store = arg;

    (void)column, (void)schema, (void)trigger;
    if (action != SQLITE_INSERT && action != SQLITE_UPDATE && action != SQLITE_DELETE)
        return SQLITE_OK;
    for (size_t i = 0; i < COUNT(books); i++)
        if (strcmp(table, books[i]) == 0)
            return SQLITE_OK;
    store->shows = true;
    return SQLITE_OK;
}

sqlite3 *store_handle(struct store *store)
{
    return store->db;
}

const char *store_path(const struct store *store)
{
    return store->path;
}

const char *store_epoch(const struct store *store)
{
    return store->epoch;
}

bool store_failed(const struct store *store)
{
    return store->failed;
}

const char *store_why(const struct store *store)
{
    return store->why;
}

enum fault store_fault(const struct store *store)
{
    return store->fault;
}

bool store_moved(const struct store *store)
{
    int moved = 0;

    return sqlite3_file_control(store->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved;
}

static void fail(struct store *store, const char *sql)
{
    if (!store->failed) {
        snprintf(store->why, sizeof store->why, "%s (%.120s)", sqlite3_errmsg(store->db), sql);
        store->fault = fault_of_code(sqlite3_extended_errcode(store->db), sqlite3_system_errno(store->db));
    }
    store->failed = true;
}

static sqlite3_stmt *prepare(struct store *store, const char *sql, unsigned flags)
{
    sqlite3_stmt *statement = NULL;

    store->shows = false;
    if (sqlite3_prepare_v3(store->db, sql, -1, flags, &statement, NULL) != SQLITE_OK) {
        fail(store, sql);
        return NULL;
    }
    return statement;
}

/* The kept statement of this literal, or a fresh one (`*own`) while that is running further up. */
static sqlite3_stmt *statement_of(struct store *store, const char *sql, bool *own)
{
    size_t at = ((uintptr_t)sql >> 3) * 0x9e3779b1u & (STATEMENTS_MAX - 1);

    *own = false;
    for (size_t probe = 0; probe < STATEMENTS_MAX; probe++, at = (at + 1) & (STATEMENTS_MAX - 1)) {
        if (!store->cache[at].sql) {
            store->cache[at].statement = prepare(store, sql, SQLITE_PREPARE_PERSISTENT);
            store->cache[at].sql = store->cache[at].statement ? sql : NULL;
            store->cache[at].shows = store->shows;
            return store->cache[at].statement;
        }
        if (store->cache[at].sql == sql) {
            if (sqlite3_stmt_busy(store->cache[at].statement))
                break;
            store->shows = store->cache[at].shows;
            return store->cache[at].statement;
        }
    }
    *own = true;
    return prepare(store, sql, 0);
}

static void bind_one(sqlite3_stmt *statement, int index, char type, va_list *args)
{
    const char *text;
    int64_t number;

    switch (type) {
    case 't':
        text = va_arg(*args, const char *);
        sqlite3_bind_text(statement, index, text, -1, SQLITE_TRANSIENT);
        return;
    case 'b':
        sqlite3_bind_int64(statement, index, va_arg(*args, int));
        return;
    case 'z':
    case 'o':
        number = va_arg(*args, int64_t);
        if (number == (type == 'z' ? TIME_NEVER : 0))
            sqlite3_bind_null(statement, index);
        else
            sqlite3_bind_int64(statement, index, number);
        return;
    default:
        sqlite3_bind_int64(statement, index, va_arg(*args, int64_t));
    }
}

static struct query query_open(struct store *store, const char *sql, const char *types, va_list *args)
{
    struct query query = { .store = store };

    if (store->failed)
        return query;
    query.statement = statement_of(store, sql, &query.own);
    for (int i = 0; query.statement && types[i]; i++) {
        char name[12];

        /* SQLite numbers $n by first appearance: the name decides, not the place */
        snprintf(name, sizeof name, "$%d", i + 1);
        bind_one(query.statement, sqlite3_bind_parameter_index(query.statement, name), types[i], args);
    }
    return query;
}

struct query store_query(struct store *store, const char *sql, const char *types, ...)
{
    struct query query;
    va_list args;

    va_start(args, types);
    query = query_open(store, sql, types, &args);
    va_end(args);
    return query;
}

void query_end(struct query *query)
{
    if (!query->statement)
        return;
    if (query->own)
        sqlite3_finalize(query->statement);
    else
        sqlite3_reset(query->statement);
    query->statement = NULL;
}

bool query_next(struct query *query)
{
    int result;

    if (!query->statement)
        return false;
    result = sqlite3_step(query->statement);
    if (result == SQLITE_ROW)
        return true;
    if (result != SQLITE_DONE)
        fail(query->store, sqlite3_sql(query->statement));
    query_end(query);
    return false;
}

size_t query_ids(struct query *query, int64_t *ids, size_t max)
{
    size_t count = 0;

    while (count < max && query_next(query))
        ids[count++] = query_int(query, 0);
    query_end(query);
    return count;
}

int64_t query_int(const struct query *query, int column)
{
    return sqlite3_column_int64(query->statement, column);
}

bool query_null(const struct query *query, int column)
{
    return sqlite3_column_type(query->statement, column) == SQLITE_NULL;
}

time_ms query_time(const struct query *query, int column)
{
    return query_null(query, column) ? TIME_NEVER : query_int(query, column);
}

const char *query_text(const struct query *query, int column)
{
    return (const char *)sqlite3_column_text(query->statement, column);
}

const char *query_word(const struct query *query, int column)
{
    const char *text = query_text(query, column);

    return text ? text : "";
}

/* A failed COMMIT or a full disk may already have ended the transaction behind our back. */
static bool begin(struct store *store)
{
    if (store->failed)
        return false;
    if (!store->in_transaction) {
        if (sqlite3_exec(store->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) {
            fail(store, "BEGIN");
            return false;
        }
        store->in_transaction = true;
    }
    return true;
}

static bool change(struct store *store, const char *sql, const char *types, va_list *args)
{
    struct query query;
    bool shows;

    if (!begin(store))
        return false;
    query = query_open(store, sql, types, args);
    shows = store->shows;
    while (query_next(&query))
        ; /* RETURNING is not used by changes */
    if (!store->failed && shows && sqlite3_changes64(store->db) > 0)
        store->changed = true;
    return !store->failed;
}

int64_t store_change(struct store *store, const char *sql, const char *types, ...)
{
    va_list args;
    bool done;

    va_start(args, types);
    done = change(store, sql, types, &args);
    va_end(args);
    return done ? sqlite3_changes64(store->db) : -1;
}

int64_t store_insert(struct store *store, const char *sql, const char *types, ...)
{
    va_list args;
    bool done;

    va_start(args, types);
    done = change(store, sql, types, &args);
    va_end(args);
    if (!done)
        return -1;
    return sqlite3_changes64(store->db) > 0 ? sqlite3_last_insert_rowid(store->db) : 0;
}

int64_t store_value(struct store *store, int64_t fallback, const char *sql, const char *types, ...)
{
    struct query query;
    va_list args;

    va_start(args, types);
    query = query_open(store, sql, types, &args);
    va_end(args);
    if (query_next(&query) && !query_null(&query, 0))
        fallback = query_int(&query, 0);
    query_end(&query);
    return fallback;
}

char *store_text(struct store *store, const char *sql, const char *types, ...)
{
    struct query query;
    va_list args;
    char *text = NULL;

    va_start(args, types);
    query = query_open(store, sql, types, &args);
    va_end(args);
    if (query_next(&query))
        text = mem_dup(query_text(&query, 0));
    query_end(&query);
    return text;
}

bool store_in_transaction(const struct store *store)
{
    return store->in_transaction;
}

bool store_commit(struct store *store, struct error *err)
{
    if (store->in_transaction && !store->failed && sqlite3_exec(store->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        fail(store, "COMMIT");
    if (!store->failed) {
        store->in_transaction = false;
        return true;
    }
    error_set(err, "store: %s", store->why);
    store_rollback(store);
    return false;
}

void store_rollback(struct store *store)
{
    if (!sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    store->in_transaction = false;
    store->failed = false;
    store->changed = false;
}

bool store_take_changed(struct store *store)
{
    const bool changed = store->changed;

    store->changed = false;
    return changed;
}

void store_snapshot(struct store *store)
{
    if (sqlite3_exec(store->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
        fail(store, "BEGIN");
}

void store_savepoint(struct store *store)
{
    store->changed_before = store->changed;
    if (begin(store) && sqlite3_exec(store->db, "SAVEPOINT request", NULL, NULL, NULL) != SQLITE_OK)
        fail(store, "SAVEPOINT");
}

void store_savepoint_keep(struct store *store)
{
    if (!store->failed && sqlite3_exec(store->db, "RELEASE request", NULL, NULL, NULL) != SQLITE_OK)
        fail(store, "RELEASE");
}

void store_savepoint_undo(struct store *store)
{
    if (!store->failed &&
        sqlite3_exec(store->db, "ROLLBACK TO request; RELEASE request", NULL, NULL, NULL) != SQLITE_OK)
        fail(store, "ROLLBACK TO");
    store->changed = store->changed_before;
}

char *setting_get(struct store *store, const char *key)
{
    return store_text(store, "SELECT value FROM setting WHERE key = $1", "t", key);
}

void setting_put(struct store *store, const char *key, const char *value)
{
    store_change(
        store,
        "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", "tt",
        key, value);
}

/* WAL with FULL: a commit that returned survives a power cut. The helper thread checkpoints, never the loop. */
static const char pragmas[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                              "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -8000; PRAGMA busy_timeout = 2000;"
                              "PRAGMA temp_store = MEMORY;";

int store_lock(const char *path, struct error *err)
{
    CLEANUP(mem_clean) char *name = mem_format("%s.lock", path);
    const int lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0640);

    if (lock < 0) {
        error_set(err, "%s: %m: make the folder and let the daemon write there", name);
        return -1;
    }
    if (flock(lock, LOCK_EX | LOCK_NB) == 0)
        return lock;
    error_set(err, "%s: in use by another greenlined: stop that one first", path);
    close(lock);
    return -1;
}

static bool first_values(struct store *store, bool demo, struct error *err)
{
    CLEANUP(mem_clean) char *was = setting_get(store, "demo");

    if (!was) {
        unsigned char bytes[6];
        char epoch[2 * sizeof bytes + 1];

        randombytes_buf(bytes, sizeof bytes);
        setting_put(store, "epoch", sodium_bin2hex(epoch, sizeof epoch, bytes, sizeof bytes));
        setting_put(store, "demo", demo ? "1" : "0");
    } else if ((strcmp(was, "1") == 0) != demo) {
        return error_set(err, "%s: %s", store->path,
                         demo ? "a real school's store: take `demo = true` out of the configuration"
                              : "a demo store: set `demo = true`, or name another file for the real school");
    }
    store->epoch = setting_get(store, "epoch");
    return store_commit(store, err);
}

static struct store *open_connection(const char *path, struct error *err)
{
    struct store *store = mem_new(1, sizeof *store);

    store->path = mem_dup(path);
    store->lock = -1;
    if (sodium_init() < 0)
        abort();
    if (sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) ==
            SQLITE_OK &&
        sqlite3_exec(store->db, pragmas, NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_set_authorizer(store->db, on_authorize, store) == SQLITE_OK)
        return store;
    error_set(err, "%s: %s: check the folder, its owner and that the file is a Greenline store", path,
              sqlite3_errmsg(store->db));
    store_close(store);
    return NULL;
}

struct store *store_open(const char *path, bool demo, struct error *err)
{
    const int lock = store_lock(path, err);
    struct store *store;

    if (lock < 0)
        return NULL;
    store = open_connection(path, err);
    if (!store) {
        close(lock);
        return NULL;
    }
    store->lock = lock;
    sqlite3_busy_timeout(store->db, WRITER_WAITS_MS);
    if (migration_run(store, err) && first_values(store, demo, err))
        return store;
    store_close(store);
    return NULL;
}

struct store *store_open_reader(const char *path, struct error *err)
{
    struct store *store = open_connection(path, err);

    if (store && sqlite3_exec(store->db, "PRAGMA query_only = ON", NULL, NULL, NULL) == SQLITE_OK) {
        store->epoch = setting_get(store, "epoch");
        return store;
    }
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    for (size_t i = 0; i < STATEMENTS_MAX; i++)
        sqlite3_finalize(store->cache[i].statement);
    sqlite3_close(store->db);
    if (store->lock > 0)
        close(store->lock);
    free(store->path);
    free(store->epoch);
    free(store);
}
