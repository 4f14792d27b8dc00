/* SPDX-License-Identifier: Apache-2.0 */
/* Handlers that only look: each picks the list or show of the store and says what is missing when there is none. */
#include <string.h>

#include "api/api_internal.h"
#include "core/kind.h"
#include "core/state.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

/* Refuses a value of `list` (separated by commas) that `known` does not know. */
static bool words_known(struct api_call *call, const char *what, const char *list, const char *const *known)
{
    for (const char *at = list ? list : ""; *at;) {
        const size_t length = strcspn(at, ",");
        CLEANUP(mem_clean) char *word = mem_dup_n(at, length);
        const char *nearest = text_nearest(word, known);
        size_t i = 0;

        while (known[i] && strcmp(known[i], word) != 0)
            i++;
        if (!known[i] && *word) {
            api_refuse(call, 400, "%s \"%.30s\": no such %s%s%s", what, word, what, nearest ? ": did you mean " : "",
                       nearest ? nearest : "");
            return false;
        }
        at += length + (at[length] ? 1 : 0);
    }
    return true;
}

static bool message_states_known(struct api_call *call)
{
    const char *known[MESSAGE_STATES + 1] = { NULL };

    for (int i = 0; i < MESSAGE_STATES; i++)
        known[i] = message_state_name((enum message_state)i);
    return words_known(call, "state", call->filter.state, known);
}

static bool ask_states_known(struct api_call *call)
{
    const char *known[ASK_STATES + 1] = { NULL };

    for (int i = 0; i < ASK_STATES; i++)
        known[i] = ask_state_name((enum ask_state)i);
    return words_known(call, "state", call->filter.state, known);
}

static bool lanes_known(struct api_call *call)
{
    const char *known[LANES + 1] = { NULL };

    for (int i = 0; i < LANES; i++)
        known[i] = lane_name((enum lane)i);
    return words_known(call, "lane", call->filter.lane, known);
}

static bool kinds_known(struct api_call *call)
{
    const char *known[KINDS + 1] = { NULL };

    for (int i = 0; i < KINDS; i++)
        known[i] = kind_row((enum kind)i)->name;
    return words_known(call, "kind", call->filter.kind, known);
}

/* A show by id; 404 in the noun's words. */
static json_t *show(struct api_call *call, const char *noun,
                    json_t *(*of_store)(struct store *, int64_t, const struct list_filter *))
{
    const int64_t id = api_id(call);
    json_t *row;

    if (!id)
        return NULL;
    row = of_store(call->store, id, &call->filter);
    return row ? row : api_refuse(call, 404, "%s %s: there is none: see the list", noun, call->path[1]);
}

/* The daemon's own problems come first: they are why others are there. */
static void join_status(json_t *status, json_t *more)
{
    json_t *problems = json_array();

    json_array_extend(problems, json_object_get(more, "problems"));
    json_array_extend(problems, json_object_get(status, "problems"));
    json_put(status, "problems", problems);
    json_object_del(more, "problems");
    json_object_update(status, more);
    json_decref(more);
}

/* A store that cannot be read is a problem to be told, not a reason to tell none. */
static json_t *counted_status(struct api_call *call)
{
    json_t *status = status_show(call->store, &call->filter);

    api_readiness(call, status);
    if (!store_failed(call->store))
        return status;
    json_decref(status);
    status = json_object();
    list_put_time(status, "now", call->filter.zone, call->now);
    json_put(status, "problems",
             json_pack("[{s:o, s:s}]", "what", json_sprintf("the store cannot be read: %s", store_why(call->store)),
                       "mend", "look with `greenline check`; the daemon's log says more"));
    return status;
}

/* What is counted in the store aside, what the daemon itself knows in the turn. */
json_t *read_status(struct api_call *call)
{
    json_t *status;

    if (!call->found)
        return counted_status(call);
    status = json_incref(call->found);
    json_put_text(status, "school", call->setting->school);
    json_put_flag(status, "demo", call->setting->demo);
    if (call->parts->status)
        join_status(status, call->parts->status(call->parts->arg));
    api_readiness_gateways(call, status);
    json_put_text(status, "state", json_array_size(json_object_get(status, "problems")) ? "attention" : "ok");
    return status;
}

json_t *read_today(struct api_call *call)
{
    return today_list(call->store, &call->filter);
}

json_t *read_students(struct api_call *call)
{
    return student_list(call->store, &call->filter);
}

json_t *read_student(struct api_call *call)
{
    const int64_t id = api_student(call, call->path[1]);

    return id ? student_show(call->store, id, &call->filter) : NULL;
}

json_t *read_channel(struct api_call *call)
{
    call->filter.student = api_student(call, call->path[1]);
    return call->filter.student ? channel_list(call->store, &call->filter) : NULL;
}

json_t *read_contacts(struct api_call *call)
{
    return contact_list(call->store, &call->filter);
}

json_t *read_contact(struct api_call *call)
{
    const int64_t id = api_person(call, call->path[1]);

    return id ? contact_show(call->store, id, &call->filter) : NULL;
}

json_t *read_staff(struct api_call *call)
{
    return staff_list(call->store, &call->filter);
}

json_t *read_pairings(struct api_call *call)
{
    return pairing_list(call->store, &call->filter);
}

json_t *read_schedules(struct api_call *call)
{
    return kinds_known(call) ? schedule_list(call->store, &call->filter) : NULL;
}

json_t *read_schedule(struct api_call *call)
{
    const int64_t id = api_schedule(call, call->path[1]);

    return id ? schedule_show(call->store, id, &call->filter) : NULL;
}

json_t *read_broadcasts(struct api_call *call)
{
    return kinds_known(call) ? broadcast_list(call->store, &call->filter) : NULL;
}

json_t *read_broadcast(struct api_call *call)
{
    return show(call, "broadcast", broadcast_show);
}

json_t *read_asks(struct api_call *call)
{
    return ask_states_known(call) && kinds_known(call) ? ask_list(call->store, &call->filter) : NULL;
}

json_t *read_ask(struct api_call *call)
{
    return show(call, "ask", ask_show);
}

json_t *read_outbox(struct api_call *call)
{
    return message_states_known(call) && lanes_known(call) ? message_list(call->store, &call->filter) : NULL;
}

json_t *read_message(struct api_call *call)
{
    return show(call, "message", message_show);
}

json_t *read_inbox(struct api_call *call)
{
    static const char *const states[] = { "new", "understood", "waiting", "ignored", "settled", NULL };
    static const char *const kinds[] = { "text", "key", "call", "missed", NULL };

    if (!words_known(call, "state", call->filter.state, states) || !words_known(call, "kind", call->filter.kind, kinds))
        return NULL;
    return reply_list(call->store, &call->filter);
}

json_t *read_reply(struct api_call *call)
{
    return show(call, "reply", reply_show);
}

json_t *read_gateways(struct api_call *call)
{
    json_t *page, *items;

    if (!call->parts->gateway_list)
        return api_refuse(call, 501, "this daemon runs no gateways");
    items = call->parts->gateway_list(call->parts->arg);
    page = json_object();
    json_put(page, "items", items);
    json_put(page, "next", NULL);
    return page;
}

json_t *read_gateway(struct api_call *call)
{
    json_t *row = NULL;

    if (call->parts->gateway_show)
        row = call->parts->gateway_show(call->parts->arg, call->path[1]);
    return row ? row
               : api_refuse(call, 404, "gateway \"%.60s\": there is none: see `greenline gateway list`", call->path[1]);
}
