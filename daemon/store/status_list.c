/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the school's line stands, as far as the store knows: work waiting by lane, asks, the inbox, and what is wrong.
 * The loop's own facts (gateways, uptime) are added by the daemon.
 */
#include "core/kind.h"
#include "lib/json.h"
#include "store/list.h"
#include "store/message.h"

static json_t *lanes(struct store *store, struct zone zone)
{
    json_t *all = json_array();

    for (enum lane i = 0; i < LANES; i++) {
        const struct lane_load load = message_lane_load(store, i);
        json_t *lane = json_object();

        json_put_text(lane, "lane", lane_name(i));
        json_put_int(lane, "queued", load.queued);
        list_put_time(lane, "oldest", zone, load.oldest);
        json_put_int(lane, "held", load.held);
        json_array_append_new(all, lane);
    }
    return all;
}

static json_t *asks(struct store *store)
{
    json_t *counts = json_object();
    struct query query = store_query(store,
                                     "SELECT sum(state = 'open'), sum(state = 'waiting'),"
                                     " sum(outcome = 'help' AND handled_at IS NULL),"
                                     " sum(state = 'expired' AND handled_at IS NULL),"
                                     " sum(state = 'unasked' AND handled_at IS NULL) FROM ask",
                                     "");
    static const char *const keys[] = { "open", "waiting", "help", "expired", "unasked" };

    if (query_next(&query))
        for (int i = 0; i < 5; i++)
            json_put_int(counts, keys[i], query_int(&query, i));
    query_end(&query);
    return counts;
}

static time_ms next_due(struct store *store)
{
    time_ms next = store_value(store, TIME_NEVER, "SELECT min(next_at) FROM schedule WHERE state = 'active'", "");
    const time_ms queued = store_value(store, TIME_NEVER, "SELECT min(due) FROM message WHERE state = 'queued'", "");
    const time_ms step = store_value(store, TIME_NEVER, "SELECT min(next_at) FROM ask WHERE state = 'open'", "");

    next = queued < next ? queued : next;
    return step < next ? step : next;
}

/* Emergencies that are not closed: {open, drills, uncleared}: uncleared are warnings without their all-clear. */
static json_t *alerts(struct store *store)
{
    json_t *counts = json_object();

    json_put_int(counts, "open",
                 store_value(store, 0,
                             "SELECT count(*) FROM alert a JOIN cause c ON c.id = a.cause WHERE a.closed_at IS NULL"
                             " AND c.drill = 0 AND c.state <> 'cancelled'",
                             ""));
    json_put_int(counts, "drills",
                 store_value(store, 0,
                             "SELECT count(*) FROM alert a JOIN cause c ON c.id = a.cause WHERE a.closed_at IS NULL"
                             " AND c.drill <> 0 AND c.state <> 'cancelled'",
                             ""));
    json_put_int(counts, "uncleared",
                 store_value(store, 0,
                             "SELECT count(*) FROM alert a JOIN cause c ON c.id = a.cause WHERE a.closed_at IS NULL"
                             " AND a.cleared_at IS NULL AND c.kind = 'warning' AND c.state <> 'cancelled'",
                             ""));
    return counts;
}

static const struct {
    const char *sql, *what, *mend;
} checks[] = {
    { "SELECT count(*) FROM message WHERE state = 'queued' AND route = 0", "messages that no gateway can carry",
      "add a gateway for this channel and prefix to the configuration" },
    { "SELECT count(*) FROM alert a JOIN cause c ON c.id = a.cause WHERE a.closed_at IS NULL AND a.cleared_at IS NULL"
      " AND c.kind = 'warning' AND c.state <> 'cancelled'",
      "warnings without an all-clear", "give it as soon as it is over: `greenline alert clear ID`" },
    { "SELECT count(*) FROM ask WHERE state IN ('open', 'waiting') AND wait = 'no_gateway'",
      "questions that no gateway can carry", "add a gateway for this channel and prefix to the configuration" },
    { "SELECT count(*) FROM message WHERE state IN ('claimed', 'started', 'unknown', 'held') AND state = 'held'"
      " AND reason = 'restored'",
      "messages held after a restore", "look at them with `greenline outbox list --state held`" },
    { "SELECT ifnull((SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'audited'), 0)",
      "questions that stood still and were set going again", "report it: the log says which" },
};

static json_t *problems(struct store *store)
{
    json_t *all = json_array();

    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        const int64_t count = store_value(store, 0, checks[i].sql, "");
        json_t *one;

        if (count == 0)
            continue;
        one = json_object();
        json_put(one, "what", json_sprintf("%lld %s", (long long)count, checks[i].what));
        json_put_text(one, "mend", checks[i].mend);
        json_array_append_new(all, one);
    }
    return all;
}

json_t *status_show(struct store *store, const struct list_filter *filter)
{
    json_t *status = json_object();

    list_put_time(status, "now", filter->zone, filter->now);
    json_put(status, "lanes", lanes(store, filter->zone));
    json_put(status, "asks", asks(store));
    json_put(status, "alerts", alerts(store));
    json_put_int(status, "inbox_waiting",
                 store_value(store, 0, "SELECT count(*) FROM reply WHERE state = 'waiting'", ""));
    json_put_int(status, "students", store_value(store, 0, "SELECT count(*) FROM student WHERE gone_at IS NULL", ""));
    json_put_int(status, "left_behind",
                 store_value(store, 0, "SELECT count(*) FROM student WHERE gone_at IS NULL AND left_behind <> 0", ""));
    list_put_time(status, "next_due", filter->zone, next_due(store));
    json_put(status, "problems", problems(store));
    return status;
}
