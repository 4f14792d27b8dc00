/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Imports, one at a time: looked into on the helper thread, once more if the register was changed meanwhile; the plan
 * written over some turns and released as a whole together with the answer under the request's key; then applied slice by
 * slice, and answered after the last. A client that leaves or a crash stops none of that after the release. When a turn
 * fails, the client is told at once: before the release nothing was changed, after it the work goes on by itself.
 */
#include "api/desk_internal.h"

#include <string.h>

#include "lib/memory.h"
#include "store/importing.h"

enum { WRITE_BYTES = 512 * 1024 }; /* of a plan a turn: some 3 ms with the commit */

static const char not_stored[] =
    "the store could not be written, nothing was imported: check the disk and its space, then try again";
static const char goes_on[] =
    "the files were checked and are kept, but the store could not be written: the import goes "
    "on by itself when there is space again";
static const char stops[] = "greenlined is stopping: the files were checked and are kept, the import goes on at its "
                            "next start";
static const char stops_early[] = "greenlined is stopping, nothing was imported: try again in a moment";
static const char moved_on[] =
    "the register was changed again and again while the files were checked, nothing was imported: try again later";

/* The import that is worked on; NULL for what a crash left. */
static struct errand *at_work(const struct desk *desk)
{
    return desk->line_count ? desk->line[0] : NULL;
}

/* Whether its plan is released, so that it has its answer already. */
static bool released(const struct errand *errand)
{
    return errand && errand->answer.text;
}

/* Outside any turn. */
static void begin_next(struct desk *desk)
{
    while (desk->stage == IMPORT_NONE && desk->line_count && !desk->closed) {
        desk->stage = IMPORT_LOOKING;
        desk_look(desk->line[0]); /* leaves the line when the helper has no room */
    }
}

static void take_out(struct errand *errand)
{
    struct desk *desk = errand->desk;
    size_t at = 0;

    while (at < desk->line_count && desk->line[at] != errand)
        at++;
    if (at == desk->line_count)
        return;
    desk->line_count--;
    memmove(&desk->line[at], &desk->line[at + 1], (desk->line_count - at) * sizeof *desk->line);
}

void desk_import_leave(struct errand *errand)
{
    if (errand == at_work(errand->desk) && errand->desk->stage == IMPORT_LOOKING)
        errand->desk->stage = IMPORT_NONE;
    take_out(errand);
}

void desk_import_join(struct errand *errand)
{
    struct desk *desk = errand->desk;

    if (desk->line_count == DESK_IMPORTS_MAX) {
        desk_refuse(errand, 503, "too many imports wait already: try again in a moment");
        desk_give(errand);
        return;
    }
    desk->line[desk->line_count++] = errand;
    begin_next(desk);
}

/* Ends the first import with a refusal, outside any turn. */
static void refuse_first(struct desk *desk, int status, const char *detail)
{
    struct errand *errand = at_work(desk);

    if (!errand)
        return;
    take_out(errand);
    desk_refuse(errand, status, detail);
    desk_give(errand);
}

/* Inside the turn: its answer is known, whatever it is. */
static void answer_first(struct desk *desk)
{
    struct errand *errand = at_work(desk);

    take_out(errand);
    desk->stage = IMPORT_NONE;
    desk_give_later(errand);
}

/* Inside the turn: the register has moved on since the look; after the commit there is another. */
static void look_again(struct desk *desk)
{
    struct errand *errand = at_work(desk);

    desk->stage = IMPORT_NONE;
    if (errand->looks < DESK_LOOKS_MAX)
        return;
    desk_refuse(errand, 409, moved_on);
    answer_first(desk);
}

static void on_kept(void *arg);
static void on_lost(void *arg);

void desk_import_seen(struct errand *errand)
{
    struct desk *desk = errand->desk;

    if (errand->answer.text) { /* the store could not be read */
        answer_first(desk);
    } else if (errand->task.text) {
        api_task_end(&errand->task, desk->parts, &errand->answer);
        answer_first(desk);
    } else if (errand->register_at != desk->register_changes) {
        look_again(desk);
    } else {
        desk->stage = IMPORT_WRITING;
    }
    turn_effect(desk->parts->turn, on_kept, desk, on_lost);
}

/* The turn has committed what was written. */
static void on_kept(void *arg)
{
    struct desk *desk = arg;
    struct errand *errand = at_work(desk);

    desk->wrote = false;
    if (desk->stage == IMPORT_RELEASED)
        desk->stage = IMPORT_APPLYING;
    if (desk->stage == IMPORT_APPLIED) {
        desk->stage = IMPORT_NONE;
        if (released(errand)) {
            take_out(errand);
            desk_give(errand);
        }
    }
    begin_next(desk);
}

static void on_lost(void *arg)
{
    struct desk *desk = arg;

    desk->leftover = true;
    desk->wrote = false;
    switch (desk->stage) {
    case IMPORT_WRITING:
    case IMPORT_RELEASED:
        desk->stage = IMPORT_NONE;
        refuse_first(desk, 503, not_stored);
        break;
    case IMPORT_APPLYING:
    case IMPORT_APPLIED:
        desk->stage = IMPORT_APPLYING;
        if (released(at_work(desk)))
            refuse_first(desk, 503, goes_on);
        break;
    case IMPORT_NONE:
    case IMPORT_LOOKING:
        break;
    }
    begin_next(desk);
}

static void write_plan(struct desk *desk)
{
    struct errand *errand = at_work(desk);
    const struct api_parts *parts = desk->parts;
    struct api_call *call = &errand->task.call;

    if (errand->register_at != desk->register_changes) {
        desk->leftover = true;
        look_again(desk);
    } else if (import_write(turn_store(parts->turn), call->found, call->actor, turn_now(parts->turn), WRITE_BYTES)) {
        desk_end(errand);
        desk->stage = IMPORT_RELEASED;
    }
}

static void apply(struct desk *desk)
{
    const struct api_parts *parts = desk->parts;

    if (import_apply(turn_store(parts->turn), turn_now(parts->turn)))
        desk->register_changes++;
    else
        desk->stage = IMPORT_APPLIED;
}

bool desk_work(struct desk *desk)
{
    const enum import_stage stage = desk->stage;
    struct turn *turn = desk->parts->turn;

    if (!desk_busy(desk) || desk->wrote)
        return false;
    desk->wrote = stage == IMPORT_WRITING;
    if (desk->leftover)
        desk->leftover = importing_forget(turn_store(turn));
    else if (stage == IMPORT_WRITING)
        write_plan(desk);
    else
        apply(desk);
    turn_effect(turn, on_kept, desk, on_lost);
    return stage != IMPORT_WRITING && desk_busy(desk);
}

bool desk_busy(const struct desk *desk)
{
    return desk->leftover || desk->stage == IMPORT_WRITING || desk->stage == IMPORT_APPLYING;
}

void desk_import_clear(struct desk *desk)
{
    const bool kept = desk->stage == IMPORT_APPLYING || desk->stage == IMPORT_APPLIED;

    if (released(at_work(desk)))
        refuse_first(desk, 503, kept ? stops : stops_early);
    while (desk->line_count)
        refuse_first(desk, 503, stops_early);
    desk->stage = IMPORT_NONE;
    desk->leftover = false;
}
