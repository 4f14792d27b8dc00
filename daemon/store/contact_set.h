/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What staff enter about a contact, or on a child's time line, by hand. Plain rows: what was queued meanwhile is
 * judged anew by may_tell() when it is claimed. Each says whether a row was there to change.
 */
#ifndef GREENLINE_STORE_CONTACT_SET_H
#define GREENLINE_STORE_CONTACT_SET_H

#include "store/store.h"

bool relation_set_restricted(struct store *store, int64_t student, int64_t person, bool restricted);
bool relation_set_guardian(struct store *store, int64_t student, int64_t person, bool guardian);
bool relation_set_rank(struct store *store, int64_t student, int64_t person, int64_t rank);
void person_set_reads(struct store *store, int64_t person, bool reads);
/* NULL: none of their own. */
void person_set_quiet(struct store *store, int64_t person, const char *quiet);
void person_set_language(struct store *store, int64_t person, const char *language);
/* The line becomes the person's first one, confirmed at `now`: staff vouch for it. The others move down one. */
void person_add_line(struct store *store, int64_t person, int64_t line, time_ms now);
bool person_has_line(struct store *store, int64_t person, int64_t line);
bool person_remove_line(struct store *store, int64_t person, int64_t line);
/* All lines of the person: confirmed now, or not (TIME_NEVER). */
int64_t person_confirm_lines(struct store *store, int64_t person, time_ms at);
/* All lines of the person: opted out at `at`, or in again (TIME_NEVER). */
int64_t person_optout_lines(struct store *store, int64_t person, time_ms at);

/* A note on a child's time line; its id. */
int64_t note_put(struct store *store, int64_t student, const char *author, const char *text, time_ms now);

#endif
