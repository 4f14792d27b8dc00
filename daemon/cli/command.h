/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command is: one row of the tables in commands.c and commands_register.c. From it come the reading of the command line, the request, the
 * help, the completion and the check of the man page. A command that is more than one request has a `run` of its own.
 */
#ifndef GREENLINE_CLI_COMMAND_H
#define GREENLINE_CLI_COMMAND_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/view.h"
#include "lib/error.h"

enum { COMMAND_OPTIONS_MAX = 18, COMMAND_ARGUMENTS_MAX = 2, COMMAND_EXAMPLES_MAX = 5, COMMAND_FILES_MAX = 64 };

enum option_kind {
    OPTION_FLAG, /* true when it is there */
    OPTION_TEXT,
    OPTION_NUMBER,
    OPTION_YES_NO, /* "yes" or "no" */
    OPTION_LIST,   /* "A,B" */
};

struct cli_option {
    const char *name; /* "--to" */
    enum option_kind kind;
    const char *field; /* of the query or body; NULL: for the program itself, kept in call.own under the name */
    const char *value; /* "PERSON" in the help; NULL for a flag */
    const char *help;  /* N_() */
    bool required;
};

/* The option of shows that can be followed (follow.c); its text needs cli/language.h. */
#define COMMAND_FOLLOW                                                                                                 \
    "--follow", OPTION_FLAG, NULL, NULL, N_("stay, and show each change as it comes; ctrl-C ends"), false

enum argument_kind {
    ARGUMENT_PATH,  /* takes the place of the star in the path */
    ARGUMENT_FIELD, /* a field of the body */
    ARGUMENT_WORDS, /* the same: all that are left, joined by blanks */
    ARGUMENT_FILES, /* all that are left */
};

struct cli_argument {
    const char *name; /* "STUDENT" */
    enum argument_kind kind;
    const char *field;
    bool optional;
};

struct cli_session;
struct cli_call;

struct cli_command {
    const char *noun, *verb; /* verb "": the noun alone is the command */
    const char *path;        /* under /v1/: "students/<star>/channel" */
    bool change;             /* POST with a request id; else GET */
    bool list;               /* {items, next} */
    bool whole;              /* a list that comes in one page and takes no limit */
    struct cli_argument arguments[COMMAND_ARGUMENTS_MAX];
    struct cli_option options[COMMAND_OPTIONS_MAX];
    const struct view *view;
    enum cli_status (*run)(struct cli_session *session,
                           const struct cli_call *call); /* NULL: the request as it stands */
    const char *help;                                    /* N_() */
    const char *const *notes;                            /* N_(), ends with NULL: more lines of the help; NULL: none */
    const char *examples[COMMAND_EXAMPLES_MAX];          /* without "greenline " */
};

/* One by one; NULL behind the last. */
const struct cli_command *command_at(size_t index);
/* The part of it about students, contacts, staff, pairings and the rota. */
const struct cli_command *command_register_at(size_t index);
/* The part about the roll, absences and the check of ladders. */
const struct cli_command *command_roll_at(size_t index);
/* The part about emergencies. */
const struct cli_command *command_alert_at(size_t index);
/* The part about the store itself: backup, restore, check, top. */
const struct cli_command *command_store_at(size_t index);
/* Options that commands share, by what they are: all; lists; changes. NULL behind the last. */
const struct cli_option *command_common_option(const struct cli_command *command, size_t index);
/* What a noun is about; NULL for one that is none. N_() */
const char *command_noun_help(const char *noun);
/* Nouns in the order of the help; NULL behind the last. */
const char *command_noun_at(size_t index);
/* The row, or NULL. */
const struct cli_command *command_find(const char *noun, const char *verb);

/* A command line that was understood. Zeroed to begin with; call_free() takes any half of it. */
struct cli_call {
    const struct cli_command *command; /* NULL: help is asked for */
    const char *noun;                  /* for the help; may be NULL */
    char *name;                        /* in place of the star; NULL */
    json_t *fields;                    /* of query or body */
    json_t *own;                       /* --json, --limit and so on, by their names without dashes */
    const char *files[COMMAND_FILES_MAX];
    size_t file_count;
    bool help;
};

/* False with what is wrong and how to mend it; `out` is then to be freed too. */
bool call_parse(struct cli_call *out, int argc, char *const *argv, struct error *err);
void call_free(struct cli_call *call);

/* What a running command works with. */
struct cli_session {
    const struct cli_streams *streams;
    struct client *client;
    struct screen screen;
    char request_id[65];
};

/* The command's path with the name and, for a GET, the fields as query. The caller frees. */
char *call_path(const struct cli_call *call);
/* Sends one request; false after the error was told. A refusal by the daemon is told as well: its `detail`, then each of
 * its `mistakes`, a line each. */
bool session_ask(struct cli_session *session, const char *path, const json_t *body, bool change, json_t **out);
/* The same, but a refusal comes back as an answer with its status. */
bool session_ask_raw(struct cli_session *session, const char *path, const json_t *body, bool change,
                     struct client_answer *out);
/* Tells a problem of the daemon on the error stream. */
void session_tell_problem(struct cli_session *session, const struct client_answer *answer);
/* One line "greenline: …" on the error stream. */
void session_tell(struct cli_session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Asks on the terminal; whether the user says yes: anything else is no. */
bool session_agreed(struct cli_session *session, const char *question);
/* One JSON value on one line (or, on a terminal, laid out). */
void session_print_json(struct cli_session *session, const json_t *json);

/* Commands of more than one request. */
enum cli_status run_import(struct cli_session *session, const struct cli_call *call);
enum cli_status run_broadcast(struct cli_session *session, const struct cli_call *call);
enum cli_status run_alert(struct cli_session *session, const struct cli_call *call);
/* Any show with --follow: the view again after each change, until the user interrupts it. */
enum cli_status run_follow(struct cli_session *session, const struct cli_call *call);
enum cli_status run_token(struct cli_session *session, const struct cli_call *call);
enum cli_status run_try(struct cli_session *session, const struct cli_call *call);
enum cli_status run_backup(struct cli_session *session, const struct cli_call *call);
enum cli_status run_restore(struct cli_session *session, const struct cli_call *call);
enum cli_status run_release(struct cli_session *session, const struct cli_call *call);
enum cli_status run_check_store(struct cli_session *session, const struct cli_call *call);
enum cli_status run_top(struct cli_session *session, const struct cli_call *call);

/* Begins long work and looks at it until its end: CLI_DONE and what became of it; else it was told why not. */
enum cli_status session_chore(struct cli_session *session, const char *path, const json_t *body, json_t **out);

enum cli_status run_absent(struct cli_session *session, const struct cli_call *call);
enum cli_status run_check(struct cli_session *session, const struct cli_call *call);

/* Help of everything, of a noun, of a command, on `out`. */
void help_print(const struct cli_call *call, FILE *out);
/* A completion script for bash. */
void completion_print(FILE *out);

#endif
