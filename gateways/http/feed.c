/* SPDX-License-Identifier: Apache-2.0 */
/* From items of a page to reports and replies; see feed.h. The keys are read in feed_config.c. */
#include "gateways/http/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateways/http/item_time.h"
#include "gateways/http/sign.h"
#include "lib/memory.h"
#include "lib/text.h"

enum {
    UID_HASH_CHARS = 40, /* of 64 hex digits of SHA-256 */
    CALL_SECONDS_MAX = 24 * 60 * 60
};

static const char *const states[FEED_STATES] = {
    [FEED_DELIVERED] = "delivered", [FEED_UNDELIVERED] = "undelivered", [FEED_ANSWERED] = "answered",
    [FEED_BUSY] = "busy",           [FEED_NO_ANSWER] = "no_answer",     [FEED_MISSED] = "missed",
};

struct walk {
    const struct feed *feed;
    const struct feed_world *world;
    const struct feed_taker *taker;
    struct feed_count *count;
};

static void free_item(struct feed_item *item)
{
    free(item->id);
    free(item->provider_id);
    free(item->code);
    free(item->digits);
    free(item->from);
    free(item->to);
    free(item->text);
}

static bool fault(struct walk *walk, const char *field, const char *what)
{
    if (walk->count->faults++ == 0)
        snprintf(walk->count->why, sizeof walk->count->why, "%s: %s", field, what);
    return false;
}

static bool has_word(const struct feed_words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++) {
        if (strcmp(words->word[i], word) == 0)
            return true;
    }
    return false;
}

/* FEED_STATES: no state has that word. */
static enum feed_state state_of(const struct feed_words words[static FEED_STATES], const char *word)
{
    for (int i = 0; i < FEED_STATES; i++) {
        if (has_word(&words[i], word))
            return (enum feed_state)i;
    }
    for (int i = 0; i < FEED_STATES; i++) {
        if (words[i].rest)
            return (enum feed_state)i;
    }
    return FEED_STATES;
}

static void hash_uid(char out[static FEED_UID_MAX + 1], char kind, const struct text *fields)
{
    char *hash = sign_make(SIGN_SHA256, SIGN_HEX, NULL, fields->data ? fields->data : "", fields->length);

    snprintf(out, FEED_UID_MAX + 1, "%c-%.*s", kind, UID_HASH_CHARS, hash);
    free(hash);
}

static void add_field(struct text *fields, const char *value)
{
    text_add_format(fields, "%zu:%s,", value ? strlen(value) : 0, value ? value : "");
}

/* The provider's own uid. `kind` keeps reports and replies apart; the state is part of a report's, for a provider names
 * the message, not the report. */
static bool provider_uid(struct walk *walk, struct feed_item *item, const struct place *place,
                         const struct response *response)
{
    char *value = place_text(place, response);
    const char *state = item->is_reply || !item->state ? "" : item->state;
    struct text fields = { 0 };

    if (!value || !*value) {
        free(value);
        return fault(walk, "uid", "not in the item");
    }
    text_add_format(&fields, "%c-%s%s%s", item->is_reply ? 'r' : 's', value, *state ? "-" : "", state);
    if (fields.length <= FEED_UID_MAX)
        memcpy(item->uid, fields.data, fields.length + 1);
    else
        hash_uid(item->uid, item->is_reply ? 'r' : 's', &fields);
    text_free(&fields);
    free(value);
    return true;
}

/* A hash of several places, or without any of what is told. */
static bool make_uid(struct walk *walk, struct feed_item *item, const struct feed_uid *uid,
                     const struct response *response)
{
    struct text fields = { 0 };
    char at[24] = "";

    if (uid->count == 1)
        return provider_uid(walk, item, &uid->places[0], response);
    if (item->at != TIME_NEVER)
        snprintf(at, sizeof at, "%lld", (long long)item->at);
    for (size_t i = 0; i < uid->count; i++) {
        char *value = place_long_text(&uid->places[i], response, FEED_TEXT_BYTES_MAX);

        add_field(&fields, value);
        free(value);
    }
    if (!item->is_reply || !uid->count)
        add_field(&fields, item->state);
    if (!uid->count) {
        const char *const told[] = { item->id, item->provider_id, item->from, item->to, item->text, item->digits, at };

        for (size_t i = 0; i < COUNT(told); i++)
            add_field(&fields, told[i]);
    }
    hash_uid(item->uid, item->is_reply ? 'r' : 's', &fields);
    text_free(&fields);
    return true;
}

static char *digits_of(const struct place *place, const struct response *response)
{
    char *text = place_text(place, response);

    if (text && strspn(text, "0123456789*#") == strlen(text) && *text)
        return text;
    free(text);
    return NULL;
}

static int seconds_of(const struct place *place, const struct response *response)
{
    char *text = place_text(place, response);
    long seconds = text && *text ? strtol(text, NULL, 10) : -1;

    free(text);
    return seconds >= 0 && seconds <= CALL_SECONDS_MAX ? (int)seconds : -1;
}

/* False: no report, or a faulty one. */
static bool read_report(struct walk *walk, struct feed_item *item, const struct response *response)
{
    const struct feed_report *map = &walk->feed->report;
    char *word = place_text(&map->state, response);
    enum feed_state state = word ? state_of(map->words, word) : FEED_STATES;

    free(word);
    if (!word)
        return fault(walk, "state", "not in the item");
    if (state >= FEED_IGNORED) {
        walk->count->ignored++;
        return false;
    }
    item->state = states[state];
    item->id = place_text(&map->id, response);
    item->provider_id = place_text(&map->provider_id, response);
    item->code = place_text(&map->code, response);
    item->digits = digits_of(&map->digits, response);
    item->seconds = seconds_of(&map->seconds, response);
    if (!item->id && !item->provider_id)
        item->id = mem_dup(walk->world->id);
    if (!item->id && !item->provider_id)
        return fault(walk, "id, provider_id", "neither is in the item");
    return make_uid(walk, item, &map->uid, response);
}

/* Providers leave out the plus sign. */
static char *number_of(const struct place *place, const struct response *response, const char *country)
{
    char *number = place_text(place, response);
    size_t length = number ? strlen(number) : 0;
    char *whole;

    if (!number || !*country || length < 11 || strspn(number, "0123456789") != length ||
        !text_starts(number, country + 1))
        return number;
    whole = mem_format("+%s", number);
    free(number);
    return whole;
}

static const char *call_of(const struct feed_reply *map, const struct response *response)
{
    char *word = place_text(&map->call, response);
    enum feed_state state = word ? state_of(map->words, word) : FEED_STATES;

    free(word);
    return state == FEED_MISSED || state == FEED_ANSWERED ? states[state] : NULL;
}

static bool read_at(struct walk *walk, struct feed_item *item, const struct response *response)
{
    const struct feed_reply *map = &walk->feed->reply;
    struct zone zone = walk->world->zone;
    char *text = place_text(&map->at, response);
    bool sound = map->at.kind == PLACE_NONE || (text && (!map->zone || zone_open(&zone, map->zone, NULL)) &&
                                                item_time(&item->at, text, map->time, zone));

    free(text);
    return sound || fault(walk, "at", "not a time");
}

static bool read_reply(struct walk *walk, struct feed_item *item, const struct response *response)
{
    const struct feed_reply *map = &walk->feed->reply;

    item->is_reply = true;
    item->from = number_of(&map->from, response, walk->world->country);
    item->to = place_text(&map->to, response);
    item->text = place_long_text(&map->text, response, FEED_TEXT_BYTES_MAX);
    item->digits = digits_of(&map->digits, response);
    item->state = call_of(map, response);
    if (!item->from || !*item->from)
        return fault(walk, "from", "not in the item");
    if (!item->text && !item->digits && !item->state)
        return fault(walk, "text", "not in the item");
    return read_at(walk, item, response) && make_uid(walk, item, &map->uid, response);
}

static bool is_meant(bool given, const struct condition *when, const struct response *response)
{
    return given && (!condition_given(when) || condition_holds(when, response) == HOLDS_YES);
}

static void walk_item(struct walk *walk, const struct response *response)
{
    const struct feed *feed = walk->feed;
    struct feed_item item = { .seconds = -1, .at = TIME_NEVER };
    bool told = false;

    walk->count->items++;
    if (is_meant(feed->report.given, &feed->report.when, response))
        told = read_report(walk, &item, response);
    else if (is_meant(feed->reply.given, &feed->reply.when, response))
        told = read_reply(walk, &item, response);
    else
        walk->count->ignored++;
    if (told) {
        walk->count->said++;
        walk->taker->take(walk->taker->arg, &item);
    }
    free_item(&item);
}

/* The list: one value that is an array stands for its elements. */
static size_t list_items(const struct feed *feed, const struct response *response, const json_t **list)
{
    const json_t *found[JSONPATH_FOUND_MAX];
    size_t count = jsonpath_find(&feed->items, response->json, found);

    *list = count == 1 ? found[0] : NULL;
    if (json_is_array(*list))
        return json_array_size(*list);
    return *list && !json_is_null(*list);
}

static bool walk_json(struct walk *walk, const struct response *response)
{
    const json_t *list;
    size_t count = list_items(walk->feed, response, &list);

    if (count > FEED_ITEMS_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_is_array(list) ? json_array_get(list, i) : list;
        struct response item = { .status = response->status, .body = "", .json = (json_t *)value };

        walk_item(walk, &item);
        walk->count->last = value;
    }
    return true;
}

/* The next text between two marks from `*at` on, the caller's; NULL when there is none. An empty mark stands for the
 * beginning, or the end, of what is left. */
static char *next_marked(const struct feed *feed, const char **at)
{
    const char *start = strstr(*at, feed->begin);
    const char *end;

    if (!start || !**at)
        return NULL;
    start += strlen(feed->begin);
    end = *feed->end ? strstr(start, feed->end) : start + strlen(start);
    if (!end && *feed->begin)
        return NULL; /* an item that was cut */
    if (!end)
        end = start + strlen(start); /* the last line may lack its end */
    *at = *end ? end + strlen(feed->end) : end;
    return mem_dup_n(start, (size_t)(end - start));
}

static bool walk_marks(struct walk *walk, const struct response *response)
{
    const char *at = response->body;
    char *text;

    for (size_t i = 0; (text = next_marked(walk->feed, &at)); i++) {
        struct response item = { .status = response->status, .body = text_trim(text) };

        if (i == FEED_ITEMS_MAX) {
            free(text);
            return false;
        }
        if (*item.body)
            walk_item(walk, &item);
        free(text);
    }
    return true;
}

bool feed_walk(const struct feed *feed, const struct response *response, const struct feed_world *world,
               const struct feed_taker *taker, struct feed_count *count)
{
    struct walk walk = { feed, world, taker, count };

    *count = (struct feed_count){ 0 };
    return feed->begin ? walk_marks(&walk, response) : walk_json(&walk, response);
}
