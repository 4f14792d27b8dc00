/* SPDX-License-Identifier: Apache-2.0 */
/* What a gateway program finds in its environment; see environment.h. */
#include "gateway/environment.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/memory.h"
#include "lib/text.h"

enum { ENVIRONMENT_MAX = 4096, NAMED_MAX = 64 };

/* By their beginning. Ours to the service manager, not the child's. */
static const char *const withheld[] = { "NOTIFY_SOCKET=", "WATCHDOG_USEC=", "WATCHDOG_PID=", "LISTEN_",
                                        "GREENLINE_LOCK_FD=" };
/* What the language, the network and the certificates of a confined one need. */
static const char *const passed[] = {

    "LANG=",
    "LANGUAGE=",
    "LC_",
    "TZ=",
    "TERM=",
    "http_proxy=",
    "HTTP_PROXY=",
    "https_proxy=",
    "HTTPS_PROXY=",
    "all_proxy=",
    "ALL_PROXY=",
    "no_proxy=",
    "NO_PROXY=",
    "SSL_CERT_FILE=",
    "SSL_CERT_DIR=",
    "GREENLINE_DATA=",
    "CREDENTIALS_DIRECTORY=",
    "ASAN_OPTIONS=",
    "UBSAN_OPTIONS=",
    "LSAN_OPTIONS=",
};

struct environment {
    char **variables;
    size_t count;
};

static void add(struct environment *out, char *variable)
{
    if (out->count >= ENVIRONMENT_MAX) {
        free(variable);
        return;
    }
    out->variables = mem_grow(out->variables, out->count + 1, sizeof *out->variables);
    out->variables[out->count++] = variable;
}

static char **finish(struct environment *out, const char *last)
{
    if (last)
        add(out, mem_dup(last));
    out->variables = mem_grow(out->variables, out->count + 1, sizeof *out->variables);
    out->variables[out->count] = NULL;
    return out->variables;
}

static bool begins_with(const char *variable, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_starts(variable, names[i]))
            return true;
    return false;
}

/* "env:NAME" anywhere in the section; the configuration's reader bounds the depth. */
static void add_named(struct environment *out, const json_t *value)
{
    const char *name = json_string_value(value);
    const char *key;
    json_t *member;
    size_t i;

    if (name && text_starts(name, "env:") && getenv(name + strlen("env:")))
        add(out, mem_format("%s=%s", name + strlen("env:"), getenv(name + strlen("env:"))));
    json_object_foreach ((json_t *)(uintptr_t)value, key, member)
        add_named(out, member);
    json_array_foreach (value, i, member)
        add_named(out, member);
}

char **environment_confined(const struct confine_request *request, const char *last)
{
    char path[PATH_MAX];
    const char *folder = request->folder ? realpath(request->folder, path) : NULL;
    struct environment out = { 0 };

    for (size_t i = 0; environ && environ[i] && i < ENVIRONMENT_MAX; i++)
        if (begins_with(environ[i], passed, COUNT(passed)))
            add(&out, mem_dup(environ[i]));
    if (request->config)
        add_named(&out, request->config);
    add(&out, mem_dup("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")); /* others it cannot run */
    if (folder) {
        add(&out, mem_format("HOME=%s", folder));
        add(&out, mem_format("TMPDIR=%s", folder));
    }
    return finish(&out, last);
}

char **environment_whole(const char *last)
{
    struct environment out = { 0 };

    for (size_t i = 0; environ && environ[i] && i < ENVIRONMENT_MAX; i++)
        if (!begins_with(environ[i], withheld, COUNT(withheld)))
            add(&out, mem_dup(environ[i]));
    return finish(&out, last);
}

void environment_free(char **variables)
{
    for (char **one = variables; one && *one; one++)
        free(*one);
    free(variables);
}
