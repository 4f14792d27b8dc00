/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `greenline import`: the files come in the body (the daemon opens no path that a client names) and are checked wholly on
 * the helper thread. With mistakes the report is the answer, status 422, and nothing is stored. Else the plan is written
 * in slices and released as a whole, and slice after slice is applied in turns of the loop, after a crash too; desk_import.c
 * sees to that, and gives the answer when all of it is in the register.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_internal.h"
#include "import/report.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "store/importing.h"

enum { IMPORT_SLICE = 100 }; /* steps that are applied at once: some 3 ms */

static const char *const kinds[SHEET_KINDS] = {
    [SHEET_STUDENTS] = "students", [SHEET_CONTACTS] = "contacts", [SHEET_STAFF] = "staff",
    [SHEET_PAIRINGS] = "pairings", [SHEET_ROTA] = "rota",
};

static bool read_as(struct import_request *request, struct api_call *call)
{
    const char *as = json_text(call->body, "as", NULL);

    request->as = -1;
    for (int i = 0; as && i < SHEET_KINDS; i++)
        if (strcmp(kinds[i], as) == 0)
            request->as = i;
    if (!as || request->as >= 0)
        return true;
    api_refuse(call, 400, "as \"%.30s\": give students, contacts, staff, pairings or rota", as);
    return false;
}

/* One file of the body; its bytes are the caller's. */
static bool read_file(struct import_file *file, struct api_call *call, const json_t *entry)
{
    const char *data = json_text(entry, "data", NULL);
    const size_t length = data ? strlen(data) : 0;
    char *bytes;

    file->name = json_text(entry, "name", NULL);
    if (!file->name || !data) {
        api_refuse(call, 400, "files: give each as {name, data}");
        return false;
    }
    bytes = mem_new(length / 4 * 3 + 4, 1);
    if (sodium_base642bin((unsigned char *)bytes, length / 4 * 3 + 3, data, length, "\r\n", &file->length, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0) {
        free(bytes);
        api_refuse(call, 400, "%.100s: data is no base64 (RFC 4648)", file->name);
        return false;
    }
    file->bytes = bytes;
    return true;
}

static void free_files(struct import_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free((char *)(uintptr_t)files[i].bytes);
}

/* The files of the body; their number, 0 after a refusal. */
static size_t read_files(struct import_file *files, struct api_call *call)
{
    const json_t *array = json_object_get(call->body, "files");
    const size_t count = json_array_size(array);

    if (count == 0 || count > INTAKE_FILES_MAX) {
        api_refuse(call, 400, "files: give 1 to %d files as [{name, data}]", INTAKE_FILES_MAX);
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (!read_file(&files[i], call, json_array_get(array, i))) {
            free_files(files, i);
            return 0;
        }
    }
    return count;
}

/* Steps [from, from + IMPORT_SLICE) as text. */
static json_t *slice_of(const json_t *steps, size_t from)
{
    json_t *slice = json_array(), *text;
    char *written;

    for (size_t i = from; i < json_array_size(steps) && i < from + IMPORT_SLICE; i++)
        json_array_append(slice, json_array_get(steps, i));
    written = json_write(slice);
    text = json_string(written);
    free(written);
    json_decref(slice);
    return text;
}

/* What the second call needs: the text is made here, where nobody waits for it. */
static json_t *keep(json_t *report, const json_t *steps)
{
    json_t *found = json_object(), *slices = json_array();

    for (size_t from = 0; from < json_array_size(steps); from += IMPORT_SLICE)
        json_array_append_new(slices, slice_of(steps, from));
    json_put(found, "report", report);
    json_put(found, "slices", slices);
    return found;
}

static json_t *check(struct api_call *call, const struct import_file *files, size_t count,
                     const struct import_request *request)
{
    struct import_check result;
    json_t *report;

    import_check(&result, call->store, files, count, request);
    report = import_report(&result, request);
    if (result.stores)
        report = keep(report, result.plan.steps);
    else if (!request->dry_run)
        call->status = 422;
    import_check_free(&result);
    call->unchanged = request->dry_run;
    return report;
}

bool import_write(struct store *store, json_t *found, const char *actor, time_ms now, size_t bytes)
{
    const json_t *slices = json_object_get(found, "slices");
    size_t next = (size_t)json_int(found, "written", 0), written = 0;
    int64_t id = json_int(found, "import", 0);

    if (json_array_size(slices) && !id)
        id = importing_begin(store, actor, now);
    for (; next < json_array_size(slices) && written < bytes; next++) {
        const json_t *slice = json_array_get(slices, next);

        importing_add(store, id, json_string_value(slice));
        written += json_string_length(slice);
    }
    json_put_int(found, "import", id);
    json_put_int(found, "written", (int64_t)next);
    return next == json_array_size(slices);
}

static json_t *release(struct api_call *call)
{
    import_write(call->store, call->found, call->actor, call->now, SIZE_MAX);
    if (json_int(call->found, "import", 0))
        importing_release(call->store, json_int(call->found, "import", 0));
    return json_incref(json_object_get(call->found, "report"));
}

bool import_apply(struct store *store, time_ms now)
{
    struct importing_slice slice = { 0 };
    json_t *steps;

    if (!importing_next(&slice, store))
        return false;
    steps = json_loads(slice.steps, 0, NULL);
    plan_apply(store, steps, 0, json_array_size(steps), now);
    importing_applied(store, &slice);
    json_decref(steps);
    free(slice.steps);
    return true;
}

/* Monday of the first week of the term that a rota's "第3周" counts from; 0: the calendar knows none. */
static time_ms term_start(const struct api_setting *setting, time_ms now)
{
    const struct calendar_term *term =
        calendar_term_near(setting->calendar, civil_day_of(zone_local(setting->zone, now)));
    const int first = term ? calendar_week_start(term, 1) : 0; /* a Sunday where the school's weeks begin so */

    return term ? zone_instant(setting->zone, civil_date(first + (8 - civil_weekday(first)) % 7)) : 0;
}

json_t *import_files(struct api_call *call)
{
    struct import_request request = { .region = call->setting->region,
                                      .zone = call->setting->zone,
                                      .now = call->now,
                                      .term_start = term_start(call->setting, call->now),
                                      .partial = json_flag(call->body, "partial", false),
                                      .dry_run = json_flag(call->body, "dry_run", false) };
    struct import_file files[INTAKE_FILES_MAX];
    struct headers *headers;
    json_t *report = NULL;
    size_t count;

    if (call->found)
        return release(call);
    if (!call->setting->headers)
        return api_refuse(call, 501, "this daemon imports nothing");
    if (!read_as(&request, call) || !(count = read_files(files, call)))
        return NULL;
    headers = headers_load(call->setting->headers, &call->err);
    request.headers = headers;
    report = headers ? check(call, files, count, &request) : api_refuse_err(call, 409);
    headers_free(headers);
    free_files(files, count);
    return report;
}
