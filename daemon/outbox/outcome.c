/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of a message: the gateways' words turned into states. Nothing is sent twice where it can be known: a
 * doubt is settled by asking (probe), by repeating under the same key (idempotent), or by a person; an emergency alone
 * is sent again and marked so.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "outbox/outbox_internal.h"
#include "store/line.h"

/* Finds the running message of a wire id; false when it is not ours. */
static bool find(struct outbox *outbox, const char *id, struct message *m)
{
    const int64_t message = outbox_message_of(outbox, id);

    return message && message_get(m, outbox->store, message);
}

bool outbox_started(struct outbox *outbox, const char *id)
{
    struct message m = { 0 };
    bool moved = false;

    if (find(outbox, id, &m)) {
        moved = m.state == MESSAGE_CLAIMED && outbox_move(outbox, m.id, MESSAGE_CLAIMED, MESSAGE_STARTED, REASON_NONE);
        try_started(outbox->store, m.id, outbox_now(outbox));
    }
    message_free(&m);
    return moved;
}

bool outbox_accepted(struct outbox *outbox, const char *gateway, const char *id, const char *provider_id, int parts)
{
    struct message m = { 0 };
    bool moved = false;

    if (!find(outbox, id, &m))
        return false;
    (void)parts;                   /* what was planned is what is shown; the provider's own count is in its bill */
    try_ended(outbox->store, m.id, /* a report may have come before: it stays */
              &(struct try_end){ .outcome = message_state_may(m.state, MESSAGE_ACCEPTED) ? "accepted" : NULL,
                                 .provider_id = provider_id },
              outbox_now(outbox));
    if (provider_id && strcmp(provider_id, id) != 0) {
        CLEANUP(mem_clean) char *all = mem_dup(provider_id);
        char *rest = NULL;
        int part = 0;

        for (char *one = strtok_r(all, " ", &rest); one; one = strtok_r(NULL, " ", &rest))
            receipt_put(outbox->store, gateway, one, m.id, ++part);
    }
    moved = outbox_move(outbox, m.id, m.state, MESSAGE_ACCEPTED, REASON_NONE);
    message_free(&m);
    return moved;
}

/* 30 s doubling to 30 min, ± 20 %. */
static time_ms backoff(struct outbox *outbox, int refusals)
{
    time_ms wait = outbox->rules.retry_first;

    for (int i = 0; i < refusals && wait < outbox->rules.retry_max; i++)
        wait *= 2;
    wait = wait < outbox->rules.retry_max ? wait : outbox->rules.retry_max;
    return wait * (80 + (time_ms)random_below(turn_random(outbox->turn), 41)) / 100;
}

static void try_later(struct outbox *outbox, const struct message *m, time_ms wait, enum reason reason)
{
    const time_ms due = outbox_now(outbox) + wait;

    if (due >= m->expires) {
        outbox_move(outbox, m->id, m->state, MESSAGE_EXPIRED, reason);
        return;
    }
    if (outbox_move(outbox, m->id, m->state, MESSAGE_QUEUED, reason))
        message_postpone(outbox->store, m->id, due, 0, reason);
}

bool outbox_refused(struct outbox *outbox, const char *gateway, const char *id, const char *class, const char *code,
                    const char *detail, time_ms retry_after)
{
    struct carrier *carrier = outbox_carrier(outbox, gateway);
    struct message m = { 0 };

    if (!find(outbox, id, &m))
        return false;
    if (m.state != MESSAGE_CLAIMED && m.state != MESSAGE_STARTED && m.state != MESSAGE_UNKNOWN) {
        message_free(&m);
        return false;
    }
    try_ended(outbox->store, m.id,
              &(struct try_end){ .outcome = "refused", .class = class, .code = code, .detail = detail },
              outbox_now(outbox));
    if (code && strcmp(code, "cancelled") == 0) {
        outbox_move(outbox, m.id, m.state, MESSAGE_CANCELLED, REASON_SETTLED);
    } else if (strcmp(class, "permanent") == 0) {
        line_count_failure(outbox->store, m.line, outbox_now(outbox));
        outbox_move(outbox, m.id, m.state, MESSAGE_REFUSED, REASON_REFUSED);
    } else if (strcmp(class, "throttled") == 0) {
        const time_ms wait = retry_after > 0 ? retry_after : outbox->rules.retry_first;

        if (carrier)
            carrier->not_before = outbox_now(outbox) + wait;
        try_later(outbox, &m, wait, REASON_THROTTLED);
    } else {
        message_count_refusal(outbox->store, m.id);
        try_later(outbox, &m, retry_after > 0 ? retry_after : backoff(outbox, m.refusals), REASON_RETRY);
    }
    message_free(&m);
    return true;
}

/* Nobody can tell: an emergency goes again, all else waits for a person. */
static void give_up(struct outbox *outbox, struct message *m)
{
    if (m->lane == LANE_EMERGENCY) {
        message_mark_again(outbox->store, m->id);
        /* at once; a gateway that never knows is asked less and less often */
        try_later(outbox, m, m->tries > 1 ? backoff(outbox, m->tries - 2) : 0, REASON_UNKNOWN);
    } else {
        outbox_move(outbox, m->id, m->state, MESSAGE_HELD, REASON_UNKNOWN);
    }
}

/* True when the caller is to probe. `wait`: before an idempotent repetition. */
static bool settle(struct outbox *outbox, struct message *m, struct doubt can, time_ms wait)
{
    if (can.idempotent) {
        try_later(outbox, m, wait, REASON_UNKNOWN);
    } else if (can.probe) {
        if (m->state != MESSAGE_UNKNOWN)
            outbox_move(outbox, m->id, m->state, MESSAGE_UNKNOWN, REASON_UNKNOWN);
        return true;
    } else {
        give_up(outbox, m);
    }
    return false;
}

bool outbox_unknown(struct outbox *outbox, const char *id, const char *detail, struct doubt can)
{
    struct message m = { 0 };
    bool probe = false;

    if (!find(outbox, id, &m))
        return false;
    try_ended(outbox->store, m.id, &(struct try_end){ .outcome = "unknown", .detail = detail }, outbox_now(outbox));
    if (m.state == MESSAGE_CLAIMED || m.state == MESSAGE_STARTED)
        probe = settle(outbox, &m, can, backoff(outbox, m.tries - 1));
    message_free(&m);
    return probe;
}

bool outbox_fate(struct outbox *outbox, const char *id, const char *state)
{
    struct message m = { 0 };
    bool moved = false;

    if (find(outbox, id, &m) && m.state == MESSAGE_UNKNOWN) {
        moved = true;
        if (strcmp(state, "sent") == 0)
            outbox_move(outbox, m.id, m.state, MESSAGE_ACCEPTED, REASON_NONE);
        else if (strcmp(state, "not_sent") == 0)
            try_later(outbox, &m, m.tries > 1 ? backoff(outbox, m.tries - 2) : 0, REASON_RELEASED);
        else
            give_up(outbox, &m);
    }
    message_free(&m);
    return moved;
}

static const struct {
    const char *state;
    enum message_state to;
    enum reason reason;
} reports[] = {
    { "delivered", MESSAGE_DELIVERED, REASON_NONE },
    { "answered", MESSAGE_DELIVERED, REASON_NONE },
    { "undelivered", MESSAGE_UNDELIVERED, REASON_UNDELIVERED },
    { "busy", MESSAGE_UNDELIVERED, REASON_BUSY },
    { "no_answer", MESSAGE_UNDELIVERED, REASON_NO_ANSWER },
};

bool outbox_status(struct outbox *outbox, const struct outbox_report *report, int64_t *message)
{
    struct message m = { 0 };
    bool moved = false;

    *message = report->id ? outbox_message_of(outbox, report->id) : 0;
    if (!*message && report->provider_id)
        *message = receipt_find(outbox->store, report->gateway, report->provider_id);
    if (!*message || !message_get(&m, outbox->store, *message)) {
        *message = 0;
        return false;
    }
    for (size_t i = 0; i < COUNT(reports); i++) {
        if (strcmp(reports[i].state, report->state) != 0)
            continue;
        moved = outbox_move(outbox, m.id, m.state, reports[i].to, reports[i].reason);
        if (moved)
            try_ended(outbox->store, m.id,
                      &(struct try_end){ .outcome = report->state,
                                         .code = report->code,
                                         .seconds = report->seconds > 0 ? report->seconds : 0 },
                      outbox_now(outbox));
        if (moved && reports[i].to == MESSAGE_DELIVERED)
            line_clear_failures(outbox->store, m.line);
    }
    message_free(&m);
    return moved;
}

void outbox_lost(struct outbox *outbox, const char *id, bool in_doubt)
{
    struct message m = { 0 };

    if (find(outbox, id, &m) && (m.state == MESSAGE_CLAIMED || m.state == MESSAGE_STARTED)) {
        try_ended(outbox->store, m.id, &(struct try_end){ .outcome = in_doubt ? "unknown" : "released" },
                  outbox_now(outbox));
        outbox_move(outbox, m.id, m.state, in_doubt ? MESSAGE_UNKNOWN : MESSAGE_QUEUED, REASON_GATEWAY_GONE);
    }
    message_free(&m);
}

enum { FLIGHT_MAX = 4096 };

void outbox_recover(struct outbox *outbox)
{
    int64_t *ids = mem_new(FLIGHT_MAX, sizeof *ids);
    const size_t count = message_in_flight(outbox->store, NULL, ids, FLIGHT_MAX);

    for (size_t i = 0; i < count; i++) {
        struct message m = { 0 };

        if (message_get(&m, outbox->store, ids[i]) && m.state != MESSAGE_UNKNOWN) {
            try_ended(outbox->store, m.id, &(struct try_end){ .outcome = "unknown" }, outbox_now(outbox));
            outbox_move(outbox, m.id, m.state, MESSAGE_UNKNOWN, REASON_GATEWAY_GONE);
        }
        message_free(&m);
    }
    free(ids);
}

void outbox_settle(struct outbox *outbox, const char *gateway, struct doubt can,
                   void (*probe)(void *arg, const char *id, const char *provider_id), void *arg)
{
    int64_t *ids = mem_new(FLIGHT_MAX, sizeof *ids);
    const size_t count = message_in_flight(outbox->store, gateway, ids, FLIGHT_MAX);

    for (size_t i = 0; i < count; i++) {
        struct message m = { 0 };
        char id[48];

        if (!message_get(&m, outbox->store, ids[i]))
            continue;
        outbox_wire_id(outbox, id, m.id);
        if (m.state == MESSAGE_UNKNOWN && settle(outbox, &m, can, 0))
            probe(arg, id, NULL);
        message_free(&m);
    }
    free(ids);
}
