/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers as people write them; see phone.h. First the characters, then the tables of numbers that are nobody's, then
 * the shape of a Chinese mobile number, and only then the numbering plans of the library.
 */
#include "core/phone.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/phone_internal.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { DIGITS_MAX = 32 };

/* What is left of a text when its decoration is taken off. */
struct digits {
    char text[DIGITS_MAX + 1]; /* "0" … "9" only */
    size_t count;
    bool plus;
};

/* What a character is worth: '0'–'9', '+', '\'', '.', ' ' (decoration), or 0: not in a number. */
static const struct {
    uint32_t first, last;
    char worth;
} characters[] = {
    { '0', '9', '0' },       { 0xff10, 0xff19, '0' },                            /* full-width digits */
    { '+', '+', '+' },       { 0xff0b, 0xff0b, '+' },                            /* full-width plus */
    { '\'', '\'', '\'' },    { 0x2018, 0x2019, '\'' }, { 0xff07, 0xff07, '\'' }, /* the mark of text */
    { '.', '.', '.' },       { 0xff0e, 0xff0e, '.' },                            /* full-width stop */
    { ' ', ' ', ' ' },       { '\t', '\t', ' ' },      { 0x00a0, 0x00a0, ' ' },  /* blanks */
    { 0x2000, 0x200f, ' ' }, /* spaces of typesetting, zero width, marks of direction */
    { 0x202a, 0x202f, ' ' }, /* embeddings and overrides, as copied out of address books */
    { 0x3000, 0x3000, ' ' }, { 0xfeff, 0xfeff, ' ' },  { 0x2060, 0x2069, ' ' }, /* ideographic space, BOM */
    { '-', '-', ' ' },       { 0x2010, 0x2015, ' ' },  { 0x2212, 0x2212, ' ' }, /* hyphens, dashes, minus */
    { 0xff0d, 0xff0d, ' ' }, { '(', ')', ' ' },        { 0xff08, 0xff09, ' ' }, /* full-width forms, brackets */
};

static char worth_of(uint32_t c)
{
    for (size_t i = 0; i < COUNT(characters); i++) {
        if (c < characters[i].first || c > characters[i].last)
            continue;
        return characters[i].worth == '0' ? (char)('0' + (c - characters[i].first)) : characters[i].worth;
    }
    return 0;
}

/* Takes one character of worth `worth` in; false where it must not stand. */
static bool take(struct digits *out, char worth, bool first)
{
    if (worth == ' ' || worth == '.')
        return true;
    if (worth == '\'')
        return first;
    if (worth == '+') {
        const bool fits = out->count == 0 && !out->plus;

        out->plus = true;
        return fits;
    }
    if (out->count < DIGITS_MAX)
        out->text[out->count++] = worth;
    return true;
}

/* "13912345678.0": what a spreadsheet makes of a number; its only dot is the one before the last 0. */
static bool ends_in_point_zero(const char *text)
{
    const char *dot = strchr(text, '.');

    return dot && strcmp(dot, ".0") == 0;
}

static bool strip(struct digits *out, const char *text, struct error *err)
{
    const char *at = text;
    bool first = true;

    if (strlen(text) > PHONE_TEXT_MAX)
        return error_set(err, "phone \"%.40s…\": too long for one number", text);
    while (*at) {
        const char *const from = at;
        const uint32_t c = utf8_next(&at);
        const char worth = worth_of(c);

        if (!worth)
            return error_set(err, "phone \"%s\": \"%.*s\" is not part of a number: write digits only", text,
                             (int)(at - from), c < ' ' || c == 0x7f || c == 0xfffd ? "?" : from);
        if (!take(out, worth, first))
            return error_set(err, "phone \"%s\": \"%.*s\" may only stand at the beginning", text, (int)(at - from),
                             from);
        first = first && worth == ' ';
    }
    if (ends_in_point_zero(text) && out->count > 1)
        out->text[--out->count] = '\0';
    return out->count > 0 || error_set(err, "phone \"%s\": no number: write it like 13912345678", text);
}

/* Numbers that are an office's, not a person's. A '?' stands for any digit. */
static const struct {
    const char *digits;
    const char *whose;
} services[] = {
    { "110", "the police" },
    { "112", "the emergency call" },
    { "114", "directory enquiries" },
    { "119", "the fire service" },
    { "120", "the ambulance" },
    { "122", "the traffic police" },
    { "999", "the ambulance" },
    { "12110", "the police by text" },
    { "12309", "the prosecutors' line" },
    { "12338", "the women's and children's line" },
    { "12345", "the city's service line" },
    { "12348", "legal aid" },
    { "12349", "the civil affairs line" },
    { "12355", "the youth service line" },
    { "12356", "the mental health line" },
    { "96110", "the anti-fraud line" },
    { "10000", "a carrier's service line" },
    { "10010", "a carrier's service line" },
    { "10086", "a carrier's service line" },
    { "10099", "a carrier's service line" },
    { "100??", "a carrier's service line" },
    { "11???", "an enquiry line" },
    { "123??", "a public service line" },
    { "95???", "a company's service line" },
    { "95????", "a company's service line" },
    { "96???", "a local service line" },
    { "96????", "a local service line" },
    { "400???????", "a company's service line" },
    { "800???????", "a company's service line" },
};

static bool fits(const char *pattern, const char *digits)
{
    for (; *pattern && *digits; pattern++, digits++)
        if (*pattern != '?' && *pattern != *digits)
            return false;
    return *pattern == *digits;
}

static bool refuse_service(const char *text, const char *digits, bool international, struct error *err)
{
    for (size_t i = 0; i < COUNT(services); i++)
        if (fits(services[i].digits, digits))
            return error_set(err, "phone \"%s\": %s is %s, not a person's number", text, digits, services[i].whose);
    if (text_starts(digits, "106") && strlen(digits) >= 8 &&
        !(international && strlen(digits) == 10)) /* +86 10 6…: Beijing */
        return error_set(err, "phone \"%s\": numbers with 106 only send texts: nobody answers there", text);
    if (strlen(digits) < 7)
        return error_set(err, "phone \"%s\": a short number works only inside its own group: write all 11 digits",
                         text);
    return true;
}

/* 1[3-9] and nine digits. */
static bool is_mobile(const char *national)
{
    return strlen(national) == 11 && national[0] == '1' && national[1] >= '3';
}

/* Prefixes in use that the library's data lack: 146 and 148 (things), 149 (Telecom; MIIT's list of March 2023). */
static bool is_known_prefix(const char *national)
{
    static const char *const prefixes[] = { "146", "148", "149" };

    for (size_t i = 0; i < COUNT(prefixes); i++)
        if (text_starts(national, prefixes[i]))
            return true;
    return false;
}

/* The national part of a number that is Chinese, or NULL. */
static const char *chinese_part(const struct digits *digits, const char *region)
{
    const bool written_out = digits->plus || is_mobile(digits->text + (digits->count > 2 ? 2 : 0));
    const char *national = digits->text;

    if (text_starts(digits->text, "86") && written_out)
        national += 2;
    else if (digits->plus || strcmp(region, "CN") != 0)
        return NULL;
    return national[0] == '0' && is_mobile(national + 1) ? national + 1 : national;
}

static bool refuse_chinese(const char *text, const char *national, struct error *err)
{
    const size_t count = strlen(national);

    if (national[0] == '1' && national[1] >= '3' && count >= 22)
        return error_set(err, "phone \"%s\": %zu digits, more than one number: write one", text, count);
    if (national[0] == '1' && national[1] >= '3')
        return error_set(err, "phone \"%s\": %zu digits, a mobile number has 11", text, count);
    if (count <= 8 && national[0] != '0')
        return error_set(err, "phone \"%s\": the area code is missing: write it like 0571-88881234", text);
    return error_set(err, "phone \"%s\": not a number in CN", text);
}

static bool parse_chinese(struct phone *out, const char *text, const char *national, bool international,
                          struct error *err)
{
    struct phone phone = { .type = PHONE_MOBILE };
    char e164[DIGITS_MAX + 4];
    enum phone_verdict verdict;

    if (!refuse_service(text, national, international, err))
        return false;
    snprintf(e164, sizeof e164, "+86%s", national);
    verdict = phone_look_up(&phone, e164, "CN");
    if (is_mobile(national)) {
        phone.type = PHONE_MOBILE;
        phone.unknown_prefix = verdict != PHONE_VALID && !is_known_prefix(national);
        memcpy(phone.e164, e164, 15); /* "+86", 11 digits, NUL */
    } else if (verdict == PHONE_SERVICE) {
        return error_set(err, "phone \"%s\": a service line, not a person's number", text);
    } else if (verdict == PHONE_NOTHING && (*national != '0' || phone_look_up(&phone, national, "CN") != PHONE_VALID)) {
        return refuse_chinese(text, national, err);
    }
    *out = phone;
    return true;
}

static bool parse_other(struct phone *out, const char *text, const struct digits *digits, const char *region,
                        struct error *err)
{
    struct phone phone = { 0 };
    char number[DIGITS_MAX + 2];

    snprintf(number, sizeof number, "%s%s", digits->plus ? "+" : "", digits->text);
    switch (phone_look_up(&phone, number, region)) {
    case PHONE_VALID:
        *out = phone;
        return true;
    case PHONE_SERVICE:
        return error_set(err, "phone \"%s\": a service line, not a person's number", text);
    case PHONE_NOTHING:
        break;
    }
    if (digits->plus)
        return error_set(err, "phone \"%s\": no country has such a number: check the digits behind +", text);
    return error_set(err, "phone \"%s\": not a number in %s: numbers of other countries begin with +", text, region);
}

bool phone_parse(struct phone *out, const char *text, const char *region, struct error *err)
{
    struct digits digits = { 0 };
    const char *national;

    if (!strip(&digits, text, err))
        return false;
    if (!digits.plus && text_starts(digits.text, "00")) {
        digits.plus = true;
        digits.count -= 2;
        memmove(digits.text, digits.text + 2, digits.count + 1);
    }
    national = chinese_part(&digits, region);
    return national ? parse_chinese(out, text, national, digits.plus, err)
                    : parse_other(out, text, &digits, region, err);
}

bool phone_is_sample(const char *e164)
{
    return text_starts(e164, "+861990000") && strlen(e164) == strlen("+8619900000376");
}
