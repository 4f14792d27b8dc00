/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The confinement of a gateway put together: Landlock, seccomp, bounds; see confine.h. What the section of the configuration
 * names decides what is read beside the system: the operator wrote it there for this program.
 */
#include "gateway/confine.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gateway/landlock.h"
#include "gateway/seccomp.h"
#include "lib/memory.h"
#include "lib/paths.h"
#include "lib/text.h"

/* What a text of the section names: a file or a variable, in the words of gateways/http/README.md. */
static char *file_of(const char *text)
{
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");

    if (text_starts(text, "file:"))
        text += strlen("file:");
    else if (text_starts(text, "credential:") && credentials && !strchr(text, '/'))
        return mem_format("%s/%s", credentials, text + strlen("credential:"));
    return *text == '/' ? mem_dup(text) : NULL;
}

static bool is_file(const char *path)
{
    struct stat stat_of;

    return stat(path, &stat_of) == 0 && S_ISREG(stat_of.st_mode);
}

struct named {
    void (*each)(void *arg, const char *text);
    void *arg;
    int left;
};

/* Each text of the section, those in groups and lists too; the configuration's reader bounds the depth. */
static void visit(struct named *named, const json_t *value)
{
    const char *key;
    json_t *member;
    size_t i;

    if (json_is_string(value) && named->left > 0) {
        named->left--;
        named->each(named->arg, json_string_value(value));
    }
    json_object_foreach ((json_t *)(uintptr_t)value, key, member)
        visit(named, member);
    json_array_foreach (value, i, member)
        visit(named, member);
}

static void each_text(const json_t *config, void (*each)(void *arg, const char *text), void *arg)
{
    struct named named = { each, arg, CONFINE_FILES_MAX * 16 };

    if (config)
        visit(&named, config);
}

static void allow_named(void *arg, const char *text)
{
    CLEANUP(mem_clean) char *path = file_of(text);

    if (path && is_file(path))
        landlock_allow_read(arg, path);
}

static void allow(const struct landlock *landlock, const struct confine_request *request)
{
    CLEANUP(mem_clean) char *data = path_data(".");
    const char *const certificates[] = { getenv("SSL_CERT_FILE"), getenv("SSL_CERT_DIR") };

    landlock_allow_system(landlock);
    landlock_allow_run(landlock, request->program);
    landlock_allow_read(landlock, data);
    for (size_t i = 0; i < COUNT(certificates); i++)
        if (certificates[i])
            landlock_allow_read(landlock, certificates[i]);
    each_text(request->config, allow_named, (void *)(uintptr_t)landlock);
    for (const char *const *path = request->paths; path && *path; path++)
        landlock_allow_write(landlock, *path);
    if (request->folder)
        landlock_allow_write(landlock, request->folder);
}

void confine_prepare(struct confinement *out, const struct confine_request *request)
{
    struct landlock landlock;

    out->ruleset = landlock_open(&landlock);
    if (out->ruleset >= 0)
        allow(&landlock, request);
    out->filter = seccomp_filter(&out->filter_length, landlock_cuts());
}

void confine_free(struct confinement *confinement)
{
    if (confinement->ruleset >= 0)
        close(confinement->ruleset);
    free(confinement->filter);
    *confinement = (struct confinement){ .ruleset = -1 };
}

static void bound(__rlimit_resource_t resource, rlim_t most)
{
    struct rlimit limit;

    if (getrlimit(resource, &limit) != 0)
        return;
    if (limit.rlim_cur > most)
        limit.rlim_cur = most;
    if (limit.rlim_max > most)
        limit.rlim_max = most;
    setrlimit(resource, &limit);
}

void confine_bounds(bool confined)
{
    static const rlim_t megabyte = 1048576;

    bound(RLIMIT_NOFILE, CONFINE_DESCRIPTORS);
    if (!confined)
        return;
    bound(RLIMIT_CORE, 0); /* texts and numbers stand in memory */
    bound(RLIMIT_NPROC, CONFINE_PROCESSES);
    bound(RLIMIT_FSIZE, (rlim_t)CONFINE_FILE_MB * megabyte);
#ifndef __SANITIZE_ADDRESS__ /* whose shadow counts as memory */
    bound(RLIMIT_DATA, (rlim_t)CONFINE_MEMORY_MB * megabyte);
#endif
}

/* Where the daemon runs as root, the gateway is a root that may do nothing special: with no_new_privs exec gives none back.
 * Others have none, and their unit may forbid the call. */
static bool drop_capabilities(void)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

    return geteuid() != 0 || syscall(SYS_capset, &header, none) == 0;
}

bool confine_enter(const struct confinement *confinement)
{
    struct sock_fprog program = { .len = confinement->filter_length, .filter = confinement->filter };

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !drop_capabilities())
        return false;
    if (confinement->ruleset >= 0 && !landlock_enter(confinement->ruleset))
        return false;
    return !confinement->filter || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
