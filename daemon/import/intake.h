/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a set of register files says, before anything is compared with the store: typed records, each with its place,
 * and all mistakes and warnings as lines "FILE:ROW:COLUMN: what: mend" (row as a spreadsheet counts, column by its
 * header). One line for each faulty cell, none for a sound one. A record of a faulty row is marked, so that an import
 * may leave it out. Reading never fails as a whole: a file that cannot be read is one mistake.
 * Pure: today's date, the words and what the store knows are parameters.
 */
#ifndef GREENLINE_IMPORT_INTAKE_H
#define GREENLINE_IMPORT_INTAKE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/phone.h"
#include "import/class_name.h"
#include "import/date.h"
#include "import/encoding.h"
#include "import/headers.h"
#include "import/span.h"

enum { INTAKE_PHONES_MAX = 6, INTAKE_ROLES_MAX = 8, INTAKE_FILES_MAX = 64 };

/* Borrowed for the time of the call. */
struct import_file {
    const char *name; /* for messages */
    const char *bytes;
    size_t length;
};

/* What the store knows already: whom contacts and pairings may name. Borrowed. */
struct known_student {
    const char *ref, *name, *class; /* class may be NULL */
};
struct known_staff {
    const char *ref, *name;
};
struct known {
    const struct known_student *students;
    size_t student_count;
    const struct known_staff *staff;
    size_t staff_count;
};

struct import_options {
    const struct headers *headers;
    const char *region; /* of numbers without country, "CN" */
    struct date today;
    int as;                    /* enum sheet_kind, or -1: guess by headers */
    const char *key;           /* header of the column that identifies a student; NULL: 学籍号 and its kin */
    const struct known *known; /* may be NULL */
    struct date term_start;    /* first day of the term, for "第3周"; year 0: not known */
};

/* Where a record stands. Strings in records belong to the intake. */
struct place {
    size_t file; /* index of the files given */
    int row;     /* as a spreadsheet counts; 0: the file as a whole */
    int column;  /* index; -1: the row as a whole */
};

enum claim { CLAIM_UNKNOWN, CLAIM_NO, CLAIM_YES }; /* what a yes/no cell says; blank is unknown */

struct intake_phone {
    char e164[PHONE_E164_MAX];
    enum phone_type type;
    bool suspect; /* 空号, 停机 … stood beside it */
    struct place place;
};

struct intake_student {
    struct place place;
    bool faulty;                                     /* its row has a mistake */
    bool derived;                                    /* ref put together from name, birth and class */
    const char *ref;                                 /* the 学籍号 or configured key */
    const char *name, *former_name;                  /* former_name NULL without */
    const char *sex;                                 /* "male", "female" or NULL */
    struct date birth;                               /* year 0: unknown */
    const char *class;                               /* canonical; NULL: unknown */
    int grade;                                       /* GRADE_UNKNOWN without */
    const char *village, *group, *language, *remark; /* NULL where blank */
    enum claim left_behind, boarding;
};

/* Whom a record means: by number, or by name (and class where a name is borne by several). */
struct intake_who {
    const char *no, *name, *class; /* as the sheet has them, cleaned; NULL where blank */
    struct place no_place, name_place, class_place;
    const char *ref; /* found: the student's ref; NULL */
};

struct intake_contact {
    struct place place;
    bool faulty;
    struct intake_who student;
    const char *name;     /* "王小明家长" where the sheet has a number without a name */
    bool named;           /* false: such a made-up name */
    const char *relation; /* key of value.relation: "father" … "other" */
    const char *word;     /* as the family says it; NULL */
    int rank;             /* order of calling inside this child, 1 first */
    bool ranked;          /* the sheet gave the order */
    bool guardian;        /* cares for the child day by day */
    bool guardian_given;  /* the sheet says so; else the first in order is taken for it */
    struct intake_phone phones[INTAKE_PHONES_MAX];
    size_t phone_count;
    enum claim reads, sends, hears, restricted, opted_out;
    const char *language, *hours, *work_place;
    bool deceased;
};

struct intake_staff {
    struct place place;
    bool faulty;
    bool mentioned; /* by another file's row, which adds to who stands in the staff list */
    const char *no; /* NULL without */
    int no_column;
    const char *name;
    const char *roles[INTAKE_ROLES_MAX]; /* keys of value.role; the word itself where unknown */
    size_t role_count;
    const char *class; /* canonical; NULL */
    struct intake_phone phones[INTAKE_PHONES_MAX];
    size_t phone_count;
};

struct intake_pairing {
    struct place place;
    bool faulty;
    const char *mentor;     /* the name, as staff bear it */
    const char *mentor_ref; /* of a known staff member; NULL: of this intake, by name */
    struct place mentor_place;
    struct intake_who student;
    struct date since, until; /* year 0: not given */
};

/* Pupil to pupil (手拉手). */
struct intake_peer {
    struct place place; /* of the partner's cell */
    bool faulty;
    struct intake_who student, partner;
    struct date since, until; /* year 0: not given */
};

struct intake_rota {
    struct place place;
    bool faulty;
    const char *person;
    struct place person_place;
    const char *post, *shift; /* post: "leader", "duty" or the sheet's word; shift NULL where blank */
    struct span span;         /* without dates it repeats by day of the week */
};

/* A member of staff named in a student's row (班主任, 帮扶教师): must be known, unless a number stands beside the name. */
struct intake_mention {
    struct place place;
    bool faulty;
    const char *name, *role, *class; /* role: key of value.role; class NULL but for the class teacher */
    struct intake_phone phones[INTAKE_PHONES_MAX];
    size_t phone_count;
};

struct intake_sheet { /* one a file */
    const char *file;
    bool read; /* false: the file is one mistake */
    bool held; /* not stored, because of its mistakes */
    enum sheet_kind kind;
    const char *guessed_by; /* "headers …" or "--as" */
    const char *encoding;
    size_t rows;   /* of data */
    char **titles; /* of the columns, for places */
    size_t title_count;
};

struct finding {
    struct place place;
    bool warning;
    bool absent; /* it names somebody nobody knows, and nobody who is called nearly so */
    size_t order;
    char *text; /* "what: mend" */
};

struct intake {
    struct intake_sheet *sheets;
    size_t sheet_count;
    struct intake_student *students;
    size_t student_count;
    struct intake_contact *contacts;
    size_t contact_count;
    struct intake_staff *staff;
    size_t staff_count;
    struct intake_pairing *pairings;
    size_t pairing_count;
    struct intake_peer *peers;
    size_t peer_count;
    struct intake_rota *rota;
    size_t rota_count;
    struct intake_mention *mentions; /* settled by intake_read(): what had to be known is, or is a mistake */
    size_t mention_count;
    struct finding *findings; /* sorted by place */
    size_t finding_count, mistake_count, finding_order;
    char **pool; /* strings of the records */
    size_t pooled;
};

/* Reads the files, in whatever order they come. Always fills `out`; free it with intake_free(). */
void intake_read(struct intake *out, const struct import_file *files, size_t count,
                 const struct import_options *options);
void intake_free(struct intake *intake);

/* A finding as a line, "FILE:ROW:COLUMN: what: mend"; the caller frees. */
char *intake_line(const struct intake *intake, const struct finding *finding);
/* {sheets: [{file, kind, guessed_by, encoding, rows, held}], mistakes: […], warnings: […]}; the caller owns it. */
json_t *intake_json(const struct intake *intake);

/* For checks that come later (against the store): one more finding, at a place. */
void intake_add(struct intake *intake, struct place place, bool warning, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Drops the findings after the first `count` that were added. */
void intake_forget(struct intake *intake, size_t count);
/* Puts the findings into the order of files, rows and columns. */
void intake_sort(struct intake *intake);
/* A string that lives as long as the intake; NULL for NULL. */
const char *intake_keep(struct intake *intake, const char *text);

#endif
