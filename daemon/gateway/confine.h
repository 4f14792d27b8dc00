/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a gateway program may do to the machine. It is prepared before the fork and entered in the child, before exec:
 *
 * - files (Landlock): the system's programs, libraries, certificates and name service are read, its own folder and the
 *   `paths` of the configuration written; what its section names as "/PATH" or "file:/PATH" is read. Nothing else: not the
 *   database, not a home, not the configuration;
 * - system calls (seccomp): none that look into other processes, change the machine or leave the confinement, and no
 *   sockets but those of the internet, so not the daemon's either;
 * - no new privileges; bounds of memory, files and processes; an environment of the variables that it has use for.
 *
 * Where the kernel has no Landlock or this machine's calls are not known, the rest still holds: the caller says so.
 */
#ifndef GREENLINE_GATEWAY_CONFINE_H
#define GREENLINE_GATEWAY_CONFINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    CONFINE_MEMORY_MB = 512,    /* of its own, beside what it maps of files */
    CONFINE_FILE_MB = 1024,     /* one file that it writes */
    CONFINE_DESCRIPTORS = 1024, /* more than select(2) can bear; also of those that are not confined */
    CONFINE_PROCESSES = 256,    /* of the daemon's user, threads too */
    CONFINE_FILES_MAX = 64,     /* files that its configuration names */
};

struct sock_filter;

struct confinement {
    int ruleset;                /* of Landlock; -1: the kernel has none */
    struct sock_filter *filter; /* of system calls; NULL: none for this machine */
    unsigned short filter_length;
};

struct confine_request {
    const char *program;
    const char *folder;       /* its own, to write; NULL: none */
    const char *const *paths; /* to read and write: devices, files, folders; NULL: none */
    const json_t *config;     /* its section; NULL: none */
};

/* Never fails: a path that is not there is left out, and what the kernel does not have too. */
void confine_prepare(struct confinement *out, const struct confine_request *request);
void confine_free(struct confinement *confinement);
/* In the child of a fork, only system calls: the bounds that hold for each gateway. */
void confine_bounds(bool confined);
/* The last before exec, only system calls. False with errno when the kernel refused. */
bool confine_enter(const struct confinement *confinement);

#endif
