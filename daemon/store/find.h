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

#endif
