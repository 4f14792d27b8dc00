/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schema and migrations. schema.sql is compiled in; its @lists@ are filled from the tables in core/, so that the
 * database's CHECKs and the code cannot drift apart. Fails with one sentence and leaves the file as it was.
 */
#include <stdlib.h>
#include <string.h>

#include "core/alert.h"
#include "core/kind.h"
#include "core/state.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/store_internal.h"

static const char schema[] =
#include "store/schema.inc"
    ;

static const char *kind_word(size_t i)
{
    return i < KINDS ? kind_row((enum kind)i)->name : NULL;
}

static const char *lane_word(size_t i)
{
    return i < LANES ? lane_name((enum lane)i) : NULL;
}

static const char *message_word(size_t i)
{
    return i < MESSAGE_STATES ? message_state_name((enum message_state)i) : NULL;
}

static const char *ask_word(size_t i)
{
    return i < ASK_STATES ? ask_state_name((enum ask_state)i) : NULL;
}

static const char *alert_word(size_t i)
{
    return i < ALERT_KINDS ? alert_row((enum alert_kind)i)->name : NULL;
}

static const char *severity_word_at(size_t i)
{
    return i < SEVERITIES ? severity_name((enum severity)i) : NULL;
}

static const char *clock_word(size_t i)
{
    return i < ALERT_CLOCKS ? alert_clock_name((enum alert_clock)i) : NULL;
}

static const struct {
    const char *mark;
    const char *(*word)(size_t i);
} lists[] = { { "@kinds@", kind_word },     { "@lanes@", lane_word },        { "@message_states@", message_word },
              { "@ask_states@", ask_word }, { "@alert_kinds@", alert_word }, { "@severities@", severity_word_at },
              { "@clocks@", clock_word } };

static void add_list(struct text *out, const char *(*word)(size_t i))
{
    for (size_t i = 0; word(i); i++)
        text_add_format(out, "%s'%s'", i ? ", " : "", word(i));
}

static char *filled_schema(void)
{
    struct text out = { 0 };

    for (const char *at = schema; *at;) {
        size_t i = 0;

        while (i < COUNT(lists) && !text_starts(at, lists[i].mark))
            i++;
        if (i == COUNT(lists)) {
            text_add_char(&out, *at++);
            continue;
        }
        add_list(&out, lists[i].word);
        at += strlen(lists[i].mark);
    }
    return text_take(&out);
}

static bool create(struct store *store, struct error *err)
{
    CLEANUP(mem_clean) char *sql = filled_schema();
    CLEANUP(mem_clean) char *all =
        mem_format("BEGIN IMMEDIATE; %s PRAGMA user_version = %d; COMMIT;", sql, (int)STORE_SCHEMA);
    char *why = NULL;

    if (sqlite3_exec(store_handle(store), all, NULL, NULL, &why) == SQLITE_OK)
        return true;
    error_set(err, "%s: cannot make the tables: %s", store_path(store), why ? why : "?");
    sqlite3_free(why);
    sqlite3_exec(store_handle(store), "ROLLBACK", NULL, NULL, NULL);
    return false;
}

bool migration_run(struct store *store, struct error *err)
{
    const int64_t version = store_value(store, 0, "PRAGMA user_version", "");

    if (store_failed(store))
        return error_set(err, "%s: %s: is this a Greenline store?", store_path(store), store_why(store));
    if (version == 0)
        return create(store, err);
    if (version > STORE_SCHEMA)
        return error_set(err, "%s: made by a newer Greenline (schema %d, this program knows %d): install that version",
                         store_path(store), (int)version, (int)STORE_SCHEMA);
    return true;
}
