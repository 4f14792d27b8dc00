/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One spelling for what people type: NFKC (full width, circled digits, ligatures), lower case, keycaps, variation
 * selectors and skin tones dropped, traditional letters and homophones by the grammar's tables, blanks between Chinese
 * letters kept only where they part clauses. Each letter remembers where it stood, so that the sender's own words can be
 * shown. Cannot fail; broken bytes become blanks.
 */
#include <string.h>
#include <unicase.h>
#include <uninorm.h>

#include "core/answer_internal.h"
#include "lib/memory.h"

enum { FORMS_MAX = 20 };  /* one code point has at most 18 in its compatibility form (U+FDFA) */
enum { REPEATS_MAX = 2 }; /* "好好好好好" is read as "好好" */

void plain_free(struct plain *plain)
{
    free(plain->letters);
    free(plain->source);
    *plain = (struct plain){ 0 };
}

bool is_cjk(uint32_t c)
{
    return (c >= 0x3400 && c <= 0x9fff) || (c >= 0x20000 && c <= 0x3ffff) || c == 0x3007;
}

bool is_latin(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 0xe0 && c <= 0x24f);
}

bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

bool same_letters(const uint32_t *a, const uint32_t *b, size_t length)
{
    return memcmp(a, b, length * sizeof *a) == 0;
}

/* Marks that change the look and not the meaning. */
static const struct {
    uint32_t first, last;
} dropped[] = {
    { 0xad, 0xad },     { 0x200b, 0x200f }, { 0x202a, 0x202e },   { 0x2060, 0x206f },   { 0x20e3, 0x20e3 },
    { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0x1f3fb, 0x1f3ff }, { 0xe0000, 0xe0fff },
};

static bool is_dropped(uint32_t c)
{
    for (size_t i = 0; i < COUNT(dropped); i++)
        if (c >= dropped[i].first && c <= dropped[i].last)
            return true;
    return false;
}

/* Circled digits that have no compatibility form: first of ten each, and the digit it stands for. */
static const uint32_t dingbats[] = { 0x2776, 0x2780, 0x278a, 0x24f5 };

static uint32_t dingbat_value(uint32_t c)
{
    for (size_t i = 0; i < COUNT(dingbats); i++)
        if (c >= dingbats[i] && c < dingbats[i] + 9)
            return '1' + c - dingbats[i];
    return 0;
}

static void add_letter(struct plain *plain, uint32_t c, size_t source)
{
    if (plain->length >= PLAIN_MAX)
        return;
    plain->letters[plain->length] = c;
    plain->source[plain->length++] = (uint32_t)source;
}

static void add_forms(struct plain *plain, uint32_t c, size_t source)
{
    uint32_t forms[FORMS_MAX];
    size_t count = COUNT(forms);

    if (!u32_normalize(UNINORM_NFKC, &c, 1, forms, &count)) {
        forms[0] = c;
        count = 1;
    }
    for (size_t i = 0; i < count; i++)
        add_letter(plain, uc_tolower(forms[i]), source);
}

static bool is_blank(uint32_t c)
{
    return (c < 0x20 && c != '\n') || c == ' ' || c == 0x7f || c == 0xfffd || c == 0x3000 || c == 0xa0;
}

static void add_code_point(struct plain *plain, const struct grammar *grammar, uint32_t c, size_t source)
{
    if (is_dropped(c))
        return;
    if (is_blank(c)) {
        add_letter(plain, ' ', source);
    } else if (c < 0x80 || dingbat_value(c)) {
        add_letter(plain, c < 0x80 ? uc_tolower(c) : dingbat_value(c), source);
    } else if (is_cjk(c)) {
        const uint32_t node = grammar ? tree_step(&grammar->letters, 0, c) : 0;

        add_letter(plain, node ? grammar->letters.leaf[node] - 1 : c, source);
    } else {
        add_forms(plain, c, source);
    }
}

/* No Latin word goes on across `at`. */
static bool is_seam(const struct plain *plain, size_t at)
{
    return at == 0 || at >= plain->length || !is_latin(plain->letters[at - 1]) || !is_latin(plain->letters[at]);
}

/* The longest phrase of `spelled` at `at`; its length, or 0. */
static size_t phrase_at(const struct grammar *grammar, const struct plain *plain, size_t at, const struct same **same)
{
    uint32_t node = 0;
    size_t best = 0;

    for (size_t i = at; i < plain->length && (node = tree_step(&grammar->spelled, node, plain->letters[i])); i++)
        if (grammar->spelled.leaf[node] && is_seam(plain, at) && is_seam(plain, i + 1)) {
            best = i + 1 - at;
            *same = &grammar->sames[grammar->spelled.leaf[node] - 1];
        }
    return best;
}

static void respell(struct plain *plain, const struct grammar *grammar)
{
    struct plain out = { .letters = mem_new(PLAIN_MAX, sizeof(uint32_t)),
                         .source = mem_new(PLAIN_MAX + 1, sizeof(uint32_t)) };

    for (size_t i = 0; i < plain->length;) {
        const struct same *same = NULL;
        const size_t length = phrase_at(grammar, plain, i, &same);

        for (size_t j = 0; same && j < same->length; j++)
            add_letter(&out, same->text[j], plain->source[i]);
        if (!same)
            add_letter(&out, plain->letters[i], plain->source[i]);
        i += length ? length : 1;
    }
    out.source[out.length] = plain->source[plain->length];
    plain_free(plain);
    *plain = out;
}

/* "很 好 呀": every Chinese letter stands alone, at least three of them. */
static bool is_spaced_out(const struct plain *plain)
{
    size_t alone = 0;

    for (size_t i = 0; i < plain->length; i++) {
        if (!is_cjk(plain->letters[i]))
            continue;
        if (i + 1 < plain->length && is_cjk(plain->letters[i + 1]))
            return false;
        alone++;
    }
    return alone >= 3;
}

/* A negation of one letter belongs to what follows a blank: "不 来". */
static bool joins(uint32_t c)
{
    return c == 0x4e0d || c == 0x6ca1 || c == 0x5514 || c == 0x5187 || c == 0x672a; /* 不 没 唔 冇 未 */
}

/* Drops blanks that part nothing, and repeats. */
static void tidy(struct plain *plain)
{
    const bool spaced = is_spaced_out(plain);
    size_t kept = 0, run = 0;

    for (size_t i = 0; i < plain->length; i++) {
        const uint32_t c = plain->letters[i];
        const uint32_t before = kept ? plain->letters[kept - 1] : '\n';

        if (c == ' ' && (before == ' ' || before == '\n' || spaced || joins(before)))
            continue;
        run = c == before ? run + 1 : 1;
        if (run > REPEATS_MAX && !is_digit(c))
            continue;
        plain->letters[kept] = c;
        plain->source[kept++] = plain->source[i];
    }
    plain->source[kept] = plain->source[plain->length];
    plain->length = kept;
}

void plain_make(struct plain *out, const struct grammar *grammar, const char *text)
{
    const char *at = text;

    out->letters = mem_new(PLAIN_MAX, sizeof *out->letters);
    out->source = mem_new(PLAIN_MAX + 1, sizeof *out->source);
    out->length = 0;
    for (size_t i = 0; i < ANSWER_TEXT_MAX; i++) {
        const size_t source = (size_t)(at - text);
        const uint32_t c = utf8_next(&at);

        if (!c)
            break;
        add_code_point(out, grammar, c, source);
    }
    out->source[out->length] = (uint32_t)(at - text);
    tidy(out);
    if (grammar && grammar->same_count)
        respell(out, grammar);
}
