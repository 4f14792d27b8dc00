/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model of what an alert must do, written beside the engine and not from it: its own ladders, its own notes on who was
 * asked, driven only by what left (jobs with their times), what came in (replies, keys, reports, what staff command) and
 * what happened to the machine (holds, gateways, clocks). It keeps for each branch of each question the earliest and the
 * latest time at which the next step may fire, so that what it cannot know (a number that may be suspect) widens the
 * bounds instead of being guessed. It says what is broken; nothing of it is read by the daemon.
 */
#ifndef GREENLINE_TESTS_SIM_MODEL_H
#define GREENLINE_TESTS_SIM_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/clock.h"

enum {
    MODEL_CHILDREN = 240,
    MODEL_PHONES = 640,
    MODEL_ALERTS = 32,
    MODEL_STEPS = 6,
    MODEL_BRANCHES = 2,
    MODEL_MESSAGES = 65536
};

/* Whom a ladder of the model names; a child has at most one phone for each. */
enum who { GUARDIAN, MOTHER, FATHER, MENTOR, OFFICIAL, HEAD, WHOS };
enum way { BY_TEXT, BY_CALL, WAYS };

struct model_step {
    int branch;
    time_ms after;
    unsigned who, ways; /* bits */
    int calls;
    enum who required; /* whose answer counts; WHOS: anybody's */
};

/* A ladder as the daemon reads it and as the model does. */
struct model_ladder {
    const char *json;
    struct model_step steps[MODEL_STEPS];
    int step_count, branches;
    enum who then; /* to whom it is handed over; WHOS: all again */
};
enum { MODEL_LADDERS = 4 };
extern const struct model_ladder model_ladders[MODEL_LADDERS];

enum fate { UNASKED, OPEN, TAKEN, DONE, CLOSED };

/* One person by one way, for one question. */
struct pair {
    int allowed, seen, calls_left;
    enum { NOT_PUT, PUT, OUT, BAD } state;
    bool good;  /* one of its calls was answered */
    bool again; /* refused for now: it goes again by itself */
    int64_t message;
    time_ms at; /* first told */
};

struct place {
    int next, last; /* steps; next -1: at its end, last -1: none fired */
    time_ms early, late, fired;
};

struct question {
    enum fate fate;
    struct place places[MODEL_BRANCHES];
    time_ms again_early, again_late; /* what comes after the last step */
    bool handed;                     /* it has been handed over */
    bool unsure;                     /* perhaps to nobody, so that it begins again instead */
    struct pair pairs[WHOS][WAYS];
    int asked[WHOS]; /* by which step last, from 1; 0: by none */
    time_ms owed_by; /* one of `owed` is claimed by then */
    int put_off;     /* how often it waited a minute for what went to the same person */
    uint32_t owed;   /* bit: who * WAYS + way */
    time_ms settled_at, done_by;
    int taker, second; /* phones; 0 based, -1: none, or staff by command */
    bool maybe;        /* taken, if its step fired before the model thought so */
    bool touched;      /* to be held against what Greenline says */
};

struct alert {
    int64_t cause;
    const struct model_ladder *ladder;
    bool several, absence; /* several children: staff are told together */
    bool closed;
    time_ms opened, last_gathered[MODEL_PHONES][WAYS];
    int codes[MODEL_PHONES];     /* of its token there; -1: not told */
    time_ms told[MODEL_PHONES];  /* first; 0 */
    int notes[MODEL_PHONES];     /* "settled" */
    int settlings[MODEL_PHONES]; /* how often it was settled there */
    struct question questions[MODEL_CHILDREN];
};

struct model_phone {
    bool staff, gone;
    int bad_weeks;
    int64_t bad_week;
    bool forbidden[MODEL_CHILDREN];
};

/* A message as it was seen to leave. */
struct model_message {
    int64_t id;
    int alert, phone;
    enum way way;
    bool many;  /* about more than it names */
    bool ended; /* delivered or not: nothing changes that any more */
    bool at_gateway, recalled;
    time_ms at;
    uint8_t children[MODEL_CHILDREN / 8];
};

struct model {
    bool verbose;
    int faults;
    time_ms now;
    time_ms expired_at;                  /* when a taking last did */
    time_ms held;                        /* no step fires before */
    time_ms excused;                     /* the machine could not do better until then */
    time_ms excused_way[WAYS];           /* no gateway carried this until then */
    time_ms alarm_at;                    /* when the head last heard that the gateways are down */
    time_ms alarm_since;                 /* since when calls have no gateway and texts have one; 0 */
    int64_t highest;                     /* message */
    int phones_of[MODEL_CHILDREN][WHOS]; /* -1: none */
    struct model_phone phones[MODEL_PHONES];
    struct alert alerts[MODEL_ALERTS];
    int alert_count;
    struct model_message *messages; /* by id */
    int64_t judged;                 /* how many things were checked; for the summary */
};

struct model *model_new(bool verbose);
void model_free(struct model *model);
int model_fault(struct model *model, const char *rule, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* An alert to these children (NULL: all); its index. */
int model_alert(struct model *model, int64_t cause, int ladder, bool absence, const bool *children);

/* A job as it was committed to leave. */
struct model_job {
    int64_t message;
    int phone;
    enum way way;
    const char *text;
};
void model_job(struct model *model, const struct model_job *job);
enum model_report { REPORT_ACCEPTED, REPORT_GOOD, REPORT_BAD, REPORT_BUSY, REPORT_AGAIN, REPORT_CANCELLED };
void model_report(struct model *model, int64_t message, enum model_report report);
void model_recalled(struct model *model, int64_t message);

/* What somebody answered: a token's code (0: none) and the option, or a key in the call `message`. */
void model_reply(struct model *model, int phone, time_ms at, int code, int option);
void model_key(struct model *model, int64_t message, int option);
void model_wrong_number(struct model *model, int phone);
void model_take(struct model *model, int alert); /* staff, by command */
void model_close(struct model *model, int alert);

/* Time goes on to `now`; what was due by then must have left. At the end of all that is done at one instant. */
void model_advance(struct model *model, time_ms now);
void model_quiet(struct model *model);
/* The daemon has begun again: no step fires before. */
void model_hold(struct model *model, time_ms until);
/* Whatever a gateway had in hand is nobody's: it may go again. */
void model_lost(struct model *model);
/* Nothing could leave before; nothing of this way could. */
void model_excuse(struct model *model, time_ms until);
void model_excuse_way(struct model *model, enum way way, time_ms until);
/* When the model's next thing is due; TIME_NEVER. */
time_ms model_next(const struct model *model);

/* Between the files of the model: the climb of one question. */
uint32_t model_bit(int who, int way);
struct window {
    time_ms early, late;
};
void model_fire(struct model *model, struct alert *alert, int child, int branch, struct window when);
void model_again(struct model *model, struct alert *alert, int child, time_ms early, time_ms late);
void model_begin_round(struct model *model, struct alert *alert, int child, time_ms early, time_ms late);
uint32_t model_targets(const struct model *model, const struct alert *alert, int child, int step);
void model_hasten(struct model *model, struct alert *alert, int child, int phone, bool sure);
void model_settle(struct model *model, struct alert *alert, int child, enum fate fate);
void model_new_round(struct model *model, struct alert *alert, int child, time_ms early);
void model_reopen(struct model *model, struct alert *alert, int child);
enum who model_who(const struct model *model, int child, int phone);

#endif
