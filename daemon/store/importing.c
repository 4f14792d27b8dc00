/* SPDX-License-Identifier: Apache-2.0 */
/* Plans and their slices; see importing.h. */
#include "store/importing.h"

#include "lib/memory.h"

int64_t importing_begin(struct store *store, const char *by, time_ms now)
{
    return store_insert(store, "INSERT INTO import (at, by) VALUES ($1, $2)", "it", now, by);
}

void importing_add(struct store *store, int64_t import, const char *steps)
{
    store_insert(store, "INSERT INTO import_slice (import, steps) VALUES ($1, $2)", "it", import, steps);
}

void importing_release(struct store *store, int64_t import)
{
    store_change(store, "UPDATE import SET state = 'running' WHERE id = $1", "i", import);
}

bool importing_next(struct importing_slice *out, struct store *store)
{
    struct query q = store_query(store,
                                 "SELECT s.id, s.import, s.steps FROM import_slice s JOIN import i ON i.id = s.import"
                                 " WHERE i.state = 'running' ORDER BY s.id LIMIT 1",
                                 "");
    const bool found = query_next(&q);

    if (found)
        *out = (struct importing_slice){ .id = query_int(&q, 0),
                                         .import = query_int(&q, 1),
                                         .steps = mem_dup(query_word(&q, 2)) };
    query_end(&q);
    return found;
}

void importing_applied(struct store *store, const struct importing_slice *slice)
{
    store_change(store, "DELETE FROM import_slice WHERE id = $1", "i", slice->id);
    store_change(store,
                 "UPDATE import SET state = 'done' WHERE id = $1"
                 " AND NOT EXISTS (SELECT 1 FROM import_slice WHERE import = $1)",
                 "i", slice->import);
}

bool importing_forget(struct store *store)
{
    if (!store_value(store, 0, "SELECT 1 FROM import WHERE state = 'writing' LIMIT 1", ""))
        return false; /* no write, no transaction, while there is nothing */
    if (store_change(store,
                     "DELETE FROM import_slice WHERE id IN (SELECT s.id FROM import_slice s JOIN import i"
                     " ON i.id = s.import WHERE i.state = 'writing' LIMIT $1)",
                     "i", (int64_t)IMPORTING_FORGET_EACH) == IMPORTING_FORGET_EACH)
        return true;
    store_change(store, "DELETE FROM import WHERE state = 'writing'", "");
    return false;
}
