/* SPDX-License-Identifier: Apache-2.0 */
/* Requests on the desk; see desk.h. */
#include "api/desk.h"

#include <stdlib.h>
#include <string.h>

#include "api/desk_internal.h"
#include "lib/memory.h"
#include "store/helper.h"

static const char stopping[] = "greenlined is stopping, nothing was changed: try again in a moment";

void desk_refuse(struct errand *errand, int status, const char *detail)
{
    free(errand->answer.text);
    errand->answer =
        (struct api_answer){ .status = status, .problem = true, .text = api_problem(status, detail, NULL) };
}

void desk_give(struct errand *errand)
{
    struct errand **at = &errand->desk->first;

    while (*at != errand)
        at = &(*at)->next;
    *at = errand->next;
    errand->give(errand->arg, &errand->answer);
    api_task_close(&errand->task);
    free(errand->answer.text);
    free(errand);
}

static void on_committed(void *arg)
{
    desk_give(arg);
}

static void on_failed(void *arg)
{
    struct errand *errand = arg;
    const unsigned way = errand->task.route ? errand->task.route->way : 0;

    if (way & API_CHANGE && !(way & API_ASIDE) && !errand->again && !errand->desk->closed) {
        errand->again = errand->waiting = true;
        return;
    }
    if (!(way & API_ANYHOW && errand->answer.text))
        desk_refuse(errand, 503,
                    "the store could not be written, nothing was changed: see `greenline status`, then try again");
    desk_give(errand);
}

void desk_give_later(struct errand *errand)
{
    turn_effect(errand->desk->parts->turn, on_committed, errand, on_failed);
}

void desk_end(struct errand *errand)
{
    const struct api_route *route = errand->task.route;

    if (route && route->way & API_REGISTER)
        errand->desk->register_changes++;
    api_task_end(&errand->task, errand->desk->parts, &errand->answer);
}

/* On the helper thread. */
static void on_work(void *arg, struct store *reader)
{
    struct errand *errand = arg;
    struct api_parts parts = *errand->desk->parts;

    parts.turn = parts.aside.turn;
    parts.engine = parts.aside.engine;
    parts.outbox = parts.aside.outbox;
    parts.status = NULL;
    parts.gateway_list = NULL;
    parts.gateway_show = NULL;
    parts.gateway_change = NULL;
    parts.chore_begin = NULL;
    parts.chore_show = NULL;
    parts.refuses = NULL;
    turn_set_now(parts.turn, errand->now);
    api_task_look(&errand->task, &parts);
    errand->fault = store_failed(reader) ? store_fault(reader) : FAULT_NONE;
    if (store_failed(reader) && !(errand->task.route->way & API_ANYHOW))
        desk_refuse(errand, 503, "the store could not be read, or not in time: ask for less, or try again");
}

static void on_done(void *arg, bool ran)
{
    struct errand *errand = arg;
    const bool import = errand->task.route->way & API_IMPORT;

    if (ran && errand->fault != FAULT_NONE && errand->desk->parts->read_failed)
        errand->desk->parts->read_failed(errand->desk->parts->arg, errand->fault);
    if (!ran) {
        if (import)
            desk_import_leave(errand);
        desk_refuse(errand, 503, stopping);
        desk_give(errand);
    } else if (import) {
        desk_import_seen(errand);
    } else {
        if (!errand->answer.text)
            desk_end(errand);
        desk_give_later(errand);
    }
}

void desk_look(struct errand *errand)
{
    const struct helper_job job = { on_work, on_done, errand };

    errand->register_at = errand->desk->register_changes;
    errand->looks++;
    if (helper_run(errand->desk->parts->helper, &job))
        return;
    if (errand->task.route->way & API_IMPORT)
        desk_import_leave(errand);
    desk_refuse(errand, 503, "too much is being looked into already: try again in a moment");
    desk_give(errand);
}

/* The turn that the request came with has committed. */
static void on_begin(void *arg)
{
    struct errand *errand = arg;

    if (errand->desk->closed) {
        desk_refuse(errand, 503, stopping);
        desk_give(errand);
    } else if (errand->task.route->way & API_IMPORT) {
        desk_import_join(errand);
    } else {
        desk_look(errand);
    }
}

/* It has not committed: what only looks sees what was committed before. */
static void on_not_begun(void *arg)
{
    const struct errand *errand = arg;

    if (errand->task.route->way & API_CHANGE)
        on_failed(arg);
    else
        on_begin(arg);
}

/* Whether a change with that key is being worked on. */
static bool key_lies_here(const struct desk *desk, const struct api_request *request)
{
    if (request->method != API_POST || !request->key)
        return false;
    for (const struct errand *at = desk->first; at; at = at->next)
        if (at->task.route && at->task.route->way & API_ASIDE && at->task.request->key &&
            strcmp(at->task.request->key, request->key) == 0)
            return true;
    return false;
}

void desk_take(struct desk *desk, const struct api_request *request, desk_answer_fn *answer, void *arg)
{
    struct errand *errand = mem_new(1, sizeof *errand);
    const bool again = key_lies_here(desk, request);

    errand->desk = desk;
    errand->give = answer;
    errand->arg = arg;
    errand->now = turn_now(desk->parts->turn);
    errand->next = desk->first;
    desk->first = errand;
    api_task_open(&errand->task, desk->setting, request);
    if (desk->closed) {
        desk_refuse(errand, 503, stopping);
        desk_give(errand);
    } else if (again) {
        desk_refuse(errand, 409, "a request with this Idempotency-Key is still being worked on: ask again in a moment");
        desk_give_later(errand);
    } else if (api_task_aside(&errand->task)) {
        turn_effect(desk->parts->turn, on_begin, errand, on_not_begun);
    } else {
        api_task_look(&errand->task, desk->parts);
        desk_end(errand);
        desk_give_later(errand);
    }
}

/* As if it had just come. */
static void take_again(struct errand *errand)
{
    struct desk *desk = errand->desk;
    const struct api_request *request = errand->task.request;

    errand->waiting = false;
    api_task_close(&errand->task);
    errand->task = (struct api_task){ 0 };
    free(errand->answer.text);
    errand->answer = (struct api_answer){ 0 };
    api_task_open(&errand->task, desk->setting, request);
    api_task_look(&errand->task, desk->parts);
    desk_end(errand);
    desk_give_later(errand);
}

void desk_again(struct desk *desk)
{
    for (struct errand *at = desk->first; at; at = at->next)
        if (at->waiting)
            take_again(at);
}

bool desk_waits(const struct desk *desk)
{
    const struct errand *at = desk->first;

    while (at && !at->waiting)
        at = at->next;
    return at != NULL;
}

struct desk *desk_new(const struct api_setting *setting, const struct api_parts *parts)
{
    struct desk *desk = mem_new(1, sizeof *desk);

    desk->setting = setting;
    desk->parts = parts;
    desk->stage = IMPORT_APPLYING; /* what a crash left; the first look at the store ends it */
    desk->leftover = true;
    return desk;
}

void desk_free(struct desk *desk)
{
    free(desk);
}

bool desk_empty(const struct desk *desk)
{
    return !desk->first;
}

void desk_clear(struct desk *desk)
{
    desk->closed = true;
    desk_import_clear(desk);
}
