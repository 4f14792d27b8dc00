/* SPDX-License-Identifier: Apache-2.0 */
/* Facts for may_tell(); see telling.h. */
#include "store/telling.h"

#include "store/person.h"

/* A reply from the line within the last hour: what is said now is part of a conversation, not a disturbance. */
#define ANSWERING_MS HOUR_MS

static void gather_child(struct telling *t, struct store *store, const struct telling_case *what, time_ms now)
{
    struct query q;

    t->about_child = what->student != 0;
    if (!t->about_child)
        return;
    q = store_query(
        store,
        "SELECT ifnull(max(restricted), 0), max((since IS NULL OR since <= $3) AND (until IS NULL OR until > $3)"
        " AND (SELECT gone_at IS NULL FROM student WHERE id = $1))"
        " FROM relation WHERE student = $1 AND person = $2",
        "iii", what->student, what->person, now);
    if (query_next(&q)) {
        t->restricted = query_int(&q, 0) != 0;
        t->related = query_int(&q, 1) != 0;
    }
    query_end(&q);
    t->line_restricted =
        what->line && store_value(store, 0,
                                  "SELECT 1 FROM person_line pl JOIN relation r ON r.person = pl.person"
                                  " WHERE pl.line = $1 AND r.student = $2 AND r.restricted AND pl.person <> $3 LIMIT 1",
                                  "iii", what->line, what->student, what->person) != 0;
}

/* Answered or taken; one answer that is on its way to many asks counts before it has come to them. */
#define SETTLED(k)                                                                                                     \
    "(" k ".state IN ('answered', 'declined', 'cancelled') OR (" k ".state = 'waiting' AND " k ".wait = 'settling')"   \
    " OR EXISTS (SELECT 1 FROM taking t WHERE t.cause = " k ".cause AND t.settles AND t.cursor < " k ".id"             \
    " AND (t.line IS NULL OR EXISTS (SELECT 1 FROM attempt x WHERE x.ask = " k ".id AND x.line = t.line"               \
    " AND x.message IS NOT NULL))))"

static bool is_settled(struct store *store, const struct telling_case *what)
{
    if (!what->cause)
        return false;
    if (what->message) /* the asks that it puts, whomever they were first put to */
        return store_value(
                   store, 0,
                   "SELECT count(*) > 0 AND min(" SETTLED("k") ") FROM attempt a JOIN ask k ON k.id = a.ask"
                                                               " WHERE a.message = $1 AND ($2 = 0 OR k.student = $2)",
                   "ii", what->message, what->student) != 0;
    return store_value(store, 0,
                       "SELECT 1 FROM ask k WHERE k.cause = $1 AND ifnull(k.student, 0) = $2"
                       " AND (k.person IS NULL OR k.person = $3) AND " SETTLED("k"),
                       "iii", what->cause, what->student, what->person) != 0;
}

static void gather_line(struct telling *t, struct store *store, const struct telling_case *what)
{
    struct query q = store_query(
        store,
        "SELECT l.type, l.state, l.optout_at IS NOT NULL, pl.person IS NOT NULL, pl.confirmed_at IS NOT NULL"
        " FROM line l LEFT JOIN person_line pl ON pl.line = l.id AND pl.person = $2 WHERE l.id = $1",
        "ii", what->line, what->person);

    if (query_next(&q)) {
        t->has_line = true;
        t->landline = query_word(&q, 0)[0] == 'l';
        t->wrong_number = query_word(&q, 1)[0] == 'w';
        t->suspect = query_word(&q, 1)[0] == 's';
        t->opted_out = query_int(&q, 2) != 0;
        t->line_theirs = query_int(&q, 3) != 0;
        t->confirmed = query_int(&q, 4) != 0;
    }
    query_end(&q);
}

/* Another routine question that is open on the line: routine questions to one line queue. */
static void gather_busy(struct telling *t, struct store *store, const struct telling_case *what, time_ms now)
{
    const time_ms until = store_value(
        store, 0,
        "SELECT max(min(t.until, a.due)) FROM talk t JOIN ask a ON a.id = t.ask JOIN cause c ON c.id = a.cause"
        " WHERE t.line = $1 AND a.state IN ('open', 'waiting') AND a.due > $2 AND a.cause <> $3"
        " AND c.lane <> 'emergency' AND a.subject = ''",
        "iii", what->line, now, what->cause);

    t->line_busy = until > now;
    t->busy_until = until;
}

struct verdict telling_decide(struct store *store, const struct telling_rules *rules, const struct telling_case *what,
                              time_ms now)
{
    const struct kind_row *kind = kind_row(what->kind);
    struct telling t = { .kind = what->kind,
                         .call = what->channel == CHANNEL_VOICE,
                         .school_quiet = rules->quiet,
                         .zone = rules->zone,
                         .cap = rules->per_line_day };
    struct person person = { 0 };

    if (person_get(&person, store, what->person)) {
        t.deceased = person.deceased;
        if (person.quiet)
            hours_parse(&t.person_quiet, person.quiet, NULL);
    }
    person_free(&person);
    t.by_role = person_is_staff(store, what->person, now);
    gather_child(&t, store, what, now);
    t.settled = is_settled(store, what);
    gather_line(&t, store, what);
    t.answering = what->reply && store_value(store, 0, "SELECT received FROM reply WHERE id = $1", "i", what->reply) >
                                     now - ANSWERING_MS;
    if (kind->cap_holds)
        t.sent_today = message_count_since(store, what->line, what->message, zone_day_start(rules->zone, now, 0));
    if (kind->asks && kind->lane != LANE_EMERGENCY && !kind->per_class)
        gather_busy(&t, store, what, now);
    return may_tell(&t, now);
}
