/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers that put one message in the outbox or decide about one: what staff say to a family, the test of a gateway,
 * cancel and retry. All of it passes may_tell() inside the engine and the outbox.
 */
#include <inttypes.h>
#include <string.h>

#include "api/api_internal.h"
#include "core/phone.h"
#include "engine/engine.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/find.h"
#include "store/line.h"
#include "store/person.h"

enum { SAY_MAX = 500, CHAIN_MAX = 20 }; /* code points; contacts that are tried */

static json_t *decide(struct api_call *call, bool done)
{
    return done ? message_show(call->store, api_id(call), &call->filter) : api_refuse_err(call, 409);
}

static bool message_known(struct api_call *call, int64_t id)
{
    const bool there = id && message_there(call->store, id);

    if (id && !there)
        api_refuse(call, 404, "message %" PRId64 ": there is none: see `greenline outbox list`", id);
    return there;
}

json_t *outbox_cancel_one(struct api_call *call)
{
    const int64_t id = api_id(call);

    if (!message_known(call, id) || !api_engine(call))
        return NULL;
    return decide(call, outbox_cancel(call->parts->outbox, id, REASON_BY_HAND, &call->err));
}

json_t *outbox_retry_one(struct api_call *call)
{
    const int64_t id = api_id(call);

    if (!message_known(call, id) || !api_engine(call))
        return NULL;
    return decide(call, outbox_retry(call->parts->outbox, id, &call->err));
}

/* {message, cause}. */
static json_t *said(struct api_call *call, int64_t message)
{
    json_t *answer = json_object();

    json_put_int(answer, "message", message);
    json_put_int(answer, "cause", message_cause(call->store, message));
    return answer;
}

static json_t *not_said(struct api_call *call, enum reason why)
{
    return api_refuse(call, 409, "not sent: %s: choose somebody else or see `greenline student show`",
                      reason_text(why, call->setting->language));
}

/* Whom to tell, best first; 0 after a refusal. */
static size_t hearers(struct api_call *call, int64_t student, struct contact *out)
{
    const char *to = json_text(call->body, "to", NULL);
    int64_t person;
    size_t count;

    if (to) {
        person = relative_find(call->store, student, to);
        if (!person)
            person = api_person(call, to);
        if (person)
            out[0] = person_contact(call->store, person);
        return person ? 1 : 0;
    }
    count = person_chain(call->store, student, CHAIN_GUARDIANS, call->now, out, CHAIN_MAX);
    if (!count)
        api_refuse(call, 409, "this child has no contact: `greenline import` or `greenline contact` enters one");
    return count;
}

json_t *student_say(struct api_call *call)
{
    const int64_t student = api_student(call, call->path[1]);
    CLEANUP(mem_clean) char *key = mem_format("say:%s", call->key);
    CLEANUP(mem_clean) char *subject = mem_dup(call->subject); /* the child, not whom it is told */
    struct saying saying = {
        .key = key, .by = call->actor, .kind = KIND_SAY, .students = &student, .student_count = 1
    };
    struct contact contacts[CHAIN_MAX];
    enum reason why = REASON_NO_PERSON;
    int64_t message = 0;
    size_t count;

    saying.text = student ? api_text(call, "text") : NULL;
    if (!saying.text || !api_engine(call))
        return NULL;
    if (utf8_count(saying.text) > SAY_MAX)
        return api_refuse(call, 400, "the text is over %d characters: shorten it", SAY_MAX);
    count = hearers(call, student, contacts);
    for (size_t i = 0; i < count && !message; i++) {
        saying.person = contacts[i].person;
        message = engine_say(call->parts->engine, &saying, &why);
    }
    mem_clean(&call->subject);
    call->subject = mem_dup(subject);
    if (!count)
        return NULL;
    return message ? said(call, message) : not_said(call, why);
}

/* A test goes the number's usual way; it answers which gateway the message takes once that has it. */
json_t *change_gateway_test(struct api_call *call)
{
    const char *to = api_text(call, "to");
    CLEANUP(mem_clean) char *key = mem_format("test:%s", call->key);
    struct saying saying = {
        .key = key, .by = call->actor, .kind = KIND_TEST, .text = json_text(call->body, "text", "Greenline: test")
    };
    enum reason why = REASON_NO_LINE;
    struct phone phone = { 0 };
    int64_t message;

    if (!to || !api_engine(call))
        return NULL;
    if (!phone_parse(&phone, to, call->setting->region, &call->err))
        return api_refuse_err(call, 400);
    saying.line = line_find(call->store, phone.e164);
    saying.person = saying.line ? line_first_person(call->store, saying.line) : 0;
    if (!saying.person)
        return api_refuse(call, 404, "%.30s: nobody has that number: enter it as a contact's or a teacher's first", to);
    message = engine_say(call->parts->engine, &saying, &why);
    return message ? said(call, message) : not_said(call, why);
}
