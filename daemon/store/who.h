/* SPDX-License-Identifier: Apache-2.0 */
/*
 * {ref, name}: how lists, shows and previews name a person or a student, and what hangs on one in several of them (numbers,
 * groups). JSON null where there is nobody. The caller owns every result; like lists they are empty after a failure of the
 * store.
 */
#ifndef GREENLINE_STORE_WHO_H
#define GREENLINE_STORE_WHO_H

#include <jansson.h>

#include "store/store.h"

/* Of the columns `column` (ref) and `column + 1` (name) of a row. */
json_t *who_of_row(const struct query *query, int column);
json_t *who_student(struct store *store, int64_t id);
json_t *who_person(struct store *store, int64_t id);

/* Every row that is left: columns 0 and 1 as {ref, name}. */
json_t *who_all(struct query *query);
/* The same for the texts of column 0. */
json_t *who_words(struct query *query);

/* A person's numbers (E.164) by rank. */
json_t *who_numbers(struct store *store, int64_t person);
/* Names of the groups (audience group:) that a child or a person is in. */
json_t *who_student_groups(struct store *store, int64_t student);
json_t *who_person_groups(struct store *store, int64_t person);

#endif
