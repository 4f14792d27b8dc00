/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `greenline absent` in its three forms (a child is missed, is accounted for, the list of a day), and `greenline check
 * ladders`, which without a daemon leaves the file to greenlined.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "cli/command.h"
#include "cli/language.h"
#include "lib/json.h"
#include "lib/memory.h"

enum { ROWS_MAX = 1000 };

/* The rows of a list of one page; false after the error was told. */
static bool print_rows(struct cli_session *session, const struct cli_call *call, const char *path, bool *any)
{
    const json_t *items;
    json_t *answer;

    if (!session_ask(session, path, NULL, false, &answer))
        return false;
    items = json_object_get(answer, "items");
    if (json_flag(call->own, "json", false))
        session_print_json(session, items);
    else
        view_list(&session->screen, call->command->view->columns, items);
    *any = json_array_size(items) > 0;
    json_decref(answer);
    return true;
}

/* A name as a part of a path or a value of a query; the caller frees. */
static char *escaped(const char *text)
{
    char *curls = curl_easy_escape(NULL, text, 0);
    char *own = mem_dup(curls ? curls : "");

    curl_free(curls);
    return own;
}

static enum cli_status list_absences(struct cli_session *session, const struct cli_call *call)
{
    const char *date = json_text(call->own, "date", NULL);
    CLEANUP(mem_clean) char *day = date ? escaped(date) : NULL;
    CLEANUP(mem_clean) char *path =
        mem_format("/v1/absences?limit=%d%s%s", ROWS_MAX, day ? "&date=" : "", day ? day : "");
    bool any;

    if (json_object_size(call->fields) || json_object_get(call->own, "accounted")) {
        session_tell(session, _("STUDENT is missing: see `greenline absent --help`"));
        return CLI_USAGE;
    }
    return print_rows(session, call, path, &any) ? CLI_DONE : CLI_FAILED;
}

enum cli_status run_absent(struct cli_session *session, const struct cli_call *call)
{
    const char *student = json_text(call->fields, "student", NULL);
    const char *accounted = json_text(call->own, "accounted", NULL);
    json_t *answer = NULL, *end = NULL;
    bool done;

    if (!student)
        return list_absences(session, call);
    if (json_object_get(call->own, "date") || (accounted && json_object_size(call->fields) > 1)) {
        session_tell(session, _("too many options at once: see `greenline absent --help`"));
        return CLI_USAGE;
    }
    if (accounted) {
        CLEANUP(mem_clean) char *name = escaped(student);
        CLEANUP(mem_clean) char *path = mem_format("/v1/absences/%s/end", name);

        end = json_object();
        json_put_text(end, "outcome", accounted);
        done = session_ask(session, path, end, true, &answer);
        json_decref(end);
    } else {
        done = session_ask(session, "/v1/absences", call->fields, true, &answer);
    }
    if (!done)
        return CLI_FAILED;
    if (json_flag(call->own, "json", false))
        session_print_json(session, answer);
    else
        view_show(&session->screen, call->command->view, answer);
    json_decref(answer);
    return CLI_DONE;
}

/* greenlined beside this program, else by PATH; returns only when it cannot be run. */
static void become_greenlined(const char *file)
{
    char self[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    char *slash;

    if (length > 0) {
        self[length] = '\0';
        slash = strrchr(self, '/');
        if (slash) {
            CLEANUP(mem_clean) char *beside = mem_format("%.*s/greenlined", (int)(slash - self), self);

            execl(beside, "greenlined", "--check-config", "-c", file, (char *)NULL);
        }
    }
    execlp("greenlined", "greenlined", "--check-config", "-c", file, (char *)NULL);
}

enum cli_status run_check(struct cli_session *session, const struct cli_call *call)
{
    const char *file = json_text(call->own, "config", NULL);
    bool any;

    if (file) {
        become_greenlined(file);
        session_tell(session, _("greenlined cannot be run: %s: run `greenlined --check-config -c %s`"), strerror(errno),
                     file);
        return CLI_FAILED;
    }
    if (!print_rows(session, call, "/v1/check/ladders", &any))
        return CLI_FAILED;
    return any ? CLI_FAILED : CLI_DONE;
}
