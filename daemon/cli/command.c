/* SPDX-License-Identifier: Apache-2.0 */
/* Looking things up in the table of commands; the nouns, and the options that commands share. */
#include "cli/command.h"

#include <string.h>

#include "cli/language.h"
#include "lib/memory.h"

static const struct {
    const char *name, *help;
} nouns[] = {
    { "today", N_("what waits for a person") },
    { "status", N_("whether all is well") },
    { "import", N_("read the school's sheets") },
    { "student", N_("children of the school") },
    { "contact", N_("parents and other contacts") },
    { "staff", N_("teachers, mentors, officials") },
    { "pair", N_("mentors and their children") },
    { "rota", N_("who is on duty when") },
    { "schedule", N_("what is sent regularly") },
    { "calendar", N_("the school's days") },
    { "broadcast", N_("write to many families") },
    { "alert", N_("emergencies") },
    { "absent", N_("children who are not at school") },
    { "roll", N_("which classes have reported who is there") },
    { "ask", N_("questions and their answers") },
    { "channel", N_("a child's green channel") },
    { "inbox", N_("replies that came in") },
    { "outbox", N_("messages that go out") },
    { "check", N_("what is wrong before anything happens") },
    { "gateway", N_("the programs that send") },
    { "token", N_("rights of other programs") },
    { "audit", N_("who looked at or changed what") },
    { "backup", N_("a copy of the store") },
    { "restore", N_("a copy back in its place") },
    { "top", N_("the state of everything, live") },
};

static const struct cli_option common[] = {
    { "--json", OPTION_FLAG, NULL, NULL, N_("print JSON: a list is an array of objects"), false },
    { "--limit", OPTION_NUMBER, NULL, "N", N_("at most N rows (50 on a terminal, else all)"), false },
    { "--request-id", OPTION_TEXT, NULL, "ID", N_("the same command with the same id is done once"), false },
    { "--socket", OPTION_TEXT, NULL, "PATH", N_("the daemon's socket (or GREENLINE_SOCKET)"), false },
    { "--help", OPTION_FLAG, NULL, NULL, N_("this text"), false },
};

/* Whether a common option makes sense for the command. */
static bool common_fits(const struct cli_command *command, const struct cli_option *option)
{
    if (!command)
        return strcmp(option->name, "--limit") != 0 && strcmp(option->name, "--request-id") != 0;
    if (strcmp(option->name, "--limit") == 0)
        return command->list;
    return strcmp(option->name, "--request-id") != 0 || command->change;
}

const struct cli_option *command_common_option(const struct cli_command *command, size_t index)
{
    for (size_t i = 0; i < COUNT(common); i++)
        if (common_fits(command, &common[i]) && index-- == 0)
            return &common[i];
    return NULL;
}

const char *command_noun_help(const char *noun)
{
    for (size_t i = 0; i < COUNT(nouns); i++)
        if (strcmp(nouns[i].name, noun) == 0)
            return nouns[i].help;
    return NULL;
}

const char *command_noun_at(size_t index)
{
    return index < COUNT(nouns) ? nouns[index].name : NULL;
}

const struct cli_command *command_find(const char *noun, const char *verb)
{
    const struct cli_command *command = NULL;

    for (size_t i = 0; (command = command_at(i)); i++)
        if (strcmp(command->noun, noun) == 0 && strcmp(command->verb, verb) == 0)
            return command;
    return NULL;
}
