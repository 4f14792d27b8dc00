/* SPDX-License-Identifier: Apache-2.0 */
/* The groups batch, probe, track, polls and their keys; see setting_internal.h. Webhooks are in setting_hooks.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateways/http/setting_internal.h"
#include "lib/json.h"
#include "lib/memory.h"

void setting_add_keys(const char **known, const char *const *more)
{
    size_t count = 0;

    while (known[count])
        count++;
    for (size_t i = 0; more[i] && count + 1 < FAULTS_KEYS_MAX; i++)
        known[count++] = more[i];
}

struct call_scope setting_scope(const struct setting *setting, const json_t *config, unsigned where)
{
    return (
        struct call_scope){ .secrets = &setting->secrets, .where = where, .plain = setting->plain, .common = config };
}

/* Adds the unknown keys of a group whose own are `own`, with those of a request and of `more` (may be NULL). */
static void check_keys(struct faults *faults, const json_t *group, const char *const *own, const char *const *more,
                       bool has_call)
{
    const char *known[FAULTS_KEYS_MAX] = { 0 };

    setting_add_keys(known, own);
    if (more)
        setting_add_keys(known, more);
    if (has_call)
        setting_add_keys(known, call_keys);
    faults_keys(faults, group, known);
}

struct span {
    time_ms low, high;
};

static void read_duration_key(time_ms *out, const json_t *group, const char *key, struct span span,
                              struct faults *faults)
{
    const json_t *value = json_object_get(group, key);
    struct error why = { 0 };

    if (value && !setting_read_duration(out, value, span.low, span.high, &why))
        faults_add(faults, key, &why);
}

static void read_condition_key(struct condition *out, const json_t *group, const char *key, struct faults *faults)
{
    const json_t *value = json_object_get(group, key);
    struct error why = { 0 };

    if (value && !condition_parse_only(out, value, &why))
        faults_add(faults, key, &why);
}

static void read_place_key(struct place *out, const json_t *group, const char *key, struct faults *faults)
{
    const json_t *value = json_object_get(group, key);
    struct error why = { 0 };

    if (value && !place_parse(out, value, &why))
        faults_add(faults, key, &why);
}

/* `answer` of a batch: where the list is, which message an element is about, and what it says. */
static bool read_answer(struct batch_setting *batch, const json_t *value, struct error *err)
{
    static const char *const known[] = { "items",       "id",    "to",   "success", "errors",
                                         "provider_id", "parts", "code", "detail",  NULL };
    const json_t *id = json_object_get(value, "id");
    const json_t *to = json_object_get(value, "to");
    struct faults faults = { 0 };
    struct error why = { 0 };

    faults_keys(&faults, value, known);
    batch->has_items = true;
    batch->by = id ? BATCH_BY_ID : to ? BATCH_BY_TO : BATCH_BY_ORDER;
    if (!jsonpath_parse(&batch->items, json_text(value, "items", "$"), &why))
        faults_add(&faults, "items", &why);
    if (id && to)
        faults_say(&faults, "id", "beside to: one of the two tells which message it is");
    if ((id || to) && !place_parse(&batch->match, id ? id : to, &why))
        faults_add(&faults, id ? "id" : "to", &why);
    setting_read_rules(&batch->rules, value, &faults);
    return faults_end(&faults, err);
}

bool setting_read_batch(struct setting *setting, const json_t *value, struct error *err)
{
    static const char *const known[] = { "size", "entry", "separator", "wait", "answer", NULL };
    struct pattern_scope scope = { .where = PATTERN_IN_SEND, .secrets = &setting->secrets };
    struct batch_setting *batch = &setting->batch;
    const json_t *answer = json_object_get(value, "answer");
    int64_t size = json_int(value, "size", 0);
    struct faults faults = { 0 };
    struct error why = { 0 };

    check_keys(&faults, value, known, NULL, false);
    batch->size = (int)size;
    batch->separator = mem_dup(json_text(value, "separator", ","));
    batch->wait = 100;
    if (size < 2 || size > BATCH_MAX)
        faults_say(&faults, "size", "not a number from 2 to %d", BATCH_MAX);
    if (!pattern_parse(&batch->entry, json_text(value, "entry", "${to_digits}"), &scope, &why))
        faults_add(&faults, "entry", &why);
    read_duration_key(&batch->wait, value, "wait", (struct span){ 1, 10 * SECOND_MS }, &faults);
    if (answer && !read_answer(batch, answer, &why))
        faults_add(&faults, "answer", &why);
    return faults_end(&faults, err);
}

bool setting_read_probe(struct setting *setting, const json_t *value, const json_t *config, struct error *err)
{
    static const char *const known[] = { "sent", "not_sent", NULL };
    struct call_scope scope = setting_scope(setting, config, PATTERN_IN_PROBE);
    struct probe_setting *probe = &setting->probe;
    struct faults faults = { 0 };
    struct error why = { 0 };

    check_keys(&faults, value, known, NULL, true);
    if (!call_read(&probe->call, value, &scope, &why))
        faults_add(&faults, NULL, &why);
    read_condition_key(&probe->sent, value, "sent", &faults);
    read_condition_key(&probe->not_sent, value, "not_sent", &faults);
    if (!json_object_get(value, "sent") && !json_object_get(value, "not_sent"))
        faults_say(&faults, "sent, not_sent", "both missing: say how the answer tells it");
    return faults_end(&faults, err);
}

bool setting_read_track(struct setting *setting, const json_t *value, const json_t *config, struct error *err)
{
    static const char *const known[] = { "every",  "longest",   "when",    "state",     "code",        "seconds",
                                         "digits", "uid",       "id",      "delivered", "undelivered", "answered",
                                         "busy",   "no_answer", "ignored", NULL };
    struct call_scope scope = setting_scope(setting, config, PATTERN_IN_PROBE);
    struct track_setting *track = &setting->track;
    struct faults faults = { 0 };
    struct error why = { 0 };

    check_keys(&faults, value, known, NULL, true);
    track->every = 20 * SECOND_MS;
    track->longest = DAY_MS;
    if (!call_read(&track->call, value, &scope, &why))
        faults_add(&faults, NULL, &why);
    read_duration_key(&track->every, value, "every", (struct span){ SECOND_MS, HOUR_MS }, &faults);
    read_duration_key(&track->longest, value, "longest", (struct span){ MINUTE_MS, 7 * DAY_MS }, &faults);
    if (!feed_parse_report(&track->feed.report, value, true, &why))
        faults_add(&faults, NULL, &why);
    return faults_end(&faults, err);
}

static bool read_poll(struct setting *setting, struct poll_setting *poll, const json_t *value, const json_t *config,
                      struct error *err)
{
    static const char *const known[] = { "name", "every", "success", "more", "cursor", "cursor_item", "start", NULL };
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    struct call_scope scope = setting_scope(setting, config, PATTERN_IN_POLL);
    struct faults faults = { 0 };
    struct error why = { 0 };

    check_keys(&faults, value, known, feed_keys, true);
    *poll = (struct poll_setting){ .every = 30 * SECOND_MS, .start = mem_dup(json_text(value, "start", "")) };
    poll->name = json_object_get(value, "name") ? mem_dup(json_text(value, "name", ""))
                                                : mem_format("poll%zu", setting->poll_count + 1);
    if (!*poll->name || strlen(poll->name) > POLL_NAME_MAX || poll->name[strspn(poll->name, letters)])
        faults_say(&faults, "name", "not 1 to %d letters, digits, _ or -", POLL_NAME_MAX);
    statuses_parse(&poll->success.statuses, "2xx", NULL);
    if (!call_read(&poll->call, value, &scope, &why))
        faults_add(&faults, NULL, &why);
    read_duration_key(&poll->every, value, "every", (struct span){ SECOND_MS, DAY_MS }, &faults);
    read_condition_key(&poll->success, value, "success", &faults);
    read_condition_key(&poll->more, value, "more", &faults);
    read_place_key(&poll->cursor, value, "cursor", &faults);
    read_place_key(&poll->cursor_item, value, "cursor_item", &faults);
    if (poll->cursor.kind && poll->cursor_item.kind)
        faults_say(&faults, "cursor_item", "beside cursor: one of the two tells it");
    if (!feed_parse(&poll->feed, value, false, &why))
        faults_add(&faults, NULL, &why);
    return faults_end(&faults, err);
}

bool setting_read_polls(struct setting *setting, const json_t *value, const json_t *config, struct error *err)
{
    size_t count = json_is_object(value) ? 1 : json_array_size(value);
    char place[32];

    if (count == 0 || count > POLLS_MAX)
        return error_set(err, "not a group, or a list of at most %d groups: write { url = \"…\"; … }", POLLS_MAX);
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_is_object(value) ? value : json_array_get(value, i);
        struct poll_setting *poll = &setting->polls[i];
        bool sound = read_poll(setting, poll, one, config, err);

        setting->poll_count++;
        snprintf(place, sizeof place, "entry %zu", i + 1);
        if (!sound)
            return count > 1 ? error_in(err, place) : false;
        for (size_t j = 0; j < i; j++) {
            if (strcmp(setting->polls[j].name, poll->name) == 0)
                return error_set(err, "two are named \"%.40s\": give each a name of its own", poll->name);
        }
    }
    return true;
}

static void free_poll(struct poll_setting *poll)
{
    free(poll->name);
    free(poll->start);
    call_free(&poll->call);
    condition_free(&poll->success);
    condition_free(&poll->more);
    place_free(&poll->cursor);
    place_free(&poll->cursor_item);
    feed_free(&poll->feed);
}

static void free_hook(struct hook_setting *hook)
{
    pattern_free(&hook->path);
    for (size_t i = 0; i < hook->check_count; i++) {
        free(hook->checks[i].header);
        free(hook->checks[i].prefix);
        pattern_free(&hook->checks[i].key);
        pattern_free(&hook->checks[i].data);
    }
    free(hook->time_header);
    free(hook->body);
    free(hook->type);
    feed_free(&hook->feed);
}

void setting_free_groups(struct setting *setting)
{
    pattern_free(&setting->batch.entry);
    free(setting->batch.separator);
    jsonpath_free(&setting->batch.items);
    place_free(&setting->batch.match);
    rules_free(&setting->batch.rules);
    call_free(&setting->probe.call);
    condition_free(&setting->probe.sent);
    condition_free(&setting->probe.not_sent);
    call_free(&setting->track.call);
    feed_free(&setting->track.feed);
    for (size_t i = 0; i < setting->poll_count; i++)
        free_poll(&setting->polls[i]);
    for (size_t i = 0; i < setting->hook_count; i++)
        free_hook(&setting->hooks[i]);
}
