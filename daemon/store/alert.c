/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts, their clocks and reports; see alert.h. The pages are in alert_list.c. */
#include "store/alert.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/text.h"

enum { CLEAR_SLICE = 250 };

void alert_free(struct alert *alert)
{
    free(alert->text);
    free(alert->issuer);
    free(alert->measures);
    *alert = (struct alert){ 0 };
}

bool alert_get(struct alert *out, struct store *store, int64_t cause)
{
    struct query q = store_query(
        store,
        "SELECT a.kind, a.severity, a.text, a.issuer, a.issued, a.measures, ifnull(a.situation, 0), a.families,"
        " ifnull(a.clear, 0), a.cleared_at, a.closed_at, c.drill, c.created, ifnull(a.student, 0) FROM alert a JOIN "
        "cause c ON c.id = a.cause"
        " WHERE a.cause = $1",
        "i", cause);
    const bool found = query_next(&q);

    if (found) {
        *out = (struct alert){ .cause = cause,
                               .text = mem_dup(query_word(&q, 2)),
                               .issuer = mem_dup(query_text(&q, 3)),
                               .issued = query_time(&q, 4),
                               .measures = mem_dup(query_text(&q, 5)),
                               .situation = (int)query_int(&q, 6),
                               .families = (int)query_int(&q, 7),
                               .clear = query_int(&q, 8),
                               .cleared_at = query_time(&q, 9),
                               .closed_at = query_time(&q, 10),
                               .drill = query_int(&q, 11) != 0,
                               .created = query_int(&q, 12),
                               .student = query_int(&q, 13) };
        alert_kind_parse(&out->kind, query_word(&q, 0));
        severity_parse(&out->severity, query_word(&q, 1));
    }
    query_end(&q);
    return found;
}

void alert_put(struct store *store, const struct alert *a)
{
    store_change(store,
                 "INSERT INTO alert (cause, kind, severity, text, issuer, issued, measures, situation, families,"
                 " student) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
                 "itttt"
                 "ztobo",
                 a->cause, alert_row(a->kind)->name, severity_name(a->severity), a->text ? a->text : "", a->issuer,
                 a->issued, a->measures, (int64_t)a->situation, a->families, a->student);
}

void alert_set_words(struct store *store, int64_t cause, const char *content, const char *ladder)
{
    store_change(store, "UPDATE cause SET content = coalesce($2, content), ladder = coalesce($3, ladder) WHERE id = $1",
                 "itt", cause, content, ladder);
}

bool alert_set_closed(struct store *store, int64_t cause, const char *outcome, const char *by, time_ms now)
{
    if (store_change(store,
                     "UPDATE alert SET closed_at = $4, closed_by = $3, outcome = $2 WHERE cause = $1"
                     " AND closed_at IS NULL",
                     "itti", cause, outcome, by, now) <= 0)
        return false;
    /* a report once due stays due: closing the alert does not make it */
    store_change(store,
                 "UPDATE clock SET ended = $2, next_at = NULL WHERE cause = $1 AND kept_at IS NULL AND missed = 0"
                 " AND name NOT IN ('report', 'result')",
                 "ii", cause, now);
    return true;
}

bool alert_set_cleared(struct store *store, int64_t cause, int64_t clear, const char *by, time_ms now)
{
    return store_change(store,
                        "UPDATE alert SET clear = $2, cleared_by = $3, cleared_at = $4, cursor = 0 WHERE cause = $1"
                        " AND cleared_at IS NULL",
                        "iiti", cause, clear, by, now) > 0;
}

int64_t alert_clearing(struct store *store)
{
    /* once nothing of the alert can leave any more: whoever it still reached is told as well */
    return store_value(store, 0,
                       "SELECT a.cause FROM alert a JOIN cause c ON c.id = a.cause WHERE a.cursor IS NOT NULL"
                       " AND c.stage = 'ready' ORDER BY a.cause LIMIT 1",
                       "");
}

/* One who was told, as a recipient of the all-clear. Who is no relation of the child is told without its name. */
static void fill_one(struct store *store, int64_t clear, const struct query *q)
{
    struct recipient to = { .line = query_int(q, 0), .person = query_int(q, 1), .student = query_int(q, 3) };

    channel_parse(&to.channel, query_word(q, 2));
    recipient_put(store, clear, &to);
}

bool alert_fill_clear(struct store *store, int64_t cause, time_ms now)
{
    const int64_t clear = store_value(store, 0, "SELECT clear FROM alert WHERE cause = $1", "i", cause);
    int64_t last = store_value(store, 0, "SELECT cursor FROM alert WHERE cause = $1", "i", cause);
    int64_t count = 0, line = 0;
    struct query q = store_query(
        store,
        "SELECT m.line, m.person, m.channel, CASE WHEN EXISTS (SELECT 1 FROM relation r WHERE r.student = a.student"
        " AND r.person = m.person) THEN a.student ELSE 0 END FROM message m LEFT JOIN about a ON a.message = m.id"
        " WHERE m.cause = $1 AND m.line > $2 AND m.state IN ('claimed', 'started', 'accepted', 'delivered', 'unknown')"
        " ORDER BY m.line",
        "ii", cause, last);

    while (query_next(&q)) {
        line = query_int(&q, 0);
        if (count >= CLEAR_SLICE && line != last) {
            query_end(&q);
            store_change(store, "UPDATE alert SET cursor = $2 WHERE cause = $1", "ii", cause, last);
            return true;
        }
        fill_one(store, clear, &q);
        last = line;
        count++;
    }
    store_change(store, "UPDATE alert SET cursor = NULL WHERE cause = $1", "i", cause);
    cause_set_stage(store, clear, "expand", INT64_MIN);
    store_change(store, "UPDATE cause SET due = $2 WHERE id = $1", "ii", clear, now);
    return false;
}

char *alert_names(struct store *store, const char *text, int64_t student, int64_t own)
{
    char *found = NULL;
    struct query q = store_query(
        store,
        "SELECT name FROM student WHERE id = $1 UNION SELECT former_name FROM student WHERE id = $1"
        " UNION SELECT ref FROM student WHERE id = $1 UNION SELECT p.name FROM relation r JOIN person p"
        " ON p.id = r.person WHERE r.student = $1 AND NOT EXISTS (SELECT 1 FROM relation o WHERE o.student = $2"
        " AND o.person = r.person) LIMIT 64",
        "ii", student, own);

    while (query_next(&q)) {
        const char *name = query_word(&q, 0);

        if (!found && utf8_count(name) >= 2 && strstr(text, name))
            found = mem_dup(name);
    }
    return found;
}

char *alert_shared_phone(struct store *store, int64_t student, int64_t other)
{
    return store_text(store,
                      "SELECT l.e164 FROM relation r JOIN person_line n ON n.person = r.person JOIN line l"
                      " ON l.id = n.line WHERE r.student = $1 AND EXISTS (SELECT 1 FROM person_line m JOIN relation x"
                      " ON x.person = m.person WHERE m.line = l.id AND x.student = $2) ORDER BY l.id LIMIT 1",
                      "ii", student, other);
}

size_t alert_students(struct store *store, int64_t cause, int64_t *students, size_t max)
{
    struct query q = store_query(store,
                                 "SELECT DISTINCT student FROM ask WHERE cause = $1 AND student IS NOT NULL"
                                 " ORDER BY student LIMIT $2",
                                 "ii", cause, (int64_t)max);
    return query_ids(&q, students, max);
}

void alert_timer_start(struct store *store, int64_t cause, enum alert_clock clock, time_ms due)
{
    store_change(store, "INSERT INTO clock (cause, name, due, next_at) VALUES ($1, $2, $3, $3) ON CONFLICT DO NOTHING",
                 "iti", cause, alert_clock_name(clock), due);
}

bool alert_timer_keep(struct store *store, const struct alert_timer *which, time_ms at, const char *by,
                      const char *note)
{
    return store_change(store,
                        "UPDATE clock SET kept_at = $3, missed = ($3 > due), by = $4, note = $5, next_at = NULL,"
                        " ended = NULL WHERE cause = $1 AND name = $2",
                        "ititt", which->cause, alert_clock_name(which->clock), at, by, note) > 0;
}

bool alert_timer_keep_first(struct store *store, const struct alert_timer *which, time_ms at, const char *by)
{
    return store_change(store,
                        "UPDATE clock SET kept_at = $3, missed = ($3 > due), by = $4, next_at = NULL, ended = NULL"
                        " WHERE cause = $1 AND name = $2 AND kept_at IS NULL",
                        "itit", which->cause, alert_clock_name(which->clock), at, by) > 0;
}

/* How many children it counts is known once all asks are there. */
static void know_need(struct store *store, const struct alert_timer *which)
{
    store_change(store,
                 "UPDATE clock SET need = (SELECT count(*) FROM ask WHERE cause = $1 AND student IS NOT NULL)"
                 " WHERE cause = $1 AND name = $2 AND need IS NULL"
                 " AND (SELECT stage FROM cause WHERE id = $1) NOT IN ('resolve', 'expand')",
                 "it", which->cause, alert_clock_name(which->clock));
}

/* Kept at the moment of the last child. */
static void keep_when_all(struct store *store, const struct alert_timer *which)
{
    store_change(store,
                 "UPDATE clock SET kept_at = m.at, missed = (m.at > due), by = 'answers', next_at = NULL"
                 " FROM (SELECT max(at) AS at FROM clock_child WHERE cause = $1 AND name = $2) m WHERE cause = $1"
                 " AND name = $2 AND kept_at IS NULL AND ended IS NULL AND need > 0 AND have >= need",
                 "it", which->cause, alert_clock_name(which->clock));
}

void alert_timer_child(struct store *store, const struct alert_timer *which, int64_t student, time_ms at)
{
    if (store_change(store,
                     "INSERT INTO clock_child (cause, name, student, at) SELECT $1, $2, $3, $4 WHERE EXISTS"
                     " (SELECT 1 FROM clock WHERE cause = $1 AND name = $2) ON CONFLICT DO NOTHING",
                     "itii", which->cause, alert_clock_name(which->clock), student, at) <= 0)
        return;
    store_change(store, "UPDATE clock SET have = have + 1 WHERE cause = $1 AND name = $2", "it", which->cause,
                 alert_clock_name(which->clock));
    know_need(store, which);
    keep_when_all(store, which);
}

#define HOLDS "r.restricted = 0 AND (r.since IS NULL OR r.since <= $4) AND (r.until IS NULL OR r.until > $4)"
bool alert_timer_counts(struct store *store, enum alert_clock clock, const struct alert_person *who, time_ms now)
{
    static const char guardian[] =
        "SELECT count(*), sum(r.guardian) FROM relation r WHERE r.student = $1 AND " HOLDS
        " AND CASE WHEN $2 <> 0 THEN r.person = $2 ELSE r.person IN (SELECT person FROM person_line WHERE line = $3)"
        " END";
    static const char parents[] =
        "SELECT count(*), sum(r.kind IN ('father', 'mother', 'stepfather', 'stepmother')) FROM relation r"
        " WHERE r.student = $1 AND " HOLDS
        " AND CASE WHEN $2 <> 0 THEN r.person = $2 ELSE r.person IN (SELECT person FROM person_line WHERE line = $3)"
        " END";
    struct query q = store_query(store, clock == CLOCK_GUARDIAN ? guardian : parents, "iiii", who->student, who->person,
                                 who->line, now);
    bool counts = false;

    if (query_next(&q))
        counts = query_int(&q, 0) > 0 && query_int(&q, 0) == query_int(&q, 1);
    query_end(&q);
    return counts;
}

size_t alert_timer_due(struct store *store, time_ms now, struct alert_timer *out, size_t max)
{
    struct query q = store_query(store,
                                 "SELECT cause, name, due, next_at, missed FROM clock WHERE next_at IS NOT NULL"
                                 " AND next_at <= $1 ORDER BY next_at LIMIT $2",
                                 "ii", now, (int64_t)max);
    size_t count = 0;

    while (count < max && query_next(&q)) {
        struct alert_timer *t = &out[count++];

        *t = (struct alert_timer){ .cause = query_int(&q, 0),
                                   .due = query_int(&q, 2),
                                   .next_at = query_time(&q, 3),
                                   .missed = query_int(&q, 4) != 0 };
        alert_clock_parse(&t->clock, query_word(&q, 1));
    }
    query_end(&q);
    return count;
}

time_ms alert_timer_next(struct store *store)
{
    return store_value(store, TIME_NEVER,
                       "SELECT next_at FROM clock WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1", "");
}

bool alert_timer_pass(struct store *store, const struct alert_timer *which, time_ms again, time_ms now)
{
    const char *name = alert_clock_name(which->clock);

    know_need(store, which);
    keep_when_all(store, which);
    /* asked about no child: neither kept nor missed */
    if (which->clock == CLOCK_GUARDIAN || which->clock == CLOCK_PARENTS)
        store_change(store,
                     "UPDATE clock SET ended = $3, next_at = NULL WHERE cause = $1 AND name = $2 AND need = 0"
                     " AND kept_at IS NULL",
                     "iti", which->cause, name, now);
    return store_change(store,
                        "UPDATE clock SET missed = 1, next_at = $3 WHERE cause = $1 AND name = $2"
                        " AND kept_at IS NULL AND ended IS NULL",
                        "itz", which->cause, name, again ? now + again : TIME_NEVER) > 0;
}

int64_t alert_report_put(struct store *store, const struct alert_report *r, time_ms now)
{
    return store_insert(store,
                        "INSERT INTO report (cause, kind, at, authority, person, how, text, entered, by)"
                        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                        "ititottit", r->cause, r->result ? "result" : "reported", r->at, r->authority, r->person,
                        r->how, r->text, now, r->by);
}

bool alert_is_reported(struct store *store, int64_t cause)
{
    return store_value(store, 0, "SELECT 1 FROM report WHERE cause = $1 AND kind = 'reported' LIMIT 1", "i", cause) !=
           0;
}

size_t alert_takers(struct store *store, int64_t cause, int64_t *persons, size_t max)
{
    struct query q = store_query(
        store, "SELECT DISTINCT acked_by FROM ask WHERE cause = $1 AND acked_by IS NOT NULL ORDER BY acked_by LIMIT $2",
        "ii", cause, (int64_t)max);
    return query_ids(&q, persons, max);
}
