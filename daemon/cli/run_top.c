/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `greenline top`: the state once a second, drawn anew each time (draw_top.c) until it is interrupted; with --count so
 * many times. A daemon that is away is said so, and asked again. On a pipe the pages follow each other.
 */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/language.h"
#include "lib/json.h"

enum { EVERY_MS = 1000 };

/* The end is asked for by SIGINT or SIGTERM, which come as a descriptor. */
static int watch_end(void)
{
    sigset_t ends;

    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    return signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool ended(int fd)
{
    struct pollfd one = { .fd = fd, .events = POLLIN };

    return poll(&one, 1, EVERY_MS) > 0;
}

static void show(struct cli_session *session, bool json)
{
    const struct screen *screen = &session->screen;
    json_t *status;

    if (screen->terminal && !json)
        screen_format(screen, "\033[H\033[J");
    if (session_ask(session, "/v1/status", NULL, false, &status)) {
        if (json)
            session_print_json(session, status);
        else
            draw_top(screen, status);
        json_decref(status);
    }
    fflush(screen->out);
}

enum cli_status run_top(struct cli_session *session, const struct cli_call *call)
{
    const int64_t count = json_int(call->own, "count", -1);
    const bool json = json_flag(call->own, "json", false);
    const int end = watch_end();

    if (count == 0 || count < -1) {
        session_tell(session, _("--count: give a number from 1 on"));
        return CLI_USAGE;
    }
    for (int64_t i = 1;; i++) {
        show(session, json);
        if (i == count || ended(end))
            break;
    }
    close(end);
    return CLI_DONE;
}
