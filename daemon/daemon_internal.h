/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the daemon's frame share: daemon.c (life, loop), bridge.c (gateways), console.c (API),
 * rules.c (configuration), checks.c (what is wrong with it), hooks.c (webhooks), watch.c (are the gateways well?),
 * trouble.c (faults of the store), chores.c (backup and check), restoring.c,
 * heralds.c (event hooks), metrics.c (figures). */
#ifndef GREENLINE_DAEMON_INTERNAL_H
#define GREENLINE_DAEMON_INTERNAL_H

#include "api/api.h"
#include "api/hook.h"
#include "daemon.h"
#include "engine/engine.h"
#include "gateway/gateway.h"
#include "gateway/herald.h"
#include "inbox/inbox.h"
#include "outbox/outbox.h"
#include "store/hearing.h"
#include "store/helper.h"

struct event;
struct news;

enum { TURN_BUCKETS = 11 };

/* Lines that `status` shows until a reload takes a configuration without them. */
struct faults {
    struct mistakes ladders; /* of the file at the start: the shipped ladder stands in */
    struct mistakes carried; /* what the gateways that run cannot carry */
    struct mistakes refused; /* of the last reload, which was not taken */
    bool alarmed;            /* operator and head have been told of them */
};

/* The fault that holds routine back. */
struct trouble {
    enum fault fault;
    bool probing;    /* this turn tries whether it is over */
    bool given;      /* the ballast was given back */
    time_ms since;   /* wall */
    time_ms said_at; /* monotonic: the last line in the log */
    time_ms look_at; /* monotonic: the next look */
    int failures;    /* turns since */
    char why[512];
};

struct chores;

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
    struct hearing *hearing; /* words of gateways until they are committed */
    struct {
        struct turn *turn;
        struct outbox *outbox;
        struct engine *engine;
    } aside; /* the same over the helper's connection, for what it looks into; their rules change only while it is held */
    struct gateways *gateways;
    struct watched *watched; /* watch.c; a list */
    struct api *api;
    struct hook *hook; /* NULL: no listener for webhooks */
    struct heralds *heralds;
    struct news *news; /* of heralds.c */
    struct {
        int64_t buckets[TURN_BUCKETS], sum_us, count;
    } times; /* how long turns lasted, since the start */
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
    struct faults faults;
    struct trouble trouble;
    bool urgent_only; /* emergencies go on, nothing else */
    bool restored;    /* routine is held since a restore, until a person releases it */
    char *releases;   /* "send" or "drop": what becomes of the messages held since; NULL */
    struct chores *chores;
    struct {
        int last_ms, most_ms; /* the longest of this tick's time */
        int before_ms;        /* and of the one before */
    } turns;
};

/* trouble.c: what is wrong with the store and what is done about it. Before the store is opened: */
void trouble_open(struct daemon *daemon);
/* At the begin of a turn: looks whether the fault is over. */
void trouble_look(struct daemon *daemon);
/* On the tick: room, ballast, whether the file is still there. */
void trouble_tick(struct daemon *daemon);
/* After a turn that failed: when to try again (real ms); and after one that did not. */
time_ms trouble_failed(struct daemon *daemon, const char *why);
void trouble_over_if_probed(struct daemon *daemon);
/* Somebody could not read: of that only a damaged store is a fault of all. */
void trouble_read_failed(struct daemon *daemon, enum fault fault);
/* Emergencies only, or all. */
void trouble_set_mode(struct daemon *daemon);
/* Appends {what, mend} of the fault and of what else is wrong with the store's place. */
void trouble_problems(const struct daemon *daemon, json_t *problems);
/* {bytes, wal_bytes, free_bytes, ballast, fault} */
json_t *trouble_show(const struct daemon *daemon);
/* One sentence why routine work is refused; NULL while it is not. */
const char *trouble_refuses(const struct daemon *daemon);

/* restoring.c: what is held since a restore. After the start and after a release: */
void daemon_released(struct daemon *daemon);
/* A slice of the messages that were held; true while there are more. */
bool daemon_release_slice(struct daemon *daemon);

/* chores.c: long work in slices on the helper thread: a backup, a check. */
struct chores *chores_new(struct daemon *daemon);
/* Before helper_stop(): a slice that runs ends soon. */
void chores_stop(struct chores *chores);
/* After helper_stop(). NULL is allowed. */
void chores_free(struct chores *chores);
/* `kind` is "backup" (body {keep?, fetch?}) or "check". {name, state, percent, bytes, detail, findings}; NULL and why.
 * Inside the turn: it begins with the commit. */
json_t *chore_begin(struct daemon *daemon, const char *kind, const json_t *body, struct error *err);
/* NULL: not known. */
json_t *chore_show(struct daemon *daemon, const char *kind, const char *name);
/* Of the last check; 0. */
size_t chores_findings(const struct chores *chores);

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
/* A word of a gateway changes the rows; for hearing_new(). */
void bridge_take(void *daemon, const struct heard *word);
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

/* heralds.c: what event hooks are told. */
void heralds_open(struct daemon *daemon);
void heralds_close(struct daemon *daemon);
/* After a reload. */
void heralds_configure(struct daemon *daemon);
void heralds_check(const struct config *config, struct mistakes *mistakes);
/* The turn has ended; whether it changed rows. */
void heralds_turn(struct daemon *daemon, bool changed);
void heralds_tick(struct daemon *daemon);
/* A gateway is down, with a reason, or up, with NULL. */
void heralds_gateway(struct daemon *daemon, const char *name, const char *reason);
/* What is wrong with the place of the store; FAULT_NONE: nothing any more. */
void heralds_disk(struct daemon *daemon, enum fault fault);

/* metrics.c */
void metrics_turn(struct daemon *daemon, int64_t took_us);
json_t *metrics_own(void *daemon);

#endif
