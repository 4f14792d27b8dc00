/* SPDX-License-Identifier: Apache-2.0 */
/* A store from a backup; see restored.h. */
#include "store/restored.h"

#include <sodium.h>
#include <stdlib.h>

#include "lib/memory.h"
#include "store/message.h"

enum { SLICE = 1000, SLICES_MAX = 100000 };

static void new_epoch(struct store *store)
{
    unsigned char bytes[6];
    char epoch[2 * sizeof bytes + 1];

    randombytes_buf(bytes, sizeof bytes);
    setting_put(store, "epoch", sodium_bin2hex(epoch, sizeof epoch, bytes, sizeof bytes));
}

static void put_time(struct store *store, const char *key, time_ms at)
{
    CLEANUP(mem_clean) char *text = mem_format("%lld", (long long)at);

    setting_put(store, key, text);
}

static time_ms get_time(struct store *store, const char *key)
{
    CLEANUP(mem_clean) char *text = setting_get(store, key);

    return text ? strtoll(text, NULL, 10) : 0;
}

static bool move_one(struct store *store, int64_t id, time_ms now)
{
    struct message m = { 0 };
    bool moved = false;

    if (message_get(&m, store, id)) {
        if (m.lane != LANE_EMERGENCY) {
            moved = message_move(store, id, m.state, MESSAGE_HELD, REASON_RESTORED, now);
        } else if (m.state != MESSAGE_QUEUED) {
            message_mark_again(store, id); /* it may have rung: rather twice than never */
            moved = message_move(store, id, m.state, MESSAGE_QUEUED, REASON_RESTORED, now);
        }
    }
    message_free(&m);
    return moved;
}

/* All that was under way, in order of id. */
static void hold_messages(struct store *store, time_ms now)
{
    int64_t after = 0;

    for (int slice = 0; slice < SLICES_MAX && !store_failed(store); slice++) {
        int64_t ids[SLICE];
        size_t count = 0;
        struct query q = store_query(store,
                                     "SELECT id FROM message WHERE id > $1 AND state IN ('queued', 'claimed',"
                                     " 'started', 'unknown') ORDER BY id LIMIT $2",
                                     "ii", after, (int64_t)SLICE);

        while (count < SLICE && query_next(&q))
            ids[count++] = query_int(&q, 0);
        query_end(&q);
        for (size_t i = 0; i < count; i++)
            move_one(store, ids[i], now);
        if (count < SLICE)
            return;
        after = ids[count - 1];
    }
}

bool restored_begin(struct store *store, time_ms now, const char *from, time_ms at, struct error *err)
{
    new_epoch(store);
    setting_put(store, "restored_from", from);
    put_time(store, "restored_backup", at);
    put_time(store, "restored_at", now);
    hold_messages(store, now);
    return store_commit(store, err);
}

bool restored_held(struct store *store)
{
    return store_value(store, 0, "SELECT EXISTS (SELECT 1 FROM setting WHERE key = 'restored_at')", "") != 0;
}

bool restored_when(struct store *store, time_ms *backup, time_ms *restored)
{
    if (!restored_held(store))
        return false;
    *backup = get_time(store, "restored_backup");
    *restored = get_time(store, "restored_at");
    return true;
}

#define HELD                                                                                                           \
    "FROM message WHERE state IN ('claimed', 'started', 'unknown', 'held') AND state = 'held' AND reason = 'restored'"

size_t restored_messages(struct store *store, int64_t *ids, size_t max)
{
    struct query q = store_query(store, "SELECT id " HELD " ORDER BY id LIMIT $1", "i", (int64_t)max);
    return query_ids(&q, ids, max);
}

int64_t restored_message_count(struct store *store)
{
    return store_value(store, 0, "SELECT count(*) " HELD, "");
}

void restored_release(struct store *store, const char *messages)
{
    if (messages)
        setting_put(store, "restored_moves", messages);
    store_change(store, "DELETE FROM setting WHERE key IN ('restored_at', 'restored_backup', 'restored_from')", "");
}

char *restored_moves(struct store *store)
{
    return setting_get(store, "restored_moves");
}

void restored_moved(struct store *store)
{
    store_change(store, "DELETE FROM setting WHERE key = 'restored_moves'", "");
}

size_t restored_emergencies(struct store *store, int64_t *causes, size_t max)
{
    struct query q = store_query(store,
                                 "SELECT c.id FROM cause c WHERE c.lane = 'emergency' AND c.state = 'open' AND"
                                 " (c.stage <> 'ready' OR EXISTS (SELECT 1 FROM ask a WHERE a.cause = c.id AND a.state"
                                 " IN ('open', 'waiting') AND a.closed IS NULL)) ORDER BY c.id LIMIT $1",
                                 "i", (int64_t)max);
    return query_ids(&q, causes, max);
}

char *restored_emergency(struct store *store, int64_t cause, int64_t *asks, time_ms *since)
{
    *asks = store_value(store, 0, "SELECT count(*) FROM ask WHERE cause = $1", "i", cause);
    *since = store_value(store, 0, "SELECT created FROM cause WHERE id = $1", "i", cause);
    return store_text(store, "SELECT title FROM cause WHERE id = $1", "i", cause);
}
