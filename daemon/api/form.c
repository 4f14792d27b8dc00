/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of a body as entries of the register; see form.h. */
#include "api/form.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/clean.h"
#include "import/date.h"
#include "import/headers.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { REF_MAX = 40, GROUP_MAX = 40, PUPIL_AGE_MAX = 30 }; /* code points; years */

bool form_fault(struct form *form, const char *format, ...)
{
    struct error err;
    va_list args;

    va_start(args, format);
    vsnprintf(err.text, sizeof err.text, format, args);
    va_end(args);
    return mistakes_add(&form->call->mistakes, "%s", err.text);
}

static bool fault_of(struct form *form, const char *key, const struct error *err)
{
    return form_fault(form, "%s: %s", key, err->text);
}

bool form_has(const struct form *form, const char *key)
{
    const json_t *value = json_object_get(form->call->body, key);

    return value && !form_emptied(form, key);
}

bool form_emptied(const struct form *form, const char *key)
{
    const json_t *value = json_object_get(form->call->body, key);

    return json_is_null(value) || (json_is_string(value) && !*json_string_value(value));
}

bool form_need(struct form *form, const char *key)
{
    return form_has(form, key) || form_fault(form, "%s is missing: give it", key);
}

bool form_done(struct form *form)
{
    struct mistakes *mistakes = &form->call->mistakes;

    headers_free(form->headers);
    form->headers = NULL;
    if (mistakes->count == 0)
        return true;
    if (mistakes->count == 1) {
        api_refuse(form->call, 400, "%s", mistakes->lines[0]);
        mistakes_free(mistakes);
    } else {
        api_refuse(form->call, 400, "%zu mistakes: nothing was stored", mistakes->count);
    }
    return false;
}

const char *form_text(struct form *form, const char *key)
{
    const json_t *value = json_object_get(form->call->body, key);

    if (!form_has(form, key))
        return NULL;
    if (!json_is_string(value))
        form_fault(form, "%s: give it as a text", key);
    return json_string_value(value);
}

/* A cell's text that holds a value; NULL after a fault. */
static char *form_cell(struct form *form, const char *key)
{
    const char *text = form_text(form, key);
    char *cell = text ? clean_cell(text) : NULL;
    struct error err;

    if (!cell)
        return NULL;
    if (*cell && clean_check(cell, &err))
        return cell;
    form_fault(form, "%s: %s", key, *cell ? err.text : "nothing that can be seen: give it");
    free(cell);
    return NULL;
}

char *form_line(struct form *form, const char *key, size_t max)
{
    CLEANUP(mem_clean) char *cell = form_cell(form, key);
    char *line = cell ? clean_line(cell) : NULL;

    if (!line || utf8_count(line) <= max)
        return line;
    form_fault(form, "%s: over %zu characters: shorten it", key, max);
    free(line);
    return NULL;
}

char *form_name(struct form *form, const char *key)
{
    CLEANUP(mem_clean) char *cell = form_cell(form, key);
    char *name = NULL;
    struct error err;

    if (cell && !clean_name(&name, cell, &err))
        fault_of(form, key, &err);
    return name;
}

char *form_ref(struct form *form, const char *key)
{
    CLEANUP(mem_clean) char *cell = form_cell(form, key);
    CLEANUP(mem_clean) char *folded = cell ? clean_fold(cell) : NULL;
    char *number = NULL;
    struct error err;

    if (!folded)
        return NULL;
    if (!clean_number(&number, folded, &err)) {
        fault_of(form, key, &err);
        return NULL;
    }
    if (!*number || strpbrk(number, "\"'?*") || strchr("=+@", number[0]) || text_starts(number, "ID:") ||
        text_starts(number, "id:") || utf8_count(number) > REF_MAX) {
        form_fault(form, "%s: \"%.60s\" is no student number: write it as on the register", key, cell);
        free(number);
        return NULL;
    }
    for (char *at = number; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    return number;
}

bool form_class(struct form *form, const char *key, struct class_name *out)
{
    CLEANUP(mem_clean) char *cell = form_cell(form, key);
    struct error err;

    if (!cell)
        return false;
    return class_parse(out, cell, NULL, &err) || fault_of(form, key, &err);
}

static bool read_date(struct form *form, const char *key, struct date *out)
{
    CLEANUP(mem_clean) char *cell = form_cell(form, key);
    struct error err;

    if (!cell)
        return false;
    return date_parse(out, cell, &err) || fault_of(form, key, &err);
}

char *form_birth(struct form *form, const char *key)
{
    const struct local_time now = zone_local(form->call->setting->zone, form->call->now);
    const struct date today = { now.year, now.month, now.day };
    char text[DATE_MAX];
    struct date birth;

    if (!read_date(form, key, &birth))
        return NULL;
    date_format(text, birth);
    if (date_compare(birth, today) <= 0 && date_age(birth, today) <= PUPIL_AGE_MAX)
        return mem_dup(text);
    form_fault(form, "%s: %s is no date of birth of a pupil: look it up and write it as 2016-03-09", key, text);
    return NULL;
}

time_ms form_day(struct form *form, const char *key)
{
    struct date day;

    if (!read_date(form, key, &day))
        return TIME_NEVER;
    if (day.day)
        return zone_instant(form->call->setting->zone,
                            (struct local_time){ .year = day.year, .month = day.month, .day = day.day });
    form_fault(form, "%s: a month is no day: write it as 2026-09-01", key);
    return TIME_NEVER;
}

time_ms form_time(struct form *form, const char *key)
{
    const char *text = form_text(form, key);
    time_ms at = TIME_NEVER;
    struct error err;

    if (text && !zone_parse(&at, form->call->setting->zone, text, &err))
        fault_of(form, key, &err);
    return at;
}

bool form_phone(struct form *form, const char *key, struct phone *out)
{
    const char *text = form_text(form, key);
    struct error err;

    if (!text)
        return false;
    return phone_parse(out, text, form->call->setting->region, &err) || form_fault(form, "%s", err.text);
}

const char *form_phone_type(enum phone_type type)
{
    static const char *const types[] = {
        [PHONE_MOBILE] = "mobile", [PHONE_LANDLINE] = "landline", [PHONE_OTHER] = "other"
    };

    return types[type];
}

int form_flag(struct form *form, const char *key)
{
    const json_t *value = json_object_get(form->call->body, key);

    if (!form_has(form, key))
        return -1;
    if (!json_is_boolean(value)) {
        form_fault(form, "%s: give true or false", key);
        return -1;
    }
    return json_is_true(value);
}

int64_t form_number(struct form *form, const char *key, int64_t most)
{
    const json_t *value = json_object_get(form->call->body, key);
    const int64_t number = json_integer_value(value);

    if (!form_has(form, key))
        return 0;
    if (json_is_integer(value) && number >= 1 && number <= most)
        return number;
    form_fault(form, "%s: give a number from 1 to %lld", key, (long long)most);
    return 0;
}

/* The key of a word in the table of words; NULL when it is not there. Borrowed. */
static const char *known_word(struct form *form, const char *entity, const char *word)
{
    CLEANUP(mem_clean) char *folded = headers_fold(word);
    const char *key;

    if (!form->headers && form->call->setting->headers)
        form->headers = headers_load(form->call->setting->headers, NULL);
    if (!form->headers)
        return NULL;
    key = headers_value(form->headers, entity, folded);
    return key ? key : headers_key(form->headers, entity, word);
}

/* Whether it holds letters or digits of ASCII only: a word of ours, not of a family. */
static bool plain(const char *word)
{
    for (; *word; word++)
        if ((unsigned char)*word >= 0x80)
            return false;
    return true;
}

char *form_word(struct form *form, const char *key, const char *entity, const char *otherwise, const char *examples)
{
    CLEANUP(mem_clean) char *word = form_line(form, key, GROUP_MAX);
    const char *known = word ? known_word(form, entity, word) : NULL;

    if (known || (word && otherwise && !plain(word)))
        return mem_dup(known ? known : otherwise);
    if (word)
        form_fault(form, "%s \"%.60s\" is not known: give e.g. %s, or add the word to headers.csv", key, word,
                   examples);
    return NULL;
}

char *form_group(struct form *form, const char *key)
{
    char *name = form_line(form, key, GROUP_MAX);

    if (!name || !strpbrk(name, "\"()"))
        return name;
    form_fault(form, "%s: a group's name has no quotes and brackets: write it without", key);
    free(name);
    return NULL;
}
