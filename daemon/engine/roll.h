/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The morning roll (晨检) and absences. On school days each class is asked half an hour before its report is due: one
 * cause a day, one ask a class (ask.subject), so that a teacher of two classes gets one text and a head, in the end, one
 * list. A report, zero too, settles the class's ask; a child who is away without a reason opens an absence, a cause of
 * kind absent that ends only by "accounted for" or by a person. A second one for the same child and day joins the first.
 */
#ifndef GREENLINE_ENGINE_ROLL_H
#define GREENLINE_ENGINE_ROLL_H

#include "core/order.h"
#include "engine/engine.h"
#include "store/roll.h"

/* Opens the day's roll when its time has come; true when it did something. */
bool engine_roll_work(struct engine *engine);
time_ms engine_roll_next(struct engine *engine);

/* What a class says. Numbers are -1 where nothing was said of them; what follows from the rest is filled in. */
struct roll_report {
    const char *class; /* as the register has it */
    bool all;
    int expected, present, missing;
    const int64_t *students; /* named, each with its word */
    const enum order_word *words;
    size_t count;
    int64_t person, line, reply; /* whose words; 0 */
    const char *by;              /* at the keyboard; NULL: by text */
    const char *who;             /* the name of who wrote it; of what is opened for it */
};
struct roll_result {
    int64_t roll;
    int expected, present;
    size_t opened, joined, back; /* absences */
    int unnamed;                 /* away by the numbers, and nobody has said who */
};
/* False with a sentence where the numbers contradict each other; nothing is changed then. */
bool engine_report_roll(struct engine *engine, const struct roll_report *report, struct roll_result *out,
                        struct error *err);

/* One child outside a report: away with a word, or here after all. False with a sentence. */
struct away_note {
    int64_t student;
    enum order_word word;
    const char *by;
};
bool engine_note_away(struct engine *engine, const struct away_note *note, struct roll_result *out, struct error *err);

struct absence_request {
    int64_t student;
    time_ms since;    /* 0: now */
    const char *note; /* NULL */
    const char *by;
};
/* The cause; *joined when one was there already. 0 and a sentence. */
int64_t engine_open_absence(struct engine *engine, const struct absence_request *request, bool *joined,
                            struct error *err);
/* The child is accounted for: its absences are closed; their number, 0: there was none. */
size_t engine_account_for(struct engine *engine, int64_t student, const char *outcome, const char *by);

/* "2026-10-08", the day of `at` in the school's zone. */
void engine_day(char out[static DAY_TEXT], const struct engine *engine, time_ms at);

#endif
