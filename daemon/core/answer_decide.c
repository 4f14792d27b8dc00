/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules, in the order of DOMAIN.md section 6: machine → wrong number → danger and illness → whole-message opt-out
 * and opt-in → explicit option → words, the last decisive clause first → question → free. What each kind of question
 * makes of an option or a word is the table `kinds`. Cannot fail.
 */
#include <string.h>

#include "core/answer_signs.h"
#include "lib/memory.h"

#define NOTHING ANSWER_FREE

/* What a kind makes of options 1 and 2, and of each verdict of the words. */
static const struct {
    enum answer_class option[2];
    enum answer_class yes, no, fine, ack;
} kinds[ANSWER_KINDS] = {
    [ANSWER_KIND_CHECKIN] = { { ANSWER_FINE, ANSWER_HELP }, ANSWER_ACK, NOTHING, ANSWER_FINE, ANSWER_ACK },
    [ANSWER_KIND_MEETING] = { { ANSWER_YES, ANSWER_NO }, ANSWER_YES, ANSWER_NO, NOTHING, ANSWER_ACK },
    [ANSWER_KIND_ACK] = { { ANSWER_ACK, NOTHING }, ANSWER_ACK, ANSWER_NO, ANSWER_ACK, ANSWER_ACK },
    [ANSWER_KIND_EMERGENCY] = { { ANSWER_ACK, ANSWER_HELP }, ANSWER_ACK, NOTHING, ANSWER_ACK, ANSWER_ACK },
    [ANSWER_KIND_ABSENT] = { { ANSWER_YES, ANSWER_NO }, ANSWER_YES, ANSWER_NO, NOTHING, ANSWER_ACK },
    [ANSWER_KIND_CONFIRM_NUMBER] = { { ANSWER_YES, ANSWER_NO }, ANSWER_YES, ANSWER_NO, NOTHING, ANSWER_ACK },
    [ANSWER_KIND_SLOT] = { { ANSWER_YES, ANSWER_NO }, ANSWER_YES, ANSWER_NO, NOTHING, ANSWER_ACK },
    [ANSWER_KIND_DUTY] = { { ANSWER_YES, ANSWER_NO }, ANSWER_YES, ANSWER_NO, NOTHING, ANSWER_ACK },
    [ANSWER_KIND_COUNT] = { { NOTHING, NOTHING }, NOTHING, NOTHING, NOTHING, NOTHING },
    [ANSWER_KIND_CHOICE] = { { NOTHING, NOTHING }, NOTHING, NOTHING, NOTHING, NOTHING },
    [ANSWER_KIND_WHICH_CHILD] = { { NOTHING, NOTHING }, NOTHING, NOTHING, NOTHING, NOTHING },
    [ANSWER_KIND_NONE] = { { NOTHING, NOTHING }, NOTHING, NOTHING, NOTHING, NOTHING },
    [ANSWER_KIND_VOICE_CHECKIN] = { { ANSWER_FINE, ANSWER_HELP }, NOTHING, NOTHING, NOTHING, NOTHING },
};

static void say(struct answer *out, enum answer_class class, const char *rule)
{
    free(out->why);
    out->class = class;
    out->why = mem_format("%s: %s", answer_class_name(class), rule);
}

static void say_token(struct answer *out, enum answer_class class, const struct reading *reading, int token,
                      const char *rule)
{
    CLEANUP(mem_clean) char *typed = token >= 0 ? token_text(reading, &reading->tokens[token]) : mem_dup("");

    free(out->why);
    out->class = class;
    out->why = mem_format("%s: %s \"%s\"", answer_class_name(class), rule, typed);
}

static int find_role(const struct reading *reading, enum role role)
{
    for (size_t i = 0; i < reading->count; i++)
        if (reading->tokens[i].role == role)
            return (int)i;
    return TOKEN_NONE;
}

/* The sender's text from byte `start` to `end` without blanks and punctuation at the edges; NULL when nothing is left. */
static char *cut_text(const struct reading *reading, size_t start, size_t end)
{
    static const char *const edges[] = { "，", "。", "！", "；", "、", "：", ",", ".", "!", ";", ":", "~" };
    CLEANUP(mem_clean) char *piece = mem_dup_n(reading->text + start, end - start);
    char *at = text_trim(piece);

    for (size_t i = 0; i < COUNT(edges);) {
        if (!text_starts(at, edges[i])) {
            i++;
            continue;
        }
        at = text_trim(at + strlen(edges[i]));
        i = 0;
    }
    return *at ? mem_dup(at) : NULL;
}

/* True when tokens [from, to) say more than thanks and particles. */
static bool says_more(const struct reading *reading, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct token *token = &reading->tokens[i];

        if (token->role != ROLE_PLAIN && token->role != ROLE_FILLER && token->role != ROLE_ACK &&
            token->role != ROLE_TITLE && token->role != ROLE_BUT)
            return true;
    }
    return false;
}

/* What stands behind the deciding token, or else the clauses before it, when it says more. */
static char *rest_of(const struct reading *reading, size_t token)
{
    const struct plain *plain = &reading->plain;
    size_t first = token, last = token + 1;

    while (first && reading->tokens[first - 1].clause == reading->tokens[token].clause)
        first--;
    if (reading->tokens[token].role != ROLE_DIGITS)
        while (last < reading->count && reading->tokens[last].clause == reading->tokens[token].clause)
            last++;
    if (says_more(reading, last, reading->count))
        return cut_text(reading, plain->source[reading->tokens[last - 1].end], plain->source[plain->length]);
    if (says_more(reading, 0, first))
        return cut_text(reading, 0, plain->source[reading->tokens[first].start]);
    return NULL;
}

/* Opt-out and opt-in count only when nothing else is said. */
static int find_wish(const struct reading *reading, enum role role)
{
    const int wish = find_role(reading, role);

    for (size_t i = 0; wish >= 0 && i < reading->count; i++) {
        const struct token *token = &reading->tokens[i];
        const bool polite = token->role == ROLE_PLAIN || token->role == ROLE_FILLER || token->role == ROLE_ACK ||
                            token->role == ROLE_TITLE || token->role == ROLE_PERSON || token->role == ROLE_PICK;

        if ((token->role == role && !token->negations) || polite)
            continue;
        return TOKEN_NONE;
    }
    return wish;
}

static bool decide_wish(struct answer *out, const struct reading *reading, enum role role, enum answer_class class)
{
    const int wish = find_wish(reading, role);

    if (reading->whole != role && wish < 0)
        return false;
    if (wish >= 0)
        say_token(out, class, reading, wish, "the whole message is that wish:");
    else
        say(out, class, "the whole message is that word");
    return true;
}

/* Keys of a call are exact. */
static void decide_keys(struct answer *out, const struct reading *reading)
{
    CLEANUP(mem_clean) char *keys = mem_dup(reading->text);
    const char *trimmed = text_trim(keys);

    if (strcmp(trimmed, "1") == 0)
        say(out, ANSWER_FINE, "key 1");
    else if (strcmp(trimmed, "2") == 0)
        say(out, ANSWER_HELP, "key 2");
    else
        say(out, ANSWER_FREE, "not exactly the key 1 or 2");
}

/* The last clause that decides; thanks and questions stand back behind it. */
static enum verdict last_verdict(const struct reading *reading, int *token)
{
    enum verdict verdict = VERDICT_NONE;

    for (size_t clause = 0; clause < reading->clause_count; clause++) {
        int at = TOKEN_NONE;
        const enum verdict says = signs_clause(reading, clause, &at);
        const bool stands_back = says == VERDICT_NONE || says == VERDICT_ACK || says == VERDICT_QUESTION;

        if (says == VERDICT_NONE || (says == VERDICT_FINE && kinds[reading->question->kind].fine == NOTHING) ||
            (stands_back && verdict != VERDICT_NONE && verdict != VERDICT_ACK))
            continue;
        verdict = says;
        *token = at;
    }
    return verdict;
}

static enum answer_class class_of(enum answer_kind kind, enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_YES:
        return kinds[kind].yes;
    case VERDICT_NO:
        return kinds[kind].no;
    case VERDICT_FINE:
        return kinds[kind].fine;
    case VERDICT_ACK:
        return kinds[kind].ack;
    case VERDICT_QUESTION:
        return ANSWER_QUESTION;
    case VERDICT_DOUBT:
    case VERDICT_NONE:
        return ANSWER_FREE;
    }
    return ANSWER_FREE;
}

static bool is_good(enum answer_class class)
{
    return class == ANSWER_FINE || class == ANSWER_YES || class == ANSWER_ACK;
}

/* Any clause that says "no" as against "yes", for the roll: a child is not accounted for by half a sentence. */
static bool any_verdict(const struct reading *reading, enum verdict wanted, int *token)
{
    for (size_t clause = 0; clause < reading->clause_count; clause++)
        if (signs_clause(reading, clause, token) == wanted)
            return true;
    return false;
}

static void decide_words(struct answer *out, const struct reading *reading, const struct bad *bad)
{
    int token = TOKEN_NONE;
    const enum verdict verdict = last_verdict(reading, &token);
    const enum answer_class class = class_of(reading->question->kind, verdict);

    if (class == ANSWER_FREE)
        say_token(out, class, reading, token, verdict == VERDICT_DOUBT ? "undecided by" : "no word decides");
    else if (class == ANSWER_QUESTION)
        say(out, class, "asks, and decides nothing");
    else if (is_good(class) && bad->doubt)
        say(out, ANSWER_FREE, "a bad word is asked about or supposed: a person looks");
    else if (is_good(class) && !signs_understood(reading))
        say(out, ANSWER_FREE, "good words, but not all was understood: a person looks");
    else
        say_token(out, class, reading, token, "the last clause that decides has");
    if (out->class != ANSWER_FREE && token >= 0)
        out->rest = rest_of(reading, (size_t)token);
}

/* Words that agree with the option, or say nothing against it. */
static bool words_agree(const struct reading *reading, enum answer_class class, const struct bad *bad)
{
    int token = TOKEN_NONE;
    const enum verdict verdict = last_verdict(reading, &token);
    const enum answer_class words = class_of(reading->question->kind, verdict);

    if (verdict == VERDICT_DOUBT || (is_good(class) && (bad->doubt || !signs_understood(reading))))
        return false;
    if (class == ANSWER_HELP)
        return words != ANSWER_FINE;
    if (verdict == VERDICT_NONE || verdict == VERDICT_ACK || words == class)
        return true;
    /* "1，几点开始" asks beside the answer; "1吗" asks whether */
    return verdict == VERDICT_QUESTION ? reading->clause_count > 1 : verdict == VERDICT_FINE || class == ANSWER_ACK;
}

static bool may_pass(enum answer_kind kind)
{
    return kind == ANSWER_KIND_EMERGENCY || kind == ANSWER_KIND_ABSENT || kind == ANSWER_KIND_DUTY;
}

/* "Cannot, ask the next": outweighs a polite "good", never help. */
static bool decide_pass(struct answer *out, const struct reading *reading)
{
    const int token = find_role(reading, ROLE_PASS);

    if (!may_pass(reading->question->kind) ||
        (reading->whole != ROLE_PASS && (token < 0 || reading->tokens[token].negations)))
        return false;
    say_token(out, ANSWER_FREE, reading, token, "asks for the next:");
    out->pass = true;
    return true;
}

static bool decide_option(struct answer *out, const struct reading *reading, const struct bad *bad)
{
    int value = 0;
    size_t token = 0;
    const enum option_state state = option_find(reading, &value, &token);
    enum answer_class class;

    if (state == OPTION_NONE)
        return false;
    if (state == OPTION_UNSURE) {
        say(out, ANSWER_FREE, "two options, or a number that is none");
        return true;
    }
    if (value == 3 && reading->question->kind == ANSWER_KIND_EMERGENCY && reading->count == 1) {
        say_token(out, ANSWER_FREE, reading, (int)token, "option for the next:");
        out->pass = true;
        return true;
    }
    class = value == 1 || value == 2 ? kinds[reading->question->kind].option[value - 1] : ANSWER_FREE;
    if (class == ANSWER_FREE)
        say_token(out, class, reading, (int)token, "no such option:");
    else if (!words_agree(reading, class, bad))
        say_token(out, ANSWER_FREE, reading, (int)token, "the words do not agree with the option");
    else
        say_token(out, class, reading, (int)token, "option");
    if (out->class != ANSWER_FREE) {
        out->has_value = true;
        out->value = value;
        out->rest = rest_of(reading, token);
    }
    return true;
}

/* "一个都没有" counts none. */
static bool counts_none(const struct reading *reading, enum verdict verdict, int token)
{
    return reading->question->kind == ANSWER_KIND_COUNT && verdict == VERDICT_NO && token != TOKEN_NONE &&
           reading->tokens[token].role == ROLE_NO;
}

/* count, choice, which_child: the answer is a number. */
static void decide_number(struct answer *out, const struct reading *reading, const struct bad *bad)
{
    const enum answer_kind kind = reading->question->kind;
    const int limit = kind == ANSWER_KIND_CHOICE        ? reading->question->choices
                      : kind == ANSWER_KIND_WHICH_CHILD ? (int)reading->question->option_count
                                                        : 0;
    int value = 0, token = TOKEN_NONE;
    bool found = kind != ANSWER_KIND_COUNT && name_find(reading, &value);
    const enum verdict verdict = last_verdict(reading, &token);

    if (counts_none(reading, verdict, token)) {
        value = 0;
        found = true;
    }
    found = found || last_find(reading, limit, &value) || count_find(reading, &value);
    if (verdict == VERDICT_QUESTION)
        say(out, ANSWER_QUESTION, "asks, and names no number");
    else if (verdict == VERDICT_DOUBT)
        say_token(out, ANSWER_FREE, reading, token, "undecided by");
    else if (!found || bad->doubt)
        say(out, ANSWER_FREE, "not exactly one number or name");
    else if (kind != ANSWER_KIND_COUNT && (value < 1 || (limit && value > limit)))
        say(out, ANSWER_FREE, "no option has that number");
    else
        say(out, ANSWER_NUMBER, "the one number or name in it");
    out->has_value = out->class == ANSWER_NUMBER;
    out->value = out->has_value ? value : 0;
}

/* 没去上学, 没去学校, 没上课: with an illness it is the account, without one it is none. */
static bool is_away(const struct reading *reading, const struct token *token)
{
    const uint32_t first = reading->plain.letters[token->start];
    const uint32_t last = reading->plain.letters[token->end - 1];

    return (first == 0x6ca1 || first == 0x4e0d) &&                                 /* 没 不 */
           (last == 0x5b66 || last == 0x6821 || last == 0x8bfe || last == 0x53bb); /* 学 校 课 去 */
}

/* Every clause that says "no" only says that the child did not go to school, and no clause doubts or asks. */
static bool stays_away(const struct reading *reading)
{
    bool away = false;

    for (size_t clause = 0; clause < reading->clause_count; clause++) {
        int token = TOKEN_NONE;
        const enum verdict says = signs_clause(reading, clause, &token);

        if (says == VERDICT_DOUBT || says == VERDICT_QUESTION)
            return false;
        if (says != VERDICT_NO)
            continue;
        if (token == TOKEN_NONE || !is_away(reading, &reading->tokens[token]))
            return false;
        away = true;
    }
    return away;
}

/* The roll: nobody is accounted for by half a sentence, and an illness at home is an account. */
static bool decide_absent(struct answer *out, const struct reading *reading, const struct bad *bad)
{
    int yes = TOKEN_NONE, no = TOKEN_NONE;
    const bool says_no = any_verdict(reading, VERDICT_NO, &no);
    const bool says_yes = any_verdict(reading, VERDICT_YES, &yes);

    if (bad->token != TOKEN_NONE &&
        (reading->tokens[bad->token].role != ROLE_ILL || (!says_yes && !stays_away(reading))))
        return false;
    if (bad->token != TOKEN_NONE && !bad->doubt && stays_away(reading)) {
        say_token(out, ANSWER_YES, reading, bad->token, "ill, and not at school:");
        out->rest = cut_text(reading, 0, reading->plain.source[reading->plain.length]);
    } else if (says_no && says_yes && yes < no) {
        say_token(out, ANSWER_NO, reading, no, "at home by one word, not by another:");
    } else if (says_no && !says_yes) {
        say_token(out, ANSWER_NO, reading, no, "not accounted for:");
    } else if (bad->token != TOKEN_NONE && says_yes && !bad->doubt && !any_verdict(reading, VERDICT_DOUBT, &no)) {
        say_token(out, ANSWER_YES, reading, yes, "ill, and accounted for:");
        out->rest = cut_text(reading, 0, reading->plain.source[reading->plain.length]);
    } else {
        return false;
    }
    return true;
}

/* "感冒了，来不了" declines; "孩子感冒了，来不了" is a child's illness and goes to a person. */
static bool ill_excuses(const struct reading *reading, const struct bad *bad)
{
    const enum answer_kind kind = reading->question->kind;
    int token = TOKEN_NONE;

    return (kind == ANSWER_KIND_MEETING || kind == ANSWER_KIND_SLOT) && !bad->grave &&
           any_verdict(reading, VERDICT_NO, &token);
}

static void decide_help(struct answer *out, const struct reading *reading, const struct bad *bad)
{
    int value = 0;
    size_t token = 0;

    say_token(out, ANSWER_HELP, reading, bad->token, "a danger or an illness without a negation before it:");
    if (option_find(reading, &value, &token) == OPTION_ONE && says_more(reading, token + 1, reading->count))
        out->rest = rest_of(reading, token);
    else
        out->rest = cut_text(reading, 0, reading->plain.source[reading->plain.length]);
    if (reading->question->kind == ANSWER_KIND_WHICH_CHILD && name_find(reading, &value)) {
        out->has_value = true;
        out->value = value;
    }
}

/* 不是, 唔系, 勿是: a negation of being somebody. */
static bool is_being(const struct reading *reading, const struct token *token)
{
    const uint32_t last = reading->plain.letters[token->end - 1];

    return last == 0x662f || last == 0x7cfb; /* 是 系 */
}

/* 这个人, 此人: "没有王小明这个人". */
static bool is_this_one(const struct reading *reading, const struct token *token)
{
    const uint32_t first = reading->plain.letters[token->start];

    return first == 0x8fd9 || first == 0x6b64; /* 这 此 */
}

/* What may stand at the end of "I am not …": a title, "number", or an unknown name where the number is the question. */
static bool ends_denial(const struct reading *reading, size_t index)
{
    const enum role role = reading->tokens[index].role;
    const bool named = role == ROLE_UNKNOWN && reading->question->kind == ANSWER_KIND_CONFIRM_NUMBER;

    return (role == ROLE_TITLE || named) && token_last_of_clause(reading, index);
}

/* The negation of "我不是小红的妈妈", "没有王小明这个人": only a name and the like between it and the end. */
static int find_denial(const struct reading *reading, size_t last)
{
    const struct token *end = &reading->tokens[last];

    for (size_t i = last; i--;) {
        const struct token *token = &reading->tokens[i];

        if (token->clause != end->clause)
            break;
        if (token->role == ROLE_NOT)
            return (is_being(reading, token) && token->end - token->start > 1) || is_this_one(reading, end)
                       ? (int)i
                       : TOKEN_NONE;
        if (token->role != ROLE_UNKNOWN && token->role != ROLE_CHILD && token->role != ROLE_PLAIN &&
            token->role != ROLE_TITLE)
            break;
    }
    return TOKEN_NONE;
}

static int find_not_theirs(const struct reading *reading)
{
    for (size_t i = 0; i < reading->count; i++) {
        const int denial = ends_denial(reading, i) ? find_denial(reading, i) : TOKEN_NONE;

        if (denial != TOKEN_NONE)
            return denial;
    }
    return TOKEN_NONE;
}

/* Rules that come before the question asked. */
static bool decide_first(struct answer *out, const struct reading *reading, const struct bad *bad)
{
    const int machine = find_role(reading, ROLE_MACHINE);
    int wrong = find_role(reading, ROLE_WRONG);

    if (wrong >= 0 && reading->tokens[wrong].negations)
        wrong = TOKEN_NONE;
    if (wrong < 0)
        wrong = find_not_theirs(reading);
    if (machine >= 0 || reading->whole == ROLE_MACHINE) {
        out->machine = true;
        say_token(out, ANSWER_FREE, reading, machine, "a machine wrote it:");
        return true;
    }
    if (wrong >= 0 || reading->whole == ROLE_WRONG) {
        say_token(out, ANSWER_WRONG_NUMBER, reading, wrong, "wrong number:");
        return true;
    }
    if (reading->question->kind == ANSWER_KIND_ABSENT && decide_absent(out, reading, bad))
        return true;
    if ((bad->token != TOKEN_NONE && !ill_excuses(reading, bad)) || reading->whole == ROLE_HELP) {
        decide_help(out, reading, bad);
        return true;
    }
    return decide_wish(out, reading, ROLE_OPTOUT, ANSWER_OPTOUT) || decide_wish(out, reading, ROLE_OPTIN, ANSWER_OPTIN);
}

static bool decide_whole(struct answer *out, const struct reading *reading)
{
    static const struct {
        enum role role;
        enum verdict verdict;
    } wholes[] = {
        { ROLE_YES, VERDICT_YES }, { ROLE_NO, VERDICT_NO },        { ROLE_FINE, VERDICT_FINE },
        { ROLE_ACK, VERDICT_ACK }, { ROLE_ASK, VERDICT_QUESTION }, { ROLE_DOUBT, VERDICT_DOUBT },
    };

    for (size_t i = 0; i < COUNT(wholes); i++)
        if (reading->whole == wholes[i].role) {
            say(out, class_of(reading->question->kind, wholes[i].verdict), "the whole message is that word");
            return true;
        }
    return false;
}

static bool only_question_mark(const struct reading *reading)
{
    return reading->count == 0 && reading->clauses[0].marked;
}

static bool is_number_kind(enum answer_kind kind)
{
    return kind == ANSWER_KIND_COUNT || kind == ANSWER_KIND_CHOICE || kind == ANSWER_KIND_WHICH_CHILD;
}

void decide_answer(struct answer *out, const struct reading *reading)
{
    const enum answer_kind kind = reading->question->kind;
    struct bad bad;

    if (kind == ANSWER_KIND_VOICE_CHECKIN) {
        decide_keys(out, reading);
        return;
    }
    bad = signs_bad(reading);
    if (decide_first(out, reading, &bad))
        return;
    if (decide_pass(out, reading))
        return;
    if (only_question_mark(reading))
        say(out, ANSWER_QUESTION, "only a question mark");
    else if (decide_whole(out, reading))
        return;
    else if (is_number_kind(kind))
        decide_number(out, reading, &bad);
    else if (!decide_option(out, reading, &bad))
        decide_words(out, reading, &bad);
}
