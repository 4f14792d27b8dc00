/* SPDX-License-Identifier: Apache-2.0 */
/* From the command line to the answer on the screen: the ordinary way of a command, and the pages of lists. */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/language.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/random.h"

enum {
    TERMINAL_ROWS = 50,  /* of a list on a terminal */
    PAGE_ROWS = 1000,    /* the most the API gives at a time */
    PAGES_MAX = 1000000, /* a `next` without end is not followed for ever */
};

#define DEFAULT_SOCKET "/run/greenline/greenline.sock"

/* A list while its pages come in. */
struct listing {
    struct cli_session *session;
    const struct cli_call *call;
    int64_t limit; /* rows wanted; -1: all */
    int64_t rows;
    bool more;     /* the daemon has more than was wanted */
    json_t *items; /* for the table; NULL with --json, where rows are printed as they come */
};

static void take_rows(struct listing *listing, const json_t *items)
{
    json_t *row;
    size_t i;

    json_array_foreach (items, i, row) {
        if (listing->limit >= 0 && listing->rows == listing->limit) {
            listing->more = true;
            return;
        }
        if (listing->items) {
            json_array_append(listing->items, row);
        } else {
            fputs(listing->rows ? ",\n" : "\n", listing->session->streams->out);
            json_dumpf(row, listing->session->streams->out, JSON_COMPACT | JSON_REAL_PRECISION(12));
        }
        listing->rows++;
    }
}

/* The path of the next page. The caller frees. */
static char *page_path(const struct listing *listing, const char *path, const char *after)
{
    const int64_t left = listing->limit < 0 ? PAGE_ROWS : listing->limit - listing->rows;
    const char *separator = strchr(path, '?') ? "&" : "?";

    if (listing->call->command->whole)
        return mem_dup(path);
    return mem_format("%s%slimit=%" PRId64 "%s%s", path, separator, left > PAGE_ROWS ? PAGE_ROWS : left,
                      after ? "&after=" : "", after ? after : "");
}

static bool read_pages(struct listing *listing)
{
    CLEANUP(mem_clean) char *path = call_path(listing->call);
    CLEANUP(mem_clean) char *after = NULL;

    for (int page = 0; page < PAGES_MAX; page++) {
        CLEANUP(mem_clean) char *target = page_path(listing, path, after);
        json_t *answer;
        const char *next;

        if (!session_ask(listing->session, target, NULL, false, &answer))
            return false;
        take_rows(listing, json_object_get(answer, "items"));
        next = json_text(answer, "next", NULL);
        if (!next || (after && strcmp(next, after) == 0) || listing->more || listing->rows == listing->limit) {
            listing->more = listing->more || next;
            json_decref(answer);
            return true;
        }
        free(after);
        after = mem_dup(next);
        json_decref(answer);
    }
    return true;
}

static void print_items(struct listing *listing)
{
    const struct screen *screen = &listing->session->screen;
    const struct view *view = listing->call->command->view;

    if (view->draw)
        view->draw(screen, listing->items);
    else
        view_list(screen, view->columns, listing->items);
    fflush(screen->out);
    if (listing->more) {
        fprintf(listing->session->streams->err, _("%" PRId64 " shown, there are more: --limit N shows N"),
                listing->rows);
        fputc('\n', listing->session->streams->err);
    }
}

static enum cli_status run_list(struct cli_session *session, const struct cli_call *call)
{
    const bool json = json_flag(call->own, "json", false);
    struct listing listing = { .session = session, .call = call, .items = json ? NULL : json_array() };
    bool done;

    listing.limit = json_int(call->own, "limit", session->screen.terminal && !json ? TERMINAL_ROWS : -1);
    if (json)
        fputc('[', session->streams->out);
    done = read_pages(&listing);
    if (json)
        fputs(listing.rows ? "\n]\n" : "]\n", session->streams->out);
    else if (done)
        print_items(&listing);
    json_decref(listing.items);
    return done ? CLI_DONE : CLI_FAILED;
}

static enum cli_status run_one(struct cli_session *session, const struct cli_call *call)
{
    CLEANUP(mem_clean) char *path = call_path(call);
    const struct view *view = call->command->view;
    json_t *answer;

    if (!session_ask(session, path, call->command->change ? call->fields : NULL, call->command->change, &answer))
        return CLI_FAILED;
    if (json_flag(call->own, "json", false))
        session_print_json(session, answer);
    else if (view->draw)
        view->draw(&session->screen, answer);
    else
        view_show(&session->screen, view, answer);
    json_decref(answer);
    return CLI_DONE;
}

static enum cli_status run(struct cli_session *session, const struct cli_call *call)
{
    if (json_flag(call->own, "follow", false))
        return run_follow(session, call);
    if (call->command->run)
        return call->command->run(session, call);
    return call->command->list ? run_list(session, call) : run_one(session, call);
}

/* --request-id, or one that nobody else has. False when it is no plain word. */
static bool take_request_id(struct cli_session *session, const struct cli_call *call)
{
    const char *given = json_text(call->own, "request-id", NULL);
    struct random random = random_from_system();
    const uint64_t high = random_next(&random), low = random_next(&random);

    snprintf(session->request_id, sizeof session->request_id, "cli-%016" PRIx64 "%016" PRIx64, high, low);
    if (!given)
        return true;
    for (const char *at = given; *at; at++)
        if (*at < 0x21 || *at > 0x7e)
            return false;
    snprintf(session->request_id, sizeof session->request_id, "%s", given);
    return *given && strlen(given) < sizeof session->request_id;
}

static const char *socket_of(const struct cli_call *call)
{
    const char *given = json_text(call->own, "socket", NULL), *set = getenv("GREENLINE_SOCKET");

    if (given)
        return given;
    return set && *set ? set : DEFAULT_SOCKET;
}

static enum cli_status run_call(struct cli_session *session, const struct cli_call *call)
{
    enum cli_status status;

    if (!take_request_id(session, call)) {
        session_tell(session, _("--request-id: give a word of letters and digits, at most %zu"),
                     sizeof session->request_id - 1);
        return CLI_USAGE;
    }
    if (json_int(call->own, "limit", 1) < 1) {
        session_tell(session, _("--limit: give a number from 1 on"));
        return CLI_USAGE;
    }
    session->client = client_open(socket_of(call));
    status = run(session, call);
    client_close(session->client);
    return status;
}

int cli_run(int argc, char *const *argv, const struct cli_streams *streams)
{
    struct cli_session session = { .streams = streams, .screen = screen_open(streams->out) };
    struct cli_call call = { 0 };
    struct error err;
    int status = CLI_DONE;

    if (argc >= 2 && strcmp(argv[1], "completion") == 0 && (argc == 2 || strcmp(argv[2], "bash") == 0)) {
        completion_print(streams->out);
        return CLI_DONE;
    }
    if (!call_parse(&call, argc, argv, &err)) {
        session_tell(&session, "%s", err.text);
        status = CLI_USAGE;
    } else if (call.help) {
        help_print(&call, streams->out);
    } else {
        status = run_call(&session, &call);
    }
    call_free(&call);
    return status;
}
