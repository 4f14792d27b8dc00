/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Splits a plain reply into clauses and words (longest match), digits apart, and finds which negations stand in the
 * scope of each word: directly before it, with only fillers between, in the same clause; carried on over an enumeration
 * ("没有发烧、咳嗽"). Bounds: as many tokens as letters. Cannot fail.
 */
#include <string.h>
#include <unictype.h>

#include "core/answer_internal.h"
#include "lib/memory.h"

enum { FACE_MAX = 8 };   /* letters inside "[玫瑰]" */
enum { SCOPE_MAX = 7 };  /* tokens between a negation and its word */
enum { DIGITS_MAX = 6 }; /* a longer run is a phone number or a code */

/* Punctuation that parts clauses. "、" (U+3001) does not. */
static bool parts_clauses(uint32_t c)
{
    return c && strchr(",.!?;:~\n|", c < 0x80 ? (int)c : 1) != NULL ? true : c == 0x3002 || c == 0x2026 || c == 0x2014 || c == 0x301c;
}

static bool is_letter(uint32_t c)
{
    return is_cjk(c) || is_latin(c) || uc_is_alpha(c);
}

/* No Latin letter may continue across the edge between two letters. */
static bool is_edge(const struct plain *plain, size_t at)
{
    return at == 0 || at >= plain->length || !is_latin(plain->letters[at - 1]) || !is_latin(plain->letters[at]);
}

/* The longest word at `at` that has a role for the kind; its length, or 0. */
static size_t word_find(const struct reading *reading, size_t at, bool whole, enum role *role)
{
    const struct grammar *grammar = reading->grammar;
    const enum answer_kind kind = reading->question->kind;
    uint32_t node = 0;
    size_t best = 0;

    if (!is_edge(&reading->plain, at))
        return 0;
    for (size_t i = at; i < reading->plain.length; i++) {
        node = tree_step(&grammar->tree, node, reading->plain.letters[i]);
        if (!node)
            break;
        if (grammar->tree.leaf[node] && is_edge(&reading->plain, i + 1)) {
            const struct word *word = &grammar->words[grammar->tree.leaf[node] - 1];
            const enum role found = (enum role)(whole ? word->whole : word->role)[kind];

            if (found) {
                best = i + 1 - at;
                *role = found;
            }
        }
    }
    return best;
}

/* "A不A": 去不去, 可不可以, 好唔好. */
static size_t a_not_a(const struct plain *plain, size_t at)
{
    const uint32_t *l = plain->letters + at;

    if (at + 3 > plain->length || !is_cjk(l[0]) || l[0] != l[2] || l[0] == l[1])
        return 0;
    if (l[1] == 0x4e0d || l[1] == 0x5514 || l[1] == 0x6ca1) /* 不 唔 没 */
        return 3;
    return 0;
}

static struct token *token_add(struct reading *reading, size_t start, size_t length, enum role role)
{
    struct token *token = &reading->tokens[reading->count++];

    *token = (struct token){
        .start = start, .end = start + length, .role = role, .clause = reading->clause_count, .value = -1
    };
    return token;
}

/* Digits with ".", ":", "/" or "-" inside are a time, a date, a fraction or a range: no value. */
static size_t digits_add(struct reading *reading, size_t at)
{
    const uint32_t *l = reading->plain.letters;
    size_t end = at, digits = 0;
    bool single = true;
    struct token *token;

    for (; end < reading->plain.length; end++) {
        if (is_digit(l[end])) {
            digits++;
            continue;
        }
        if (!strchr(".:/-~*", l[end] < 0x80 ? (int)l[end] : 1) || end + 1 >= reading->plain.length ||
            !is_digit(l[end + 1]))
            break;
        single = false;
    }
    token = token_add(reading, at, end - at, ROLE_DIGITS);
    if (single && digits <= DIGITS_MAX) {
        token->value = 0;
        for (size_t i = at; i < end; i++)
            token->value = token->value * 10 + (int)(l[i] - '0');
    }
    return end - at;
}

/* "[玫瑰]" that no word file knows: length with brackets, or 0. */
static size_t face_at(const struct plain *plain, size_t at)
{
    if (plain->letters[at] != '[')
        return 0;
    for (size_t i = at + 1; i < plain->length && i <= at + FACE_MAX; i++)
        if (plain->letters[i] == ']')
            return i + 1 - at;
    return 0;
}

static void clause_end(struct reading *reading, bool marked)
{
    struct clause *clause = &reading->clauses[reading->clause_count];

    clause->marked = clause->marked || marked;
    /* an empty clause is used again: "，，" */
    if (reading->count && reading->tokens[reading->count - 1].clause == reading->clause_count)
        reading->clause_count++;
    else if (marked && reading->clause_count)
        reading->clauses[reading->clause_count - 1].marked = true;
}

/* The blank at `at` parts clauses when a Chinese letter or a digit stands on one side. */
static bool blank_parts(const struct plain *plain, size_t at)
{
    return at == 0 || at + 1 >= plain->length || !is_latin(plain->letters[at - 1]) ||
           !is_latin(plain->letters[at + 1]);
}

/* One step of the splitter at `at`; how many letters it took. */
static size_t split_one(struct reading *reading, size_t at)
{
    const uint32_t c = reading->plain.letters[at];
    enum role role = ROLE_UNKNOWN;
    size_t length = word_find(reading, at, false, &role);
    const size_t asks = a_not_a(&reading->plain, at);
    const size_t face = length ? 0 : face_at(&reading->plain, at);

    if (asks > length || face)
        return (void)token_add(reading, at, asks > length ? asks : face, asks > length ? ROLE_ASK : ROLE_PLAIN),
               asks > length ? asks : face;
    if (is_digit(c) && !(length > 1 && !is_digit(reading->plain.letters[at + length - 1])))
        return digits_add(reading, at);
    if (length) {
        if (role == ROLE_BUT)
            clause_end(reading, false);
        token_add(reading, at, length, role)->stacked = at && reading->plain.letters[at - 1] == 0x3001;
        return length;
    }
    if (parts_clauses(c) || (c == ' ' && blank_parts(&reading->plain, at)))
        clause_end(reading, c == '?');
    else if (is_letter(c))
        (void)token_add(reading, at, 1, ROLE_UNKNOWN);
    return 1;
}

/* The message without blanks, punctuation and faces at both ends, looked up as a whole. */
static void find_whole(struct reading *reading)
{
    const struct plain *plain = &reading->plain;
    struct plain saved = *plain;
    size_t start = 0, end = plain->length;

    while (end > start && !is_letter(plain->letters[end - 1]) && !is_digit(plain->letters[end - 1]))
        end--;
    while (start < end && !is_letter(plain->letters[start]) && !is_digit(plain->letters[start]))
        start++;
    if (start == end) {
        start = 0;
        end = plain->length;
    }
    reading->plain.length = end;
    if (start < end && word_find(reading, start, true, &reading->whole) != end - start)
        reading->whole = ROLE_UNKNOWN;
    reading->plain = saved;
}

static bool lets_through(enum role role)
{
    return role == ROLE_FILLER || role == ROLE_AND;
}

/* Counts the negations in whose scope token `index` stands. */
static void scope_find(struct reading *reading, size_t index)
{
    struct token *token = &reading->tokens[index];
    size_t steps = 0;

    for (size_t i = index; i-- && steps < SCOPE_MAX; steps++) {
        const struct token *before = &reading->tokens[i];
        const bool bad = token->role == ROLE_ILL || token->role == ROLE_DANGER;

        if (before->clause != token->clause)
            return;
        if (before->role == ROLE_NOT || before->role == ROLE_DONT) {
            token->negations++;
            token->excused = before->role == ROLE_NOT;
        } else if (bad && before->role == ROLE_ILL && before->negations % 2 && before->excused &&
                   (steps == 0 || reading->tokens[i + 1].role == ROLE_AND)) {
            token->negations = before->negations;
            token->excused = true;
            return;
        } else if (!lets_through(before->role)) {
            return;
        }
    }
}

bool token_last_of_clause(const struct reading *reading, size_t index)
{
    for (size_t i = index + 1; i < reading->count && reading->tokens[i].clause == reading->tokens[index].clause; i++)
        if (reading->tokens[i].role != ROLE_PLAIN || reading->tokens[i].end - reading->tokens[i].start > 1)
            return false;
    return true;
}

static bool first_of_clause(const struct reading *reading, size_t index)
{
    return index == 0 || reading->tokens[index - 1].clause != reading->tokens[index].clause;
}

static void find_asking(struct reading *reading)
{
    for (size_t i = 0; i < reading->count; i++) {
        const struct token *token = &reading->tokens[i];
        const bool last = token_last_of_clause(reading, i);
        struct clause *clause = &reading->clauses[token->clause];

        if (token->role == ROLE_ASK || token->role == ROLE_ADVICE || (token->role == ROLE_ASKING && last))
            clause->asks = true;
        /* "吃饭了没有" */
        if (token->role == ROLE_NOT && last && !first_of_clause(reading, i))
            clause->asks = true;
    }
}

void split_text(struct reading *reading)
{
    const size_t room = reading->plain.length + 1;

    reading->tokens = mem_new(room, sizeof *reading->tokens);
    reading->clauses = mem_new(room + 1, sizeof *reading->clauses);
    for (size_t at = 0; at < reading->plain.length;)
        at += split_one(reading, at);
    clause_end(reading, false);
    for (size_t i = 0; i < reading->count; i++)
        scope_find(reading, i);
    find_asking(reading);
    find_whole(reading);
}

char *token_text(const struct reading *reading, const struct token *token)
{
    const size_t start = reading->plain.source[token->start];

    return mem_dup_n(reading->text + start, reading->plain.source[token->end] - start);
}
