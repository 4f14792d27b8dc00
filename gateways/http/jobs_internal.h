/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of messages on their way share: jobs.c groups and sends them, outcomes.c says what an answer means for
 * each, probes.c asks what became of one.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_JOBS_INTERNAL_H
#define GREENLINE_GATEWAYS_HTTP_JOBS_INTERNAL_H

#include "gateways/http/http.h"

struct event;
struct group;
struct sending;
struct probe;

struct job {
    struct job *next;
    char *id, *channel, *lane, *to, *text, *template, *reply_ext;
    json_t *params, *voice;
    time_ms expires;
    bool answered;
};

struct jobs {
    struct http *http;
    struct group *groups;
    struct sending *sendings;
    struct probe *probes;
    size_t probe_count;
    struct event *due;    /* a group has waited long enough */
    time_ms paused_until; /* a pause said before is not said again */
};

size_t jobs_count(const struct job *list);
/* Says the outcome of each job of a request that got a whole answer. */
void jobs_say_answer(struct jobs *jobs, struct job *list, const struct transfer_result *result);
/* The same of one that got none: what may have left is unknown, what has not is refused for now. */
void jobs_say_broken(struct jobs *jobs, struct job *list, const struct transfer_result *result);
void jobs_free_probes(struct jobs *jobs);

#endif
