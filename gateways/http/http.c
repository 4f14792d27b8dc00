/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the http gateway have in common; see http.h. */
#include "gateways/http/http.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/memory.h"

time_ms http_real_now(void)
{
    struct clock system = clock_system();

    return clock_now(&system);
}

struct response http_response(const struct transfer_result *result)
{
    return response_read(result->status, result->body, result->length,
                         retry_after_parse(result->retry_after, http_real_now()));
}

bool http_fill(const struct http *http, struct request *out, const struct call *call, const struct request_job *job,
               struct error *err)
{
    unsigned char bytes[NONCE_BYTES];
    char nonce[2 * NONCE_BYTES + 1];
    struct request_world world = { .secrets = &http->setting->secrets,
                                   .country = http->setting->country,
                                   .nonce = nonce,
                                   .now = http_real_now(),
                                   .zone = http->zone };

    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(nonce, sizeof nonce, bytes, sizeof bytes);
    return request_fill(out, call, &world, job, err);
}

void http_note_health(struct http *http, const char *detail)
{
    if ((detail != NULL) != http->failed)
        gateway_say_health(http->gateway, detail ? "degraded" : "ok", detail, INT64_MIN, INT64_MIN);
    http->failed = detail != NULL;
}

/* The URL as it is written in the configuration, up to the first place to fill in and without its query: neither a secret
 * nor a text or number can stand there. */
void http_log(const struct http *http, const char *what, const struct call *call, const struct transfer_result *result,
              const char *outcome)
{
    char *url = mem_dup(pattern_start(&call->url));
    char *detail = mem_dup(result->detail ? result->detail : "");
    char status[16];

    url[strcspn(url, "?#")] = '\0';
    secrets_scrub(&http->setting->secrets, url);
    secrets_scrub(&http->setting->secrets, detail);
    snprintf(status, sizeof status, "%d", result->status);
    log_info("%s: %s %s: %s in %lld ms: %s", what, call->method, url, result->whole ? status : detail,
             (long long)result->took, outcome);
    free(url);
    free(detail);
}

struct feed_world http_feed_world(const struct http *http, const char *id)
{
    return (struct feed_world){ .country = http->setting->country, .zone = http->zone, .id = id };
}

void http_say_item(const struct http *http, const struct feed_item *item)
{
    if (item->is_reply) {
        struct gateway_reply reply = { .uid = item->uid,
                                       .from = item->from,
                                       .to = item->to,
                                       .text = item->text,
                                       .digits = item->digits,
                                       .call = item->state,
                                       .at = item->at };

        gateway_say_reply(http->gateway, &reply);
    } else {
        struct gateway_status status = { .uid = item->uid,
                                         .id = item->id,
                                         .provider_id = item->provider_id,
                                         .state = item->state,
                                         .code = item->code,
                                         .digits = item->digits,
                                         .seconds = item->seconds };

        gateway_say_status(http->gateway, &status);
    }
}
