/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a feed, as two tables: places and words; see feed.h. */
#include <stdlib.h>
#include <string.h>

#include "gateways/http/faults.h"
#include "gateways/http/feed.h"
#include "lib/json.h"
#include "lib/memory.h"

const char *const feed_keys[] = { "items", "reports", "replies", NULL };

#define REPORT(field) offsetof(struct feed_report, field)
#define REPLY(field) offsetof(struct feed_reply, field)

struct place_key {
    const char *name;
    size_t offset;
};

static const struct place_key report_places[] = {
    { "id", REPORT(id) },     { "provider_id", REPORT(provider_id) }, { "state", REPORT(state) },
    { "code", REPORT(code) }, { "digits", REPORT(digits) },           { "seconds", REPORT(seconds) },
};

static const struct place_key reply_places[] = {
    { "from", REPLY(from) },     { "to", REPLY(to) },     { "text", REPLY(text) },
    { "digits", REPLY(digits) }, { "call", REPLY(call) }, { "at", REPLY(at) },
};

static const struct word_key {
    const char *name;
    enum feed_state state;
} report_words[] =
    {
        { "delivered", FEED_DELIVERED }, { "undelivered", FEED_UNDELIVERED }, { "answered", FEED_ANSWERED },
        { "busy", FEED_BUSY },           { "no_answer", FEED_NO_ANSWER },     { "ignored", FEED_IGNORED },
    },
  reply_words[] = { { "missed", FEED_MISSED }, { "answered", FEED_ANSWERED } };

static const char *const report_keys[] = { "when",     "uid",    "id",        "provider_id", "state",
                                           "code",     "digits", "seconds",   "delivered",   "undelivered",
                                           "answered", "busy",   "no_answer", "ignored",     NULL };
static const char *const reply_keys[] = { "when", "uid",  "from", "to",     "text",     "digits", "call",
                                          "at",   "time", "zone", "missed", "answered", NULL };

static void free_words(struct feed_words words[static FEED_STATES])
{
    for (int i = 0; i < FEED_STATES; i++) {
        for (size_t j = 0; j < words[i].count; j++)
            free(words[i].word[j]);
    }
}

static void free_uid(struct feed_uid *uid)
{
    for (size_t i = 0; i < uid->count; i++)
        place_free(&uid->places[i]);
}

void feed_report_free(struct feed_report *report)
{
    for (size_t i = 0; i < COUNT(report_places); i++)
        place_free((struct place *)((char *)report + report_places[i].offset));
    condition_free(&report->when);
    free_uid(&report->uid);
    free_words(report->words);
    *report = (struct feed_report){ 0 };
}

static void free_reply(struct feed_reply *reply)
{
    for (size_t i = 0; i < COUNT(reply_places); i++)
        place_free((struct place *)((char *)reply + reply_places[i].offset));
    condition_free(&reply->when);
    free_uid(&reply->uid);
    free_words(reply->words);
    free(reply->zone);
}

void feed_free(struct feed *feed)
{
    jsonpath_free(&feed->items);
    free(feed->begin);
    free(feed->end);
    feed_report_free(&feed->report);
    free_reply(&feed->reply);
    *feed = (struct feed){ 0 };
}

static void read_places(void *map, const struct place_key *keys, size_t count, const json_t *config,
                        struct faults *faults)
{
    struct error why = { 0 };

    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_object_get(config, keys[i].name);

        if (value && !place_parse((struct place *)((char *)map + keys[i].offset), value, &why))
            faults_add(faults, keys[i].name, &why);
    }
}

static bool add_word(struct feed_words *words, const json_t *value, struct error *err)
{
    char *word = jsonpath_text(value);

    if (!word)
        return error_set(err, "not a word: write [ \"DELIVRD\", \"1\" ], or \"*\" for any other");
    if (strcmp(word, "*") == 0) {
        words->rest = true;
        free(word);
        return true;
    }
    if (words->count == FEED_WORDS_MAX) {
        free(word);
        return error_set(err, "more than %d words: leave some out, or write \"*\"", FEED_WORDS_MAX);
    }
    words->word[words->count++] = word;
    return true;
}

static void read_words(struct feed_words words[static FEED_STATES], const struct word_key *keys, size_t count,
                       const json_t *config, struct faults *faults)
{
    struct error why = { 0 };

    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_object_get(config, keys[i].name);
        size_t length = json_is_array(value) ? json_array_size(value) : value != NULL;

        for (size_t j = 0; j < length; j++) {
            if (!add_word(&words[keys[i].state], json_is_array(value) ? json_array_get(value, j) : value, &why))
                faults_add(faults, keys[i].name, &why);
        }
    }
}

static bool read_uid(struct feed_uid *uid, const json_t *value, struct error *err)
{
    size_t count = json_is_array(value) ? json_array_size(value) : value != NULL;

    if (count > FEED_UID_PLACES_MAX)
        return error_set(err, "more than %d places: leave some out", FEED_UID_PLACES_MAX);
    for (size_t i = 0; i < count; i++) {
        if (!place_parse(&uid->places[uid->count], json_is_array(value) ? json_array_get(value, i) : value, err))
            return false;
        uid->count++;
    }
    return true;
}

static void read_common(struct condition *when, struct feed_uid *uid, const json_t *config, struct faults *faults)
{
    const json_t *value = json_object_get(config, "when");
    struct error why = { 0 };

    if (value && !condition_parse_only(when, value, &why))
        faults_add(faults, "when", &why);
    if (!read_uid(uid, json_object_get(config, "uid"), &why))
        faults_add(faults, "uid", &why);
}

static bool has_words(const struct feed_report *report)
{
    for (int i = 0; i < FEED_IGNORED; i++) {
        if (report->words[i].count || report->words[i].rest)
            return true;
    }
    return false;
}

static void parse_report_into(struct feed_report *report, const json_t *config, bool id_known, struct faults *faults)
{
    report->given = true;
    read_common(&report->when, &report->uid, config, faults);
    read_places(report, report_places, COUNT(report_places), config, faults);
    read_words(report->words, report_words, COUNT(report_words), config, faults);
    if (report->state.kind == PLACE_NONE)
        faults_say(faults, "state", "missing: write state = \"$.status\"");
    if (!has_words(report))
        faults_say(faults, "delivered, undelivered", "missing: write delivered = [ \"DELIVRD\" ]");
    if (!id_known && report->id.kind == PLACE_NONE && report->provider_id.kind == PLACE_NONE)
        faults_say(faults, "id, provider_id", "both missing: say where the message is named");
}

bool feed_parse_report(struct feed_report *out, const json_t *config, bool id_known, struct error *err)
{
    struct feed_report report = { 0 };
    struct faults faults = { 0 };

    parse_report_into(&report, config, id_known, &faults);
    if (!faults_end(&faults, err)) {
        feed_report_free(&report);
        return false;
    }
    *out = report;
    return true;
}

static bool parse_report(struct feed_report *report, const json_t *config, bool id_known, struct error *err)
{
    struct faults faults = { 0 };

    faults_keys(&faults, config, report_keys);
    if (json_is_object(config))
        parse_report_into(report, config, id_known, &faults);
    return faults_end(&faults, err);
}

static bool read_time(enum feed_time *out, const json_t *value, struct error *err)
{
    static const char *const kinds[] = {
        [FEED_TIME_GUESSED] = "guess", [FEED_TIME_S] = "s", [FEED_TIME_MS] = "ms", [FEED_TIME_ISO] = "iso"
    };

    for (size_t i = 0; value && i < COUNT(kinds); i++) {
        if (json_is_string(value) && strcmp(json_string_value(value), kinds[i]) == 0) {
            *out = (enum feed_time)i;
            return true;
        }
    }
    return !value || error_set(err, "not a kind of time: use s, ms, iso or guess");
}

static bool read_zone(struct feed_reply *reply, const json_t *value, struct error *err)
{
    struct zone zone;

    if (!value)
        return true;
    if (!json_is_string(value))
        return error_set(err, "not a text: write \"UTC\" or \"Asia/Shanghai\"");
    if (!zone_open(&zone, json_string_value(value), err))
        return false;
    reply->zone = mem_dup(json_string_value(value));
    return true;
}

/* Two equal replies are two: something must tell them apart. */
static bool check_uid(const struct feed_reply *reply, struct error *err)
{
    if (reply->uid.count || reply->at.kind != PLACE_NONE)
        return true;
    return error_set(err, "missing, and no at: a second \"1\" of the same parent would be lost; name one of them");
}

static bool parse_reply(struct feed_reply *reply, const json_t *config, struct error *err)
{
    struct faults faults = { 0 };
    struct error why = { 0 };

    faults_keys(&faults, config, reply_keys);
    reply->given = true;
    read_common(&reply->when, &reply->uid, config, &faults);
    read_places(reply, reply_places, COUNT(reply_places), config, &faults);
    read_words(reply->words, reply_words, COUNT(reply_words), config, &faults);
    if (!read_time(&reply->time, json_object_get(config, "time"), &why))
        faults_add(&faults, "time", &why);
    if (!read_zone(reply, json_object_get(config, "zone"), &why))
        faults_add(&faults, "zone", &why);
    if (reply->from.kind == PLACE_NONE)
        faults_say(&faults, "from", "missing: write from = \"$.mobile\"");
    if (reply->text.kind == PLACE_NONE && reply->digits.kind == PLACE_NONE && reply->call.kind == PLACE_NONE)
        faults_say(&faults, "text", "missing: write text = \"$.content\"");
    if (!check_uid(reply, &why))
        faults_add(&faults, "uid", &why);
    return faults_end(&faults, err);
}

/* "$.list" and "$.list[*]" are the same. */
static bool read_list(struct jsonpath *path, const char *source, struct error *err)
{
    if (!jsonpath_parse(path, source, err))
        return false;
    if (path->count && !path->steps[path->count - 1].name && path->steps[path->count - 1].index == JSONPATH_ALL)
        path->count--;
    for (size_t i = 0; i < path->count; i++) {
        if (!path->steps[i].name && path->steps[i].index == JSONPATH_ALL)
            return error_set(err, "\"%.40s\": [*] amid the path: write where one list is, as in $.list", source);
    }
    return true;
}

/* "$.list", or { begin = "<report>"; end = "</report>"; }. */
static bool read_items(struct feed *feed, const json_t *value, struct error *err)
{
    static const char *const known[] = { "begin", "end", NULL };
    struct faults faults = { 0 };

    if (!value)
        return true;
    if (json_is_string(value))
        return read_list(&feed->items, json_string_value(value), err);
    faults_keys(&faults, value, known);
    if (!faults_end(&faults, err))
        return false;
    feed->begin = mem_dup(json_text(value, "begin", ""));
    feed->end = mem_dup(json_text(value, "end", ""));
    if (*feed->begin || *feed->end)
        return true;
    return error_set(err,
                     "begin, end: both empty: write \"$.list\", or { begin = \"<report>\"; end = \"</report>\"; }");
}

bool feed_parse(struct feed *out, const json_t *config, bool id_known, struct error *err)
{
    struct feed feed = { 0 };
    struct faults faults = { 0 };
    struct error why = { 0 };
    const json_t *reports = json_object_get(config, "reports");
    const json_t *replies = json_object_get(config, "replies");

    if (!read_items(&feed, json_object_get(config, "items"), &why))
        faults_add(&faults, "items", &why);
    if (reports && !parse_report(&feed.report, reports, id_known, &why))
        faults_add(&faults, "reports", &why);
    if (replies && !parse_reply(&feed.reply, replies, &why))
        faults_add(&faults, "replies", &why);
    if (!reports && !replies)
        faults_say(&faults, "reports, replies", "both missing: say what the items are");
    if (!faults_end(&faults, err)) {
        feed_free(&feed);
        return false;
    }
    *out = feed;
    return true;
}
