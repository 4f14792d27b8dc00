/* SPDX-License-Identifier: Apache-2.0 */
/* Changes by hand; see contact_set.h. */
#include "store/contact_set.h"

bool relation_set_restricted(struct store *store, int64_t student, int64_t person, bool restricted)
{
    return store_change(store, "UPDATE relation SET restricted = $1 WHERE student = $2 AND person = $3", "bii",
                        restricted, student, person) > 0;
}

bool relation_set_guardian(struct store *store, int64_t student, int64_t person, bool guardian)
{
    return store_change(store, "UPDATE relation SET guardian = $1 WHERE student = $2 AND person = $3", "bii", guardian,
                        student, person) > 0;
}

bool relation_set_rank(struct store *store, int64_t student, int64_t person, int64_t rank)
{
    return store_change(store, "UPDATE relation SET rank = $1 WHERE student = $2 AND person = $3", "iii", rank, student,
                        person) > 0;
}

void person_set_reads(struct store *store, int64_t person, bool reads)
{
    store_change(store, "UPDATE person SET reads = $1 WHERE id = $2", "bi", reads, person);
}

void person_set_quiet(struct store *store, int64_t person, const char *quiet)
{
    store_change(store, "UPDATE person SET quiet = $1 WHERE id = $2", "ti", quiet, person);
}

void person_set_language(struct store *store, int64_t person, const char *language)
{
    store_change(store, "UPDATE person SET language = $1 WHERE id = $2", "ti", language, person);
}

void person_add_line(struct store *store, int64_t person, int64_t line, time_ms now)
{
    store_change(store, "UPDATE person_line SET rank = rank + 1 WHERE person = $1 AND line <> $2", "ii", person, line);
    store_change(store,
                 "INSERT INTO person_line (person, line, rank, confirmed_at) VALUES ($1, $2, 1, $3)"
                 " ON CONFLICT (person, line) DO UPDATE SET rank = 1, confirmed_at = excluded.confirmed_at",
                 "iii", person, line, now);
}

bool person_has_line(struct store *store, int64_t person, int64_t line)
{
    return store_value(store, 0, "SELECT 1 FROM person_line WHERE person = $1 AND line = $2", "ii", person, line) != 0;
}

bool person_remove_line(struct store *store, int64_t person, int64_t line)
{
    return store_change(store, "DELETE FROM person_line WHERE person = $1 AND line = $2", "ii", person, line) > 0;
}

int64_t person_confirm_lines(struct store *store, int64_t person, time_ms at)
{
    return store_change(store, "UPDATE person_line SET confirmed_at = $1 WHERE person = $2", "zi", at, person);
}

int64_t person_optout_lines(struct store *store, int64_t person, time_ms at)
{
    return store_change(store,
                        "UPDATE line SET optout_at = $1 WHERE id IN (SELECT line FROM person_line WHERE person = $2)",
                        "zi", at, person);
}

int64_t note_put(struct store *store, int64_t student, const char *author, const char *text, time_ms now)
{
    return store_insert(store, "INSERT INTO note (student, at, author, text) VALUES ($1, $2, $3, $4)", "iitt", student,
                        now, author, text);
}
