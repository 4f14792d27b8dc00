/* SPDX-License-Identifier: Apache-2.0 */
/* Places of programs and data; see paths.h. */
#include "lib/paths.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/memory.h"

#ifndef GREENLINE_DATADIR
#define GREENLINE_DATADIR "/usr/share/greenline"
#endif
#ifndef GREENLINE_LIBEXECDIR
#define GREENLINE_LIBEXECDIR "/usr/lib/greenline"
#endif

/* The folder of the running program without its last `levels` names, or "" when it cannot be told. */
static char *own_folder(void)
{
    char path[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    char *slash;

    if (length <= 0)
        return mem_dup("");
    path[length] = '\0';
    slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
    return mem_dup(path);
}

static char *first_present(const char *const *folders, const char *name, const char *fallback)
{
    CLEANUP(mem_clean) char *own = own_folder();

    for (; *folders; folders++) {
        char *path = mem_format("%s/%s/%s", own, *folders, name);

        if (access(path, F_OK) == 0)
            return path;
        free(path);
    }
    return mem_format("%s/%s", fallback, name);
}

char *path_data(const char *name)
{
    /* from build/, build/gateways/ and build/tests/FOLDER/FOLDER/, then from PREFIX/bin */
    static const char *const near[] = { "../conf",          "../../conf",         "../../../conf",
                                        "../../../../conf", "../share/greenline", NULL };
    const char *set = getenv("GREENLINE_DATA");

    return set ? mem_format("%s/%s", set, name) : first_present(near, name, GREENLINE_DATADIR);
}

char *path_gateway(const char *program)
{
    static const char *const near[] = {
        "gateways", "../gateways", "../../gateways", "../../../gateways", "../lib/greenline/gateways", NULL
    };

    return program[0] == '/' ? mem_dup(program) : first_present(near, program, GREENLINE_LIBEXECDIR "/gateways");
}
