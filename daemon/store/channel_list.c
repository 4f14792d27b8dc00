/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The green channel of a child: a view over messages, replies, answers and notes in time order, never a copy. A reply
 * belongs to the child when an answer of it counts for one of the child's asks, or when it came from a line of one of
 * the child's contacts and answers no other child's ask. What came from the line of a restricted person counts for
 * nothing: it is shown, and marked. A sealed text is not shown. Numbers are masked. At one instant what came in stands
 * before what it meant, and that before what went out.
 */
#include <inttypes.h>
#include <stdio.h>

#include "lib/json.h"
#include "lib/log.h"
#include "store/list.h"

/* Columns: at, place among rows of one time, id, way, channel, person ref, name, number, text, state, reason, meaning,
 * restricted, after settled. A text that was never claimed stands where it was made, the others where they left. */
#define OUT                                                                                                            \
    "SELECT coalesce((SELECT min(t.claimed) FROM try t WHERE t.message = m.id), m.created) AS at, 3 AS place, m.id,"   \
    " 'out' AS way, m.channel AS channel, p.ref AS ref, p.name AS name, l.e164 AS number,"                             \
    " coalesce(m.text, m.note) AS text, m.state AS state, m.reason AS reason, c.kind AS meaning, 0 AS restricted,"     \
    " m.recalled IS NOT NULL AND m.state IN ('accepted', 'delivered', 'undelivered') AS after_settled"                 \
    " FROM about a JOIN message m ON m.id = a.message JOIN cause c ON c.id = m.cause JOIN person p ON p.id = m.person" \
    " JOIN line l ON l.id = m.line WHERE a.student = $1"
#define IN                                                                                                             \
    "SELECT r.received, 1, r.id, 'in', r.kind, p.ref, p.name, r.sender,"                                               \
    " CASE r.sealed WHEN 0 THEN r.text END, r.state,"                                                                  \
    " r.why, (SELECT w.class FROM answer w JOIN ask k ON k.id = w.ask WHERE w.reply = r.id AND k.student = $1"         \
    " ORDER BY w.id DESC LIMIT 1),"                                                                                    \
    " EXISTS (SELECT 1 FROM person_line x JOIN relation y ON y.person = x.person"                                      \
    " WHERE x.line = r.line AND y.student = $1 AND y.restricted <> 0), 0"                                              \
    " FROM reply r LEFT JOIN person p ON p.id = (SELECT x.person FROM person_line x JOIN relation y"                   \
    " ON y.person = x.person WHERE x.line = r.line AND y.student = $1 ORDER BY y.rank, x.rank LIMIT 1)"                \
    " WHERE r.id IN (SELECT w.reply FROM ask k JOIN answer w ON w.ask = k.id WHERE k.student = $1"                     \
    " UNION SELECT q.id FROM relation y JOIN person_line x ON x.person = y.person JOIN reply q ON q.line = x.line"     \
    " WHERE y.student = $1 AND (y.since IS NULL OR y.since <= q.received) AND (y.until IS NULL OR y.until > "          \
    "q.received)"                                                                                                      \
    " AND NOT EXISTS (SELECT 1 FROM answer w JOIN ask k ON k.id = w.ask WHERE w.reply = q.id"                          \
    " AND (k.student IS NULL OR k.student <> $1)))"
#define ANSWER                                                                                                         \
    "SELECT w.received, 2, w.id, 'answer', w.via, p.ref, coalesce(p.name, w.by), NULL, w.rest, k.state, c.kind,"       \
    " w.class, 0, 0 FROM ask k JOIN answer w ON w.ask = k.id JOIN cause c ON c.id = k.cause"                           \
    " LEFT JOIN person p ON p.id = w.person WHERE k.student = $1"
#define NOTE                                                                                                           \
    "SELECT n.at, 4, n.id, 'note', 'note', NULL, n.author, NULL, n.text, '', '', NULL, 0, 0 FROM note n WHERE "        \
    "n.student "                                                                                                       \
    "= $1"

static const char time_line[] = "SELECT * FROM (" OUT " UNION ALL " IN " UNION ALL " ANSWER " UNION ALL " NOTE
                                ") WHERE (at, place, id) > ($2, $3, $4) ORDER BY at, place, id LIMIT $5";

static void put_who(json_t *row, const struct query *query)
{
    json_t *who = NULL;

    if (!query_null(query, 6)) {
        who = json_object();
        list_put_text(who, "ref", query_text(query, 5));
        list_put_text(who, "name", query_text(query, 6));
    }
    json_put(row, "person", who);
}

static json_t *event(const struct query *query, struct zone zone)
{
    static const struct {
        const char *key;
        int column;
    } texts[] = { { "way", 3 }, { "channel", 4 }, { "text", 8 }, { "state", 9 }, { "reason", 10 }, { "meaning", 11 } };
    json_t *row = json_object();
    char number[MASKED_MAX] = "";

    list_put_time(row, "at", zone, query_time(query, 0));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        list_put_text(row, texts[i].key, query_text(query, texts[i].column));
    put_who(row, query);
    if (!query_null(query, 7))
        mask_number(number, query_text(query, 7));
    list_put_text(row, "number", *number ? number : NULL);
    json_put_flag(row, "restricted", query_int(query, 12) != 0);
    if (query_int(query, 13))
        json_put_flag(row, "after_settled", true); /* it rang although all was settled: the gateway could not stop it */
    json_put_int(row, "ref", query_int(query, 2));
    return row;
}

json_t *channel_list(struct store *store, const struct list_filter *filter)
{
    json_t *page = json_object(), *items = json_array();
    char next[72] = "";
    struct query query = store_query(store, time_line, "iiiii", filter->student, filter->after_at, filter->after_way,
                                     filter->after, list_rows(filter));

    while (query_next(&query)) {
        if (json_array_size(items) == (size_t)filter->limit) {
            query_end(&query);
            list_put_text(page, "next", next);
            break;
        }
        json_array_append_new(items, event(&query, filter->zone));
        snprintf(next, sizeof next, "%" PRId64 ".%" PRId64 ".%" PRId64, query_int(&query, 0), query_int(&query, 1),
                 query_int(&query, 2));
    }
    json_put(page, "items", items);
    if (!json_object_get(page, "next"))
        list_put_text(page, "next", NULL);
    return page;
}
