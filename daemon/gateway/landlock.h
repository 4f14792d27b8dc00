/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Landlock ruleset: the files that a process and its children may open from then on. Built before the fork, entered in
 * the child. A path that is not there allows nothing. For confine.c only.
 */
#ifndef GREENLINE_GATEWAY_LANDLOCK_H
#define GREENLINE_GATEWAY_LANDLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* A rule hangs on the file that was there when the gateway started: this one is replaced when the network changes. */
#define LANDLOCK_RESOLVER "/etc/resolv.conf"

struct landlock {
    int ruleset;     /* the caller closes; -1: none */
    uint64_t rights; /* that the kernel knows of */
};

/* -1 when the kernel has none. */
int landlock_open(struct landlock *out);
/* Programs, libraries, names, certificates: what any program needs. */
void landlock_allow_system(const struct landlock *landlock);
void landlock_allow_read(const struct landlock *landlock, const char *path);
void landlock_allow_run(const struct landlock *landlock, const char *path);
void landlock_allow_write(const struct landlock *landlock, const char *path);
/* Whether it guards files against truncate(2). */
bool landlock_cuts(void);
/* In the child; needs no_new_privs. False with errno. */
bool landlock_enter(int ruleset);

#endif
