/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One child process with pipes to its standard input, output and error, in a process group of its own, and the lock
 * that says who owns a gateway. A child gets these three descriptors and, as number 3, the lock; nothing else.
 * A pidfd tells the event loop of its end. Starting fails with one sentence that names the program.
 */
#ifndef GREENLINE_GATEWAY_PROCESS_H
#define GREENLINE_GATEWAY_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/error.h"

struct process {
    pid_t pid;    /* 0: none */
    int pidfd;    /* readable once the process has ended; -1: none */
    int in;       /* written by us; nonblocking; -1: closed */
    int out, err; /* read by us; nonblocking; -1: closed */
};

#define PROCESS_NONE                                                                                                   \
    {                                                                                                                  \
        .pid = 0, .pidfd = -1, .in = -1, .out = -1, .err = -1                                                          \
    }

enum lock_result { LOCK_TAKEN, LOCK_HELD, LOCK_FAILED };

/*
 * Opens `path` and takes an exclusive flock(2) on it without waiting. The lock lives as long as any process has the
 * descriptor: the child inherits it, the caller closes its own after the start. LOCK_HELD names the last owner's pid.
 */
enum lock_result lock_take(int *fd, const char *path, struct error *err);
/* Writes the owner's pid into the lock file, for people. */
void lock_sign(int fd, pid_t pid);

/* Starts `program`; `argument` may be NULL, `lock` -1 (then there is none). */
bool process_start(struct process *out, const char *program, const char *argument, int lock, struct error *err);
/* Sends a signal to its whole group. */
void process_signal(const struct process *process, int number);
/* Ends the rest of its group and reaps it, once pidfd is readable. Writes "exit status 1", "killed by signal 9". */
void process_reap(struct process *process, char *how, size_t size);
/* Closes the descriptors; does not end the process. */
void process_close(struct process *process);
void descriptor_close(int *fd);

#endif
