/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers that show alerts. Who raised a mandatory report, and who reported, is for the head alone (Domestic Violence
 * Law, 14: the reporter is kept secret): until roles exist that is root; all others see a dash.
 */
#include <string.h>

#include "api/alert_body.h"
#include "core/kind.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/audit.h"

static const char hidden[] = "—";

static bool may_know_reporters(const struct api_call *call)
{
    return strcmp(call->actor, "unix:root") == 0;
}

static bool is_secret(const char *kind)
{
    enum alert_kind k;

    return alert_kind_parse(&k, kind) && alert_row(k)->secret;
}

static void hide_reporters(json_t *alert)
{
    json_t *reports = json_object_get(alert, "reports"), *one;
    size_t i;

    json_put_text(alert, "by", hidden);
    json_array_foreach (reports, i, one) {
        json_put_text(one, "by", hidden);
        json_put(one, "person", json_null());
    }
    reports = json_object_get(alert, "clocks");
    json_array_foreach (reports, i, one)
        if (json_text(one, "by", NULL))
            json_put_text(one, "by", hidden);
}

json_t *api_alert_finish(struct api_call *call, json_t *alert)
{
    if (is_secret(json_text(alert, "kind", "")) && !may_know_reporters(call))
        hide_reporters(alert);
    if (json_object_get(alert, "reports"))
        json_put(alert, "numbers", api_numbers(call));
    return alert;
}

/* The raising of a report and the entry that it was made name nobody. */
json_t *api_audit_finish(struct api_call *call, json_t *page)
{
    json_t *items = json_object_get(page, "items"), *one;
    size_t i;

    json_array_foreach (items, i, one) {
        const char *action = json_text(one, "action", "");
        const json_t *detail = json_object_get(one, "detail");
        const bool raised = text_starts(action, "alert.raise") || text_starts(action, "alert.preview");

        if (may_know_reporters(call) || (!(raised && is_secret(json_text(detail, "kind", ""))) &&
                                         strcmp(action, "alert.reported") != 0 && strcmp(action, "alert.result") != 0))
            continue;
        json_put_text(one, "actor", hidden);
        json_put(one, "detail", json_null());
    }
    return page;
}

/* Refuses a value of a list that is none of the known. */
static bool words_known(struct api_call *call, const char *list, bool (*known)(const char *word), const char *all)
{
    for (const char *at = list ? list : ""; *at;) {
        const size_t length = strcspn(at, ",");
        CLEANUP(mem_clean) char *word = mem_dup_n(at, length);

        if (*word && !known(word)) {
            api_refuse(call, 400, "\"%.30s\": none of %s", word, all);
            return false;
        }
        at += length + (at[length] ? 1 : 0);
    }
    return true;
}

static bool state_known(const char *word)
{
    static const char *const states[] = { "open", "acknowledged", "closed", "cancelled" };

    for (size_t i = 0; i < COUNT(states); i++)
        if (strcmp(states[i], word) == 0)
            return true;
    return false;
}

static bool kind_known(const char *word)
{
    enum alert_kind alert;
    enum kind kind;

    return alert_kind_parse(&alert, word) || kind_parse(&kind, word);
}

json_t *read_alerts(struct api_call *call)
{
    json_t *page, *items, *alert;
    size_t i;

    if (!words_known(call, call->filter.state, state_known, "open, acknowledged, closed, cancelled") ||
        !words_known(call, call->filter.kind, kind_known, alert_kind_list))
        return NULL;
    page = alert_list(call->store, &call->filter);
    items = json_object_get(page, "items");
    json_array_foreach (items, i, alert)
        api_alert_finish(call, alert);
    return page;
}

json_t *read_alert(struct api_call *call)
{
    const int64_t id = api_id(call);
    json_t *alert = id ? alert_show(call->store, id, &call->filter) : NULL;

    if (!id)
        return NULL;
    return alert ? api_alert_finish(call, alert)
                 : api_refuse(call, 404, "alert %s: there is none: see the list", call->path[1]);
}

json_t *read_audit(struct api_call *call)
{
    return api_audit_finish(call, audit_list(call->store, &call->filter));
}
