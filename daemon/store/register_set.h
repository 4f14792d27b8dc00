/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The register kept by hand: a child, a contact, a member of staff, a pairing or a duty at a time, as `greenline student
 * add` and its kin do. Nothing is deleted: what ends gets a time, so the green channel stays whole. What was queued
 * meanwhile is judged anew by may_tell() when it is claimed. Plain rows; sticky failure as in store.h. Booleans and
 * numbers say whether (how often) there was something to change.
 */
#ifndef GREENLINE_STORE_REGISTER_SET_H
#define GREENLINE_STORE_REGISTER_SET_H

#include "store/store.h"

/* --- children --- */
enum student_text {
    STUDENT_NAME,
    STUDENT_SEX,   /* "male", "female" */
    STUDENT_BIRTH, /* YYYY-MM-DD or YYYY-MM */
    STUDENT_CLASS,
    STUDENT_GRADE,
    STUDENT_VILLAGE,
    STUDENT_REMARK,
    STUDENT_TEXTS
};
/* The new child's id; 0 when the number is taken. */
int64_t student_new(struct store *store, const char *ref, const char *name);
/* NULL empties the field; never for the name. */
void student_set_text(struct store *store, int64_t student, enum student_text field, const char *text);
void student_set_left_behind(struct store *store, int64_t student, bool left_behind);
/* Left the school at `at`, or is back (TIME_NEVER). */
void student_set_gone(struct store *store, int64_t student, time_ms at);
bool student_gone(struct store *store, int64_t student);
/* Asks about the child that are open or waiting, oldest first; their number. */
size_t student_open_asks(struct store *store, int64_t student, int64_t *ids, size_t max);
/* The cause of an emergency about the child that is still open; 0. */
int64_t student_open_alert(struct store *store, int64_t student);

/* --- groups (audience group:NAME) --- */
void party_put_student(struct store *store, const char *name, int64_t student);
void party_put_person(struct store *store, const char *name, int64_t person);
bool party_drop_student(struct store *store, const char *name, int64_t student);
bool party_drop_person(struct store *store, const char *name, int64_t person);

/* --- persons --- */
/* Somebody new; the number (ref) is `wanted` or, where it is taken, "wanted-2" and so on. The id. */
int64_t person_new(struct store *store, const char *wanted, const char *name);
void person_set_name(struct store *store, int64_t person, const char *name);
/* Whoever has that name and that number (E.164); 0. */
int64_t person_of_line(struct store *store, const char *name, const char *e164);
/* Whoever has that name and a role now; 0. */
int64_t person_of_staff(struct store *store, const char *name, time_ms now);
/* The number becomes the person's first one, confirmed now. It counts as sound again, but stays opted out if it is. */
void person_give_line(struct store *store, int64_t person, const char *e164, const char *type, time_ms now);

/* --- relations --- */
/* The child's contact of that name, one who holds now before one who does not; 0. */
int64_t relation_by_name(struct store *store, int64_t student, const char *name, time_ms now);
bool relation_holds(struct store *store, int64_t student, int64_t person, time_ms now);
bool relation_restricted(struct store *store, int64_t student, int64_t person);
/* The place behind everybody whom the child has. */
int64_t relation_last_rank(struct store *store, int64_t student, time_ms now);
bool student_has_guardian(struct store *store, int64_t student, time_ms now);

/* --- roles, pairings, rota --- */
bool role_held(struct store *store, int64_t person, const char *role, time_ms now);
/* The role whose class changes when none is named: the only one, else "teacher" if held. The caller frees; NULL. */
char *role_of_class(struct store *store, int64_t person, time_ms now);
/* Ends the role (NULL: all of them). */
int64_t role_end(struct store *store, int64_t person, const char *role, time_ms now);
bool pairing_holds(struct store *store, int64_t mentor, int64_t student, time_ms now);
/* All of a mentor's pairings. */
int64_t pairing_end_all(struct store *store, int64_t mentor, time_ms now);
/* The duty's id; one that is there already is not doubled. */
int64_t rota_put(struct store *store, int64_t person, const char *post, time_ms since, time_ms until);
/* A duty that runs ends now, one to come never begins; false when it is over or not there. */
bool rota_end(struct store *store, int64_t id, time_ms now);
int64_t rota_end_all(struct store *store, int64_t person, time_ms now);
/* Who has that duty; 0. */
int64_t rota_person(struct store *store, int64_t id);

#endif
