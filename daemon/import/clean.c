/* SPDX-License-Identifier: Apache-2.0 */
/* What spreadsheets do to a cell, undone; see clean.h. */
#include "import/clean.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <uninorm.h>

#include "lib/memory.h"
#include "lib/text.h"

/* Ranges of code points, first and last. */
struct range {
    unsigned first, last;
};

/* Cannot be seen and mean nothing in a register: zero width, marks of direction, byte order mark (UAX #9, 2.). */
static const struct range invisible[] = {
    { 0x00ad, 0x00ad }, { 0x061c, 0x061c }, { 0x200b, 0x200f }, { 0x202a, 0x202e },
    { 0x2060, 0x2064 }, { 0x2066, 0x2069 }, { 0xfeff, 0xfeff },
};

static const struct range blanks[] = {
    { 0x09, 0x0d },     { 0x20, 0x20 },     { 0x85, 0x85 },     { 0xa0, 0xa0 },     { 0x1680, 0x1680 },
    { 0x2000, 0x200a }, { 0x2028, 0x2029 }, { 0x202f, 0x202f }, { 0x205f, 0x205f }, { 0x3000, 0x3000 },
};

/* Unicode 15 blocks of ideographs; private use, because rare characters of GB18030 fonts live there. */
static const struct range han[] = {
    { 0x3005, 0x3007 }, { 0x3400, 0x4dbf },   { 0x4e00, 0x9fff }, { 0xe000, 0xf8ff },
    { 0xf900, 0xfaff }, { 0x20000, 0x3ffff }, { 0x2e80, 0x2fdf },
};

/* The middle dot of 阿依古丽·买买提 as it is really typed. */
static const unsigned dots[] = { 0xb7, 0x2022, 0x2027, 0x2219, 0x22c5, 0x30fb, 0xff65, 0xff0e };

static bool within(const struct range *ranges, size_t count, unsigned code_point)
{
    for (size_t i = 0; i < count; i++) {
        if (code_point >= ranges[i].first && code_point <= ranges[i].last)
            return true;
    }
    return false;
}

static bool is_blank(unsigned code_point)
{
    return within(blanks, COUNT(blanks), code_point);
}

bool clean_is_han(unsigned code_point)
{
    return within(han, COUNT(han), code_point);
}

static bool is_control(unsigned code_point)
{
    return (code_point && code_point < 0x20) || (code_point >= 0x7f && code_point < 0xa0);
}

static bool is_dot(unsigned code_point)
{
    for (size_t i = 0; i < COUNT(dots); i++) {
        if (dots[i] == code_point)
            return true;
    }
    return false;
}

/* Cuts blanks of every sort from both ends, and a number of bytes before that. */
static char *trimmed(const char *text)
{
    const char *start = text, *end = text;
    unsigned code_point;
    const char *at = text;

    while (is_blank(utf8_next(&at)))
        start = at;
    for (at = start, end = start; (code_point = utf8_next(&at));)
        end = is_blank(code_point) ? end : at;
    return mem_dup_n(start, (size_t)(end - start));
}

/* ="00123" keeps leading zeros in Excel; the value is what stands in the quotes. */
static char *unwrapped(char *cell)
{
    const size_t length = strlen(cell);
    char *inside;

    if (length < 3 || !text_starts(cell, "=\"") || cell[length - 1] != '"' || memchr(cell + 2, '"', length - 3))
        return cell;
    inside = mem_dup_n(cell + 2, length - 3);
    free(cell);
    return inside;
}

/* The apostrophe with which one types a number as text. */
static size_t apostrophe(const char *cell)
{
    static const char *const marks[] = { "'", "\xe2\x80\x98", "\xe2\x80\x99", "\xef\xbc\x87", "`" };

    for (size_t i = 0; i < COUNT(marks); i++) {
        if (text_starts(cell, marks[i]))
            return strlen(marks[i]);
    }
    return 0;
}

char *clean_cell(const char *raw)
{
    struct text seen = { 0 };
    char *cell, *result;
    unsigned code_point;

    for (const char *at = raw; (code_point = utf8_next(&at));) {
        if (!within(invisible, COUNT(invisible), code_point))
            text_add_utf8(&seen, code_point);
    }
    cell = trimmed(seen.data ? seen.data : "");
    text_free(&seen);
    cell = unwrapped(cell);
    result = trimmed(cell + apostrophe(cell));
    free(cell);
    return result;
}

/* Error values as Excel and WPS write them into a CSV. */
static const char *const excel_errors[] = {
    "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA",
};

bool clean_check(const char *cell, struct error *err)
{
    unsigned code_point;

    if (cell[0] == '=' && cell[1])
        return error_set(err, "a formula instead of a value: copy the column and paste it back as values (粘贴为数值)");
    for (size_t i = 0; i < COUNT(excel_errors); i++) {
        if (strcasecmp(cell, excel_errors[i]) == 0)
            return error_set(err, "the error value %s: mend the formula and paste the value", excel_errors[i]);
    }
    if (text_starts(cell, "###") && strspn(cell, "#") == strlen(cell))
        return error_set(err, "#### instead of a value: widen the column, then save again");
    for (const char *at = cell; (code_point = utf8_next(&at));) {
        if (is_control(code_point) && code_point != '\n' && code_point != '\t')
            return error_set(err, "a control character (U+%04X): delete it and type the cell again", code_point);
        if (code_point == 0xfffd)
            return error_set(err, "a character was lost: type it again and save as \"CSV UTF-8\"");
    }
    return true;
}

char *clean_fold(const char *text)
{
    size_t length = 0;
    char *folded = (char *)u8_normalize(UNINORM_NFKC, (const uint8_t *)text, strlen(text), NULL, &length);
    struct text out = { 0 };

    for (size_t i = 0; folded && i < length;) {
        char piece[5] = { 0 };
        const char *at = piece;
        unsigned code_point;

        memcpy(piece, folded + i, length - i < 4 ? length - i : 4);
        code_point = utf8_next(&at);
        i += at == piece ? 1 : (size_t)(at - piece);
        if (code_point && !is_blank(code_point))
            text_add_utf8(&out, code_point);
    }
    free(folded);
    return text_take(&out);
}

char *clean_line(const char *text)
{
    struct text out = { 0 };
    bool gap = false;
    unsigned code_point;

    for (const char *at = text; (code_point = utf8_next(&at));) {
        if (is_blank(code_point)) {
            gap = out.length > 0;
            continue;
        }
        if (gap)
            text_add_char(&out, ' ');
        gap = false;
        text_add_utf8(&out, code_point);
    }
    return text_take(&out);
}

char *clean_title(const char *text)
{
    struct text out = { 0 };
    char *title;
    unsigned code_point;

    for (const char *at = text; (code_point = utf8_next(&at));) {
        if (!is_control(code_point) && !within(invisible, COUNT(invisible), code_point))
            text_add_utf8(&out, code_point);
    }
    title = trimmed(out.data ? out.data : "");
    text_free(&out);
    return title;
}

/* Full-width Latin, digits and marks as half-width; nothing else changes, as NFKC would change ideographs. */
static unsigned narrow(unsigned code_point)
{
    if (code_point >= 0xff01 && code_point <= 0xff5e)
        return code_point - 0xfee0;
    return is_blank(code_point) ? ' ' : code_point;
}

/* What a name is made of. */
struct census {
    size_t characters, digits, han, blanks;
};

static bool judge_character(struct census *census, unsigned code_point, struct error *err)
{
    if (is_control(code_point))
        return error_set(err, "a control character or line break (U+%04X) in a name: delete it", code_point);
    if (code_point == 0xfffd || code_point == '?' || code_point == 0xff1f)
        return error_set(err, "a character of the name was lost (?): type it again and save as \"CSV UTF-8\"");
    census->characters++;
    census->digits += code_point < 0x80 && isdigit((int)narrow(code_point));
    census->digits += code_point >= 0xff10 && code_point <= 0xff19;
    census->han += clean_is_han(code_point);
    census->blanks += is_blank(code_point);
    return true;
}

static bool judge_name(struct census *census, const char *cell, struct error *err)
{
    unsigned code_point;

    for (const char *at = cell; (code_point = utf8_next(&at));) {
        if (!judge_character(census, code_point, err))
            return false;
    }
    if (strchr("=+@-", cell[0]))
        return error_set(err, "\"%.60s\" begins like a formula: write the name", cell);
    if (census->characters > NAME_CHARACTERS_MAX)
        return error_set(err, "longer than %d characters: write the name alone", NAME_CHARACTERS_MAX);
    if (census->digits > 3 || census->digits + census->blanks == census->characters)
        return error_set(err, "\"%.60s\" is a number, not a name: see whether the columns have slipped", cell);
    return true;
}

bool clean_name(char **out, const char *cell, struct error *err)
{
    struct census census = { 0 };
    struct text name = { 0 };
    unsigned code_point;
    bool close, gap = false;

    if (!*cell)
        return error_set(err, "empty: write the name");
    if (!judge_name(&census, cell, err))
        return false;
    close = census.han > 0 && census.han + census.blanks == census.characters && census.han <= 4;
    for (const char *at = cell; (code_point = narrow(utf8_next(&at)));) {
        if (code_point == ' ') {
            gap = !close;
            continue;
        }
        if (gap)
            text_add_char(&name, ' ');
        gap = false;
        if (is_dot(code_point) || (code_point == '.' && census.han > 1))
            code_point = 0xb7;
        text_add_utf8(&name, code_point);
    }
    *out = text_take(&name);
    return true;
}

/* Digits before and behind the point and the exponent of "1.99E+10"; false for anything else. */
static bool exponent(const char *text, size_t *whole, size_t *fraction, size_t *power)
{
    const char *at = text;

    *whole = strspn(at, "0123456789");
    at += *whole;
    *fraction = *at == '.' ? strspn(at + 1, "0123456789") : 0;
    at += *at == '.' ? 1 + *fraction : 0;
    if (*whole != 1 || (*at != 'E' && *at != 'e') || (!*fraction && at[1] != '+'))
        return false;
    at += at[1] == '+' ? 2 : 1;
    *power = strspn(at, "0123456789");
    if (*power == 0 || *power > 2 || at[*power])
        return false;
    *power = (size_t)atoi(at);
    return true;
}

bool clean_number(char **out, const char *folded, struct error *err)
{
    const size_t digits = strspn(folded, "0123456789");
    size_t whole, fraction, power;

    if (digits > 0 && text_starts(folded + digits, ".0") &&
        strspn(folded + digits + 1, "0") == strlen(folded + digits + 1)) {
        *out = mem_dup_n(folded, digits);
        return true;
    }
    if (!exponent(folded, &whole, &fraction, &power)) {
        *out = mem_dup(folded);
        return true;
    }
    if (fraction < power)
        return error_set(
            err,
            "\"%s\" has lost its digits: format the column as text (设置单元格格式 > 文本), enter the number "
            "again and save",
            folded);
    *out = mem_format("%.1s%.*s", folded, (int)power, folded + 2);
    return true;
}
