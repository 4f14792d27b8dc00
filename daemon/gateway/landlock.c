/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files that a confined gateway sees, as a Landlock ruleset (linux, Documentation/userspace-api/landlock.rst). A rule
 * hangs on the file that lies at a path now, and on all below a folder. The numbers stand here because the headers of the
 * machine that builds may be older than the kernel that runs; what that one does not know is not asked of it.
 */
#include "gateway/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/memory.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

enum { CREATE_RULESET_VERSION = 1, RULE_PATH_BENEATH = 1 };

#define RIGHT(n) ((uint64_t)1 << (n))
#define EXECUTE RIGHT(0)
#define WRITE_FILE RIGHT(1)
#define READ_FILE RIGHT(2)
#define READ_DIR RIGHT(3)
#define MAKE_CHAR RIGHT(6)
#define MAKE_BLOCK RIGHT(11)
#define REFER RIGHT(13)     /* version 2 */
#define TRUNCATE RIGHT(14)  /* version 3 */
#define IOCTL_DEV RIGHT(15) /* version 5 */

#define OF_FILES (EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV)
#define TO_READ (READ_FILE | READ_DIR)
#define TO_RUN (TO_READ | EXECUTE)
#define TO_WRITE (~(MAKE_CHAR | MAKE_BLOCK))

#define SCOPE_ABSTRACT_SOCKETS RIGHT(0) /* version 6 */
#define SCOPE_SIGNALS RIGHT(1)

struct ruleset_attr {
    uint64_t handled_fs, handled_net, scoped;
};

struct path_beneath_attr {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

static const struct rule {
    const char *path; /* glob(7) */
    uint64_t rights;
} system_rules[] = {
    { "/usr", TO_RUN },
    { "/bin", TO_RUN },
    { "/sbin", TO_RUN },
    { "/lib*", TO_RUN },
    { "/opt", TO_RUN },
    { "/etc/ld.so.*", TO_READ },
    { "/etc/alternatives", TO_READ },
    { "/etc/python3*", TO_READ },
    { "/etc/mime.types", TO_READ },
    { "/etc/locale.*", TO_READ },
    { "/etc/localtime", TO_READ },
    { "/etc/timezone", TO_READ },
    /* names and addresses; /etc/resolv.conf often leads to one of the last */
    { LANDLOCK_RESOLVER, TO_READ },
    { "/etc/hosts", TO_READ },
    { "/etc/host.conf", TO_READ },
    { "/etc/nsswitch.conf", TO_READ },
    { "/etc/gai.conf", TO_READ },
    { "/etc/services", TO_READ },
    { "/etc/protocols", TO_READ },
    { "/etc/passwd", TO_READ },
    { "/etc/group", TO_READ },
    { "/run/systemd/resolve", TO_READ },
    { "/run/resolvconf", TO_READ },
    { "/run/NetworkManager", TO_READ },
    { "/run/connman", TO_READ },
    /* certificates and what TLS may and may not */
    { "/etc/ssl", TO_READ },
    { "/etc/pki", TO_READ },
    { "/etc/ca-certificates*", TO_READ },
    { "/etc/crypto-policies", TO_READ },
    { "/etc/gnutls", TO_READ },
    { "/var/lib/ca-certificates", TO_READ },
    /* the machine, as far as anybody may look: other processes are guarded by Landlock itself */
    { "/proc", TO_READ },
    { "/sys", TO_READ },
    { "/dev/null", READ_FILE | WRITE_FILE },
    { "/dev/zero", READ_FILE | WRITE_FILE },
    { "/dev/full", READ_FILE | WRITE_FILE },
    { "/dev/random", READ_FILE },
    { "/dev/urandom", READ_FILE },
};

enum { NEWEST = 6 };

/* The version of the kernel's Landlock; 0: none. */
static int version(void)
{
    const long found = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);

    return found < 0 ? 0 : found > NEWEST ? NEWEST : (int)found;
}

static uint64_t rights_of(int version)
{
    static const int counts[NEWEST + 1] = { 0, 13, 14, 15, 15, 16, 16 };

    return RIGHT(counts[version]) - 1;
}

bool landlock_cuts(void)
{
    return version() >= 3;
}

int landlock_open(struct landlock *out)
{
    const int found = version();
    const struct ruleset_attr attr = { .handled_fs = found ? rights_of(found) : 0,
                                       .scoped = found >= 6 ? SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS : 0 };

    out->rights = attr.handled_fs;
    out->ruleset = found ? (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0) : -1;
    return out->ruleset;
}

static void allow(const struct landlock *landlock, const char *path, uint64_t rights)
{
    struct path_beneath_attr attr = { .allowed = rights & landlock->rights };
    struct stat stat;

    attr.parent = open(path, O_PATH | O_CLOEXEC);
    if (attr.parent < 0)
        return;
    if (fstat(attr.parent, &stat) == 0) {
        if (!S_ISDIR(stat.st_mode))
            attr.allowed &= OF_FILES;
        syscall(SYS_landlock_add_rule, landlock->ruleset, RULE_PATH_BENEATH, &attr, 0);
    }
    close(attr.parent);
}

void landlock_allow_system(const struct landlock *landlock)
{
    for (size_t i = 0; i < COUNT(system_rules); i++) {
        glob_t found;

        if (glob(system_rules[i].path, GLOB_NOSORT, NULL, &found) == 0) {
            for (size_t j = 0; j < found.gl_pathc; j++)
                allow(landlock, found.gl_pathv[j], system_rules[i].rights);
        }
        globfree(&found);
    }
}

void landlock_allow_read(const struct landlock *landlock, const char *path)
{
    allow(landlock, path, TO_READ);
}

void landlock_allow_run(const struct landlock *landlock, const char *path)
{
    allow(landlock, path, TO_RUN);
}

void landlock_allow_write(const struct landlock *landlock, const char *path)
{
    allow(landlock, path, TO_WRITE & ~(uint64_t)EXECUTE);
}

bool landlock_enter(int ruleset)
{
    return syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
}
