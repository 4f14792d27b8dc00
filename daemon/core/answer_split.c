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

static bool is_one_of(uint32_t c, const char *ascii)
{
    return c && c < 0x80 && strchr(ascii, (int)c);
}

/* Punctuation that parts clauses. "、" (U+3001) does not. */
static bool parts_clauses(uint32_t c)
{
    return is_one_of(c, ",.!?;:~\n|") || c == 0x3002 || c == 0x2026 || c == 0x2014 || c == 0x301c;
}

static bool is_letter(uint32_t c)
{
    return is_cjk(c) || is_latin(c) || uc_is_alpha(c);
}

/* No Latin letter may continue across the edge between two letters, nor "'t" across it ("can" in "can't"). */
static bool is_edge(const struct plain *plain, size_t at)
{
    const uint32_t *l = plain->letters;

    if (at == 0 || at >= plain->length || !is_latin(l[at - 1]))
        return true;
    if (l[at] == '\'' && at + 1 < plain->length && l[at + 1] == 't')
        return false;
    return !is_latin(l[at]);
}

struct found {
    size_t length; /* 0: nothing */
    enum role role;
};

/* The longest word of at most `most` letters at `at` that has a role for the kind and the span. */
static struct found word_find(const struct reading *reading, size_t at, size_t most, enum span span)
{
    const struct grammar *grammar = reading->grammar;
    const size_t end = most < reading->plain.length - at ? at + most : reading->plain.length;
    struct found found = { 0 };
    uint32_t node = 0;

    if (!is_edge(&reading->plain, at))
        return found;
    for (size_t i = at; i < end; i++) {
        enum role role;

        node = tree_step(&grammar->tree, node, reading->plain.letters[i]);
        if (!node)
            break;
        if (!grammar->tree.leaf[node] || !is_edge(&reading->plain, i + 1))
            continue;
        role = (enum role)grammar->words[grammar->tree.leaf[node] - 1].role[span][reading->question->kind];
        if (role)
            found = (struct found){ .length = i + 1 - at, .role = role };
    }
    return found;
}

static bool is_negation(uint32_t c)
{
    return c == 0x4e0d || c == 0x5514 || c == 0x6ca1 || c == 0x52ff; /* 不 唔 没 勿 */
}

/* "A不A": 去不去, 可不可以, 好唔好; "AB不AB": 参加不参加. */
static size_t a_not_a(const struct plain *plain, size_t at)
{
    const uint32_t *l = plain->letters + at;

    if (at + 3 > plain->length || !is_cjk(l[0]) || is_negation(l[0]))
        return 0;
    if (is_negation(l[1]) && l[0] == l[2])
        return 3;
    if (at + 5 <= plain->length && is_negation(l[2]) && !is_negation(l[1]) && l[0] == l[3] && l[1] == l[4])
        return 5;
    return 0;
}

/* "表现好不好": the word ends where such a question begins; how many of its letters stay with it. */
static size_t length_before_asking(const struct plain *plain, size_t at, size_t length)
{
    if (length < 2 || a_not_a(plain, at + length - 1) != 3)
        return length;
    for (size_t i = at; i < at + length; i++)
        if (is_negation(plain->letters[i]))
            return length;
    return length - 1;
}

/* The longest word at `at`, unless a still longer one begins inside it: "我去" gives way in "我去不了". */
static struct found word_best(const struct reading *reading, size_t at)
{
    struct found first = word_find(reading, at, SIZE_MAX, SPAN_PART);
    const size_t asks = length_before_asking(&reading->plain, at, first.length);

    if (asks < first.length)
        first = word_find(reading, at, asks, SPAN_PART);

    for (size_t i = at + 1; i < at + first.length; i++) {
        const struct found later = word_find(reading, i, SIZE_MAX, SPAN_PART);

        if (later.length > first.length)
            return word_find(reading, at, i - at, SPAN_PART);
    }
    return first;
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
        if (!is_one_of(l[end], ".:/-~*") || end + 1 >= reading->plain.length || !is_digit(l[end + 1]))
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
    return at == 0 || at + 1 >= plain->length || !is_latin(plain->letters[at - 1]) || !is_latin(plain->letters[at + 1]);
}

/* A word that fills the clause which begins at `at`. */
static struct found clause_word(const struct reading *reading, size_t at)
{
    const struct plain *plain = &reading->plain;
    size_t end = at;

    if (reading->count && reading->tokens[reading->count - 1].clause == reading->clause_count)
        return (struct found){ 0 };
    while (end < plain->length && !parts_clauses(plain->letters[end]) && plain->letters[end] != ' ')
        end++;
    const struct found found = word_find(reading, at, end - at, SPAN_CLAUSE);

    return found.length == end - at ? found : (struct found){ 0 };
}

static size_t word_add(struct reading *reading, size_t at, struct found found)
{
    if (found.role == ROLE_BUT)
        clause_end(reading, false);
    (void)token_add(reading, at, found.length, found.role);
    return found.length;
}

/* A letter that no word knows, a blank or punctuation. */
static size_t letter_add(struct reading *reading, size_t at)
{
    const uint32_t c = reading->plain.letters[at];

    if (parts_clauses(c) || (c == ' ' && blank_parts(&reading->plain, at)))
        clause_end(reading, c == '?');
    else if (is_letter(c))
        (void)token_add(reading, at, 1, ROLE_UNKNOWN);
    return 1;
}

/* One step of the splitter at `at`; how many letters it took. */
static size_t split_one(struct reading *reading, size_t at)
{
    const struct plain *plain = &reading->plain;
    struct found found = clause_word(reading, at);
    const size_t asks = a_not_a(plain, at);

    if (!found.length)
        found = word_best(reading, at);
    if (asks > found.length)
        return word_add(reading, at, (struct found){ .length = asks, .role = ROLE_ASK });
    if (is_digit(plain->letters[at]) && !(found.length > 1 && !is_digit(plain->letters[at + found.length - 1])))
        return digits_add(reading, at);
    if (!found.length && face_at(plain, at))
        found = (struct found){ .length = face_at(plain, at), .role = ROLE_PLAIN };
    return found.length ? word_add(reading, at, found) : letter_add(reading, at);
}

/* The message without blanks, punctuation and faces at both ends, looked up as a whole. */
static void find_whole(struct reading *reading)
{
    const uint32_t *l = reading->plain.letters;
    size_t start = 0, end = reading->plain.length;
    struct found found;

    while (end > start && !is_letter(l[end - 1]) && !is_digit(l[end - 1]))
        end--;
    while (start < end && !is_letter(l[start]) && !is_digit(l[start]))
        start++;
    if (start == end) {
        start = 0;
        end = reading->plain.length;
    }
    if (start == end)
        return;
    found = word_find(reading, start, end - start, SPAN_MESSAGE);
    if (found.length == end - start)
        reading->whole = found.role;
}

static bool lets_through(enum role role)
{
    return role == ROLE_FILLER || role == ROLE_AND;
}

/* "没有发烧咳嗽", "没发烧、咳嗽": carried on, but not to "没发烧咳嗽了", which tells. */
static bool is_carried(const struct reading *reading, size_t from, size_t to)
{
    const struct token *before = &reading->tokens[from];
    const struct token *after = to + 1 < reading->count ? &reading->tokens[to + 1] : NULL;

    if (before->role != ROLE_ILL || before->negations % 2 == 0 || !before->excused)
        return false;
    if (to - from > 1 && reading->tokens[to - 1].role != ROLE_AND)
        return false;
    return !after || after->clause != before->clause || after->role == ROLE_AND || after->role == ROLE_ILL;
}

static bool carries_meaning(enum role role)
{
    return role != ROLE_UNKNOWN && role != ROLE_PLAIN && role != ROLE_FILLER && role != ROLE_AND &&
           role != ROLE_CHILD && role != ROLE_PERSON && role != ROLE_TITLE;
}

/* Counts the negations in whose scope token `index` stands. */
static void scope_find(struct reading *reading, size_t index)
{
    struct token *token = &reading->tokens[index];
    const bool bad = token->role == ROLE_ILL || token->role == ROLE_DANGER;
    size_t steps = 0;

    for (size_t i = index; i-- && steps < SCOPE_MAX; steps++) {
        struct token *before = &reading->tokens[i];

        if (before->clause != token->clause)
            return;
        if (before->role == ROLE_NOT || before->role == ROLE_DONT) {
            token->negations++;
            before->used = before->used || carries_meaning(token->role);
            token->excused = before->role == ROLE_NOT;
        } else if (bad && is_carried(reading, i, index)) {
            token->negations = before->negations;
            token->excused = true;
            return;
        } else if (!lets_through(before->role)) {
            return;
        }
    }
}

/* 了 啊 呀 呢 吧 哦 咯 啦 哈 嘛 的 嘞 哩 哒 哟 呐 哇 咧 诶 额 */
static bool is_particle(uint32_t c)
{
    static const uint32_t particles[] = { 0x4e86, 0x554a, 0x5440, 0x5462, 0x5427, 0x54e6, 0x54af,
                                          0x5566, 0x54c8, 0x561b, 0x7684, 0x561e, 0x54e9, 0x54d2,
                                          0x54df, 0x5450, 0x54c7, 0x54a7, 0x8bf6, 0x989d };

    for (size_t i = 0; i < COUNT(particles); i++)
        if (particles[i] == c)
            return true;
    return !is_cjk(c) && !is_latin(c); /* faces */
}

bool token_last_of_clause(const struct reading *reading, size_t index)
{
    for (size_t i = index + 1; i < reading->count && reading->tokens[i].clause == reading->tokens[index].clause; i++)
        if (reading->tokens[i].role == ROLE_DIGITS || reading->tokens[i].end - reading->tokens[i].start > 1 ||
            !is_particle(reading->plain.letters[reading->tokens[i].start]))
            return false;
    return true;
}

static bool first_of_clause(const struct reading *reading, size_t index)
{
    return index == 0 || reading->tokens[index - 1].clause != reading->tokens[index].clause;
}

/* "吃饭了没有" asks with its last word; "去不了", "人没了" and "我不是" do not. */
static bool is_tag(const struct reading *reading, const struct token *token)
{
    const struct plain *plain = &reading->plain;
    const uint32_t last = plain->letters[token->end - 1];
    const uint32_t next = token->end < plain->length ? plain->letters[token->end] : 0;

    return next != 0x4e86 && last != 0x662f && last != 0x7cfb; /* 了 是 系 */
}

static void find_asking(struct reading *reading)
{
    for (size_t i = 0; i < reading->count; i++) {
        const struct token *token = &reading->tokens[i];
        const bool last = token_last_of_clause(reading, i);
        struct clause *clause = &reading->clauses[token->clause];

        if (token->role == ROLE_ASK || token->role == ROLE_ADVICE || (token->role == ROLE_ASKING && last))
            clause->asks = true;
        if (token->role == ROLE_NOT && last && !first_of_clause(reading, i) && is_tag(reading, token))
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
