/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The http gateway: any provider that speaks HTTP, described in the configuration (README.md in this folder). A job is
 * `started` when its connection stands, `refused` when nothing left or the provider says so, `accepted` when the answer
 * is as configured, and `unknown` whenever the request may have left and no clear answer came. Here is the
 * module's table; the parts behind it are in http.h.
 */
#include <curl/curl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "gateways/http/http.h"
#include "lib/log.h"
#include "lib/memory.h"

enum { WINDOW_MAX = 1000 /* PROTOCOL.md, "Starting and ending" */ };

static void announce(const struct setting *setting, struct gateway_ready *ready)
{
    int batch = setting->batch.size ? setting->batch.size : 1;
    int window = setting->connections * batch;

    ready->channels = (const char *const *)setting->channels;
    ready->window = window < WINDOW_MAX ? window : WINDOW_MAX;
    ready->batch = batch;
    ready->free_text = setting->free_text;
    ready->idempotent = setting->idempotent;
    ready->probe = setting->probe.call.method != NULL;
    ready->simulated = setting->simulated;
    ready->http = setting->hook_count > 0;
    ready->delivery_reports = setting->track.call.method != NULL;
    for (size_t i = 0; i < setting->poll_count; i++) {
        ready->delivery_reports |= setting->polls[i].feed.report.given;
        ready->inbound |= setting->polls[i].feed.reply.given;
    }
    for (size_t i = 0; i < setting->hook_count; i++) {
        ready->delivery_reports |= setting->hooks[i].feed.report.given;
        ready->inbound |= setting->hooks[i].feed.reply.given;
    }
}

static void http_free(struct http *http)
{
    transfers_free(http->sending);
    transfers_free(http->asking);
    jobs_free(http->jobs);
    polls_free(http->polls);
    tracks_free(http->tracks);
    setting_free(http->setting);
    free(http);
}

static bool open_parts(struct http *http, struct error *err)
{
    struct event_base *base = gateway_base(http->gateway);
    struct transfer_bounds sending = { http->setting->connections, RESPONSE_BYTES_MAX };
    struct transfer_bounds asking = { ASKING_CONNECTIONS, RESPONSE_PAGE_MAX };

    if (!zone_open(&http->zone, gateway_hello(http->gateway)->zone, err))
        return error_in(err, "zone");
    http->sending = transfers_new(base, http->setting, &sending, err);
    http->asking = http->sending ? transfers_new(base, http->setting, &asking, err) : NULL;
    if (!http->asking)
        return false;
    http->jobs = jobs_new(http);
    if (http->setting->track.call.method && !(http->tracks = tracks_new(http, err)))
        return error_in(err, "track");
    if (http->setting->poll_count && !(http->polls = polls_new(http, err)))
        return error_in(err, "poll");
    if (http->polls)
        polls_start(http->polls);
    return true;
}

static void *configure(struct gateway *gateway, const json_t *config, struct gateway_ready *ready, struct error *err)
{
    struct http *http = mem_new(1, sizeof *http);

    *http = (struct http){ .gateway = gateway, .setting = setting_read(config, err) };
    if (!http->setting || !open_parts(http, err)) {
        http_free(http);
        return NULL;
    }
    if (!http->setting->verify)
        log_warning("verify = false: anybody on the way can read the messages");
    announce(http->setting, ready);
    return http;
}

static void send_job(struct gateway *gateway, const struct gateway_job *job)
{
    struct http *http = gateway_state(gateway);

    jobs_send(http->jobs, job);
}

static void cancel_job(struct gateway *gateway, const char *id)
{
    struct http *http = gateway_state(gateway);

    jobs_cancel(http->jobs, id);
}

static void probe_job(struct gateway *gateway, const char *id, const char *provider_id)
{
    struct http *http = gateway_state(gateway);

    jobs_probe(http->jobs, id, provider_id);
}

static void stored(struct gateway *gateway, const char *uid)
{
    struct http *http = gateway_state(gateway);

    if (http->polls)
        polls_stored(http->polls, uid);
    if (http->tracks)
        tracks_stored(http->tracks, uid);
}

static void turn(struct gateway *gateway)
{
    struct http *http = gateway_state(gateway);

    jobs_turn(http->jobs);
}

static void drain(struct gateway *gateway, time_ms deadline)
{
    struct http *http = gateway_state(gateway);

    (void)deadline;
    if (http->polls)
        polls_stop(http->polls);
    if (http->tracks)
        tracks_stop(http->tracks);
}

static void take_webhook(struct gateway *gateway, const struct gateway_http_request *request)
{
    hooks_take(gateway_state(gateway), request);
}

static void stop(struct gateway *gateway)
{
    struct http *http = gateway_state(gateway);

    if (http)
        http_free(http);
    curl_global_cleanup();
    zone_close_all();
}

/* What it can be made to carry; the configuration chooses. */
static const char *const channels[] = { "sms", "voice", "im", NULL };

static const struct gateway_module module = {
    .ready = { .type = "http", .channels = channels, .window = 8, .batch = 1, .free_text = true },
    .configure = configure,
    .send = send_job,
    .cancel = cancel_job,
    .probe = probe_job,
    .stored = stored,
    .turn = turn,
    .drain = drain,
    .stop = stop,
    .http = take_webhook,
};

int main(int argc, char **argv)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || sodium_init() < 0)
        return 1;
    return gateway_main(argc, argv, &module);
}
