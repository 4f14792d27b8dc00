/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter of a confined gateway's system calls, a program for seccomp(2). It forbids, and allows the rest, so that any
 * language's runtime works: what is forbidden answers EPERM, unless a runtime knows a better way (then ENOSYS).
 */
#ifndef GREENLINE_GATEWAY_SECCOMP_H
#define GREENLINE_GATEWAY_SECCOMP_H

#include <linux/filter.h>
#include <stdbool.h>

/* The caller frees; NULL for a machine whose calls are not known. `guards_cut`: truncate(2) is guarded by others. */
struct sock_filter *seccomp_filter(unsigned short *length, bool guards_cut);

#endif
