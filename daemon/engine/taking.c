/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One answer to many asks: "1 takes all", `alert ack`, `alert close`. What is more than a slice is a row with a cursor
 * that a crash does not lose; the asks it has not come to yet neither climb nor ring.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/fold.h"
#include "engine/engine_internal.h"
#include "lib/memory.h"

static const char closed[] = "closed";

static void come_to(struct engine *engine, const struct taking *t, int64_t ask)
{
    if (strcmp(t->class, closed) == 0) {
        engine_close_ask(engine, ask, t->rest, t->by);
        return;
    }
    engine_answer(engine, &(struct answer_row){ .ask = ask,
                                                .line = t->line,
                                                .person = t->person,
                                                .reply = t->reply,
                                                .class = t->class,
                                                .rest = t->rest,
                                                .via = t->via,
                                                .by = t->by,
                                                .at = t->at });
}

/* True while there is more. */
static bool slice(struct engine *engine, struct taking *t, size_t *done)
{
    int64_t asks[STEP];
    const size_t count = taking_asks(engine->store, t, asks, COUNT(asks));

    for (size_t i = 0; i < count; i++)
        come_to(engine, t, asks[i]);
    if (count)
        t->cursor = asks[count - 1];
    *done += count;
    return count == COUNT(asks);
}

bool engine_take_slice(struct engine *engine)
{
    struct taking t = { 0 };
    size_t done = 0;

    if (!taking_next(&t, engine->store))
        return false;
    if (slice(engine, &t, &done))
        taking_set_cursor(engine->store, t.id, t.cursor);
    else
        taking_end(engine->store, t.id);
    taking_free(&t);
    return true;
}

/* What is more than a slice goes on by itself. */
static size_t begin(struct engine *engine, struct taking *t)
{
    size_t done = 0;

    if (slice(engine, t, &done))
        taking_put(engine->store, t);
    return done;
}

static bool settles(struct engine *engine, int64_t id, const struct answer_row *row)
{
    struct cause cause = { 0 };
    struct fold_state alone;
    bool enough = false;

    if (cause_get(&cause, engine->store, id)) {
        alone = fold_begin(cause.kind);
        fold_add(&alone, row->by && strcmp(row->class, "ack") == 0 ? "take" : row->class, false, 0, true);
        enough = alone.settled;
    }
    cause_free(&cause);
    return enough;
}

size_t engine_answer_cause(struct engine *engine, int64_t cause, const struct answer_row *row)
{
    struct taking t = { .cause = cause,
                        .line = row->line,
                        .person = row->person,
                        .reply = row->reply,
                        .class = (char *)(uintptr_t)row->class,
                        .rest = (char *)(uintptr_t)row->rest,
                        .via = (char *)(uintptr_t)row->via,
                        .by = (char *)(uintptr_t)row->by,
                        .at = row->at ? row->at : engine_now(engine),
                        .settles = settles(engine, cause, row) };

    return begin(engine, &t); /* the strings are borrowed for the call */
}

bool engine_close_alert(struct engine *engine, int64_t cause, const char *outcome, const char *by, struct error *err)
{
    struct taking t = { .cause = cause,
                        .class = (char *)(uintptr_t)closed,
                        .rest = (char *)(uintptr_t)outcome,
                        .via = (char *)(uintptr_t) "staff",
                        .by = (char *)(uintptr_t)by,
                        .at = engine_now(engine),
                        .settles = true };

    if (!cause_is_alert(engine->store, cause))
        return error_set(err, "alert %" PRId64 ": there is none: see `greenline alert list`", cause);
    if (!outcome || !outcome[0])
        return error_set(err, "alert %" PRId64 ": say how it ended: --outcome \"found at his aunt's\"", cause);
    begin(engine, &t);
    cause_move(engine->store, cause, "open", "done");
    return true;
}
