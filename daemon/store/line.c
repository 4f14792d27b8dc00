/* SPDX-License-Identifier: Apache-2.0 */
/* Lines; see line.h. */
#include "store/line.h"

enum { AUTOMATIC_MAX = 3, FAILURES_SUSPECT = 3 };

int64_t line_put(struct store *store, const char *e164, const char *type)
{
    const int64_t id = line_find(store, e164);

    return id ? id : store_insert(store, "INSERT INTO line (e164, type) VALUES ($1, $2)", "tt", e164, type);
}

int64_t line_find(struct store *store, const char *e164)
{
    return store_value(store, 0, "SELECT id FROM line WHERE e164 = $1", "t", e164);
}

bool line_known(struct store *store, int64_t line)
{
    return store_value(store, 0, "SELECT 1 FROM person_line WHERE line = $1 LIMIT 1", "i", line) != 0;
}

bool line_set_state(struct store *store, int64_t line, const char *state)
{
    return store_change(store, "UPDATE line SET state = $2, failures = 0 WHERE id = $1 AND state <> $2", "it", line,
                        state) > 0;
}

bool line_suspect(struct store *store, int64_t line)
{
    return store_value(store, 0, "SELECT state = 'suspect' FROM line WHERE id = $1", "i", line) != 0;
}

bool line_set_optout(struct store *store, int64_t line, time_ms at)
{
    return store_change(store, "UPDATE line SET optout_at = $2 WHERE id = $1 AND (optout_at IS NULL) <> ($2 IS NULL)",
                        "iz", line, at) > 0;
}

bool line_count_failure(struct store *store, int64_t line, time_ms now)
{
    store_change(store,
                 "UPDATE line SET failures = failures + 1, failed_at = $2 WHERE id = $1"
                 " AND (failed_at IS NULL OR failed_at / $3 <> $2 / $3)",
                 "iii", line, now, 7 * DAY_MS);
    return store_change(store, "UPDATE line SET state = 'suspect' WHERE id = $1 AND state = 'ok' AND failures >= $2",
                        "ib", line, (int)FAILURES_SUSPECT) > 0;
}

void line_clear_failures(struct store *store, int64_t line)
{
    store_change(
        store,
        "UPDATE line SET failures = 0, failed_at = NULL, state = CASE state WHEN 'suspect' THEN 'ok' ELSE state END"
        " WHERE id = $1 AND (failures > 0 OR state = 'suspect')",
        "i", line);
}

bool line_take_automatic(struct store *store, int64_t line, time_ms now)
{
    if (!line_known(store, line))
        return false;
    if (store_value(
            store, 0,
            "SELECT count(*) FROM message m JOIN cause c ON c.id = m.cause WHERE m.line = $1 AND c.kind = 'echo'"
            " AND m.created > max($2 - $3, ifnull((SELECT automatic_since FROM line WHERE id = $1), 0))",
            "iii", line, now, DAY_MS) >= AUTOMATIC_MAX)
        return false;
    store_change(store, "UPDATE line SET automatic = automatic + 1 WHERE id = $1", "i", line);
    return true;
}

void line_reset_automatic(struct store *store, int64_t line, time_ms now)
{
    store_change(store, "UPDATE line SET automatic_since = $2 WHERE id = $1", "ii", line, now);
}

int64_t line_only_person(struct store *store, int64_t line)
{
    return store_value(store, 0,
                       "SELECT CASE WHEN count(*) = 1 THEN max(person) ELSE 0 END FROM person_line WHERE line = $1",
                       "i", line);
}

char *line_number(struct store *store, int64_t line)
{
    return store_text(store, "SELECT e164 FROM line WHERE id = $1", "i", line);
}

bool line_is_landline(struct store *store, int64_t line)
{
    return store_value(store, 0, "SELECT type = 'landline' FROM line WHERE id = $1", "i", line) != 0;
}

bool line_restricted(struct store *store, int64_t line, int64_t student)
{
    return store_value(store, 0,
                       "SELECT 1 FROM relation r JOIN person_line pl ON pl.person = r.person"
                       " WHERE pl.line = $1 AND ($2 = 0 OR r.student = $2) AND r.restricted LIMIT 1",
                       "ii", line, student) != 0;
}

bool line_holds_role(struct store *store, int64_t line, int64_t person, const char *role, time_ms now)
{
    return store_value(store, 0,
                       "SELECT count(*) > 0 AND min(EXISTS (SELECT 1 FROM role o WHERE o.person = p.id AND o.role = $3"
                       " AND (o.since IS NULL OR o.since <= $4) AND (o.until IS NULL OR o.until > $4)))"
                       " FROM person p WHERE p.id = $1 OR ($1 = 0 AND p.id IN (SELECT person FROM person_line WHERE "
                       "line = $2))",
                       "iiti", person, line, role, now) != 0;
}

int64_t line_best_person(struct store *store, int64_t line, int64_t student)
{
    return store_value(
        store, 0,
        "SELECT pl.person FROM person_line pl LEFT JOIN relation r ON r.person = pl.person AND r.student = $2"
        " WHERE pl.line = $1 ORDER BY r.rank IS NULL, r.rank, pl.rank LIMIT 1",
        "ii", line, student);
}

size_t line_students(struct store *store, int64_t line, int64_t *students, size_t max)
{
    struct query q =
        store_query(store,
                    "SELECT DISTINCT r.student FROM relation r JOIN person_line pl ON pl.person = r.person"
                    " JOIN student s ON s.id = r.student WHERE pl.line = $1 AND s.gone_at IS NULL ORDER BY r.student",
                    "i", line);
    return query_ids(&q, students, max);
}
