/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the answer grammar: roles of words, the word tree, the plain spelling of a reply, its tokens. A reply goes
 * plain_make() -> split_text() -> decide_answer(); each step only adds to the `struct reading`. Nothing here fails but
 * the loading of words, which reports FILE:LINE.
 */
#ifndef GREENLINE_CORE_ANSWER_INTERNAL_H
#define GREENLINE_CORE_ANSWER_INTERNAL_H

#include <stdint.h>

#include "core/answer.h"
#include "lib/text.h"

/* What a word does in a sentence. The names of the sections in conf/answers are role_names[] in answer_grammar.c. */
enum role {
    ROLE_UNKNOWN, /* not in the words */
    ROLE_PLAIN,   /* understood, says nothing */
    ROLE_FILLER,  /* as plain; may stand between a negation and its word */
    ROLE_AND,     /* carries a negation on to the next symptom */
    ROLE_TITLE,   /* teacher, mother …: a short unknown word before it is a name */
    ROLE_CHILD,
    ROLE_PERSON, /* somebody who is not the child */
    ROLE_NOT,
    ROLE_DONT,  /* turns yes round, but never excuses a danger ("别打孩子") */
    ROLE_DOUBT, /* half promises, "I do not know" */
    ROLE_IF,
    ROLE_BUT,    /* begins a clause */
    ROLE_ILL,    /* bad unless negated or over */
    ROLE_DANGER, /* the same, and graver */
    ROLE_HELP,   /* bad whatever stands before it */
    ROLE_LACK,   /* bad when negated, else says nothing */
    ROLE_OVER,   /* what was bad before it has passed */
    ROLE_FINE,
    ROLE_YES,
    ROLE_NO,
    ROLE_ACK,
    ROLE_ASK,    /* asks wherever it stands */
    ROLE_ASKING, /* asks at the end of a clause */
    ROLE_MAYASK, /* asks at the end of a clause in which nothing else decides (呢) */
    ROLE_ADVICE, /* "what shall we do": asks, but leaves help help */
    ROLE_WRONG,
    ROLE_MACHINE,
    ROLE_OPTOUT,
    ROLE_OPTIN,
    ROLE_PASS,   /* "ask somebody else" */
    ROLE_UNIT,   /* behind a digit: a date, a time, an amount */
    ROLE_BEFORE, /* before a digit: likewise */
    ROLE_PICK,   /* "reply with", "I choose" */
    ROLE_DIGITS, /* made by the splitter, not a section */
    ROLES
};

/* How much a word must fill to count. */
enum span { SPAN_PART, SPAN_CLAUSE, SPAN_MESSAGE, SPANS };

struct word {
    uint8_t role[SPANS][ANSWER_KINDS];
    uint32_t named; /* bit per kind: a section that names the kind has set it, so a general one may not */
};

/* A tree of code points with its edges in one hash table. */
struct edge {
    uint64_t key; /* node << 32 | code point; 0 = free: node 0 has no edge for code point 0 */
    uint32_t to;
};

struct tree {
    struct edge *edges;
    size_t edge_room; /* a power of two, or 0 */
    size_t edge_count;
    uint32_t *leaf; /* per node: index + 1 of what ends there, or 0 */
    size_t node_count;
};

void tree_free(struct tree *tree);
/* The leaf slot of a phrase, made when missing; valid until the next call. */
uint32_t *tree_put(struct tree *tree, const uint32_t *phrase, size_t length);
/* One step from `node`; 0 when there is none (the root is never stepped to). */
uint32_t tree_step(const struct tree *tree, uint32_t node, uint32_t code_point);

struct same {
    uint32_t *text;
    size_t length;
};

struct grammar {
    struct tree tree;
    struct word *words;
    size_t word_count;
    struct tree letters; /* code point -> code point: traditional, homophones; the leaf is the code point + 1 */
    struct tree spelled; /* phrase -> phrase, applied once; the leaf is an index + 1 into `sames` */
    struct same *sames;
    size_t same_count;
};

enum { PLAIN_MAX = 2 * ANSWER_TEXT_MAX }; /* after compatibility forms are taken apart */

/* The reply in one spelling: lower case, no full width, simplified, blanks single. */
struct plain {
    uint32_t *letters;
    uint32_t *source; /* per letter: where it begins in the reply, in bytes; one more for the end */
    size_t length;
};

void plain_free(struct plain *plain);
/* Respells at most ANSWER_TEXT_MAX code points of `text`; `grammar` may be NULL (no letters, no phrases). */
void plain_make(struct plain *out, const struct grammar *grammar, const char *text);
bool is_cjk(uint32_t code_point);
bool is_latin(uint32_t code_point);
bool is_digit(uint32_t code_point);
/* Two runs of letters compared. */
bool same_letters(const uint32_t *a, const uint32_t *b, size_t length);

struct token {
    size_t start, end;
    enum role role;
    size_t clause;
    unsigned negations; /* how many stand before it, in its scope */
    bool excused;       /* negated by a word that may excuse a danger */
    bool used;          /* a negation: some word stands in its scope */
    int value;          /* ROLE_DIGITS: what it says, or -1 when it is no option (a range, a time, too long) */
};

struct clause {
    bool asks;
    bool marked; /* ends in a question mark */
};

struct reading {
    const struct grammar *grammar;
    const struct answer_question *question;
    const char *text;
    struct plain plain;
    struct token *tokens;
    size_t count;
    struct clause *clauses; /* as many as the last token's clause + 1 */
    size_t clause_count;
    enum role whole; /* role of the message as a whole, or ROLE_UNKNOWN */
};

void split_text(struct reading *reading);
/* The text of a token as it was typed; the caller frees. */
char *token_text(const struct reading *reading, const struct token *token);
bool token_last_of_clause(const struct reading *reading, size_t index);

/* Numbers: a numeral in letters[0..length) ("12", "十二", "一百零五", "两千", "廿"); false when it is none. */
bool numeral_parse(int *out, const uint32_t *letters, size_t length);
bool is_numeral(uint32_t code_point);

enum option_state { OPTION_NONE, OPTION_ONE, OPTION_UNSURE };
/* Looks for an explicit option; `index` gets its token. */
enum option_state option_find(const struct reading *reading, int *value, size_t *index);
/* The number a count or choice answer holds; false when none or more than one. */
bool count_find(const struct reading *reading, int *value);
/* "最后一个": the last of `limit` options; false when it is not said or there is no limit. */
bool last_find(const struct reading *reading, int limit, int *value);
/* The option named in the reply; false when none or several. */
bool name_find(const struct reading *reading, int *value);

void decide_answer(struct answer *out, const struct reading *reading);

#endif
