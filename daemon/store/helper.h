/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one helper thread, on a query_only connection of its own. It makes PASSIVE checkpoints, woken by the size of the
 * write-ahead log, so that the loop never waits for the copying (TRAPS.md: 20–47 ms inline); and it runs jobs: what looks
 * at many rows and would hold up the turn (previews, reports, the check of an import).
 *
 * A job is two functions. `work` runs on the thread inside one read transaction, so it sees one state of the store: all
 * that was committed before helper_run(). `done` runs on the loop, from helper_finish(), inside a turn. Jobs run one by
 * one in order. A snapshot keeps a checkpoint from completing, so a statement of a job is broken off when the job is
 * older than HELPER_JOB_MS (the reader has then failed, see store.h), and a checkpoint that is due goes before the next job.
 */
#ifndef GREENLINE_STORE_HELPER_H
#define GREENLINE_STORE_HELPER_H

#include <stdbool.h>

#include "store/store.h"

struct helper;

enum { HELPER_JOBS_MAX = 64, HELPER_JOB_MS = 10000 };

struct helper_job {
    void (*work)(void *arg, struct store *reader);
    void (*done)(void *arg, bool ran); /* ran: false when the helper was stopped first */
    void *arg;
};

/* Starts the thread; NULL and err when its connection cannot be opened. */
struct helper *helper_start(struct store *store, struct error *err);
/* Ends the thread after a last checkpoint; a job that runs is broken off. Every job that was not finished is told here, by
 * its `done`. NULL is allowed. */
void helper_stop(struct helper *helper);

/* The connection jobs read: for parts that are made before any job and used by jobs only. */
struct store *helper_reader(const struct helper *helper);
/* False when HELPER_JOBS_MAX wait already: the caller refuses. */
bool helper_run(struct helper *helper, const struct helper_job *job);
/* Readable when helper_finish() has something to do. */
int helper_fd(const struct helper *helper);
/* Calls `done` of the jobs that are finished, in their order. */
void helper_finish(struct helper *helper);

/* No job begins until helper_go(); true once none runs and none waits for helper_finish(): then what jobs lean on may be
 * changed. While it is false, ask again after the next helper_finish(). */
bool helper_hold(struct helper *helper);
void helper_go(struct helper *helper);

/* Jobs that run, wait, or wait for helper_finish(). */
size_t helper_jobs(struct helper *helper);
/* The log is over its limit: no bulk work now. NULL is never behind. */
bool helper_behind(struct helper *helper);

#endif
