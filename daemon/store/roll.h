/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The morning roll (晨检) and absences. A roll is one class on one day: who reports it, when it was due, what was
 * reported, who was away and why. An absence is the day's cause of kind absent for one child, with what was said when it
 * was opened. Days are texts, YYYY-MM-DD in the school's zone.
 */
#ifndef GREENLINE_STORE_ROLL_H
#define GREENLINE_STORE_ROLL_H

#include "core/order.h"
#include "store/list.h"

enum { ROLL_CLASSES_MAX = 200, DAY_TEXT = 16 };

/* --- classes and who reports them --- */
/* Names of classes with children at the school, in order; the caller frees each; their number. */
size_t class_list(struct store *store, char **names, size_t max);
/* The class that is written so or otherwise ("三年级2班" for 三(2)班); the caller frees; NULL: none, or several. */
char *class_find(struct store *store, const char *text);
int64_t class_size(struct store *store, const char *class);
/* Who reports for it now: whom the rota puts there (post = the class), else its teacher; 0. */
int64_t class_reporter(struct store *store, const char *class, time_ms now);
/* The classes of which somebody on this line is the reporter now; the caller frees each; their number. */
size_t line_classes(struct store *store, int64_t line, time_ms now, char **names, size_t max);
/* Whether the line has persons and all of them hold a role or mentor somebody now: staff may write orders from there. */
bool line_is_staff(struct store *store, int64_t line, time_ms now);
/* Children of that name who are at the school, of this class or (NULL) of any; their number. */
size_t student_by_name(struct store *store, const char *name, const char *class, int64_t *students, size_t max);

/* --- rolls --- */
struct roll {
    int64_t id, ask; /* ask 0: nobody was asked */
    char *day, *class;
    time_ms due, reported; /* TIME_NEVER: not yet */
    int expected, present; /* -1 */
};
void roll_free(struct roll *roll);
/* The roll of a class on a day, made when it is new. */
int64_t roll_put(struct store *store, const char *day, const char *class, int64_t ask, time_ms due);
bool roll_get(struct roll *out, struct store *store, int64_t id);
int64_t roll_find(struct store *store, const char *day, const char *class);
/* Whether a day's roll has been opened. */
bool roll_opened(struct store *store, const char *day);
/* The day's rolls that were asked for on this line and are not reported yet; their number. */
size_t roll_asked_on(struct store *store, int64_t line, const char *day, int64_t *rolls, size_t max);
/* A report; it overrules the one before. `person` 0, `reply` 0. */
void roll_report(struct store *store, const struct roll *roll, int64_t person, const char *by, int64_t reply,
                 time_ms now);
/* A child is away; the word replaces an earlier one. `cause`: its absence; 0. */
void roll_put_absent(struct store *store, int64_t roll, int64_t student, enum order_word word, int64_t cause);
int64_t roll_count_away(struct store *store, int64_t roll);
/* The child came after all. */
void roll_set_back(struct store *store, const char *day, int64_t student, time_ms now);

/* --- absences --- */
struct absence {
    int64_t cause, student;
    char *day, *note, *by;
    time_ms since;
};
void absence_put(struct store *store, const struct absence *absence);
/* The newest cause of kind absent about this child on that day that no person has closed; `ended` too: one whose family
 * has said where the child is. 0. */
int64_t absence_open(struct store *store, int64_t student, const char *day, bool ended);
/* How many were opened on that day. */
int64_t absence_count(struct store *store, int64_t student, const char *day);
/* Absences of the child that no person has closed, newest first; their number. */
size_t absence_unclosed(struct store *store, int64_t student, int64_t *causes, size_t max);

/* --- lists; filter->day, NULL: of all days --- */
json_t *roll_list(struct store *store, const struct list_filter *filter);
json_t *roll_show(struct store *store, int64_t id, const struct list_filter *filter);
json_t *absence_list(struct store *store, const struct list_filter *filter);
json_t *absence_show(struct store *store, int64_t cause, const struct list_filter *filter);

#endif
