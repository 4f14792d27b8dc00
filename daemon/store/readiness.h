/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of the register would fail in an emergency now: children whom nobody can reach, children without the person a
 * ladder counts on, guardians who cannot read. Reading only; each question is one statement over the children.
 */
#ifndef GREENLINE_STORE_READINESS_H
#define GREENLINE_STORE_READINESS_H

#include <jansson.h>

#include "lib/clock.h"
#include "store/store.h"

/* The number of children none of whose people has a number that is known to be good and may be used; the first `most`
 * of them as {student {ref, name}, reason} in `examples`. */
int64_t readiness_unreachable(struct store *store, time_ms now, json_t *examples, size_t most);
/* Left-behind children without a mentor; children whose class has no teacher. */
int64_t readiness_without_mentor(struct store *store, time_ms now);
int64_t readiness_without_teacher(struct store *store, time_ms now);
/* Guardians of children at the school who cannot read: a text does not reach them. */
int64_t readiness_cannot_read(struct store *store);
/* Instants between the two at which somebody's role or duty begins or ends, in order, at most `max`; their number. */
size_t readiness_changes(struct store *store, time_ms from, time_ms until, time_ms *out, size_t max);

#endif
