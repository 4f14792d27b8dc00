/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `greenline import`: the files come in the body (the daemon opens no path that a client names), are checked wholly, and
 * only then is the plan kept, in rows of a slice each, so that a slice costs what it holds and not what the whole does.
 * IMPORT_AT_ONCE steps are applied with this turn, so that a school is there when its answer comes; the rest slice by slice
 * (api_work()), after a crash too. With mistakes the report is the answer, status 422, and nothing is stored.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_internal.h"
#include "import/report.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "store/register.h"

enum { IMPORT_AT_ONCE = 3000, IMPORT_SLICE = 300 }; /* a school of 200 pupils is some 1,000 steps */

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

/* Applies the first steps and keeps the others. */
static void begin(struct api_call *call, const json_t *steps)
{
    const size_t total = json_array_size(steps), first = total < IMPORT_AT_ONCE ? total : IMPORT_AT_ONCE;

    plan_apply(call->store, steps, 0, first, call->now);
    for (size_t from = first; from < total; from += IMPORT_SLICE) {
        json_t *slice = json_array();
        char *plan;

        for (size_t i = from; i < total && i < from + IMPORT_SLICE; i++)
            json_array_append(slice, json_array_get(steps, i));
        plan = json_write(slice);
        register_import_start(call->store, plan, (int64_t)json_array_size(slice), call->actor, call->now);
        free(plan);
        json_decref(slice);
    }
}

/* What an import before this one left to do is done first: this one is compared with all of it. */
static void finish_others(struct api_call *call)
{
    while (api_import_slice(call->store, call->now))
        ;
}

static json_t *check(struct api_call *call, const struct import_file *files, size_t count,
                     const struct import_request *request)
{
    struct import_check result;
    json_t *report;

    finish_others(call);
    import_check(&result, call->store, files, count, request);
    report = import_report(&result, request);
    if (result.stores)
        begin(call, result.plan.steps);
    else if (!request->dry_run)
        call->status = 422;
    import_check_free(&result);
    call->unchanged = request->dry_run;
    return report;
}

json_t *import_files(struct api_call *call)
{
    struct import_request request = { .region = call->setting->region,
                                      .zone = call->setting->zone,
                                      .now = call->now,
                                      .partial = json_flag(call->body, "partial", false),
                                      .dry_run = json_flag(call->body, "dry_run", false) };
    struct import_file files[INTAKE_FILES_MAX];
    struct headers *headers;
    json_t *report = NULL;
    size_t count;

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

bool api_import_slice(struct store *store, time_ms now)
{
    struct register_import import = { 0 };
    json_t *steps;

    if (!register_import_next(&import, store))
        return false;
    steps = json_loads(import.plan, 0, NULL);
    plan_apply(store, steps, (size_t)import.cursor, (size_t)(import.total - import.cursor), now);
    register_import_advance(store, import.id, import.total);
    json_decref(steps);
    register_import_free(&import);
    return true; /* the next look finds whether there is another */
}
