/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages on their way to the provider. A job waits in a group of equal texts where the configuration has `batch`, leaves
 * in a sending (one request, one or more jobs), and gets its outcome from the answer. It remembers nothing: what is in
 * doubt after a crash is told by the daemon's own records, and by `probe` where the provider can be asked.
 */
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "gateways/http/jobs_internal.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"

/* Jobs that may share a request. */
struct group {
    struct group *next;
    char *key;
    struct job *jobs;
    size_t count;
    time_ms since; /* monotonic */
    bool urgent;
};

/* One request that was handed to libcurl. */
struct sending {
    struct jobs *owner;
    struct sending *next;
    struct job *jobs;
    struct transfer *transfer;
};

static void start(struct jobs *jobs, struct job *list);

/* --- jobs and lists of them --- */

static struct job *job_new(const struct gateway_job *given)
{
    struct job *job = mem_new(1, sizeof *job);

    *job = (struct job){ .id = mem_dup(given->id),
                         .channel = mem_dup(given->channel),
                         .lane = mem_dup(given->lane),
                         .to = mem_dup(given->to),
                         .text = mem_dup(given->text),
                         .template = mem_dup(given->template),
                         .reply_ext = mem_dup(given->reply_ext),
                         .params = json_incref((json_t *)given->params),
                         .voice = json_incref((json_t *)given->voice),
                         .expires = given->expires };
    return job;
}

static void job_free(struct job *job)
{
    free(job->id);
    free(job->channel);
    free(job->lane);
    free(job->to);
    free(job->text);
    free(job->template);
    free(job->reply_ext);
    json_decref(job->params);
    json_decref(job->voice);
    free(job);
}

static void free_list(struct job *list)
{
    while (list) {
        struct job *next = list->next;

        job_free(list);
        list = next;
    }
}

/* Takes the job of that id out of a list; NULL when it is not there. */
static struct job *take_out(struct job **list, const char *id)
{
    for (struct job **at = list; *at; at = &(*at)->next) {
        struct job *job = *at;

        if (strcmp(job->id, id) == 0) {
            *at = job->next;
            job->next = NULL;
            return job;
        }
    }
    return NULL;
}

static struct request_job values_of(const struct job *job)
{
    return (struct request_job){ .id = job->id,
                                 .channel = job->channel,
                                 .lane = job->lane,
                                 .to = job->to,
                                 .text = job->text,
                                 .template = job->template,
                                 .reply_ext = job->reply_ext,
                                 .params = job->params,
                                 .voice = job->voice };
}

/* --- sendings --- */

static void sending_free(struct sending *sending)
{
    struct sending **at = &sending->owner->sendings;

    while (*at != sending)
        at = &(*at)->next;
    *at = sending->next;
    free_list(sending->jobs);
    free(sending);
}

/* Refuses what is past its time and returns the rest. */
static struct job *drop_expired(struct jobs *jobs, struct job *list)
{
    time_ms now = gateway_now(jobs->http->gateway);
    struct job **at = &list;

    while (*at) {
        struct job *job = *at;

        if (job->expires > now) {
            at = &job->next;
            continue;
        }
        *at = job->next;
        gateway_say_refused(jobs->http->gateway, job->id, GATEWAY_TEMPORARY, "expired", NULL, 0);
        job_free(job);
    }
    return list;
}

/* Nothing leaves after its time: where one of several is late, the others go in a request of their own. */
static bool on_leaving(void *arg)
{
    struct sending *sending = arg;
    struct gateway *gateway = sending->owner->http->gateway;
    time_ms now = gateway_now(gateway);

    for (struct job *job = sending->jobs; job; job = job->next) {
        if (job->expires <= now)
            return false;
    }
    for (struct job *job = sending->jobs; job; job = job->next)
        gateway_say_started(gateway, job->id);
    gateway_flush(gateway);
    return true;
}

static void on_sent(void *arg, const struct transfer_result *result)
{
    struct sending *sending = arg;
    struct jobs *jobs = sending->owner;
    struct job *rest = NULL;

    if (result->kept_back) {
        rest = drop_expired(jobs, sending->jobs);
        sending->jobs = NULL;
    } else if (result->whole) {
        jobs_say_answer(jobs, sending->jobs, result);
    } else {
        jobs_say_broken(jobs, sending->jobs, result);
    }
    sending_free(sending);
    start(jobs, rest);
}

/* The entries of a batch, one a job; a job that lacks what its entry needs is refused and left out. */
static char *batch_entries(struct jobs *jobs, struct job **list)
{
    const struct batch_setting *batch = &jobs->http->setting->batch;
    struct request_world world = { .secrets = &jobs->http->setting->secrets,
                                   .country = jobs->http->setting->country,
                                   .now = http_real_now(),
                                   .zone = jobs->http->zone };
    struct text entries = { 0 };
    struct job **at = list;

    while (*at) {
        struct job *job = *at;
        struct request_job values = values_of(job);
        struct text entry = { 0 };
        struct error err = { 0 };

        if (request_fill_pattern(&entry, &batch->entry, &world, &values, &err)) {
            if (entries.length)
                text_add(&entries, batch->separator);
            text_add(&entries, entry.data ? entry.data : "");
            at = &job->next;
        } else {
            *at = job->next;
            gateway_say_refused(jobs->http->gateway, job->id, GATEWAY_PERMANENT, "request", err.text, 0);
            job_free(job);
        }
        text_free(&entry);
    }
    return text_take(&entries);
}

/* Takes over the list; nothing happens with an empty one. */
static void start(struct jobs *jobs, struct job *list)
{
    static const struct transfer_events events = { .leaving = on_leaving, .done = on_sent };
    struct http *http = jobs->http;
    char *entries = http->setting->batch.size ? batch_entries(jobs, &list) : NULL;
    struct request request = { 0 };
    struct error err = { 0 };
    struct sending *sending;
    struct request_job values;

    if (!list) {
        free(entries);
        return;
    }
    values = values_of(list);
    values.batch = entries;
    if (!http_fill(http, &request, &http->setting->send, &values, &err)) {
        for (struct job *job = list; job; job = job->next)
            gateway_say_refused(http->gateway, job->id, GATEWAY_PERMANENT, "request", err.text, 0);
        free_list(list);
    } else {
        sending = mem_new(1, sizeof *sending);
        *sending = (struct sending){ .owner = jobs, .next = jobs->sendings, .jobs = list };
        jobs->sendings = sending;
        sending->transfer = transfer_start(http->sending, &request, &events, sending);
    }
    free(entries);
}

/* --- groups --- */

static char *group_key(const struct job *job)
{
    json_t *key = json_object();
    char *text;

    json_put_text(key, "channel", job->channel);
    json_put_text(key, "lane", job->lane);
    json_put_text(key, "text", job->text);
    json_put_text(key, "template", job->template);
    json_put_text(key, "reply_ext", job->reply_ext);
    if (job->params)
        json_object_set(key, "params", job->params);
    if (job->voice)
        json_object_set(key, "voice", job->voice);
    text = json_write(key);
    json_decref(key);
    return text;
}

static void release(struct jobs *jobs, struct group *group)
{
    struct group **at = &jobs->groups;
    struct job *list = group->jobs;

    while (*at != group)
        at = &(*at)->next;
    *at = group->next;
    free(group->key);
    free(group);
    start(jobs, list);
}

static bool group_has_number(const struct group *group, const char *to)
{
    for (const struct job *job = group->jobs; job; job = job->next) {
        if (strcmp(job->to, to) == 0)
            return true;
    }
    return false;
}

/* The group that job may join, made if need be; a number stands in a request once. Takes over `key`. */
static struct group *group_for(struct jobs *jobs, const struct job *job, char *key)
{
    struct group *group = jobs->groups;

    while (group && (strcmp(group->key, key) != 0 || group_has_number(group, job->to)))
        group = group->next;
    if (group) {
        free(key);
        return group;
    }
    group = mem_new(1, sizeof *group);
    *group = (struct group){
        .next = jobs->groups, .key = key, .since = clock_mono(), .urgent = strcmp(job->lane, "emergency") == 0
    };
    jobs->groups = group;
    return group;
}

static void arm(struct jobs *jobs)
{
    time_ms wait = jobs->http->setting->batch.wait;
    struct timeval real = { .tv_sec = wait / 1000, .tv_usec = wait % 1000 * 1000 };

    if (jobs->groups && !evtimer_pending(jobs->due, NULL))
        evtimer_add(jobs->due, &real);
}

static void on_due(evutil_socket_t fd, short what, void *arg)
{
    struct jobs *jobs = arg;
    time_ms before = clock_mono() - jobs->http->setting->batch.wait;
    struct group *group = jobs->groups;

    (void)fd, (void)what;
    while (group) {
        struct group *next = group->next;

        if (group->since <= before)
            release(jobs, group);
        group = next;
    }
    arm(jobs);
}

static void join(struct jobs *jobs, struct job *job)
{
    struct group *group = group_for(jobs, job, group_key(job));
    struct job **at = &group->jobs;

    while (*at)
        at = &(*at)->next;
    *at = job;
    if (++group->count == (size_t)jobs->http->setting->batch.size)
        release(jobs, group);
    arm(jobs);
}

void jobs_turn(struct jobs *jobs)
{
    struct group *group = jobs->groups;

    while (group) {
        struct group *next = group->next;

        if (group->urgent)
            release(jobs, group);
        group = next;
    }
}

void jobs_send(struct jobs *jobs, const struct gateway_job *given)
{
    struct job *job = job_new(given);

    if (jobs->http->setting->batch.size)
        join(jobs, job);
    else
        start(jobs, job);
}

/* --- cancel --- */

static void say_cancelled(struct jobs *jobs, struct job *job)
{
    gateway_say_refused(jobs->http->gateway, job->id, GATEWAY_PERMANENT, "cancelled", NULL, 0);
    job_free(job);
}

static struct job *find(struct job *list, const char *id)
{
    while (list && strcmp(list->id, id) != 0)
        list = list->next;
    return list;
}

void jobs_cancel(struct jobs *jobs, const char *id)
{
    for (struct group *group = jobs->groups; group; group = group->next) {
        struct job *job = take_out(&group->jobs, id);

        if (!job)
            continue;
        group->count--;
        say_cancelled(jobs, job);
        if (!group->jobs)
            release(jobs, group);
        return;
    }
    for (struct sending *sending = jobs->sendings; sending; sending = sending->next) {
        struct job *rest;

        if (!find(sending->jobs, id))
            continue;
        if (!transfer_cancel(sending->transfer))
            return; /* too late: what becomes of it is said */
        say_cancelled(jobs, take_out(&sending->jobs, id));
        rest = sending->jobs;
        sending->jobs = NULL;
        sending_free(sending);
        start(jobs, rest);
        return;
    }
}

struct jobs *jobs_new(struct http *http)
{
    struct jobs *jobs = mem_new(1, sizeof *jobs);

    jobs->http = http;
    jobs->due = evtimer_new(gateway_base(http->gateway), on_due, jobs);
    if (!jobs->due)
        abort(); /* memory only */
    return jobs;
}

/* The transfers are over: their jobs get no outcome any more. */
void jobs_free(struct jobs *jobs)
{
    if (!jobs)
        return;
    while (jobs->sendings)
        sending_free(jobs->sendings); /* takes it out of the list: NOLINT(clang-analyzer-unix.Malloc) */
    jobs_free_probes(jobs);
    while (jobs->groups) {
        struct group *group = jobs->groups;

        jobs->groups = group->next;
        free_list(group->jobs);
        free(group->key);
        free(group);
    }
    event_free(jobs->due);
    free(jobs);
}
