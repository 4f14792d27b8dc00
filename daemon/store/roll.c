/* SPDX-License-Identifier: Apache-2.0 */
/* Rolls and absences; see roll.h. Their lists are in roll_list.c. */
#include "store/roll.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "store/person.h"

enum { KEY_MAX = 64 };

/* --- classes -------------------------------------------------------------------------------------------------- */

static size_t names_of(struct query *query, char **names, size_t max)
{
    size_t count = 0;

    while (count < max && query_next(query))
        names[count++] = mem_dup(query_word(query, 0));
    query_end(query);
    return count;
}

size_t class_list(struct store *store, char **names, size_t max)
{
    struct query q = store_query(store,
                                 "SELECT class FROM student WHERE gone_at IS NULL AND class IS NOT NULL AND class <> ''"
                                 " GROUP BY class ORDER BY min(grade), class LIMIT $1",
                                 "i", (int64_t)max);

    return names_of(&q, names, max);
}

char *class_find(struct store *store, const char *text)
{
    char *names[ROLL_CLASSES_MAX];
    const size_t count = class_list(store, names, ROLL_CLASSES_MAX);
    char wanted[KEY_MAX], key[KEY_MAX];
    char *found = NULL;
    size_t fits = 0;

    order_class_key(wanted, sizeof wanted, text);
    for (size_t i = 0; i < count; i++) {
        order_class_key(key, sizeof key, names[i]);
        if (strcmp(names[i], text) == 0 || (wanted[0] && strcmp(key, wanted) == 0)) {
            fits++;
            free(found);
            found = mem_dup(names[i]);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (fits > 1 && strcmp(names[i], text) == 0) { /* two spellings of one key: as it stands decides */
            free(found);
            found = mem_dup(names[i]);
            fits = 1;
        }
        free(names[i]);
    }
    if (fits == 1)
        return found;
    free(found);
    return NULL;
}

int64_t class_size(struct store *store, const char *class)
{
    return store_value(store, 0, "SELECT count(*) FROM student WHERE class = $1 AND gone_at IS NULL", "t", class);
}

#define HOLDS(t) "(" t ".since IS NULL OR " t ".since <= $2) AND (" t ".until IS NULL OR " t ".until > $2)"

int64_t class_reporter(struct store *store, const char *class, time_ms now)
{
    return store_value(store, 0,
                       "SELECT person FROM (SELECT a.person, 0 AS place, a.id FROM rota a WHERE a.post = $1"
                       " AND a.since <= $2 AND a.until > $2 UNION ALL SELECT o.person, 1, o.id FROM role o"
                       " WHERE o.role = 'teacher' AND o.class = $1 AND " HOLDS("o") ") ORDER BY place, id LIMIT 1",
                       "ti", class, now);
}

size_t line_classes(struct store *store, int64_t line, time_ms now, char **names, size_t max)
{
    struct query q = store_query(store,
                                 "SELECT DISTINCT o.class FROM role o JOIN person_line n ON n.person = o.person"
                                 " WHERE n.line = $1 AND o.role = 'teacher' AND o.class IS NOT NULL AND " HOLDS(
                                     "o") " UNION SELECT a.post FROM rota a JOIN person_line n ON n.person = a.person"
                                          " WHERE n.line = $1 AND a.since <= $2 AND a.until > $2 AND a.post IN"
                                          " (SELECT class FROM student) ORDER BY 1 LIMIT $3",
                                 "iii", line, now, (int64_t)max);

    return names_of(&q, names, max);
}

bool line_is_staff(struct store *store, int64_t line, time_ms now)
{
    struct query q = store_query(store, "SELECT person FROM person_line WHERE line = $1", "i", line);
    int64_t persons[16];
    size_t count = 0;

    while (count < COUNT(persons) && query_next(&q))
        persons[count++] = query_int(&q, 0);
    query_end(&q);
    for (size_t i = 0; i < count; i++)
        if (!person_is_staff(store, persons[i], now))
            return false;
    return count > 0 && count < COUNT(persons);
}

size_t student_by_name(struct store *store, const char *name, const char *class, int64_t *students, size_t max)
{
    struct query q = store_query(store,
                                 "SELECT id FROM student WHERE name = $1 AND gone_at IS NULL AND ($2 IS NULL OR class ="
                                 " $2) ORDER BY class, id LIMIT $3",
                                 "tti", name, class, (int64_t)max);
    return query_ids(&q, students, max);
}

/* --- rolls ---------------------------------------------------------------------------------------------------- */

void roll_free(struct roll *roll)
{
    free(roll->day);
    free(roll->class);
    *roll = (struct roll){ 0 };
}

int64_t roll_put(struct store *store, const char *day, const char *class, int64_t ask, time_ms due)
{
    store_change(store,
                 "INSERT INTO roll (day, class, ask, due) VALUES ($1, $2, $3, $4) ON CONFLICT (day, class) DO UPDATE"
                 " SET ask = coalesce(excluded.ask, ask)",
                 "ttoi", day, class, ask, due);
    return roll_find(store, day, class);
}

bool roll_get(struct roll *out, struct store *store, int64_t id)
{
    struct query q = store_query(store,
                                 "SELECT id, ifnull(ask, 0), day, class, due, reported, ifnull(expected, -1),"
                                 " ifnull(present, -1) FROM roll WHERE id = $1",
                                 "i", id);
    const bool found = query_next(&q);

    if (found)
        *out = (struct roll){ .id = query_int(&q, 0),
                              .ask = query_int(&q, 1),
                              .day = mem_dup(query_word(&q, 2)),
                              .class = mem_dup(query_word(&q, 3)),
                              .due = query_int(&q, 4),
                              .reported = query_time(&q, 5),
                              .expected = (int)query_int(&q, 6),
                              .present = (int)query_int(&q, 7) };
    query_end(&q);
    return found;
}

int64_t roll_find(struct store *store, const char *day, const char *class)
{
    return store_value(store, 0, "SELECT id FROM roll WHERE day = $1 AND class = $2", "tt", day, class);
}

bool roll_opened(struct store *store, const char *day)
{
    return store_value(store, 0, "SELECT 1 FROM roll WHERE day = $1 AND ask IS NOT NULL LIMIT 1", "t", day) != 0;
}

size_t roll_asked_on(struct store *store, int64_t line, const char *day, int64_t *rolls, size_t max)
{
    struct query q = store_query(store,
                                 "SELECT DISTINCT r.id FROM talk t JOIN roll r ON r.ask = t.ask WHERE t.line = $1"
                                 " AND r.day = $2 AND r.reported IS NULL ORDER BY r.id LIMIT $3",
                                 "iti", line, day, (int64_t)max);
    return query_ids(&q, rolls, max);
}

void roll_report(struct store *store, const struct roll *roll, int64_t person, const char *by, int64_t reply,
                 time_ms now)
{
    store_change(store,
                 "UPDATE roll SET expected = $2, present = $3, reported = $4, person = $5, by = $6, reply = $7"
                 " WHERE id = $1",
                 "ibbioto", roll->id, roll->expected, roll->present, now, person, by, reply);
}

void roll_put_absent(struct store *store, int64_t roll, int64_t student, enum order_word word, int64_t cause)
{
    store_change(store,
                 "INSERT INTO roll_absent (roll, student, word, cause) VALUES ($1, $2, $3, $4) ON CONFLICT (roll,"
                 " student) DO UPDATE SET word = excluded.word, cause = coalesce(excluded.cause, cause), back = NULL",
                 "iito", roll, student, order_word_name(word), cause);
}

int64_t roll_count_away(struct store *store, int64_t roll)
{
    return store_value(store, 0, "SELECT count(*) FROM roll_absent WHERE roll = $1", "i", roll);
}

void roll_set_back(struct store *store, const char *day, int64_t student, time_ms now)
{
    store_change(store,
                 "UPDATE roll_absent SET back = $3 WHERE student = $2 AND back IS NULL AND roll IN"
                 " (SELECT id FROM roll WHERE day = $1)",
                 "tii", day, student, now);
}

/* --- absences ------------------------------------------------------------------------------------------------- */

void absence_put(struct store *store, const struct absence *a)
{
    store_change(store,
                 "INSERT INTO absence (cause, student, day, since, note, by) VALUES ($1, $2, $3, $4, $5, $6)"
                 " ON CONFLICT DO NOTHING",
                 "iititt", a->cause, a->student, a->day, a->since, a->note, a->by);
}

int64_t absence_open(struct store *store, int64_t student, const char *day, bool ended)
{
    return store_value(
        store, 0,
        "SELECT a.cause FROM absence a JOIN cause c ON c.id = a.cause WHERE a.student = $1 AND a.day = $2"
        " AND c.state <> 'cancelled' AND NOT EXISTS (SELECT 1 FROM ask k WHERE k.cause = a.cause"
        " AND (k.closed IS NOT NULL OR k.state = 'cancelled' OR (k.state = 'answered' AND $3 = 0)))"
        " ORDER BY a.cause DESC LIMIT 1",
        "itb", student, day, (int)ended);
}

int64_t absence_count(struct store *store, int64_t student, const char *day)
{
    return store_value(store, 0, "SELECT count(*) FROM absence WHERE student = $1 AND day = $2", "it", student, day);
}

size_t absence_unclosed(struct store *store, int64_t student, int64_t *causes, size_t max)
{
    struct query q = store_query(store,
                                 "SELECT a.cause FROM absence a JOIN cause c ON c.id = a.cause WHERE a.student = $1"
                                 " AND c.state <> 'cancelled' AND NOT EXISTS (SELECT 1 FROM ask k WHERE k.cause ="
                                 " a.cause AND (k.closed IS NOT NULL OR k.state = 'cancelled'))"
                                 " ORDER BY a.cause DESC LIMIT $2",
                                 "ii", student, (int64_t)max);
    return query_ids(&q, causes, max);
}
