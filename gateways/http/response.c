/* SPDX-License-Identifier: Apache-2.0 */
/* A provider's answer and the conditions on it; see response.h. */
#include "gateways/http/response.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "gateways/http/faults.h"
#include "lib/memory.h"
#include "lib/text.h"

struct response response_read(int status, const char *body, size_t length, time_ms retry_after)
{
    struct response response = { .status = status, .body = body, .retry_after = retry_after };
    size_t mark = length >= 3 && memcmp(body, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0; /* some servers send a BOM */

    response.json = json_loadb(body + mark, length - mark, JSON_DECODE_ANY, NULL);
    return response;
}

void response_free(struct response *response)
{
    json_decref(response->json);
    *response = (struct response){ 0 };
}

time_ms retry_after_parse(const char *value, time_ms now)
{
    time_ms delay = 0;

    if (!value || !*value)
        return 0;
    if (strspn(value, "0123456789") == strlen(value)) {
        for (const char *at = value; *at && delay <= RETRY_AFTER_MAX_MS; at++)
            delay = delay * 10 + (*at - '0') * SECOND_MS;
    } else {
        time_t at = curl_getdate(value, NULL);

        delay = at < 0 ? 0 : (time_ms)at * SECOND_MS - now;
    }
    if (delay < 0)
        return 0;
    return delay > RETRY_AFTER_MAX_MS ? RETRY_AFTER_MAX_MS : delay;
}

/* Three digits, of which the last two may be xx; moves `*at` behind them. */
static bool parse_status(int *low, int *high, const char **at)
{
    const char *c = *at;

    if (c[0] < '1' || c[0] > '5')
        return false;
    if (c[1] == 'x' && c[2] == 'x') {
        *low = (c[0] - '0') * 100;
        *high = *low + 99;
    } else if (c[1] >= '0' && c[1] <= '9' && c[2] >= '0' && c[2] <= '9') {
        *low = *high = (c[0] - '0') * 100 + (c[1] - '0') * 10 + (c[2] - '0');
    } else {
        return false;
    }
    *at += 3;
    return true;
}

bool statuses_parse(struct statuses *out, const char *source, struct error *err)
{
    struct statuses statuses = { 0 };
    const char *at = source;

    for (;;) {
        int low, high, other;

        at += strspn(at, " ");
        if (statuses.count == RESPONSE_RANGES_MAX || !parse_status(&low, &high, &at))
            break;
        if (*at == '-' && (at++, !parse_status(&other, &high, &at) || high < low))
            break;
        statuses.ranges[statuses.count].low = low;
        statuses.ranges[statuses.count++].high = high;
        at += strspn(at, " ");
        if (!*at) {
            *out = statuses;
            return true;
        }
        if (*at++ != ',')
            break;
    }
    return error_set(err, "\"%.40s\": not a list of HTTP statuses: write \"2xx\", \"200,201\" or \"500-599\"", source);
}

bool statuses_have(const struct statuses *statuses, int status)
{
    for (size_t i = 0; i < statuses->count; i++) {
        if (status >= statuses->ranges[i].low && status <= statuses->ranges[i].high)
            return true;
    }
    return statuses->count == 0;
}

static bool parse_regex(struct place *place, const char *source, struct error *err)
{
    int why = regcomp(&place->regex, source, REG_EXTENDED);
    char text[128];

    if (why == 0) {
        place->kind = PLACE_REGEX;
        return true;
    }
    regerror(why, &place->regex, text, sizeof text);
    return error_set(err, "regex: %s: write a POSIX extended regular expression", text);
}

static bool parse_path(struct place *place, const char *source, struct error *err)
{
    if (!jsonpath_parse(&place->path, source, err))
        return false;
    place->kind = PLACE_JSON;
    return true;
}

bool place_parse(struct place *out, const json_t *config, struct error *err)
{
    struct place place = { 0 };
    const char *path =
        json_is_string(config) ? json_string_value(config) : json_string_value(json_object_get(config, "json"));
    const char *regex = json_string_value(json_object_get(config, "regex"));

    if ((path != NULL) == (regex != NULL))
        return error_set(err, "not a place in an answer: write \"$.id\", or { regex = \"id=([0-9]+)\"; }");
    if (path ? !parse_path(&place, path, err) : !parse_regex(&place, regex, err))
        return false;
    *out = place;
    return true;
}

void place_free(struct place *place)
{
    if (place->kind == PLACE_REGEX)
        regfree(&place->regex);
    jsonpath_free(&place->path);
    *place = (struct place){ 0 };
}

static size_t regex_texts(const regex_t *regex, const char *body, size_t longest, char *out[static RESPONSE_VALUES_MAX])
{
    char *head = mem_dup_n(body, RESPONSE_REGEX_BYTES_MAX);
    regmatch_t groups[2];
    size_t count = 0;

    if (regexec(regex, head, COUNT(groups), groups, 0) == 0) {
        const regmatch_t *group = &groups[regex->re_nsub > 0 ? 1 : 0];
        size_t length = group->rm_so < 0 ? 0 : (size_t)(group->rm_eo - group->rm_so);

        if (length <= longest && group->rm_so >= 0 && utf8_valid(head + group->rm_so, length))
            out[count++] = mem_dup_n(head + group->rm_so, length);
    }
    free(head);
    return count;
}

static size_t json_texts(const struct jsonpath *path, const json_t *json, size_t longest,
                         char *out[static RESPONSE_VALUES_MAX])
{
    const json_t *found[JSONPATH_FOUND_MAX];
    size_t count = 0;
    size_t found_count = jsonpath_find(path, json, found);

    _Static_assert((int)JSONPATH_FOUND_MAX <= (int)RESPONSE_VALUES_MAX, "what is found fits");
    for (size_t i = 0; i < found_count; i++) {
        char *text = jsonpath_text(found[i]);

        if (text && strlen(text) <= longest)
            out[count++] = text;
        else
            free(text);
    }
    return count;
}

static size_t texts_at(const struct place *place, const struct response *response, size_t longest,
                       char *out[static RESPONSE_VALUES_MAX])
{
    switch (place->kind) {
    case PLACE_NONE:
        break;
    case PLACE_JSON:
        return json_texts(&place->path, response->json, longest, out);
    case PLACE_REGEX:
        return regex_texts(&place->regex, response->body, longest, out);
    }
    return 0;
}

size_t place_texts(const struct place *place, const struct response *response, char *out[static RESPONSE_VALUES_MAX])
{
    return texts_at(place, response, RESPONSE_VALUE_BYTES_MAX, out);
}

char *place_long_text(const struct place *place, const struct response *response, size_t longest)
{
    char *texts[RESPONSE_VALUES_MAX];
    size_t count = texts_at(place, response, longest, texts);

    for (size_t i = 1; i < count; i++)
        free(texts[i]);
    return count ? texts[0] : NULL;
}

char *place_text(const struct place *place, const struct response *response)
{
    return place_long_text(place, response, RESPONSE_VALUE_BYTES_MAX);
}

static bool parse_equals(struct condition *condition, const json_t *config, struct error *err)
{
    size_t count = json_is_array(config) ? json_array_size(config) : config != NULL;

    if (count > COUNT(condition->equals))
        return error_set(err, "equals: more than %zu values: leave some out", COUNT(condition->equals));
    for (size_t i = 0; i < count; i++) {
        char *text = jsonpath_text(json_is_array(config) ? json_array_get(config, i) : config);

        if (!text)
            return error_set(err, "equals: not a value: write a text, a number, or a list of them");
        condition->equals[condition->equals_count++] = text;
    }
    if (count && condition->place.kind == PLACE_NONE)
        return error_set(err, "equals: of what? name the place too: json = \"$.code\"");
    return true;
}

static bool parse_fields(struct condition *condition, const json_t *config, struct error *err)
{
    const json_t *status = json_is_string(config) ? config : json_object_get(config, "status");
    char *statuses = jsonpath_text(status); /* `status = 200` is as clear as "200" */
    bool sound = !statuses || statuses_parse(&condition->statuses, statuses, err) || error_in(err, "status");

    free(statuses);
    if (!sound)
        return false;
    if (json_object_get(config, "json") || json_object_get(config, "regex")) {
        if (!place_parse(&condition->place, config, err))
            return false;
    } else if (!status) {
        return error_set(err, "empty: write \"2xx\", or { status = \"2xx\"; json = \"$.code\"; equals = \"0\"; }");
    }
    return parse_equals(condition, json_object_get(config, "equals"), err);
}

bool condition_parse(struct condition *out, const json_t *config, struct error *err)
{
    struct condition condition = { 0 };

    if (!parse_fields(&condition, config, err)) {
        condition_free(&condition);
        return false;
    }
    *out = condition;
    return true;
}

const char *const condition_keys[] = { "status", "json", "regex", "equals", NULL };

bool condition_parse_only(struct condition *out, const json_t *config, struct error *err)
{
    struct condition condition = { 0 };
    struct faults faults = { 0 };
    struct error why = { 0 };

    if (json_is_object(config))
        faults_keys(&faults, config, condition_keys);
    if (!condition_parse(&condition, config, &why))
        faults_add(&faults, NULL, &why);
    if (!faults_end(&faults, err)) {
        condition_free(&condition);
        return false;
    }
    *out = condition;
    return true;
}

bool condition_given(const struct condition *condition)
{
    return condition->statuses.count > 0 || condition->place.kind != PLACE_NONE;
}

void condition_free(struct condition *condition)
{
    place_free(&condition->place);
    for (size_t i = 0; i < condition->equals_count; i++)
        free(condition->equals[i]);
    *condition = (struct condition){ 0 };
}

enum holds condition_holds(const struct condition *condition, const struct response *response)
{
    enum holds holds = HOLDS_NO;
    char *value;

    if (!statuses_have(&condition->statuses, response->status))
        return HOLDS_NO;
    if (condition->place.kind == PLACE_NONE)
        return HOLDS_YES;
    value = place_text(&condition->place, response);
    if (!value)
        return HOLDS_DOUBT;
    if (!condition->equals_count)
        holds = HOLDS_YES;
    for (size_t i = 0; i < condition->equals_count; i++) {
        if (strcmp(value, condition->equals[i]) == 0)
            holds = HOLDS_YES;
    }
    free(value);
    return holds;
}
