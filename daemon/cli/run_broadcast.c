/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `greenline broadcast send`: first the preview (who, who not and why, parts, cost, how it reads), then the question,
 * then the sending. Without a terminal nothing is sent unless --yes says so.
 */
#include <stdlib.h>

#include "cli/command.h"
#include "cli/language.h"
#include "lib/json.h"
#include "lib/memory.h"

static enum cli_status send_it(struct cli_session *session, const struct cli_call *call)
{
    json_t *answer;

    if (!session_ask(session, "/v1/broadcasts", call->fields, true, &answer))
        return CLI_FAILED;
    if (json_flag(call->own, "json", false)) {
        session_print_json(session, answer);
    } else {
        CLEANUP(mem_clean) char *cause = cell_text(answer, "cause");

        screen_format(&session->screen, _("broadcast %s is under way: `greenline broadcast show %s` follows it"), cause,
                      cause);
        screen_format(&session->screen, "\n");
    }
    json_decref(answer);
    return CLI_DONE;
}

/* What the preview allows: CLI_DONE goes on. */
static enum cli_status judge(struct cli_session *session, const struct cli_call *call, const json_t *preview)
{
    if (json_int(preview, "recipients", 0) == 0) {
        session_tell(session, _("nobody would get it: see who is refused and why"));
        return CLI_FAILED;
    }
    if (json_flag(call->own, "yes", false))
        return CLI_DONE;
    if (!session->screen.terminal || json_flag(call->own, "json", false)) {
        session_tell(session, _("nothing was sent: --yes sends without asking, --dry-run only looks"));
        return CLI_USAGE;
    }
    if (session_agreed(session, _("Send it? [y/N] ")))
        return CLI_DONE;
    session_tell(session, _("nothing was sent"));
    return CLI_FAILED;
}

enum cli_status run_broadcast(struct cli_session *session, const struct cli_call *call)
{
    const bool json = json_flag(call->own, "json", false), dry = json_flag(call->own, "dry-run", false);
    enum cli_status status;
    json_t *preview;

    if (!json_object_get(call->fields, "text") == !json_object_get(call->fields, "template")) {
        session_tell(session, _("give either --text or --template"));
        return CLI_USAGE;
    }
    if (!session_ask(session, "/v1/broadcasts/preview", call->fields, false, &preview))
        return CLI_FAILED;
    if (json && dry)
        session_print_json(session, preview);
    else if (!json)
        draw_preview(&session->screen, preview);
    status = dry ? CLI_DONE : judge(session, call, preview);
    json_decref(preview);
    return dry || status != CLI_DONE ? status : send_it(session, call);
}
