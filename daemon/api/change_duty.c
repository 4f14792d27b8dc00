/* SPDX-License-Identifier: Apache-2.0 */
/* Who looks after whom, and who is on duty when, by hand: pairings of mentor and child, and the rota. */
#include <inttypes.h>

#include "api/form.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "store/person.h"
#include "store/register.h"
#include "store/register_set.h"

enum { POST_MAX = 40 }; /* code points */

/* Mentor and child of the body; false after a refusal. The audit log's subject becomes the child. */
static bool read_pair(struct register_pairing *out, struct api_call *call)
{
    const char *mentor = api_text(call, "mentor");
    const char *student = mentor ? api_text(call, "student") : NULL;

    out->mentor = student ? api_person(call, mentor) : 0;
    out->student = out->mentor ? api_student(call, student) : 0;
    return out->student != 0;
}

static json_t *pair_show(struct api_call *call, const struct register_pairing *pair)
{
    json_t *page, *one;

    call->filter.person = pair->mentor;
    call->filter.student = pair->student;
    page = pairing_list(call->store, &call->filter);
    one = json_incref(json_array_get(json_object_get(page, "items"), 0));
    json_decref(page);
    return one ? one : json_object();
}

/* Whether this person may be the child's mentor; false after a refusal. */
static bool suitable(struct api_call *call, const struct register_pairing *pair)
{
    const char *name = json_text(call->body, "mentor", "");

    if (!person_is_staff(call->store, pair->mentor, call->now))
        api_refuse(call, 409, "%s holds no role at the school: `greenline staff set %s --role mentor` gives one", name,
                   name);
    else if (relation_restricted(call->store, pair->student, pair->mentor))
        api_refuse(call, 409, "%s may not be told anything about this child: choose another mentor", name);
    else if (pairing_holds(call->store, pair->mentor, pair->student, call->now))
        api_refuse(call, 409, "%s looks after this child already: see `greenline pair list`", name);
    else
        return true;
    return false;
}

json_t *pair_add(struct api_call *call)
{
    struct register_pairing pair = { .until = TIME_NEVER };
    struct form form = { .call = call };

    if (!read_pair(&pair, call))
        return NULL;
    pair.since = form_day(&form, "since");
    if (!form_done(&form) || !suitable(call, &pair))
        return NULL;
    if (pair.since == TIME_NEVER)
        pair.since = call->now;
    register_put_pairing(call->store, &pair);
    return pair_show(call, &pair);
}

json_t *pair_end(struct api_call *call)
{
    struct register_pairing pair = { 0 };

    if (!read_pair(&pair, call))
        return NULL;
    if (!pairing_holds(call->store, pair.mentor, pair.student, call->now))
        return api_refuse(call, 404, "%s does not look after this child: see `greenline pair list`",
                          json_text(call->body, "mentor", ""));
    register_end_pairing(call->store, pair.mentor, pair.student, call->now);
    return pair_show(call, &pair);
}

json_t *read_rota(struct api_call *call)
{
    return rota_list(call->store, &call->filter);
}

json_t *rota_add(struct api_call *call)
{
    const char *name = api_text(call, "person");
    const int64_t person = name ? api_person(call, name) : 0;
    struct form form = { .call = call };
    CLEANUP(mem_clean) char *post = NULL;
    time_ms since, until;

    if (!person)
        return NULL;
    form_need(&form, "since");
    form_need(&form, "until");
    since = form_time(&form, "since");
    until = form_time(&form, "until");
    post = form_line(&form, "post", POST_MAX);
    if (since != TIME_NEVER && until != TIME_NEVER && until <= since)
        form_fault(&form, "until: lies before since: give a later time");
    else if (until != TIME_NEVER && until <= call->now)
        form_fault(&form, "until: is over already: give a time to come");
    if (!form_done(&form))
        return NULL;
    return rota_show(call->store, rota_put(call->store, person, post ? post : "duty", since, until), &call->filter);
}

json_t *rota_drop(struct api_call *call)
{
    const int64_t id = api_id(call), person = id ? rota_person(call->store, id) : 0;
    CLEANUP(mem_clean) char *name = mem_format("id:%" PRId64, person);

    if (!id)
        return NULL;
    if (!person || !rota_end(call->store, id, call->now))
        return api_refuse(call, 404, "duty %" PRId64 ": there is none to come: see `greenline rota list`", id);
    api_person(call, name);
    return rota_show(call->store, id, &call->filter);
}
