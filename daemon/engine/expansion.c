/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cause's work, slice by slice: first its recipients are written down, then they become messages and asks in order of
 * line, so that all one phone is to hear of a cause falls into one turn and siblings share a text.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/engine_internal.h"
#include "lib/memory.h"

static void write_down(void *arg, const struct recipient *recipient)
{
    const struct cause *cause = ((void **)arg)[1];
    struct engine *engine = ((void **)arg)[0];

    recipient_put(engine->store, cause->id, recipient);
}

static void resolve_slice(struct engine *engine, const struct cause *cause)
{
    struct audience *audience = cause->audience[0] ? audience_parse(cause->audience, NULL) : NULL;
    const void *arg[] = { engine, cause };
    int64_t next = 0;

    if (audience)
        next = engine_resolve(engine, cause->kind, audience, cause->cursor, write_down, arg);
    audience_free(audience);
    if (next)
        cause_set_stage(engine->store, cause->id, "resolve", next);
    else
        cause_set_stage(engine->store, cause->id, "expand", INT64_MIN);
}

static void inform(struct engine *engine, const struct cause *cause, const struct recipient *r)
{
    const struct outbox_entry entry = { .cause = cause->id,
                                        .kind = cause->kind,
                                        .lane = cause->lane,
                                        .student = r->student,
                                        .person = r->person,
                                        .line = r->line,
                                        .channel = r->channel,
                                        .due = cause->due,
                                        .expires = cause->expires };
    enum reason why;

    if (r->reason == REASON_NONE)
        outbox_put(engine->outbox, &entry, &why);
}

static void open_ask(struct engine *engine, const struct cause *cause, const struct recipient *r)
{
    const bool per_student = kind_row(cause->kind)->per_student && r->student;
    const time_ms now = engine_now(engine);
    struct ask ask = { .cause = cause->id,
                       .student = per_student ? r->student : 0,
                       .person = per_student ? 0 : r->person,
                       .due = now + engine_due_of(engine, cause->kind),
                       .grace = now + engine_grace_of(engine, cause->kind) };

    if (per_student || r->person)
        engine_open_ask(engine, cause, &ask);
}

static void expand_slice(struct engine *engine, const struct cause *cause)
{
    static const size_t most = (size_t)2 * SLICE;
    struct recipient slice[2 * SLICE];
    const size_t count = recipient_after(engine->store, cause->id, cause->cursor, slice, most);
    const bool asks = kind_row(cause->kind)->asks;
    size_t done = 0;

    /* a step or somewhat more: a line's recipients are not parted */
    for (; done < count && (done < STEP || slice[done].line == slice[done - 1].line) && !store_failed(engine->store);
         done++) {
        if (asks)
            open_ask(engine, cause, &slice[done]);
        else
            inform(engine, cause, &slice[done]);
    }
    if (done)
        cause_set_stage(engine->store, cause->id, "expand", slice[done - 1].line);
    else
        cause_set_stage(engine->store, cause->id, "ready", 0);
}

bool engine_release(struct engine *engine, int64_t cause)
{
    const int64_t count = message_release_cause(engine->store, cause, engine_now(engine));

    if (count > 0)
        outbox_reroute(engine->outbox); /* its routes may be of before a restart */
    return count == SLICE;
}

/* After a pause: what was held as it came to the head waits again. */
static void release_slice(struct engine *engine, const struct cause *cause)
{
    if (!engine_release(engine, cause->id))
        cause_set_stage(engine->store, cause->id, "ready", 0);
}

/* A cancelled cause: its asks end, and what was held or waits for a later time comes to the head, where the claim ends it. */
static void cancel_slice(struct engine *engine, const struct cause *cause)
{
    int64_t asks[SLICE];
    const size_t count = ask_open_of(engine->store, cause->id, asks, COUNT(asks));

    for (size_t i = 0; i < count; i++)
        engine_cancel_ask(engine, asks[i], NULL);
    if (count < SLICE && !engine_release(engine, cause->id) &&
        message_hasten_cause(engine->store, cause->id, engine_now(engine)) < SLICE)
        cause_set_stage(engine->store, cause->id, "ready", 0);
}

static const struct {
    const char *stage;
    void (*slice)(struct engine *engine, const struct cause *cause);
} stages[] = {
    { "resolve", resolve_slice }, { "expand", expand_slice }, { "release", release_slice }, { "cancel", cancel_slice }
};

bool engine_expand(struct engine *engine, int64_t id)
{
    struct cause cause = { 0 };
    bool worked = false;

    if (cause_get(&cause, engine->store, id)) {
        for (size_t i = 0; i < COUNT(stages) && !worked; i++) {
            worked = strcmp(cause.stage, stages[i].stage) == 0;
            if (worked)
                stages[i].slice(engine, &cause);
        }
    }
    cause_free(&cause);
    return worked;
}
