/* SPDX-License-Identifier: Apache-2.0 */
/* The request part of the configuration; see call.h. Signatures are read first: url, headers and body may name them. */
#include "gateways/http/call.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateways/http/faults.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

static const struct {
    const char *name;
    bool has_body;
} methods[] = { { "GET", false }, { "POST", true }, { "PUT", true }, { "PATCH", true } };

const char *const call_keys[] = { "method", "url", "headers", "body", "basic", "digest", "signs", NULL };

void call_free(struct call *call)
{
    pattern_free(&call->url);
    pattern_free(&call->body);
    pattern_free(&call->basic);
    for (size_t i = 0; i < call->header_count; i++)
        pattern_free(&call->headers[i]);
    for (size_t i = 0; i < call->sign_count; i++) {
        free(call->signs[i].name);
        pattern_free(&call->signs[i].key);
        pattern_free(&call->signs[i].data);
    }
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

bool call_is_loopback(const struct call *call)
{
    return url_is_loopback(pattern_start(&call->url));
}

static bool check_url(const struct call *call, bool plain, struct error *err)
{
    const char *literal = pattern_start(&call->url);
    const char *host = strstr(literal, "://");
    char *scheme = url_part(literal, CURLUPART_SCHEME);
    char *user = url_part(literal, CURLUPART_USER);
    bool open = scheme && strcmp(scheme, "http") == 0;
    bool sound = true;

    if (!scheme || !host || (!open && strcmp(scheme, "https") != 0))
        sound = error_set(err, "not a URL of https or http: write \"https://HOST/PATH\"");
    else if (call->url.count > 1 && !strpbrk(host + 3, "/?"))
        sound = error_set(err, "the host must be written out: a place to fill in may stand in the path only");
    else if (user)
        sound = error_set(err, "a name or password before the host: use basic = \"NAME:${secret:password}\"");
    else if (open && !plain && !url_is_loopback(literal))
        sound = error_set(err, "http:// can be read by others on the way: use https://, or say plain = true for a "
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
static bool check_json(const struct call *call, const struct call_scope *scope, struct error *err)
{
    char one[] = "1";
    struct pattern_sign signs[CALL_SIGNS_MAX];
    struct pattern_values values = { .secrets = scope->secrets, .signs = signs, .sign_count = call->sign_count };
    struct text filled = { 0 };
    json_t *params = sample_params(&call->body);
    json_t *json = NULL;
    json_error_t why = { 0 };

    for (size_t i = 0; i < call->sign_count; i++)
        signs[i] = (struct pattern_sign){ call->signs[i].name, one };
    for (size_t i = 0; i < PATTERN_VALUES; i++)
        values.text[i] = "1";
    values.text[PATTERN_TEXT] = values.text[PATTERN_VOICE_TEXT] = "\"a\"\n\\";
    values.text[PATTERN_PARAMS] = values.text[PATTERN_VOICE_SCRIPT] = "{}";
    values.text[PATTERN_BATCH] = scope->batch_sample;
    values.params = params;
    if (pattern_fill(&filled, &call->body, &values, NULL))
        json = json_loadb(filled.data, filled.length, 0, &why);
    if (!json)
        error_set(err, "is not JSON when it is filled in (%.80s): is a ${...|json} in quotes, or one without |json?",
                  strstr(why.text, "near") ? "syntax" : why.text); /* jansson quotes the text: perhaps a secret */
    text_free(&filled);
    json_decref(params);
    json_decref(json);
    return json != NULL;
}

/* The type of a body that no header names. */
static const char *guess_type(const struct call *call)
{
    const char *start = pattern_start(&call->body);

    for (size_t i = 0; i < call->header_count; i++) {
        if (strncasecmp(pattern_start(&call->headers[i]), "Content-Type:", 13) == 0)
            return NULL;
    }
    start += strspn(start, " \t\r\n");
    if (*start == '{' || *start == '[')
        return "application/json";
    return *start == '<' ? "text/xml; charset=utf-8" : "application/x-www-form-urlencoded";
}

static bool read_header(struct call *call, const json_t *value, const struct pattern_scope *scope, struct error *err)
{
    const char *source = json_string_value(value);
    const char *colon = source ? strchr(source, ':') : NULL;
    const char *space = source ? strpbrk(source, " \t${") : NULL;

    if (!colon || colon == source || (space && space < colon) || strpbrk(source, "\r\n"))
        return error_set(err, "not a header: write \"NAME: VALUE\", one in each entry");
    if (call->header_count == CALL_HEADERS_MAX)
        return error_set(err, "more than %d: leave some out", CALL_HEADERS_MAX);
    if (strncasecmp(source, "Expect:", 7) == 0 || strncasecmp(source, "Content-Length:", 15) == 0 ||
        strncasecmp(source, "Transfer-Encoding:", 18) == 0)
        return error_set(err, "\"%.20s\" is set by the program: leave it out", source);
    if (!pattern_parse(&call->headers[call->header_count], source, scope, err))
        return false;
    call->header_count++;
    return true;
}

static bool read_headers(struct call *call, const json_t *value, const struct pattern_scope *scope, struct error *err)
{
    if (value && !json_is_array(value))
        return error_set(err, "not a list: write ( \"NAME: VALUE\", … )");
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!read_header(call, json_array_get(value, i), scope, err))
            return false;
    }
    return true;
}

static bool read_pattern(struct pattern *out, const json_t *value, const struct pattern_scope *scope, struct error *err)
{
    if (!json_is_string(value))
        return error_set(err, "not a text: put it in quotes");
    return pattern_parse(out, json_string_value(value), scope, err);
}

/* basic and digest, of the group itself or else of the whole configuration. */
static bool read_user(struct call *call, const json_t *config, const struct pattern_scope *scope, struct error *err)
{
    const json_t *basic = json_object_get(config, "basic");
    const json_t *digest = json_object_get(config, "digest");
    const json_t *value = digest ? digest : basic;

    if (!value)
        return true;
    if (basic && digest)
        return error_set(err, "digest beside it: write one of the two");
    if (!json_is_string(value) || !strchr(json_string_value(value), ':'))
        return error_set(err, "not a name and password: write \"NAME:${secret:password}\"");
    call->digest = digest != NULL;
    return read_pattern(&call->basic, value, scope, err);
}

static bool read_sign(struct call *call, const json_t *value, const struct pattern_scope *scope, struct error *err)
{
    static const char *const known[] = { "name", "algorithm", "encoding", "key", "data", NULL };
    struct pattern_scope inside = *scope;
    struct call_sign *sign = &call->signs[call->sign_count];
    const json_t *key = json_object_get(value, "key");
    const json_t *data = json_object_get(value, "data");
    struct faults faults = { 0 };
    struct error why = { 0 };

    *sign = (struct call_sign){ .name = mem_dup(json_text(value, "name", "")) };
    call->sign_count++;
    inside.where |= PATTERN_IN_SIGN;
    faults_keys(&faults, value, known);
    if (!*sign->name)
        faults_say(&faults, "name", "missing: write name = \"mac\", and ${sign:mac} where it goes");
    if (!sign_algorithm_parse(&sign->algorithm, json_text(value, "algorithm", "hmac-sha256"), &why) ||
        !sign_encoding_parse(&sign->encoding, json_text(value, "encoding", "hex"), &why))
        faults_add(&faults, NULL, &why);
    if (sign_has_key(sign->algorithm) != (key != NULL))
        faults_say(&faults, "key",
                   key ? "not used by this algorithm: leave it out" : "missing: write key = \"${secret:NAME}\"");
    if (key && !read_pattern(&sign->key, key, &inside, &why))
        faults_add(&faults, "key", &why);
    if (!read_pattern(&sign->data, data, &inside, &why))
        faults_add(&faults, "data", &why);
    return faults_end(&faults, err);
}

static bool read_signs(struct call *call, const json_t *value, struct pattern_scope *scope,
                       struct pattern_sign names[static CALL_SIGNS_MAX], struct error *err)
{
    char place[32];

    if (value && (!json_is_array(value) || json_array_size(value) > CALL_SIGNS_MAX))
        return error_set(err, "not a list of at most %d: write ( { name = \"mac\"; key = \"${secret:key}\"; … } )",
                         CALL_SIGNS_MAX);
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!read_sign(call, json_array_get(value, i), scope, err)) {
            snprintf(place, sizeof place, "entry %zu", i + 1);
            return error_in(err, place);
        }
        names[i] = (struct pattern_sign){ .name = call->signs[i].name };
        scope->sign_count++;
    }
    return true;
}

/* What is signed cannot hold the signature. */
static bool check_order(const struct call *call, struct error *err)
{
    for (size_t i = 0; i < call->sign_count; i++) {
        const struct pattern *data = &call->signs[i].data;

        if (pattern_has(data, PATTERN_BODY) && pattern_has(&call->body, PATTERN_SIGN))
            return error_set(err, "${body} is signed and holds a signature: sign its parts instead");
        if ((pattern_has(data, PATTERN_PATH) || pattern_has(data, PATTERN_QUERY)) &&
            pattern_has(&call->url, PATTERN_SIGN))
            return error_set(err, "the url is signed and holds a signature: sign its parts instead");
    }
    return true;
}

static bool read_method(struct call *call, const json_t *config, struct error *err)
{
    const char *method = json_text(config, "method", json_object_get(config, "body") ? "POST" : "GET");

    for (size_t i = 0; i < COUNT(methods); i++) {
        if (strcmp(methods[i].name, method) == 0) {
            call->method = methods[i].name;
            call->has_body = methods[i].has_body;
            return true;
        }
    }
    call->method = methods[0].name;
    return error_set(err, "\"%.20s\": use POST or GET, PUT or PATCH", method);
}

static bool read_body(struct call *call, const json_t *value, const struct pattern_scope *pattern,
                      const struct call_scope *scope, struct error *err)
{
    if (call->has_body != (value != NULL))
        return error_set(
            err, call->has_body ? "missing: a %s needs one" : "a %s has none: leave it out, or use method = \"POST\"",
            call->method);
    if (!value)
        return true;
    if (!read_pattern(&call->body, value, pattern, err))
        return false;
    call->content_type = guess_type(call);
    return !call->content_type || strcmp(call->content_type, "application/json") != 0 || check_json(call, scope, err);
}

static bool read_url(struct call *call, const json_t *value, const struct pattern_scope *pattern,
                     const struct call_scope *scope, struct error *err)
{
    if (!value)
        return error_set(err, "missing: write url = \"https://HOST/PATH\"");
    return read_pattern(&call->url, value, pattern, err) && check_url(call, scope->plain, err);
}

static const json_t *own_or_common(const json_t *config, const struct call_scope *scope, const char *key)
{
    const json_t *own = json_object_get(config, key);

    return own ? own : json_object_get(scope->common, key);
}

static bool has_user(const json_t *config)
{
    return json_object_get(config, "basic") || json_object_get(config, "digest");
}

static void read_parts(struct call *call, const json_t *config, const struct call_scope *scope, struct faults *faults)
{
    struct pattern_sign names[CALL_SIGNS_MAX];
    struct pattern_scope pattern = { .where = scope->where, .secrets = scope->secrets, .signs = names };
    struct error why = { 0 };

    if (!read_signs(call, own_or_common(config, scope, "signs"), &pattern, names, &why))
        faults_add(faults, "signs", &why);
    if (!read_user(call, has_user(config) ? config : scope->common, &pattern, &why))
        faults_add(faults, "basic", &why);
    if (!read_url(call, json_object_get(config, "url"), &pattern, scope, &why))
        faults_add(faults, "url", &why);
    if (!read_headers(call, json_object_get(config, "headers"), &pattern, &why))
        faults_add(faults, "headers", &why);
    if (!read_method(call, config, &why))
        faults_add(faults, "method", &why);
    else if (!read_body(call, json_object_get(config, "body"), &pattern, scope, &why))
        faults_add(faults, "body", &why);
    if (!check_order(call, &why))
        faults_add(faults, "signs", &why);
}

bool call_read(struct call *out, const json_t *config, const struct call_scope *scope, struct error *err)
{
    struct call call = { 0 };
    struct faults faults = { 0 };

    read_parts(&call, config, scope, &faults);
    if (!faults_end(&faults, err)) {
        call_free(&call);
        return false;
    }
    *out = call;
    return true;
}
