/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outbox: what is to leave, by which route, and what became of it. Nothing here talks to a gateway: claims come out
 * as jobs that the caller hands over as effects of the turn, outcomes come in as plain calls. So the simulation drives
 * the same functions.
 *
 * Every message passes may_tell() twice: in outbox_put(), and for each child again in the claim.
 */
#ifndef GREENLINE_OUTBOX_OUTBOX_H
#define GREENLINE_OUTBOX_OUTBOX_H

#include <jansson.h>

#include "lib/random.h"
#include "store/message.h"
#include "store/telling.h"
#include "store/turn.h"

struct outbox;

/* A gateway as routing sees it; strings are copied. */
struct outbox_gateway {
    const char *name;
    const char *const *channels; /* NULL-terminated */
    const char *const *prefixes; /* NULL-terminated */
    int64_t price_e4;            /* a part or a call, in 1/10000 yuan */
};

struct outbox_rules {
    struct telling_rules telling;
    const char *signature;     /* "青岭小学"; "" adds nothing */
    const char *school;        /* name, for {school} */
    const char *school_number; /* for {number}; may be "" */
    time_ms retry_first, retry_max;
    bool demo; /* else sample numbers are carried by nobody */
};

/* Told when nothing more is tried for a message, inside the turn (the engine climbs). */
typedef void outbox_ended_fn(void *arg, int64_t message, enum message_state state, enum reason reason);

struct outbox *outbox_new(struct turn *turn, const struct outbox_rules *rules);
void outbox_free(struct outbox *outbox);
void outbox_on_ended(struct outbox *outbox, outbox_ended_fn *ended, void *arg);
/* What the supervisor knows and does: whether a gateway is up (else it counts as up), and to call a job back after the
 * commit. NULL members are allowed. */
struct outbox_hooks {
    bool (*up)(void *arg, const char *gateway);
    void (*recall)(void *arg, const char *gateway, const char *id);
    void *arg;
};
void outbox_set_hooks(struct outbox *outbox, const struct outbox_hooks *hooks);
const struct outbox_rules *outbox_rules(const struct outbox *outbox);
void outbox_set_rules(struct outbox *outbox, const struct outbox_rules *rules);
/* The gateways in the order of the configuration; again after a reload. Messages of routes that ended are re-routed by
 * outbox_reroute(), some hundred a call; true while there are more. */
void outbox_set_gateways(struct outbox *outbox, const struct outbox_gateway *gateways, size_t count);
bool outbox_reroute(struct outbox *outbox);

/* --- in --- */
struct outbox_entry {
    int64_t cause;
    enum kind kind;
    enum lane lane;
    int64_t student; /* the child it names; 0 */
    int64_t person, line;
    enum channel channel;
    time_ms due, expires;
    const char *note; /* a text of its own instead of the cause's content; NULL */
    int64_t reply;    /* what it answers; 0 */
    bool fresh;       /* joins no message of a sibling: the n-th call */
    bool gathered; /* to staff: joins what waits for this cause, line and channel, and is named only among the first */
    int64_t joins; /* this message tells it already (another child or person of the same phone); 0 */
    int64_t replaces;
    const char *gateway; /* goes by this one and no other; NULL: by any that carries it */
};
/* Puts a message, or lets the child join the one that waits for this cause, line and channel. 0 and the reason when it
 * may never be told. */
int64_t outbox_put(struct outbox *outbox, const struct outbox_entry *entry, enum reason *why);

/* --- out --- */
struct job {
    int64_t message;
    char id[48]; /* EPOCH-MESSAGE */
    enum channel channel;
    enum lane lane;
    char *to, *text;
    json_t *voice; /* NULL: a text */
    time_ms expires;
    bool again;
};
void job_free(struct job *job);
/*
 * Claims up to `max` messages for this gateway, emergencies first; `room` is what its window has for any, `room_all`
 * for emergencies (the reserved slots too). Each is committed as claimed with this turn.
 */
size_t outbox_claim(struct outbox *outbox, const char *gateway, int room, int room_all, struct job *jobs, size_t max);
/* When this gateway may have something to claim; TIME_NEVER. */
time_ms outbox_next_due(struct outbox *outbox, const char *gateway);
/* Ends what waited beyond its time; when to call again. */
time_ms outbox_expire(struct outbox *outbox);

/* --- what became of it; ids are wire ids, those of another epoch or unknown are ignored (false) --- */
bool outbox_started(struct outbox *outbox, const char *id);
bool outbox_accepted(struct outbox *outbox, const char *gateway, const char *id, const char *provider_id, int parts);
bool outbox_refused(struct outbox *outbox, const char *gateway, const char *id, const char *class, const char *code,
                    const char *detail, time_ms retry_after);
/* What a gateway can do about a doubt. */
struct doubt {
    bool idempotent, probe;
};
/* Returns true when the caller is to probe. */
bool outbox_unknown(struct outbox *outbox, const char *id, const char *detail, struct doubt can);
bool outbox_fate(struct outbox *outbox, const char *id, const char *state);
/* A delivery report. `message` gets its id (0: not ours). */
struct outbox_report {
    const char *gateway, *id, *provider_id, *state, *code; /* id or provider_id */
    int seconds;                                           /* -1: not told */
};
bool outbox_status(struct outbox *outbox, const struct outbox_report *report, int64_t *message);
/* The gateway's process ended and held this: what was not in doubt is queued again. */
void outbox_lost(struct outbox *outbox, const char *id, bool in_doubt);
/* At start: everything that was in flight is in doubt. */
void outbox_recover(struct outbox *outbox);
/* The gateway is there again: settles its doubts (idempotent: again; probe: ids to be asked; else held, or again for
 * emergencies). Calls `probe` with each id to ask for. */
void outbox_settle(struct outbox *outbox, const char *gateway, struct doubt can,
                   void (*probe)(void *arg, const char *id, const char *provider_id), void *arg);

/* Settled meanwhile: the gateway that has it is told so. What rings all the same is marked. */
void outbox_recall(struct outbox *outbox, int64_t message);

/* --- by hand --- */
bool outbox_cancel(struct outbox *outbox, int64_t message, enum reason reason, struct error *err);
/* Releases what is held or unknown. */
bool outbox_retry(struct outbox *outbox, int64_t message, struct error *err);

/* The text that a message would have now; the caller frees. For previews as well: `students` are the children named. */
struct rendering {
    const char *content; /* JSON of a cause */
    const char *note;    /* instead of it; NULL */
    enum channel channel;
    int64_t person;
    int64_t message; /* whose asks' classes are named where there is no child; 0 */
    const int64_t *students;
    size_t student_count;
    int code; /* of the talk; 0 */
    bool drill;
    int64_t cause;  /* of a gathered message, to be looked up; 0 */
    bool emergency; /* it is an alert */
    int gathered;   /* the number of children a gathered message is about; 0: not gathered */
};
char *outbox_render(struct outbox *outbox, const struct rendering *what, json_t **voice);
/* Parts and cost by the first gateway of the route; a call is one part. */
int outbox_parts(enum channel channel, const char *text);
int64_t outbox_price(const struct outbox *outbox, int64_t route);
int64_t outbox_route(struct outbox *outbox, enum channel channel, const char *e164);
/* By this gateway alone, whatever its prefixes say; 0 when it has not that channel. */
int64_t outbox_route_only(struct outbox *outbox, enum channel channel, const char *e164, const char *gateway);
/* Whether a gateway carries it, and the price a part of the first that does (else 0); reads only: for previews. */
bool outbox_carries(const struct outbox *outbox, enum channel channel, const char *e164, int64_t *price_e4);
/* The first gateway but this one that is up and carries it; borrowed; NULL: none. */
const char *outbox_beside(const struct outbox *outbox, enum channel channel, const char *e164, const char *gateway);
/* Whether a gateway of the route is up. */
bool outbox_route_up(const struct outbox *outbox, int64_t route);
/* An emergency's message that is due and whose gateways are all down; 0. */
int64_t outbox_stuck(struct outbox *outbox);

#endif
