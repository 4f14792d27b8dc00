/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the table of commands about the store itself: backup, restore, check, top; see command.h. */
#include "cli/command.h"

#include "cli/language.h"
#include "lib/memory.h"

#define KEY_FILE(help) "--key-file", OPTION_TEXT, NULL, "FILE", help, false

static const struct cli_command commands[] = {
    { .noun = "backup",
      .verb = "",
      .path = "backups",
      .change = true,
      .view = &view_done,
      .run = run_backup,
      .arguments = { { "FILE", ARGUMENT_FILES, NULL, true } },
      .options = { { KEY_FILE(N_("seal FILE with this key")) },
                   { "--keep", OPTION_NUMBER, "keep", "N",
                     N_("of the daemon's folder keep the newest N, remove the others"), false },
                   { "--new-key", OPTION_TEXT, NULL, "FILE", N_("only make a new key in FILE"), false } },
      .help = N_("a checked copy of the store, made while it runs: in FILE, or in the folder of the configuration"),
      .examples = { "backup --keep 30", "backup --new-key /root/greenline.key",
                    "backup /media/usb/school.sealed --key-file /root/greenline.key" } },
    { .noun = "backup",
      .verb = "list",
      .path = "backups",
      .list = true,
      .whole = true,
      .view = &view_backups,
      .help = N_("the backups in the daemon's folder, newest first"),
      .examples = { "backup list" } },
    { .noun = "restore",
      .verb = "",
      .path = "restore",
      .view = &view_done,
      .run = run_restore,
      .arguments = { { "FILE", ARGUMENT_FILES, NULL, false } },
      .options = { { KEY_FILE(N_("the key it is sealed with")) },
                   { "--emergencies", OPTION_TEXT, NULL, "go-on|close",
                     N_("what becomes of emergencies open in it (else each is asked for)"), false },
                   { "--config", OPTION_TEXT, NULL, "FILE",
                     N_("the daemon's configuration (/etc/greenline/greenline.conf)"), false } },
      .help =
          N_("put a backup in the place of the store, while the daemon is stopped; the old store is kept beside it"),
      .examples = { "restore /var/lib/greenline/backup/greenline-20261008-033000.db",
                    "restore /media/usb/school.sealed --key-file /root/greenline.key --emergencies go-on" } },
    { .noun = "restore",
      .verb = "release",
      .path = "restore/release",
      .change = true,
      .view = &view_done,
      .run = run_release,
      .options = { { "--messages", OPTION_TEXT, "messages", "keep|send|drop",
                     N_("what becomes of messages that waited in the backup: they stay held, are sent, or are dropped"),
                     false },
                   { "--yes", OPTION_FLAG, NULL, NULL, N_("without asking: all has been entered again"), false } },
      .help = N_("after a restore: routine goes on, once what was lost has been entered again"),
      .examples = { "restore release", "restore release --yes --messages drop" } },
    { .noun = "check",
      .verb = "",
      .path = "checks",
      .change = true,
      .view = &view_done,
      .run = run_check_store,
      .help =
          N_("whether the store is sound: pages, rows, states, the audit log; exit status 1 when anything is wrong"),
      .examples = { "check", "check --json" } },
    { .noun = "top",
      .verb = "",
      .path = "status",
      .view = &view_status,
      .run = run_top,
      .options = { { "--count", OPTION_NUMBER, NULL, "N", N_("end after N times"), false } },
      .help = N_("the state of everything, once a second, until Ctrl-C"),
      .examples = { "top", "top --count 1" } },
};

const struct cli_command *command_store_at(size_t index)
{
    return index < COUNT(commands) ? &commands[index] : NULL;
}
