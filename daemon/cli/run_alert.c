/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `greenline alert raise`: first the preview (who is called first, the next steps, who cannot be reached, clocks), then
 * the question, then the raising. With --yes it is raised at once: a preview must not delay it. Without a terminal
 * nothing is raised unless --yes says so. Where no daemon answers, the numbers to ring by hand are said.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/language.h"
#include "lib/json.h"
#include "lib/memory.h"

static bool ask(struct cli_session *session, const char *path, const json_t *body, bool change, json_t **out)
{
    struct client_answer answer;

    if (!session_ask_raw(session, path, body, change, &answer)) {
        session_tell(session, _("nothing is under way: ring by hand now: 110 police, 120 ambulance, 119 fire"));
        return false;
    }
    if (answer.status >= 200 && answer.status < 300) {
        *out = answer.body;
        return true;
    }
    session_tell_problem(session, &answer);
    json_decref(answer.body);
    return false;
}

static enum cli_status raise_it(struct cli_session *session, const struct cli_call *call)
{
    json_t *answer;

    if (!ask(session, "/v1/alerts", call->fields, true, &answer))
        return CLI_FAILED;
    if (json_flag(call->own, "json", false)) {
        session_print_json(session, answer);
    } else {
        CLEANUP(mem_clean) char *cause = cell_text(answer, "cause");

        draw_alert_advice(&session->screen, answer);
        screen_format(&session->screen, _("alert %s is under way: `greenline alert show %s --follow` follows it"),
                      cause, cause);
        screen_format(&session->screen, "\n");
    }
    json_decref(answer);
    return CLI_DONE;
}

/* What the user says to the preview: CLI_DONE goes on. */
static enum cli_status judge(struct cli_session *session, const struct cli_call *call)
{
    if (!session->screen.terminal || json_flag(call->own, "json", false)) {
        session_tell(session, _("nothing was raised: --yes raises without asking, --dry-run only looks"));
        return CLI_USAGE;
    }
    if (session_agreed(session, _("Raise it? [y/N] ")))
        return CLI_DONE;
    session_tell(session, _("nothing was raised"));
    return CLI_FAILED;
}

enum cli_status run_alert(struct cli_session *session, const struct cli_call *call)
{
    const bool json = json_flag(call->own, "json", false), dry = json_flag(call->own, "dry-run", false);
    enum cli_status status;
    json_t *preview;

    if (!json_object_get(call->fields, "student") == !json_object_get(call->fields, "to")) {
        session_tell(session, _("give either --student or --to"));
        return CLI_USAGE;
    }
    if (json_flag(call->own, "yes", false) && !dry)
        return raise_it(session, call);
    if (!ask(session, "/v1/alerts/preview", call->fields, false, &preview))
        return CLI_FAILED;
    if (json && dry)
        session_print_json(session, preview);
    else if (!json)
        draw_alert_preview(&session->screen, preview);
    json_decref(preview);
    status = dry ? CLI_DONE : judge(session, call);
    return dry || status != CLI_DONE ? status : raise_it(session, call);
}
