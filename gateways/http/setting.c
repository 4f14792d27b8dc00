/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of the http gateway; see setting.h. One table names the keys, their types and bounds. */
#include "gateways/http/setting.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateways/http/setting_internal.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

typedef bool reader(struct setting *setting, const json_t *value, struct error *err);

static reader read_ip, read_http, read_country, read_channels;

enum key_kind {
    KEY_FLAG,     /* bool */
    KEY_COUNT,    /* int, low to high */
    KEY_DURATION, /* time_ms, low to high */
    KEY_TEXT,     /* char * */
    KEY_READER,   /* by its function */
    KEY_ELSEWHERE /* read by another function */
};

#define AT(field) offsetof(struct setting, field)

static const struct key {
    const char *name;
    enum key_kind kind;
    size_t offset;
    time_ms low, high;
    reader *read;
} keys[] = {
    { "secrets", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "method", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "url", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "headers", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "body", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "basic", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "digest", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "signs", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "batch", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "probe", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "track", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "poll", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "hooks", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "success", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "errors", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "provider_id", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "parts", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "code", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "detail", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "connections", KEY_COUNT, AT(connections), 1, CONNECTIONS_MAX, NULL },
    { "timeout", KEY_DURATION, AT(timeout), 100, 5 * MINUTE_MS, NULL },
    { "connect_timeout", KEY_DURATION, AT(connect_timeout), 100, MINUTE_MS, NULL },
    { "keep_alive", KEY_DURATION, AT(keep_alive), SECOND_MS, HOUR_MS, NULL },
    { "account_pause", KEY_DURATION, AT(account_pause), SECOND_MS, DAY_MS, NULL },
    { "verify", KEY_FLAG, AT(verify), 0, 0, NULL },
    { "plain", KEY_FLAG, AT(plain), 0, 0, NULL },
    { "ca", KEY_TEXT, AT(ca), 0, 0, NULL },
    { "certificate", KEY_TEXT, AT(certificate), 0, 0, NULL },
    { "key", KEY_TEXT, AT(key), 0, 0, NULL },
    { "proxy", KEY_TEXT, AT(proxy), 0, 0, NULL },
    { "proxy_user", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "http", KEY_READER, 0, 0, 0, read_http },
    { "ip", KEY_READER, 0, 0, 0, read_ip },
    { "country", KEY_READER, 0, 0, 0, read_country },
    { "simulated", KEY_FLAG, AT(simulated), 0, 0, NULL },
    { "idempotent", KEY_FLAG, AT(idempotent), 0, 0, NULL },
    { "free_text", KEY_FLAG, AT(free_text), 0, 0, NULL },
    { "channels", KEY_READER, 0, 0, 0, read_channels },
};

bool setting_read_duration(time_ms *out, const json_t *value, time_ms low, time_ms high, struct error *err)
{
    time_ms duration;
    char low_text[24], high_text[24];

    if (!json_is_string(value))
        return error_set(err, "not a duration: write a text like \"30s\"");
    if (!duration_parse(&duration, json_string_value(value), err))
        return false;
    if (duration >= low && duration <= high) {
        *out = duration;
        return true;
    }
    duration_format(low_text, low);
    duration_format(high_text, high);
    return error_set(err, "out of bounds: use %s to %s", low_text, high_text);
}

static bool read_rule(struct rule *rule, const json_t *value, struct error *err)
{
    static const char *const own[] = { "class", "retry_after", NULL };
    const char *known[FAULTS_KEYS_MAX] = { 0 };
    const json_t *retry_after = json_object_get(value, "retry_after");
    struct faults faults = { 0 };
    struct error why = { 0 };

    setting_add_keys(known, own);
    setting_add_keys(known, condition_keys);
    faults_keys(&faults, value, known);
    if (!verdict_class_parse(&rule->class, json_text(value, "class", NULL), &why))
        faults_add(&faults, NULL, &why);
    if (retry_after && !setting_read_duration(&rule->retry_after, retry_after, SECOND_MS, RETRY_AFTER_MAX_MS, &why))
        faults_add(&faults, "retry_after", &why);
    if (!condition_parse(&rule->condition, value, &why))
        faults_add(&faults, NULL, &why);
    return faults_end(&faults, err);
}

static bool read_errors(struct rules *rules, const json_t *value, struct error *err)
{
    char place[32];

    if (!json_is_array(value) || json_array_size(value) > RULES_MAX)
        return error_set(err, "not a list of at most %d: write ( { status = \"4xx\"; class = \"permanent\"; } )",
                         RULES_MAX);
    rules->errors = mem_new(json_array_size(value), sizeof *rules->errors);
    for (size_t i = 0; i < json_array_size(value); i++) {
        rules->error_count++;
        if (!read_rule(&rules->errors[i], json_array_get(value, i), err)) {
            snprintf(place, sizeof place, "entry %zu", i + 1);
            return error_in(err, place);
        }
    }
    return true;
}

void setting_read_rules(struct rules *rules, const json_t *config, struct faults *faults)
{
    const struct {
        const char *name;
        struct place *place;
    } places[] = { { "provider_id", &rules->provider_id },
                   { "parts", &rules->parts },
                   { "code", &rules->code },
                   { "detail", &rules->detail } };
    const json_t *success = json_object_get(config, "success");
    const json_t *errors = json_object_get(config, "errors");
    struct error why = { 0 };

    statuses_parse(&rules->success.statuses, "2xx", NULL);
    if (success && !condition_parse_only(&rules->success, success, &why))
        faults_add(faults, "success", &why);
    if (errors && !read_errors(rules, errors, &why))
        faults_add(faults, "errors", &why);
    for (size_t i = 0; i < COUNT(places); i++) {
        const json_t *value = json_object_get(config, places[i].name);

        if (value && !place_parse(places[i].place, value, &why))
            faults_add(faults, places[i].name, &why);
    }
}

static bool read_http(struct setting *setting, const json_t *value, struct error *err)
{
    const char *version = json_is_string(value) ? json_string_value(value) : "";

    setting->http2 = strcmp(version, "2") == 0;
    return setting->http2 || strcmp(version, "1.1") == 0 ||
           error_set(err, "not a version: write \"1.1\" or \"2\", in quotes");
}

static bool read_ip(struct setting *setting, const json_t *value, struct error *err)
{
    int64_t ip = json_is_integer(value) ? json_integer_value(value) : 0;

    if (ip != 4 && ip != 6)
        return error_set(err, "not 4 or 6: write one of them, or leave the key out for both");
    setting->ip = (int)ip;
    return true;
}

static bool read_country(struct setting *setting, const json_t *value, struct error *err)
{
    const char *country = json_is_string(value) ? json_string_value(value) : "";
    size_t length = strlen(country);

    /* ITU-T E.164: a country code has one to three digits */
    if (length < 2 || length > 4 || *country != '+' || strspn(country, "+0123456789") != length ||
        strrchr(country, '+') != country)
        return error_set(err, "not a country code: write it like \"+86\"");
    snprintf(setting->country, sizeof setting->country, "%s", country);
    return true;
}

static bool read_channels(struct setting *setting, const json_t *value, struct error *err)
{
    static const char *const known[] = { "sms", "voice", "im", NULL };
    size_t count = json_array_size(value);

    if (count == 0 || count > CHANNELS_MAX)
        return error_set(err, "not a list of channels: write [ \"sms\" ]");
    for (size_t i = 0; i < count; i++) {
        const char *name = json_string_value(json_array_get(value, i));
        size_t at = 0;

        while (name && known[at] && strcmp(known[at], name) != 0)
            at++;
        if (!name || !known[at])
            return error_set(err, "\"%.20s\": no such channel: use sms, voice or im", name ? name : "");
        free(setting->channels[i]);
        setting->channels[i] = mem_dup(name);
    }
    return true;
}

static bool read_key(struct setting *setting, const struct key *key, const json_t *value, struct error *err)
{
    void *field = (char *)setting + key->offset;

    switch (key->kind) {
    case KEY_FLAG:
        if (!json_is_boolean(value))
            return error_set(err, "not true or false: write one of them, without quotes");
        *(bool *)field = json_is_true(value);
        return true;
    case KEY_COUNT:
        if (!json_is_integer(value) || json_integer_value(value) < key->low || json_integer_value(value) > key->high)
            return error_set(err, "not a number from %d to %d", (int)key->low, (int)key->high);
        *(int *)field = (int)json_integer_value(value);
        return true;
    case KEY_DURATION:
        return setting_read_duration(field, value, key->low, key->high, err);
    case KEY_TEXT:
        if (!json_is_string(value) || !*json_string_value(value))
            return error_set(err, "not a text: put it in quotes");
        *(char **)field = mem_dup(json_string_value(value));
        return true;
    case KEY_READER:
        return key->read(setting, value, err);
    case KEY_ELSEWHERE:
        return true;
    }
    return false;
}

static void read_keys(struct setting *setting, const json_t *config, struct faults *faults)
{
    const char *known[COUNT(keys) + 1] = { 0 };
    struct error why = { 0 };

    for (size_t i = 0; i < COUNT(keys); i++) {
        const json_t *value = json_object_get(config, keys[i].name);

        known[i] = keys[i].name;
        if (value && !read_key(setting, &keys[i], value, &why))
            faults_add(faults, keys[i].name, &why);
    }
    faults_keys(faults, config, known);
}

static bool read_proxy_user(struct setting *setting, const json_t *value, struct error *err)
{
    struct pattern_scope scope = { .where = PATTERN_IN_HOOK, .secrets = &setting->secrets };
    struct pattern_values values = { .secrets = &setting->secrets };
    struct pattern pattern = { 0 };
    struct text user = { 0 };
    bool sound;

    if (!value)
        return true;
    if (!json_is_string(value) || !strchr(json_string_value(value), ':'))
        return error_set(err, "not a name and password: write \"NAME:${secret:password}\"");
    sound =
        pattern_parse(&pattern, json_string_value(value), &scope, err) && pattern_fill(&user, &pattern, &values, err);
    if (sound)
        setting->proxy_user = text_take(&user);
    text_free(&user);
    pattern_free(&pattern);
    return sound;
}

/* A gateway that calls itself simulated must not be able to reach a provider. */
static bool check_simulated(const struct setting *setting, struct error *err)
{
    const struct call *calls[POLLS_MAX + 3] = { &setting->send, &setting->probe.call, &setting->track.call };

    for (size_t i = 0; i < setting->poll_count; i++)
        calls[3 + i] = &setting->polls[i].call;
    for (size_t i = 0; i < COUNT(calls) && setting->simulated; i++) {
        if ((calls[i] && calls[i]->method && !call_is_loopback(calls[i])) || setting->proxy)
            return error_set(err, "the url leads off this machine: use http://127.0.0.1:PORT/ without proxy");
    }
    return true;
}

static bool check_file(const char *path, struct error *err)
{
    if (!path || access(path, R_OK) == 0)
        return true;
    return error_set(err, "%.200s: %s: make it readable for the gateway", path, strerror(errno));
}

/* One sample of what ${batch} will be, for the check of a JSON body; the caller's. */
static char *batch_sample(const struct setting *setting)
{
    struct pattern_values values = { .secrets = &setting->secrets };
    struct text sample = { 0 };

    for (size_t i = 0; i < PATTERN_VALUES; i++)
        values.text[i] = "1";
    if (!setting->batch.size || !pattern_fill(&sample, &setting->batch.entry, &values, NULL))
        text_add(&sample, "1");
    return text_take(&sample);
}

static void read_send(struct setting *setting, const json_t *config, struct faults *faults)
{
    struct call_scope scope = setting_scope(setting, NULL, setting->batch.size ? PATTERN_IN_BATCH : PATTERN_IN_SEND);
    char *sample = batch_sample(setting);
    struct error why = { 0 };

    scope.batch_sample = sample;
    if (!call_read(&setting->send, config, &scope, &why))
        faults_add(faults, NULL, &why);
    else if (setting->batch.size && !pattern_has(&setting->send.body, PATTERN_BATCH) &&
             !pattern_has(&setting->send.url, PATTERN_BATCH))
        faults_say(faults, "batch", "neither url nor body holds ${batch}: write where the entries go");
    free(sample);
}

static void read_groups(struct setting *setting, const json_t *config, struct faults *faults)
{
    const json_t *batch = json_object_get(config, "batch");
    const json_t *probe = json_object_get(config, "probe");
    const json_t *track = json_object_get(config, "track");
    const json_t *polls = json_object_get(config, "poll");
    const json_t *hooks = json_object_get(config, "hooks");
    struct error why = { 0 };

    if (batch && !setting_read_batch(setting, batch, &why))
        faults_add(faults, "batch", &why);
    if (probe && !setting_read_probe(setting, probe, config, &why))
        faults_add(faults, "probe", &why);
    if (track && !setting_read_track(setting, track, config, &why))
        faults_add(faults, "track", &why);
    if (polls && !setting_read_polls(setting, polls, config, &why))
        faults_add(faults, "poll", &why);
    if (hooks && !setting_read_hooks(setting, hooks, &why))
        faults_add(faults, "hooks", &why);
}

static bool read_all(struct setting *setting, const json_t *config, struct error *err)
{
    struct faults faults = { 0 };
    struct error why = { 0 };

    read_keys(setting, config, &faults);
    if (!secrets_load(&setting->secrets, json_object_get(config, "secrets"), &why)) {
        faults_add(&faults, "secrets", &why);
        return faults_end(&faults, err); /* each place that names one would be a mistake too */
    }
    setting_read_rules(&setting->rules, config, &faults);
    read_groups(setting, config, &faults);
    read_send(setting, config, &faults);
    if (!read_proxy_user(setting, json_object_get(config, "proxy_user"), &why))
        faults_add(&faults, "proxy_user", &why);
    if (!check_file(setting->ca, &why))
        faults_add(&faults, "ca", &why);
    if (!check_file(setting->certificate, &why))
        faults_add(&faults, "certificate", &why);
    if (!check_file(setting->key, &why))
        faults_add(&faults, "key", &why);
    if (setting->send.method && !check_simulated(setting, &why))
        faults_add(&faults, "simulated", &why);
    return faults_end(&faults, err);
}

struct setting *setting_read(const json_t *config, struct error *err)
{
    struct setting *setting = mem_new(1, sizeof *setting);

    setting->connections = 8;
    setting->timeout = 30 * SECOND_MS;
    setting->connect_timeout = 10 * SECOND_MS;
    setting->keep_alive = 4 * SECOND_MS; /* below the 5 s after which many servers close */
    setting->account_pause = 10 * MINUTE_MS;
    setting->verify = setting->free_text = true;
    setting->channels[0] = mem_dup("sms");
    if (read_all(setting, config, err))
        return setting;
    setting_free(setting);
    return NULL;
}

void setting_free(struct setting *setting)
{
    if (!setting)
        return;
    call_free(&setting->send);
    rules_free(&setting->rules);
    setting_free_groups(setting);
    secrets_free(&setting->secrets);
    free(setting->ca);
    free(setting->certificate);
    free(setting->key);
    free(setting->proxy);
    if (setting->proxy_user)
        explicit_bzero(setting->proxy_user, strlen(setting->proxy_user));
    free(setting->proxy_user);
    for (size_t i = 0; i < CHANNELS_MAX; i++)
        free(setting->channels[i]);
    free(setting);
}
