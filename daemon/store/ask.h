/* SPDX-License-Identifier: Apache-2.0 */
/* Asks, their attempts, the talks on lines, and answers: the rows under "ask, wait, answer or climb". */
#ifndef GREENLINE_STORE_ASK_H
#define GREENLINE_STORE_ASK_H

#include "core/answer.h"
#include "store/message.h"

struct ask {
    int64_t id, cause, student, person; /* student or person 0 */
    enum kind kind;                     /* of its cause; output only */
    enum ask_state state;
    bool urgent; /* of an emergency */
    bool taken;  /* waits for the outcome by whoever took it; output only */
    bool closed; /* a person gave the outcome; output only */
    char *outcome;
    char *subject;               /* the class of a roll; "" */
    time_ms due, grace, next_at; /* TIME_NEVER */
    time_ms anchor;              /* when the step before the next one fired */
    int64_t acked_by, acked_line;
    time_ms acked_at, done_by, reminded_at; /* TIME_NEVER */
    int round, step, version, told_version;
};

void ask_free(struct ask *ask);
bool ask_get(struct ask *out, struct store *store, int64_t id);
/* A new ask; its id; 0 when this cause asks it already. */
int64_t ask_put(struct store *store, const struct ask *ask);
/* Asks (emergencies, or all else) whose next step is due, oldest first; their number. */
size_t ask_due(struct store *store, bool urgent, time_ms now, int64_t *ids, size_t max);
/* When each sort of work on asks has something to do, TIME_NEVER where it has nothing: one look for all. */
struct timetable {
    time_ms urgent, routine;               /* the next step of an ask */
    time_ms urgent_branch, routine_branch; /* of a further branch */
    time_ms settling, telling;             /* what was taken; who is to hear that it is settled */
    bool slices;                           /* one answer to many, or the end of a message of many, is not through */
};
void ask_timetable(struct timetable *out, struct store *store);
/* The step that it stands at has fired: anchor, and when to look again. */
void ask_set_step(struct store *store, int64_t id, int round, int step, time_ms anchor, time_ms next_at);
void ask_set_next(struct store *store, int64_t id, time_ms next_at);
/* Its message may not go yet: the asks of it wait, and their time does not run until it was put (ask_was_put) or has ended
 * (ask_stop_waiting; true when nothing of the ask is queued any more). */
void ask_wait_for(struct store *store, int64_t message, enum reason reason);
void ask_was_put(struct store *store, int64_t message, time_ms now);
bool ask_stop_waiting(struct store *store, int64_t id);
/* A new state from `from` (compare-and-set); the version moves with it. */
bool ask_move(struct store *store, int64_t id, enum ask_state from, enum ask_state to);
void ask_set_outcome(struct store *store, int64_t id, const char *outcome, int64_t value, bool has_value);
void ask_set_handled(struct store *store, int64_t id, const char *by, time_ms now);
/* Somebody takes it: it waits, settling, for an outcome until `done_by`; false when it is over. */
struct ask_taking {
    int64_t person, line; /* 0: not known */
    time_ms at, done_by, next_at;
};
bool ask_take(struct store *store, int64_t id, const struct ask_taking *taking);
/* Who gave the answer that ended it; the first one stays. */
void ask_note_taker(struct store *store, int64_t id, int64_t person, int64_t line, time_ms at);
/* Open again, taken by nobody. */
void ask_reopen(struct store *store, int64_t id);
/* A person ends it with the outcome they give; false when somebody did already. */
bool ask_close(struct store *store, int64_t id, const char *outcome, const char *by, time_ms now);
/* Those taken whose reminder or deadline is due. */
size_t ask_settling_due(struct store *store, time_ms now, int64_t *ids, size_t max);
void ask_set_reminded(struct store *store, int64_t id, time_ms now, time_ms next_at);
/* When the others are told that it is settled (TIME_NEVER: not), as it stands now. */
void ask_tell_at(struct store *store, int64_t id, time_ms at);
size_t ask_tell_due(struct store *store, time_ms now, int64_t *ids, size_t max);
/* For the auditor: open asks without a next time or with one before `before`; waiting asks after an id; whether what one
 * waits for is still there; and the repair. */
size_t ask_stalled(struct store *store, bool urgent, time_ms before, int64_t *ids, size_t max);
size_t ask_waiting_after(struct store *store, int64_t after, int64_t *ids, size_t max);
bool ask_waits_for_something(struct store *store, int64_t id, time_ms before);
void ask_repair(struct store *store, int64_t id, time_ms now);
/* Whether the cause is about more than one child or person. */
bool cause_asks_several(struct store *store, int64_t cause);
/* Asks of the cause that were put to this line and whose child the text names; and those children. */
struct ask_naming {
    int64_t cause, line;
    const char *text;
};
size_t ask_named(struct store *store, const struct ask_naming *naming, int64_t *ids, size_t max);
size_t ask_named_students(struct store *store, const struct ask_naming *naming, int64_t *ids, size_t max);
/* Asks of a cause that are open or waiting; their number. */
size_t ask_open_of(struct store *store, int64_t cause, int64_t *ids, size_t max);
/* The caller frees; NULL when there is no such ask. */
char *ask_outcome(struct store *store, int64_t id);

/* --- further branches of a ladder --- */
struct branch {
    int64_t ask;
    int branch, round, step;
    bool urgent;
    time_ms anchor, next_at; /* next_at TIME_NEVER: at its end, or the ask is not open */
};
void branch_put(struct store *store, const struct branch *branch); /* makes or changes it */
bool branch_get(struct branch *out, struct store *store, int64_t ask, int branch);
/* Those whose next step is due; their number. */
size_t branch_due(struct store *store, bool urgent, time_ms now, struct branch *out, size_t max);
/* Nothing of the ask's branches fires any more (until they get a time again). */
void branch_stop(struct store *store, int64_t ask);
/* The latest time at which a branch of the ask has something to do; TIME_NEVER when none has. */
time_ms branch_last(struct store *store, int64_t ask);

/* --- attempts --- */
struct attempt {
    int64_t id, ask, person, line, message; /* 0: none */
    int round, step, n;
    enum channel channel;
    enum reason skipped;
};
/* False when this attempt is there already. */
bool attempt_put(struct store *store, const struct attempt *attempt, time_ms now);
/* The asks that a message asks; their number. */
size_t attempt_asks(struct store *store, int64_t message, int64_t *asks, size_t max);
/* What the asks of a message that are not settled are about, where that is no child (classes), with `glue` between them;
 * the caller frees; NULL: nothing. */
char *attempt_subjects(struct store *store, int64_t message, const char *glue);
/* The attempts made by a message with ids after `after`, in order; their number. */
size_t attempt_after(struct store *store, int64_t message, int64_t after, struct attempt *out, size_t max);
/* The last attempt of the ask that was made, on this line (0: on any): round, step, line, message. */
bool attempt_last(struct attempt *out, struct store *store, int64_t ask, int64_t line);
/* The lines on which a step of the ask (`of`: ask, round, step; -1: any) was put; their number. */
size_t attempt_lines(struct store *store, const struct attempt *of, int64_t *lines, size_t max);
/* A message of this ask to the line that still waits to leave; 0. */
int64_t attempt_pending(struct store *store, int64_t ask, int64_t line, enum channel channel);
/* Whether anybody was asked in this round. */
bool attempt_made(struct store *store, int64_t ask, int round);
/* Attempts of a step (-1: of any; likewise the round) that may still bring an answer: made, the message has not ended
 * badly, the number is neither wrong nor suspect. */
int attempt_alive(struct store *store, int64_t ask, int round, int step);
/* Whether anything of the ask may have reached a phone. */
bool attempt_reached(struct store *store, int64_t ask);
/* The message by which this step asks already on the line and channel (two persons on one phone); 0. */
int64_t attempt_message(struct store *store, const struct attempt *attempt);
/* A child is left out of a message: its ask was not put there, and moves on when nothing else may bring an answer. */
void attempt_skip_child(struct store *store, int64_t message, int64_t student, enum reason reason, time_ms now);
void attempt_move_message(struct store *store, int64_t from, int64_t to);

/* --- talks: the open questions on a line --- */
struct talk {
    int64_t ask, cause, student, person; /* of its ask; person 0: anybody there */
    int code;
    enum kind kind;
    enum ask_state state;
    time_ms since, until, grace;
    bool asked_back, which;
    bool gathered; /* its message asks about all that the cause put to the line; `state`: open while one of them is */
};
/* The question went out on this line: opens its talk, or keeps the one that is open (and its code). */
void talk_open(struct store *store, int64_t line, int code, int64_t ask, int64_t message, time_ms now, time_ms until);
/* The same for a message to staff about many asks: one talk of the cause is enough, which then counts for all of them.
 * False when the line has none of the cause yet. */
bool talk_extend_gathered(struct store *store, int64_t line, int64_t cause, int64_t message, time_ms until);
void talk_set_gathered(struct store *store, int64_t line, int64_t message);
/* The code of the cause's open talk on the line, or a new one: 0 while it is the only open one, else a free token. */
int talk_code(struct store *store, int64_t line, int64_t cause, time_ms now);
/* Gives a question that went out without a code one, now that another is open beside it; the code. */
int talk_give_code(struct store *store, int64_t line, int64_t cause, time_ms now);
/* Talks of the line that are not over at `now`, newest cause first; their number. */
size_t talk_list(struct store *store, int64_t line, time_ms now, struct talk *out, size_t max);
/* Marks that the cause's talk was asked back; false when it was already. */
bool talk_ask_back(struct store *store, int64_t line, int64_t cause);
void talk_set_which(struct store *store, int64_t line, int64_t cause, bool which);
/* What waited for the line may go: its messages are due at once. */
void talk_settled(struct store *store, int64_t line, time_ms now);
/* What waits because this ask had its lines busy may go now. */
void talk_wake_lines(struct store *store, int64_t ask, time_ms now);

/* --- answers --- */
struct answer_row {
    int64_t id, ask, line, person, reply, withdraws;
    const char *class; /* of core/answer.h, or received, take, pass, withdrawn */
    bool has_value;
    int64_t value;
    const char *rest, *via, *by;
    time_ms at; /* when it came; 0: now */
};
int64_t answer_put(struct store *store, const struct answer_row *row, time_ms now);
/* The answers of an ask that are not withdrawn, in order of receipt, through `each`. */
void answer_each(struct store *store, int64_t ask, void (*each)(void *arg, const struct answer_row *row), void *arg);
/* The last answer of this class to the ask from this line that still counts; 0. */
int64_t answer_find(struct store *store, int64_t ask, int64_t line, const char *class);
/* Whether "no" came from this line and still counts. */
bool answer_declined(struct store *store, int64_t ask, int64_t line);

/* --- one answer to many asks --- */
struct taking {
    int64_t id, cause, line, person, reply, cursor; /* line 0: all asks of the cause */
    char *class, *rest, *via, *by;                  /* class "closed": `rest` is the outcome that `by` gave */
    time_ms at;
    bool settles;
};
void taking_free(struct taking *taking);
void taking_put(struct store *store, const struct taking *taking);
/* The oldest that is not through; false when there is none. */
bool taking_next(struct taking *out, struct store *store);
/* The asks it comes to after `cursor` (all that are not cancelled, or only the open ones); their number. */
size_t taking_asks(struct store *store, const struct taking *taking, int64_t *ids, size_t max);
void taking_set_cursor(struct store *store, int64_t id, int64_t cursor);
void taking_end(struct store *store, int64_t id);
/* Whether a taking that settles is still to come to this ask. */
bool taking_covers(struct store *store, int64_t cause, int64_t ask);

/* --- a message of many asks that has ended --- */
struct ending {
    int64_t message, again, cursor;
    enum reason reason;
};
void ending_put(struct store *store, const struct ending *ending); /* makes or changes it */
bool ending_next(struct ending *out, struct store *store);
void ending_end(struct store *store, int64_t message);

/* --- who was told --- */
/* The children whose asks of the cause were taken at the same instant as this one; their number. */
size_t ask_taken_with(struct store *store, const struct ask *ask, int64_t *students, size_t max);
struct told {
    int64_t line, person;
};
/* The lines but for `except` that may have heard of the ask, each with one person asked there; their number. */
size_t told_lines(struct store *store, int64_t ask, int64_t except, struct told *out, size_t max);
/* Whether something of the cause that was put to the line is still open. */
bool told_open(struct store *store, int64_t cause, int64_t line);
/* The children of the cause whose asks were put to the line; their number. */
size_t told_children(struct store *store, int64_t cause, int64_t line, int64_t *students, size_t max);
/* The newest message of the cause to the line; 0. */
int64_t told_last(struct store *store, int64_t cause, int64_t line);
/* Messages of the ask that a gateway has, and whose asks are all settled; their number. */
size_t told_at_gateway(struct store *store, int64_t ask, int64_t *messages, size_t max);

#endif
