/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The http gateway: one request for a message, described in the configuration (README.md in this folder). A job is
 * `started` when its connection stands, `refused` when nothing left or the provider says so, `accepted` when the answer
 * is as configured, and `unknown` whenever the request may have left and no clear answer came. It remembers nothing:
 * what is in doubt after a crash is told by the daemon's own records, and by `probe` where the provider can be asked.
 */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateways/common/gateway.h"
#include "gateways/http/request.h"
#include "gateways/http/setting.h"
#include "gateways/http/transfer.h"
#include "lib/log.h"
#include "lib/memory.h"

enum {
    PROBES_MAX = 1000,            /* waiting at once; more are answered "unknown" */
    ACCOUNT_PAUSE_MS = 10 * 60000 /* after which the account is tried again */
};

struct task {
    struct http *http;
    struct task *next;
    char *id;
    bool probe;
    struct transfer *transfer;
};

struct http {
    struct gateway *gateway;
    struct setting *setting;
    struct transfers *transfers;
    struct task *tasks;
    size_t probes;
    time_ms paused_until; /* a pause said before is not said again */
    bool failed;          /* the provider could not be reached the last time */
};

static void task_free(struct task *task)
{
    struct task **at = &task->http->tasks;

    while (*at != task)
        at = &(*at)->next;
    *at = task->next;
    task->http->probes -= task->probe;
    free(task->id);
    free(task);
}

static struct task *task_new(struct http *http, const char *id, bool probe)
{
    struct task *task = mem_new(1, sizeof *task);

    *task = (struct task){ .http = http, .next = http->tasks, .id = mem_dup(id), .probe = probe };
    http->tasks = task;
    http->probes += probe;
    return task;
}

/* The wall clock of the machine, not of a demo: Retry-After may be a date. */
static time_ms real_now(void)
{
    struct clock system = clock_system();

    return clock_now(&system);
}

static struct response read_response(const struct transfer_result *result)
{
    return response_read(result->status, result->body, result->length,
                         retry_after_parse(result->retry_after, real_now()));
}

/* Health is said when it changes; `detail` is NULL while all is well. */
static void note_health(struct http *http, const char *detail)
{
    if ((detail != NULL) != http->failed)
        gateway_say_health(http->gateway, detail ? "degraded" : "ok", detail, INT64_MIN, INT64_MIN);
    http->failed = detail != NULL;
}

static void pause_account(struct http *http, const struct verdict *verdict)
{
    time_ms now = gateway_now(http->gateway);

    if (now < http->paused_until)
        return;
    http->paused_until = now + ACCOUNT_PAUSE_MS;
    log_warning("the provider refuses the account (%s): paused", verdict->code);
    gateway_say_pause(http->gateway, verdict->detail, http->paused_until);
}

static void say_refused(struct task *task, enum gateway_refusal refusal, const struct verdict *verdict)
{
    gateway_say_refused(task->http->gateway, task->id, refusal, verdict->code, verdict->detail, verdict->retry_after);
}

static void say_accepted(struct task *task, const struct verdict *verdict)
{
    struct gateway *gateway = task->http->gateway;

    if (verdict->provider_id_count > 1)
        gateway_say_accepted_parts(gateway, task->id, (const char *const *)verdict->provider_ids,
                                   (int)verdict->provider_id_count);
    else
        gateway_say_accepted(gateway, task->id, verdict->provider_id_count ? verdict->provider_ids[0] : NULL,
                             verdict->parts);
}

static void say_verdict(struct task *task, const struct verdict *verdict)
{
    switch (verdict->class) {
    case VERDICT_ACCEPTED:
        say_accepted(task, verdict);
        break;
    case VERDICT_PERMANENT:
        say_refused(task, GATEWAY_PERMANENT, verdict);
        break;
    case VERDICT_TEMPORARY:
        say_refused(task, GATEWAY_TEMPORARY, verdict);
        break;
    case VERDICT_THROTTLED:
        say_refused(task, GATEWAY_THROTTLED, verdict);
        break;
    case VERDICT_ACCOUNT:
        pause_account(task->http, verdict);
        say_refused(task, GATEWAY_TEMPORARY, verdict);
        break;
    case VERDICT_UNKNOWN:
        gateway_say_unknown(task->http->gateway, task->id, verdict->detail);
        break;
    }
}

/* No whole answer: what may have left is unknown, what has not is refused for now. */
static void say_broken(struct task *task, const struct transfer_result *result)
{
    char *detail = mem_dup(result->detail);

    secrets_scrub(&task->http->setting->secrets, detail);
    note_health(task->http, detail);
    if (result->left)
        gateway_say_unknown(task->http->gateway, task->id, detail);
    else
        gateway_say_refused(task->http->gateway, task->id, GATEWAY_TEMPORARY, "unreachable", detail, 0);
    free(detail);
}

static void on_leaving(void *arg)
{
    struct task *task = arg;

    gateway_say_started(task->http->gateway, task->id);
    gateway_flush(task->http->gateway);
}

static void on_sent(void *arg, const struct transfer_result *result)
{
    struct task *task = arg;
    struct http *http = task->http;

    if (result->whole) {
        struct response response = read_response(result);
        struct verdict verdict = verdict_of(&http->setting->rules, &response);

        note_health(http, NULL);
        if (verdict.code)
            secrets_scrub(&http->setting->secrets, verdict.code);
        if (verdict.detail)
            secrets_scrub(&http->setting->secrets, verdict.detail);
        say_verdict(task, &verdict);
        verdict_free(&verdict);
        response_free(&response);
    } else {
        say_broken(task, result);
    }
    task_free(task);
}

/* A fate is told only when exactly one of the two conditions holds. */
static enum gateway_fate fate_of(const struct setting *setting, const struct transfer_result *result)
{
    struct response response = read_response(result);
    bool sent = setting->sent.statuses.count + setting->sent.place.kind > 0 &&
                condition_holds(&setting->sent, &response) == HOLDS_YES;
    bool not_sent = setting->not_sent.statuses.count + setting->not_sent.place.kind > 0 &&
                    condition_holds(&setting->not_sent, &response) == HOLDS_YES;

    response_free(&response);
    if (sent == not_sent)
        return GATEWAY_FATE_UNKNOWN;
    return sent ? GATEWAY_FATE_SENT : GATEWAY_FATE_NOT_SENT;
}

static void on_probed(void *arg, const struct transfer_result *result)
{
    struct task *task = arg;

    gateway_say_fate(task->http->gateway, task->id,
                     result->whole ? fate_of(task->http->setting, result) : GATEWAY_FATE_UNKNOWN);
    task_free(task);
}

static void send_job(struct gateway *gateway, const struct gateway_job *job)
{
    static const struct transfer_events events = { .leaving = on_leaving, .done = on_sent };
    struct http *http = gateway_state(gateway);
    struct request_job values = { .id = job->id,
                                  .channel = job->channel,
                                  .lane = job->lane,
                                  .to = job->to,
                                  .text = job->text,
                                  .template = job->template,
                                  .reply_ext = job->reply_ext,
                                  .params = job->params };
    struct request request = { 0 };
    struct error err = { 0 };
    struct task *task;

    if (!request_fill(&request, http->setting, &http->setting->send, &values, &err)) {
        gateway_say_refused(gateway, job->id, GATEWAY_PERMANENT, "request", err.text, 0);
        return;
    }
    task = task_new(http, job->id, false);
    task->transfer = transfer_start(http->transfers, &request, &events, task);
}

static void probe_job(struct gateway *gateway, const char *id, const char *provider_id)
{
    static const struct transfer_events events = { .done = on_probed };
    struct http *http = gateway_state(gateway);
    struct request_job values = { .id = id, .provider_id = provider_id };
    struct request request = { 0 };
    struct task *task;

    if (!http->setting->has_probe || http->probes == PROBES_MAX ||
        !request_fill(&request, http->setting, &http->setting->probe, &values, NULL)) {
        gateway_say_fate(gateway, id, GATEWAY_FATE_UNKNOWN);
        return;
    }
    task = task_new(http, id, true);
    task->transfer = transfer_start(http->transfers, &request, &events, task);
}

static void cancel_job(struct gateway *gateway, const char *id)
{
    struct http *http = gateway_state(gateway);

    for (struct task *task = http->tasks; task; task = task->next) {
        if (task->probe || strcmp(task->id, id) != 0)
            continue;
        if (transfer_cancel(task->transfer)) {
            gateway_say_refused(gateway, id, GATEWAY_PERMANENT, "cancelled", NULL, 0);
            task_free(task);
        }
        return;
    }
}

static void announce(const struct setting *setting, struct gateway_ready *ready)
{
    ready->channels = (const char *const *)setting->channels;
    ready->window = setting->connections;
    ready->free_text = setting->free_text;
    ready->idempotent = setting->idempotent;
    ready->probe = setting->has_probe;
    ready->simulated = setting->simulated;
}

static void stop(struct gateway *gateway)
{
    struct http *http = gateway_state(gateway);

    if (!http)
        return;
    transfers_free(http->transfers);
    while (http->tasks)
        task_free(http->tasks); /* takes it out of the list: NOLINT(clang-analyzer-unix.Malloc) */
    setting_free(http->setting);
    free(http);
    curl_global_cleanup();
}

static void *configure(struct gateway *gateway, const json_t *config, struct gateway_ready *ready, struct error *err)
{
    struct http *http;
    struct setting *setting = setting_read(config, err);
    struct transfers *transfers = setting ? transfers_new(gateway_base(gateway), setting, err) : NULL;

    if (!transfers) {
        setting_free(setting);
        return NULL;
    }
    if (!setting->verify)
        log_warning("verify = false: anybody on the way can read the messages");
    http = mem_new(1, sizeof *http);
    *http = (struct http){ .gateway = gateway, .setting = setting, .transfers = transfers };
    announce(setting, ready);
    return http;
}

static const char *const channels[] = { "sms", NULL };

static const struct gateway_module module = {
    .ready = { .type = "http", .channels = channels, .window = 8, .batch = 1, .free_text = true },
    .configure = configure,
    .send = send_job,
    .cancel = cancel_job,
    .probe = probe_job,
    .stop = stop,
};

int main(int argc, char **argv)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return 1;
    return gateway_main(argc, argv, &module);
}
