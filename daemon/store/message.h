/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outbox's rows: a message, the children it names, its tries and its trail. A state changes in message_move() only.
 */
#ifndef GREENLINE_STORE_MESSAGE_H
#define GREENLINE_STORE_MESSAGE_H

#include "core/kind.h"
#include "core/state.h"
#include "store/store.h"

enum channel { CHANNEL_SMS, CHANNEL_VOICE, CHANNEL_IM, CHANNELS };

const char *channel_name(enum channel channel);
bool channel_parse(enum channel *out, const char *name);

struct message {
    int64_t id, cause, line, person, route, reply, replaces;
    enum kind kind; /* of its cause; output only */
    enum channel channel;
    enum lane lane;
    enum message_state state;
    enum reason reason;
    time_ms due, expires, created;
    int tries, refusals;
    bool again, drill;
    bool gathered;                              /* to staff, about many: whom it names is decided by the claim */
    time_ms recalled;                           /* the gateway was told that it is settled; TIME_NEVER */
    char *gateway, *text, *voice, *note, *e164; /* e164 of its line; output only */
    char *cause_state;
};

void message_free(struct message *message);
bool message_get(struct message *out, struct store *store, int64_t id);

/* Puts a row with the fields cause … voice, note of `message` and the first child (0: none); its id, 0 after a failure. */
int64_t message_put(struct store *store, const struct message *message, int64_t student, time_ms now);
/* A queued message of this cause, line and channel that has not been rendered and names children only: what a sibling
 * (or, gathered, any child of the cause) joins. 0 when there is none. */
int64_t message_open(struct store *store, int64_t cause, int64_t line, enum channel channel, bool gathered);
/* When the last gathered message of the cause went to the line; 0. */
time_ms message_gathered_last(struct store *store, int64_t cause, int64_t line, enum channel channel);
void message_name_child(struct store *store, int64_t message, int64_t student);
void message_forget_child(struct store *store, int64_t message, int64_t student);
void message_forget_children(struct store *store, int64_t message);
/* The children it names, at most `max`; their number. */
size_t message_children(struct store *store, int64_t message, int64_t *students, size_t max);

/*
 * The one place where a state changes: from `from` to `to`, with trail and tally. False and nothing changed when the
 * row has moved on meanwhile or the table of states forbids it.
 */
bool message_move(struct store *store, int64_t id, enum message_state from, enum message_state to, enum reason reason,
                  time_ms now);
/* Waits until `due` (its expiry moves along by `shift` ms). */
void message_postpone(struct store *store, int64_t id, time_ms due, time_ms shift, enum reason reason);
void message_set_text(struct store *store, int64_t id, const char *text, const char *voice, int parts, int64_t cost_e4);
void message_set_route(struct store *store, int64_t id, int64_t route);
void message_mark_again(struct store *store, int64_t id);
void message_count_refusal(struct store *store, int64_t id);
/* Makes rows of a paused cause that were held wait again, at most 250; their number. */
int64_t message_release_cause(struct store *store, int64_t cause, time_ms now);
/* Makes rows of a cause that wait for a later time due now, at most 250; their number. */
int64_t message_hasten_cause(struct store *store, int64_t cause, time_ms now);

/* Ids of messages a gateway may claim now, in order of due; their number. */
size_t message_claimable(struct store *store, int64_t route, enum lane lane, time_ms now, int64_t *ids, size_t max);
/* When the next message of this route and lane is due; TIME_NEVER. */
time_ms message_next_due(struct store *store, int64_t route, enum lane lane);
time_ms message_next_expiry(struct store *store);
size_t message_expired(struct store *store, time_ms now, int64_t *ids, size_t max);
/* Messages that this gateway has or may have; in order. NULL gateway: of all. */
size_t message_in_flight(struct store *store, const char *gateway, int64_t *ids, size_t max);

/* Notes to staff that wait for the line and channel of this one until `due`, most important first; their number. */
size_t message_notes(struct store *store, const struct message *like, time_ms due, int64_t *ids, size_t max);
/* When the last note to staff (`important`: no mere remark) went to the line; 0. */
time_ms message_note_last(struct store *store, int64_t line, bool important);
/* Whether an earlier try may have left. */
bool message_in_doubt(struct store *store, int64_t id);
bool message_is_gathered(struct store *store, int64_t id);
int64_t message_gathered_cause(struct store *store, int64_t id); /* 0: it is not gathered */
void message_set_recalled(struct store *store, int64_t id, time_ms now);
/* The asks of a message that still want somebody, with ids after `after`; their number. */
struct message_ask {
    int64_t ask, student;
};
int message_count_left(struct store *store, int64_t id);
size_t message_asks_left(struct store *store, int64_t id, int64_t after, struct message_ask *out, size_t max);

/* What waits in a lane; walks partial indexes, so it costs what is under way, not what was ever sent. */
struct lane_load {
    int64_t queued, held;
    time_ms oldest; /* due of the first that is queued; TIME_NEVER */
};
struct lane_load message_lane_load(struct store *store, enum lane lane);
/* 0 when there is no such message. */
int64_t message_line(struct store *store, int64_t id);
/* What still waits to go to this line, or may have gone; their number. */
size_t message_waiting_on(struct store *store, int64_t line, int64_t *ids, size_t max);
/* Messages to this line, but for `own`, that were sent since `since` and count for the cap. */
int message_count_since(struct store *store, int64_t line, int64_t own, time_ms since);
/* Whether an equal text went to the line from another cause since `since`. */
bool message_equal_since(struct store *store, int64_t id, int64_t line, const char *text, time_ms since);

void try_begin(struct store *store, int64_t message, const char *gateway, time_ms now);
void try_started(struct store *store, int64_t message, time_ms now);
/* Ends the running try; texts may be NULL; `seconds` of a call, 0. */
struct try_end {
    const char *outcome, *provider_id, *class, *code, *detail;
    int64_t seconds;
};
void try_ended(struct store *store, int64_t message, const struct try_end *end, time_ms now);
void receipt_put(struct store *store, const char *gateway, const char *provider_id, int64_t message, int part);
int64_t receipt_find(struct store *store, const char *gateway, const char *provider_id);

/* Route by name, made when it is new. */
int64_t route_put(struct store *store, const char *name);
/* The caller frees; NULL: none of that id. */
char *route_name(struct store *store, int64_t route);
/* Ids of queued messages whose route is not among `live`, at most `max`. */
size_t message_stranded(struct store *store, const char *live_json, int64_t *ids, size_t max);

#endif
