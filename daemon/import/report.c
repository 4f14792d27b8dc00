/* SPDX-License-Identifier: Apache-2.0 */
/* `greenline import` as one call; see report.h. */
#include "import/report.h"

#include <stdlib.h>
#include <string.h>

#include "import/hold.h"
#include "lib/json.h"
#include "lib/memory.h"

/* What intake_read() may lean on, from the roster. */
struct acquaintance {
    struct known known;
    struct known_student *students;
    struct known_staff *staff;
};

static void meet_staff(struct acquaintance *out, const struct roster *roster)
{
    size_t count = 0;

    out->staff = mem_new(roster->role_count + 1, sizeof *out->staff);
    for (size_t i = 0; i < roster->person_count; i++) {
        const struct register_person *person = &roster->persons[i];
        bool holds = false;

        for (size_t j = 0; j < roster->role_count && !holds; j++)
            holds = roster->roles[j].person == person->id;
        if (holds)
            out->staff[count++] = (struct known_staff){ person->ref, person->name };
    }
    out->known.staff = out->staff;
    out->known.staff_count = count;
}

static void meet(struct acquaintance *out, const struct roster *roster)
{
    size_t count = 0;

    *out = (struct acquaintance){ 0 };
    out->students = mem_new(roster->student_count + 1, sizeof *out->students);
    for (size_t i = 0; i < roster->student_count; i++) {
        const struct register_student *student = &roster->students[i];

        if (!student->gone)
            out->students[count++] = (struct known_student){ student->ref, student->name, student->class };
    }
    out->known.students = out->students;
    out->known.student_count = count;
    meet_staff(out, roster);
}

/* With mistakes: once over all sound rows, for what it says of them, then over the files that are stored. */
static void make_plan(struct import_check *out, const struct roster *roster, const struct known *known,
                      const struct import_request *request, const struct plan_setting *setting)
{
    struct intake *intake = &out->intake;
    bool any = true;

    plan_make(&out->plan, intake, roster, setting);
    if (intake->mistake_count > 0 && !request->partial)
        any = hold_files(intake, known);
    if (intake->mistake_count > 0 && !request->partial && any) {
        const size_t said = intake->finding_order;

        plan_free(&out->plan);
        plan_make(&out->plan, intake, roster, setting);
        intake_forget(intake, said);
    }
    out->stores = !request->dry_run && any;
}

static struct date date_of(const struct import_request *request, time_ms at)
{
    const struct local_time local = zone_local(request->zone, at);

    return at ? (struct date){ local.year, local.month, local.day } : (struct date){ .year = 0 };
}

void import_check(struct import_check *out, struct store *store, const struct import_file *files, size_t count,
                  const struct import_request *request)
{
    const struct date date = date_of(request, request->now);
    struct acquaintance acquaintance;
    struct roster roster;

    *out = (struct import_check){ 0 };
    roster_read(&roster, store, request->now);
    meet(&acquaintance, &roster);
    intake_read(&out->intake, files, count,
                &(struct import_options){ .headers = request->headers,
                                          .region = request->region,
                                          .today = date,
                                          .as = request->as,
                                          .key = request->key,
                                          .known = &acquaintance.known,
                                          .term_start = date_of(request, request->term_start) });
    hold_absent(&out->intake);
    make_plan(out, &roster, &acquaintance.known, request,
              &(struct plan_setting){
                  .headers = request->headers, .now = request->now, .zone = request->zone, .today = date });
    free(acquaintance.students);
    free(acquaintance.staff);
    roster_free(&roster);
}

void import_check_free(struct import_check *check)
{
    plan_free(&check->plan);
    intake_free(&check->intake);
}

static void put_count(json_t *report, const char *key, const struct plan_count *count)
{
    json_t *object = json_object();

    json_put_int(object, "added", (int64_t)count->added);
    json_put_int(object, "changed", (int64_t)count->changed);
    json_put_int(object, "same", (int64_t)count->same);
    json_put(report, key, object);
}

json_t *import_report(const struct import_check *check, const struct import_request *request)
{
    json_t *said = intake_json(&check->intake);
    json_t *report = json_object();
    json_t *files = json_object_get(said, "sheets");
    const json_t *first = json_array_get(files, 0);

    json_put_text(report, "kind", json_text(first, "kind", NULL));
    json_put_text(report, "guessed_by", json_text(first, "guessed_by", NULL));
    json_put_int(report, "rows", json_int(first, "rows", 0));
    json_put(report, "files", json_incref(files));
    put_count(report, "students", &check->plan.students);
    put_count(report, "contacts", &check->plan.contacts);
    put_count(report, "staff", &check->plan.staff);
    put_count(report, "pairings", &check->plan.pairings);
    put_count(report, "rota", &check->plan.rota);
    json_put_flag(report, "stored", check->stores);
    json_put_flag(report, "dry_run", request->dry_run);
    json_put_flag(report, "partial", request->partial);
    json_put(report, "mistakes", json_incref(json_object_get(said, "mistakes")));
    json_put(report, "warnings", json_incref(json_object_get(said, "warnings")));
    json_put(report, "changes", json_incref(check->plan.changes));
    json_decref(said);
    return report;
}
