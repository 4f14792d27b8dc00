/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers by which staff answer: an ask on somebody's behalf, a reply that nobody understood.
 * What came from the line of a person restricted for a child counts for no ask of that child, by hand neither.
 */
#include <inttypes.h>
#include <string.h>

#include "api/api_internal.h"
#include "core/answer.h"
#include "engine/engine.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "store/ask.h"
#include "store/find.h"
#include "store/line.h"
#include "store/reply.h"

/* The class of the body; NULL after a refusal. */
static const char *read_class(struct api_call *call)
{
    const char *name = api_text(call, "class");
    enum answer_class class;

    if (!name)
        return NULL;
    if (answer_class_parse(&class, name))
        return name;
    return api_refuse(call, 400, "class \"%.30s\": give one of yes, no, fine, help, ack, number and so on", name);
}

/* What the body says, as an answer to this ask. */
static bool read_answer(struct answer_row *row, struct api_call *call, int64_t ask)
{
    const json_t *value = json_object_get(call->body, "value");
    const char *class = read_class(call);

    if (!class)
        return false;
    if (value && !json_is_integer(value) && !json_is_null(value)) {
        api_refuse(call, 400, "value: give a number");
        return false;
    }
    *row = (struct answer_row){ .ask = ask,
                                .class = class,
                                .has_value = json_is_integer(value),
                                .value = json_integer_value(value),
                                .via = "staff",
                                .by = call->actor };
    return true;
}

static bool ask_known(struct api_call *call, int64_t ask)
{
    const bool there = ask_there(call->store, ask);

    if (!there)
        api_refuse(call, 404, "ask %" PRId64 ": there is none: see `greenline ask list`", ask);
    return there;
}

json_t *ask_answer(struct api_call *call)
{
    const char *person = json_text(call->body, "person", NULL);
    const int64_t id = api_id(call);
    struct answer_row row;

    if (!id || !api_engine(call) || !ask_known(call, id) || !read_answer(&row, call, id))
        return NULL;
    if (person && !(row.person = api_person(call, person)))
        return NULL;
    row.rest = json_text(call->body, "note", NULL);
    engine_answer(call->parts->engine, &row);
    return ask_show(call->store, id, &call->filter);
}

json_t *ask_cancel(struct api_call *call)
{
    const int64_t id = api_id(call);

    if (!id || !api_engine(call) || !ask_known(call, id))
        return NULL;
    if (!engine_cancel_ask(call->parts->engine, id, &call->err))
        return api_refuse_err(call, 409);
    return ask_show(call->store, id, &call->filter);
}

/* The ask that the body names, or the newest one of the child it names; 0 after a refusal. */
static int64_t ask_meant(struct api_call *call)
{
    const int64_t named = json_int(call->body, "ask", 0);
    const char *student = json_text(call->body, "student", NULL);
    int64_t id, ask;

    if (named)
        return ask_known(call, named) ? named : 0;
    if (!student) {
        api_refuse(call, 400, "say what it answers: give ask or student, or ignore");
        return 0;
    }
    id = api_student(call, student);
    if (!id)
        return 0;
    ask = ask_newest_about(call->store, id);
    if (!ask)
        api_refuse(call, 409, "nothing was asked about this child: note it with `greenline channel note`");
    return ask;
}

static json_t *assign(struct api_call *call, int64_t reply, int64_t line)
{
    const int64_t ask = ask_meant(call);
    struct answer_row row;
    CLEANUP(mem_clean) char *why = NULL;

    if (!ask || !read_answer(&row, call, ask))
        return NULL;
    if (line_restricted_for(call->store, line, ask))
        return api_refuse(call, 409,
                          "it came from the phone of a person who may not be told about this child: it counts for "
                          "none of the child's questions: set it aside with --ignore");
    row.line = line;
    row.person = line_only_person(call->store, line);
    row.reply = reply;
    engine_answer(call->parts->engine, &row);
    why = mem_format("%s, as %s read it, for ask %" PRId64, row.class, call->actor, ask);
    reply_set(call->store, reply, "settled", why);
    return reply_show(call->store, reply, &call->filter);
}

json_t *reply_assign(struct api_call *call)
{
    const int64_t id = api_id(call);
    int64_t line;

    if (!id || !api_engine(call))
        return NULL;
    if (!reply_there(call->store, id))
        return api_refuse(call, 404, "reply %" PRId64 ": there is none: see `greenline inbox list`", id);
    line = reply_line(call->store, id);
    if (json_flag(call->body, "ignore", false)) {
        CLEANUP(mem_clean) char *why = mem_format("set aside by %s", call->actor);

        reply_set(call->store, id, "ignored", why);
        return reply_show(call->store, id, &call->filter);
    }
    return assign(call, id, line);
}
