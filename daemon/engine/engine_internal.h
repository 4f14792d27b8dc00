/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the engine share. */
#ifndef GREENLINE_ENGINE_ENGINE_INTERNAL_H
#define GREENLINE_ENGINE_ENGINE_INTERNAL_H

#include "core/ladder.h"
#include "engine/engine.h"
#include "store/cause.h"
#include "store/person.h"

/* STEP: children or asks between two looks at the watch, some 2 ms of work; SLICE: the most rows read at once. */
enum { STEP = 64, SLICE = 250, WORDINGS_MAX = 256, CHAIN_MAX = 16 };

struct wording {
    char *name; /* "checkin.zh", "checkin.voice.en" */
    char *text;
};

struct engine {
    struct turn *turn;
    struct store *store;
    struct outbox *outbox;
    struct engine_rules rules;
    char *language;
    bool only_urgent;
    struct wording wordings[WORDINGS_MAX];
    size_t wording_count;
    struct {
        bool known;
        time_ms next, looked; /* when the next roll opens, as seen at `looked` */
        char opened[16];      /* the last day opened by this process */
    } roll;
    time_ms hold_emergency, hold_routine; /* no step of the lane fires before */
    int64_t audit_cursor;                 /* the last waiting ask that the auditor looked at */
    time_ms audited_at;                   /* when it last looked; 0 */
    char alarm_key[64];                   /* the last alarm in the log, and its hour */
    int64_t alarm_hour;
};

time_ms engine_now(const struct engine *engine);
time_ms engine_due_of(const struct engine *engine, enum kind kind);
time_ms engine_grace_of(const struct engine *engine, enum kind kind);

/* The channel that fits a person and their line. */
enum channel engine_channel_of(struct engine *engine, int64_t person, int64_t line);

/* resolution.c: one slice of an audience; each recipient goes to `emit`. The next cursor, 0 when all is resolved. */
typedef void emit_fn(void *arg, const struct recipient *recipient);
int64_t engine_resolve(struct engine *engine, enum kind kind, const struct audience *audience, int64_t cursor,
                       emit_fn *emit, void *arg);

/* expansion.c: one slice of a cause's work; true while it has more. */
bool engine_expand(struct engine *engine, int64_t cause);
/* A slice of what was held while the cause was paused waits again; true while there may be more. */
bool engine_release(struct engine *engine, int64_t cause);

/* An ask on its ladder, with all that its steps need. */
struct climb {
    struct engine *engine;
    struct ask ask;
    struct cause cause;
    struct ladder ladder;
    const char *names[LADDER_BRANCHES_MAX];
    size_t branch_count;
};
/* Where a branch stands: `step` fires next; step_count: at its end (of the first branch: what comes after the last step
 * is next); step_count + 1: handed over, waits for its due time. */
struct cursor {
    int branch, round, step;
    time_ms anchor, next_at;
};

/* branch.c: an ask with its ladder (false: no such ask), and the places of its branches. */
bool climb_begin(struct climb *out, struct engine *engine, int64_t ask);
void climb_end(struct climb *climb);
bool cursor_get(struct cursor *out, const struct climb *climb, int branch);
void cursor_put(const struct climb *climb, const struct cursor *cursor);
int climb_branch_of(const struct climb *climb, int step);
time_ms climb_pause(const struct climb *climb); /* between the last step and what comes after it */
/* All branches from their first steps in a new round, `wait` from now. */
void climb_new_round(const struct climb *climb, time_ms wait);
/* An acknowledgement has expired: what each branch asked last is asked again at once. */
void climb_rewind(const struct climb *climb);
/* The branches go on from where they stand; the first one at `at` (TIME_NEVER: when its step would have fired). */
void climb_resume(const struct climb *climb, time_ms at);
/* The branch of this step moves on at once; true when it did. */
bool climb_hasten(const struct climb *climb, int step);

/* climb.c: puts a new ask on its ladder (0: asked already); fires the next step of a branch, or what comes after the
 * last. */
int64_t engine_open_ask(struct engine *engine, const struct cause *cause, struct ask *ask);
void engine_climb(struct engine *engine, int64_t ask, int branch);

/* rung.c: asks whom a step means; whether somebody may answer now. Step step_count is the hand-over. */
bool rung_ask(struct climb *climb, int round, int step);
/* The same person called again, the n-th time within the step; the message, 0. `again`: made for a sibling already. */
int64_t rung_call_again(struct climb *climb, const struct attempt *old, int64_t again);

/* ended.c: a slice of the asks of a message that has ended; true when there was one. */
bool engine_end_slice(struct engine *engine);

/* settling.c */
void engine_settle(struct engine *engine, const struct ask *ask, const struct answer_row *row, bool final);
/* Reminds or expires what was taken, tells the others that it is settled. */
void engine_settle_due(struct engine *engine);
bool engine_close_ask(struct engine *engine, int64_t ask, const char *outcome, const char *by);
/* What is at a gateway and needed no more is called back. */
void engine_recall(struct engine *engine, int64_t ask);

/* answering.c: the answers by which it was taken count no more, and the outcome is folded anew. */
void engine_withdraw_taking(struct engine *engine, const struct ask *ask, int64_t line, const char *via);

/* taking.c: a slice of one answer to many; true when there was one. */
bool engine_take_slice(struct engine *engine);

/* gathering.c: whether this person is asked about all children of the cause at once, and from when. */
bool engine_gathers(struct climb *climb, int64_t person, const char *who);
time_ms engine_gather_due(struct engine *engine, int64_t cause, int64_t line, enum channel channel);
time_ms engine_note_due(struct engine *engine, enum kind kind, int64_t line);

/* saying.c: whether a gateway that is up reaches this person. */
bool engine_can_ring(struct engine *engine, int64_t person);

/* alarm.c: the step's gateways are all down. */
void engine_alarm_down(struct engine *engine, const struct cause *cause);
void engine_alarm_nobody(struct engine *engine, const struct cause *cause);

/* opening.c: the content snapshot of a template or text; NULL and err. */
char *engine_content(struct engine *engine, const struct cause_request *request, struct error *err);

/* occurrence.c: schedules whose time has come; true while there are more. */
bool engine_run_due_schedules(struct engine *engine);

#endif
