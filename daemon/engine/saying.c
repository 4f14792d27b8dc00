/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One message by itself: what staff write, echoes, what a mentor or the school is told. Each child that its text names
 * is put before may_tell(), so a caller who wants to leave a child out asks engine_may_say() before it words the text.
 */
#include "engine/engine_internal.h"
#include "lib/memory.h"
#include "store/line.h"

bool engine_may_say(struct engine *engine, enum kind kind, int64_t person, int64_t line, int64_t student)
{
    const int64_t to = line ? line : person_best_line(engine->store, person, CHANNEL_SMS);
    const struct telling_case what = {
        .kind = kind, .student = student, .person = person, .line = to, .channel = engine_channel_of(engine, person, to)
    };

    return telling_decide(engine->store, &outbox_rules(engine->outbox)->telling, &what, engine_now(engine)).answer !=
           TELL_NEVER;
}

static bool up(struct engine *engine, int64_t line, enum channel channel)
{
    CLEANUP(mem_clean) char *e164 = line_number(engine->store, line);

    return e164 && outbox_route_up(engine->outbox, outbox_route(engine->outbox, channel, e164));
}

bool engine_can_ring(struct engine *engine, int64_t person)
{
    const int64_t line = person_best_line(engine->store, person, CHANNEL_SMS);

    return line && (up(engine, line, CHANNEL_SMS) || up(engine, line, CHANNEL_VOICE));
}

/* The channel that fits; what cannot wait takes the other one while no gateway of that is up. */
static enum channel channel_for(struct engine *engine, const struct saying *s, int64_t line)
{
    const enum channel fits = engine_channel_of(engine, s->person, line);
    const enum channel other = fits == CHANNEL_SMS ? CHANNEL_VOICE : CHANNEL_SMS;

    return kind_row(s->kind)->lane == LANE_EMERGENCY && !up(engine, line, fits) && up(engine, line, other) ? other
                                                                                                           : fits;
}

/* The gateway that it goes by, NULL: any; one beside a troubled one may have another channel only. */
static const char *way_for(struct engine *engine, const struct saying *s, int64_t line, enum channel *channel)
{
    const enum channel ways[] = { *channel, *channel == CHANNEL_SMS ? CHANNEL_VOICE : CHANNEL_SMS };
    CLEANUP(mem_clean) char *e164 = s->beside ? line_number(engine->store, line) : NULL;

    for (size_t i = 0; e164 && i < COUNT(ways); i++) {
        const char *other = outbox_beside(engine->outbox, ways[i], e164, s->beside);

        if (other) {
            *channel = ways[i];
            return other;
        }
    }
    return s->gateway;
}

static bool say_about(struct engine *engine, const struct saying *s, int64_t cause, int64_t line, enum reason *why,
                      int64_t *message)
{
    struct outbox_entry entry = { .cause = cause,
                                  .kind = s->kind,
                                  .lane = kind_row(s->kind)->lane,
                                  .person = s->person,
                                  .line = line,
                                  .channel = channel_for(engine, s, line),
                                  .due = engine_note_due(engine, s->kind, line),
                                  .expires = engine_now(engine) + engine_due_of(engine, s->kind),
                                  .note = s->text,
                                  .reply = s->reply };

    entry.gateway = way_for(engine, s, line, &entry.channel);
    /* every child is put before may_tell(); the text names them all, so one "never" ends it */
    for (size_t i = 1; i < s->student_count; i++) {
        const struct telling_case what = { .kind = s->kind,
                                           .student = s->students[i],
                                           .person = s->person,
                                           .line = line,
                                           .channel = entry.channel,
                                           .reply = s->reply };
        const struct verdict v =
            telling_decide(engine->store, &outbox_rules(engine->outbox)->telling, &what, engine_now(engine));

        *why = v.reason;
        if (v.answer == TELL_NEVER)
            return false;
    }
    entry.student = s->student_count ? s->students[0] : 0;
    *message = outbox_put(engine->outbox, &entry, why);
    for (size_t i = 1; *message && i < s->student_count; i++)
        message_name_child(engine->store, *message, s->students[i]);
    return *message != 0;
}

int64_t engine_say(struct engine *engine, const struct saying *s, enum reason *why)
{
    const time_ms now = engine_now(engine);
    const struct cause cause = { .key = (char *)(uintptr_t)s->key,
                                 .kind = s->kind,
                                 .lane = kind_row(s->kind)->lane,
                                 .title = (char *)(uintptr_t)kind_row(s->kind)->chinese,
                                 .audience = (char *)(uintptr_t) "",
                                 .content = (char *)(uintptr_t) "{}",
                                 .stage = (char *)(uintptr_t) "ready",
                                 .drill = s->drill,
                                 .due = now,
                                 .expires = now + engine_due_of(engine, s->kind),
                                 .by = (char *)(uintptr_t)(s->by ? s->by : "greenlined") };
    const int64_t line = s->line ? s->line : person_best_line(engine->store, s->person, CHANNEL_SMS);
    int64_t id, message = 0;

    *why = REASON_NO_LINE;
    if (!line)
        return 0;
    id = cause_put(engine->store, &cause, now);
    if (!id)
        return 0; /* said already */
    say_about(engine, s, id, line, why, &message);
    return message;
}
