/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the table of commands about who is at school, and the check of the ladders; see command.h. */
#include "cli/command.h"

#include "cli/language.h"
#include "lib/memory.h"

#define CLASS "CLASS", ARGUMENT_PATH, NULL, false
#define ON_DATE "--date", OPTION_TEXT, "date", "DATE", N_("of this day, 2026-10-08 (else today)"), false

static const struct cli_command commands[] = {
    { .noun = "absent",
      .verb = "",
      .path = "absences",
      .change = true,
      .arguments = { { "STUDENT", ARGUMENT_FIELD, "student", true } },
      .view = &view_absence,
      .run = run_absent,
      .options = { { "--since", OPTION_TEXT, "since", "TIME",
                     N_("missed from this time on, 2026-10-08 07:50 (else now)"), false },
                   { "--note", OPTION_TEXT, "note", "TEXT", N_("what else is known"), false },
                   { "--accounted", OPTION_TEXT, NULL, "TEXT", N_("where the child is: ends the absence"), false },
                   { "--date", OPTION_TEXT, NULL, "DATE", N_("without a child: list those of this day (else today)"),
                     false } },
      .help = N_("a child is not at school: the family is called at once; without a child: today's absences"),
      .examples = { "absent", "absent 王小明", "absent 王小明 --since \"2026-10-08 07:50\" --note \"没上校车\"",
                    "absent 王小明 --accounted \"sick, at home\"" } },
    { .noun = "roll",
      .verb = "list",
      .path = "rolls",
      .list = true,
      .view = &view_rolls,
      .options = { { ON_DATE } },
      .help = N_("which classes have reported this morning, and who is away"),
      .examples = { "roll list", "roll list --date 2026-10-08" } },
    { .noun = "roll",
      .verb = "show",
      .path = "rolls/*",
      .arguments = { { CLASS } },
      .view = &view_roll,
      .options = { { ON_DATE } },
      .help = N_("one class's roll: numbers, who is away and why, what became of it"),
      .examples = { "roll show 三1班" } },
    { .noun = "roll",
      .verb = "report",
      .path = "rolls/*/report",
      .change = true,
      .arguments = { { CLASS } },
      .view = &view_roll,
      .options = { { "--present", OPTION_NUMBER, "present", "N", N_("how many are there"), false },
                   { "--expected", OPTION_NUMBER, "expected", "N", N_("how many should be (else by the register)"),
                     false },
                   { "--all-present", OPTION_FLAG, "all_present", NULL, N_("nobody is away"), false },
                   { "--absent", OPTION_LIST, "absent", "NAME,NAME",
                     N_("away, and nobody has said why: their families are called"), false },
                   { "--sick", OPTION_LIST, "sick", "NAME,NAME", N_("away sick: nobody is called"), false },
                   { "--leave", OPTION_LIST, "leave", "NAME,NAME", N_("away with leave"), false },
                   { "--here", OPTION_LIST, "here", "NAME,NAME", N_("came after all: ends their absence"), false } },
      .help = N_("report a class for its teacher; a later report overrules the first"),
      .examples = { "roll report 三1班 --all-present", "roll report 三1班 --present 43 --absent 王小明 --sick 李四" } },
    { .noun = "check",
      .verb = "ladders",
      .path = "check/ladders",
      .list = true,
      .whole = true,
      .view = &view_ladder_check,
      .run = run_check,
      .options = { { "--config", OPTION_TEXT, NULL, "FILE", N_("check this file without the daemon"), false } },
      .help = N_("what is wrong with the ladders: in the file, with the gateways, and who would reach nobody tonight; "
                 "exit status 1 when there is anything"),
      .examples = { "check ladders", "check ladders --config /etc/greenline/greenline.conf" } },
};

const struct cli_command *command_roll_at(size_t index)
{
    return index < COUNT(commands) ? &commands[index] : command_store_at(index - COUNT(commands));
}
