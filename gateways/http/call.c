/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request part of the configuration: method, url, headers, body (see setting.h), and what is checked of it. The
 * host must be literal, so that no job can lead the request elsewhere; a body that looks like JSON is filled in once
 * with sample values and must parse.
 */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateways/http/setting_internal.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

void call_free(struct call *call)
{
    pattern_free(&call->url);
    pattern_free(&call->body);
    for (size_t i = 0; i < call->header_count; i++)
        pattern_free(&call->headers[i]);
    *call = (struct call){ 0 };
}

/* A part of a URL, which the caller frees with curl_free(); NULL when it cannot be parsed. */
static char *url_part(const char *url, CURLUPart part)
{
    CURLU *parsed = curl_url();
    char *text = NULL;

    if (parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK)
        curl_url_get(parsed, part, &text, 0);
    curl_url_cleanup(parsed);
    return text;
}

bool url_is_loopback(const char *url)
{
    char *host = url_part(url, CURLUPART_HOST);
    bool loopback = host && (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
                             (text_starts(host, "127.") && strspn(host, "0123456789.") == strlen(host)));

    curl_free(host);
    return loopback;
}

static bool check_url(const struct call *call, bool plain, struct error *err)
{
    size_t start = pattern_literal_start(&call->url);
    const char *literal = start && call->url.parts ? call->url.parts[0].text : "";
    const char *host = strstr(literal, "://");
    char *scheme = url_part(literal, CURLUPART_SCHEME);
    char *user = url_part(literal, CURLUPART_USER);
    bool open = scheme && strcmp(scheme, "http") == 0;
    bool sound = true;

    if (!scheme || !host || (!open && strcmp(scheme, "https") != 0))
        sound = error_set(err, "url: not a URL of https or http: write \"https://HOST/PATH\"");
    else if (call->url.count > 1 && !strpbrk(host + 3, "/?"))
        sound = error_set(err, "url: the host must be written out: a place to fill in may stand in the path only");
    else if (user)
        sound = error_set(err, "url: a name or password before the host: use basic = \"NAME:${secret:password}\"");
    else if (open && !plain && !url_is_loopback(literal))
        sound = error_set(err, "url: http:// can be read by others on the way: use https://, or say plain = true for a "
                               "device in the school's own network");
    curl_free(scheme);
    curl_free(user);
    return sound;
}

/* Names of parameters get a sample value, whatever they are. */
static json_t *sample_params(const struct pattern *pattern)
{
    json_t *params = json_object();

    for (size_t i = 0; i < pattern->count; i++) {
        if (pattern->parts[i].name == PATTERN_PARAM)
            json_put_text(params, pattern->parts[i].text, "1");
    }
    return params;
}

/* Quotes and line breaks in every value show an escape that is missing. */
static bool check_json(const struct call *call, const struct secrets *secrets, struct error *err)
{
    struct pattern_values values = { .secrets = secrets };
    struct text filled = { 0 };
    json_t *params = sample_params(&call->body);
    json_t *json = NULL;
    json_error_t why = { 0 };

    for (size_t i = 0; i < PATTERN_VALUES; i++)
        values.text[i] = i == PATTERN_TEXT ? "\"a\"\n\\" : "1";
    values.params = params;
    if (pattern_fill(&filled, &call->body, &values, NULL))
        json = json_loadb(filled.data, filled.length, 0, &why);
    if (!json)
        error_set(
            err, "body: is not JSON when it is filled in (%.80s): is a ${...|json} in quotes, or one without |json?",
            strstr(why.text, "near") ? "syntax" : why.text); /* jansson quotes the text, which may hold a secret */
    text_free(&filled);
    json_decref(params);
    json_decref(json);
    return json != NULL;
}

/* The type of a body that no header names. */
static const char *guess_type(const struct call *call)
{
    const char *start = pattern_literal_start(&call->body) ? call->body.parts[0].text : "";

    for (size_t i = 0; i < call->header_count; i++) {
        const struct pattern *header = &call->headers[i];

        if (pattern_literal_start(header) && strncasecmp(header->parts[0].text, "Content-Type:", 13) == 0)
            return NULL;
    }
    start += strspn(start, " \t\r\n");
    if (*start == '{' || *start == '[')
        return "application/json";
    return *start == '<' ? "text/xml; charset=utf-8" : "application/x-www-form-urlencoded";
}

static bool read_header(struct call *call, const json_t *value, const struct secrets *secrets, struct error *err)
{
    const char *source = json_string_value(value);
    const char *colon = source ? strchr(source, ':') : NULL;
    const char *space = source ? strpbrk(source, " \t${") : NULL;

    if (!colon || colon == source || (space && space < colon) || strpbrk(source, "\r\n"))
        return error_set(err, "headers: not a header: write \"NAME: VALUE\", one in each entry");
    if (call->header_count == CALL_HEADERS_MAX)
        return error_set(err, "headers: more than %d: leave some out", CALL_HEADERS_MAX);
    if (strncasecmp(source, "Expect:", 7) == 0 || strncasecmp(source, "Content-Length:", 15) == 0 ||
        strncasecmp(source, "Transfer-Encoding:", 18) == 0)
        return error_set(err, "headers: \"%.20s\" is set by the program: leave it out", source);
    if (!pattern_parse(&call->headers[call->header_count], source, secrets, err))
        return error_in(err, "headers");
    call->header_count++;
    return true;
}

static bool read_headers(struct call *call, const json_t *value, const struct secrets *secrets, struct error *err)
{
    if (value && !json_is_array(value))
        return error_set(err, "headers: not a list: write ( \"NAME: VALUE\", … )");
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!read_header(call, json_array_get(value, i), secrets, err))
            return false;
    }
    return true;
}

static bool read_pattern(struct pattern *out, const json_t *config, const char *key, const struct secrets *secrets,
                         struct error *err)
{
    const json_t *value = json_object_get(config, key);

    if (!value)
        return true;
    if (!json_is_string(value))
        return error_set(err, "%s: not a text: put it in quotes", key);
    return pattern_parse(out, json_string_value(value), secrets, err) || error_in(err, key);
}

bool call_read(struct call *out, const json_t *config, const struct secrets *secrets, bool plain, struct error *err)
{
    struct call call = { 0 };
    const char *method = json_text(config, "method", json_object_get(config, "body") ? "POST" : "GET");
    bool sound;

    call.post = strcmp(method, "POST") == 0;
    if (!call.post && strcmp(method, "GET") != 0)
        return error_set(err, "method: \"%.20s\": use POST or GET", method);
    if (!json_object_get(config, "url"))
        return error_set(err, "url: missing: write url = \"https://HOST/PATH\"");
    if (call.post != (json_object_get(config, "body") != NULL))
        return error_set(err, call.post ? "body: missing: a POST needs one"
                                        : "body: a GET has none: leave it out, or use method = \"POST\"");
    sound = read_pattern(&call.url, config, "url", secrets, err) && check_url(&call, plain, err) &&
            read_headers(&call, json_object_get(config, "headers"), secrets, err) &&
            read_pattern(&call.body, config, "body", secrets, err);
    if (sound && call.post) {
        call.content_type = guess_type(&call);
        if (call.content_type && strcmp(call.content_type, "application/json") == 0)
            sound = check_json(&call, secrets, err);
    }
    if (!sound) {
        call_free(&call);
        return false;
    }
    *out = call;
    return true;
}
