/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the outbox share. */
#ifndef GREENLINE_OUTBOX_OUTBOX_INTERNAL_H
#define GREENLINE_OUTBOX_OUTBOX_INTERNAL_H

#include "outbox/outbox.h"

/* A text names at most that many children; a gathered one fewer, whatever it is about. */
enum { OUTBOX_GATEWAYS_MAX = 64, OUTBOX_ROUTES_MAX = 256, OUTBOX_CHILDREN_MAX = 64, OUTBOX_NAMED_MAX = 10 };

struct route {
    int64_t id;
    char *name;                  /* CHANNEL:GATEWAY,GATEWAY */
    unsigned long long carriers; /* bit i: gateways[i] */
    bool only;                   /* CHANNEL!GATEWAY: see route.c */
    int64_t price_e4;            /* of the first */
};

struct carrier {
    char *name;
    char **channels, **prefixes; /* NULL-terminated */
    int64_t price_e4;
    time_ms not_before; /* the provider asked to slow down */
};

struct outbox {
    struct turn *turn;
    struct store *store;
    struct outbox_rules rules;
    char *signature, *school, *school_number;
    outbox_ended_fn *ended;
    void *ended_arg;
    struct outbox_hooks hooks;
    struct carrier gateways[OUTBOX_GATEWAYS_MAX];
    size_t gateway_count;
    struct route routes[OUTBOX_ROUTES_MAX];
    size_t route_count;
    char *live_routes; /* their ids as a JSON array */
};

time_ms outbox_now(const struct outbox *outbox);
/* Moves a message and, when that ends it without success, tells the engine. */
bool outbox_move(struct outbox *outbox, int64_t id, enum message_state from, enum message_state to, enum reason reason);
void outbox_refresh_route(struct outbox *outbox, int64_t id);
/* claim.c */
struct telling_case outbox_case(const struct message *message, int64_t student);
struct verdict outbox_judge_child(struct outbox *outbox, const struct message *message, int64_t student);
/* The same as a new message, to the person's line of today; the attempts go with it. */
void outbox_make_anew(struct outbox *outbox, const struct message *message, const int64_t *students, size_t count,
                      enum reason reason);
/* gathered.c: who is named by a gathered message now; `asks` gets how many it is about. */
struct verdict outbox_gather(struct outbox *outbox, const struct message *message, int64_t *students, size_t *count,
                             int *asks);
void outbox_open_gathered_talk(struct outbox *outbox, const struct message *message, int code);
/* joining.c: the notes that wait for the same phone, as one text; NULL: only this one. The caller frees. */
char *outbox_join_notes(struct outbox *outbox, const struct message *message);

struct carrier *outbox_carrier(struct outbox *outbox, const char *name);
/* The message of a wire id; 0 when it is not of this epoch. */
int64_t outbox_message_of(const struct outbox *outbox, const char *id);
void outbox_wire_id(const struct outbox *outbox, char out[static 48], int64_t message);

#endif
