/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `--follow`: the view again after each change. On a terminal the page is drawn anew in its place, otherwise one block
 * follows the other; with --json each is one line. Ctrl-C ends it, with 0. When the daemon goes away this is said once, and
 * it is asked again each second; what it then answers is the whole view, so nothing is missed. Fails when the daemon does
 * not run to begin with, or refuses.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/language.h"
#include "lib/clock.h"
#include "lib/json.h"
#include "lib/memory.h"

/* ECMA-48 8.3.57 (CUP) and 8.3.39 (ED): the upper left corner; empty from there on. */
#define FRESH_PAGE "\033[H\033[J"

struct board {
    struct cli_session *session;
    const struct cli_call *call;
    json_t *view; /* the newest; NULL: none came yet */
    time_ms came; /* monotonic */
    int64_t shown_s;
    bool away; /* said so */
};

static void draw(const struct board *board, const struct screen *screen, int64_t passed)
{
    const struct view *view = board->call->command->view;

    if (view->draw_passed)
        view->draw_passed(screen, board->view, passed);
    else if (view->draw)
        view->draw(screen, board->view);
    else
        view_show(screen, view, board->view);
    screen_format(screen, "\n");
}

/* Drawn beside the terminal and written at once: it does not flicker. The width may have changed. */
static void redraw(struct board *board, int64_t passed)
{
    FILE *out = board->session->streams->out;
    struct screen screen = screen_open(out);
    char *page = NULL;
    size_t length;

    screen.out = open_memstream(&page, &length);
    if (!screen.out)
        abort();
    screen_format(&screen, FRESH_PAGE);
    draw(board, &screen, passed);
    screen_styled(&screen, STYLE_DIM, _("ctrl-C ends"));
    screen_format(&screen, "\n");
    fclose(screen.out);
    fwrite(page, 1, length, out);
    free(page);
    board->shown_s = passed;
}

static void on_event(void *arg, const json_t *view)
{
    struct board *board = arg;
    FILE *out = board->session->streams->out;

    json_decref(board->view);
    board->view = json_incref((json_t *)view);
    board->came = clock_mono();
    board->away = false;
    if (json_flag(board->call->own, "json", false)) {
        json_dumpf(view, out, JSON_COMPACT | JSON_REAL_PRECISION(12));
        fputc('\n', out);
    } else if (board->session->screen.terminal) {
        redraw(board, 0);
    } else {
        draw(board, &board->session->screen, 0);
    }
    fflush(out);
}

/* What counts down goes on between the events. */
static void on_second(void *arg)
{
    struct board *board = arg;
    const int64_t passed = board->view ? (clock_mono() - board->came) / SECOND_MS : 0;

    if (!board->session->screen.terminal || json_flag(board->call->own, "json", false) ||
        !board->call->command->view->draw_passed || passed == board->shown_s)
        return;
    redraw(board, passed);
    fflush(board->session->streams->out);
}

/* The path of the command with /follow behind it, before its query. The caller frees. */
static char *follow_path(const struct cli_call *call)
{
    CLEANUP(mem_clean) char *path = call_path(call);
    const size_t length = strcspn(path, "?");

    return mem_format("%.*s/follow%s", (int)length, path, path + length);
}

/* Waits before the next try; true when the user stopped it meanwhile. */
static bool stopped(int stop_fd)
{
    struct pollfd stop = { .fd = stop_fd, .events = POLLIN };

    while (poll(&stop, 1, CLIENT_SECOND_MS) < 0 && errno == EINTR)
        ;
    return stop.revents != 0;
}

static void tell_away(struct board *board, const char *why)
{
    if (!board->away)
        session_tell(board->session, _("%s; asking again until it is back, ctrl-C ends"), why);
    board->away = true;
}

/* Whether to ask again: it has been followed already and is only away. Else the error has been told. */
static bool goes_on(struct board *board, enum client_end end, const struct client_answer *refusal,
                    const struct error *err)
{
    if (end == CLIENT_REFUSED && !(board->view && refusal->status == 503)) {
        session_tell_problem(board->session, refusal);
        return false;
    }
    if (end == CLIENT_BAD || (end == CLIENT_AWAY && !board->view)) {
        session_tell(board->session, "%s", err->text);
        return false;
    }
    tell_away(board, _("greenlined went away"));
    return true;
}

static enum cli_status follow(struct board *board, int stop_fd)
{
    CLEANUP(mem_clean) char *path = follow_path(board->call);
    const struct client_follow what = { path, stop_fd, on_event, on_second, board };
    bool again = true;

    while (again) {
        struct client_answer refusal = { 0 };
        struct error err;
        const enum client_end end = client_follow(board->session->client, &what, &refusal, &err);

        if (end == CLIENT_STOPPED)
            return CLI_DONE;
        again = goes_on(board, end, &refusal, &err);
        json_decref(refusal.body);
        if (again && stopped(stop_fd))
            return CLI_DONE;
    }
    return CLI_FAILED;
}

/* What was the user's word for the end is not to end the program another way, once it is let through again. */
static void take_interrupt(int stop_fd)
{
    struct signalfd_siginfo taken;

    while (read(stop_fd, &taken, sizeof taken) > 0)
        ;
}

enum cli_status run_follow(struct cli_session *session, const struct cli_call *call)
{
    struct board board = { .session = session, .call = call };
    enum cli_status status;
    sigset_t interrupt, before;
    int stop_fd;

    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    sigprocmask(SIG_BLOCK, &interrupt, &before);
    stop_fd = signalfd(-1, &interrupt, SFD_CLOEXEC | SFD_NONBLOCK);
    if (stop_fd < 0)
        abort();
    status = follow(&board, stop_fd);
    take_interrupt(stop_fd);
    close(stop_fd);
    sigprocmask(SIG_SETMASK, &before, NULL);
    json_decref(board.view);
    return status;
}
