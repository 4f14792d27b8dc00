/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The morning roll and absences over the API: what a class reports, who is away, and that a child is accounted for. Names
 * of children are read as everywhere (number, id, or the only one of that name); classes in any spelling.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/form.h"
#include "engine/roll.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "store/find.h"
#include "store/roll.h"

enum { NOTE_MAX = 200 }; /* code points */

/* The day of the query ("2026-10-08"), or today, in `day`; false after a refusal. */
static bool read_day(struct api_call *call, char day[static DAY_TEXT])
{
    const struct local_time t = zone_local(call->setting->zone, call->now);
    const char *text = call->filter.day;
    time_ms at;
    CLEANUP(mem_clean) char *noon = text ? mem_format("%.20s 12:00", text) : NULL;

    if (text && (strlen(text) != 10 || !zone_parse(&at, call->setting->zone, noon, NULL))) {
        api_refuse(call, 400, "date \"%.20s\": give a day such as 2026-10-08", text);
        return false;
    }
    if (text)
        snprintf(day, DAY_TEXT, "%s", text);
    else
        snprintf(day, DAY_TEXT, "%04d-%02d-%02d", t.year % 10000, t.month % 100, t.day % 100);
    call->filter.day = day;
    return true;
}

/* The class as the register has it; NULL after a refusal. The caller frees. */
static char *read_class(struct api_call *call, const char *text)
{
    char *class = class_find(call->store, text);

    if (class) {
        free(call->subject);
        call->subject = mem_format("class:%s", class);
        return class;
    }
    return api_refuse(call, 404,
                      "class \"%.40s\": there is none, or several are written like that: see "
                      "`greenline roll list`",
                      text);
}

json_t *read_rolls(struct api_call *call)
{
    char day[DAY_TEXT];

    return read_day(call, day) ? roll_list(call->store, &call->filter) : NULL;
}

json_t *read_roll(struct api_call *call)
{
    char day[DAY_TEXT];
    CLEANUP(mem_clean) char *class = read_class(call, call->path[1]);
    int64_t id;

    if (!class || !read_day(call, day))
        return NULL;
    id = roll_find(call->store, day, class);
    return id ? roll_show(call->store, id, &call->filter)
              : api_refuse(call, 404, "%s: no roll on %s: see `greenline roll list --date %s`", class, day, day);
}

/* --- a report ------------------------------------------------------------------------------------------------- */

struct named {
    int64_t students[ORDER_NAMES_MAX];
    enum order_word words[ORDER_NAMES_MAX];
    size_t count;
};

/* A name of the class, else of the school; 0 after a mistake. */
static int64_t read_child(struct form *form, const char *key, const char *class, const char *name)
{
    struct api_call *call = form->call;
    struct mistakes several = { 0 };
    struct error err = { "" };
    int64_t students[2];
    int64_t found = 0;

    if (student_by_name(call->store, name, class, students, 2) == 1)
        return students[0];
    found = student_find(call->store, name, &several, &err);
    if (!found)
        form_fault(form, "%s: %s", key, err.text);
    for (size_t i = 0; i < several.count; i++)
        form_fault(form, "%s: %s", key, several.lines[i]);
    mistakes_free(&several);
    return found;
}

static void read_names(struct form *form, struct named *out, const char *key, const char *class, enum order_word word)
{
    const json_t *list = json_object_get(form->call->body, key);
    json_t *one;
    size_t i;

    if (!list || json_is_null(list))
        return;
    if (!json_is_array(list)) {
        form_fault(form, "%s: give a list of names", key);
        return;
    }
    json_array_foreach (list, i, one) {
        int64_t student;

        if (!json_is_string(one)) {
            form_fault(form, "%s: give a list of names", key);
            return;
        }
        if (out->count == ORDER_NAMES_MAX) {
            form_fault(form, "%s: more than %d names: report the rest by itself", key, ORDER_NAMES_MAX);
            return;
        }
        student = read_child(form, key, class, json_string_value(one));
        if (student) {
            out->students[out->count] = student;
            out->words[out->count++] = word;
        }
    }
}

static int read_count(struct form *form, const char *key)
{
    const json_t *value = json_object_get(form->call->body, key);

    if (!value || json_is_null(value))
        return -1;
    if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > ORDER_COUNT_MAX) {
        form_fault(form, "%s: give a number from 0 to %d", key, ORDER_COUNT_MAX);
        return -1;
    }
    return (int)json_integer_value(value);
}

static bool read_report(struct roll_report *report, struct named *named, struct api_call *call)
{
    struct form form = { .call = call };

    report->all = json_flag(call->body, "all_present", false);
    report->expected = read_count(&form, "expected");
    report->present = read_count(&form, "present");
    report->missing = -1;
    read_names(&form, named, "absent", report->class, ORDER_ABSENT);
    read_names(&form, named, "sick", report->class, ORDER_SICK);
    read_names(&form, named, "leave", report->class, ORDER_LEAVE);
    read_names(&form, named, "here", report->class, ORDER_HERE);
    if (report->all && named->count)
        form_fault(&form, "all_present: but some are named as away: leave one of the two out");
    if (!report->all && report->expected < 0 && report->present < 0 && !named->count)
        form_fault(&form, "present: say how many are there, or all_present, or who is absent or sick");
    report->students = named->students;
    report->words = named->words;
    report->count = named->count;
    return form_done(&form);
}

json_t *roll_report_class(struct api_call *call)
{
    CLEANUP(mem_clean) char *class = read_class(call, call->path[1]);
    struct roll_report report = { .class = class, .by = call->actor, .who = call->actor };
    struct named named = { .count = 0 };
    struct roll_result result;
    json_t *row;

    if (!class || !api_engine(call) || !read_report(&report, &named, call))
        return NULL;
    if (!engine_report_roll(call->parts->engine, &report, &result, &call->err))
        return api_refuse_err(call, 409);
    row = roll_show(call->store, result.roll, &call->filter);
    json_put_int(row, "unnamed", result.unnamed > 0 ? result.unnamed : 0);
    return row;
}

/* --- absences ------------------------------------------------------------------------------------------------- */

json_t *read_absences(struct api_call *call)
{
    char day[DAY_TEXT];

    return read_day(call, day) ? absence_list(call->store, &call->filter) : NULL;
}

json_t *absence_begin(struct api_call *call)
{
    const char *name = api_text(call, "student");
    struct form form = { .call = call };
    struct absence_request request = { .by = call->actor };
    CLEANUP(mem_clean) char *note = NULL;
    bool joined = false;
    int64_t cause;
    json_t *row;

    if (!name || !api_engine(call) || !(request.student = api_student(call, name)))
        return NULL;
    request.since = form_time(&form, "since");
    note = form_line(&form, "note", NOTE_MAX);
    if (request.since != TIME_NEVER && request.since > call->now)
        form_fault(&form, "since: lies ahead: give the time from which the child is missed");
    if (!form_done(&form))
        return NULL;
    if (request.since == TIME_NEVER)
        request.since = 0;
    request.note = note;
    cause = engine_open_absence(call->parts->engine, &request, &joined, &call->err);
    if (!cause)
        return api_refuse_err(call, 409);
    row = absence_show(call->store, cause, &call->filter);
    json_put_flag(row, "joined", joined);
    return row;
}

json_t *absence_end(struct api_call *call)
{
    const int64_t student = api_student(call, call->path[1]);
    const char *outcome = student ? api_text(call, "outcome") : NULL;
    int64_t newest = 0;

    if (!outcome || !api_engine(call))
        return NULL;
    if (absence_unclosed(call->store, student, &newest, 1) == 0)
        return api_refuse(call, 409, "%s is not missed: see `greenline absent`", call->path[1]);
    engine_account_for(call->parts->engine, student, outcome, call->actor);
    return absence_show(call->store, newest, &call->filter);
}
