/* SPDX-License-Identifier: Apache-2.0 */
/* The check of a store; see verify.h. */
#include "store/verify.h"

#include <inttypes.h>
#include <string.h>

#include "core/state.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/audit.h"

enum { TABLES_MAX = 200, LOOK_STEPS = 20000 };

struct verify {
    struct store *store;
    bool (*stop)(void *arg);
    void *arg;
    json_t *findings;
    char *tables[TABLES_MAX];
    size_t table_count;
    size_t at; /* tables twice, then the questions, then trail and audit */
};

#define RESTORE "stop the daemon and restore the last good backup: `greenline restore FILE`"

/* Each row that comes is a finding: an id for {id}. The order is the order of the report. */
static const struct {
    const char *what, *mend, *sql;
} questions[] = {
    { "ask {id} is open and has no time for its next step", "see to it by hand, then `greenline ask cancel {id}`",
      "SELECT id FROM ask WHERE state = 'open' AND next_at IS NULL ORDER BY id" },
    { "ask {id} waits, and nothing says what for", "see to it by hand, then `greenline ask cancel {id}`",
      "SELECT id FROM ask WHERE state = 'waiting' AND wait = '' ORDER BY id" },
    { "ask {id} counts as answered, and nobody answered it", "look at it: `greenline ask show {id}`",
      "SELECT k.id FROM ask k WHERE k.state = 'answered' AND k.closed IS NULL AND k.acked_by IS NULL AND NOT EXISTS"
      " (SELECT 1 FROM answer w WHERE w.ask = k.id) ORDER BY k.id" },
    { "attempt {id} belongs to a message of another cause", "look at the child's green channel; report it as a bug",
      "SELECT a.id FROM attempt a JOIN message m ON m.id = a.message JOIN ask k ON k.id = a.ask WHERE m.cause <> "
      "k.cause"
      " ORDER BY a.id" },
    { "attempt {id} went to another line than its message", "look at the child's green channel; report it as a bug",
      "SELECT a.id FROM attempt a JOIN message m ON m.id = a.message WHERE a.line IS NOT NULL AND a.line <> m.line"
      " ORDER BY a.id" },
    { "message {id} is {detail}, its last trail says otherwise", "look at it: `greenline outbox show {id}`",
      "SELECT m.id, m.state FROM message m JOIN trail t ON t.message = m.id AND t.n = (SELECT max(n) FROM trail"
      " WHERE message = m.id) WHERE t.state <> m.state ORDER BY m.id" },
    { "message {id} has lost rows of its trail", "look at it: `greenline outbox show {id}`",
      "SELECT m.id FROM message m WHERE m.changes + 1 <> (SELECT count(*) FROM trail t WHERE t.message = m.id) ORDER "
      "BY m.id" },
    { "message {id} is with a gateway, and no try runs", "release it: `greenline outbox retry {id}`",
      "SELECT m.id FROM message m WHERE m.state IN ('claimed', 'started') AND NOT EXISTS (SELECT 1 FROM try t WHERE"
      " t.message = m.id AND t.n = m.tries AND t.ended IS NULL) ORDER BY m.id" },
    { "message {id} was sent and has no text", "look at it: `greenline outbox show {id}`",
      "SELECT id FROM message WHERE state IN ('claimed', 'started', 'accepted', 'delivered') AND text IS NULL"
      " ORDER BY id" },
    { "message {id} waits in a route that is not there", "start the daemon again: it finds another one",
      "SELECT m.id FROM message m WHERE m.state = 'queued' AND m.route <> 0 AND NOT EXISTS (SELECT 1 FROM route r WHERE"
      " r.id = m.route) ORDER BY m.id" },
    { "message {id} answers a reply that is not there", "look at it: `greenline outbox show {id}`",
      "SELECT m.id FROM message m WHERE m.reply IS NOT NULL AND m.reply <> 0 AND NOT EXISTS (SELECT 1 FROM reply r "
      "WHERE"
      " r.id = m.reply) ORDER BY m.id" },
    { "there is a trail of message {id}, and no such message", RESTORE,
      "SELECT DISTINCT t.message FROM trail t WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.id = t.message)"
      " ORDER BY t.message" },
    { "an open question on a line names message {id}, and there is none", RESTORE,
      "SELECT DISTINCT t.message FROM talk t WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.id = t.message)"
      " ORDER BY t.message" },
    { "schedule {id} is active and has no next date", "`greenline schedule list` names it: pause and resume it",
      "SELECT id FROM schedule WHERE state = 'active' AND next_at IS NULL ORDER BY id" },
    { "a recipient of cause {id} is a child that is not there", RESTORE,
      "SELECT DISTINCT r.cause FROM recipient r WHERE r.student <> 0 AND NOT EXISTS (SELECT 1 FROM student s WHERE"
      " s.id = r.student) ORDER BY r.cause" },
    { "a recipient of cause {id} is a person who is not there", RESTORE,
      "SELECT DISTINCT r.cause FROM recipient r WHERE r.person <> 0 AND NOT EXISTS (SELECT 1 FROM person p WHERE"
      " p.id = r.person) ORDER BY r.cause" },
    { "ids of table {detail} could be given out again", RESTORE,
      "SELECT 0, 'message' WHERE (SELECT max(id) FROM message) > ifnull((SELECT seq FROM sqlite_sequence WHERE"
      " name = 'message'), 0)" },
    { "the store has no epoch", RESTORE,
      "SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM setting WHERE key = 'epoch' AND value <> '')" },
};

static int on_progress(void *arg)
{
    const struct verify *verify = arg;

    return verify->stop && verify->stop(verify->arg);
}

static void find(struct verify *verify, const char *what, const char *mend)
{
    json_t *one = json_object();

    json_put_text(one, "what", what);
    json_put_text(one, "mend", mend);
    json_array_append_new(verify->findings, one);
}

/* The text with {id} and {detail} put in; the caller frees. */
static char *filled(const char *text, int64_t id, const char *detail)
{
    struct text out = { 0 };

    while (*text) {
        if (text_starts(text, "{id}")) {
            text_add_format(&out, "%" PRId64, id);
            text += strlen("{id}");
        } else if (text_starts(text, "{detail}")) {
            text_add(&out, detail);
            text += strlen("{detail}");
        } else {
            text_add_char(&out, *text++);
        }
    }
    return text_take(&out);
}

/* What could not be read is a finding itself. */
static void end_question(struct verify *verify, const char *what)
{
    if (store_failed(verify->store)) {
        CLEANUP(mem_clean) char *line = mem_format("%s: cannot be read: %s", what, store_why(verify->store));

        find(verify, line, RESTORE);
    }
    store_rollback(verify->store);
}

static void find_more(struct verify *verify, size_t count, const char *mend)
{
    if (count > VERIFY_EACH_MAX) {
        CLEANUP(mem_clean) char *line = mem_format("and %zu more like the last one", count - VERIFY_EACH_MAX);

        find(verify, line, mend);
    }
}

static void ask(struct verify *verify, size_t index)
{
    struct query q = store_query(verify->store, questions[index].sql, "");
    size_t count = 0;

    while (query_next(&q)) {
        const char *detail = sqlite3_column_count(q.statement) > 1 ? query_word(&q, 1) : "";
        const int64_t id = query_int(&q, 0);

        if (++count <= VERIFY_EACH_MAX) {
            CLEANUP(mem_clean) char *what = filled(questions[index].what, id, detail);
            CLEANUP(mem_clean) char *mend = filled(questions[index].mend, id, detail);

            find(verify, what, mend);
        }
    }
    find_more(verify, count, questions[index].mend);
    end_question(verify, questions[index].what);
}

static void check_pages(struct verify *verify, const char *table)
{
    CLEANUP(mem_clean) char *sql = mem_format("PRAGMA integrity_check(\"%s\")", table);
    sqlite3_stmt *statement = NULL;
    int done = sqlite3_prepare_v2(store_handle(verify->store), sql, -1, &statement, NULL);

    for (size_t count = 0; done == SQLITE_OK || done == SQLITE_ROW; count++) {
        const char *word;

        done = sqlite3_step(statement);
        word = done == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : "ok";
        if (word && strcmp(word, "ok") != 0 && count < VERIFY_EACH_MAX) {
            CLEANUP(mem_clean) char *line = mem_format("table %s: %.200s", table, word);

            find(verify, line, RESTORE);
        }
    }
    if (done != SQLITE_DONE && !on_progress(verify)) {
        CLEANUP(mem_clean) char *line =
            mem_format("table %s: cannot be read: %s", table, sqlite3_errmsg(store_handle(verify->store)));

        find(verify, line, RESTORE);
    }
    sqlite3_finalize(statement);
}

static void check_keys(struct verify *verify, const char *table)
{
    CLEANUP(mem_clean) char *sql = mem_format("PRAGMA foreign_key_check(\"%s\")", table);
    sqlite3_stmt *statement = NULL;
    size_t count = 0;

    if (sqlite3_prepare_v2(store_handle(verify->store), sql, -1, &statement, NULL) != SQLITE_OK)
        return; /* check_pages() has said so */
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const int64_t row = sqlite3_column_int64(statement, 1);
        const char *parent = (const char *)sqlite3_column_text(statement, 2);

        if (++count <= VERIFY_EACH_MAX) {
            CLEANUP(mem_clean) char *line = mem_format("table %s, row %" PRId64 ": names a %s that is not there", table,
                                                       row, parent ? parent : "?");

            find(verify, line, RESTORE);
        }
    }
    sqlite3_finalize(statement);
    find_more(verify, count, RESTORE);
}

/* Each step of a trail against the table of states. */
static void check_trails(struct verify *verify)
{
    struct query q = store_query(verify->store,
                                 "SELECT b.message, a.state, b.state FROM trail b JOIN trail a ON a.message = b.message"
                                 " AND a.n = b.n - 1 ORDER BY b.message, b.n",
                                 "");
    size_t count = 0;

    while (query_next(&q)) {
        enum message_state from, to;

        if (message_state_parse(&from, query_word(&q, 1)) && message_state_parse(&to, query_word(&q, 2)) &&
            message_state_may(from, to))
            continue;
        if (++count <= VERIFY_EACH_MAX) {
            CLEANUP(mem_clean) char *line = mem_format("message %" PRId64 " went from %s to %s, which cannot be",
                                                       query_int(&q, 0), query_word(&q, 1), query_word(&q, 2));
            CLEANUP(mem_clean) char *mend =
                mem_format("look at it: `greenline outbox show %" PRId64 "`", query_int(&q, 0));

            find(verify, line, mend);
        }
    }
    find_more(verify, count, "report it as a bug");
    end_question(verify, "trails of messages");
}

static void check_audit(struct verify *verify)
{
    int64_t bad = 0;

    if (!audit_check(verify->store, &bad) && !store_failed(verify->store)) {
        CLEANUP(mem_clean) char *line = mem_format(
            "the audit log does not fit together at row %" PRId64 ": somebody changed it, or it is damaged", bad);

        find(verify, line, "compare it with the last backup before that row; tell the head of the school");
    }
    end_question(verify, "the audit log");
}

static bool open_tables(struct verify *verify, struct error *err)
{
    struct query q = store_query(
        verify->store, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
        "");

    while (query_next(&q))
        if (verify->table_count < TABLES_MAX)
            verify->tables[verify->table_count++] = mem_dup(query_word(&q, 0));
    return !store_failed(verify->store) ||
           error_set(err, "%s: %s: " RESTORE, store_path(verify->store), store_why(verify->store));
}

struct verify *verify_begin(const char *path, bool (*stop)(void *arg), void *arg, struct error *err)
{
    struct verify *verify = mem_new(1, sizeof *verify);

    verify->stop = stop;
    verify->arg = arg;
    verify->findings = json_array();
    verify->store = store_open_reader(path, err);
    if (verify->store) {
        sqlite3_progress_handler(store_handle(verify->store), LOOK_STEPS, on_progress, verify);
        if (open_tables(verify, err))
            return verify;
    }
    verify_end(verify);
    return NULL;
}

static bool one(struct verify *verify)
{
    const size_t tables = verify->table_count, at = verify->at++;

    if (at < tables)
        check_pages(verify, verify->tables[at]);
    else if (at < 2 * tables)
        check_keys(verify, verify->tables[at - tables]);
    else if (at < 2 * tables + COUNT(questions))
        ask(verify, at - 2 * tables);
    else if (at == 2 * tables + COUNT(questions))
        check_trails(verify);
    else
        check_audit(verify);
    return at < 2 * tables + COUNT(questions) + 1;
}

bool verify_step(struct verify *verify)
{
    const time_ms until = clock_mono() + VERIFY_SLICE_MS;
    bool more;

    do {
        more = one(verify);
    } while (more && clock_mono() < until && !on_progress(verify));
    return more && !on_progress(verify);
}

int verify_percent(const struct verify *verify)
{
    return (int)(100 * verify->at / (2 * verify->table_count + COUNT(questions) + 2));
}

json_t *verify_findings(struct verify *verify)
{
    json_t *findings = verify->findings;

    verify->findings = json_array();
    return findings;
}

void verify_end(struct verify *verify)
{
    if (!verify)
        return;
    store_close(verify->store);
    for (size_t i = 0; i < verify->table_count; i++)
        free(verify->tables[i]);
    json_decref(verify->findings);
    free(verify);
}
