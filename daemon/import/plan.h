/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an intake would change in the store: computed reading only, as a list of changes in JSON that name students and
 * persons by number, so that it can be kept in the store and applied slice by slice, resumed after a crash and repeated
 * without harm. The same files again give an empty list.
 *
 * Who is who: a student by ref; a guardian by student and relation (and name where a child has two of a kind); equal name
 * and number at two children is one person; staff by number or name. Blank cells change nothing. A number that the store
 * does not have replaces the old ones of that person (a changed line), unless a sibling's row still gives an old one: then
 * both stay and both rows are reported. A restriction is set by a sheet, never lifted. Nobody is deleted.
 */
#ifndef GREENLINE_IMPORT_PLAN_H
#define GREENLINE_IMPORT_PLAN_H

#include <jansson.h>

#include "import/intake.h"
#include "lib/zone.h"
#include "store/register.h"

struct plan_count {
    size_t added, changed, same;
};

struct plan {
    json_t *steps;   /* array, in the order in which they must be applied */
    json_t *changes; /* array of sentences, one a change, for people */
    struct plan_count students, contacts, staff, pairings, rota;
};

enum { PLAN_CHANGES_MAX = 2000, ROTA_WEEKS = 20 /* a rota by weekday is laid out for a term */ };

struct plan_setting {
    const struct headers *headers;
    time_ms now;
    struct zone zone;
    struct date today;
};

/* Compares the sound rows of the intake with the roster; adds warnings to the intake. Free with plan_free(). */
void plan_make(struct plan *out, struct intake *intake, const struct roster *roster,
               const struct plan_setting *setting);
void plan_free(struct plan *plan);

/* Applies `count` steps from `from` on inside the turn's transaction. */
void plan_apply(struct store *store, const json_t *steps, size_t from, size_t count, time_ms now);

#endif
