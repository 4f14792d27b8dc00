/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of paths: which handler, which words it takes, what the audit log calls it, whether it changes something and
 * where it runs. What took over 5 ms with 3,000 pupils and 100,000 messages goes aside; the rest is answered in its turn.
 */
#include <string.h>

#include "api/alert_body.h"
#include "api/api_internal.h"
#include "lib/memory.h"

#define LOOK API_LOOK
#define QUIET API_QUIET
#define ASIDE API_ASIDE
#define CHANGE API_CHANGE
#define REGISTER (API_CHANGE | API_REGISTER)
#define ROUTINE (API_CHANGE | API_ROUTINE)
#define PAGE "after limit"
#define CHILD "name class village sex birth left_behind remark group"
#define BROADCAST "to except text template kind at title ladder"

static const struct api_route routes[] = {
    { API_GET, "status", read_status, "", "status.show", ASIDE | API_TWICE | API_ANYHOW | QUIET },
    { API_GET, "metrics", read_metrics, "", "metrics.show", ASIDE | API_TWICE | API_ANYHOW | QUIET | API_PLAIN },
    { API_GET, "today", read_today, "", "today.list", ASIDE },
    { API_GET, "students", read_students, "class village left_behind group q " PAGE, "student.list", ASIDE },
    { API_GET, "students/*", read_student, "", "student.show", LOOK },
    { API_POST, "students", student_add, CHILD " ref", "student.add", REGISTER },
    { API_POST, "students/*/set", student_set, CHILD " no_group", "student.set", REGISTER },
    { API_POST, "students/*/end", student_end, "", "student.end", REGISTER },
    { API_GET, "students/*/channel", read_channel, PAGE, "channel.show", ASIDE },
    { API_POST, "students/*/note", student_note, "text", "channel.note", CHANGE },
    { API_POST, "students/*/say", student_say, "text to", "channel.say", CHANGE },
    { API_GET, "contacts", read_contacts, "student q " PAGE, "contact.list", ASIDE },
    { API_GET, "contacts/*", read_contact, "", "contact.show", LOOK },
    { API_POST, "contacts/*/set", contact_set,
      "student restricted guardian rank phone remove_phone confirmed opted_out reads quiet language name group "
      "no_group",
      "contact.set", REGISTER },
    { API_POST, "contacts", contact_add, "name student relation phone rank guardian reads", "contact.add", REGISTER },
    { API_POST, "contacts/*/end", contact_end, "student", "contact.end", REGISTER },
    { API_POST, "contacts/*/mute", contact_mute, "phone", "contact.mute", REGISTER },
    { API_POST, "contacts/*/unmute", contact_unmute, "phone", "contact.unmute", REGISTER },
    { API_GET, "staff", read_staff, "role q " PAGE, "staff.list", ASIDE },
    { API_POST, "staff", staff_add, "name role class phone", "staff.add", REGISTER },
    { API_POST, "staff/*/set", staff_set, "role class phone", "staff.set", REGISTER },
    { API_POST, "staff/*/end", staff_end, "role", "staff.end", REGISTER },
    { API_GET, "pairings", read_pairings, "student person " PAGE, "pairing.list", ASIDE },
    { API_POST, "pairings", pair_add, "mentor student since", "pairing.add", REGISTER },
    { API_POST, "pairings/end", pair_end, "mentor student", "pairing.end", REGISTER },
    { API_GET, "rota", read_rota, "person " PAGE, "rota.list", LOOK },
    { API_POST, "rota", rota_add, "person since until post", "rota.add", REGISTER },
    { API_POST, "rota/*/end", rota_drop, "", "rota.end", REGISTER },
    { API_POST, "import", import_files, "files as dry_run partial", "import",
      REGISTER | ASIDE | API_IMPORT | API_ROUTINE },
    { API_GET, "schedules", read_schedules, "state kind " PAGE, "schedule.list", LOOK | QUIET },
    { API_GET, "schedules/*", read_schedule, "", "schedule.show", LOOK | QUIET },
    { API_GET, "schedules/*/preview", read_schedule_preview, "count", "schedule.preview", ASIDE | QUIET },
    { API_POST, "schedules", schedule_add,
      "name kind audience template text ladder every rrule start school_days on_holiday in_quiet", "schedule.add",
      ROUTINE },
    { API_POST, "schedules/*/pause", schedule_pause, "", "schedule.pause", CHANGE },
    { API_POST, "schedules/*/resume", schedule_resume, "", "schedule.resume", CHANGE },
    { API_POST, "schedules/*/remove", schedule_remove, "", "schedule.remove", CHANGE },
    { API_POST, "schedules/*/run", schedule_run, "", "schedule.run", ROUTINE },
    { API_GET, "calendar", read_calendar, "month", "calendar.show", ASIDE | QUIET },
    { API_GET, "broadcasts", read_broadcasts, "state kind " PAGE, "broadcast.list", ASIDE },
    { API_GET, "broadcasts/*", read_broadcast, "", "broadcast.show", ASIDE },
    { API_POST, "broadcasts/preview", broadcast_preview, BROADCAST, "broadcast.preview", ASIDE },
    { API_POST, "broadcasts", broadcast_send, BROADCAST, "broadcast.send", ROUTINE | ASIDE },
    { API_POST, "broadcasts/*/pause", broadcast_pause, "", "broadcast.pause", CHANGE },
    { API_POST, "broadcasts/*/resume", broadcast_resume, "", "broadcast.resume", CHANGE },
    { API_POST, "broadcasts/*/cancel", broadcast_cancel, "", "broadcast.cancel", CHANGE },
    { API_GET, "alerts", read_alerts, "state kind " PAGE, "alert.list", ASIDE },
    { API_GET, "alerts/*", read_alert, "", "alert.show", ASIDE },
    { API_POST, "alerts/preview", alert_preview, ALERT_FIELDS, "alert.preview", ASIDE },
    { API_POST, "alerts", alert_raise, ALERT_FIELDS, "alert.raise", CHANGE },
    { API_POST, "alerts/*/ack", alert_ack, "person", "alert.ack", CHANGE },
    { API_POST, "alerts/*/pass", alert_pass, "person", "alert.pass", CHANGE },
    { API_POST, "alerts/*/clear", alert_clear, "text", "alert.clear", CHANGE },
    { API_POST, "alerts/*/close", alert_close, "outcome", "alert.close", CHANGE },
    { API_POST, "alerts/*/mark", alert_mark, "clock at note", "alert.mark", CHANGE },
    { API_POST, "alerts/*/reported", alert_reported, "to person at how note", "alert.reported", CHANGE },
    { API_POST, "alerts/*/result", alert_result, "text from person at", "alert.result", CHANGE },
    { API_GET, "asks", read_asks, "state kind cause student person " PAGE, "ask.list", ASIDE },
    { API_GET, "asks/*", read_ask, "", "ask.show", LOOK },
    { API_POST, "asks/*/handle", ask_handle, "", "ask.handle", CHANGE },
    { API_POST, "asks/*/answer", ask_answer, "class value person note", "ask.answer", CHANGE },
    { API_POST, "asks/*/cancel", ask_cancel, "", "ask.cancel", CHANGE },
    { API_GET, "rolls", read_rolls, "date " PAGE, "roll.list", LOOK },
    { API_GET, "rolls/*", read_roll, "date", "roll.show", LOOK },
    { API_POST, "rolls/*/report", roll_report_class, "all_present expected present absent sick leave here",
      "roll.report", CHANGE },
    { API_GET, "absences", read_absences, "date " PAGE, "absence.list", LOOK },
    { API_POST, "absences", absence_begin, "student since note", "absence.begin", CHANGE },
    { API_POST, "absences/*/end", absence_end, "outcome", "absence.end", CHANGE },
    { API_GET, "check/ladders", read_ladder_check, "", "check.ladders", LOOK | QUIET },
    { API_GET, "outbox", read_outbox, "state lane channel cause student person line " PAGE, "outbox.list", ASIDE },
    { API_GET, "outbox/*", read_message, "", "outbox.show", LOOK },
    { API_POST, "outbox/*/cancel", outbox_cancel_one, "", "outbox.cancel", CHANGE },
    { API_POST, "outbox/*/retry", outbox_retry_one, "", "outbox.retry", CHANGE },
    { API_GET, "inbox", read_inbox, "state kind line student " PAGE, "inbox.list", ASIDE },
    { API_GET, "inbox/*", read_reply, "", "inbox.show", LOOK },
    { API_POST, "inbox/*/assign", reply_assign, "student ask class value ignore", "inbox.assign", CHANGE },
    { API_POST, "inbox/try", try_answers, "kind options texts", "inbox.try", ASIDE | QUIET },
    { API_GET, "gateways", read_gateways, "", "gateway.list", API_ANYHOW | QUIET },
    { API_GET, "gateways/*", read_gateway, "", "gateway.show", API_ANYHOW | QUIET },
    { API_POST, "gateways/*/pause", change_gateway_pause, "reason until", "gateway.pause", CHANGE },
    { API_POST, "gateways/*/resume", change_gateway_resume, "", "gateway.resume", CHANGE },
    { API_POST, "gateways/*/drain", change_gateway_drain, "reason until", "gateway.drain", CHANGE },
    { API_POST, "gateways/*/test", change_gateway_test, "to text", "gateway.test", CHANGE },
    { API_GET, "backups", read_backups, "", "backup.list", ASIDE },
    { API_POST, "backups", backup_make, "keep fetch", "backup.make", CHANGE },
    { API_GET, "backups/*", read_backup, "", "backup.show", API_ANYHOW | QUIET },
    { API_GET, "backups/*/piece", read_backup_piece, "after", "backup.fetch", ASIDE | QUIET },
    { API_POST, "backups/*/remove", backup_remove, "", "backup.remove", CHANGE },
    { API_POST, "checks", check_make, "", "check.make", CHANGE },
    { API_GET, "checks/*", read_check, "", "check.show", API_ANYHOW | QUIET },
    { API_GET, "restore", read_restore, "", "restore.show", LOOK | QUIET },
    { API_POST, "restore/release", restore_release, "messages", "restore.release", CHANGE },
    { API_GET, "tokens", read_tokens, PAGE, "token.list", LOOK },
    { API_POST, "tokens", token_add, "name may until", "token.add", CHANGE },
    { API_POST, "tokens/*/end", token_over, "", "token.end", CHANGE },
    { API_GET, "audit", read_audit, "subject actor " PAGE, "audit.list", ASIDE },
};

/* Whether a pattern like "students/<star>/channel" fits the parts of a path. */
static bool fits(const char *pattern, char *const *path)
{
    int part = 0;

    for (;; part++) {
        const size_t length = strcspn(pattern, "/");

        if (part == API_PATH_MAX || !path[part])
            return false;
        if (!(length == 1 && *pattern == '*') &&
            (strlen(path[part]) != length || memcmp(pattern, path[part], length) != 0))
            return false;
        if (!pattern[length])
            break;
        pattern += length + 1;
    }
    return part + 1 == API_PATH_MAX || !path[part + 1];
}

const struct api_route *api_route_at(size_t index)
{
    return index < COUNT(routes) ? &routes[index] : NULL;
}

void api_routes_print(FILE *out)
{
    for (size_t i = 0; i < COUNT(routes); i++)
        fprintf(out, "%-4s /v1/%-26s %-18s %s\n", routes[i].method == API_GET ? "GET" : "POST", routes[i].path,
                routes[i].action ? routes[i].action : "-", routes[i].params);
}

const struct api_route *api_route_find(enum api_method method, char *const *path, int *status)
{
    *status = 404;
    for (size_t i = 0; i < COUNT(routes); i++) {
        if (!fits(routes[i].path, path))
            continue;
        if (routes[i].method == method)
            return &routes[i];
        *status = 405;
    }
    return NULL;
}
