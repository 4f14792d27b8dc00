/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Staff are told together what concerns them: the children of one cause in one message, the notes of one minute in one
 * text. So a storm with 180 silent families is one item for the head.
 */
#include <string.h>

#include "engine/engine_internal.h"

#define GATHER_MS 500               /* until the others of this turn and the next have joined */
#define GATHERED_APART_MS MINUTE_MS /* between two of them to one phone */

bool engine_gathers(struct climb *c, int64_t person, const char *who)
{
    return strcmp(who, "audience") != 0 && !kind_row(c->cause.kind)->per_class &&
           person_is_staff(c->engine->store, person, engine_now(c->engine)) &&
           cause_asks_several(c->engine->store, c->cause.id);
}

time_ms engine_gather_due(struct engine *engine, int64_t cause, int64_t line, enum channel channel)
{
    const time_ms last = message_gathered_last(engine->store, cause, line, channel);
    const time_ms soon = engine_now(engine) + GATHER_MS;

    return last && last + GATHERED_APART_MS > soon ? last + GATHERED_APART_MS : soon;
}

/* What is important does not wait for a remark that went a moment ago. */
time_ms engine_note_due(struct engine *engine, enum kind kind, int64_t line)
{
    const time_ms now = engine_now(engine);
    time_ms last;

    if (!kind_row(kind)->joined)
        return now;
    last = message_note_last(engine->store, line, !kind_row(kind)->quiet_holds);
    return last && last + GATHERED_APART_MS > now ? last + GATHERED_APART_MS : now;
}
