/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child entered, changed or taken off the register by hand. A child who left stays on record and may come back; its
 * open questions are cancelled. A child with an open emergency cannot leave: no emergency ends in silence.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/form.h"
#include "engine/engine.h"
#include "import/class_name.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "store/find.h"
#include "store/register.h"
#include "store/register_set.h"

enum { VILLAGE_MAX = 60, REMARK_MAX = 1000, OPEN_ASKS_AT_ONCE = 64, OPEN_ASKS_ROUNDS = 100 };

/* What a body says of a child; NULL, -1: nothing. */
struct particulars {
    char *name, *sex, *birth, *village, *remark, *group, *no_group;
    struct class_name class; /* text "" without */
    int left_behind;
};

static void particulars_free(struct particulars *p)
{
    free(p->name);
    free(p->sex);
    free(p->birth);
    free(p->village);
    free(p->remark);
    free(p->group);
    free(p->no_group);
}

static void particulars_read(struct particulars *out, struct form *form)
{
    out->name = form_name(form, "name");
    form_class(form, "class", &out->class);
    out->sex = form_word(form, "sex", "value.sex", NULL, "male or female");
    out->birth = form_birth(form, "birth");
    out->village = form_line(form, "village", VILLAGE_MAX);
    out->remark = form_line(form, "remark", REMARK_MAX);
    out->left_behind = form_flag(form, "left_behind");
    out->group = form_group(form, "group");
    out->no_group = form_group(form, "no_group");
}

static void set_text(struct api_call *call, int64_t student, enum student_text field, const char *text)
{
    if (text)
        student_set_text(call->store, student, field, text);
}

static void particulars_store(const struct particulars *p, const struct form *form, int64_t student)
{
    struct api_call *call = form->call;

    set_text(call, student, STUDENT_NAME, p->name);
    set_text(call, student, STUDENT_SEX, p->sex);
    set_text(call, student, STUDENT_BIRTH, p->birth);
    set_text(call, student, STUDENT_VILLAGE, p->village);
    set_text(call, student, STUDENT_REMARK, p->remark);
    if (form_emptied(form, "village"))
        student_set_text(call->store, student, STUDENT_VILLAGE, NULL);
    if (form_emptied(form, "remark"))
        student_set_text(call->store, student, STUDENT_REMARK, NULL);
    if (*p->class.text) {
        student_set_text(call->store, student, STUDENT_CLASS, p->class.text);
        student_set_text(call->store, student, STUDENT_GRADE,
                         *grade_name(p->class.grade) ? grade_name(p->class.grade) : NULL);
    }
    if (p->left_behind >= 0)
        student_set_left_behind(call->store, student, p->left_behind != 0);
    if (p->group)
        party_put_student(call->store, p->group, student);
}

/* The child of that number: new, or back at school; 0 after a refusal. */
static int64_t enter(struct api_call *call, const char *ref, const char *name)
{
    int64_t id = register_student_id(call->store, ref);

    if (!id)
        return student_new(call->store, ref, name);
    if (!student_gone(call->store, id)) {
        api_refuse(call, 409, "student %s is on the register already: change it with `greenline student set %s`", ref,
                   ref);
        return 0;
    }
    student_set_gone(call->store, id, TIME_NEVER);
    return id;
}

json_t *student_add(struct api_call *call)
{
    struct form form = { .call = call };
    struct particulars given = { 0 };
    CLEANUP(mem_clean) char *ref = NULL;
    json_t *answer = NULL;
    int64_t id;

    form_need(&form, "ref");
    form_need(&form, "name");
    form_need(&form, "class");
    ref = form_ref(&form, "ref");
    particulars_read(&given, &form);
    if (form_done(&form) && (id = enter(call, ref, given.name)) > 0) {
        particulars_store(&given, &form, id);
        api_student(call, ref);
        answer = student_show(call->store, id, &call->filter);
    }
    particulars_free(&given);
    return answer;
}

static json_t *set(struct form *form, const struct particulars *given, int64_t id)
{
    struct api_call *call = form->call;

    if (json_object_size(call->body) == 0)
        return api_refuse(call, 400, "nothing to set: give at least one field, such as class or village");
    if (given->no_group && !party_drop_student(call->store, given->no_group, id))
        return api_refuse(call, 404, "no_group: %s is not in group \"%s\": see `greenline student list --group`",
                          call->path[1], given->no_group);
    particulars_store(given, form, id);
    return student_show(call->store, id, &call->filter);
}

json_t *student_set(struct api_call *call)
{
    const int64_t id = api_student(call, call->path[1]);
    struct form form = { .call = call };
    struct particulars given = { 0 };
    json_t *answer = NULL;

    if (!id)
        return NULL;
    particulars_read(&given, &form);
    if (form_done(&form))
        answer = set(&form, &given, id);
    particulars_free(&given);
    return answer;
}

/* Every open question about the child; false after a refusal. */
static bool cancel_asks(struct api_call *call, int64_t student)
{
    int64_t ids[OPEN_ASKS_AT_ONCE];
    size_t count = OPEN_ASKS_AT_ONCE;

    for (int round = 0; round < OPEN_ASKS_ROUNDS && count == OPEN_ASKS_AT_ONCE; round++) {
        count = student_open_asks(call->store, student, ids, OPEN_ASKS_AT_ONCE);
        for (size_t i = 0; i < count; i++) {
            if (!engine_cancel_ask(call->parts->engine, ids[i], &call->err)) {
                api_refuse_err(call, 409);
                return false;
            }
        }
    }
    return true;
}

json_t *student_end(struct api_call *call)
{
    const int64_t id = api_student(call, call->path[1]);
    int64_t alert;

    if (!id || !api_engine(call))
        return NULL;
    if (student_gone(call->store, id))
        return api_refuse(call, 409, "%s has left already: `greenline student add` brings a child back", call->path[1]);
    alert = student_open_alert(call->store, id);
    if (alert)
        return api_refuse(call, 409,
                          "emergency %" PRId64 " about this child is open: end it first with `greenline alert close "
                          "%" PRId64 " --outcome TEXT`",
                          alert, alert);
    if (!cancel_asks(call, id))
        return NULL;
    student_set_gone(call->store, id, call->now);
    return student_show(call->store, id, &call->filter);
}
