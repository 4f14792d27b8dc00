/* SPDX-License-Identifier: Apache-2.0 */
/* One command's talk with the daemon and with the user: requests, refusals, lines on the error stream. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/language.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

void session_tell(struct cli_session *session, const char *format, ...)
{
    CLEANUP(mem_clean) char *line = NULL;
    struct error text;
    va_list args;

    va_start(args, format);
    vsnprintf(text.text, sizeof text.text, format, args);
    va_end(args);
    line = screen_line(text.text);
    fprintf(session->streams->err, "greenline: %s\n", line);
}

void session_tell_problem(struct cli_session *session, const struct client_answer *answer)
{
    const json_t *mistakes = json_object_get(answer->body, "mistakes"), *mistake;
    const char *detail = json_text(answer->body, "detail", json_text(answer->body, "title", NULL));
    size_t i;

    if (detail)
        session_tell(session, "%s", detail);
    else
        session_tell(session, _("greenlined refused (%ld)"), answer->status);
    json_array_foreach (mistakes, i, mistake) {
        CLEANUP(mem_clean) char *line = screen_line(json_is_string(mistake) ? json_string_value(mistake) : "?");

        fprintf(session->streams->err, "%s\n", line);
    }
}

bool session_ask_raw(struct cli_session *session, const char *path, const json_t *body, bool change,
                     struct client_answer *out)
{
    struct error err;

    if (client_ask(session->client,
                   &(struct client_request){ .path = path, .body = body, .key = change ? session->request_id : NULL },
                   out, &err))
        return true;
    session_tell(session, "%s", err.text);
    return false;
}

bool session_ask(struct cli_session *session, const char *path, const json_t *body, bool change, json_t **out)
{
    struct client_answer answer;

    if (!session_ask_raw(session, path, body, change, &answer))
        return false;
    if (answer.status >= 200 && answer.status < 300) {
        *out = answer.body;
        return true;
    }
    session_tell_problem(session, &answer);
    json_decref(answer.body);
    return false;
}

bool session_agreed(struct cli_session *session, const char *question)
{
    char line[64];

    fputs(question, session->streams->out);
    fflush(session->streams->out);
    if (!fgets(line, sizeof line, session->streams->in))
        return false;
    text_trim(line);
    return strcmp(line, "y") == 0 || strcmp(line, "Y") == 0 || strcmp(line, "yes") == 0 || strcmp(line, "是") == 0;
}

void session_print_json(struct cli_session *session, const json_t *json)
{
    /* 12 digits: 0.05 as people write it */
    const size_t flags = JSON_ENCODE_ANY | JSON_REAL_PRECISION(12);
    char *text = json_dumps(json, flags | (session->screen.terminal ? JSON_INDENT(2) : JSON_COMPACT));

    if (!text)
        abort();
    fprintf(session->streams->out, "%s\n", text);
    free(text);
}
