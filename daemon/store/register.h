/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The school's register as a whole: everybody who counts now (students who have not left, persons, their lines, relations,
 * roles, pairings that have not ended), read in one go for an import to compare with, and the writes an import makes. Writes
 * name students and persons by ref, so that a plan survives a restart; each may be repeated without changing anything.
 * Sticky failure as in store.h: a failed store reads nothing and writes nothing.
 */
#ifndef GREENLINE_STORE_REGISTER_H
#define GREENLINE_STORE_REGISTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

/* Rows as they stand. Strings are owned, NULL where the column is NULL. */
struct register_student {
    int64_t id;
    char *ref, *name, *former_name, *sex, *birth, *class, *grade, *village, *village_group, *language, *remark;
    bool left_behind, boarding, gone;
};
struct register_person {
    int64_t id;
    char *ref, *name, *dialect, *quiet, *work_place, *remark;
    bool reads, sends, hears, deceased;
};
struct register_line {
    int64_t person;
    char *e164, *state;
    int64_t rank;
    bool opted_out;
};
struct register_relation {
    int64_t student, person;
    char *kind, *word;
    int64_t rank;
    bool guardian, restricted;
};
struct register_role {
    int64_t person;
    char *role, *class;
};
struct register_pairing {
    int64_t mentor, student;
    time_ms since, until; /* TIME_NEVER: not given */
};
struct register_peer { /* two pupils, in any order */
    int64_t student, peer;
    time_ms since, until; /* TIME_NEVER: not given */
};
struct register_duty {
    int64_t id;
    char *person, *post; /* person: the ref */
    time_ms since, until;
};

struct roster {
    struct register_student *students; /* those who left too: they may come back */
    size_t student_count;
    struct register_person *persons; /* by name, then id */
    size_t person_count;
    struct register_line *lines; /* by person, then rank */
    size_t line_count;
    struct register_relation *relations; /* by student, then rank; ended ones left out */
    size_t relation_count;
    struct register_role *roles; /* held now */
    size_t role_count;
    struct register_pairing *pairings; /* not ended */
    size_t pairing_count;
    struct register_peer *peers; /* not ended */
    size_t peer_count;
    struct register_duty *duties; /* not over */
    size_t duty_count;
};

void roster_read(struct roster *out, struct store *store, time_ms now);
void roster_free(struct roster *roster);

/* Ids, 0 when there is none. */
int64_t register_student_id(struct store *store, const char *ref);
int64_t register_person_id(struct store *store, const char *ref);

/* Adds or sets all columns by ref (a student who had left is back). */
int64_t register_put_student(struct store *store, const struct register_student *student);
int64_t register_put_person(struct store *store, const struct register_person *person);
/* Gives the person the number at that rank; numbers of the register count as confirmed. `suspect` marks a line that was ok. */
void register_put_line(struct store *store, int64_t person, const char *e164, const char *type, int64_t rank,
                       bool suspect, time_ms now);
void register_drop_line(struct store *store, int64_t person, const char *e164);
void register_optout_line(struct store *store, const char *e164, time_ms now);
/* Adds or sets the relation; one that had ended holds again. */
void register_put_relation(struct store *store, const struct register_relation *relation, time_ms now);
void register_end_relation(struct store *store, int64_t student, int64_t person, time_ms now);
void register_put_role(struct store *store, int64_t person, const char *role, const char *class, time_ms now);
/* Ends the role for other classes than `class` (which may be NULL). */
void register_end_role(struct store *store, int64_t person, const char *role, const char *class, time_ms now);
void register_put_pairing(struct store *store, const struct register_pairing *pairing);
void register_end_pairing(struct store *store, int64_t mentor, int64_t student, time_ms now);
void register_put_peer(struct store *store, const struct register_peer *peer);
void register_end_peer(struct store *store, int64_t student, int64_t peer, time_ms now);
void register_put_rota(struct store *store, int64_t person, const char *post, time_ms since, time_ms until);

#endif
