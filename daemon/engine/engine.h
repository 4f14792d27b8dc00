/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine: causes become asks and messages, asks climb their ladders until somebody answers. Pure over the store:
 * time comes with the turn, so a whole term runs in the simulation.
 *
 *     schedule or person ──> cause ──> recipients ──> asks and messages ──> steps ──> answer, or the ask ends
 */
#ifndef GREENLINE_ENGINE_ENGINE_H
#define GREENLINE_ENGINE_ENGINE_H

#include <jansson.h>

#include "core/alert.h"
#include "core/calendar.h"
#include "outbox/outbox.h"
#include "store/ask.h"
#include "store/turn.h"

struct engine;

/* The morning roll; `classes` NULL or empty: all; texts are borrowed from the configuration. */
struct roll_rules {
    bool on;
    int by_min; /* minutes of the day by which a class has reported */
    time_ms before;
    const char *const *classes;
    const char *ladder; /* NULL: the kind's */
};

/* The climb's own waits: a call that nobody took is made again, a ladder that is through begins again. */
#define ENGINE_AGAIN_MS (2 * MINUTE_MS)
#define ENGINE_AGAIN_URGENT_MS (30 * SECOND_MS)
#define ENGINE_PAUSE_LEAST_MS (5 * MINUTE_MS)

struct engine_rules {
    const char *templates; /* folder of NAME.zh.txt, NAME.en.txt, NAME.voice.zh.txt … */
    const char *language;  /* of the school */
    struct zone zone;
    const struct calendar *calendar; /* borrowed until the next rules; NULL: Monday to Friday are school days */
    struct hours quiet;              /* the school's */
    /* the ladder's snapshot for a kind (`name` NULL) or by name; the caller frees; NULL: none of that name */
    char *(*ladder)(void *arg, enum kind kind, const char *name);
    void *ladder_arg;
    time_ms due[KINDS], grace[KINDS]; /* -1: the table's */
    struct roll_rules roll;
    time_ms clocks[ALERT_CLOCKS]; /* of alerts: 0: the table's; below 0: does not run */
    time_ms settled_after;        /* until the others hear that it is settled; 0: 2 min */
    time_ms done_by, remind;      /* from the acknowledgement to the outcome, and how long before; 0: 30, 10 min */
};

struct engine *engine_new(struct turn *turn, struct outbox *outbox, const struct engine_rules *rules);
void engine_free(struct engine *engine);
void engine_set_rules(struct engine *engine, const struct engine_rules *rules);

/* --- work of the loop --- */
/* Does what is due, at most one slice (some hundred rows); true while there is more to do at once. */
bool engine_work(struct engine *engine);
/* While routine is held (a fault of the disk, a restore) engine_work() does emergencies only. */
void engine_only_urgent(struct engine *engine, bool only);
/* Whether some of it is an emergency's, which waits for nothing. */
bool engine_urgent(struct engine *engine);
/* When engine_work() has something to do; TIME_NEVER. */
time_ms engine_next(struct engine *engine);
/* No step of an emergency fires before the one time, none of another question before the other (0: now); at start, while
 * the gateways hand over what came in meanwhile. */
void engine_hold(struct engine *engine, time_ms emergency_until, time_ms routine_until);
/* Looks at open asks, a few hundred a call, and mends one that has neither a next time nor a reason to wait; the number
 * mended, which the setting `audited` counts as well. Called on the daemon's tick. */
size_t engine_audit(struct engine *engine);
/* Greenline itself is in trouble: tells operator and head by a gateway that is up, once an hour for this key. Always
 * logged; false when nobody could be told. */
bool engine_alarm(struct engine *engine, const char *key, const char *text);
/* The same where this gateway is the trouble: by another one, if one is up. */
bool engine_alarm_beside(struct engine *engine, const char *key, const char *text, const char *gateway);
/* An alarm when emergencies wait for gateways that are all down; on the tick and whenever one goes down. */
void engine_watch_gateways(struct engine *engine);
/* A message has ended without success: its steps may move on. Registered with the outbox by engine_new(). */
void engine_message_ended(struct engine *engine, int64_t message, enum message_state state, enum reason reason);

/* --- causes --- */
struct cause_request {
    const char *key; /* unique: "broadcast:REQUEST", "schedule:ID:TIME" */
    enum kind kind;
    const char *title, *by;
    const char *audience; /* as text, "A except (B)" included */
    const char *template; /* or text; with both the text is put in for the template's {text} */
    const char *text;
    const char *ladder; /* by name; NULL: the kind's */
    int64_t schedule;   /* 0 */
    time_ms at;         /* not before; 0: now */
    bool drill;
};
/* The cause's id; an existing key gives the existing one. 0 and one sentence when something of it cannot be. */
int64_t engine_open_cause(struct engine *engine, const struct cause_request *request, struct error *err);
/* Who would get what: {recipients, lines, refused, encoding, segments, parts, cost, examples, warnings}; NULL and err. */
json_t *engine_preview(struct engine *engine, const struct cause_request *request, struct error *err);
bool engine_pause_cause(struct engine *engine, int64_t cause, struct error *err);
bool engine_resume_cause(struct engine *engine, int64_t cause, struct error *err);
bool engine_cancel_cause(struct engine *engine, int64_t cause, struct error *err);
/* One message by itself (what staff say, echoes, what a mentor is told); `kind` an inform. The message; 0 and why. */
struct saying {
    const char *key, *by;
    enum kind kind;
    int64_t person, line;    /* line 0: the person's best */
    const int64_t *students; /* the children it is about; may be none */
    size_t student_count;
    const char *text; /* as it is to be read */
    int64_t reply;    /* what it answers; 0 */
    bool drill;
    const char *gateway; /* goes by this one and no other; NULL: by any that carries it */
    const char *beside;  /* not by this one where another is up that carries it; NULL: none is left out */
};
/* Whether this person may be told such a thing about this child now, or later; line 0: on their best. */
bool engine_may_say(struct engine *engine, enum kind kind, int64_t person, int64_t line, int64_t student);
int64_t engine_say(struct engine *engine, const struct saying *saying, enum reason *why);

/* --- schedules --- */
struct schedule_request {
    const char *name, *kind, *audience, *template, *text, *ladder;
    const char *every;         /* friendly form, or */
    const char *rrule, *start; /* RFC 5545 and the first time, "2026-09-05 09:00" */
    bool school_days;          /* also where `every` speaks of school days */
    const char *on_holiday;    /* a word of core/dates.h; NULL: by the rule */
    const char *in_quiet;      /* the same; NULL: wait */
};
int64_t engine_add_schedule(struct engine *engine, const struct schedule_request *request, struct error *err);
/* After a start and whenever the rules are new: the next date of each schedule by the calendar as it now is. What is due
 * stays due; a date that has been stays one, for it is known by its origin. */
void engine_review_schedules(struct engine *engine);
/* pause, resume, remove. */
bool engine_change_schedule(struct engine *engine, int64_t schedule, const char *verb, struct error *err);
/* Runs it now, beside its dates; the cause. */
int64_t engine_run_schedule(struct engine *engine, int64_t schedule, const char *key, const char *by,
                            struct error *err);

/* --- answers --- */
/* Stores what a reply means for an ask, folds, and settles what follows. True when the outcome changed. */
bool engine_answer(struct engine *engine, const struct answer_row *row);
bool engine_cancel_ask(struct engine *engine, int64_t ask, struct error *err);
/* The same for all open asks of a cause (row->ask is void), or, where the row has a line, for those put to that line.
 * Many are gone through in slices of engine_work(); what it has not come to yet climbs no more. Their number so far. */
size_t engine_answer_cause(struct engine *engine, int64_t cause, const struct answer_row *row);
/* An emergency is closed by a person with an outcome: all its asks, many of them in slices. */
bool engine_close_alert(struct engine *engine, int64_t cause, const char *outcome, const char *by, struct error *err);

/* A template by name and language ("asked_back", "zh"), "" when there is none; borrowed. */
const char *engine_wording(const struct engine *engine, const char *name, const char *language);

#endif
