/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts as people see them: everything in the emergency lane. A list has what fits a line; a show has the whole board:
 * who was asked how, what came back, the steps of the ladder, clocks, who was told, reports. The state of an alert is its
 * asks': open until each is taken, acknowledged until a person closes it. Bounded: BOARD_… rows of each part.
 */
#include <stdio.h>
#include <string.h>

#include "core/alert.h"
#include "core/ladder.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "store/list.h"
#include "store/news.h"

enum { BOARD_ASKS = 1000, BOARD_ATTEMPTS = 500, BOARD_ANSWERS = 200, BOARD_TOLD = 500, BOARD_REPORTS = 100 };

#define TAKEN(k) "(" k ".state IN ('answered', 'cancelled') OR " k ".acked_at IS NOT NULL OR " k ".closed IS NOT NULL)"
#define STATE                                                                                                          \
    "CASE WHEN c.state = 'cancelled' THEN 'cancelled' WHEN a.closed_at IS NOT NULL OR (a.cause IS NULL"                \
    " AND EXISTS (SELECT 1 FROM ask k WHERE k.cause = c.id)"                                                           \
    " AND NOT EXISTS (SELECT 1 FROM ask k WHERE k.cause = c.id AND k.closed IS NULL)) THEN 'closed'"                   \
    " WHEN EXISTS (SELECT 1 FROM ask k WHERE k.cause = c.id AND NOT " TAKEN(                                           \
        "k") ")"                                                                                                       \
             " OR (a.cleared_at IS NULL AND NOT EXISTS (SELECT 1 FROM ask k WHERE k.cause = c.id AND k.state <> "      \
             "'cancelled'))"                                                                                           \
             " THEN 'open' ELSE 'acknowledged' END"
#define COLUMNS                                                                                                        \
    "SELECT c.id, coalesce(a.kind, c.kind), c.title, coalesce(a.severity, CASE WHEN json_valid(c.content)"             \
    " THEN json_extract(c.content, '$.severity') END), " STATE ", c.drill, c.created, c.by, a.text, a.issuer,"         \
    " a.issued, a.measures, a.situation, ifnull(a.families, 1), a.cleared_at, a.cleared_by, a.clear, a.closed_at,"     \
    " a.closed_by, a.outcome, c.ladder, c.audience, s.ref, s.name FROM cause c LEFT JOIN alert a ON a.cause = c.id "   \
    "LEFT JOIN student s ON s.id = a.student"
/* not the words that Greenline itself says in that lane */
#define EMERGENCY " c.lane = 'emergency' AND c.audience <> ''"

static json_t *number(const struct query *query, int column)
{
    return query_null(query, column) ? NULL : json_integer(query_int(query, column));
}

/* Who took it: the least advanced of its asks counts. A person of the school's people, else the name under which staff
 * answered. The outcome likewise, where the alert has none of its own. */
static void put_taken(struct store *store, json_t *alert, int64_t id)
{
    struct query query =
        store_query(store,
                    "SELECT p.ref, coalesce(p.name, (SELECT w.by FROM answer w WHERE w.ask = k.id ORDER BY w.id DESC"
                    " LIMIT 1), (SELECT e164 FROM line WHERE id = k.acked_line)), k.closed FROM ask k LEFT JOIN person "
                    "p ON p.id = k.acked_by WHERE k.cause = $1"
                    " ORDER BY k.closed IS NOT NULL, (k.state = 'answered' OR k.acked_at IS NOT NULL), k.id LIMIT 1",
                    "i", id);
    json_t *who = NULL;

    if (query_next(&query)) {
        if (!query_null(&query, 1)) {
            who = json_object();
            list_put_text(who, "ref", query_text(&query, 0));
            list_put_text(who, "name", query_text(&query, 1));
        }
        if (!json_text(alert, "outcome", NULL))
            list_put_text(alert, "outcome", query_text(&query, 2));
    }
    query_end(&query);
    json_put(alert, "acknowledged_by", who);
}

/* {state: n} of its asks. */
static void put_counts(struct store *store, json_t *alert, int64_t id)
{
    json_t *counts = json_object();
    struct query query = store_query(store, "SELECT state, count(*) FROM ask WHERE cause = $1 GROUP BY state", "i", id);

    while (query_next(&query))
        json_put_int(counts, query_word(&query, 0), query_int(&query, 1));
    json_put(alert, "counts", counts);
}

static json_t *clocks(struct store *store, int64_t id, const struct list_filter *filter);

static json_t *row(struct store *store, const struct query *query, const struct list_filter *filter)
{
    const int64_t id = query_int(query, 0);
    json_t *alert = json_object();

    json_put_int(alert, "id", id);
    list_put_text(alert, "kind", query_text(query, 1));
    list_put_text(alert, "title", query_text(query, 2));
    list_put_text(alert, "severity", query_text(query, 3));
    list_put_text(alert, "state", query_text(query, 4));
    list_put_text(alert, "outcome", query_text(query, 19));
    put_taken(store, alert, id);
    json_put_flag(alert, "drill", query_int(query, 5) != 0);
    list_put_time(alert, "created", filter->zone, query_time(query, 6));
    list_put_text(alert, "by", query_text(query, 7));
    list_put_text(alert, "issuer", query_text(query, 9));
    list_put_time(alert, "issued", filter->zone, query_time(query, 10));
    list_put_time(alert, "cleared", filter->zone, query_time(query, 14));
    put_counts(store, alert, id);
    json_put(alert, "clocks", clocks(store, id, filter));
    return alert;
}

json_t *alert_list(struct store *store, const struct list_filter *filter)
{
    struct list list = list_begin(filter);
    struct query query = store_query(
        store,
        COLUMNS " WHERE c.id > $1 AND" EMERGENCY " AND ($2 IS NULL OR instr(',' || $2 || ',', ',' || " STATE
                " || ',') > 0) AND ($3 IS NULL OR instr(',' || $3 || ',', ',' || coalesce(a.kind, c.kind) || ',') > 0)"
                " ORDER BY c.id LIMIT $4",
        "itti", filter->after, filter->state, filter->kind, list_rows(filter));

    while (list_next(&list, &query, filter))
        json_array_append_new(list.items, row(store, &query, filter));
    return list_end(&list, 0);
}

/* --- the board --- */

static const char *clock_state(const struct query *query, time_ms now)
{
    if (!query_null(query, 4))
        return query_int(query, 4) <= query_int(query, 1) ? "kept" : "kept_late";
    if (!query_null(query, 6))
        return "ended";
    return query_int(query, 5) != 0 || query_int(query, 1) <= now ? "missed" : "running";
}

static json_t *clocks(struct store *store, int64_t id, const struct list_filter *filter)
{
    json_t *all = json_array();
    struct query query =
        store_query(store,
                    "SELECT name, due, need, have, kept_at, missed, ended, by, note FROM clock WHERE cause = $1"
                    " ORDER BY due, name",
                    "i", id);

    while (query_next(&query)) {
        json_t *one = json_object();

        list_put_text(one, "name", query_text(&query, 0));
        list_put_text(one, "state", clock_state(&query, filter->now));
        list_put_time(one, "due", filter->zone, query_time(&query, 1));
        json_put_int(one, "left_s", (query_int(&query, 1) - filter->now) / 1000);
        json_put(one, "need", number(&query, 2));
        json_put_int(one, "have", query_int(&query, 3));
        list_put_time(one, "kept", filter->zone, query_time(&query, 4));
        list_put_text(one, "by", query_text(&query, 7));
        list_put_text(one, "note", query_text(&query, 8));
        json_array_append_new(all, one);
    }
    return all;
}

/* How a call or text went, from its message and its last try. */
static json_t *attempt(const struct query *query, const struct list_filter *filter)
{
    json_t *one = json_object();

    list_put_time(one, "at", filter->zone, query_time(query, 0));
    json_put_int(one, "round", query_int(query, 1));
    json_put_int(one, "step", query_int(query, 2));
    json_put_int(one, "n", query_int(query, 3));
    list_put_who(one, "person", query, 4);
    list_put_text(one, "number", query_text(query, 6));
    list_put_text(one, "channel", query_text(query, 7));
    json_put(one, "message", number(query, 8));
    list_put_text(one, "state", query_text(query, 9));
    list_put_text(one, "reason", query_null(query, 11) ? query_text(query, 10) : query_text(query, 11));
    json_put_flag(one, "skipped", !query_null(query, 11));
    list_put_time(one, "rang", filter->zone, query_time(query, 12));
    list_put_time(one, "ended", filter->zone, query_time(query, 13));
    list_put_text(one, "went", query_text(query, 14));
    json_put(one, "seconds", number(query, 15));
    json_put_flag(one, "after_settled", query_int(query, 17) != 0); /* it rang all the same */
    return one;
}

/* The ask of that id; they stand in its order. */
static json_t *ask_of(const json_t *asks, int64_t id)
{
    size_t low = 0, high = json_array_size(asks);

    while (low < high) {
        const size_t middle = (low + high) / 2;
        json_t *ask = json_array_get(asks, middle);

        if (json_int(ask, "id", 0) == id)
            return ask;
        if (json_int(ask, "id", 0) < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* The newest BOARD_ATTEMPTS of them, oldest first. */
static void put_attempts(struct store *store, json_t *asks, int64_t cause, const struct list_filter *filter)
{
    struct query query = store_query(
        store,
        "SELECT * FROM (SELECT t.at, t.round, t.step, t.n, p.ref, p.name, l.e164, t.channel, t.message, m.state,"
        " m.reason, t.skipped, y.started, y.ended, y.outcome, y.seconds, t.ask, y.started > k.acked_at,"
        " t.id AS attempt FROM attempt t"
        " JOIN ask k ON k.id = t.ask LEFT JOIN person p ON p.id = t.person LEFT JOIN line l ON l.id = t.line"
        " LEFT JOIN message m ON m.id = t.message LEFT JOIN try y ON y.message = m.id AND y.n = m.tries"
        " WHERE k.cause = $1 ORDER BY t.id DESC LIMIT $2) ORDER BY attempt",
        "ii", cause, (int64_t)BOARD_ATTEMPTS);

    while (query_next(&query)) {
        json_array_append_new(json_object_get(ask_of(asks, query_int(&query, 16)), "attempts"),
                              attempt(&query, filter));
    }
}

static void put_answers(struct store *store, json_t *asks, int64_t cause, const struct list_filter *filter)
{
    struct query query = store_query(
        store,
        "SELECT * FROM (SELECT w.received, w.class, w.via, w.by, w.rest, p.ref, p.name, r.kind, w.ask,"
        " w.id AS answer FROM answer w JOIN ask k ON k.id = w.ask LEFT JOIN person p ON p.id = w.person"
        " LEFT JOIN reply r ON r.id = w.reply WHERE k.cause = $1 ORDER BY w.id DESC LIMIT $2) ORDER BY answer",
        "ii", cause, (int64_t)BOARD_ANSWERS);

    while (query_next(&query)) {
        json_t *one = json_object();

        list_put_time(one, "at", filter->zone, query_time(&query, 0));
        list_put_text(one, "class", query_text(&query, 1));
        list_put_text(one, "via", query_text(&query, 2));
        list_put_text(one, "by", query_text(&query, 3));
        list_put_text(one, "rest", query_text(&query, 4));
        list_put_who(one, "person", &query, 5);
        list_put_text(one, "came_as", query_text(&query, 7));
        json_array_append_new(json_object_get(ask_of(asks, query_int(&query, 8)), "answers"), one);
    }
}

static json_t *asks(struct store *store, int64_t cause, const struct list_filter *filter)
{
    json_t *all = json_array();
    struct query query =
        store_query(store,
                    "SELECT k.id, s.ref, s.name, k.state, k.outcome, k.step, k.round, p.ref, p.name, k.next_at,"
                    " k.closed, k.wait, k.done_by FROM ask k LEFT JOIN student s ON s.id = k.student LEFT JOIN person p"
                    " ON p.id = k.acked_by WHERE k.cause = $1 ORDER BY k.id LIMIT $2",
                    "ii", cause, (int64_t)BOARD_ASKS);

    while (query_next(&query)) {
        json_t *one = json_object();

        json_put_int(one, "id", query_int(&query, 0));
        list_put_who(one, "student", &query, 1);
        list_put_text(one, "state", query_text(&query, 3));
        list_put_text(one, "outcome", query_text(&query, 4));
        json_put_int(one, "step", query_int(&query, 5));
        json_put_int(one, "round", query_int(&query, 6));
        list_put_who(one, "acknowledged_by", &query, 7);
        list_put_time(one, "next", filter->zone, query_time(&query, 9));
        list_put_text(one, "closed", query_text(&query, 10));
        list_put_text(one, "wait", query_text(&query, 11));
        list_put_time(one, "done_by", filter->zone, query_time(&query, 12));
        json_put(one, "attempts", json_array());
        json_put(one, "answers", json_array());
        json_array_append_new(all, one);
    }
    put_attempts(store, all, cause, filter);
    put_answers(store, all, cause, filter);
    return all;
}

static json_t *words(char *const *list, size_t count)
{
    json_t *all = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(all, json_string(list[i]));
    return all;
}

/* What became of a step so far: when it fired last, how many tries it made, how many it could not. */
static void put_fired(struct store *store, json_t *step, int64_t cause, int index, const struct list_filter *filter)
{
    struct query query =
        store_query(store,
                    "SELECT min(t.at), max(t.at), count(t.message), count(t.skipped) FROM attempt t JOIN ask k"
                    " ON k.id = t.ask WHERE k.cause = $1 AND t.step = $2",
                    "ib", cause, index);

    if (query_next(&query)) {
        list_put_time(step, "fired", filter->zone, query_time(&query, 0));
        list_put_time(step, "last", filter->zone, query_time(&query, 1));
        json_put_int(step, "made", query_int(&query, 2));
        json_put_int(step, "skipped", query_int(&query, 3));
    }
    query_end(&query);
}

static void put_steps(struct store *store, json_t *alert, int64_t cause, const char *text,
                      const struct list_filter *filter)
{
    json_t *all = json_array();
    struct ladder ladder;

    ladder_parse(&ladder, text);
    for (size_t i = 0; i < ladder.step_count; i++) {
        const struct ladder_step *s = &ladder.steps[i];
        json_t *one = json_object();

        json_put_int(one, "step", (json_int_t)i);
        json_put_text(one, "branch", s->branch);
        json_put_int(one, "after_s", s->after / SECOND_MS);
        json_put(one, "who", words(s->who, s->who_count));
        json_put(one, "channels", words(s->channels, s->channel_count));
        json_put_int(one, "calls", s->calls);
        json_put_text(one, "answer", s->answer);
        put_fired(store, one, cause, (int)i, filter);
        json_array_append_new(all, one);
    }
    json_put_text(alert, "ladder", ladder.name);
    json_put_text(alert, "then", ladder.then);
    json_put(alert, "steps", all);
    ladder_free(&ladder);
}

/* One step that is to come. */
static json_t *coming(const struct query *query, const json_t *alert, const struct list_filter *filter)
{
    const json_t *step = json_array_get(json_object_get(alert, "steps"), (size_t)query_int(query, 1));
    json_t *one = json_object();

    list_put_time(one, "at", filter->zone, query_time(query, 0));
    json_put_int(one, "in_s", (query_int(query, 0) - filter->now) / 1000);
    json_put_int(one, "step", query_int(query, 1));
    json_put_int(one, "round", query_int(query, 2));
    json_put_int(one, "asks", query_int(query, 3));
    /* after the last step it begins again or is handed over */
    json_put(one, "who",
             step ? json_incref(json_object_get(step, "who")) : json_pack("[s]", json_text(alert, "then", "")));
    return one;
}

/* The next step of each branch, soonest first; none when the climb has stopped. `next` is the first of them. */
static void put_next(struct store *store, json_t *alert, int64_t cause, const struct list_filter *filter)
{
    json_t *all = json_array();
    struct query query =
        store_query(store,
                    "SELECT min(at), step, round, count(*) FROM (SELECT next_at AS at, step, round FROM ask"
                    " WHERE cause = $1 AND state = 'open' AND next_at IS NOT NULL UNION ALL"
                    " SELECT b.next_at, b.step, b.round FROM branch b JOIN ask k ON k.id = b.ask WHERE k.cause = $1"
                    " AND k.state = 'open' AND b.next_at IS NOT NULL) GROUP BY step, round ORDER BY 1 LIMIT 20",
                    "i", cause);

    while (query_next(&query))
        json_array_append_new(all, coming(&query, alert, filter));
    json_put(alert, "next", json_array_size(all) ? json_incref(json_array_get(all, 0)) : NULL);
    json_put(alert, "coming", all);
}

static json_t *told(struct store *store, int64_t cause, const struct list_filter *filter)
{
    json_t *all = json_array();
    struct query query = store_query(
        store,
        "SELECT p.ref, p.name, l.e164, m.channel, m.state, min(y.claimed), count(*) FROM message m JOIN person p"
        " ON p.id = m.person JOIN line l ON l.id = m.line LEFT JOIN try y ON y.message = m.id WHERE m.cause = $1"
        " AND m.state IN ('claimed', 'started', 'accepted', 'delivered', 'unknown') GROUP BY m.line, m.person, "
        "m.channel"
        " ORDER BY min(m.id) LIMIT $2",
        "ii", cause, (int64_t)BOARD_TOLD);

    while (query_next(&query)) {
        json_t *one = json_object();

        list_put_who(one, "person", &query, 0);
        list_put_text(one, "number", query_text(&query, 2));
        list_put_text(one, "channel", query_text(&query, 3));
        list_put_text(one, "state", query_text(&query, 4));
        list_put_time(one, "at", filter->zone, query_time(&query, 5));
        json_put_int(one, "messages", query_int(&query, 6));
        json_array_append_new(all, one);
    }
    return all;
}

static json_t *reports(struct store *store, int64_t cause, const struct list_filter *filter)
{
    json_t *all = json_array();
    struct query query =
        store_query(store,
                    "SELECT r.id, r.kind, r.at, r.authority, p.ref, p.name, r.how, r.text, r.by FROM report r"
                    " LEFT JOIN person p ON p.id = r.person WHERE r.cause = $1 ORDER BY r.id LIMIT $2",
                    "ii", cause, (int64_t)BOARD_REPORTS);

    while (query_next(&query)) {
        json_t *one = json_object();

        json_put_int(one, "id", query_int(&query, 0));
        list_put_text(one, "kind", query_text(&query, 1));
        list_put_time(one, "at", filter->zone, query_time(&query, 2));
        list_put_text(one, "authority", query_text(&query, 3));
        list_put_who(one, "person", &query, 4);
        list_put_text(one, "how", query_text(&query, 6));
        list_put_text(one, "text", query_text(&query, 7));
        list_put_text(one, "by", query_text(&query, 8));
        json_array_append_new(all, one);
    }
    return all;
}

static json_t *clearing(struct store *store, const struct query *query, const struct list_filter *filter)
{
    json_t *clear;
    struct query counts;

    if (query_null(query, 14))
        return NULL;
    clear = json_object();
    list_put_time(clear, "at", filter->zone, query_time(query, 14));
    list_put_text(clear, "by", query_text(query, 15));
    json_put_int(clear, "cause", query_int(query, 16));
    counts = store_query(store,
                         "SELECT (SELECT count(DISTINCT line) FROM recipient WHERE cause = $1 AND line > 0),"
                         " (SELECT count(*) FROM message WHERE cause = $1 AND state IN ('accepted', 'delivered')),"
                         " (SELECT count(*) FROM ask WHERE cause = $1 AND outcome IN ('ack', 'received')),"
                         " (SELECT count(*) FROM ask WHERE cause = $1 AND outcome = 'help')",
                         "i", query_int(query, 16));
    if (query_next(&counts)) {
        json_put_int(clear, "phones", query_int(&counts, 0));
        json_put_int(clear, "sent", query_int(&counts, 1));
        json_put_int(clear, "answered", query_int(&counts, 2));
        json_put_int(clear, "help", query_int(&counts, 3));
    }
    query_end(&counts);
    return clear;
}

static json_t *situation(const struct query *query)
{
    const int n = (int)query_int(query, 12);
    json_t *one = NULL;

    if (n >= 1 && n <= SITUATIONS) {
        one = json_object();
        json_put_int(one, "n", n);
        json_put_text(one, "name", situation_row(n)->name);
        json_put_text(one, "zh", situation_row(n)->zh);
        json_put_text(one, "en", situation_row(n)->en);
    }
    return one;
}

json_t *alert_show(struct store *store, int64_t id, const struct list_filter *filter)
{
    struct query query = store_query(store, COLUMNS " WHERE c.id = $1 AND" EMERGENCY, "i", id);
    json_t *alert;

    if (!query_next(&query))
        return NULL;
    alert = row(store, &query, filter);
    list_put_time(alert, "now", filter->zone, filter->now);
    list_put_text(alert, "audience", query_text(&query, 21));
    list_put_text(alert, "text", query_text(&query, 8));
    list_put_text(alert, "measures", query_text(&query, 11));
    json_put(alert, "situation", situation(&query));
    list_put_who(alert, "student", &query, 22);
    json_put_int(alert, "families", query_int(&query, 13));
    list_put_time(alert, "closed", filter->zone, query_time(&query, 17));
    list_put_text(alert, "closed_by", query_text(&query, 18));
    json_put(alert, "clear", clearing(store, &query, filter));
    json_put(alert, "asks", asks(store, id, filter));
    put_steps(store, alert, id, query_word(&query, 20), filter);
    query_end(&query);
    put_next(store, alert, id, filter);
    json_put(alert, "told", told(store, id, filter));
    json_put(alert, "reports", reports(store, id, filter));
    return alert;
}

/* --- what event hooks hear of: news.h --- */

int64_t news_last(struct store *store)
{
    return store_value(store, 0, "SELECT max(id) FROM cause", "");
}

size_t news_alerts(struct store *store, int64_t after, int64_t *ids, size_t max)
{
    struct query query = store_query(store,
                                     "SELECT id FROM (SELECT c.id FROM cause c WHERE c.id > $1 AND" EMERGENCY
                                     " ORDER BY c.id DESC LIMIT $2) ORDER BY id",
                                     "ii", after, (int64_t)max);
    size_t count = 0;

    while (query_next(&query))
        if (count < max)
            ids[count++] = query_int(&query, 0);
    return count;
}

bool news_alert(struct store *store, int64_t id, struct news_alert *out)
{
    struct query query = store_query(store,
                                     "SELECT coalesce(a.kind, c.kind), " STATE ", c.drill, a.severity FROM cause c"
                                     " LEFT JOIN alert a ON a.cause = c.id WHERE c.id = $1 AND" EMERGENCY,
                                     "i", id);
    const bool found = query_next(&query);

    if (found) {
        *out = (struct news_alert){ .id = id, .drill = query_int(&query, 2) != 0 };
        snprintf(out->kind, sizeof out->kind, "%s", query_word(&query, 0));
        snprintf(out->state, sizeof out->state, "%s", query_word(&query, 1));
        snprintf(out->severity, sizeof out->severity, "%s", query_word(&query, 3));
    }
    query_end(&query);
    return found;
}
