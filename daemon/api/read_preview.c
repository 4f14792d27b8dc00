/* SPDX-License-Identifier: Apache-2.0 */
/* Handlers that compute something without touching a row: what a reply would mean. */
#include <string.h>

#include "api/api_internal.h"
#include "lib/json.h"
#include "lib/memory.h"

enum { TRY_TEXTS_MAX = 1000, TRY_OPTIONS_MAX = 20 };

static json_t *tried(struct api_call *call, const struct answer_question *question, const char *text)
{
    struct answer answer;
    json_t *row = json_object();

    answer_read(&answer, call->parts->grammar, question, text);
    json_put_text(row, "text", text);
    json_put_text(row, "class", answer_class_name(answer.class));
    json_put(row, "value", answer.class == ANSWER_NUMBER && answer.has_value ? json_integer(answer.value) : NULL);
    list_put_text(row, "rest", answer.rest);
    list_put_text(row, "why", answer.why);
    json_put_flag(row, "machine", answer.machine);
    json_put_flag(row, "pass", answer.pass);
    answer_free(&answer);
    return row;
}

/* The texts of an array field into `out`; their number, -1 after a refusal. */
static int read_texts(struct api_call *call, const char *key, const char **out, size_t max)
{
    const json_t *array = json_object_get(call->body, key);

    if (array && !json_is_array(array)) {
        api_refuse(call, 400, "%s: give an array of texts", key);
        return -1;
    }
    if (json_array_size(array) > max) {
        api_refuse(call, 400, "%s: %zu are too many: at most %zu at a time", key, json_array_size(array), max);
        return -1;
    }
    for (size_t i = 0; i < json_array_size(array); i++) {
        out[i] = json_string_value(json_array_get(array, i));
        if (!out[i]) {
            api_refuse(call, 400, "%s: entry %zu is no text", key, i + 1);
            return -1;
        }
    }
    return (int)json_array_size(array);
}

json_t *try_answers(struct api_call *call)
{
    const char *kind = api_text(call, "kind");
    const char *options[TRY_OPTIONS_MAX] = { NULL }, *texts[TRY_TEXTS_MAX] = { NULL };
    struct answer_question question = { .options = options };
    int count;
    json_t *items, *page;

    if (!kind)
        return NULL;
    if (!call->parts->grammar)
        return api_refuse(call, 501, "this daemon has no answer grammar");
    if (!answer_kind_parse(&question.kind, &question.choices, kind, &call->err))
        return api_refuse_err(call, 400);
    count = read_texts(call, "options", options, TRY_OPTIONS_MAX);
    if (count < 0)
        return NULL;
    question.option_count = (size_t)count;
    count = read_texts(call, "texts", texts, TRY_TEXTS_MAX);
    if (count < 0)
        return NULL;
    items = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(items, tried(call, &question, texts[i]));
    page = json_object();
    json_put(page, "items", items);
    json_put(page, "next", NULL);
    return page;
}
