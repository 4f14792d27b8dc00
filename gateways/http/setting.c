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

static reader read_success, read_errors, read_ip, read_country, read_channels;

enum key_kind {
    KEY_FLAG,     /* bool */
    KEY_COUNT,    /* int, low to high */
    KEY_DURATION, /* time_ms, low to high */
    KEY_TEXT,     /* char * */
    KEY_PLACE,    /* struct place */
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
    { "probe", KEY_ELSEWHERE, 0, 0, 0, NULL },
    { "success", KEY_READER, 0, 0, 0, read_success },
    { "errors", KEY_READER, 0, 0, 0, read_errors },
    { "provider_id", KEY_PLACE, AT(rules.provider_id), 0, 0, NULL },
    { "parts", KEY_PLACE, AT(rules.parts), 0, 0, NULL },
    { "code", KEY_PLACE, AT(rules.code), 0, 0, NULL },
    { "detail", KEY_PLACE, AT(rules.detail), 0, 0, NULL },
    { "connections", KEY_COUNT, AT(connections), 1, CONNECTIONS_MAX, NULL },
    { "timeout", KEY_DURATION, AT(timeout), 100, 5 * MINUTE_MS, NULL },
    { "connect_timeout", KEY_DURATION, AT(connect_timeout), 100, MINUTE_MS, NULL },
    { "keep_alive", KEY_DURATION, AT(keep_alive), SECOND_MS, HOUR_MS, NULL },
    { "verify", KEY_FLAG, AT(verify), 0, 0, NULL },
    { "plain", KEY_FLAG, AT(plain), 0, 0, NULL },
    { "ca", KEY_TEXT, AT(ca), 0, 0, NULL },
    { "proxy", KEY_TEXT, AT(proxy), 0, 0, NULL },
    { "ip", KEY_READER, 0, 0, 0, read_ip },
    { "country", KEY_READER, 0, 0, 0, read_country },
    { "simulated", KEY_FLAG, AT(simulated), 0, 0, NULL },
    { "idempotent", KEY_FLAG, AT(idempotent), 0, 0, NULL },
    { "free_text", KEY_FLAG, AT(free_text), 0, 0, NULL },
    { "channels", KEY_READER, 0, 0, 0, read_channels },
};

static bool read_success(struct setting *setting, const json_t *value, struct error *err)
{
    condition_free(&setting->rules.success);
    return condition_parse(&setting->rules.success, value, err);
}

static bool read_duration(time_ms *out, const json_t *value, time_ms low, time_ms high, struct error *err)
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

static bool read_rule(struct rule *out, const json_t *value, struct error *err)
{
    struct rule rule = { 0 };
    const json_t *retry_after = json_object_get(value, "retry_after");

    if (!verdict_class_parse(&rule.class, json_text(value, "class", NULL), err))
        return false;
    if (retry_after && !read_duration(&rule.retry_after, retry_after, SECOND_MS, RETRY_AFTER_MAX_MS, err))
        return error_in(err, "retry_after");
    if (!condition_parse(&rule.condition, value, err))
        return false;
    *out = rule;
    return true;
}

static bool read_errors(struct setting *setting, const json_t *value, struct error *err)
{
    struct rules *rules = &setting->rules;
    char place[32];

    if (!json_is_array(value) || json_array_size(value) > RULES_MAX)
        return error_set(err, "not a list of at most %d: write ( { status = \"4xx\"; class = \"permanent\"; } )",
                         RULES_MAX);
    rules->errors = mem_new(json_array_size(value), sizeof *rules->errors);
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!read_rule(&rules->errors[i], json_array_get(value, i), err)) {
            snprintf(place, sizeof place, "entry %zu", i + 1);
            return error_in(err, place);
        }
        rules->error_count++;
    }
    return true;
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
        return read_duration(field, value, key->low, key->high, err);
    case KEY_TEXT:
        if (!json_is_string(value) || !*json_string_value(value))
            return error_set(err, "not a text: put it in quotes");
        *(char **)field = mem_dup(json_string_value(value));
        return true;
    case KEY_PLACE:
        return place_parse(field, value, err);
    case KEY_READER:
        return key->read(setting, value, err);
    case KEY_ELSEWHERE:
        return true;
    }
    return false;
}

static const struct key *key_named(const char *name)
{
    for (size_t i = 0; i < COUNT(keys); i++) {
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    }
    return NULL;
}

static bool unknown_key(const char *name, struct error *err)
{
    const char *known[COUNT(keys) + 1] = { 0 };
    const char *nearest;

    for (size_t i = 0; i < COUNT(keys); i++)
        known[i] = keys[i].name;
    nearest = text_nearest(name, known);
    return error_set(err, "%.60s: no such key: %s%s", name, nearest ? "did you mean " : "leave it out",
                     nearest ? nearest : "");
}

static bool read_keys(struct setting *setting, const json_t *config, struct error *err)
{
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)config, name, value) {
        const struct key *key = key_named(name);

        if (!key)
            return unknown_key(name, err);
        if (!read_key(setting, key, value, err))
            return error_in(err, name);
    }
    return true;
}

/* `probe`: its own request, and at least one of sent and not_sent. */
static bool read_probe(struct setting *setting, const json_t *config, struct error *err)
{
    const json_t *sent = json_object_get(config, "sent");
    const json_t *not_sent = json_object_get(config, "not_sent");

    if (!call_read(&setting->probe, config, &setting->secrets, setting->plain, err))
        return false;
    if (!sent && !not_sent)
        return error_set(err, "sent, not_sent: both missing: say how the answer tells it");
    if (sent && !condition_parse(&setting->sent, sent, err))
        return error_in(err, "sent");
    if (not_sent && !condition_parse(&setting->not_sent, not_sent, err))
        return error_in(err, "not_sent");
    setting->has_probe = true;
    return true;
}

static bool read_basic(struct setting *setting, const json_t *value, struct error *err)
{
    const char *source = json_string_value(value);

    if (!value)
        return true;
    if (!source || !strchr(source, ':'))
        return error_set(err, "not a name and password: write \"NAME:${secret:password}\"");
    return pattern_parse(&setting->basic, source, &setting->secrets, err);
}

/* A gateway that calls itself simulated must not be able to reach a provider. */
static bool check_simulated(const struct setting *setting, struct error *err)
{
    if (!setting->simulated)
        return true;
    if (!url_is_loopback(setting->send.url.parts[0].text) ||
        (setting->has_probe && !url_is_loopback(setting->probe.url.parts[0].text)) || setting->proxy)
        return error_set(err, "simulated: the url leads off this machine: use http://127.0.0.1:PORT/ without proxy");
    return true;
}

static bool check_ca(const struct setting *setting, struct error *err)
{
    if (!setting->ca || access(setting->ca, R_OK) == 0)
        return true;
    return error_set(err, "ca: %.200s: %s: make it readable for the gateway", setting->ca, strerror(errno));
}

static bool read_all(struct setting *setting, const json_t *config, struct error *err)
{
    const json_t *probe = json_object_get(config, "probe");

    if (!secrets_load(&setting->secrets, json_object_get(config, "secrets"), err))
        return error_in(err, "secrets");
    if (!read_keys(setting, config, err) || !call_read(&setting->send, config, &setting->secrets, setting->plain, err))
        return false;
    if (!read_basic(setting, json_object_get(config, "basic"), err))
        return error_in(err, "basic");
    if (probe && !read_probe(setting, probe, err))
        return error_in(err, "probe");
    return check_ca(setting, err) && check_simulated(setting, err);
}

struct setting *setting_read(const json_t *config, struct error *err)
{
    struct setting *setting = mem_new(1, sizeof *setting);

    setting->connections = 8;
    setting->timeout = 30 * SECOND_MS;
    setting->connect_timeout = 10 * SECOND_MS;
    setting->keep_alive = 4 * SECOND_MS; /* below the 5 s after which many servers close */
    setting->verify = setting->free_text = true;
    setting->channels[0] = mem_dup("sms");
    statuses_parse(&setting->rules.success.statuses, "2xx", NULL);
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
    call_free(&setting->probe);
    pattern_free(&setting->basic);
    rules_free(&setting->rules);
    condition_free(&setting->sent);
    condition_free(&setting->not_sent);
    secrets_free(&setting->secrets);
    free(setting->ca);
    free(setting->proxy);
    for (size_t i = 0; i < CHANNELS_MAX; i++)
        free(setting->channels[i]);
    free(setting);
}
