/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The running http gateway: what its parts share. jobs.c sends, polls.c and tracks.c ask, hooks.c hears; main.c ties them
 * to the daemon. Each part is NULL when the configuration has nothing for it. Sending has connections of its own, so that
 * no question to the provider stands in the way of an emergency.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_HTTP_H
#define GREENLINE_GATEWAYS_HTTP_HTTP_H

#include "gateways/common/gateway.h"
#include "gateways/http/request.h"
#include "gateways/http/setting.h"
#include "gateways/http/transfer.h"

enum {
    ASKING_CONNECTIONS = 4,
    NONCE_BYTES = 16,
    WAIT_AFTER_FAULT_MAX = 10 * 60000 /* ms between questions to a provider that does not answer them */
};

struct http {
    struct gateway *gateway;
    struct setting *setting;
    struct transfers *sending, *asking;
    struct zone zone; /* the school's */
    struct jobs *jobs;
    struct polls *polls;
    struct tracks *tracks;
    bool failed; /* the provider could not be reached, or understood, the last time */
};

/* The wall clock of the machine, not of a demo: what providers mean by time. */
time_ms http_real_now(void);
/* Fills the request of a call; false and `err` when the job lacks what it needs. */
bool http_fill(const struct http *http, struct request *out, const struct call *call, const struct request_job *job,
               struct error *err);
struct response http_response(const struct transfer_result *result);
/* Health is said when it changes; `detail` is NULL while all is well. */
void http_note_health(struct http *http, const char *detail);
/* One line of the log for a request that is over: "what: POST https://HOST/PATH: 200 in 35 ms: outcome". */
void http_log(const struct http *http, const char *what, const struct call *call, const struct transfer_result *result,
              const char *outcome);
struct feed_world http_feed_world(const struct http *http, const char *id);
/* Says a report or reply of a provider to the daemon. */
void http_say_item(const struct http *http, const struct feed_item *item);

/* --- jobs.c: messages on their way --- */

struct jobs *jobs_new(struct http *http);
void jobs_free(struct jobs *jobs);
void jobs_send(struct jobs *jobs, const struct gateway_job *job);
void jobs_cancel(struct jobs *jobs, const char *id);
/* All that came in one read is here: emergencies wait for no others. */
void jobs_turn(struct jobs *jobs);
/* Answers `probe`. */
void jobs_probe(struct jobs *jobs, const char *id, const char *provider_id);

/* --- polls.c: pages of reports and replies --- */

/* Reads cursors and pages back; NULL and `err` when they cannot be kept. */
struct polls *polls_new(struct http *http, struct error *err);
void polls_free(struct polls *polls);
/* Begins with the next turn of the loop: then `ready` has been said. */
void polls_start(struct polls *polls);
void polls_stored(struct polls *polls, const char *uid);
/* No page is asked for any more. */
void polls_stop(struct polls *polls);

/* --- tracks.c: what became of each message --- */

struct tracks *tracks_new(struct http *http, struct error *err);
void tracks_free(struct tracks *tracks);
void tracks_add(struct tracks *tracks, const char *id, const char *provider_id);
void tracks_stored(struct tracks *tracks, const char *uid);
void tracks_stop(struct tracks *tracks);

/* --- hooks.c --- */

void hooks_take(struct http *http, const struct gateway_http_request *request);

#endif
