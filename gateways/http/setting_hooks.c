/* SPDX-License-Identifier: Apache-2.0 */
/* The key `hooks`: where webhooks come to, what they must show, how they are answered; see setting_internal.h. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateways/http/setting_internal.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

static char *lower_case(const char *text)
{
    char *copy = mem_dup(text);

    for (char *at = copy; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    return copy;
}

/* { header, equals } or { header, prefix, algorithm, encoding, key, data }. */
static bool read_check(struct hook_check *check, const json_t *value, const struct pattern_scope *scope,
                       struct error *err)
{
    static const char *const known[] = { "header", "prefix", "equals", "algorithm", "encoding", "key", "data", NULL };
    const char *equals = json_text(value, "equals", NULL);
    struct faults faults = { 0 };
    struct error why = { 0 };

    faults_keys(&faults, value, known);
    *check = (struct hook_check){ .header = lower_case(json_text(value, "header", "")),
                                  .prefix = mem_dup(json_text(value, "prefix", "")),
                                  .is_sign = equals == NULL };
    if (!*check->header)
        faults_say(&faults, "header", "missing: write header = \"X-Signature\"");
    if (equals && !pattern_parse(&check->data, equals, scope, &why))
        faults_add(&faults, "equals", &why);
    if (equals)
        return faults_end(&faults, err);
    if (!sign_algorithm_parse(&check->algorithm, json_text(value, "algorithm", "hmac-sha256"), &why) ||
        !sign_encoding_parse(&check->encoding, json_text(value, "encoding", "hex"), &why))
        faults_add(&faults, NULL, &why);
    if (!json_text(value, "key", NULL) && sign_has_key(check->algorithm))
        faults_say(&faults, "key",
                   "missing: write key = \"${secret:NAME}\", or equals = \"…\" for a header that is always "
                   "the same");
    if (!pattern_parse(&check->key, json_text(value, "key", ""), scope, &why))
        faults_add(&faults, "key", &why);
    if (!pattern_parse(&check->data, json_text(value, "data", "${body}"), scope, &why))
        faults_add(&faults, "data", &why);
    return faults_end(&faults, err);
}

static bool read_checks(struct hook_setting *hook, const json_t *value, const struct pattern_scope *scope,
                        struct error *err)
{
    size_t count = json_is_object(value) ? 1 : json_array_size(value);

    if (value && (count == 0 || count > HOOK_CHECKS_MAX))
        return error_set(err, "not a group, or a list of at most %d groups: write { header = \"X-Signature\"; … }",
                         HOOK_CHECKS_MAX);
    for (size_t i = 0; i < count; i++) {
        bool sound = read_check(&hook->checks[i], json_is_object(value) ? value : json_array_get(value, i), scope, err);

        hook->check_count++;
        if (!sound)
            return false;
    }
    return true;
}

/* { header = "X-Timestamp"; within = "5m"; } */
static bool read_fresh(struct hook_setting *hook, const json_t *value, struct error *err)
{
    static const char *const known[] = { "header", "within", NULL };
    struct faults faults = { 0 };
    struct error why = { 0 };

    if (!value)
        return true;
    faults_keys(&faults, value, known);
    hook->time_header = lower_case(json_text(value, "header", ""));
    hook->within = 5 * MINUTE_MS;
    if (!*hook->time_header)
        faults_say(&faults, "header", "missing: write header = \"X-Timestamp\"");
    if (json_object_get(value, "within") &&
        !setting_read_duration(&hook->within, json_object_get(value, "within"), SECOND_MS, DAY_MS, &why))
        faults_add(&faults, "within", &why);
    return faults_end(&faults, err);
}

static bool read_answer(struct hook_setting *hook, const json_t *value, struct error *err)
{
    static const char *const known[] = { "status", "body", "type", NULL };
    struct faults faults = { 0 };

    hook->status = (int)json_int(value, "status", 200);
    hook->body = mem_dup(json_text(value, "body", "OK"));
    hook->type = mem_dup(json_text(value, "type", "text/plain"));
    if (!value)
        return true;
    faults_keys(&faults, value, known);
    if (hook->status < 200 || hook->status > 299)
        faults_say(&faults, "status", "not a status from 200 to 299");
    return faults_end(&faults, err);
}

/* Anybody can call a public address: something must be known only to the provider. */
static bool check_closed(const struct hook_setting *hook, const json_t *value, struct error *err)
{
    if (hook->check_count || pattern_has(&hook->path, PATTERN_SECRET) || json_flag(value, "open", false))
        return true;
    return error_set(err, "anybody could send this: put ${secret:NAME} into path, or write verify = { … }; or open = "
                          "true where the daemon's list of addresses (hook = { from = … }) is enough");
}

static bool read_path(struct hook_setting *hook, const char *path, const struct pattern_scope *scope, struct error *err)
{
    if (*path && *path != '/')
        return error_set(err, "\"%.40s\": begin with a slash: it follows /hook/NAME", path);
    return pattern_parse(&hook->path, path, scope, err);
}

static bool read_hook(struct setting *setting, struct hook_setting *hook, const json_t *value, struct error *err)
{
    static const char *const own[] = { "path", "verify", "fresh", "answer", "open", NULL };
    struct pattern_scope scope = { .where = PATTERN_IN_HOOK, .secrets = &setting->secrets };
    const char *known[FAULTS_KEYS_MAX] = { 0 };
    struct faults faults = { 0 };
    struct error why = { 0 };

    setting_add_keys(known, own);
    setting_add_keys(known, feed_keys);
    faults_keys(&faults, value, known);
    *hook = (struct hook_setting){ 0 };
    if (!read_path(hook, json_text(value, "path", ""), &scope, &why))
        faults_add(&faults, "path", &why);
    if (!read_checks(hook, json_object_get(value, "verify"), &scope, &why))
        faults_add(&faults, "verify", &why);
    if (!read_fresh(hook, json_object_get(value, "fresh"), &why))
        faults_add(&faults, "fresh", &why);
    if (!read_answer(hook, json_object_get(value, "answer"), &why))
        faults_add(&faults, "answer", &why);
    if (!feed_parse(&hook->feed, value, false, &why))
        faults_add(&faults, NULL, &why);
    if (!check_closed(hook, value, &why))
        faults_add(&faults, NULL, &why);
    return faults_end(&faults, err);
}

bool setting_read_hooks(struct setting *setting, const json_t *value, struct error *err)
{
    size_t count = json_is_object(value) ? 1 : json_array_size(value);
    char place[32];

    if (count == 0 || count > HOOKS_MAX)
        return error_set(err, "not a group, or a list of at most %d groups: write { path = \"/${secret:hook}\"; … }",
                         HOOKS_MAX);
    for (size_t i = 0; i < count; i++) {
        bool sound =
            read_hook(setting, &setting->hooks[i], json_is_object(value) ? value : json_array_get(value, i), err);

        setting->hook_count++;
        snprintf(place, sizeof place, "entry %zu", i + 1);
        if (!sound)
            return count > 1 ? error_in(err, place) : false;
    }
    return true;
}
