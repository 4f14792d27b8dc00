/* SPDX-License-Identifier: Apache-2.0 */
/* The register in memory while a plan is made: the store's rows first, then moved by the intake. Only for the folder. */
#ifndef GREENLINE_IMPORT_PLAN_INTERNAL_H
#define GREENLINE_IMPORT_PLAN_INTERNAL_H

#include "import/index.h"
#include "import/plan.h"

enum { SLOT_LINES_MAX = 12 };

/* Texts are borrowed from roster or intake. */
struct student_slot {
    const char *ref, *name, *former_name, *sex, *birth, *class, *grade, *village, *village_group, *language, *remark;
    bool left_behind, boarding, gone;
    const struct register_student *from; /* the store's row; NULL: new */
    bool changed, named;                 /* named: a sound row of the intake is about it */
    bool peers_named;                    /* its own row says who its partners are */
    struct place place;                  /* of that row */
};

struct line_slot {
    char e164[PHONE_E164_MAX];
    enum phone_type type;
    bool suspect, dead, opted_out; /* dead: the store knows it as wrong */
    bool fresh, given, dropped;    /* given: by a row of this intake */
    bool marked;                   /* suspect or opted out by this intake */
};

struct person_slot {
    const char *ref, *name, *dialect, *quiet, *work_place, *remark;
    bool reads, sends, hears, deceased;
    const struct register_person *from; /* NULL: new */
    bool changed, lines_changed, roles_changed;
    bool staff, was_staff, staff_named;     /* holds a role; did so before; a row of staff is about this person */
    struct line_slot lines[SLOT_LINES_MAX]; /* by rank */
    size_t line_count;
};

struct relation_slot {
    size_t student, person;
    const char *kind, *word;
    int64_t rank;
    bool guardian, restricted;
    const struct register_relation *from; /* NULL: new */
    bool changed, ended, named;
    struct place place;
};

struct role_slot {
    size_t person;
    const char *role, *class;
    bool fresh, moved; /* moved: another class before */
};

struct pairing_slot {
    size_t mentor, student;
    time_ms since, until;
    const struct register_pairing *from; /* NULL: new */
    bool changed, ended, named;
};

struct peer_slot { /* two pupils, in any order */
    size_t student, peer;
    time_ms since, until;
    const struct register_peer *from; /* NULL: new */
    bool changed, ended, named;
};

struct planner {
    struct plan *plan;
    struct intake *intake;
    const struct roster *roster;
    const struct plan_setting *setting;
    struct student_slot *students;
    size_t student_count;
    struct person_slot *persons;
    size_t person_count;
    struct relation_slot *relations;
    size_t relation_count;
    struct role_slot *roles;
    size_t role_count;
    struct pairing_slot *pairings;
    size_t pairing_count;
    struct peer_slot *peers;
    size_t peer_count;
    json_t *rota_steps;
    struct index student_by_ref, person_by_ref, person_by_name, person_by_number, relation_by_student,
        pairing_by_student, peer_by_student; /* the latter by both */
};

/* plan_model.c */
void planner_open(struct planner *planner, const struct roster *roster);
void planner_close(struct planner *planner);
size_t planner_add_person(struct planner *planner, struct person_slot slot);
size_t planner_add_relation(struct planner *planner, struct relation_slot slot);
size_t planner_add_role(struct planner *planner, struct role_slot slot);
size_t planner_add_pairing(struct planner *planner, struct pairing_slot slot);
size_t planner_add_peer(struct planner *planner, struct peer_slot slot);
size_t planner_add_student(struct planner *planner, struct student_slot slot);
/* A member of staff by name; somebody who will be one in this import counts. INDEX_END. */
size_t planner_colleague(const struct planner *planner, const char *name);
/* The first instant of a date, or (`end`) that behind it; TIME_NEVER without one. A month alone: of its first or last day. */
time_ms planner_instant(const struct planner *planner, struct date date, bool end);
/* A ref that nobody has yet, made from `wanted`. Kept by the intake. */
const char *planner_free_ref(struct planner *planner, const char *wanted);
struct line_slot *person_line(struct person_slot *person, const char *e164);
/* The person of that name with one of those numbers; INDEX_END. */
size_t planner_same_person(const struct planner *planner, const char *name, const struct intake_phone *phones,
                           size_t count);
/* Sets a field unless the row says nothing (NULL, CLAIM_UNKNOWN). */
void slot_set_text(const char **field, const char *text);
void slot_set_flag(bool *field, enum claim claim);
/* Numbers of a row: new ones go in front. */
void person_take_phones(struct planner *planner, size_t person, const struct intake_phone *phones, size_t count);
/* When all rows were taken: whoever got a new number loses those that no row gives. */
void planner_settle_lines(struct planner *planner);
/* One more sentence for people. */
void planner_say(struct planner *planner, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* plan_people.c, plan_staff.c, plan_peers.c, plan_rota.c, plan_compare.c, plan_warn.c, plan_steps.c */
void plan_students(struct planner *planner);
void plan_contacts(struct planner *planner);
void plan_staff(struct planner *planner);
void plan_pairings(struct planner *planner);
void plan_peers(struct planner *planner);
void plan_rota(struct planner *planner);
void plan_compare(struct planner *planner);
void plan_warn(struct planner *planner);
void plan_steps(struct planner *planner);

#endif
