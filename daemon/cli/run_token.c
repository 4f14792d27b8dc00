/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `greenline token add`: the token alone on standard output, for scripts, and what to do with it on the error stream. A
 * repeated request gets no token: the daemon does not know it any more.
 */
#include "cli/command.h"
#include "cli/language.h"
#include "lib/json.h"
#include "lib/memory.h"

enum cli_status run_token(struct cli_session *session, const struct cli_call *call)
{
    CLEANUP(mem_clean) char *path = call_path(call);
    const char *token;
    json_t *answer;

    if (!session_ask(session, path, call->fields, true, &answer))
        return CLI_FAILED;
    token = json_text(answer, "token", NULL);
    if (json_flag(call->own, "json", false))
        session_print_json(session, answer);
    else if (token)
        fprintf(session->streams->out, "%s\n", token);
    if (token && session->screen.terminal)
        session_tell(session, _("keep it now, it is shown once: the program sends it as Authorization: Bearer TOKEN"));
    if (!token)
        session_tell(session,
                     _("%s was made before and its token was told then: `greenline token end %s`, then make "
                       "another"),
                     json_text(answer, "name", "?"), json_text(answer, "name", "?"));
    json_decref(answer);
    return token ? CLI_DONE : CLI_FAILED;
}
