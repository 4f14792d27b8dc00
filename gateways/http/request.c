/* SPDX-License-Identifier: Apache-2.0 */
/* From a job to a request; see request.h. */
#include "gateways/http/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateways/http/voice.h"
#include "lib/json.h"
#include "lib/memory.h"

/* What is made for one request and freed after it. */
struct filling {
    const struct call *call;
    struct pattern_values values;
    struct pattern_sign signs[CALL_SIGNS_MAX];
    struct voice voice;
    char *params, *path;
    char timestamp[24], timestamp_ms[24];
};

void request_free(struct request *request)
{
    free(request->url);
    if (request->user)
        explicit_bzero(request->user, strlen(request->user));
    free(request->user);
    curl_slist_free_all(request->headers);
    text_free(&request->body);
    *request = (struct request){ 0 };
}

/* RFC 3986: a URL holds neither space nor controls nor bytes beyond ASCII. */
static bool fits_url(const char *url)
{
    for (const unsigned char *at = (const unsigned char *)url; *at; at++) {
        if (*at <= 0x20 || *at >= 0x7F)
            return false;
    }
    return true;
}

/* RFC 9110 section 5.5: no controls but the tab. */
static bool fits_header(const char *header)
{
    for (const unsigned char *at = (const unsigned char *)header; *at; at++) {
        if ((*at < 0x20 && *at != '\t') || *at == 0x7F)
            return false;
    }
    return true;
}

static bool fill_url(struct request *request, const struct filling *filling, struct error *err)
{
    struct text url = { 0 };
    bool filled = pattern_fill(&url, &filling->call->url, &filling->values, err);

    request->url = text_take(&url);
    if (!filled)
        return error_in(err, "url");
    return fits_url(request->url) || error_set(err, "url: a space or sign that a URL cannot hold: write ${...|url}");
}

static bool fill_body(struct request *request, const struct filling *filling, struct error *err)
{
    return pattern_fill(&request->body, &filling->call->body, &filling->values, err) || error_in(err, "body");
}

static void add_header(struct request *request, const char *header)
{
    struct curl_slist *longer = curl_slist_append(request->headers, header);

    if (!longer)
        abort();
    request->headers = longer;
}

/* curl takes "Name:" as "send none" and "Name;" as "send it empty". */
static char *header_for_curl(struct text *header)
{
    char *line = text_take(header);
    char *colon = strchr(line, ':');

    if (colon && !colon[1 + strspn(colon + 1, " \t")]) {
        colon[0] = ';';
        colon[1] = '\0';
    }
    return line;
}

static bool fill_headers(struct request *request, const struct filling *filling, struct error *err)
{
    const struct call *call = filling->call;

    for (size_t i = 0; i < call->header_count; i++) {
        struct text header = { 0 };
        bool filled = pattern_fill(&header, &call->headers[i], &filling->values, err);
        char *line = header_for_curl(&header);
        bool fits = filled && fits_header(line);

        if (fits)
            add_header(request, line);
        else if (filled)
            error_set(err, "a line break or control that a header cannot hold");
        free(line);
        if (!fits)
            return error_in(err, "headers");
    }
    if (call->has_body && call->content_type) {
        char *line = mem_format("Content-Type: %s", call->content_type);

        add_header(request, line);
        free(line);
    }
    add_header(request, "Expect:"); /* no wait for 100 Continue: many servers never say it */
    return true;
}

static bool fill_user(struct request *request, const struct filling *filling, struct error *err)
{
    struct text user = { 0 };
    bool filled = pattern_fill(&user, &filling->call->basic, &filling->values, err);

    request->digest = filling->call->digest;
    if (filling->call->basic.count)
        request->user = text_take(&user);
    text_free(&user);
    return filled || error_in(err, "basic");
}

/* Path and query of the filled-in URL, for what is signed. */
static void split_url(struct filling *filling, const char *url)
{
    const char *host = strstr(url, "://");
    const char *path = host ? strpbrk(host + 3, "/?") : NULL;
    char *query;

    filling->path = mem_dup(path ? path : "/");
    query = strchr(filling->path, '?');
    if (query)
        *query++ = '\0';
    filling->values.text[PATTERN_PATH] = *filling->path ? filling->path : "/";
    filling->values.text[PATTERN_QUERY] = query ? query : "";
}

static bool make_sign(struct filling *filling, size_t i, struct error *err)
{
    const struct call_sign *sign = &filling->call->signs[i];
    struct text key = { 0 }, data = { 0 };
    bool filled = pattern_fill(&key, &sign->key, &filling->values, err) &&
                  pattern_fill(&data, &sign->data, &filling->values, err);

    if (filled)
        filling->signs[i].value = sign_make(sign->algorithm, sign->encoding, key.data ? key.data : "",
                                            data.data ? data.data : "", data.length);
    if (key.data)
        explicit_bzero(key.data, key.length);
    text_free(&key);
    text_free(&data);
    return filled || error_in(err, "signs");
}

static bool make_signs(struct filling *filling, struct error *err)
{
    for (size_t i = 0; i < filling->call->sign_count; i++) {
        if (!make_sign(filling, i, err))
            return false;
    }
    return true;
}

/* What a signature may cover comes before it, what may hold it after. */
static bool fill_all(struct request *request, struct filling *filling, struct error *err)
{
    bool url_first = !pattern_has(&filling->call->url, PATTERN_SIGN);
    bool body_first = !pattern_has(&filling->call->body, PATTERN_SIGN);

    if (url_first && !fill_url(request, filling, err))
        return false;
    if (body_first && !fill_body(request, filling, err))
        return false;
    if (url_first)
        split_url(filling, request->url);
    if (body_first)
        filling->values.text[PATTERN_BODY] = request->body.data ? request->body.data : "";
    return make_signs(filling, err) && (url_first || fill_url(request, filling, err)) &&
           (body_first || fill_body(request, filling, err)) && fill_headers(request, filling, err) &&
           fill_user(request, filling, err);
}

static void set_values(struct filling *filling, const struct request_world *world, const struct request_job *job)
{
    struct pattern_values *values = &filling->values;
    size_t country = strlen(world->country);
    const char *to = job->to;

    filling->voice = voice_read(job->voice, job->text);
    filling->params = job->params ? json_write(job->params) : NULL;
    snprintf(filling->timestamp, sizeof filling->timestamp, "%lld", (long long)(world->now / SECOND_MS));
    snprintf(filling->timestamp_ms, sizeof filling->timestamp_ms, "%lld", (long long)world->now);
    *values = (struct pattern_values){
        .text = { [PATTERN_ID] = job->id,
                  [PATTERN_TO] = to,
                  [PATTERN_TO_DIGITS] = to && *to == '+' ? to + 1 : to,
                  [PATTERN_TO_NATIONAL] = to && country && text_starts(to, world->country) ? to + country : to,
                  [PATTERN_TEXT] = job->text ? job->text : filling->voice.text,
                  [PATTERN_TEMPLATE] = job->template,
                  [PATTERN_PARAMS] = filling->params,
                  [PATTERN_CHANNEL] = job->channel,
                  [PATTERN_LANE] = job->lane,
                  [PATTERN_REPLY_EXT] = job->reply_ext,
                  [PATTERN_VOICE_TEXT] = filling->voice.text,
                  [PATTERN_VOICE_SCRIPT] = filling->voice.script,
                  [PATTERN_VOICE_PLAY] = filling->voice.play,
                  [PATTERN_VOICE_KEYS] = filling->voice.keys,
                  [PATTERN_VOICE_REPEAT] = filling->voice.repeat,
                  [PATTERN_VOICE_SILENCE] = filling->voice.silence_ms,
                  [PATTERN_PROVIDER_ID] = job->provider_id,
                  [PATTERN_CURSOR] = job->cursor,
                  [PATTERN_BATCH] = job->batch,
                  [PATTERN_TIMESTAMP] = filling->timestamp,
                  [PATTERN_TIMESTAMP_MS] = filling->timestamp_ms,
                  [PATTERN_NONCE] = world->nonce },
        .params = job->params,
        .secrets = world->secrets,
        .signs = filling->signs,
        .now = world->now,
        .zone = world->zone,
    };
}

static void free_filling(struct filling *filling)
{
    for (size_t i = 0; i < CALL_SIGNS_MAX; i++)
        free(filling->signs[i].value);
    voice_free(&filling->voice);
    free(filling->params);
    free(filling->path);
}

bool request_fill(struct request *out, const struct call *call, const struct request_world *world,
                  const struct request_job *job, struct error *err)
{
    struct request request = { .method = call->method, .has_body = call->has_body };
    struct filling filling = { .call = call };
    bool filled;

    set_values(&filling, world, job);
    filling.values.text[PATTERN_METHOD] = call->method;
    filling.values.sign_count = call->sign_count;
    for (size_t i = 0; i < call->sign_count; i++)
        filling.signs[i].name = call->signs[i].name;
    filled = fill_all(&request, &filling, err);
    free_filling(&filling);
    if (filled)
        *out = request;
    else
        request_free(&request);
    return filled;
}

bool request_fill_pattern(struct text *out, const struct pattern *pattern, const struct request_world *world,
                          const struct request_job *job, struct error *err)
{
    struct filling filling = { 0 };
    bool filled;

    set_values(&filling, world, job);
    filled = pattern_fill(out, pattern, &filling.values, err);
    free_filling(&filling);
    return filled;
}
