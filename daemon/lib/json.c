/* SPDX-License-Identifier: Apache-2.0 */
/* Small helpers over jansson; see json.h. */
#include "lib/json.h"

#include <stdlib.h>
#include <string.h>

json_t *json_read(const char *text, size_t length, struct error *err)
{
    json_error_t why;
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &why);

    if (json_is_object(json))
        return json;
    if (json)
        error_set(err, "JSON: not an object: send one object in braces");
    else
        error_set(err, "JSON: %s at byte %d", why.text, why.position);
    json_decref(json);
    return NULL;
}

char *json_write(const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);

    if (!text)
        abort();
    return text;
}

const char *json_text(const json_t *object, const char *key, const char *fallback)
{
    const json_t *value = json_object_get(object, key);

    return json_is_string(value) ? json_string_value(value) : fallback;
}

int64_t json_int(const json_t *object, const char *key, int64_t fallback)
{
    const json_t *value = json_object_get(object, key);

    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

bool json_flag(const json_t *object, const char *key, bool fallback)
{
    const json_t *value = json_object_get(object, key);

    return json_is_boolean(value) ? json_is_true(value) : fallback;
}

void json_put_text(json_t *object, const char *key, const char *text)
{
    if (text)
        json_put(object, key, json_string(text));
}

void json_put_int(json_t *object, const char *key, int64_t value)
{
    json_put(object, key, json_integer(value));
}

void json_put_flag(json_t *object, const char *key, bool value)
{
    json_put(object, key, json_boolean(value));
}

void json_put(json_t *object, const char *key, json_t *value)
{
    /* NULL stands for text that is not UTF-8: readers of rows from before a repair still get the other fields */
    json_object_set_new(object, key, value ? value : json_null());
}
