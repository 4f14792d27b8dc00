/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Persons, their lines, roles and relations to students, and the chains by which a child's people are found.
 */
#ifndef GREENLINE_STORE_PERSON_H
#define GREENLINE_STORE_PERSON_H

#include "store/message.h"
#include "store/store.h"

struct person {
    int64_t id;
    char *ref, *name, *language, *quiet; /* quiet: "21:00-07:00" or NULL */
    bool reads, sends, hears, deceased;
};

void person_free(struct person *person);
bool person_get(struct person *out, struct store *store, int64_t id);

/* Somebody and one of their lines, in a chain. line 0: has none. */
struct contact {
    int64_t person, line;
    int rank; /* of the person in the chain */
    bool reads, landline;
};

/* The words of a ladder's `who`, each with the SQL it stands for (person_chain()). */
enum chain {
    CHAIN_GUARDIANS, /* day-by-day carers first, then the others by rank */
    CHAIN_PARENTS,
    CHAIN_MOTHER,
    CHAIN_FATHER,
    CHAIN_MENTOR,
    CHAIN_TEACHER, /* of the child's class */
    CHAINS
};
/* The persons of a chain for a student, each with their best line, best first; at most `max`. */
size_t person_chain(struct store *store, int64_t student, enum chain chain, time_ms now, struct contact *out,
                    size_t max);
/* All who hold a role now ("head", "duty" also by the rota). */
size_t person_of_role(struct store *store, const char *role, time_ms now, struct contact *out, size_t max);
/* One person with their best line. */
struct contact person_contact(struct store *store, int64_t person);
/* "mobile" line of a person for texts, any for calls: the best line for this channel, else the best at all. */
int64_t person_best_line(struct store *store, int64_t person, enum channel channel);

/* 0 when nobody has this ref. */
int64_t person_by_ref(struct store *store, const char *ref);
/* Whether this person cares for the child day by day. */
bool relation_is_guardian(struct store *store, int64_t student, int64_t person);
bool person_is_staff(struct store *store, int64_t person, time_ms now);
/* The word the family uses for the relation ("奶奶"), the caller frees; NULL when there is none. */
char *relation_word(struct store *store, int64_t student, int64_t person);

struct student {
    int64_t id;
    char *ref, *name, *class, *village;
    bool left_behind, gone;
};
void student_free(struct student *student);
bool student_get(struct student *out, struct store *store, int64_t id);
/* The mentor's name, or the class teacher's; the caller frees; NULL. */
char *student_mentor_name(struct store *store, int64_t student, time_ms now);

#endif
