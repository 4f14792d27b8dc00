/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The alert as a thing on top of the engine's emergency: raised with its kind's wording, ladder and clocks; taken, passed
 * on, cleared and closed by a person; its clocks kept or missed; reports to authorities. Functions that take an alert by
 * its cause do nothing, or say so, when there is none. Time comes with the turn.
 */
#ifndef GREENLINE_ENGINE_ALERTING_H
#define GREENLINE_ENGINE_ALERTING_H

#include "core/alert.h"
#include "engine/engine.h"
#include "store/alert.h"

enum { ALERT_CHILDREN_MAX = 200 /* named one by one; more are an audience */ };

/* Texts are borrowed. */
struct alert_request {
    const char *key, *by;
    enum alert_kind kind;
    enum severity severity;
    const int64_t *students; /* or audience */
    size_t student_count;
    const char *audience;
    int64_t other;                       /* the child of the second family; 0 */
    const char *title, *text, *measures; /* each may be NULL */
    const char *issuer;                  /* of an official warning; NULL: the school's own */
    time_ms issued;
    const char *ladder;  /* by name; NULL: by kind and severity */
    const char *numbers; /* whom to ring by hand, as a text has them: "110、120" */
    int situation;       /* 1 … 9; 0 */
    bool drill;
};

/* The alert (its cause); one sentence in `err` and 0 when something of it cannot be. */
int64_t engine_raise_alert(struct engine *engine, const struct alert_request *request, struct error *err);
/* Whom it is about, as an audience's text; the caller frees. */
char *engine_alert_audience(struct engine *engine, const struct alert_request *request);
/*
 * What raising it would do, without doing it: {kind, severity, students, looked_at, ladder, first: [{student, person,
 * number, channel}], steps: [{step, branch, after_s, at_s, who, people, nobody}], unreachable: [{student, who, person,
 * reason}], clocks: [{name, limit_s, due}], texts: [{channel, text}], warnings}. NULL and err as above.
 */
json_t *engine_preview_alert(struct engine *engine, const struct alert_request *request, struct error *err);

/* "Cannot: ask the next": every ask of it climbs now. `row`: who says so (person or by). */
bool engine_alert_pass(struct engine *engine, int64_t alert, const struct answer_row *row, struct error *err);
/* The all-clear to everybody who was told, and the end of the climb; its cause, 0 and err. */
struct alert_clearing {
    int64_t alert;
    const char *key, *by, *text; /* text: NULL */
};
int64_t engine_alert_clear(struct engine *engine, const struct alert_clearing *clearing, struct error *err);
/* Closed by a person with an outcome; a warning only after its all-clear, a mandatory report once it is reported. */
bool engine_alert_close(struct engine *engine, int64_t alert, const char *outcome, const char *by, struct error *err);
/* A clock is kept, as staff know. */
struct alert_mark {
    int64_t alert;
    enum alert_clock clock;
    time_ms at; /* 0: now */
    const char *by, *note;
};
bool engine_alert_mark(struct engine *engine, const struct alert_mark *mark, struct error *err);
/* An authority was told, or has said what it did. "none" as authority: nothing had to be reported, with its reason. */
bool engine_alert_report(struct engine *engine, const struct alert_report *report, struct error *err);

/* --- for the engine itself --- */
/* An answer to an ask was stored: clocks that count it. */
void engine_alert_answered(struct engine *engine, const struct ask *ask, const struct answer_row *row);
/* One slice of what is due: clocks, reminders, recipients of an all-clear; true when something was done. */
bool engine_alert_work(struct engine *engine);
time_ms engine_alert_next(struct engine *engine);

#endif
