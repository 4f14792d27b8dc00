/* SPDX-License-Identifier: Apache-2.0 */
/* Lines: phone numbers as things of their own, shared by persons, opted out, wrong or suspect. */
#ifndef GREENLINE_STORE_LINE_H
#define GREENLINE_STORE_LINE_H

#include "store/store.h"

/* The line of an E.164 number, made when it is new. `type`: mobile, landline, other. */
int64_t line_put(struct store *store, const char *e164, const char *type);
/* 0 when nobody ever entered it. */
int64_t line_find(struct store *store, const char *e164);
/* A line is known when a person has it. */
bool line_known(struct store *store, int64_t line);
/* "ok", "suspect" or "wrong"; false when it was so already. */
bool line_set_state(struct store *store, int64_t line, const char *state);
/* It seems to be dead: three permanent failures in different weeks. */
bool line_suspect(struct store *store, int64_t line);
/* Opted out at `at`, or in again with TIME_NEVER; false when nothing changed. */
bool line_set_optout(struct store *store, int64_t line, time_ms at);
/* A permanent failure: three in different weeks make the line suspect (true when they just did). */
bool line_count_failure(struct store *store, int64_t line, time_ms now);
void line_clear_failures(struct store *store, int64_t line);

/* Guard against loops: whether an automatic answer may go to the line now (known, under three in 24 hours); counts it. */
bool line_take_automatic(struct store *store, int64_t line, time_ms now);
/* A person or a real answer intervened. */
void line_reset_automatic(struct store *store, int64_t line, time_ms now);

/* The one person of a line, or 0 when it has none or several. */
int64_t line_only_person(struct store *store, int64_t line);

/* Its E.164 number, the caller frees; NULL when there is no such line. */
char *line_number(struct store *store, int64_t line);
bool line_is_landline(struct store *store, int64_t line);
/* Whether somebody on this line is restricted for this child, or with student 0 for any. */
bool line_restricted(struct store *store, int64_t line, int64_t student);
/* Whether this person, or with person 0 everybody on this line, holds the role now. */
bool line_holds_role(struct store *store, int64_t line, int64_t person, const char *role, time_ms now);
/* Who on this line stands nearest to the child; with student 0 whose line it is first of all; 0 when it has nobody. */
int64_t line_best_person(struct store *store, int64_t line, int64_t student);
/* The children of the persons on this line who are at the school, at most `max`; their number. */
size_t line_students(struct store *store, int64_t line, int64_t *students, size_t max);

#endif
