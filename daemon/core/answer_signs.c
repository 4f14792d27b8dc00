/* SPDX-License-Identifier: Apache-2.0 */
/* Bad words and their excuses, verdicts of clauses, and how much was understood; see answer_signs.h. */
#include "core/answer_signs.h"

#include "lib/memory.h"

static bool is_bad_role(enum role role)
{
    return role == ROLE_ILL || role == ROLE_DANGER || role == ROLE_HELP;
}

/* "烧退了", "病好了": a word of recovery behind it, in the same clause or the next, with nothing bad between. */
static bool is_over(const struct reading *reading, size_t index)
{
    const size_t clause = reading->tokens[index].clause;

    for (size_t i = index + 1; i < reading->count && reading->tokens[i].clause <= clause + 1; i++) {
        const enum role role = reading->tokens[i].role;

        if (role == ROLE_OVER && reading->tokens[i].negations % 2 == 0)
            return true;
        if (role == ROLE_BUT || role == ROLE_NOT || role == ROLE_HELP || role == ROLE_DANGER)
            return false;
    }
    return false;
}

/* "如果发烧": the rest of the clause, and the next one, are only supposed. */
static bool is_supposed(const struct reading *reading, size_t index)
{
    for (size_t i = index; i--;) {
        if (reading->tokens[i].clause != reading->tokens[index].clause)
            return false;
        if (reading->tokens[i].role == ROLE_IF)
            return true;
    }
    return false;
}

static bool clause_has(const struct reading *reading, size_t clause, enum role role)
{
    for (size_t i = 0; i < reading->count; i++)
        if (reading->tokens[i].clause == clause && reading->tokens[i].role == role)
            return true;
    return false;
}

/* True when the clause only asks whether it is so ("发烧了吗"), not what to do about it. */
static bool is_asked(const struct reading *reading, size_t clause)
{
    return reading->clauses[clause].asks && !clause_has(reading, clause, ROLE_ADVICE);
}

enum badness { BAD_NOT, BAD_SOOTHED, BAD_DOUBT, BAD_ILL, BAD_GRAVE };

/* Words that are good, and bad when negated: only where no other meaning is nearer. */
static bool flips_to_bad(const struct reading *reading, const struct token *token)
{
    if (token->role == ROLE_LACK || token->role == ROLE_OVER)
        return true;
    return token->role == ROLE_FINE && reading->question->kind != ANSWER_KIND_ABSENT;
}

static enum badness badness_of(const struct reading *reading, size_t index)
{
    const struct token *token = &reading->tokens[index];
    const bool negated = token->negations % 2;
    const bool open = is_asked(reading, token->clause) || is_supposed(reading, index);

    if (token->role == ROLE_HELP)
        return open ? BAD_DOUBT : BAD_GRAVE;
    if (token->role == ROLE_ILL || token->role == ROLE_DANGER) {
        if (negated && token->excused)
            return open ? BAD_DOUBT : BAD_SOOTHED;
        if (is_over(reading, index))
            return BAD_SOOTHED;
        return open ? BAD_DOUBT : token->role == ROLE_ILL ? BAD_ILL : BAD_GRAVE;
    }
    if (flips_to_bad(reading, token) && negated && !is_over(reading, index))
        return open ? BAD_DOUBT : BAD_GRAVE;
    return BAD_NOT;
}

static bool child_in_clause(const struct reading *reading, size_t clause)
{
    return clause_has(reading, clause, ROLE_CHILD);
}

/* The bad word of the kind that ends after `node`, if any. */
static bool ends_bad(const struct reading *reading, uint32_t node)
{
    const struct grammar *grammar = reading->grammar;
    const uint32_t leaf = grammar->tree.leaf[node];

    return leaf && is_bad_role((enum role)grammar->words[leaf - 1].role[SPAN_PART][reading->question->kind]);
}

/* A bad word that the longest match broke in two, across a word that is not bad itself: a person looks. */
static bool hides_bad(const struct reading *reading, size_t index)
{
    const struct token *token = &reading->tokens[index];
    const struct plain *plain = &reading->plain;

    if (token->role == ROLE_UNKNOWN || is_bad_role(token->role) || !is_cjk(plain->letters[token->start]))
        return false;
    for (size_t start = token->start + 1; start < token->end; start++) {
        uint32_t node = 0;

        for (size_t i = start; i < plain->length; i++) {
            node = tree_step(&reading->grammar->tree, node, plain->letters[i]);
            if (!node)
                break;
            if (i >= token->end && ends_bad(reading, node))
                return true;
        }
    }
    return false;
}

struct bad signs_bad(const struct reading *reading)
{
    struct bad bad = { .token = TOKEN_NONE };

    for (size_t i = 0; i < reading->count; i++) {
        const enum badness badness = badness_of(reading, i);
        const bool grave =
            badness == BAD_GRAVE || (badness == BAD_ILL && child_in_clause(reading, reading->tokens[i].clause));

        bad.soothed = bad.soothed || badness == BAD_SOOTHED;
        bad.doubt = bad.doubt || badness == BAD_DOUBT;
        if (badness < BAD_ILL || (bad.token != TOKEN_NONE && (bad.grave || !grave)))
            continue;
        bad.token = (int)i;
        bad.grave = grave;
    }
    for (size_t i = 0; i < reading->count && !bad.doubt; i++)
        bad.doubt = hides_bad(reading, i);
    return bad;
}

/* "我是小明爸爸" where the question is whose number it is. */
static bool claims_number(const struct reading *reading, size_t index)
{
    if (reading->question->kind != ANSWER_KIND_CONFIRM_NUMBER || !token_last_of_clause(reading, index))
        return false;
    for (size_t i = index; i-- && reading->tokens[i].clause == reading->tokens[index].clause;) {
        const struct token *token = &reading->tokens[i];
        const uint32_t last = reading->plain.letters[token->end - 1];
        const uint32_t before = token->end > 1 ? reading->plain.letters[token->end - 2] : 0;

        if (last == 0x662f) /* 是, but not 你是, 您是, 不是 */
            return before != 0x4f60 && before != 0x60a8 && before != 0x4e0d;
    }
    return false;
}

enum verdict signs_token(const struct reading *reading, size_t index, bool *weak)
{
    const struct token *token = &reading->tokens[index];
    const bool negated = token->negations % 2;
    const bool twice = token->negations == 2;

    *weak = token->end - token->start == 1 && !token->negations && is_cjk(reading->plain.letters[token->start]);
    switch (token->role) {
    case ROLE_YES:
        return twice ? VERDICT_DOUBT : negated ? VERDICT_NO : VERDICT_YES;
    case ROLE_NO:
        if (token->negations)
            return reading->question->kind == ANSWER_KIND_CONFIRM_NUMBER && negated ? VERDICT_YES : VERDICT_DOUBT;
        return VERDICT_NO;
    case ROLE_FINE:
        return negated ? VERDICT_NONE : VERDICT_FINE;
    case ROLE_ACK:
        return negated ? VERDICT_DOUBT : VERDICT_ACK;
    case ROLE_DOUBT:
        return VERDICT_DOUBT;
    case ROLE_ILL:
    case ROLE_DANGER:
        return negated && token->excused ? VERDICT_FINE : VERDICT_NONE;
    case ROLE_TITLE:
        return claims_number(reading, index) ? VERDICT_YES : VERDICT_NONE;
    case ROLE_OVER:
        return negated ? VERDICT_NONE : VERDICT_FINE;
    default:
        return VERDICT_NONE;
    }
}

/* A clause that is nothing but a negation: "没有", "不". */
static bool is_bare_no(const struct reading *reading, size_t clause, int *token)
{
    bool found = false;

    for (size_t i = 0; i < reading->count; i++) {
        if (reading->tokens[i].clause != clause)
            continue;
        if (reading->tokens[i].role == ROLE_NOT || reading->tokens[i].role == ROLE_DONT) {
            found = true;
            *token = (int)i;
        } else if (reading->tokens[i].role != ROLE_PLAIN && reading->tokens[i].role != ROLE_FILLER &&
                   reading->tokens[i].role != ROLE_TITLE) {
            return false;
        }
    }
    return found;
}

/* 怎么, 咋, 如何 as a word of its own: "怎么交" asks, "没怎么咳" does not. */
static bool is_how(const struct reading *reading, const struct token *token)
{
    const uint32_t *l = reading->plain.letters + token->start;
    const size_t length = token->end - token->start;

    if (token->role != ROLE_FILLER && token->role != ROLE_PLAIN && token->role != ROLE_UNKNOWN)
        return false;
    return (length == 2 && l[0] == 0x600e && l[1] == 0x4e48) || (length == 1 && l[0] == 0x548b);
}

static bool may_ask(const struct reading *reading, size_t clause)
{
    for (size_t i = 0; i < reading->count; i++) {
        const struct token *token = &reading->tokens[i];

        if (token->clause != clause)
            continue;
        if (token->role == ROLE_NOT || token->role == ROLE_DONT)
            return false;
        if ((token->role == ROLE_MAYASK && token_last_of_clause(reading, i)) ||
            (is_how(reading, token) && !token_last_of_clause(reading, i)))
            return true;
    }
    return false;
}

/* 也 还 一(定) 肯 照 仍 会 让 请 都: such a "yes" outweighs a "no" of its clause ("加班也去"). */
static bool insists(const struct reading *reading, const struct token *token)
{
    static const uint32_t heads[] = { 0x4e5f, 0x8fd8, 0x4e00, 0x80af, 0x7167, 0x4ecd, 0x8ba9, 0x8bf7, 0x90fd, 0x5fc5 };

    for (size_t i = 0; i < COUNT(heads); i++)
        if (reading->plain.letters[token->start] == heads[i])
            return true;
    return false;
}

/* Whether a later token of the clause gives way to what an earlier one said. */
static bool gives_way(const struct reading *reading, const struct token *token, enum verdict says, bool weak,
                      enum verdict before)
{
    const enum answer_kind kind = reading->question->kind;

    if (before == VERDICT_NONE || before == VERDICT_ACK)
        return false;
    if (before == VERDICT_DOUBT || weak || says == VERDICT_ACK)
        return true;
    if (before != VERDICT_NO || says != VERDICT_YES)
        return false;
    return kind == ANSWER_KIND_ABSENT ||
           (!insists(reading, token) &&
            (kind == ANSWER_KIND_MEETING || kind == ANSWER_KIND_SLOT || kind == ANSWER_KIND_DUTY));
}

/* A negation in the clause whose word we do not know: "没一点精神", "不肯洗澡". */
static bool negates_unknown(const struct reading *reading, size_t clause)
{
    for (size_t i = 0; i < reading->count; i++) {
        const struct token *token = &reading->tokens[i];

        if (token->clause == clause && !token->used && (token->role == ROLE_NOT || token->role == ROLE_DONT))
            return true;
    }
    return false;
}

/* Such a negation, or a supposition here or in the clause before. */
static bool is_shaken(const struct reading *reading, size_t clause)
{
    return negates_unknown(reading, clause) || clause_has(reading, clause, ROLE_IF) ||
           (clause && clause_has(reading, clause - 1, ROLE_IF));
}

/* "在路上吧": good enough for a meeting, not for a missing child. */
static bool is_guessed(const struct reading *reading, size_t clause)
{
    bool guessed = false;

    for (size_t i = 0; i < reading->count; i++)
        if (reading->tokens[i].clause == clause)
            guessed = reading->plain.letters[reading->tokens[i].end - 1] == 0x5427; /* 吧 */
    return guessed && reading->question->kind == ANSWER_KIND_ABSENT;
}

/* Doubt said before the question word: "不知道怎么说". */
static bool doubts_first(const struct reading *reading, size_t clause)
{
    for (size_t i = 0; i < reading->count; i++) {
        if (reading->tokens[i].clause != clause)
            continue;
        if (reading->tokens[i].role == ROLE_DOUBT)
            return true;
        if (reading->tokens[i].role == ROLE_ASK || reading->tokens[i].role == ROLE_ASKING)
            return false;
    }
    return false;
}

static bool is_positive(enum verdict verdict)
{
    return verdict == VERDICT_YES || verdict == VERDICT_FINE;
}

/* What the words of the clause say, whether or not it asks. */
static enum verdict clause_words(const struct reading *reading, size_t clause, int *token, bool *weak_only)
{
    enum verdict verdict = VERDICT_NONE;

    for (size_t i = 0; i < reading->count; i++) {
        bool weak = false;
        const enum verdict says = reading->tokens[i].clause == clause ? signs_token(reading, i, &weak) : VERDICT_NONE;

        if (says == VERDICT_NONE || gives_way(reading, &reading->tokens[i], says, weak, verdict))
            continue;
        verdict = says;
        *token = (int)i;
        *weak_only = *weak_only && weak;
    }
    return verdict;
}

enum verdict signs_clause(const struct reading *reading, size_t clause, int *token)
{
    const struct clause *marks = &reading->clauses[clause];
    bool weak_only = true;
    enum verdict verdict = clause_words(reading, clause, token, &weak_only);
    const bool roll = reading->question->kind == ANSWER_KIND_ABSENT && verdict == VERDICT_YES; /* "在家？" asks */
    const bool asks = marks->asks || (marks->marked && (verdict == VERDICT_NONE || weak_only || roll)) ||
                      (verdict == VERDICT_NONE && may_ask(reading, clause));

    if (asks)
        return doubts_first(reading, clause) ? VERDICT_DOUBT : VERDICT_QUESTION;
    if (verdict == VERDICT_NONE && is_bare_no(reading, clause, token))
        return VERDICT_NO;
    if (is_positive(verdict) && (is_shaken(reading, clause) || is_guessed(reading, clause)))
        return VERDICT_DOUBT;
    return verdict;
}

enum { NAME_LETTERS_MAX = 3, STRAY_LETTERS_MAX = 0, HEAD_LETTERS_MAX = 2 };

static bool is_good_verdict(enum verdict verdict)
{
    return verdict == VERDICT_FINE || verdict == VERDICT_YES || verdict == VERDICT_ACK;
}

/* A short unknown word right before a good one may be a negation of a dialect we do not know. */
static bool may_negate(const struct reading *reading, size_t index, size_t run)
{
    const uint32_t before = reading->tokens[index].start ? reading->plain.letters[reading->tokens[index].start - 1] : 0;

    return run && (is_cjk(before) ? run == 1 : run <= NAME_LETTERS_MAX);
}

/* Unknown letters of a clause, but for a short name before a title; `tail` counts those behind a word that decides. */
static size_t unknown_letters(const struct reading *reading, size_t clause, size_t *tail, bool *decides)
{
    size_t unknown = 0, run = 0;

    *tail = 0;
    *decides = false;
    for (size_t i = 0; i < reading->count; i++) {
        const struct token *token = &reading->tokens[i];
        bool weak = false;
        enum verdict says;

        if (token->clause != clause)
            continue;
        if (token->role == ROLE_UNKNOWN) {
            run += !is_numeral(reading->plain.letters[token->start]);
            continue;
        }
        if (!(token->role == ROLE_TITLE && run <= NAME_LETTERS_MAX)) {
            unknown += run;
            *tail += *decides ? run : 0;
        }
        says = signs_token(reading, i, &weak);
        if (is_good_verdict(says) && may_negate(reading, i, run))
            *tail += STRAY_LETTERS_MAX + 1;
        *decides = *decides || is_good_verdict(says);
        run = 0;
    }
    *tail += *decides ? run : 0;
    return unknown + run;
}

/* Whether a clause with unknown words may be passed over: an invitation's answer may have its reasons. */
static bool is_lenient(const struct reading *reading, size_t clause)
{
    switch (reading->question->kind) {
    case ANSWER_KIND_MEETING:
    case ANSWER_KIND_SLOT:
    case ANSWER_KIND_DUTY:
        return !child_in_clause(reading, clause);
    case ANSWER_KIND_CHECKIN:
    case ANSWER_KIND_ACK:
    case ANSWER_KIND_EMERGENCY:
    case ANSWER_KIND_ABSENT:
    case ANSWER_KIND_CONFIRM_NUMBER:
    case ANSWER_KIND_COUNT:
    case ANSWER_KIND_CHOICE:
    case ANSWER_KIND_WHICH_CHILD:
    case ANSWER_KIND_NONE:
    case ANSWER_KIND_VOICE_CHECKIN:
    case ANSWER_KINDS:
        return false;
    }
    return false;
}

/* A bare "no" before the answer ("没有，都好") hides nothing. */
static bool says_no(const struct reading *reading, size_t clause)
{
    int token = TOKEN_NONE;

    return is_bare_no(reading, clause, &token) && reading->clause_count > 1;
}

bool signs_understood(const struct reading *reading)
{
    for (size_t clause = 0; clause < reading->clause_count; clause++) {
        size_t tail = 0;
        bool decides = false;
        const size_t unknown = unknown_letters(reading, clause, &tail, &decides);

        if (is_lenient(reading, clause))
            continue;
        if (negates_unknown(reading, clause) && !says_no(reading, clause))
            return false;
        if (unknown == 0)
            continue;
        if (!decides || tail > STRAY_LETTERS_MAX || unknown > HEAD_LETTERS_MAX)
            return false;
    }
    return true;
}
