/* SPDX-License-Identifier: Apache-2.0 */
/*
 * greenlined's life: opens the parts, runs the loop a turn at a time, ends in order. One turn: callbacks have changed
 * rows; what is due is worked off for some milliseconds; the turn commits; its effects leave.
 */
#include "daemon.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include "daemon_internal.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "store/run.h"

enum { TICK_MS = 30000, WORK_MS = 6, DRAIN_MS = 20000, HERALDS_MS = 2000 };
/* After a start: how long steps wait at most for what came in meanwhile, and how long after the last of it. */
enum { HOLD_EMERGENCY_MS = 5000, HOLD_ROUTINE_MS = 60000, HOLD_QUIET_MS = 1000 };

static void on_work(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what, (void)arg; /* waking the loop is all: daemon_turn() does what is due */
}

static void on_helped(evutil_socket_t fd, short what, void *arg)
{
    struct daemon *d = arg;

    (void)fd, (void)what;
    helper_finish(d->helper);
}

static void arm(struct event *event, time_ms real_ms)
{
    const struct timeval wait = { .tv_sec = real_ms / 1000, .tv_usec = (suseconds_t)(real_ms % 1000) * 1000 };

    event_add(event, &wait);
}

/* How long turns last, for people who look; the longest of the last one to two ticks. */
static void turns_count(struct daemon *d, time_ms took)
{
    d->turns.last_ms = (int)took;
    if (d->turns.last_ms > d->turns.most_ms)
        d->turns.most_ms = d->turns.last_ms;
}

static void turns_tick(struct daemon *d)
{
    d->turns.before_ms = d->turns.most_ms;
    d->turns.most_ms = 0;
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    struct daemon *d = arg;

    (void)fd, (void)what;
    gateways_tick(d->gateways);
    trouble_tick(d);
    if (!d->urgent_only)
        watch_tick(d); /* what is held cannot come back either */
    if (d->trouble.fault == FAULT_NONE)
        api_tick(d->api);
    heralds_tick(d);
    run_seen(d->store, d->run, turn_now(d->turn), false);
    engine_audit(d->engine);
    engine_watch_gateways(d->engine);
    checks_alarm(d);
    turns_tick(d);
    sd_notify(0, "WATCHDOG=1"); /* also while the store fails: another start would not mend it */
    arm(d->tick, d->tick_ms);
}

static void on_stop(evutil_socket_t fd, short what, void *arg)
{
    struct daemon *d = arg;

    (void)fd, (void)what;
    if (d->stopping)
        return;
    log_notice("draining: no new messages, waiting for what the gateways hold");
    sd_notify(0, "STOPPING=1");
    d->stopping = true;
    d->stop_by = clock_mono() + DRAIN_MS + 2 * SECOND_MS;
    gateways_drain_all(d->gateways, DRAIN_MS);
}

static void take_config(struct daemon *d, struct config *fresh, struct grammar *grammar, struct calendar *calendar)
{
    struct calendar *old_calendar = d->calendar;
    struct config old = d->config;
    struct outbox_rules outbox;
    struct engine_rules engine;
    struct api_setting setting;
    struct api_parts parts;

    /* the store, the socket and the clock stay: they need a restart */
    d->config = *fresh;
    d->calendar = calendar;
    outbox = rules_outbox(d);
    outbox_set_rules(d->outbox, &outbox);
    outbox_set_rules(d->aside.outbox, &outbox);
    engine = rules_engine(d);
    engine_set_rules(d->engine, &engine);
    engine_set_rules(d->aside.engine, &engine);
    inbox_set_grammar(d->inbox, grammar);
    grammar_close(d->grammar);
    d->grammar = grammar;
    if (old.log.number < LOG_LEVEL_DEBUG) /* --verbose outlasts a reload */
        log_set_level((enum log_level)d->config.log.number);
    else
        d->config.log.number = LOG_LEVEL_DEBUG;
    setting = console_setting(d);
    parts = console_parts(d);
    api_renew(d->api, &setting, &parts);
    hooks_renew(d);
    heralds_configure(d);
    engine_review_schedules(d->engine);
    calendar_free(old_calendar);
    config_free(&old);
}

static void reload(struct daemon *d)
{
    struct mistakes mistakes = { 0 };
    struct config fresh = { 0 };
    struct grammar *grammar = NULL;
    struct calendar *calendar = NULL;
    struct error err;

    if (config_read(&fresh, d->config.file, &mistakes)) {
        daemon_check(&fresh, &mistakes);
        grammar = grammar_open(fresh.answers, &err);
        calendar = mistakes.count ? NULL : rules_calendar(&fresh, &mistakes);
    }
    for (size_t i = 0; i < mistakes.count; i++)
        log_error("%s", mistakes.lines[i]);
    if (mistakes.count || !grammar) {
        log_error("%s: not reloaded: the old configuration goes on", d->config.file);
        if (!mistakes.count)
            mistakes_add(&mistakes, "%s", err.text);
        checks_reloaded(d, &mistakes);
        config_free(&fresh);
        grammar_close(grammar);
        calendar_free(calendar);
    } else {
        take_config(d, &fresh, grammar, calendar);
        checks_reloaded(d, NULL);
        if (!rules_open_gateways(d, &err))
            log_error("%s", err.text);
        log_notice("%s: reloaded", d->config.file);
    }
    mistakes_free(&mistakes);
}

/* What a job of the helper leans on is not changed under it: none begins any more, and the turn looks when none runs. */
static void on_reload(evutil_socket_t fd, short what, void *arg)
{
    struct daemon *d = arg;

    (void)fd, (void)what;
    d->reloading = true;
}

static void reload_when_held(struct daemon *d)
{
    if (!d->reloading || !helper_hold(d->helper))
        return;
    d->reloading = false;
    reload(d);
    helper_go(d->helper);
}

static bool open_store(struct daemon *d, struct error *err)
{
    trouble_open(d);
    d->store = store_open(d->config.store, d->config.demo, err);
    if (!d->store)
        return false;
    d->turn = turn_new(d->store, random_from_system());
    d->helper = helper_start(d->store, err);
    return d->helper != NULL;
}

static bool open_calendar(struct daemon *d, struct error *err)
{
    struct mistakes mistakes = { 0 };

    d->calendar = rules_calendar(&d->config, &mistakes);
    if (mistakes.count)
        error_set(err, "%s%s", mistakes.lines[0],
                  mistakes.count > 1 ? " (greenlined --check-config names the other mistakes)" : "");
    mistakes_free(&mistakes);
    return d->calendar != NULL;
}

/* A demo clock goes on from where the store last was. */
static bool open_clock(struct daemon *d, struct error *err)
{
    time_ms start, seen;

    if (!zone_open(&d->zone, d->config.school.timezone, err))
        return false;
    d->clock = clock_system();
    if (d->config.demo && d->config.clock.start[0]) {
        if (!zone_parse(&start, d->zone, d->config.clock.start, err))
            return error_in(err, "clock.start");
        seen = run_last_seen(d->store);
        d->clock = clock_demo(seen > start ? seen + 1 : start, d->config.clock.speed);
    }
    turn_set_clock(d->turn, &d->clock);
    return true;
}

static bool open_parts(struct daemon *d, struct error *err)
{
    const struct outbox_rules outbox = rules_outbox(d);
    const struct outbox_hooks hooks = bridge_hooks(d);
    struct engine_rules engine;

    if (!open_calendar(d, err))
        return false;
    engine = rules_engine(d);
    d->grammar = grammar_open(d->config.answers, err);
    if (!d->grammar)
        return false;
    d->outbox = outbox_new(d->turn, &outbox);
    outbox_set_hooks(d->outbox, &hooks);
    d->engine = engine_new(d->turn, d->outbox, &engine);
    d->inbox = inbox_new(d->turn, d->engine, d->grammar, d->config.school.region);
    d->hearing = hearing_new(d->turn, bridge_take, d);
    d->chores = chores_new(d);
    daemon_released(d);
    d->aside.turn = turn_new(helper_reader(d->helper), random_from_seed(0)); /* chooses nothing: it only looks */
    d->aside.outbox = outbox_new(d->aside.turn, &outbox);
    d->aside.engine = engine_new(d->aside.turn, d->aside.outbox, &engine);
    return true;
}

static bool open_gateways(struct daemon *d, struct error *err)
{
    const struct gateways_setting setting = { .epoch = store_epoch(d->store),
                                              .boot = d->boot,
                                              .state_dir = d->config.state_dir,
                                              .zone = d->config.school.timezone,
                                              .demo = d->config.demo,
                                              .clock = &d->clock,
                                              .random = random_from_system() };

    mkdir(d->config.state_dir, 0750);
    d->gateways = gateways_new(d->base, bridge_events(), d, &setting);
    return rules_open_gateways(d, err);
}

static bool open_api(struct daemon *d, struct error *err)
{
    const struct api_setting setting = console_setting(d);
    const struct api_parts parts = console_parts(d);

    d->api = api_new(d->base, &setting, &parts, err);
    return d->api != NULL;
}

/* A demo clock runs faster, and so do its waits. */
static time_ms real(const struct daemon *d, time_ms ms)
{
    return d->config.demo && d->config.clock.speed > 1 ? (time_ms)((double)ms / d->config.clock.speed) : ms;
}

static void hold(struct daemon *d)
{
    d->holding = true;
    d->inbound_at = clock_mono();
    d->hold_emergency = d->inbound_at + real(d, HOLD_EMERGENCY_MS);
    d->hold_routine = d->inbound_at + real(d, HOLD_ROUTINE_MS);
    engine_hold(d->engine, TIME_NEVER, TIME_NEVER);
}

/* Cut short when all gateways are up and nothing has come in for a second. */
static void release_hold(struct daemon *d)
{
    const time_ms now = clock_mono(), quiet_at = d->inbound_at + real(d, HOLD_QUIET_MS);
    const bool all_up = d->holding && bridge_all_up(d), quiet = all_up && now >= quiet_at;
    const bool emergency = !quiet && now < d->hold_emergency, routine = !quiet && now < d->hold_routine;
    time_ms next = emergency ? d->hold_emergency : d->hold_routine;

    if (!d->holding)
        return;
    engine_hold(d->engine, emergency ? TIME_NEVER : 0, routine ? TIME_NEVER : 0);
    d->holding = emergency || routine;
    next = all_up && quiet_at < next ? quiet_at : next;
    if (d->holding)
        arm(d->hold, next > now ? next - now : 1);
}

static void begin_run(struct daemon *d)
{
    time_ms gap_from;
    bool clean;

    d->run = run_begin(d->store, turn_now(d->turn), &gap_from, &clean);
    if (gap_from != TIME_NEVER)
        log_notice("was last seen %lld s ago%s", (long long)((turn_now(d->turn) - gap_from) / 1000),
                   clean ? "" : ", without a clean end");
    outbox_recover(d->outbox);
    engine_review_schedules(d->engine); /* the calendar may be a new one */
    hold(d);
}

static void open_events(struct daemon *d)
{
    const char *watchdog = getenv("WATCHDOG_USEC");
    const long long usec = watchdog ? strtoll(watchdog, NULL, 10) : 0;

    d->tick_ms = usec >= 2000 ? usec / 2000 : TICK_MS;
    d->tick = event_new(d->base, -1, 0, on_tick, d);
    d->work = event_new(d->base, -1, 0, on_work, d);
    d->helped = event_new(d->base, helper_fd(d->helper), EV_READ | EV_PERSIST, on_helped, d);
    d->hold = event_new(d->base, -1, 0, on_work, d);
    d->term = evsignal_new(d->base, SIGTERM, on_stop, d);
    d->interrupt = evsignal_new(d->base, SIGINT, on_stop, d);
    d->hangup = evsignal_new(d->base, SIGHUP, on_reload, d);
    event_add(d->helped, NULL);
    event_add(d->term, NULL);
    event_add(d->interrupt, NULL);
    event_add(d->hangup, NULL);
    arm(d->tick, d->tick_ms);
    arm(d->work, 0);
}

struct daemon *daemon_new(struct config *config, struct error *err)
{
    struct daemon *d = mem_new(1, sizeof *d);
    struct random random = random_from_system();

    d->config = *config;
    *config = (struct config){ 0 };
    d->work_at = TIME_NEVER;
    d->started_real = clock_mono();
    snprintf(d->boot, sizeof d->boot, "%016llx", (unsigned long long)random_next(&random));
    d->base = event_base_new();
    log_set_level((enum log_level)d->config.log.number);
    if (open_store(d, err) && open_clock(d, err) && open_parts(d, err)) {
        heralds_open(d);
        begin_run(d);
        if (open_gateways(d, err) && open_api(d, err) && hooks_open(d, err) && turn_end(d->turn, err)) {
            trouble_tick(d);
            open_events(d);
            return d;
        }
    }
    daemon_free(d);
    return NULL;
}

static void free_event(struct event *event)
{
    if (event)
        event_free(event);
}

void daemon_free(struct daemon *d)
{
    if (!d)
        return;
    hook_free(d->hook); /* before the gateways: what waits is forgotten there */
    chores_stop(d->chores);
    helper_stop(d->helper);
    chores_free(d->chores);
    if (d->api)
        api_stop(d->api);
    api_free(d->api);
    d->api = NULL; /* the gateways still tell that they are down */
    gateways_free(d->gateways);
    watch_free(d);
    heralds_close(d);
    free_event(d->tick);
    free_event(d->work);
    free_event(d->helped);
    free_event(d->hold);
    free_event(d->term);
    free_event(d->interrupt);
    free_event(d->hangup);
    hearing_free(d->hearing);
    inbox_free(d->inbox);
    engine_free(d->aside.engine);
    outbox_free(d->aside.outbox);
    turn_free(d->aside.turn);
    engine_free(d->engine);
    outbox_free(d->outbox);
    grammar_close(d->grammar);
    calendar_free(d->calendar);
    turn_free(d->turn);
    store_close(d->store);
    if (d->base)
        event_base_free(d->base);
    checks_free(d);
    config_free(&d->config);
    free(d->releases);
    free(d);
    zone_close_all();
}

/* What is due, for at most WORK_MS; true while there is more at once. */
static bool work(struct daemon *d)
{
    const time_ms until = clock_mono() + WORK_MS;
    bool more, releasing;

    releasing = d->releases && d->trouble.fault == FAULT_NONE && daemon_release_slice(d);
    if (d->rerouting)
        d->rerouting = outbox_reroute(d->outbox);
    do {
        more = (!helper_behind(d->helper) || engine_urgent(d->engine)) &&
               (engine_work(d->engine) | (d->trouble.fault == FAULT_NONE && api_work(d->api)));
    } while (more && clock_mono() < until);
    more |= bridge_claim(d);
    outbox_expire(d->outbox);
    return more || releasing || d->rerouting;
}

/* One timer wakes the loop for whatever is due next. */
static void arm_work(struct daemon *d, bool more)
{
    time_ms next = more ? 0 : engine_next(d->engine);
    const time_ms bridge = more || d->stopping ? TIME_NEVER : bridge_next(d);
    const time_ms expiry = more ? TIME_NEVER : message_next_expiry(d->store);

    next = bridge < next ? bridge : next;
    next = expiry < next ? expiry : next;
    if (helper_behind(d->helper) && next <= turn_now(d->turn))
        next = turn_now(d->turn) + 20; /* the helper is at it */
    if (d->urgent_only && !more) {     /* what is due may be held: it is looked every second for emergencies */
        d->work_at = TIME_NEVER;
        arm(d->work, SECOND_MS);
        return;
    }
    if (next == d->work_at && next != 0 && event_pending(d->work, EV_TIMEOUT, NULL))
        return;
    d->work_at = next;
    if (next == TIME_NEVER)
        event_del(d->work);
    else
        arm(d->work, clock_until(&d->clock, next));
}

static void daemon_turn(struct daemon *d)
{
    struct error err;
    bool more = false, changed;

    reload_when_held(d);
    release_hold(d);
    trouble_look(d);
    api_again(d->api);
    if (hearing_again(d->hearing))
        more = true; /* what gateways said comes before what is done about it */
    else if (!d->stopping)
        more = work(d);
    else if (!helper_behind(d->helper))
        api_work(d->api); /* whoever waits for an import gets an answer still */
    if (d->config.demo && store_in_transaction(d->store))
        run_seen(d->store, d->run, turn_now(d->turn), false); /* its clock goes on from here */
    changed = store_in_transaction(d->store);
    if (!turn_end(d->turn, &err)) {
        d->work_at = TIME_NEVER;
        arm(d->work, trouble_failed(d, err.text));
        return;
    }
    trouble_over_if_probed(d);
    heralds_turn(d, changed);
    arm_work(d, more || (d->trouble.fault == FAULT_NONE && api_busy(d->api)));
}

/* A turn's time runs from when a callback first asked for the time: before that the loop waited. */
static void timed_turn(struct daemon *d)
{
    const int64_t began = turn_began_us(d->turn), now = clock_mono_us();
    int64_t took;

    daemon_turn(d);
    took = clock_mono_us() - (began ? began : now);
    turns_count(d, took / 1000);
    metrics_turn(d, took);
    turn_rest(d->turn);
}

/* The last turn: what waits is told so, and the answers leave. */
static void end(struct daemon *d)
{
    event_del(d->helped);
    chores_stop(d->chores);
    helper_stop(d->helper);
    d->helper = NULL;
    api_stop(d->api);
    run_seen(d->store, d->run, turn_now(d->turn), true);
    turn_end(d->turn, NULL);
    event_base_loop(d->base, EVLOOP_NONBLOCK);
    turn_end(d->turn, NULL);
    heralds_end(d->heralds, HERALDS_MS);
}

/* Whether the gateways still hold something or somebody waits for an answer. */
static bool unfinished(const struct daemon *d)
{
    return !gateways_stopped(d->gateways) || !api_idle(d->api);
}

int daemon_run(struct daemon *d)
{
    log_notice("%s: ready, store %s, %s", d->config.school.name, d->config.store, d->config.listen.socket);
    sd_notify(0, "READY=1");
    while (!d->stopping || (unfinished(d) && clock_mono() < d->stop_by)) {
        event_base_loop(d->base, EVLOOP_ONCE);
        timed_turn(d);
    }
    end(d);
    log_notice("ended");
    return 0;
}
