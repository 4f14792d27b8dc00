/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of cell.h. */
#include "cli/cell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/language.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

const json_t *cell_at(const json_t *object, const char *path)
{
    while (object && *path) {
        const size_t length = strcspn(path, ".");
        CLEANUP(mem_clean) char *key = mem_dup_n(path, length);

        object = json_object_get(object, key);
        path += length + (path[length] ? 1 : 0);
    }
    return json_is_null(object) ? NULL : object;
}

static const char *text_at(const json_t *object, const char *path)
{
    const json_t *value = cell_at(object, path);

    return json_is_string(value) ? json_string_value(value) : "";
}

char *cell_text(const json_t *object, const char *path)
{
    const json_t *value = cell_at(object, path);

    if (!value)
        return mem_dup("");
    if (json_is_string(value))
        return mem_dup(json_string_value(value));
    if (json_is_boolean(value))
        return mem_dup(json_is_true(value) ? _("yes") : _("no"));
    return json_is_real(value) ? mem_format("%g", json_real_value(value)) : json_write(value);
}

char *cell_word(const json_t *object, const char *path)
{
    return mem_dup(language_word(text_at(object, path)));
}

char *cell_yes(const json_t *object, const char *path)
{
    return mem_dup(json_is_true(cell_at(object, path)) ? _("yes") : "");
}

char *cell_yes_no(const json_t *object, const char *path)
{
    const json_t *value = cell_at(object, path);

    return mem_dup(!value ? "" : json_is_true(value) ? _("yes") : _("no"));
}

/* "2026-10-08T09:00:05+08:00" and what comes out of it: `from` and `count` characters, the T a blank. */
static char *part_of_time(const json_t *object, const char *path, size_t from, size_t count)
{
    const char *text = text_at(object, path);
    char *part;

    if (strlen(text) < 19 || text[10] != 'T')
        return mem_dup(text);
    part = mem_dup_n(text + from, count);
    if (from + count > 10)
        part[10 - from] = ' ';
    return part;
}

char *cell_short(const json_t *object, const char *path)
{
    return part_of_time(object, path, 5, 11);
}

char *cell_day(const json_t *object, const char *path)
{
    return part_of_time(object, path, 0, 10);
}

char *cell_time(const json_t *object, const char *path)
{
    return part_of_time(object, path, 0, 19);
}

char *cell_instant(const json_t *object, const char *path)
{
    const json_t *value = cell_at(object, path);
    const time_t at = (time_t)(json_integer_value(value) / 1000);
    struct tm local;
    char text[32];

    if (!json_is_integer(value))
        return cell_time(object, path);
    if (!localtime_r(&at, &local) || strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local) == 0)
        return mem_dup("");
    return mem_dup(text);
}

/* Two decimals, up to four where the price of a part has them. */
char *cell_money(const json_t *object, const char *path)
{
    const json_t *value = cell_at(object, path);
    char text[48];
    size_t length;

    if (!json_is_number(value))
        return mem_dup("");
    length = (size_t)snprintf(text, sizeof text, "%.4f", json_number_value(value));
    for (int i = 0; i < 2 && length && text[length - 1] == '0'; i++)
        text[--length] = '\0';
    return mem_format("¥%s", text);
}

char *cell_name(const json_t *object, const char *path)
{
    const json_t *who = cell_at(object, path);

    if (json_is_string(who))
        return mem_dup(json_string_value(who));
    return mem_dup(json_text(who, "name", json_text(who, "ref", "")));
}

char *cell_who(const json_t *object, const char *path)
{
    const json_t *who = cell_at(object, path);
    const char *name = json_text(who, "name", ""), *ref = json_text(who, "ref", NULL);

    return ref ? mem_format("%s (%s)", name, ref) : mem_dup(name);
}

/* Puts `more` behind what is there, after a comma. */
static void join(struct text *out, const char *more)
{
    if (out->length && *more)
        text_add(out, ", ");
    text_add(out, more);
}

char *cell_names(const json_t *object, const char *path)
{
    const json_t *all = cell_at(object, path), *one;
    struct text out = { 0 };
    size_t i;

    json_array_foreach (all, i, one)
        join(&out, json_text(one, "name", json_text(one, "ref", "")));
    return text_take(&out);
}

char *cell_list(const json_t *object, const char *path)
{
    const json_t *all = cell_at(object, path), *one;
    struct text out = { 0 };
    size_t i;

    if (json_is_string(all))
        return mem_dup(json_string_value(all));
    json_array_foreach (all, i, one) {
        CLEANUP(mem_clean) char *text = cell_text(one, "");

        join(&out, text);
    }
    return text_take(&out);
}

char *cell_lines(const json_t *object, const char *path)
{
    const json_t *all = cell_at(object, path), *line;
    struct text out = { 0 };
    size_t i;

    json_array_foreach (all, i, line) {
        const char *state = json_text(line, "state", "ok");

        join(&out, json_is_string(line) ? json_string_value(line) : json_text(line, "e164", ""));
        if (strcmp(state, "ok") != 0)
            text_add_format(&out, " %s", language_word(state));
        else if (json_flag(line, "opted_out", false))
            text_add_format(&out, " %s", language_word("opted_out"));
        else if (!json_flag(line, "confirmed", true))
            text_add_format(&out, " %s", language_word("unconfirmed"));
    }
    return text_take(&out);
}

char *cell_roles(const json_t *object, const char *path)
{
    const json_t *all = cell_at(object, path), *role;
    struct text out = { 0 };
    size_t i;

    json_array_foreach (all, i, role) {
        const char *class = json_text(role, "class", "");

        join(&out, language_word(json_text(role, "role", "")));
        if (*class)
            text_add_format(&out, " %s", class);
    }
    return text_take(&out);
}

char *cell_counts(const json_t *object, const char *path)
{
    const json_t *counts = cell_at(object, path), *n;
    struct text out = { 0 };
    const char *word;

    json_object_foreach ((json_t *)counts, word, n) {
        CLEANUP(mem_clean) char *one = NULL;

        if (json_is_integer(n) && json_integer_value(n) == 0)
            continue;
        one = json_is_integer(n) ? mem_format("%lld %s", (long long)json_integer_value(n), language_word(word)) : NULL;
        if (one)
            join(&out, one);
    }
    return text_take(&out);
}

char *cell_json(const json_t *object, const char *path)
{
    const json_t *value = cell_at(object, path);

    return value && json_object_size(value) ? json_write(value) : mem_dup("");
}

char *cell_flags(const json_t *object, const char *path)
{
    const json_t *all = cell_at(object, path), *one;
    struct text out = { 0 };
    const char *name;

    json_object_foreach ((json_t *)all, name, one) {
        CLEANUP(mem_clean) char *plain = mem_dup(name);

        for (char *at = plain; *at; at++)
            if (*at == '_')
                *at = ' ';
        if (json_is_true(one))
            join(&out, plain);
    }
    return text_take(&out);
}

char *cell_seconds(const json_t *object, const char *path)
{
    const json_t *value = cell_at(object, path);
    const long long s = json_integer_value(value);

    if (!json_is_number(value))
        return mem_dup("");
    if (s >= 86400)
        return mem_format(_("%lld d %lld h"), s / 86400, s % 86400 / 3600);
    if (s >= 3600)
        return mem_format(_("%lld h %lld min"), s / 3600, s % 3600 / 60);
    return s >= 60 ? mem_format(_("%lld min"), s / 60) : mem_format(_("%lld s"), s);
}
