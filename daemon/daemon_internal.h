/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the daemon's frame share: daemon.c (life, loop), bridge.c (gateways), console.c (API),
 * rules.c (configuration), checks.c (what is wrong with it), hooks.c (webhooks), watch.c (are the gateways well?). */
#ifndef GREENLINE_DAEMON_INTERNAL_H
#define GREENLINE_DAEMON_INTERNAL_H

#include "api/api.h"
#include "api/hook.h"
#include "daemon.h"
#include "engine/engine.h"
#include "gateway/gateway.h"
#include "inbox/inbox.h"
#include "outbox/outbox.h"
#include "store/helper.h"

struct event;

/* Lines that `status` shows until a reload takes a configuration without them. */
struct faults {
    struct mistakes ladders; /* of the file at the start: the shipped ladder stands in */
    struct mistakes carried; /* what the gateways that run cannot carry */
    struct mistakes refused; /* of the last reload, which was not taken */
    bool alarmed;            /* operator and head have been told of them */
};

struct daemon {
    struct config config;
    struct clock clock;
    struct zone zone;
    struct event_base *base;
    struct store *store;
    struct helper *helper;
    struct turn *turn;
    struct outbox *outbox;
    struct engine *engine;
    struct grammar *grammar;
    struct calendar *calendar;
    struct inbox *inbox;
    struct {
        struct turn *turn;
        struct outbox *outbox;
        struct engine *engine;
    } aside; /* the same over the helper's connection, for what it looks into; their rules change only while it is held */
    struct gateways *gateways;
    struct watched *watched; /* watch.c; a list */
    struct api *api;
    struct hook *hook; /* NULL: no listener for webhooks */
    struct event *tick, *work, *hold, *helped, *term, *interrupt, *hangup;
    time_ms tick_ms; /* real */
    time_ms started_real;
    time_ms work_at; /* what the timer `work` is armed for; TIME_NEVER */
    int64_t run;
    bool stopping, rerouting;
    bool reloading;                       /* as soon as the helper runs no job */
    bool holding;                         /* since the start: the gateways hand over first what came in meanwhile */
    time_ms hold_emergency, hold_routine; /* monotonic: until then at most */
    time_ms inbound_at;                   /* monotonic: the last word that came in */
    time_ms stop_by;                      /* monotonic */
    char boot[20];
    char *trouble; /* why the last turn failed; NULL */
    struct faults faults;
};

/* rules.c: the configuration as the parts want it. */
struct outbox_rules rules_outbox(const struct daemon *daemon);
struct engine_rules rules_engine(struct daemon *daemon);
/* The school's calendar by a configuration; NULL after mistakes. The caller frees. */
struct calendar *rules_calendar(const struct config *config, struct mistakes *mistakes);
bool rules_open_gateways(struct daemon *daemon, struct error *err);
/* The supervisor's view of a configured gateway; borrows from it and from `*path`, the caller's to free. */
struct gateway_config rules_supervised(const struct config_gateway *in, char **path);

/* checks.c */
/* The gateways that run have said what they can: whether the ladders can be carried. Where only the shipped ladder can, it
 * takes the place of the school's. */
void checks_carry(struct daemon *daemon);
/* A reload was refused for these lines, which are taken over; or taken (NULL): all is forgotten. */
void checks_reloaded(struct daemon *daemon, struct mistakes *refused);
/* Adds {what, mend} for each fault. */
void checks_show(const struct daemon *daemon, json_t *problems);
/* Lines for the ladders of a configuration that was only read: whether the gateways that run could carry them. */
void checks_against_running(const struct daemon *daemon, const struct config *config, struct mistakes *mistakes);
/* checks_school.c: the rows of `greenline check ladders`, an array; `arg` is the daemon. */
json_t *checks_ladders(void *arg);
/* Tells operator and head of the faults, once, as soon as a gateway can; on the tick and when one is ready. */
void checks_alarm(struct daemon *daemon);
void checks_free(struct daemon *daemon);

/* console.c: what the API needs of the daemon. */
struct api_setting console_setting(const struct daemon *daemon);
struct api_parts console_parts(struct daemon *daemon);

/* bridge.c: between the outbox and the supervisor. */
const struct gateway_events *bridge_events(void);
/* Hands what is due to the gateways that have room; true when a gateway could take more at once. */
bool bridge_claim(struct daemon *daemon);
time_ms bridge_next(struct daemon *daemon);
/* What the outbox asks of the supervisor, and whether every gateway is up. */
struct outbox_hooks bridge_hooks(struct daemon *daemon);
bool bridge_all_up(const struct daemon *daemon);

/* watch.c: whether the gateways are as well as they say. */
void watch_tick(struct daemon *daemon);
/* So many messages were handed to it that people may answer. */
void watch_asked(struct daemon *daemon, const char *gateway, size_t questions);
/* True when it is the gateway's own text come back: it is stored, and to be confirmed. */
bool watch_reply(struct daemon *daemon, const char *gateway, const struct gateway_reply *reply);
/* [{what, mend}], the caller's. */
json_t *watch_problems(struct daemon *daemon);
void watch_free(struct daemon *daemon);

/* hooks.c: the listener for webhooks. */
bool hooks_open(struct daemon *daemon, struct error *err);
/* After a reload. */
void hooks_renew(struct daemon *daemon);
void hooks_check(const struct config *config, struct mistakes *mistakes);

#endif
