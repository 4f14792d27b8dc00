/* SPDX-License-Identifier: Apache-2.0 */
/* Texts with places to fill in; see pattern.h. Names and escapes are two tables; parsing walks from `${` to `${`. */
#include "gateways/http/pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateways/http/sign.h"
#include "lib/memory.h"

enum {
    ONE = PATTERN_IN_SEND,            /* what differs from message to message */
    MESSAGE = ONE | PATTERN_IN_BATCH, /* what the messages of a batch have in common */
    REQUEST = MESSAGE | PATTERN_IN_PROBE | PATTERN_IN_POLL,
    SIGNED = PATTERN_IN_SIGN | PATTERN_IN_HOOK
};

/* `bare`: its values hold no character that could break out of a request, so no escape needs to be named. `required`: a
 * job without it cannot be sent. */
static const struct {
    const char *name;
    bool bare, required;
    unsigned where;
} names[] = {
    [PATTERN_ID] = { "id", true, true, ONE | PATTERN_IN_PROBE },
    [PATTERN_TO] = { "to", false, true, ONE },
    [PATTERN_TO_DIGITS] = { "to_digits", true, true, ONE },
    [PATTERN_TO_NATIONAL] = { "to_national", true, true, ONE },
    [PATTERN_TEXT] = { "text", false, true, MESSAGE },
    [PATTERN_TEMPLATE] = { "template", false, true, MESSAGE },
    [PATTERN_PARAMS] = { "params", false, true, MESSAGE },
    [PATTERN_CHANNEL] = { "channel", true, true, MESSAGE },
    [PATTERN_LANE] = { "lane", true, false, MESSAGE },
    [PATTERN_REPLY_EXT] = { "reply_ext", false, false, MESSAGE },
    [PATTERN_VOICE_TEXT] = { "voice.text", false, true, MESSAGE },
    [PATTERN_VOICE_SCRIPT] = { "voice.script", false, true, MESSAGE },
    [PATTERN_VOICE_PLAY] = { "voice.play", false, false, MESSAGE },
    [PATTERN_VOICE_KEYS] = { "voice.keys", false, false, MESSAGE },
    [PATTERN_VOICE_REPEAT] = { "voice.repeat", true, true, MESSAGE },
    [PATTERN_VOICE_SILENCE] = { "voice.silence_ms", true, true, MESSAGE },
    [PATTERN_PROVIDER_ID] = { "provider_id", false, true, PATTERN_IN_PROBE },
    [PATTERN_CURSOR] = { "cursor", false, false, PATTERN_IN_POLL },
    [PATTERN_BATCH] = { "batch", true, true, PATTERN_IN_BATCH },
    [PATTERN_TIMESTAMP] = { "timestamp", true, true, REQUEST },
    [PATTERN_TIMESTAMP_MS] = { "timestamp_ms", true, true, REQUEST },
    [PATTERN_NONCE] = { "nonce", true, true, REQUEST },
    [PATTERN_METHOD] = { "method", true, true, SIGNED },
    [PATTERN_PATH] = { "path", true, true, SIGNED },
    [PATTERN_QUERY] = { "query", true, false, SIGNED },
    [PATTERN_BODY] = { "body", true, false, SIGNED },
    [PATTERN_PARAM] = { "param", false, true, MESSAGE },
    [PATTERN_SECRET] = { "secret", true, true, PATTERN_ANYWHERE },
    [PATTERN_SIGN] = { "sign", true, true, REQUEST },
    [PATTERN_TIME] = { "time", true, true, REQUEST },
    [PATTERN_UTC] = { "utc", true, true, REQUEST },
    [PATTERN_HEADER] = { "header", true, false, PATTERN_IN_HOOK },
};

static const char *const escapes[] = {
    [PATTERN_NONE] = "none", [PATTERN_JSON] = "json", [PATTERN_URL] = "url",
    [PATTERN_FORM] = "form", [PATTERN_XML] = "xml",   [PATTERN_BASE64] = "base64",
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

/* One word of a source that has no end of its own. */
struct word {
    const char *start;
    size_t length;
};

static bool is_word(struct word word, const char *name)
{
    return strlen(name) == word.length && memcmp(name, word.start, word.length) == 0;
}

/* -1: none of that name. */
static int name_index(struct word word)
{
    for (size_t i = 0; i < COUNT(names); i++) {
        if (names[i].name && is_word(word, names[i].name))
            return (int)i;
    }
    return -1;
}

static int escape_index(struct word word)
{
    for (size_t i = 0; i < COUNT(escapes); i++) {
        if (is_word(word, escapes[i]))
            return (int)i;
    }
    return -1;
}

static bool unknown_name(struct word word, unsigned where, struct error *err)
{
    const char *known[COUNT(names) + 1] = { 0 };
    char name[PATTERN_ARGUMENT_MAX + 1];
    const char *nearest;
    size_t count = 0;

    snprintf(name, sizeof name, "%.*s", word.length < PATTERN_ARGUMENT_MAX ? (int)word.length : PATTERN_ARGUMENT_MAX,
             word.start);
    for (size_t i = 0; i < COUNT(names); i++) {
        if (names[i].name && names[i].where & where)
            known[count++] = names[i].name;
    }
    nearest = text_nearest(name, known);
    if (nearest)
        return error_set(err, "${%s}: no such name: did you mean %s?", name, nearest);
    return error_set(err, "${%s}: no such name: use id, to, text, param:NAME, secret:NAME or another of the manual",
                     name);
}

static bool takes_argument(enum pattern_name name)
{
    return name >= PATTERN_PARAM && name < PATTERN_LITERAL;
}

static bool check_argument(const struct pattern_part *part, struct error *err)
{
    const char *name = names[part->name].name;

    if (!takes_argument(part->name) && part->text)
        return error_set(err, "${%s:%.64s}: %s stands alone: ${%s}", name, part->text, name, name);
    if (takes_argument(part->name) && (!part->text || !*part->text || strlen(part->text) > PATTERN_ARGUMENT_MAX))
        return error_set(err, "${%s}: name which one, in 1 to %d letters: ${%s:NAME}", name, PATTERN_ARGUMENT_MAX,
                         name);
    return true;
}

/* strftime(3): only what means the same in every locale. */
static bool check_format(const char *format, struct error *err)
{
    for (const char *at = strchr(format, '%'); at; at = strchr(at + 2, '%')) {
        if (!at[1] || !strchr("YmdHMSyjeaAbBuFTsZz%", at[1]))
            return error_set(err, "${time:%s}: use %%Y %%m %%d %%H %%M %%S and the like", format);
    }
    return true;
}

static bool knows_sign(const struct pattern_scope *scope, const char *name)
{
    for (size_t i = 0; i < scope->sign_count; i++) {
        if (strcmp(scope->signs[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool check_scope(const struct pattern_part *part, const struct pattern_scope *scope, struct error *err)
{
    const char *name = names[part->name].name;

    if (!(names[part->name].where & scope->where))
        return error_set(err, "${%s}: has no value here: README.md names what has one", name);
    if (part->name == PATTERN_SECRET && scope->secrets && !secrets_get(scope->secrets, part->text))
        return error_set(err, "${secret:%s}: no such secret: add %s to secrets", part->text, part->text);
    if (part->name == PATTERN_SIGN && !knows_sign(scope, part->text))
        return error_set(err, "${sign:%s}: no such signature before this place: add it to signs", part->text);
    return true;
}

static bool check_part(const struct pattern_part *part, bool escape_named, const struct pattern_scope *scope,
                       struct error *err)
{
    const char *name = names[part->name].name;
    bool is_time = part->name == PATTERN_TIME || part->name == PATTERN_UTC;
    bool is_signed = scope && scope->where & (unsigned)SIGNED; /* a text to be hashed: nothing to break out of */

    if (!check_argument(part, err) || (scope && !check_scope(part, scope, err)))
        return false;
    if (!escape_named && !names[part->name].bare && !is_signed)
        return error_set(err, "${%s}: without escape: write ${%s|json}, |url, |form, |xml or |none", name, name);
    return !is_time || check_format(part->text, err);
}

/* One place: what stands between the braces, as NAME[:ARGUMENT][|ESCAPE]. */
static bool add_place(struct pattern *pattern, struct word inside, const struct pattern_scope *scope, struct error *err)
{
    const char *bar = memchr(inside.start, '|', inside.length);
    size_t left = bar ? (size_t)(bar - inside.start) : inside.length;
    const char *colon = memchr(inside.start, ':', left);
    struct word word = { inside.start, colon ? (size_t)(colon - inside.start) : left };
    int name = name_index(word);
    int escape = bar ? escape_index((struct word){ bar + 1, inside.length - left - 1 }) : PATTERN_NONE;
    struct pattern_part part = { .escape = (enum pattern_escape)escape };

    if (name < 0)
        return unknown_name(word, scope ? scope->where : PATTERN_ANYWHERE, err);
    if (escape < 0)
        return error_set(err, "${%.*s}: no such escape: use json, url, form, xml, base64 or none",
                         inside.length < (size_t)2 * PATTERN_ARGUMENT_MAX ? (int)inside.length
                                                                          : 2 * PATTERN_ARGUMENT_MAX,
                         inside.start);
    part.name = (enum pattern_name)name;
    if (colon)
        part.text = mem_dup_n(colon + 1, left - word.length - 1);
    if (!check_part(&part, bar != NULL, scope, err)) {
        free(part.text);
        return false;
    }
    return add_part(pattern, part, err);
}

static bool parse_parts(struct pattern *pattern, struct text *literal, const char *source,
                        const struct pattern_scope *scope, struct error *err)
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
        if (!add_literal(pattern, literal, err) ||
            !add_place(pattern, (struct word){ at + 2, (size_t)(end - at) - 2 }, scope, err))
            return false;
        at = end + 1;
    }
    return add_literal(pattern, literal, err);
}

bool pattern_parse(struct pattern *out, const char *source, const struct pattern_scope *scope, struct error *err)
{
    struct pattern pattern = { 0 };
    struct text literal = { 0 };
    bool done;

    if (strlen(source) > PATTERN_BYTES_MAX)
        return error_set(err, "longer than %d bytes: make it shorter", PATTERN_BYTES_MAX);
    done = parse_parts(&pattern, &literal, source, scope, err);
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

static void escape_base64(struct text *out, const char *value)
{
    char *base64 = sign_encode(SIGN_BASE64, (const unsigned char *)value, strlen(value));

    text_add(out, base64);
    free(base64);
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
    case PATTERN_BASE64:
        escape_base64(out, value);
        break;
    }
}

/* `now` in the words of a format. */
static const char *write_time(char out[static PATTERN_TIME_MAX], const char *format, time_ms now, time_ms offset)
{
    time_t at = (time_t)((now + offset) / SECOND_MS);
    struct tm tm;

    if (!gmtime_r(&at, &tm))
        return NULL;
    tm.tm_gmtoff = offset / SECOND_MS;
    if (strftime(out, PATTERN_TIME_MAX, format, &tm) == 0)
        out[0] = '\0';
    return out;
}

static const char *sign_value(const struct pattern_values *values, const char *name)
{
    for (size_t i = 0; i < values->sign_count; i++) {
        if (strcmp(values->signs[i].name, name) == 0)
            return values->signs[i].value;
    }
    return NULL;
}

/* The value of a place, in `room` where it is made for it; NULL when the job has none. */
static const char *value_of(const struct pattern_part *part, const struct pattern_values *values,
                            char room[static PATTERN_TIME_MAX])
{
    switch ((int)part->name) {
    case PATTERN_PARAM:
        return json_string_value(json_object_get(values->params, part->text));
    case PATTERN_SECRET:
        return values->secrets ? secrets_get(values->secrets, part->text) : NULL;
    case PATTERN_SIGN:
        return sign_value(values, part->text);
    case PATTERN_TIME:
        return write_time(room, part->text, values->now,
                          values->zone.ical ? zone_offset(values->zone, values->now) : 0);
    case PATTERN_UTC:
        return write_time(room, part->text, values->now, 0);
    case PATTERN_HEADER:
        return json_string_value(json_object_get(values->headers, part->text));
    default:
        return values->text[part->name];
    }
}

bool pattern_fill(struct text *out, const struct pattern *pattern, const struct pattern_values *values,
                  struct error *err)
{
    for (size_t i = 0; i < pattern->count; i++) {
        const struct pattern_part *part = &pattern->parts[i];
        char room[PATTERN_TIME_MAX];
        const char *value;

        if (part->name == PATTERN_LITERAL) {
            text_add(out, part->text);
            continue;
        }
        value = value_of(part, values, room);
        if (!value && names[part->name].required)
            return error_set(err, "${%s%s%s}: the message has none: send it by another gateway", names[part->name].name,
                             part->text ? ":" : "", part->text ? part->text : "");
        pattern_escape_text(out, part->escape, value ? value : "");
    }
    return true;
}

bool pattern_has(const struct pattern *pattern, enum pattern_name name)
{
    for (size_t i = 0; i < pattern->count; i++) {
        if (pattern->parts[i].name == name)
            return true;
    }
    return false;
}

const char *pattern_start(const struct pattern *pattern)
{
    return pattern->parts && pattern->parts[0].name == PATTERN_LITERAL ? pattern->parts[0].text : "";
}
