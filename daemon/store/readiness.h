/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of the register would fail in an emergency now: children whom nobody can reach, children without the person a
 * ladder counts on, roles that nobody holds tonight, guardians who cannot read: for `status` and `check ladders`. Reading
 * only; each question about children is one statement over them. A phone that works is one not known to be wrong or out
 * of service.
 */
#ifndef GREENLINE_STORE_READINESS_H
#define GREENLINE_STORE_READINESS_H

#include <jansson.h>

#include "store/person.h"

/* The number of children none of whose people has a number that is known to be good and may be used; the first `most`
 * of them as {student {ref, name}, reason} in `examples`. */
int64_t readiness_unreachable(struct store *store, time_ms now, json_t *examples, size_t most);
/* Children of the school (of CHAIN_MENTOR: the left-behind, whom a mentor is promised) for whom the chain holds nobody who
 * may be told and has a phone that works. */
int64_t readiness_children_without(struct store *store, enum chain chain, time_ms now);
/* Guardians of children at the school who cannot read: a text does not reach them. */
int64_t readiness_cannot_read(struct store *store);
/* Instants between the two at which somebody's role or duty begins or ends, in order, at most `max`; their number. */
size_t readiness_changes(struct store *store, time_ms from, time_ms until, time_ms *out, size_t max);
/* The first instant from `from` on, before `until`, at which nobody holds the role; TIME_NEVER: somebody always does. */
time_ms readiness_role_gap(struct store *store, const char *role, time_ms from, time_ms until);
/* Whether one of those who hold it now, or this person, has a phone that works. */
bool readiness_role_phone(struct store *store, const char *role, time_ms now);
bool readiness_person_phone(struct store *store, int64_t person);

#endif
