/* SPDX-License-Identifier: Apache-2.0 */
/*
 * States of messages and asks, and the closed list of reasons, each as one table: the database's CHECKs, the API's
 * words and the code all come from here.
 */
#ifndef GREENLINE_CORE_STATE_H
#define GREENLINE_CORE_STATE_H

#include <stdbool.h>

enum message_state {
    MESSAGE_QUEUED,
    MESSAGE_CLAIMED,     /* committed as given to a gateway */
    MESSAGE_STARTED,     /* the gateway is about to let the first byte leave */
    MESSAGE_ACCEPTED,    /* the provider has it */
    MESSAGE_DELIVERED,   /* on the phone; of a call: answered */
    MESSAGE_UNDELIVERED, /* final: the provider could not deliver it, busy, no answer */
    MESSAGE_REFUSED,     /* final: never left, for good */
    MESSAGE_EXPIRED,     /* its time passed */
    MESSAGE_CANCELLED,   /* settled, replaced, not to be told */
    MESSAGE_UNKNOWN,     /* in doubt: the gateway is being asked */
    MESSAGE_HELD,        /* waits for a person (or for its cause to go on) */
    MESSAGE_STATES
};

const char *message_state_name(enum message_state state);
bool message_state_parse(enum message_state *out, const char *name);
/* Whether a message may go from one state to the other (a delivery report may jump). */
bool message_state_may(enum message_state from, enum message_state to);
/* Whether nothing more is tried for it (a late report may still come). */
bool message_state_ended(enum message_state state);

enum ask_state {
    ASK_OPEN,
    ASK_WAITING,
    ASK_ANSWERED,
    ASK_DECLINED,
    ASK_EXPIRED,
    ASK_UNASKED,
    ASK_CANCELLED,
    ASK_STATES
};

const char *ask_state_name(enum ask_state state);
bool ask_state_parse(enum ask_state *out, const char *name);

/* Why something was not told, not yet told, or ended. */
enum reason {
    REASON_NONE,
    REASON_RESTRICTED,        /* the person may not be told about this child */
    REASON_SHARED_RESTRICTED, /* the line is shared with such a person */
    REASON_NOT_RELATED,       /* the relation has ended or never was */
    REASON_DECEASED,
    REASON_NO_PERSON, /* nobody of that description */
    REASON_NO_LINE,
    REASON_LINE_CHANGED, /* the line is no longer the person's */
    REASON_WRONG_NUMBER,
    REASON_SUSPECT, /* the number seems to be dead */
    REASON_OPTED_OUT,
    REASON_UNCONFIRMED, /* learned from a reply, not yet confirmed by staff */
    REASON_NO_TEXT,     /* a landline takes no texts */
    REASON_QUIET,
    REASON_CAP,
    REASON_LINE_BUSY, /* another question is open there */
    REASON_SETTLED,   /* answered meanwhile */
    REASON_EQUAL,     /* the same text went there a moment ago */
    REASON_PAUSED,
    REASON_CAUSE_CANCELLED,
    REASON_NO_GATEWAY,
    REASON_EXPIRED,
    REASON_UNKNOWN, /* nobody can tell whether it was sent */
    REASON_REFUSED, /* by the provider */
    REASON_UNDELIVERED,
    REASON_BUSY,
    REASON_NO_ANSWER,
    REASON_REPLACED,
    REASON_BY_HAND,  /* a person did it */
    REASON_RESTORED, /* held after a restore */
    REASON_LOOP,     /* the guard against loops of automatic answers */
    REASON_RETRY,    /* a temporary refusal: again later */
    REASON_THROTTLED,
    REASON_GATEWAY_GONE,
    REASON_RELEASED, /* from hold or doubt, by a person or a probe */
    REASON_NO_DUE,   /* a missed occurrence, too old to run */
    REASON_DECLINED, /* said no to this already */
    REASON_SETTLING, /* somebody has taken it; its outcome is awaited */
    REASON_JOINED,   /* its words stand in another message to the same phone */
    REASONS
};

const char *reason_name(enum reason reason); /* "" for REASON_NONE */
bool reason_parse(enum reason *out, const char *name);
/* One clause for people; `language` "zh" or "en". */
const char *reason_text(enum reason reason, const char *language);

#endif
