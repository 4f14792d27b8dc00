/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the daemon's frame share: daemon.c (life, loop), bridge.c (gateways), console.c (API),
 * rules.c (configuration), hooks.c (webhooks). */
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
    struct api *api;
    struct hook *hook; /* NULL: no listener for webhooks */
    struct event *tick, *work, *helped, *term, *interrupt, *hangup;
    time_ms tick_ms; /* real */
    time_ms started_real;
    time_ms work_at; /* what the timer `work` is armed for; TIME_NEVER */
    int64_t run;
    bool stopping, rerouting;
    bool reloading;  /* as soon as the helper runs no job */
    time_ms stop_by; /* monotonic */
    char boot[20];
    char *trouble; /* why the last turn failed; NULL */
};

/* rules.c: the configuration as the parts want it. */
struct outbox_rules rules_outbox(const struct daemon *daemon);
struct engine_rules rules_engine(struct daemon *daemon);
/* The school's calendar by a configuration; NULL after mistakes. The caller frees. */
struct calendar *rules_calendar(const struct config *config, struct mistakes *mistakes);
bool rules_open_gateways(struct daemon *daemon, struct error *err);

/* console.c: what the API needs of the daemon. */
struct api_setting console_setting(const struct daemon *daemon);
struct api_parts console_parts(struct daemon *daemon);

/* bridge.c: between the outbox and the supervisor. */
const struct gateway_events *bridge_events(void);
/* Hands what is due to the gateways that have room; true when a gateway could take more at once. */
bool bridge_claim(struct daemon *daemon);
time_ms bridge_next(struct daemon *daemon);

/* hooks.c: the listener for webhooks. */
bool hooks_open(struct daemon *daemon, struct error *err);
/* After a reload. */
void hooks_renew(struct daemon *daemon);
void hooks_check(const struct config *config, struct mistakes *mistakes);

#endif
