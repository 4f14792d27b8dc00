/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store in figures: what waits, and what was counted as it happened (tally.h). What waits is walked by its partial
 * indexes, so this costs what is under way, not what was ever sent. No name and no number of anybody.
 */
#include "core/kind.h"
#include "lib/json.h"
#include "store/list.h"
#include "store/message.h"
#include "store/run.h"

static json_t *lanes(struct store *store, time_ms now)
{
    json_t *all = json_array();

    for (enum lane i = 0; i < LANES; i++) {
        const struct lane_load load = message_lane_load(store, i);
        json_t *lane = json_object();

        json_put_text(lane, "lane", lane_name(i));
        json_put_int(lane, "queued", load.queued);
        json_put_int(lane, "overdue_ms", load.oldest < now ? now - load.oldest : 0);
        json_put_int(lane, "held", load.held);
        json_array_append_new(all, lane);
    }
    return all;
}

static json_t *counted(struct store *store)
{
    json_t *all = json_array();
    struct query query = store_query(store,
                                     "SELECT kind, channel, state, sum(n) FROM tally GROUP BY kind, channel, state"
                                     " ORDER BY kind, channel, state",
                                     "");

    while (query_next(&query)) {
        json_t *one = json_object();

        json_put_text(one, "kind", query_word(&query, 0));
        json_put_text(one, "channel", query_word(&query, 1));
        json_put_text(one, "state", query_word(&query, 2));
        json_put_int(one, "n", query_int(&query, 3));
        json_array_append_new(all, one);
    }
    return all;
}

/* One number of asks in a state that is under way. */
static void put_asks(json_t *counts, struct store *store, const char *state, const char *sql)
{
    json_put_int(counts, state, store_value(store, 0, sql, ""));
}

json_t *metrics_show(struct store *store, const struct list_filter *filter)
{
    json_t *metrics = json_object(), *asks = json_object();

    put_asks(asks, store, "open", "SELECT count(*) FROM ask WHERE state IN ('open', 'waiting') AND state = 'open'");
    put_asks(asks, store, "waiting",
             "SELECT count(*) FROM ask WHERE state IN ('open', 'waiting') AND state = 'waiting'");
    json_put(metrics, "asks", asks);
    json_put(metrics, "lanes", lanes(store, filter->now));
    json_put(metrics, "messages", counted(store));
    json_put_int(metrics, "inbox_waiting",
                 store_value(store, 0, "SELECT count(*) FROM reply WHERE state = 'waiting'", ""));
    json_put_int(metrics, "last_seen", run_last_seen(store));
    return metrics;
}
