/* SPDX-License-Identifier: Apache-2.0 */
/* Places in a JSON answer; see jsonpath.h. */
#include "gateways/http/jsonpath.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/text.h"

void jsonpath_free(struct jsonpath *path)
{
    for (size_t i = 0; i < path->count; i++)
        free(path->steps[i].name);
    *path = (struct jsonpath){ 0 };
}

/* `.name` up to the next `.` or `[`; moves `*at` behind it. */
static bool parse_name(struct jsonpath_step *step, const char **at, struct error *err)
{
    size_t length = strcspn(*at, ".[");

    if (!length)
        return error_set(err, "a name is missing after \".\": write $.name");
    step->name = mem_dup_n(*at, length);
    *at += length;
    return true;
}

/* `'name']`, with `at` behind the bracket. */
static bool parse_quoted(struct jsonpath_step *step, const char **at, struct error *err)
{
    char quote = **at;
    const char *end = strchr(*at + 1, quote);

    if (!end || end[1] != ']')
        return error_set(err, "no end of the quoted name: write ['name']");
    step->name = mem_dup_n(*at + 1, (size_t)(end - *at) - 1);
    *at = end + 2;
    return true;
}

/* `n]` or `*]`. */
static bool parse_index(struct jsonpath_step *step, const char **at, struct error *err)
{
    size_t index = 0;
    const char *digit = *at;

    if (text_starts(digit, "*]")) {
        step->index = JSONPATH_ALL;
        *at += 2;
        return true;
    }
    while (*digit >= '0' && *digit <= '9' && index <= JSONPATH_INDEX_MAX)
        index = index * 10 + (size_t)(*digit++ - '0');
    if (digit == *at || *digit != ']' || index > JSONPATH_INDEX_MAX)
        return error_set(err, "not an index in brackets: write [0], [*] or ['name']");
    step->index = index;
    *at = digit + 1;
    return true;
}

static bool parse_step(struct jsonpath_step *step, const char **at, struct error *err)
{
    char first = *(*at)++;

    if (first == '.')
        return parse_name(step, at, err);
    if (first != '[')
        return error_set(err, "\"%.20s\" where \".\" or \"[\" is due: write $.name or $.list[0].name", *at - 1);
    if (**at == '\'' || **at == '"')
        return parse_quoted(step, at, err);
    return parse_index(step, at, err);
}

bool jsonpath_parse(struct jsonpath *out, const char *source, struct error *err)
{
    struct jsonpath path = { 0 };
    const char *at = source;
    bool sound = *at++ == '$';

    if (!sound)
        return error_set(err, "\"%.40s\" is not a JSON path: begin with $, as in $.id", source);
    while (sound && *at) {
        if (path.count == JSONPATH_STEPS_MAX) {
            sound = error_set(err, "more than %d steps: make it shorter", JSONPATH_STEPS_MAX);
        } else {
            sound = parse_step(&path.steps[path.count], &at, err);
            path.count += sound;
        }
    }
    if (!sound) {
        jsonpath_free(&path);
        return false;
    }
    *out = path;
    return true;
}

/* The values one step below `value`; adds to `out` from `count` on and returns the new count. */
static size_t take_step(const struct jsonpath_step *step, const json_t *value, const json_t **out, size_t count)
{
    size_t first = step->index == JSONPATH_ALL ? 0 : step->index;
    size_t last = step->index == JSONPATH_ALL ? json_array_size(value) : step->index + 1;

    if (step->name) {
        const json_t *below = json_object_get(value, step->name);

        if (below && count < JSONPATH_FOUND_MAX)
            out[count++] = below;
        return count;
    }
    for (size_t i = first; i < last && count < JSONPATH_FOUND_MAX; i++) {
        const json_t *below = json_array_get(value, i);

        if (below)
            out[count++] = below;
    }
    return count;
}

size_t jsonpath_find(const struct jsonpath *path, const json_t *root, const json_t *out[static JSONPATH_FOUND_MAX])
{
    const json_t *level[JSONPATH_FOUND_MAX] = { root };
    size_t count = root ? 1 : 0;

    for (size_t i = 0; i < path->count; i++) {
        const json_t *next[JSONPATH_FOUND_MAX] = { NULL };
        size_t next_count = 0;

        for (size_t j = 0; j < count; j++)
            next_count = take_step(&path->steps[i], level[j], next, next_count);
        for (count = 0; count < next_count; count++)
            level[count] = next[count];
    }
    for (size_t i = 0; i < count; i++)
        out[i] = level[i];
    return count;
}

char *jsonpath_text(const json_t *value)
{
    if (json_is_string(value))
        return mem_dup(json_string_value(value));
    if (json_is_integer(value))
        return mem_format("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (json_is_real(value))
        return mem_format("%.17g", json_real_value(value));
    if (json_is_boolean(value))
        return mem_dup(json_is_true(value) ? "true" : "false");
    return NULL;
}
