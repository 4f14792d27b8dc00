/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of forms; see form.h. */
#include "gateways/http/form.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/text.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The text decoded, the caller's; NULL when it is not UTF-8 without NUL. A lone % stands for itself. */
static char *decode(const char *source, size_t length)
{
    char *text = mem_new(length + 1, 1);
    size_t written = 0;

    for (size_t i = 0; i < length; i++) {
        int high = source[i] == '%' && i + 2 < length ? hex_value(source[i + 1]) : -1;
        int low = high >= 0 ? hex_value(source[i + 2]) : -1;

        if (low >= 0) {
            text[written++] = (char)(high * 16 + low);
            i += 2;
        } else {
            text[written++] = source[i] == '+' ? ' ' : source[i];
        }
    }
    if (utf8_valid(text, written))
        return text;
    free(text);
    return NULL;
}

static bool read_field(json_t *out, const char *field, size_t length)
{
    const char *equals = memchr(field, '=', length);
    size_t name_length = equals ? (size_t)(equals - field) : length;
    char *name = decode(field, name_length);
    char *value = equals ? decode(equals + 1, length - name_length - 1) : mem_dup("");
    bool sound = name && value;

    if (sound)
        json_object_set_new(out, name, json_string(value));
    free(name);
    free(value);
    return sound;
}

bool form_read(json_t *out, const char *source)
{
    for (const char *at = source; *at;) {
        size_t length = strcspn(at, "&");

        if (json_object_size(out) == FORM_FIELDS_MAX || (length && !read_field(out, at, length)))
            return false;
        at += length + (at[length] == '&');
    }
    return true;
}
