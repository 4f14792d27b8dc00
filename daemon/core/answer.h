/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a reply means for the question it answers. People type "1", "好的，谢谢，孩子手骨折了", "mei shi", "唔去" or 👌;
 * this module reads the text against the kind of question that is open and says one class, why, and what goes beyond it.
 * Promises: it never fails, never guesses (in doubt the class is free and a person looks), is pure (no time, no store)
 * and reads at most ANSWER_TEXT_MAX code points. Reading help as "fine" is the worst error, so a good class needs every
 * clause to be understood, help does not. The words are data (conf/answers, see 00-README.txt there), the rules of scope
 * are code: answer_plain.c (spelling), answer_split.c (words, negation), answer_number.c (digits), answer_decide.c (rules).
 */
#ifndef GREENLINE_CORE_ANSWER_H
#define GREENLINE_CORE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

enum { ANSWER_TEXT_MAX = 2000 }; /* code points of a reply that are read */

enum answer_class {
    ANSWER_YES,
    ANSWER_NO,
    ANSWER_FINE,
    ANSWER_HELP,
    ANSWER_ACK,
    ANSWER_WRONG_NUMBER,
    ANSWER_OPTOUT,
    ANSWER_OPTIN,
    ANSWER_QUESTION,
    ANSWER_NUMBER,
    ANSWER_FREE,
    ANSWER_CLASSES
};

/* "yes" … "free"; static. */
const char *answer_class_name(enum answer_class class);
/* False, and `out` untouched, when no class has that name. */
bool answer_class_parse(enum answer_class *out, const char *name);

/* The kinds of question (DOMAIN.md section 6). What the options mean stands beside each. */
enum answer_kind {
    ANSWER_KIND_CHECKIN,        /* 1 fine, 2 help */
    ANSWER_KIND_MEETING,        /* 1 yes, 2 no */
    ANSWER_KIND_ACK,            /* 1 ack */
    ANSWER_KIND_EMERGENCY,      /* 1 ack (takes it, has read it), 2 help, 3 free, with `pass` */
    ANSWER_KIND_ABSENT,         /* 1 yes: the child is accounted for, 2 no: nobody knows */
    ANSWER_KIND_CONFIRM_NUMBER, /* 1 yes, 2 no */
    ANSWER_KIND_SLOT,           /* 1 yes, 2 no: another time */
    ANSWER_KIND_DUTY,           /* 1 yes: done, 2 no */
    ANSWER_KIND_COUNT,          /* a number */
    ANSWER_KIND_CHOICE,         /* a number from 1 to `choices` */
    ANSWER_KIND_WHICH_CHILD,    /* the place of a name in `options` */
    ANSWER_KIND_NONE,           /* no open question */
    ANSWER_KIND_VOICE_CHECKIN,  /* keys pressed in a call: 1 fine, 2 help */
    ANSWER_KINDS
};

enum { ANSWER_CHOICES_MAX = 99 };

/*
 * Parses "checkin", "choice:4", "voice:checkin" …; `choices` gets the number after "choice:" (else 0) and may be NULL.
 * False with a sentence in `err` that lists the kinds.
 */
bool answer_kind_parse(enum answer_kind *out, int *choices, const char *text, struct error *err);
/* "checkin" … "voice:checkin" ("choice" without its number); static. */
const char *answer_kind_name(enum answer_kind kind);

struct answer_question {
    enum answer_kind kind;
    int choices;                /* for choice */
    const char *const *options; /* names, for which_child and choice; borrowed; may be NULL */
    size_t option_count;
};

struct answer {
    enum answer_class class;
    bool has_value;
    int value;    /* option index from 1, or the count */
    char *rest;   /* what goes beyond the grammar, in the sender's own letters, or NULL */
    char *why;    /* one line: which rule decided and the words that made it */
    bool machine; /* an auto-reply, delivery notice or carrier's text: never answered; the class is then free */
    bool pass;    /* emergency, absent, duty: "cannot, ask the next"; the class is then free */
};

void answer_free(struct answer *answer);

/* Words loaded from data files; immutable once open, so one may serve many readers. */
struct grammar;

/*
 * Reads every *.txt of `folder` in the order of names; later files overrule earlier ones word by word. NULL with
 * "FILE:LINE: what: how to mend it" at the first fault, or when the folder cannot be read or holds no words.
 */
struct grammar *grammar_open(const char *folder, struct error *err);
void grammar_close(struct grammar *grammar);

/*
 * Reads one reply. `text` is any bytes up to NUL (broken UTF-8 is no fault). Fills `out`, which the caller frees with
 * answer_free(); never fails.
 */
void answer_read(struct answer *out, const struct grammar *grammar, const struct answer_question *question,
                 const char *text);

#endif
