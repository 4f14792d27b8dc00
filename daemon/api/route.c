/* SPDX-License-Identifier: Apache-2.0 */
/* The table of paths: which handler, which words it takes, whether it changes something, what the audit log calls it. */
#include <string.h>

#include "api/api_internal.h"
#include "lib/memory.h"

#define PAGE "after limit"
#define CHILD "name class village sex birth left_behind remark group"
#define BROADCAST "to except text template kind at title ladder"

static const struct api_route routes[] = {
    { API_GET, "status", read_status, "", NULL, false },
    { API_GET, "today", read_today, "", "today.list", false },
    { API_GET, "students", read_students, "class village left_behind group q " PAGE, "student.list", false },
    { API_GET, "students/*", read_student, "", "student.show", false },
    { API_POST, "students", student_add, CHILD " ref", "student.add", true },
    { API_POST, "students/*/set", student_set, CHILD " no_group", "student.set", true },
    { API_POST, "students/*/end", student_end, "", "student.end", true },
    { API_GET, "students/*/channel", read_channel, PAGE, "channel.show", false },
    { API_POST, "students/*/note", student_note, "text", "channel.note", true },
    { API_POST, "students/*/say", student_say, "text to", "channel.say", true },
    { API_GET, "contacts", read_contacts, "student q " PAGE, "contact.list", false },
    { API_GET, "contacts/*", read_contact, "", "contact.show", false },
    { API_POST, "contacts/*/set", contact_set,
      "student restricted guardian rank phone remove_phone confirmed opted_out reads quiet language name group "
      "no_group",
      "contact.set", true },
    { API_POST, "contacts", contact_add, "name student relation phone rank guardian reads", "contact.add", true },
    { API_POST, "contacts/*/end", contact_end, "student", "contact.end", true },
    { API_POST, "contacts/*/mute", contact_mute, "phone", "contact.mute", true },
    { API_POST, "contacts/*/unmute", contact_unmute, "phone", "contact.unmute", true },
    { API_GET, "staff", read_staff, "role q " PAGE, "staff.list", false },
    { API_POST, "staff", staff_add, "name role class phone", "staff.add", true },
    { API_POST, "staff/*/set", staff_set, "role class phone", "staff.set", true },
    { API_POST, "staff/*/end", staff_end, "role", "staff.end", true },
    { API_GET, "pairings", read_pairings, "student person " PAGE, "pairing.list", false },
    { API_POST, "pairings", pair_add, "mentor student since", "pairing.add", true },
    { API_POST, "pairings/end", pair_end, "mentor student", "pairing.end", true },
    { API_GET, "rota", read_rota, "person " PAGE, "rota.list", false },
    { API_POST, "rota", rota_add, "person since until post", "rota.add", true },
    { API_POST, "rota/*/end", rota_drop, "", "rota.end", true },
    { API_POST, "import", import_files, "files as dry_run partial", "import", true },
    { API_GET, "schedules", read_schedules, "state kind " PAGE, NULL, false },
    { API_GET, "schedules/*", read_schedule, "", NULL, false },
    { API_GET, "schedules/*/preview", read_schedule_preview, "count", NULL, false },
    { API_POST, "schedules", schedule_add,
      "name kind audience template text ladder every rrule start school_days on_holiday in_quiet", "schedule.add",
      true },
    { API_POST, "schedules/*/pause", schedule_pause, "", "schedule.pause", true },
    { API_POST, "schedules/*/resume", schedule_resume, "", "schedule.resume", true },
    { API_POST, "schedules/*/remove", schedule_remove, "", "schedule.remove", true },
    { API_POST, "schedules/*/run", schedule_run, "", "schedule.run", true },
    { API_GET, "calendar", read_calendar, "month", NULL, false },
    { API_GET, "broadcasts", read_broadcasts, "state kind " PAGE, "broadcast.list", false },
    { API_GET, "broadcasts/*", read_broadcast, "", "broadcast.show", false },
    { API_POST, "broadcasts/preview", broadcast_preview, BROADCAST, "broadcast.preview", false },
    { API_POST, "broadcasts", broadcast_send, BROADCAST, "broadcast.send", true },
    { API_POST, "broadcasts/*/pause", broadcast_pause, "", "broadcast.pause", true },
    { API_POST, "broadcasts/*/resume", broadcast_resume, "", "broadcast.resume", true },
    { API_POST, "broadcasts/*/cancel", broadcast_cancel, "", "broadcast.cancel", true },
    { API_GET, "alerts", read_alerts, PAGE, "alert.list", false },
    { API_GET, "alerts/*", read_alert, "", "alert.show", false },
    { API_POST, "alerts", alert_raise, "to student kind severity text ladder title drill", "alert.raise", true },
    { API_POST, "alerts/*/ack", alert_ack, "person", "alert.ack", true },
    { API_POST, "alerts/*/close", alert_close, "outcome", "alert.close", true },
    { API_GET, "asks", read_asks, "state kind cause student person " PAGE, "ask.list", false },
    { API_GET, "asks/*", read_ask, "", "ask.show", false },
    { API_POST, "asks/*/handle", ask_handle, "", "ask.handle", true },
    { API_POST, "asks/*/answer", ask_answer, "class value person note", "ask.answer", true },
    { API_POST, "asks/*/cancel", ask_cancel, "", "ask.cancel", true },
    { API_GET, "outbox", read_outbox, "state lane channel cause student person line " PAGE, "outbox.list", false },
    { API_GET, "outbox/*", read_message, "", "outbox.show", false },
    { API_POST, "outbox/*/cancel", outbox_cancel_one, "", "outbox.cancel", true },
    { API_POST, "outbox/*/retry", outbox_retry_one, "", "outbox.retry", true },
    { API_GET, "inbox", read_inbox, "state kind line student " PAGE, "inbox.list", false },
    { API_GET, "inbox/*", read_reply, "", "inbox.show", false },
    { API_POST, "inbox/*/assign", reply_assign, "student ask class value ignore", "inbox.assign", true },
    { API_POST, "inbox/try", try_answers, "kind options texts", NULL, false },
    { API_GET, "gateways", read_gateways, "", NULL, false },
    { API_GET, "gateways/*", read_gateway, "", NULL, false },
    { API_POST, "gateways/*/pause", change_gateway_pause, "reason until", "gateway.pause", true },
    { API_POST, "gateways/*/resume", change_gateway_resume, "", "gateway.resume", true },
    { API_POST, "gateways/*/drain", change_gateway_drain, "reason until", "gateway.drain", true },
    { API_POST, "gateways/*/test", change_gateway_test, "to text", "gateway.test", true },
    { API_GET, "audit", read_audit, "subject actor " PAGE, "audit.list", false },
};

const struct api_route *api_route_at(size_t index)
{
    return index < COUNT(routes) ? &routes[index] : NULL;
}

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
