/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `greenline restore FILE`: the daemon is stopped, so this hands over to `greenlined --restore`, which knows the store.
 * It is looked for beside this program, then on the path.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/language.h"
#include "lib/json.h"
#include "lib/memory.h"

#define CONFIG "/etc/greenline/greenline.conf"

/* The caller frees. */
static char *program(void)
{
    char path[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    char *slash, *beside;

    if (length > 0) {
        path[length] = '\0';
        slash = strrchr(path, '/');
        if (slash)
            *slash = '\0';
        beside = mem_format("%s/greenlined", path);
        if (access(beside, X_OK) == 0)
            return beside;
        free(beside);
    }
    return mem_dup("greenlined");
}

enum cli_status run_restore(struct cli_session *session, const struct cli_call *call)
{
    CLEANUP(mem_clean) char *daemon = program();
    const char *key = json_text(call->own, "key-file", NULL), *say = json_text(call->own, "emergencies", NULL);
    const char *arguments[10] = { daemon, "-c", json_text(call->own, "config", CONFIG), "--restore", call->files[0] };
    size_t count = 5;

    if (call->file_count != 1) {
        session_tell(session, _("give one file"));
        return CLI_USAGE;
    }
    if (key) {
        arguments[count++] = "--key-file";
        arguments[count++] = key;
    }
    if (say) {
        arguments[count++] = "--emergencies";
        arguments[count++] = say;
    }
    fflush(NULL);
    execvp(daemon, (char *const *)(void *)arguments);
    session_tell(session, _("%s cannot be run: %s"), daemon, strerror(errno));
    return CLI_FAILED;
}
