/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the answer to a request to the outcome of each of its jobs; see jobs_internal.h. One verdict may hold for all, or
 * the answer names each by id, number or order; a job that it does not name is unknown, never guessed.
 */
#include <stdlib.h>
#include <string.h>

#include "gateways/http/jobs_internal.h"
#include "lib/log.h"
#include "lib/memory.h"

size_t jobs_count(const struct job *list)
{
    size_t count = 0;

    for (; list; list = list->next)
        count++;
    return count;
}

static void pause_account(struct jobs *jobs, const struct verdict *verdict)
{
    struct http *http = jobs->http;
    time_ms now = gateway_now(http->gateway);

    if (now < jobs->paused_until)
        return;
    jobs->paused_until = now + http->setting->account_pause;
    log_warning("the provider refuses the account (%s): paused", verdict->code);
    gateway_say_pause(http->gateway, verdict->detail, jobs->paused_until);
    http_note_health(http, verdict->detail);
}

static void say_refused(struct jobs *jobs, struct job *job, enum gateway_refusal refusal, const struct verdict *verdict)
{
    gateway_say_refused(jobs->http->gateway, job->id, refusal, verdict->code, verdict->detail, verdict->retry_after);
}

static void say_accepted(struct jobs *jobs, struct job *job, const struct verdict *verdict)
{
    struct gateway *gateway = jobs->http->gateway;
    const char *provider_id = verdict->provider_id_count ? verdict->provider_ids[0] : NULL;

    if (verdict->provider_id_count > 1)
        gateway_say_accepted_parts(gateway, job->id, (const char *const *)verdict->provider_ids,
                                   (int)verdict->provider_id_count);
    else
        gateway_say_accepted(gateway, job->id, provider_id, verdict->parts);
    if (jobs->http->tracks)
        tracks_add(jobs->http->tracks, job->id, provider_id);
}

static void say_verdict(struct jobs *jobs, struct job *job, const struct verdict *verdict)
{
    job->answered = true;
    switch (verdict->class) {
    case VERDICT_ACCEPTED:
        say_accepted(jobs, job, verdict);
        break;
    case VERDICT_PERMANENT:
        say_refused(jobs, job, GATEWAY_PERMANENT, verdict);
        break;
    case VERDICT_TEMPORARY:
        say_refused(jobs, job, GATEWAY_TEMPORARY, verdict);
        break;
    case VERDICT_THROTTLED:
        say_refused(jobs, job, GATEWAY_THROTTLED, verdict);
        break;
    case VERDICT_ACCOUNT:
        pause_account(jobs, verdict);
        say_refused(jobs, job, GATEWAY_TEMPORARY, verdict);
        break;
    case VERDICT_UNKNOWN:
        gateway_say_unknown(jobs->http->gateway, job->id, verdict->detail);
        break;
    }
}

static void scrub(const struct jobs *jobs, struct verdict *verdict)
{
    if (verdict->code)
        secrets_scrub(&jobs->http->setting->secrets, verdict->code);
    if (verdict->detail)
        secrets_scrub(&jobs->http->setting->secrets, verdict->detail);
}

static bool same_number(const char *told, const char *to, const char *country)
{
    size_t prefix = strlen(country);

    return strcmp(told, to) == 0 || (*to == '+' && strcmp(told, to + 1) == 0) ||
           (prefix && text_starts(to, country) && strcmp(told, to + prefix) == 0);
}

/* The job that an element of the answer's list is about; each once. */
static struct job *job_of(const struct jobs *jobs, struct job *list, const struct response *element, size_t index)
{
    const struct batch_setting *batch = &jobs->http->setting->batch;
    char *told = batch->by == BATCH_BY_ORDER ? NULL : place_text(&batch->match, element);
    struct job *job = list;

    for (size_t i = 0; job; job = job->next, i++) {
        bool meant =
            batch->by == BATCH_BY_ORDER
                ? i == index
                : told && (batch->by == BATCH_BY_ID ? strcmp(told, job->id) == 0
                                                    : same_number(told, job->to, jobs->http->setting->country));

        if (meant && !job->answered)
            break;
    }
    free(told);
    return job;
}

/* Each element decides for its own; who is not named is not known. By order only as many as were sent can be meant. */
static void say_elements(struct jobs *jobs, struct job *list, const struct response *response)
{
    const struct batch_setting *batch = &jobs->http->setting->batch;
    const json_t *found[JSONPATH_FOUND_MAX];
    size_t paths = jsonpath_find(&batch->items, response->json, found);
    const json_t *elements = paths == 1 ? found[0] : NULL;
    size_t count = json_array_size(elements);

    if (batch->by == BATCH_BY_ORDER && count != jobs_count(list))
        count = 0;
    for (size_t i = 0; i < count && i < BATCH_MAX; i++) {
        struct response element = { .status = response->status,
                                    .body = "",
                                    .json = json_array_get(elements, i),
                                    .retry_after = response->retry_after };
        struct job *job = job_of(jobs, list, &element, i);
        struct verdict verdict;

        if (!job)
            continue;
        verdict = verdict_of(&batch->rules, &element);
        scrub(jobs, &verdict);
        say_verdict(jobs, job, &verdict);
        verdict_free(&verdict);
    }
    for (struct job *job = list; job; job = job->next) {
        if (!job->answered)
            gateway_say_unknown(jobs->http->gateway, job->id, "the answer does not name this message");
    }
}

/* One verdict for all; ids of the provider are given where there is one for each. */
static void say_to_all(struct jobs *jobs, struct job *list, const struct verdict *verdict)
{
    size_t count = jobs_count(list), i = 0;

    for (struct job *job = list; job; job = job->next, i++) {
        struct verdict own = *verdict;

        if (count > 1) {
            own.parts = 0;
            own.provider_id_count = verdict->provider_id_count == count;
            own.provider_ids[0] = verdict->provider_ids[own.provider_id_count ? i : 0];
        }
        say_verdict(jobs, job, &own);
    }
}

static const char *const outcomes[] = {
    [VERDICT_ACCEPTED] = "accepted",         [VERDICT_PERMANENT] = "refused for good",
    [VERDICT_TEMPORARY] = "refused for now", [VERDICT_THROTTLED] = "throttled",
    [VERDICT_ACCOUNT] = "account refused",   [VERDICT_UNKNOWN] = "unknown",
};

static void log_sending(const struct jobs *jobs, const struct job *list, const struct transfer_result *result,
                        const char *outcome)
{
    char number[MASKED_MAX];
    size_t count = jobs_count(list);
    char *what;

    mask_number(number, list->to);
    what = count > 1 ? mem_format("send %s and %zu more", list->id, count - 1)
                     : mem_format("send %s to %s", list->id, number);
    http_log(jobs->http, what, &jobs->http->setting->send, result, outcome);
    free(what);
}

void jobs_say_answer(struct jobs *jobs, struct job *list, const struct transfer_result *result)
{
    struct response response = http_response(result);
    struct verdict verdict = verdict_of(&jobs->http->setting->rules, &response);

    if (verdict.class != VERDICT_ACCOUNT)
        http_note_health(jobs->http, NULL);
    scrub(jobs, &verdict);
    log_sending(jobs, list, result, outcomes[verdict.class]);
    if (verdict.class == VERDICT_ACCEPTED && jobs->http->setting->batch.has_items)
        say_elements(jobs, list, &response);
    else
        say_to_all(jobs, list, &verdict);
    verdict_free(&verdict);
    response_free(&response);
}

void jobs_say_broken(struct jobs *jobs, struct job *list, const struct transfer_result *result)
{
    struct gateway *gateway = jobs->http->gateway;
    char *detail = mem_dup(result->detail);

    secrets_scrub(&jobs->http->setting->secrets, detail);
    log_sending(jobs, list, result, result->left ? "unknown" : "not sent");
    http_note_health(jobs->http, detail);
    for (struct job *job = list; job; job = job->next) {
        if (result->left)
            gateway_say_unknown(gateway, job->id, detail);
        else
            gateway_say_refused(gateway, job->id, GATEWAY_TEMPORARY, "unreachable", detail, 0);
    }
    free(detail);
}
