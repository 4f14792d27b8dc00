/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the inbox share. */
#ifndef GREENLINE_INBOX_INBOX_INTERNAL_H
#define GREENLINE_INBOX_INBOX_INTERNAL_H

#include "inbox/inbox.h"
#include "store/line.h"
#include "store/reply.h"

enum { TALKS_MAX = 64 };

struct inbox {
    struct turn *turn;
    struct store *store;
    struct engine *engine;
    const struct grammar *grammar;
    char *region;
};

/* The asks of one cause that a reply answers, and how that was told. */
struct match {
    struct talk talks[TALKS_MAX]; /* of one cause, unless it is ambiguous */
    size_t count;
    const char *via; /* code, name, grammar, single, key, missed_call */
    struct answer answer;
};

/* match.c */
enum matched {
    MATCH_NONE,      /* no open question: kind none */
    MATCH_ONE,       /* match->talks and match->answer are filled */
    MATCH_AMBIGUOUS, /* several fit: match->talks are all of them, to be asked back */
};
enum matched inbox_match(struct inbox *inbox, const struct reply *reply, struct match *match);
/* How an answer to this talk is read: staff who were asked about many take it, or not. */
enum answer_kind inbox_grammar(const struct talk *talk);
/* Names of the children of these talks, as options; the caller frees each and not the array. */
size_t inbox_names(struct inbox *inbox, const struct match *match, char **names, size_t max);

/* The children of a match, each once, at most TALKS_MAX; their number. */
size_t inbox_children(const struct match *match, int64_t *students);
/* Without a question: the children whose family has this line and who may be spoken about there, as a match. */
void inbox_children_of_line(struct inbox *inbox, int64_t line, struct match *match);

/* consequence.c: each says something to somebody, at most once for the reply. */
void inbox_tell_mentors(struct inbox *inbox, const struct reply *reply, const struct match *match, const char *template,
                        enum kind kind);
/* An automatic answer to the line, guarded against loops. False when the guard or may_tell() holds it. */
bool inbox_echo(struct inbox *inbox, const struct reply *reply, const struct match *match, const char *template);
void inbox_wrong_number(struct inbox *inbox, const struct reply *reply);

/* order.c: what staff write about who is at school. False when it is no order: then it goes its usual way. */
bool inbox_order(struct inbox *inbox, const struct reply *reply);

#endif
