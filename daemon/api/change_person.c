/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Persons entered by hand: contacts of children, and staff. Who is meant is settled as an import does: equal name and
 * number is one person (a grandmother of two children, a father who teaches), a name alone never is. `id:N` names
 * somebody who is entered already. Numbers that staff enter count as confirmed.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/form.h"
#include "import/headers.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/contact_set.h"
#include "store/find.h"
#include "store/register.h"
#include "store/register_set.h"

enum { CALLING_MAX = 99, WORD_MAX = 40 }; /* the last place of an emergency chain; code points */

/* ------------------------------------------------------------------------------------------- what both have */

struct newcomer {
    int64_t person; /* named by id:N; else 0 */
    char *name;
    struct phone phone; /* e164 "" without */
};

/* The person of id:N, with the subject of the audit log; 0 after a refusal. */
static int64_t person_by_id(struct api_call *call, int64_t id)
{
    CLEANUP(mem_clean) char *name = mem_format("id:%" PRId64, id);

    return api_person(call, name);
}

/* False after a refusal. */
static bool newcomer_read(struct newcomer *out, struct form *form)
{
    const char *name = json_text(form->call->body, "name", "");

    form_phone(form, "phone", &out->phone);
    if (text_starts(name, "id:")) {
        out->person = api_person(form->call, name);
        return out->person != 0;
    }
    form_need(form, "name");
    out->name = form_name(form, "name");
    return true;
}

static int64_t newcomer_known(struct api_call *call, const struct newcomer *who)
{
    if (who->person || !*who->phone.e164)
        return who->person;
    return person_of_line(call->store, who->name, who->phone.e164);
}

static void give_phone(struct api_call *call, int64_t person, const struct phone *phone)
{
    if (*phone->e164)
        person_give_line(call->store, person, phone->e164, form_phone_type(phone->type), call->now);
}

/* -------------------------------------------------------------------------------------------------------- contacts */

struct newcontact {
    struct newcomer who;
    int64_t student;
    char *kind, *word; /* of the relation */
    int64_t rank;      /* 0: behind the others */
    int guardian, reads;
};

static void newcontact_free(struct newcontact *new)
{
    free(new->who.name);
    free(new->kind);
    free(new->word);
}

static bool newcontact_read(struct newcontact *out, struct form *form)
{
    if (!newcomer_read(&out->who, form))
        return false;
    form_need(form, "relation");
    out->kind = form_word(form, "relation", "value.relation", "other", "母亲, 奶奶, father, grandma");
    out->word = out->kind ? form_line(form, "relation", WORD_MAX) : NULL;
    out->rank = form_number(form, "rank", CALLING_MAX);
    out->guardian = form_flag(form, "guardian");
    out->reads = form_flag(form, "reads");
    return true;
}

/* Who it is; 0 after a refusal. One who was a contact of this child before is so again. */
static int64_t contact_person(struct api_call *call, const struct newcontact *new)
{
    CLEANUP(mem_clean) char *ref = NULL, *child = student_ref(call->store, new->student);
    int64_t person = newcomer_known(call, &new->who);

    if (!person)
        person = relation_by_name(call->store, new->student, new->who.name, call->now);
    if (person && relation_holds(call->store, new->student, person, call->now)) {
        ref = person_ref(call->store, person);
        api_refuse(call, 409, "%s is a contact of that child already: change it with `greenline contact set %s`", ref,
                   ref);
        return 0;
    }
    if (person)
        return person;
    ref = mem_format("%s-%s", child, new->kind);
    return person_new(call->store, ref, new->who.name);
}

/* Without a word about it, the first one cares for the child, as in a sheet. */
static void relate(struct api_call *call, const struct newcontact *new, int64_t person)
{
    const bool first = !student_has_guardian(call->store, new->student, call->now);
    const struct register_relation relation = {
        .student = new->student,
        .person = person,
        .kind = new->kind,
        .word = new->word,
        .rank = new->rank ? new->rank : relation_last_rank(call->store, new->student, call->now) + 1,
        .guardian = new->guardian >= 0 ? new->guardian != 0 : first,
    };

    register_put_relation(call->store, &relation, call->now);
}

static json_t *contact_enter(struct api_call *call, const struct newcontact *new)
{
    const int64_t person = contact_person(call, new);

    if (!person)
        return NULL;
    relate(call, new, person);
    give_phone(call, person, &new->who.phone);
    if (new->reads >= 0)
        person_set_reads(call->store, person, new->reads != 0);
    person_by_id(call, person);
    return contact_show(call->store, person, &call->filter);
}

json_t *contact_add(struct api_call *call)
{
    const char *student = api_text(call, "student");
    struct newcontact new = { .student = student ? api_student(call, student) : 0 };
    struct form form = { .call = call };
    json_t *answer = NULL;
    bool sound;

    if (!new.student)
        return NULL;
    sound = newcontact_read(&new, &form);
    if (form_done(&form) && sound)
        answer = contact_enter(call, &new);
    newcontact_free(&new);
    return answer;
}

json_t *contact_end(struct api_call *call)
{
    const char *name = api_text(call, "student");
    const int64_t student = name ? api_student(call, name) : 0;
    const int64_t person = student ? api_person(call, call->path[1]) : 0;

    if (!person)
        return NULL;
    if (!relation_holds(call->store, student, person, call->now))
        return api_refuse(call, 404, "%s is no contact of that child: see `greenline student show`", call->path[1]);
    register_end_relation(call->store, student, person, call->now);
    return contact_show(call->store, person, &call->filter);
}

/* ----------------------------------------------------------------------------------------------------------- staff */

struct newstaff {
    struct newcomer who;
    char *role;
    struct class_name class; /* text "" without */
};

static void newstaff_free(struct newstaff *new)
{
    free(new->who.name);
    free(new->role);
}

static void newstaff_read_role(struct newstaff *out, struct form *form)
{
    CLEANUP(mem_clean) char *word = form_line(form, "role", WORD_MAX);

    if (word) {
        CLEANUP(mem_clean) char *own = headers_fold(word); /* a role that only this school has */

        out->role = form_word(form, "role", "value.role", own, "head, teacher, mentor, duty, operator, 班主任");
    }
    form_class(form, "class", &out->class);
}

/* Holds the role from now on. A class moves it from the class before; without one the class stays. */
static void give_role(struct api_call *call, int64_t person, const char *role, const char *class)
{
    if (!*class && role_held(call->store, person, role, call->now))
        return;
    if (*class)
        register_end_role(call->store, person, role, class, call->now);
    register_put_role(call->store, person, role, *class ? class : NULL, call->now);
}

/* The member of staff, new or known by number; 0 after a refusal. */
static int64_t staff_person(struct api_call *call, const struct newcomer *who)
{
    const int64_t known = newcomer_known(call, who);
    const int64_t colleague = known ? 0 : person_of_staff(call->store, who->name, call->now);

    if (colleague) {
        CLEANUP(mem_clean) char *ref = person_ref(call->store, colleague);

        api_refuse(call, 409,
                   "%s is on the staff already: change it with `greenline staff set %s`, or give another one a name "
                   "that tells them apart",
                   ref, ref);
        return 0;
    }
    return known ? known : person_new(call->store, who->name, who->name);
}

static json_t *staff_enter(struct api_call *call, const struct newstaff *new)
{
    const int64_t person = staff_person(call, &new->who);

    if (!person)
        return NULL;
    give_role(call, person, new->role, new->class.text);
    give_phone(call, person, &new->who.phone);
    person_by_id(call, person);
    return staff_show(call->store, person, &call->filter);
}

json_t *staff_add(struct api_call *call)
{
    struct form form = { .call = call };
    struct newstaff new = { 0 };
    json_t *answer = NULL;
    const bool sound = newcomer_read(&new.who, &form);

    if (!sound)
        return NULL;
    form_need(&form, "role");
    newstaff_read_role(&new, &form);
    if (form_done(&form))
        answer = staff_enter(call, &new);
    newstaff_free(&new);
    return answer;
}

static json_t *staff_change(struct api_call *call, const struct newstaff *new, int64_t person)
{
    CLEANUP(mem_clean) char *bound = NULL;

    if (!new->role && !*new->class.text && !*new->who.phone.e164)
        return api_refuse(call, 400, "nothing to set: give role, class or phone");
    if (!new->role &&*new->class.text) {
        bound = role_of_class(call->store, person, call->now);
        if (!bound)
            return api_refuse(call, 400, "class: say which role has it: give role too");
    }
    if (new->role || bound)
        give_role(call, person, new->role ? new->role : bound, new->class.text);
    give_phone(call, person, &new->who.phone);
    return staff_show(call->store, person, &call->filter);
}

json_t *staff_set(struct api_call *call)
{
    const int64_t person = api_person(call, call->path[1]);
    struct form form = { .call = call };
    struct newstaff new = { 0 };
    json_t *answer = NULL;

    if (!person)
        return NULL;
    form_phone(&form, "phone", &new.who.phone);
    newstaff_read_role(&new, &form);
    if (form_done(&form))
        answer = staff_change(call, &new, person);
    newstaff_free(&new);
    return answer;
}

/* What hangs on a role ends with it: a mentor's children, the duties on the rota. */
json_t *staff_end(struct api_call *call)
{
    const int64_t person = api_person(call, call->path[1]);
    struct form form = { .call = call };
    struct newstaff old = { 0 };
    int64_t ended = 0;

    if (!person)
        return NULL;
    newstaff_read_role(&old, &form);
    if (form_done(&form)) {
        ended = role_end(call->store, person, old.role, call->now);
        if (!old.role || strcmp(old.role, "mentor") == 0)
            ended += pairing_end_all(call->store, person, call->now);
        if (!old.role || strcmp(old.role, "duty") == 0)
            ended += rota_end_all(call->store, person, call->now);
        if (ended == 0)
            api_refuse(call, 404, "%s holds no such role now: see `greenline staff list`", call->path[1]);
    }
    newstaff_free(&old);
    return ended ? staff_show(call->store, person, &call->filter) : NULL;
}
