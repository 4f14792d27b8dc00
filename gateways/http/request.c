/* SPDX-License-Identifier: Apache-2.0 */
/* From a job to a request; see request.h. */
#include "gateways/http/request.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

void request_free(struct request *request)
{
    free(request->url);
    if (request->basic)
        explicit_bzero(request->basic, strlen(request->basic));
    free(request->basic);
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

static bool fill_url(struct request *request, const struct call *call, const struct pattern_values *values,
                     struct error *err)
{
    struct text url = { 0 };
    bool filled = pattern_fill(&url, &call->url, values, err);

    request->url = text_take(&url);
    if (!filled)
        return error_in(err, "url");
    return fits_url(request->url) || error_set(err, "url: a space or sign that a URL cannot hold: write ${...|url}");
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

static bool fill_headers(struct request *request, const struct call *call, const struct pattern_values *values,
                         struct error *err)
{
    for (size_t i = 0; i < call->header_count; i++) {
        struct text header = { 0 };
        bool filled = pattern_fill(&header, &call->headers[i], values, err);
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
    if (call->post && call->content_type) {
        char *line = mem_format("Content-Type: %s", call->content_type);

        add_header(request, line);
        free(line);
    }
    add_header(request, "Expect:"); /* no wait for 100 Continue: many servers never say it */
    return true;
}

static bool fill_basic(struct request *request, const struct setting *setting, const struct pattern_values *values,
                       struct error *err)
{
    struct text basic = { 0 };
    bool filled = pattern_fill(&basic, &setting->basic, values, err);

    if (setting->basic.count)
        request->basic = text_take(&basic);
    text_free(&basic);
    return filled || error_in(err, "basic");
}

bool request_fill(struct request *out, const struct setting *setting, const struct call *call,
                  const struct request_job *job, struct error *err)
{
    struct request request = { .post = call->post };
    size_t country = strlen(setting->country);
    const char *to = job->to;
    struct pattern_values values = {
        .text = { [PATTERN_ID] = job->id,
                  [PATTERN_TO] = to,
                  [PATTERN_TO_DIGITS] = to && *to == '+' ? to + 1 : to,
                  [PATTERN_TO_NATIONAL] = to && country && text_starts(to, setting->country) ? to + country : to,
                  [PATTERN_TEXT] = job->text,
                  [PATTERN_TEMPLATE] = job->template,
                  [PATTERN_CHANNEL] = job->channel,
                  [PATTERN_LANE] = job->lane,
                  [PATTERN_REPLY_EXT] = job->reply_ext,
                  [PATTERN_PROVIDER_ID] = job->provider_id },
        .params = job->params,
        .secrets = &setting->secrets,
    };

    if (fill_url(&request, call, &values, err) && fill_headers(&request, call, &values, err) &&
        fill_basic(&request, setting, &values, err)) {
        if (pattern_fill(&request.body, &call->body, &values, err)) {
            *out = request;
            return true;
        }
        error_in(err, "body");
    }
    request_free(&request);
    return false;
}
