/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the outbox and the supervisor: claims become `send` lines after the commit, the gateways' words become
 * states, replies and key presses go to the inbox and are confirmed once they are stored. A word whose turn fails is
 * taken again (hearing.h).
 */
#include <stdlib.h>
#include <string.h>

#include "daemon_internal.h"
#include "lib/log.h"
#include "lib/memory.h"

enum { CLAIMS_A_TURN = 64 };

/* --- effects --- */

struct send {
    struct daemon *daemon;
    char *gateway;
    struct job job;
};

static void send_free(struct send *send)
{
    job_free(&send->job);
    free(send->gateway);
    free(send);
}

static void send_release(void *arg)
{
    struct send *send = arg;
    struct gateway *g = gateways_find(send->daemon->gateways, send->gateway);
    const struct gateway_job job = { .id = send->job.id,
                                     .channel = channel_name(send->job.channel),
                                     .lane = lane_name(send->job.lane),
                                     .to = send->job.to,
                                     .text = send->job.text,
                                     .voice = send->job.voice,
                                     .expires = send->job.expires,
                                     .again = send->job.again };

    if (g)
        gateway_send(g, &job);
    send_free(send);
}

static void send_drop(void *arg)
{
    struct send *send = arg;
    struct gateway *g = gateways_find(send->daemon->gateways, send->gateway);

    if (g)
        gateway_release(g, send->job.id);
    send_free(send);
}

/* A word to a gateway after the commit: stored, probe. */
struct word {
    struct daemon *daemon;
    char *gateway, *id, *provider_id;
};

static void word_free(void *arg)
{
    struct word *word = arg;

    free(word->gateway);
    free(word->id);
    free(word->provider_id);
    free(word);
}

static void word_stored(void *arg)
{
    struct word *word = arg;
    struct gateway *g = gateways_find(word->daemon->gateways, word->gateway);

    if (g)
        gateway_stored(g, word->id);
    word_free(word);
}

static void word_probe(void *arg)
{
    struct word *word = arg;
    struct gateway *g = gateways_find(word->daemon->gateways, word->gateway);

    if (g)
        gateway_probe(g, word->id, word->provider_id);
    word_free(word);
}

static void say_later(struct daemon *daemon, const char *gateway, void (*say)(void *arg), const char *id,
                      const char *provider_id)
{
    struct word *word = mem_new(1, sizeof *word);

    *word = (struct word){ daemon, mem_dup(gateway), mem_dup(id), mem_dup(provider_id) };
    turn_effect(daemon->turn, say, word, word_free);
}

static void word_cancel(void *arg)
{
    struct word *word = arg;
    struct gateway *g = gateways_find(word->daemon->gateways, word->gateway);

    if (g)
        gateway_cancel(g, word->id);
    word_free(word);
}

/* Settled while a gateway has it. */
static void recall(void *arg, const char *gateway, const char *id)
{
    struct daemon *daemon = arg;
    struct gateway *g = gateways_find(daemon->gateways, gateway);

    if (g)
        say_later(daemon, gateway, word_cancel, id, NULL);
}

static bool up(void *arg, const char *gateway)
{
    const struct daemon *daemon = arg;
    struct gateway *g = daemon->gateways ? gateways_find(daemon->gateways, gateway) : NULL;

    return !daemon->gateways || (g && gateway_usable(g));
}

struct outbox_hooks bridge_hooks(struct daemon *daemon)
{
    return (struct outbox_hooks){ .up = up, .recall = recall, .arg = daemon };
}

bool bridge_all_up(const struct daemon *daemon)
{
    for (struct gateway *g = gateways_next(daemon->gateways, NULL); g; g = gateways_next(daemon->gateways, g))
        if (!gateway_usable(g))
            return false;
    return true;
}

/* --- out --- */

static size_t claim_for(struct daemon *daemon, struct gateway *g)
{
    struct job jobs[CLAIMS_A_TURN];
    const int room = daemon->urgent_only || helper_behind(daemon->helper) ? 0 : gateway_room(g, false);
    const size_t count = outbox_claim(daemon->outbox, gateway_name(g), room, gateway_room(g, true), jobs, COUNT(jobs));
    size_t questions = 0;

    for (size_t i = 0; i < count; i++) {
        struct send *send = mem_new(1, sizeof *send);

        questions += jobs[i].lane != LANE_BULK;
        gateway_take(g, jobs[i].id);
        *send = (struct send){ daemon, mem_dup(gateway_name(g)), jobs[i] };
        turn_effect(daemon->turn, send_release, send, send_drop);
    }
    watch_asked(daemon, gateway_name(g), questions);
    return count;
}

bool bridge_claim(struct daemon *daemon)
{
    bool more = false;

    for (struct gateway *g = gateways_next(daemon->gateways, NULL); g; g = gateways_next(daemon->gateways, g))
        if (gateway_usable(g) && gateway_room(g, true) > 0)
            more |= claim_for(daemon, g) > 0;
    return more;
}

time_ms bridge_next(struct daemon *daemon)
{
    time_ms next = TIME_NEVER;

    for (struct gateway *g = gateways_next(daemon->gateways, NULL); g; g = gateways_next(daemon->gateways, g)) {
        /* without room nothing can be claimed: `room` wakes the loop */
        const time_ms due = gateway_usable(g) && gateway_room(g, true) > 0
                                ? outbox_next_due(daemon->outbox, gateway_name(g))
                                : TIME_NEVER;

        next = due < next ? due : next;
    }
    return next;
}

/* --- in: what a word changes --- */

static struct doubt doubt_of(const struct daemon *daemon, const char *gateway)
{
    const struct gateway *g = gateways_find(daemon->gateways, gateway);
    const struct gateway_ready *ready = g ? gateway_announced(g) : NULL;

    return (struct doubt){ .idempotent = ready && ready->idempotent, .probe = ready && ready->probe };
}

struct probing {
    struct daemon *daemon;
    const char *gateway;
};

static void probe_one(void *arg, const char *id, const char *provider_id)
{
    const struct probing *p = arg;

    say_later(p->daemon, p->gateway, word_probe, id, provider_id);
}

static void take_ready(struct daemon *daemon, const struct heard *word)
{
    struct probing probing = { daemon, word->gateway };

    outbox_settle(daemon->outbox, word->gateway, doubt_of(daemon, word->gateway), probe_one, &probing);
}

static void take_lost(struct daemon *daemon, const struct heard *word)
{
    outbox_lost(daemon->outbox, word->id, word->in_doubt);
}

static void take_started(struct daemon *daemon, const struct heard *word)
{
    outbox_started(daemon->outbox, word->id);
}

static void take_accepted(struct daemon *daemon, const struct heard *word)
{
    outbox_accepted(daemon->outbox, word->gateway, word->id, word->provider_id, word->parts);
}

static void take_refused(struct daemon *daemon, const struct heard *word)
{
    outbox_refused(daemon->outbox, word->gateway, word->id, word->class, word->code, word->detail, word->retry_after);
}

static void take_unknown(struct daemon *daemon, const struct heard *word)
{
    if (outbox_unknown(daemon->outbox, word->id, word->detail, doubt_of(daemon, word->gateway)))
        say_later(daemon, word->gateway, word_probe, word->id, NULL);
}

static void take_fate(struct daemon *daemon, const struct heard *word)
{
    outbox_fate(daemon->outbox, word->id, word->state);
}

static void take_status(struct daemon *daemon, const struct heard *word)
{
    const struct outbox_report report = { .gateway = word->gateway,
                                          .id = word->id,
                                          .provider_id = word->provider_id,
                                          .state = word->state,
                                          .code = word->code,
                                          .seconds = word->seconds };
    int64_t message;

    outbox_status(daemon->outbox, &report, &message);
    if (message && word->digits && word->digits[0] && word->uid)
        inbox_receive(
            daemon->inbox,
            &(struct inbound){
                .gateway = word->gateway, .uid = word->uid, .from = "", .digits = word->digits, .message = message });
    if (word->uid)
        say_later(daemon, word->gateway, word_stored, word->uid, NULL);
}

static void take_reply(struct daemon *daemon, const struct heard *word)
{
    const struct gateway_reply reply = { .uid = word->uid,
                                         .from = word->from,
                                         .to = word->to,
                                         .text = word->text,
                                         .digits = word->digits,
                                         .call = word->call,
                                         .at = word->at };

    if (!watch_reply(daemon, word->gateway, &reply))
        inbox_receive(daemon->inbox, &(struct inbound){ .gateway = word->gateway,
                                                        .uid = word->uid,
                                                        .from = word->from,
                                                        .to = word->to,
                                                        .text = word->text,
                                                        .digits = word->digits,
                                                        .call = word->call,
                                                        .at = word->at });
    say_later(daemon, word->gateway, word_stored, word->uid, NULL);
}

static void (*const takers[])(struct daemon *daemon, const struct heard *word) = {
    [HEARD_READY] = take_ready,       [HEARD_LOST] = take_lost,       [HEARD_STARTED] = take_started,
    [HEARD_ACCEPTED] = take_accepted, [HEARD_REFUSED] = take_refused, [HEARD_UNKNOWN] = take_unknown,
    [HEARD_FATE] = take_fate,         [HEARD_STATUS] = take_status,   [HEARD_REPLY] = take_reply,
};
_Static_assert(COUNT(takers) == HEARD_VERBS, "each verb has its taker");

void bridge_take(void *arg, const struct heard *word)
{
    takers[word->verb](arg, word);
}

/* --- in: the supervisor's calls --- */

static void hear(struct daemon *daemon, struct gateway *g, struct heard word)
{
    word.gateway = gateway_name(g);
    hearing_add(daemon->hearing, &word);
}

static void on_ready(void *arg, struct gateway *g)
{
    struct daemon *daemon = arg;

    checks_carry(daemon);
    checks_alarm(daemon);
    hear(daemon, g, (struct heard){ .verb = HEARD_READY });
    api_changed(daemon->api);
    heralds_gateway(daemon, gateway_name(g), NULL);
}

static void lose(void *arg, const char *id, bool in_doubt)
{
    const struct probing *p = arg;

    hearing_add(p->daemon->hearing,
                &(struct heard){ .verb = HEARD_LOST, .gateway = p->gateway, .id = id, .in_doubt = in_doubt });
}

static void on_down(void *arg, struct gateway *g, const char *reason)
{
    struct probing at = { arg, gateway_name(g) };

    log_warning("gateway %s: %s", at.gateway, reason);
    gateway_held_each(g, lose, &at);
    heralds_gateway(at.daemon, at.gateway, reason);
    if (!at.daemon->stopping)
        engine_watch_gateways(at.daemon->engine);
    api_changed(at.daemon->api);
}

static void on_started(void *arg, struct gateway *g, const char *id)
{
    hear(arg, g, (struct heard){ .verb = HEARD_STARTED, .id = id });
}

static void on_accepted(void *arg, struct gateway *g, const char *id, const char *provider_id, int parts)
{
    hear(arg, g, (struct heard){ .verb = HEARD_ACCEPTED, .id = id, .provider_id = provider_id, .parts = parts });
}

static void on_refused(void *arg, struct gateway *g, const char *id, const char *class, const char *code,
                       const char *detail, time_ms retry_after)
{
    hear(arg, g,
         (struct heard){ .verb = HEARD_REFUSED,
                         .id = id,
                         .class = class,
                         .code = code,
                         .detail = detail,
                         .retry_after = retry_after });
}

static void on_unknown(void *arg, struct gateway *g, const char *id, const char *detail)
{
    hear(arg, g, (struct heard){ .verb = HEARD_UNKNOWN, .id = id, .detail = detail });
}

static void on_fate(void *arg, struct gateway *g, const char *id, const char *state)
{
    hear(arg, g, (struct heard){ .verb = HEARD_FATE, .id = id, .state = state });
}

static void on_status(void *arg, struct gateway *g, const struct gateway_status *status)
{
    ((struct daemon *)arg)->inbound_at = clock_mono();
    hear(arg, g,
         (struct heard){ .verb = HEARD_STATUS,
                         .uid = status->uid,
                         .id = status->id,
                         .provider_id = status->provider_id,
                         .state = status->state,
                         .code = status->code,
                         .seconds = status->seconds,
                         .digits = status->digits });
}

static void on_reply(void *arg, struct gateway *g, const struct gateway_reply *reply)
{
    ((struct daemon *)arg)->inbound_at = clock_mono();
    hear(arg, g,
         (struct heard){ .verb = HEARD_REPLY,
                         .uid = reply->uid,
                         .from = reply->from,
                         .to = reply->to,
                         .text = reply->text,
                         .digits = reply->digits,
                         .call = reply->call,
                         .at = reply->at });
}

const struct gateway_events *bridge_events(void)
{
    static const struct gateway_events events = { .ready = on_ready,
                                                  .down = on_down,
                                                  .started = on_started,
                                                  .accepted = on_accepted,
                                                  .refused = on_refused,
                                                  .unknown = on_unknown,
                                                  .fate = on_fate,
                                                  .status = on_status,
                                                  .reply = on_reply };

    return &events;
}
