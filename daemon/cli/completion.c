/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A completion script for bash, out of the table of commands: nouns, then verbs, then options. It asks no daemon, so it
 * works at once and tells nobody a child's name.
 */
#include <string.h>

#include "cli/command.h"

static void verbs(FILE *out, const char *noun)
{
    fprintf(out, "        %s) words=\"", noun);
    for (size_t i = 0; command_at(i); i++)
        if (strcmp(command_at(i)->noun, noun) == 0 && *command_at(i)->verb)
            fprintf(out, "%s ", command_at(i)->verb);
    fputs("\" ;;\n", out);
}

static void options(FILE *out, const struct cli_command *command)
{
    const struct cli_option *option;

    if (*command->verb)
        fprintf(out, "        \"%s %s\") words=\"", command->noun, command->verb);
    else
        fprintf(out, "        \"%s \"*) words=\"", command->noun);
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++)
        fprintf(out, "%s ", command->options[i].name);
    for (size_t i = 0; (option = command_common_option(command, i)); i++)
        fprintf(out, "%s ", option->name);
    fputs("\" ;;\n", out);
}

void completion_print(FILE *out)
{
    fputs("_greenline() {\n    local words= noun=${COMP_WORDS[1]} verb=${COMP_WORDS[2]} "
          "current=${COMP_WORDS[COMP_CWORD]}\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        words=\"help completion ",
          out);
    for (size_t i = 0; command_noun_at(i); i++)
        fprintf(out, "%s ", command_noun_at(i));
    fputs(
        "\"\n    elif [ \"${current#-}\" = \"$current\" ] && [ \"$COMP_CWORD\" -eq 2 ]; then\n        case $noun in\n",
        out);
    for (size_t i = 0; command_noun_at(i); i++)
        verbs(out, command_noun_at(i));
    fputs("        esac\n    elif [ \"${current#-}\" != \"$current\" ]; then\n        case \"$noun $verb\" in\n", out);
    for (size_t i = 0; command_at(i); i++)
        options(out, command_at(i));
    fputs("        esac\n    fi\n    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n}\n"
          "complete -o default -F _greenline greenline\n",
          out);
}
