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
    if (token->role == ROLE_LACK)
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

/* A bad word that the longest match broke in two: better looked at by a person. */
static bool hides_bad(const struct reading *reading, size_t start)
{
    const struct grammar *grammar = reading->grammar;
    const struct plain *plain = &reading->plain;
    uint32_t node = 0;
    size_t token = 0;

    for (size_t i = start; i < plain->length; i++) {
        node = tree_step(&grammar->tree, node, plain->letters[i]);
        if (!node)
            return false;
        if (!grammar->tree.leaf[node] ||
            !is_bad_role((enum role)grammar->words[grammar->tree.leaf[node] - 1].role[reading->question->kind]))
            continue;
        while (token < reading->count && reading->tokens[token].end <= start)
            token++;
        if (token < reading->count && is_cjk(plain->letters[i]) &&
            (reading->tokens[token].end < i + 1 || reading->tokens[token].start > start))
            return true;
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
    for (size_t i = 0; i < reading->plain.length && !bad.doubt; i++)
        bad.doubt = hides_bad(reading, i);
    return bad;
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
    case ROLE_OVER:
        return VERDICT_FINE;
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

static bool may_ask(const struct reading *reading, size_t clause)
{
    for (size_t i = 0; i < reading->count; i++)
        if (reading->tokens[i].clause == clause && reading->tokens[i].role == ROLE_MAYASK &&
            token_last_of_clause(reading, i))
            return true;
    return false;
}

enum verdict signs_clause(const struct reading *reading, size_t clause, int *token)
{
    enum verdict verdict = VERDICT_NONE;
    bool weak_so_far = true;

    for (size_t i = 0; i < reading->count; i++) {
        bool weak = false;
        const enum verdict says = reading->tokens[i].clause == clause ? signs_token(reading, i, &weak) : VERDICT_NONE;

        if (says == VERDICT_NONE)
            continue;
        if (verdict == VERDICT_DOUBT || (weak && verdict != VERDICT_NONE && verdict != VERDICT_ACK))
            continue;
        if (says == VERDICT_ACK && verdict != VERDICT_NONE && verdict != VERDICT_ACK)
            continue;
        verdict = says;
        *token = (int)i;
        weak_so_far = weak_so_far && weak;
    }
    if (reading->clauses[clause].asks || (reading->clauses[clause].marked && (verdict == VERDICT_NONE || weak_so_far)) ||
        (verdict == VERDICT_NONE && may_ask(reading, clause)))
        return VERDICT_QUESTION;
    if (verdict == VERDICT_NONE && is_bare_no(reading, clause, token))
        return VERDICT_NO;
    return verdict;
}

enum { NAME_LETTERS_MAX = 3, STRAY_LETTERS_MAX = 1, HEAD_LETTERS_MAX = 4 };

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
            run++;
            continue;
        }
        if (!(token->role == ROLE_TITLE && run <= NAME_LETTERS_MAX)) {
            unknown += run;
            *tail += *decides ? run : 0;
        }
        run = 0;
        says = signs_token(reading, i, &weak);
        *decides = *decides || says == VERDICT_FINE || says == VERDICT_YES || says == VERDICT_ACK;
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
    case ANSWER_KIND_CONFIRM_NUMBER:
        return !child_in_clause(reading, clause);
    case ANSWER_KIND_CHECKIN:
    case ANSWER_KIND_ACK:
    case ANSWER_KIND_EMERGENCY:
    case ANSWER_KIND_ABSENT:
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

bool signs_understood(const struct reading *reading)
{
    for (size_t clause = 0; clause < reading->clause_count; clause++) {
        size_t tail = 0;
        bool decides = false;
        const size_t unknown = unknown_letters(reading, clause, &tail, &decides);

        if (unknown == 0 || is_lenient(reading, clause))
            continue;
        if (!decides || tail > STRAY_LETTERS_MAX || unknown > HEAD_LETTERS_MAX)
            return false;
    }
    return true;
}
