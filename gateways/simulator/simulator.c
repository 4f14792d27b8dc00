/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulator: phones that do what a script says, for the demo, the tests and the rehearsal. It promises that what
 * the phones saw is in the ledger before `accepted` is said, and that after a kill it goes on from the ledger alone:
 * reports and replies that were not stored come again, those still to come come in their time. A repeated id is the
 * same message (idempotent) or a second one, as configured. No phone rings: it announces `simulated`.
 */
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateways/common/gateway.h"
#include "gateways/simulator/agenda.h"
#include "gateways/simulator/ledger.h"
#include "gateways/simulator/plan.h"
#include "gateways/simulator/script.h"
#include "gateways/simulator/settings.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"

enum {
    FIRE_MAX = 500,   /* events of one turn of the timer */
    HOLD_BACK_MS = 50 /* real time to wait while the daemon has much to store */
};

/* One line `out` of the ledger: what a phone got. */
struct job {
    char *id, *number, *provider_id;
    bool voice;
    int nth, tries, copy; /* copy: 1, or the n-th time this id reached the phone */
    time_ms at;
};

/* What is to be said of a job once its line is in the ledger. */
struct outcome {
    char *id;
    size_t job; /* its index; NO_JOB when the phone got nothing */
    bool known; /* a repeated id that is the same message */
    enum handover handover;
    enum gateway_refusal refusal;
    const char *code; /* the script's */
};

static const size_t NO_JOB = SIZE_MAX;

struct simulator {
    struct gateway *gateway;
    struct settings settings;
    struct script script;
    struct ledger ledger;
    struct job *jobs;
    size_t job_count;
    json_t *by_id;  /* id -> index of its last job */
    json_t *counts; /* number -> hand-overs */
    json_t *tries;  /* id -> hand-overs */
    struct outcome *outcomes;
    size_t outcome_count;
    struct agenda agenda;
    struct event *timer;
    /* while the ledger is read back */
    json_t *told;   /* uid -> [at, from, channel, text] of each reply said */
    json_t *stored; /* uid -> true */
    char *epoch;
};

static int count_up(json_t *counts, const char *key)
{
    const json_int_t n = json_int(counts, key, 0) + 1;

    json_put_int(counts, key, n);
    return (int)n;
}

static size_t job_add(struct simulator *sim, const char *id, const char *number, bool voice, time_ms at)
{
    const json_t *before = json_object_get(sim->by_id, id);
    const int copy = before ? sim->jobs[json_integer_value(before)].copy + 1 : 1;
    struct job job = { .id = mem_dup(id), .number = mem_dup(number), .voice = voice, .copy = copy, .at = at };

    job.nth = count_up(sim->counts, number);
    job.tries = count_up(sim->tries, id) - 1;
    job.provider_id = copy > 1 ? mem_format("sim-%s~%d", id, copy) : mem_format("sim-%s", id);
    sim->jobs = mem_grow(sim->jobs, sim->job_count + 1, sizeof *sim->jobs);
    sim->jobs[sim->job_count] = job;
    json_put_int(sim->by_id, id, (json_int_t)sim->job_count);
    return sim->job_count++;
}

static void job_plan(const struct simulator *sim, const struct job *job, struct plan *out)
{
    const struct plan_job about = {
        .id = job->id, .number = job->number, .voice = job->voice, .nth = job->nth, .tries = job->tries
    };

    plan_make(out, &sim->script, &about, sim->settings.delay);
}

/* Stable over restarts: ID/K, or ID~COPY/K. */
static char *uid_of(const struct job *job, size_t event)
{
    return mem_format("%s/%zu", job->provider_id + strlen("sim-"), event + 1);
}

static void arm(struct simulator *sim)
{
    time_ms wait = gateway_until(sim->gateway, agenda_due(&sim->agenda));
    struct timeval real;

    if (wait == TIME_NEVER)
        return;
    if (wait < HOLD_BACK_MS && gateway_unstored(sim->gateway) >= GATEWAY_UNSTORED_MAX)
        wait = HOLD_BACK_MS;
    real = (struct timeval){ .tv_sec = wait / 1000, .tv_usec = wait % 1000 * 1000 };
    event_add(sim->timer, &real);
}

/* Puts on the agenda what the ledger does not show as done. `first` ones are said with the outcome, not here. */
static void schedule(struct simulator *sim, size_t index, bool resumed)
{
    const struct job *job = &sim->jobs[index];
    struct plan plan;

    job_plan(sim, job, &plan);
    for (size_t i = 0; i < plan.count; i++) {
        CLEANUP(mem_clean) char *uid = resumed ? uid_of(job, i) : NULL;

        if (plan.events[i].first && !resumed)
            continue;
        if (uid && (json_object_get(sim->told, uid) || json_object_get(sim->stored, uid)))
            continue;
        agenda_add(&sim->agenda,
                   (struct agenda_entry){ .due = job->at + plan.events[i].after, .job = index, .event = i });
    }
}

static void say_status(struct simulator *sim, const struct job *job, const struct plan *plan, size_t i)
{
    const struct plan_event *event = &plan->events[i];
    CLEANUP(mem_clean) char *uid = uid_of(job, i);

    gateway_say_status(sim->gateway, &(struct gateway_status){
                                         .uid = uid,
                                         .id = job->id,
                                         .provider_id = job->provider_id,
                                         .state = event->state,
                                         .code = event->code,
                                         .digits = event->keys ? plan->digits : NULL,
                                         .seconds = event->seconds,
                                     });
}

static void say_reply(struct simulator *sim, const char *uid, const char *from, const char *text, time_ms at)
{
    gateway_say_reply(sim->gateway, &(struct gateway_reply){
                                        .uid = uid,
                                        .from = from,
                                        .text = text,
                                        .call = text ? NULL : "missed",
                                        .at = at,
                                    });
}

/* Says what happened, or, as the first half of it, writes a reply into the ledger. */
static void fire(struct simulator *sim, const struct agenda_entry *entry, bool write)
{
    const struct job *job = &sim->jobs[entry->job];
    struct plan plan;
    const struct plan_event *event;
    CLEANUP(mem_clean) char *uid = uid_of(job, entry->event);

    job_plan(sim, job, &plan);
    event = &plan.events[entry->event];
    if (event->state) {
        if (!write)
            say_status(sim, job, &plan, entry->event);
    } else if (write) {
        ledger_add(&sim->ledger, &(struct ledger_line){ .at = entry->due,
                                                        .kind = LEDGER_IN,
                                                        .id = uid,
                                                        .number = event->from,
                                                        .channel = event->text ? "sms" : "call",
                                                        .text = event->text ? event->text : "missed" });
    } else {
        say_reply(sim, uid, event->from, event->text, entry->due);
    }
}

/* Replies of an earlier run that the daemon has not stored. */
static void say_told_again(struct simulator *sim)
{
    const char *uid;
    json_t *reply;

    json_object_foreach (sim->told, uid, reply) {
        const bool text = strcmp(json_string_value(json_array_get(reply, 2)), "sms") == 0;

        if (!json_object_get(sim->stored, uid))
            say_reply(sim, uid, json_string_value(json_array_get(reply, 1)),
                      text ? json_string_value(json_array_get(reply, 3)) : NULL,
                      json_integer_value(json_array_get(reply, 0)));
    }
    json_decref(sim->told);
    json_decref(sim->stored);
    sim->told = sim->stored = NULL;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct simulator *sim = arg;
    const time_ms now = gateway_now(sim->gateway);
    static const size_t most = FIRE_MAX;
    struct agenda_entry *entries = mem_new(most, sizeof *entries);
    size_t count = 0;

    (void)fd, (void)what;
    if (sim->told)
        say_told_again(sim);
    while (count < most && gateway_unstored(sim->gateway) + count < GATEWAY_UNSTORED_MAX &&
           agenda_take(&sim->agenda, now, &entries[count]))
        fire(sim, &entries[count++], true);
    ledger_commit(&sim->ledger);
    for (size_t i = 0; i < count; i++)
        fire(sim, &entries[i], false);
    free(entries);
    arm(sim);
}

static void outcome_add(struct simulator *sim, struct outcome outcome)
{
    sim->outcomes = mem_grow(sim->outcomes, sim->outcome_count + 1, sizeof *sim->outcomes);
    sim->outcomes[sim->outcome_count++] = outcome;
}

/* What stands in a column of the ledger. */
static bool is_plain(const char *text)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return false;
    return *text && strcmp(text, "-") != 0;
}

/* What the phone hears: the script's texts. */
static char *spoken(const struct gateway_job *job)
{
    struct text text = { 0 };
    const json_t *say = json_object_get(job->voice, "say");

    for (size_t i = 0; i < json_array_size(say); i++) {
        const char *part = json_text(json_array_get(say, i), "text", NULL);
        const char *play = json_text(json_array_get(say, i), "play", NULL);

        if (i > 0 && (part || play))
            text_add_char(&text, ' ');
        if (part)
            text_add(&text, part);
        else if (play)
            text_add_format(&text, "[%s]", play);
    }
    if (text.length == 0)
        text_add(&text, job->text ? job->text : "");
    return text_take(&text);
}

static void hand_over(struct simulator *sim, const struct gateway_job *job)
{
    static const enum ledger_kind kinds[] = { [HANDOVER_ACCEPT] = LEDGER_OUT,
                                              [HANDOVER_REFUSE] = LEDGER_REFUSED,
                                              [HANDOVER_UNKNOWN] = LEDGER_LOST,
                                              [HANDOVER_DIE] = LEDGER_LOST };
    const bool voice = strcmp(job->channel, "voice") == 0;
    const struct plan_job about = { .id = job->id,
                                    .number = job->to,
                                    .voice = voice,
                                    .nth = (int)json_int(sim->counts, job->to, 0) + 1,
                                    .tries = (int)json_int(sim->tries, job->id, 0) };
    const time_ms now = gateway_now(sim->gateway);
    CLEANUP(mem_clean) char *heard = spoken(job);
    struct plan plan;
    size_t index = NO_JOB;

    plan_make(&plan, &sim->script, &about, sim->settings.delay);
    ledger_add(&sim->ledger, &(struct ledger_line){ .at = now,
                                                    .kind = plan.reaches ? LEDGER_OUT : kinds[plan.handover],
                                                    .id = job->id,
                                                    .number = job->to,
                                                    .channel = job->channel,
                                                    .lane = is_plain(job->lane) ? job->lane : NULL,
                                                    .text = plan.handover == HANDOVER_REFUSE ? plan.code : heard });
    if (plan.reaches) {
        index = job_add(sim, job->id, job->to, voice, now);
    } else {
        count_up(sim->counts, job->to);
        count_up(sim->tries, job->id);
    }
    outcome_add(sim, (struct outcome){ .id = mem_dup(job->id),
                                       .job = index,
                                       .handover = plan.handover,
                                       .refusal = plan.refusal,
                                       .code = plan.code });
}

static void take_job(struct gateway *gateway, const struct gateway_job *job)
{
    struct simulator *sim = gateway_state(gateway);
    const json_t *known = json_object_get(sim->by_id, job->id);

    if (!is_plain(job->id) || !is_plain(job->to)) {
        gateway_say_refused(gateway, job->id, GATEWAY_PERMANENT, "bad_line", "control characters in id or to", 0);
        return;
    }
    gateway_say_started(gateway, job->id);
    if (known && sim->settings.idempotent)
        outcome_add(
            sim, (struct outcome){ .id = mem_dup(job->id), .job = (size_t)json_integer_value(known), .known = true });
    else
        hand_over(sim, job);
}

/* What the script calls `die`: as a crash or the kernel would, with all that was said before in the pipe. */
static void die(struct simulator *sim)
{
    gateway_flush(sim->gateway);
    log_notice("the script says: die");
    kill(getpid(), SIGKILL);
}

static void say_accepted(struct simulator *sim, const struct outcome *outcome)
{
    const struct job *job = &sim->jobs[outcome->job];
    struct plan plan;

    if (!outcome->known) {
        job_plan(sim, job, &plan);
        for (size_t i = 0; i < plan.count; i++)
            if (plan.events[i].first)
                say_status(sim, job, &plan, i);
    }
    gateway_say_accepted(sim->gateway, outcome->id, job->provider_id, 0);
}

static void settle(struct simulator *sim, const struct outcome *outcome)
{
    switch (outcome->handover) {
    case HANDOVER_ACCEPT:
        say_accepted(sim, outcome);
        break;
    case HANDOVER_REFUSE:
        gateway_say_refused(sim->gateway, outcome->id, outcome->refusal, outcome->code, "as the script says", 0);
        break;
    case HANDOVER_UNKNOWN:
        gateway_say_unknown(sim->gateway, outcome->id, "as the script says");
        break;
    case HANDOVER_DIE:
        die(sim);
        break;
    }
    if (outcome->job != NO_JOB && !outcome->known)
        schedule(sim, outcome->job, false);
}

/* All jobs of one read: their lines into the ledger with one sync, then their outcomes. */
static void end_turn(struct gateway *gateway)
{
    struct simulator *sim = gateway_state(gateway);

    if (sim->outcome_count > 0 || sim->ledger.pending.length > 0) {
        gateway_flush(gateway); /* `started` is in the pipe before a phone hears anything */
        ledger_commit(&sim->ledger);
    }
    for (size_t i = 0; i < sim->outcome_count; i++) {
        settle(sim, &sim->outcomes[i]);
        free(sim->outcomes[i].id);
    }
    free(sim->outcomes);
    sim->outcomes = NULL;
    sim->outcome_count = 0;
    arm(sim);
}

static void answer_probe(struct gateway *gateway, const char *id, const char *provider_id)
{
    struct simulator *sim = gateway_state(gateway);

    (void)provider_id;
    if (!sim->settings.probe)
        gateway_say_fate(gateway, id, GATEWAY_FATE_UNKNOWN);
    else
        gateway_say_fate(gateway, id, json_object_get(sim->by_id, id) ? GATEWAY_FATE_SENT : GATEWAY_FATE_NOT_SENT);
}

static void note_stored(struct gateway *gateway, const char *uid)
{
    struct simulator *sim = gateway_state(gateway);

    ledger_add(&sim->ledger, &(struct ledger_line){ .at = gateway_now(gateway), .kind = LEDGER_STORED, .id = uid });
}

/* A new epoch: the store is another one, so that all replies are new to it. */
static void forget_stored(struct simulator *sim)
{
    const char *uid;
    json_t *reply;

    json_object_foreach (sim->told, uid, reply)
        json_object_del(sim->stored, uid);
}

static void take_back(void *arg, const struct ledger_line *line)
{
    struct simulator *sim = arg;
    const char *id = line->id ? line->id : "";
    const char *number = line->number ? line->number : "";
    const char *channel = line->channel ? line->channel : "";

    switch (line->kind) {
    case LEDGER_OUT:
        job_add(sim, id, number, strcmp(channel, "voice") == 0, line->at);
        break;
    case LEDGER_REFUSED:
    case LEDGER_LOST:
        count_up(sim->counts, number);
        count_up(sim->tries, id);
        break;
    case LEDGER_IN:
        json_put(sim->told, id, json_pack("[I,s,s,s]", (json_int_t)line->at, number, channel, line->text));
        break;
    case LEDGER_STORED:
        json_put_flag(sim->stored, id, true);
        break;
    case LEDGER_EPOCH:
        forget_stored(sim);
        free(sim->epoch);
        sim->epoch = mem_dup(id);
        break;
    case LEDGER_KINDS:
        break;
    }
}

/* All state comes back from the ledger; what was missed meanwhile comes at once. */
static bool resume(struct simulator *sim, struct error *err)
{
    const char *epoch = gateway_hello(sim->gateway)->epoch;
    const struct timeval now = { 0 };

    if (!ledger_open(&sim->ledger, sim->settings.ledger, take_back, sim, err))
        return false;
    if (!sim->epoch || strcmp(sim->epoch, epoch) != 0) {
        if (sim->epoch)
            forget_stored(sim);
        if (is_plain(epoch))
            ledger_add(&sim->ledger,
                       &(struct ledger_line){ .at = gateway_now(sim->gateway), .kind = LEDGER_EPOCH, .id = epoch });
        ledger_commit(&sim->ledger);
    }
    for (size_t i = 0; i < sim->job_count; i++)
        schedule(sim, i, true);
    event_add(sim->timer, &now);
    return true;
}

static bool read_script(struct simulator *sim, struct error *err)
{
    struct mistakes mistakes = { 0 };
    bool ok = true;

    if (sim->settings.script)
        ok = script_load(&sim->script, sim->settings.script, &mistakes);
    if (!ok && mistakes.count > 1)
        error_set(err, "%s (and %zu more: simulator --check FILE shows them)", mistakes.lines[0],
                  mistakes.count + mistakes.dropped - 1);
    else if (!ok)
        error_set(err, "%s", mistakes.lines[0]);
    mistakes_free(&mistakes);
    return ok;
}

static void simulator_free(struct simulator *sim)
{
    for (size_t i = 0; i < sim->job_count; i++) {
        free(sim->jobs[i].id);
        free(sim->jobs[i].number);
        free(sim->jobs[i].provider_id);
    }
    free(sim->jobs);
    for (size_t i = 0; i < sim->outcome_count; i++)
        free(sim->outcomes[i].id);
    free(sim->outcomes);
    json_decref(sim->by_id);
    json_decref(sim->counts);
    json_decref(sim->tries);
    json_decref(sim->told);
    json_decref(sim->stored);
    free(sim->epoch);
    if (sim->timer)
        event_free(sim->timer);
    agenda_free(&sim->agenda);
    ledger_close(&sim->ledger);
    script_free(&sim->script);
    settings_free(&sim->settings);
    free(sim);
}

static void *configure(struct gateway *gateway, const json_t *config, struct gateway_ready *ready, struct error *err)
{
    struct simulator *sim = mem_new(1, sizeof *sim);
    const struct gateway_hello *hello = gateway_hello(gateway);

    sim->gateway = gateway;
    sim->ledger.fd = -1;
    sim->by_id = json_object();
    sim->counts = json_object();
    sim->tries = json_object();
    sim->told = json_object();
    sim->stored = json_object();
    sim->timer = evtimer_new(gateway_base(gateway), on_timer, sim);
    if (!settings_read(&sim->settings, config, hello->state_dir, hello->name, err) || !read_script(sim, err) ||
        !resume(sim, err)) {
        simulator_free(sim);
        return NULL;
    }
    ready->window = sim->settings.window;
    ready->channels = sim->settings.channels;
    ready->idempotent = sim->settings.idempotent;
    ready->probe = sim->settings.probe;
    return sim;
}

static void stop(struct gateway *gateway)
{
    struct simulator *sim = gateway_state(gateway);

    ledger_commit(&sim->ledger);
    simulator_free(sim);
}

/* Reads a script and prints its mistakes, one a line. */
static int check(const char *file)
{
    struct script script;
    struct mistakes mistakes = { 0 };
    const bool ok = script_load(&script, file, &mistakes);

    for (size_t i = 0; i < mistakes.count; i++)
        fprintf(stderr, "%s\n", mistakes.lines[i]);
    mistakes_free(&mistakes);
    script_free(&script);
    return ok ? 0 : 1;
}

static const char *const channels[] = { "sms", "voice", NULL };

static const struct gateway_module module = {
    .ready = {
        .type = "simulator",
        .channels = channels,
        .window = 256,
        .batch = 1,
        .free_text = true,
        .delivery_reports = true,
        .inbound = true,
        .idempotent = true,
        .probe = true,
        .simulated = true,
    },
    .configure = configure,
    .send = take_job,
    .probe = answer_probe,
    .stored = note_stored,
    .turn = end_turn,
    .stop = stop,
};

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--check") == 0)
        return check(argv[2]);
    return gateway_main(argc, argv, &module);
}
