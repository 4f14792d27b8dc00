/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which open question a reply answers. First that decides: the code of a token, the child's name, the only grammar that
 * fits, the only open talk on the line. Otherwise nothing is guessed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inbox/inbox_internal.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/person.h"

static bool open(const struct talk *t)
{
    return t->state == ASK_OPEN || t->state == ASK_WAITING || t->which; /* "which child?" is a question too */
}

/* Questions that this line may answer now: the open ones, else those answered or expired within their grace. A reply
 * that the provider stamped before the question went out does not answer it; nobody restricted for the child counts. */
static size_t candidates(struct inbox *inbox, const struct reply *reply, struct talk *out)
{
    struct talk all[TALKS_MAX];
    const size_t count = talk_list(inbox->store, reply->line, turn_now(inbox->turn), all, TALKS_MAX);
    size_t kept = 0;
    bool any_open = false;

    for (size_t i = 0; i < count; i++)
        any_open = any_open || open(&all[i]);
    for (size_t i = 0; i < count; i++) {
        if (reply->at < all[i].since - MINUTE_MS || (any_open && !open(&all[i])))
            continue;
        if (all[i].student && line_restricted(inbox->store, reply->line, all[i].student))
            continue;
        out[kept++] = all[i];
    }
    return kept;
}

static void keep_cause(struct match *match, const struct talk *talks, size_t count, int64_t cause)
{
    match->count = 0;
    for (size_t i = 0; i < count; i++)
        if (talks[i].cause == cause)
            match->talks[match->count++] = talks[i];
}

size_t inbox_names(struct inbox *inbox, const struct match *match, char **names, size_t max)
{
    size_t count = 0;

    for (size_t i = 0; i < match->count && count < max; i++) {
        struct student s = { 0 };

        if (student_get(&s, inbox->store, match->talks[i].student))
            names[count++] = mem_dup(s.name);
        student_free(&s);
    }
    return count;
}

enum answer_kind inbox_grammar(const struct talk *talk)
{
    return talk->gathered ? ANSWER_KIND_EMERGENCY : kind_row(talk->kind)->grammar;
}

static void read_as(struct inbox *inbox, const struct talk *talk, const char *text, struct answer *out)
{
    const struct answer_question question = { .kind = inbox_grammar(talk) };

    answer_read(out, inbox->grammar, &question, text);
}

/* "王小明 1": where the whole says nothing clear, the option without the children's names does. Words are not read so: a
 * sentence may mean another thing without its name. */
static void read_beside_names(struct inbox *inbox, struct match *match, const int64_t *students, size_t count,
                              const char *text)
{
    struct answer *out = &match->answer;
    CLEANUP(mem_clean) char *plain = mem_dup(text);
    struct answer option = { 0 };

    for (size_t i = 0; i < count; i++) {
        struct student s = { 0 };
        char *at = student_get(&s, inbox->store, students[i]) ? strstr(plain, s.name) : NULL;

        if (at)
            memset(at, ' ', strlen(s.name));
        student_free(&s);
    }
    read_as(inbox, &match->talks[0], plain, &option);
    if (out->class == ANSWER_FREE && !out->machine && !out->pass && (option.has_value || option.pass)) {
        answer_free(out);
        *out = option;
    } else {
        answer_free(&option);
    }
}

static void keep_all(struct match *match, const struct talk *talks, size_t count)
{
    memcpy(match->talks, talks, count * sizeof *talks);
    match->count = count;
}

/* Where a free number is awaited, "31" may be one. */
static bool awaits_number(const struct talk *talks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (kind_row(talks[i].kind)->grammar == ANSWER_KIND_COUNT)
            return true;
    return false;
}

/* "31" on a line with code 3: the whole message is code and option. */
static bool match_code(struct inbox *inbox, const char *text, const struct talk *talks, size_t count,
                       struct match *match)
{
    CLEANUP(mem_clean) char *plain = text_trim(mem_dup(text));

    for (size_t i = 0; i < count && !awaits_number(talks, count); i++) {
        char code[12];

        if (!talks[i].code)
            continue;
        snprintf(code, sizeof code, "%d", talks[i].code);
        if (!text_starts(plain, code) || strlen(plain) != strlen(code) + 1 || !strchr("123456789", plain[strlen(code)]))
            continue;
        keep_cause(match, talks, count, talks[i].cause);
        read_as(inbox, &talks[i], plain + strlen(code), &match->answer);
        match->via = "code";
        return true;
    }
    return false;
}

/* The part of a name that people type: all of it, or without the one-character family name. */
static bool names_child(struct inbox *inbox, const char *text, int64_t student)
{
    struct student s = { 0 };
    const char *given;
    bool named = false;

    if (student && student_get(&s, inbox->store, student)) {
        given = s.name;
        utf8_next(&given);
        named = strstr(text, s.name) || (utf8_count(given) >= 2 && strstr(text, given));
    }
    student_free(&s);
    return named;
}

/* A name narrows the asks; it decides the cause when all children of that name belong to one. */
static bool match_name(struct inbox *inbox, const char *text, const struct talk *talks, size_t count,
                       struct match *match)
{
    struct talk named[TALKS_MAX];
    int64_t students[TALKS_MAX];
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        if (names_child(inbox, text, talks[i].student))
            named[found++] = talks[i];
    if (!found || found == count)
        return false;
    for (size_t i = 1; i < found; i++)
        if (named[i].cause != named[0].cause)
            return false;
    if (named[0].which) /* the name is the answer to "which child?": it is read among all of them */
        keep_cause(match, talks, count, named[0].cause);
    else
        keep_cause(match, named, found, named[0].cause);
    read_as(inbox, &named[0], text, &match->answer);
    count = inbox_children(match, students);
    read_beside_names(inbox, match, students, count, text);
    match->via = "name";
    return true;
}

static bool decisive(const struct answer *a)
{
    return a->pass || (a->class != ANSWER_FREE && a->class != ANSWER_QUESTION && !a->machine);
}

/* Different causes are open: the only one whose grammar fits. */
static bool match_grammar(struct inbox *inbox, const char *text, const struct talk *talks, size_t count,
                          struct match *match)
{
    int64_t fits = 0;

    for (size_t i = 0; i < count; i++) {
        struct answer a = { 0 };

        if (talks[i].cause == fits)
            continue;
        read_as(inbox, &talks[i], text, &a);
        if (decisive(&a) && fits) {
            answer_free(&a);
            return false;
        }
        if (decisive(&a))
            fits = talks[i].cause;
        answer_free(&a);
    }
    if (!fits)
        return false;
    keep_cause(match, talks, count, fits);
    read_as(inbox, &match->talks[0], text, &match->answer);
    match->via = "grammar";
    return true;
}

enum matched inbox_match(struct inbox *inbox, const struct reply *reply, struct match *match)
{
    struct talk talks[TALKS_MAX];
    int64_t students[TALKS_MAX];
    const size_t count = candidates(inbox, reply, talks);
    size_t causes = count > 0, named;
    struct ask_naming naming;

    if (count == 0)
        return MATCH_NONE;
    for (size_t i = 1; i < count; i++)
        causes += talks[i].cause != talks[i - 1].cause;
    if (match_code(inbox, reply->text, talks, count, match) || match_name(inbox, reply->text, talks, count, match))
        return MATCH_ONE;
    if (causes > 1) {
        if (match_grammar(inbox, reply->text, talks, count, match))
            return MATCH_ONE;
        keep_all(match, talks, count);
        answer_read(&match->answer, inbox->grammar, &(struct answer_question){ .kind = ANSWER_KIND_NONE }, reply->text);
        match->via = "grammar";
        return MATCH_AMBIGUOUS;
    }
    keep_cause(match, talks, count, talks[0].cause);
    read_as(inbox, &talks[0], reply->text, &match->answer);
    naming = (struct ask_naming){ talks[0].cause, reply->line, reply->text };
    named = talks[0].gathered ? ask_named_students(inbox->store, &naming, students, TALKS_MAX)
                              : inbox_children(match, students);
    read_beside_names(inbox, match, students, named, reply->text);
    match->via = "single";
    return MATCH_ONE;
}
