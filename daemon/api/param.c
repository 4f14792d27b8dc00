/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client writes in a path, a query and the keys of a body. All of it is outside input: bounded, decoded strictly
 * (no NUL, no broken UTF-8), and an unknown word is refused with the nearest known one. A plus sign stands for itself,
 * since phone numbers begin with one: a blank is %20.
 */
#include <errno.h>
#include <event2/http.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_internal.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/line.h"

/* The caller frees; NULL when a %-sequence is broken, NUL or not UTF-8. */
static char *decode(const char *text, size_t length)
{
    CLEANUP(mem_clean) char *raw = mem_dup_n(text, length);
    size_t size = 0;
    char *out;

    for (const char *at = raw; (at = strchr(at, '%')); at += 3)
        if (strspn(at + 1, "0123456789abcdefABCDEF") < 2)
            return NULL;
    out = evhttp_uridecode(raw, 0, &size);
    if (out && strlen(out) == size && utf8_valid(out, size))
        return out;
    free(out);
    return NULL;
}

static bool read_path(struct api_call *call, const char *path, size_t length)
{
    const char *end = path + length;

    for (int part = 0; path < end; part++) {
        const char *slash = memchr(path, '/', (size_t)(end - path));
        const size_t size = slash ? (size_t)(slash - path) : (size_t)(end - path);

        if (part == API_PATH_MAX) {
            api_refuse(call, 404, "the path is too long: see daemon/api/README.md");
            return false;
        }
        call->path[part] = decode(path, size);
        if (!call->path[part] || !*call->path[part]) {
            api_refuse(call, 400, "part %d of the path is empty or wrongly encoded: write UTF-8 as %%XX", part + 1);
            return false;
        }
        path += size + (slash ? 1 : 0);
    }
    return true;
}

static bool read_pair(struct api_call *call, const char *pair, size_t length)
{
    const char *equals = memchr(pair, '=', length);
    const size_t size = equals ? (size_t)(equals - pair) : length;
    CLEANUP(mem_clean) char *name = decode(pair, size);
    CLEANUP(mem_clean) char *value = equals ? decode(equals + 1, length - size - 1) : NULL;

    if (!name || !value) {
        api_refuse(call, 400, "the query is wrongly encoded: write name=value&name=value, UTF-8 as %%XX");
        return false;
    }
    if (json_object_get(call->query, name)) {
        api_refuse(call, 400, "%.40s stands twice in the query: give several values as a,b", name);
        return false;
    }
    json_put_text(call->query, name, value);
    return true;
}

static bool read_query(struct api_call *call, const char *query)
{
    for (int count = 0; *query; count++) {
        const size_t length = strcspn(query, "&");

        if (count == API_PARAMS_MAX) {
            api_refuse(call, 400, "more than %d parameters: leave some out", API_PARAMS_MAX);
            return false;
        }
        if (length && !read_pair(call, query, length))
            return false;
        query += length + (query[length] ? 1 : 0);
    }
    return true;
}

bool api_target_read(struct api_call *call, const char *target)
{
    const size_t length = strcspn(target, "?#");

    call->query = json_object();
    if (strlen(target) > API_TARGET_MAX) {
        api_refuse(call, 414, "the path is over %d bytes: shorten it", API_TARGET_MAX);
        return false;
    }
    if (length == strlen("/metrics") && text_starts(target, "/metrics")) /* where its readers look for it */
        return read_path(call, target + 1, length - 1) &&
               (target[length] != '?' || read_query(call, target + length + 1));
    if (!text_starts(target, "/v1/") || length < 5) {
        api_refuse(call, 404, "the path does not begin with /v1/: see daemon/api/README.md");
        return false;
    }
    if (!read_path(call, target + 4, length - 4))
        return false;
    return target[length] != '?' || read_query(call, target + length + 1);
}

/* Whether `name` is one of the blank-separated `words`. */
static bool among(const char *words, const char *name)
{
    const size_t length = strlen(name);

    for (const char *at = words; *at;) {
        const size_t word = strcspn(at, " ");

        if (word == length && memcmp(at, name, length) == 0)
            return true;
        at += word;
        at += strspn(at, " ");
    }
    return false;
}

/* Refuses a word that the route does not know. */
static void unknown(struct api_call *call, const char *words, const char *what, const char *name)
{
    CLEANUP(mem_clean) char *copy = mem_dup(words);
    const char *known[32] = { NULL };
    const char *nearest;
    char *rest = NULL;
    size_t count = 0;

    for (char *word = strtok_r(copy, " ", &rest); word && count + 1 < COUNT(known); word = strtok_r(NULL, " ", &rest))
        known[count++] = word;
    nearest = text_nearest(name, known);
    if (nearest)
        api_refuse(call, 400, "unknown %s \"%.40s\": did you mean %s?", what, name, nearest);
    else
        api_refuse(call, 400, "unknown %s \"%.40s\": this takes %s", what, name, *words ? words : "none");
}

static bool number(struct api_call *call, const char *name, const char *text, int64_t least, int64_t most, int64_t *out)
{
    char *end;
    long long value;

    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno || end == text || *end || value < least || value > most) {
        api_refuse(call, 400, "%s \"%.30s\": give a number from %" PRId64 " to %" PRId64, name, text, least, most);
        return false;
    }
    *out = value;
    return true;
}

/* "17", or "TIME.WAY.ID" of a time line. */
static bool read_after(struct api_call *call, const char *text)
{
    struct list_filter *filter = &call->filter;
    const char *dot = strchr(text, '.'), *second = dot ? strchr(dot + 1, '.') : NULL;

    if (!dot)
        return number(call, "after", text, 0, INT64_MAX - LIST_SCAN_MAX, &filter->after);
    if (second) {
        CLEANUP(mem_clean) char *at = mem_dup_n(text, (size_t)(dot - text));
        CLEANUP(mem_clean) char *way = mem_dup_n(dot + 1, (size_t)(second - dot - 1));

        return number(call, "after", at, 0, INT64_MAX, &filter->after_at) &&
               number(call, "after", way, 0, 9, &filter->after_way) &&
               number(call, "after", second + 1, 0, INT64_MAX, &filter->after);
    }
    api_refuse(call, 400, "after \"%.30s\": give the `next` of the page before", text);
    return false;
}

static bool read_limit(struct api_call *call, const char *text)
{
    int64_t limit;

    if (!number(call, "limit", text, 1, LIST_MAX, &limit))
        return false;
    call->filter.limit = (int)limit;
    return true;
}

static bool read_count(struct api_call *call, const char *text)
{
    int64_t count;

    if (!number(call, "count", text, 1, 100, &count))
        return false;
    call->filter.limit = (int)count;
    return true;
}

static bool read_left_behind(struct api_call *call, const char *text)
{
    const bool yes = strcmp(text, "yes") == 0 || strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
    const bool no = strcmp(text, "no") == 0 || strcmp(text, "false") == 0 || strcmp(text, "0") == 0;

    if (!yes && !no) {
        api_refuse(call, 400, "left_behind \"%.30s\": give yes or no", text);
        return false;
    }
    call->filter.left_behind = yes ? 1 : 0;
    return true;
}

static bool read_cause(struct api_call *call, const char *text)
{
    return number(call, "cause", text, 1, INT64_MAX, &call->filter.cause);
}

static bool read_student_param(struct api_call *call, const char *text)
{
    call->filter.student = api_student(call, text);
    return call->filter.student != 0;
}

static bool read_person_param(struct api_call *call, const char *text)
{
    call->filter.person = api_person(call, text);
    return call->filter.person != 0;
}

static bool read_line_param(struct api_call *call, const char *text)
{
    call->filter.line = line_find(call->store, text);
    if (!call->filter.line)
        api_refuse(call, 404, "line \"%.30s\": nobody has that number: write it as +8613900000000", text);
    return call->filter.line != 0;
}

#define TEXT(field) NULL, offsetof(struct list_filter, field)
static const struct {
    const char *name;
    bool (*read)(struct api_call *call, const char *text);
    size_t text; /* without `read`: where the text goes */
} params[] = {
    { "after", read_after, 0 },
    { "limit", read_limit, 0 },
    { "count", read_count, 0 },
    { "left_behind", read_left_behind, 0 },
    { "cause", read_cause, 0 },
    { "student", read_student_param, 0 },
    { "person", read_person_param, 0 },
    { "line", read_line_param, 0 },
    { "state", TEXT(state) },
    { "lane", TEXT(lane) },
    { "channel", TEXT(channel) },
    { "kind", TEXT(kind) },
    { "class", TEXT(class) },
    { "village", TEXT(village) },
    { "group", TEXT(group) },
    { "role", TEXT(role) },
    { "q", TEXT(query) },
    { "month", TEXT(query) },
    { "actor", TEXT(actor) },
    { "subject", TEXT(subject) },
    { "date", TEXT(day) },
};

static bool read_param(struct api_call *call, const char *name, const char *value)
{
    for (size_t i = 0; i < COUNT(params); i++) {
        if (strcmp(params[i].name, name) != 0)
            continue;
        if (params[i].read)
            return params[i].read(call, value);
        *(const char **)(void *)((char *)&call->filter + params[i].text) = value;
        return true;
    }
    return false;
}

bool api_params_read(struct api_call *call, const char *words)
{
    const char *name;
    json_t *value;

    json_object_foreach (call->query, name, value) {
        if (!among(words, name)) {
            unknown(call, words, "parameter", name);
            return false;
        }
        if (!read_param(call, name, json_string_value(value)))
            return false;
    }
    return true;
}

bool api_fields_check(struct api_call *call, const char *words)
{
    const char *name;
    json_t *value;

    json_object_foreach (call->body, name, value) {
        if (!among(words, name)) {
            unknown(call, words, "field", name);
            return false;
        }
    }
    return true;
}
