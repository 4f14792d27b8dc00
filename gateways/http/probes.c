/* SPDX-License-Identifier: Apache-2.0 */
/* What became of a message whose outcome is not known: one question to the provider, told only when it is certain. */
#include <stdlib.h>

#include "gateways/http/jobs_internal.h"
#include "lib/memory.h"

enum { PROBES_MAX = 1000 /* waiting at once; more are answered "unknown" */ };

struct probe {
    struct jobs *owner;
    struct probe *next;
    char *id;
};

static void probe_free(struct probe *probe)
{
    struct probe **at = &probe->owner->probes;

    while (*at != probe)
        at = &(*at)->next;
    *at = probe->next;
    probe->owner->probe_count--;
    free(probe->id);
    free(probe);
}

/* A fate is told only when exactly one of the two conditions holds. */
static enum gateway_fate fate_of(const struct probe_setting *setting, const struct transfer_result *result)
{
    struct response response = http_response(result);
    bool sent = condition_given(&setting->sent) && condition_holds(&setting->sent, &response) == HOLDS_YES;
    bool not_sent = condition_given(&setting->not_sent) && condition_holds(&setting->not_sent, &response) == HOLDS_YES;

    response_free(&response);
    if (sent == not_sent)
        return GATEWAY_FATE_UNKNOWN;
    return sent ? GATEWAY_FATE_SENT : GATEWAY_FATE_NOT_SENT;
}

static void on_probed(void *arg, const struct transfer_result *result)
{
    static const char *const fates[] = {
        [GATEWAY_FATE_SENT] = "sent",
        [GATEWAY_FATE_NOT_SENT] = "not sent",
        [GATEWAY_FATE_UNKNOWN] = "unknown",
    };
    struct probe *probe = arg;
    struct http *http = probe->owner->http;
    enum gateway_fate fate = result->whole ? fate_of(&http->setting->probe, result) : GATEWAY_FATE_UNKNOWN;
    char *what = mem_format("probe %s", probe->id);

    http_log(http, what, &http->setting->probe.call, result, fates[fate]);
    gateway_say_fate(http->gateway, probe->id, fate);
    free(what);
    probe_free(probe);
}

void jobs_probe(struct jobs *jobs, const char *id, const char *provider_id)
{
    static const struct transfer_events events = { .done = on_probed };
    struct http *http = jobs->http;
    struct request_job values = { .id = id, .provider_id = provider_id };
    struct request request = { 0 };
    struct probe *probe;

    if (!http->setting->probe.call.method || jobs->probe_count == PROBES_MAX ||
        !http_fill(http, &request, &http->setting->probe.call, &values, NULL)) {
        gateway_say_fate(http->gateway, id, GATEWAY_FATE_UNKNOWN);
        return;
    }
    probe = mem_new(1, sizeof *probe);
    *probe = (struct probe){ .owner = jobs, .next = jobs->probes, .id = mem_dup(id) };
    jobs->probes = probe;
    jobs->probe_count++;
    transfer_start(http->asking, &request, &events, probe);
}

void jobs_free_probes(struct jobs *jobs)
{
    while (jobs->probes)
        probe_free(jobs->probes); /* takes it out of the list: NOLINT(clang-analyzer-unix.Malloc) */
}
