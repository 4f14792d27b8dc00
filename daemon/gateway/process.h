/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One child process with pipes to its standard input, output and error, in a process group of its own, and the lock
 * that says who owns a gateway. A child gets these three descriptors and, as number 3, the lock; nothing else.
 * A pidfd tells the event loop of its end. Starting fails with one sentence that names the program.
 *
 * Or a peer: a process that somebody else started, reached by a unix socket. It has no pid, no standard error and no
 * lock of ours, and ends when the connection does.
 */
#ifndef GREENLINE_GATEWAY_PROCESS_H
#define GREENLINE_GATEWAY_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "gateway/confine.h"
#include "lib/error.h"

struct process {
    bool peer;    /* connected to, not started */
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

struct process_plan {
    struct confine_request program; /* and what it may see, if it is confined */
    const char *argument;           /* NULL: none */
    int lock;                       /* -1: none */
    bool unconfined;
};

/* `*whole`, where not NULL, tells whether the kernel could do all that confines it. */
bool process_start(struct process *out, const struct process_plan *plan, bool *whole, struct error *err);
/* Connects to the unix socket at `path` without waiting. */
bool process_connect(struct process *out, const char *path, struct error *err);
/* A child that has not been reaped, or a peer that is connected. */
bool process_runs(const struct process *process);
/* Sends a signal to its whole group; a peer gets none. */
void process_signal(const struct process *process, int number);
/* End of file on its standard input; a peer may still answer. */
void process_close_input(struct process *process);
/* Ends the rest of its group and reaps it, once pidfd is readable. Writes "exit status 1", "killed by signal 9"; a peer is
 * left: "the connection ended". */
void process_reap(struct process *process, char *how, size_t size);
/* Closes the descriptors; does not end the process. */
void process_close(struct process *process);
void descriptor_close(int *fd);

#endif
