/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes by hand that need no engine: a contact's data, a note on a time line, an ask that somebody saw to. Each field
 * of `contacts/P/set` is one row of a table; a field that cannot be set refuses the whole request.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/form.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/ask.h"
#include "store/contact_set.h"
#include "store/find.h"
#include "store/line.h"
#include "store/register_set.h"

enum { NOTE_MAX = 4000, RANK_MAX = 99 }; /* code points; the last place of an emergency chain */

json_t *student_note(struct api_call *call)
{
    const int64_t student = api_student(call, call->path[1]);
    const char *text = student ? api_text(call, "text") : NULL;
    json_t *answer;

    if (!text)
        return NULL;
    if (utf8_count(text) > NOTE_MAX)
        return api_refuse(call, 400, "the note is over %d characters: shorten it", NOTE_MAX);
    answer = json_object();
    json_put_int(answer, "id", note_put(call->store, student, call->actor, text, call->now));
    return answer;
}

json_t *ask_handle(struct api_call *call)
{
    const int64_t id = api_id(call);
    json_t *ask;

    if (!id)
        return NULL;
    ask_set_handled(call->store, id, call->actor, call->now);
    ask = ask_show(call->store, id, &call->filter);
    return ask ? ask : api_refuse(call, 404, "ask %s: there is none: see `greenline ask list`", call->path[1]);
}

/* One contact being set. */
struct setting_of {
    struct api_call *call;
    int64_t person, student; /* student 0: not named */
};

static bool bad(struct setting_of *of, const char *key, const char *want)
{
    api_refuse(of->call, 400, "%s: give %s", key, want);
    return false;
}

static bool relation_done(struct setting_of *of, bool done)
{
    if (!done)
        api_refuse(of->call, 404, "%s is no contact of that child: see `greenline student show`", of->call->path[1]);
    return done;
}

static bool relation_flag(struct setting_of *of, const char *key, const json_t *value,
                          bool (*set)(struct store *, int64_t, int64_t, bool))
{
    if (!json_is_boolean(value))
        return bad(of, key, "true or false");
    if (!of->student)
        return bad(of, "student", "the child this holds for");
    return relation_done(of, set(of->call->store, of->student, of->person, json_is_true(value)));
}

static bool set_restricted(struct setting_of *of, const json_t *value)
{
    return relation_flag(of, "restricted", value, relation_set_restricted);
}

static bool set_guardian(struct setting_of *of, const json_t *value)
{
    return relation_flag(of, "guardian", value, relation_set_guardian);
}

static bool set_rank(struct setting_of *of, const json_t *value)
{
    const int64_t rank = json_integer_value(value);

    if (!json_is_integer(value) || rank < 1 || rank > RANK_MAX)
        return bad(of, "rank", "a number from 1 to 99");
    if (!of->student)
        return bad(of, "student", "the child this holds for");
    return relation_done(of, relation_set_rank(of->call->store, of->student, of->person, rank));
}

static bool set_reads(struct setting_of *of, const json_t *value)
{
    if (!json_is_boolean(value))
        return bad(of, "reads", "true or false");
    person_set_reads(of->call->store, of->person, json_is_true(value));
    return true;
}

static bool set_quiet(struct setting_of *of, const json_t *value)
{
    const char *text = json_string_value(value);
    struct hours hours;
    char plain[HOURS_MAX];

    if (!text)
        return bad(of, "quiet", "hours such as 21:00-07:00, or none");
    if (!hours_parse(&hours, text, &of->call->err)) {
        api_refuse_err(of->call, 400);
        return false;
    }
    hours_format(plain, hours);
    person_set_quiet(of->call->store, of->person, hours.from == hours.to ? NULL : plain);
    return true;
}

static bool set_language(struct setting_of *of, const json_t *value)
{
    const char *text = json_string_value(value);

    if (!text || (strcmp(text, "zh") != 0 && strcmp(text, "en") != 0))
        return bad(of, "language", "zh or en");
    person_set_language(of->call->store, of->person, text);
    return true;
}

static bool read_phone(struct setting_of *of, const char *key, const json_t *value, struct phone *phone)
{
    if (!json_is_string(value))
        return bad(of, key, "a phone number as text");
    if (phone_parse(phone, json_string_value(value), of->call->setting->region, &of->call->err))
        return true;
    api_refuse_err(of->call, 400);
    return false;
}

static bool set_phone(struct setting_of *of, const json_t *value)
{
    struct phone phone;

    if (!read_phone(of, "phone", value, &phone))
        return false;
    person_give_line(of->call->store, of->person, phone.e164, form_phone_type(phone.type), of->call->now);
    return true;
}

static bool set_remove_phone(struct setting_of *of, const json_t *value)
{
    struct phone phone;

    if (!read_phone(of, "remove_phone", value, &phone))
        return false;
    if (person_remove_line(of->call->store, of->person, line_find(of->call->store, phone.e164)))
        return true;
    api_refuse(of->call, 404, "%s is no number of this person: see `greenline contact show`", phone.e164);
    return false;
}

static bool lines_done(struct setting_of *of, int64_t changed)
{
    if (changed == 0)
        api_refuse(of->call, 409, "this person has no number: `greenline contact set %s --phone NUMBER` adds one",
                   of->call->path[1]);
    return changed != 0;
}

static bool set_confirmed(struct setting_of *of, const json_t *value)
{
    if (!json_is_boolean(value))
        return bad(of, "confirmed", "true or false");
    return lines_done(
        of, person_confirm_lines(of->call->store, of->person, json_is_true(value) ? of->call->now : TIME_NEVER));
}

static bool set_opted_out(struct setting_of *of, const json_t *value)
{
    if (!json_is_boolean(value))
        return bad(of, "opted_out", "true or false");
    return lines_done(
        of, person_optout_lines(of->call->store, of->person, json_is_true(value) ? of->call->now : TIME_NEVER));
}

/* One text of the form; false after a refusal. */
static bool form_alone(struct setting_of *of, char *text, struct form *form)
{
    if (!form_done(form))
        return false;
    if (!text)
        api_refuse(of->call, 400, "an empty text is no name: give one");
    return text != NULL;
}

static bool set_name(struct setting_of *of, const json_t *value)
{
    struct form form = { .call = of->call };
    CLEANUP(mem_clean) char *name = form_name(&form, "name");

    (void)value;
    if (!form_alone(of, name, &form))
        return false;
    person_set_name(of->call->store, of->person, name);
    return true;
}

static bool set_group(struct setting_of *of, const json_t *value)
{
    struct form form = { .call = of->call };
    CLEANUP(mem_clean) char *group = form_group(&form, "group");

    (void)value;
    if (!form_alone(of, group, &form))
        return false;
    party_put_person(of->call->store, group, of->person);
    return true;
}

static bool set_no_group(struct setting_of *of, const json_t *value)
{
    struct form form = { .call = of->call };
    CLEANUP(mem_clean) char *group = form_group(&form, "no_group");

    (void)value;
    if (!form_alone(of, group, &form))
        return false;
    if (party_drop_person(of->call->store, group, of->person))
        return true;
    api_refuse(of->call, 404, "no_group: %s is not in group \"%s\": see `greenline contact show`", of->call->path[1],
               group);
    return false;
}

/* In the order in which they are done: a new number first, then what holds for all numbers. */
static const struct {
    const char *name;
    bool (*set)(struct setting_of *of, const json_t *value);
} fields[] = {
    { "remove_phone", set_remove_phone },
    { "phone", set_phone },
    { "confirmed", set_confirmed },
    { "opted_out", set_opted_out },
    { "restricted", set_restricted },
    { "guardian", set_guardian },
    { "rank", set_rank },
    { "reads", set_reads },
    { "quiet", set_quiet },
    { "language", set_language },
    { "name", set_name },
    { "group", set_group },
    { "no_group", set_no_group },
};

json_t *contact_set(struct api_call *call)
{
    const char *student = json_text(call->body, "student", NULL);
    struct setting_of of = { .call = call };
    size_t done = 0;

    if (student && !(of.student = api_student(call, student)))
        return NULL;
    of.person = api_person(call, call->path[1]);
    if (!of.person)
        return NULL;
    for (size_t i = 0; i < COUNT(fields); i++) {
        const json_t *value = json_object_get(call->body, fields[i].name);

        if (value && !fields[i].set(&of, value))
            return NULL;
        done += value != NULL;
    }
    if (done == 0)
        return api_refuse(call, 400, "nothing to set: give at least one field, such as phone or restricted");
    return contact_show(call->store, of.person, &call->filter);
}

/* The line that a path names by its number ("13900000001"); 0 when it is no number, or nobody's. */
static int64_t named_line(struct api_call *call, const char *name)
{
    struct phone phone;

    return phone_parse(&phone, name, call->setting->region, NULL) ? line_find(call->store, phone.e164) : 0;
}

/* One of the person's numbers, or (no field) all of them; false after a refusal. */
static bool mute_lines(struct setting_of *of, time_ms at)
{
    const json_t *value = json_object_get(of->call->body, "phone");
    struct phone phone;
    int64_t line;

    if (!value)
        return lines_done(of, person_optout_lines(of->call->store, of->person, at));
    if (!read_phone(of, "phone", value, &phone))
        return false;
    line = line_find(of->call->store, phone.e164);
    if (line && person_has_line(of->call->store, of->person, line)) {
        line_set_optout(of->call->store, line, at);
        return true;
    }
    api_refuse(of->call, 404, "%s is no number of this person: see `greenline contact show`", phone.e164);
    return false;
}

/* The path names a person, or a number of somebody. */
static json_t *mute(struct api_call *call, time_ms at)
{
    struct setting_of of = { .call = call };
    const int64_t line = named_line(call, call->path[1]);
    const int64_t owner = line ? line_first_person(call->store, line) : 0;
    CLEANUP(mem_clean) char *name = owner ? mem_format("id:%" PRId64, owner) : mem_dup(call->path[1]);

    of.person = api_person(call, name);
    if (!of.person)
        return NULL;
    if (owner)
        line_set_optout(call->store, line, at);
    else if (!mute_lines(&of, at))
        return NULL;
    return contact_show(call->store, of.person, &call->filter);
}

json_t *contact_mute(struct api_call *call)
{
    return mute(call, call->now);
}

json_t *contact_unmute(struct api_call *call)
{
    return mute(call, TIME_NEVER);
}
