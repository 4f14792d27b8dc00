/* SPDX-License-Identifier: Apache-2.0 */
/* Texts with places to fill in; see pattern.h. Names and escapes are two tables; parsing walks from `${` to `${`. */
#include "gateways/http/pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

/* `bare`: its values hold no character that could break out of a request, so no escape needs to be named. */
static const struct {
    const char *name;
    bool bare, required;
} names[] = {
    [PATTERN_ID] = { "id", true, true },
    [PATTERN_TO] = { "to", false, true },
    [PATTERN_TO_DIGITS] = { "to_digits", true, true },
    [PATTERN_TO_NATIONAL] = { "to_national", true, true },
    [PATTERN_TEXT] = { "text", false, true },
    [PATTERN_TEMPLATE] = { "template", false, true },
    [PATTERN_CHANNEL] = { "channel", true, true },
    [PATTERN_LANE] = { "lane", true, false },
    [PATTERN_REPLY_EXT] = { "reply_ext", false, false },
    [PATTERN_PROVIDER_ID] = { "provider_id", false, false },
    [PATTERN_PARAM] = { "param", false, true },
    [PATTERN_SECRET] = { "secret", true, true },
};

static const char *const name_list[] = { "id",       "to",      "to_digits", "to_national", "text",
                                         "template", "channel", "lane",      "reply_ext",   "provider_id",
                                         "param",    "secret",  NULL };

static const char *const escapes[] = {
    [PATTERN_NONE] = "none", [PATTERN_JSON] = "json", [PATTERN_URL] = "url",
    [PATTERN_FORM] = "form", [PATTERN_XML] = "xml",   NULL,
};

void pattern_free(struct pattern *pattern)
{
    for (size_t i = 0; i < pattern->count; i++)
        free(pattern->parts[i].text);
    free(pattern->parts);
    *pattern = (struct pattern){ 0 };
}

static bool add_part(struct pattern *pattern, struct pattern_part part, struct error *err)
{
    if (pattern->count == PATTERN_PARTS_MAX) {
        free(part.text);
        return error_set(err, "more than %d parts: make it shorter", PATTERN_PARTS_MAX);
    }
    pattern->parts = mem_grow(pattern->parts, pattern->count + 1, sizeof *pattern->parts);
    pattern->parts[pattern->count++] = part;
    return true;
}

static bool add_literal(struct pattern *pattern, struct text *literal, struct error *err)
{
    if (!literal->length)
        return true;
    return add_part(pattern, (struct pattern_part){ .name = PATTERN_LITERAL, .text = text_take(literal) }, err);
}

/* Index of the word in a NULL-terminated list, or -1. */
static int word_index(const char *const *list, const char *word, size_t length)
{
    for (int i = 0; list[i]; i++) {
        if (strlen(list[i]) == length && memcmp(list[i], word, length) == 0)
            return i;
    }
    return -1;
}

static bool unknown_name(const char *name, size_t length, struct error *err)
{
    char word[PATTERN_ARGUMENT_MAX + 1];
    const char *nearest;

    snprintf(word, sizeof word, "%.*s", (int)(length < PATTERN_ARGUMENT_MAX ? length : PATTERN_ARGUMENT_MAX), name);
    nearest = text_nearest(word, name_list);
    if (nearest)
        return error_set(err, "${%s}: no such name: did you mean %s?", word, nearest);
    return error_set(err, "${%s}: no such name: use id, to, text, param:NAME, secret:NAME or another of the manual",
                     word);
}

static bool check_part(const struct pattern_part *part, bool escape_named, const struct secrets *secrets,
                       struct error *err)
{
    bool has_argument = part->text && *part->text;

    if (part->name == PATTERN_PARAM || part->name == PATTERN_SECRET) {
        if (!has_argument || strlen(part->text) > PATTERN_ARGUMENT_MAX)
            return error_set(err, "${%s}: name which one, in 1 to %d letters: ${%s:NAME}", names[part->name].name,
                             PATTERN_ARGUMENT_MAX, names[part->name].name);
    } else if (part->text) {
        return error_set(err, "${%s:%.64s}: %s stands alone: ${%s}", names[part->name].name, part->text,
                         names[part->name].name, names[part->name].name);
    }
    if (!escape_named && !names[part->name].bare)
        return error_set(err, "${%s}: without escape: write ${%s|json}, |url, |form, |xml or |none",
                         names[part->name].name, names[part->name].name);
    if (part->name == PATTERN_SECRET && secrets && !secrets_get(secrets, part->text))
        return error_set(err, "${secret:%s}: no such secret: add %s to secrets", part->text, part->text);
    return true;
}

/* One place: what stands between the braces, as NAME[:ARGUMENT][|ESCAPE]. */
static bool add_place(struct pattern *pattern, const char *inside, size_t length, const struct secrets *secrets,
                      struct error *err)
{
    const char *bar = memchr(inside, '|', length);
    size_t left = bar ? (size_t)(bar - inside) : length;
    const char *colon = memchr(inside, ':', left);
    size_t name_length = colon ? (size_t)(colon - inside) : left;
    int name = word_index(name_list, inside, name_length);
    int escape = bar ? word_index(escapes, bar + 1, length - left - 1) : PATTERN_NONE;
    struct pattern_part part = { .escape = (enum pattern_escape)escape };

    if (name < 0)
        return unknown_name(inside, name_length, err);
    if (escape < 0)
        return error_set(err, "${%.*s}: no such escape: use json, url, form, xml or none",
                         length < (size_t)2 * PATTERN_ARGUMENT_MAX ? (int)length : 2 * PATTERN_ARGUMENT_MAX, inside);
    part.name = (enum pattern_name)name;
    if (colon)
        part.text = mem_dup_n(colon + 1, left - name_length - 1);
    if (!check_part(&part, bar != NULL, secrets, err)) {
        free(part.text);
        return false;
    }
    return add_part(pattern, part, err);
}

static bool parse_parts(struct pattern *pattern, struct text *literal, const char *source,
                        const struct secrets *secrets, struct error *err)
{
    const char *at = source;

    while (*at) {
        const char *end;

        if (text_starts(at, "$${")) {
            text_add(literal, "${");
            at += 3;
            continue;
        }
        if (!text_starts(at, "${")) {
            text_add_char(literal, *at++);
            continue;
        }
        end = strchr(at, '}');
        if (!end)
            return error_set(err, "\"%.20s\": no closing brace: write ${NAME} or $${ for the two characters", at);
        if (!add_literal(pattern, literal, err) || !add_place(pattern, at + 2, (size_t)(end - at) - 2, secrets, err))
            return false;
        at = end + 1;
    }
    return add_literal(pattern, literal, err);
}

bool pattern_parse(struct pattern *out, const char *source, const struct secrets *secrets, struct error *err)
{
    struct pattern pattern = { 0 };
    struct text literal = { 0 };
    bool done;

    if (strlen(source) > PATTERN_BYTES_MAX)
        return error_set(err, "longer than %d bytes: make it shorter", PATTERN_BYTES_MAX);
    done = parse_parts(&pattern, &literal, source, secrets, err);
    text_free(&literal);
    if (!done) {
        pattern_free(&pattern);
        return false;
    }
    *out = pattern;
    return true;
}

static void escape_json(struct text *out, const char *value)
{
    text_add_char(out, '"');
    for (const char *at = value; *at; at++) {
        unsigned char c = (unsigned char)*at;

        if (c == '"' || c == '\\') {
            text_add_char(out, '\\');
            text_add_char(out, *at);
        } else if (c < 0x20) {
            text_add_format(out, "\\u%04x", c);
        } else {
            text_add_char(out, *at);
        }
    }
    text_add_char(out, '"');
}

static bool unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

static void escape_percent(struct text *out, const char *value, bool plus)
{
    for (const char *at = value; *at; at++) {
        if (unreserved(*at))
            text_add_char(out, *at);
        else if (plus && *at == ' ')
            text_add_char(out, '+');
        else
            text_add_format(out, "%%%02X", (unsigned char)*at);
    }
}

static void escape_xml(struct text *out, const char *value)
{
    for (const char *at = value; *at;) {
        uint32_t c = utf8_next(&at);

        if (c == '&' || c == '<' || c == '>' || c == '"' || c == '\'' || c == '\t' || c == '\n' || c == '\r')
            text_add_format(out, "&#%u;", c);
        else if (c >= 0x20 && c != 0xFFFE && c != 0xFFFF) /* XML 1.0 section 2.2, Char */
            text_add_utf8(out, c);
    }
}

void pattern_escape_text(struct text *out, enum pattern_escape escape, const char *value)
{
    switch (escape) {
    case PATTERN_NONE:
        text_add(out, value);
        break;
    case PATTERN_JSON:
        escape_json(out, value);
        break;
    case PATTERN_URL:
        escape_percent(out, value, false);
        break;
    case PATTERN_FORM:
        escape_percent(out, value, true);
        break;
    case PATTERN_XML:
        escape_xml(out, value);
        break;
    }
}

/* The value of a place; NULL when the job has none. */
static const char *value_of(const struct pattern_part *part, const struct pattern_values *values)
{
    if (part->name == PATTERN_PARAM)
        return json_string_value(json_object_get(values->params, part->text));
    if (part->name == PATTERN_SECRET)
        return values->secrets ? secrets_get(values->secrets, part->text) : NULL;
    return values->text[part->name];
}

bool pattern_fill(struct text *out, const struct pattern *pattern, const struct pattern_values *values,
                  struct error *err)
{
    for (size_t i = 0; i < pattern->count; i++) {
        const struct pattern_part *part = &pattern->parts[i];
        const char *value;

        if (part->name == PATTERN_LITERAL) {
            text_add(out, part->text);
            continue;
        }
        value = value_of(part, values);
        if (!value && names[part->name].required)
            return error_set(err, "${%s%s%s}: the message has none: send it by another gateway", names[part->name].name,
                             part->text ? ":" : "", part->text ? part->text : "");
        pattern_escape_text(out, part->escape, value ? value : "");
    }
    return true;
}

size_t pattern_literal_start(const struct pattern *pattern)
{
    return pattern->count && pattern->parts[0].name == PATTERN_LITERAL ? strlen(pattern->parts[0].text) : 0;
}
