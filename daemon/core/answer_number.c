/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers in a reply: explicit options ("1", "回复1", "1好"), counts ("20左右", "一百二十"), choices ("第三个") and names.
 * A digit in a date, a time, an amount or a longer number is no option; two different options are none. Cannot fail.
 */
#include <string.h>

#include "core/answer_internal.h"
#include "lib/memory.h"

enum { NUMERAL_MAX = 12, COUNT_MAX = 99999, NAME_MAX = 40 };

/* Chinese numerals; a value of 10 and over multiplies. 两 俩 仨 廿 are colloquial, 壹 … are the forms of banks. */
static const struct {
    uint32_t letter;
    int value;
} numerals[] = {
    { 0x96f6, 0 },  { 0x3007, 0 },  { 0x4e00, 1 },   { 0x58f9, 1 },    { 0x5e7a, 1 },     { 0x4e8c, 2 },
    { 0x8d30, 2 },  { 0x4e24, 2 },  { 0x4fe9, 2 },   { 0x4e09, 3 },    { 0x53c1, 3 },     { 0x4ee8, 3 },
    { 0x56db, 4 },  { 0x8086, 4 },  { 0x4e94, 5 },   { 0x4f0d, 5 },    { 0x516d, 6 },     { 0x9646, 6 },
    { 0x4e03, 7 },  { 0x67d2, 7 },  { 0x516b, 8 },   { 0x634c, 8 },    { 0x4e5d, 9 },     { 0x7396, 9 },
    { 0x5341, 10 }, { 0x62fe, 10 }, { 0x767e, 100 }, { 0x5343, 1000 }, { 0x4e07, 10000 },
};

static int numeral_value(uint32_t c)
{
    for (size_t i = 0; i < COUNT(numerals); i++)
        if (numerals[i].letter == c)
            return numerals[i].value;
    return -1;
}

bool is_numeral(uint32_t c)
{
    return numeral_value(c) >= 0 || c == 0x5eff; /* 廿 */
}

static bool digits_parse(int *out, const uint32_t *letters, size_t length)
{
    int value = 0;

    for (size_t i = 0; i < length; i++) {
        if (!is_digit(letters[i]) || value > COUNT_MAX)
            return false;
        value = value * 10 + (int)(letters[i] - '0');
    }
    *out = value;
    return length > 0;
}

/* "一百零五", "两千", "十二", "一百二" (= 120); plain rows of digits ("一二") are no numeral. */
static bool chinese_parse(int *out, const uint32_t *letters, size_t length)
{
    int total = 0, digit = -1, unit = 0;
    bool zero = false;

    for (size_t i = 0; i < length; i++) {
        const int value = letters[i] == 0x5eff ? 20 : numeral_value(letters[i]);

        if (value < 0 || (value > 0 && value < 10 && digit > 0) || value == 10000)
            return false;
        if (value == 20) {
            total += value;
            unit = 10;
        } else if (value >= 10) {
            if (unit && value >= unit)
                return false;
            total += (digit < 0 ? 1 : digit) * value;
            unit = value;
            digit = -1;
            zero = false;
        } else {
            digit = value;
            zero = zero || value == 0;
        }
    }
    /* 一百二 = 120, but 一百零二 = 102 and 十二 = 12 */
    if (digit > 0)
        total += unit > 10 && !zero ? digit * unit / 10 : digit;
    *out = total;
    return length > 0;
}

bool numeral_parse(int *out, const uint32_t *letters, size_t length)
{
    if (length == 0 || length > NUMERAL_MAX)
        return false;
    return digits_parse(out, letters, length) || chinese_parse(out, letters, length);
}

static const struct token *neighbour(const struct reading *reading, size_t index, int step)
{
    const size_t at = index + (size_t)step;

    if (at >= reading->count || reading->tokens[at].clause != reading->tokens[index].clause)
        return NULL;
    return &reading->tokens[at];
}

/* A Chinese numeral alone in its clause or behind "I choose". */
static bool spoken_option(const struct reading *reading, size_t index, int *value)
{
    const struct token *token = &reading->tokens[index];
    const struct token *before = neighbour(reading, index, -1);

    if (!numeral_parse(value, reading->plain.letters + token->start, token->end - token->start) || *value > 9)
        return false;
    return token_last_of_clause(reading, index) && (!before || before->role == ROLE_PICK);
}

/* True when another number stands in the clause: "1米2". */
static bool clause_numbers(const struct reading *reading, size_t index)
{
    for (size_t i = 0; i < reading->count; i++)
        if (i != index && reading->tokens[i].role == ROLE_DIGITS &&
            reading->tokens[i].clause == reading->tokens[index].clause)
            return true;
    return false;
}

/* What an option at token `index` says; -1 for none, -2 for digits that are several options or a number too long. */
static int option_at(const struct reading *reading, size_t index)
{
    const struct token *token = &reading->tokens[index];
    const struct token *before = neighbour(reading, index, -1);
    const struct token *after = neighbour(reading, index, 1);
    int value = -1;

    if (token->role != ROLE_DIGITS)
        return spoken_option(reading, index, &value) ? value : -1;
    if ((after && after->role == ROLE_UNIT && after->start == token->end) || (before && before->role == ROLE_BEFORE))
        return -1;
    if (token->value < 0 || token->end - token->start > 1)
        return before || after ? -1 : -2;
    if (clause_numbers(reading, index))
        return -2;
    if (before && before->role != ROLE_PICK && !token_last_of_clause(reading, index))
        return -1;
    return token->value;
}

enum option_state option_find(const struct reading *reading, int *value, size_t *index)
{
    bool found = false;

    for (size_t i = 0; i < reading->count; i++) {
        const int option = option_at(reading, i);

        if (option == -2 || (option >= 0 && found && option != *value))
            return OPTION_UNSURE;
        if (option < 0)
            continue;
        if (!found)
            *index = i;
        *value = option;
        found = true;
    }
    return found ? OPTION_ONE : OPTION_NONE;
}

/* "两三个", "20多", "3-4": not one number. `end` is behind the numeral. */
static bool is_vague(const struct reading *reading, size_t start, size_t end)
{
    static const uint32_t vague[] = { 0x591a, 0x51e0, 0x6765, 0x534a, 0x70b9, 0x6708, 0x5929, 0x6b21, 0x70b9, 0x5c81,
                                      0x5757, 0x5143, 0x5ea6, 0x5e74, 0x5206, '%',    '-',    '/',    ':' };
    const struct plain *plain = &reading->plain;
    const uint32_t after = end < plain->length ? plain->letters[end] : 0;
    const uint32_t before = start ? plain->letters[start - 1] : 0;

    for (size_t i = 0; i < COUNT(vague); i++)
        if (after == vague[i])
            return true;
    /* 3号 is a day, but also the third option */
    if (after == 0x53f7 && reading->question->kind == ANSWER_KIND_COUNT)
        return true;
    return before == 0x51e0 || before == 0x597d || before == '-' || before == '.' || before == 0x5468; /* 几 好 周 */
}

static const struct token *token_over(const struct reading *reading, size_t at)
{
    for (size_t i = 0; i < reading->count; i++)
        if (at >= reading->tokens[i].start && at < reading->tokens[i].end)
            return &reading->tokens[i];
    return NULL;
}

/* Words with a numeral inside that count nothing: 一起, 一定, 统一; but 一个, 第一 do. */
static bool is_counting(const struct reading *reading, size_t start, size_t end)
{
    static const uint32_t counted[] = { 0x4e2a, 0x4f4d, 0x540d, 0x4eba, 0x53e3, 0x53ea }; /* 个 位 名 人 口 只 */
    const struct token *token = token_over(reading, start);

    if (!token || token->role == ROLE_UNKNOWN || token->role == ROLE_DIGITS)
        return true;
    if (token->end <= end)
        return token->end - token->start == end - start || reading->plain.letters[token->start] == 0x7b2c; /* 第 */
    for (size_t i = 0; i < COUNT(counted); i++)
        if (reading->plain.letters[end] == counted[i])
            return true;
    return false;
}

static bool numeral_letter(uint32_t c)
{
    return is_digit(c) || is_numeral(c);
}

/* Numbers in English letters and in pinyin. */
static const struct {
    const char *word;
    int value;
} spelled[] = {
    { "zero", 0 },    { "one", 1 },      { "two", 2 },     { "three", 3 },   { "four", 4 },   { "five", 5 },
    { "six", 6 },     { "seven", 7 },    { "eight", 8 },   { "nine", 9 },    { "ten", 10 },   { "eleven", 11 },
    { "twelve", 12 }, { "fifteen", 15 }, { "twenty", 20 }, { "thirty", 30 }, { "forty", 40 }, { "fifty", 50 },
    { "first", 1 },   { "second", 2 },   { "third", 3 },   { "fourth", 4 },  { "yi", 1 },     { "er", 2 },
    { "liang", 2 },   { "san", 3 },      { "si", 4 },      { "wu", 5 },      { "liu", 6 },    { "qi", 7 },
    { "jiu", 9 },     { "shi", 10 },
};

/* The spelled number in the run of Latin letters that begins at `at`; `end` is behind the run. -1: none. */
static int spelled_value(const struct plain *plain, size_t at, size_t *end)
{
    for (*end = at; *end < plain->length && is_latin(plain->letters[*end]); (*end)++)
        ;
    for (size_t i = 0; i < COUNT(spelled); i++) {
        size_t same = 0;

        while (spelled[i].word[same] && at + same < *end &&
               plain->letters[at + same] == (uint32_t)spelled[i].word[same])
            same++;
        if (!spelled[i].word[same] && at + same == *end)
            return spelled[i].value;
    }
    return -1;
}

/* A reply in Latin letters alone: exactly one spelled number ("twelve", "san ge"). */
static bool spelled_find(const struct reading *reading, int *value)
{
    const struct plain *plain = &reading->plain;
    size_t found = 0, end = 0;

    for (size_t i = 0; i<plain->length; i = end> i ? end : i + 1) {
        const int number = is_latin(plain->letters[i]) ? spelled_value(plain, i, &end) : -1;

        if (numeral_letter(plain->letters[i]))
            return false;
        /* "the second one" */
        if (number < 0 || (number == 1 && found))
            continue;
        *value = number;
        found++;
    }
    return found == 1;
}

bool last_find(const struct reading *reading, int limit, int *value)
{
    const struct plain *plain = &reading->plain;

    for (size_t i = 0; limit && i + 1 < plain->length; i++)
        if (plain->letters[i] == 0x6700 && plain->letters[i + 1] == 0x540e) { /* 最后 */
            *value = limit;
            return true;
        }
    return false;
}

bool count_find(const struct reading *reading, int *value)
{
    const struct plain *plain = &reading->plain;
    size_t found = 0;

    if (spelled_find(reading, value))
        return true;
    for (size_t i = 0; i < plain->length;) {
        size_t end = i;
        int number = 0;

        while (end < plain->length && numeral_letter(plain->letters[end]))
            end++;
        if (end == i || !is_counting(reading, i, end)) {
            i += end == i ? 1 : end - i;
            continue;
        }
        if (!numeral_parse(&number, plain->letters + i, end - i) || is_vague(reading, i, end) || found++)
            return false;
        *value = number;
        i = end;
    }
    return found == 1;
}

/* True when `name` (or, from two letters on, the name without its first letter) stands in the reply. */
static bool is_named(const struct reading *reading, const char *name, bool given_only)
{
    struct plain letters = { 0 };
    bool found = false;
    size_t skip;

    plain_make(&letters, reading->grammar, name);
    skip = given_only ? (letters.length > 3 ? 2 : 1) : 0;
    if (letters.length > skip + (given_only ? 1 : 0) && letters.length < NAME_MAX)
        for (size_t i = 0; !found && i + letters.length - skip <= reading->plain.length; i++)
            found = same_letters(reading->plain.letters + i, letters.letters + skip, letters.length - skip);
    plain_free(&letters);
    return found;
}

static size_t names_count(const struct reading *reading, bool given_only, int *value)
{
    size_t found = 0;

    for (size_t i = 0; i < reading->question->option_count; i++)
        if (is_named(reading, reading->question->options[i], given_only)) {
            *value = (int)i + 1;
            found++;
        }
    return found;
}

bool name_find(const struct reading *reading, int *value)
{
    int given = 0;
    const size_t full = names_count(reading, false, value);
    const size_t short_names = names_count(reading, true, &given);

    /* a full name holds its given name, so both may count the same child */
    if (full == 1 && (short_names == 0 || (short_names == 1 && given == *value)))
        return true;
    if (full || short_names != 1)
        return false;
    *value = given;
    return true;
}
