/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the words of a ladder mean somebody who has a phone: what `greenline check ladders` asks before anything has
 * happened. Reading only; some milliseconds for a school of some thousand children, so it is asked by hand.
 */
#ifndef GREENLINE_STORE_REACH_H
#define GREENLINE_STORE_REACH_H

#include "store/person.h"

enum { REACH_CHANGES_MAX = 200 }; /* ends of duties and roles that are looked at in one night */

/* The first instant from `from` on, before `until`, at which nobody holds the role; TIME_NEVER: somebody always does. */
time_ms reach_role_gap(struct store *store, const char *role, time_ms from, time_ms until);
/* Whether one of those who hold it now has a number that is not known to be wrong or out of service. */
bool reach_role_phone(struct store *store, const char *role, time_ms now);
bool reach_person_phone(struct store *store, int64_t person);
/* Children of the school for whom the chain holds nobody who may be told and has such a number. */
int64_t reach_children_without(struct store *store, enum chain chain, time_ms now);

#endif
