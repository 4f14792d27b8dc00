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
    char *outcome;
    char *subject;               /* the class of a roll; "" */
    time_ms due, grace, next_at; /* TIME_NEVER */
    int round, step, version;
};

void ask_free(struct ask *ask);
bool ask_get(struct ask *out, struct store *store, int64_t id);
/* A new ask; its id; 0 when this cause asks it already. */
int64_t ask_put(struct store *store, const struct ask *ask);
/* Asks whose next step is due, oldest first; their number. */
size_t ask_due(struct store *store, time_ms now, int64_t *ids, size_t max);
time_ms ask_next_due(struct store *store);
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
void ask_set_taken(struct store *store, int64_t id, int64_t person);
/* Asks of a cause that are open or waiting; their number. */
size_t ask_open_of(struct store *store, int64_t cause, int64_t *ids, size_t max);
/* The caller frees; NULL when there is no such ask. */
char *ask_outcome(struct store *store, int64_t id);
/* A person closes all asks of an alert with the outcome they give. */
void ask_close_all(struct store *store, int64_t cause, const char *outcome, const char *by, time_ms now);

struct attempt {
    int64_t ask, person, line, message; /* 0: none */
    int round, step, n;
    enum channel channel;
    enum reason skipped;
};
/* False when this attempt is there already. */
bool attempt_put(struct store *store, const struct attempt *attempt, time_ms now);
/* The asks that a message asks; their number. */
size_t attempt_asks(struct store *store, int64_t message, int64_t *asks, size_t max);
bool attempt_of(struct attempt *out, struct store *store, int64_t ask, int64_t message);
/* What the asks of a message that are not settled are about, where that is no child (classes), with `glue` between them;
 * the caller frees; NULL: nothing. */
char *attempt_subjects(struct store *store, int64_t message, const char *glue);
/* Attempts of a step that may still bring an answer: made, the message has not ended badly, the number is not wrong. */
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
};
/* The question went out on this line: opens its talk, or keeps the one that is open (and its code). */
void talk_open(struct store *store, int64_t line, int code, int64_t ask, int64_t message, time_ms now, time_ms until);
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
    const char *class; /* of core/answer.h, or received, withdrawn */
    bool has_value;
    int64_t value;
    const char *rest, *via, *by;
};
int64_t answer_put(struct store *store, const struct answer_row *row, time_ms now);
/* The answers of an ask that are not withdrawn, in order of receipt, through `each`. */
void answer_each(struct store *store, int64_t ask, void (*each)(void *arg, const struct answer_row *row), void *arg);
/* The last answer of this class to the ask from this line that still counts; 0. */
int64_t answer_find(struct store *store, int64_t ask, int64_t line, const char *class);

#endif
