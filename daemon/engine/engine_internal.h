/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the engine share. */
#ifndef GREENLINE_ENGINE_ENGINE_INTERNAL_H
#define GREENLINE_ENGINE_ENGINE_INTERNAL_H

#include "core/ladder.h"
#include "engine/engine.h"
#include "store/cause.h"
#include "store/person.h"

/* STEP: children or asks between two looks at the watch, some 2 ms of work; SLICE: the most rows read at once. */
enum { STEP = 64, SLICE = 250, WORDINGS_MAX = 256, CHAIN_MAX = 16 };

struct wording {
    char *name; /* "checkin.zh", "checkin.voice.en" */
    char *text;
};

struct engine {
    struct turn *turn;
    struct store *store;
    struct outbox *outbox;
    struct engine_rules rules;
    char *language;
    struct wording wordings[WORDINGS_MAX];
    size_t wording_count;
    struct {
        bool known;
        time_ms next, looked; /* when the next roll opens, as seen at `looked` */
        char opened[16];      /* the last day opened by this process */
    } roll;
};

time_ms engine_now(const struct engine *engine);
time_ms engine_due_of(const struct engine *engine, enum kind kind);
time_ms engine_grace_of(const struct engine *engine, enum kind kind);

/* The channel that fits a person and their line. */
enum channel engine_channel_of(struct engine *engine, int64_t person, int64_t line);

/* resolution.c: one slice of an audience; each recipient goes to `emit`. The next cursor, 0 when all is resolved. */
typedef void emit_fn(void *arg, const struct recipient *recipient);
int64_t engine_resolve(struct engine *engine, enum kind kind, const struct audience *audience, int64_t cursor,
                       emit_fn *emit, void *arg);

/* expansion.c: one slice of a cause's work; true while it has more. */
bool engine_expand(struct engine *engine, int64_t cause);
/* A slice of what was held while the cause was paused waits again; true while there may be more. */
bool engine_release(struct engine *engine, int64_t cause);

/* climb.c: fires the ask's next step, or ends it. */
void engine_climb(struct engine *engine, int64_t ask);

/* opening.c: the content snapshot of a template or text; NULL and err. */
char *engine_content(struct engine *engine, const struct cause_request *request, struct error *err);

/* occurrence.c: schedules whose time has come; true while there are more. */
bool engine_run_due_schedules(struct engine *engine);

#endif
