/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the outbox and the supervisor: claims become `send` lines after the commit, the gateways' words become
 * states, replies and key presses go to the inbox and are confirmed once they are stored.
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

static void say_later(struct daemon *daemon, const struct gateway *g, void (*say)(void *arg), const char *id,
                      const char *provider_id)
{
    struct word *word = mem_new(1, sizeof *word);

    *word = (struct word){ daemon, mem_dup(gateway_name(g)), mem_dup(id), mem_dup(provider_id) };
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
        say_later(daemon, g, word_cancel, id, NULL);
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
    const int room = helper_behind(daemon->helper) ? 0 : gateway_room(g, false);
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

/* --- in --- */

static struct doubt doubt_of(const struct gateway *g)
{
    const struct gateway_ready *ready = gateway_announced(g);

    return (struct doubt){ .idempotent = ready && ready->idempotent, .probe = ready && ready->probe };
}

struct probing {
    struct daemon *daemon;
    struct gateway *gateway;
};

static void probe_one(void *arg, const char *id, const char *provider_id)
{
    const struct probing *p = arg;

    say_later(p->daemon, p->gateway, word_probe, id, provider_id);
}

static void on_ready(void *arg, struct gateway *g)
{
    struct daemon *daemon = arg;
    struct probing probing = { daemon, g };

    checks_carry(daemon);
    checks_alarm(daemon);
    outbox_settle(daemon->outbox, gateway_name(g), doubt_of(g), probe_one, &probing);
    api_changed(daemon->api);
}

static void lose(void *arg, const char *id, bool in_doubt)
{
    outbox_lost(((struct daemon *)arg)->outbox, id, in_doubt);
}

static void on_down(void *arg, struct gateway *g, const char *reason)
{
    log_warning("gateway %s: %s", gateway_name(g), reason);
    gateway_held_each(g, lose, arg);
    if (!((struct daemon *)arg)->stopping)
        engine_watch_gateways(((struct daemon *)arg)->engine);
    api_changed(((struct daemon *)arg)->api);
}

static void on_started(void *arg, struct gateway *g, const char *id)
{
    (void)g;
    outbox_started(((struct daemon *)arg)->outbox, id);
}

static void on_accepted(void *arg, struct gateway *g, const char *id, const char *provider_id, int parts)
{
    outbox_accepted(((struct daemon *)arg)->outbox, gateway_name(g), id, provider_id, parts);
}

static void on_refused(void *arg, struct gateway *g, const char *id, const char *class, const char *code,
                       const char *detail, time_ms retry_after)
{
    outbox_refused(((struct daemon *)arg)->outbox, gateway_name(g), id, class, code, detail, retry_after);
}

static void on_unknown(void *arg, struct gateway *g, const char *id, const char *detail)
{
    struct daemon *daemon = arg;

    if (outbox_unknown(daemon->outbox, id, detail, doubt_of(g)))
        say_later(daemon, g, word_probe, id, NULL);
}

static void on_fate(void *arg, struct gateway *g, const char *id, const char *state)
{
    (void)g;
    outbox_fate(((struct daemon *)arg)->outbox, id, state);
}

static void on_status(void *arg, struct gateway *g, const struct gateway_status *status)
{
    struct daemon *daemon = arg;
    const struct outbox_report report = { .gateway = gateway_name(g),
                                          .id = status->id,
                                          .provider_id = status->provider_id,
                                          .state = status->state,
                                          .code = status->code,
                                          .seconds = status->seconds };
    int64_t message;

    daemon->inbound_at = clock_mono();
    outbox_status(daemon->outbox, &report, &message);
    if (message && status->digits && status->digits[0] && status->uid)
        inbox_receive(daemon->inbox, &(struct inbound){ .gateway = gateway_name(g),
                                                        .uid = status->uid,
                                                        .from = "",
                                                        .digits = status->digits,
                                                        .message = message });
    if (status->uid)
        say_later(daemon, g, word_stored, status->uid, NULL);
}

static void on_reply(void *arg, struct gateway *g, const struct gateway_reply *reply)
{
    struct daemon *daemon = arg;

    daemon->inbound_at = clock_mono();
    if (!watch_reply(daemon, gateway_name(g), reply))
        inbox_receive(daemon->inbox, &(struct inbound){ .gateway = gateway_name(g),
                                                        .uid = reply->uid,
                                                        .from = reply->from,
                                                        .to = reply->to,
                                                        .text = reply->text,
                                                        .digits = reply->digits,
                                                        .call = reply->call,
                                                        .at = reply->at });
    say_later(daemon, g, word_stored, reply->uid, NULL);
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
