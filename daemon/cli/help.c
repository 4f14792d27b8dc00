/* SPDX-License-Identifier: Apache-2.0 */
/* The help, out of the table of commands: all nouns, the verbs of one, or one command with options and examples. */
#include <string.h>

#include "cli/command.h"
#include "cli/language.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { HELP_LABEL = 30 /* columns */ };

/* "  LABEL       what it is", wrapped. */
static void line(const struct screen *screen, const char *label, size_t width, const char *help)
{
    const size_t used = utf8_width(label);

    screen_format(screen, "  %s", label);
    if (used + 1 >= width) {
        screen_format(screen, "\n");
        screen_blanks(screen, width + 2);
    } else {
        screen_blanks(screen, width - used);
    }
    screen_wrapped(screen, width + 2, STYLE_PLAIN, help);
}

static void heading(const struct screen *screen, const char *text)
{
    screen_format(screen, "\n");
    screen_styled(screen, STYLE_HEAD, text);
    screen_format(screen, "\n");
}

/* "greenline noun verb STUDENT TEXT"; the caller frees. */
static char *usage(const struct cli_command *command)
{
    struct text out = { 0 };

    text_add_format(&out, "greenline %s%s%s", command->noun, *command->verb ? " " : "", command->verb);
    for (size_t i = 0; i < COMMAND_ARGUMENTS_MAX && command->arguments[i].name; i++) {
        const struct cli_argument *argument = &command->arguments[i];

        text_add_format(&out, argument->optional ? " [%s]" : " %s", argument->name);
        text_add(&out, argument->kind == ARGUMENT_FILES ? "..." : "");
    }
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++)
        if (command->options[i].required)
            text_add_format(&out, " %s %s", command->options[i].name, command->options[i].value);
    text_add(&out, _(" [options]"));
    return text_take(&out);
}

static void option_line(const struct screen *screen, const struct cli_option *option)
{
    CLEANUP(mem_clean) char *label =
        option->value ? mem_format("%s %s", option->name, option->value) : mem_dup(option->name);

    line(screen, label, HELP_LABEL, _(option->help));
}

/* Of a noun that is a command by itself: what else it can. */
static void other_verbs(const struct screen *screen, const struct cli_command *command)
{
    bool any = false;

    for (size_t i = 0; !*command->verb && command_at(i); i++) {
        if (strcmp(command_at(i)->noun, command->noun) != 0 || !*command_at(i)->verb)
            continue;
        if (!any)
            heading(screen, _("Commands"));
        any = true;
        line(screen, command_at(i)->verb, 12, _(command_at(i)->help));
    }
}

static void command_help(const struct screen *screen, const struct cli_command *command)
{
    CLEANUP(mem_clean) char *text = usage(command);
    const struct cli_option *option;

    screen_wrapped(screen, 0, STYLE_HEAD, text);
    screen_format(screen, "\n");
    screen_wrapped(screen, 0, STYLE_PLAIN, _(command->help));
    heading(screen, _("Options"));
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++)
        option_line(screen, &command->options[i]);
    for (size_t i = 0; (option = command_common_option(command, i)); i++)
        option_line(screen, option);
    if (command->notes)
        heading(screen, _("Notes"));
    for (size_t i = 0; command->notes && command->notes[i]; i++) {
        screen_blanks(screen, 2);
        screen_wrapped(screen, 2, STYLE_PLAIN, _(command->notes[i]));
    }
    other_verbs(screen, command);
    heading(screen, _("Examples"));
    for (size_t i = 0; i < COMMAND_EXAMPLES_MAX && command->examples[i]; i++)
        screen_format(screen, "  greenline %s\n", command->examples[i]);
}

static void noun_help(const struct screen *screen, const char *noun)
{
    screen_format(screen, "greenline %s …: %s\n", noun, _(command_noun_help(noun)));
    heading(screen, _("Commands"));
    for (size_t i = 0; command_at(i); i++) {
        if (strcmp(command_at(i)->noun, noun) == 0)
            line(screen, command_at(i)->verb, 12, _(command_at(i)->help));
    }
    screen_format(screen, "\n");
    screen_format(screen, _("`greenline %s COMMAND --help` shows options and examples."), noun);
    screen_format(screen, "\n");
}

static void whole_help(const struct screen *screen)
{
    const struct cli_option *option;

    screen_format(screen, "%s\n", _("greenline NOUN COMMAND [options]: the family line of the school"));
    heading(screen, _("Commands"));
    for (size_t i = 0; command_noun_at(i); i++)
        line(screen, command_noun_at(i), 14, _(command_noun_help(command_noun_at(i))));
    line(screen, "completion", 14, _("a completion script: eval \"$(greenline completion)\""));
    heading(screen, _("Options"));
    for (size_t i = 0; (option = command_common_option(NULL, i)); i++)
        option_line(screen, option);
    screen_format(screen, "\n");
    screen_wrapped(
        screen, 0, STYLE_PLAIN,
        _("A student or person is named by number (学籍号), by id:N or by a name that only one has. Exit status: 0 "
          "done, 1 refused or failed, 2 misused."));
    screen_format(screen, "%s\n",
                  _("`greenline NOUN --help` shows the commands of a noun; begin with `greenline today`."));
}

void help_print(const struct cli_call *call, FILE *out)
{
    const struct screen screen = screen_open(out);

    if (call->command)
        command_help(&screen, call->command);
    else if (call->noun)
        noun_help(&screen, call->noun);
    else
        whole_help(&screen);
}
