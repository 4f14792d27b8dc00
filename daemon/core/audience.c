/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audience language; see audience.h. A recursive descent over the text: expression, factor, name. The bounds on
 * depth and nodes hold for the tree as well, so freeing and formatting may recurse.
 */
#include "core/audience.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/text.h"

enum shape { BARE, NAMED, WRAP, BINARY };

static const struct {
    const char *word;
    enum shape shape;
} ops[] = {
    [AUDIENCE_ALL] = { "all", BARE },
    [AUDIENCE_LEFT_BEHIND] = { "left-behind", BARE },
    [AUDIENCE_CLASS] = { "class", NAMED },
    [AUDIENCE_VILLAGE] = { "village", NAMED },
    [AUDIENCE_STUDENT] = { "student", NAMED },
    [AUDIENCE_GROUP] = { "group", NAMED },
    [AUDIENCE_ROLE] = { "role", NAMED },
    [AUDIENCE_PERSON] = { "person", NAMED },
    [AUDIENCE_PARENTS_OF] = { "parents-of", WRAP },
    [AUDIENCE_GUARDIANS_OF] = { "guardians-of", WRAP },
    [AUDIENCE_MENTORS_OF] = { "mentors-of", WRAP },
    [AUDIENCE_AND] = { "and", BINARY },
    [AUDIENCE_OR] = { "or", BINARY },
    [AUDIENCE_EXCEPT] = { "except", BINARY },
};
_Static_assert(COUNT(ops) == AUDIENCE_OPS, "the last operator has its row");

/* Characters that mean the same, narrow and full-width. */
static const char *const opening[] = { "(", "（", NULL };
static const char *const closing[] = { ")", "）", NULL };
static const char *const colons[] = { ":", "：", NULL };
static const char *const commas[] = { ",", "，", "、", NULL };
static const char *const quotes[] = { "\"", "“", "”", NULL };
static const char *const blanks[] = { " ", "\t", "\n", "\r", "\u00a0", "\u3000", NULL };

struct parser {
    const char *at;
    size_t nodes;
    int depth;
    struct error *err;
};

const char *audience_word(enum audience_op op)
{
    return ops[op].word;
}

void audience_free(struct audience *audience)
{
    if (!audience)
        return;
    audience_free(audience->left);
    audience_free(audience->right);
    free(audience->name);
    free(audience);
}

/* Length of the sign of `set` at `at`, or 0. */
static size_t one_of(const char *const *set, const char *at)
{
    for (; *set; set++)
        if (text_starts(at, *set))
            return strlen(*set);
    return 0;
}

static void skip_blanks(struct parser *p)
{
    size_t length;

    while ((length = one_of(blanks, p->at)))
        p->at += length;
}

/* Length of what is at `at` up to a blank, comma, colon, quote or bracket: for words, and for naming it in an error. */
static size_t word_length(const char *at)
{
    const char *end = at;

    while (*end && !one_of(blanks, end) && !one_of(commas, end) && !one_of(colons, end) && !one_of(opening, end) &&
           !one_of(closing, end) && !one_of(quotes, end))
        utf8_next(&end);
    return (size_t)(end - at);
}

static void *fail(struct parser *p, const char *what)
{
    if (*p->at)
        error_set(p->err, "audience: at \"%.60s\": %s", p->at, what);
    else
        error_set(p->err, "audience: at the end: %s", what);
    return NULL;
}

static struct audience *new_node(struct parser *p, enum audience_op op)
{
    struct audience *node;

    if (++p->nodes > AUDIENCE_NODES_MAX)
        return fail(p, "too many terms: make a group of them");
    node = mem_new(1, sizeof *node);
    node->op = op;
    return node;
}

/* The operator whose word is at `at`, in any case; AUDIENCE_OPS when it is none. */
static enum audience_op word_at(const char *at, size_t length)
{
    enum audience_op op = 0;

    while (op < AUDIENCE_OPS && (strlen(ops[op].word) != length || strncasecmp(at, ops[op].word, length) != 0))
        op++;
    return op;
}

/* "..." behind the opening quote, with \" and \\; a curly quote ends at a curly one. NULL when it does not end. */
static char *read_quoted(struct parser *p)
{
    const bool narrow = *p->at == '"';
    const size_t length = one_of(quotes, p->at);
    const char *at = p->at + length;
    struct text name = { 0 };

    while (*at && !(narrow ? *at == '"' : one_of(quotes + 1, at) > 0)) {
        at += narrow && at[0] == '\\' && (at[1] == '"' || at[1] == '\\');
        text_add_utf8(&name, utf8_next(&at));
    }
    if (!*at) {
        text_free(&name);
        return fail(p, "the closing quote is missing");
    }
    p->at = at + (narrow ? 1 : one_of(quotes + 1, at));
    return text_take(&name);
}

/* Letters up to a blank or comma; brackets belong to the name while they are in pairs. */
static char *read_plain(struct parser *p)
{
    const char *const from = p->at;
    const char *at = from;
    int depth = 0;

    while (*at && !one_of(blanks, at) && !one_of(quotes, at) && (depth > 0 || !one_of(commas, at))) {
        if (one_of(closing, at) && depth-- == 0)
            break;
        depth += one_of(opening, at) > 0;
        utf8_next(&at);
    }
    if (depth > 0)
        return fail(p, "a bracket in the name is not closed: put the name in quotes");
    p->at = at;
    return mem_dup_n(from, (size_t)(at - from));
}

static char *read_name(struct parser *p)
{
    char *name;

    skip_blanks(p);
    name = one_of(quotes, p->at) ? read_quoted(p) : read_plain(p);
    if (!name || *text_trim(name))
        return name;
    free(name);
    return fail(p, "a name is missing");
}

static struct audience *parse_expression(struct parser *p);
static struct audience *parse_factor(struct parser *p);

static struct audience *parse_bracket(struct parser *p)
{
    struct audience *inner;

    p->at += one_of(opening, p->at);
    inner = parse_expression(p);
    skip_blanks(p);
    if (!inner)
        return NULL;
    if (!one_of(closing, p->at)) {
        audience_free(inner);
        return fail(p, "and, or, except or a closing bracket is expected");
    }
    p->at += one_of(closing, p->at);
    return inner;
}

/* A word that is no operator of this language: says what was meant. */
static struct audience *fail_word(struct parser *p, size_t length, bool with_colon)
{
    const char *names[AUDIENCE_OPS + 1] = { 0 };
    CLEANUP(mem_clean) char *word = mem_dup_n(p->at, length);
    CLEANUP(mem_clean) char *low = mem_dup_n(p->at, length);
    const char *near;
    size_t count = 0;

    for (enum audience_op op = 0; op < AUDIENCE_OPS; op++)
        if (ops[op].shape != BINARY && (ops[op].shape != BARE || !with_colon))
            names[count++] = ops[op].word;
    for (char *c = low; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    near = text_nearest(low, names);
    if (near)
        error_set(p->err, "audience: \"%.60s\": did you mean %s%s?", word, near,
                  ops[word_at(near, strlen(near))].shape == BARE ? "" : ":…");
    else if (with_colon)
        error_set(p->err,
                  "audience: \"%.60s:\" is not known: class, village, student, group, role, person, parents-of, "
                  "guardians-of or mentors-of stand before a colon",
                  word);
    else
        error_set(p->err, "audience: \"%.60s\": say what it is: class:%.60s, student:%.60s, group:%.60s …", word, word,
                  word, word);
    return NULL;
}

/* Behind "class:" or "parents-of:". */
static struct audience *parse_keyed(struct parser *p, enum audience_op op)
{
    struct audience *node = new_node(p, op);

    if (!node)
        return NULL;
    if (ops[op].shape == NAMED)
        node->name = read_name(p);
    else
        node->left = parse_factor(p);
    if (node->name || node->left)
        return node;
    audience_free(node);
    return NULL;
}

static struct audience *parse_term(struct parser *p)
{
    const size_t length = word_length(p->at);
    const size_t colon = one_of(colons, p->at + length);
    const enum audience_op op = word_at(p->at, length);

    if (length == 0)
        return fail(p, "a term like class:NAME, left-behind or all is expected");
    if (op == AUDIENCE_OPS)
        return fail_word(p, length, colon > 0);
    if (ops[op].shape == BINARY)
        return fail(p, "a term like class:NAME is expected before an operator; put a name like this in quotes");
    if ((ops[op].shape == BARE) == (colon > 0))
        return fail(p, colon ? "this word takes no colon" : "a colon and what it is about are missing");
    p->at += length + colon;
    return colon ? parse_keyed(p, op) : new_node(p, op);
}

static struct audience *parse_factor(struct parser *p)
{
    struct audience *factor;

    if (p->depth == AUDIENCE_DEPTH_MAX)
        return fail(p, "too many brackets in each other");
    p->depth++;
    skip_blanks(p);
    factor = one_of(opening, p->at) ? parse_bracket(p) : parse_term(p);
    p->depth--;
    return factor;
}

/* The operator at this place, moved over; AUDIENCE_OPS at the end of an expression. */
static enum audience_op take_operator(struct parser *p)
{
    size_t length;
    enum audience_op op;

    skip_blanks(p);
    length = one_of(commas, p->at);
    if (length) {
        p->at += length;
        return AUDIENCE_OR;
    }
    length = word_length(p->at);
    op = word_at(p->at, length);
    if (op == AUDIENCE_OPS || ops[op].shape != BINARY)
        return AUDIENCE_OPS;
    p->at += length;
    return op;
}

static struct audience *parse_expression(struct parser *p)
{
    struct audience *left = parse_factor(p);
    enum audience_op op;

    while (left && (op = take_operator(p)) != AUDIENCE_OPS) {
        struct audience *node = new_node(p, op);

        if (node)
            *node = (struct audience){ .op = op, .left = left, .right = parse_factor(p) };
        if (node && node->right) {
            left = node;
            continue;
        }
        audience_free(node ? node : left);
        return NULL;
    }
    return left;
}

static bool check_text(const char *text, struct error *err)
{
    if (strlen(text) > AUDIENCE_TEXT_MAX)
        return error_set(err, "audience: over %d bytes: make a group", (int)AUDIENCE_TEXT_MAX);
    if (!utf8_valid(text, strlen(text)))
        return error_set(err, "audience: not UTF-8");
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' && !one_of(blanks, c))
            return error_set(err, "audience: a control character at byte %zu: delete it", (size_t)(c - text) + 1);
    return true;
}

struct audience *audience_parse(const char *text, struct error *err)
{
    struct parser p = { .at = text, .err = err };
    struct audience *audience;

    if (!check_text(text, err))
        return NULL;
    audience = parse_expression(&p);
    skip_blanks(&p);
    if (!audience || !*p.at)
        return audience;
    audience_free(audience);
    return fail(&p, "and, or, except or the end is expected (names with blanks stand in quotes)");
}

/* Whether a name reads the same without quotes. */
static bool is_plain(const char *name)
{
    int depth = 0;

    for (const char *at = name; *at; utf8_next(&at)) {
        if (one_of(blanks, at) || one_of(commas, at) || one_of(quotes, at))
            return false;
        depth += one_of(opening, at) > 0;
        depth -= one_of(closing, at) > 0;
        if (depth < 0)
            return false;
    }
    return depth == 0;
}

static void add_name(struct text *out, const char *name)
{
    if (is_plain(name)) {
        text_add(out, name);
        return;
    }
    text_add_char(out, '"');
    for (; *name; name++) {
        if (*name == '"' || *name == '\\')
            text_add_char(out, '\\');
        text_add_char(out, *name);
    }
    text_add_char(out, '"');
}

static void format(struct text *out, const struct audience *audience);

static void format_factor(struct text *out, const struct audience *audience)
{
    const bool bracket = ops[audience->op].shape == BINARY;

    text_add(out, bracket ? "(" : "");
    format(out, audience);
    text_add(out, bracket ? ")" : "");
}

static void format(struct text *out, const struct audience *audience)
{
    const char *word = ops[audience->op].word;

    switch (ops[audience->op].shape) {
    case BARE:
        text_add(out, word);
        break;
    case NAMED:
        text_add_format(out, "%s:", word);
        add_name(out, audience->name);
        break;
    case WRAP:
        text_add_format(out, "%s:", word);
        format_factor(out, audience->left);
        break;
    case BINARY:
        format(out, audience->left);
        text_add_format(out, " %s ", word);
        format_factor(out, audience->right);
        break;
    }
}

char *audience_format(const struct audience *audience)
{
    struct text out = { 0 };

    format(&out, audience);
    return text_take(&out);
}
