/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A student or person by what people call it: its number (ref) or name, or `id:N`. Two of one name are never
 * guessed between: both are listed. Reading only; a failed store finds nothing.
 */
#ifndef GREENLINE_STORE_FIND_H
#define GREENLINE_STORE_FIND_H

#include <stdint.h>

#include "lib/error.h"
#include "store/store.h"

enum { FIND_LISTED_MAX = 20 };

/*
 * The id, or 0 with one sentence in `err`. When several have the name, `several` gets one line for each ("20260014
 * 王小明, 三年级一班: …"), at most FIND_LISTED_MAX, and stays empty when nobody has it. A student who left is found by
 * number or id only.
 */
int64_t student_find(struct store *store, const char *name, struct mistakes *several, struct error *err);
int64_t person_find(struct store *store, const char *name, struct mistakes *several, struct error *err);

/* The ref of an id; the caller frees; NULL when there is none. */
char *student_ref(struct store *store, int64_t student);
char *person_ref(struct store *store, int64_t person);

/* Whether there is such a row. */
bool ask_there(struct store *store, int64_t ask);
bool message_there(struct store *store, int64_t message);
bool reply_there(struct store *store, int64_t reply);

/* Each 0 when there is none. */
int64_t reply_line(struct store *store, int64_t reply);
int64_t message_cause(struct store *store, int64_t message);
int64_t line_first_person(struct store *store, int64_t line);
/* The newest ask about a child that was not cancelled. */
int64_t ask_newest_about(struct store *store, int64_t student);
/* A contact of the child by the kind of relation ("father") or the family's own word for it. */
int64_t relative_find(struct store *store, int64_t student, const char *relation);
/* Whether somebody on this line is restricted for the child that the ask is about. */
bool line_restricted_for(struct store *store, int64_t line, int64_t ask);

#endif
