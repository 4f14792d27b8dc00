/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox: how a message gets in, and what people may do with it; see outbox.h. */
#include "outbox/outbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "outbox/outbox_internal.h"
#include "store/line.h"

struct outbox *outbox_new(struct turn *turn, const struct outbox_rules *rules)
{
    struct outbox *outbox = mem_new(1, sizeof *outbox);

    outbox->turn = turn;
    outbox->store = turn_store(turn);
    outbox->live_routes = mem_dup("[]");
    outbox_set_rules(outbox, rules);
    return outbox;
}

void outbox_free(struct outbox *outbox)
{
    if (!outbox)
        return;
    outbox_set_gateways(outbox, NULL, 0);
    free(outbox->live_routes);
    free(outbox->signature);
    free(outbox->school);
    free(outbox->school_number);
    free(outbox);
}

static void replace(char **kept, const char *text)
{
    char *old = *kept;

    *kept = mem_dup(text ? text : "");
    free(old);
}

void outbox_set_rules(struct outbox *outbox, const struct outbox_rules *rules)
{
    replace(&outbox->signature, rules->signature);
    replace(&outbox->school, rules->school);
    replace(&outbox->school_number, rules->school_number);
    outbox->rules = *rules;
    outbox->rules.signature = outbox->signature;
    outbox->rules.school = outbox->school;
    outbox->rules.school_number = outbox->school_number;
}

const struct outbox_rules *outbox_rules(const struct outbox *outbox)
{
    return &outbox->rules;
}

void outbox_on_ended(struct outbox *outbox, outbox_ended_fn *ended, void *arg)
{
    outbox->ended = ended;
    outbox->ended_arg = arg;
}

void outbox_set_hooks(struct outbox *outbox, const struct outbox_hooks *hooks)
{
    outbox->hooks = *hooks;
}

time_ms outbox_now(const struct outbox *outbox)
{
    return turn_now(outbox->turn);
}

bool outbox_move(struct outbox *outbox, int64_t id, enum message_state from, enum message_state to, enum reason reason)
{
    if (!message_move(outbox->store, id, from, to, reason, outbox_now(outbox)))
        return false;
    if (to == MESSAGE_QUEUED)
        outbox_refresh_route(outbox, id);
    if (message_state_ended(to) && to != MESSAGE_ACCEPTED && to != MESSAGE_DELIVERED && outbox->ended)
        outbox->ended(outbox->ended_arg, id, to, reason);
    return true;
}

void outbox_wire_id(const struct outbox *outbox, char out[static 48], int64_t message)
{
    snprintf(out, 48, "%.24s-%" PRId64, store_epoch(outbox->store), message);
}

int64_t outbox_message_of(const struct outbox *outbox, const char *id)
{
    const char *epoch = store_epoch(outbox->store);
    const size_t length = strlen(epoch);
    char *end = NULL;
    int64_t message;

    if (!id || strncmp(id, epoch, length) != 0 || id[length] != '-')
        return 0;
    message = strtoll(id + length + 1, &end, 10);
    return end && *end == '\0' && message > 0 ? message : 0;
}

static bool may_enter(struct outbox *outbox, const struct outbox_entry *entry, enum reason *why)
{
    const struct telling_case what = { .kind = entry->kind,
                                       .student = entry->student,
                                       .person = entry->person,
                                       .line = entry->line,
                                       .channel = entry->channel,
                                       .cause = entry->cause,
                                       .reply = entry->reply };
    const struct verdict verdict = telling_decide(outbox->store, &outbox->rules.telling, &what, outbox_now(outbox));

    *why = verdict.reason;
    return verdict.answer != TELL_NEVER; /* "not yet" is decided again by the claim */
}

int64_t outbox_put(struct outbox *outbox, const struct outbox_entry *entry, enum reason *why)
{
    struct message message = { .cause = entry->cause,
                               .line = entry->line,
                               .person = entry->person,
                               .channel = entry->channel,
                               .lane = entry->lane,
                               .due = entry->due,
                               .expires = entry->expires,
                               .reply = entry->reply,
                               .replaces = entry->replaces,
                               .gathered = entry->gathered };
    CLEANUP(mem_clean) char *e164 = NULL;
    int64_t open;

    if (!may_enter(outbox, entry, why))
        return 0;
    *why = REASON_NONE;
    open = entry->joins;
    if (!open && !entry->note && !entry->fresh && (kind_row(entry->kind)->siblings_share || entry->gathered))
        open = message_open(outbox->store, entry->cause, entry->line, entry->channel, entry->gathered);
    if (open) {
        if (entry->student && !entry->gathered) /* a gathered one: the claim decides */
            message_name_child(outbox->store, open, entry->student);
        return open;
    }
    e164 = line_number(outbox->store, entry->line);
    if (e164)
        message.route = entry->gateway ? outbox_route_only(outbox, entry->channel, e164, entry->gateway)
                                       : outbox_route(outbox, entry->channel, e164);
    message.note = (char *)(uintptr_t)entry->note; /* borrowed for the call */
    return message_put(outbox->store, &message, entry->gathered ? 0 : entry->student, outbox_now(outbox));
}

void outbox_recall(struct outbox *outbox, int64_t id)
{
    struct message m = { 0 };
    char wire[48];

    if (message_get(&m, outbox->store, id) && m.recalled == TIME_NEVER && m.gateway) {
        message_set_recalled(outbox->store, id, outbox_now(outbox));
        outbox_wire_id(outbox, wire, id);
        if (outbox->hooks.recall)
            outbox->hooks.recall(outbox->hooks.arg, m.gateway, wire);
    }
    message_free(&m);
}

bool outbox_cancel(struct outbox *outbox, int64_t id, enum reason reason, struct error *err)
{
    struct message m = { 0 };
    bool done = false;

    if (!message_get(&m, outbox->store, id))
        return error_set(err, "message %" PRId64 ": there is none: see `greenline outbox list`", id);
    if (m.state == MESSAGE_QUEUED || m.state == MESSAGE_HELD || m.state == MESSAGE_UNKNOWN)
        done = outbox_move(outbox, id, m.state, MESSAGE_CANCELLED, reason);
    else
        error_set(err, "message %" PRId64 ": is %s: only what is queued, held or unknown can be cancelled", id,
                  message_state_name(m.state));
    message_free(&m);
    return done;
}

bool outbox_retry(struct outbox *outbox, int64_t id, struct error *err)
{
    struct message m = { 0 };
    const time_ms now = outbox_now(outbox);
    bool done = false;

    if (!message_get(&m, outbox->store, id))
        return error_set(err, "message %" PRId64 ": there is none: see `greenline outbox list --state held`", id);
    if (m.state == MESSAGE_HELD || m.state == MESSAGE_UNKNOWN) {
        done = outbox_move(outbox, id, m.state, MESSAGE_QUEUED, REASON_RELEASED);
        message_postpone(outbox->store, id, now, m.expires < now + HOUR_MS ? now + HOUR_MS - m.expires : 0,
                         REASON_RELEASED);
    } else {
        error_set(err, "message %" PRId64 ": is %s: only what is held or unknown can be released", id,
                  message_state_name(m.state));
    }
    message_free(&m);
    return done;
}

time_ms outbox_expire(struct outbox *outbox)
{
    int64_t ids[250];
    const size_t count = message_expired(outbox->store, outbox_now(outbox), ids, COUNT(ids));

    for (size_t i = 0; i < count; i++) {
        struct message m = { 0 };

        if (!message_get(&m, outbox->store, ids[i]))
            continue;
        outbox_move(outbox, m.id, MESSAGE_QUEUED, MESSAGE_EXPIRED,
                    m.reason == REASON_CAP ? REASON_CAP
                    : m.route == 0         ? REASON_NO_GATEWAY
                                           : REASON_EXPIRED);
        message_free(&m);
    }
    return message_next_expiry(outbox->store);
}
